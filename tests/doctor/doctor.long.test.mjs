// The same where the gateway wants a token in the record, and where it refuses proxies that it does not know.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { NEWEST } from '../lib/versions.mjs';
import { writeReference } from '../lib/reference.mjs';
import { agree, record, spoiltAndMended } from './agree.mjs';
import { stage } from './gateways.mjs';

const token = (change) => record((ours) => change(ours.tokens.operator, ours));

for (const version of ['2026.4.15', '2026.5.7']) {
  test(`${version}: each finding that closes the door, and its fix`, async (t) => {
    await spoiltAndMended(t, version, [
      ['TOKEN_MISSING', record((ours) => { ours.tokens = {}; })],
      ['TOKEN_MISSING', record((ours) => { delete ours.tokens; })],
      ['TOKEN_REVOKED', token((operator) => { operator.revokedAtMs = Date.now(); }), ['setup', '--no-config', '--reinstate']],
      ['PINNED', record((ours) => { ours.deviceFamily = 'Mac'; }), 'remove'],
      ['SCOPES', record((ours) => Object.assign(ours, { scopes: ['operator.pairing'], approvedScopes: ['operator.pairing'] }))],
    ]);
  });
}

test(`${NEWEST}: a proxy is refused while it is unlisted, or the list is too wide`, async (t) => {
  let identity;
  const at = await stage(t, NEWEST, {
    config: { gateway: { trustedProxies: ['203.0.113.0/24'] } },
    prepare: (home) => { identity = writeReference(home.stateDir); },
  });
  await agree(at, identity, false, { findings: ['PROXY_UNLISTED', 'PROXY_WIDE'] });
  const refused = await at.verify('--url', at.proxy.url);
  assert.deepEqual([refused.code, refused.json.reason], [3, 'unattributable-proxy']);
  assert.equal((await at.run('patch-config', '--proxy-peer', '127.0.0.1')).code, 0);
  await at.restart();
  await agree(at, identity, false, { findings: ['PROXY_WIDE', 'PROXY_NO_CLIENT'], without: ['PROXY_UNLISTED'] });
  const { configPath } = at.home;
  writeFileSync(configPath, readFileSync(configPath, 'utf8').replace(/"203\.0\.113\.0\/24",?\s*/, ''), { mode: 0o600 });
  await at.restart();
  await agree(at, identity, true, { without: ['PROXY_UNLISTED', 'PROXY_WIDE'] });
});
