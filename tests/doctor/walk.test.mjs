// What doctor promises, it keeps. Databases need Node 22 or later, so on Node 20 this file runs itself on Node 24.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { node } from '../lib/cache.mjs';

test('every wall has a remedy, and every promise holds', async (t) => {
  if (!process.getBuiltinModule?.('node:sqlite')) {
    const env = { ...process.env };
    delete env.NODE_TEST_CONTEXT;
    const child = spawnSync(await node(24), ['--test', '--test-reporter=tap', fileURLToPath(import.meta.url)], { encoding: 'utf8', env, maxBuffer: 1 << 26 });
    t.diagnostic(child.stdout.split('\n').filter((line) => line.startsWith('# ')).join('\n'));
    assert.equal(child.status, 0, child.stdout);
    return;
  }
  const { walk } = await import('./walk.mjs');
  const { all, counts, wrong } = await walk();
  for (const [name, count] of [...counts].sort(([, a], [, b]) => b - a)) t.diagnostic(`${count} ${name}`);
  t.diagnostic(`${all} situations, ${wrong.length} wrong`);
  assert.ok(all >= 1500, `${all}`);
  assert.deepEqual(wrong.slice(0, 20), []);
});
