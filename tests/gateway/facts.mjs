// What a version's rules say beside the connect decision, found out from its package and by running it: lines
// {kind:'fact', field, value, how}. `value` is as crates/core/src/rules/table.rs prints the field. Each fact is asked on both sides of
// its boundaries and of the newest version.
import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, link, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openclaw } from '../lib/cache.mjs';
import { AGENT, challenges, CLI, connect, newIdentity } from '../lib/client.mjs';
import { callOwn, cli, makeHome, queryState, startGateway } from '../lib/gateway.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { playStory } from '../lib/story.mjs';
import { isSince } from '../lib/versions.mjs';
import { approvals, nodeCommands } from './approvals.mjs';
import { DEVICE } from './cases.mjs';
import { readStore, writeStore } from './store.mjs';

const MINUTE = 60_000;

// Beside the boundaries the versions on which an approval of ours is compared with the gateway's own.
const APPROVALS = '2.12 2.19 2.21 2.22 2.23 2.25 2.26 3.22 3.23 3.24 3.28 3.31 4.1 4.2 4.5 4.9 4.10 4.15 4.29 5.2 5.7 5.12 5.18 5.28 6.1 6.11 7.1 8.1 9.4 9.5 9.6';

/** Versions (without the year), what is asked there. */
const ASKED = [
  ['*', fromPackage],
  ['2.19 5.28 6.1 7.35', schema],
  ['2.6-3 2.9 2.12 2.17 3.13 3.22 3.28 3.31 4.2 4.5 9.6', paths],
  ['2.6-3 2.9 2.17 2.19 2.21 9.6', bindLan],
  ['2.19 5.7 5.12 6.35 7.1 7.35 8.1 9.6', identities],
  ['2.19 4.24 4.25 7.35', corruptStore],
  ['2.19 2.21 4.9 4.10 6.35 7.1 9.6', renewal],
  ['2.17 2.19 4.24 4.25 4.27 4.29 6.35 7.1 9.6', clients],
  [APPROVALS, approvals],
  [APPROVALS, nodeCommands],
  ['9.4 9.5', inProcess],
  ['7.35 8.1 9.4 9.5 9.6', imports],
  ['7.35 8.1 9.4 9.5 9.6', deviceAuth],
  ['2.19 2.21 4.22 4.23 4.24 7.35 8.1 9.6', configKeys],
  ['4.15 4.20 9.2 9.3 9.4 9.5 9.6', secrets],
  ['2.12 2.17 3.1 3.2 3.7 3.28 3.31 4.2 4.5 4.26 4.27 5.2 5.3 7.35 8.1 9.6', secretSources],
  ['2.19 2.21 2.22 9.6', secretsTrimmed],
  ['4.21 4.22 5.2 5.3 6.1 6.5 6.8 6.9 9.6', configGuard],
  ['2.19 5.7 5.12 7.35 8.1 9.6', linkedIdentity],
  ['3.2 3.7 9.6', unsetVariable],
  ['2.17 2.19 9.6', customBind],
  ['2.21 7.35 8.1 9.6', customBindLoopback],
  ['2.6-3 2.12 2.17 2.25 2.26 4.29 5.2 9.6', includes],
  ['2.17 2.19 5.7 5.12 7.35 8.1 9.6', makesToken],
  ['7.35 8.1 9.6', ports],
  ['4.5 4.7 5.7 5.12 5.18 9.6', secretBeyond],
  ['2.17 2.19 4.5 4.7 5.7 5.12 5.18 9.6', container],
];

/** `only`: the names of the questions that count. */
export async function facts(version, only) {
  const lines = [];
  for (const [versions, ask] of ASKED) {
    if (only && !only.includes(ask.name)) continue;
    if (versions !== '*' && !versions.split(' ').includes(version.replace('2026.', ''))) continue;
    for (const [field, value, how] of await ask(version)) lines.push({ kind: 'fact', field, value, how });
  }
  return lines;
}

async function withHome(options, use) {
  const home = await makeHome(options);
  try {
    return await use(home);
  } finally {
    await home.dispose();
  }
}

async function withGateway(home, use, options) {
  const gateway = await startGateway(home, options);
  try {
    return await use(gateway);
  } finally {
    await gateway.stop();
  }
}

const starts = async (home) => await withGateway(home, () => true).catch(() => false);
const list = (items) => `[${items.map((item) => JSON.stringify(item)).join(', ')}]`;

async function fromPackage(version) {
  const root = await openclaw(version);
  const { engines, openclaw: own } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const nodes = engines.node.split('||').map((range) => `(${/(\d+)\.(\d+)\.(\d+)/.exec(range).slice(1).join(', ')})`);
  const found = [['min_node', `[${nodes.join(', ')}]`, `package.json engines.node ${engines.node}`]];
  const schema = own?.schemaVersions?.state;
  if (schema) found.push(['state_schema', String(schema), 'package.json openclaw.schemaVersions.state']);
  found.push(['operator_scopes', list(await operatorScopes(root)), 'names in dist']);
  return found;
}

/** Up to 2026.7.35 the package doesn't say it, but the file that a start leaves does. */
async function schema(version) {
  return await withHome({ version }, async (home) => await withGateway(home, async () => {
    const value = existsSync(join(home.stateDir, 'state', 'openclaw.sqlite')) ? (await queryState(home, 'PRAGMA user_version'))[0].user_version : 0;
    return [['state_schema', String(value), 'user_version after a start']];
  }));
}

/** The code of a package, file by file. */
async function dist(root) {
  const names = (await readdir(join(root, 'dist'))).filter((name) => /\.m?js$/.test(name));
  return await Promise.all(names.map((name) => readFile(join(root, 'dist', name), 'utf8')));
}

/** The scope names that the package's code spells out, in the table's order. */
async function operatorScopes(root) {
  const known = ['admin', 'read', 'write', 'approvals', 'pairing', 'talk.secrets', 'questions', 'talk', 'sessions.read', 'sessions.write'].map((name) => `operator.${name}`);
  const found = new Set();
  for (const code of await dist(root)) for (const [, scope] of code.matchAll(/"(operator\.[a-z.]+)"/g)) found.add(scope);
  return known.filter((scope) => found.has(scope));
}

/** Where the gateway's secret comes from, by the code that says so: `//#region` comments name its source files. */
export async function secretSources(version, root) {
  const regions = new Map();
  for (const code of await dist(root ?? await openclaw(version))) {
    for (const [, file, text] of code.matchAll(/\/\/#region (\S+)\n([\s\S]*?)\/\/#endregion/g)) {
      if (/dotenv|gateway\/(auth|call|client|credentials)\.ts|zod-schema\.ts|devices-cli/.test(file)) regions.set(file, text);
    }
  }
  const text = (pattern) => [...regions].filter(([file]) => pattern.test(file)).map(([, code]) => code).join('\n');
  const [files, calls] = [text(/dotenv/), text(/gateway\/(call|credentials)\.ts/)];
  const auth = /auth: z\.object\(\{[\s\S]*?password: .*/.exec(text(/config\/zod-schema\.ts/))?.[0];
  const refs = (name) => new RegExp(`\\b${name}: SecretInput`).test(auth);
  const first = /env\.OPENCLAW_GATEWAY_TOKEN\)?(\?\.trim\(\))? \|\||localTokenPrecedence \?\? (\(env\.OPENCLAW_SERVICE_KIND === "gateway" \? "config-first" : )?"env-first"/.test(calls);
  const proxies = text(/gateway\/auth\.ts/);
  const how = 'its own source in dist';
  return [
    ['env_files', files.includes('gateway.env') ? 'Gateway' : files.includes('OPENCLAW_GATEWAY_TOKEN') ? 'Guarded' : 'Both', how],
    ['env_secret_first', String(first), how],
    ['approve_asks', String(/resolveApprovePairingGateway/.test(text(/devices-cli/))), how],
    ['proxy_auth', proxies.includes('allowLoopback') ? 'Allowed' : proxies.includes('trusted_proxy_loopback_source') ? 'Elsewhere' : 'Anywhere', how],
    // Later schemas are written otherwise.
    ...(auth === undefined ? [] : [['secret_refs', String(refs('token')), how]]),
    ['cached_token_first', String(/authToken = storedToken \?\?/.test(text(/gateway\/client\.ts/))), how],
  ];
}

/** Whether a client that leaves out the blanks around the config's token has the right one. */
async function secretsTrimmed(version) {
  return await withHome({ version }, async (home) => {
    const config = JSON.parse(await readFile(home.configPath, 'utf8'));
    config.gateway.auth.token = `  ${home.token} `;
    await writeFile(home.configPath, JSON.stringify(config));
    return await withGateway(home, async () => [['secrets_trimmed', String(await local(home)), 'a start with blanks around gateway.auth.token, and a connect without them']]);
  });
}

/** Asks OpenClaw's own path functions under chosen environments and files. */
async function paths(version) {
  return await withHome({ version }, async (home) => {
    const place = async (...parts) => {
      const path = join(home.dir, ...parts);
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, '{}');
      return path;
    };
    const stateDir = async (env) => await callOwn(home, 'resolveStateDir', [], { env });
    const config = async (env) => (await callOwn(home, 'createConfigIO', [], { env })).configPath;
    /** The candidates in the order in which they win: the winner is taken away until none is found. */
    const order = async (names, files, ask) => {
      const found = [];
      for (let left = names; ;) {
        const base = `order-${found.length}-${files[0].length}`;
        for (const name of left) await place(base, ...files.map((part) => part === '*' ? name : part));
        await mkdir(join(home.dir, base), { recursive: true });
        const winner = (await ask(join(home.dir, base))).slice(join(home.dir, base).length + 1).split('/').find((part) => names.includes(part));
        if (!winner) return list(found);
        found.push(winner);
        left = left.filter((name) => name !== winner);
      }
    };
    const elsewhere = join(home.dir, 'elsewhere');
    await callOwn(home, 'loadOrCreateDeviceIdentity', [], { env: { OPENCLAW_STATE_DIR: elsewhere } });
    const clawdbot = join(home.dir, 'clawdbot');
    return [
      ['identity_under_state_dir', String(existsSync(join(elsewhere, 'identity', 'device.json')) || existsSync(join(elsewhere, 'state', 'openclaw.sqlite'))), 'loadOrCreateDeviceIdentity with OPENCLAW_STATE_DIR'],
      ['openclaw_home_env', String((await stateDir({ OPENCLAW_HOME: elsewhere })).startsWith(elsewhere)), 'resolveStateDir with OPENCLAW_HOME'],
      // os.homedir() gives HOME back
      ['unset_home_words', String(!/undefined|null/.test(await stateDir({ OPENCLAW_HOME: 'undefined', HOME: 'null' }))), 'resolveStateDir with OPENCLAW_HOME=undefined and HOME=null'],
      ['clawdbot_env', String(await stateDir({ CLAWDBOT_STATE_DIR: clawdbot }) === clawdbot), 'resolveStateDir with CLAWDBOT_STATE_DIR'],
      ['legacy_dirs', await order(['.clawdbot', '.moldbot', '.moltbot'], ['*', 'file'], async (HOME) => await stateDir({ HOME })), 'resolveStateDir without .openclaw'],
      ['legacy_configs', await order(['clawdbot.json', 'moldbot.json', 'moltbot.json'], ['.openclaw', '*'], async (HOME) => await config({ HOME })), 'createConfigIO without openclaw.json'],
      // the home has a config of its own in the default folder
      ['config_search_wide', String(await config({ OPENCLAW_STATE_DIR: join(home.dir, 'empty') }) === home.configPath), 'createConfigIO with OPENCLAW_STATE_DIR of an empty folder'],
    ];
  });
}

/** Whether a gateway starts without a secret; none of those that are asked listens beyond this machine. */
const startsWithout = (version, own) => withHome({ version, config: { gateway: own } }, (home) => withGateway(home, () => true)
  .catch(({ log }) => !/Refusing to bind gateway to \w+ without auth|auth is set to token, but no token/.test(log)));

/** Whether its own command line gets in afterwards, and where it had the token from. */
async function makesToken(version) {
  const how = 'a start with bind "loopback" and without a token, then `openclaw cron list`';
  return await withHome({ version, config: { gateway: { auth: { mode: 'token', token: undefined } } } }, async (home) => {
    const seen = await withGateway(home, async () => {
      const { code } = await cli(home, ['cron', 'list']);
      const saved = Boolean((await home.read('openclaw.json')).gateway.auth?.token);
      return code !== 0 ? 'Kept' : saved ? 'Saved' : 'Handed';
    }).catch(({ log }) => (/auth is set to token, but no token/.test(log) ? 'Never' : log));
    return [['makes_token', seen, how]];
  });
}

async function ports(version) {
  const repaired = await withHome({ version, config: { gateway: { port: 0 } } }, starts);
  return [['port_repaired', String(repaired), 'a start with the port 0 in the config']];
}

async function secretBeyond(version) {
  const address = await startsWithout(version, { bind: 'custom', customBindHost: '127.0.0.1', auth: { mode: 'none', token: undefined } });
  return [['secret_beyond', address ? 'Address' : 'Word', 'a start with auth.mode "none" and bind "custom" to 127.0.0.1']];
}

/** By names in dist; where this machine has a mark of a container, a start has to agree. */
async function container(version) {
  const code = (await dist(await openclaw(version))).join('\n');
  const found = !code.includes('defaultGatewayBindMode') ? 'Never' : code.includes('FLY_MACHINE_ID') ? 'MarksAndFly' : 'Marks';
  if (isSince(version, 2, 19) && ['/.dockerenv', '/run/.containerenv'].some((path) => existsSync(path))) {
    const loopback = await startsWithout(version, { bind: undefined, auth: { mode: 'none', token: undefined } });
    if (loopback !== (found === 'Never')) return [['container', `${found}, but a start without bind ${loopback ? 'listens' : 'does not'}`, 'a start']];
  }
  return [['container', found, 'names in dist']];
}

async function bindLan(version) {
  const value = await withHome({ version, config: { gateway: { bind: 'lan' } } }, async (home) => {
    const url = await callOwn(home, 'buildGatewayConnectionDetails').then((details) => details.url, (error) => error.message);
    return url.startsWith('ws://127.0.0.1') ? 'Loopback' : url.startsWith('ws://') ? 'Remote' : url.includes('SECURITY ERROR') ? 'Refused' : url;
  });
  return [['bind_lan', value, 'buildGatewayConnectionDetails with bind lan']];
}

const publicPem = (raw) => `-----BEGIN PUBLIC KEY-----\n${Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(raw, 'base64url')]).toString('base64')}\n-----END PUBLIC KEY-----\n`;

/** What a version does about an identity file, with a second name if `linked`. */
async function identityFate(version, file, linked = false) {
  return await withHome({ version }, async (home) => {
    const path = join(home.stateDir, 'identity', 'device.json');
    await mkdir(join(path, '..'), { mode: 0o700 });
    const text = `${JSON.stringify(file, null, 2)}\n`;
    await writeFile(path, text, { mode: 0o600 });
    if (linked) await link(path, join(home.stateDir, 'second-name.json'));
    const load = async () => (await callOwn(home, 'loadOrCreateDeviceIdentity')).deviceId;
    if (isSince(version, 8, 1)) return await starts(home) ? 'starts' : 'Stops';
    const ids = [await load(), await load()];
    const kept = await readFile(path, 'utf8') === text;
    return ids[0] !== ids[1] ? 'Throwaway' : kept ? 'Used' : 'Replaced';
  });
}

/** What becomes of an identity without `version`, and of one whose keys don't belong together. */
async function identities(version) {
  const found = [];
  const [one, other] = [newIdentity(), newIdentity()];
  for (const [field, file] of [
    ['unknown_identity', { publicKeyPem: publicPem(one.publicKey), privateKeyPem: one.privateKeyPem }],
    ['broken_identity', { version: 1, deviceId: one.deviceId, publicKeyPem: publicPem(one.publicKey), privateKeyPem: other.privateKeyPem, createdAtMs: 1 }],
  ]) found.push([field, await identityFate(version, file), 'loadOrCreateDeviceIdentity twice; from 2026.8.1 a start']);
  return found;
}

/** What becomes of an identity that is sound, but for a second name of its file; one name is asked of too, as a check of the question. */
async function linkedIdentity(version) {
  const { deviceId, publicKey, privateKeyPem } = newIdentity();
  const sound = { version: 1, deviceId, publicKeyPem: publicPem(publicKey), privateKeyPem, createdAtMs: 1 };
  const alone = await identityFate(version, sound);
  if (!['Used', 'starts'].includes(alone)) throw new Error(`a sound identity: ${alone}`);
  return [['linked_identity', await identityFate(version, sound, true), 'loadOrCreateDeviceIdentity twice with a hard link of the file; from 2026.8.1 a start']];
}

const local = async (home) => {
  const answer = await connect({ url: home.url, token: home.token, identity: DEVICE, client: CLI, scopes: ['operator.read'] });
  if (answer.ok) await answer.close();
  return answer.ok;
};

async function corruptStore(version) {
  return await withHome({ version }, async (home) => await withGateway(home, async () => {
    await mkdir(join(home.stateDir, 'devices'), { recursive: true });
    await writeFile(join(home.stateDir, 'devices', 'paired.json'), '{ "half": ');
    return [['corrupt_store_is_error', String(!await local(home)), 'a local connect on a half paired.json']];
  }));
}

const proxyConfig = (version) => ({ gateway: isSince(version, 8, 1) ? { trustedProxies: ['127.0.0.1'] } : {} });

async function renewal(version) {
  return await withHome({ version, config: proxyConfig(version) }, async (home) => await withGateway(home, async () => {
    const now = Date.now();
    await writeStore(home, DEVICE, { pending: [{ silent: false, scopes: ['operator.read'], ts: -4 * MINUTE }] }, now);
    await connect({ url: home.url, token: home.token, identity: DEVICE, client: AGENT, headers: { 'X-Forwarded-For': '203.0.113.9' } });
    const [request] = (await readStore(home)).pending;
    return [['pending_renewed', String(Math.max(request.ts, request.refreshedAtMs ?? 0) > now - MINUTE), 'the same request again after four minutes']];
  }));
}

/** The package's own clients through the header-adding proxy: a pending request shows their device and scopes. */
async function clients(version) {
  const found = [];
  for (const [fields, client] of [[['agent_path', 'agent_scopes'], AGENT], [['cli_presents_device', 'cli_scopes'], CLI]]) {
    const request = await withHome({ version, config: proxyConfig(version) }, async (home) => await withGateway(home, async () => {
      const proxy = await headerProxy(home.port);
      try {
        const env = { PREPAIR_FROM: String(home.port), PREPAIR_TO: String(proxy.port) };
        await callOwn(home, 'callGateway', [{ method: 'cron.list', clientName: client.id, mode: client.mode }], { env }).catch(() => {});
        return proxy.connections() ? (await readStore(home)).pending[0] ?? 'no device' : 'no connection';
      } finally {
        await proxy.stop();
      }
    }));
    const how = `callGateway as ${client.id} through a proxy`;
    // from 2026.9.5 the agent's tool doesn't come this way, see inProcess
    if (client === CLI) found.push([fields[0], String(request !== 'no device'), how]);
    else if (!isSince(version, 9, 1)) found.push([fields[0], request === 'no device' ? 'SharedSecret' : 'Device', how]);
    if (request.scopes) found.push([fields[1], request.scopes.join() === 'operator.read' ? 'PerMethod' : 'Fixed', how]);
  }
  return found;
}

async function inProcess(version) {
  const { proxied } = await playStory({ version, behindProxy: true });
  return [['agent_path', proxied ? 'SharedSecret' : 'InProcess', `the story: ${proxied} connections of the agent`]];
}

/** What becomes of JSON files: before the first start, and beside a database. */
async function imports(version) {
  const put = async (home, name, value) => {
    await mkdir(join(home.stateDir, name, '..'), { recursive: true, mode: 0o700 });
    await writeFile(join(home.stateDir, name), `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  };
  const record = (publicKey, deviceId) => ({ [deviceId]: {
    deviceId, publicKey, role: 'operator', roles: ['operator'], scopes: ['operator.read'], approvedScopes: ['operator.read'],
    tokens: { operator: { token: 'x'.repeat(43), role: 'operator', scopes: ['operator.read'], createdAtMs: 1 } }, createdAtMs: 1, approvedAtMs: 1,
  } });
  return await withHome({ version }, async (home) => {
    const [first, second] = [newIdentity(), newIdentity()];
    const publicKeyPem = createPublicKey(first.privateKeyPem).export({ type: 'spki', format: 'pem' });
    await put(home, 'identity/device.json', { version: 1, deviceId: first.deviceId, publicKeyPem, privateKeyPem: first.privateKeyPem, createdAtMs: 1 });
    await put(home, 'devices/paired.json', record(first.publicKey, first.deviceId));
    await withGateway(home, () => {});
    const ids = async (table) => (await queryState(home, `SELECT device_id FROM ${table}`).catch(() => [])).map((row) => row.device_id);
    const how = 'device.json and paired.json before the first start, paired.json beside a database';
    if (!(await ids('device_identities')).includes(first.deviceId)) return [['store', 'Json', how], ['import', 'None', how]];
    const imported = (await ids('device_pairing_paired')).includes(first.deviceId);
    await put(home, 'devices/paired.json', record(second.publicKey, second.deviceId));
    await withGateway(home, () => {});
    const again = (await ids('device_pairing_paired')).includes(second.deviceId);
    return [['store', 'Sqlite', how], ['import', again ? 'PairedAlways' : imported ? 'FirstStart' : 'IdentityOnly', how]];
  });
}

async function deviceAuth(version) {
  return await withHome({ version }, async (home) => {
    const { deviceId } = await withGateway(home, async () => await callOwn(home, 'loadOrCreateDeviceIdentity'));
    await mkdir(join(home.stateDir, 'identity'), { recursive: true, mode: 0o700 });
    await writeFile(join(home.stateDir, 'identity', 'device-auth.json'), JSON.stringify({
      version: 1, deviceId, tokens: { operator: { token: 'x'.repeat(43), role: 'operator', scopes: ['operator.read'], updatedAtMs: 1 } },
    }), { mode: 0o600 });
    const thrown = await callOwn(home, 'loadDeviceAuthToken', [{ deviceId, role: 'operator' }]).then(() => '', (error) => error.message);
    return [['device_auth_blocks', String(/legacy|doctor/i.test(thrown)), `loadDeviceAuthToken beside device-auth.json${thrown && `: ${thrown.slice(0, 60)}`}`]];
  });
}

async function configKeys(version) {
  const found = [];
  for (const [field, gateway] of [
    ['allow_real_ip_fallback', { allowRealIpFallback: true }],
    ['auto_approve_local', { nodes: { pairing: { autoApproveLocal: true } } }],
    ['auto_approve_cidrs', { nodes: { pairing: { autoApproveCidrs: ['203.0.113.0/24'] } } }],
    ['custom_bind_host', { bind: 'custom', customBindHost: '127.0.0.1' }],
  ]) found.push([field, String(await withHome({ version, config: { gateway } }, starts)), 'a start with the key']);
  return found;
}

/** Whether a config that lost half of its bytes and its `meta` is put back at the next start. */
async function configGuard(version) {
  return await withHome({ version, config: { meta: { lastTouchedVersion: version }, logging: { redactPatterns: ['x'.repeat(2000)] } } }, async (home) => {
    await withGateway(home, () => {});
    const { meta, logging, ...rest } = JSON.parse(await readFile(home.configPath, 'utf8'));
    if (!meta || !logging) throw new Error('the config changed by itself');
    await withGateway(home, () => {});
    await writeFile(`${home.configPath}.bak`, await readFile(home.configPath));
    await chmod(`${home.configPath}.bak`, 0o600);
    await writeFile(home.configPath, JSON.stringify(rest, null, 2));
    await starts(home);
    return [['config_guard', String((await readFile(home.configPath, 'utf8')).includes('redactPatterns')), 'a start after the config lost meta and half of its bytes']];
  });
}

/** Which secrets of its own a gateway does not start with: each level beside those before it. */
async function secrets(version) {
  const refuses = async (auth) => await withHome({ version, config: { gateway: { auth } } }, async (home) => await withGateway(home, () => false).catch((error) => {
    if (!/gateway auth (token|password) is/i.test(error.log)) throw error;
    return true;
  }));
  const refused = [];
  for (const [level, auth] of [
    ['Placeholders', { token: 'change-me-now' }], ['BlankTokens', { token: 'undefined' }],
    ['Blank', { mode: 'password', password: 'undefined' }], ['Marks', { token: '[REDACTED]' }],
  ]) refused.push(await refuses(auth) ? level : null);
  const count = refused.indexOf(null) === -1 ? refused.length : refused.indexOf(null);
  if (refused.slice(count).some(Boolean)) throw new Error(`refused: ${refused}`);
  return [['secret_check', refused[count - 1] ?? 'None', 'starts with a placeholder, with the word undefined as token and as password, with [REDACTED]']];
}

/** Whether a gateway starts; what keeps it from that must be what `why` names. */
async function startsUnless(why, options, prepare = () => {}) {
  return await withHome(options, async (home) => {
    await prepare(home);
    return await withGateway(home, () => true).catch((error) => {
      if (!why.test(error.log)) throw error;
      return false;
    });
  });
}

async function unsetVariable(version) {
  const config = { logging: { redactPatterns: ['${PREPAIR_IS_NOT_SET}'] } };
  return [['unset_variable_stops', String(!await startsUnless(/PREPAIR_IS_NOT_SET/, { version, config })), 'a start with ${NAME} of a variable that is not set']];
}

async function customBind(version) {
  const bare = await startsUnless(/customBindHost/, { version, config: { gateway: { bind: 'custom' } } });
  return [['custom_bind_needs_host', String(!bare), 'a start with bind custom and no customBindHost']];
}

/** Whether 127.0.0.1, where OpenClaw's own clients dial, answers beside the address of bind custom. */
async function customBindLoopback(version) {
  return await withHome({ version, config: { gateway: { bind: 'custom', customBindHost: '127.0.0.2' } } }, async (home) => {
    const { url } = await callOwn(home, 'buildGatewayConnectionDetails');
    if (url !== home.url) throw new Error(`dials ${url}`);
    const answers = await withGateway({ ...home, url: url.replace('127.0.0.1', '127.0.0.2') }, async () => await challenges(url));
    return [['custom_bind_loopback', String(answers), 'a connection to 127.0.0.1, which buildGatewayConnectionDetails names, with customBindHost 127.0.0.2']];
  });
}

/** What may be included. Each limit is asked in the versions around its boundaries. */
async function includes(version) {
  const near = (list) => list.split(' ').includes(version.replace('2026.', ''));
  const file = (home, name) => join(home.stateDir, name);
  /** Starts on a config that includes `name` from its own folder, which `write` puts there. */
  const takes = async (name, write, env) => await startsUnless(/include/i, { version, config: { logging: { $include: name } } }, async (home) => {
    Object.assign(home.env, env?.(home));
    await write(home);
  });
  const outside = async (home) => await writeFile(join(home.dir, 'outside.json5'), '{}');
  const chain = (depth) => async (home) => {
    for (let at = 1; at <= depth; at += 1) await writeFile(file(home, `${at}.json5`), at === depth ? '{}' : `{ $include: './${at + 1}.json5' }`);
  };
  const sized = (bytes) => async (home) => await writeFile(file(home, 'inside.json5'), `{}${' '.repeat(bytes - 2)}`);
  const LIMIT = 2 * 1024 * 1024;
  const found = [];
  if (near('2.12 2.17 9.6')) found.push(['include_confined', String(!await takes('../outside.json5', outside)), 'a start with an included file outside of the folder of the config']);
  if (near('4.29 5.2 9.6')) found.push(['include_roots', String(await takes('../outside.json5', outside, (home) => ({ OPENCLAW_INCLUDE_ROOTS: home.dir }))), 'the same with OPENCLAW_INCLUDE_ROOTS']);
  if (near('2.25 2.26 9.6')) {
    const linked = await takes('./inside.json5', async (home) => {
      await writeFile(file(home, 'inside.json5'), '{}');
      await link(file(home, 'inside.json5'), file(home, 'second-name.json5'));
    });
    found.push(['include_links_refused', String(!linked), 'a start with an included file that has a second name']);
    if (!await takes('./inside.json5', sized(LIMIT))) throw new Error('2 MiB are too much');
    found.push(['include_max_bytes', await takes('./inside.json5', sized(LIMIT + 1)) ? 'None' : `Some(${LIMIT})`, 'starts with an included file of 2 MiB, and of a byte more']);
  }
  if (near('2.6-3 9.6')) {
    let depth = 9;
    while (depth < 12 && await takes('./1.json5', chain(depth + 1))) depth += 1;
    found.push(['include_depth', String(depth), 'starts with includes nested deeper and deeper']);
  }
  return found;
}
