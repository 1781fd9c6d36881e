// A thousand devices that a running gateway pairs, and as many keys approved beside it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BINDINGS } from '../lib/caller.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { beside } from './beside.mjs';

// The figures of docs/security.md. Nothing can lock what this gateway writes, but the addon sees what it replaced and puts it back;
// JavaScript has no such call.
for (const [bindings, limit] of [[['native'], 5], [BINDINGS, 100]]) {
  test(`2026.2.19: a thousand records of others under calls without a pause by ${bindings.join(' and ')}`, async (t) => {
    const { lost, theirs } = await beside(t, { version: '2026.2.19', count: 1000, bindings });
    assert.ok(lost.theirs <= limit, `${lost.theirs} of ${theirs}`);
    assert.equal(lost.again, 0);
  });
}

test(`${NEWEST}: its database loses neither its records nor ours`, async (t) => {
  const { lost } = await beside(t, { version: NEWEST, count: 100 });
  assert.deepEqual(lost, { theirs: 0, ours: 0, again: 0 });
});
