// Every vector through a binding of the package: PREPAIR_BINDING=native|wasm, else the one that loads.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { ask, vectors } from './lib.mjs';

const require = createRequire(import.meta.url);
const core = require('../../npm/openclaw-prepair/lib/core/bridge.js');
const binding = require('../../npm/openclaw-prepair/lib/node/binding.js').load();

test(`vectors (${binding.kind})`, async (t) => {
  const all = vectors();
  assert.ok(all.length >= 200, `${all.length} vectors`);
  for (const vector of all) {
    await t.test(vector.name, () => assert.deepEqual(ask(core, binding, vector), vector.expect, vector.why));
  }
});
