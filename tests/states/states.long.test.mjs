import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play } from './states.mjs';

test('20,000 random states: addon and wasm are equal in reports and bytes, and a second run changes nothing', (t) => {
  const told = play(t, 20_000);
  t.diagnostic(JSON.stringify(told));
  assert.ok(told.wrote > 4000 && told.refused > 800 && told.again > 4000, JSON.stringify(told));
});
