// The files are what the cases make, and each outcome is as its case says by hand.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('vectors are current', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL('generate.mjs', import.meta.url)), '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});
