import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generate, target } from './inside.mjs';

test('the scripts that run in the sandbox are those of inside/', () => {
  assert.equal(readFileSync(target, 'utf8'), generate(), 'run: node tests/sandbox/inside.mjs');
});
