// The store of 2026.8.1 and later: rows of a database that a real 2026.9.6 made. node:sqlite needs Node 22 or later,
// so on Node 20 this file runs itself on Node 24.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { appendFileSync, chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { node, openclaw } from '../lib/cache.mjs';
import { cli, makeHome, startGateway } from '../lib/gateway.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { place as somewhere, prepair, refusal, snapshot } from '../node/setup.mjs';

const FILE = fileURLToPath(import.meta.url);
const BIN = fileURLToPath(new URL('../../npm/openclaw-prepair/bin/openclaw-prepair.js', import.meta.url));
const require = createRequire(import.meta.url);
const remote = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');
const sqlite = process.getBuiltinModule?.('node:sqlite');
if (sqlite) rows();
else {
  test('the rows, on Node 24', async (t) => {
    const env = { ...process.env };
    delete env.NODE_TEST_CONTEXT;
    const child = spawnSync(await node(24), ['--test', '--test-reporter=tap', FILE], { encoding: 'utf8', env });
    t.diagnostic(child.stdout.split('\n').filter((line) => /^(not )?ok /.test(line)).join('\n'));
    assert.equal(child.status, 0, child.stdout);
    assert.match(child.stdout, /^# fail 0$/m);
  });
  test('without node:sqlite a started state dir is refused, an older database is not', async (t) => {
    const here = somewhere(t, NEWEST);
    const header = Buffer.alloc(4096);
    header.write('SQLite format 3\0', 'latin1');
    for (const [version, code] of [[18, 'ERR_PREPAIR_SQLITE_UNAVAILABLE'], [15, 'ERR_PREPAIR_SQLITE_UNAVAILABLE'], [1, null], [0, null]]) {
      header.writeInt32BE(version, 60);
      rmSync(here.stateDir, { recursive: true, force: true });
      here.put('state/openclaw.sqlite', header);
      const error = refusal(() => prepair.setup(here.options));
      assert.equal(error?.code ?? null, code);
      if (error) {
        assert.match(error.hint, /Node/);
        assert.deepEqual(readdirSync(here.stateDir), ['state']);
      }
    }
  });
  test('without node:sqlite nothing is told of what the database holds', async (t) => {
    const here = somewhere(t, NEWEST);
    prepair.setup(here.options);
    const header = Buffer.alloc(4096);
    header.write('SQLite format 3\0', 'latin1');
    header.writeInt32BE(18, 60);
    here.put('state/openclaw.sqlite', header);
    // Port 9: nobody listens there.
    for (const more of [{}, { force: true }, { waitMs: 60_000 }]) {
      await assert.rejects(prepair.verify({ ...here.options, url: 'ws://127.0.0.1:9', token: 'sesame', ...more }), { code: 'ERR_PREPAIR_SQLITE_UNAVAILABLE', path: here.file('state/openclaw.sqlite') });
    }
    const { verdict, assumed, findings } = prepair.diagnose(here.options);
    assert.deepEqual([verdict, assumed.store], ['unknown', 'sqlite']);
    assert.doesNotMatch(assumed.connection, /started/);
    assert.deepEqual(findings.map(({ code }) => code).filter((code) => /PAIRED|IDENTITY/.test(code)), []);
    const command = (...args) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args, '--state-dir', here.stateDir, '--gateway-version', NEWEST], { encoding: 'utf8', env: { HOME: here.home, PATH: process.env.PATH } });
      return [status, stdout + stderr];
    };
    const [status, said] = command('verify');
    assert.equal(status, 1, said);
    assert.match(said, /ERR_PREPAIR_SQLITE_UNAVAILABLE.*cannot read.*→ Run this with the Node that runs the gateway\. Node [\d.]+ serves every OpenClaw/s);
    assert.doesNotMatch(said, /setup/);
    for (const args of [['doctor'], ['doctor', '--all']]) {
      const [code, text] = command(...args);
      assert.equal(code, 4, text);
      assert.match(text, /\(database\).*W_SQLITE_UNAVAILABLE/s);
      assert.doesNotMatch(text, /\(files\)|no gateway has started/);
    }
  });
}

function rows() {
  let started;
  let openclawDir;
  before(async () => {
    // The Node that a sandbox on this machine finds first.
    process.env.PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
    openclawDir = await openclaw(NEWEST);
    started = await makeHome({ version: NEWEST });
    const gateway = await startGateway(started);
    await gateway.stop();
  });
  after(() => started.dispose());

  /** A copy of a state dir that 2026.9.6 started on and left. */
  const place = (t) => {
    const here = somewhere(t, NEWEST);
    cpSync(started.stateDir, here.stateDir, { recursive: true });
    here.db = here.file('state/openclaw.sqlite');
    here.options = { ...here.options, gatewayVersion: 'auto', openclawDir };
    here.sql = (sql, ...params) => {
      const db = new sqlite.DatabaseSync(here.db);
      try {
        return db.prepare(sql).all(...params).map((row) => ({ ...row }));
      } finally {
        db.close();
      }
    };
    return here;
  };
  /** All that counts in the database: every row of ours, and the version. */
  const content = (here) =>
    ['SELECT * FROM device_identities', 'SELECT * FROM device_pairing_paired', 'SELECT * FROM device_pairing_pending', 'PRAGMA user_version'].map((sql) => here.sql(sql));
  const files = (here) => readdirSync(here.stateDir, { recursive: true }).filter((name) => !/sqlite-(wal|shm)$/.test(name)).sort();

  test('the primary identity is reused, the record inserted, then nothing is left to do', (t) => {
    const here = place(t);
    const [primary] = here.sql("SELECT * FROM device_identities WHERE identity_key = 'primary'");
    const seen = files(here);
    const report = prepair.setup(here.options);
    assert.deepEqual([report.store, report.identity, report.paired, report.deviceId], ['sqlite', 'reused', 'created', primary.device_id]);
    assert.deepEqual(report.gateway, { version: NEWEST, source: 'package' });
    assert.deepEqual(report.changes, [{ path: here.db, action: 'rows', rows: 1 }]);
    const [row] = here.sql('SELECT * FROM device_pairing_paired');
    assert.equal(row.device_id, primary.device_id);
    assert.equal(row.approved_via, 'owner');
    assert.equal(row.platform, null);
    assert.equal(row.created_at_ms, here.options.now);
    const tokens = JSON.parse(row.tokens_json);
    assert.equal(Buffer.from(tokens.operator.token, 'base64url').length, 32);
    assert.deepEqual(here.sql("SELECT * FROM device_identities WHERE identity_key = 'primary'"), [primary]);
    assert.deepEqual(files(here), seen, 'no file appears beside the database');
    const now = content(here);
    const again = prepair.setup(here.options);
    assert.deepEqual([again.changes, again.paired], [[], 'unchanged']);
    assert.deepEqual(content(here), now);
    assert.equal(prepair.exportIdentity(here.options).privateKeyPem, primary.private_key_pem);
  });

  test('our row is completed, its unknown columns and other devices stay', (t) => {
    const here = place(t);
    const { deviceId } = prepair.setup(here.options);
    const other = prepair.prePair({ ...here.options, device: { publicKey: prepair.newIdentity().publicKey, displayName: 'far' } }).deviceId;
    here.sql("UPDATE device_pairing_paired SET scopes_json = '[\"operator.read\",\"operator.talk\"]', remote_ip = '10.0.0.1', node_surface_json = '{\"a\":1}' WHERE device_id = ?", deviceId);
    const [far] = here.sql('SELECT * FROM device_pairing_paired WHERE device_id = ?', other);
    const [mine] = here.sql('SELECT * FROM device_pairing_paired WHERE device_id = ?', deviceId);
    assert.equal(prepair.setup({ ...here.options, now: here.options.now + 5 }).paired, 'updated');
    assert.deepEqual(here.sql('SELECT * FROM device_pairing_paired WHERE device_id = ?', other), [far]);
    const [row] = here.sql('SELECT * FROM device_pairing_paired WHERE device_id = ?', deviceId);
    assert.deepEqual(row, {
      ...mine,
      scopes_json: '["operator.read","operator.talk","operator.admin","operator.write","operator.approvals","operator.pairing"]',
      approved_at_ms: here.options.now + 5,
    });
  });

  test('pending rows: of our device, of one, of all', (t) => {
    const here = place(t);
    const { deviceId } = prepair.setup(here.options);
    const add = (id, device, silent) =>
      here.sql('INSERT INTO device_pairing_pending (request_id, device_id, public_key, silent, ts) VALUES (?, ?, ?, ?, ?)', id, device, 'k', silent, here.options.now - 500);
    add('a', deviceId, 0);
    add('b', 'other', 1);
    assert.equal(prepair.setup(here.options).pendingCleared, 1);
    assert.deepEqual(here.sql('SELECT request_id FROM device_pairing_pending'), [{ request_id: 'b' }]);
    add('a', deviceId, null);
    assert.deepEqual(prepair.clearPending({ ...here.options, deviceId: 'other' }).cleared, [{ requestId: 'b', deviceId: 'other', silent: true, ageMs: 500 }]);
    assert.deepEqual(prepair.clearPending(here.options).cleared, [{ requestId: 'a', deviceId, silent: null, ageMs: 500 }]);
    assert.deepEqual(prepair.clearPending(here.options).changes, []);
  });

  test('every bad database is refused with its own code, and nothing changes', (t) => {
    const cases = {
      'a newer user_version': [(here) => here.sql('PRAGMA user_version = 99'), 'STORE_CONFLICT'],
      'a preview user_version': [(here) => here.sql('PRAGMA user_version = 9'), 'STORE_CONFLICT'],
      'no pending table': [(here) => here.sql('DROP TABLE device_pairing_pending'), 'SQLITE_SCHEMA'],
      'no tokens column': [(here) => here.sql('ALTER TABLE device_pairing_paired RENAME COLUMN tokens_json TO tokens'), 'SQLITE_SCHEMA'],
      'a supervisor': [(here) => here.sql("INSERT INTO config_machine_state (state_key, value_json, updated_at_ms) VALUES ('gateway.supervision', '{}', 1)"), 'SUPERVISED'],
      'a primary identity with a foreign deviceId': [(here) => here.sql("UPDATE device_identities SET device_id = 'x'"), 'IDENTITY_BROKEN'],
    };
    for (const [name, [spoil, code]] of Object.entries(cases)) {
      const here = place(t);
      spoil(here);
      const seen = [here.sql('SELECT * FROM device_identities'), here.sql('SELECT * FROM device_pairing_paired'), here.sql('PRAGMA user_version')];
      const error = refusal(() => prepair.setup({ ...here.options, config: { proxyPeers: ['10.0.0.9'] } }));
      assert.equal(error?.code, `ERR_PREPAIR_${code}`, `${name}: ${error?.message}`);
      assert.equal(error.path, here.db, name);
      assert.ok(error.hint, name);
      assert.deepEqual([here.sql('SELECT * FROM device_identities'), here.sql('SELECT * FROM device_pairing_paired'), here.sql('PRAGMA user_version')], seen, name);
      assert.equal(here.text('openclaw.json').includes('10.0.0.9'), false, name);
    }
    const files = {
      'no database at all': [(here) => writeFileSync(here.db, 'x'.repeat(5000)), 'SQLITE'],
      'a torn database': [(here) => writeFileSync(here.db, readFileSync(here.db).fill(0x5a, 200, 9000)), 'SQLITE'],
      'a folder': [(here) => { rmSync(here.db); mkdirSync(here.db); }, 'NOT_A_FILE'],
    };
    for (const [name, [spoil, code]] of Object.entries(files)) {
      const here = place(t);
      for (const end of ['-wal', '-shm']) rmSync(here.db + end, { force: true });
      spoil(here);
      const error = refusal(() => prepair.setup({ ...here.options, config: { proxyPeers: ['10.0.0.9'] } }));
      assert.equal(error?.code, `ERR_PREPAIR_${code}`, `${name}: ${error?.message}`);
      assert.equal(here.text('openclaw.json').includes('10.0.0.9'), false, name);
      assert.ok(!existsSync(here.file('devices/paired.json')), name);
    }
  });

  test('another version than the one that wrote the database is refused', (t) => {
    const here = place(t);
    const seen = content(here);
    const error = refusal(() => prepair.setup({ ...here.options, openclawDir: undefined, gatewayVersion: '2026.7.1' }));
    assert.equal(error?.code, 'ERR_PREPAIR_STORE_CONFLICT');
    assert.match(error.message, /2026\.7\.1/);
    assert.deepEqual(content(here), seen);
  });

  test('another identity is refused, onConflict or not', (t) => {
    const here = place(t);
    const seen = content(here);
    const { privateKeyPem } = prepair.newIdentity();
    for (const rest of [{ identity: { privateKeyPem } }, { identity: { privateKeyPem }, onConflict: 'replace' }, { identity: 'new' }]) {
      assert.equal(refusal(() => prepair.setup({ ...here.options, ...rest }))?.code, 'ERR_PREPAIR_IDENTITY_CONFLICT');
      assert.deepEqual(content(here), seen);
    }
    const own = prepair.exportIdentity(here.options);
    assert.equal(prepair.setup({ ...here.options, identity: { privateKeyPem: own.privateKeyPem } }).identity, 'reused');
  });

  test('an old identity file with another key stops every edit of the config', (t) => {
    for (const name of ['device.json', 'device.json.doctor-importing', 'device.json.native-importing']) {
      const here = place(t);
      const other = somewhere(t);
      prepair.setup(other.options);
      here.put(`identity/${name}`, other.text('identity/device.json'));
      const seen = [content(here), here.text('openclaw.json')];
      for (const call of ['patchConfig', 'setup']) {
        const options = call === 'setup' ? { config: { proxyPeers: ['10.0.0.9'] } } : { proxyPeers: ['10.0.0.9'] };
        const error = refusal(() => prepair[call]({ ...here.options, ...options }));
        assert.equal(error?.code, 'ERR_PREPAIR_LEGACY_IDENTITY_CONFLICT', name);
        assert.equal(error.path, here.file(`identity/${name}`));
        assert.deepEqual([content(here), here.text('openclaw.json')], seen);
      }
      const report = prepair.setup(here.options);
      assert.equal(report.warnings.filter((warning) => warning.code === 'W_LEGACY_IDENTITY_CONFLICT').length, 1);
      assert.deepEqual(report.config.warnings, [], 'said once');
    }
    const here = place(t);
    const { privateKeyPem, publicKey, deviceId } = prepair.exportIdentity(here.options);
    const own = { version: 1, deviceId, publicKeyPem: createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' }), privateKeyPem };
    here.put('identity/device.json', own);
    assert.equal(prepair.patchConfig({ ...here.options, proxyPeers: ['10.0.0.9'] }).changed, true, 'the same key is no conflict');
    // OpenClaw 2026.9.6 exits with 78 on it after a change of the config, though the key is that of the database.
    here.put('identity/device.json', { deviceId, publicKey, privateKey: privateKeyPem });
    const seen = here.text('openclaw.json');
    const error = refusal(() => prepair.patchConfig({ ...here.options, proxyPeers: ['10.0.0.8'] }));
    assert.equal(error?.code, 'ERR_PREPAIR_LEGACY_IDENTITY_CONFLICT');
    assert.match(error.hint, /setup\(\)/);
    assert.equal(here.text('openclaw.json'), seen);
    const report = prepair.setup({ ...here.options, config: { proxyPeers: ['10.0.0.8'] } });
    assert.deepEqual([report.identity, report.config.changed], ['repaired', true]);
    assert.ok(![...report.warnings, ...report.config.warnings].some((warning) => warning.code === 'W_LEGACY_IDENTITY_CONFLICT'));
    const { createdAtMs, ...mended } = here.json('identity/device.json');
    assert.ok(createdAtMs > 0);
    assert.deepEqual(mended, own);
    assert.deepEqual(prepair.setup({ ...here.options, config: { proxyPeers: ['10.0.0.8'] } }).changes, []);
  });

  test('after `openclaw config set` alone the files are imported by a gateway, whatever is set up in between', async (t) => {
    for (const spoil of [() => {}, (identity) => delete identity.version]) {
      const home = await makeHome({ version: NEWEST });
      t.after(() => home.dispose());
      const options = { stateDir: home.stateDir, env: { HOME: home.dir }, openclawDir };
      const { deviceId } = prepair.setup(options);
      await cli(home, ['config', 'set', 'gateway.controlUi.enabled', 'true']);
      const path = join(home.stateDir, 'identity/device.json');
      const identity = JSON.parse(readFileSync(path, 'utf8'));
      spoil(identity);
      writeFileSync(path, JSON.stringify(identity));
      // What lies in the files counts already; a form that is not imported would stop the gateway.
      assert.equal(prepair.exportIdentity(options).deviceId, deviceId, 'so verify has it too while a first start imports');
      const { verdict } = prepair.diagnose({ ...options, connection: { client: 'cli', presentsDevice: true } });
      assert.equal(verdict, identity.version === 1 ? 'open' : 'rejected');
      if (verdict === 'rejected') await assert.rejects(startGateway(home), { exitCode: 78 });
      const report = prepair.setup({ ...options, config: { proxyPeers: ['10.0.0.9'] } });
      assert.deepEqual([report.deviceId, report.identity, report.config.changed], [deviceId, 'imported', true]);
      assert.ok(![...report.warnings, ...report.config.warnings].some((warning) => warning.code === 'W_LEGACY_IDENTITY_CONFLICT'));
      const gateway = await startGateway(home);
      assert.equal(prepair.setup(options).paired, 'unchanged');
      assert.equal(prepair.exportIdentity(options).deviceId, deviceId);
      await gateway.stop();
    }
  });

  test('a record that was approved silently is approved by its owner from now on, so that no other client prunes it', (t) => {
    const here = place(t);
    const { deviceId } = prepair.setup(here.options);
    here.sql("UPDATE device_pairing_paired SET approved_via = 'silent' WHERE device_id = ?", deviceId);
    assert.equal(prepair.setup(here.options).paired, 'updated');
    assert.deepEqual(here.sql('SELECT approved_via FROM device_pairing_paired'), [{ approved_via: 'owner' }]);
    assert.deepEqual(prepair.setup(here.options).changes, []);
  });

  test('a database without a primary identity takes the one that waits in a file', (t) => {
    const here = place(t);
    here.sql('DELETE FROM device_identities');
    const other = somewhere(t);
    const { deviceId } = prepair.setup(other.options);
    here.put('identity/device.json', other.text('identity/device.json'));
    const report = prepair.setup(here.options);
    assert.deepEqual([report.identity, report.deviceId], ['imported', deviceId]);
    assert.equal(prepair.exportIdentity(here.options).privateKeyPem, prepair.exportIdentity(other.options).privateKeyPem);
    here.sql('DELETE FROM device_identities');
    rmSync(here.file('identity/device.json'));
    assert.equal(prepair.setup(here.options).identity, 'created');
  });

  test('a lock of another process is waited for, then refused', async (t) => {
    const here = place(t);
    const holder = (ms) => new Promise((resolve) => {
      const child = spawn(process.execPath, ['-e', `
        const { DatabaseSync } = require('node:sqlite');
        const db = new DatabaseSync(process.argv[1]);
        db.exec('BEGIN IMMEDIATE');
        console.log('held');
        setTimeout(() => { db.exec('ROLLBACK'); db.close(); }, ${ms});`, here.db], { stdio: ['ignore', 'pipe', 'ignore'] });
      const end = new Promise((done) => child.once('exit', done));
      child.stdout.once('data', () => resolve({ end }));
    });
    const short = await holder(1000);
    assert.equal(prepair.prePair(here.options).paired, 'created');
    await short.end;
    const seen = content(here);
    const long = await holder(12_000);
    const error = refusal(() => prepair.prePair({ ...here.options, scopes: ['operator.read'] }));
    assert.equal(error?.code, 'ERR_PREPAIR_SQLITE_BUSY');
    assert.deepEqual(content(here), seen);
    await long.end;
  });

  const EDIT = { config: { merge: { gateway: { port: 7777 } } } };
  const port = (here) => here.json('openclaw.json').gateway.port;
  const waiting = (here, id, device, ts) =>
    here.sql(`INSERT INTO device_pairing_pending (request_id, device_id, public_key, silent, ts) VALUES (${id}, ${device}, 'k', 0, ${ts})`);

  test('while a call waits for the lock of the state dir, a gateway can write its database', async (t) => {
    const here = place(t);
    const boot = existsSync('/proc/sys/kernel/random/boot_id') ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : '-';
    // A call in another container, which nobody here can see end.
    here.put(`.prepair.lock/${boot}.1.17.5.abcdefgh`, '');
    const script = 'console.log(JSON.stringify(require(process.argv[1]).setup(JSON.parse(process.argv[2]))))';
    const child = spawn(process.execPath, ['-e', script, join(dirname(FILE), '../../npm/openclaw-prepair'), JSON.stringify({ ...here.options, ...EDIT })], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
    const end = new Promise((done) => child.once('close', done));
    const db = new sqlite.DatabaseSync(here.db);
    for (let round = 0; round < 30; round += 1) {
      await new Promise((done) => setTimeout(done, 50));
      db.exec('BEGIN IMMEDIATE');
      db.exec('ROLLBACK');
    }
    db.close();
    assert.equal(child.exitCode, null, 'it waits');
    assert.deepEqual(here.sql('SELECT * FROM device_pairing_paired'), []);
    rmSync(here.file('.prepair.lock'), { recursive: true });
    assert.equal(await end, 0);
    assert.deepEqual([JSON.parse(out).paired, port(here)], ['created', 7777]);
  });

  test('a transaction that fails at its end leaves the config as it was, and the same call completes it', (t) => {
    const here = place(t);
    // What is found only by COMMIT, as a full disk is.
    here.sql('CREATE TABLE spoil (id INTEGER REFERENCES spoiled (id) DEFERRABLE INITIALLY DEFERRED)');
    here.sql('CREATE TABLE spoiled (id INTEGER PRIMARY KEY)');
    here.sql('CREATE TRIGGER spoils AFTER INSERT ON device_pairing_paired BEGIN INSERT INTO spoil VALUES (1); END');
    const seen = [content(here), here.text('openclaw.json'), files(here)];
    const error = refusal(() => prepair.setup({ ...here.options, ...EDIT }));
    assert.equal(error?.code, 'ERR_PREPAIR_SQLITE');
    assert.match(error.message, /constraint failed/);
    assert.deepEqual([content(here), here.text('openclaw.json'), files(here)], seen);
    here.sql('DROP TRIGGER spoils');
    assert.deepEqual([prepair.setup({ ...here.options, ...EDIT }).paired, port(here)], ['created', 7777]);
  });

  test('on a full disk nothing is half done, and the same call completes it with room', { skip: process.getuid() !== 0 && 'needs root to mount a small disk' }, (t) => {
    const here = place(t);
    here.sql('PRAGMA wal_checkpoint(TRUNCATE)');
    for (const end of ['-wal', '-shm']) rmSync(here.db + end, { force: true });
    const script = `
      const fs = require('node:fs');
      const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
      const prepair = require(process.argv[1]);
      const options = JSON.parse(process.argv[2]);
      const free = () => { const { bavail, bsize } = fs.statfsSync('.'); return bavail * bsize; };
      const port = () => JSON.parse(fs.readFileSync('s/openclaw.json', 'utf8')).gateway.port;
      const rows = () => { const db = new DatabaseSync('s/state/openclaw.sqlite'); try { return db.prepare('SELECT * FROM device_pairing_paired').all().length } finally { db.close() } };
      const told = [];
      for (let left = 4; left <= 92; left += 8) {
        fs.cpSync(process.argv[3], 's', { recursive: true });
        const before = port();
        fs.writeFileSync('fill', Buffer.alloc(free() - left * 1024));
        let code = null;
        try { prepair.setup(options) } catch (error) { code = error.code }
        const config = port();
        fs.rmSync('fill');
        const there = rows();
        prepair.setup(options);
        told.push({ left, code, whole: code ? config === before && there === 0 : config === 7777 && there === 1, completed: port() === 7777 && rows() === 1 });
        fs.rmSync('s', { recursive: true });
      }
      console.log(JSON.stringify(told));`;
    const disk = join(here.home, 'disk');
    mkdirSync(disk);
    const child = spawnSync('unshare', ['-m', '--propagation', 'private', 'sh', '-ec', 'mount -t tmpfs -o size=8m none "$0"; cd "$0"; exec "$@"', disk,
      process.execPath, '-e', script, join(dirname(FILE), '../../npm/openclaw-prepair'), JSON.stringify({ ...here.options, ...EDIT, stateDir: join(disk, 's') }), here.stateDir], { encoding: 'utf8' });
    assert.equal(child.status, 0, child.stderr);
    const told = JSON.parse(child.stdout);
    for (const one of told) assert.ok(one.whole && one.completed && [null, 'ERR_PREPAIR_DISK_FULL'].includes(one.code), JSON.stringify(one));
    assert.ok(told.some(({ code }) => code) && told.some(({ code }) => !code), child.stdout);
  });

  test('rows are written first; a config that changes then is planned anew, and the report tells of both', (t) => {
    const here = place(t);
    const real = require('../../npm/openclaw-prepair/lib/node/binding.js').load();
    const seen = [];
    const note = (what) => seen.push([what, here.sql('SELECT * FROM device_pairing_paired').length, port(here)]);
    const drive = (request, blobs, handlers) => real.drive(request, blobs, {
      ...handlers,
      begin(query) {
        note('begin');
        return handlers.begin(query);
      },
      commit() {
        handlers.commit();
        note('commit');
        if (seen.length === 2) appendFileSync(here.file('openclaw.json'), '\n');
      },
    });
    const before = port(here);
    const report = require('../../npm/openclaw-prepair/lib/node/driver.js').run({ ...real, drive }, 'setup', { ...here.options, ...EDIT });
    assert.deepEqual(seen, [['begin', 0, before], ['commit', 1, before]]);
    assert.deepEqual([report.paired, report.config.changed, report.attempts, port(here)], ['created', true, 2, 7777]);
    assert.deepEqual(report.changes.map(({ path, action }) => [path, action]), [[here.db, 'rows'], [here.file('openclaw.json'), 'replaced']]);
  });

  test('rows of others that no JavaScript value holds stop no call', async (t) => {
    const rows = [['\'huge\'', "'D'", '9007199254740993'], ["CAST(x'ff41' AS TEXT)", "'D'", '1'], ["CAST(x'ff42' AS TEXT)", "'D'", '1'], ["'a' || char(0) || 'b'", "'D'", '-5'], ["'dev'", "CAST(x'eda080' AS TEXT)", '9223372036854775807']];
    const bytes = (here) => here.sql('SELECT hex(request_id) AS id, hex(device_id) AS device, CAST(ts AS TEXT) AS ts FROM device_pairing_pending');
    for (const far of [false, true]) {
      const here = place(t);
      const call = (operation, options = {}) =>
        far ? remote[operation](remote.localDir(here.home), { ...here.options, env: undefined, ...options }) : prepair[operation]({ ...here.options, ...options });
      for (const row of rows) waiting(here, ...row);
      here.sql("INSERT INTO device_pairing_paired (device_id, public_key, created_at_ms, approved_at_ms) VALUES ('o', 'k', 9007199254740993, 9223372036854775807)");
      const seen = bytes(here);
      const report = await call('setup');
      assert.deepEqual([report.paired, report.pendingCleared], ['created', 0]);
      assert.deepEqual(bytes(here), seen);
      assert.deepEqual(here.sql("SELECT CAST(created_at_ms AS TEXT) AS at FROM device_pairing_paired WHERE device_id = 'o'"), [{ at: '9007199254740993' }]);
      here.sql('UPDATE device_pairing_paired SET last_seen_at_ms = 9007199254740993 WHERE device_id = ?', report.deviceId);
      assert.equal((await call('setup')).paired, 'unchanged');
      assert.equal((await call('clearPending', { deviceId: 'D' })).cleared.length, 4);
      assert.equal((await call('clearPending')).cleared.length, 1);
      assert.deepEqual(bytes(here), []);
    }
  });

  test('a database that was emptied beside its log is refused, and the log stays', async (t) => {
    const journal = (pages) => {
      const bytes = Buffer.alloc(512);
      Buffer.from('d9d505f920a163d7', 'hex').copy(bytes);
      bytes.writeUInt32BE(pages, 16);
      return bytes;
    };
    const cases = {
      'a write-ahead log': [() => {}, true],
      'a journal': [(here) => { rmSync(`${here.db}-wal`); writeFileSync(`${here.db}-journal`, journal(9)); }, true],
      'the journal of the very first write': [(here) => { rmSync(`${here.db}-wal`); writeFileSync(`${here.db}-journal`, journal(0)); }, false],
      'nothing': [(here) => rmSync(`${here.db}-wal`), false],
    };
    for (const [name, [make, refused]] of Object.entries(cases)) {
      const here = place(t);
      here.sql('CREATE TABLE waits_in_the_log (a)');
      const log = Buffer.alloc(9000, 7);
      truncateSync(here.db, 0);
      writeFileSync(`${here.db}-wal`, log);
      make(here);
      const seen = () => readdirSync(here.file('state')).filter((entry) => !entry.endsWith('-shm')).map((entry) => [entry, readFileSync(here.file(`state/${entry}`))]);
      const before = seen();
      const options = { ...here.options, ...EDIT };
      if (!refused) {
        assert.equal(prepair.setup(options).store, 'json', name);
        continue;
      }
      for (const far of [false, true]) {
        const calls = far ? remote : prepair;
        const first = far ? [remote.localDir(here.home)] : [];
        const { verdict, findings } = await calls.diagnose(...first, { ...here.options, env: undefined });
        assert.equal(verdict, 'unknown', name);
        assert.ok(findings.some(({ code, message }) => code === 'W_SQLITE' && /truncated/.test(message)), JSON.stringify(findings));
        const error = await (async () => calls.setup(...first, { ...options, env: undefined }))().then(() => null, (it) => it);
        assert.equal(error?.code, 'ERR_PREPAIR_SQLITE', name);
        assert.match(error.message, /truncated/);
        assert.deepEqual(seen(), before, name);
        assert.ok(!existsSync(here.file('devices')), name);
      }
    }
  });

  test('what a killed writer left unfinished is undone by a call that writes, and named by one that reads', async (t) => {
    for (const far of [false, true]) {
      const here = place(t);
      here.sql('PRAGMA journal_mode = DELETE');
      const script = `const { DatabaseSync } = require('node:sqlite');
        const db = new DatabaseSync(process.argv[1]);
        db.exec('PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE half (a); INSERT INTO half SELECT randomblob(4000) FROM pragma_function_list LIMIT 200');
        process.kill(process.pid, 'SIGKILL');`;
      spawnSync(process.execPath, ['-e', script, here.db]);
      const seen = [readFileSync(here.db), readFileSync(`${here.db}-journal`)];
      const calls = far ? remote : prepair;
      const first = far ? [remote.localDir(here.home)] : [];
      const options = { ...here.options, env: undefined };
      const { findings } = await calls.diagnose(...first, options);
      assert.ok(findings.some(({ code, message }) => code === 'W_SQLITE' && /unfinished/.test(message)), JSON.stringify(findings));
      const dry = await (async () => calls.setup(...first, { ...options, dryRun: true }))().then(() => null, (it) => it);
      assert.equal(dry?.code, 'ERR_PREPAIR_SQLITE');
      assert.deepEqual([readFileSync(here.db), readFileSync(`${here.db}-journal`)], seen, 'nothing was written');
      assert.equal((await calls.setup(...first, options)).paired, 'created');
      assert.deepEqual(here.sql("SELECT name FROM sqlite_schema WHERE name = 'half'"), []);
    }
  });

  /** The calls of both entries, on a place. */
  const both = (here) => [
    [prepair, []],
    [remote, [remote.localDir(here.home)]],
  ].map(([calls, first]) => (name, more) => calls[name](...first, { ...here.options, env: undefined, ...more }));

  test('an identity that no gateway starts on is named, and its key is not given away', async (t) => {
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    const secret = key.split('\n')[1];
    for (const [name, sql, ...params] of [
      ['the private half of another key', 'UPDATE device_identities SET private_key_pem = ?', key],
      ['no private half', "UPDATE device_identities SET private_key_pem = ''"],
      ['a private half without its end of line', 'UPDATE device_identities SET private_key_pem = trim(private_key_pem, char(10))'],
      ['a public half with CRLF', 'UPDATE device_identities SET public_key_pem = replace(public_key_pem, char(10), char(13) || char(10))'],
      ['a time before 1970', 'UPDATE device_identities SET created_at_ms = -1'],
    ]) {
      const here = place(t);
      const { deviceId } = prepair.setup(here.options);
      const connection = { client: 'cli', presentsDevice: true };
      here.sql(sql, ...params);
      const seen = content(here);
      for (const call of both(here)) {
        const { verdict, reason, findings, ...rest } = await call('diagnose', { connection });
        assert.deepEqual([verdict, reason, rest.device], ['rejected', 'identity', undefined], name);
        assert.deepEqual(findings.filter(({ path }) => path === here.db).map(({ code }) => code), ['W_IDENTITY_BROKEN'], name);
        const error = await (async () => call('setup', EDIT))().then(() => null, (it) => it);
        assert.deepEqual([error?.code, error?.path], ['ERR_PREPAIR_IDENTITY_BROKEN', here.db], name);
        assert.match(error.hint, /doctor --fix/);
        assert.ok(!JSON.stringify([verdict, findings, rest, { ...error, message: error.message }]).includes(secret), name);
      }
      if (!name.includes('1970')) assert.equal(refusal(() => prepair.exportIdentity(here.options))?.code, 'ERR_PREPAIR_IDENTITY_BROKEN', name);
      assert.deepEqual(content(here), seen, name);
      assert.equal(typeof deviceId, 'string');
    }
  });

  test('a real gateway refuses such an identity, and starts when its doctor has mended the row', async (t) => {
    const home = await makeHome({ version: NEWEST });
    t.after(() => home.dispose());
    const first = await startGateway(home);
    await first.stop();
    const options = { env: home.env, openclawDir };
    const { deviceId } = prepair.setup(options);
    const db = new sqlite.DatabaseSync(join(home.stateDir, 'state/openclaw.sqlite'));
    db.exec('UPDATE device_identities SET public_key_pem = replace(public_key_pem, char(10), char(13) || char(10))');
    db.close();
    await assert.rejects(startGateway(home), (error) => /invalid persisted device identity/.test(error.log ?? String(error)));
    assert.equal(refusal(() => prepair.setup(options))?.code, 'ERR_PREPAIR_IDENTITY_BROKEN');
    await cli(home, ['doctor', '--fix', '--non-interactive']);
    assert.deepEqual([prepair.setup(options).deviceId, prepair.exportIdentity(options).deviceId], [deviceId, deviceId]);
    await (await startGateway(home)).stop();
  });

  test('what only reads leaves no trace beside a database that nobody has open', async (t) => {
    for (const name of ['plain', 'a %41?immutable=0&b#c ü;']) {
      const here = place(t);
      const stateDir = join(here.home, name);
      renameSync(here.stateDir, stateDir);
      for (const call of both(here)) {
        await call('setup', { stateDir });
        const before = snapshot(stateDir);
        assert.deepEqual(readdirSync(join(stateDir, 'state')).filter((file) => file.startsWith('openclaw.sqlite')), ['openclaw.sqlite']);
        assert.deepEqual((await call('diagnose', { stateDir })).findings.filter(({ path }) => path.includes('sqlite')), []);
        assert.deepEqual((await call('setup', { stateDir, dryRun: true })).changes, []);
        assert.deepEqual((await call('setup', { stateDir })).changes, []);
        prepair.exportIdentity({ ...here.options, stateDir });
        assert.deepEqual(snapshot(stateDir), before);
      }
    }
  });

  test('rows that are still in the log count, and an empty log is that of a gateway', async (t) => {
    const here = place(t);
    const { deviceId } = prepair.setup(here.options);
    const gateway = new sqlite.DatabaseSync(here.db);
    gateway.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    for (let round = 1; round <= 2; round += 1) {
      for (const call of both(here)) assert.equal((await call('setup', { dryRun: true })).pendingCleared, round - 1);
      gateway.prepare("INSERT INTO device_pairing_pending (request_id, device_id, public_key, silent, ts) VALUES (?, ?, 'k', 0, ?)").run(`${round}`, deviceId, here.options.now);
    }
    gateway.close();
  });

  test('a database that others open, write and close all the time is never read half written', async (t) => {
    const here = place(t);
    const { read } = require('../../npm/openclaw-prepair/lib/node/sqlite.js');
    const turn = () => read([{ id: 'turn', db: here.db, sql: 'SELECT n FROM early', params: [] }]).turn[0].n;
    for (const name of ['early', 'late']) here.sql(`CREATE TABLE ${name} AS SELECT 0 AS n`);
    const writer = spawn(process.execPath, ['-e', `const { DatabaseSync } = require('node:sqlite');
      setInterval(() => {
        const db = new DatabaseSync(process.argv[1]);
        db.exec('PRAGMA busy_timeout = 5000; BEGIN; UPDATE early SET n = n + 1; UPDATE late SET n = n + 1; COMMIT');
        db.close();
      }, 50);`, here.db], { stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = new Promise((resolve) => writer.once('exit', resolve));
    while (turn() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    // Between the two it takes longer than the writer's turn.
    const long = '(WITH RECURSIVE step (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM step WHERE i < 1500000) SELECT count(*) FROM step)';
    const query = { id: 'turns', db: here.db, sql: `SELECT n AS first, ${long} AS steps, (SELECT n FROM late) AS last FROM early`, params: [] };
    try {
      for (let round = 0; round < 5; round += 1) {
        const [{ first, last }] = read([query]).turns;
        assert.equal(first, last);
      }
    } finally {
      writer.kill('SIGKILL');
      await ended;
    }
    assert.ok(turn() > 5, `${turn()}`);
  });

  test('on a read-only file system a database that rests is read, and a write is refused as that', { skip: process.getuid() !== 0 && 'needs root to mount' }, (t) => {
    const script = `
      const prepair = require(process.argv[1]);
      const remote = require(process.argv[1] + '/lib/entry/sandbox-node.js');
      const { home, ...options } = JSON.parse(process.argv[2]);
      const told = [];
      (async () => {
        for (const [calls, first] of [[prepair, []], [remote, [remote.localDir(home)]]]) {
          for (const [name, more] of [['diagnose'], ['setup', { dryRun: true }], ['setup'], ['prePair', { scopes: ['operator.read', 'operator.talk'] }], ['exportIdentity']]) {
            if (!calls[name]) continue;
            try {
              const { findings, changes, deviceId } = await calls[name](...first, { ...options, ...more });
              told.push([name, findings?.filter(({ path }) => path.includes('sqlite')).map(({ code }) => code) ?? changes ?? deviceId]);
            } catch (error) {
              told.push([name, error.code]);
            }
          }
        }
        console.log(JSON.stringify(told));
      })();`;
    const run = (here) => {
      const child = spawnSync('unshare', ['-m', '--propagation', 'private', 'sh', '-ec', 'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; exec "$@"', here.stateDir,
        process.execPath, '-e', script, join(dirname(FILE), '../../npm/openclaw-prepair'), JSON.stringify({ ...here.options, env: undefined, home: here.home })], { encoding: 'utf8' });
      assert.equal(child.status, 0, child.stderr);
      return JSON.parse(child.stdout);
    };
    const here = place(t);
    const { deviceId } = prepair.setup(here.options);
    const far = [['diagnose', []], ['setup', []], ['setup', []], ['prePair', 'ERR_PREPAIR_READ_ONLY']];
    assert.deepEqual(run(here), [...far, ['exportIdentity', deviceId], ...far]);
    // A log without its index: SQLite would have to make that.
    writeFileSync(`${here.db}-wal`, '');
    for (const [name, code] of run(here).filter(([name]) => name !== 'diagnose')) assert.equal(code, 'ERR_PREPAIR_READ_ONLY', name);
  });

  /** Runs scripts as nobody, with copies of the package and of this Node that nobody can reach, wherever they lie. */
  const nobody = (here) => {
    const copy = join(here.home, 'package');
    cpSync(fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url)), copy, { recursive: true, dereference: true });
    const binary = join(here.home, 'node');
    cpSync(process.execPath, binary);
    here.sql('PRAGMA wal_checkpoint(TRUNCATE)');
    spawnSync('chown', ['-R', '65534:65534', here.home]);
    for (const end of ['-wal', '-shm']) rmSync(here.db + end, { force: true });
    const asUser = (code, ...args) => spawnSync(binary, ['-e', code, ...args], { uid: 65534, gid: 65534, encoding: 'utf8', cwd: here.home });
    const options = { ...here.options, openclawDir: undefined, gatewayVersion: NEWEST };
    return {
      opens: (file) => asUser('require("fs").openSync(process.argv[1], "r+")', file).status === 0,
      refusal: (operation, more = {}) => {
        const code = 'try { require(process.argv[1])[process.argv[2]](JSON.parse(process.argv[3])) } catch (e) { console.log(e.code) }';
        return asUser(code, copy, operation, JSON.stringify({ ...options, ...more })).stdout.trim();
      },
    };
  };

  test('a database that this user may not write is refused', { skip: process.getuid() !== 0 && 'needs root to become another user' }, (t) => {
    const here = place(t);
    const seen = content(here);
    const user = nobody(here);
    chmodSync(here.db, 0o400);
    chmodSync(here.file('state'), 0o500);
    assert.equal(user.opens(here.db), false, 'the obstacle blocks a plain open');
    assert.match(user.refusal('prePair'), /^ERR_PREPAIR_(READ_ONLY|PERMISSION)$/);
    chmodSync(here.file('state'), 0o700);
    chmodSync(here.db, 0o600);
    assert.deepEqual(content(here), seen);
  });

  test('a folder that this user may not look into is a matter of permission', { skip: process.getuid() !== 0 && 'needs root to become another user' }, (t) => {
    const here = place(t);
    const user = nobody(here);
    chmodSync(here.file('state'), 0o700);
    chownSync(here.file('state'), 0, 0);
    assert.equal(user.opens(here.db), false, 'the obstacle blocks a plain open');
    for (const operation of ['setup', 'clearPending', 'exportIdentity']) assert.equal(user.refusal(operation), 'ERR_PREPAIR_PERMISSION', operation);
    chownSync(here.file('state'), 65534, 65534);
    assert.equal(user.refusal('setup'), '');
  });

  test('where this user may not write the config, no row is written either', { skip: process.getuid() !== 0 && 'needs root to become another user' }, (t) => {
    const here = place(t);
    const seen = content(here);
    const user = nobody(here);
    const configPath = join(here.home, 'etc/openclaw.json');
    mkdirSync(dirname(configPath));
    writeFileSync(configPath, here.text('openclaw.json'));
    assert.equal(user.opens(configPath), false, 'the obstacle blocks a plain open');
    assert.equal(user.refusal('setup', { ...EDIT, configPath }), 'ERR_PREPAIR_PERMISSION');
    assert.deepEqual(content(here), seen);
    assert.equal(user.refusal('setup', { configPath }), '');
    assert.equal(here.sql('SELECT * FROM device_pairing_paired').length, 1);
  });
}
