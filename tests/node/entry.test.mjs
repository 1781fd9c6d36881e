// The package as it is got hold of: both module systems, other threads, a process without a home or a working folder.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import * as namespace from '../../npm/openclaw-prepair/lib/entry/index.mjs';
import * as plan from '../../npm/openclaw-prepair/lib/entry/plan-node.mjs';
import * as sandbox from '../../npm/openclaw-prepair/lib/entry/sandbox-node.mjs';
import { place, prepair } from './setup.mjs';

const PACKAGE = createRequire(import.meta.url).resolve('../../npm/openclaw-prepair');

test('every name of the entries can be imported by name', () => {
  const require = createRequire(import.meta.url);
  for (const [entry, { default: _, ...named }] of [['index', namespace], ['plan-node', plan], ['sandbox-node', sandbox]]) {
    const whole = require(`../../npm/openclaw-prepair/lib/entry/${entry}.js`);
    assert.ok(Object.keys(whole).length > 5);
    assert.deepEqual(named, { ...whole });
  }
  assert.equal(namespace.default, prepair);
});

test('four threads at once agree on one identity', async (t) => {
  const here = place(t);
  const thread = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(`require('node:worker_threads').parentPort.postMessage(require(${JSON.stringify(PACKAGE)}).setup(${JSON.stringify(here.options)}).deviceId)`, { eval: true });
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  const ids = await Promise.all([1, 2, 3, 4].map(thread));
  assert.equal(new Set(ids).size, 1);
  assert.deepEqual(Object.keys(here.json('devices/paired.json')), [ids[0]]);
});

test('a user without a home has the working folder for one, as in OpenClaw', { skip: process.getuid() !== 0 && 'needs root to become another user' }, (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-nobody-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  chmodSync(dir, 0o777);
  const uid = 41_234;
  const code = `require(${JSON.stringify(PACKAGE)}).setup({ gatewayVersion: '2026.2.19' })`;
  execFileSync(process.execPath, ['-e', code], { cwd: dir, env: {}, uid, gid: uid });
  assert.ok(existsSync(join(dir, '.openclaw/devices/paired.json')));
});
