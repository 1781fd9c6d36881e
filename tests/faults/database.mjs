// The same faults on a state dir that a real 2026.9.6 started on and left: setup() writes rows there, and the config.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { node } from '../lib/cache.mjs';
import { Caller } from '../lib/caller.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { NEWEST as VERSION } from '../lib/versions.mjs';
import { byCall, CONFIG, Ground, OPERATIONS, ordered, OTHERS, read } from './faults.mjs';

const DB = 'state/openclaw.sqlite';
const CONFIG_FILE = 'openclaw.json';
const TABLES = ['device_identities', 'device_pairing_paired', 'device_pairing_pending', 'config_machine_state'];

let left;

/** What the gateway left of its database, as one file; with other devices and requests in it, and a request of ours. */
function started() {
  left ??= (async () => {
    const home = await makeHome({ version: VERSION });
    const caller = new Caller('native', { node: await node(24) });
    try {
      const gateway = await startGateway(home);
      await gateway.stop();
      const request = (id, device, key) => ['INSERT INTO device_pairing_pending (request_id, device_id, public_key, silent, ts) VALUES (?, ?, ?, 0, 1)', id, device, key];
      const { report, error } = await caller.call('sql', { file: join(home.stateDir, DB), statements: [
        ...OTHERS.map(({ deviceId, publicKey }) => [
          'INSERT INTO device_pairing_paired (device_id, public_key, role, tokens_json, created_at_ms, approved_at_ms) VALUES (?, ?, ?, ?, 4, 5)',
          deviceId, publicKey, 'node', '{"node":{"token":"other-token","role":"node","scopes":[],"createdAtMs":5.0}}',
        ]),
        ...OTHERS.map(({ deviceId, publicKey }, at) => request(`r${at}`, deviceId, publicKey)),
        ["SELECT device_id, public_key_pem FROM device_identities WHERE identity_key = 'primary'"],
        ['PRAGMA wal_checkpoint(TRUNCATE)'],
      ] });
      assert.ok(report, JSON.stringify(error));
      const [{ device_id: deviceId, public_key_pem: pem }] = report.at(-2);
      const own = await caller.call('sql', { file: join(home.stateDir, DB), statements: [request('r9', deviceId, pem), ['PRAGMA wal_checkpoint(TRUNCATE)']] });
      assert.ok(own.report, JSON.stringify(own.error));
      return { deviceId, content: fs.readFileSync(join(home.stateDir, DB)) };
    } finally {
      await caller.stop();
      await home.dispose();
    }
  })();
  return left;
}

export class DatabaseGround extends Ground {
  version = VERSION;
  operations = byCall({ ...OPERATIONS, truncate: ['ftruncate', 'fallocate'], lock: ['fcntl'] });
  met = [['open'], ['read'], ['write'], ['fsync'], ['rename', 'link'], ['unlink'], ['fchmod'], ['truncate'], ['lock']];
  // Of the log's index, of the log, of the database, of the config.
  limits = [1, 100, 1000, 5000, 20_000, 40_000, 100_000];
  // SQLite calls a file that cannot be opened so, whatever the reason, and what it cannot lock busy.
  refusals = /^ERR_PREPAIR_(DISK_FULL|IO|CHANGED|LOCKED|CONTENDED|SQLITE|SQLITE_BUSY|PERMISSION|READ_ONLY)$/;
  known = ['', CONFIG_FILE, 'state', DB, `${DB}-wal`, `${DB}-shm`];
  changed = [DB, CONFIG_FILE];

  async begin() {
    this.node = await node(24);
    const { deviceId, content } = await started();
    return { deviceId, files: { [DB]: content, [CONFIG_FILE]: CONFIG }, options: { pending: 'device' } };
  }

  async reference() {
    const here = this.room();
    this.before = await this.rows(here.stateDir);
    const { report, error } = await this.healthy.call('setup', here.options);
    assert.ok(report, JSON.stringify(error));
    this.done = { rows: await this.rows(here.stateDir), [CONFIG_FILE]: read(here.stateDir, CONFIG_FILE) };
    assert.deepEqual(this.done.rows.others, this.before.others);
    assert.equal(this.done.rows.others.device_pairing_paired.length, OTHERS.length);
    assert.deepEqual([this.before.ours.length, this.done.rows.ours.length], [1, 1], 'the request is gone, the record is there');
    assert.notEqual(this.done[CONFIG_FILE], CONFIG);
  }

  /** Rows of our device and all others, as whoever opens the database next sees them: on a copy, which a look may change. */
  async rows(stateDir) {
    const copy = join(this.work, 'copy', DB);
    fs.rmSync(dirname(copy), { recursive: true, force: true });
    fs.mkdirSync(dirname(copy), { recursive: true });
    for (const end of ['', '-wal', '-journal']) if (fs.existsSync(join(stateDir, DB + end))) fs.copyFileSync(join(stateDir, DB + end), copy + end);
    const { report, error } = await this.healthy.call('sql', { file: copy, statements: [
      ['PRAGMA integrity_check'], ['PRAGMA user_version'], ['SELECT sql FROM sqlite_schema ORDER BY name'], ...TABLES.map((table) => [`SELECT * FROM ${table} ORDER BY 1`]),
    ] });
    assert.ok(report, JSON.stringify(error));
    const [[{ integrity_check: sound }], [{ user_version: schema }], sql, ...tables] = report;
    assert.equal(sound, 'ok');
    const ours = [];
    const others = Object.fromEntries(TABLES.map((table, at) => [table, tables[at].filter((row) => {
      if (table === 'device_identities' || row.device_id !== this.start.deviceId) return true;
      ours.push({ ...row, ...row.tokens_json && { tokens_json: row.tokens_json.replace(/"token":"[\w-]{43}"/, '"token":"TOKEN"') } });
      return false;
    })]));
    return { ours, others: { ...others, schema, sql } };
  }

  async prefix(stateDir, what) {
    const { ours, others } = await this.rows(stateDir);
    assert.deepEqual(others, this.before.others, `${what}: the rest of the database`);
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    const config = read(stateDir, CONFIG_FILE);
    assert.ok(same(ours, this.before.ours) || same(ours, this.done.rows.ours), `${what}: rows are neither as they were nor as they end up: ${JSON.stringify(ours)}`);
    assert.ok(config === CONFIG || config === this.done[CONFIG_FILE], `${what}: the config`);
    return ordered([same(ours, this.done.rows.ours), config === this.done[CONFIG_FILE]], what);
  }
}
