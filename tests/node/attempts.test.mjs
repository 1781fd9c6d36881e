// A call whose first steps are visible when another writer changes what is left: the report of the whole says so.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { askedBinding } from '../lib/asked.mjs';

const require = createRequire(import.meta.url);
const { run } = require('../../npm/openclaw-prepair/lib/node/driver.js');

const CHANGED = { code: 'ERR_PREPAIR_CHANGED', message: 'changed' };

/** A binding whose first `times` calls make only the first `steps` of their steps and then meet a change. */
function interrupted(steps, times) {
  let calls = 0;
  return askedBinding((what, request, parts, ask) => {
    if (what !== 'applyFiles') return ask();
    calls += 1;
    if (calls > times) return ask();
    if (steps > 0) assert.equal(ask({ ...request, steps: request.steps.slice(0, steps) }).json.error, undefined);
    return { json: { error: CHANGED } };
  });
}

for (const [steps, times, attempts] of [[0, 0, 1], [0, 1, 2], [1, 1, 2], [2, 1, 2], [3, 1, 1], [1, 2, 3], [1, 5, 3]]) {
  test(`${steps} steps visible ${times} times before another's change`, (t) => {
    const home = fs.mkdtempSync(join(os.tmpdir(), 'prepair-attempts-'));
    t.after(() => fs.rmSync(home, { recursive: true, force: true }));
    const stateDir = join(home, '.openclaw');
    const config = { proxyPeers: ['10.0.0.7'] };
    const report = run(interrupted(steps, times), 'setup', { stateDir, env: { HOME: home }, gatewayVersion: '2026.2.19', config });
    assert.deepEqual([report.identity, report.paired, report.attempts], ['created', 'created', attempts]);
    const files = ['identity/device.json', 'devices/paired.json', 'openclaw.json'].map((name) => join(stateDir, name));
    assert.deepEqual(report.changes.map((change) => [change.path, change.action]).sort(), files.map((file) => [file, 'created']).sort());
    for (const { path, bytes } of report.changes) assert.equal(fs.statSync(path).size, bytes, path);
    assert.deepEqual([report.config.changed, report.config.edits.length], [true, 2]);
  });
}
