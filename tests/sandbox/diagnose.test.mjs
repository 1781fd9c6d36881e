// diagnose() from outside says what diagnose() inside says, in one wait, and touches nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { NEWEST } from '../lib/versions.mjs';

const require = createRequire(import.meta.url);
const { diagnose, setup, localDir } = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');
const local = require('../../npm/openclaw-prepair');

// Inside and outside it is the Node that runs this.
process.env.PATH = `${dirname(process.execPath)}:${process.env.PATH}`;

test('the same from outside and inside', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'prepair diagnose '));
  t.after(() => rmSync(dir, { recursive: true }));
  const stateDir = join(dir, '.openclaw');
  const target = { stateDir, gatewayVersion: '2026.2.19' };
  const same = async (options) => {
    const before = readdirSync(dir, { recursive: true });
    const { roundTrips, ...outside } = await diagnose(localDir(dir), options);
    assert.equal(roundTrips, 1);
    assert.deepEqual(outside, local.diagnose(options));
    assert.deepEqual(readdirSync(dir, { recursive: true }), before);
    return outside;
  };
  const proxied = { ...target, connection: { client: 'agent', remoteAddress: '127.0.0.1', headers: { 'X-Forwarded-For': '203.0.113.9' } } };
  assert.equal((await same(proxied)).verdict, 'pairing-required');
  await setup(localDir(dir), { ...target, fresh: true });
  assert.equal((await same(target)).verdict, 'open');
  assert.equal((await same(proxied)).verdict, 'open');
  writeFileSync(join(stateDir, 'identity/device.json.1.bak'), 'x');
  chmodSync(join(stateDir, 'devices/paired.json'), 0o644);
  writeFileSync(join(stateDir, 'devices/pending.json'), '{ broken');
  assert.ok((await same(target)).findings.length >= 3);
});

test('profiles beside it, from outside and inside', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'prepair diagnose '));
  t.after(() => rmSync(dir, { recursive: true }));
  const config = (name) => {
    mkdirSync(join(dir, name), { mode: 0o700 });
    writeFileSync(join(dir, name, 'openclaw.json'), '{ gateway: { mode: "local" } }');
  };
  const both = async (options) => {
    const given = { env: { HOME: dir }, gatewayVersion: '2026.4.15', ...options };
    const { roundTrips, ...outside } = await diagnose(localDir(dir), given);
    assert.deepEqual(outside, local.diagnose(given));
    const told = outside.findings.find(({ code }) => code === 'W_PROFILES');
    return [told?.message.replace(/.*: /, ''), roundTrips];
  };
  assert.deepEqual(await both({}), [undefined, 1]);
  for (const name of ['.openclaw-work', '.openclaw-\x1b[2J', '.openclaw-a\nb', '.openclaw-$(touch x)', '.openclaw-*', '.openclaw-', '.openclaw-ü']) config(name);
  mkdirSync(join(dir, '.openclaw-none'));
  writeFileSync(join(dir, '.openclaw-file'), '');
  assert.deepEqual(await both({}), ['work.', 2]);
  assert.deepEqual(await both({ profile: 'none' }), ['work.', 2]);
  assert.deepEqual(await both({ profile: 'work' }), [undefined, 1]);
  for (let at = 0; at < 150; at += 1) config(`.openclaw-a${String(at).padStart(3, '0')}`);
  assert.deepEqual(await both({}), ['a000, a001, a002, a003, a004 and more.', 2]);
});

test('something else where a folder should be, as seen from outside and inside', async (t) => {
  for (const gatewayVersion of ['2026.2.19', NEWEST]) for (const name of ['', 'devices', 'identity', 'state']) {
    for (const make of [(path) => execFileSync('mkfifo', [path]), (path) => writeFileSync(path, 'x')]) {
      const dir = mkdtempSync(join(tmpdir(), 'prepair diagnose '));
      t.after(() => rmSync(dir, { recursive: true }));
      const stateDir = join(dir, '.openclaw');
      const path = join(stateDir, name);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      make(path.replace(/\/$/, ''));
      const options = { stateDir, gatewayVersion };
      const [outside, inside] = [await diagnose(localDir(dir), options), local.diagnose(options)];
      const told = ({ verdict, findings }) => [verdict, findings[0].code, findings[0].path];
      assert.deepEqual(told(outside), told(inside), `${gatewayVersion} ${name}`);
      if (name !== 'identity') assert.equal(outside.verdict, 'unknown', `${gatewayVersion} ${name}`);
      const refusal = await setup(localDir(dir), { ...options, dryRun: true }).then(() => null, (error) => error);
      assert.throws(() => local.setup({ ...options, dryRun: true }), ({ code, path }) => code === refusal?.code && path === refusal.path, `${gatewayVersion} ${name}`);
    }
  }
});

test('a file that a diagnosis can do without, and that the sandbox does not give', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'prepair diagnose '));
  t.after(() => rmSync(dir, { recursive: true }));
  const asked = [];
  const fs = localDir(dir);
  const without = new Proxy(fs, {
    get: (target, name) => (typeof target[name] !== 'function' ? target[name] : (path, ...rest) => {
      if (path === '/proc/1/cgroup') {
        asked.push(path);
        throw new Error('no file of /proc');
      }
      return target[name](path, ...rest);
    }),
  });
  const options = { stateDir: join(dir, '.openclaw'), gatewayVersion: '2026.7.1', env: {} };
  const { roundTrips, ...report } = await diagnose(without, options);
  assert.deepEqual(report, local.diagnose(options));
  assert.deepEqual([roundTrips, asked.length], [1, 1]);
});
