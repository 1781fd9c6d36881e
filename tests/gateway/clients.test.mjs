// Clients that present a device, behind a header-adding proxy: refused without us, let in after setup().
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AGENT, callAs, CLI, newIdentity } from '../lib/client.mjs';
import { JOB } from '../lib/fake-model.mjs';
import { callGateway, cli, makeHome, startGateway } from '../lib/gateway.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { prepair } from '../lib/prepair.mjs';
import { storedJobs } from '../lib/story.mjs';

const CLIENTS = { 'agent-like': AGENT, 'CLI-like': CLI };
const REFUSED = { closeCode: 1008, reason: /^pairing required/ };

// 2026.2.19 knows only the v2 signature.
for (const { version, payload } of [{ version: '2026.2.19', payload: 'v2' }, { version: '2026.4.15', payload: 'v3' }]) {
  describe(`OpenClaw ${version}`, () => {
    let home, proxy, gateway;
    before(async () => {
      home = await makeHome({ version });
      proxy = await headerProxy(home.port);
      gateway = await startGateway(home);
    });
    after(async () => {
      await gateway?.stop();
      await proxy?.stop();
      await home?.dispose();
    });
    const call = (client, identity, method, params) =>
      callAs(client, { url: proxy.url, token: home.token, identity, payload }, method, params);
    const cronAdd = (name) => cli(home, [
      'cron', 'add', '--name', name, '--every', '5m', '--session', 'isolated', '--message', 'Tell a silly joke.', '--no-deliver',
      '--url', proxy.url, '--token', home.token,
    ]);

    describe('without us', () => {
      for (const [name, client] of Object.entries(CLIENTS)) {
        test(`${name}: closed with 1008`, async () => {
          const identity = newIdentity();
          await assert.rejects(call(client, identity, 'cron.list'), REFUSED);
          const pending = Object.values(await home.read('devices/pending.json'));
          assert.equal(pending.find(({ deviceId }) => deviceId === identity.deviceId).silent, false);
        });
      }

      test("the package's own callGateway and `openclaw cron add` too", async () => {
        const [own, add] = await Promise.all([
          callGateway(home, { url: proxy.url, token: home.token, method: 'cron.list' }).then(() => null, (error) => error),
          cronAdd('CLI'),
        ]);
        assert.match(own.message, /gateway closed \(1008\): pairing required/);
        assert.equal(add.code, 1);
        assert.match(add.stderr, /gateway closed \(1008\): pairing required/);
        assert.deepEqual(await storedJobs(home), []);
      });
    });

    describe('after setup()', () => {
      let identity;
      before(async () => {
        await gateway.stop();
        const own = Object.values(await home.read('devices/pending.json')).filter(({ clientId }) => clientId === 'cli');
        assert.ok(own.length > 0, 'the refused command line left a request behind');
        const report = prepair.setup({ env: home.env, gatewayVersion: version });
        assert.equal(report.paired, 'created');
        identity = prepair.exportIdentity({ env: home.env });
        const left = Object.values(await home.read('devices/pending.json'));
        assert.ok(!left.some(({ deviceId }) => deviceId === identity.deviceId));
        gateway = await startGateway(home);
      });

      for (const [name, client] of Object.entries(CLIENTS)) {
        test(`${name}: lists and adds cron jobs`, async () => {
          assert.ok(Array.isArray((await call(client, identity, 'cron.list')).jobs));
          assert.equal((await call(client, identity, 'cron.add', { ...JOB, name })).name, name);
        });
      }

      test("the package's own callGateway and `openclaw cron add` too", async () => {
        const [own, add] = await Promise.all([
          callGateway(home, { url: proxy.url, token: home.token, method: 'cron.add', params: { ...JOB, name: 'callGateway' } }),
          cronAdd('CLI'),
        ]);
        assert.equal(own.name, 'callGateway');
        assert.equal(add.code, 0, add.stderr);
        const { jobs } = await callGateway(home, { url: proxy.url, token: home.token, method: 'cron.list' });
        assert.deepEqual(jobs.map((job) => job.name).sort(), ['CLI', 'CLI-like', 'agent-like', 'callGateway']);
        assert.deepEqual((await storedJobs(home)).sort(), ['CLI', 'CLI-like', 'agent-like', 'callGateway']);
      });

      test('a remote client approved by its public key gets in, our identity untouched', async () => {
        const remote = newIdentity();
        const file = join(home.stateDir, 'identity', 'device.json');
        const own = await readFile(file);
        await assert.rejects(call(AGENT, remote, 'cron.list'), REFUSED);
        const report = prepair.prePair({ env: home.env, gatewayVersion: version, device: { publicKey: remote.publicKey } });
        assert.equal(report.deviceId, remote.deviceId);
        assert.equal(report.identity, 'untouched');
        assert.ok(Array.isArray((await call(AGENT, remote, 'cron.list')).jobs), 'the running gateway sees it at once');
        assert.ok(Array.isArray((await call(AGENT, identity, 'cron.list')).jobs), 'and still lets us in');
        assert.deepEqual(await readFile(file), own);
      });
    });
  });
}
