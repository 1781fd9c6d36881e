// Python with wasmtime from PyPI, in a virtual environment of the cache.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../lib/cache.mjs';

const WASMTIME = '50.0.1';
export const component = fileURLToPath(new URL('../../target/component/openclaw-prepair.wasm', import.meta.url));
export const example = fileURLToPath(new URL('../../crates/component/examples/python/', import.meta.url));

/** A python that has wasmtime. */
export async function python() {
  const home = join(cacheDir, 'python', `wasmtime-${WASMTIME}`);
  const binary = join(home, 'bin', 'python');
  if (existsSync(join(home, 'ready'))) return binary;
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  const run = (program, ...args) => execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  run('python3', '-m', 'venv', home);
  run(binary, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `wasmtime==${WASMTIME}`);
  await mkdir(join(home, 'ready.new'));
  await rename(join(home, 'ready.new'), join(home, 'ready'));
  return binary;
}
