// System calls of a running process, traced or made to fail by strace; Debian's is installed where it is missing.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { aptInstall } from '../lib/cache.mjs';

function ready() {
  if (spawnSync('strace', ['--version']).error) aptInstall('strace');
}

export const version = () => {
  ready();
  return /version (\S+)/.exec(execFileSync('strace', ['--version'], { encoding: 'utf8' }))[1];
};

/** Attaches to the main thread of `pid`, runs `act`, and gives the lines that strace wrote meanwhile. */
export async function traced(pid, log, options, act) {
  const strace = spawn('strace', ['-y', '-s', '4096', '-o', log, ...options, '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(strace, 'close');
  let said = '';
  await new Promise((resolve, reject) => {
    strace.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (said.includes('attached')) resolve();
    });
    closed.then(() => reject(new Error(`strace could not attach: ${said}`)));
  });
  try {
    await act();
  } finally {
    strace.kill('SIGINT');
    await closed;
  }
  return fs.readFileSync(log, 'utf8').split('\n');
}

/** The calls in such lines, in order: `{ name, nth, paths, injected, line }`; `nth` counts the calls of this name. */
export function calls(lines) {
  const open = new Map();
  const count = {};
  const out = [];
  for (const line of lines) {
    const [, name, rest] = /^(\w+)\((.*)$/.exec(line) ?? [];
    if (!name) continue;
    count[name] = (count[name] ?? 0) + 1;
    // a folder held open, as 21</tmp/…> or in a path through /proc/self/fd/21
    const folder = (fd) => open.get(fd) ?? `/proc/self/fd/${fd}`;
    const real = (path) => path.replace(/^\/proc\/self\/fd\/(\d+)/, (_, fd) => folder(fd));
    const paths = [];
    for (const [, fd, dir] of rest.matchAll(/(?:^|, )(\d+)<(\/[^>]*)>/g)) {
      open.set(fd, dir);
      paths.push(dir);
    }
    for (const [, path] of rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)) if (path.startsWith('/')) paths.push(real(path));
    const made = /= (\d+)<(\/[^>]*)>/.exec(rest);
    if (made) open.set(made[1], made[2]);
    out.push({ name, nth: count[name], paths, injected: /\(INJECTED\)|\(DELAYED\)/.test(line), line });
  }
  return out;
}
