// The findings that decide a connect, on real gateways: what doctor says is what the gateway does, before and after the fix.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeReference } from '../lib/reference.mjs';
import { agree, record, spoiltAndMended, tried } from './agree.mjs';
import { stage } from './gateways.mjs';

const CASES = [
  ['NOT_PAIRED', (stateDir) => writeFileSync(join(stateDir, 'devices/paired.json'), '{}')],
  ['SCOPES', record((ours) => Object.assign(ours, { scopes: ['operator.pairing'], approvedScopes: ['operator.pairing'] }))],
  ['ROLE', record((ours) => Object.assign(ours, { role: 'node', roles: ['node'] }))],
  ['KEY_SPELLING', record((ours) => { ours.publicKey = Buffer.from(ours.publicKey, 'base64url').toString('base64'); })],
];

test('2026.2.19: each finding that closes the door, and its fix', async (t) => {
  await spoiltAndMended(t, '2026.2.19', CASES);
});

test('2026.2.19: loopback in trustedProxies closes the plain loopback; the record opens it', async (t) => {
  let identity;
  const at = await stage(t, '2026.2.19', {
    config: { gateway: { trustedProxies: ['127.0.0.0/8'] } },
    prepare: (home) => {
      identity = writeReference(home.stateDir);
      writeFileSync(join(home.stateDir, 'devices/paired.json'), '{}');
    },
  });
  await agree(at, identity, false, { direct: true, findings: ['PROXY_LOOPBACK', 'NOT_PAIRED'] });
  assert.equal((await at.run('setup', '--no-config')).code, 0);
  await agree(at, identity, true, { direct: true, findings: ['PROXY_LOOPBACK'] });
});

test('2026.2.19: a sticky pending request closes the plain loopback until it is cleared', async (t) => {
  let identity;
  const at = await stage(t, '2026.2.19', {
    prepare: (home) => {
      identity = writeReference(home.stateDir);
      writeFileSync(join(home.stateDir, 'devices/paired.json'), '{}');
    },
  });
  assert.equal(await tried(at, identity), 1008);
  await agree(at, identity, false, { direct: true, findings: ['PENDING_STICKY'] });
  assert.equal((await at.run('clear-pending')).code, 0);
  await agree(at, identity, true, { direct: true, without: ['PENDING_STICKY'] });
});

test('2026.9.6: an unlisted proxy is refused until the printed command has listed it', async (t) => {
  let identity;
  const at = await stage(t, '2026.9.6', { prepare: (home) => { identity = writeReference(home.stateDir); } });
  await agree(at, identity, false, { findings: ['PROXY_UNLISTED'] });
  const refused = await at.verify('--url', at.proxy.url);
  assert.deepEqual([refused.code, refused.json.reason], [3, 'unattributable-proxy']);
  assert.equal((await at.run('patch-config', '--proxy-peer', '127.0.0.1')).code, 0);
  await at.restart();
  await agree(at, identity, true, { without: ['PROXY_UNLISTED'] });
});
