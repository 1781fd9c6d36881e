// Package managers that install a released package from a registry on loopback into a fresh folder.
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmInstall } from '../lib/cache.mjs';
import { USE, answer, exec } from './app.mjs';
import { clean, loopback } from './registry.mjs';

const arch = { x64: { pnpm: 'x64', bun: 'x64' }, arm64: { pnpm: 'arm64', bun: 'aarch64' } }[process.arch];

/** A program of an npm package; no install script has made it executable. */
async function binary(name, version, path) {
  const file = join(await npmInstall(`${name.replaceAll('/', '-')}@${version}`, { [name]: version }), name, path);
  chmodSync(file, 0o755);
  return file;
}

/** How each installs `name`; with `addon: false` without optional packages. `[program, ...args]` and further variables. */
const MANAGERS = {
  npm: async (node, { name, url, addon }) => [['npm', 'install', name, '--registry', url, ...addon ? [] : ['--omit=optional']]],
  pnpm: async (node, { name, url, addon }) => [
    // what was published a minute ago is what we want here
    [await binary(`@pnpm/exe.linux-${arch.pnpm}`, '12.4.2', 'pnpm'), 'add', name, '--registry', url, '--config.minimumReleaseAge=0', ...addon ? [] : ['--no-optional']],
  ],
  yarn: async (node, { name, url, addon }) => [[node, await binary('yarn', '1.22.22', 'bin/yarn.js'), 'add', name, '--registry', url, '--non-interactive', ...addon ? [] : ['--ignore-optional']]],
  bun: async (node, { name, url, addon }) => [[await binary(`@oven/bun-linux-${arch.bun}`, '1.4.5', 'bin/bun'), 'add', name, '--registry', url, ...addon ? [] : ['--omit=optional']]],
  // has no flag for a registry, nor for leaving out what is optional
  'yarn 4': async (node, { name, url }) => [
    [node, await binary('@yarnpkg/cli-dist', '4.18.1', 'bin/yarn.js'), 'add', name],
    { YARN_NPM_REGISTRY_SERVER: url, YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1', YARN_NODE_LINKER: 'node-modules', YARN_ENABLE_TELEMETRY: '0', YARN_NPM_MINIMAL_AGE_GATE: '0' },
  ],
};
export const NAMES = Object.keys(MANAGERS);

const SCRIPT = `const { setup, binding, PrepairError } = require('openclaw-prepair');\nconst { reads, plan } = require('openclaw-prepair/plan');\n${USE}`;

/** Installs the package by that manager and uses it; what USE prints. */
export async function uses(manager, { dir, url, node = process.execPath, addon = true, name = 'openclaw-prepair' }) {
  const folder = mkdtempSync(join(dir, 'app-'));
  const home = join(folder, '.home');
  mkdirSync(home);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  writeFileSync(join(folder, 'use.cjs'), SCRIPT);
  const [[program, ...args], env = {}] = await MANAGERS[manager](node, { name, url: loopback(url), addon });
  await exec(program, args, { cwd: folder, env: { ...clean(home, node), ...env } });
  return answer(node, ['use.cjs'], { cwd: folder });
}
