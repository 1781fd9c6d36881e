'use strict';

// What people see, each as the state of a gateway that shows it. The keys are derived in public and belong to nobody, the tokens are made up.

/** What `newIdentity({ secret, label })` derives these keys from. */
const SECRET = 'an example of the page: nobody uses this key';
const KEYS = {
  joke: ['6a461f07e3ebf2df854f5ac0c36b4a27257a497b0746bde016ceb2a56eaf0172', 'wOfLIgR6W77HuqMrxMUNpp2B7rfuLsKGdCRo2vrozcc'],
  loopback: ['8b17e1cc4468976bd08dd086e02d8a1423980f86b00933e7e01f297af3c3c440', 'sL3lFG1p9bBuyV1ptiZW6B0LkeyrtM5lE3EjfgKaW2E'],
  browser: ['2623503d7d5f8d09a54dbdf4aee8222e063dd8ccd39a02948d798f9cda8f7a6c', 'gzhYN4LZPZRx5wWijuqPTFexAbb4xTMVr-ssRBb4p1U'],
  node: ['fcd9c9f3f7051765f2d7a55986c88ff0a58821a5866bab97033ffc07a1455bb1', 'Z5iBQ-GdRN21OxfJnJLr8crdRNNDzqamR0TAmmtWLn8'],
  gateway: ['194e173555ab37445644d84f0b471e39c92527270d7ef84d2beffcdc9e82ded7', '70CuH2qhimbsu9fSv9wmtB8zJap7HVkHXHZtrQqMCmA'],
};
const REQUEST = 'cbc55e79-3252-4bfc-b91d-b108cf7e646c';
const AGENT = { platform: 'linux', clientId: 'gateway-client', clientMode: 'backend', role: 'operator', roles: ['operator'] };
const ALL = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];
const AGO = 90_000;

const json = (value) => JSON.stringify(value, null, 2);

const config = (more = '') => `// the sandbox's gateway
{
  gateway: {
    mode: 'local',
    port: 18789,
    bind: 'loopback',
    auth: { mode: 'token', token: '\${OPENCLAW_GATEWAY_TOKEN}' },${more}
  },
}
`;
const trusting = config("\n    trustedProxies: ['127.0.0.1'],");
const serving = config("\n    trustedProxies: ['127.0.0.1'],\n    controlUi: { allowedOrigins: ['https://claw.example'] },");

/** After the agent's `cron.list` was approved silently and its `cron.add` was not (2026.2.19). */
function listed([deviceId, publicKey], now) {
  const then = now - AGO;
  return {
    paired: json({
      [deviceId]: {
        deviceId, publicKey, ...AGENT, scopes: ['operator.read'],
        tokens: { operator: { token: 'made-up-0000000000000000000000000000000000', role: 'operator', scopes: ['operator.read'], createdAtMs: then } },
        createdAtMs: then, approvedAtMs: then,
      },
    }),
    pending: json({ [REQUEST]: { requestId: REQUEST, deviceId, publicKey, ...AGENT, scopes: ['operator.admin'], silent: false, isRepair: true, ts: then } }),
    device: publicHalf([deviceId, publicKey], then),
  };
}

/** A first request that was not approved, as 2026.2.19 keeps it where every local client counts as a remote one. */
const refused = ([deviceId, publicKey], now) => ({
  pending: json({ [REQUEST]: { requestId: REQUEST, deviceId, publicKey, ...AGENT, scopes: ['operator.read'], silent: false, isRepair: false, ts: now - AGO } }),
  device: publicHalf([deviceId, publicKey], now - AGO),
});

const pem = (key) => `-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA${key.replaceAll('-', '+').replaceAll('_', '/')}=\n-----END PUBLIC KEY-----\n`;
const publicHalf = ([deviceId, publicKey], createdAtMs) => `${json({ version: 1, deviceId, publicKeyPem: pem(publicKey), createdAtMs })}\n`;

// Of a database that 2026.9.6 made: what pairing needs.
const SCHEMA = [
  'CREATE TABLE config_machine_state (state_key TEXT NOT NULL PRIMARY KEY, value_json TEXT NOT NULL, updated_at_ms INTEGER NOT NULL) STRICT',
  'CREATE TABLE device_identities (identity_key TEXT NOT NULL PRIMARY KEY, device_id TEXT NOT NULL, public_key_pem TEXT NOT NULL, private_key_pem TEXT NOT NULL, created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL) STRICT',
  'CREATE TABLE device_pairing_pending (request_id TEXT NOT NULL PRIMARY KEY, device_id TEXT NOT NULL, public_key TEXT NOT NULL, display_name TEXT, platform TEXT, device_family TEXT, client_id TEXT, client_mode TEXT, browser_origin TEXT, role TEXT, roles_json TEXT, scopes_json TEXT, remote_ip TEXT, silent INTEGER, is_repair INTEGER, ts INTEGER NOT NULL, refreshed_at_ms INTEGER) STRICT',
  'CREATE TABLE device_pairing_paired (device_id TEXT NOT NULL PRIMARY KEY, public_key TEXT NOT NULL, display_name TEXT, operator_label TEXT, platform TEXT, device_family TEXT, client_id TEXT, client_mode TEXT, browser_origin TEXT, role TEXT, roles_json TEXT, scopes_json TEXT, approved_scopes_json TEXT, remote_ip TEXT, tokens_json TEXT, approved_via TEXT, node_surface_json TEXT, pending_node_surface_json TEXT, created_at_ms INTEGER NOT NULL, approved_at_ms INTEGER NOT NULL, last_seen_at_ms INTEGER, last_seen_reason TEXT) STRICT',
];

/** A started gateway's database in which one device waits. */
const waiting = ([device_id, public_key], client, now) => ({
  userVersion: 18,
  schema: SCHEMA,
  tables: {
    device_identities: [{ identity_key: 'primary', device_id: KEYS.gateway[0], public_key_pem: pem(KEYS.gateway[1]), private_key_pem: '', created_at_ms: now - 2 * AGO, updated_at_ms: now - 2 * AGO }],
    device_pairing_pending: [{ request_id: REQUEST, device_id, public_key, ...client, remote_ip: '203.0.113.9', silent: 0, is_repair: 0, ts: now - AGO }],
  },
});
const asked = (role, scopes) => ({ role, roles_json: JSON.stringify([role]), scopes_json: JSON.stringify(scopes) });

/** By the name in a link. `version` null: the newest. `given(now)`: the texts of files, and rows where there is a database. */
const EXAMPLES = {
  joke: {
    title: 'Cron: `Silly Joke` failed: gateway closed (1008): pairing required',
    version: '2026.2.19', connection: { client: 'agent', place: 'direct', method: 'cron.add' },
    given: (now) => ({ config: config(), ...listed(KEYS.joke, now) }),
  },
  browser: {
    title: 'The Control UI behind a proxy: pairing required',
    version: null, connection: { client: 'control-ui', place: 'behind a proxy', host: 'claw.example', origin: 'https://claw.example' },
    given: (now) => ({ config: serving, device: KEYS.browser[1], database: waiting(KEYS.browser, { client_id: 'openclaw-control-ui', client_mode: 'webchat', platform: 'Win32', ...asked('operator', ALL) }, now) }),
  },
  'http-403': {
    title: 'HTTP 403 through a proxy since 2026.8.1',
    version: null, connection: { client: 'agent', place: 'behind a proxy', device: 'yes' },
    given: () => ({ config: config() }),
  },
  loopback: {
    title: '127.0.0.1 is in trustedProxies, and even local clients are refused',
    version: '2026.2.19', connection: { client: 'agent', place: 'direct', method: 'cron.list' },
    given: (now) => ({ config: trusting, ...refused(KEYS.loopback, now) }),
  },
  node: {
    title: '`openclaw node run`: pairing required',
    version: null, connection: { client: 'node', place: 'behind a proxy' },
    given: (now) => ({ config: trusting, device: KEYS.node[1], database: waiting(KEYS.node, { client_id: 'node-host', client_mode: 'node', platform: 'linux', device_family: 'Linux', ...asked('node', []) }, now) }),
  },
  fresh: {
    title: 'A fresh sandbox of the newest version, reached from a function',
    version: null, connection: { client: 'agent', place: 'behind a proxy', device: 'yes' },
    given: () => ({ config: trusting }),
  },
};

module.exports = { EXAMPLES, SCHEMA, SECRET, KEYS };
