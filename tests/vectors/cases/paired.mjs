import { at, DEVICE, device, FIVE, json, NOW, OTHER, OURS, PAIRED, record, request, pending, PENDING, store, stranger, token, TOKEN } from './kit.mjs';

export const why = 'The paired record of our device in devices/paired.json: made, completed, kept, refused. Records of others stay byte for byte.';
export const vectors = [];
const add = (name, why, content, expect, options = {}, version = '2026.4.15') => vectors.push({
  name, why, operation: 'prePair', options: at(version, options), inputs: json({ [DEVICE]: device(OURS), [PAIRED]: content }), expect,
});
const ours = (files) => JSON.parse(files[PAIRED])[OURS.deviceId];
const updated = { changes: [[PAIRED, 'replaced']], paired: 'updated', identity: 'reused' };
const fills = (name, why, change, wanted, scopesAdded = [], options = {}) => add(name, why, store(record(OURS, change)), {
  ...updated, scopesAdded, check: (files) => Object.entries(wanted).every(([key, value]) => JSON.stringify(ours(files)[key]) === JSON.stringify(value)),
}, options);
const unchanged = (name, why, change, options) => add(name, why, store(record(OURS, change)), { changes: [], paired: 'unchanged', scopesAdded: [] }, options);
const refused = (name, why, content, error, more = {}, options = {}) => add(name, why, content, { error, path: PAIRED, ...more }, options);

const fresh = { tokens: { operator: { token: TOKEN, role: 'operator', scopes: FIVE, createdAtMs: NOW } } };
const whole = { deviceId: OURS.deviceId, publicKey: OURS.publicKey, displayName: 'openclaw-prepair', clientId: 'cli', clientMode: 'cli', role: 'operator', roles: ['operator'], scopes: FIVE, approvedScopes: FIVE, ...fresh, createdAtMs: NOW, approvedAtMs: NOW };
add('no file', 'the record that opens every version; no final newline, as OpenClaw', null, { changes: [[PAIRED, 'created']], paired: 'created', scopesAdded: FIVE, is: { [PAIRED]: JSON.stringify({ [OURS.deviceId]: whole }, null, 2) } });
add('an empty object', 'the same content', '{}', { changes: [[PAIRED, 'replaced']], paired: 'created', is: { [PAIRED]: JSON.stringify({ [OURS.deviceId]: whole }, null, 2) } });
add('another device', 'its record stays byte for byte', store(stranger), { changes: [[PAIRED, 'replaced']], paired: 'created', check: (files) => files[PAIRED].startsWith(store(stranger).slice(0, -2)) && 'later' in JSON.parse(files[PAIRED])[OTHER.deviceId] });
add('odd spelling of another device', 'numbers, escapes and order as they were', `{ "${OTHER.deviceId}": {"n":1.50e+2,"u":"\\u00fc","big":12345678901234567890} }`, { paired: 'created', check: (files) => files[PAIRED].includes('{"n":1.50e+2,"u":"\\u00fc","big":12345678901234567890}') });
add('lone surrogates in another device', 'no Rust string holds them, no splice needs to', `{ "${OTHER.deviceId}": {"name":"\\ud800"} }`, { paired: 'created', check: (files) => files[PAIRED].includes('"\\ud800"') });
add('CRLF', 'stays', store(stranger).replaceAll('\n', '\r\n'), { paired: 'created', check: (files) => !/[^\r]\n/.test(files[PAIRED]) });
add('__proto__ among the ids', 'a key like any other', `{"__proto__": {"x": 1}}`, { paired: 'created', check: (files) => files[PAIRED].includes('"__proto__"') });
add('.. among the ids', 'a key like any other', `{"../../etc": {"x": 1}}`, { paired: 'created' });
unchanged('complete', 'nothing to do', {});
unchanged('more scopes than ours', 'they stay', { scopes: [...FIVE, 'operator.talk'], approvedScopes: [...FIVE, 'operator.talk'], tokens: { operator: token({ scopes: [...FIVE, 'operator.talk'] }) } });
unchanged('scopes in another order', 'a set', { scopes: FIVE.toReversed(), approvedScopes: FIVE.toReversed() });
unchanged('more fields', 'those of later versions', { lastSeenAtMs: NOW, remoteIp: '10.0.0.1', approvedVia: 'owner' });
unchanged('a pinned platform', 'what a gateway pinned is not unpinned', { platform: 'linux' });
for (const [version, warnings] of [['2026.2.25', []], ['2026.4.15', ['W_PINNED']]]) {
  const pinned = (name, why, pins, expected) => add(`${name}, ${version}`, why, store(record(OURS, pins)), { changes: [], paired: 'unchanged', warnings: expected }, {}, version);
  pinned('a state dir that came from a Mac', 'pinned from 2026.2.26: an agent on Linux is not let in, and the record stays as it is', { platform: 'darwin', deviceFamily: 'Mac' }, warnings);
  pinned('another device family', 'our clients name none', { platform: 'linux', deviceFamily: 'phone' }, warnings);
  pinned('the platform in capitals', 'a gateway compares them in lower case, without blanks', { platform: ' Linux ' }, []);
}
unchanged('more roles', 'they stay', { roles: ['node', 'operator'] });
unchanged('tokens of more roles', 'they stay', { tokens: { operator: token(), node: token({ role: 'node', scopes: [] }) } });
unchanged('not revoked', 'null is none', { tokens: { operator: token({ revokedAtMs: null }) } });
fills('no scopes', 'the five', { scopes: undefined, approvedScopes: undefined }, { scopes: FIVE, approvedScopes: FIVE, approvedAtMs: NOW, createdAtMs: NOW - 900 }, FIVE);
fills('read only', 'united with the five, in their order', { scopes: ['operator.read'], approvedScopes: ['operator.read'] }, { scopes: ['operator.read', ...FIVE.filter((scope) => scope !== 'operator.read')], approvedAtMs: NOW }, FIVE.filter((scope) => scope !== 'operator.read'));
fills('what guides advise', 'admin, approvals, pairing: 2026.2.19 wants read by name', { scopes: ['operator.admin', 'operator.approvals', 'operator.pairing'], approvedScopes: ['operator.admin', 'operator.approvals', 'operator.pairing'] }, {}, ['operator.read', 'operator.write']);
fills('no approvedScopes', 'up to 2026.2.20 there were none; nothing is added by naming them', { approvedScopes: undefined }, { approvedScopes: FIVE, approvedAtMs: NOW - 900 });
fills('token with fewer scopes', 'scopes must be in both; the token stays', { tokens: { operator: token({ scopes: ['operator.read'] }) } }, { tokens: { operator: token({ scopes: ['operator.read', ...FIVE.filter((scope) => scope !== 'operator.read')] }) } }, FIVE.filter((scope) => scope !== 'operator.read'));
fills('token without scopes', 'every version drops the connection then', { tokens: { operator: token({ scopes: undefined }) } }, {}, FIVE);
fills('no tokens', 'needed from 2026.4.10', { tokens: undefined }, { ...fresh, createdAtMs: NOW - 900 });
fills('empty tokens', 'fatal from 2026.3.31', { tokens: {} }, fresh);
fills('null tokens', 'none', { tokens: null }, fresh);
fills('a token of another role', 'it stays, ours comes', { tokens: { node: token({ role: 'node' }) } }, { tokens: { node: token({ role: 'node' }), ...fresh.tokens } });
fills('an empty token', 'not usable', { tokens: { operator: token({ token: ' ' }) } }, fresh);
fills('a null token', 'not usable', { tokens: { operator: null } }, fresh);
fills('a token without a role', 'named', { tokens: { operator: token({ role: undefined }) } }, { tokens: { operator: { token: 'A'.repeat(43), scopes: FIVE, createdAtMs: NOW - 900, role: 'operator' } } });
fills('role of a node', 'ours is added', { role: 'node', roles: ['node'] }, { role: 'node', roles: ['node', 'operator'] });
fills('no roles', 'a list', { roles: undefined }, { roles: ['operator'] });
fills('no role', 'named', { role: undefined, roles: undefined }, { role: 'operator', roles: ['operator'] });
fills('no times', '2026.9.1 skips such a record at import', { createdAtMs: undefined, approvedAtMs: undefined }, { createdAtMs: NOW, approvedAtMs: NOW });
fills('times of the wrong type', 'the same', { createdAtMs: '2026', approvedAtMs: 1.5 }, { createdAtMs: NOW, approvedAtMs: NOW });
fills('public key as a PEM', 'no version takes it for paired', { publicKey: OURS.publicKeyPem }, { publicKey: OURS.publicKey });
fills('public key with padding', 'no version takes it for paired', { publicKey: OURS.raw.toString('base64') }, { publicKey: OURS.publicKey });
fills('no public key', 'the deviceId is its hash', { publicKey: undefined }, { publicKey: OURS.publicKey });
add('another deviceId inside', 'the key of the object counts', JSON.stringify({ [OURS.deviceId]: record(OURS, { deviceId: 'x' }) }), { ...updated, check: (files) => ours(files).deviceId === OURS.deviceId });
fills('approved silently', 'a gateway drops such records when a like client pairs; this one is approved by its owner', { approvedVia: 'silent' }, { approvedVia: 'owner', approvedAtMs: NOW - 900 });
fills('a new name', 'asked for', {}, { displayName: 'box 7' }, [], { displayName: '  box 7 ' });
const narrow = ['operator.read', 'operator.write'];
fills('exactly these scopes', 'fewer than there were, everywhere; nothing was added, so the approval keeps its date', {}, { scopes: narrow, approvedScopes: narrow, tokens: { operator: token({ scopes: narrow }) }, approvedAtMs: NOW - 900 }, [], { scopes: narrow });
fills('exactly these, one of them new', 'reported', { scopes: ['operator.read'], approvedScopes: ['operator.read'], tokens: { operator: token({ scopes: ['operator.read'] }) } }, { scopes: narrow, approvedAtMs: NOW }, ['operator.write'], { scopes: narrow });
unchanged('exactly what is there', 'nothing to do', { scopes: narrow, approvedScopes: narrow, tokens: { operator: token({ scopes: narrow }) } }, { scopes: [...narrow, 'operator.read'] });
add('exact scopes for a new record', 'in record and token', null, { paired: 'created', scopesAdded: narrow, check: (files) => [ours(files).scopes, ours(files).approvedScopes, ours(files).tokens.operator.scopes].every((scopes) => JSON.stringify(scopes) === JSON.stringify(narrow)) }, { scopes: narrow });
refused('revoked', 'its owner meant it', store(record(OURS, { tokens: { operator: token({ revokedAtMs: 5 }) } })), 'REVOKED');
fills('reinstated', 'a new token, not the old one', { tokens: { operator: token({ revokedAtMs: 5 }) } }, { tokens: { operator: { ...token(), token: TOKEN, rotatedAtMs: NOW } }, approvedAtMs: NOW }, [], { reinstate: true });
unchanged('reinstate what is not revoked', 'nothing to do', {}, { reinstate: true });
refused('another public key', 'a deviceId is the hash of its key', store(record(OURS, { publicKey: OTHER.publicKey })), 'DEVICE_CONFLICT');
refused('no public key at all', 'nonsense in its place', store(record(OURS, { publicKey: 'nonsense' })), 'DEVICE_CONFLICT');
for (const [name, content] of [['null', 'null'], ['a string', '"x"'], ['an array', '[]'], ['a number', '1']]) refused(`our record is ${name}`, 'not what OpenClaw writes', `{"${OURS.deviceId}": ${content}}`, 'SHAPE', { line: 1 });
for (const [name, change] of [['publicKey', { publicKey: 1 }], ['roles', { roles: 'operator' }], ['scopes', { scopes: 'operator.admin' }], ['approvedScopes', { approvedScopes: [1] }], ['tokens', { tokens: [] }], ['tokens.operator.scopes', { tokens: { operator: token({ scopes: {} }) } }]]) {
  refused(`${name} of the wrong type`, 'not guessed', store(record(OURS, change)), 'SHAPE', { says: name.split('.').at(-1) });
}
add('duplicates of our record', 'the last one counts', `{"${OURS.deviceId}": {"x": 1}, "${OURS.deviceId}": ${JSON.stringify(record(OURS, { displayName: undefined }))}}`, { changes: [], paired: 'unchanged' });
const syntax = (name, why, content, place) => refused(name, why, content, 'SYNTAX', place);
syntax('empty', 'up to 2026.4.24 a gateway would overwrite it', '', { line: 1, column: 1 });
syntax('blank', 'the same', '\n ', { line: 2, column: 2 });
syntax('truncated', 'the same', store(stranger).slice(0, -1));
syntax('a BOM', 'JSON.parse refuses it', `\ufeff{}`, { line: 1, column: 1 });
syntax('a trailing comma', 'not JSON5', '{"a": {},}', { line: 1, column: 10 });
syntax('a comment', 'not JSON5', '{\n// x\n}', { line: 2, column: 1 });
syntax('two documents', 'not JSON', '{} {}', { line: 1, column: 4 });
syntax('a place behind an emoji', 'columns are UTF-16 code units', '{"😀": x}', { line: 1, column: 8 });
refused('not UTF-8', 'nothing is replaced by U+FFFD', { hex: '7b22c32822' }, 'ENCODING', { line: 1, column: 3 });
for (const [name, content, place] of [['an array', ' []', { line: 1, column: 2 }], ['a string', '"x"', {}], ['null', 'null', {}]]) refused(name, 'not what OpenClaw writes', content, 'SHAPE', place);
syntax('100,000 levels, unclosed', 'no recursion', { pieces: [['{"a":', 100000]] });
add('100,000 levels', 'no recursion', { pieces: [['{"x":', 1], ['[', 100000], [']', 100000], ['}', 1]] }, { paired: 'created' });
add('2 MB of others', 'spliced, not rewritten', { pieces: [['{"x":"', 1], ['y', 2_000_000], ['"}', 1]] }, { paired: 'created' });
for (const kind of ['dir', 'symlink', 'other']) refused(`a ${kind}`, 'nothing is followed, nothing is removed', { kind }, 'NOT_A_FILE');

// what prePair does to pending requests
const waits = (name, why, content, options, expect) => vectors.push({ name: `pending: ${name}`, why, operation: 'prePair', options: at('2026.4.15', options), inputs: json({ [DEVICE]: device(OURS), [PAIRED]: store(record(OURS)), [PENDING]: content }), expect });
const two = pending(request('r1', OURS), request('r2', OTHER, { silent: true }));
waits('ours', 'a not-silent one poisons later ones, in every version', two, {}, { changes: [[PENDING, 'replaced']], pendingCleared: 1, is: { [PENDING]: pending(request('r2', OTHER, { silent: true })) } });
waits('all', 'asked for', two, { pending: 'all' }, { pendingCleared: 2, is: { [PENDING]: '{}' } });
waits('kept', 'asked for', two, { pending: 'keep' }, { changes: [], pendingCleared: 0 });
waits('none of ours', 'nothing to do', pending(request('r2', OTHER)), {}, { changes: [], pendingCleared: 0 });
waits('broken', 'refused before anything is written', '{"r1":', {}, { error: 'SYNTAX', path: PENDING });
waits('broken but kept', 'not looked at', '{"r1":', { pending: 'keep' }, { changes: [] });
waits('a folder', 'refused', { kind: 'dir' }, {}, { error: 'NOT_A_FILE', path: PENDING });
vectors.push({ name: 'everything at once', why: 'identity, record, pending: in that order', operation: 'prePair', options: at('2026.4.15'), inputs: json({ [DEVICE]: device(OURS, { version: undefined }), [PAIRED]: store(stranger), [PENDING]: two }), expect: { order: [DEVICE, PAIRED, PENDING], identity: 'repaired', paired: 'created', pendingCleared: 1, stateless: undefined } });
delete vectors.at(-1).expect.stateless;
vectors.push({ name: 'a device of somebody else with the same name', why: 'names are no keys', operation: 'prePair', options: at('2026.4.15', { device: { publicKey: OTHER.publicKey, displayName: 'mine' } }), inputs: json({ [PAIRED]: store(record(OURS)) }), expect: { device: OTHER, changes: [[PAIRED, 'replaced']], identity: 'untouched', devices: { [PAIRED]: [OURS.deviceId, OTHER.deviceId] } } });
for (const version of ['2026.1.29', '2026.2.17', '2026.2.19', '2026.3.28', '2026.6.11', '2026.7.1']) {
  vectors.push({ name: `the same record for ${version}`, why: 'one record opens every version', operation: 'prePair', options: at(version, version === '2026.1.29' ? { env: { HOME: '/home/u' } } : {}), inputs: json({ [DEVICE]: device(OURS) }), expect: { is: { [PAIRED]: JSON.stringify({ [OURS.deviceId]: whole }, null, 2) }, store: 'json' } });
}
