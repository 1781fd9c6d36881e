// A thousand devices that a running gateway pairs, and as many keys approved beside it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beside } from './beside.mjs';

// The figures of SECURITY.md; nothing can lock what this gateway writes.
test('2026.2.19: a thousand records of others under calls without a pause', async (t) => {
  const { lost, theirs } = await beside(t, { version: '2026.2.19', count: 1000 });
  assert.ok(lost.theirs <= theirs / 10, `${lost.theirs} of ${theirs}`);
  assert.equal(lost.again, 0);
});

