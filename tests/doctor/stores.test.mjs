import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openGateway } from '../lib/gateway.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { writeReference } from '../lib/reference.mjs';
import { cli } from './cli.mjs';
import { ownAndForeign } from './stores.mjs';

ownAndForeign('2026.2.19');
ownAndForeign(NEWEST);

test('2026.2.19: without a token of the device only lock and port can tell', async (t) => {
  const tokenless = (record) => (record.tokens = {});
  const { home, proxy } = await openGateway(t, { version: '2026.2.19', prepare: ({ stateDir }) => writeReference(stateDir, { change: tokenless }) });
  const verify = async (...args) => (await cli(['verify', '--gateway-version', '2026.2.19', '--json', ...args], { env: home.env })).json;
  assert.equal((await verify('--url', proxy.url)).reason, 'unproven');
  assert.equal(proxy.connections(), 0);
  const linux = process.platform === 'linux';
  for (const _ of [1, 2]) assert.equal((await verify()).ok, linux);
});
