'use strict';

// Whether a gateway runs on a state dir, by the lock that it holds while it does (src/infra/gateway-lock.ts): a file
// gateway.<hash>.lock with its process id, start time and config path, up to 2026.7 in <temp folder>/openclaw-<uid>,
// from 2026.8.1 in <state dir>/tmp/openclaw-<uid>.

const fs = require('node:fs');
const path = require('node:path');
const { bare } = require('./core.js');

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
  const text = attemptOf(() => fs.readFileSync(`/proc/${pid}/stat`, { __proto__: null, encoding: 'latin1' }), '');
  const start = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  return start === undefined || typeof startTime !== 'number' || Number(start) === startTime;
}

/** The process id in a lock file of a living gateway that uses one of these folders. */
function holder(file, folders) {
  const stat = fs.lstatSync(file);
  if (!stat.isFile() || stat.size > LARGEST) return null;
  const { pid, startTime, configPath, stateDir } = bare(JSON.parse(fs.readFileSync(file, { __proto__: null, encoding: 'utf8' })));
  if (!Number.isInteger(pid) || pid < 1 || typeof configPath !== 'string') return null;
  if (!folders.includes(path.dirname(configPath)) && !folders.includes(stateDir)) return null;
  return lives(pid, startTime) ? pid : null;
}

/** The process id of a gateway that is seen to run on a state dir (the first of these folders) or its config; else null. */
function running(bases) {
  const owner = attemptOf(() => fs.statSync(bases[0], { __proto__: null, throwIfNoEntry: false })?.uid, undefined);
  if (owner === undefined) return null;
  const folders = bases.flatMap((base) => [base, attemptOf(() => fs.realpathSync(base), base)]);
  for (const temp of new Set([require('node:os').tmpdir(), '/tmp', path.join(bases[0], 'tmp')])) {
    for (const uid of new Set([owner, process.getuid()])) {
      const locks = path.join(temp, `openclaw-${uid}`);
      if (!attemptOf(() => fs.existsSync(locks), false)) continue;
      for (const name of attemptOf(() => fs.readdirSync(locks), [])) {
        const pid = /^gateway\..+\.lock$/.test(name) ? attemptOf(() => holder(path.join(locks, name), folders), null) : null;
        if (pid !== null) return pid;
      }
    }
  }
  return null;
}

module.exports = { attemptOf, running };
