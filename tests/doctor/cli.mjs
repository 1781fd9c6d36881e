// Our command line as a user starts it: in a pipe or in a terminal, on a home of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { node } from '../lib/cache.mjs';

const BIN = fileURLToPath(new URL('../../npm/openclaw-prepair/bin/openclaw-prepair.js', import.meta.url));
const PTY = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/** Runs it to its end: {code, stdout, stderr, json}. `terminal` joins both streams, as a terminal does; `deaf` reads no output, `mute` no errors; `into` is a file for the output. */
export async function cli(args, { env = {}, terminal = false, deaf = false, mute = false, into, cwd = tmpdir() } = {}) {
  // The Node that OpenClaw itself needs; below it there is no node:sqlite.
  const command = [await node(24), BIN, ...args];
  const [program, ...rest] = terminal ? ['python3', '-c', PTY, ...command] : command;
  const child = spawn(program, rest, {
    cwd, env: { PATH: process.env.PATH, TERM: 'xterm', ...env }, stdio: [terminal ? 'pipe' : 'ignore', into === undefined ? 'pipe' : openSync(into, 'w'), 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text) => { stdout += text; });
  if (deaf) child.stdout.destroy();
  if (mute) child.stderr.destroy();
  child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text; });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, stdout, stderr, get json() { return JSON.parse(stdout); } };
}

/** A home with files below its `.openclaw`; gone after the test `t`. */
export function home(t, files = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-cli-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const state = join(dir, '.openclaw');
  for (const [name, content] of Object.entries(files)) {
    const path = join(state, name);
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2), { mode: 0o600 });
  }
  return { dir, state, env: { HOME: dir } };
}
