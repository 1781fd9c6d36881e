// The paired record: merged into what is there, and nothing else changes.
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { place, prepair, refusal, snapshot } from './setup.mjs';

const FIVE = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];

test('the record has all that every version asks, and no pinned platform', (t) => {
  const here = place(t);
  const report = prepair.setup(here.options);
  const record = here.json('devices/paired.json')[report.deviceId];
  const { tokens, ...rest } = record;
  assert.deepEqual(rest, {
    deviceId: report.deviceId,
    publicKey: report.publicKey,
    displayName: 'openclaw-prepair',
    clientId: 'cli',
    clientMode: 'cli',
    role: 'operator',
    roles: ['operator'],
    scopes: FIVE,
    approvedScopes: FIVE,
    createdAtMs: here.options.now,
    approvedAtMs: here.options.now,
  });
  const { token, ...operator } = tokens.operator;
  assert.equal(Buffer.from(token, 'base64url').length, 32);
  assert.deepEqual(operator, { role: 'operator', scopes: FIVE, createdAtMs: here.options.now });
  assert.equal(here.text('devices/paired.json'), JSON.stringify(here.json('devices/paired.json'), null, 2));
  assert.deepEqual(report.scopesAdded, FIVE);
});

test('a state dir that came from another system: the pinned platform is told, not taken away', (t) => {
  const here = place(t);
  const { deviceId } = prepair.setup(here.options);
  const codes = (gatewayVersion) => prepair.setup({ ...here.options, gatewayVersion }).warnings.map(({ code }) => code).filter((code) => code === 'W_PINNED');
  for (const [platform, expected] of [[process.platform, []], [process.platform.toUpperCase(), []], ['win32', ['W_PINNED']]]) {
    const records = here.json('devices/paired.json');
    records[deviceId].platform = platform;
    const text = JSON.stringify(records, null, 2);
    writeFileSync(here.file('devices/paired.json'), text);
    assert.deepEqual(codes('2026.4.15'), expected, platform);
    assert.deepEqual(codes('2026.2.19'), [], platform);
    assert.equal(here.text('devices/paired.json'), text);
  }
});

test('files are 0600 and folders 0700 whatever the umask', (t) => {
  for (const mask of [0o000, 0o077, 0o777]) {
    const here = place(t);
    const old = process.umask(mask);
    try {
      prepair.setup({ ...here.options, stateDir: here.file('deep/state') });
    } finally {
      process.umask(old);
    }
    const mode = (name) => (statSync(here.file(name)).mode & 0o777).toString(8);
    for (const dir of ['', 'deep', 'deep/state', 'deep/state/identity', 'deep/state/devices']) assert.equal(mode(dir), '700', dir);
    for (const file of ['identity/device.json', 'devices/paired.json', 'openclaw.json']) assert.equal(mode(`deep/state/${file}`), '600', file);
  }
});

test('a second run changes nothing, says so, and moves no time', (t) => {
  const here = place(t);
  const first = prepair.setup(here.options);
  const before = snapshot(here.stateDir);
  for (const again of [{ ...here.options, now: here.options.now + 99 }, { ...here.options, pending: 'all' }]) {
    const report = prepair.setup(again);
    assert.deepEqual(report.changes, []);
    assert.equal(report.identity, 'reused');
    assert.equal(report.paired, 'unchanged');
    assert.deepEqual(report.scopesAdded, []);
    assert.equal(report.deviceId, first.deviceId);
    assert.equal(report.config.changed, false);
    assert.deepEqual(snapshot(here.stateDir), before);
  }
});

test('other devices and unknown fields stay byte for byte', (t) => {
  const here = place(t);
  const { deviceId } = prepair.prePair(here.options);
  const mine = here.json('devices/paired.json')[deviceId];
  const live = { ...mine.tokens.operator, lastUsedAtMs: 7 };
  const other = '"__proto__": {"deviceId": "x",  "n": 1.50e3, "s": "\\u00e9\\ud800", "a": [ ]}';
  const ours = { ...mine, remoteIp: '10.0.0.1', scopes: ['operator.read', 'operator.talk'], approvedScopes: ['operator.read'], tokens: { node: { token: 'kept' }, operator: { ...live, scopes: ['operator.read'] } } };
  here.put('devices/paired.json', `{\n  ${other},\n  "${deviceId}": ${JSON.stringify(ours)},\n  "constructor": null\n}`);
  const report = prepair.prePair(here.options);
  assert.equal(report.paired, 'updated');
  const text = here.text('devices/paired.json');
  assert.ok(text.startsWith(`{\n  ${other},\n  "${deviceId}": {`));
  assert.ok(text.endsWith(',\n  "constructor": null\n}'));
  const record = here.json('devices/paired.json')[deviceId];
  assert.deepEqual(record.scopes, ['operator.read', 'operator.talk', ...FIVE.filter((scope) => scope !== 'operator.read')]);
  assert.deepEqual(new Set(record.approvedScopes), new Set(FIVE));
  assert.equal(record.tokens.operator.token, live.token);
  assert.equal(record.tokens.operator.lastUsedAtMs, 7);
  assert.deepEqual(new Set(record.tokens.operator.scopes), new Set(FIVE));
  assert.deepEqual(record.tokens.node, { token: 'kept' });
  assert.equal(record.remoteIp, '10.0.0.1');
  assert.equal(record.createdAtMs, mine.createdAtMs);
});

test('explicit scopes are exact, in record and token', (t) => {
  const here = place(t);
  const { deviceId } = prepair.setup(here.options);
  const { token } = here.json('devices/paired.json')[deviceId].tokens.operator;
  const scopes = ['operator.read', 'operator.write'];
  const report = prepair.prePair({ ...here.options, scopes });
  assert.equal(report.paired, 'updated');
  assert.deepEqual(report.scopesAdded, []);
  const record = here.json('devices/paired.json')[deviceId];
  for (const list of [record.scopes, record.approvedScopes, record.tokens.operator.scopes]) assert.deepEqual(list, scopes);
  assert.equal(record.tokens.operator.token, token);
  assert.equal(prepair.prePair({ ...here.options, scopes }).paired, 'unchanged');
  assert.deepEqual(prepair.prePair(here.options).scopesAdded.length, 3);
});

test('a revoked token stays revoked unless it is to be reinstated', (t) => {
  const here = place(t);
  const { deviceId } = prepair.setup(here.options);
  const store = here.json('devices/paired.json');
  store[deviceId].tokens.operator.revokedAtMs = 5;
  const old = store[deviceId].tokens.operator.token;
  here.put('devices/paired.json', store);
  const before = snapshot(here.stateDir);
  assert.equal(refusal(() => prepair.setup(here.options))?.code, 'ERR_PREPAIR_REVOKED');
  assert.deepEqual(snapshot(here.stateDir), before);
  prepair.setup({ ...here.options, reinstate: true });
  const { operator } = here.json('devices/paired.json')[deviceId].tokens;
  assert.equal('revokedAtMs' in operator, false);
  assert.notEqual(operator.token, old);
  assert.equal(operator.rotatedAtMs, here.options.now);
});

test('a record under our deviceId with another key is refused, one with our key in another spelling is mended', (t) => {
  const here = place(t);
  const { deviceId, publicKey } = prepair.setup(here.options);
  const store = here.json('devices/paired.json');
  store[deviceId].publicKey = prepair.newIdentity().publicKey;
  here.put('devices/paired.json', store);
  assert.equal(refusal(() => prepair.setup(here.options))?.code, 'ERR_PREPAIR_DEVICE_CONFLICT');
  store[deviceId].publicKey = Buffer.from(publicKey, 'base64url').toString('base64');
  here.put('devices/paired.json', store);
  assert.equal(prepair.setup(here.options).paired, 'updated');
  assert.equal(here.json('devices/paired.json')[deviceId].publicKey, publicKey);
});

test('records that a gateway would not take are completed; impossible ones are refused', (t) => {
  const here = place(t);
  const { deviceId } = prepair.setup(here.options);
  const good = here.json('devices/paired.json')[deviceId];
  const without = (...fields) => Object.fromEntries(Object.entries(good).filter(([key]) => !fields.includes(key)));
  for (const record of [
    {},
    without('tokens'),
    without('roles'),
    without('createdAtMs', 'approvedAtMs'),
    without('approvedScopes'),
    { ...good, tokens: {} },
    { ...good, tokens: null },
    { ...good, tokens: { operator: { role: 'operator', scopes: FIVE } } },
    { ...good, roles: ['node'], role: 'node' },
    { ...good, createdAtMs: '5' },
    { ...good, publicKey: null },
    { ...good, tokens: { operator: { ...good.tokens.operator, scopes: undefined } } },
  ]) {
    here.put('devices/paired.json', { [deviceId]: record });
    assert.equal(prepair.setup(here.options).paired, 'updated');
    const now = here.json('devices/paired.json')[deviceId];
    assert.ok(now.roles.includes('operator'));
    assert.ok(Number.isInteger(now.createdAtMs) && Number.isInteger(now.approvedAtMs));
    assert.ok(FIVE.every((scope) => now.scopes.includes(scope) && now.approvedScopes.includes(scope) && now.tokens.operator.scopes.includes(scope)));
    assert.equal(prepair.setup(here.options).paired, 'unchanged');
  }
  for (const record of [5, null, [], { ...good, tokens: [] }, { ...good, scopes: 'all' }, { ...good, roles: [5] }, { ...good, publicKey: {} }]) {
    here.put('devices/paired.json', { [deviceId]: record });
    const before = snapshot(here.stateDir);
    assert.equal(refusal(() => prepair.setup(here.options))?.code, 'ERR_PREPAIR_SHAPE', JSON.stringify(record).slice(0, 40));
    assert.deepEqual(snapshot(here.stateDir), before);
  }
});

test('pending requests: of this device, of one, of all, or none', (t) => {
  const here = place(t);
  const { deviceId } = prepair.setup(here.options);
  const { now } = here.options;
  const requests = {
    a: { requestId: 'a', deviceId, silent: false, ts: now - 1000, note: 1.0 },
    __proto__x: { requestId: '__proto__x', deviceId: 'other', silent: true, ts: now - 2000 },
    '../b': { requestId: '../b', deviceId: '../../etc', ts: 'never' },
    c: 7,
  };
  const put = () => here.put('devices/pending.json', requests);
  put();
  assert.equal(prepair.prePair({ ...here.options, pending: 'keep' }).pendingCleared, 0);
  const report = prepair.setup(here.options);
  assert.equal(report.pendingCleared, 1);
  assert.deepEqual(Object.keys(here.json('devices/pending.json')), ['__proto__x', '../b', 'c']);
  put();
  assert.deepEqual(prepair.clearPending({ ...here.options, deviceId }).cleared, [{ requestId: 'a', deviceId, silent: false, ageMs: 1000 }]);
  const { a, ...rest } = requests;
  assert.ok(a);
  assert.equal(here.text('devices/pending.json'), JSON.stringify(rest, null, 2));
  put();
  const { cleared, changes } = prepair.clearPending(here.options);
  assert.deepEqual(cleared, [
    { requestId: 'a', deviceId, silent: false, ageMs: 1000 },
    { requestId: '__proto__x', deviceId: 'other', silent: true, ageMs: 2000 },
    { requestId: '../b', deviceId: '../../etc', silent: null, ageMs: 0 },
    { requestId: 'c', deviceId: '', silent: null, ageMs: 0 },
  ]);
  assert.equal(changes.length, 1);
  assert.equal(here.text('devices/pending.json'), '{}');
  assert.deepEqual(prepair.clearPending(here.options).changes, []);
});

test('a dry run reports the same and writes nothing', (t) => {
  const here = place(t);
  const dry = prepair.setup({ ...here.options, dryRun: true });
  assert.deepEqual(snapshot(here.stateDir), {});
  assert.deepEqual(dry.changes.map((change) => change.action), ['created', 'created', 'created']);
  const real = prepair.setup(here.options);
  assert.deepEqual(real.changes.map(({ path, action, bytes }) => [path, action, bytes]), dry.changes.map(({ path, action, bytes }) => [path, action, bytes]));
});
