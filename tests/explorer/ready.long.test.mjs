// The page is ready no later than twice an empty page of the same weight, measured in turns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ready } from './ready.mjs';

test('ready no later than twice an empty page of the same weight', async (t) => {
  const { page, empty, over } = await ready(25);
  t.diagnostic(`${page.median.toFixed(0)} ms, an empty one ${empty.median.toFixed(0)} ms, ratio ${over.median.toFixed(2)} (${over.low.toFixed(2)}–${over.high.toFixed(2)})`);
  assert.ok(over.median <= 2, `${over.median}`);
});
