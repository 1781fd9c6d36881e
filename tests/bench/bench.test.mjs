// The bench runs and its results have their shape. No time is asserted.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasShape } from './shape.mjs';
import { LEAST } from './syscalls.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

test('a quick run measures everything that needs no gateway', () => {
  const results = JSON.parse(execFileSync(process.execPath, [here('bench.mjs'), '--quick'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  hasShape(results, { whole: false });
  for (const { binding, run, ours } of results.syscalls) {
    assert.equal(ours.fsync, LEAST[run].fsync, `${binding}, ${run}: no more fsyncs than needed`);
    if (run === 'nothing') assert.equal(ours.changing, 0, `${binding}: nothing to do, nothing written`);
  }
});
