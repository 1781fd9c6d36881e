// What `wal*.test.mjs` run: our merge of a write-ahead log against SQLite's own reading of the same two files, on random databases.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { DatabaseSync } = process.getBuiltinModule('node:sqlite') ?? {};
const { merged, isDatabase, isLog, keepsLog } = createRequire(import.meta.url)('../../npm/explorer/src/wal.js');

/** Numbers from a seed, the same on every machine. */
function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return (below) => Math.floor(next() * below);
}

const TABLES = ['t0', 't1', 't2'];
const rowsOf = (db) => ({
  version: db.prepare('PRAGMA user_version').all(),
  tables: db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all(),
  rows: TABLES.map((name) => {
    try {
      return db.prepare(`SELECT * FROM ${name} ORDER BY id`).all();
    } catch ({ message }) {
      return message;
    }
  }),
  sound: db.prepare('PRAGMA integrity_check').all(),
});

/** Writes at random, with checkpoints, restarts of the log and an open transaction; gives the two files as a killed process leaves them. */
function written(dir, seed) {
  const at = random(seed);
  const file = join(dir, 'live.sqlite');
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA page_size = ${[512, 1024, 4096, 8192, 65536][at(5)]}; PRAGMA auto_vacuum = ${at(2) ? 'FULL' : 'NONE'}; PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = ${[0, 3, 1000][at(3)]}; PRAGMA cache_size = ${[2, 5, 100][at(3)]}`);
  const text = () => 'x'.repeat(at(2500)) + at(1e9);
  const step = () => {
    const table = TABLES[at(3)];
    switch (at(7)) {
      case 0: return db.exec(`DROP TABLE IF EXISTS ${table}`);
      case 1: return db.exec(`DELETE FROM ${table} WHERE id % 2 = ${at(2)}`);
      case 2: return db.exec(`PRAGMA user_version = ${at(30)}`);
      default: {
        db.exec(`CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY, body TEXT)`);
        const insert = db.prepare(`INSERT OR REPLACE INTO ${table} VALUES (?, ?)`);
        for (let n = at(12); n >= 0; n -= 1) insert.run(at(40), text());
      }
    }
  };
  const tried = (body) => {
    try {
      body();
    } catch (error) {
      if (!/no such table/.test(error.message)) throw error;
    }
  };
  for (let n = 1 + at(14); n > 0; n -= 1) {
    if (at(4) === 0) db.exec(`PRAGMA wal_checkpoint(${['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE'][at(4)]})`);
    else if (at(3) === 0) {
      db.exec('BEGIN');
      for (let i = at(4); i >= 0; i -= 1) tried(step);
      db.exec(at(3) === 0 ? 'ROLLBACK' : 'COMMIT');
    } else tried(step);
  }
  if (at(3) === 0) {
    // a write that never came to its commit, partly in the log already
    db.exec('BEGIN');
    for (let i = 0; i < 4; i += 1) tried(step);
  }
  const copy = join(dir, 'copy.sqlite');
  for (const end of ['', '-wal', '-shm']) rmSync(`${copy}${end}`, { force: true });
  copyFileSync(file, copy);
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
  if (db.isTransaction) db.exec('ROLLBACK');
  db.close();
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  return { copy, at };
}

const spoilt = (log, at) => {
  const out = Uint8Array.from(log);
  if (at(2) === 0) return out.subarray(0, at(out.length));
  out[at(out.length)] ^= 1 << at(8);
  return out;
};

/** So many random databases, a third of their logs cut or with a bit turned: the rows that node:sqlite reads. */
export function compared(t, count) {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-wal-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  let [logs, held, broken] = [0, 0, 0];
  for (let seed = 1; seed <= count; seed += 1) {
    const { copy, at } = written(dir, seed);
    const database = new Uint8Array(readFileSync(copy));
    assert.ok(isDatabase(database) && keepsLog(database), `seed ${seed}`);
    let log = existsSync(`${copy}-wal`) ? new Uint8Array(readFileSync(`${copy}-wal`)) : null;
    if (log?.length > 0 && at(3) === 0) {
      log = spoilt(log, at);
      broken += 1;
      writeFileSync(`${copy}-wal`, log);
    }
    const ours = join(dir, 'ours.sqlite');
    writeFileSync(ours, merged(database, log));
    const read = (file) => {
      const db = new DatabaseSync(file);
      try {
        return rowsOf(db);
      } catch ({ errstr }) {
        // a log that was cut after a part of it had been written back leaves a broken database to SQLite too
        return errstr;
      } finally {
        db.close();
      }
    };
    const mine = read(ours);
    logs += log?.length > 0 && isLog(log);
    // what sql.js alone would see
    const alone = join(dir, 'alone.sqlite');
    const bare = Uint8Array.from(database);
    [bare[18], bare[19]] = [1, 1];
    writeFileSync(alone, bare);
    held += JSON.stringify(read(alone)) !== JSON.stringify(mine);
    assert.deepEqual(mine, read(copy), `seed ${seed}`);
  }
  t.diagnostic(`${logs} with a log, ${held} whose log held what the database had not, ${broken} spoilt`);
  assert.ok(logs > count / 2 && held > count / 3 && broken > count / 6);
}
