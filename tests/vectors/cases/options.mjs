import { at, json, OURS, S } from './kit.mjs';

export const why = 'Options: read strictly. `json`: they can only be said in JSON; where options are typed, the types refuse them.';
export const vectors = [];
const add = (name, why, operation, options, expect = {}, door) => vectors.push({ name, why, operation, options: { stateDir: S, env: {}, ...options }, inputs: json(), ...door && { door }, expect: { error: 'OPTIONS', ...expect } });
const untyped = (name, operation, options, expect) => add(name, 'not ignored, not guessed', operation, options, expect, 'json');
for (const version of ['', '2026', '2026.2', '2026.02.19', '2026.2.19-rc.1', 'latest', 'v', '2.19', ' 2026.2.19', '1'.repeat(1000)]) add(`version ${JSON.stringify(version.slice(0, 20))}`, 'a typo must not choose rules', 'prePair', { gatewayVersion: version }, { error: 'VERSION' });
for (const dir of ['', '  ', '/a\u0000b']) {
  add(`stateDir ${JSON.stringify(dir)}`, 'an unset variable must not mean the working folder', 'prePair', { stateDir: dir });
  add(`configPath ${JSON.stringify(dir)}`, 'the same', 'patchConfig', { configPath: dir });
}
add('a relative stateDir without a working folder', 'an edge function has none', 'prePair', { stateDir: 'state' }, { error: 'STATE_DIR' });
for (const name of ['', ' ', 'x'.repeat(201), 'a\nb', '\u001b[31m']) add(`displayName ${JSON.stringify(name.slice(0, 10))}`, 'it is printed by others', 'prePair', { displayName: name });
for (const scopes of [[], [''], ['operator.read,operator.write'], ['admin'], ['node.read'], ['operator.read\n'], ['ü'], ['operator.' + 'x'.repeat(120)]]) add(`scopes ${JSON.stringify(scopes).slice(0, 40)}`, 'a gateway would drop them', 'prePair', { scopes });
for (const [name, operation, options] of [
  ['an unknown option', 'prePair', { statedir: '/x' }], ['an option of another operation', 'clearPending', { scopes: [] }], ['a deeper unknown option', 'setup', { config: { trustedProxy: [] } }],
  ['no publicKey', 'prePair', { device: {} }], ['device as text', 'prePair', { device: OURS.publicKey }],
  ['identity as another word', 'prePair', { identity: 'fresh' }], ['role as another word', 'prePair', { role: 'admin' }], ['identity as null', 'prePair', { identity: null }], ['identity without a label', 'prePair', { identity: { secret: 'x'.repeat(40) } }],
  ['identity with both', 'prePair', { identity: { privateKeyPem: OURS.privateKeyPem, label: 'x' } }], ['secret as a number', 'prePair', { identity: { secret: 1, label: 'x' } }],
  ['stateDir as a number', 'prePair', { stateDir: 1 }], ['stateDir as null', 'prePair', { stateDir: null }], ['env as an array', 'prePair', { env: [] }], ['env with a number', 'prePair', { env: { HOME: 1 } }],
  ['now as text', 'prePair', { now: 'today' }], ['now negative', 'prePair', { now: -1 }], ['now with a fraction', 'prePair', { now: 1.5 }], ['owner without gid', 'prePair', { owner: { uid: 1 } }],
  ['scopes as text', 'prePair', { scopes: 'operator.read' }], ['a scope as a number', 'prePair', { scopes: [1] }], ['reinstate as text', 'prePair', { reinstate: 'yes' }], ['another pending', 'prePair', { pending: 'none' }],
  ['another onConflict', 'prePair', { onConflict: 'merge' }], ['config as true', 'setup', { config: true }], ['config as null', 'setup', { config: null }], ['merge as an array', 'patchConfig', { merge: [] }],
  ['trustedProxies as true', 'patchConfig', { trustedProxies: true }], ['trustedProxies as another word', 'patchConfig', { trustedProxies: 'all' }], ['proxyPeers as text', 'patchConfig', { proxyPeers: '10.0.0.1' }],
  ['a proxy as a number', 'patchConfig', { trustedProxies: [1] }], ['another arrays', 'patchConfig', { arrays: 'append' }], ['allowAny as text', 'patchConfig', { allowAny: 'true' }], ['another operation', 'install', {}],
  ['connection with an unknown field', 'diagnose', { connection: { ip: '10.0.0.1' } }], ['connection of another client', 'diagnose', { connection: { client: 'tui' } }], ['connection as text', 'diagnose', { connection: 'cli' }],
  ['gatewayVersion as a number', 'prePair', { gatewayVersion: 2026.2 }], ['dryRun as text', 'prePair', { dryRun: 'no' }], ['options of diagnose', 'diagnose', { scopes: [] }],
]) untyped(name, operation, options);
for (const [connection, says] of [
  [{ clint: 'cli' }, 'connection.clint'], [{ client: 'tui' }, 'connection.client must be one of agent, cli, control-ui'], [{ scopes: [1] }, 'connection.scopes must be an array of strings'], [{ headers: { a: 1 } }, 'connection.headers must be an object of strings'],
  [{ presentsDevice: 'yes' }, 'connection.presentsDevice must be true or false'], [{ auth: 'key' }, 'connection.auth must be one of token, password'], [{ role: 5 }, 'connection.role must be one of operator, node, but it is a number'], [{ host: 5 }, 'connection.host must be a string'], [{ client: null }, 'connection.client must be'],
]) untyped(`the connection ${JSON.stringify(connection)}`, 'diagnose', { connection }, { says });
for (const [operation, options, hint] of [
  ['setup', { proxyPeers: ['10.0.0.7'] }, 'config.proxyPeers'], ['setup', { merge: {} }, 'config.merge'], ['diagnose', { headers: {} }, 'connection.headers'], ['diagnose', { client: 'cli' }, 'connection.client'],
]) untyped(`${Object.keys(options)[0]} beside the option that holds it`, operation, options, { hint });
for (const [operation, options, word] of [
  ['diagnose', { connection: { client: 'browser' } }, 'control-ui'], ['diagnose', { connection: { client: 'nod' } }, 'node'], ['diagnose', { connection: { auth: 'tokne' } }, 'token'],
  ['prePair', { pending: 'devices' }, 'device'], ['prePair', { onConflict: 'Replace' }, 'replace'],
]) untyped(`another word for ${word}`, operation, options, { hint: `Did you mean '${word}'?` });
for (const [merge, says, hint] of [
  [{ gateway: { trustedProxy: ['10.0.0.7'] } }, 'merge.gateway.trustedProxy', 'merge.gateway.trustedProxies'], [{ gateway: { auth: { tokn: 'x' } } }, 'merge.gateway.auth.tokn', 'merge.gateway.auth.token'], [{ Gateway: {} }, 'merge.Gateway', 'merge.gateway'],
  ...[[99_999, 'another number'], [0, 'another number'], [1.5, 'another number'], ['18789', 'a string']].map(([port, is]) => [{ gateway: { port } }, `merge.gateway.port must be a whole number from 1 to 65535, but it is ${is}`, 'No gateway starts']),
  [{ gateway: { bind: 'localhost' } }, 'merge.gateway.bind must be one of auto, lan', 'No gateway starts'], [{ gateway: { mode: 'locl' } }, 'merge.gateway.mode must be one of local, remote', "Did you mean 'local'?"], [{ gateway: { auth: { mode: 'basic' } } }, 'merge.gateway.auth.mode must be', 'No gateway starts'],
]) add(`merge ${JSON.stringify(merge)}`, 'no gateway starts with that', 'patchConfig', { merge }, { says, hint });
vectors.push({ name: 'a hint for a misspelt option', why: 'one letter off', operation: 'prePair', options: at('2026.4.15', { displayNme: 'x' }), inputs: json(), door: 'json', expect: { error: 'OPTIONS' } });
