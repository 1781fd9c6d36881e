// Bundles for Node and for browsers by esbuild and webpack. Browser bundles run in Chromium in browser.test.mjs.
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { npmInstall } from '../lib/cache.mjs';
import { USE, USED, answer, app, exec, pack, platformPackage } from './app.mjs';

const ESM = `import { setup, binding, PrepairError } from 'openclaw-prepair';\nimport { reads, plan } from 'openclaw-prepair/plan';\n${USE}`;
const tools = () => npmInstall('bundlers', { esbuild: '0.28.2', '@esbuild/linux-x64': '0.28.2', webpack: '5.112.2' });

const used = ({ binding, deviceId, device, ...rest }, expected) => {
  assert.equal(binding, expected);
  assert.deepEqual(rest, USED);
};

async function esbuild(dir, args) {
  await exec(process.execPath, [join(await tools(), 'esbuild/bin/esbuild'), ...args, '--bundle', '--log-level=warning', '--log-override:unsupported-require-call=silent'], { cwd: dir });
}

async function webpack(dir, config) {
  const script = `
    const config = (${config})(require('node:path'));
    require(${JSON.stringify(join(await tools(), 'webpack'))})({ mode: 'production', context: process.cwd(), ...config }, (error, stats) => {
      if (error || stats.hasErrors()) { console.error(String(error ?? stats)); process.exit(1); }
    });`;
  await exec(process.execPath, ['-e', script], { cwd: dir });
}

test('esbuild for Node, the wasm beside the bundle', async (t) => {
  const dir = await app(t, { files: { 'use.mjs': ESM } });
  await esbuild(dir, ['use.mjs', '--platform=node', '--format=cjs', '--outfile=out/use.cjs']);
  for (const name of ['prepair.wasm', 'prepair-driver.wasm']) copyFileSync(join(dir, 'node_modules/openclaw-prepair/lib/core', name), join(dir, 'out', name));
  used(await answer(process.execPath, ['out/use.cjs'], { cwd: dir }), 'wasm');
});

test('esbuild for Node, the addon copied', async (t) => {
  const dir = await app(t, { files: { 'use.mjs': ESM }, tarballs: [(await pack()).file, (await platformPackage()).file] });
  await esbuild(dir, ['use.mjs', '--platform=node', '--format=cjs', '--outfile=out/use.cjs', '--loader:.node=copy']);
  used(await answer(process.execPath, ['out/use.cjs'], { cwd: dir, env: { PREPAIR_BINDING: 'native' } }), 'native');
});

test('esbuild for Node, left external', async (t) => {
  const dir = await app(t, { files: { 'use.mjs': ESM } });
  await esbuild(dir, ['use.mjs', '--platform=node', '--format=esm', '--outfile=out/use.mjs', '--external:openclaw-prepair', '--external:openclaw-prepair/*']);
  used(await answer(process.execPath, ['out/use.mjs'], { cwd: dir }), 'wasm');
});

test('esbuild for Node as an ECMAScript module cannot hold it, and docs/bundlers.md says so', async (t) => {
  const text = "const { binding } = require('openclaw-prepair');\ntry { binding(); } catch ({ code, hint }) { console.log(JSON.stringify({ code, hint })); }\n";
  const dir = await app(t, { files: { 'use.cjs': text } });
  // What projects add so that a bundle of this kind can require at all.
  const banner = "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await esbuild(dir, ['use.cjs', '--platform=node', '--format=esm', '--outfile=out/use.mjs', banner]);
  const { code, hint } = await answer(process.execPath, ['out/use.mjs'], { cwd: dir });
  assert.equal(code, 'ERR_PREPAIR_BINDING');
  assert.match(hint, /keep it external, or make the bundle CommonJS/);
});

test('esbuild and webpack for Node beside an addon, which stays external', async (t) => {
  const dir = await app(t, { files: { 'use.mjs': ESM }, tarballs: [(await pack()).file, (await platformPackage()).file] });
  await esbuild(dir, ['use.mjs', '--platform=node', '--format=cjs', '--outfile=out/esbuild.cjs', '--external:@openclaw-prepair/*']);
  await webpack(dir, `(path) => ({ target: 'node', entry: './use.mjs', output: { path: path.resolve('out'), filename: 'webpack.js' }, externalsType: 'commonjs', externals: [/^@openclaw-prepair[/]/] })`);
  for (const name of ['esbuild.cjs', 'webpack.js']) used(await answer(process.execPath, [`out/${name}`], { cwd: dir, env: { PREPAIR_BINDING: 'native' } }), 'native');
});

test('webpack for Node, the wasm beside the bundle', async (t) => {
  const dir = await app(t, { files: { 'use.mjs': ESM } });
  await webpack(dir, `(path) => ({ target: 'node', entry: './use.mjs', output: { path: path.resolve('out'), filename: 'use.js' }, ignoreWarnings: [/./] })`);
  for (const name of ['prepair.wasm', 'prepair-driver.wasm']) copyFileSync(join(dir, 'node_modules/openclaw-prepair/lib/core', name), join(dir, 'out', name));
  used(await answer(process.execPath, ['out/use.js'], { cwd: dir }), 'wasm');
});

const PAGE = `import { init, plan } from 'openclaw-prepair/plan';\nimport * as sandbox from 'openclaw-prepair/sandbox';\nglobalThis.use = { init, plan, sandbox };\n`;

test('esbuild and webpack for browsers need no Node module', async (t) => {
  const dir = await app(t, { files: { 'page.mjs': PAGE } });
  await esbuild(dir, ['page.mjs', '--platform=browser', '--format=esm', '--outfile=esbuild/page.js']);
  await webpack(dir, `(path) => ({ target: 'web', entry: './page.mjs', output: { path: path.resolve('webpack'), filename: 'page.js', publicPath: '' } })`);
  for (const tool of ['esbuild', 'webpack']) {
    // either tool fails on a Node module that it meets; in the text they stand too, in a script for the sandbox
    assert.match(readFileSync(join(dir, tool, 'page.js'), 'utf8'), /ERR_PREPAIR_/, tool);
  }
});

// What Vercel deploys of a function: the files that its tracer finds.
for (const [name, source, addon] of [['use.mjs', ESM, false], ['use.cjs', ESM.replace(/^import (.*) from (.*);$/gm, 'const $1 = require($2);'), false], ['use.mjs', ESM, true]]) {
  test(`traced by @vercel/nft: ${name}, ${addon ? 'the addon with the wasm as fallback' : 'wasm alone'}`, async (t) => {
    const tarballs = [(await pack()).file, ...addon ? [(await platformPackage()).file] : []];
    const dir = await app(t, { files: { [name]: source }, tarballs });
    const script = `require(${JSON.stringify(join(await npmInstall('nft', { '@vercel/nft': '1.11.5' }), '@vercel/nft'))}).nodeFileTrace([process.argv[1]], { base: process.cwd() })
      .then(({ fileList }) => console.log(JSON.stringify([...fileList])));`;
    const files = await answer(process.execPath, ['-e', script, join(dir, name)], { cwd: dir });
    for (const file of files) cpSync(join(dir, file), join(dir, 'deployed', file));
    used(await answer(process.execPath, [name], { cwd: join(dir, 'deployed') }), addon ? 'native' : 'wasm');
    used(await answer(process.execPath, [name], { cwd: join(dir, 'deployed'), env: { PREPAIR_BINDING: 'wasm' } }), 'wasm');
  });
}
