import { NEWEST } from '../../lib/versions.mjs';
import { at, columns, CONFIG, DB, DEVICE, device, FIVE, json, NEW, NOW, OTHER, OURS, PAIRED, PENDING, record, row, S, sqlite, store, token, TOKEN } from './kit.mjs';

export const why = 'Which store: the disk decides before the package. And the rows of state/openclaw.sqlite, from 2026.8.1.';
export const vectors = [];
const add = (name, why, inputs, expect, options = {}, operation = 'prePair', version = NEWEST) => vectors.push({ name, why, operation, options: at(version, options), inputs, expect });
const auto = (name, why, inputs, expect, installed, operation = 'prePair') => vectors.push({ name, why, operation, options: { stateDir: S, env: {} }, inputs: { ...inputs, installed }, expect });

// which store
const files = json({ [DEVICE]: device(OURS), [PAIRED]: store(record(OURS)) });
add('never started', 'JSON is imported at the first start of 2026.8.1 and later', json(), { store: 'json', changes: [[DEVICE, 'created'], [PAIRED, 'created']], gateway: { version: NEWEST, source: 'option' } });
add('an empty database file', 'as good as none', { ...files, rows: { userVersion: [{ user_version: 0 }], columns: [] } }, { store: 'json', changes: [] });
add('user_version 1', '6.1 to 7.35 keep no pairing in it', { ...files, rows: { userVersion: [{ user_version: 1 }], columns: [] } }, { store: 'json', changes: [] }, {}, 'prePair', '2026.7.1');
add('user_version 1 with an empty identity table', 'no primary row', { ...files, rows: { userVersion: [{ user_version: 1 }], columns: columns(), primary: [] } }, { store: 'json', changes: [] });
add('user_version 0 with a primary row', 'rows, whatever the version says', { ...sqlite({ version: 0, mine: [row(OURS)] }) }, { store: 'sqlite', changes: [] });
for (const version of [2, 14]) add(`user_version ${version}`, 'previews', sqlite({ version }), { error: 'STORE_CONFLICT', path: DB });
for (const version of [15, 16, 17, 18]) add(`user_version ${version}`, 'rows', sqlite({ version, mine: [row(OURS)] }), { store: 'sqlite', changes: [] });
add('user_version 19', 'newer than anything known', sqlite({ version: 19 }), { error: 'STORE_CONFLICT', path: DB });
auto('user_version 19 with a package that writes it', 'the package knows', sqlite({ version: 19, mine: [row(OURS)] }), { store: 'sqlite', changes: [], warnings: ['W_VERSION_NEWER'], gateway: { version: '2026.10.1', source: 'package' } }, { version: '2026.10.1', stateSchema: 19 });
auto('user_version 18 beside an older package', 'that gateway would refuse it', sqlite({ version: 18 }), { error: 'STORE_CONFLICT' }, { version: '2026.9.4', stateSchema: 17 });
add('a package of the files era beside rows', 'it would not see them', sqlite(), { error: 'STORE_CONFLICT', path: DB }, {}, 'prePair', '2026.7.1');
add('user_version 18 for 2026.9.4', 'said: that gateway may refuse it', sqlite({ mine: [row(OURS)] }), { store: 'sqlite', warnings: ['W_SCHEMA_NEWER'] }, {}, 'prePair', '2026.9.4');
auto('no version', 'the newest rules, with a warning', files, { changes: [], warnings: ['W_VERSION_UNKNOWN'], gateway: { version: null, source: 'unknown' } }, null);
auto('a package', 'its version', files, { changes: [], gateway: { version: '2026.2.19', source: 'package' } }, { version: '2026.2.19' });
auto('a package of no known version', 'as none', files, { changes: [], warnings: ['W_VERSION_UNKNOWN'], gateway: { version: null, source: 'unknown' } }, { version: 'dev' });
auto('a newer package', 'the newest rules, with a warning', files, { changes: [], warnings: ['W_VERSION_NEWER'] }, { version: '2026.11.2', stateSchema: 18 });
add('an older version', 'the oldest rules, with a warning', files, { cleared: [], warnings: ['W_VERSION_OLDER'] }, {}, 'clearPending', '2026.1.24');
auto('a package that is not believed', 'said, with what to do; the newest rules', { ...files, passedOver: [{ path: '/tmp/node_modules/openclaw', at: '/tmp/node_modules', uid: 4321 }, { path: '/opt/bin/openclaw', at: '/opt/bin' }] }, { changes: [], warnings: ['W_PACKAGE_NOT_TRUSTED', 'W_PACKAGE_NOT_TRUSTED', 'W_VERSION_UNKNOWN'], gateway: { version: null, source: 'unknown' } }, null);
auto('no version, rows', 'the disk decides', sqlite({ mine: [row(OURS)] }), { store: 'sqlite', changes: [] }, null);

// rows
const insert = ['INSERT INTO device_pairing_paired', 1];
const update = ['UPDATE device_pairing_paired', 1];
const rows = (count) => [[DB, 'rows']].concat(count ?? []);
add('no record', 'inserted, approved by the owner', sqlite(), { changes: rows(), sql: [insert], identity: 'reused', paired: 'created', scopesAdded: FIVE, device: OURS, check: (_, { steps }) => steps[0].statements[0].params.includes(JSON.stringify({ operator: { token: TOKEN, role: 'operator', scopes: FIVE, createdAtMs: NOW } })) });
add('complete', 'nothing to do', sqlite({ mine: [row(OURS)] }), { changes: [], paired: 'unchanged' });
add('fewer scopes', 'the columns that hold them', sqlite({ mine: [row(OURS, { scopes_json: '["operator.read"]', approved_scopes_json: '["operator.read"]' })] }), { sql: [update], sets: ['scopes_json', 'approved_scopes_json', 'approved_at_ms'], paired: 'updated' });
add('no tokens', 'the tokens', sqlite({ mine: [row(OURS, { tokens_json: null })] }), { sql: [update], sets: ['tokens_json'], paired: 'updated' });
add('a token with fewer scopes', 'the whole column, other tokens in it', sqlite({ mine: [row(OURS, { tokens_json: JSON.stringify({ node: token({ role: 'node' }), operator: token({ scopes: [] }) }) })] }), { sql: [update], sets: ['tokens_json', 'approved_at_ms'], check: (_, { steps }) => 'node' in JSON.parse(steps[0].statements[0].params[0]) });
add('approved silently', 'such rows get pruned; ours is to stay', sqlite({ mine: [row(OURS, { approved_via: 'silent' })] }), { sql: [update], sets: ['approved_via'], paired: 'updated' });
add('approved some other way', 'stays', sqlite({ mine: [row(OURS, { approved_via: null })] }), { changes: [] });
add('revoked', 'its owner meant it', sqlite({ mine: [row(OURS, { tokens_json: JSON.stringify({ operator: token({ revokedAtMs: 5 }) }) })] }), { error: 'REVOKED', path: DB });
add('reinstated', 'a new token', sqlite({ mine: [row(OURS, { tokens_json: JSON.stringify({ operator: token({ revokedAtMs: 5 }) }) })] }), { sql: [update], sets: ['tokens_json', 'approved_at_ms'] }, { reinstate: true });
add('a new name', 'its column', sqlite({ mine: [row(OURS)] }), { sql: [update], sets: ['display_name'] }, { displayName: 'box' });
add('another public key', 'broken or forged', sqlite({ mine: [row(OURS, { public_key: OTHER.publicKey })] }), { error: 'DEVICE_CONFLICT', path: DB });
add('a column that is no JSON', 'not guessed', sqlite({ mine: [row(OURS, { tokens_json: '{' })] }), { error: 'SHAPE', path: DB });
add('no primary', 'made, with its row', sqlite({ primary: null }), { sql: [['INSERT INTO device_identities', 1], insert], identity: 'created', device: NEW, changes: rows() });
add('no primary, a given key', 'imported', sqlite({ primary: null, id: OURS }), { sql: [['INSERT INTO device_identities', 1], insert], identity: 'imported', device: OURS }, { identity: { privateKeyPem: OURS.privateKeyPem } });
add('no primary, a file', 'its key: a later import would compare', sqlite({ primary: null, id: OURS, files: { [DEVICE]: device(OURS) } }), { identity: 'imported', device: OURS, sql: [['INSERT INTO device_identities', 1], insert] });
add('no primary, a broken file', 'refused', sqlite({ primary: null, files: { [DEVICE]: '{' } }), { error: 'IDENTITY_BROKEN', path: DEVICE });
add('no primary, another file', 'refused', sqlite({ primary: null, files: { [DEVICE]: device(OURS) } }), { error: 'IDENTITY_CONFLICT' }, { identity: { privateKeyPem: OTHER.privateKeyPem } });
add('the given key is primary', 'nothing to do', sqlite({ mine: [row(OURS)] }), { changes: [], identity: 'reused' }, { identity: { privateKeyPem: OURS.privateKeyPem } });
add('another key is primary', 'never replaced', sqlite(), { error: 'IDENTITY_CONFLICT', path: DB }, { identity: { privateKeyPem: OTHER.privateKeyPem } });
add('another key is primary, replace', 'for files only', sqlite(), { error: 'IDENTITY_CONFLICT', path: DB }, { identity: { privateKeyPem: OTHER.privateKeyPem }, onConflict: 'replace' });
add('a new one where one is', 'never replaced', sqlite({ files: { [`${DEVICE}.prepair`]: null } }), { error: 'IDENTITY_CONFLICT', path: DB }, { identity: 'new' });
for (const [name, why, change] of [
  ['a primary whose deviceId is another', 'broken', { device_id: OTHER.deviceId }],
  ['a primary with another PEM', 'OpenClaw takes only the one that it writes', { public_key_pem: OURS.publicKeyPem.replaceAll('\n', '\r\n') }],
  ['a primary with a bare key', 'no PEM at all', { public_key_pem: OURS.publicKey }],
  ['a primary that is not sound', 'its private half belongs to another', { sound: 0 }],
  ['a sound primary', 'as its driver says', { sound: 1 }],
]) {
  const disk = sqlite({ mine: [row(OURS)] });
  Object.assign(disk.rows.primary[0], change);
  add(name, why, disk, change.sound ? { changes: [], identity: 'reused' } : { error: 'IDENTITY_BROKEN', path: DB });
}
add('a device', 'its row; the primary one is not looked at', sqlite({ id: OTHER }), { sql: [insert], identity: 'untouched', device: OTHER }, { device: { publicKey: OTHER.publicKey, displayName: 'remote' } });
add('supervised', 'somebody else manages it', sqlite({ supervision: [{ state_key: 'gateway.supervision' }] }), { error: 'SUPERVISED', path: DB });
for (const [name, drop] of [['no table device_pairing_paired', (one) => one.tbl === 'device_pairing_paired'], ['no column approved_via', (one) => one.col === 'approved_via'], ['no column tokens_json', (one) => one.col === 'tokens_json'], ['no table device_identities', (one) => one.tbl === 'device_identities'], ['no table device_pairing_pending', (one) => one.tbl === 'device_pairing_pending']]) {
  add(name, 'unknown or damaged', sqlite({ cols: columns(drop) }), { error: 'SQLITE_SCHEMA', path: DB });
}
const typed = columns().map((one) => ({ ...one, type: /_ms$|^(ts|silent|is_repair)$/.test(one.col) ? 'INTEGER' : 'TEXT', strict: 1 }));
for (const [name, change] of [
  ['a table that is not STRICT', { tbl: 'device_pairing_paired', strict: 0 }], ['identities that are not STRICT', { tbl: 'device_identities', strict: 0 }],
  ['times as text', { col: 'approved_at_ms', type: 'TEXT' }], ['tokens as bytes', { col: 'tokens_json', type: 'BLOB' }], ['ids as numbers', { col: 'request_id', type: 'INTEGER' }],
]) {
  const cols = typed.map((one) => (one.tbl === change.tbl || one.col === change.col ? { ...one, ...change } : one));
  for (const primary of [OURS, null]) add(`${name}${primary ? '' : ', and no identity'}`, 'it would keep other values than it is given: refused before anything is written', sqlite({ primary, cols }), { error: 'SQLITE_SCHEMA', path: DB });
}
add('columns of the right types', 'as every version makes them', sqlite({ mine: [row(OURS)], cols: typed }), { changes: [] });
add('types in small letters', 'the same types', sqlite({ mine: [row(OURS)], cols: typed.map((one) => ({ ...one, type: one.type.toLowerCase() })) }), { changes: [] });
add('no machine state', 'nobody supervises', sqlite({ cols: columns((one) => one.tbl === 'config_machine_state'), mine: [row(OURS)] }), { changes: [] });
const waits = [{ request_id: 'r1', request_hex: '7231', device_id: OURS.deviceId, silent: 0, ts: NOW - 5000 }, { request_id: 'r2', request_hex: '7232', device_id: OTHER.deviceId, silent: 1, ts: NOW - 1 }, { request_id: 'r3', request_hex: '7233', device_id: OURS.deviceId, silent: null, ts: NOW }];
add('pending of ours', 'by their ids', sqlite({ mine: [row(OURS)], waiting: waits }), { pendingCleared: 2, sql: [['DELETE FROM device_pairing_pending', 1], ['DELETE FROM device_pairing_pending', 1]] });
add('pending, all', 'asked for', sqlite({ waiting: waits }), { pendingCleared: 3 }, { pending: 'all' });
add('clearPending', 'all', sqlite({ waiting: waits }), { cleared: [{ requestId: 'r1', deviceId: OURS.deviceId, silent: false, ageMs: 5000 }, { requestId: 'r2', deviceId: OTHER.deviceId, silent: true, ageMs: 1 }, { requestId: 'r3', deviceId: OURS.deviceId, silent: null, ageMs: 0 }], changes: rows() }, {}, 'clearPending');
add('clearPending, one device', 'its own', sqlite({ waiting: waits }), { changes: rows(), sql: [['DELETE FROM device_pairing_pending', 1]] }, { deviceId: OTHER.deviceId }, 'clearPending');
add('clearPending, supervised', 'somebody else manages it', sqlite({ waiting: waits, supervision: [{ state_key: 'gateway.supervision' }] }), { error: 'SUPERVISED' }, {}, 'clearPending');
add('clearPending, none', 'nothing to do', sqlite(), { changes: [] }, {}, 'clearPending');

// a left-over identity file beside a database: an edit of the config would make the gateway refuse to start
const edit = (name, why, left, expect, options = { merge: { a: 1 } }, operation = 'patchConfig') => add(name, why, sqlite({ mine: [row(OURS)], files: { [CONFIG]: '{"gateway":{"mode":"local"}}', ...left } }), expect, { trustedProxies: false, configPath: CONFIG, ...options }, operation);
edit('config: no left-over', 'edited', {}, { changed: true });
edit('config: the same key', 'harmless', { [DEVICE]: device(OURS) }, { changed: true });
for (const path of [DEVICE, `${DEVICE}.doctor-importing`, `${DEVICE}.native-importing`]) edit(`config: another key in ${path.slice(S.length + 1)}`, 'exit 78 at the next start', { [path]: device(OTHER) }, { error: 'LEGACY_IDENTITY_CONFLICT', path });
edit('config: a broken left-over', 'the same', { [DEVICE]: '{' }, { error: 'LEGACY_IDENTITY_CONFLICT', path: DEVICE });
edit('config: another key, nothing to edit', 'said', { [DEVICE]: device(OTHER) }, { changed: false, warnings: ['W_LEGACY_IDENTITY_CONFLICT', 'W_GATEWAY_MODE'].slice(0, 1) }, { merge: {} });
edit('setup: another key', 'refused before any write', { [DEVICE]: device(OTHER) }, { error: 'LEGACY_IDENTITY_CONFLICT' }, { trustedProxies: undefined, config: { merge: { a: 1 } } }, 'setup');
edit('setup: the config left alone', 'nothing to refuse', { [DEVICE]: device(OTHER) }, { changes: [], config: null }, { trustedProxies: undefined, config: false }, 'setup');

// setup
const plan = (name, why, inputs, options, expect, version = '2026.4.15') => add(`setup: ${name}`, why, inputs, expect, { configPath: CONFIG, ...options }, 'setup', version);
plan('everything', 'identity, record, pending, config: each prefix starts', json({ [PENDING]: JSON.stringify({ r1: { requestId: 'r1', deviceId: NEW.deviceId, ts: 1 } }) }), {}, { order: [DEVICE, PAIRED, PENDING, CONFIG], changes: [[DEVICE, 'created'], [PAIRED, 'created'], [PENDING, 'replaced'], [CONFIG, 'created']], pendingCleared: 1 });
plan('again', 'nothing to do', json({ [DEVICE]: device(OURS), [PAIRED]: store(record(OURS)), [CONFIG]: '{"gateway":{"mode":"local"}}' }), {}, { changes: [], order: [] });
plan('rows and config', 'rows first', sqlite({ files: { [CONFIG]: null } }), {}, { order: [DB, CONFIG], changes: [[DB, 'rows'], [CONFIG, 'created']] }, NEWEST);
plan('a broken config', 'refused before anything is written', json({ [CONFIG]: '{' }), {}, { error: 'SYNTAX', path: CONFIG });
plan('a broken store', 'the same', json({ [PAIRED]: '[1]', [CONFIG]: null }), {}, { error: 'SHAPE', path: PAIRED });
plan('a wrong option of the config', 'the same', json(), { config: { trustedProxies: ['x'] } }, { error: 'PROXY' });

// rows: what waits
const waitingRow = (id, change = {}) => ({ request_id: 'r1', device_id: id.deviceId, public_key: id.publicKey, role: 'operator', roles_json: '["operator"]', scopes_json: '[]', platform: null, device_family: null, silent: 0, is_repair: 1, ts: NOW - 5000, refreshed_at_ms: null, request_hex: '7231', ...change });
const theirs = { device: { publicKey: OTHER.publicKey } };
const asNode = { role: 'node', roles_json: '["node"]' };
add('node: its request waits', 'a node\'s key does not become an operator', sqlite({ id: OTHER, waiting: [waitingRow(OTHER, asNode)] }), { error: 'ROLE', path: DB }, theirs);
add('node: our own request', 'the same', sqlite({ waiting: [waitingRow(OURS, asNode)] }), { error: 'ROLE', path: DB });
add('node: expired', 'dropped with the others, it would be forgotten that this is a node\'s key', sqlite({ id: OTHER, waiting: [waitingRow(OTHER, { ...asNode, ts: NOW - 300_001 })] }), { error: 'ROLE', path: DB, hint: 'clear-pending --device-id' }, theirs);
add('node: asks for operator too', 'the role of a node would be dropped with the request', sqlite({ id: OTHER, waiting: [waitingRow(OTHER, { roles_json: '["operator","node"]' })] }), { error: 'ROLE', path: DB, says: '"node"' }, theirs);
add('pinned: an expired request', 'taken from it all the same', sqlite({ id: OTHER, mine: [row(OTHER, { platform: 'macOS 26.3.1', device_family: 'Mac' })], waiting: [waitingRow(OTHER, { platform: 'macOS 26.4.0', device_family: 'Mac', ts: NOW - 400_000, refreshed_at_ms: NOW - 400_000 })] }), { warnings: ['W_PINNED_TAKEN'], sets: ['platform'], pendingCleared: 1 }, theirs);
add('node: paired as one', 'and it asks for nothing', sqlite({ id: OTHER, mine: [row(OTHER, { role: 'node', roles_json: '["node"]', tokens_json: null })] }), { error: 'ROLE', path: DB }, theirs);
add('pinned: an update of its system', 'taken from its request', sqlite({ id: OTHER, mine: [row(OTHER, { platform: 'macOS 26.3.1', device_family: 'Mac' })], waiting: [waitingRow(OTHER, { platform: 'macOS 26.4.0' })] }), { warnings: ['W_PINNED_TAKEN'], sets: ['platform', 'device_family'], pendingCleared: 1, check: (_, { steps }) => steps[0].statements[0].params.slice(0, 2).join() === 'macOS 26.4.0,' }, theirs);
add('the token is a mark', 'no token: a new one', sqlite({ mine: [row(OURS, { tokens_json: JSON.stringify({ operator: token({ token: '[REDACTED]' }) }) })] }), { warnings: ['W_TOKEN_RENEWED'], sets: ['tokens_json'], check: (_, { steps }) => steps[0].statements[0].params[0].includes(TOKEN) });

// whose state dir it is
const BASE = `${S}/base.json5`;
const client = (config = '{ gateway: { mode: "remote" } }', more = {}) => json({ [DEVICE]: device(OURS), [CONFIG]: config, ...more });
const ofClient = { error: 'CLIENT_STATE', path: CONFIG };
const here = `pre-pair --device ${OURS.publicKey}`;
const alone = (name, why, inputs, expect, options = {}, version = '2026.4.15') => add(`client: ${name}`, why, inputs, expect, { configPath: CONFIG, ...options }, 'prePair', version);
for (const operation of ['prePair', 'setup']) add(`client: ${operation}`, 'no gateway reads records there', client(), { ...ofClient, hint: here }, { configPath: CONFIG }, operation, '2026.4.15');
alone('JSON5', 'as OpenClaw reads it', client("{ gateway: { mode: 'local', /* no */ mode: 're\\u006dote', }, }"), ofClient);
alone('an include', 'counts', client('{ $include: "./base.json5" }', { [BASE]: '{ gateway: { mode: "remote" } }' }), ofClient);
alone('an include of the gateway', 'counts', client('{ gateway: { $include: "./base.json5" } }', { [BASE]: '{ mode: "remote" }' }), ofClient);
alone('an include beside which local stands', 'it wins', client('{ gateway: { $include: "./base.json5", mode: "local" } }', { [BASE]: '{ mode: "remote" }' }), { paired: 'created' });
alone('an include that is not there', 'nobody can tell', client('{ $include: "./base.json5", gateway: { mode: "remote" } }', { [BASE]: null }), { paired: 'created' });
alone('a variable', 'of the config', client('{ env: { vars: { MODE: "remote" } }, gateway: { mode: "${MODE}" } }'), ofClient);
alone('a variable of the environment', 'as it was given', client('{ gateway: { mode: "${MODE}" } }'), ofClient, { env: { MODE: 'remote' } });
alone('a variable that is not known', 'nobody can tell', client('{ gateway: { mode: "${MODE}" } }'), { paired: 'created' });
for (const [name, config] of [['broken', '{ gateway: { mode: "remote"'], ['no object', '[]'], ['a folder', { kind: 'dir' }], ['a link', { kind: 'symlink' }], ['not readable', { kind: 'other' }], ['another mode', '{ gateway: { mode: "Remote" } }'], ['gateway is no object', '{ gateway: "remote" }'], ['another remote', '{ mode: "remote", gateway: { remote: { mode: "remote" } } }']]) {
  alone(name, 'only a config that says it refuses', client(config), { paired: 'created' });
}
alone('a device', 'named for the other machine', client(), { ...ofClient, hint: `--device ${OTHER.publicKey}` }, theirs);
const dash = Buffer.concat([Buffer.from([0xf8]), Buffer.alloc(31, 7)]).toString('base64url');
alone('a key that begins with a dash', 'no option of its own', client(), { ...ofClient, hint: `--device=${dash}` }, { device: { publicKey: dash } });
alone('a given key', 'the one to approve', client('{ gateway: { mode: "remote" } }', { [DEVICE]: null }), { ...ofClient, hint: `--device ${OTHER.publicKey}` }, { identity: { privateKeyPem: OTHER.privateKeyPem } });
alone('no identity', 'nothing to name yet', client('{ gateway: { mode: "remote" } }', { [DEVICE]: null }), { ...ofClient, hint: '--device <public key>' });
alone('a broken identity', 'the same', client('{ gateway: { mode: "remote" } }', { [DEVICE]: '{' }), { ...ofClient, hint: '--device <public key>' });
alone('rows', 'the key of the primary row', sqlite({ files: { [CONFIG]: '{ gateway: { mode: "remote" } }' } }), { ...ofClient, hint: here }, {}, NEWEST);
for (const [where, inputs, version] of [['files', json(), '2026.4.15'], ['rows', sqlite(), NEWEST], ['a config that is one', client(), '2026.4.15']]) {
  add(`client: setup that makes one, ${where}`, 'the next call would be refused for ever: refused before any write', inputs, { error: 'CLIENT_STATE', says: '^merge\\.gateway\\.mode is' }, { configPath: CONFIG, config: { merge: { gateway: { mode: 'remote' } } } }, 'setup', version);
}
add('client: setup that ends one', 'the config is judged as it is', client(), { ...ofClient, hint: here }, { configPath: CONFIG, config: { merge: { gateway: { mode: 'local' } } } }, 'setup', '2026.4.15');
add('client: patchConfig makes one', 'as asked', json(), { edits: ['added gateway.mode'] }, { configPath: CONFIG, merge: { gateway: { mode: 'remote' } }, trustedProxies: false }, 'patchConfig', '2026.4.15');
for (const config of [{}, { config: false }]) for (const [name, content, base] of [['an include', '{ $include: "./base.json5", agents: {} }', '{ gateway: { mode: "remote", remote: { url: "wss://gw.example" } } }'], ['an include of the gateway', '{ gateway: { $include: "./base.json5" } }', '{ mode: "remote" }']]) {
  add(`client: setup, ${name}${config.config === false ? ', the config left alone' : ''}`, 'counts', client(content, { [BASE]: base }), { ...ofClient, hint: here }, { configPath: CONFIG, ...config }, 'setup', '2026.4.15');
}
add('client: the config left alone', 'the same', client(), ofClient, { configPath: CONFIG, config: false }, 'setup', '2026.4.15');
add('client: a gateway runs', 'it reads the records', { ...client(), gateway: 4711 }, { paired: 'created', warnings: ['W_GATEWAY_RUNNING'] }, { configPath: CONFIG }, 'prePair', '2026.4.15');
add('client: patchConfig', 'may be what changes it', client(), { edits: ['replaced gateway.mode'] }, { configPath: CONFIG, merge: { gateway: { mode: 'local' } } }, 'patchConfig', '2026.4.15');
add('client: clearPending', 'as ever', client(undefined, { [PENDING]: '{"r1": {"deviceId": "x"}}' }), { changes: [[PENDING, 'replaced']] }, {}, 'clearPending', '2026.4.15');
