import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play } from './states.mjs';

test('500 random states: addon and wasm are equal in reports and bytes, and a second run changes nothing', (t) => {
  const told = play(t, 500);
  t.diagnostic(JSON.stringify(told));
  assert.ok(told.wrote > 100 && told.refused > 20 && told.again > 100, JSON.stringify(told));
});
