// Cloudflare's runtime, without a bundler: the files of the package as they are.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { npmInstall } from '../lib/cache.mjs';
import { PACKAGE, app } from './app.mjs';
import { PURE, expected } from './pure.mjs';

const { imports } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
const WORKER = `
import module from './node_modules/openclaw-prepair/lib/core/prepair.wasm';
import * as pure from './node_modules/openclaw-prepair/lib/entry/plan.mjs';
import * as sandbox from './node_modules/openclaw-prepair/lib/entry/sandbox.mjs';
${PURE}
// Before a request no randomness may be drawn, and none is needed for this.
const early = pure.reads('setup', { stateDir: '/s' }).done;
export default {
  async fetch() {
    const bundled = use(pure);
    const bytes = await pure.init(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => null, ({ code, hint }) => [code, hint]);
    await pure.init(module);
    const given = use(pure);
    return Response.json({ ...bundled, same: JSON.stringify(given) === JSON.stringify(bundled), bytes, early, sandbox: typeof sandbox.setup });
  },
};`;

test('workerd plans', async (t) => {
  const modules = await npmInstall('miniflare', { miniflare: '4.20260730.0' });
  const { Miniflare } = createRequire(import.meta.url)(join(modules, 'miniflare'));
  const dir = await app(t, { files: { 'worker.mjs': WORKER } });
  const lib = 'node_modules/openclaw-prepair/lib';
  const files = ['worker.mjs', `${lib}/core/prepair.wasm`, `${lib}/core/wasm-workerd.mjs`];
  const follow = (file) => {
    for (const [, name] of readFileSync(join(dir, file), 'utf8').matchAll(/\b(?:import|export)\b[^;'"]*?\bfrom ?['"](\.[^'"]*\.mjs)['"]/g)) {
      const next = join(file, '..', name);
      if (!files.includes(next)) {
        assert.ok(existsSync(join(dir, next)), next);
        files.push(next);
        follow(next);
      }
    }
  };
  files.slice().forEach((file) => file.endsWith('.mjs') && follow(file));
  // workerd takes a name as a path; what resolves it otherwise is the bundler, by "imports" of package.json
  const named = { type: 'ESModule', path: join(dir, lib, 'entry/#wasm'), contents: `export * from '../core/${basename(imports['#wasm'].workerd)}';` };
  const worker = new Miniflare({
    host: '127.0.0.1', port: 0, cf: false, telemetry: { enabled: false }, compatibilityDate: '2026-01-01', modulesRoot: dir,
    modules: [...files.map((file) => ({ type: file.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule', path: join(dir, file) })), named],
  });
  try {
    const response = await fetch(await worker.ready);
    const { bytes, ...rest } = await response.json();
    assert.equal(bytes[0], 'ERR_PREPAIR_BINDING');
    assert.match(bytes[1], /Workers.*the module/);
    assert.deepEqual(rest, { ...expected(), same: true, early: false, sandbox: 'function' });
  } finally {
    await worker.dispose();
  }
});
