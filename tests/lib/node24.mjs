// Tests that need node:sqlite run themselves on Node 24 where they are started by an older one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { node } from './cache.mjs';

/** Runs `body`, which defines tests, on a Node that has node:sqlite. */
export function onNode24(url, body) {
  if (process.getBuiltinModule?.('node:sqlite')) return body();
  return test('on Node 24', async (t) => {
    const env = { ...process.env };
    delete env.NODE_TEST_CONTEXT;
    const child = spawn(await node(24), ['--test', '--test-reporter=tap', fileURLToPath(url)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
    const status = await new Promise((resolve) => child.once('close', resolve));
    for (const line of out.split('\n')) if (/^(not )?ok |^# [^tspcd]/.test(line)) t.diagnostic(line);
    assert.equal(status, 0, out);
    assert.match(out, /^# fail 0$/m);
    assert.match(out, /^# pass [1-9]/m);
  });
}
