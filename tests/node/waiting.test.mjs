// Whom a call waits for, and a call from inside of what another one calls back.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cli, home } from '../doctor/cli.mjs';
import { moduleBinding } from '../lib/asked.mjs';

const require = createRequire(import.meta.url);
const { load } = require('../../npm/openclaw-prepair/lib/node/binding.js');
const { run } = require('../../npm/openclaw-prepair/lib/node/driver.js');
const prepair = require('../../npm/openclaw-prepair/lib/entry/index.js');

/** A lock of a process that nobody here can look at; gives what takes it away. */
function held(state) {
  const lock = join(state, '.prepair.lock');
  mkdirSync(lock, { recursive: true, mode: 0o700 });
  writeFileSync(join(lock, `-.-.${process.pid}.-.00000000`), '');
  return () => rmSync(lock, { recursive: true });
}

for (const [name, binding] of [['the addon', load], ['the module', moduleBinding]]) {
  test(`${name} says whom it waits for, and is not called from inside of that`, (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'prepair-waiting-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const options = { stateDir: join(dir, '.openclaw'), env: { HOME: dir }, gatewayVersion: '2026.2.19' };
    const release = held(options.stateDir);
    const told = [];
    const waiting = (holder, ms) => {
      told.push([holder, ms >= 1000 && ms < 2000]);
      assert.throws(() => prepair.setup({ ...options, stateDir: join(dir, 'other') }), { name: 'PrepairError', code: 'ERR_PREPAIR_BUSY' });
      release();
    };
    const report = run(binding(), 'setup', options, { onWaiting: waiting });
    assert.deepEqual([told, report.paired, existsSync(join(dir, 'other'))], [[[process.pid, true]], 'created', false]);
    assert.equal(prepair.setup(options).changes.length, 0);
  });

  test(`${name} ends a call whose callback throws, and nothing is written`, (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'prepair-waiting-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const options = { stateDir: join(dir, '.openclaw'), env: { HOME: dir }, gatewayVersion: '2026.2.19' };
    const release = held(options.stateDir);
    const waiting = () => {
      throw new TypeError('hunter2');
    };
    assert.throws(() => run(binding(), 'setup', options, { onWaiting: waiting }), (error) => error.code === 'ERR_PREPAIR_INTERNAL' && !error.message.includes('hunter2'));
    assert.equal(existsSync(join(options.stateDir, 'identity')), false);
    release();
    assert.equal(prepair.setup(options).paired, 'created');
  });
}

test('the command line says once a second whose lock it waits for', async (t) => {
  const { state, env } = home(t);
  const release = held(state);
  setTimeout(release, 2600);
  const { code, stdout, stderr } = await cli(['setup', '--gateway-version', '2026.2.19'], { env });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /paired/);
  const lines = stderr.split('\n').filter((line) => line.startsWith('Waiting'));
  assert.deepEqual(lines, [1, 2].map((seconds) => `Waiting for process ${process.pid}, which holds the lock of this state dir (${seconds} s so far).`));
});

test('with --quiet nothing is said of waiting', async (t) => {
  const { state, env } = home(t);
  setTimeout(held(state), 1600);
  const { code, stderr } = await cli(['setup', '--gateway-version', '2026.2.19', '--quiet'], { env });
  assert.deepEqual([code, stderr], [0, '']);
});
