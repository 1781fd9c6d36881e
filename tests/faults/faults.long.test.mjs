// Every fault at every system call of setup(), as `node tests/faults/run.mjs` does; some minutes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TARGETS } from './faults.mjs';
import { run, SCENARIOS, table } from './run.mjs';

for (const target of TARGETS) {
  for (const scenario of Object.keys(SCENARIOS)) {
    if (scenario === 'database' && target !== TARGETS[0]) continue;
    test(`${target}, ${scenario}: every fault at every system call`, async (t) => {
      const losses = [];
      const counts = await run({ targets: [target], scenarios: [scenario], onLoss: (error) => losses.push(error.message) });
      table(counts).split('\n').forEach((line) => t.diagnostic(line));
      assert.deepEqual(losses, []);
    });
  }
}
