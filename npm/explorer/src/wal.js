'use strict';

// A database in write-ahead mode and its log, merged as SQLite itself would at its next opening: the frames up to the last commit
// whose salts and checksums hold (SQLite's file format, 4). Nothing is changed but copies.

const HEADER = 32;
const FRAME = 24;
const VERSION = 3007000;
/** The last bit says in which byte order the checksums are counted. */
const MAGIC = 0x377f0682;

const MODE = { journal: 1, log: 2 };

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const isDatabase = (bytes) => bytes.length >= 100 && new TextDecoder('latin1').decode(bytes.subarray(0, 16)) === 'SQLite format 3\0';
const isLog = (bytes) => bytes.length >= 4 && (viewOf(bytes).getUint32(0) & ~1) >>> 0 === MAGIC;
/** Whether the database says that a log may lie beside it. */
const keepsLog = (database) => database[18] === MODE.log || database[19] === MODE.log;

/** Goes on with a checksum over pairs of words. */
function sum(view, from, to, little, [s1, s2]) {
  for (let at = from; at < to; at += 8) {
    s1 = (s1 + view.getUint32(at, little) + s2) >>> 0;
    s2 = (s2 + view.getUint32(at + 4, little) + s1) >>> 0;
  }
  return [s1, s2];
}

/** The pages of a log up to its last commit: `{ pageSize, pages, latest }`, the latter by number where the newest content of each begins. */
function committed(log) {
  const nothing = { pageSize: null, pages: 0, latest: new Map() };
  if (log.length <= HEADER || !isLog(log)) return nothing;
  const view = viewOf(log);
  const little = (view.getUint32(0) & 1) === 0;
  const [pageSize, salt1, salt2] = [8, 16, 20].map((at) => view.getUint32(at));
  let running = sum(view, 0, 24, little, [0, 0]);
  const power = pageSize >= 512 && pageSize <= 65536 && (pageSize & (pageSize - 1)) === 0;
  if (!power || running[0] !== view.getUint32(24) || running[1] !== view.getUint32(28)) return nothing;
  if (view.getUint32(4) !== VERSION) throw new RangeError('The log is of a form that SQLite 3 does not write.');
  let done = nothing;
  const latest = new Map();
  let begun = [];
  for (let at = HEADER; at + FRAME + pageSize <= log.length; at += FRAME + pageSize) {
    const [page, size] = [view.getUint32(at), view.getUint32(at + 4)];
    if (page === 0 || view.getUint32(at + 8) !== salt1 || view.getUint32(at + 12) !== salt2) break;
    running = sum(view, at + FRAME, at + FRAME + pageSize, little, sum(view, at, at + 8, little, running));
    if (running[0] !== view.getUint32(at + 16) || running[1] !== view.getUint32(at + 20)) break;
    begun.push([page, at + FRAME]);
    if (size === 0) continue;
    for (const [number, content] of begun) latest.set(number, content);
    begun = [];
    done = { pageSize, pages: size, latest };
  }
  return done;
}

/** The database as one file without a log. `log` null: it has none. */
function merged(database, log) {
  const { pageSize, pages, latest } = committed(log ?? new Uint8Array(0));
  const own = viewOf(database).getUint16(16);
  if (pageSize !== null && pageSize !== (own === 1 ? 65536 : own)) throw new RangeError('The log belongs to another database: its pages have another size.');
  const out = new Uint8Array(pageSize === null ? database.length : pages * pageSize);
  out.set(database.subarray(0, out.length));
  for (const [number, at] of latest) if (number <= pages) out.set(log.subarray(at, at + pageSize), (number - 1) * pageSize);
  // what reads it keeps no log
  [out[18], out[19]] = [MODE.journal, MODE.journal];
  return out;
}

module.exports = { isDatabase, isLog, keepsLog, merged };
