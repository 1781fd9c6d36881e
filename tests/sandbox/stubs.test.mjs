// The other SDKs, as their types describe them, over a real folder. Nothing here ran against the SDKs' own clients
// or services: only @vercel/sandbox does (vercel.test.mjs); types.test.mjs holds the real types against the adapters.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { machine, scrapped, stubs } from './stubs.mjs';

const require = createRequire(import.meta.url);
const sandbox = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');

after(scrapped);

for (const [name, stub] of Object.entries(stubs)) {
  describe(name, () => {
    const gatewayVersion = '2026.2.19';

    test('fresh: three calls, nobody else can read anything meanwhile', async () => {
      const at = machine();
      const fs = sandbox[name](stub(at));
      const report = await sandbox.setup(fs, { fresh: true, stateDir: at.stateDir, gatewayVersion });
      assert.equal(report.roundTrips, 3);
      check(at, report);
      // Written by another SDK or hand: read through this one.
      const again = await sandbox.setup(fs, { stateDir: at.stateDir, gatewayVersion });
      assert.deepEqual([again.deviceId, again.identity, again.paired, again.changes, again.roundTrips], [report.deviceId, 'reused', 'unchanged', [], 1]);
    });

    test('with state: three waits', async () => {
      const at = machine();
      mkdirSync(at.stateDir);
      writeFileSync(join(at.stateDir, 'openclaw.json'), '// mine: ü\n{}\n', { mode: 0o600 });
      const fs = sandbox[name](stub(at));
      const report = await sandbox.setup(fs, { stateDir: at.stateDir, gatewayVersion, config: { merge: { gateway: { mode: 'local' } } } });
      assert.equal(report.roundTrips, 3);
      check(at, report);
      assert.match(readFileSync(join(at.stateDir, 'openclaw.json'), 'utf8'), /^\/\/ mine: ü\n/);
    });

    test('the home is found', async () => {
      const at = machine();
      const report = await sandbox.setup(sandbox[name](stub(at)), { gatewayVersion });
      check(at, report);
    });

    test('something that is no such sandbox', () => {
      assert.throws(() => sandbox[name]({}), { code: 'ERR_PREPAIR_OPTIONS' });
      assert.throws(() => sandbox[name](null), { code: 'ERR_PREPAIR_OPTIONS' });
    });
  });
}

function check(at, report) {
  assert.deepEqual(at.seen, []);
  const device = JSON.parse(readFileSync(join(at.stateDir, 'identity/device.json'), 'utf8'));
  assert.equal(device.deviceId, report.deviceId);
  for (const file of ['identity/device.json', 'devices/paired.json', 'openclaw.json']) assert.equal(statSync(join(at.stateDir, file)).mode & 0o777, 0o600);
}
