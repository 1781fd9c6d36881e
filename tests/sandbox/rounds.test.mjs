import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measure } from './rounds.mjs';

test('round trips are those of the contract, seen from the network', async () => {
  const rows = await measure(20);
  const waits = Object.fromEntries(rows.map(({ what, waits }) => [what, waits]));
  assert.equal(waits['setup, fresh, absolute stateDir'], 1);
  assert.equal(waits['setup, fresh, home not known'], 2);
  assert.equal(waits['setup, state read first'], 3);
  assert.equal(waits['setup, nothing to change'], 1);
  assert.ok(waits['inline script, first time'] >= 10);
  for (const { what, waits, said } of rows) if (said !== undefined) assert.equal(said, waits, what);
});
