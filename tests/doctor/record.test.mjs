import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framed, lasting, recorded, recording } from './record.mjs';

test('the recording of doctor in the README is current', async () => {
  assert.equal(lasting(framed(await recording())), lasting(recorded()), 'run `node tests/doctor/record.mjs`');
});
