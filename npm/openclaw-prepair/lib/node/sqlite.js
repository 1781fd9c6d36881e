// @ts-check
'use strict';

// Rows of OpenClaw's state database, through the host's own SQLite: a second copy in one process can corrupt the file.
// node:sqlite is there wherever an OpenClaw with such a database runs; it is got lazily, since Node 20 has none.

const path = require('node:path');
const { forbidden, refusal } = require('../core/errors.js');
const { BEGUN, NO_ROOM, CANTOPEN, BESIDE, statOf, sizeOf, head, namesAnother, emptied, mountedReadOnly, atRest, sound } = require('./database-file.js');

const BUSY_MS = 5000;

function library(db) {
  const emit = process.emitWarning;
  // Node 22 and 24 announce on stderr that the module is experimental.
  process.emitWarning = (warning, ...rest) => {
    if (!/SQLite/.test(String(warning?.message ?? warning))) emit.call(process, warning, ...rest);
  };
  try {
    const found = /** @type {any} */ (process).getBuiltinModule?.('node:sqlite');
    if (found?.DatabaseSync) return found;
  } finally {
    process.emitWarning = emit;
  }
  throw refusal('SQLITE_UNAVAILABLE', `This state dir keeps identity and pairing in SQLite, which Node ${process.versions.node} cannot read.`, {
    path: db,
    hint: 'Run this with the Node that runs the gateway. Node 24.16 serves every OpenClaw with such a database.',
  });
}

/** Errors of SQLite, by its result codes. Its messages name tables and columns, never values. */
function translate(thrown, db) {
  const error = { __proto__: null, ...thrown };
  if (error.code?.startsWith?.('ERR_PREPAIR_') || forbidden(thrown)) return thrown;
  if (error?.errcode === BEGUN) {
    return refusal('SQLITE', 'A killed process left a write to the state database unfinished.', {
      path: db,
      hint: 'Start the gateway or call setup(): SQLite then undoes that write by itself.',
    });
  }
  const primary = (error?.errcode ?? 0) & 0xff;
  if (primary === 5 || primary === 6) {
    return refusal('SQLITE_BUSY', 'The state database is locked by another process.', {
      path: db,
      hint: `It was waited for ${BUSY_MS / 1000} seconds. See what holds it (a backup, a migration), then call again.`,
    });
  }
  if ([3, 8, CANTOPEN].includes(primary) && mountedReadOnly(db)) {
    return refusal('READ_ONLY', 'The state database lies on a read-only file system.', {
      path: db,
      hint: 'Run this where it can be written. While a log (-wal) lies beside it, SQLite has to write even to read it.',
    });
  }
  if (primary === 8) {
    return refusal('READ_ONLY', 'The state database cannot be written.', { path: db, hint: 'Run this as the user of the gateway, on a writable file system.' });
  }
  if (primary === 13 || error?.errcode === NO_ROOM) {
    return refusal('DISK_FULL', 'The disk is full.', { path: db, hint: 'Make room, then call again: the same call completes what is not done yet.' });
  }
  if (primary === CANTOPEN || primary === 3) {
    return refusal('PERMISSION', 'The state database cannot be opened.', { path: db, hint: 'Run this as the user of the gateway.' });
  }
  // Of the file system, before SQLite was asked.
  if (error?.code === 'EACCES' || error?.code === 'EPERM') {
    return refusal('PERMISSION', 'The folder of the state database cannot be looked into.', { path: db, hint: 'Run this as the user of the gateway.' });
  }
  if (error?.syscall) return refusal('IO', `The state database cannot be read (${error.code}).`, { path: db, hint: 'Look at its disk, then call again.' });
  return refusal('SQLITE', `The state database cannot be used: ${error?.errstr ?? 'a value in it cannot be read'}.`, {
    path: db,
    hint: 'Run `openclaw doctor`, or restore the database from a backup.',
  });
}

/** Whether this is there; anything else in its place is refused. */
function there(at, kind, what) {
  const stat = statOf(at);
  if (!stat || stat[kind]()) return Boolean(stat);
  throw refusal('NOT_A_FILE', what, { path: at, hint: 'Links below the state dir are not followed. Move it away, or name its real place by stateDir.' });
}

/**
 * Whether a database is there; what is not a plain file is refused, beside it too: SQLite waits for a FIFO for ever. So is a
 * journal of several databases, which OpenClaw has never: SQLite opens the file that it names, and older ones delete it.
 */
function present(db) {
  if (!there(path.dirname(db), 'isDirectory', 'The folder of the state database is no folder, or a link.')) return false;
  if (!there(db, 'isFile', 'The state database is no plain file.')) return false;
  for (const end of BESIDE) there(`${db}${end}`, 'isFile', 'A file that SQLite keeps beside the state database is not a plain file.');
  const journal = `${db}-journal`;
  if (namesAnother(journal)) {
    throw refusal('NOT_A_FILE', 'The journal of the state database names a file outside.', {
      path: journal,
      hint: 'SQLite could delete that file. OpenClaw writes no such journal: find out who did, and move it away.',
    });
  }
  return true;
}

/** user_version from the file's header; null when the write-ahead log may hold a newer one. */
function headerVersion(db) {
  if (sizeOf(`${db}-wal`) > 0) return null;
  const header = head(db, 100);
  if (header.length === 0) return 0;
  if (header.length < 100 || header.toString('latin1', 0, 15) !== 'SQLite format 3') return null;
  return header.readInt32BE(60);
}

/** Refuses a database that was emptied beside its log. */
function unemptied(db) {
  if (!emptied(db)) return;
  throw refusal('SQLITE', 'The state database is empty, but a log of its changes lies beside it: it was truncated.', {
    path: db,
    hint: 'Restore the database from a backup, the files -wal and -journal beside it included.',
  });
}

/** An integer that JavaScript cannot count with is no error: rows of others are not ours to judge, and ours holds none. */
function rowsOf(db, query) {
  const statement = db.prepare(query.sql);
  statement.setReadBigInts(true);
  const plain = ([column, value]) => [column, typeof value === 'bigint' ? Number(value) : value];
  const rows = statement.all(...query.params).map((row) => Object.fromEntries(Object.entries(row).map(plain)));
  if (query.id === 'primary') for (const row of rows) row.sound = Number(sound(db));
  return rows;
}

function using(lib, file, options, body) {
  const db = new lib.DatabaseSync(file, options);
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    body(db);
  } finally {
    db.close();
  }
}

/**
 * Answers queries without changing anything; `null` for a database that is not there. With `mends` it undoes what a killed
 * writer left unfinished.
 */
function read(queries, mends) {
  const rows = Object.create(null);
  for (const [file, group] of byDatabase(queries)) {
    if (!guarded(file, () => present(file))) {
      for (const query of group) rows[query.id] = null;
      continue;
    }
    guarded(file, () => {
      unemptied(file);
      let lib;
      try {
        lib = library(file);
      } catch (error) {
        // The header alone tells an older database, which holds no pairing, from one that does.
        const userVersion = headerVersion(file);
        const probes = group.every((query) => query.id === 'userVersion' || query.id === 'columns');
        if (userVersion === null || userVersion >= 2 || !probes) throw error;
        for (const query of group) rows[query.id] = query.id === 'userVersion' ? [{ user_version: userVersion }] : [];
        return;
      }
      const answer = (db) => {
        for (const query of group) rows[query.id] = rowsOf(db, query);
      };
      if (atRest(file, (url, options) => using(lib, url, options, answer))) return;
      try {
        using(lib, file, { __proto__: null, readOnly: true }, answer);
      } catch (error) {
        if (!mends || error.errcode !== BEGUN) throw error;
        using(lib, file, { __proto__: null }, answer);
      }
    });
  }
  return rows;
}

function byDatabase(queries) {
  const groups = new Map();
  for (const query of queries) {
    if (!groups.has(query.db)) groups.set(query.db, []);
    groups.get(query.db).push(query);
  }
  return groups;
}

function guarded(db, body) {
  try {
    return body();
  } catch (error) {
    throw translate(error, db);
  }
}

/**
 * Opens a database and begins a transaction that writes. `query` answers queries in it, `run` executes statements and checks how many
 * rows each changed; `commit` and `rollback` end it and close the database.
 */
function begin(file) {
  const of = (body) => (...args) => guarded(file, () => body(...args));
  const db = guarded(file, () => {
    const { DatabaseSync } = library(file);
    present(file);
    return new DatabaseSync(file);
  });
  const rollback = () => {
    try {
      if (db.isTransaction !== false) db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself.
    } finally {
      db.close();
    }
  };
  try {
    guarded(file, () => {
      db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
      db.exec('BEGIN IMMEDIATE');
    });
  } catch (error) {
    rollback();
    throw error;
  }
  return {
    query: of((queries) => Object.fromEntries(queries.map((query) => [query.id, rowsOf(db, query)]))),
    run: of((statements) => {
      for (const { sql, params, changes } of statements) {
        const done = Number(db.prepare(sql).run(...params).changes);
        if (done !== changes) throw refusal('CHANGED', `A statement changed ${done} rows instead of ${changes}.`, { path: file });
      }
    }),
    commit: of(() => {
      db.exec('COMMIT');
      db.close();
    }),
    rollback,
  };
}

module.exports = { begin, read };
