// diagnose() from outside says what diagnose() inside says, in one wait, and touches nothing.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const { diagnose, setup, localDir } = require('../../npm/openclaw-prepair/lib/sandbox-node.js');
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
