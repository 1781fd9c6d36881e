// devices.* in a sandbox: files and rows, in few round trips; a token leaves it by one call alone.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { NEWEST } from '../lib/versions.mjs';
import { identity } from '../vectors/lib.mjs';
import { makeDatabase, modern } from './database.mjs';

const require = createRequire(import.meta.url);
const { devices, localDir } = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');
const BROWSER = identity('33'.repeat(32));
const ID = '7b0c3f52-5d1e-4a53-9f0e-3a1d6c1f7f10';
const ID2 = '7b0c3f52-5d1e-4a53-9f0e-3a1d6c1f7f11';
const scopes = ['operator.read', 'operator.write'];
const surface = { requestId: ID2, platform: 'linux', commands: ['system.run'], ts: 1 };

/** A sandbox whose every command and answer is kept. */
function sandbox(t) {
  const home = mkdtempSync(join(tmpdir(), 'prepair-devices-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const fs = localDir(home);
  const said = [];
  const exec = async (argv, context) => {
    // The sandbox's own Node knows SQLite.
    const done = await fs.exec(['env', `PATH=${dirname(modern)}:${process.env.PATH}`, ...argv], context);
    said.push(done.stdout);
    return done;
  };
  return { home, said, stateDir: join(home, '.openclaw'), fs: { read: fs.read, writeMany: fs.writeMany, exec } };
}

test('files', async (t) => {
  const { fs, stateDir } = sandbox(t);
  const options = { stateDir, gatewayVersion: '2026.4.29' };
  mkdirSync(join(stateDir, 'devices'), { recursive: true, mode: 0o700 });
  writeFileSync(join(stateDir, 'devices/pending.json'), JSON.stringify({ [ID]: { requestId: ID, deviceId: BROWSER.deviceId, publicKey: BROWSER.publicKey, clientId: 'openclaw-control-ui', role: 'operator', roles: ['operator'], scopes, silent: false, ts: Date.now() } }));
  const list = await devices.list(fs, options);
  assert.deepEqual([list.waiting.length, list.paired.length, list.roundTrips], [1, 0, 1]);
  const report = await devices.approve(fs, { ...options, requestId: ID, scopes: ['operator.read'] });
  assert.deepEqual([report.granted, report.attempts, report.roundTrips], [['operator.read'], 1, 3]);
  const { deviceId } = BROWSER;
  const { token, roundTrips } = await devices.token(fs, { ...options, deviceId });
  assert.deepEqual([token, roundTrips], [JSON.parse(readFileSync(join(stateDir, 'devices/paired.json')))[deviceId].tokens.operator.token, 1]);
  await devices.rename(fs, { ...options, deviceId, name: 'Office' });
  await devices.rotate(fs, { ...options, deviceId });
  assert.equal((await devices.revoke(fs, { ...options, deviceId })).roles[0], 'operator');
  await assert.rejects(devices.token(fs, { ...options, deviceId }), { code: 'ERR_PREPAIR_REVOKED' });
  await devices.remove(fs, { ...options, deviceId });
  await assert.rejects(devices.reject(fs, { ...options, requestId: ID }), { code: 'ERR_PREPAIR_NOT_FOUND' });
  assert.equal(readFileSync(join(stateDir, 'devices/paired.json'), 'utf8'), '{}');
});

test('rows: no token leaves the sandbox but by `token`', async (t) => {
  const { fs, said, stateDir } = sandbox(t);
  const { sql } = makeDatabase(stateDir);
  const options = { stateDir, gatewayVersion: NEWEST };
  const old = 'OldTokenThatStaysInside0123456789abcdefghij';
  const other = identity('55'.repeat(32));
  const put = (who, roles) => sql(`INSERT INTO device_pairing_paired (device_id, public_key, role, roles_json, scopes_json, approved_scopes_json, tokens_json, node_surface_json, pending_node_surface_json, created_at_ms, approved_at_ms)
    VALUES (?, ?, ?, ?, '["operator.read"]', '["operator.read"]', ?, ?, ?, 1, 1)`, [who.deviceId, who.publicKey, roles[0], JSON.stringify(roles),
    JSON.stringify(Object.fromEntries(roles.map((role) => [role, { token: `${old}${role}`, role, scopes: role === 'node' ? [] : ['operator.read'], createdAtMs: 1 }]))), null, roles.includes('node') ? JSON.stringify(surface) : null]);
  put(BROWSER, ['operator', 'node']);
  put(other, ['operator']);
  const row = (id) => sql('SELECT * FROM device_pairing_paired WHERE device_id = ?', [id])[0];
  const theirs = row(other.deviceId);
  sql('INSERT INTO device_pairing_pending (request_id, device_id, public_key, role, roles_json, scopes_json, silent, is_repair, ts) VALUES (?, ?, ?, ?, ?, ?, 0, 1, ?)', [ID, BROWSER.deviceId, BROWSER.publicKey, 'operator', '["operator"]', JSON.stringify(scopes), Date.now()]);
  const { deviceId } = BROWSER;
  const list = await devices.list(fs, options);
  assert.deepEqual(list.waiting.map(({ kind, requestId, commands }) => [kind, requestId, commands]), [['device', ID, undefined], ['node-surface', ID2, ['system.run']]]);
  await devices.approve(fs, { ...options, requestId: ID });
  const tokens = JSON.parse(row(deviceId).tokens_json);
  assert.deepEqual([tokens.node.token, tokens.operator.token.length, tokens.operator.scopes], [`${old}node`, 43, scopes], 'the token of another role was put back');
  assert.deepEqual((await devices.approve(fs, { ...options, requestId: ID2 })).granted, ['system.run']);
  assert.deepEqual(JSON.parse(row(deviceId).node_surface_json).commands, ['system.run']);
  assert.equal(row(deviceId).pending_node_surface_json, null);
  await devices.rotate(fs, { ...options, deviceId, role: 'node' });
  await devices.rename(fs, { ...options, deviceId, name: 'Office' });
  assert.equal(row(deviceId).operator_label, 'Office');
  assert.equal(said.some((text) => text.includes('TokenThatStays') || text.includes(tokens.operator.token)), false, 'no token left the sandbox');
  const given = await devices.token(fs, { ...options, deviceId, role: 'operator' });
  assert.deepEqual([given.token, given.scopes], [tokens.operator.token, scopes]);
  await devices.revoke(fs, { ...options, deviceId, role: 'operator' });
  await devices.remove(fs, { ...options, deviceId });
  assert.equal(row(deviceId), undefined);
  assert.deepEqual(row(other.deviceId), theirs, 'others are as they were');
});
