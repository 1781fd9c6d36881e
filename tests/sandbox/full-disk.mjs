// setup() on disks with ever more room: prints what came of each. Run by shells.test.mjs in a mount namespace of its own.
// arguments: JSON { sh, path, dir }
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { setup, localDir } = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');
const local = require('../../npm/openclaw-prepair');
const { sh, path, dir } = JSON.parse(process.argv[2]);
const options = { gatewayVersion: '2026.2.19' };

/** Takes all room of a disk but for `left` files, or KiB; gives what frees it again. */
function fill(disk, what, left) {
  const at = join(disk, 'fill');
  mkdirSync(at);
  if (what === 'files') for (let n = statfsSync(disk).ffree - left; n > 0; n -= 1) writeFileSync(join(at, String(n)), '');
  else {
    const fd = openSync(join(at, 'all'), 'w');
    let size = 0;
    try {
      for (;;) size += writeSync(fd, Buffer.alloc(4096));
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    }
    ftruncateSync(fd, size - left * 1024);
    closeSync(fd);
  }
  return () => rmSync(at, { recursive: true });
}

const remains = (at) => readdirSync(at, { recursive: true }).filter((name) => !name.startsWith('fill')).sort();

/** The code of a refusal, null of a success. */
async function codeOf(run) {
  try {
    await run();
    return null;
  } catch (error) {
    if (!error.code?.startsWith('ERR_PREPAIR_')) throw error;
    return error.code;
  }
}

function remote(home, stateDir) {
  const fs = localDir(home);
  const { exec } = fs;
  fs.exec = ([command, ...args], context) => exec([...(command === 'sh' ? sh : [command]), ...args], context);
  return setup(fs, { ...options, stateDir });
}

async function round(by, full, what, left) {
  const home = join(dir, `${by}-${full}-${what}-${left}`);
  const at = { state: join(home, 'disk'), temp: join(home, 'temp') };
  for (const folder of Object.values(at)) mkdirSync(folder, { recursive: true });
  execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m,nr_inodes=64,mode=755', 'none', at[full]]);
  const stateDir = join(at.state, 's');
  mkdirSync(stateDir);
  const free = fill(at[full], what, left);
  process.env.TMPDIR = at.temp;
  const run = async () => (by === 'addon' ? local.setup({ ...options, stateDir }) : await remote(home, stateDir));
  const before = performance.now();
  const code = await codeOf(run);
  const ms = performance.now() - before;
  const there = remains(stateDir);
  const staged = remains(at.temp).filter((name) => /\.\d+$/.test(name));
  free();
  return { by, full, what, left, code, ms, there, staged, then: await codeOf(run), finally: remains(stateDir) };
}

process.env.PATH = path;
const told = [];
for (const [what, lefts] of [['files', [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]], ['space', [0, 4, 8, 12, 16, 40]]]) {
  for (const left of lefts) for (const by of ['remote', 'addon']) told.push(await round(by, 'state', what, left));
}
// Three uploads and their folder, but nothing more.
told.push(await round('remote', 'temp', 'files', 4));
process.stdout.write(JSON.stringify(told));
