// What doctor promises, it keeps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onNode24 } from '../lib/node24.mjs';
import { walk } from './walk.mjs';

onNode24(import.meta.url, () => test('every wall has a remedy, and every promise holds', async (t) => {
  const { all, counts, wrong } = await walk();
  for (const [name, count] of [...counts].sort(([, a], [, b]) => b - a)) t.diagnostic(`${count} ${name}`);
  t.diagnostic(`${all} situations, ${wrong.length} wrong`);
  assert.ok(all >= 1500, `${all}`);
  assert.deepEqual(wrong.slice(0, 20), []);
}));
