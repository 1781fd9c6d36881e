'use strict';

// OpenClaw's state database in the page. What pairing needs is copied out of it, without private halves, and the rest is let go.

const { refusal } = require('../../openclaw-prepair/lib/core/errors.js');
const { isDatabase, keepsLog, merged } = require('./wal.js');
const { inert } = require('./inert.js');

/** What is read: these tables, of the third only what is named, of the fourth the names of its settings. */
const TABLES = {
  device_pairing_paired: '*',
  device_pairing_pending: '*',
  device_identities: "identity_key, device_id, public_key_pem, '' AS private_key_pem, created_at_ms, updated_at_ms",
  config_machine_state: "state_key, '' AS value_json, updated_at_ms",
};
/** A token's value in a record; what stands for one is left as it is. */
const TOKEN = /("token"\s*:\s*")[\w+/=-]{20,}(")/g;
const HIDDEN = '$1hidden-0000000000000000000000000000000000000$2';

const broken = (message, hint = 'Copy it again while the gateway is stopped, with its -wal, or run `npx openclaw-prepair doctor` on the machine itself.') => refusal('SQLITE', message, { hint });

let library;
/** sql.js, of which nothing is decoded before a database is there to be read. */
const engine = () => (library ??= require('sql.js')({
  instantiateWasm(imports, done) {
    void inert('sqlite').then(async (module) => done(await WebAssembly.instantiate(module, imports), module));
    return {};
  },
}));

const all = (db, sql, params = []) => {
  const statement = db.prepare(sql, params);
  try {
    const rows = [];
    while (statement.step()) rows.push(statement.getAsObject());
    return rows;
  } finally {
    statement.free();
  }
};

/** Whether more than the file itself has to be known before it can be read. */
const wantsLog = (database, log) => log === null && keepsLog(database);

/** What pairing needs of a database: `{ userVersion, schema, tables }`. */
async function extracted(database, log) {
  if (!isDatabase(database)) throw broken('That is not a SQLite database.');
  const SQL = await engine();
  let db;
  try {
    db = new SQL.Database(merged(database, log));
    const [{ user_version: userVersion }] = all(db, 'PRAGMA user_version');
    const found = all(db, `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name IN (${Object.keys(TABLES).map((name) => `'${name}'`)})`);
    if (found.length === 0) throw refusal('SQLITE', 'That database has no table of OpenClaw’s pairing: it is another program’s, or of a version that keeps pairing in files.', { hint: 'Give `state/openclaw.sqlite` of the state dir.' });
    const tables = {};
    for (const { name } of found) {
      const [{ quick_check: sound }] = all(db, `PRAGMA quick_check('${name}')`);
      if (sound !== 'ok') throw new RangeError('database disk image is malformed');
      const known = new Set(all(db, 'SELECT name FROM pragma_table_info(?)', [name]).map((column) => column.name));
      const wanted = TABLES[name].split(', ').filter((column) => column === '*' || known.has(column.split(' ').at(-1)));
      tables[name] = all(db, `SELECT ${wanted.join(', ')} FROM ${name}`);
    }
    for (const record of tables.device_pairing_paired ?? []) {
      if (typeof record.tokens_json === 'string') record.tokens_json = record.tokens_json.replace(TOKEN, HIDDEN);
    }
    return { userVersion, schema: found.map(({ sql }) => sql), tables };
  } catch (error) {
    if (error.code !== undefined) throw error;
    throw broken(`The database cannot be read: ${error.message}.`);
  } finally {
    db?.close();
  }
}

/** Such rows as a database of their own, which answers the core's queries and takes its statements. */
async function stored({ userVersion, schema, tables }) {
  const SQL = await engine();
  const db = new SQL.Database();
  for (const sql of schema) db.run(sql);
  db.run(`PRAGMA user_version = ${Number(userVersion)}`);
  for (const [name, rows] of Object.entries(tables)) {
    for (const row of rows) {
      const columns = Object.keys(row);
      db.run(`INSERT INTO ${name} (${columns.map((column) => `"${column}"`)}) VALUES (${columns.map(() => '?')})`, Object.values(row));
    }
  }
  return {
    userVersion,
    answer: ({ sql, params }) => all(db, sql, params),
    apply(statements) {
      for (const { sql, params } of statements) db.run(sql, params);
    },
    close: () => db.close(),
  };
}

/** A database's rows, ready to be asked; one that cannot be copied is refused. */
async function opened(database, log) {
  const data = await extracted(database, log);
  try {
    return { data, store: await stored(data) };
  } catch {
    throw broken('The tables of that database are not those that OpenClaw makes.');
  }
}

module.exports = { opened, stored, wantsLog };
