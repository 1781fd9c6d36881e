// The package as users get it: packed once, installed into fresh folders outside the repository.
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ship } from '../../npm/release/shipped.mjs';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const PACKAGE = join(ROOT, 'npm/openclaw-prepair');
export const COMPONENT = join(ROOT, 'npm/component');
/** `{ version, coreHash }` of what was built. */
export const build = createRequire(import.meta.url)('../../npm/openclaw-prepair/lib/core/build.js');
const run = promisify(execFile);

const work = mkdtempSync(join(tmpdir(), 'prepair-packaging-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

/** Runs a program; what it wrote, or an error with all of it. */
export async function exec(program, args, options = {}) {
  try {
    return await run(program, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  } catch (error) {
    error.message = `${program} ${args.join(' ')}: ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`;
    throw error;
  }
}

const packed = new Map();

/** `npm pack` of a folder below npm/, of the package in the form in which it is released: `{ file, names }`. */
export function pack(folder = PACKAGE) {
  if (!packed.has(folder)) {
    packed.set(folder, (async () => {
      const source = folder === PACKAGE ? join(work, 'shipped') : folder;
      if (source !== folder) {
        cpSync(folder, source, { recursive: true, filter: (file) => !file.endsWith('.node') });
        ship(source);
      }
      const { stdout } = await exec('npm', ['pack', '--json', '--pack-destination', work, source], { cwd: work });
      const [{ filename, files }] = JSON.parse(stdout);
      return { file: join(work, filename), names: files.map((file) => file.path).sort() };
    })());
  }
  return packed.get(folder);
}

/** The package of this machine's platform, made of the addon that was built for it. */
export async function platformPackage() {
  const libc = process.platform === 'linux' ? (process.report.getReport().header.glibcVersionRuntime ? '-gnu' : '-musl') : '';
  const name = `${process.platform}-${process.arch}${libc}`;
  const folder = join(work, name);
  if (!existsSync(folder)) {
    cpSync(join(ROOT, 'npm', name), folder, { recursive: true });
    copyFileSync(join(PACKAGE, 'prepair.node'), join(folder, 'prepair.node'));
  }
  return { ...(await pack(folder)), name: `@openclaw-prepair/${name}` };
}

/** A fresh folder with the package installed as without a registry, with no scripts and no optional dependencies. */
export async function app(t, { files = {}, tarballs, manifest = {} } = {}) {
  const dir = mkdtempSync(join(work, 'app-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ private: true, ...manifest }));
  tarballs ??= [(await pack()).file];
  await exec('npm', ['install', '--offline', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--no-package-lock', ...tarballs], { cwd: dir });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** A copy of the built package to break. */
export function copy(t) {
  const dir = mkdtempSync(join(work, 'copy-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  cpSync(PACKAGE, dir, { recursive: true });
  return dir;
}

/** What a script prints as JSON on its last line. */
export async function answer(node, args, { cwd, env = {} } = {}) {
  const { stdout } = await exec(node, args, { cwd, env: { PATH: process.env.PATH, HOME: cwd, ...env } });
  return JSON.parse(stdout.trim().split('\n').pop());
}

/** The last line of every script here: a setup on a state dir beside it, and a plan made without a disk. */
export const USE = `
const os = process.cwd() + '/state-' + process.pid;
const first = setup({ stateDir: os, env: {}, gatewayVersion: '2026.2.19' });
const again = setup({ stateDir: os, env: {}, gatewayVersion: '2026.2.19' });
const options = { stateDir: '/s', env: {}, gatewayVersion: '2026.2.19' };
const inputs = { files: {}, rows: {}, now: 1, entropy: new Uint8Array(64).fill(7) };
for (;;) {
  const lacking = reads('prePair', options, inputs);
  if (lacking.done) break;
  for (const file of lacking.files) inputs.files[file] = null;
  for (const query of lacking.queries) inputs.rows[query.id] = null;
}
const pure = plan('prePair', inputs, options);
let refused;
try { setup({ stateDir: 1 }); } catch (error) { refused = [error instanceof PrepairError, error.code]; }
console.log(JSON.stringify({
  binding: binding(), deviceId: first.deviceId, changes: first.changes.length, again: again.changes.length,
  steps: pure.steps.map((step) => step.path), device: pure.report.deviceId, refused,
}));
`;

/** What USE prints; `deviceId` is a new one each time. */
export const USED = {
  changes: 3, again: 0,
  steps: ['/s/identity/device.json', '/s/devices/paired.json'],
  refused: [true, 'ERR_PREPAIR_OPTIONS'],
};
