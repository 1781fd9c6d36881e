// The sticky request: on 2026.2.19 one attempt from elsewhere makes the gateway refuse the same device locally as well.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGENT, callAs, newIdentity } from '../lib/client.mjs';
import { openGateway } from '../lib/gateway.mjs';
import { prepair } from '../lib/prepair.mjs';

test('clearPending() beside the running gateway mends a sticky request at once', async (t) => {
  const { home, proxy } = await openGateway(t, { version: '2026.2.19' });
  const list = (identity, url) => callAs(AGENT, { url, token: home.token, identity }, 'cron.list');

  assert.deepEqual(await list(newIdentity(), home.url), { jobs: [] }, 'a device that comes in locally is approved silently');

  const identity = newIdentity();
  await assert.rejects(list(identity, proxy.url), { closeCode: 1008 });
  await assert.rejects(list(identity, home.url), { closeCode: 1008 }, 'the request from elsewhere sticks');
  const { cleared } = prepair.clearPending({ env: home.env, gatewayVersion: home.version });
  assert.deepEqual(cleared.map(({ deviceId, silent }) => ({ deviceId, silent })), [{ deviceId: identity.deviceId, silent: false }]);
  assert.ok(cleared[0].ageMs >= 0 && cleared[0].ageMs < 60_000);
  assert.deepEqual(await list(identity, home.url), { jobs: [] });
});
