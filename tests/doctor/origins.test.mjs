// Which pages a gateway allows that listens beyond this machine and whose config names none: doctor says what a real one does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_SCOPES, connect } from '../lib/client.mjs';
import { openGateway } from '../lib/gateway.mjs';
import { writeReference } from '../lib/reference.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { cli } from './cli.mjs';

const PAGE = { id: 'openclaw-control-ui', mode: 'webchat' };

for (const version of ['2026.2.23', '2026.3.24', '2026.4.15', '2026.7.1', NEWEST]) {
  test(`${version}: the pages of this machine's own port, from elsewhere`, async (t) => {
    let identity;
    // It listens on loopback; by its word it counts as one that does not.
    const config = { gateway: { bind: 'custom', customBindHost: '127.0.0.1', trustedProxies: ['127.0.0.1'] } };
    const { home } = await openGateway(t, { version, config, prepare: ({ stateDir }) => {
      identity = writeReference(stateDir);
    } });
    const { port } = home;
    const verdicts = [];
    for (const [origin, host] of [[`http://localhost:${port}`], [`http://127.0.0.1:${port}`], ['http://localhost:9'], ['http://10.9.9.9:9'], ['https://claw.example.org', 'claw.example.org']]) {
      const Host = host ?? new URL(origin).host;
      const page = async (client) => await connect({ url: home.url, token: home.token, identity, client, scopes: ALL_SCOPES, headers: { Host, Origin: origin, 'X-Forwarded-For': '10.0.0.7' } });
      let seen = await page(PAGE);
      // From 2026.8.1 a page must be of the gateway's own build, which it tells.
      const { reloadRequired, gatewayBuildId: buildId } = seen.error?.details ?? {};
      if (reloadRequired) seen = await page({ ...PAGE, buildId });
      if (seen.ok) await seen.close();
      const header = [`Host: ${Host}`, `Origin: ${origin}`, 'X-Forwarded-For: 10.0.0.7'].flatMap((line) => ['--header', line]);
      const { json } = await cli(['doctor', '--client', 'control-ui', ...header, '--gateway-version', version, '--json'], { env: home.env });
      assert.equal(json.verdict, seen.ok ? 'open' : 'rejected', `${origin} by ${Host}: ${seen.reason}`);
      verdicts.push(seen.ok);
    }
    assert.deepEqual(verdicts.slice(0, 2), [true, true]);
    assert.equal(verdicts[4], false);
  });
}
