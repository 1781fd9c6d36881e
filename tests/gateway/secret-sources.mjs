// What real gateways and their own clients do with secrets: where each comes from, and which goes first. The rules of these rows are
// also read from the packages (facts.mjs); here they are run, on both sides of each boundary.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CLI, connect, newIdentity } from '../lib/client.mjs';
import { cli, makeHome, startGateway } from '../lib/gateway.mjs';
import { writeReference } from '../lib/reference.mjs';

const TOKEN = 'a-token-of-a-test-that-nobody-else-has';

/** What `use(home)` finds while a gateway runs; `null` where none starts. */
async function beside({ version, config, files = {}, env = {}, prepare = () => {} }, use) {
  const home = await makeHome({ version, config });
  Object.assign(home.env, env);
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(home.dir, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, text, { mode: 0o600 });
    }
    await prepare(home);
    const gateway = await startGateway(home).catch((error) => {
      if (error.log === undefined) throw error;
      return null;
    });
    if (gateway === null) return null;
    try {
      return await use(home);
    } finally {
      await gateway.stop();
    }
  } finally {
    await home.dispose();
  }
}

async function letsIn(home, connection) {
  const answer = await connect({ url: home.url, identity: newIdentity(), client: CLI, scopes: ['operator.read'], ...connection });
  if (answer.ok) await answer.close();
  return answer.ok || /^pairing required/.test(answer.reason);
}

const bare = (auth) => ({ gateway: { auth: { token: undefined, ...auth } } });
/** Whether the gateway takes the token of this file, the only place that has one. */
const takes = async (version, file) =>
  (await beside({ version, config: bare(), files: { [file]: `OPENCLAW_GATEWAY_TOKEN=${TOKEN}\n` } }, (home) => letsIn(home, { token: TOKEN }))) === true;

export async function envFiles(version) {
  const found = { cwd: await takes(version, '.env'), state: await takes(version, '.openclaw/.env'), gateway: await takes(version, '.config/openclaw/gateway.env') };
  return found.gateway ? 'Gateway' : found.state ? (found.cwd ? 'Both' : 'Guarded') : JSON.stringify(found);
}

const reference = { source: 'env', provider: 'default', id: 'MY_SECRET' };
export async function secretRefs(version) {
  const starts = async (config, secret) => (await beside({ version, config, env: { MY_SECRET: TOKEN } }, (home) => letsIn(home, secret))) === true;
  const token = await starts(bare({ mode: 'token', token: reference }), { token: TOKEN });
  const password = await starts(bare({ mode: 'password', password: reference }), { password: TOKEN });
  return token && password ? 'All' : token || password ? JSON.stringify({ token, password }) : 'None';
}

const listed = async (home, env = {}) => {
  const { code, stdout, stderr } = await cli({ ...home, env: { ...home.env, ...env } }, ['cron', 'list', '--json']);
  return code === 0 ? 'ok' : /mismatch|unauthorized/i.test(stdout + stderr) ? 'unauthorized' : `exit ${code}: ${(stdout + stderr).slice(-300)}`;
};

/** The command line with another token in its environment, after once without. */
export async function envSecretFirst(version) {
  return await beside({ version, prepare: (home) => writeReference(home.stateDir) }, async (home) => {
    const plain = await listed(home);
    if (plain !== 'ok') return `plain: ${plain}`;
    // Up to 2026.2.12 the token that the first call was given goes before both.
    await rm(join(home.stateDir, 'identity/device-auth.json'), { force: true });
    const other = await listed(home, { OPENCLAW_GATEWAY_TOKEN: 'another-token-than-that-of-the-config' });
    return other === 'ok' ? 'false' : other === 'unauthorized' ? 'true' : other;
  });
}

export async function cachedTokenFirst(version) {
  const prepare = async (home) => {
    const { deviceId } = writeReference(home.stateDir);
    await writeFile(join(home.stateDir, 'identity/device-auth.json'), JSON.stringify({
      version: 1, deviceId, tokens: { operator: { token: 'x'.repeat(43), role: 'operator', scopes: ['operator.read'], updatedAtMs: 1 } },
    }), { mode: 0o600 });
  };
  return await beside({ version, prepare }, async (home) => {
    const [first, second] = [await listed(home), await listed(home)];
    return second !== 'ok' ? `second: ${second}` : String(first === 'unauthorized');
  });
}

export async function proxyAuth(version) {
  const asked = async (more) => await beside({
    version, config: { gateway: { trustedProxies: ['127.0.0.1'], auth: { mode: 'trusted-proxy', token: undefined, trustedProxy: { userHeader: 'x-user', ...more } } } },
    prepare: (home) => writeReference(home.stateDir),
  }, (home) => letsIn(home, { headers: { 'X-User': 'ann', 'X-Forwarded-For': '203.0.113.9' } }));
  const [plain, allowed] = [await asked({}), await asked({ allowLoopback: true })];
  return plain === true ? 'Anywhere' : allowed === true ? 'Allowed' : plain === false ? 'Elsewhere' : 'no start';
}

/** OpenClaw's own command on a request of another device, with the whole record of the command line. */
export async function approves(version) {
  const identity = newIdentity();
  return await beside({ version, prepare: (home) => writeReference(home.stateDir) }, async (home) => {
    await connect({ url: home.url, token: home.token, identity, client: CLI, scopes: ['operator.read'], headers: { 'X-Forwarded-For': '203.0.113.9' } });
    const [id] = Object.keys(await home.read('devices/pending.json') ?? {});
    const { code, stdout, stderr } = await cli(home, ['devices', 'approve', id]);
    return code === 0 ? 'true' : /missing scope/.test(stdout + stderr) ? 'false' : `exit ${code}: ${(stdout + stderr).slice(-300)}`;
  });
}
