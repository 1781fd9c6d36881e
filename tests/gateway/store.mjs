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

/** The record and the requests of the observed device, and nothing else; `state` as crates/core/src/gateway/state.rs has it. */
export async function writeStore(home, device, { paired, pending = [] }, now) {
  const record = paired && {
    deviceId: device.deviceId, ...paired,
    ...paired.tokens && { tokens: Object.fromEntries(Object.entries(paired.tokens).map(([role, { scopes, revoked }]) => [role, {
      token: TOKEN, role, ...scopes && { scopes }, createdAtMs: 1, ...revoked && { revokedAtMs: 2 },
    }])) },
    createdAtMs: 1, approvedAtMs: 1,
  };
  const requests = pending.map(({ silent, scopes, ts, refreshedAtMs }, at) => ({
    requestId: `request-${at}`, deviceId: device.deviceId, publicKey: device.publicKey, role: 'operator', roles: ['operator'],
    scopes, silent, isRepair: Boolean(paired), ts: now + ts, ...refreshedAtMs !== undefined && { refreshedAtMs: now + refreshedAtMs },
  }));
  if (rows(home)) return await sqlite(home, { record, requests });
  await mkdir(join(home.stateDir, 'devices'), { recursive: true, mode: 0o700 });
  await json(home, 'pending', Object.fromEntries(requests.map((request) => [request.requestId, request])));
  await json(home, 'paired', record ? { [record.deviceId]: record } : {});
}

/** {paired: {deviceId: {approvedAtMs, …}}, pending: [{deviceId, clientId, scopes, ts, refreshedAtMs}]}. */
export async function readStore(home) {
  if (rows(home)) return await sqlite(home);
  const read = async (name) => JSON.parse(await readFile(join(home.stateDir, 'devices', `${name}.json`), 'utf8').catch(() => '{}'));
  return { paired: await read('paired'), pending: Object.values(await read('pending')) };
}

async function json(home, name, value) {
  const path = join(home.stateDir, 'devices', `${name}.json`);
  await writeFile(`${path}.new`, JSON.stringify(value, null, 2), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** By `node:sqlite` of the Node that OpenClaw runs on. Without `change` only reads. */
async function sqlite(home, change) {
  const script = `
    const { DatabaseSync } = require('node:sqlite');
    const [path, text] = process.argv.slice(1);
    const change = JSON.parse(text);
    const db = new DatabaseSync(path, { timeout: 10000 });
    const list = (value) => value === undefined ? null : JSON.stringify(value);
    const scopes = (row) => JSON.parse(row.scopes_json ?? '[]');
    if (change) {
      db.exec('BEGIN IMMEDIATE; DELETE FROM device_pairing_pending; DELETE FROM device_pairing_paired');
      if (change.record) {
        const r = change.record;
        db.prepare('INSERT INTO device_pairing_paired (device_id, public_key, platform, device_family, client_id, client_mode, role, roles_json, scopes_json, approved_scopes_json, tokens_json, created_at_ms, approved_at_ms) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)')
          .run(r.deviceId, r.publicKey, r.platform ?? null, r.deviceFamily ?? null, 'cli', 'cli', r.role ?? null, list(r.roles), list(r.scopes), list(r.approvedScopes), list(r.tokens), 1, 1);
      }
      for (const r of change.requests) {
        db.prepare('INSERT INTO device_pairing_pending (request_id, device_id, public_key, client_id, client_mode, role, roles_json, scopes_json, silent, is_repair, ts, refreshed_at_ms) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)')
          .run(r.requestId, r.deviceId, r.publicKey, 'cli', 'cli', r.role, list(r.roles), list(r.scopes), Number(r.silent), Number(r.isRepair), r.ts, r.refreshedAtMs ?? null);
      }
      db.exec('COMMIT');
    }
    console.log(JSON.stringify({
      paired: Object.fromEntries(db.prepare('SELECT * FROM device_pairing_paired').all().map((row) => [row.device_id, { approvedAtMs: row.approved_at_ms }])),
      pending: db.prepare('SELECT * FROM device_pairing_pending').all().map((row) => ({ deviceId: row.device_id, clientId: row.client_id, scopes: scopes(row), ts: row.ts, refreshedAtMs: row.refreshed_at_ms })),
    }));`;
  const path = join(home.stateDir, 'state', 'openclaw.sqlite');
  const { stdout } = await run(await node(24), ['--no-warnings', '--eval', script, path, JSON.stringify(change ?? null)]);
  return JSON.parse(stdout);
}
