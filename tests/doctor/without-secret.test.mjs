// OpenClaw's command line where nothing here tells it the gateway's secret, and where it presents no device: doctor and verify say
// what it meets on a real gateway.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cli as openclaw, startGateway } from '../lib/gateway.mjs';
import { isSince, NEWEST } from '../lib/versions.mjs';
import { cli } from './cli.mjs';
import { stage } from './gateways.mjs';

const OPEN = ['open', true, 0];
const SHUT = ['rejected', 'unauthorized', 1];
const ours = (home, ...words) => cli([...words, '--gateway-version', home.version], { env: home.env });
const setup = (home) => ours(home, 'setup');

for (const version of ['2026.5.18', '2026.8.1', NEWEST]) {
  test(`${version}: without a secret, the device token that is kept decides`, async (t) => {
    const handed = isSince(version, 8, 1);
    const { home, gateway, verify, restart } = await stage(t, version, {
      prepare: async (home) => {
        await setup(home);
        if (!handed) {
          // It keeps the token of a connect with the secret, which the config then loses.
          const first = await startGateway(home);
          await openclaw(home, ['cron', 'list']).finally(first.stop);
        }
        const config = JSON.parse(readFileSync(home.configPath));
        delete config.gateway.auth;
        writeFileSync(home.configPath, JSON.stringify(config));
      },
    });
    const { deviceId } = (await ours(home, 'devices', 'list', '--json')).json.paired[0];
    /** The verdict, what verify saw, and the exit code of the real one. */
    const views = async () => {
      const { verdict } = (await ours(home, 'doctor', '--client', 'cli', '--json')).json;
      const { ok, reason } = (await verify('--client', 'cli')).json;
      return [verdict, ok || reason, (await openclaw(home, ['cron', 'list'])).code];
    };
    assert.deepEqual(await views(), OPEN);
    assert.equal((await ours(home, 'devices', 'rotate', deviceId)).code, 0);
    assert.deepEqual(await views(), OPEN, 'a new token, beside the gateway');
    assert.equal((await ours(home, 'devices', 'remove', deviceId)).code, 0);
    assert.equal((await setup(home)).code, 0);
    assert.deepEqual(await views(), SHUT, 'an old token');
    if (version === NEWEST) assert.match((await ours(home, 'verify', '--client', 'cli')).stderr, /devices rotate/);
    const file = join(home.dir, 'log');
    writeFileSync(file, `${gateway.log().split('\n').findLast((line) => line.includes('reason=device_token_mismatch'))}\n`);
    const { verdict, remedy } = (await ours(home, 'doctor', '--log', file, '--json')).json;
    assert.deepEqual([verdict, remedy.opens], ['rejected', false]);
    // Before, the command line has thrown the old one away.
    const keeps = version === NEWEST;
    assert.equal(remedy.steps[0].argv?.[1], keeps ? 'rotate' : undefined);
    assert.equal((await ours(home, 'devices', 'rotate', deviceId)).code, 0);
    assert.deepEqual(await views(), keeps ? OPEN : SHUT, 'by the remedy');
    if (!handed || keeps) return;
    await restart();
    assert.deepEqual(await views(), OPEN, 'a start gives it the new one');
  });
}

test(`${NEWEST}: with the secret the command line presents no device on loopback, and lacks its scopes behind a proxy`, async (t) => {
  const { home, proxy, verify } = await stage(t, NEWEST, { config: { gateway: { trustedProxies: ['127.0.0.1'] } }, prepare: setup });
  const { code, stdout, stderr } = await openclaw(home, ['cron', 'list', '--url', proxy.url, '--token', home.token]);
  assert.equal(code, 1);
  assert.match(stdout + stderr, /missing scope/);
  assert.equal((await verify('--client', 'cli', '--url', proxy.url)).json.reason, 'missing-scope');
  assert.equal((await verify('--url', proxy.url)).json.ok, true, 'the device itself');
  assert.equal((await ours(home, 'devices', 'remove', (await ours(home, 'devices', 'list', '--json')).json.paired[0].deviceId)).code, 0);
  assert.equal((await verify('--client', 'cli')).json.ok, true, 'directly, and without a record');
  assert.equal((await openclaw(home, ['cron', 'list'])).code, 0);
});
