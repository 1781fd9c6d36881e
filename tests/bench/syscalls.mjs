// System calls as strace counts them.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptInstall } from '../lib/cache.mjs';
import { program } from './measure.mjs';

const FILE = /^(open|close|read|write|p(read|write)|readv|writev|[fl]?stat|newfstatat|f?access|mkdir|rename|link|symlink|unlink|rmdir|f?chmod|f?chown|fsync|fdatasync|getdents|readlink|lseek|ftruncate|truncate|utime|copy_file|fallocate)/;
const CHANGES = /^(p?write|writev|mkdir|rename|link|symlink|unlink|rmdir|f?chmod|f?chown|fsync|fdatasync|ftruncate|truncate|utime|copy_file|fallocate)/;

/** Makes sure that there is a strace; false where there can be none. */
export function haveStrace() {
  const there = () => spawnSync('strace', ['-V']).status === 0;
  if (there()) return true;
  if (process.platform !== 'linux' || process.getuid() !== 0) return false;
  try {
    aptInstall('strace');
  } catch {}
  return there();
}

/** What one run of programs/traced.cjs asks of the system: `{ file, fsync, changing }`, numbers of calls. */
export function count(node, binding, who, stateDir) {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-strace-'));
  const log = join(dir, 'log');
  try {
    // Without -f: the main thread alone, where all of this happens.
    execFileSync('strace', ['-o', log, node, program('traced'), who, stateDir], { env: { PATH: process.env.PATH, PREPAIR_BINDING: binding }, stdio: ['ignore', 'ignore', 'pipe'] });
    const lines = readFileSync(log, 'utf8').split('\n');
    const [begin, end] = ['begin', 'end'].map((mark) => lines.findIndex((line) => line.includes(`"/prepair-bench-${mark}"`)));
    if (begin < 0 || end < 0) throw new Error('strace shows no marks');
    const calls = lines.slice(begin + 1, end).filter((line) => FILE.test(line));
    const changing = calls.filter((line) => CHANGES.test(line) || /^open.*O_(WRONLY|RDWR|CREAT|TRUNC)/.test(line));
    // A wake-up of another thread is a write to a descriptor that is no file.
    const real = changing.filter((line) => !/^write\(\d+, "(\\1|\\0)+", (8|1)\)/.test(line));
    return { file: calls.length, fsync: calls.filter((line) => /^f(data)?sync/.test(line)).length, changing: real.length };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/**
 * The least for a program that knows what is there, takes no lock and looks for no links. A first run: one look, three
 * folders made; home, state dir (twice: its folders, then the config), identity and devices synced: each opened and closed
 * once; three files opened, written, synced, closed, renamed. Nothing to do: four files opened, read, closed.
 */
export const LEAST = {
  first: { file: 1 + 3 + (4 + 5 + 4) + 3 * 5, fsync: 8, changing: 3 + 5 + 3 * 4 },
  nothing: { file: 4 * 3, fsync: 0, changing: 0 },
};
