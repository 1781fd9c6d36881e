// Cloudflare's runtime, without a bundler: the files of the package as they are.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { npmInstall } from '../lib/cache.mjs';
import { app } from './app.mjs';
import { PURE, expected } from './pure.mjs';

const WORKER = `
import module from './node_modules/openclaw-prepair/lib/prepair.wasm';
import * as pure from './node_modules/openclaw-prepair/lib/plan-workerd.mjs';
import * as sandbox from './node_modules/openclaw-prepair/lib/sandbox-workerd.mjs';
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
  const files = ['worker.mjs', 'node_modules/openclaw-prepair/lib/prepair.wasm'];
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
  follow('worker.mjs');
  const worker = new Miniflare({
    host: '127.0.0.1', port: 0, cf: false, telemetry: { enabled: false }, compatibilityDate: '2026-01-01', modulesRoot: dir,
    modules: files.map((file) => ({ type: file.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule', path: join(dir, file) })),
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
