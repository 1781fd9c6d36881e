// @ts-check
'use strict';

// Whether a gateway runs on a state dir, by the lock that it holds while it does (src/infra/gateway-lock.ts): a file
// gateway.<hash>.lock with its process id, start time and config path, up to 2026.7 in <temp folder>/openclaw-<uid>,
// from 2026.8.1 in <state dir>/tmp/openclaw-<uid>.

const fs = require('node:fs');
const path = require('node:path');
const { bare } = require('../core/bridge.js');

// Nothing inherited; the types know this as a text only.
const LATIN1 = /** @type {'latin1'} */ (/** @type {unknown} */ ({ __proto__: null, encoding: 'latin1' }));

const LARGEST = 64 * 1024;

/** What a body gives, or a fallback where it throws. */
const attemptOf = (body, fallback) => {
  try {
    return body();
  } catch {
    return fallback;
  }
};

/** Whether a process lives, and is the one that started at this time (in ticks, where both are known). */
function lives(pid, startTime) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  const text = attemptOf(() => fs.readFileSync(`/proc/${pid}/stat`, LATIN1), '');
  const start = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  return start === undefined || typeof startTime !== 'number' || Number(start) === startTime;
}

/** Loaded where there is a lock at all. */
const openclaw = () => require('./openclaw.js');

/** What a lock file of a living gateway says that uses one of these folders. */
function holder(file, folders, owner) {
  const { readPlain } = require('./plain-file.js');
  const { pid, startTime, configPath, stateDir } = bare(JSON.parse(readPlain(file, LARGEST).toString()));
  if (!Number.isInteger(pid) || pid < 1 || typeof configPath !== 'string') return null;
  if (!folders.includes(path.dirname(configPath)) && !folders.includes(stateDir)) return null;
  // Anybody can make a folder of that name in /tmp, and name any process.
  if (openclaw().others(file, openclaw().believing(() => owner)) !== null) return null;
  return lives(pid, startTime) ? { pid, configPath, stateDir } : null;
}

/** A folder by the name that was given and by its real one. */
const names = (base) => [base, attemptOf(() => fs.realpathSync(base), base)];

/** os.tmpdir(), which asks the system six things for each variable that may name one. */
const temporary = () => (['TMPDIR', 'TMP', 'TEMP'].some((name) => process.env[name]) ? require('node:os').tmpdir() : '/tmp');

/** What the locks of gateways say that are seen to run on a state dir (the first of these folders) or its config. */
function* holders(bases) {
  const owners = bases.map((base) => attemptOf(() => fs.statSync(base, { __proto__: null, throwIfNoEntry: false })?.uid, undefined));
  // A state dir that is yet to be made may have a config elsewhere, which a gateway runs with.
  const owner = owners.find((uid) => uid !== undefined);
  if (owner === undefined) return;
  let folders;
  for (const temp of new Set([temporary(), '/tmp', ...bases.map((base) => path.join(base, 'tmp'))])) {
    for (const uid of new Set([owner, process.getuid?.()])) {
      const locks = path.join(temp, `openclaw-${uid}`);
      if (!attemptOf(() => fs.existsSync(locks), false)) continue;
      for (const name of attemptOf(() => fs.readdirSync(locks), [])) {
        const held = /^gateway\..+\.lock$/.test(name) ? attemptOf(() => holder(path.join(locks, name), (folders ??= bases.flatMap(names)), owner), null) : null;
        if (held !== null) yield held;
      }
    }
  }
}

/** The process id of a gateway that is seen to run on a state dir (the first of these folders) or its config; else null. */
function running(bases) {
  for (const { pid } of holders(bases)) return pid;
  return null;
}

/**
 * The package that a gateway runs, as `installed` of openclaw.js gives it; null where its process does not tell. Seen on Linux:
 * the arguments name the script, until the gateway writes a title over them (2026.2.19 and 2026.9.6 do), and addons of its own
 * dependencies are mapped (koffi at 2026.2.19, fs-safe at 2026.9.6; none at 2026.4.15).
 */
function packageOf(pid, owner) {
  const link = (name) => attemptOf(() => fs.readlinkSync(`/proc/${name}`), null);
  const text = (name) => attemptOf(() => fs.readFileSync(`/proc/${pid}/${name}`, 'utf8'), '');
  const { believing, others, packageIn, parents } = openclaw();
  const believed = believing(owner);
  // Of a stranger nothing is asked, and in another container a path means something else.
  if (!attemptOf(() => believed(fs.lstatSync(`/proc/${pid}`).uid), false) || link(`${pid}/ns/mnt`) !== link('self/ns/mnt')) return null;
  const dirs = new Set();
  const cwd = link(`${pid}/cwd`) ?? '/';
  for (const word of text('cmdline').split('\0')) {
    const real = word && attemptOf(() => fs.realpathSync(path.resolve(cwd, word)), null);
    if (real) for (const dir of parents(path.dirname(real))) dirs.add(dir);
  }
  for (const [, file] of text('maps').matchAll(/ (\/.*\.node)$/gm)) {
    for (const dir of parents(path.dirname(file))) if (path.basename(dir) === 'node_modules') dirs.add(path.join(dir, 'openclaw'));
  }
  const all = [...dirs].map((dir) => ({ dir, found: packageIn(dir) })).filter(({ found }) => found);
  // Two that differ tell nothing.
  if (all.length === 0 || all.some(({ found }) => found.version !== all[0].found.version)) return null;
  const where = ({ dir }) => attemptOf(() => others(path.join(dir, 'package.json'), believed), undefined);
  const good = all.find((one) => where(one) === null);
  if (good) return { installed: good.found, passedOver: [] };
  return { installed: null, passedOver: all.map((one) => ({ path: one.dir, ...where(one) })).filter(({ at }) => at) };
}

/** Whether the holder of a lock keeps its devices in this state dir. A lock names it from 2026.8.1; before that the process is asked. */
function uses({ pid, configPath, stateDir }, wanted) {
  const is = (folder) => names(folder).some((name) => names(wanted).includes(name));
  if (typeof stateDir === 'string') return is(stateDir);
  const env = Object.fromEntries(fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').map((line) => /^(\w+)=\s*(.*?)\s*$/s.exec(line)?.slice(1) ?? ['', '']));
  const moved = env.OPENCLAW_STATE_DIR || env.CLAWDBOT_STATE_DIR;
  if (moved) return path.isAbsolute(moved) && is(moved);
  // Else the config lies in the state dir, unless that was moved alone (src/config/paths.ts).
  return !env.OPENCLAW_CONFIG_PATH && !env.CLAWDBOT_CONFIG_PATH && is(path.dirname(configPath));
}

/** The sockets that listen on a TCP port of this machine, by inode and owner (proc_pid_net(5): 0A is LISTEN). */
const listeners = (port) => ['tcp', 'tcp6'].flatMap((name) => attemptOf(() => fs.readFileSync(`/proc/net/${name}`, 'latin1'), '').split('\n')
  .map((line) => line.trim().split(/\s+/))
  .filter(([, local, , state]) => state === '0A' && Number.parseInt(local.split(':')[1], 16) === port)
  .map((fields) => ({ __proto__: null, inode: fields[9], uid: Number(fields[7]) })));

/**
 * Whether a stranger listens on a port of this machine: a user who is not root, not the one of this process and not the owner of the
 * state dir (the first of these folders). Seen on Linux only.
 */
function strangers(bases, port) {
  const known = [0, process.getuid?.(), attemptOf(() => fs.statSync(bases[0]).uid, 0)];
  return listeners(port).some(({ uid }) => !known.includes(uid));
}

/**
 * Whether it is the gateway of this very state dir (the first of these folders) that listens on a port of this machine: the process
 * that holds its lock, of the owner of the state dir or of root, has every socket that does. Seen on Linux only.
 */
function listens(bases, port) {
  const [stateDir] = bases;
  const sockets = listeners(port);
  if (sockets.length === 0) return false;
  const owners = [0, attemptOf(() => fs.statSync(stateDir).uid, 0)];
  const owns = (held) => {
    const descriptors = `/proc/${held.pid}/fd`;
    if (!owners.includes(fs.statSync(descriptors).uid) || !uses(held, stateDir)) return false;
    const open = new Set(fs.readdirSync(descriptors).map((name) => attemptOf(() => fs.readlinkSync(path.join(descriptors, name)), '')));
    return sockets.every(({ inode }) => open.has(`socket:[${inode}]`));
  };
  for (const held of holders(bases)) if (attemptOf(() => owns(held), false)) return true;
  return false;
}

module.exports = { attemptOf, listens, packageOf, running, strangers };
