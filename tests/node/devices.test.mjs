// devices.* on a disk, and on the command line.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { identity } from '../vectors/lib.mjs';
import { place, prepair, snapshot } from './setup.mjs';

const { devices } = prepair;
const BROWSER = identity('33'.repeat(32));
const OTHER = identity('44'.repeat(32));
const ID = '7b0c3f52-5d1e-4a53-9f0e-3a1d6c1f7f10';
const HOSTILE = 'x\u001b[2J\u001b]0;t\u0007\r\n\u202e\u2066Evil';
const request = (requestId, who, change = {}) => ({
  requestId, deviceId: who.deviceId, publicKey: who.publicKey, displayName: 'Chrome', platform: 'Win32', clientId: 'openclaw-control-ui', clientMode: 'webchat', role: 'operator', roles: ['operator'],
  scopes: ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'], remoteIp: '10.0.0.7', silent: false, isRepair: false, ts: 1_770_999_990_000, ...change,
});
const keyed = (...requests) => Object.fromEntries(requests.map((one) => [one.requestId, one]));
const cli = (here, ...args) => spawnSync(process.execPath, [fileURLToPath(new URL('../../npm/openclaw-prepair/bin/openclaw-prepair.js', import.meta.url)), 'devices', ...args, '--gateway-version', '2026.4.29'], {
  encoding: 'utf8', env: { ...process.env, HOME: here.home, NO_COLOR: '1' },
});
const run = (here, ...args) => cli(here, ...args, '--state-dir', here.stateDir);

test('one is approved, its token given, made anew and revoked, and it is removed', (t) => {
  const here = place(t, '2026.4.29');
  here.put('devices/pending.json', keyed(request(ID, BROWSER), request('other', OTHER)));
  const before = snapshot(here.home);
  assert.equal(devices.approve({ ...here.options, requestId: ID, dryRun: true }).granted.length, 5);
  assert.deepEqual([devices.list(here.options).waiting.length, snapshot(here.home)], [2, before]);
  const { deviceId } = BROWSER;
  const report = devices.approve({ ...here.options, requestId: ID, scopes: ['operator.read'] });
  assert.deepEqual([report.deviceId, report.granted, report.attempts, report.changes.length], [deviceId, ['operator.read'], 1, 2]);
  assert.deepEqual(here.json('devices/pending.json'), keyed(request('other', OTHER)));
  const { token, scopes } = devices.token({ ...here.options, deviceId });
  assert.deepEqual([token, scopes], [here.json('devices/paired.json')[deviceId].tokens.operator.token, ['operator.read']]);
  assert.equal(JSON.stringify(devices.list(here.options)).includes(token), false, 'the list has no token');
  devices.rotate({ ...here.options, deviceId });
  assert.notEqual(devices.token({ ...here.options, deviceId }).token, token);
  devices.revoke({ ...here.options, deviceId });
  assert.throws(() => devices.token({ ...here.options, deviceId }), { code: 'ERR_PREPAIR_REVOKED' });
  const rest = snapshot(here.home);
  devices.revoke({ ...here.options, deviceId });
  assert.deepEqual(snapshot(here.home), rest, 'nothing to do');
  devices.remove({ ...here.options, deviceId });
  assert.deepEqual(here.json('devices/paired.json'), {});
  assert.throws(() => devices.remove({ ...here.options, deviceId }), { code: 'ERR_PREPAIR_NOT_FOUND' });
  devices.reject({ ...here.options, requestId: 'other' });
  assert.equal(here.text('devices/pending.json'), '{}');
});

test('a list writes nothing, not even where a call was killed', (t) => {
  const here = place(t);
  here.put('devices/paired.json', {});
  here.put('devices/.prepair-0000000000000000.tmp', 'x');
  const before = snapshot(here.home);
  devices.list(here.options);
  assert.deepEqual(snapshot(here.home), before);
});

test('the calls refuse what is no option', () => {
  for (const name of Object.keys(devices)) {
    for (const options of [null, [], 'x', { nonsense: 1 }, { stateDir: 1 }]) assert.throws(() => devices[name](options), { code: /^ERR_PREPAIR_/ }, name);
  }
  assert.ok(Object.isFrozen(devices));
});

test('among 100,000 devices and as many requests: a list, an approval and a removal take a time that grows as they do', (t) => {
  const ids = (count) => Array.from({ length: count }, (_, i) => i.toString(16).padStart(64, '0'));
  const store = (here, made) => {
    here.put('devices/paired.json', JSON.stringify(Object.fromEntries(made.map((id) => [id, { deviceId: id, publicKey: 'x', roles: ['operator'], scopes: ['operator.read'], tokens: { operator: { token: 't', role: 'operator', scopes: [], createdAtMs: 1 } }, createdAtMs: 1, approvedAtMs: 1 }]))));
    here.put('devices/pending.json', JSON.stringify({ ...Object.fromEntries(made.map((id) => [id, { deviceId: id, ts: 1, roles: ['node'] }])), ...keyed(request(ID, BROWSER)) }));
    here.put('nodes/pending.json', JSON.stringify(Object.fromEntries(made.map((id) => [`n${id}`, { nodeId: id, ts: 1, commands: ['a'] }]))));
  };
  const took = (body) => {
    const start = process.cpuUsage();
    body();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  const times = (count) => {
    const here = place(t, '2026.7.1');
    const made = ids(count);
    store(here, made);
    const list = took(() => {
      const { paired, waiting } = devices.list(here.options);
      assert.deepEqual([paired.length, waiting.length], [count, 2 * count + 1]);
    });
    const approve = took(() => assert.equal(devices.approve({ ...here.options, requestId: ID }).granted.length, 5));
    const remove = took(() => devices.remove({ ...here.options, deviceId: made[7] }));
    const left = here.json('devices/paired.json');
    assert.deepEqual([Object.keys(left).length, Object.hasOwn(left, BROWSER.deviceId)], [count, true]);
    return { list, approve, remove };
  };
  times(100);
  const [small, large] = [times(20_000), times(100_000)];
  for (const what of Object.keys(small)) assert.ok(large[what] < small[what] * 5 * 3, `${what}: 20,000: ${small[what]} s, 100,000: ${large[what]} s`);
});

test('the command line: a list fits 60 columns and shows nothing that could steer a terminal', (t) => {
  const here = place(t, '2026.4.29');
  const now = Date.now();
  here.put('devices/pending.json', keyed(request(ID, BROWSER, { ts: now - 65_000, displayName: HOSTILE, clientId: `${HOSTILE}${'y'.repeat(100)}`, silent: true })));
  prepair.prePair({ ...here.options, now });
  const { stdout, status } = run(here, 'list');
  assert.equal(status, 0);
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u);
  for (const part of [ID, 'operator.admin', '10.0.0.7', '(a gateway may approve it by itself)', 'age      1 min', 'this state dir itself', BROWSER.deviceId.slice(0, 16)]) assert.ok(stdout.includes(part), part);
  assert.ok(stdout.split('\n').every((line) => line.length <= 80));
  const report = JSON.parse(run(here, 'list', '--json').stdout);
  assert.deepEqual([report.waiting.length, report.paired.length, report.waiting[0].displayName], [1, 1, HOSTILE]);
  const { listed } = createRequire(import.meta.url)('../../npm/openclaw-prepair/lib/cli/devices.js');
  const lines = listed(report, { bold: String, dim: String, red: String, green: String, yellow: String, cyan: String }, { columns: 60, now });
  assert.ok(lines.every((line) => line.length <= 60), lines.filter((line) => line.length > 60).join('\n'));
});

test('the command line: the beginning of an id is enough, but to remove this state dir itself', (t) => {
  const here = place(t, '2026.4.29');
  here.put('devices/pending.json', keyed(request(ID, BROWSER, { ts: Date.now() }), request(ID.replace('0e', '0f'), OTHER, { ts: Date.now() })));
  const { deviceId } = prepair.prePair({ ...here.options, now: Date.now() });
  assert.match(run(here, 'approve', '7b0c3f52-5').stderr, /AMBIGUOUS/);
  const short = run(here, 'approve', BROWSER.deviceId.slice(0, 5));
  assert.deepEqual([short.status, /first 8 characters are needed; 5 were typed/.test(short.stderr), short.stderr.includes(BROWSER.deviceId.slice(0, 16))], [1, true, true]);
  assert.match(run(here, 'approve', 'nobodys').stderr, /NOT_FOUND/);
  assert.equal(run(here, 'approve', BROWSER.deviceId.slice(0, 8), '--dry-run').status, 0);
  assert.match(run(here, 'approve', '--request-id', BROWSER.deviceId.slice(0, 8)).stderr, /NOT_FOUND/);
  assert.equal(run(here, 'approve', BROWSER.deviceId.slice(0, 12)).status, 0);
  for (const again of [8, 12, 64]) {
    const { status, stderr } = run(here, 'approve', BROWSER.deviceId.slice(0, again));
    assert.deepEqual([status, stderr.includes(`No request of device ${BROWSER.deviceId} waits here; the device is paired.`), /npx openclaw-prepair devices list/.test(stderr)], [1, true, true], stderr);
  }
  assert.equal(run(here, 'rename', BROWSER.deviceId.slice(0, 8), 'Office').status, 0);
  assert.equal(run(here, 'token', BROWSER.deviceId).stdout.trim(), devices.token({ ...here.options, deviceId: BROWSER.deviceId }).token);
  assert.equal(run(here, 'rotate', BROWSER.deviceId, '--json').status, 0);
  assert.equal(run(here, 'revoke', BROWSER.deviceId, '--role', 'operator').status, 0);
  assert.equal(run(here, 'token', BROWSER.deviceId).status, 1);
  assert.equal(run(here, 'remove', BROWSER.deviceId.slice(0, 8)).status, 0);
  const kept = run(here, 'remove', deviceId.slice(0, 12));
  assert.deepEqual([kept.status, kept.stderr.includes(deviceId)], [1, true]);
  const gone = run(here, 'remove', deviceId);
  assert.deepEqual([gone.status, gone.stdout.includes('W_OWN_DEVICE')], [0, true]);
  assert.deepEqual(here.json('devices/paired.json'), {});
  here.put('devices/pending.json', keyed(request(ID, BROWSER, { ts: Date.now() - 400_000 })));
  const late = run(here, 'approve', ID);
  assert.match(run(here, 'list').stdout, /age +6 min, expired$/m);
  assert.deepEqual([late.status, /REQUEST_EXPIRED/.test(late.stderr), /prePair|\{/.test(late.stderr)], [1, true, false], late.stderr);
  assert.match(run(here, '--json').stderr, /devices wants a command before --json\./);
  for (const args of [['remov', 'x'], ['remove'], ['rename', deviceId], ['approve', ID, '--role', 'node'], ['revoke', deviceId, '--role', 'root']]) assert.equal(run(here, ...args).status, 2, args.join(' '));
});

test('the command line: the beginning of an id is one of the profile that is named', (t) => {
  const here = place(t, '2026.4.29');
  const ts = Date.now();
  const waiting = (who) => keyed(request(ID, who, { ts }));
  here.put('devices/pending.json', waiting(OTHER));
  here.put('../.openclaw-work/devices/pending.json', waiting(BROWSER));
  const done = cli(here, 'approve', BROWSER.deviceId.slice(0, 12), '--profile', 'work');
  assert.equal(done.status, 0, done.stderr);
  assert.deepEqual(Object.keys(here.json('../.openclaw-work/devices/paired.json')), [BROWSER.deviceId]);
  assert.deepEqual(here.json('devices/pending.json'), waiting(OTHER));
});
