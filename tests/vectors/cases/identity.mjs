import { NEWEST } from '../../lib/versions.mjs';
import { at, CONFIG, DEVICE, device, ENTROPY, json, NEW, NOW, OTHER, OURS, PAIRED, record, row, sqlite, store, stranger } from './kit.mjs';

export const why = 'Identities: created, reused, given, derived, mended, refused. Files as OpenClaw\'s src/infra/device-identity.ts.';
export const vectors = [];
const V = '2026.4.15';
const fresh = [[DEVICE, 'created'], [PAIRED, 'created']];
const add = (name, why, options, files, expect, version = V) => vectors.push({ name, why, operation: 'prePair', options: at(version, options), inputs: json(files), expect });
const broken = (name, why, content, place = {}, options = {}) => add(name, why, options, { [DEVICE]: content }, { error: 'IDENTITY_BROKEN', path: DEVICE, ...place });
const mended = (name, why, content, because, check) => add(name, why, {}, { [DEVICE]: content, [PAIRED]: store(record(OURS)) }, {
  changes: [[DEVICE, 'replaced']], identity: 'repaired', paired: 'unchanged', warnings: ['W_IDENTITY_REPAIRED'], says: because, reads: { [DEVICE]: OURS }, ...check && { check },
});
const kept = (name, why, options, content = device(OURS)) => add(name, why, options, { [DEVICE]: content, [PAIRED]: store(record(OURS)) }, { changes: [], identity: 'reused', paired: 'unchanged' });
const taken = (name, why, identity, id, outcome = 'imported') => add(name, why, { identity }, identity === 'new' ? { [`${DEVICE}.prepair`]: null } : {}, { changes: fresh, identity: outcome, paired: 'created', reads: { [DEVICE]: id } });

add('created', 'the first 32 bytes of entropy are the seed', {}, {}, { changes: fresh, identity: 'created', paired: 'created', reads: { [DEVICE]: NEW }, is: { [DEVICE]: device(NEW, { createdAtMs: NOW }) } });
add('created before 2026.2.21', 'the same file for every version', {}, {}, { changes: fresh, identity: 'created', is: { [DEVICE]: device(NEW, { createdAtMs: NOW }) } }, '2026.2.19');
kept('reused', 'a good file is not touched', {});
kept('reused with unknown fields', 'a later OpenClaw may add some', {}, device(OURS, { note: 'ü' }));
const linked = (inputs, nlink = 2) => ({ ...inputs, stats: { [DEVICE]: { mode: 0o600, uid: 0, nlink } } });
const paired = () => json({ [DEVICE]: device(OURS), [PAIRED]: store(record(OURS)) });
const names = (name, why, version, inputs, expect) => vectors.push({ name, why, operation: 'prePair', options: at(version), inputs, expect });
const copied = { changes: [[DEVICE, 'replaced']], identity: 'repaired', paired: 'unchanged', warnings: ['W_IDENTITY_REPAIRED'], says: 'hard link', is: { [DEVICE]: device(OURS) } };
names('a second name', 'from 2026.5.12 an identity file with a hard link is not read; the copy in its place has one name', '2026.5.12', linked(paired()), copied);
names('a second name, read by an earlier version', 'up to 2026.5.7 links are followed', '2026.5.7', linked(paired()), { changes: [], identity: 'reused', paired: 'unchanged' });
names('one name', 'nothing to do', NEWEST, linked(paired(), 1), { changes: [], identity: 'reused', paired: 'unchanged' });
names('a second name beside a database', '2026.9.6 exits with 78 on a file that it cannot import', NEWEST, linked(sqlite({ mine: [row(OURS)], files: { [DEVICE]: device(OURS) } })), copied);
kept('the given key is the one on disk', 'nothing to do', { identity: { privateKeyPem: OURS.privateKeyPem } });
taken('given', 'PKCS#8 PEM as node:crypto exports it', { privateKeyPem: OURS.privateKeyPem }, OURS);
taken('given with CRLF', 'pasted on Windows', { privateKeyPem: OURS.privateKeyPem.replaceAll('\n', '\r\n') }, OURS);
taken('given without the last line end', 'trimmed by an environment variable', { privateKeyPem: OURS.privateKeyPem.trim() }, OURS);
taken('given between blank lines', 'pasted by hand', { privateKeyPem: `\n\n  ${OURS.privateKeyPem}\n\n` }, OURS);
const der = Buffer.concat([Buffer.from('3051020101300506032b657004220420', 'hex'), Buffer.from(OURS.seed, 'hex'), Buffer.from('812100', 'hex'), OURS.raw]);
const v2 = (bytes) => `-----BEGIN PRIVATE KEY-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
taken('given as PKCS#8 version 2', 'what Rust libraries write; 2026.8.1 rejects it, so version 1 is written', { privateKeyPem: v2(der) }, OURS);
const foreign = Buffer.from(der);
foreign[foreign.length - 1] ^= 1;
for (const [name, why, pem] of [
  ['given halves that differ', 'the public half of a version 2 key must be that of the private one', v2(foreign)],
  ['given public key', 'a public key is not wanted here', OURS.publicKeyPem],
  ['given nothing', 'an empty variable', ''],
  ['given an encrypted key', 'there is no passphrase here', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIBERERERERERERERERERERERERERERERERERERERERER\n-----END ENCRYPTED PRIVATE KEY-----\n'],
  ['given an X25519 key', 'another curve', OURS.privateKeyPem.replace('MC4CAQAwBQYDK2VwBCIEI', 'MC4CAQAwBQYDK2VuBCIEI')],
  ['given a short key', '26 bytes', OURS.privateKeyPem.replace('ERERERER', '')],
]) add(name, why, { identity: { privateKeyPem: pem } }, {}, { error: 'KEY' });

// HKDF-SHA256 by node:crypto, in the generator
const derived = (secret, label) => ({ derive: [secret, label] });
for (const [name, why, secret, label] of [
  ['derived from text', 'its UTF-8 bytes', 'correct horse battery staple, and a pinch of salt', 'sandbox-1'],
  ['derived from bytes', '32 are enough', { $hex: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f' }, 'a'],
  ['derived with a long label', '256 bytes', { $hex: 'ff'.repeat(31) + '00' }, 'ü'.repeat(128)],
]) add(name, why, { identity: { secret, label } }, {}, { changes: fresh, identity: 'imported', ...derived(secret, label) });
add('derived and on disk', 'the second boot of a fleet member', { identity: { secret: 'correct horse battery staple, and a pinch of salt', label: 'sandbox-1' } }, { [DEVICE]: device(OURS) }, { error: 'IDENTITY_CONFLICT', path: DEVICE });
for (const [name, why, secret] of [
  ['a short secret', '31 bytes', 'x'.repeat(20) + 'abcdefghijk'],
  ['a short binary secret', '31 bytes', { $hex: '0102'.repeat(15) + '03' }],
  ['a secret of one byte', 'easy to guess', { $hex: '07'.repeat(32) }],
  ['a secret of few characters', 'easy to guess', 'aabbccddaabbccddaabbccddaabbccddee'],
  ['a secret that repeats', 'easy to guess', 'password12345678password12345678password12345678'],
  ['an empty secret', 'an empty variable', ''],
  ['an empty binary secret', 'an empty variable', { $hex: '' }],
]) add(name, why, { identity: { secret, label: 'a' } }, {}, { error: 'SECRET' });
for (const [name, label] of [['an empty label', ''], ['a label of 257 bytes', 'x'.repeat(257)]]) {
  add(name, 'labels tell keys apart', { identity: { secret: 'correct horse battery staple, and a pinch of salt', label } }, {}, { error: 'OPTIONS' });
}
const backup = `${DEVICE}.${NOW}.bak`;
taken('new', 'asked for by name', 'new', NEW, 'created');
add('new where one is', 'never replaced silently', { identity: 'new' }, { [DEVICE]: device(OURS), [`${DEVICE}.prepair`]: null }, { error: 'IDENTITY_CONFLICT', path: DEVICE });
const claim = `${DEVICE}.prepair`;
add('new, killed before the identity', 'the claim that was left gives way', { identity: 'new' }, { [claim]: OURS.deviceId }, { order: [claim, DEVICE, PAIRED, claim], changes: fresh, identity: 'created', device: NEW });
add('new, killed before the record', 'the same call goes on with the key that is its own', { identity: 'new' }, { [DEVICE]: device(OURS), [claim]: OURS.deviceId }, { order: [PAIRED, claim], changes: [[PAIRED, 'created']], identity: 'created', device: OURS });
add('new, killed before its end', 'nothing is left but its claim', { identity: 'new' }, { [DEVICE]: device(OURS), [PAIRED]: store(record(OURS)), [claim]: OURS.deviceId }, { order: [claim], changes: [], identity: 'created', paired: 'unchanged', device: OURS });
add('new, another one claimed', 'never replaced silently', { identity: 'new' }, { [DEVICE]: device(OURS), [claim]: OTHER.deviceId }, { error: 'IDENTITY_CONFLICT', path: DEVICE });
add('replaced by a new one, one claimed', 'what is on disk gives way all the same', { identity: 'new', onConflict: 'replace' }, { [DEVICE]: device(OURS), [claim]: OURS.deviceId, [backup]: null }, { identity: 'replaced', reads: { [DEVICE]: NEW } });
add('another given key', 'never replaced silently', { identity: { privateKeyPem: OTHER.privateKeyPem } }, { [DEVICE]: device(OURS) }, { error: 'IDENTITY_CONFLICT', path: DEVICE });
const replaced = { changes: [[backup, 'created'], [PAIRED, 'replaced'], [DEVICE, 'replaced']], identity: 'replaced', paired: 'created', warnings: ['W_IDENTITY_REPLACED', 'W_IDENTITY_REPLACED'], says: `device ${OURS.deviceId}, was removed`, is: { [backup]: device(OURS) }, reads: { [DEVICE]: OTHER } };
add('replaced', 'the new record in for the old one, then the identity: after either the same call does what is left', { identity: { privateKeyPem: OTHER.privateKeyPem }, onConflict: 'replace' }, { [DEVICE]: device(OURS), [PAIRED]: store(record(OURS), { ...stranger, deviceId: 'ff'.repeat(32) }), [backup]: null }, {
  ...replaced, devices: { [PAIRED]: ['ff'.repeat(32), OTHER.deviceId] }, order: [backup, PAIRED, DEVICE],
});
const second = `${DEVICE}.${NOW}-2.bak`;
add('replaced twice at one time', 'a backup never gives way to another', { identity: { privateKeyPem: OTHER.privateKeyPem }, onConflict: 'replace' }, { [DEVICE]: device(OURS), [PAIRED]: store(record(OURS)), [backup]: device(NEW), [second]: null }, {
  ...replaced, changes: [[second, 'created'], [PAIRED, 'replaced'], [DEVICE, 'replaced']], is: { [second]: device(OURS) },
});
add('replaced, killed before the identity', 'the same call completes it', { identity: { privateKeyPem: OTHER.privateKeyPem }, onConflict: 'replace' }, { [DEVICE]: device(OURS), [PAIRED]: store({ ...stranger, deviceId: 'ff'.repeat(32) }, record(OTHER)), [backup]: device(OURS) }, {
  ...replaced, changes: [[DEVICE, 'replaced']], paired: 'unchanged', warnings: ['W_IDENTITY_REPLACED'], says: 'kept beside it', is: {},
});
add('replaced where a record is', 'one file and one record more', { identity: 'new', onConflict: 'replace' }, { [DEVICE]: device(OURS), [backup]: null }, {
  changes: [[backup, 'created'], [PAIRED, 'created'], [DEVICE, 'replaced']], identity: 'replaced', reads: { [DEVICE]: NEW },
});
add('a broken one gives way', 'only when asked for, and kept beside', { identity: 'new', onConflict: 'replace' }, { [DEVICE]: '{"version":1', [backup]: null }, {
  changes: [[backup, 'created'], [PAIRED, 'created'], [DEVICE, 'replaced']], identity: 'replaced', is: { [backup]: '{"version":1' },
});
add('a broken one does not give way to itself', 'replace says which key wins; here none was named', { onConflict: 'replace' }, { [DEVICE]: '{"version":1' }, { error: 'IDENTITY_BROKEN' });
add('replace where nothing is', 'nothing to replace', { identity: 'new', onConflict: 'replace' }, {}, { changes: fresh, identity: 'created' });

mended('wrong deviceId', 'the key counts', device(OURS, { deviceId: OTHER.deviceId }), 'deviceId');
mended('no deviceId', 'up to 2026.5.7 OpenClaw would make another key', device(OURS, { deviceId: undefined }), 'deviceId');
mended('no version', 'a widely copied script writes that; 2026.9.6 stops at it', device(OURS, { version: undefined }), 'version');
kept('no createdAtMs', 'OpenClaw needs none', {}, device(OURS, { createdAtMs: undefined }));
mended('no version, no createdAtMs', 'what is mended is made whole', device(OURS, { version: undefined, createdAtMs: undefined }), 'version', (files) => JSON.parse(files[DEVICE]).createdAtMs === NOW);
mended('CRLF in the PEMs', '2026.8.1 insists on LF', device(OURS, { publicKeyPem: OURS.publicKeyPem.replaceAll('\n', '\r\n'), privateKeyPem: OURS.privateKeyPem.replaceAll('\n', '\r\n') }), 'form');
mended('PEMs without the last line end', '2026.8.1 insists on it', device(OURS, { publicKeyPem: OURS.publicKeyPem.trim(), privateKeyPem: OURS.privateKeyPem.trim() }), 'form');
mended('a raw public key for a PEM', 'seen in scripts', device(OURS, { publicKeyPem: OURS.publicKey }), 'public key');
mended('no public key', 'it follows from the private one', device(OURS, { publicKeyPem: undefined }), 'public key');
mended('a version 2 private key', 'rejected by 2026.8.1', device(OURS, { privateKeyPem: v2(der) }), 'private key');
const raw = (privateKey, change = {}) => JSON.stringify({ deviceId: OURS.deviceId, publicKey: OURS.publicKey, privateKey, ...change });
const seed = Buffer.from(OURS.seed, 'hex');
const both = Buffer.concat([seed, OURS.raw]);
for (const [name, why, key] of [
  ['base64url', 'as most scripts', seed.toString('base64url')], ['base64', 'as tweetnacl-util', seed.toString('base64')], ['hex', 'as some scripts', seed.toString('hex')],
  ['seed and public key, base64', 'what tweetnacl calls the secret key', both.toString('base64')], ['seed and public key, hex', 'the same', both.toString('hex')],
  ['PEM', 'a PEM under the wrong name', OURS.privateKeyPem], ['DER', 'PKCS#8 in base64', Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]).toString('base64')],
]) mended(`raw shape: ${name}`, why, raw(key), 'private key', (files) => !('privateKey' in JSON.parse(files[DEVICE])) && !('publicKey' in JSON.parse(files[DEVICE])));
mended('unknown fields of a mended file', 'kept', device(OURS, { version: undefined, note: 'ü' }), 'version', (files) => JSON.parse(files[DEVICE]).note === 'ü');
mended('duplicate keys', 'the last one counts, as for JSON.parse', device(OURS).replace('"version": 1,', '"version": 1,\n  "deviceId": "x",').replace(`"deviceId": "${OURS.deviceId}"`, '"deviceId": "y"'), 'deviceId');
kept('version 1.0', 'the same number to JSON.parse', {}, device(OURS).replace('"version": 1,', '"version": 1.0,'));

broken('halves that differ', 'whose key it is can\'t be told', device(OURS, { publicKeyPem: OTHER.publicKeyPem }));
broken('raw halves that differ', 'whose key it is can\'t be told', raw(Buffer.concat([seed, OTHER.raw]).toString('base64')));
broken('raw halves in two fields that differ', 'whose key it is can\'t be told', raw(OTHER.seed));
broken('a raw key of no known length', '33 bytes', raw(Buffer.alloc(33, 7).toString('base64')));
broken('no private key', 'nothing to sign with', device(OURS, { privateKeyPem: undefined }));
broken('an RSA key', 'another kind of key', device(OURS, { privateKeyPem: '-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n' }));
broken('version 2', 'a later format', device(OURS, { version: 2 }));
broken('version as a string', 'OpenClaw would discard it, but who wrote it is unknown', device(OURS, { version: '1' }));
broken('empty', 'a crash of another program', '', { line: 1, column: 1 });
broken('blank', 'the same', ' \n\n', { line: 3, column: 1 });
broken('truncated', 'the same', device(OURS).slice(0, 60));
broken('no JSON', 'where it stops being JSON', '{\n  "version": 1,\n  oops', { line: 3, column: 3 });
broken('a BOM', 'JSON.parse refuses it', `\ufeff${device(OURS)}`);
broken('a comment', 'not JSON5', `// mine\n${device(OURS)}`, { line: 1, column: 1 });
broken('an array', 'not an object', '[]');
broken('a scalar', 'not an object', '1');
broken('null', 'not an object', 'null');
broken('not UTF-8', 'the place in UTF-16 code units', { hex: Buffer.concat([Buffer.from('{"note":"😀'), Buffer.from([0xff]), Buffer.from('"}')]).toString('hex') }, { line: 1, column: 12 });
broken('too large', 'OpenClaw reads at most 128 KiB from 2026.5.12', { pieces: [[`${device(OURS).trim().slice(0, -1)}, "x": "`, 1], ['x', 131072], ['"}', 1]] });
broken('100,000 levels', 'no recursion', { pieces: [['[', 100000]] });
for (const [kind, code] of [['dir', 'NOT_A_FILE'], ['symlink', 'NOT_A_FILE'], ['other', 'NOT_A_FILE']]) add(`a ${kind}`, 'nothing is followed, nothing is removed', {}, { [DEVICE]: { kind } }, { error: code, path: DEVICE });
add('no entropy', 'a host without randomness must not get a key of zeros', {}, {}, { error: 'ENTROPY' });
vectors.at(-1).inputs.entropy = '00'.repeat(64);
add('no entropy for a token', 'nor a token of zeros', {}, { [DEVICE]: device(OURS) }, { error: 'ENTROPY' });
vectors.at(-1).inputs.entropy = '00'.repeat(64);
add('no entropy for a missing token of a full record', 'nor there', {}, { [DEVICE]: device(OURS), [PAIRED]: store(record(OURS, { tokens: {} })) }, { error: 'ENTROPY' });
vectors.at(-1).inputs.entropy = '00'.repeat(64);
add('no entropy needed', 'nothing new is made', {}, { [DEVICE]: device(OURS), [PAIRED]: store(record(OURS)) }, { changes: [] });
vectors.at(-1).inputs.entropy = '00'.repeat(64);
add('short entropy', '64 bytes are needed', {}, {}, { error: 'ENTROPY' });
vectors.at(-1).inputs.entropy = ENTROPY.slice(2);

// a public key alone
const only = (name, why, publicKey, more = {}) => add(name, why, { device: { publicKey, ...more } }, { [DEVICE]: device(OURS) }, { changes: [[PAIRED, 'created']], identity: 'untouched', paired: 'created', device: OTHER });
only('a device by its raw key', 'its private half lives elsewhere', OTHER.publicKey);
only('a device by its PEM', 'the same', OTHER.publicKeyPem);
only('a device by its PEM with CRLF', 'the same', OTHER.publicKeyPem.replaceAll('\n', '\r\n'));
only('a device by padded base64', 'the same', OTHER.raw.toString('base64'));
vectors.push({ name: 'a device by its deviceId', why: 'where its key is', operation: 'prePair', options: at('2026.4.15', { device: { publicKey: OTHER.deviceId } }), inputs: json(), expect: { error: 'KEY', hint: 'That is a deviceId' } });
only('a device with a name', 'the record\'s', OTHER.publicKey, { displayName: 'function' });
add('a device beside a broken identity', 'no identity is read', { device: { publicKey: OTHER.publicKey } }, { [DEVICE]: 'oops' }, { changes: [[PAIRED, 'created']], identity: 'untouched' });
for (const [name, key] of [['a private key for a device', OURS.privateKeyPem], ['a short key for a device', OTHER.publicKey.slice(1)], ['a long key for a device', `${OTHER.publicKey}AA`], ['no key for a device', ''], ['a deviceId for a device', `${OTHER.deviceId}`]]) {
  add(name, 'only a public key can be approved', { device: { publicKey: key } }, {}, { error: 'KEY' });
}
add('device and identity', 'one or the other', { device: { publicKey: OTHER.publicKey }, identity: 'new' }, {}, { error: 'OPTIONS' });
add('device and replace', 'no identity is touched', { device: { publicKey: OTHER.publicKey }, onConflict: 'replace' }, {}, { error: 'OPTIONS' });
add('two names', 'one or the other', { device: { publicKey: OTHER.publicKey, displayName: 'a' }, displayName: 'b' }, {}, { error: 'OPTIONS' });
add('2026.2.6 keeps its identity under home', 'whatever the state dir', { env: { HOME: '/home/u' }, stateDir: '/srv/claw', configPath: CONFIG }, {}, { changes: [['/home/u/.openclaw/identity/device.json', 'created'], ['/srv/claw/devices/paired.json', 'created']], identity: 'created' }, '2026.2.6');
Object.assign(vectors.at(-1).inputs.files, { '/home/u/.openclaw/identity/device.json': null, '/srv/claw/devices/paired.json': null, '/srv/claw/devices/pending.json': null });
