// The POSIX shells that sandboxes have, each with the commands that come along with it.
import { chmodSync, copyFileSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { debian } from '../lib/cache.mjs';

/** `{ name, sh, path }`: what to run in place of `sh`, and the PATH to run it with. `bin` holds busybox's commands; the caller removes it. */
export async function shells() {
  const bin = mkdtempSync(join(tmpdir(), 'prepair-busybox-'));
  const busybox = join(bin, 'busybox');
  // Other users run it too.
  chmodSync(bin, 0o755);
  copyFileSync(join(await debian('busybox', ['busybox']), 'bin/busybox'), busybox);
  for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) symlinkSync(busybox, join(bin, applet));
  symlinkSync(process.execPath, join(bin, 'node'));
  const gnu = `${dirname(process.execPath)}:${process.env.PATH}`;
  return [
    { name: 'dash', sh: ['dash'], path: gnu },
    { name: 'bash --posix', sh: ['bash', '--posix'], path: gnu },
    { name: 'busybox ash', sh: [busybox, 'ash'], path: bin, bin },
  ];
}
