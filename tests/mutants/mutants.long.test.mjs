import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, mutate, score } from './run.mjs';

test('nine of ten changes of the core are noticed by its tests, and why the others stay is said', async (t) => {
  const { all, missed } = judge(await mutate());
  t.diagnostic(`${JSON.stringify(all)}: ${(score(all) * 100).toFixed(1)} %`);
  assert.ok(score(all) >= 0.9);
  assert.deepEqual(missed.filter(({ why }) => !why).map(({ name }) => name), []);
});
