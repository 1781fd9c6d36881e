// @ts-check
'use strict';

// Finds the installed openclaw package without starting a process. inside/rows.js holds a copy of this.

const fs = require('node:fs');
const path = require('node:path');
const { readPlain } = require('./plain-file.js');

const MANIFEST_BYTES = 1024 * 1024;
// A command that only starts another one is shorter.
const SCRIPT_BYTES = 8 * 1024;
// Of path_resolution(7).
const MAX_LINKS = 40;

/** Whether something is there; what we may not look at, by the permissions of Node or Deno, is not. */
function exists(file) {
  try {
    return fs.existsSync(file);
  } catch {
    return false;
  }
}

/** The fields of an object of somebody else's, none of them inherited. */
const own = (value) => ({ __proto__: null, ...value });

/** The package in a folder, or null. */
function packageIn(dir) {
  try {
    const manifest = own(JSON.parse(readPlain(path.join(dir, 'package.json'), MANIFEST_BYTES, { follow: true }).toString()));
    if (manifest.name !== 'openclaw' || typeof manifest.version !== 'string') return null;
    const schema = own(own(manifest.openclaw).schemaVersions).state;
    return { version: manifest.version, stateSchema: Number.isSafeInteger(schema) ? schema : null };
  } catch {
    return null;
  }
}

/**
 * Whether others than the owner, who is believed, can write. A group of the owner's own has the owner's number (useradd's
 * default), root's group and the admins of macOS (Homebrew's folders are theirs) can become root: no other group is known to be
 * harmless. In a sticky folder (/tmp) others can make entries, but not touch ours.
 */
function writable({ mode, uid, gid }, sticky) {
  const harmless = gid === 0 || gid === uid || (gid === 80 && process.platform === 'darwin');
  return (mode & 0o002 || (mode & 0o020 && !harmless)) && !(sticky && mode & 0o1000);
}

/**
 * Where somebody else than whom `believed(uid)` names could have put a file, or what leads to it: `{ at, uid }`, with a null
 * `uid` where it is the mode that lets others write. Null where nobody could. Every folder from the root on counts, every link
 * and what it leads to. Without `modes` only whose each of them is.
 */
function others(file, believed, modes = true) {
  // Windows tells no owner; nothing is written there that a wrong version would spoil.
  if (process.platform === 'win32') return null;
  const names = (text) => text.split('/').filter((name) => name !== '' && name !== '.');
  const rest = ['', ...names(path.resolve(file))];
  let links = 0;
  for (let dir = '/'; rest.length > 0; ) {
    const at = path.join(dir, rest.shift());
    const stat = fs.lstatSync(at);
    if (!believed(stat.uid)) return { at, uid: stat.uid };
    if (stat.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS) return { at, uid: null };
      const to = fs.readlinkSync(at);
      rest.unshift(...names(to));
      if (to.startsWith('/')) dir = '/';
      continue;
    }
    if (modes && writable(stat, stat.isDirectory())) return { at, uid: null };
    dir = at;
  }
  return null;
}

function* parents(dir) {
  for (let at = dir; ; at = path.dirname(at)) {
    yield at;
    if (path.dirname(at) === at) return;
  }
}

/** The programs of OpenClaw that a shell script starts, as far as it spells their paths: `exec node /opt/openclaw/openclaw.mjs "$@"`. */
function startedBy(script) {
  let text = '';
  try {
    text = readPlain(script, SCRIPT_BYTES).toString('latin1');
  } catch {
    // No small plain file.
  }
  if (!text.startsWith('#!') || /^#!.*\bnode\b/.test(text)) return [];
  const found = text.matchAll(/(^|[\s"'=])(\$basedir|\$\(dirname "\$0"\))?(\/[\w./@+-]+\/(?:openclaw\.mjs|entry\.m?js))(?=$|[\s"'])/gm);
  return [...found].map(([, , own, file]) => (own ? path.join(path.dirname(script), file) : path.normalize(file)));
}

/** Folders that may hold the package; `safe` tells whether a command on PATH may be followed to its own. */
function* candidates(env, safe) {
  let cwd = null;
  try {
    cwd = process.cwd();
  } catch {
    // The working folder is gone; the other places remain.
  }
  if (cwd) for (const dir of parents(cwd)) yield path.join(dir, 'node_modules', 'openclaw');
  for (const dir of [...(env.PATH ?? '').split(path.delimiter), path.dirname(process.execPath)]) {
    const command = path.join(dir, 'openclaw');
    if (!path.isAbsolute(dir) || !exists(command) || !safe(command, command)) continue;
    // npm and pnpm scripts put a project's node_modules/.bin first.
    if (path.basename(dir) === '.bin') yield path.join(dir, '..', 'openclaw');
    let real;
    try {
      real = fs.realpathSync(command);
    } catch {
      continue;
    }
    // npm links the command into the package; pnpm and others put a script beside a folder of packages.
    for (const up of parents(path.dirname(real))) yield up;
    for (const program of startedBy(real)) for (const up of parents(path.dirname(program))) yield up;
    yield path.join(dir, '..', 'lib', 'node_modules', 'openclaw');
    yield path.join(dir, 'node_modules', 'openclaw');
    yield path.join(dir, 'global', '5', 'node_modules', 'openclaw');
  }
  yield path.join(process.execPath, '..', '..', 'lib', 'node_modules', 'openclaw');
  for (const dir of (env.NODE_PATH ?? '').split(path.delimiter)) {
    if (path.isAbsolute(dir)) yield path.join(dir, 'openclaw');
  }
}

/** Whether what a user put somewhere is believed: root, this user, and the owner of the state dir, whom `owner()` names. */
function believing(owner) {
  let theirs;
  const known = () => {
    try {
      return owner() ?? -1;
    } catch {
      // Not to be looked at, or not known yet.
      return -1;
    }
  };
  return (uid) => uid === 0 || uid === process.getuid?.() || uid === (theirs ??= known());
}

/** The user who owns a state dir or, while it is not there, will: the wished one, or the owner of the folder above it. */
function ownerOf(stateDir, wished) {
  for (const at of parents(stateDir)) {
    const stat = fs.statSync(at, { __proto__: null, throwIfNoEntry: false });
    if (stat) return at === stateDir ? stat.uid : wished ?? stat.uid;
  }
  return null;
}

/**
 * `{ installed: { version, stateSchema } | null, passedOver: [{ path, at, uid }] }`: the first package that nobody but those whom
 * `believed` names could have put there, and those before it that others could.
 */
function installed(env, believed) {
  const passedOver = [];
  /** Whether a package or a command counts. */
  const safe = (file, found) => {
    try {
      const where = others(file, believed);
      if (where && !passedOver.some((known) => known.path === found)) passedOver.push({ path: found, ...where });
      return where === null;
    } catch {
      // Gone, or not to be looked at.
      return false;
    }
  };
  for (const dir of candidates(env, safe)) {
    const file = path.join(dir, 'package.json');
    // Asked many times where there is none, and an exception costs more than a look.
    const found = exists(file) ? packageIn(dir) : null;
    if (found && safe(file, dir)) return { installed: found, passedOver };
  }
  return { installed: null, passedOver };
}

module.exports = { installed, believing, others, ownerOf, packageIn, parents };
