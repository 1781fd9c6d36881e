import { isSince, NEWEST } from '../../lib/versions.mjs';
import { at, CONFIG, DB, DEVICE, device, json, OTHER, OURS, PAIRED, pending, PENDING, record, request, row, S, sqlite, store, token } from './kit.mjs';

export const why = 'diagnose: what a gateway does with a connection, by the table of versions (each verdict was seen on a real gateway), and what is wrong on disk.';
export const vectors = [];
const auth = { mode: 'token', token: '${TOKEN}' };
const config = (gateway = {}) => JSON.stringify({ gateway: { mode: 'local', bind: 'loopback', auth, ...gateway } });
const more = { [`${DEVICE}.doctor-importing`]: null, [`${DEVICE}.native-importing`]: null, [`${S}/identity/device-auth.json`]: null };
const files = (change = {}) => json({ ...more, [DEVICE]: device(OURS), [CONFIG]: config(), ...change });
const proxied = { remoteAddress: '127.0.0.1', headers: { 'x-forwarded-for': '203.0.113.9' } };
const add = (name, why, version, connection, inputs, verdict, reason = null, expect = {}) => vectors.push({
  name, why, operation: 'diagnose', options: at(version, { configPath: CONFIG, env: { TOKEN: 'the-gateways-secret' }, connection }), inputs, expect: { verdict, reason, ...expect },
});
const whole = (change) => files({ [PAIRED]: store(record(OURS, change)) });
for (const client of ['agent', 'cli']) {
  for (const version of ['2026.2.17', '2026.2.19', '2026.3.28', '2026.4.15']) {
    add(`${client}, no record, proxy, ${version}`, 'the wall', version, { client, ...proxied }, files(), 'pairing-required', 'not-paired');
    add(`${client}, our record, proxy, ${version}`, 'open', version, { client, ...proxied }, whole(), 'open');
  }
}
add('no record, loopback, 2026.2.19', 'approved silently', '2026.2.19', { client: 'agent' }, files(), 'silent-approval');
add('read only, loopback, cron.add, 2026.2.19', 'the second call of the story: never silent there', '2026.2.19', { client: 'agent', method: 'cron.add' }, whole({ scopes: ['operator.read'], approvedScopes: ['operator.read'], tokens: { operator: token({ scopes: ['operator.read'] }) } }), 'pairing-required', 'scope-upgrade');
add('admin without read, cron.list, 2026.2.19', 'scopes are compared as text', '2026.2.19', { client: 'agent', method: 'cron.list' }, whole({ scopes: ['operator.admin'], approvedScopes: ['operator.admin'] }), 'pairing-required', 'scope-upgrade');
add('loopback in trustedProxies, 2026.2.19', 'it causes the wall', '2026.2.19', { client: 'cli' }, files({ [CONFIG]: config({ trustedProxies: ['127.0.0.0/8'] }) }), 'pairing-required', 'not-paired', { warnings: ['W_PROXY_LOOPBACK', 'W_PROXY_SPOOFABLE', 'W_NOT_PAIRED'] });
add('no tokens, 2026.4.15', 'a role counts only with a token', '2026.4.15', { client: 'cli', ...proxied }, whole({ tokens: {} }), 'pairing-required', 'role-upgrade');
add('no tokens, 2026.2.19', 'not looked at', '2026.2.19', { client: 'cli', ...proxied }, whole({ tokens: {} }), 'open');
add('revoked, 2026.4.15', 'its owner meant it', '2026.4.15', { client: 'cli', ...proxied }, whole({ tokens: { operator: token({ revokedAtMs: 5 }) } }), 'pairing-required', 'revoked');
add('another platform, 2026.4.15', 'pinned from 2026.2.26', '2026.4.15', { client: 'cli', ...proxied }, whole({ platform: 'darwin' }), 'pairing-required', 'metadata-upgrade');
add('another platform, 2026.2.19', 'not looked at', '2026.2.19', { client: 'cli', ...proxied }, whole({ platform: 'darwin' }), 'open');
add('a pending request, loopback, 2026.2.19', 'the sticky one', '2026.2.19', { client: 'agent' }, files({ [PENDING]: pending(request('r1', OURS)) }), 'pairing-required', 'sticky-pending');
add('a pending request by its id, loopback, 2026.2.19', 'a UUID is no secret', '2026.2.19', { client: 'agent' }, files({ [PENDING]: pending(request('cbc55e79-3252-4bfc-b91d-b108cf7e646c', OURS)) }), 'pairing-required', 'sticky-pending', { says: 'request cbc55e79-3252-4bfc-b91d-b108cf7e646c of' });
add('another key in the record', 'not paired', '2026.4.15', { client: 'cli', ...proxied }, whole({ publicKey: OTHER.publicKey }), 'pairing-required', 'not-paired');
add('no device, proxy, 2026.6.11', 'no record helps', '2026.6.11', { client: 'agent', presentsDevice: false, ...proxied }, whole(), 'rejected', 'missing-scope');
const rows = (change = {}, mine = []) => sqlite({ mine, files: { ...more, [CONFIG]: config(), ...change } });
add(`forwarded, not listed, ${NEWEST}`, 'HTTP 403', NEWEST, { client: 'cli', presentsDevice: true, ...proxied }, rows({}, [row(OURS)]), 'rejected', 'unattributable-proxy');
add(`forwarded, listed, no record, ${NEWEST}`, 'the wall', NEWEST, { client: 'cli', presentsDevice: true, ...proxied }, rows({ [CONFIG]: config({ trustedProxies: ['127.0.0.1'] }) }), 'pairing-required', 'not-paired');
add(`forwarded, listed, our row, ${NEWEST}`, 'open', NEWEST, { client: 'cli', presentsDevice: true, ...proxied }, rows({ [CONFIG]: config({ trustedProxies: ['127.0.0.1'] }) }, [row(OURS)]), 'open');
add('files, our record, 2026.9.5', 'it imports the identity, but no paired.json', '2026.9.5', { client: 'cli', presentsDevice: true, ...proxied }, whole({}), 'rejected', 'unattributable-proxy', { warnings: ['W_NOT_IMPORTED', 'W_NOT_PAIRED', 'W_PROXY_UNLISTED'] });
add('files, our record, listed proxy, 2026.9.5', 'the wall, for the same reason', '2026.9.5', { client: 'cli', presentsDevice: true, ...proxied }, { ...whole({}), files: { ...whole({}).files, [CONFIG]: config({ trustedProxies: ['127.0.0.1'] }) } }, 'pairing-required', 'not-paired');
const fresh = (change = {}) => {
  const inputs = sqlite({ primary: null, id: OURS, files: { ...files().files, [PAIRED]: store(record(OURS)), [DEVICE]: device(OURS), [CONFIG]: config({ trustedProxies: ['127.0.0.1'] }), ...change } });
  return { ...inputs, rows: { ...inputs.rows, anyPaired: [] } };
};
add(`a database without an identity, ${NEWEST}`, 'what openclaw config set leaves: the first start imports the files', NEWEST, { client: 'cli', presentsDevice: true, ...proxied }, fresh(), 'open', null, { warnings: [] });
add('a database without an identity, 2026.9.5', 'the first start imports the identity, but no paired.json', '2026.9.5', { client: 'cli', presentsDevice: true, ...proxied }, fresh(), 'pairing-required', 'not-paired', { warnings: ['W_SCHEMA_NEWER', 'W_NOT_IMPORTED', 'W_NOT_PAIRED'] });
add('a database and an identity file of another form', '2026.9.6 exits with 78 on it once the config changed', NEWEST, { client: 'cli', presentsDevice: true, ...proxied }, rows({ [DEVICE]: device(OURS, { version: undefined }), [CONFIG]: config({ trustedProxies: ['127.0.0.1'] }) }, [row(OURS)]), 'rejected', 'identity', { warnings: ['W_LEGACY_IDENTITY_CONFLICT'] });
add('a proxy with a password', 'named by its place', '2026.4.15', { client: 'agent' }, { ...whole({}), files: { ...whole({}).files, [CONFIG]: config({ trustedProxies: ['http://user:s3cr3tpw@10.0.0.1'] }) } }, 'open', null, { says: 'gateway.trustedProxies[0] is no address' });
const set = (version, gateway, own = {}) => {
  const inputs = version === NEWEST ? rows({}, [row(OURS)]) : whole();
  return { ...inputs, files: { ...inputs.files, [CONFIG]: JSON.stringify({ ...own, gateway: { mode: 'local', bind: 'loopback', auth, ...gateway } }) } };
};
const variable = { trustedProxies: ['${PROXY_IP}'] };
add(`a variable of the config, ${NEWEST}`, 'it stands for its value', NEWEST, { client: 'cli', presentsDevice: true, ...proxied }, set(NEWEST, variable, { env: { vars: { PROXY_IP: '127.0.0.1' } } }), 'open', null, { warnings: [] });
add(`a variable that is not known, ${NEWEST}`, 'the gateway may know it', NEWEST, { client: 'cli', presentsDevice: true, ...proxied }, set(NEWEST, variable), 'unknown', null, { warnings: ['W_CONFIG_VARIABLE'] });
add('a variable that is not known, 2026.2.19', 'where it is unset that version does not start', '2026.2.19', { client: 'agent' }, { ...set('2026.2.19', {}, { logging: { file: '${LOG}' } }), process: { uid: 0, node: '24.21.0', platform: 'linux' } }, 'open', null, { warnings: ['W_CONFIG_VARIABLE'], says: 'logging.file' });
add('a variable that only warns, 2026.4.15', 'from 2026.3.7 a setting elsewhere stops nothing', '2026.4.15', { client: 'agent' }, set('2026.4.15', {}, { logging: { file: '${LOG}' } }), 'open', null, { warnings: [] });
for (const [version, gateway, code] of [
  [NEWEST, { mode: 'Local' }, 'W_GATEWAY_MODE'], ['2026.7.1', { bind: 'everywhere' }, 'W_CONFIG_VALUE'], [NEWEST, { bind: 'custom' }, 'W_CONFIG_VALUE'],
  ['2026.7.1', { auth: { mode: 'bogus' } }, 'W_CONFIG_VALUE'], ['2026.5.12', { bind: 'tailnet', auth: { mode: 'none' } }, 'W_CONFIG_VALUE'],
]) add(`${JSON.stringify(gateway)}, ${version}`, 'no gateway starts on that', version, { client: 'agent' }, set(version, gateway), 'rejected', 'config', { warnings: [code] });
add('a broken store', 'a verdict would be a guess', '2026.4.15', {}, files({ [PAIRED]: '{' }), 'unknown', null);
const [BASE, base] = [`${S}/base.json5`, (rest) => ({ [CONFIG]: `{ $include: './base.json5', ${config().slice(1)}`, [`${S}/base.json5`]: rest })];
add('an include', 'read as the gateway reads it', '2026.4.15', { client: 'cli', ...proxied }, { ...whole(), files: { ...whole().files, ...base('{ gateway: { port: 1 } }') } }, 'open');
add('an include that is an array', 'the gateway does not start', '2026.4.15', { client: 'cli', ...proxied }, { ...whole(), files: { ...whole().files, ...base('[]') } }, 'unknown', null, { warnings: ['W_CONFIG_INCLUDE'], says: 'object' });
add('an include of another folder', 'the gateway does not start', '2026.4.15', { client: 'cli', ...proxied }, { ...whole(), files: { ...whole().files, [CONFIG]: `{ $include: '../base.json5', ${config().slice(1)}` } }, 'unknown', null, { warnings: ['W_CONFIG_INCLUDE'], says: 'outside' });
add('a missing include in an array', 'the gateway does not start', '2026.4.15', { client: 'cli', ...proxied }, { ...whole(), files: { ...whole().files, [CONFIG]: `{ agents: { list: [{ $include: './base.json5' }] }, ${config().slice(1)}`, [BASE]: null } }, 'unknown', null, { warnings: ['W_CONFIG_INCLUDE'], says: 'exist' });
add('a database that cannot be read', 'its place is taken by no file', NEWEST, { client: 'cli' }, { ...whole(), failures: { [DB]: { code: 'ERR_PREPAIR_SQLITE_UNAVAILABLE', message: 'No.', path: DB, hint: 'Take another Node.' } } }, 'unknown', null, { warnings: ['W_SQLITE_UNAVAILABLE'], check: (_, { report: { assumed } }) => assumed.store === 'sqlite' && !/started/.test(assumed.connection) });
add('a failure', 'named, not stopped at', '2026.4.15', {}, { ...files({ [PAIRED]: { kind: 'other' } }), failures: { [PAIRED]: { code: 'ERR_PREPAIR_PERMISSION', message: 'No.', path: PAIRED, hint: 'Be its owner.' } } }, 'unknown', null);
add('modes', 'a key that others can read', '2026.4.15', { client: 'agent' }, { ...whole(), stats: { [S]: { mode: 0o755, uid: 0, nlink: 2 }, [`${S}/state`]: null, [`${S}/identity`]: { mode: 0o700, uid: 0, nlink: 2 }, [`${S}/devices`]: { mode: 0o700, uid: 0, nlink: 2 }, [DEVICE]: { mode: 0o644, uid: 0, nlink: 1 }, [PAIRED]: { mode: 0o600, uid: 0, nlink: 1 }, [PENDING]: null, [CONFIG]: { mode: 0o600, uid: 0, nlink: 1 }, [DB]: null }, process: { uid: 0, node: '24.21.0', platform: 'linux' } }, 'open', null, { says: 'read' });
const marks = ['__OPENCLAW_REDACTED__', 'REDACTED', 'xoxb-REDACTED', 'xapp-REDACTED', '***', '[redacted]', ' [REDACTED] ', '<redacted>', '[REDACTED_PRIVATE_KEY]', '[REDACTED CREDENTIAL]'];
const withAuth = (version, own) => {
  const inputs = isSince(version, 8, 0) ? rows({}, [row(OURS)]) : whole();
  return { ...inputs, files: { ...inputs.files, [CONFIG]: config({ auth: own }) } };
};
const refusedToken = (version, token) => add(`the gateway's token is ${JSON.stringify(token)}, ${version}`, 'it does not start with that', version, { client: 'agent' }, withAuth(version, { mode: 'token', token }), 'rejected', 'config', { says: 'gateway.auth.token' });
for (const mark of marks) refusedToken('2026.9.6', mark);
for (const placeholder of ['change-me-now', 'change-me-to-a-long-random-token']) refusedToken('2026.4.20', placeholder);
for (const word of ['', 'undefined', 'null']) refusedToken('2026.9.3', word);
for (const [version, own] of [
  ['2026.7.1', { mode: 'token', token: '[REDACTED]' }], ['2026.4.15', { mode: 'token', token: 'change-me-now' }], ['2026.7.1', { mode: 'token', token: 'undefined' }],
  ['2026.7.1', { mode: 'none', token: 'change-me-now' }], [NEWEST, { mode: 'token', token: 'sound', password: '***' }],
]) add(`${JSON.stringify(own)}, ${version}`, 'it starts with that', version, { client: 'agent' }, withAuth(version, own), 'open', null, { warnings: [] });
for (const [version, own] of [['2026.4.20', { password: 'change-me-to-a-strong-password' }], ['2026.9.4', { mode: 'password', password: 'null' }], ['2026.9.6', { mode: 'password', password: '***' }]]) {
  add(`the gateway's password: ${JSON.stringify(own)}, ${version}`, 'it does not start with that', version, { client: 'agent' }, withAuth(version, own), 'rejected', 'config', { says: 'gateway.auth.password' });
}
add('the device\'s token is a mark', 'no secret', '2026.4.15', { client: 'cli', ...proxied }, whole({ tokens: { operator: token({ token: '[REDACTED]' }) } }), 'open', null, { warnings: ['W_TOKEN_REDACTED'] });
add('a client\'s state dir', 'not to be made a gateway\'s', '2026.4.15', { client: 'agent' }, { ...whole(), files: { ...whole().files, [CONFIG]: config({ mode: 'remote' }) } }, 'no-gateway', null, { warnings: ['W_GATEWAY_MODE'], says: 'client', check: (_, { report }) => report.findings[0].hint.includes(`--device ${OURS.publicKey}`) });

// What it stands on, and what to do.
const argvs = (...lists) => (files_, { report }) => report.remedy.opens === true && JSON.stringify(report.remedy.steps.map(({ argv }) => argv)) === JSON.stringify(lists);
const target = (version) => ['--state-dir', S, '--config', CONFIG, '--gateway-version', version];
add('what a diagnosis stands on', 'always said', '2026.4.15', { client: 'cli' }, whole(), 'open', null, { assumed: { stateDir: S, configPath: CONFIG, gateway: { version: '2026.4.15', source: 'option', rules: '2026.4.15' }, store: 'json', client: 'cli', connection: "It comes from this machine, directly, presents its device, and brings the gateway's token." }, remedy: null });
vectors.push({ name: 'nothing here, no version', why: 'no verdict from nothing', operation: 'diagnose', options: { stateDir: S, env: {} }, inputs: json({ ...more, [DEVICE]: null, [CONFIG]: null }), expect: { verdict: 'no-gateway', reason: null, check: (_, { report }) => report.remedy.opens === false && report.steps.length === 1 } });
vectors.push({ name: 'nothing here, a version', why: 'what the first start would do', operation: 'diagnose', options: { ...at(NEWEST, { configPath: CONFIG, env: {} }) }, inputs: json({ ...more, [DEVICE]: null, [CONFIG]: null }), expect: { verdict: 'open', check: (_, { report }) => /no gateway has started here yet/.test(report.assumed.connection) } });
const nowhere = Object.fromEntries([S, `${S}/identity`, `${S}/devices`, `${S}/state`, DEVICE, PAIRED, PENDING, CONFIG, DB, '/.dockerenv', '/run/.containerenv', '/var/run/.containerenv'].map((path) => [path, null]));
vectors.push({ name: 'nothing here, a version, on a disk', why: 'without a config none starts by itself', operation: 'diagnose', options: { ...at(NEWEST, { configPath: CONFIG, env: {} }) }, inputs: { stats: nowhere, ...json({ ...more, [DEVICE]: null, [CONFIG]: null, '/proc/1/cgroup': null }) }, expect: { verdict: 'unknown', check: (_, { report }) => report.remedy.opens === false && /setup/.test(report.remedy.steps[0].text) && /no gateway has started here yet/.test(report.assumed.connection) } });
add('the remedy of a missing record', 'one command', '2026.4.15', { client: 'cli', ...proxied }, files(), 'pairing-required', 'not-paired', { check: argvs(['setup', ...target('2026.4.15')]) });
add('the remedy of a revoked token', 'said to be asked for', '2026.4.15', { client: 'cli', ...proxied }, whole({ tokens: { operator: token({ revokedAtMs: 5 }) } }), 'pairing-required', 'revoked', { check: argvs(['setup', '--reinstate', ...target('2026.4.15')]) });
add('the remedy of a pinned platform', 'two steps', '2026.4.15', { client: 'cli', ...proxied }, whole({ platform: 'darwin' }), 'pairing-required', 'metadata-upgrade', { check: argvs(['devices', 'remove', OURS.deviceId, ...target('2026.4.15')], ['setup', ...target('2026.4.15')]) });
add('the remedy of a proxy that is not listed', 'then the door is open', NEWEST, { client: 'cli', presentsDevice: true, ...proxied }, rows({}, [row(OURS)]), 'rejected', 'unattributable-proxy', { check: argvs(['patch-config', '--proxy-peer', '127.0.0.1', ...target(NEWEST)]) });
add('a proxy before a client without a device', 'nothing here opens that', NEWEST, { client: 'cli', ...proxied }, rows({}, [row(OURS)]), 'rejected', 'unattributable-proxy', { check: (_, { report }) => report.remedy.opens === false && report.remedy.steps.every(({ by }) => by === 'hand') });
add('the remedy of a bind that no version knows', 'the config alone', '2026.7.1', { client: 'agent' }, set('2026.7.1', { bind: 'everywhere' }), 'rejected', 'config', { check: argvs(['patch-config', '--trusted-proxy', 'none', '--set', 'gateway.bind=loopback', ...target('2026.7.1')]) });
add('a version that nobody has observed', 'nothing is promised', '2027.1.1', { client: 'cli', presentsDevice: true, ...proxied }, rows({ [CONFIG]: config({ trustedProxies: ['127.0.0.1'] }) }), 'pairing-required', 'not-paired', { check: (_, { report }) => report.remedy.opens === false && report.remedy.steps.length === 2 });
add('a file in the place of the folder of an old identity', 'nothing could be moved away', NEWEST, { client: 'agent' }, rows({ [DEVICE]: { kind: 'symlink' } }, [row(OURS)]), 'unknown', null, { warnings: ['W_NOT_A_FILE'], check: (_, { report: { remedy } }) => remedy.opens === false && remedy.steps.length === 1 });
add('another key beside the database', 'the gateway does not start after a change of the config', NEWEST, { client: 'agent' }, rows({ [DEVICE]: device(OTHER) }, [row(OURS)]), 'rejected', 'identity', { check: (_, { report }) => report.remedy.steps[0].by === 'hand' && report.remedy.steps[0].argv[0] === 'mv' });
add('a private key that a sanitizer took', 'each connect fails', '2026.3.24', { client: 'cli' }, files({ [DEVICE]: device(OURS, { privateKeyPem: '[REDACTED]' }), [`${DEVICE}.1771500000000.bak`]: null }), 'rejected', 'identity', { check: argvs(['setup', '--new-identity', '--on-conflict', 'replace', ...target('2026.3.24')]) });
const proxyAuth = (more_ = {}) => config({ auth: { mode: 'trusted-proxy', trustedProxy: { userHeader: 'x-user', ...more_ } }, trustedProxies: ['10.0.0.7'] });
const viaProxy = { client: 'cli', presentsDevice: true, remoteAddress: '10.0.0.7', headers: { 'x-forwarded-for': '203.0.113.9', 'X-User': 'ann' } };
add('trusted-proxy, on the machine', 'never', '2026.5.28', { client: 'agent' }, { ...whole(), files: { ...whole().files, [CONFIG]: proxyAuth() } }, 'rejected', 'auth');
add('trusted-proxy, by the proxy', 'the paired device passes', '2026.5.28', viaProxy, { ...whole(), files: { ...whole().files, [CONFIG]: proxyAuth() } }, 'open');
add('trusted-proxy, by the proxy, not paired', 'pairing', '2026.5.28', viaProxy, files({ [CONFIG]: proxyAuth() }), 'pairing-required', 'not-paired');
add('trusted-proxy, another user', 'not allowed', '2026.5.28', viaProxy, { ...whole(), files: { ...whole().files, [CONFIG]: proxyAuth({ allowUsers: ['bob'] }) } }, 'rejected', 'auth');
const tokened = (version, config_, env, files_ = {}) => ({ operation: 'diagnose', options: at(version, { configPath: CONFIG, env, connection: { client: 'cli' } }), inputs: { ...whole(), files: { ...whole().files, [CONFIG]: config_, ...files_ } } });
const text = JSON.stringify({ gateway: { mode: 'local', auth: { mode: 'token', token: 'of-the-config' } } });
vectors.push({ name: 'another token in the environment, 2026.3.24', why: 'its clients present the variable', ...tokened('2026.3.24', text, { OPENCLAW_GATEWAY_TOKEN: 'of-the-environment' }), expect: { verdict: 'rejected', reason: 'auth', warnings: ['W_SECRET_DIFFERS'] } });
vectors.push({ name: 'another token in .env, 2026.4.15', why: 'read before the config', ...tokened('2026.4.15', text, {}, { [`${S}/.env`]: 'export OPENCLAW_GATEWAY_TOKEN="of-the-file" # mine\n' }), expect: { verdict: 'rejected', reason: 'auth', warnings: ['W_SECRET_DIFFERS'] } });
vectors.push({ name: 'another token in the environment, 2026.8.1', why: 'no effect there', ...tokened('2026.8.1', text, { OPENCLAW_GATEWAY_TOKEN: 'of-the-environment' }), expect: { verdict: 'open', warnings: [] } });
const blanks = JSON.stringify({ gateway: { mode: 'local', auth: { mode: 'token', token: '  of-the-config ' } } });
for (const [version, verdict, warnings] of [['2026.2.19', 'rejected', ['W_SECRET_DIFFERS']], ['2026.2.21', 'rejected', ['W_SECRET_DIFFERS']], ['2026.2.22', 'open', []], ['2026.9.4', 'open', []]]) {
  vectors.push({ name: `blanks around the token, ${version}`, why: 'the gateway takes them off from 2026.2.22, its clients always', ...tokened(version, blanks, {}), expect: { verdict, warnings } });
}
vectors.push({ name: 'a blank token, another in the environment, 2026.2.19', why: 'the blank one counts', ...tokened('2026.2.19', JSON.stringify({ gateway: { mode: 'local', auth: { mode: 'token', token: '   ' } } }), { OPENCLAW_GATEWAY_TOKEN: 'of-the-environment' }), expect: { verdict: 'rejected', reason: 'auth', warnings: ['W_SECRET_DIFFERS'] } });
vectors.push({ name: 'a blank token, another in the environment, 2026.4.15', why: 'it is none', ...tokened('2026.4.15', JSON.stringify({ gateway: { mode: 'local', auth: { mode: 'token', token: '   ' } } }), { OPENCLAW_GATEWAY_TOKEN: 'of-the-environment' }), expect: { verdict: 'open', warnings: [] } });
vectors.push({ name: `a blank token, another in the environment, ${NEWEST}`, why: 'a real gateway of that version starts, and takes the variable', ...tokened(NEWEST, JSON.stringify({ gateway: { mode: 'local', auth: { mode: 'token', token: '   ' } } }), { OPENCLAW_GATEWAY_TOKEN: 'of-the-environment' }), expect: { verdict: 'open', warnings: [] } });
const kept_ = JSON.stringify({ version: 1, deviceId: OURS.deviceId, tokens: { operator: { token: token().token, role: 'operator', scopes: [], updatedAtMs: 1 } } });
for (const [version, verdict] of [['2026.2.12', 'open'], ['2026.2.19', 'rejected']]) {
  vectors.push({ name: `another token in the environment, a kept one of the device, ${version}`, why: 'up to 2026.2.12 the kept one goes first', ...tokened(version, text, { OPENCLAW_GATEWAY_TOKEN: 'of-the-environment' }, { [`${S}/identity/device-auth.json`]: kept_ }), expect: { verdict, warnings: ['W_SECRET_DIFFERS'] } });
}
for (const [inner, slip] of [[{ gateway: { trustedProxy: ['10.0.0.7'] } }, 'gateway.trustedProxy'], [{ gateway: { auth: { tokn: 'x' } } }, 'gateway.auth.tokn'], [{ Gateway: {} }, 'Gateway'], [{ chanels: {} }, 'chanels']]) {
  const whole_ = { gateway: { mode: 'local', bind: 'loopback', auth, ...inner.gateway, ...(inner.gateway?.auth && { auth: { ...auth, ...inner.gateway.auth } }) }, ...(!inner.gateway && inner) };
  add(`a slip in the config: ${slip}`, 'no gateway starts with an unknown key', '2026.4.15', { client: 'cli' }, { ...whole(), files: { ...whole().files, [CONFIG]: JSON.stringify(whole_) } }, 'rejected', 'config', { warnings: ['W_CONFIG_KEY'], says: `the setting ${slip};` });
}
const ref = JSON.stringify({ gateway: { mode: 'local', auth: { mode: 'token', token: { source: 'env', provider: 'default', id: 'MY_TOKEN' } } } });
vectors.push({ name: 'a reference to a secret, 2026.2.19', why: 'no config there', ...tokened('2026.2.19', ref, { MY_TOKEN: 'x'.repeat(20) }), expect: { verdict: 'rejected', reason: 'config', warnings: ['W_CONFIG_VALUE'] } });
vectors.push({ name: 'a reference to a secret, 2026.4.15', why: 'taken', ...tokened('2026.4.15', ref, { MY_TOKEN: 'x'.repeat(20) }), expect: { verdict: 'open', warnings: [] } });
vectors.push({ name: 'a proxy from .env', why: 'as the gateway reads it', ...tokened('2026.3.28', JSON.stringify({ gateway: { mode: 'local', trustedProxies: ['${PROXY_IP}'], auth: { token: 't' } } }), {}, { [`${S}/.env`]: 'PROXY_IP=10.0.0.7\n' }), expect: { verdict: 'open', warnings: [] } });
const cached = JSON.stringify({ version: 1, deviceId: OURS.deviceId, tokens: { operator: { token: 'stale', role: 'operator', scopes: [], updatedAtMs: 1 } } });
for (const [version, verdict, reason] of [['2026.2.12', 'rejected', 'auth'], ['2026.2.19', 'open', null]]) add(`a stale device-auth.json, ${version}`, 'presented first up to 2026.2.12', version, { client: 'cli' }, { ...whole(), files: { ...whole().files, [`${S}/identity/device-auth.json`]: cached } }, verdict, reason, verdict === 'open' ? { warnings: [] } : {
  warnings: ['W_DEVICE_AUTH'], check: (_, { report }) => report.remedy.opens && report.remedy.steps[0].argv.join(' ') === `mv -- ${S}/identity/device-auth.json ${S}/identity/device-auth.json.moved-away`,
});
const numbers = (version, x, verdict) => add(`${x} in the config, ${version}`, 'OpenClaw reads JSON5, where that is a number', version, { client: 'cli', ...proxied }, { ...whole(), files: { ...whole().files, [CONFIG]: `{ gateway: { mode: 'local', auth: { token: 't' } }, x: { y: [${x}] } }` } }, verdict, null, { warnings: [] });
for (const x of ['+Infinity', 'NaN', '1e400']) numbers('2026.4.15', x, 'open');
add('the state dir of a client', 'nothing is to be set up there', '2026.4.15', { client: 'agent' }, { ...files(), files: { ...files().files, [DEVICE]: null, [CONFIG]: config({ mode: 'remote' }) } }, 'no-gateway', null, {
  check: (_, { report }) => !report.findings.some(({ hint }) => /prepair setup/.test(hint)) && report.findings.map(({ code }) => code).join() === 'W_GATEWAY_MODE,W_NO_IDENTITY',
});
// A ConfigMap mounts the config as a link, which a gateway reads through.
const mounted = '/etc/claw/..data/openclaw.json';
const behind = (content, version, more_ = {}) => ({ ...whole(), files: { ...whole().files, [CONFIG]: { kind: 'symlink' }, [mounted]: content }, stats: { [CONFIG]: { mode: 0o777, uid: 0, nlink: 1, real: mounted }, [S]: { mode: 0o700, uid: 0, nlink: 2 }, [`${S}/state`]: null, [`${S}/identity`]: { mode: 0o700, uid: 0, nlink: 2 }, [`${S}/devices`]: { mode: 0o700, uid: 0, nlink: 2 }, [DEVICE]: { mode: 0o600, uid: 0, nlink: 1 }, [PAIRED]: { mode: 0o600, uid: 0, nlink: 1 }, [PENDING]: null, [DB]: null, ...more_ } });
for (const version of ['2026.2.19', '2026.4.15', NEWEST]) {
  add(`a config behind a link, ${version}`, 'read through', version, { client: 'cli' }, behind(config()), 'open', null, { warnings: [] });
  vectors.push({ name: `setup, a config behind a link, ${version}`, why: 'nothing has to be written', operation: 'setup', options: at(version, { configPath: CONFIG }), inputs: behind(config()), expect: { paired: 'unchanged', changes: [], warnings: [] } });
}
vectors.push({ name: 'patchConfig, a config behind a link', why: 'no link is replaced by a file', operation: 'patchConfig', options: at('2026.4.15', { configPath: CONFIG, merge: { gateway: { port: 1 } } }), inputs: behind(config()), expect: { error: 'NOT_A_FILE', path: CONFIG, hint: 'config: false' } });
vectors.push({ name: 'a config behind a link to nothing', why: 'no verdict', operation: 'diagnose', options: at('2026.4.15', { configPath: CONFIG }), inputs: behind(config(), '', { [CONFIG]: { mode: 0o777, uid: 0, nlink: 1, real: null } }), expect: { verdict: 'unknown', warnings: ['W_NOT_A_FILE'] } });
// One folder that cannot be opened hides many files: it is told once.
const closed = { code: 'ERR_PREPAIR_PERMISSION', message: 'Cannot open this path: permission denied (EACCES).', path: S, hint: 'As root.' };
vectors.push({ name: 'a state dir of another user', why: 'one finding', operation: 'diagnose', options: at('2026.4.15', { configPath: CONFIG }), inputs: { ...files(), files: { ...files().files, ...Object.fromEntries([CONFIG, DEVICE, PAIRED, PENDING].map((path) => [path, { kind: 'other' }])) }, failures: Object.fromEntries([CONFIG, DEVICE, PAIRED, PENDING].map((path) => [path, closed])) }, expect: { verdict: 'unknown', warnings: ['W_PERMISSION'], check: (_, { report }) => report.remedy.steps.length === 1 } });
add('an array as the store, 2026.2.19', 'approved in memory, and lost', '2026.2.19', { client: 'cli' }, files({ [PAIRED]: '[]' }), 'pairing-required', 'not-paired', { check: argvs(['setup', ...target('2026.2.19')]) });
const line = '2026-11-26T05:35:34.132Z [ws] closed before connect conn=6e9deede-69a8-40c5-96cc-79f584758848 remote=198.51.100.4 fwd=203.0.113.9 origin=n/a host=gw:18789 ua=n/a code=1008 reason=n/a';
add('a line of a log', 'gives the connection', '2026.2.19', { client: 'cli', log: line }, files(), 'pairing-required', 'not-paired', { check: (_, { report }) => /from 198\.51\.100\.4, through a proxy/.test(report.assumed.connection) });
add('a stranger in a log', 'never a trusted proxy by advice', NEWEST, { client: 'cli', presentsDevice: true, log: line }, rows({}, [row(OURS)]), 'rejected', 'unattributable-proxy', { check: (_, { report }) => report.remedy.opens === false && !JSON.stringify(report.remedy).includes('198.51.100.4') });
for (const [name, connection] of [['a forged line', { log: line.replace('ua=n/a', 'ua=x code=1000') }], ['no address', { remoteAddress: 'banana' }]]) {
  vectors.push({ name, why: 'refused at the option', operation: 'diagnose', options: at('2026.2.19', { connection }), inputs: files(), expect: { error: 'OPTIONS' } });
}
for (const [version, verdict, reason] of [['2026.4.29', 'rejected', 'missing-scope'], ['2026.5.3', 'open', null]]) add(`openclaw devices approve, ${version}`, 'it asks for operator.pairing alone up to 2026.5.2', version, { client: 'cli', method: 'device.pair.approve' }, whole(), verdict, reason);

// another device is judged as the client that its record tells, on its own system
const other = (name, why, version, change, verdict, reason = null, expect = {}, connection = proxied) => vectors.push({
  name, why, operation: 'diagnose',
  options: at(version, { configPath: CONFIG, env: { TOKEN: 'the-gateways-secret' }, connection, device: { publicKey: OTHER.publicKey } }),
  inputs: { ...files({ [PAIRED]: store(...change ? [record(OTHER, change)] : []) }), process: { uid: 0, node: '24.21.0', platform: 'linux' } },
  expect: { verdict, reason, ...expect },
});
const browser = { clientId: 'openclaw-control-ui', clientMode: 'webchat', platform: 'Win32' };
for (const version of ['2026.3.24', '2026.4.29']) {
  const page = { ...proxied, host: '127.0.0.1:18789', headers: {} };
  other(`a browser's record, ${version}`, 'pinned is its own platform', version, browser, 'open', null, { warnings: [] }, page);
  other(`a browser's record, described, ${version}`, 'said is said', version, browser, 'pairing-required', 'metadata-upgrade', { warnings: [] }, { ...page, platform: 'MacIntel' });
}
// what 2026.2.22 to 2026.2.24 spare every operator with the shared secret, they spare no page
for (const [client, verdict, reason] of [['control-ui', 'pairing-required', 'not-paired'], ['cli', 'open', null]]) {
  add(`${client}, not paired, with the shared secret, 2026.2.23`, 'pages wait', '2026.2.23', { client, presentsDevice: true, ...proxied, host: '127.0.0.1:18789', ...client === 'control-ui' && { origin: 'https://claw.example' } },
    files({ [CONFIG]: config({ controlUi: { allowedOrigins: ['https://claw.example'] } }) }), verdict, reason);
}
add('the control UI without a device, allowed, 2026.2.23', 'let in, and its scopes are dropped', '2026.2.23', { client: 'control-ui', presentsDevice: false, host: '127.0.0.1:18789', origin: 'http://127.0.0.1:18789' }, files({ [CONFIG]: config({ controlUi: { allowInsecureAuth: true, allowedOrigins: ['http://127.0.0.1:18789'] } }) }), 'rejected', 'missing-scope');
other('an app that was updated, 2026.5.18', 'its record has what it asks for', '2026.5.18', { clientId: 'openclaw-macos', clientMode: 'ui', platform: 'macOS 26.3.1', deviceFamily: 'Mac' }, 'open', null, { warnings: [] }, { platform: 'macOS 26.4.0', scopes: ['operator.read'] });
other('a device that is not paired, loopback, 2026.4.29', 'a named device presents itself', '2026.4.29', null, 'silent-approval', null, { warnings: ['W_NOT_PAIRED'] }, {});
other('a device that is not paired, 2026.4.29', 'the wall', '2026.4.29', null, 'pairing-required', 'not-paired', { warnings: ['W_NOT_PAIRED'] });
const nodes = { clientId: 'node-host', clientMode: 'node', role: 'node', roles: ['node'], scopes: [], approvedScopes: [], tokens: { node: token({ role: 'node', scopes: [] }) } };
for (const version of ['2026.2.23', '2026.4.29', '2026.5.18']) other(`a node's record, ${version}`, 'it asks for its own role', version, nodes, 'open', null, { warnings: [] });
other('a node\'s record, as an operator, 2026.4.29', 'it is none', '2026.4.29', nodes, 'pairing-required', 'role-upgrade', { warnings: [] }, { ...proxied, client: 'cli', role: 'operator' });
other('a node without a token, 2026.4.29', 'its role does not count', '2026.4.29', { ...nodes, tokens: {} }, 'pairing-required', 'role-upgrade', { warnings: ['W_TOKEN_MISSING'] });
other('a reader\'s record, 2026.4.29', 'as it was approved', '2026.4.29', { scopes: ['operator.read'], approvedScopes: ['operator.read'], tokens: { operator: token({ scopes: ['operator.read'] }) } }, 'open', null, { warnings: [] }, { ...proxied, client: 'cli', scopes: ['operator.read'] });
add('a node without a device, 2026.4.29', 'it needs one', '2026.4.29', { client: 'node', presentsDevice: false }, whole(), 'rejected', 'no-device');
add('the control UI without a device, 2026.4.29', 'it needs one', '2026.4.29', { client: 'control-ui', presentsDevice: false }, whole(), 'rejected', 'no-device');
add('the control UI without a device, allowed, 2026.4.29', 'on this machine', '2026.4.29', { client: 'control-ui', presentsDevice: false }, { ...whole(), files: { ...whole().files, [CONFIG]: config({ controlUi: { allowInsecureAuth: true } }) } }, 'open');
add('a page of another host, 2026.4.29', 'its Origin is not allowed', '2026.4.29', { client: 'control-ui', host: 'claw.example', ...proxied }, whole(), 'rejected', 'auth');
add('an app that was updated, 2026.4.29', 'approved silently on this machine', '2026.4.29', { client: 'app', platform: 'macOS 26.4.0' }, whole({ platform: 'macOS 26.3.1' }), 'silent-approval', null, { warnings: [] });
vectors.push({ name: 'another device by its public key', why: 'its private half lives elsewhere, and its record is here', operation: 'diagnose', options: at('2026.4.15', { configPath: CONFIG, env: { TOKEN: 'the-gateways-secret' }, connection: { client: 'cli', ...proxied }, device: { publicKey: OTHER.publicKey } }), inputs: files({ [PAIRED]: store(record(OTHER)) }), expect: { verdict: 'open', reason: null } });

// Facts of versions that the config meets, on both sides of each boundary.
const including = (name, more = {}) => {
  const inputs = files({ [PAIRED]: store(record(OURS)), [CONFIG]: `{ $include: '${name}', ${config().slice(1)}`, ...more.files });
  return { ...inputs, ...more, files: inputs.files };
};
const OUTSIDE = '/home/u/base.json5';
const outside = including('../base.json5', { files: { [OUTSIDE]: '{}' } });
add('an include of another folder, 2026.2.12', 'it may lie anywhere', '2026.2.12', { client: 'cli', ...proxied }, outside, 'open');
add('an include of another folder, 2026.2.17', 'the gateway does not start', '2026.2.17', { client: 'cli', ...proxied }, outside, 'unknown', null, { warnings: ['W_CONFIG_INCLUDE'], says: 'outside' });
for (const [version, roots, verdict] of [['2026.4.29', '/home/u', 'unknown'], ['2026.5.2', '/home/u', 'open'], ['2026.5.2', '/home', 'open'], ['2026.5.2', '/srv', 'unknown']]) {
  add(`an include of another folder, OPENCLAW_INCLUDE_ROOTS=${roots}, ${version}`, 'the variable counts from 2026.5.2, for the folders that it names', version, { client: 'cli', ...proxied }, outside, verdict);
  vectors.at(-1).options.env.OPENCLAW_INCLUDE_ROOTS = roots;
}
const twice = including('./base.json5', { files: { [BASE]: '{}' }, stats: { [BASE]: { mode: 0o600, uid: 0, nlink: 2 }, [S]: { mode: 0o700, uid: 0, nlink: 2 }, [`${S}/state`]: null, [`${S}/identity`]: null, [`${S}/devices`]: null, [DEVICE]: null, [PAIRED]: null, [PENDING]: null, [CONFIG]: null, [DB]: null } });
add('an include with a second name, 2026.2.25', 'it is read', '2026.2.25', { client: 'cli', ...proxied }, twice, 'open');
add('an include with a second name, 2026.2.26', 'the gateway does not start', '2026.2.26', { client: 'cli', ...proxied }, twice, 'unknown', null, { warnings: ['W_CONFIG_INCLUDE'], says: 'hard link' });
add('a variable that is not known, 2026.3.2', 'where it is unset that version does not start', '2026.3.2', { client: 'agent' }, { ...set('2026.3.2', {}, { logging: { file: '${LOG}' } }), process: { uid: 0, node: '24.21.0', platform: 'linux' } }, 'open', null, { warnings: ['W_CONFIG_VARIABLE'] });
add('a variable that is not known, 2026.3.7', 'it warns', '2026.3.7', { client: 'agent' }, { ...set('2026.3.7', {}, { logging: { file: '${LOG}' } }), process: { uid: 0, node: '24.21.0', platform: 'linux' } }, 'open', null, { warnings: [] });
const custom = { bind: 'custom', customBindHost: '192.0.2.7' };
add('bind custom without an address, 2026.2.17', 'it takes every address', '2026.2.17', { client: 'agent' }, set('2026.2.17', { bind: 'custom' }), 'open', null, { warnings: [] });
add('bind custom without an address, 2026.2.19', 'no gateway starts on that, and the key for it is not there yet', '2026.2.19', { client: 'agent' }, set('2026.2.19', { bind: 'custom' }), 'rejected', 'config', { warnings: ['W_CONFIG_VALUE'] });
add('bind custom, 2026.2.19', 'the key is not there yet', '2026.2.19', { client: 'agent' }, set('2026.2.19', custom), 'rejected', 'config', { warnings: ['W_CONFIG_KEY'] });
for (const version of ['2026.2.21', '2026.7.35']) add(`bind custom, ${version}`, 'clients dial 127.0.0.1, where no gateway listens', version, { client: 'cli' }, set(version, custom), 'rejected', 'bind-custom', { warnings: ['W_BIND_CUSTOM'], says: 'customBindHost' });
add('bind custom, from elsewhere, 2026.7.35', 'who dials its address reaches it', '2026.7.35', { client: 'cli', presentsDevice: true, remoteAddress: '192.0.2.9' }, set('2026.7.35', custom), 'open', null, { warnings: ['W_BIND_CUSTOM'] });
add(`bind custom, ${NEWEST}`, 'it listens on 127.0.0.1 too', NEWEST, { client: 'cli' }, set(NEWEST, custom), 'open', null, { warnings: [] });
add('bind custom with a name, 2026.7.35', 'no gateway starts on that', '2026.7.35', { client: 'cli' }, set('2026.7.35', { bind: 'custom', customBindHost: 'localhost' }), 'rejected', 'config', { warnings: ['W_CONFIG_VALUE'] });
const both = whole({ roles: ['node'], tokens: undefined });
add('role beside roles, 2026.3.28', 'the list alone counts', '2026.3.28', { client: 'agent', ...proxied }, both, 'pairing-required', 'role-upgrade');
add('role beside roles, 2026.3.31', 'both count', '2026.3.31', { client: 'agent', ...proxied }, both, 'open');
for (const [form, address] of [['in long form', '0:0:0:0:0:0:0:1'], ['with a zone', '::1%lo']]) {
  // by the device token, since 2026.2.22 asks no pairing of who has the shared secret
  const named = { client: 'cli', auth: 'device-token', remoteAddress: '127.0.0.1', headers: { 'x-forwarded-for': address } };
  const listed = files({ [PAIRED]: store(record(OURS, { publicKey: OTHER.publicKey })), [CONFIG]: config({ trustedProxies: ['127.0.0.1'] }) });
  add(`a client address ${form}, 2026.2.21`, 'addresses are compared as text', '2026.2.21', named, listed, 'pairing-required', 'not-paired');
  add(`a client address ${form}, 2026.2.22`, 'addresses are compared as numbers', '2026.2.22', named, listed, 'silent-approval');
}
add('a request of another device', 'named, and in no remedy', '2026.4.15', { client: 'cli', ...proxied }, files({ [PENDING]: pending(request('cbc55e79-3252-4bfc-b91d-b108cf7e646c', OTHER)) }), 'pairing-required', 'not-paired', {
  check: (_, { report }) => report.waiting.length === 1 && report.waiting[0].deviceId === OTHER.deviceId && !JSON.stringify(report.remedy).includes('cbc55e79') && report.remedy.steps.length === 1,
});

// A line of a log may name a device: that one is judged, and nobody is approved for having written into a log.
const lineOf = (id, more = '') => `2026-11-26T05:38:54.021+00:00 [ws] closed before connect conn=bf3dd52c-2b94-4d53-a4a7-34d610c91115 peer=127.0.0.1:35880->127.0.0.1:31448 remote=127.0.0.1 fwd=203.0.113.9 origin=n/a host=127.0.0.1:35945 ua=n/a code=1008 reason=n/a phase=auth_validated cause=pairing-required durationMs=220 handshake=failed phase=auth_validated forwardedFor=203.0.113.9 remoteAddr=127.0.0.1 ${id === null ? '' : `deviceId=${id} `}requestId=7b5bb26e-45ab-4e93-b6c5-f871cfa6c1e8 reason=not-paired${more}`;
/** The same as the log file holds it. */
const fileLine = (id) => JSON.stringify({
  0: '{"subsystem":"gateway/ws"}',
  1: { cause: 'pairing-required', durationMs: 24, handshake: 'failed', phase: 'auth_validated', host: '127.0.0.1:39519', forwardedFor: '203.0.113.9', remoteAddr: '127.0.0.1', remotePort: 56662, ...id !== null && { deviceId: id }, reason: 'not-paired' },
  2: 'closed before connect conn=db44a056-882a-480a-a2e7-235ddf35e83a peer=127.0.0.1:56662->127.0.0.1:20279 remote=127.0.0.1 fwd=203.0.113.9 origin=n/a host=127.0.0.1:39519 ua=n/a code=1008 reason=n/a phase=auth_validated',
  _meta: { runtime: 'node', logLevelName: 'WARN', name: '{"subsystem":"gateway/ws"}' }, time: '2026-11-26T12:44:52.433+00:00',
});
const WAITS = '7b0c3f52-5d1e-4a53-9f0e-3a1d6c1f7f10';
const asking = request(WAITS, OTHER, { clientId: 'openclaw-control-ui', clientMode: 'webchat', platform: 'Win32', role: 'operator', roles: ['operator'], scopes: ['operator.read'], remoteIp: '203.0.113.9' });
const listing = ({ remedy }) => remedy.opens === false && remedy.steps[0].argv.slice(0, 2).join(' ') === 'devices list' && !JSON.stringify(remedy).includes('approve","');
const stands = (pattern, also = () => true) => ({ check: (_, { report }) => pattern.test(report.assumed.connection) && also(report) });
/** After these lines were written. */
const LATER = Date.parse('2026-11-27T00:00:00Z');
for (const [form, of] of [['on the console', lineOf], ['in the log file', fileLine]]) {
  const logged = (name, id, inputs, verdict, reason, expect, version = '2026.4.15') => add(`a log line ${form}, ${name}`, 'whose key it was', version, { log: of(id) }, inputs, verdict, reason, expect);
  logged('a device that waits', OTHER.deviceId, files({ [PAIRED]: store(record(OURS)), [PENDING]: pending(asking) }), 'pairing-required', 'not-paired', stands(/presents the device that the log line names/, listing));
  logged('a device that is paired by now', OTHER.deviceId, files({ [PAIRED]: store(record(OTHER)) }), 'open', null, stands(/presents the device that the log line names/));
  logged('a device that nobody knows', OTHER.deviceId, whole(), 'pairing-required', 'not-paired', { warnings: ['W_NOT_PAIRED'], says: `record of device ${OTHER.deviceId}, and no request`, ...stands(/log line names/, listing) });
  logged('the device of this state dir', OURS.deviceId, files(), 'pairing-required', 'not-paired', stands(/presents the device of this state dir, which the log line names/, ({ remedy }) => remedy.opens && remedy.steps[0].argv[0] === 'setup'));
  logged('no device, and ours would be let in', null, whole(), 'unknown', null, stands(/which the log line does not name: that of this state dir is judged/, listing));
  logged('no device, and ours was approved later', null, whole({ approvedAtMs: LATER }), 'open', null, { warnings: [] });
  const afterwards = { ...files(), now: LATER };
  logged('no device, and ours would not', null, afterwards, 'pairing-required', 'not-paired', stands(/which the log line does not name: that of this state dir is judged/, ({ remedy }) => remedy.opens && remedy.steps.length === 1 && remedy.steps[0].argv[0] === 'setup'));
  logged('no device, from tomorrow', null, files(), 'pairing-required', 'not-paired', { check: (_, { report: { remedy } }) => remedy.opens === false && remedy.steps.map(({ argv }) => argv[0]).join() === 'setup,devices' });
  const ours = rows({ [CONFIG]: config({ trustedProxies: ['127.0.0.1'] }) }, [row(OURS)]);
  logged('of a version whose agent makes no connection', OURS.deviceId, ours, 'open', null, stands(/^(?!.*inside the gateway)/), NEWEST);
}
add('headers for the agent of a version that makes no connection', 'it says that they are not its own, and whom to ask', NEWEST, { ...proxied }, rows({}, [row(OURS)]), 'open', null, stands(/runs inside the gateway and makes no connection, so the headers.*connection\.client: cli, control-ui or app\.$/));
const secretLine = `2026-11-26T05:38:57.027+00:00 [ws] unauthorized conn=f4fa00ba-5152-4115-b3fa-478915095806 peer=127.0.0.1:47734->127.0.0.1:31448 remote=127.0.0.1 client=cli cli vdev role=operator scopes=1 auth=token device=yes platform=linux instance=n/a host=127.0.0.1:31448 origin=n/a ua=n/a reason=token_mismatch`;
// 2026.9.6 lets a page in whose Origin is the private Host that it dialed.
const visitor = { client: 'control-ui', remoteAddress: '10.0.0.7' };
const lan = rows({ [CONFIG]: config({ bind: 'lan' }) }, [row(OURS)]);
add('a page from elsewhere', 'nothing tells at which address the browser opened it', NEWEST, visitor, lan, 'unknown', null, { check: (_, { report: { remedy } }) => remedy.opens === false && /by connection\.host and ask again/.test(remedy.steps[0].text) });
add('a page from elsewhere, at a private address', 'its Origin is its Host', NEWEST, { ...visitor, host: '10.0.0.5:18789' }, lan, 'open', null, {});
add('a page from elsewhere, at a name', 'its Origin is not allowed', NEWEST, { ...visitor, host: 'claw.example.org' }, lan, 'rejected', 'auth', { check: (_, { report: { remedy } }) => remedy.opens === false && /by connection\.origin and ask again/.test(remedy.steps[0].text) });
// Real 2026.9.6 without a secret: a page that brings one is refused, whatever it brings; the command line goes by its kept token.
const inAll = (gateway) => ({ ...files({ [CONFIG]: JSON.stringify({ gateway: { mode: 'local', ...gateway } }), [PAIRED]: store(record(OURS)) }), cwd: '/home/u' });
for (const [version, verdict] of [['2026.5.7', 'open'], ['2026.5.12', 'unknown'], ['2026.7.1', 'unknown']]) {
  add(`a page, no secret, ${version}`, 'the gateway makes a token that nobody else knows', version, { client: 'control-ui' }, inAll({ bind: 'loopback' }), verdict, null, { check: (_, { report }) => verdict === 'open' || report.findings.some(({ code, message }) => code === 'W_NO_SECRET' && /token of its own/.test(message)) });
}
// A real 2026.9.6 in a container, and 2026.7.1 with bind "lan", let in the page at the port of this machine that leads to them.
const tunnel = { client: 'control-ui', remoteAddress: '172.17.0.1', origin: 'http://localhost:18789' };
for (const [version, gateway, verdict] of [['2026.2.25', { bind: 'lan' }, 'open'], ['2026.7.1', { bind: 'lan' }, 'open'], ['2026.7.1', { bind: 'loopback' }, 'rejected'], ['2026.7.1', { bind: 'lan', controlUi: { allowedOrigins: ['https://claw.example.org'] } }, 'rejected'], ['2026.7.1', { bind: 'lan', controlUi: { allowedOrigins: [''] } }, 'open'], ['2026.7.1', { bind: 'lan', port: 9 }, 'rejected']]) {
  add(`a page at a port that leads to the gateway, ${JSON.stringify(gateway)}, ${version}`, 'a gateway that listens beyond this machine allows it by itself', version, tunnel, inAll({ auth, ...gateway }), verdict, verdict === 'open' ? null : 'auth', {});
}
add('a page at a port that leads to the gateway, by another Host', 'from this machine too', '2026.7.1', { client: 'control-ui', host: 'gw.example', origin: 'http://localhost:18789' }, inAll({ auth, bind: 'lan' }), 'open', null, {});
add('a page at the address of bind custom', 'it is allowed too', '2026.7.1', { ...tunnel, origin: 'http://10.0.0.5:18789' }, inAll({ auth, bind: 'custom', customBindHost: '10.0.0.5' }), 'open', null, {});
add('the command line without a secret that is asked for', 'it presents its device', NEWEST, { client: 'cli' }, rows({ [CONFIG]: config({ auth: { mode: 'none' }, bind: 'loopback' }) }, [row(OURS)]), 'open', null, {});
add('a log line of a wrong token', 'the gateway said so', NEWEST, { log: secretLine }, rows({}, [row(OURS)]), 'rejected', 'auth', { check: (_, { report }) => report.assumed.client === 'cli' && report.remedy.opens === false && /gateway's token/.test(report.remedy.steps[0].text) });
// A promise holds for the same connection, and so for what its line says.
add('a log line of a wrong token, a config that no gateway starts on', 'the config first, and no promise', '2026.4.15', { log: secretLine }, set('2026.4.15', { bind: 'everywhere' }), 'rejected', 'config', { check: (_, { report: { remedy } }) => remedy.opens === false && remedy.steps[0].argv[0] === 'patch-config' && /gateway's token/.test(remedy.steps[1].text) });
add('a log line of a wrong token, not paired', 'no record changes that', '2026.4.15', { log: secretLine, ...proxied }, files(), 'pairing-required', 'not-paired', { check: (_, { report: { remedy } }) => remedy.opens === false });
for (const [name, log] of [['of another part of the gateway', fileLine(null).replaceAll('gateway/ws', 'agent/tool')], ['cut off', fileLine(null).slice(0, -20)], ['with a field twice', fileLine(null).replace('ua=n/a', 'ua=x code=1000')]]) {
  vectors.push({ name: `a line of the log file ${name}`, why: 'refused at the option', operation: 'diagnose', options: at('2026.4.15', { connection: { log } }), inputs: files(), expect: { error: 'OPTIONS', says: 'log' } });
}

// A device that the caller named and that waits: what it asks for is granted, not all there is.
const WAITING = { ...files({ [PAIRED]: store(record(OURS)), [PENDING]: pending(asking), [`${S}/nodes/paired.json`]: null, [`${S}/nodes/pending.json`]: null }), process: { uid: 0, node: '24.21.0', platform: 'linux' } };
const ofOther = (name, why, version, inputs, verdict, reason, expect, connection = {}) => vectors.push({
  name, why, operation: 'diagnose', options: at(version, { configPath: CONFIG, env: { TOKEN: 'the-gateways-secret' }, connection: { ...proxied, ...connection }, device: { publicKey: OTHER.publicKey } }), inputs, expect: { verdict, reason, ...expect },
});
ofOther('a named device that waits', 'its request is approved', '2026.4.15', WAITING, 'pairing-required', 'not-paired', { check: argvs(['devices', 'approve', OTHER.deviceId, ...target('2026.4.15')]) });
for (const [way, connection] of [['proxy', {}], ['directly', { headers: {}, remoteAddress: '127.0.0.1' }]]) {
  const told = (report) => report.findings.filter(({ code }) => ['W_NOT_PAIRED', 'W_PENDING_STICKY'].includes(code)).map(({ hint }) => hint);
  ofOther(`a named device that waits, its findings, ${way}`, 'they advise what the remedy does', '2026.4.15', WAITING, 'pairing-required', way === 'proxy' ? 'not-paired' : 'sticky-pending', {
    check: (_, { report }) => told(report).length === (way === 'proxy' ? 1 : 2) && told(report).every((hint) => hint === `Run \`npx openclaw-prepair devices approve ${OTHER.deviceId}\`.`),
  }, connection);
}
ofOther('a named device of which two requests wait', 'the one that opens is named', '2026.4.15', { ...WAITING, files: { ...WAITING.files, [PENDING]: pending(asking, { ...asking, requestId: '7b0c3f52-5d1e-4a53-9f0e-3a1d6c1f7f11' }) } }, 'pairing-required', 'not-paired', { check: argvs(['devices', 'approve', WAITS, ...target('2026.4.15')]) });
ofOther('a named device whose request is too old', 'its key is approved', '2026.4.15', { ...WAITING, files: { ...WAITING.files, [PENDING]: pending({ ...asking, ts: 1 }) } }, 'pairing-required', 'not-paired', { check: argvs(['pre-pair', '--device', OTHER.publicKey, ...target('2026.4.15')]) });
ofOther('a named device that asks for less than it needs', 'its key is approved', '2026.4.15', WAITING, 'pairing-required', 'not-paired', { check: argvs(['pre-pair', '--device', OTHER.publicKey, ...target('2026.4.15')]) }, { client: 'cli', scopes: ['operator.admin'] });
// What its request says is newer than its record: an app that was updated, and one that asks for more.
const app = { clientId: 'openclaw-macos', clientMode: 'ui', platform: 'macOS 26.3.1', deviceFamily: 'Mac' };
const knownApp = (version, change, ask) => ({ ...WAITING, files: { ...WAITING.files, [PAIRED]: store(record(OTHER, { ...app, ...change })), [PENDING]: pending({ ...asking, ...app, ...ask }) } });
ofOther('a named device that was updated and waits', 'its request is approved, as its owner would', '2026.3.24', knownApp('2026.3.24', {}, { platform: 'macOS 26.4.0' }), 'pairing-required', 'metadata-upgrade', { check: argvs(['devices', 'approve', OTHER.deviceId, ...target('2026.3.24')]) });
const reads = ['operator.read'];
ofOther('a named device that asks for more and waits', 'its request is approved', '2026.4.15', knownApp('2026.4.15', { scopes: reads, approvedScopes: reads, tokens: { operator: token({ scopes: reads }) } }, { scopes: ['operator.read', 'operator.write'] }), 'pairing-required', 'scope-upgrade', { check: argvs(['devices', 'approve', OTHER.deviceId, ...target('2026.4.15')]) });
// The command line asks for what its method needs, whatever another of its calls waits for; before 2026.4.29 for three scopes at once.
const shell = { clientId: 'cli', clientMode: 'cli', platform: 'linux', deviceFamily: undefined };
for (const [version, verdict, reason] of [['2026.4.15', 'pairing-required', 'scope-upgrade'], ['2026.5.18', 'open', null]]) {
  const inputs = knownApp(version, { ...shell, scopes: reads, approvedScopes: reads, tokens: { operator: token({ scopes: reads }) } }, { ...shell, scopes: ['operator.admin'] });
  ofOther(`a named command line of which a request for more waits, ${version}`, 'it is judged as such, which the report says', version, inputs, verdict, reason, { check: (_, { report }) => report.assumed.client === 'cli' });
}
// One without a record asks for what its request says, and is not granted more.
ofOther('a named command line that waits', 'its request is approved', '2026.4.15', { ...WAITING, files: { ...WAITING.files, [PENDING]: pending({ ...asking, ...shell, scopes: reads }) } }, 'pairing-required', 'not-paired', { check: argvs(['devices', 'approve', OTHER.deviceId, ...target('2026.4.15')]) });
const hosting = { clientId: 'node-host', clientMode: 'node', platform: 'linux', role: 'node', roles: ['node'], scopes: [] };
for (const version of ['2026.2.19', '2026.4.15']) {
  const asks = { ...asking, clientId: 'openclaw-control-ui', clientMode: 'webchat', platform: 'Win32', role: 'operator', roles: ['operator'], scopes: ['operator.read'] };
  const inputs = { ...WAITING, files: { ...WAITING.files, [PENDING]: pending(asks) } };
  ofOther(`a named browser that waits, ${version}`, 'its request is approved, and no more than that', version, inputs, 'pairing-required', 'not-paired', { check: argvs(['devices', 'approve', OTHER.deviceId, ...target(version)]) }, { client: 'control-ui' });
}
ofOther('a named node that waits', 'as a node', '2026.4.15', { ...WAITING, files: { ...WAITING.files, [PENDING]: pending({ ...asking, ...hosting }) } }, 'pairing-required', 'not-paired', { check: argvs(['devices', 'approve', OTHER.deviceId, ...target('2026.4.15')]) });

// W_PENDING_STICKY is said where it is the cause. CASES A21: on a connection that is not local a waiting request is in nobody's way.
const ownWaits = files({ [PENDING]: pending(request(WAITS, OURS)) });
for (const version of ['2026.2.19', '2026.4.15', '2026.7.1']) {
  add(`an ordinary request, proxy, ${version}`, 'it waits, and is no finding', version, { client: 'cli', presentsDevice: true, ...proxied }, ownWaits, 'pairing-required', 'not-paired', { warnings: ['W_NOT_PAIRED'], check: (_, { report }) => !JSON.stringify(report).includes('clear-pending') });
}

// Real gateways in a container without bind and without a secret: 2026.5.12 starts, 2026.5.18 and 2026.9.6 do not.
const bare = (gateway = {}) => JSON.stringify({ gateway: { mode: 'local', ...gateway } });
const seen = { mode: 0o755, uid: 0, nlink: 1, backups: [], real: null };
// What goes by its own token is let in by every gateway that starts.
const started = { client: 'cli', presentsDevice: true, auth: 'device-token', ...proxied };
const contained = (name, version, text, verdict, reason, expect, { marks = { '/.dockerenv': seen }, groups = null, env, more = {}, connection = started } = {}) => {
  const inputs = files({ [CONFIG]: text, [PAIRED]: store(record(OURS)), '/proc/1/cgroup': groups, ...more });
  vectors.push({ name: `in a container, ${name}`, why: 'the gateway wants a secret there', operation: 'diagnose', options: at(version, { configPath: CONFIG, ...(env && { env }), connection }), inputs: { ...inputs, stats: { ...nowhere, [S]: { mode: 0o700, uid: 0, nlink: 2, backups: [], real: S }, ...marks } }, expect: { verdict, reason, ...expect } });
};
const wantsSecret = { warnings: ['W_CONTAINER_SECRET'], says: 'does not start without a secret', check: (_, { report }) => report.remedy.opens === false };
contained('no secret, 2026.5.18', '2026.5.18', bare(), 'unknown', null, wantsSecret);
contained('no secret, 2026.5.12', '2026.5.12', bare(), 'open', null, { warnings: [] });
contained('a secret', '2026.7.1', bare({ auth: { token: 'sound-token-of-this-gateway' } }), 'open', null, { warnings: [] });
contained('bind loopback', '2026.7.1', bare({ bind: 'loopback' }), 'open', null, { warnings: [] });
contained('by the mark of podman', '2026.7.1', bare(), 'unknown', null, wantsSecret, { marks: { '/run/.containerenv': seen } });
contained('by that mark in another place', '2026.7.1', bare(), 'unknown', null, wantsSecret, { marks: { '/var/run/.containerenv': seen } });
contained('on Fly', '2026.7.1', bare(), 'unknown', null, wantsSecret, { marks: {}, env: { FLY_MACHINE_ID: '3d8d9', FLY_APP_NAME: 'claw' } });
const unsecured = { auth: { mode: 'none' } };
contained('no secret asked for, 2026.4.5', '2026.4.5', bare(unsecured), 'open', null, { warnings: [] });
for (const version of ['2026.4.7', '2026.5.12', '2026.5.18']) contained(`no secret asked for, ${version}`, version, bare(unsecured), 'unknown', null, wantsSecret);
contained('no secret asked for, on Fly, 2026.5.7', '2026.5.7', bare(unsecured), 'open', null, { warnings: [] }, { marks: {}, env: { FLY_MACHINE_ID: '3d8d9', FLY_APP_NAME: 'claw' } });
contained('half of Fly', '2026.7.1', bare(), 'open', null, { warnings: [] }, { marks: {}, env: { FLY_MACHINE_ID: '3d8d9', FLY_APP_NAME: ' ' } });
const hash = '0123456789abcdef'.repeat(4);
for (const group of [`/docker/${hash}`, `/kubepods/burstable/pod1`, '/kubepods.slice/x', `/system.slice/cri-containerd-${hash}.scope`, `/containerd/${hash}`, '/lxc/box', '/lxc.payload.box']) {
  contained(`by its group ${group}`, '2026.7.1', bare(), 'unknown', null, wantsSecret, { marks: {}, groups: `12:cpu:/\n0::${group}\n` });
}
for (const group of ['/', '/init.scope', '/docker.slice', `/containerd/${hash.slice(1)}`, '/cri-containerd-X', '/lxcfs', '/system.slice/my_lxc']) {
  contained(`not by its group ${group}`, '2026.7.1', bare(), 'open', null, { warnings: [] }, { marks: {}, groups: `0::${group}\n` });
}
contained('its group cannot be read', '2026.7.1', bare(), 'open', null, { warnings: [] }, { marks: {}, groups: { kind: 'other' } });
contained('bind auto', '2026.7.1', bare({ bind: 'auto' }), 'unknown', null, wantsSecret);
contained('none after all', '2026.7.1', bare(), 'open', null, { warnings: [] }, { marks: {} });
contained('a wall too', '2026.7.1', bare(), 'pairing-required', 'not-paired', { warnings: ['W_NOT_PAIRED', 'W_CONTAINER_SECRET'], check: (_, { report }) => report.remedy.opens === false && report.remedy.steps.length === 2 && report.remedy.steps[1].argv[0] === 'setup' }, { more: { [PAIRED]: null }, connection: { client: 'cli', presentsDevice: true, ...proxied } });

// Real gateways: with bind "lan" or "custom" and no secret 2026.5.12 starts, 2026.7.1 and 2026.9.6 do not; without its password none does.
const lacksSecret = { warnings: ['W_NO_SECRET'], says: 'does not', check: (_, { report }) => report.remedy.opens === false };
const secretless = (name, version, gateway, verdict, expect = { warnings: [] }, env = {}) => vectors.push({ name: `no secret, ${name}, ${version}`, why: 'a gateway that does not start lets nobody in', operation: 'diagnose', options: at(version, { configPath: CONFIG, env, connection: started }), inputs: files({ [CONFIG]: bare(gateway), [PAIRED]: store(record(OURS)) }), expect: { verdict, ...expect } });
for (const gateway of [{ bind: 'lan' }, { bind: 'custom', customBindHost: '0.0.0.0' }]) {
  secretless(`bind ${gateway.bind}`, '2026.5.12', gateway, 'open');
  secretless(`bind ${gateway.bind}`, '2026.5.18', gateway, 'unknown', lacksSecret);
  secretless(`bind ${gateway.bind}, a variable`, '2026.7.1', gateway, 'open', { warnings: [] }, { OPENCLAW_GATEWAY_TOKEN: 'sound-token-of-this-gateway' });
}
for (const bind of ['loopback', 'auto']) secretless(`bind ${bind}`, '2026.7.1', { bind }, 'open');
secretless('bind tailnet', '2026.7.1', { bind: 'tailnet' }, 'unknown', { ...lacksSecret, says: 'where there is a tailnet' });
secretless('bind tailnet', '2026.5.12', { bind: 'tailnet' }, 'open');
// With mode "none" a gateway starts up to 2026.5.12 with the word "loopback" alone, from 2026.5.18 on where nobody else could connect.
// Up to 2026.2.17 none makes itself a token.
const openDoor = { warnings: ['W_CONFIG_VALUE'], says: 'does not start so without authentication' };
for (const bind of ['loopback', 'lan', 'auto', 'tailnet', 'custom']) {
  const gateway = { bind, auth: { mode: 'none' }, ...bind === 'custom' && { customBindHost: '127.0.0.1' } };
  for (const version of ['2026.2.22', '2026.5.12']) secretless(`mode none, bind ${bind}`, version, gateway, bind === 'loopback' ? 'open' : 'rejected', bind === 'loopback' ? undefined : openDoor);
  const [verdict, expect] = { lan: ['rejected', openDoor], tailnet: ['unknown', lacksSecret] }[bind] ?? ['open'];
  secretless(`mode none, bind ${bind}`, '2026.5.18', gateway, verdict, expect);
}
secretless('mode none beside a token, bind lan', '2026.7.1', { bind: 'lan', auth: { mode: 'none', token: 'sound-token-of-this-gateway' } }, 'rejected', openDoor);
secretless('bind loopback', '2026.2.17', { bind: 'loopback' }, 'unknown', lacksSecret);
secretless('bind loopback, a variable', '2026.2.17', { bind: 'loopback' }, 'open', { warnings: [] }, { OPENCLAW_GATEWAY_TOKEN: 'sound-token-of-this-gateway' });
secretless('bind loopback', '2026.2.19', { bind: 'loopback' }, 'open');
for (const version of ['2026.2.12', '2026.5.12', '2026.7.1']) {
  secretless('mode password', version, { bind: 'loopback', auth: { mode: 'password' } }, 'unknown', lacksSecret);
  secretless('mode password, a token', version, { bind: 'loopback', auth: { mode: 'password', token: 'sound-token-of-this-gateway' } }, 'unknown', lacksSecret);
  secretless('mode password, a variable', version, { bind: 'loopback', auth: { mode: 'password' } }, 'open', { warnings: [] }, { OPENCLAW_GATEWAY_PASSWORD: 'sound-password-of-this-gateway' });
}

// An origin that is not allowed: what the caller named can be allowed; what a line of a log says is a stranger's.
const page = { client: 'control-ui', remoteAddress: '10.0.0.7', host: 'gw.example:18789', origin: 'https://claw.example' };
add('the remedy of an origin', 'the config alone', '2026.4.29', page, whole({ clientId: 'openclaw-control-ui', clientMode: 'webchat' }), 'rejected', 'auth', { check: argvs(['patch-config', '--trusted-proxy', 'none', '--set', 'gateway.controlUi.allowedOrigins=["https://claw.example"]', ...target('2026.4.29')]) });
add('the remedy of an origin among the headers', 'the same', '2026.4.29', { ...page, origin: undefined, host: undefined, headers: { Origin: page.origin, Host: page.host } }, whole({ clientId: 'openclaw-control-ui', clientMode: 'webchat' }), 'rejected', 'auth', { check: argvs(['patch-config', '--trusted-proxy', 'none', '--set', 'gateway.controlUi.allowedOrigins=["https://claw.example"]', ...target('2026.4.29')]) });
for (const [name, origin] of [['that cannot be one', 'https://x" --bad'], ['that is not known', undefined]]) {
  add(`the remedy of an origin ${name}`, 'said, not spelled', '2026.4.29', { ...page, origin }, whole(), 'rejected', 'auth', { check: (_, { report }) => report.remedy.opens === false && /allowedOrigins=\["https:\/\/claw\.example\.org"\]/.test(report.remedy.steps[0].text) && !JSON.stringify(report.remedy).includes('--bad') });
}
add('the remedy of an origin that nobody gave', 'the one that was assumed', '2026.4.29', { ...page, origin: undefined }, whole(), 'rejected', 'auth', { check: (_, { report }) => /^No origin was given, so "http:\/\/[^"]+" was assumed.*connection\.origin/.test(report.remedy.steps[0].text) });
add('the remedy of an origin that a log line tells', 'said with who named it, and no step of ours', '2026.4.29', { client: 'control-ui', log: '2026-11-26T05:36:40.275+00:00 [ws] closed before connect conn=e878c409-4683-4870-bc3b-c18e37c164ca peer=10.0.0.7:50182->10.0.0.1:30876 remote=10.0.0.7 fwd=n/a origin=https://evil.example host=gw.example:30876 ua=n/a code=1008 reason=n/a' }, whole(), 'rejected', 'auth', { check: (_, { report }) => report.remedy.opens === false && report.remedy.steps.every(({ by, argv }) => by === 'hand' && argv === undefined) && /the origin https:\/\/evil\.example, which the log line names\. Only if that is the address that your browser shows/.test(report.remedy.steps[0].text) && !report.remedy.steps[0].text.includes('claw.example.org') });

// Profiles of the same user: named where the gateway that is meant may run with one of them.
const HOME = '/home/u';
const dirOf = (profile) => `${HOME}/.openclaw${profile && '-'}${profile}`;
/** `names`: the profiles that are there; `hold`: those with a config; `own`: the one that is asked about, '' the default. */
const beside = (name, why, { version = '2026.4.15', names = ['work'], hold = ['work'], own = '', foreign = [], inputs = json(more), options = {} }, verdict, reason, expect) => {
  const here = dirOf(own);
  const asked = ['', '/identity', '/devices', '/state', '/identity/device.json', '/devices/paired.json', '/devices/pending.json', '/openclaw.json', '/state/openclaw.sqlite'];
  const nothing = [...asked.map((path) => here + path), '/.dockerenv', '/run/.containerenv', '/var/run/.containerenv', ...['', ...names].map((profile) => `${dirOf(profile)}/openclaw.json`)];
  const stats = {
    ...Object.fromEntries(nothing.map((path) => [path, null])), ...Object.fromEntries(hold.map((profile) => [`${dirOf(profile)}/openclaw.json`, seen])),
    [HOME]: { ...seen, profiles: [...names.map((profile) => `.openclaw-${profile}`), ...foreign], real: HOME },
  };
  const files = Object.fromEntries(Object.entries(inputs.files).map(([path, file]) => [path.replace(S, here), file]));
  vectors.push({
    name: `profiles, ${name}`, why, operation: 'diagnose',
    options: { ...(own === '' ? { stateDir: S } : { profile: own }), gatewayVersion: version ?? undefined, env: { HOME }, connection: { client: 'cli', presentsDevice: true, ...proxied }, ...options },
    inputs: { ...inputs, files: { ...files, '/proc/1/cgroup': null }, stats }, expect: { verdict, reason, ...expect },
  });
};
const told = (names, first) => ({ says: `Other profiles of this user have a config: ${names}.`, check: (_, { report }) => report.findings.some(({ code, hint }) => code === 'W_PROFILES' && hint.endsWith(`\`npx openclaw-prepair doctor --profile ${first}\`.`)) });
const untold = { check: (_, { report }) => report.findings.every(({ code }) => code !== 'W_PROFILES') };
const noVersion = { version: null };
const wall = ['pairing-required', 'not-paired'];
beside('nothing here, no version', 'the gateway runs with it', noVersion, 'no-gateway', null, told('work', 'work'));
beside('nothing here, a version', 'what a first start would do is not what is asked', { options: { connection: {} } }, 'unknown', null, told('work', 'work'));
beside('one of two with a config', 'the other has no gateway', { ...noVersion, names: ['a', 'work'] }, 'no-gateway', null, told('work', 'work'));
beside('more than a few', 'some are named', { ...noVersion, names: [...'fedcba'], hold: [...'fedcba'] }, 'no-gateway', null, told('a, b, c, d, e and more', 'a'));
beside('none with a config', 'there is nothing to name', { ...noVersion, hold: [] }, 'no-gateway', null, untold);
beside('a mistyped name', 'the right one, and the default', { ...noVersion, names: ['work', 'wrok'], hold: ['', 'work'], own: 'wrok' }, 'no-gateway', null, told('default, work', 'default'));
beside('names that OpenClaw does not take', 'they are nobody\'s profile', { ...noVersion, foreign: ['.openclaw-\u001b[2J', '.openclaw-', '.openclaw-a b', '.openclaw-default', '.openclaw-$(x)', `.openclaw-${'x'.repeat(65)}`, '.openclaw-..'] }, 'no-gateway', null, told('work', 'work'));
beside('very many', 'twenty are asked for', { ...noVersion, names: Array.from({ length: 21 }, (_, at) => `a${String(at).padStart(2, '0')}`), hold: ['a20'] }, 'no-gateway', null, untold);
beside('a config, no record', 'another gateway may be meant', { hold: ['', 'work'], inputs: files() }, ...wall, told('work', 'work'));
beside('a config, approved silently', 'healthy', { version: '2026.2.19', hold: ['', 'work'], inputs: files(), options: { connection: {} } }, 'silent-approval', null, untold);
beside('a config, a record that opens', 'healthy', { hold: ['', 'work'], inputs: whole() }, 'open', null, untold);
beside('a record that does not open', 'it is the right state dir', { hold: ['', 'work'], inputs: whole({ tokens: {} }) }, 'pairing-required', 'role-upgrade', untold);
beside('a gateway runs here', 'it is the right state dir', { hold: ['', 'work'], inputs: { ...files(), gateway: 7 } }, ...wall, untold);
beside('the environment names a state dir', 'a profile would move nothing', { ...noVersion, options: { env: { HOME, OPENCLAW_STATE_DIR: S } } }, 'no-gateway', null, untold);
beside('the config is named', 'it is the one that is meant', { ...noVersion, options: { configPath: CONFIG } }, 'no-gateway', null, untold);
beside('a state dir elsewhere', 'nothing lies beside it', { ...noVersion, options: { env: { HOME: '/root' } } }, 'no-gateway', null, untold);
beside('a store that cannot be read', 'what is here is not known', { hold: ['', 'work'], inputs: files({ [PAIRED]: '{' }) }, 'unknown', null, untold);

// What the command line presents where nothing here tells it the gateway's secret; each seen on 2026.5.12, 5.18, 7.1, 8.1 and 9.6.
const AUTH = `${S}/identity/device-auth.json`;
const unsaid = (inputs, kept, more = {}) => {
  const unset = { ...inputs.files, [CONFIG]: config({ auth: undefined }) };
  const held = [...inputs.rows.columns ?? [], { tbl: 'device_auth_tokens', col: 'token' }];
  const cells = kept ? [{ role: 'operator', secret: kept }] : [];
  const own = inputs.rows.userVersion ? { rows: { ...inputs.rows, columns: held, [`kept:${OURS.deviceId}`]: cells } } : {};
  return { ...inputs, files: { ...unset, [AUTH]: inputs.rows.userVersion || !kept ? null : JSON.stringify({ version: 1, deviceId: OURS.deviceId, tokens: { operator: { token: kept, role: 'operator', scopes: [] } } }) }, ...own, cwd: '/w', ...more };
};
const mine = 'A'.repeat(43);
const brings = (text) => (_, { report }) => report.assumed.connection.includes(text);
const cli = (name, version, inputs, verdict, reason, expect, connection = { client: 'cli' }) => vectors.push({
  name: `no secret, ${name}, ${version}`, why: 'the command line goes by the token that it keeps', operation: 'diagnose', options: at(version, { configPath: CONFIG, connection }), inputs, expect: { verdict, reason, ...expect },
});
const running = { gateway: 4711 };
for (const version of ['2026.8.1', NEWEST]) {
  cli('its token is kept', version, unsaid(rows({}, [row(OURS)]), mine, running), 'open', null, { check: brings('presents its device, and brings its own device token') });
  cli('another is kept', version, unsaid(rows({}, [row(OURS)]), 'B', running), 'rejected', 'auth', { check: (_, { report }) => report.remedy.opens === false && report.remedy.steps[0].argv[1] === 'rotate' && /restart/.test(report.remedy.steps[1].text) });
  cli('none is kept', version, unsaid(rows({}, [row(OURS)]), null, running), 'rejected', 'auth', { check: brings('brings no secret') });
  cli('another is kept, no gateway runs', version, unsaid(rows({}, [row(OURS)]), 'B'), 'open', null, { check: brings('brings its own device token') });
  cli('no record, no gateway runs', version, unsaid(rows(), null), 'silent-approval', null);
  cli('a record without admin, no gateway runs', version, unsaid(rows({}, [row(OURS, { tokens_json: JSON.stringify({ operator: token({ scopes: ['operator.read'] }) }) })]), null), 'rejected', 'auth');
}
cli('an app', NEWEST, unsaid(rows({}, [row(OURS)]), null, running), 'open', null, { check: brings('brings the gateway\'s token') }, { client: 'app', platform: 'linux' });
for (const version of ['2026.5.12', '2026.7.1']) {
  cli('its token is kept', version, unsaid(whole(), mine), 'open', null, { check: brings('brings its own device token') });
  cli('another is kept', version, unsaid(whole(), 'B'), 'rejected', 'auth');
  cli('none is kept', version, unsaid(whole(), null), 'rejected', 'auth', { check: (_, { report }) => /OPENCLAW_GATEWAY_TOKEN/.test(report.remedy.steps[0].text) });
  cli('somebody else\'s environment', version, { ...unsaid(whole(), null), cwd: null }, 'open', null, { check: brings('brings the gateway\'s token') });
}
cli('the gateway writes one into its config', '2026.5.7', unsaid(whole(), null), 'open', null, { check: brings('brings the gateway\'s token') });
cli('the gateway has one of its own', '2026.5.7', unsaid(whole(), null, running), 'rejected', 'auth');

add('a name of another machine', 'so the command line presents its device', NEWEST, { client: 'cli', host: 'claw.example.org', ...proxied }, rows({ [CONFIG]: config({ trustedProxies: ['127.0.0.1'] }) }, [row(OURS)]), 'open');
add('a proxy that is not listed, and no device', 'one way out, that of the remedy', NEWEST, { client: 'cli', ...proxied }, rows({}, [row(OURS)]), 'rejected', 'unattributable-proxy', {
  check: (_, { report }) => report.findings.every(({ code, hint }) => code !== 'W_PROXY_UNLISTED' || (/directly/.test(hint) && hint === report.remedy.steps.at(-1).text)),
});
add('a page of another port', 'the origin is that of the port', NEWEST, { client: 'control-ui', platform: 'linux', presentsDevice: true }, rows({ [CONFIG]: config({ port: 18999, controlUi: { allowedOrigins: ['http://127.0.0.1:18999'] } }) }, [row(OURS, { client_id: 'openclaw-control-ui' })]), 'open');
for (const port of [0, 65_536, -1, 1.5, 'abc', '18790']) {
  const starts = isSince(NEWEST, 8, 1) && [0, 65_536, -1].includes(port);
  for (const version of ['2026.2.19', '2026.7.1']) add(`the port ${JSON.stringify(port)}, ${version}`, 'no gateway starts on that', version, { client: 'agent' }, set(version, { port }), 'rejected', 'config', { warnings: ['W_CONFIG_VALUE'], check: argvs(['patch-config', '--trusted-proxy', 'none', '--unset', 'gateway.port', ...target(version)]) });
  add(`the port ${JSON.stringify(port)}, ${NEWEST}`, starts ? 'it listens on 18789' : 'no gateway starts on that', NEWEST, { client: 'agent' }, set(NEWEST, { port }), starts ? 'open' : 'rejected', starts ? null : 'config', { warnings: ['W_CONFIG_VALUE'] });
}
const stale = '2026-11-27T03:40:41.747+00:00 [ws] unauthorized conn=19d52ec8-16f3-4d2d-a3f5-a6aad8595a5a peer=127.0.0.1:34046->127.0.0.1:27519 remote=127.0.0.1 client=cli cli v2026.9.4 role=operator scopes=1 auth=device-token device=yes platform=linux instance=5f3901a7-8b3c-4569-847e-997a2ec21eb1 host=127.0.0.1:27519 origin=n/a ua=n/a reason=device_token_mismatch guidance=unauthorized: device token mismatch (rotate/reissue device token)';
const closedLine = '2026-11-27T03:41:02.326+00:00 [ws] closed before connect conn=29225cdc-6553-4e2f-94de-f5cc2f1351f1 peer=127.0.0.1:38276->127.0.0.1:24256 remote=127.0.0.1 fwd=n/a origin=n/a host=127.0.0.1:24256 ua=n/a code=1008 reason=unauthorized: device token mismatch (rotate/reissue device token)';
for (const [version, log, inputs] of [[NEWEST, stale, rows({}, [row(OURS)])], ['2026.5.18', closedLine, whole()]]) {
  add(`a log line of an old device token, ${version}`, 'not the gateway\'s secret', version, { log }, inputs, 'rejected', 'auth', { check: (_, { report }) => JSON.stringify(report.remedy.steps[0].argv.slice(0, 3)) === JSON.stringify(['devices', 'rotate', OURS.deviceId]) && /devices token/.test(report.remedy.steps[1].text) });
}
