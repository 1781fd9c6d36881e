import { NEWEST } from '../../lib/versions.mjs';
import { at, columns, device, DEVICE, ENTROPY, FIVE, json, NOW, OTHER, OURS, PAIRED, PENDING, pending, record, request, row, S, sqlite, store, token, TOKEN } from './kit.mjs';

export const why = 'Every device and every waiting request: list, approve, reject, remove, revoke, rotate, rename, in files and rows.';
export const vectors = [];

const NODES = `${S}/nodes/paired.json`;
const WAITING = `${S}/nodes/pending.json`;
const SECOND = Buffer.from(ENTROPY.slice(0, 64), 'hex').toString('base64url');
const ID = '7b0c3f52-5d1e-4a53-9f0e-3a1d6c1f7f10';
const ID2 = '7b0c3f52-5d1e-4a53-9f0e-3a1d6c1f7f11';
const TEN_MIN = 600_000;

/** A browser that waits behind a proxy, as a gateway writes it. */
const browser = (change = {}, id = ID, who = OTHER) => request(id, who, {
  displayName: 'Chrome', platform: 'Win32', clientId: 'openclaw-control-ui', clientMode: 'webchat', role: 'operator', roles: ['operator'],
  scopes: ['operator.admin', 'operator.read'], remoteIp: '10.0.0.7', ...change,
});
const nodeHost = (change = {}, id = ID) => browser({ displayName: 'box', platform: 'linux', deviceFamily: undefined, clientId: 'node-host', clientMode: 'node', role: 'node', roles: ['node'], scopes: [], ...change }, id);
/** A paired node. */
const node = (change = {}) => ({
  deviceId: OTHER.deviceId, publicKey: OTHER.publicKey, displayName: 'box', platform: 'linux', clientId: 'node-host', clientMode: 'node', role: 'node', roles: ['node'],
  scopes: [], approvedScopes: [], tokens: { node: { token: 'B'.repeat(43), role: 'node', scopes: [], createdAtMs: 1 } }, createdAtMs: 1, approvedAtMs: 1, ...change,
});
const surface = (change = {}, id = ID2) => ({
  requestId: id, nodeId: OTHER.deviceId, displayName: 'box', platform: 'linux', version: '2026.5.18', caps: ['system'], commands: ['system.run', 'system.which'], remoteIp: '10.0.0.9', silent: false, ts: NOW - 4000, ...change,
});

const AUTH = `${S}/identity/device-auth.json`;
const files = ({ paired = null, waits = null, nodes = null, surfaces = null, ...more } = {}) => json({ [PAIRED]: paired, [PENDING]: waits, [NODES]: nodes, [WAITING]: surfaces, [AUTH]: null, ...more });
/** What the types of wit/ have no words for. */
const untyped = (operation, { requestId, deviceId, role = 'node', name }) => (operation === 'approve' ? (requestId === undefined) === (deviceId === undefined)
  : !['list', 'reject'].includes(operation) && deviceId === undefined || !['operator', 'node'].includes(role) || operation === 'rename' && name === undefined);
const add = (name, why, version, operation, options, inputs, expect) => vectors.push({
  name: `${version.slice(5)} ${operation} ${name}`, why, operation: `devices.${operation}`, options: at(version, options), inputs, ...untyped(operation, options) && { door: 'json' }, expect,
});

/** A waiting row. */
const waitingRow = (request) => ({
  request_id: request.requestId, device_id: request.deviceId, public_key: request.publicKey, display_name: request.displayName ?? null, platform: request.platform ?? null, device_family: request.deviceFamily ?? null,
  client_id: request.clientId ?? null, client_mode: request.clientMode ?? null, browser_origin: request.browserOrigin ?? null, role: request.role ?? null, roles_json: request.roles ? JSON.stringify(request.roles) : null,
  scopes_json: request.scopes ? JSON.stringify(request.scopes) : null, remote_ip: request.remoteIp ?? null, silent: Number(request.silent), is_repair: Number(request.isRepair), ts: request.ts,
  refreshed_at_ms: request.refreshedAtMs ?? null, request_hex: Buffer.from(request.requestId).toString('hex').toUpperCase(),
});
/** A state dir with a database: `records` are rows. */
const rows = ({ records = [], waits = [], who = OTHER, ...more } = {}) => {
  const all = records.map((one) => ({ ...one, node_json: one.node_surface_json, waiting_json: one.pending_node_surface_json }));
  const base = sqlite({ waiting: waits.map(waitingRow), ...more });
  Object.assign(base.files, { [NODES]: null, [WAITING]: null });
  Object.assign(base.rows, {
    devices: all, surfaces: all.filter((one) => one.pending_node_surface_json !== null),
    [`device:${who.deviceId}`]: all.filter((one) => one.device_id === who.deviceId), [`device:${OURS.deviceId}`]: all.filter((one) => one.device_id === OURS.deviceId),
  });
  return base;
};
const nodeRow = (change = {}) => row(OTHER, {
  display_name: 'box', platform: 'linux', client_id: 'node-host', client_mode: 'node', role: 'node', roles_json: '["node"]', scopes_json: '[]', approved_scopes_json: '[]',
  tokens_json: JSON.stringify(node().tokens), ...change,
});

// ------------------------------------------------------------------ list
const waits = (request, more = {}) => ({
  requestId: request.requestId, kind: 'device', deviceId: request.deviceId, publicKey: request.publicKey, clientId: request.clientId, clientMode: request.clientMode, displayName: request.displayName, platform: request.platform,
  roles: request.roles, scopes: request.scopes, remoteIp: request.remoteIp, silent: false, repair: false, ageMs: 5000, expired: false, ...more,
});
const seen = (one, more = {}) => ({
  deviceId: one.deviceId, publicKey: one.publicKey, displayName: one.displayName, clientId: one.clientId, clientMode: one.clientMode, roles: one.roles, scopes: one.approvedScopes ?? one.scopes,
  tokens: Object.values(one.tokens).map(({ role, scopes, createdAtMs }) => ({ role, scopes, createdAtMs })), createdAtMs: one.createdAtMs, approvedAtMs: one.approvedAtMs, own: false, ...more,
});
for (const version of ['2026.2.19', '2026.4.29']) {
  add('nothing', 'a state dir that nobody used', version, 'list', {}, files(), { paired: [], waiting: [], warnings: [], order: [] });
  add('ours, a browser and a node', 'all that is there', version, 'list', {}, files({ paired: store(record(OURS)), waits: pending(browser(), nodeHost({ ts: NOW - TEN_MIN }, ID2)), [DEVICE]: device(OURS) }), {
    paired: [seen(record(OURS), { own: true })], store: 'json',
    waiting: [waits(browser()), { ...waits(nodeHost({}, ID2)), platform: 'linux', ageMs: TEN_MIN, expired: true }],
  });
}
const { platform, ...withoutPlatform } = seen(node());
add('a node that waits for commands', 'an entry of its own', '2026.5.18', 'list', {}, files({ paired: store(node()), surfaces: JSON.stringify({ [ID2]: surface() }) }), {
  paired: [{ ...withoutPlatform, platform: 'linux' }],
  waiting: [{ requestId: ID2, kind: 'node-surface', deviceId: OTHER.deviceId, publicKey: OTHER.publicKey, clientId: 'node-host', clientMode: 'node', displayName: 'box', platform: 'linux', roles: ['node'], scopes: [], commands: ['system.run', 'system.which'], remoteIp: '10.0.0.9', silent: false, repair: false, ageMs: 4000, expired: false }],
});
add('a revoked token', 'its time, and never the token', '2026.4.29', 'list', {}, files({ paired: store(record(OTHER, { tokens: { operator: token({ revokedAtMs: NOW - 1, lastUsedAtMs: NOW - 2 }) } })) }), {
  paired: [seen(record(OTHER), { tokens: [{ role: 'operator', scopes: FIVE, createdAtMs: NOW - 900, lastUsedAtMs: NOW - 2, revokedAtMs: NOW - 1 }], lastSeenAtMs: NOW - 2 })],
});
add('records that are none', 'counted, not listed', '2026.4.29', 'list', {}, files({ paired: '{"x": 1, "y": {"scopes": "z", "tokens": [1]}}' }), { warnings: ['W_SHAPE'], paired: [{ deviceId: 'y', publicKey: '', roles: [], scopes: [], tokens: [], own: false }] });
add('a store that does not parse', 'never taken for empty', '2026.4.29', 'list', {}, files({ paired: '{' }), { error: 'SYNTAX', path: PAIRED });
add('a broken identity', 'no reason not to list', '2026.4.29', 'list', {}, files({ paired: store(record(OTHER)), [DEVICE]: '{' }), { paired: [seen(record(OTHER))] });
add('a hostile name', 'as it is: it is escaped where it is shown', '2026.4.29', 'list', {}, files({ waits: pending(browser({ displayName: '\u001b[2J\u202e\n', isRepair: true })) }), { waiting: [waits(browser({ displayName: '\u001b[2J\u202e\n' }), { repair: true })] });
add('rows', 'the same from a database', NEWEST, 'list', {}, rows({ records: [row(OURS), nodeRow({ operator_label: 'Box', last_seen_at_ms: NOW - 7, pending_node_surface_json: JSON.stringify({ ...surface({ ts: NOW - TEN_MIN }), nodeId: undefined }) })], waits: [browser({ isRepair: true })] }), {
  store: 'sqlite',
  paired: [seen(record(OURS), { own: true }), { ...withoutPlatform, displayName: 'Box', platform: 'linux', lastSeenAtMs: NOW - 7, createdAtMs: NOW - 900, approvedAtMs: NOW - 900 }],
  waiting: [waits(browser(), { repair: true }), { requestId: ID2, kind: 'node-surface', deviceId: OTHER.deviceId, publicKey: OTHER.publicKey, clientId: 'node-host', clientMode: 'node', displayName: 'box', platform: 'linux', roles: ['node'], scopes: [], commands: ['system.run', 'system.which'], remoteIp: '10.0.0.9', silent: false, repair: false, ageMs: TEN_MIN, expired: false }],
});
add('a table without a column', 'refused', NEWEST, 'list', {}, rows({ cols: columns(({ col }) => col === 'pending_node_surface_json') }), { error: 'SQLITE_SCHEMA' });

// --------------------------------------------------------------- approve
const approved = (change = {}) => ({
  deviceId: OTHER.deviceId, publicKey: OTHER.publicKey, displayName: 'Chrome', platform: 'Win32', clientId: 'openclaw-control-ui', clientMode: 'webchat', role: 'operator', roles: ['operator'],
  scopes: ['operator.admin', 'operator.read'], approvedScopes: ['operator.admin', 'operator.read'], remoteIp: '10.0.0.7', tokens: { operator: fresh() }, createdAtMs: NOW, approvedAtMs: NOW, ...change,
});
const fresh = (change = {}) => ({ token: TOKEN, role: 'operator', scopes: ['operator.admin', 'operator.read', 'operator.write'], createdAtMs: NOW, ...change });
const both = [[PAIRED, 'created'], [PENDING, 'replaced']];
const kept = (...records) => Object.fromEntries(records.map((one) => [one.deviceId, JSON.parse(JSON.stringify(one))]));

add('a browser', 'its token has what this version gives, the record what it asks', '2026.4.29', 'approve', { requestId: ID }, files({ waits: pending(browser()) }), {
  changes: both, order: [PAIRED, PENDING], holds: { [PAIRED]: kept(approved()), [PENDING]: {} }, granted: ['operator.admin', 'operator.read'], roles: ['operator'], scopes: ['operator.admin', 'operator.read'], tokenReplaced: false, revocationLifted: false, requestId: ID,
});
add('a browser', 'no approvedScopes, and no scopes that are implied', '2026.2.19', 'approve', { requestId: ID }, files({ waits: pending(browser()) }), {
  holds: { [PAIRED]: kept(approved({ approvedScopes: undefined, tokens: { operator: fresh({ scopes: ['operator.admin', 'operator.read'] }) } })), [PENDING]: {} },
});
add('by its device', 'the only one that waits', '2026.4.29', 'approve', { deviceId: OTHER.deviceId }, files({ waits: pending(browser({ ts: NOW - TEN_MIN }, ID2), browser()) }), { requestId: ID, granted: ['operator.admin', 'operator.read'] });
add('beside others', 'their bytes stay', '2026.4.29', 'approve', { requestId: ID }, files({ paired: `{\n  "z": {"x" : 1.50},\n  "y": {}\n}`, waits: pending(browser({}, ID2, OURS), browser()) }), {
  check: (done) => done[PAIRED].startsWith('{\n  "z": {"x" : 1.50},\n  "y": {},\n  "') && done[PENDING] === pending(browser({}, ID2, OURS)),
});
add('fewer scopes', 'only these', '2026.4.29', 'approve', { requestId: ID, scopes: ['operator.read'], displayName: 'Office' }, files({ waits: pending(browser()) }), {
  granted: ['operator.read'], holds: { [PAIRED]: kept(approved({ displayName: 'Office', scopes: ['operator.read'], approvedScopes: ['operator.read'], tokens: { operator: fresh({ scopes: ['operator.read'] }) } })), [PENDING]: {} },
});
add('more scopes', 'never more than it asks', '2026.4.29', 'approve', { requestId: ID, scopes: ['operator.pairing'] }, files({ waits: pending(browser()) }), { error: 'SCOPE', says: 'operator\\.pairing', hint: 'operator.admin' });
add('a scope upgrade of a revoked device', 'a new token, the revocation lifted, other roles as they are, a name kept', '2026.4.29', 'approve', { requestId: ID },
  files({ paired: store(record(OTHER, { tokens: { operator: token({ revokedAtMs: 5, lastUsedAtMs: 4 }), node: { token: 'N', role: 'node', scopes: [], createdAtMs: 2 } }, roles: ['operator', 'node'], scopes: ['operator.read'], approvedScopes: ['operator.read'], later: 1 })), waits: pending(browser({ displayName: undefined, isRepair: true, scopes: ['operator.write'] })) }), {
    tokenReplaced: true, revocationLifted: true, roles: ['operator', 'node'], scopes: ['operator.read', 'operator.write'], granted: ['operator.write'],
    holds: { [PAIRED]: kept({ ...record(OTHER, { later: 1 }), platform: 'Win32', clientId: 'openclaw-control-ui', clientMode: 'webchat', roles: ['operator', 'node'], scopes: ['operator.read', 'operator.write'], approvedScopes: ['operator.read', 'operator.write'], remoteIp: '10.0.0.7',
      tokens: { operator: fresh({ scopes: ['operator.read', 'operator.write'], createdAtMs: NOW - 900, rotatedAtMs: NOW, lastUsedAtMs: 4 }), node: { token: 'N', role: 'node', scopes: [], createdAtMs: 2 } }, approvedAtMs: NOW }), [PENDING]: {} },
  });
add('a node', 'its own role alone', '2026.4.29', 'approve', { requestId: ID }, files({ waits: pending(nodeHost()) }), {
  roles: ['node'], scopes: [], granted: [],
  holds: { [PAIRED]: kept(node({ remoteIp: '10.0.0.7', tokens: { node: { token: TOKEN, role: 'node', scopes: [], createdAtMs: NOW } }, createdAtMs: NOW, approvedAtMs: NOW })), [PENDING]: {} },
});
const COMMANDS = { warnings: ['W_NODE_COMMANDS'] };
const given = JSON.stringify({ [OTHER.deviceId]: { nodeId: OTHER.deviceId, commands: ['system.run'] } });
const again = nodeHost({ isRepair: true });
for (const [name, why, version, inputs, expect] of [
  ['whose commands are not held back', 'nothing is left', '2026.4.29', files({ waits: pending(nodeHost()) }), { warnings: [] }],
  ['whose commands wait', 'what is left to do', '2026.5.18', files({ waits: pending(nodeHost()) }), COMMANDS],
  ['that has commands', 'nothing is left', '2026.5.18', files({ waits: pending(again), nodes: given }), { warnings: [] }],
  ['whose commands wait', 'what is left to do', NEWEST, rows({ waits: [nodeHost()] }), COMMANDS],
  ['that has commands', 'nothing is left', NEWEST, rows({ records: [nodeRow({ node_surface_json: '{"commands":["a"],"createdAtMs":1,"approvedAtMs":1}' })], waits: [again] }), { warnings: [] }],
]) add(`a node ${name}`, why, version, 'approve', { requestId: ID }, inputs, expect);
add('both roles', 'a token each', '2026.5.18', 'approve', { requestId: ID }, files({ waits: pending(browser({ roles: ['node', 'operator'] })) }), {
  check: (done) => { const { tokens } = JSON.parse(done[PAIRED])[OTHER.deviceId]; return tokens.node.token === TOKEN && tokens.operator.token === SECOND && tokens.node.scopes.length === 0; },
});
for (const [name, why, waiting, options, expect] of [
  ['an id that is not there', 'named, and what to do', [browser()], { requestId: ID2 }, { error: 'NOT_FOUND', says: ID2, path: PENDING }],
  ['a device of which nothing waits', 'the same', [], { deviceId: OTHER.deviceId }, { error: 'NOT_FOUND', says: OTHER.deviceId }],
  ['an expired request', 'no gateway knows it any more', [browser({ ts: NOW - 300_001 })], { requestId: ID }, { error: 'REQUEST_EXPIRED', hint: 'pre-pair --device' }],
  ['an expired request of a device', 'the same', [browser({ ts: NOW - 300_001 })], { deviceId: OTHER.deviceId }, { error: 'REQUEST_EXPIRED' }],
  ['two requests of a device', 'both are named', [browser(), browser({}, ID2)], { deviceId: OTHER.deviceId }, { error: 'AMBIGUOUS', says: `${ID}, ${ID2}` }],
  ['a key of another device', 'forged', [browser({ publicKey: OURS.publicKey })], { requestId: ID }, { error: 'DEVICE_CONFLICT', says: ID }],
  ['a key that is none', 'broken', [browser({ publicKey: 'x' })], { requestId: ID }, { error: 'DEVICE_CONFLICT' }],
  ['a scope outside of its role', 'refused', [nodeHost({ scopes: ['operator.read'] })], { requestId: ID }, { error: 'SCOPE', says: 'operator\\.read' }],
  ['a role that nobody has', 'refused', [browser({ roles: ['root'] })], { requestId: ID }, { error: 'ROLE', says: 'root' }],
  ['no role', 'refused', [browser({ role: undefined, roles: undefined, scopes: [] })], { requestId: ID }, { error: 'ROLE' }],
  ['neither id', 'nothing is approved by chance', [browser()], {}, { error: 'OPTIONS' }],
  ['both ids', 'the same', [browser()], { requestId: ID, deviceId: OTHER.deviceId }, { error: 'OPTIONS' }],
  ['no scopes', 'not fewer but none', [browser()], { requestId: ID, scopes: [] }, { error: 'OPTIONS' }],
]) add(name, why, '2026.4.29', 'approve', options, files({ waits: pending(...waiting) }), expect);
add('a record of another key under its id', 'refused, and how to go on', '2026.4.29', 'approve', { requestId: ID }, files({ paired: store(record(OTHER, { publicKey: OURS.publicKey })), waits: pending(browser()) }), { error: 'DEVICE_CONFLICT', hint: `devices remove ${OTHER.deviceId}` });
const earlier = { deviceId: OTHER.deviceId, roles: ['operator'], granted: ['operator.read'], applied: false };
add('one that asks for more than at the first look', 'nothing is granted', '2026.4.29', 'approve', { requestId: ID }, { ...files({ waits: pending(browser()) }), earlier }, { error: 'CHANGED' });
add('one that asks for less than at the first look', 'it is granted that', '2026.4.29', 'approve', { requestId: ID }, { ...files({ waits: pending(browser({ scopes: ['operator.read'] })) }), earlier }, { granted: ['operator.read'] });
add('gone, and approved by this call', 'nothing to do', '2026.4.29', 'approve', { requestId: ID }, { ...files({ paired: store(record(OTHER)) }), earlier: { ...earlier, applied: true } }, { changes: [], roles: ['operator'] });
add('gone, and not approved by this call', 'not there', '2026.4.29', 'approve', { requestId: ID }, { ...files(), earlier }, { error: 'NOT_FOUND' });
add('approved by an earlier call', 'told where to look', '2026.4.29', 'approve', { requestId: ID }, files({ paired: store(record(OTHER)) }), { error: 'NOT_FOUND', says: ID, hint: 'approved or rejected already' });
for (const [version, inputs] of [['2026.4.29', files({ paired: store(record(OTHER)) })], [NEWEST, rows({ records: [row(OTHER)] })]]) {
  add('a device that is paired', 'told that it is', version, 'approve', { deviceId: OTHER.deviceId }, inputs, { error: 'NOT_FOUND', says: `${OTHER.deviceId} waits here; the device is paired`, hint: 'devices list' });
}
add('whose record this call wrote', 'the request alone goes', '2026.4.29', 'approve', { requestId: ID }, { ...files({ paired: JSON.stringify(kept(approved())), waits: pending(browser()) }), earlier: { ...earlier, granted: ['operator.admin', 'operator.read'], applied: true } }, { changes: [[PENDING, 'replaced']] });

const inserted = [['INSERT INTO device_pairing_paired', 1], ['DELETE FROM device_pairing_pending', 1]];
add('a browser', 'one transaction', NEWEST, 'approve', { requestId: ID }, rows({ waits: [browser({ browserOrigin: 'https://a.example' })] }), {
  sql: inserted, changes: [[`${S}/state/openclaw.sqlite`, 'rows']], granted: ['operator.admin', 'operator.read'],
  check: (_, { steps: [{ statements: [{ sql, params }] }] }) => {
    const columns = /\(([^)]*)\)/.exec(sql)[1].split(', ');
    const set = Object.fromEntries(columns.map((column, i) => [column, params[i]]));
    return set.approved_via === 'owner' && set.browser_origin === 'https://a.example' && set.tokens_json === JSON.stringify({ operator: fresh() }) && set.approved_at_ms === NOW && set.remote_ip === '10.0.0.7';
  },
});
add('a record that gets more', 'the token keeps what it has and gains what the record did not', NEWEST, 'approve', { requestId: ID },
  rows({ records: [row(OTHER, { approved_via: 'silent', operator_label: 'Mine', scopes_json: '["operator.read"]', approved_scopes_json: '["operator.read"]', tokens_json: JSON.stringify({ operator: token({ scopes: ['operator.read'], issuer: { kind: 'x' } }) }) })], waits: [browser({ scopes: ['operator.read', 'operator.approvals'], isRepair: true })] }), {
    sql: [['UPDATE device_pairing_paired', 1], ['DELETE FROM device_pairing_pending', 1]], scopes: ['operator.read', 'operator.approvals'], tokenReplaced: true,
    check: (_, { steps: [{ statements: [{ sql, params }] }] }) => {
      const columns = [...sql.matchAll(/(\w+) = \?/g)].map(([, column]) => column);
      const set = Object.fromEntries(columns.map((column, i) => [column, params[i]]));
      return set.approved_via === 'owner' && !('operator_label' in set) && set.tokens_json === JSON.stringify({ operator: { token: TOKEN, role: 'operator', scopes: ['operator.approvals', 'operator.read'], issuer: { kind: 'x' }, createdAtMs: NOW - 900, rotatedAtMs: NOW } });
    },
  });

// ----------------------------------------------------- a node's commands
add("a node's commands", 'exactly those, by an entry of their own', '2026.5.18', 'approve', { requestId: ID2 }, files({ paired: store(node()), surfaces: JSON.stringify({ [ID2]: surface() }) }), {
  order: [NODES, WAITING], granted: ['system.run', 'system.which'], roles: ['node'],
  holds: { [NODES]: { [OTHER.deviceId]: { nodeId: OTHER.deviceId, token: TOKEN, displayName: 'box', platform: 'linux', version: '2026.5.18', caps: ['system'], commands: ['system.run', 'system.which'], remoteIp: '10.0.0.9', createdAtMs: NOW, approvedAtMs: NOW } }, [WAITING]: {} },
});
add("a node's commands before it is paired", 'not before its own request', '2026.5.18', 'approve', { requestId: ID2 }, files({ paired: store(record(OTHER)), surfaces: JSON.stringify({ [ID2]: surface() }) }), { error: 'ROLE' });
add("a node's request", 'no commands with it', '2026.5.18', 'approve', { requestId: ID }, files({ waits: pending(nodeHost()), surfaces: JSON.stringify({ [ID2]: surface() }) }), { order: [PAIRED, PENDING], granted: [] });
add('a device whose node waits twice', 'both are named', '2026.5.18', 'approve', { deviceId: OTHER.deviceId }, files({ paired: store(node()), waits: pending(nodeHost()), surfaces: JSON.stringify({ [ID2]: surface() }) }), { error: 'AMBIGUOUS', says: `${ID}, ${ID2}` });
add("a node's commands by scopes", 'no meaning', '2026.5.18', 'approve', { requestId: ID2, scopes: ['operator.read'] }, files({ paired: store(node()), surfaces: JSON.stringify({ [ID2]: surface() }) }), { error: 'OPTIONS' });
add("a node's commands", 'in its row', NEWEST, 'approve', { requestId: ID2 }, rows({ records: [nodeRow({ node_surface_json: JSON.stringify({ commands: ['a'], bins: ['x'], createdAtMs: 7, approvedAtMs: NOW + 5, lastConnectedAtMs: 8 }), pending_node_surface_json: JSON.stringify(surface()) })] }), {
  granted: ['system.run', 'system.which'], sets: ['node_surface_json', 'pending_node_surface_json'],
  check: (_, { steps: [{ statements: [{ params }] }] }) => params[0] === JSON.stringify({ displayName: 'box', version: '2026.5.18', caps: ['system'], commands: ['system.run', 'system.which'], createdAtMs: 7, approvedAtMs: NOW + 6, lastConnectedAtMs: 8 }) && params[1] === null,
});

// ------------------------------------------------------- reject, remove
add('one of two', 'the other waits on', '2026.4.29', 'reject', { requestId: ID }, files({ waits: pending(browser({}, ID2, OURS), browser()) }), { is: { [PENDING]: pending(browser({}, ID2, OURS)) }, requestId: ID, deviceId: OTHER.deviceId, granted: [] });
add('an expired one', 'gone as well', '2026.4.29', 'reject', { requestId: ID }, files({ waits: pending(browser({ ts: 1 })) }), { is: { [PENDING]: '{}' } });
add('one that is not there', 'named', '2026.4.29', 'reject', { requestId: ID2 }, files({ waits: pending(browser()) }), { error: 'NOT_FOUND', says: ID2, hint: 'approved or rejected already' });
add("a node's commands", 'the node stays', '2026.5.18', 'reject', { requestId: ID2 }, files({ paired: store(node()), surfaces: JSON.stringify({ [ID2]: surface() }) }), { is: { [WAITING]: '{}' }, roles: ['node'] });
add('a row', 'by its id', NEWEST, 'reject', { requestId: ID }, rows({ waits: [browser()] }), { sql: [['DELETE FROM device_pairing_pending', 1]] });
add("a node's commands", 'in its row', NEWEST, 'reject', { requestId: ID2 }, rows({ records: [nodeRow({ pending_node_surface_json: JSON.stringify(surface()) })] }), { sets: ['pending_node_surface_json'] });
add('beside a gateway', 'a request holds no connection', NEWEST, 'reject', { requestId: ID }, { ...rows({ waits: [browser()] }), gateway: 4711 }, { warnings: [] });

add('a device', 'its record and all that waits of it, others as they are', '2026.4.29', 'remove', { deviceId: OTHER.deviceId }, files({ paired: store(record(OURS), node()), waits: pending(browser(), browser({}, ID2, OURS)), nodes: JSON.stringify({ [OTHER.deviceId]: { nodeId: OTHER.deviceId }, x: {} }), surfaces: JSON.stringify({ [ID2]: surface(), y: {} }) }), {
  order: [PAIRED, PENDING, NODES, WAITING], is: { [PAIRED]: store(record(OURS)), [PENDING]: pending(browser({}, ID2, OURS)), [NODES]: '{"x":{}}', [WAITING]: '{"y":{}}' }, roles: [], scopes: [],
});
add('this state dir itself', 'says so', '2026.4.29', 'remove', { deviceId: OURS.deviceId }, files({ paired: store(record(OURS)), [DEVICE]: device(OURS) }), { is: { [PAIRED]: '{}' }, warnings: ['W_OWN_DEVICE'] });
add('a broken record', 'what stands in its place goes', '2026.4.29', 'remove', { deviceId: OTHER.deviceId }, files({ paired: `{"${OTHER.deviceId}": [1], "x": {}}` }), { is: { [PAIRED]: '{"x": {}}' } });
add('one that is not there', 'named', '2026.4.29', 'remove', { deviceId: OTHER.deviceId }, files({ paired: store(record(OURS)), waits: pending(browser()) }), { error: 'NOT_FOUND', says: OTHER.deviceId, path: PAIRED });
add('one that this call has removed', 'what it left goes', '2026.4.29', 'remove', { deviceId: OTHER.deviceId }, { ...files({ paired: '{}', waits: pending(browser()) }), earlier: { ...earlier, granted: [], applied: true } }, { is: { [PENDING]: '{}' } });
add('a device', 'in one transaction', NEWEST, 'remove', { deviceId: OTHER.deviceId }, { ...rows({ records: [row(OTHER)], waits: [browser(), browser({}, ID2, OURS)] }), gateway: 4711 }, { sql: [['DELETE FROM device_pairing_paired', 1], ['DELETE FROM device_pairing_pending', 1]], warnings: ['W_STILL_CONNECTED'] });
add('beside a gateway', 'what is open stays open, and it writes there too', '2026.4.29', 'remove', { deviceId: OTHER.deviceId }, { ...files({ paired: store(record(OTHER)) }), gateway: 4711 }, { warnings: ['W_STILL_CONNECTED', 'W_GATEWAY_RUNNING'] });

// ------------------------------------------------ revoke, rotate, rename
const two = { operator: token(), node: { token: 'N'.repeat(43), role: 'node', scopes: [], createdAtMs: 2 } };
add('the only token', 'its time alone', '2026.4.29', 'revoke', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER)) }), { holds: { [PAIRED]: kept(record(OTHER, { tokens: { operator: token({ revokedAtMs: NOW }) } })) }, roles: ['operator'] });
add('the only token', 'the record still lets it in here', '2026.2.19', 'revoke', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER)) }), { warnings: ['W_STILL_PAIRED'] });
add('one of two tokens', 'the other stays', '2026.4.29', 'revoke', { deviceId: OTHER.deviceId, role: 'node' }, files({ paired: store(record(OTHER, { tokens: two })) }), { holds: { [PAIRED]: kept(record(OTHER, { tokens: { ...two, node: { ...two.node, revokedAtMs: NOW } } })) } });
add('of two tokens without a role', 'which?', '2026.4.29', 'revoke', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER, { tokens: two })) }), { error: 'AMBIGUOUS', hint: 'operator or node' });
add('the live one of two', 'the other was revoked', '2026.4.29', 'revoke', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER, { tokens: { ...two, node: { ...two.node, revokedAtMs: 3 } } })) }), { check: (done) => JSON.parse(done[PAIRED])[OTHER.deviceId].tokens.operator.revokedAtMs === NOW });
add('what was revoked', 'nothing to do', '2026.4.29', 'revoke', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER, { tokens: { operator: token({ revokedAtMs: 3 }) } })) }), { changes: [] });
add('a role without a token', 'named', '2026.4.29', 'revoke', { deviceId: OTHER.deviceId, role: 'node' }, files({ paired: store(record(OTHER)) }), { error: 'NOT_FOUND', says: 'node' });
add('a device that is not there', 'named', '2026.4.29', 'revoke', { deviceId: OTHER.deviceId }, files(), { error: 'NOT_FOUND' });
add('another role', 'a word that is no role', '2026.4.29', 'revoke', { deviceId: OTHER.deviceId, role: 'root' }, files(), { error: 'OPTIONS' });
add('no device', 'nothing is revoked by chance', '2026.4.29', 'revoke', {}, files(), { error: 'OPTIONS', says: 'deviceId' });
add("a node's", 'what was found out of it goes', NEWEST, 'revoke', { deviceId: OTHER.deviceId }, rows({ records: [nodeRow({ node_surface_json: '{"commands":["a"],"bins":["b"],"sessionHost":true,"createdAtMs":1,"approvedAtMs":1}' })] }), {
  sets: ['tokens_json', 'node_surface_json'], check: (_, { steps: [{ statements: [{ params }] }] }) => params[1] === '{"commands":["a"],"createdAtMs":1,"approvedAtMs":1}',
});

add('the only token', 'a new one with the same scopes', '2026.4.29', 'rotate', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER)) }), {
  tokenReplaced: true, revocationLifted: false, holds: { [PAIRED]: kept(record(OTHER, { tokens: { operator: token({ token: TOKEN, scopes: [...FIVE].sort(), rotatedAtMs: NOW }) } })) },
});
add('a revoked one', 'that is lifted', '2026.2.19', 'rotate', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER, { tokens: { operator: token({ revokedAtMs: 1 }) } })) }), { revocationLifted: true, check: (done) => !('revokedAtMs' in JSON.parse(done[PAIRED])[OTHER.deviceId].tokens.operator) });
add('what this call rotated', 'nothing to do', '2026.4.29', 'rotate', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER, { tokens: { operator: token({ token: TOKEN }) } })) }), { changes: [] });
add('a token that was lost', 'made from the record', '2026.4.29', 'rotate', { deviceId: OTHER.deviceId, role: 'operator' }, files({ paired: store(record(OTHER, { tokens: {} })) }), { tokenReplaced: false, check: (done) => JSON.parse(done[PAIRED])[OTHER.deviceId].tokens.operator.scopes.length === 5 });
add('a token with more than was approved', 'no gateway takes it', '2026.4.29', 'rotate', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER, { scopes: ['operator.read'], approvedScopes: ['operator.read'] })) }), { error: 'SCOPE' });
add('a role that was not approved', 'no gateway takes it', '2026.4.29', 'rotate', { deviceId: OTHER.deviceId, role: 'node' }, files({ paired: store(record(OTHER, { tokens: two })) }), { error: 'ROLE' });
const auth = (id, own) => `${JSON.stringify({ version: 1, deviceId: id.deviceId, tokens: { operator: { token: 'A', role: 'operator', scopes: ['operator.read'], updatedAtMs: 1 }, node: { token: 'N' }, ...own } }, null, 2)}\n`;
const renewed = auth(OTHER, { operator: { token: TOKEN, role: 'operator', scopes: [...FIVE].sort(), updatedAtMs: NOW } });
add('a token that is kept here too', 'the same there', '2026.5.18', 'rotate', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER)), [AUTH]: auth(OTHER) }), { holds: { [AUTH]: JSON.parse(renewed) } });
add('a token beside that of another device', 'that stays', '2026.5.18', 'rotate', { deviceId: OTHER.deviceId }, files({ paired: store(record(OTHER)), [AUTH]: auth(OURS) }), { check: (done) => !(AUTH in done) });
const keeping = (role) => {
  const inputs = rows({ records: [row(OTHER)] });
  return { ...inputs, rows: { ...inputs.rows, columns: [...inputs.rows.columns, { tbl: 'device_auth_tokens', col: 'token' }], [`kept:${OTHER.deviceId}`]: [{ role }] } };
};
add('a row, and the row of what is kept here', 'the same there', NEWEST, 'rotate', { deviceId: OTHER.deviceId }, keeping('operator'), { check: (_, { steps }) => steps[0].statements.length === 2 && /^UPDATE device_auth_tokens SET/.test(steps[0].statements[0].sql) && steps[0].statements[0].params[0] === TOKEN });
add('a row, and that of another role is kept here', 'which stays', NEWEST, 'rotate', { deviceId: OTHER.deviceId }, keeping('node'), { sets: ['tokens_json'] });
add('a row', 'one column', NEWEST, 'rotate', { deviceId: OTHER.deviceId }, { ...rows({ records: [row(OTHER)] }), gateway: 4711 }, { sets: ['tokens_json'], warnings: ['W_STILL_CONNECTED'] });

add('a device', 'what it calls itself, here', '2026.4.29', 'rename', { deviceId: OTHER.deviceId, name: ' Office ' }, files({ paired: store(record(OTHER)) }), { is: { [PAIRED]: store(record(OTHER, { displayName: 'Office' })) }, warnings: ['W_NAME_OVERWRITTEN'] });
add('a device by its name', 'nothing to do', '2026.4.29', 'rename', { deviceId: OTHER.deviceId, name: 'mine' }, files({ paired: store(record(OTHER)) }), { changes: [], warnings: [] });
add('a device', "its owner's own name for it", NEWEST, 'rename', { deviceId: OTHER.deviceId, name: 'Office' }, rows({ records: [row(OTHER)] }), { sets: ['operator_label'], warnings: [] });
add('by a name with control characters', 'refused', '2026.4.29', 'rename', { deviceId: OTHER.deviceId, name: 'a\u001bb' }, files(), { error: 'OPTIONS' });
add('without a name', 'refused', '2026.4.29', 'rename', { deviceId: OTHER.deviceId }, files(), { error: 'OPTIONS', says: 'name' });
