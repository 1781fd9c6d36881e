// @ts-check
'use strict';

// What the files of OpenClaw's state database tell, and the soundness of its identity's row. tests/sandbox/inside.mjs puts it before inside/rows.js too.

const fs = require('node:fs');
const path = require('node:path');
const { createPrivateKey, createPublicKey } = require('node:crypto');
const { pathToFileURL } = require('node:url');
const { readPlain } = require('./plain-file.js');

// SQLITE_READONLY_ROLLBACK: a writer was killed, and only who may write can undo what it began.
const BEGUN = 776;
// SQLITE_IOERR_SHMSIZE: no room for the index of the write-ahead log.
const NO_ROOM = 4874;
const CANTOPEN = 14;
const BESIDE = ['-wal', '-shm', '-journal'];
// What ends a rollback journal that names a super-journal (SQLite's file format, 3): the name stands before it.
const NAMES_ANOTHER = 'd9d505f920a163d7';

const statOf = (file) => fs.lstatSync(file, { __proto__: null, throwIfNoEntry: false });
const sizeOf = (file) => statOf(file)?.size ?? 0;

/** The first bytes of a file. Not of a database that this process may have open: closing it would drop SQLite's locks. */
const head = (file, length) => readPlain(file, Infinity, { __proto__: null, length });

/** Whether a journal names a file outside, which SQLite opens, and older ones delete. */
const namesAnother = (journal) => sizeOf(journal) > 0 && readPlain(journal, Infinity, { __proto__: null, length: 8, tail: true }).toString('hex') === NAMES_ANOTHER;

/**
 * Whether a database was emptied beside its log: SQLite deletes the log of an empty one, even when it only reads.
 * What a journal belongs to had the pages that it states at offset 16: none where the very first write did not come to its end.
 */
function emptied(file) {
  const journal = `${file}-journal`;
  return sizeOf(file) === 0 && (sizeOf(`${file}-wal`) > 0 || (sizeOf(journal) >= 20 && head(journal, 20).readUInt32BE(16) > 0));
}

function mountedReadOnly(file) {
  try {
    fs.accessSync(path.dirname(file), fs.constants.W_OK);
  } catch (error) {
    return error.code === 'EROFS';
  }
  return false;
}

/** What changes with every write to a database; null where a log of SQLite's lies beside it, so that it may be open. */
function rest(file) {
  if (statOf(`${file}-wal`) || statOf(`${file}-shm`) || sizeOf(`${file}-journal`) > 0) return null;
  const { dev, ino, size, mtimeNs, ctimeNs } = fs.lstatSync(file, { __proto__: null, bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join();
}

/**
 * Reads, by `body(url, options)`, a database that nobody has open, as a file that does not change: only to read it SQLite would
 * leave `-wal` and `-shm` beside it, owned by whoever looked. False where it was written meanwhile, or cannot be read so.
 */
function atRest(file, body) {
  const before = rest(file);
  if (before === null) return false;
  const url = pathToFileURL(file);
  url.search = '?immutable=1';
  let failed;
  try {
    // Node takes URLs from 22.15 on.
    body(url, { __proto__: null, readOnly: true });
  } catch (error) {
    failed = error;
  }
  if (rest(file) !== before) return false;
  if (failed?.errcode !== undefined && (failed.errcode & 0xff) !== CANTOPEN) throw failed;
  return !failed;
}

/** Whether OpenClaw takes the whole row of its identity: the private half is looked at here and handed to nobody. */
function sound(db) {
  const statement = db.prepare("SELECT * FROM device_identities WHERE identity_key = 'primary'");
  statement.setReadBigInts(true);
  const row = statement.get();
  const time = (value) => typeof value === 'bigint' && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER);
  try {
    // validateStoredDeviceIdentity of 2026.9.6 src/infra/device-identity-store.ts
    const key = createPrivateKey({ __proto__: null, key: row.private_key_pem, format: 'pem' });
    return key.asymmetricKeyType === 'ed25519'
      && key.export({ __proto__: null, type: 'pkcs8', format: 'pem' }) === row.private_key_pem
      && createPublicKey(key).export({ __proto__: null, type: 'spki', format: 'pem' }) === row.public_key_pem
      && time(row.created_at_ms) && time(row.updated_at_ms);
  } catch {
    return false;
  }
}

module.exports = { BEGUN, NO_ROOM, CANTOPEN, BESIDE, statOf, sizeOf, head, namesAnother, emptied, mountedReadOnly, atRest, sound };
