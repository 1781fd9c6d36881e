// The gateway's store as the recorder writes it beside a running gateway: files, or from 2026.8.1 rows.
import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { node } from '../lib/cache.mjs';
import { isSince } from '../lib/versions.mjs';

const run = promisify(execFile);
export const TOKEN = 'device-token-of-observations';
const rows = (home) => isSince(home.version, 8, 1);

// The columns of the two tables as the gateway's own src/infra/device-pairing-store.ts maps them; not every version has each.
const PAIRED = {
  deviceId: 'device_id', publicKey: 'public_key', displayName: 'display_name', operatorLabel: 'operator_label', platform: 'platform',
  deviceFamily: 'device_family', clientId: 'client_id', clientMode: 'client_mode', browserOrigin: 'browser_origin', role: 'role',
  roles: 'roles_json', scopes: 'scopes_json', approvedScopes: 'approved_scopes_json', remoteIp: 'remote_ip', tokens: 'tokens_json',
  approvedVia: 'approved_via', nodeSurface: 'node_surface_json', pendingNodeSurface: 'pending_node_surface_json',
  createdAtMs: 'created_at_ms', approvedAtMs: 'approved_at_ms', lastSeenAtMs: 'last_seen_at_ms', lastSeenReason: 'last_seen_reason',
};
const PENDING = {
  requestId: 'request_id', deviceId: 'device_id', publicKey: 'public_key', displayName: 'display_name', platform: 'platform',
  deviceFamily: 'device_family', clientId: 'client_id', clientMode: 'client_mode', browserOrigin: 'browser_origin', role: 'role',
  roles: 'roles_json', scopes: 'scopes_json', remoteIp: 'remote_ip', silent: 'silent', isRepair: 'is_repair', ts: 'ts', refreshedAtMs: 'refreshed_at_ms',
};

/** The record and the requests of the observed device, and nothing else; `state` as crates/core/src/gateway/state.rs has it. */
export async function writeStore(home, device, { paired, pending = [] }, now) {
  const record = paired && {
    deviceId: device.deviceId, clientId: 'cli', clientMode: 'cli', ...paired,
    ...paired.tokens && { tokens: Object.fromEntries(Object.entries(paired.tokens).map(([role, { scopes, revoked }]) => [role, {
      token: TOKEN, role, ...scopes && { scopes }, createdAtMs: 1, ...revoked && { revokedAtMs: 2 },
    }])) },
    createdAtMs: 1, approvedAtMs: 1,
  };
  const requests = pending.map(({ silent, scopes, ts, refreshedAtMs, role = 'operator' }, at) => ({
    requestId: `request-${at}`, deviceId: device.deviceId, publicKey: device.publicKey, clientId: 'cli', clientMode: 'cli', role, roles: [role],
    scopes, silent, isRepair: Boolean(paired), ts: now + ts, ...refreshedAtMs !== undefined && { refreshedAtMs: now + refreshedAtMs },
  }));
  await putStore(home, { paired: record ? [record] : [], pending: requests });
}

/** Makes these the only records and requests. */
export async function putStore(home, { paired, pending }) {
  if (rows(home)) return await sqlite(home, { paired, pending });
  await mkdir(join(home.stateDir, 'devices'), { recursive: true, mode: 0o700 });
  await json(home, 'pending', Object.fromEntries(pending.map((request) => [request.requestId, request])));
  await json(home, 'paired', Object.fromEntries(paired.map((record) => [record.deviceId, record])));
}

/** {paired: {deviceId: record}, pending: [request]}. */
export async function readStore(home) {
  if (rows(home)) return await sqlite(home);
  const read = async (name) => JSON.parse(await readFile(join(home.stateDir, 'devices', `${name}.json`), 'utf8').catch(() => '{}'));
  return { paired: await read('paired'), pending: Object.values(await read('pending')) };
}

/** The commands of a node: {has, waits}, each null where there are none. */
export async function readSurfaces(home, deviceId) {
  if (rows(home)) {
    const { nodeSurface = null, pendingNodeSurface = null } = (await readStore(home)).paired[deviceId];
    return { has: nodeSurface, waits: pendingNodeSurface };
  }
  const read = async (name) => JSON.parse(await readFile(join(home.stateDir, 'nodes', `${name}.json`), 'utf8').catch(() => '{}'));
  return { has: (await read('paired'))[deviceId] ?? null, waits: Object.values(await read('pending')).find(({ nodeId }) => nodeId === deviceId) ?? null };
}

/** Makes these the commands of a node, and with files of no other. */
export async function putSurfaces(home, deviceId, { has, waits }) {
  if (!rows(home)) {
    await json(home, 'paired', has ? { [deviceId]: has } : {}, 'nodes');
    return await json(home, 'pending', waits ? { [waits.requestId]: waits } : {}, 'nodes');
  }
  const { paired, pending } = await readStore(home);
  const { nodeSurface, pendingNodeSurface, ...record } = paired[deviceId];
  paired[deviceId] = { ...record, ...has && { nodeSurface: has }, ...waits && { pendingNodeSurface: waits } };
  await putStore(home, { paired: Object.values(paired), pending });
}

async function json(home, name, value, folder = 'devices') {
  const path = join(home.stateDir, folder, `${name}.json`);
  await writeFile(`${path}.new`, JSON.stringify(value, null, 2), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** By `node:sqlite` of the Node that OpenClaw runs on. Without `change` only reads. */
async function sqlite(home, change) {
  const script = `
    const { DatabaseSync } = require('node:sqlite');
    const [path, ...texts] = process.argv.slice(1);
    const [change, PAIRED, PENDING] = texts.map((text) => JSON.parse(text));
    const db = new DatabaseSync(path, { timeout: 10000 });
    const put = (table, map, list) => {
      const columns = new Set(db.prepare('SELECT name FROM pragma_table_info(?)').all(table).map(({ name }) => name));
      db.exec('DELETE FROM ' + table);
      for (const record of list) {
        const fields = Object.keys(map).filter((name) => columns.has(map[name]) && record[name] !== undefined);
        const value = (name) => map[name].endsWith('_json') ? JSON.stringify(record[name]) : typeof record[name] === 'boolean' ? Number(record[name]) : record[name];
        db.prepare('INSERT INTO ' + table + ' (' + fields.map((name) => map[name]) + ') VALUES (' + fields.map(() => '?') + ')').run(...fields.map(value));
      }
    };
    const get = (table, map) => {
      const names = Object.fromEntries(Object.entries(map).map(([name, column]) => [column, name]));
      return db.prepare('SELECT * FROM ' + table).all().map((row) => Object.fromEntries(Object.entries(row).filter(([column, value]) => value !== null && column in names)
        .map(([column, value]) => [names[column], column.endsWith('_json') ? JSON.parse(value) : value])));
    };
    if (change) {
      db.exec('BEGIN IMMEDIATE');
      put('device_pairing_paired', PAIRED, change.paired);
      put('device_pairing_pending', PENDING, change.pending);
      db.exec('COMMIT');
    }
    console.log(JSON.stringify({
      paired: Object.fromEntries(get('device_pairing_paired', PAIRED).map((record) => [record.deviceId, record])),
      pending: get('device_pairing_pending', PENDING),
    }));`;
  const path = join(home.stateDir, 'state', 'openclaw.sqlite');
  const texts = [change ?? null, PAIRED, PENDING].map((value) => JSON.stringify(value));
  const { stdout } = await run(await node(24), ['--no-warnings', '--eval', script, path, ...texts], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}
