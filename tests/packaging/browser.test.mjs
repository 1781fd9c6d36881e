// A browser: the files of the package as they are, and bundles of them.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { npmInstall } from '../lib/cache.mjs';
import { chromium } from '../lib/chromium.mjs';
import { app, exec } from './app.mjs';
import { PURE, expected } from './pure.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const page = (script, map = '') => `<!doctype html><meta charset="utf-8">${map}<script type="module" src="${script}"></script>`;
const SCRIPT = `
import * as pure from 'openclaw-prepair/plan';
import { setup } from 'openclaw-prepair';
${PURE}
const refusal = (body) => { try { body(); return null; } catch ({ code, message, hint }) { return { code, message, hint }; } };
const early = refusal(() => pure.newIdentity());
const noFiles = refusal(() => setup());
const bad = await pure.init(new Uint8Array([1, 2, 3])).then(() => null, ({ code }) => code);
const { fetch } = globalThis;
const failed = [];
for (const other of [async () => new Response('', { status: 404 }), async () => { throw new TypeError('offline'); }]) {
  globalThis.fetch = other;
  const { code, message, hint } = await pure.init().then(() => ({}), (error) => error);
  failed.push({ code, message, hint }, refusal(() => pure.newIdentity()));
}
globalThis.fetch = fetch;
await pure.init();
globalThis.result = { ...use(pure), early, noFiles, bad, failed };
`;

let browser;
before(async () => {
  browser = await chromium();
});
after(() => browser?.close());

/** Opens a page of a folder; what its script left. */
async function visit(t, dir, path) {
  const missing = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    try {
      const content = readFileSync(join(dir, pathname));
      response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'application/octet-stream' }).end(content);
    } catch {
      if (pathname !== '/favicon.ico') missing.push(pathname);
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const tab = await browser.newPage();
  const errors = [];
  tab.on('pageerror', (error) => errors.push(String(error)));
  await tab.goto(`http://127.0.0.1:${server.address().port}/${path}`);
  try {
    await tab.waitForFunction(() => globalThis.result, null, { timeout: 30_000 });
    return await tab.evaluate(() => globalThis.result);
  } catch (error) {
    throw new Error(`${error.message}\n${errors.join('\n')}\nmissing: ${missing.join(' ')}`);
  } finally {
    await tab.close();
    server.closeAllConnections();
  }
}

function check({ early, noFiles, bad, failed, ...rest }) {
  for (const { code, message, hint } of failed) {
    assert.equal(code, 'ERR_PREPAIR_BINDING');
    assert.match(message, /prepair\.wasm could not be fetched: (HTTP 404|offline)\./);
    assert.match(hint, /http:\/\/127\.0\.0\.1:\d+\/.*\.wasm/);
  }
  assert.equal(failed.length, 4);
  assert.deepEqual(rest, expected());
  assert.equal(early.code, 'ERR_PREPAIR_BINDING');
  assert.match(`${early.message} ${early.hint}`, /init\(\)/);
  assert.equal(noFiles.code, 'ERR_PREPAIR_PLATFORM');
  assert.match(noFiles.hint, /openclaw-prepair\/plan/);
  assert.equal(bad, 'ERR_PREPAIR_BINDING');
}

test('without a bundler', async (t) => {
  const lib = '/node_modules/openclaw-prepair/lib';
  const map = `<script type="importmap">${JSON.stringify({ imports: { 'openclaw-prepair': `${lib}/entry/elsewhere.mjs`, 'openclaw-prepair/plan': `${lib}/entry/plan.mjs`, '#wasm': `${lib}/core/wasm-browser.mjs` } })}</script>`;
  const dir = await app(t, { files: { 'index.html': page('script.mjs', map), 'script.mjs': SCRIPT } });
  check(await visit(t, dir, 'index.html'));
});

test('bundled by esbuild, the wasm beside the script', async (t) => {
  const modules = await npmInstall('bundlers', { esbuild: '0.28.2', '@esbuild/linux-x64': '0.28.2', webpack: '5.112.2' });
  const dir = await app(t, { files: { 'script.mjs': SCRIPT, 'out/index.html': page('script.js') } });
  await exec(process.execPath, [join(modules, 'esbuild/bin/esbuild'), 'script.mjs', '--bundle', '--platform=browser', '--format=esm', '--outfile=out/script.js', '--log-level=warning'], { cwd: dir });
  copyFileSync(join(dir, 'node_modules/openclaw-prepair/lib/core/prepair.wasm'), join(dir, 'out/prepair.wasm'));
  check(await visit(t, join(dir, 'out'), 'index.html'));
});

test('bundled by webpack, which finds the wasm itself', async (t) => {
  const modules = await npmInstall('bundlers', { esbuild: '0.28.2', '@esbuild/linux-x64': '0.28.2', webpack: '5.112.2' });
  const dir = await app(t, { files: { 'script.mjs': SCRIPT, 'out/index.html': page('script.js') } });
  await exec(process.execPath, ['-e', `
    require(${JSON.stringify(join(modules, 'webpack'))})({
      mode: 'production', target: 'web', context: process.cwd(), entry: './script.mjs', experiments: { topLevelAwait: true },
      output: { path: process.cwd() + '/out', filename: 'script.js', publicPath: '' },
    }, (error, stats) => { if (error || stats.hasErrors()) { console.error(String(error ?? stats)); process.exit(1); } });`], { cwd: dir });
  check(await visit(t, join(dir, 'out'), 'index.html'));
});
