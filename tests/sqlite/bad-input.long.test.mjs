// After each refused call on a bad database of 2026.9.6 the rows and user_version are what they were, and its gateway starts:
// with the obstacle still there, or where that stops it, once it is taken away.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { newIdentity } from '../lib/client.mjs';
import { onNode24 } from '../lib/node24.mjs';
import { stage } from '../era/matrix.mjs';
import { NEWEST as VERSION } from '../lib/versions.mjs';
import { refusal } from '../node/setup.mjs';

const NOBODY = 65_534;

onNode24(import.meta.url, () => {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  let started;
  before(async () => {
    started = await stage(VERSION);
    await started.running(() => {});
  });
  after(() => started.dispose());

  const database = (at) => join(at.home.stateDir, 'state/openclaw.sqlite');
  const sql = (at, text, ...params) => {
    const db = new DatabaseSync(database(at));
    try {
      return db.prepare(text).all(...params).map((row) => ({ ...row }));
    } finally {
      db.close();
    }
  };
  const tables = ['device_identities', 'device_pairing_paired', 'device_pairing_pending'];
  const content = (at) => [...tables.map((name) => `SELECT * FROM ${name}`), 'PRAGMA user_version'].map((text) => sql(at, text));
  /** A home with a copy of what a start left, all of it in the database file itself. */
  const place = async (t) => {
    const at = await stage(VERSION);
    t.after(() => at.dispose());
    cpSync(join(started.home.stateDir, 'state'), join(at.home.stateDir, 'state'), { recursive: true });
    sql(at, 'PRAGMA wal_checkpoint(TRUNCATE)');
    for (const end of ['-wal', '-shm']) rmSync(database(at) + end, { force: true });
    return at;
  };
  /** The gateway starts, the device is as unknown to it as before, and the same call helps now. */
  const recovers = async (at) => await at.running(async (enter) => {
    assert.equal(await enter(at.identity()), '1008');
    assert.equal(at.setup().paired, 'created');
    assert.equal(await enter(at.identity()), 'open');
  });

  // `mend`: where OpenClaw itself does not start on it, or would replace what is there.
  const replaced = (spoil) => ({
    spoil: (at) => {
      renameSync(database(at), `${database(at)}.away`);
      spoil(database(at), readFileSync(`${database(at)}.away`));
    },
    mend: (at) => {
      if (statSync(database(at)).isDirectory()) rmdirSync(database(at));
      for (const end of ['-wal', '-shm']) rmSync(database(at) + end, { force: true });
      renameSync(`${database(at)}.away`, database(at));
    },
  });
  const pending = (at) => sql(at, "SELECT sql FROM sqlite_master WHERE tbl_name = 'device_pairing_pending' AND sql IS NOT NULL").map((row) => row.sql);
  let dropped;
  const CASES = {
    'no database at all': { code: 'SQLITE', ...replaced((path) => writeFileSync(path, 'x'.repeat(5000), { mode: 0o600 })) },
    'a torn database': { code: 'SQLITE', ...replaced((path, bytes) => writeFileSync(path, bytes.fill(0x5a, 200, 9000), { mode: 0o600 })) },
    'a folder': { code: 'NOT_A_FILE', ...replaced((path) => mkdirSync(path)) },
    'a newer user_version': {
      code: 'STORE_CONFLICT',
      spoil: (at) => sql(at, 'PRAGMA user_version = 99'),
      mend: (at) => sql(at, 'PRAGMA user_version = 18'),
    },
    'a missing table': {
      code: 'SQLITE_SCHEMA',
      spoil: (at) => {
        dropped = pending(at);
        sql(at, 'DROP TABLE device_pairing_pending');
      },
      mend: (at) => dropped.forEach((text) => sql(at, text)),
    },
    'a missing column': {
      code: 'SQLITE_SCHEMA',
      spoil: (at) => sql(at, 'ALTER TABLE device_pairing_paired RENAME COLUMN tokens_json TO tokens'),
      mend: (at) => sql(at, 'ALTER TABLE device_pairing_paired RENAME COLUMN tokens TO tokens_json'),
    },
    'another key than the primary one': {
      code: 'IDENTITY_CONFLICT',
      options: () => ({ identity: { privateKeyPem: newIdentity().privateKeyPem } }),
    },
  };
  for (const [name, { code, spoil = () => {}, mend = () => {}, options = () => ({}) }] of Object.entries(CASES)) {
    test(`${name}: refused, nothing changed, and the gateway starts`, async (t) => {
      const at = await place(t);
      const was = content(at);
      const config = readFileSync(at.home.configPath, 'utf8');
      spoil(at);
      const error = refusal(() => at.setup({ ...options(), config: { merge: { gateway: { controlUi: { enabled: false } } } } }));
      assert.equal(error?.code, `ERR_PREPAIR_${code}`, error?.message);
      assert.equal(readFileSync(at.home.configPath, 'utf8'), config);
      mend(at);
      assert.deepEqual(content(at), was);
      await recovers(at);
    });
  }

  test('locked by another process for longer than we wait: refused, and the gateway starts', async (t) => {
    const at = await place(t);
    const was = content(at);
    const holder = spawn(process.execPath, ['-e', `
      const { DatabaseSync } = require('node:sqlite');
      const db = new DatabaseSync(process.argv[1]);
      db.exec('BEGIN IMMEDIATE');
      console.log('held');
      process.stdin.once('end', () => { db.exec('ROLLBACK'); db.close(); }).resume();`, database(at)], { stdio: ['pipe', 'pipe', 'ignore'] });
    const end = new Promise((resolve) => holder.once('exit', resolve));
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    assert.equal(refusal(() => at.setup())?.code, 'ERR_PREPAIR_SQLITE_BUSY');
    holder.stdin.end();
    await end;
    assert.deepEqual(content(at), was);
    await recovers(at);
  });

  test('read-only for its owner: refused, and the gateway starts when it may write again', { skip: process.getuid() !== 0 && 'needs root to become another user' }, async (t) => {
    const at = await place(t);
    const was = content(at);
    // Wherever this tree and this Node lie, that user can reach the copies.
    const copy = (from, name) => {
      cpSync(from, join(at.home.dir, name), { recursive: true, dereference: true });
      return join(at.home.dir, name);
    };
    const folder = copy(fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url)), 'package');
    const binary = copy(process.execPath, 'node');
    const modes = (file, dir) => {
      chmodSync(database(at), file);
      chmodSync(join(at.home.stateDir, 'state'), dir);
    };
    const own = (uid) => spawnSync('chown', ['-R', `${uid}:${uid}`, at.home.dir]);
    for (const side of ['-wal', '-shm']) rmSync(database(at) + side, { force: true });
    own(NOBODY);
    chmodSync(at.home.dir, 0o755);
    modes(0o400, 0o500);
    const options = { stateDir: at.home.stateDir, configPath: at.home.configPath, gatewayVersion: VERSION, env: { HOME: at.home.dir } };
    const child = spawnSync(binary, ['-e', 'try { require(process.argv[1]).prePair(JSON.parse(process.argv[2])) } catch (e) { console.log(e.code) }', folder, JSON.stringify(options)],
      { uid: NOBODY, gid: NOBODY, encoding: 'utf8', cwd: at.home.dir });
    assert.match(child.stdout, /^ERR_PREPAIR_(READ_ONLY|PERMISSION)$/m, child.stdout + child.stderr);
    modes(0o600, 0o700);
    own(0);
    assert.deepEqual(content(at), was);
    await recovers(at);
  });

  test('a WAL left by a killed gateway: what it holds stays, our row joins it, and the gateway starts', async (t) => {
    const at = await stage(VERSION);
    t.after(() => at.dispose());
    const far = newIdentity();
    await at.running(async (enter) => {
      at.prePair({ device: { publicKey: far.publicKey } });
      assert.equal(await enter(far), 'open');
    }, { kill: true });
    assert.ok(statSync(`${database(at)}-wal`).size > 0, 'rows that are not in the database file');
    const report = at.setup();
    assert.deepEqual([report.store, report.paired], ['sqlite', 'created']);
    assert.equal(sql(at, 'SELECT device_id FROM device_pairing_paired').length, 2);
    await at.running(async (enter) => {
      assert.equal(await enter(at.identity()), 'open');
      assert.equal(await enter(far), 'open');
    });
  });
});
