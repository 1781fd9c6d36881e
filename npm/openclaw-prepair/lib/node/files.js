// @ts-check
'use strict';

// `readFiles`, `sameFiles` and `applyFiles` with node:fs, for the wasm binding: the twin of crates/host-unix, which holds the reasons.
// Requests, replies, error texts and the lock's protocol (crates/host-unix/src/lock.rs) are the same.
//
// Node has no openat. On Linux a name is reached as /proc/self/fd/<folder>/<name>, which is as good: the folder is the
// one that we hold open, whatever its path leads to by now. Without /proc (macOS) a folder's path is checked against
// the folder held before each call, and a file opened against the one looked at; who can swap a folder for another
// between that check and the call, and back again, is not noticed.
// Nor has Node renameat2: a new file gets its name by link and then loses the temp one; a call killed between the two
// leaves both names, which OpenClaw refuses for an identity from 2026.5.12 on until the next call sweeps the temp one.

const fs = require('node:fs');
const { bare, text } = require('../core/bridge.js');
const { forbidden } = require('../core/errors.js');
const { createHash, randomBytes } = require('node:crypto');

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY, W_OK, X_OK } = fs.constants;
// The longest string of V8: what is longer no gateway can read either.
const LIMIT = 2 ** 29 - 24;
// Node reads what is inherited of its options too.
const OPTIONAL = { __proto__: null, throwIfNoEntry: false };
// Nothing inherited; the types know this as a text only.
const LATIN1 = /** @type {'latin1'} */ (/** @type {unknown} */ ({ __proto__: null, encoding: 'latin1' }));
const LOCK = '.prepair.lock';
const STALE_MS = 30_000;
const EMPTY_MS = 50;
const WAIT_MS = 35_000;
// How often it is said whom a lock is waited for.
const TELL_MS = 1000;
const TEMP = /^\.prepair-[0-9a-f]{25,28}\.tmp$/;
const HOLDER = /^(-|[^.]*)\.(-|[^.]*)\.(\d{1,10})\.(-|\d{1,20})\.[0-9A-Za-z]{8,}$/;

/** What becomes the reply's `error`. */
class Refusal {
  constructor(code, message, path, hint) {
    this.error = { code: `ERR_PREPAIR_${code}`, message, path, place: path === undefined ? undefined : { path }, hint };
  }
}

const CHANGED = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'EEXIST', 'ENOTEMPTY', 'ESTALE'];

function fault(error, verb, path) {
  const told = forbidden(error);
  if (told) return new Refusal('PERMISSION', `Cannot ${verb} this path: ${told.reason}.`, path, told.hint);
  if (error instanceof Refusal || typeof error.errno !== 'number') return error;
  const of = (code, reason, hint) => new Refusal(code, `Cannot ${verb} this path: ${reason} (${error.code}).`, path, hint);
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return of('DISK_FULL', 'no space is left', 'Free some space or raise the quota, then run the same call again.');
    case 'EROFS':
      return of('READ_ONLY', 'the file system is read-only', 'Run before it is mounted read-only, or choose a state dir and config path that can be written.');
    case 'EACCES':
    case 'EPERM':
      return of('PERMISSION', 'permission denied', 'Run as the user who owns the state dir, or as root with `owner`.');
    default:
  }
  if (error.code === 'EBUSY' && (verb === 'replace' || verb === 'remove')) return mountPoint(path);
  if (CHANGED.includes(error.code)) return of('CHANGED', 'another process changed it at the same time', 'Run the same call again.');
  return of('IO', 'the system call failed', "Look at the disk and the system's limits, then run the same call again.");
}

const mountPoint = (path) =>
  new Refusal('MOUNT_POINT', 'This path is a mount point and cannot be replaced.', path, 'Change the file outside, where it is mounted from, or mount its folder instead of the file.');

const changed = (path) => new Refusal('CHANGED', 'This path was changed since it was read.', path, 'Run the same call again.');

function notAFile(path, kind) {
  const [what, hint] =
    kind === 'symlink'
      ? ['a symbolic link, which is not followed', 'Give the path of the file that it leads to, or put the file itself in its place.']
      : kind === 'dir'
        ? ['a folder, not a file', 'Move the folder away.']
        : ['not a regular file', 'Move it away.'];
  return new Refusal('NOT_A_FILE', `This path is ${what}.`, path, hint);
}

function notAFolder(path, kind) {
  const [what, hint] =
    kind === 'symlink'
      ? ['a symbolic link, which is not followed below the state dir', 'Put the folder itself in its place.']
      : ['not a folder', 'Move it away: a folder belongs there.'];
  return new Refusal('NOT_A_FILE', `This path is ${what}.`, path, hint);
}

const badBase = (path, isStateDir, dangling) =>
  new Refusal(
    isStateDir ? 'STATE_DIR' : 'NOT_A_FILE',
    `This path is ${dangling ? 'a symbolic link that leads nowhere' : 'not a folder'}.`,
    path,
    'Choose another path, or move away what is there.',
  );

const barren = (path) => new Refusal('STATE_DIR', 'This path cannot be created: its file system allows no new files here.', path, 'Choose another path.');

const notOurs = (path) =>
  new Refusal('PERMISSION', 'This path belongs to another user.', path, 'Run as the user who owns the state dir and all in it, who is the one that runs the gateway, or as root.');

const locked = (path, pid) =>
  new Refusal('LOCKED', `This lock is held by another call${pid ? ` (process ${pid})` : ''}.`, path, 'Wait until that call ends; if none runs, remove it.');

const foreign = (path) =>
  new Refusal('LOCKED', 'This lock holds something that no call of this package made.', path, 'Move it away if no other call runs, then run the same call again.');

/** Runs `act`; a failed system call becomes a refusal. */
function trying(verb, path, act) {
  try {
    return act();
  } catch (error) {
    throw fault(error, verb, path);
  }
}

/** Runs `act` again as long as a signal interrupts it. */
function steady(act) {
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (error.code !== 'EINTR') throw error;
    }
  }
}

/** Runs `act`, whose failure changes nothing. */
function quietly(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

const failure = (code, errno) => Object.assign(new Error(code), { code, errno });

function describe(stat) {
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'dir' : stat.isSymbolicLink() ? 'symlink' : 'other';
  return { kind, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, mtimeMs: stat.mtimeMs, dev: stat.dev, ino: stat.ino, size: stat.size };
}

const same = (a, b) => a.dev === b.dev && a.ino === b.ino;
const join = (folder, name) => `${folder === '/' ? '' : folder}/${name}`;
const ofOwner = ({ uid, gid }) => [uid, gid];

/** A folder held open, and the path under which it was asked for. */
class Folder {
  /** `sees`: whether /proc leads to what is held open, where a folder opened just before told. */
  constructor(fd, path, real, sees) {
    this.fd = fd;
    this.path = path;
    this.real = real;
    const proc = `/proc/self/fd/${fd}`;
    this.proc = (sees ?? quietly(() => same(fs.fstatSync(fd), fs.statSync(`${proc}/.`)))) ? proc : null;
  }

  /** The way to a name in this folder. */
  at(name) {
    if (this.proc) return `${this.proc}/${name}`;
    const there = fs.lstatSync(this.real, OPTIONAL);
    if (!there || !same(there, fs.fstatSync(this.fd))) throw failure('ESTALE', -116);
    return join(this.real, name);
  }

  child(name) {
    return join(this.path, name);
  }

  openDir(name) {
    const fd = steady(() => fs.openSync(this.at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    return new Folder(fd, this.child(name), join(this.real, name), this.proc !== null);
  }

  stat() {
    return describe(steady(() => fs.fstatSync(this.fd)));
  }

  statAt(name) {
    const stat = steady(() => fs.lstatSync(this.at(name), OPTIONAL));
    return stat ? describe(stat) : null;
  }

  /** Opens a file and gives `use` its descriptor; what is no file is given back as its kind. */
  withFile(name, use) {
    const seen = this.statAt(name);
    if (!seen) return { kind: 'absent' };
    if (seen.kind !== 'file') return { kind: seen.kind };
    let fd;
    try {
      fd = steady(() => fs.openSync(this.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    } catch (error) {
      const kind = { __proto__: null, ENOENT: 'absent', ELOOP: 'symlink', ENXIO: 'other' }[error.code];
      if (kind) return { kind };
      throw error;
    }
    try {
      if (!this.proc && !same(fs.fstatSync(fd), seen)) throw failure('ESTALE', -116);
      return { kind: 'file', value: use(fd, seen.size) };
    } finally {
      quietly(() => fs.closeSync(fd));
    }
  }

  /** The SHA-256 of a file's content, as `expect` has it; null where there is no file. */
  digest(name) {
    const hash = createHash('sha256');
    const { kind } = this.withFile(name, (fd, size) => pieces(fd, size, (piece) => hash.update(piece)));
    if (kind === 'file') return hash.digest('hex');
    if (kind === 'absent') return null;
    throw failure(kind === 'symlink' ? 'ELOOP' : 'EISDIR', -1);
  }

  list() {
    return steady(() => fs.readdirSync(this.at('.')));
  }

  makeDir(name) {
    steady(() => fs.mkdirSync(this.at(name), { __proto__: null, mode: 0o700 }));
  }

  /** Opens a folder just made, whatever the umask left of its mode. */
  openMade(name) {
    try {
      return this.openDir(name);
    } catch (error) {
      if (error.code !== 'EACCES') throw error;
    }
    steady(() => fs.chmodSync(this.at(name), 0o700));
    return this.openDir(name);
  }

  /** Gives a folder that we made its mode and its owner. */
  settle(owner) {
    const { uid, gid } = this.stat();
    if (owner && (uid !== owner[0] || gid !== owner[1])) {
      // Not the empty folder that we made: someone put theirs in its place to be given it.
      if (this.list().length > 0) throw failure('ENOTEMPTY', -39);
      steady(() => fs.fchownSync(this.fd, owner[0], owner[1]));
    }
    steady(() => fs.fchmodSync(this.fd, 0o700));
  }

  /** Creates a file; `use` gets its descriptor. */
  create(name, use) {
    const fd = steady(() => fs.openSync(this.at(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
    try {
      use(fd);
    } finally {
      quietly(() => fs.closeSync(fd));
    }
  }

  /** Creates a file and writes all of it to the disk, private until it has its owner; `refuse` where it can't have that one. */
  write(name, { content, mode, user, owner, kept, refuse }) {
    this.create(name, (fd) => {
      for (let at = 0; at < content.length; ) {
        const written = steady(() => fs.writeSync(fd, content, at));
        if (written === 0) throw failure('EIO', -5);
        at += written;
      }
      const { uid, gid } = fs.fstatSync(fd);
      if (user !== undefined && uid !== user) refuse();
      if (owner && (uid !== owner[0] || gid !== owner[1])) {
        try {
          steady(() => fs.fchownSync(fd, owner[0], owner[1]));
        } catch (error) {
          if (!kept) throw error;
          // A group that we are not in is lost, but only where it means nothing: where it may do no more than all.
          if (uid !== owner[0] || ((mode >> 3) & ~mode & 0o7) !== 0) refuse();
        }
      }
      steady(() => fs.fchmodSync(fd, mode));
      steady(() => fs.fsyncSync(fd));
    });
  }

  sync() {
    try {
      steady(() => fs.fsyncSync(this.fd));
    } catch (error) {
      // Some file systems can't sync a folder.
      if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(error.code)) throw error;
    }
  }

  rename(from, to) {
    steady(() => fs.renameSync(this.at(from), this.at(to)));
  }

  /** Gives a file its name unless something has it already (EEXIST). */
  publish(from, to) {
    try {
      steady(() => fs.linkSync(this.at(from), this.at(to)));
    } catch (error) {
      if (!['EINVAL', 'ENOSYS', 'ENOTSUP', 'EPERM', 'EMLINK'].includes(error.code)) throw error;
      // A file system that has no links: only the lock is left to guard the moment between.
      if (this.statAt(to)) throw failure('EEXIST', -17);
      this.rename(from, to);
      return;
    }
    this.unlink(from);
  }

  unlink(name) {
    steady(() => fs.unlinkSync(this.at(name)));
  }

  removeDir(name) {
    steady(() => fs.rmdirSync(this.at(name)));
  }

  close() {
    quietly(() => fs.closeSync(this.fd));
  }
}

/** Hands the content of a file over, piece by piece, until `take` gives false. `size` is what it was when it was opened. */
function pieces(fd, size, take) {
  const buffer = Buffer.alloc(Math.min(size + 1, 128 * 1024));
  try {
    for (let at = 0; ; ) {
      const read = steady(() => fs.readSync(fd, buffer, 0, buffer.length, null));
      if (read === 0 || take(buffer.subarray(0, read)) === false) return;
      at += read;
      // Short of what was asked for, and all that there was: the end.
      if (at === size && read < buffer.length) return;
    }
  } finally {
    buffer.fill(0);
  }
}

/** Where contents that were read are held; the module has room for them in its own memory. */
const held = () => {
  let room;
  return { __proto__: null, room: (length) => (room = new Uint8Array(length)), keep: (length) => room.subarray(0, length) };
};

/** The content of a file that had this size when it was opened, as `keep` gives it, or null where it is too large. */
function contentOf(fd, size, { room, keep }) {
  if (size > LIMIT) return null;
  // Read into the place where it stays. The byte more is for the end to be seen by one call.
  for (let space = size + 1; ; space = Math.min(2 * space, LIMIT + 1)) {
    const content = room(space);
    let length = 0;
    while (length < space) {
      const read = steady(() => fs.readSync(fd, content, length, space - length, length));
      length += read;
      if (read === 0 || (length === size && length < space)) return length <= LIMIT ? { content: keep(length) } : null;
    }
    if (space > LIMIT) return null;
    // It grew meanwhile: read again.
    content.fill(0);
  }
}

/** The bases of a request and every folder that was opened below them. */
class Tree {
  constructor(bases) {
    this.bases = bases.map(normal);
    this.folders = new Map();
    this.closed = [];
  }

  /** The place of a file: in the longest base that holds it, else in its own folder. */
  spot(file) {
    const path = normal(file);
    const { folder, name } = split(path);
    const base = this.bases.filter((it) => below(it, folder) !== null).reduce((a, b) => (a && a.length > b.length ? a : b), null) ?? folder;
    return { base, between: components(below(base, folder)), name, path };
  }

  /** The way from a base down some folders: where it ended, and what is missing or in the way. */
  descend(base, between) {
    const start = this.base(base);
    let { folder } = start;
    const rest = [...start.missing, ...between];
    for (const [at, name] of rest.entries()) {
      const path = folder.child(name);
      const known = this.folders.get(path);
      if (known) {
        folder = known;
        continue;
      }
      try {
        folder = this.keep(folder.openDir(name));
      } catch (error) {
        if (error.code === 'ENOENT') return { __proto__: null, folder, missing: rest.slice(at) };
        if (!['ENOTDIR', 'ELOOP', 'EMLINK'].includes(error.code)) throw fault(error, 'open', path);
        // What a link gives differs between systems, so look.
        const seen = trying('open', path, () => folder.statAt(name));
        if (seen && seen.kind !== 'dir') return { __proto__: null, blocked: path, kind: seen.kind };
        throw fault(error, 'open', path);
      }
    }
    return { __proto__: null, folder, missing: [] };
  }

  way(spot) {
    return this.descend(spot.base, spot.between);
  }

  /** A folder that is there, or null. */
  find(base, between = []) {
    const way = this.descend(base, between);
    return way.blocked || way.missing.length > 0 ? null : way.folder;
  }

  /** A base, or its nearest ancestor that exists and the folders that are missing between. */
  base(base) {
    const missing = [];
    for (let path = base; ; ) {
      const known = this.folders.get(path);
      if (known) return { folder: known, missing };
      try {
        const fd = steady(() => fs.openSync(path, O_RDONLY | O_DIRECTORY));
        const folder = this.keep(new Folder(fd, path, path));
        if (!folder.proc) folder.real = fs.realpathSync(path);
        if (missing.length > 0 && quietly(() => folder.statAt(missing[0]))?.kind === 'symlink') {
          throw badBase(base, base === this.bases[0], true);
        }
        return { folder, missing };
      } catch (error) {
        if (error.code === 'ENOTDIR' || error.code === 'ELOOP') throw badBase(base, base === this.bases[0], false);
        if (error.code !== 'ENOENT' || path === '/') throw fault(error, 'open', path);
      }
      const { folder, name } = split(path);
      missing.unshift(name);
      path = folder;
    }
  }

  /** Keeps a folder open for later. */
  keep(folder) {
    this.folders.set(folder.path, folder);
    return folder;
  }

  /** Whether a folder is still where it was. */
  isThere(folder) {
    return Boolean(quietly(() => same(fs.statSync(folder.path), fs.fstatSync(folder.fd))));
  }

  /** Forgets every folder: one of them is gone. */
  forget() {
    this.closed.push(...this.folders.values());
    this.folders.clear();
  }

  close() {
    this.forget();
    for (const folder of this.closed.splice(0)) folder.close();
  }
}

function normal(path) {
  if (!path.startsWith('/') || path.includes('\0')) {
    throw new Refusal('OPTIONS', `${JSON.stringify(path)} is not an absolute path.`, undefined, 'Give a path that begins with / and holds no NUL.');
  }
  const parts = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function split(path) {
  const at = path.lastIndexOf('/');
  return { folder: path.slice(0, at) || '/', name: path.slice(at + 1) || '.' };
}

function below(base, folder) {
  const head = base === '/' ? '' : base;
  const rest = folder.slice(head.length);
  return folder.startsWith(head) && (rest === '' || rest.startsWith('/')) ? rest : null;
}

const components = (path) => path.split('/').filter((part) => part !== '');

// The lock

function statOf(pid) {
  return quietly(() => {
    const text = fs.readFileSync(`/proc/${pid}/stat`, LATIN1);
    const fields = text.slice(text.lastIndexOf(')') + 1).trim().split(/\s+/);
    return fields.length > 19 ? { state: fields[0], start: fields[19] } : undefined;
  });
}

const self = () => ({
  boot: quietly(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', LATIN1).trim()) ?? '-',
  namespace: quietly(() => fs.readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')) ?? '-',
  start: statOf(process.pid)?.start ?? '-',
});

function isDead(here, holder) {
  const [boot, namespace, pid, start] = holder;
  if (boot !== '-' && here.boot !== '-' && boot !== here.boot) return true;
  if (namespace !== here.namespace) return false;
  const id = Number(pid);
  if (id < 1 || id > 0x7fffffff) return true;
  try {
    process.kill(id, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return true;
  }
  const stat = statOf(id);
  if (!stat) return false;
  return stat.state === 'Z' || stat.state === 'X' || (start !== '-' && start !== stat.start);
}

function removeLock(state) {
  try {
    state.removeDir(LOCK);
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return true;
    if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return false;
    throw error;
  }
}

function claim(state, owner, mine) {
  const folder = state.openMade(LOCK);
  try {
    folder.settle(owner);
    folder.create(mine, () => {});
    let names;
    try {
      names = folder.list();
    } finally {
      if (!names || names.length !== 1 || names[0] !== mine) {
        quietly(() => folder.unlink(mine));
        quietly(() => state.removeDir(LOCK));
        names = null;
      }
    }
    if (names) return folder;
  } catch (error) {
    folder.close();
    throw error;
  }
  folder.close();
  return null;
}

/** Looks at a lock that is there, and removes it if it is stale: `{ removed }`, `{ busy, pid }` or `{ foreign }`. */
function clear(state) {
  let folder;
  try {
    folder = state.openDir(LOCK);
  } catch (error) {
    if (error.code === 'ENOENT') return { removed: true };
    // Another user's: it can only grow old.
    if (error.code === 'EACCES') return { busy: true };
    throw error;
  }
  try {
    const age = Math.abs(Date.now() - folder.stat().mtimeMs);
    const old = age > STALE_MS;
    const here = self();
    const names = folder.list();
    if (names.length === 0 && age > EMPTY_MS && removeLock(state)) return { removed: true };
    for (const name of names) {
      const entry = folder.statAt(name);
      if (!entry) continue;
      const holder = entry.kind === 'file' && entry.size === 0 ? HOLDER.exec(name)?.slice(1) : null;
      if (!holder) return old ? { foreign: true } : { busy: true };
      if (!old && !isDead(here, holder)) return { busy: true, pid: Number(holder[2]) };
      try {
        folder.unlink(name);
      } catch (error) {
        // Someone else breaks it, and will be the one to remove the folder.
        if (error.code === 'ENOENT') return { busy: true };
        throw error;
      }
      if (removeLock(state)) return { removed: true };
    }
    return { busy: true };
  } finally {
    folder.close();
  }
}

/** Tries once to take the lock: `{ lock }`, `{ busy, pid }` or `{ gone }`. */
function attempt(state, owner, random) {
  const here = self();
  const mine = `${here.boot}.${here.namespace}.${process.pid}.${here.start}.${random}`;
  return trying('lock', state.child(LOCK), () => {
    for (let round = 0; round < 3; round += 1) {
      let made = true;
      try {
        state.makeDir(LOCK);
      } catch (error) {
        if (error.code === 'ENOENT') return { gone: true };
        if (error.code !== 'EEXIST') throw error;
        made = false;
      }
      if (made) {
        try {
          const folder = claim(state, owner, mine);
          // Not alone: someone tried at the same time.
          return folder ? { lock: { state, folder, mine } } : { busy: true };
        } catch (error) {
          // Ours was removed as an old one while this process stood still.
          if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) return { busy: true };
          quietly(() => state.removeDir(LOCK));
          throw error;
        }
      }
      let cleared;
      try {
        cleared = { __proto__: null, ...clear(state) };
      } catch (error) {
        if (error.code === 'ENOTDIR' || error.code === 'ELOOP') throw locked(state.child(LOCK));
        throw error;
      }
      if (cleared.foreign) throw foreign(state.child(LOCK));
      if (cleared.busy) return cleared;
    }
    return { busy: true };
  });
}

/** Gives the lock back, if it is still ours. */
function release({ state, folder, mine }) {
  const remove = () => {
    folder.unlink(mine);
    return true;
  };
  // Twice, as the lock of a process that lives on would hinder everyone for half a minute.
  if (quietly(remove) || quietly(remove)) quietly(() => state.removeDir(LOCK));
  folder.close();
}

function* delays() {
  let waited = 0;
  for (let round = 1; ; round += 1) {
    const delay = Math.min(2 ** Math.min(round, 7), 100);
    waited += delay;
    if (waited > WAIT_MS) return;
    yield delay;
  }
}

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

function lockSeen(tree) {
  if (tree.bases.length === 0) return false;
  const state = tree.find(tree.bases[0]);
  return state !== null && Boolean(quietly(() => state.statAt(LOCK)));
}

// Temp files that only dead calls can have left

/** Their names. In the config's folder a call for another state dir may be at work: there they are as old as a lock that is nobody's. */
function deadTemps(tree, folder) {
  const guarded = tree.bases.length > 0 && below(tree.bases[0], folder.path) !== null;
  return (quietly(() => folder.list()) ?? []).filter((name) => {
    const stat = TEMP.test(name) ? quietly(() => folder.statAt(name)) : null;
    return stat?.kind === 'file' && (guarded || Math.abs(Date.now() - stat.mtimeMs) > STALE_MS);
  });
}

const hasTemps = (tree, folder) => deadTemps(tree, folder).length > 0;

function sweep(tree, folder) {
  // What can't be removed does no harm.
  for (const name of deadTemps(tree, folder)) quietly(() => folder.unlink(name));
}

// Reading

function read(tree, path, blobs, rooms) {
  const spot = tree.spot(path);
  const way = tree.way(spot);
  if (way.blocked) {
    if (way.kind === 'symlink') return { kind: 'symlink' };
    throw notAFolder(way.blocked, way.kind);
  }
  if (way.missing.length > 0) return null;
  const { kind, value } = trying('read', spot.path, () => way.folder.withFile(spot.name, (fd, size) => contentOf(fd, size, rooms)));
  if (kind === 'absent') return null;
  if (kind !== 'file') return { kind };
  if (value === null) {
    throw new Refusal('SHAPE', 'This file is larger than 512 MiB.', spot.path, 'No file of OpenClaw that is read here grows so large: look at what it is.');
  }
  return { blob: blobs.push(value.content) - 1 };
}

// Applying

/** One call of `applyFiles`. */
class Job {
  constructor(tree, owner) {
    this.tree = tree;
    this.owner = owner ? ofOwner(owner) : null;
    this.user = process.geteuid();
    this.isRoot = this.user === 0;
    this.random = randomBytes(12).toString('hex');
    this.made = [];
    this.temps = [];
    this.mounts = null;
  }

  lock(waiting) {
    const state = this.tree.bases[0];
    if (state === undefined) throw new Refusal('INTERNAL', 'a request needs the state dir as its first base');
    const pauses = delays();
    let [waited, told] = [0, 0];
    for (let gone = 0; ; ) {
      const folder = this.folder(this.tree.descend(state, []));
      const owner = this.isRoot ? ofOwner(trying('open', folder.path, () => folder.stat())) : null;
      const taken = { __proto__: null, ...attempt(folder, owner, this.random) };
      if (taken.lock) {
        try {
          this.admit(folder, taken.lock);
          return taken.lock;
        } catch (error) {
          release(taken.lock);
          throw error;
        }
      }
      if (taken.gone) {
        if (gone === 10 && this.tree.isThere(folder)) throw barren(folder.child(LOCK));
        // More than the bad luck of meeting calls that fail and take their state dir away: no lock can be here.
        if (gone === 10) throw fault(failure('ENOENT', -2), 'lock', folder.child(LOCK));
        gone += 1;
        this.made = [];
        this.tree.forget();
      }
      const pause = pauses.next();
      if (pause.done) throw locked(folder.child(LOCK), taken.pid);
      if (waited >= told + TELL_MS) {
        told = waited;
        const refused = waiting?.(taken.pid ?? null, waited);
        if (refused) throw Object.assign(new Refusal(), { error: refused });
      }
      const delay = Number(pause.value);
      sleep(delay);
      waited += delay;
    }
  }

  /** Refuses the state dir of another user, but root's, unless `owner` is given. */
  admit(state, lock) {
    if (this.isRoot) return;
    const of = trying('lock', state.child(LOCK), () => {
      this.user = lock.folder.stat().uid;
      return state.stat().uid;
    });
    if (!this.isOpen(of)) throw notOurs(state.path);
  }

  /** Whether something new may lie in a folder of this user. */
  isOpen(user) {
    return this.isRoot || this.owner !== null || user === this.user || user === 0;
  }

  run(steps, rehearse) {
    const ready = steps.map((step) => this.prepare(step));
    this.syncMade();
    new Set(ready.map(({ folder }) => folder)).forEach((folder) => sweep(this.tree, folder));
    ready.forEach((entry, at) => this.stage(entry, at));
    const first = new Set();
    for (const [at, entry] of ready.entries()) {
      // A second step on the same file expects what the first one leaves; the first of all is checked at once.
      if ((at > 0 || rehearse) && !first.has(entry.path)) check(entry);
      first.add(entry.path);
    }
    if (rehearse) return [];
    return ready.map((entry, at) => {
      const change = this.makeVisible(entry);
      if (ready[at + 1]?.folder !== entry.folder) trying('sync', entry.folder.path, () => entry.folder.sync());
      return change;
    });
  }

  /** Looks at what is there and makes the folders that are missing. */
  prepare(step) {
    const { path, name, ...spot } = this.tree.spot(step.path);
    const way = this.tree.way(spot);
    if (step.kind === 'remove' && way.missing?.length > 0) throw changed(path);
    const folder = this.folder(way);
    const was = trying('open', path, () => folder.statAt(name));
    if (was && was.kind !== 'file') throw notAFile(path, was.kind);
    if (was && this.isMount(folder, name)) throw mountPoint(path);
    return { step, folder, name, path, was, temp: null };
  }

  /** Whether something is mounted on this entry; false where the system does not tell. */
  isMount(folder, name) {
    // "36 35 98:0 /root /mount/point …", space, tab, newline and backslash in octal
    this.mounts ??= new Set(
      (quietly(() => String(fs.readFileSync('/proc/self/mountinfo'))) ?? '')
        .split('\n')
        .map((line) => (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)))),
    );
    const real = folder.proc ? quietly(() => fs.readlinkSync(folder.proc)) : folder.real;
    return this.mounts.has(join(real ?? folder.path, name));
  }

  /** The folder that a way leads to, made if it is missing. */
  folder({ folder, missing, blocked, kind }) {
    if (blocked) throw notAFolder(blocked, kind);
    for (const name of missing) {
      const above = folder;
      try {
        folder = this.tree.keep(this.make(above, name));
      } catch (error) {
        throw error.code === 'ENOENT' && this.tree.isThere(above) ? barren(above.child(name)) : fault(error, 'create', above.child(name));
      }
    }
    return folder;
  }

  make(above, name) {
    try {
      above.makeDir(name);
    } catch (error) {
      // Someone else's, made just now: not ours to change or remove.
      if (error.code === 'EEXIST') return above.openDir(name);
      throw error;
    }
    this.made.push([above, name]);
    const made = above.openMade(name);
    try {
      made.settle(this.ownerIn(above));
    } catch (error) {
      made.close();
      throw error;
    }
    return made;
  }

  /** Folders are on the disk before anything in them counts on it: one sync for all that were made in the same one. */
  syncMade() {
    for (const folder of new Set(this.made.map(([above]) => above))) trying('create', folder.path, () => folder.sync());
  }

  /** The owner of what is new in a folder. */
  ownerIn(folder) {
    return this.owner ?? (this.isRoot ? ofOwner(folder.stat()) : null);
  }

  /** Writes the temp file of a step in full, so that a full or read-only disk is met before anything changes. */
  stage(entry, at) {
    const { step, folder, path, was } = entry;
    if (step.kind === 'remove') {
      if (!this.isRoot && was && was.uid !== this.user) throw notOurs(path);
      trying('remove', path, () => fs.accessSync(folder.at('.'), W_OK | X_OK));
      return;
    }
    const temp = `.prepair-${this.random}${at.toString(16).padStart(4, '0')}.tmp`;
    trying('write', path, () => {
      const file = {
        content: step.content,
        mode: was && step.keepMode ? was.mode : step.mode & 0o777,
        user: undefined,
        owner: was ? ofOwner(was) : this.ownerIn(folder),
        kept: was !== null && !this.isRoot,
        refuse: () => {
          throw notOurs(was ? path : folder.path);
        },
      };
      if (!file.owner) {
        const of = folder.stat().uid;
        if (!this.isOpen(of)) file.user = of;
      }
      this.temps.push([folder, temp]);
      folder.write(temp, file);
    });
    entry.temp = temp;
  }

  /** Whether a file has another mode or owner than the temp file got from it. */
  differs({ step, was }, now) {
    if (!now || !was) return !now;
    return (step.keepMode && now.mode !== was.mode) || now.uid !== was.uid || (this.isRoot && now.gid !== was.gid);
  }

  makeVisible(entry) {
    check(entry);
    const { step, folder, name, path, temp } = entry;
    if (step.kind === 'remove') {
      trying('remove', path, () => folder.unlink(name));
      return { path: step.path, action: 'removed' };
    }
    const isNew = (step.expect ?? null) === null;
    if (!isNew && this.differs(entry, trying('open', path, () => folder.statAt(name)))) throw changed(path);
    trying('replace', path, () => (isNew ? folder.publish(temp, name) : folder.rename(temp, name)));
    this.temps = this.temps.filter(([, other]) => other !== temp);
    return { path: step.path, action: isNew ? 'created' : 'replaced', bytes: step.content.length };
  }

  /** Removes the temp files that are left. */
  discard() {
    for (const [folder, temp] of this.temps.splice(0)) quietly(() => folder.unlink(temp));
  }

  /** Removes the folders that we made, but the first ones, as far as they are empty. */
  unmake(keep) {
    for (const [folder, name] of this.made.splice(keep).reverse()) quietly(() => folder.removeDir(name));
  }

  /** Removes what dead calls left. A live call removes its own, so the lock is not waited for. */
  sweepAll() {
    const dirty = [];
    for (const base of this.tree.bases) {
      for (const between of [[], ['identity'], ['devices']]) {
        const folder = quietly(() => this.tree.find(base, between));
        if (folder && hasTemps(this.tree, folder)) dirty.push(folder);
      }
    }
    const state = this.tree.bases.length > 0 ? this.tree.find(this.tree.bases[0]) : null;
    if (!state || (dirty.length === 0 && !lockSeen(this.tree))) return;
    const owner = this.isRoot ? ofOwner(state.stat()) : null;
    // Long enough for a lock that a dead call left empty.
    const pauses = delays();
    for (let round = 0; round < 6; round += 1) {
      const taken = { __proto__: null, ...attempt(state, owner, this.random) };
      if (taken.lock) {
        dirty.forEach((folder) => sweep(this.tree, folder));
        release(taken.lock);
        return;
      }
      if (taken.gone || taken.pid) return;
      sleep(pauses.next().value);
    }
  }
}

/** Throws unless the file is still what the plan was made from. */
function check({ step, folder, name, path }) {
  const found = trying('read', path, () => folder.digest(name));
  if (found !== (step.expect ?? null)) throw changed(path);
}

/** Runs `body`; a refusal becomes the reply, and no folder stays open. */
function replying(bases, body) {
  let tree;
  try {
    tree = new Tree(bases);
    return body(tree);
  } catch (error) {
    const refusal = forbidden(error) ? fault(error, 'use', bases[0]) : error;
    const unforeseen = { code: 'ERR_PREPAIR_INTERNAL', message: 'This is a bug in openclaw-prepair.', hint: 'Please report it with what you called.' };
    return { json: text({ error: refusal instanceof Refusal ? refusal.error : unforeseen }), blobs: [] };
  } finally {
    tree?.close();
  }
}

/** Reads files: `{bases, files}` → `{files: {path: {blob} | null | {kind}}, leftovers}`, both as JSON, beside the contents. */
function readFiles(request, _parts, _waiting, rooms = held()) {
  const { bases, files } = bare(JSON.parse(request));
  return replying(bases, (tree) => {
    const blobs = [];
    const found = Object.create(null);
    let leftovers = lockSeen(tree);
    for (const path of files) found[path] = read(tree, path, blobs, rooms);
    leftovers ||= tempsBeside(tree, files);
    return { json: text({ files: found, leftovers }), blobs };
  });
}

/** Whether files still hold this: `{bases, files: {path: blob | null}}` → `{same}`; what a dead call left is not the same. */
function sameFiles(request, blobs) {
  const { bases, files } = bare(JSON.parse(request));
  return replying(bases, (tree) => {
    const same = Object.entries(files).every(([path, blob]) => isSame(tree, path, blob === null ? null : blobs[blob])) && !lockSeen(tree) && !tempsBeside(tree, Object.keys(files));
    return { json: text({ same }), blobs: [] };
  });
}

function isSame(tree, path, content) {
  const spot = tree.spot(path);
  const way = tree.way(spot);
  if (way.blocked) return false;
  if (way.missing.length > 0) return content === null;
  let rest = content;
  const compare = (fd, size) =>
    pieces(fd, size, (piece) => {
      const head = rest?.subarray(0, piece.length);
      rest = head && Buffer.compare(head, piece) === 0 ? rest.subarray(piece.length) : null;
      return rest !== null;
    });
  const { kind } = trying('read', spot.path, () => way.folder.withFile(spot.name, compare));
  return kind === 'absent' ? content === null : kind === 'file' && rest !== null && rest.length === 0;
}

/** Whether a temp file lies in the folder of one of these files. */
function tempsBeside(tree, files) {
  const looked = new Set();
  return files.some((path) => {
    const spot = tree.spot(path);
    const folder = tree.find(spot.base, spot.between);
    if (folder === null || looked.has(folder)) return false;
    looked.add(folder);
    return hasTemps(tree, folder);
  });
}

/**
 * Applies steps in order: `{bases, steps, owner?, rehearse?}` → `{changes}`; without steps it removes what dead calls left.
 * A rehearsal does all but the last: everything is looked at and written beside its place, then taken away again.
 */
function applyFiles(request, blobs, waiting) {
  const { bases, steps, owner, rehearse } = bare(JSON.parse(request));
  return replying(bases, (tree) => {
    const job = new Job(tree, owner);
    const reply = (changes) => ({ json: text({ changes }), blobs: [] });
    if (steps.length === 0) {
      // Whatever hinders this hinders nothing else: the next call that writes meets it.
      quietly(() => job.sweepAll());
      return reply([]);
    }
    let done = false;
    try {
      const lock = job.lock(waiting);
      const before = job.made.length;
      try {
        const changes = job.run(steps.map((step) => (step.kind === 'write' ? { __proto__: null, ...step, content: blobs[step.blob] } : step)), rehearse);
        if (rehearse) {
          job.discard();
          job.unmake(before);
        }
        done = true;
        return reply(changes);
      } catch (error) {
        job.discard();
        job.unmake(before);
        throw error;
      } finally {
        job.discard();
        release(lock);
      }
    } finally {
      // A state dir made only to hold the lock; one that holds more stays.
      if (!done) job.unmake(0);
    }
  });
}

module.exports = { readFiles, sameFiles, applyFiles };
