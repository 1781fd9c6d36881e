'use strict';
// Runs in the sandbox's own Node, by `node -e`: the rows and statements of OpenClaw's state database, and what
// openclaw is installed. Tokens never leave it: they are replaced by placeholders here and put back here.
const fs = require('node:fs');
const path = require('node:path');
const { createHash } = require('node:crypto');
const { readPlain } = require('../lib/node/plain-file.js');
const { BEGUN, NO_ROOM, CANTOPEN, BESIDE, statOf, namesAnother, emptied, mountedReadOnly, atRest, sound } = require('../lib/node/database-file.js');
const { installed, believing, ownerOf, packageIn } = require('../lib/node/openclaw.js');
// PATH as it was, for packages: nothing is started from there.
const [mark, mode, given, search] = process.argv.slice(process.argv[1] === '--' ? 2 : 1);
// ASCII alone, which nothing on the way can cut in the middle of a character.
const ascii = (value) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const say = (what, value) => process.stdout.write(`${mark} ${what}${value === undefined ? '' : ` ${ascii(value)}`}\n`);
/** Whether SQLite would meet something else than plain files, a FIFO that it waits for, or a journal that names one. */
const odd = (file) => ['', ...BESIDE].some((end) => statOf(`${file}${end}`)?.isFile() === false) || namesAnother(`${file}-journal`);
const open = (file, options = {}) => {
  const db = new (process.getBuiltinModule('node:sqlite').DatabaseSync)(file, options);
  db.exec('PRAGMA busy_timeout = 5000');
  return db;
};

/**
 * The rows of queries with tokens replaced by `word` and a number; `kept` collects them, `digest` is that of the rows as they
 * are. The word is random for each call, so that nobody can have put it into a row before.
 */
function ask(db, queries, word, device) {
  const kept = [];
  const rows = {};
  const raw = [];
  for (const query of queries) {
    const own = (text) => (device && typeof text === 'string' ? text.split(device.stand).join(device.real) : text);
    let found;
    try {
      const statement = db.prepare(query.sql);
      statement.setReadBigInts(true);
      found = statement.all(...query.params.map(own)).map((row) => ({ ...row }));
    } catch (error) {
      // A table that is not there: the plan decides whether it has to be.
      if ((error.errcode & 0xff) !== 1) throw error;
      continue;
    }
    if (query.id === 'primary') for (const row of found) row.sound = Number(sound(db));
    raw.push(found);
    rows[own(query.id)] = found.map((row) => {
      const out = {};
      for (const [column, value] of Object.entries(row)) {
        if (/private|secret|password|surface/.test(column)) continue;
        out[column] = column === 'tokens_json' ? hide(value, word, kept) : typeof value === 'bigint' ? Number(value) : value;
      }
      return out;
    });
  }
  return { rows, kept, digest: createHash('sha256').update(JSON.stringify(raw, (_, value) => (typeof value === 'bigint' ? String(value) : value))).digest('hex') };
}

function hide(text, word, kept) {
  if (typeof text !== 'string') return text;
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const walk = (node) => {
    if (node === null || typeof node !== 'object') return;
    for (const [key, item] of Object.entries(node)) {
      if (key === 'token' && typeof item === 'string' && item.trim() !== '') node[key] = `${word}${String(kept.push(item) - 1).padStart(6, '0')}`;
      else walk(item);
    }
  };
  walk(value);
  return JSON.stringify(value);
}

/** What SQLite said, as the status of an answer. */
function status(error, file) {
  if (error?.errcode === BEGUN) return 'SQLITE_BEGUN';
  if (error?.errcode === NO_ROOM) return 'SQLITE_FULL';
  const primary = (error?.errcode ?? 0) & 0xff;
  if ([3, 8, CANTOPEN].includes(primary) && mountedReadOnly(file)) return 'SQLITE_MOUNT';
  return { 5: 'SQLITE_BUSY', 6: 'SQLITE_BUSY', 8: 'SQLITE_READ_ONLY', 13: 'SQLITE_FULL', 14: 'SQLITE_OPEN', 3: 'SQLITE_OPEN' }[primary] ?? 'SQLITE';
}

function look({ openclaw, ...request }) {
  const { db } = request;
  if (openclaw) say('openclaw', packages(openclaw, db));
  if (!db || !fs.existsSync(db) || !process.getBuiltinModule?.('node:sqlite')) return;
  try {
    if (odd(db)) return say('SQLITE_ODD');
    if (emptied(db)) return say('SQLITE_EMPTIED');
    say('rows', rowsIn(request));
  } catch (error) {
    say(status(error, db));
  }
}

/** What is installed, by the folder that the caller names or by what is believed. */
function packages({ dir, owner }, db) {
  if (typeof dir === 'string') return { installed: packageIn(dir), passedOver: [] };
  return installed({ ...process.env, PATH: search }, believing(() => (db ? ownerOf(path.dirname(path.dirname(db)), owner) : null)));
}

/** The rows of a database without a trace where nobody has it open. */
function rowsIn(request) {
  let found;
  return atRest(request.db, (url, options) => { found = rowsOf(request, url, options); }) ? found : asUsual(request);
}

function asUsual(request) {
  try {
    return rowsOf(request, request.db, { readOnly: true });
  } catch (error) {
    if (!request.mends || error.errcode !== BEGUN) throw error;
    return rowsOf(request, request.db);
  }
}

function rowsOf({ queries, stand, word }, file, options) {
  const db = open(file, options);
  try {
    let real;
    try {
      real = stand && db.prepare("SELECT device_id FROM device_identities WHERE identity_key = 'primary'").get()?.device_id;
    } catch {
      // An older database.
    }
    if (typeof real !== 'string' || real === '') real = null;
    const usable = queries.filter((query) => real || !stand || !JSON.stringify(query).includes(stand));
    const { rows, digest } = ask(db, usable, word, real && { stand, real });
    return { rows, digest, device: real };
  } finally {
    db.close();
  }
}

function apply(upload) {
  const { db: file, queries, digest, statements, word } = JSON.parse(readPlain(upload, Infinity));
  let db;
  try {
    if (odd(file)) return say('SQLITE_ODD');
    db = open(file);
    db.exec('BEGIN IMMEDIATE');
    // Read again under the write lock: what the plan was made from must still be so.
    const now = ask(db, queries, word);
    const good = now.digest === digest && statements.every(({ sql, params, changes }) => {
      const values = params.map((value) => (typeof value === 'string' ? value.replace(new RegExp(`${word}(\\d{6})`, 'g'), (_, n) => now.kept[Number(n)]) : value));
      return Number(db.prepare(sql).run(...values).changes) === changes;
    });
    db.exec(good ? 'COMMIT' : 'ROLLBACK');
    say(good ? 'rows' : 'CHANGED');
  } catch (error) {
    say(status(error, file));
  } finally {
    db?.close();
  }
}

if (mode === 'look') look(JSON.parse(given));
else apply(given);
