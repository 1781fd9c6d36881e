// @ts-check
'use strict';

// Reading on Windows: for `diagnose`, `devices.list` and what else writes nothing. It has no modes, no owners that a number tells, no
// O_NOFOLLOW and no renameat2: what a write promises elsewhere nobody could promise here.

const fs = require('node:fs');
const { text } = require('../core/bridge.js');
const { refusal } = require('../core/errors.js');
const { readPlain } = require('./plain-file.js');

// The longest string of V8, as elsewhere.
const LIMIT = 2 ** 29 - 24;

/** Refuses a call that would write. */
function refuseToWrite() {
  throw refusal('PLATFORM', 'Nothing is written on Windows.', {
    hint: 'Run this where the gateway runs: Linux, macOS or WSL. Calls that only read, and dry runs, work on Windows too.',
  });
}

/** What stands at a path: its content, null, or `{ kind }` of what is no plain file. Below a base no link is followed. */
function read(path, bases) {
  const base = bases.find((dir) => path.startsWith(`${dir}/`));
  for (let at = path.indexOf('/', base ? base.length + 1 : path.length); at > 0; at = path.indexOf('/', at + 1)) {
    if (fs.lstatSync(path.slice(0, at), { __proto__: null, throwIfNoEntry: false })?.isSymbolicLink()) return { kind: 'symlink' };
  }
  const stat = fs.lstatSync(path, { __proto__: null, throwIfNoEntry: false });
  if (!stat) return null;
  if (stat.isSymbolicLink()) return { kind: 'symlink' };
  if (stat.isDirectory()) return { kind: 'dir' };
  return stat.isFile() ? readPlain(path, LIMIT) : { kind: 'other' };
}

/** Reads as that of files.js does: a request and a reply as JSON, contents beside it. */
function readFiles(request) {
  const { bases, files } = JSON.parse(request);
  const [found, blobs] = [Object.create(null), []];
  for (const path of files) {
    try {
      const stands = read(path, bases);
      found[path] = stands instanceof Uint8Array ? { blob: blobs.push(stands) - 1 } : stands;
    } catch (error) {
      if (typeof error.code !== 'string') throw error;
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') found[path] = null;
      else if (error.code === 'EACCES' || error.code === 'EPERM') throw refusal('PERMISSION', `Cannot read this path: permission denied (${error.code}).`, { path, hint: 'Run as the user who owns the state dir.' });
      else throw refusal('IO', `Cannot read this path: the system call failed (${error.code}).`, { path, hint: "Look at the disk and the system's limits, then run the same call again." });
    }
  }
  return { json: text({ files: found, leftovers: false }), blobs };
}

/** The mode and owner of a file or folder: Windows has others, of which nothing is found. */
const own = (stat) => ({ mode: stat.isDirectory() ? 0o700 : 0o600, uid: 0 });

/** As the core spells paths: with slashes. */
const realpath = (path) => fs.realpathSync(path).replaceAll('\\', '/');

module.exports = { own, realpath, readFiles, refuseToWrite };
