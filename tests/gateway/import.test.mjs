// OpenClaw 2026.9.6 on a state dir that was never started: it imports the JSON files of setup() into its database.
import assert from 'node:assert/strict';
import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cli } from '../doctor/cli.mjs';
import { AGENT, callAs, CLI, newIdentity } from '../lib/client.mjs';
import { JOB } from '../lib/fake-model.mjs';
import { makeHome, openGateway, queryState, startGateway } from '../lib/gateway.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { prepair } from '../lib/prepair.mjs';
import { writeReference } from '../lib/reference.mjs';
import { storedJobs } from '../lib/story.mjs';

test(`OpenClaw ${NEWEST}, never started: the JSON form is imported and open`, async (t) => {
  let identity;
  const { home, proxy } = await openGateway(t, {
    version: NEWEST,
    prepare: ({ env, version }) => {
      // This version refuses forwarded headers unless the proxy that adds them is listed.
      const report = prepair.setup({ env, gatewayVersion: version, config: { proxyPeers: ['127.0.0.1'] } });
      assert.equal(report.store, 'json');
      identity = prepair.exportIdentity({ env }); // its import takes the file away
    },
  });
  const target = { url: proxy.url, token: home.token, payload: 'v3' };

  await assert.rejects(callAs(AGENT, { ...target, identity: newIdentity() }, 'cron.list'), { closeCode: 1008 }, 'another device stays out');
  assert.deepEqual((await callAs(AGENT, { ...target, identity }, 'cron.list')).jobs, []);
  await callAs(AGENT, { ...target, identity }, 'cron.add', { ...JOB, name: 'agent-like' });
  await callAs(CLI, { ...target, identity }, 'cron.add', { ...JOB, name: 'CLI-like' });
  assert.deepEqual((await storedJobs(home)).sort(), ['CLI-like', 'agent-like']);
  const rows = await queryState(home, "SELECT device_id FROM device_identities WHERE identity_key = 'primary'");
  assert.deepEqual(rows, [{ device_id: identity.deviceId }]);
});

test(`OpenClaw ${NEWEST}, never started: an identity file with a hard link stops its start, until setup() has copied it`, async (t) => {
  const home = await makeHome({ version: NEWEST });
  t.after(home.dispose);
  const { deviceId } = writeReference(home.stateDir);
  linkSync(join(home.stateDir, 'identity/device.json'), join(home.dir, 'kept'));
  // Node 24: after the first start there is a database.
  const run = async (...args) => (await cli([...args, '--gateway-version', home.version, '--json'], { env: home.env })).json;
  assert.equal((await run('doctor')).reason, 'identity');
  await assert.rejects(startGateway(home), /exited \(78\)[^]*hardlinked/);
  const report = await run('setup', '--no-config');
  assert.equal(report.deviceId, deviceId);
  assert.ok(report.warnings.some(({ code }) => code === 'W_IDENTITY_REPAIRED'), JSON.stringify(report));
  assert.equal((await run('doctor')).verdict, 'open');
  const gateway = await startGateway(home);
  t.after(gateway.stop);
  const rows = await queryState(home, "SELECT device_id FROM device_identities WHERE identity_key = 'primary'");
  assert.deepEqual(rows, [{ device_id: deviceId }]);
});
