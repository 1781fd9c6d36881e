// The walk: a state dir in every condition that is known, for versions of every era and every kind of connection; what doctor says
// opens the door is done by program, and doctor is asked again. `node:sqlite` makes the databases, so this runs on Node 24.
import { execFileSync } from 'node:child_process';
import { createPublicKey, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_SCOPES, newIdentity } from '../lib/client.mjs';
import { SCHEMA } from '../sandbox/database.mjs';
import { NEWEST } from '../lib/versions.mjs';

const require = createRequire(import.meta.url);
const prepair = require('../../npm/openclaw-prepair');
const { load } = require('../../npm/openclaw-prepair/lib/node/binding.js');
const driver = require('../../npm/openclaw-prepair/lib/node/driver.js');
const { parse } = require('../../npm/openclaw-prepair/lib/cli/args.js');
const { DatabaseSync } = process.getBuiltinModule?.('node:sqlite') ?? {};

/** The first version of a database by its schema. */
const SCHEMAS = { '2026.8.1': 15, '2026.9.3': 16, '2026.9.4': 17, '2026.9.5': 17, [NEWEST]: 18 };
export const VERSIONS = [
  '2026.2.6-3', '2026.2.12', '2026.2.17', '2026.2.19', '2026.2.21', '2026.2.24', '2026.3.13', '2026.3.28', '2026.4.15', '2026.4.29', '2026.5.18', '2026.7.1',
  '2026.8.1', '2026.9.4', '2026.9.5', NEWEST,
];

const [A, B] = [newIdentity(), newIdentity()];
const NOW = Date.now();
const TOKEN = 'a-token-of-the-gateway-for-the-walk';

function device({ privateKeyPem, deviceId }, change = {}) {
  const publicKeyPem = createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' });
  const file = { version: 1, deviceId, publicKeyPem, privateKeyPem, createdAtMs: NOW, ...change };
  return JSON.stringify(file, (key, value) => (value === null ? undefined : value), 2);
}
const record = ({ deviceId, publicKey }, change = {}) => ({
  deviceId, publicKey, displayName: 'walker', clientId: 'cli', clientMode: 'cli', role: 'operator', roles: ['operator'],
  scopes: ALL_SCOPES, approvedScopes: ALL_SCOPES,
  tokens: { operator: { token: randomBytes(32).toString('base64url'), role: 'operator', scopes: ALL_SCOPES, createdAtMs: NOW } },
  createdAtMs: NOW, approvedAtMs: NOW, ...change,
});
const token = (change) => ({ tokens: { operator: { token: randomBytes(32).toString('base64url'), role: 'operator', scopes: ALL_SCOPES, createdAtMs: NOW, ...change } } });
const scoped = (...scopes) => ({ scopes, approvedScopes: scopes, ...token({ scopes }) });
const request = ({ deviceId, publicKey }, change = {}) => ({
  requestId: randomUUID(), deviceId, publicKey, clientId: 'cli', clientMode: 'cli', role: 'operator', roles: ['operator'], scopes: ['operator.read'], silent: false, ts: NOW, ...change,
});

/** Each state: what is in it. `identity`, `paired` and `pending` are of the store, `gateway` of the config; `files` lie beside. */
export const STATES = {
  empty: { config: null, identity: null },
  fresh: { identity: null },
  unpaired: {},
  whole: { paired: [record(A)] },
  'under-scoped': { paired: [record(A, scoped('operator.pairing'))] },
  'reads only': { paired: [record(A, scoped('operator.read'))] },
  'token-less': { paired: [record(A, { tokens: undefined })] },
  'no tokens': { paired: [record(A, { tokens: {} })] },
  revoked: { paired: [record(A, token({ revokedAtMs: NOW }))] },
  'redacted token': { paired: [record(A, token({ token: '[REDACTED]' }))] },
  pinned: { paired: [record(A, { platform: 'macOS 26.3.1', deviceFamily: 'Mac' })] },
  'pinned, waiting': { paired: [record(A, { platform: 'macOS 26.3.1' })], pending: [request(A, { platform: 'linux' })] },
  waiting: { pending: [request(A)] },
  'another waits': { paired: [record(A)], pending: [request(B)] },
  'another key in the record': { paired: [record(A, { publicKey: B.publicKey })] },
  'key in another spelling': { paired: [record(A, { publicKey: `${Buffer.from(A.publicKey, 'base64url').toString('base64')}` })] },
  "a node's record": { paired: [record(A, { role: 'node', roles: ['node'], scopes: [], approvedScopes: [], tokens: { node: { token: 'x'.repeat(43), role: 'node', scopes: [], createdAtMs: NOW } } })] },
  'token without scopes': { paired: [record(A, token({ scopes: undefined }))] },
  'identity without version': { paired: [record(A)], files: { 'identity/device.json': device(A, { version: null }) } },
  'identity of two keys': { paired: [record(A)], files: { 'identity/device.json': device(A, { privateKeyPem: '[REDACTED]' }) } },
  "another's identity file": { paired: [record(A)], files: { 'identity/device.json': device(B) } },
  'loopback is a proxy': { gateway: { trustedProxies: ['127.0.0.0/8', '10.0.0.0/8', '::1'] } },
  'proxy listed': { paired: [record(A)], gateway: { trustedProxies: ['127.0.0.1'] } },
  'no mode': { gateway: { mode: undefined } },
  'mode remote': { gateway: { mode: 'remote' } },
  'bind lan': { gateway: { bind: 'lan' } },
  'bind unknown': { paired: [record(A)], gateway: { bind: 'everywhere' } },
  'proxies a text': { gateway: { trustedProxies: '10.0.0.7' } },
  placeholder: { paired: [record(A)], gateway: { auth: { mode: 'token', token: 'change-me-now' } } },
  'mode password': { gateway: { auth: { mode: 'password', password: 'a-password-for-the-walk' } } },
  'mode trusted-proxy': { gateway: { auth: { mode: 'trusted-proxy', trustedProxy: { userHeader: 'x-user' } }, trustedProxies: ['127.0.0.1'] } },
  'config broken': { config: '{ gateway: ' },
};

const THROUGH = { 'X-Forwarded-For': '203.0.113.9' };
const REMOTE = { client: 'cli', remoteAddress: '203.0.113.9', host: 'gateway.example:18789', presentsDevice: true };
export const CONNECTIONS = {
  agent: { client: 'agent' },
  'command line': { client: 'cli' },
  'command line adds': { client: 'cli', method: 'cron.add' },
  'agent, proxy': { client: 'agent', headers: THROUGH },
  'command line, proxy': { client: 'cli', headers: THROUGH },
  'device, proxy': { client: 'cli', presentsDevice: true, headers: THROUGH },
  'remote device': REMOTE,
  'remote device by its token': { ...REMOTE, auth: 'device-token' },
};
/** What these connections meet in these states must be opened. */
const MUST = { states: ['fresh', 'unpaired', 'under-scoped', 'token-less', 'no tokens', 'pinned'], connections: ['command line', 'remote device'] };

function put(stateDir, name, text) {
  const path = join(stateDir, name);
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}

const json = (value) => (value === undefined ? null : JSON.stringify(value));
function database(stateDir, version, { identity, paired, pending }) {
  mkdirSync(join(stateDir, 'state'), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(join(stateDir, 'state/openclaw.sqlite'));
  db.exec(SCHEMA.replace(/user_version = \d+/, `user_version = ${SCHEMAS[version]}`));
  const insert = (table, row) => db.prepare(`INSERT INTO ${table} (${Object.keys(row)}) VALUES (${Object.keys(row).map(() => '?')})`).run(...Object.values(row).map((value) => value ?? null));
  if (identity) {
    const public_key_pem = createPublicKey(identity.privateKeyPem).export({ type: 'spki', format: 'pem' });
    insert('device_identities', { identity_key: 'primary', device_id: identity.deviceId, public_key_pem, private_key_pem: identity.privateKeyPem, created_at_ms: NOW, updated_at_ms: NOW });
  }
  for (const one of paired) {
    insert('device_pairing_paired', {
      device_id: one.deviceId, public_key: one.publicKey, display_name: one.displayName, platform: one.platform, device_family: one.deviceFamily, client_id: one.clientId,
      client_mode: one.clientMode, role: one.role, roles_json: json(one.roles), scopes_json: json(one.scopes), approved_scopes_json: json(one.approvedScopes),
      tokens_json: json(one.tokens), created_at_ms: one.createdAtMs, approved_at_ms: one.approvedAtMs,
    });
  }
  for (const one of pending) {
    insert('device_pairing_pending', {
      request_id: one.requestId, device_id: one.deviceId, public_key: one.publicKey, platform: one.platform, client_id: one.clientId, client_mode: one.clientMode, role: one.role,
      roles_json: json(one.roles), scopes_json: json(one.scopes), silent: Number(one.silent), ts: one.ts,
    });
  }
  db.close();
}

/** Makes a state dir; `store` is where a version from 2026.8.1 on keeps its devices: files are what its first start imports. */
export function build(home, version, { identity = A, paired = [], pending = [], gateway = {}, config, files = {} }, store) {
  const stateDir = join(home, '.openclaw');
  mkdirSync(stateDir, { mode: 0o700 });
  const text = JSON.stringify({ gateway: { mode: 'local', port: 18789, bind: 'loopback', auth: { mode: 'token', token: TOKEN }, ...gateway } }, null, 2);
  if (config !== null) put(stateDir, 'openclaw.json', config ?? text);
  if (store === 'rows') database(stateDir, version, { identity, paired, pending });
  else {
    if (identity) put(stateDir, 'identity/device.json', device(identity));
    if (paired.length > 0) put(stateDir, 'devices/paired.json', JSON.stringify(Object.fromEntries(paired.map((one) => [one.deviceId, one])), null, 2));
    if (pending.length > 0) put(stateDir, 'devices/pending.json', JSON.stringify(Object.fromEntries(pending.map((one) => [one.requestId, one])), null, 2));
  }
  for (const [name, content] of Object.entries(files)) put(stateDir, name, content);
  return stateDir;
}

/** Takes the steps of a remedy; whether all of them could be. `openclaw` runs OpenClaw's own commands, where there is one. */
export async function follow({ steps }, { env, openclaw }) {
  for (const { by, argv } of steps) {
    if (argv === undefined || (by === 'openclaw' && openclaw === undefined)) return false;
    if (by === 'hand') execFileSync(argv[0], argv.slice(1), { env });
    if (by === 'openclaw') await openclaw(argv);
    if (by !== 'openclaw-prepair') continue;
    const { operation, options } = parse(argv, null);
    const of = operation.split('.');
    const own = { ...options, env };
    if (of.length === 2) prepair[of[0]][of[1]](own);
    else driver.run(load(), operation, own);
  }
  return true;
}

const isOpen = ({ verdict }) => verdict === 'open' || verdict === 'silent-approval';

/** Walks all of it: how many situations came to what, and what went wrong. */
export async function walk({ versions = VERSIONS, states = Object.keys(STATES), connections = Object.keys(CONNECTIONS) } = {}) {
  const [counts, wrong] = [new Map(), []];
  const count = (name) => counts.set(name, (counts.get(name) ?? 0) + 1);
  let all = 0;
  for (const version of versions) {
    for (const store of version in SCHEMAS ? ['rows', 'files'] : ['files']) {
      for (const state of states) {
        for (const name of connections) {
          all += 1;
          const home = mkdtempSync(join(tmpdir(), 'prepair-walk-'));
          const env = { HOME: home, PATH: process.env.PATH };
          try {
            const stateDir = build(home, version, STATES[state], store);
            const connection = CONNECTIONS[name];
            const ask = () => prepair.diagnose({ stateDir, gatewayVersion: version, env, connection });
            const before = ask();
            const problem = (what, more) => wrong.push(`${version} ${store}, ${state}, ${name}: ${what} ${JSON.stringify({ verdict: before.verdict, reason: before.reason, remedy: before.remedy, ...more })}`);
            const must = version !== '2026.9.5' && MUST.states.includes(state) && MUST.connections.includes(name);
            if (isOpen(before)) {
              count(before.verdict);
              if (before.remedy !== null) problem('open, yet a remedy');
              continue;
            }
            const { remedy } = before;
            if (!remedy || remedy.steps.length === 0 || remedy.steps.some(({ text }) => !/[.]$/.test(text))) {
              problem('a wall without a remedy');
              continue;
            }
            if (!remedy.opens) {
              count(`elsewhere: ${before.verdict}${before.reason ? `, ${before.reason}` : ''}`);
              if (must) problem('not opened');
              continue;
            }
            let followed;
            try {
              followed = await follow(remedy, { env });
            } catch (error) {
              problem('a step is refused', { error: error.message });
              continue;
            }
            if (!followed) {
              count(`opened with OpenClaw's own help: ${before.verdict}, ${before.reason}`);
              if (must) problem('not opened by us');
              continue;
            }
            const after = ask();
            if (isOpen(after) && after.remedy === null) count(`opened: ${before.verdict}, ${before.reason}`);
            else problem('a promise broken', { after: { verdict: after.verdict, reason: after.reason } });
          } finally {
            rmSync(home, { recursive: true, force: true });
          }
        }
      }
    }
  }
  return { all, counts, wrong };
}
