import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meet } from './callers.mjs';

test('sixteen callers of both bindings, three rounds: one identity each time', async (t) => {
  const { created } = await meet(t, { callers: 16, rounds: 3 });
  assert.ok(created >= 3);
});
