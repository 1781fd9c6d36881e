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
for (const [name, revokedAtMs] of [['false', false], ['0', 0], ['an empty text', '']]) unchanged(`not revoked by ${name}`, 'as JavaScript takes it', { tokens: { operator: token({ revokedAtMs }) } });
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
for (const [name, revokedAtMs] of [['true', true], ['a text', '2026-02-19'], ['an object', {}]]) refused(`revoked by ${name}`, 'as JavaScript takes it', store(record(OURS, { tokens: { operator: token({ revokedAtMs }) } })), 'REVOKED');
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
syntax('truncated', 'the same', store(stranger).slice(0, -1));
syntax('a BOM', 'JSON.parse refuses it', `\ufeff{}`, { line: 1, column: 1 });
syntax('a trailing comma', 'not JSON5', '{"a": {},}', { line: 1, column: 10 });
syntax('a comment', 'not JSON5', '{\n// x\n}', { line: 2, column: 1 });
syntax('two documents', 'not JSON', '{} {}', { line: 1, column: 4 });
syntax('a place behind an emoji', 'columns are UTF-16 code units', '{"😀": x}', { line: 1, column: 8 });
refused('not UTF-8', 'nothing is replaced by U+FFFD', { hex: '7b22c32822' }, 'ENCODING', { line: 1, column: 3 });
for (const [name, content, place] of [['an array', ' [{}]', {}], ['a string', '"x"', {}], ['null', 'null', {}]]) refused(name, 'not what OpenClaw writes', content, 'SHAPE', place);
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

// a role that nobody asked for
const approves = (name, why, { paired = store(), waiting = null, ...options }, expect, version = '2026.4.15') => {
  const ours = options.device ? {} : { [DEVICE]: device(OURS) };
  vectors.push({ name, why, operation: 'prePair', options: at(version, options), inputs: json({ ...ours, [PAIRED]: paired, [PENDING]: waiting }), expect });
};
const theirs = { device: { publicKey: OTHER.publicKey } };
const UUID = 'cbc55e79-3252-4bfc-b91d-b108cf7e646c';
const node = { clientId: 'node-host', clientMode: 'node', role: 'node', roles: ['node'], scopes: [] };
const asks = (id, change = {}) => pending(request(UUID, id, { ...node, ...change }));
const isNode = (id) => store({ ...stranger, deviceId: id.deviceId, publicKey: id.publicKey, roles: ['node'], scopes: [] });
const role = { error: 'ROLE', path: PAIRED };
approves('node: its request waits', 'a node\'s key does not become an operator', { ...theirs, waiting: asks(OTHER) }, { ...role, hint: `openclaw-prepair devices approve ${UUID}` });
approves('node: our own request', 'the same', { waiting: asks(OURS) }, role);
approves('node: role alone', 'the request of an older version', { ...theirs, waiting: asks(OTHER, { roles: undefined }) }, role);
approves('node: an id of a stranger', 'stands in no command', { ...theirs, waiting: pending(request('$(id)', OTHER, node)) }, { ...role, hint: 'openclaw-prepair devices approve <requestId>' });
approves('node: renewed', 'it still waits', { ...theirs, waiting: asks(OTHER, { ts: NOW - 400_000, refreshedAtMs: NOW - 1 }) }, role, '2026.7.1');
approves('node: requests kept', 'the role is what counts', { ...theirs, pending: 'keep', waiting: asks(OTHER) }, role);
approves('node: expired', 'dropped with the others, it would be forgotten that this is a node\'s key', { ...theirs, waiting: asks(OTHER, { ts: NOW - 300_001 }) }, { ...role, hint: `clear-pending --device-id ${OTHER.deviceId}` });
approves('node: expired, kept', 'the same', { ...theirs, pending: 'keep', waiting: asks(OTHER, { ts: NOW - 300_001 }) }, role);
for (const [name, ts] of [['no time', undefined], ['a text for a time', 'x'], ['an absurd time', -1e300]]) approves(`node: ${name}`, 'a gateway never drops it', { ...theirs, waiting: asks(OTHER, { ts }) }, { ...role, hint: `openclaw-prepair devices approve ${UUID}` });
approves('node: expired, beside a fresh one of an operator', 'each counts', { ...theirs, waiting: pending(request(UUID, OTHER, { ...node, ts: NOW - 400_000 }), request('r', OTHER, { role: 'operator' })) }, role);
approves('node: another key', 'not this device\'s request', { ...theirs, waiting: asks(OTHER, { publicKey: OURS.publicKey }) }, { paired: 'created' });
for (const roles of [['node', 'operator'], ['operator', 'node']]) approves(`node: asks for ${roles.join(' and ')}`, 'the role of a node would be dropped with the request', { ...theirs, waiting: asks(OTHER, { role: roles[0], roles }) }, { ...role, says: '"node"', hint: `openclaw-prepair devices approve ${UUID}` });
approves('node: asks for operator too, paired as one', 'the record will have both', { ...theirs, paired: isNode(OTHER), waiting: asks(OTHER, { roles: ['node', 'operator'] }) }, { paired: 'updated', pendingCleared: 1 });
approves('node: asks for both, paired as an operator', 'one is lacking still', { ...theirs, paired: store(record(OTHER)), waiting: asks(OTHER, { roles: ['operator', 'node'] }) }, role);
approves('node: hidden by a later one', 'of equal keys the last counts', { ...theirs, waiting: `{"r": ${JSON.stringify(request('r', OTHER, node))}, "r": ${JSON.stringify(request('r', OTHER))}}` }, { paired: 'created' });
approves('node: a repair of both roles', 'the record has the role', { ...theirs, paired: store(record(OTHER, { roles: ['operator', 'node'] })), waiting: asks(OTHER) }, { paired: 'unchanged', pendingCleared: 1 });
approves('node: paired as one', 'and it asks for nothing', { ...theirs, paired: isNode(OTHER) }, { ...role, says: 'paired as a node' });
approves('node: our own record', 'the same', { paired: isNode(OURS) }, role);
approves('node: paired as one, asks for operator', 'the role is added', { ...theirs, paired: isNode(OTHER), waiting: pending(request('r', OTHER, { role: 'operator' })) }, { paired: 'updated', check: (files) => JSON.stringify(JSON.parse(files[PAIRED])[OTHER.deviceId].roles) === '["node","operator"]' });
approves('no role in a request', 'operator, as older versions mean it', { ...theirs, waiting: pending(request('r', OTHER)) }, { paired: 'created' });

// the role of a node, asked for
const host = { role: 'node' };
const nodeToken = { token: TOKEN, role: 'node', scopes: [], createdAtMs: NOW };
const nodeRecord = (id) => ({ deviceId: id.deviceId, publicKey: id.publicKey, displayName: 'openclaw-prepair', clientId: 'node-host', clientMode: 'node', role: 'node', roles: ['node'], scopes: [], approvedScopes: [], tokens: { node: nodeToken }, createdAtMs: NOW, approvedAtMs: NOW });
const isHost = { paired: 'created', scopesAdded: [], is: { [PAIRED]: JSON.stringify({ [OTHER.deviceId]: nodeRecord(OTHER) }, null, 2) } };
approves('role node: before it ever connects', 'no operator', { ...theirs, ...host, paired: null }, { ...isHost, warnings: [] });
approves('role node: its request waits', 'it is dropped', { ...theirs, ...host, paired: null, waiting: asks(OTHER) }, { ...isHost, pendingCleared: 1 });
approves('role node: what newIdentity() gives', 'fields beside publicKey are ignored', { device: { deviceId: OTHER.deviceId, publicKey: OTHER.publicKey, privateKeyPem: OTHER.privateKeyPem }, ...host, paired: null }, isHost);
for (const [version, warnings] of [['2026.2.23', []], ['2026.4.29', []], ['2026.5.12', []], ['2026.5.18', ['W_NODE_COMMANDS']], ['2026.7.35', ['W_NODE_COMMANDS']]]) {
  approves(`role node: ${version}`, 'from 2026.5.18 its commands are held back until they are approved', { ...theirs, ...host, paired: null }, { ...isHost, warnings }, version);
}
approves('role node: our own identity', 'the key of a node host on this machine', { ...host, paired: null }, { paired: 'created', scopesAdded: [], is: { [PAIRED]: JSON.stringify({ [OURS.deviceId]: nodeRecord(OURS) }, null, 2) } });
approves('role node: again', 'nothing to do', { ...host, paired: store(nodeRecord(OURS)) }, { paired: 'unchanged', changes: [], warnings: [] }, '2026.5.18');
const theirRecord = (files) => JSON.parse(files[PAIRED])[OTHER.deviceId];
approves('role node: an operator becomes a node as well', 'its scopes and its token stay', { ...theirs, ...host, paired: store(record(OTHER)) }, {
  paired: 'updated', scopesAdded: [], check: (files) => JSON.stringify(theirRecord(files)) === JSON.stringify(record(OTHER, { roles: ['operator', 'node'], tokens: { operator: token(), node: nodeToken } })),
});
approves('role node: roles of another type of record', 'named, and empty lists are made', { ...theirs, ...host, paired: store({ deviceId: OTHER.deviceId, publicKey: OTHER.publicKey, createdAtMs: 1, approvedAtMs: 1 }) }, {
  paired: 'updated', scopesAdded: [], check: (files) => JSON.stringify(theirRecord(files)) === JSON.stringify({ deviceId: OTHER.deviceId, publicKey: OTHER.publicKey, createdAtMs: 1, approvedAtMs: 1, role: 'node', roles: ['node'], scopes: [], approvedScopes: [], tokens: { node: nodeToken } }),
});
const held = (change) => store({ ...nodeRecord(OTHER), tokens: { node: token({ role: 'node', scopes: [], ...change }) } });
approves('role node: a revoked token', 'its owner meant it', { ...theirs, ...host, paired: held({ revokedAtMs: 5 }) }, { error: 'REVOKED', path: PAIRED, says: 'node token' });
approves('role node: a revoked token, reinstated', 'a new one', { ...theirs, ...host, reinstate: true, paired: held({ revokedAtMs: 5 }) }, { paired: 'updated', check: (files) => JSON.stringify(theirRecord(files).tokens.node) === JSON.stringify({ token: TOKEN, role: 'node', scopes: [], createdAtMs: NOW - 900, rotatedAtMs: NOW }) });
approves('role node: a token without scopes', 'an empty list', { ...theirs, ...host, paired: held({ scopes: undefined }) }, { paired: 'updated', scopesAdded: [], check: (files) => JSON.stringify(theirRecord(files).tokens.node.scopes) === '[]' });
approves('role node: asks for operator', 'that would be dropped with the request', { ...theirs, ...host, waiting: pending(request(UUID, OTHER, { role: 'operator', roles: ['operator'] })) }, { ...role, says: '"operator"', hint: "role: 'operator'" });
approves('role node: asks for both', 'the same', { ...theirs, ...host, waiting: asks(OTHER, { roles: ['node', 'operator'] }) }, { ...role, says: '"operator"', hint: `openclaw-prepair devices approve ${UUID}` });
approves('role node: asks for both, paired as an operator', 'the record will have both', { ...theirs, ...host, paired: store(record(OTHER)), waiting: asks(OTHER, { roles: ['node', 'operator'] }) }, { paired: 'updated', pendingCleared: 1 });
approves('role node: scopes', 'a node has none', { ...theirs, ...host, scopes: ['operator.read'] }, { error: 'OPTIONS', says: 'a node has no scopes' });
approves('role operator: a node\'s key', 'asked for', { ...theirs, role: 'operator', paired: isNode(OTHER) }, { paired: 'updated', scopesAdded: FIVE, check: (files) => JSON.stringify(theirRecord(files).roles) === '["node","operator"]' });
approves('role operator: a node\'s request', 'would still be dropped', { ...theirs, role: 'operator', waiting: asks(OTHER) }, role);

// a pin that its own client contradicts
const mac = { platform: 'macOS 26.3.1', deviceFamily: 'Mac' };
const pinned = (name, why, record_, claims, expect, version = '2026.3.24') => {
  const requests = [claims].flat().map((claim, at) => request(`r${at}`, OTHER, { isRepair: true, role: 'operator', roles: ['operator'], ...claim }));
  approves(`pinned: ${name}`, why, { ...theirs, paired: store(record(OTHER, record_)), waiting: pending(...requests) }, expect, version);
};
const now = (platform, deviceFamily) => ({ warnings: ['W_PINNED_TAKEN'], paired: 'updated', check: (files) => {
  const { [OTHER.deviceId]: found } = JSON.parse(files[PAIRED]);
  return found.platform === platform && found.deviceFamily === deviceFamily && found.tokens.operator.token === 'A'.repeat(43);
} });
pinned('an update of its system', 'what an approval by the gateway writes', mac, { ...mac, platform: 'macOS 26.4.0' }, { ...now('macOS 26.4.0', 'Mac'), pendingCleared: 1 });
pinned('another family', 'the same', mac, { ...mac, deviceFamily: 'MacBook' }, now('macOS 26.3.1', 'MacBook'));
pinned('a request that names neither', 'a client that says nothing matches no pin', mac, {}, now(undefined, undefined));
pinned('several requests', 'the newest', mac, [{ platform: 'a', ts: NOW - 2 }, { ...mac, platform: 'b', ts: NOW - 1 }, { platform: 'c', ts: NOW - 3 }], now('b', 'Mac'));
pinned('the same in capitals', 'as a gateway compares', mac, { platform: ' MACOS 26.3.1', deviceFamily: 'mac' }, { paired: 'unchanged', warnings: [] });
pinned('an expired request', 'it is dropped: what it told must not be', mac, { platform: 'x', ts: NOW - 300_001 }, { ...now('x', undefined), pendingCleared: 1 });
pinned('an expired one beside a newer', 'the newest', mac, [{ ...mac, platform: 'b', ts: NOW - 1 }, { platform: 'x', ts: NOW - 300_001 }], now('b', 'Mac'));
pinned('a request of no time', 'the oldest', mac, [{ ...mac, platform: 'b', ts: 0 }, { platform: 'x', ts: undefined }, { platform: 'y', ts: 1e300 }], now('b', 'Mac'));
pinned('a request of no time alone', 'counts', mac, { ...mac, platform: 'x', ts: undefined }, now('x', 'Mac'));
pinned('2026.2.25', 'does not compare them', mac, { platform: 'x' }, { paired: 'unchanged', warnings: [] }, '2026.2.25');
pinned('no pin', 'stays free', {}, { platform: 'x' }, { paired: 'unchanged', warnings: [] });
approves('pinned: our own record', 'the same', { paired: store(record(OURS, mac)), waiting: pending(request('r', OURS, { platform: 'linux' })) }, { warnings: ['W_PINNED_TAKEN'], paired: 'updated', check: (files) => ours(files).platform === 'linux' && !('deviceFamily' in ours(files)) });

// a sanitizer's mark in the place of the token
for (const mark of ['[REDACTED]', '***', ' *** ', '__OPENCLAW_REDACTED__', '<redacted>', '[redacted]', 'REDACTED', '[REDACTED CREDENTIAL]', '[REDACTED_PRIVATE_KEY]', '***REDACTED***', 'xoxb-REDACTED']) {
  add(`the token is ${mark}`, 'no token: a new one', store(record(OURS, { tokens: { operator: token({ token: mark, issuer: 'x' }) } })), { paired: 'updated', scopesAdded: [], warnings: ['W_TOKEN_RENEWED'], check: (files) => {
    const { issuer, rotatedAtMs, ...rest } = ours(files).tokens.operator;
    return issuer === 'x' && rotatedAtMs === NOW && JSON.stringify(rest) === JSON.stringify(token({ token: TOKEN }));
  } });
}
add('the token is a mark, revoked', 'its owner meant it', store(record(OURS, { tokens: { operator: token({ token: '[REDACTED]', revokedAtMs: 5 }) } })), { error: 'REVOKED', path: PAIRED });
add('the token of another role is a mark', 'not ours to renew', store(record(OURS, { tokens: { operator: token(), node: token({ role: 'node', token: '***' }) } })), { paired: 'unchanged' });
for (const [name, content] of [['empty', ''], ['blank', '\n '], ['an array without items', ' []']]) add(`a store that is ${name}`, 'it holds nothing', content, { paired: 'created', devices: { [PAIRED]: [OURS.deviceId] } });
