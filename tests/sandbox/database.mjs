// The state database of 2026.9.6, made by a Node that knows SQLite.
import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { node } from '../lib/cache.mjs';

const { newIdentity } = createRequire(import.meta.url)('../../npm/openclaw-prepair');

export const modern = await node(24);
/** What a script prints under that Node. */
export const nodeOf = (script, ...args) => execFileSync(modern, ['-e', script, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

// src/state/openclaw-state-schema.sql of 2026.9.6, as far as it is of pairing.
export const SCHEMA = `PRAGMA user_version = 18;
CREATE TABLE config_machine_state (state_key TEXT NOT NULL PRIMARY KEY, value_json TEXT NOT NULL, updated_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE device_identities (identity_key TEXT NOT NULL PRIMARY KEY, device_id TEXT NOT NULL, public_key_pem TEXT NOT NULL, private_key_pem TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE device_pairing_pending (request_id TEXT NOT NULL PRIMARY KEY, device_id TEXT NOT NULL, public_key TEXT NOT NULL, display_name TEXT, platform TEXT,
  device_family TEXT, client_id TEXT, client_mode TEXT, browser_origin TEXT, role TEXT, roles_json TEXT, scopes_json TEXT, remote_ip TEXT, silent INTEGER,
  is_repair INTEGER, ts INTEGER NOT NULL, refreshed_at_ms INTEGER) STRICT;
CREATE TABLE device_pairing_paired (device_id TEXT NOT NULL PRIMARY KEY, public_key TEXT NOT NULL, display_name TEXT, operator_label TEXT, platform TEXT,
  device_family TEXT, client_id TEXT, client_mode TEXT, browser_origin TEXT, role TEXT, roles_json TEXT, scopes_json TEXT, approved_scopes_json TEXT, remote_ip TEXT,
  tokens_json TEXT, approved_via TEXT, node_surface_json TEXT, pending_node_surface_json TEXT, created_at_ms INTEGER NOT NULL, approved_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER, last_seen_reason TEXT) STRICT;`;
const QUERY = `const db = new (require('node:sqlite').DatabaseSync)(process.argv[1]);
  const [sql, params] = JSON.parse(process.argv[2]);
  console.log(JSON.stringify(params ? db.prepare(sql).all(...params) : db.exec(sql) ?? []));`;

/**
 * A database with an identity, by default a sound one; with `deviceId` null there is none. `change` may make another schema.
 * Gives `sql(text, params)` and the identity.
 */
export function makeDatabase(stateDir, { deviceId, change = (text) => text } = {}) {
  mkdirSync(join(stateDir, 'state'), { recursive: true, mode: 0o700 });
  const sql = (text, params) => JSON.parse(nodeOf(QUERY, join(stateDir, 'state/openclaw.sqlite'), JSON.stringify([text, params])));
  sql(change(SCHEMA));
  const identity = newIdentity();
  const publicKeyPem = createPublicKey(identity.privateKeyPem).export({ type: 'spki', format: 'pem' });
  if (deviceId !== null) {
    sql('INSERT INTO device_identities VALUES (?, ?, ?, ?, ?, ?)', ['primary', deviceId ?? identity.deviceId, publicKeyPem, identity.privateKeyPem, 1, 1]);
  }
  return { sql, identity };
}
