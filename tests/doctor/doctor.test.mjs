// The findings that decide a connect, on real gateways: what doctor says is what the gateway does, before and after the fix.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, newIdentity } from '../lib/client.mjs';
import { cli as openclaw } from '../lib/gateway.mjs';
import { writeReference } from '../lib/reference.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { agree, record, spoiltAndMended, tried } from './agree.mjs';
import { cli } from './cli.mjs';
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

for (const [version, config] of [['2026.4.15', {}], [NEWEST, { gateway: { trustedProxies: ['127.0.0.1'] } }]]) {
  test(`${version}: the gateway's log names who waits, and the command for that device lets it in`, async (t) => {
    const at = await stage(t, version, { config, prepare: (home) => writeReference(home.stateDir) });
    const identity = newIdentity();
    const client = { id: 'cli', mode: 'cli', platform: 'linux' };
    const attempt = () => connect({ url: at.proxy.url, token: at.gateway.token, identity, client, scopes: ['operator.read'] });
    const refused = await attempt();
    assert.deepEqual([refused.ok, refused.closeCode], [false, 1008]);
    const log = join(at.home.dir, 'gateway.log');
    // The console names the device from some 2026.9 on; what the log file holds of it is in the vectors.
    for (let i = 0; i < 100 && !/closed before connect .* code=1008/.test(at.gateway.log()); i += 1) await sleep(50);
    writeFileSync(log, `${at.gateway.log()}\n[ws] closed before connect conn=6e9deede-69a8-40c5-96cc-79f584758848 remote=127.0.0.1 fwd=n/a origin=n/a host=n/a ua=n/a code=1006 reason=n/a\n`);
    const logged = JSON.parse((await at.run('doctor', '--json', '--log', log)).stdout);
    assert.equal(logged.verdict, version === NEWEST ? 'pairing-required' : 'unknown', JSON.stringify(logged.assumed));
    assert.deepEqual([logged.remedy.opens, logged.remedy.steps[0].argv.slice(0, 2)], [false, ['devices', 'list']]);
    const { json } = await at.run('doctor', '--json', '--header', 'X-Forwarded-For: 203.0.113.9', '--device', identity.deviceId);
    assert.equal(json.verdict, 'pairing-required');
    const [{ argv }] = json.remedy.steps;
    assert.deepEqual([json.remedy.opens, json.remedy.steps.length, argv.slice(0, 2)], [true, 1, ['devices', 'approve']]);
    assert.equal((await cli(argv, { env: at.home.env })).code, 0);
    const opened = await attempt();
    assert.equal(opened.ok, true, JSON.stringify(opened));
  });
}
