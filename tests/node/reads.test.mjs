// `reads` of openclaw-prepair/plan names all that a plan still lacks, so that a driver of one's own comes to an end.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { NEWEST } from '../lib/versions.mjs';

const { plan, reads } = createRequire(import.meta.url)('../../npm/openclaw-prepair/lib/entry/plan-node.js');

const OPERATIONS = { prePair: {}, clearPending: {}, patchConfig: {}, setup: {}, diagnose: {} };

for (const [operation, options] of Object.entries(OPERATIONS)) {
  test(`reads of ${operation} until it is done, with modes and owners`, () => {
    const target = { ...options, stateDir: '/s', gatewayVersion: NEWEST, env: {} };
    const inputs = { files: {}, rows: {}, stats: {}, now: 1, entropy: new Uint8Array(64).fill(7) };
    const asked = [];
    for (let turn = 0; ; turn += 1) {
      assert.ok(turn < 20, `never done: ${JSON.stringify(asked)}`);
      const wanted = reads(operation, target, inputs);
      if (wanted.done) break;
      asked.push(wanted);
      for (const path of wanted.files) inputs.files[path] = null;
      for (const { id } of wanted.queries) inputs.rows[id] = null;
      for (const path of wanted.stats ?? []) inputs.stats[path] = null;
    }
    assert.ok(asked.some(({ bases }) => bases.includes('/s')), 'the folders are named');
    assert.ok(plan(operation, inputs, target).report);
  });
}
