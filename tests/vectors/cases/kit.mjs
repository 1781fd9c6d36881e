// What the cases are written with. Identities and records are made by node:crypto and by hand here, never by the core.
import { identity } from '../lib.mjs';

export const NOW = 1_771_500_000_000;
export const ENTROPY = Array.from({ length: 64 }, (_, i) => i.toString(16).padStart(2, '0')).join('');
export const NEW = identity(ENTROPY.slice(0, 64));
export const TOKEN = Buffer.from(ENTROPY.slice(64), 'hex').toString('base64url');
export const OURS = identity('11'.repeat(32));
export const OTHER = identity('22'.repeat(32));
export const S = '/home/u/.openclaw';
export const DEVICE = `${S}/identity/device.json`;
export const PAIRED = `${S}/devices/paired.json`;
export const PENDING = `${S}/devices/pending.json`;
export const CONFIG = `${S}/openclaw.json`;
/** Older names of the config, looked for beside it. */
const LEGACY = Object.fromEntries(['clawdbot', 'moltbot', 'moldbot'].map((name) => [`${S}/${name}.json`, null]));
export const DB = `${S}/state/openclaw.sqlite`;
export const FIVE = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];

/** The identity file as OpenClaw writes it. */
export const device = (id, change = {}) => `${JSON.stringify({
  version: 1, deviceId: id.deviceId, publicKeyPem: id.publicKeyPem, privateKeyPem: id.privateKeyPem, createdAtMs: NOW - 1000, ...change,
}, null, 2)}\n`;

/** A record that opens every version; `undefined` leaves a field out. */
export const record = (id, change = {}) => ({
  deviceId: id.deviceId, publicKey: id.publicKey, displayName: 'mine', clientId: 'cli', clientMode: 'cli', role: 'operator', roles: ['operator'],
  scopes: FIVE, approvedScopes: FIVE, tokens: { operator: token() }, createdAtMs: NOW - 900, approvedAtMs: NOW - 900, ...change,
});
export const token = (change = {}) => ({ token: 'A'.repeat(43), role: 'operator', scopes: FIVE, createdAtMs: NOW - 900, ...change });
export const store = (...records) => JSON.stringify(Object.fromEntries(records.map((one) => [one.deviceId, one])), null, 2);
export const stranger = { deviceId: OTHER.deviceId, publicKey: OTHER.publicKey, role: 'node', tokens: { node: { token: 'B'.repeat(43), role: 'node', scopes: [], createdAtMs: 1 } }, createdAtMs: 1, approvedAtMs: 1, later: { x: [1, 2.50, 'ü'] } };

export const request = (requestId, id, change = {}) => ({ requestId, deviceId: id.deviceId, publicKey: id.publicKey, silent: false, isRepair: false, ts: NOW - 5000, ...change });
export const pending = (...requests) => JSON.stringify(Object.fromEntries(requests.map((one) => [one.requestId, one])), null, 2);

/** A state dir without a database, whose JSON files are these. */
export const json = (files = {}) => ({
  files: { [DEVICE]: null, [PAIRED]: null, [PENDING]: null, [CONFIG]: null, ...LEGACY, ...files },
  rows: { userVersion: null, columns: null },
});

const COLUMNS = {
  device_identities: ['identity_key', 'device_id', 'public_key_pem', 'private_key_pem', 'created_at_ms', 'updated_at_ms'],
  device_pairing_paired: ['device_id', 'public_key', 'display_name', 'operator_label', 'platform', 'device_family', 'client_id', 'client_mode', 'browser_origin', 'role', 'roles_json', 'scopes_json', 'approved_scopes_json', 'remote_ip', 'tokens_json', 'approved_via', 'node_surface_json', 'pending_node_surface_json', 'created_at_ms', 'approved_at_ms', 'last_seen_at_ms', 'last_seen_reason'],
  device_pairing_pending: ['request_id', 'device_id', 'public_key', 'display_name', 'platform', 'device_family', 'client_id', 'client_mode', 'browser_origin', 'role', 'roles_json', 'scopes_json', 'remote_ip', 'silent', 'is_repair', 'ts', 'refreshed_at_ms'],
  config_machine_state: ['state_key', 'value_json'],
};
export const columns = (drop = () => false) => Object.entries(COLUMNS).flatMap(([tbl, names]) => names.map((col) => ({ tbl, col }))).filter((row) => !drop(row));

/** A row of device_pairing_paired that opens every version. */
export const row = (id, change = {}) => ({
  device_id: id.deviceId, public_key: id.publicKey, display_name: 'mine', operator_label: null, platform: null, device_family: null, client_id: 'cli',
  client_mode: 'cli', browser_origin: null, role: 'operator', roles_json: '["operator"]', scopes_json: JSON.stringify(FIVE), approved_scopes_json: JSON.stringify(FIVE),
  remote_ip: null, tokens_json: JSON.stringify({ operator: token() }), approved_via: 'owner', node_surface_json: null, pending_node_surface_json: null,
  created_at_ms: NOW - 900, approved_at_ms: NOW - 900, last_seen_at_ms: null, last_seen_reason: null, ...change,
});

/** A state dir with a database. `mine`: our rows; `id`: whose record is asked for. */
export const sqlite = ({ version = 18, primary = OURS, id = primary ?? NEW, mine = [], waiting = [], supervision = [], files = {}, cols = columns() } = {}) => ({
  files: { [DEVICE]: null, [PAIRED]: null, [PENDING]: null, [CONFIG]: null, [`${DEVICE}.doctor-importing`]: null, [`${DEVICE}.native-importing`]: null, ...LEGACY, ...files },
  rows: {
    userVersion: [{ user_version: version }], columns: cols, primary: primary ? [{ device_id: primary.deviceId, public_key_pem: primary.publicKeyPem }] : [],
    [`paired:${id.deviceId}`]: mine, pending: waiting, supervision,
  },
});

export const at = (gatewayVersion, more = {}) => ({ stateDir: S, gatewayVersion, env: {}, ...more });
