// The findings that decide a connect, on real gateways: what doctor says is what the gateway does, before and after the fix.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cli as openclaw } from '../lib/gateway.mjs';
import { writeReference } from '../lib/reference.mjs';
import { agree, record, spoiltAndMended, tried } from './agree.mjs';
import { stage } from './gateways.mjs';

const CASES = [
  ['NOT_PAIRED', (stateDir) => writeFileSync(join(stateDir, 'devices/paired.json'), '{}')],
  ['SCOPES', record((ours) => Object.assign(ours, { scopes: ['operator.pairing'], approvedScopes: ['operator.pairing'] }))],
  ['ROLE', record((ours) => Object.assign(ours, { role: 'node', roles: ['node'] }))],
  ['KEY_SPELLING', record((ours) => { ours.publicKey = Buffer.from(ours.publicKey, 'base64url').toString('base64'); })],
  ['TOKEN_SCOPES', record((ours) => { delete ours.tokens.operator.scopes; })],
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

test('2026.2.19: an identity without a version is replaced by OpenClaw, unless setup has mended it', async (t) => {
  for (const mended of [false, true]) {
    const at = await stage(t, '2026.2.19');
    const file = join(at.home.stateDir, 'identity/device.json');
    const { deviceId } = writeReference(at.home.stateDir);
    const { version, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
    assert.equal(version, 1);
    writeFileSync(file, JSON.stringify(rest), { mode: 0o600 });
    const codes = async () => (await at.run('doctor', '--json')).json.findings.map((finding) => finding.code);
    assert.ok((await codes()).includes('W_IDENTITY_SHAPE'));
    if (mended) {
      assert.equal((await at.run('setup', '--no-config')).code, 0);
      assert.ok(!(await codes()).includes('W_IDENTITY_SHAPE'));
    }
    await openclaw(at.home, ['cron', 'list']);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).deviceId === deviceId, mended);
  }
});

test('2026.2.19: no record helps a client without a device', async (t) => {
  const at = await stage(t, '2026.2.19', { prepare: (home) => { writeReference(home.stateDir); } });
  const before = { flags: ['--no-device'], findings: ['NO_DEVICE'] };
  assert.equal((await at.run('setup', '--no-config')).code, 0);
  await agree(at, null, false, before);
});
