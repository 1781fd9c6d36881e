// Of each operation and fault one; all of them in faults.long.test.mjs and in README.md.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TARGETS } from './faults.mjs';
import { run, table } from './run.mjs';

const PAIRS = [...['used', 'renewed'].flatMap((scenario) => TARGETS.map((target) => [target, scenario])), [TARGETS[0], 'database']];
for (const [target, scenario] of PAIRS) {
  test(`${target}, ${scenario}: a system call that fails, or where the process dies, loses nothing`, async (t) => {
    const losses = [];
    const counts = await run({ quick: true, targets: [target], scenarios: [scenario], onLoss: (error) => losses.push(error.message) });
    table(counts).split('\n').forEach((line) => t.diagnostic(line));
    assert.deepEqual(losses, []);
    const rows = [...counts.values()];
    for (const outcome of ['went on', 'refused', 'killed']) assert.ok(rows.some((row) => row[outcome] > 0), `${outcome}: the faults are met`);
  });
}
