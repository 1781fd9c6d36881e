import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meet } from './callers.mjs';

test('64 callers of both bindings, 50 rounds: one identity each time', async (t) => {
  const { created } = await meet(t, { callers: 64, rounds: 50 });
  assert.ok(created >= 50);
});
