// The identity file is what Node and OpenClaw would write, and a broken one is never silently replaced.
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync, sign, verify } from 'node:crypto';
import { linkSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { NEWEST } from '../lib/versions.mjs';
import { place, prepair, refusal, snapshot } from './setup.mjs';

const pem = (key, type) => key.export({ type, format: 'pem' });
const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return {
    publicKeyPem: pem(publicKey, 'spki'),
    privateKeyPem: pem(privateKey, 'pkcs8'),
    seed: privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32),
    raw,
    deviceId: createHash('sha256').update(raw).digest('hex'),
  };
};

test('100 created identities equal what node:crypto exports for the same key', (t) => {
  const seen = new Set();
  for (let i = 0; i < 100; i += 1) {
    const { deviceId, publicKey, privateKeyPem } = prepair.newIdentity();
    const key = createPrivateKey(privateKeyPem);
    assert.equal(pem(key, 'pkcs8'), privateKeyPem);
    const raw = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32);
    assert.equal(publicKey, raw.toString('base64url'));
    assert.equal(deviceId, createHash('sha256').update(raw).digest('hex'));
    seen.add(deviceId);
  }
  assert.equal(seen.size, 100);
  const here = place(t);
  for (let i = 0; i < 100; i += 1) {
    prepair.prePair({ ...here.options, stateDir: here.file(`${i}`) });
    const text = here.text(`${i}/identity/device.json`);
    const stored = JSON.parse(text);
    const key = createPrivateKey(stored.privateKeyPem);
    const expected = {
      version: 1,
      deviceId: createHash('sha256').update(createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32)).digest('hex'),
      publicKeyPem: pem(createPublicKey(key), 'spki'),
      privateKeyPem: pem(key, 'pkcs8'),
      createdAtMs: here.options.now,
    };
    assert.equal(text, `${JSON.stringify(expected, null, 2)}\n`);
  }
});

test('derived identities are HKDF-SHA256 by the published recipe', () => {
  // The vectors that the README publishes.
  const vectors = [
    { secret: 'correct horse battery staple, and 7 more words', label: 'sandbox-1', deviceId: '8f79c34ab8c643d47ebb8be78d6720824967d8f726f8aa58e9b8b44c5bccee94' },
    { secret: Uint8Array.from({ length: 32 }, (_, i) => i), label: 'fleet/α', deviceId: 'd6ed153182f485e03496c8229ecc6ea5b78e8ce3527ccc5df98642d414e3c882' },
  ];
  for (const { secret, label, deviceId } of vectors) {
    const seed = Buffer.from(hkdfSync('sha256', secret, 'openclaw-prepair', Buffer.from(`identity/v1\0${label}`), 32));
    const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
    const derived = prepair.newIdentity({ secret, label });
    assert.equal(derived.privateKeyPem, pem(key, 'pkcs8'));
    assert.equal(derived.deviceId, deviceId);
    assert.deepEqual(prepair.newIdentity({ secret, label }), derived);
    assert.notEqual(prepair.newIdentity({ secret, label: `${label}x` }).deviceId, derived.deviceId);
  }
});

test('a given PEM is taken with LF or CRLF, trimmed or with blank lines around, and in PKCS#8 v2', (t) => {
  const { privateKeyPem, publicKeyPem, deviceId, seed, raw } = pair();
  const v2 = Buffer.concat([Buffer.from('3051020101300506032b657004220420', 'hex'), seed, Buffer.from('812100', 'hex'), raw]).toString('base64');
  const spellings = [
    privateKeyPem,
    privateKeyPem.trim(),
    privateKeyPem.replaceAll('\n', '\r\n'),
    `\n\n  ${privateKeyPem}\n\n`,
    `-----BEGIN PRIVATE KEY-----\n${v2.slice(0, 64)}\n${v2.slice(64)}\n-----END PRIVATE KEY-----\n`,
  ];
  spellings.forEach((given, i) => {
    const here = place(t);
    const report = prepair.prePair({ ...here.options, identity: { privateKeyPem: given } });
    assert.equal(report.identity, 'imported', `spelling ${i}`);
    assert.equal(report.deviceId, deviceId);
    const stored = here.json('identity/device.json');
    assert.equal(stored.privateKeyPem, privateKeyPem);
    assert.equal(stored.publicKeyPem, publicKeyPem);
    assert.equal(prepair.prePair({ ...here.options, identity: { privateKeyPem: given } }).identity, 'reused');
  });
});

test('what is no Ed25519 private key is refused without quoting it', (t) => {
  const here = place(t);
  const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey, 'pkcs8');
  const x = pem(generateKeyPairSync('x25519').privateKey, 'pkcs8');
  const { publicKeyPem, privateKeyPem } = pair();
  const encrypted = createPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' });
  for (const given of ['', 'x', rsa, x, publicKeyPem, encrypted, privateKeyPem.slice(0, -40), privateKeyPem.replace('MC4C', 'MC4D')]) {
    const error = refusal(() => prepair.prePair({ ...here.options, identity: { privateKeyPem: given } }));
    assert.equal(error?.code, 'ERR_PREPAIR_KEY');
    assert.ok(error.hint);
    if (given.length > 50) assert.ok(!error.message.includes(given.slice(30, 60)));
  }
  assert.deepEqual(snapshot(here.stateDir), {});
});

test('an identity file with a second name is copied where OpenClaw would not read it', (t) => {
  for (const [version, outcome] of [['2026.5.7', 'reused'], ['2026.5.12', 'repaired'], [NEWEST, 'repaired']]) {
    const here = place(t, version);
    prepair.prePair(here.options);
    const [file, other] = [here.file('identity/device.json'), here.file('identity/kept')];
    const text = readFileSync(file, 'utf8');
    linkSync(file, other);
    const finding = () => prepair.diagnose(here.options).findings.some(({ code }) => code === 'W_HARD_LINK');
    const before = snapshot(here.stateDir);
    assert.equal(prepair.prePair({ ...here.options, dryRun: true }).identity, outcome, version);
    assert.deepEqual(snapshot(here.stateDir), before);
    assert.equal(finding(), outcome === 'repaired');
    assert.equal(prepair.prePair(here.options).identity, outcome, version);
    assert.deepEqual([readFileSync(file, 'utf8'), readFileSync(other, 'utf8')], [text, text]);
    assert.deepEqual([statSync(file).nlink, statSync(file).mode & 0o777], [outcome === 'repaired' ? 1 : 2, 0o600]);
    assert.equal(finding(), false);
    assert.equal(prepair.prePair(here.options).identity, 'reused', `${version}, again`);
  }
});

test('broken identity files are mended with the key kept, or refused; never replaced', (t) => {
  const good = pair();
  const { deviceId, publicKeyPem, privateKeyPem } = good;
  const whole = { version: 1, deviceId, publicKeyPem, privateKeyPem, createdAtMs: 5 };
  const mended = {
    'wrong deviceId': { ...whole, deviceId: '0'.repeat(64) },
    'no deviceId': { version: 1, publicKeyPem, privateKeyPem, createdAtMs: 5 },
    'no version': { deviceId, publicKeyPem, privateKeyPem, createdAtMs: 5, note: 'kept' },
    'no public key': { version: 1, deviceId, privateKeyPem, createdAtMs: 5 },
    'CRLF PEMs': { ...whole, publicKeyPem: publicKeyPem.replaceAll('\n', '\r\n'), privateKeyPem: privateKeyPem.replaceAll('\n', '\r\n') },
    'raw shape': { deviceId, publicKey: good.raw.toString('base64url'), privateKey: good.seed.toString('base64url') },
    'raw shape in base64 with both halves': { deviceId, publicKey: good.raw.toString('base64'), privateKey: Buffer.concat([good.seed, good.raw]).toString('base64') },
    'raw shape in hex': { deviceId, publicKey: good.raw.toString('base64'), privateKey: good.seed.toString('hex') },
  };
  for (const [name, content] of Object.entries(mended)) {
    const here = place(t);
    here.put('identity/device.json', content);
    const report = prepair.prePair(here.options);
    assert.equal(report.identity, 'repaired', name);
    assert.equal(report.deviceId, deviceId, name);
    assert.ok(report.warnings.some((warning) => warning.code === 'W_IDENTITY_REPAIRED'), name);
    const stored = here.json('identity/device.json');
    for (const field of ['version', 'deviceId', 'publicKeyPem', 'privateKeyPem']) assert.equal(stored[field], whole[field], `${name}: ${field}`);
    assert.ok(Number.isInteger(stored.createdAtMs), name);
    assert.equal(stored.note, content.note, name);
    assert.equal(stored.privateKey, undefined, name);
    assert.equal(prepair.prePair(here.options).identity, 'reused', name);
  }
  const other = pair();
  const refused = {
    'halves of two keys': { ...whole, publicKeyPem: other.publicKeyPem },
    'raw halves of two keys': { deviceId, publicKey: other.raw.toString('base64url'), privateKey: good.seed.toString('base64url') },
    'no private key': { version: 1, deviceId, publicKeyPem },
    'another version': { ...whole, version: 2 },
    'version as text': { ...whole, version: '1' },
    'private key of another kind': { ...whole, privateKeyPem: pem(generateKeyPairSync('x25519').privateKey, 'pkcs8') },
    array: [whole],
    scalar: 5,
    'no JSON': '{"version": 1,',
    empty: '',
  };
  for (const [name, content] of Object.entries(refused)) {
    const here = place(t);
    here.put('identity/device.json', content);
    const before = snapshot(here.stateDir);
    const error = refusal(() => prepair.setup(here.options));
    assert.equal(error?.code, 'ERR_PREPAIR_IDENTITY_BROKEN', name);
    assert.equal(error.path, here.file('identity/device.json'), name);
    assert.ok(error.hint, name);
    assert.deepEqual(snapshot(here.stateDir), before, name);
  }
});

test('another identity on disk is refused unless it may be replaced, and then kept beside it', (t) => {
  const here = place(t);
  const first = prepair.setup(here.options);
  const before = snapshot(here.stateDir);
  const given = { privateKeyPem: pair().privateKeyPem };
  for (const identity of [given, 'new', { secret: 'a long enough secret, with 32 bytes or more', label: 'x' }]) {
    assert.equal(refusal(() => prepair.prePair({ ...here.options, identity }))?.code, 'ERR_PREPAIR_IDENTITY_CONFLICT');
    assert.deepEqual(snapshot(here.stateDir), before);
  }
  const old = here.text('identity/device.json');
  const report = prepair.prePair({ ...here.options, identity: given, onConflict: 'replace' });
  assert.equal(report.identity, 'replaced');
  assert.equal(report.attempts, 1);
  assert.deepEqual(Object.keys(here.json('devices/paired.json')), [report.deviceId]);
  const backup = report.changes.find((change) => change.path.endsWith('.bak'));
  assert.equal(here.text(backup.path.slice(here.stateDir.length + 1)), old);
  assert.notEqual(report.deviceId, first.deviceId);
  assert.equal(prepair.prePair({ ...here.options, identity: given }).identity, 'reused');
  const fresh = prepair.prePair({ ...here.options, identity: 'new', onConflict: 'replace', now: here.options.now + 1 });
  assert.equal(fresh.identity, 'replaced');
});

test('a public key alone is approved without looking at any identity', (t) => {
  const far = pair();
  for (const publicKey of [far.raw.toString('base64url'), far.raw.toString('base64'), far.publicKeyPem]) {
    const here = place(t);
    here.put('identity/device.json', 'not even JSON');
    const report = prepair.setup({ ...here.options, device: { publicKey, displayName: 'control plane' } });
    assert.equal(report.identity, 'untouched');
    assert.equal(report.deviceId, far.deviceId);
    const record = here.json('devices/paired.json')[far.deviceId];
    assert.equal(record.publicKey, far.raw.toString('base64url'));
    assert.equal(record.displayName, 'control plane');
    assert.equal(here.text('identity/device.json'), 'not even JSON');
  }
  const here = place(t);
  const error = refusal(() => prepair.prePair({ ...here.options, device: { publicKey: far.publicKeyPem }, identity: 'new' }));
  assert.equal(error?.code, 'ERR_PREPAIR_OPTIONS');
});

test('an exported identity signs what its public key verifies', (t) => {
  const here = place(t);
  assert.equal(refusal(() => prepair.exportIdentity(here.options))?.code, 'ERR_PREPAIR_IDENTITY_MISSING');
  const { deviceId, publicKey } = prepair.setup(here.options);
  const exported = prepair.exportIdentity(here.options);
  assert.equal(exported.deviceId, deviceId);
  assert.equal(exported.publicKey, publicKey);
  const key = createPrivateKey(exported.privateKeyPem);
  assert.ok(verify(null, Buffer.from('x'), createPublicKey(key), sign(null, Buffer.from('x'), key)));
});
