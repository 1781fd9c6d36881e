// State dirs as people spell them, on real gateways: what doctor says of the command line and what verify finds is what the gateway does.
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AGENT, CLI, connect } from '../lib/client.mjs';
import { cli as openclaw, makeHome, startGateway } from '../lib/gateway.mjs';

const prepair = createRequire(import.meta.url)('../../npm/openclaw-prepair');
const write = (home, name, text) => {
  mkdirSync(join(home.stateDir, name, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home.stateDir, name), text, { mode: 0o600 });
};
/** The config of a home with its `gateway` changed. */
const config = (home, change = () => {}) => {
  const all = JSON.parse(readFileSync(home.configPath));
  change(all);
  return all;
};
const put = (home, text) => writeFileSync(home.configPath, typeof text === 'string' ? text : JSON.stringify(text, null, 2));
const gateway = (change) => (home) => put(home, config(home, (all) => Object.assign(all.gateway, change)));
const auth = (make) => (home) => put(home, config(home, (all) => { all.gateway.auth = make(home.token, home); }));

/** Each: what is done to a home on which the gateway would start plainly. */
export const VARIATIONS = {
  plain: () => {},
  'comments, single quotes, commas at the end': (home) => put(home, `// mine\n${JSON.stringify(config(home), null, 2).replaceAll('"', "'").replace(/\n\}$/, ',\n}')} /* end */\n`),
  'a byte order mark': (home) => put(home, `\ufeff${JSON.stringify(config(home))}`),
  'gateway twice, the last counts': (home) => put(home, `{ "gateway": { "mode": "remote" }, ${JSON.stringify(config(home)).slice(1)}`),
  'gateway included': (home) => {
    const { gateway: inner, ...rest } = config(home);
    write(home, 'gateway.json5', JSON.stringify(inner));
    put(home, { ...rest, gateway: { $include: './gateway.json5' } });
  },
  'all included, the token beside it': (home) => {
    const all = config(home);
    write(home, 'parts/base.json5', JSON.stringify({ ...all, gateway: { ...all.gateway, auth: { mode: 'token', token: 'another' } } }));
    put(home, { $include: './parts/base.json5', gateway: { auth: { token: home.token } } });
  },
  'numbers as JSON does not spell them': (home) => put(home, JSON.stringify(config(home)).replace(/"port":(\d+)/, (_, port) => `"port": +0x${Number(port).toString(16)}`)),
  'the token by a variable of env.vars': (home) => put(home, config(home, (all) => Object.assign(all, { env: { vars: { MY_TOKEN: home.token } } }) && (all.gateway.auth.token = '${MY_TOKEN}'))),
  'the token by a variable of .env, in quotes': (home) => {
    write(home, '.env', `# mine\nexport MY_TOKEN='${home.token}' # it\nEMPTY=\n`);
    auth(() => ({ mode: 'token', token: '${MY_TOKEN}' }))(home);
  },
  'the token in .env alone': (home) => {
    write(home, '.env', `OPENCLAW_GATEWAY_TOKEN="${home.token}"\n`);
    auth(() => ({ mode: 'token' }))(home);
  },
  'the token in the environment alone': (home) => {
    home.env.OPENCLAW_GATEWAY_TOKEN = home.token;
    auth(() => ({ mode: 'token' }))(home);
  },
  'an empty variable beside the token': (home) => { home.env.OPENCLAW_GATEWAY_TOKEN = ''; },
  'another token in .env': (home) => write(home, '.env', 'OPENCLAW_GATEWAY_TOKEN=another-token-than-that-of-the-config\n'),
  'a blank token, one in the environment': (home) => {
    home.env.OPENCLAW_GATEWAY_TOKEN = home.token;
    auth(() => ({ mode: 'token', token: '   ' }))(home);
  },
  'a token with blanks around it': auth((token) => ({ mode: 'token', token: `  ${token} ` })),
  'a password, no mode': auth((token) => ({ password: token })),
  'the password in the environment': (home) => {
    home.env.OPENCLAW_GATEWAY_PASSWORD = home.token;
    auth(() => ({ mode: 'password' }))(home);
  },
  'token and password, mode password': auth((token) => ({ mode: 'password', token: 'another', password: token })),
  'a reference to a secret': (home) => {
    home.env.MY_TOKEN = home.token;
    auth(() => ({ mode: 'token', token: { source: 'env', provider: 'default', id: 'MY_TOKEN' } }))(home);
  },
  'a placeholder as the token': auth(() => ({ mode: 'token', token: 'change-me-now' })),
  'a mark as the token': auth(() => ({ mode: 'token', token: '[REDACTED]' })),
  'loopback as a block': gateway({ trustedProxies: ['127.0.0.0/8'] }),
  'loopback as one address in a block': gateway({ trustedProxies: ['127.0.0.1/32', '::1/128'] }),
  'loopback in IPv6 form': gateway({ trustedProxies: ['::ffff:127.0.0.1'] }),
  'names as proxies': gateway({ trustedProxies: ['localhost', 'proxy.internal'] }),
  'proxies by a variable': (home) => {
    write(home, '.env', 'PROXY=127.0.0.1\n');
    gateway({ trustedProxies: ['${PROXY}'] })(home);
  },
  'bind auto': gateway({ bind: 'auto' }),
  'bind in capitals': gateway({ bind: 'Loopback' }),
  'a key that nobody knows': gateway({ trustedProxy: ['127.0.0.1'] }),
  'no mode': gateway({ mode: undefined }),
  'the config is a link': (home) => {
    mkdirSync(join(home.dir, 'map/..data'), { recursive: true });
    renameSync(home.configPath, join(home.dir, 'map/..data/openclaw.json'));
    symlinkSync('..data/openclaw.json', join(home.dir, 'map/openclaw.json'));
    symlinkSync(join(home.dir, 'map/openclaw.json'), home.configPath);
  },
  'the state dir is a link': (home) => {
    renameSync(home.stateDir, join(home.dir, 'data'));
    symlinkSync('data', home.stateDir);
  },
  'a path of its own for the config': (home) => {
    mkdirSync(join(home.dir, 'etc'));
    renameSync(home.configPath, join(home.dir, 'etc/mine.json'));
    home.env.OPENCLAW_CONFIG_PATH = '~/etc/mine.json';
  },
};

/** Headers, each on one gateway that lists no proxy, or loopback. */
export const HEADERS = {
  'two addresses': { 'X-Forwarded-For': '203.0.113.9, 10.0.0.1' },
  'an own address': { 'X-Forwarded-For': '127.0.0.1' },
  'no address': { 'X-Forwarded-For': 'unknown' },
  'an address with a port': { 'X-Forwarded-For': '203.0.113.9:5555' },
  'IPv6 in brackets': { 'X-Forwarded-For': '[2001:db8::1]:443' },
  'in small letters': { 'x-forwarded-for': '203.0.113.9' },
  'X-Real-IP': { 'X-Real-IP': '203.0.113.9' },
  Forwarded: { Forwarded: 'for=203.0.113.9;proto=https' },
  'X-Forwarded-Proto alone': { 'X-Forwarded-Proto': 'https' },
  'X-Forwarded-Host alone': { 'X-Forwarded-Host': 'example.com' },
  'X-Forwarded-Prefix alone': { 'X-Forwarded-Prefix': '/x' },
  'CF-Connecting-IP': { 'CF-Connecting-IP': '203.0.113.9' },
  'True-Client-IP': { 'True-Client-IP': '203.0.113.9' },
  'X-Client-IP': { 'X-Client-IP': '203.0.113.9' },
  Via: { Via: '1.1 proxy' },
  'another Host': { Host: 'gateway.example' },
};

const isOpen = ({ verdict }) => verdict === 'open' || verdict === 'silent-approval';

/** One variation: what differs between doctor, verify and the gateway with its own command line; null where nothing does. */
export async function vary(version, name) {
  const home = await makeHome({ version });
  try {
    VARIATIONS[name](home);
    const target = { gatewayVersion: version, env: { PATH: process.env.PATH, ...home.env } };
    let setup = 'done';
    try {
      prepair.setup({ ...target, config: false });
    } catch (error) {
      setup = error.code;
    }
    const told = prepair.diagnose({ ...target, connection: { client: 'cli' } });
    let gateway;
    try {
      gateway = await startGateway(home);
    } catch (error) {
      if (error.log === undefined) throw error;
      const starts = told.reason === 'config' || told.reason === 'identity';
      return starts ? null : { name, version, did: 'does not start', verdict: told.verdict, reason: told.reason, findings: told.findings.map(({ code }) => code), log: error.log.slice(-500) };
    }
    try {
      const { code, stdout, stderr } = await openclaw(home, ['cron', 'list', '--json']);
      const said = prepair.diagnose({ ...target, connection: { client: 'cli' } });
      const found = await prepair.verify({ ...target, timeoutMs: 60_000, waitMs: 60_000 });
      const open = code === 0;
      if (isOpen(told) === open && isOpen(said) === open && found.ok === (open || said.findings.some((finding) => finding.code === 'W_SECRET_DIFFERS'))) return null;
      return { name, version, setup, did: open ? 'open' : (stdout + stderr).slice(-400), before: [told.verdict, told.reason], beside: [said.verdict, said.reason], verify: [found.ok, found.reason, found.said], findings: told.findings.map((finding) => finding.code) };
    } finally {
      await gateway.stop();
    }
  } finally {
    await home.dispose();
  }
}

/** All headers on one gateway, with and without a record; what differs. */
export async function varyHeaders(version, trustedProxies) {
  const home = await makeHome({ version, config: { gateway: { ...(trustedProxies && { trustedProxies }), reload: { mode: 'off' } } } });
  const wrong = [];
  try {
    const target = { gatewayVersion: version, stateDir: home.stateDir, env: home.env };
    prepair.prePair(target);
    const gateway = await startGateway(home);
    try {
      const identity = prepair.exportIdentity(target);
      for (const record of [true, false]) {
        if (!record) prepair.devices.remove({ ...target, deviceId: identity.deviceId });
        for (const [name, headers] of Object.entries(HEADERS)) {
          for (const client of record ? ['cli', 'agent'] : ['cli']) {
            const { Host: host, ...rest } = headers;
            const connection = { client, presentsDevice: true, scopes: ['operator.read'], headers: rest, ...(host && { host }) };
            const told = prepair.diagnose({ ...target, connection });
            const answer = await connect({ url: home.url, token: home.token, identity, client: client === 'cli' ? CLI : AGENT, headers, scopes: ['operator.read'] });
            const did = answer.ok ? await answer.request('cron.list').then(() => 'open', (error) => error.message) : `${answer.closeCode} ${answer.reason}`;
            if (answer.ok) await answer.close();
            if (isOpen(told) !== (did === 'open')) wrong.push({ version, trustedProxies, record, name, client, did, told: [told.verdict, told.reason] });
            // Each begins as the first did.
            prepair.clearPending(target);
            if (!record) {
              try {
                prepair.devices.remove({ ...target, deviceId: identity.deviceId });
              } catch (error) {
                if (error.code !== 'ERR_PREPAIR_NOT_FOUND') throw error;
              }
            }
          }
        }
      }
    } finally {
      await gateway.stop();
    }
  } finally {
    await home.dispose();
  }
  return wrong;
}
