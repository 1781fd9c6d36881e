// Clients that are neither the agent nor the command line: browsers, node hosts, apps, the terminal UI, probes. Cases in the form of cases.mjs,
// made of clients × records × places.

import { networkInterfaces } from 'node:os';
import { isSince } from '../lib/versions.mjs';

/** An address of this machine that is not loopback. */
const HERE = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
const READ = 'operator.read';
const FIVE = ['operator.admin', READ, 'operator.write', 'operator.approvals', 'operator.pairing'];

const who = (client, clientId, clientMode, more) => ({ client, clientId, clientMode, presentsDevice: true, scopes: [READ], ...more });
const asNode = { role: 'node', scopes: [] };
const CLIENTS = {
  'control ui': who('control-ui', 'openclaw-control-ui', 'webchat', { platform: 'Win32' }),
  'control ui, mode ui': who('control-ui', 'openclaw-control-ui', 'ui', { platform: 'Win32' }),
  webchat: who('other', 'webchat-ui', 'webchat', { platform: 'MacIntel' }),
  node: who('node', 'node-host', 'node', asNode),
  'macOS app': who('app', 'openclaw-macos', 'ui', { platform: 'macOS 26.4.0', deviceFamily: 'Mac' }),
  'macOS app, node': who('app', 'openclaw-macos', 'node', { platform: 'macOS 26.4.0', deviceFamily: 'Mac', ...asNode }),
  'iOS app': who('app', 'openclaw-ios', 'ui', { platform: 'iOS 26.1', deviceFamily: 'iPhone' }),
  'iOS app, node': who('app', 'openclaw-ios', 'node', { platform: 'iOS 26.1', deviceFamily: 'iPhone', ...asNode }),
  'Android app, node': who('app', 'openclaw-android', 'node', { platform: 'Android 16', deviceFamily: 'Android', ...asNode }),
  probe: who('other', 'openclaw-probe', 'probe'),
  tui: who('other', 'openclaw-tui', 'ui'),
};
/** Up to 2026.3.24 there is no client openclaw-tui. */
const known = (version) => Object.entries(CLIENTS).filter(([name]) => name !== 'tui' || isSince(version, 3, 28));

/** States of the store for a device of `key`. */
export const records = (key) => {
  const base = { publicKey: key };
  const scopes = (list) => ({ scopes: list, approvedScopes: list });
  return {
    nobody: {},
    operator: { paired: { ...base, role: 'operator', roles: ['operator'], ...scopes(FIVE), tokens: { operator: { scopes: FIVE } } } },
    node: { paired: { ...base, role: 'node', roles: ['node'], ...scopes([]), tokens: { node: { scopes: [] } } } },
    both: { paired: { ...base, role: 'operator', roles: ['operator', 'node'], ...scopes(FIVE), tokens: { operator: { scopes: FIVE }, node: { scopes: [] } } } },
  };
};

const HOST = '127.0.0.1:18789';
const places = {
  local: {},
  'local page': { host: HOST, origin: `http://${HOST}` },
};
const FAR = { 'X-Forwarded-For': '203.0.113.9' };
const remote = {
  proxied: { headers: FAR },
  'proxied page': { headers: FAR, host: 'claw.example', origin: 'https://claw.example' },
};
const page = { headers: FAR, host: 'claw.example', origin: 'https://claw.example' };

const product = (version, states, at, more = {}) => known(version).flatMap(([client, connection]) => Object.entries(states).flatMap(([record, state]) =>
  Object.entries(at).map(([place, there]) => [`${client}, ${record}, ${place}`, state, { ...connection, ...there, ...more }])));
const only = (states, ...names) => Object.fromEntries(names.map((name) => [name, states[name]]));
const pinned = (state, platform, deviceFamily) => ({ paired: { ...state.paired, platform, ...deviceFamily && { deviceFamily } } });

// Versions at a boundary, and what shows it there.
const HELD = {
  2.21: ['allowInsecureAuth, allowed page: no device, page on a foreign host', 'as it is: a node without a device'],
  2.22: ['as it is: a node without a device'], '2.22-1': ['control ui, foreign page'],
  2.23: ['control ui, foreign page'],
  3.13: ['no auth: control ui, nobody'], 3.22: ['no auth: control ui, nobody'],
  4.24: ['pinned: an updated macOS app', 'directly from an approved network: node'], 4.25: ['pinned: an updated macOS app'],
  5.12: ['node, operator, local', 'control ui, nobody, local page', 'pinned: a node host by another name'],
  5.18: ['node, operator, local', 'control ui, nobody, local page', 'pinned: a node host by another name', 'pinned: an updated iOS app, proxied'],
  5.19: ['pinned: an updated iOS app, proxied'],
  '5.20': ['control ui, nobody, local page'], 5.22: ['control ui, nobody, local page'],
  5.26: ['control ui, its own token, of a page'], 5.27: ['control ui, its own token, of a page'],
  8.1: ['pinned: an updated macOS app, proxied', 'allowInsecureAuth: no device, local page'],
  7.35: ['pinned: an updated macOS app, proxied', 'allowInsecureAuth: no device, local page'],
};
const WHOLE = '2.12 2.19 2.23 3.24 4.15 4.29 5.18 6.11 7.1 8.1 9.6'.split(' ');

/** What this version is asked. */
export function clientGroups(version, key) {
  const short = version.replace('2026.', '');
  if (WHOLE.includes(short)) return groupsOf(version, key);
  const names = Object.hasOwn(HELD, short) ? HELD[short] : [];
  return groupsOf(version, key).map(({ config, cases }) => ({ config, cases: cases.filter(([name]) => names.includes(name)) })).filter(({ cases }) => cases.length);
}

/** The groups of this version. `key`: the public key of the observed device. */
function groupsOf(version, key) {
  const states = records(key);
  const ui = CLIENTS['control ui'];
  const { node } = CLIENTS;
  const bare = (connection) => ({ ...connection, presentsDevice: false });
  const settings = (name, at) => [
    [`${name}: no device, local page`, {}, { ...bare(ui), ...places['local page'] }],
    [`${name}: no device, page on a foreign host`, {}, { ...bare(ui), ...at }],
    [`${name}: no device, calls what admin may`, {}, { ...bare(ui), ...places['local page'], scopes: ['operator.admin'], method: 'cron.add' }],
    [`${name}: nobody, page on a foreign host`, {}, { ...ui, ...at }],
    [`${name}: full, page on a foreign host`, states.operator, { ...ui, ...at }],
    [`${name}: no device, terminal`, {}, bare(CLIENTS.tui)],
    [`${name}: a node without a device`, {}, bare(node)],
  ].filter(([label]) => !label.includes('terminal') || isSince(version, 3, 28));
  const foreign = { host: 'claw.example', origin: 'https://claw.example' };
  return [
    { config: {}, cases: [
      ...product(version, states, places),
      ['node, its own token', states.node, { ...node, auth: 'device-token' }],
      ['node, its own token, both', states.both, { ...node, auth: 'device-token' }],
      ['node, the token of an operator', states.operator, { ...node, auth: 'device-token' }],
      ['control ui, its own token', states.operator, { ...ui, ...places['local page'], auth: 'device-token' }],
      ['control ui, its own token, of a page', { paired: { ...states.operator.paired, clientId: 'openclaw-control-ui', clientMode: 'webchat' } }, { ...ui, ...places['local page'], auth: 'device-token' }],
      ['control ui, foreign page', states.operator, { ...ui, ...foreign }],
      ['control ui, page of another port', states.operator, { ...ui, host: HOST, origin: 'http://localhost:3000' }],
      ['control ui, no origin', states.operator, ui],
      ['pinned: a browser', pinned(states.operator, 'Win32'), { ...ui, ...places['local page'] }],
      ['pinned: another browser', pinned(states.operator, 'MacIntel'), { ...ui, ...places['local page'] }],
      ['pinned: an updated macOS app', pinned(states.operator, 'macOS 26.3.1', 'Mac'), CLIENTS['macOS app']],
      ['pinned: an updated macOS app, node', pinned(states.node, 'macOS 26.3.1', 'Mac'), CLIENTS['macOS app, node']],
      ['pinned: an updated iOS app', pinned(states.operator, 'iOS 26.0', 'iPhone'), CLIENTS['iOS app']],
      ['pinned: an updated Android app, node', pinned(states.node, 'Android 15', 'Android'), CLIENTS['Android app, node']],
      ['pinned: a node host', pinned(states.node, 'linux'), node],
      ['pinned: a node host by another name', pinned(states.node, 'win32'), { ...node, platform: 'Windows' }],
      ['pinned: a node host elsewhere', pinned(states.node, 'darwin'), node],
      ...settings('as it is', foreign),
    ] },
    { config: { trustedProxies: ['127.0.0.1'] }, cases: [
      ...product(version, only(states, 'nobody', 'operator', 'node'), remote),
      ['node, its own token, proxied', states.node, { ...node, ...remote.proxied, auth: 'device-token' }],
      ['pinned: an updated macOS app, proxied', pinned(states.operator, 'macOS 26.3.1', 'Mac'), { ...CLIENTS['macOS app'], ...remote.proxied }],
      ['pinned: an updated iOS app, proxied', pinned(states.operator, 'iOS 26.0', 'iPhone'), { ...CLIENTS['iOS app'], ...remote.proxied }],
    ] },
    { config: { trustedProxies: ['127.0.0.1'], allowedOrigins: ['https://claw.example'] }, cases: [
      ['allowed page, nobody', {}, { ...ui, ...page }],
      ['allowed page, full', states.operator, { ...ui, ...page }],
      ['allowed page, its own token', states.operator, { ...ui, ...page, auth: 'device-token' }],
      ['allowed page, a node', states.node, { ...ui, ...page }],
      ['allowed page, no device', {}, bare({ ...ui, ...page })],
      ['allowed page, webchat, nobody', {}, { ...CLIENTS.webchat, ...page }],
      ['allowed page, webchat, full', states.operator, { ...CLIENTS.webchat, ...page }],
    ] },
    { config: { controlUi: { allowInsecureAuth: true } }, cases: settings('allowInsecureAuth', foreign) },
    { config: { controlUi: { dangerouslyDisableDeviceAuth: true } }, cases: settings('dangerouslyDisableDeviceAuth', foreign) },
    { config: { allowedOrigins: ['https://claw.example'], controlUi: { allowInsecureAuth: true } }, cases: settings('allowInsecureAuth, allowed page', foreign) },
    { config: { allowedOrigins: ['https://claw.example'], controlUi: { dangerouslyDisableDeviceAuth: true } }, cases: settings('dangerouslyDisableDeviceAuth, allowed page', foreign) },
    { config: { auth: 'none' }, cases: [
      ['no auth: control ui, nobody', {}, { ...ui, ...places['local page'], auth: 'none' }],
      ['no auth: control ui, no device', {}, { ...bare(ui), ...places['local page'], auth: 'none' }],
      ['no auth: control ui, another key', { paired: { ...states.operator.paired, publicKey: 'A'.repeat(43) } }, { ...ui, ...places['local page'], auth: 'none' }],
      ['no auth: node, nobody', {}, { ...node, auth: 'none' }],
      ['no auth: node, no device', {}, { ...bare(node), auth: 'none' }],
      ['no auth: node, operator', states.operator, { ...node, auth: 'none' }],
      ['no auth: macOS app, nobody', {}, { ...CLIENTS['macOS app'], auth: 'none' }],
    ] },
    { config: { autoApproveLocal: false }, cases: [
      ['not approved locally: node', {}, node],
      ['not approved locally: control ui', {}, { ...ui, ...places['local page'] }],
      ['not approved locally: an updated macOS app', pinned(states.operator, 'macOS 26.3.1', 'Mac'), CLIENTS['macOS app']],
    ] },
    { config: { trustedProxies: ['127.0.0.1'], autoApproveCidrs: ['203.0.113.0/24'] }, cases: [
      ['from an approved network: node', {}, { ...node, ...remote.proxied }],
      ['from an approved network: control ui', {}, { ...ui, ...remote.proxied }],
      ['from an approved network: an operator becomes a node', states.operator, { ...node, ...remote.proxied }],
    ] },
    ...(HERE === undefined ? [] : networks(states, node)),
  ];
}

/** From this machine's own address, which a gateway on loopback takes for one of the network. */
function networks(states, node) {
  const from = (connection, more) => ({ ...connection, remoteAddress: HERE, ...more });
  return [
    { config: { autoApproveCidrs: [`${HERE}/32`] }, cases: [
      ['directly from an approved network: node', {}, from(node)],
      ['directly from an approved network: an app as a node', {}, from(CLIENTS['macOS app, node'])],
      ['directly from an approved network: a node that asks for a scope', {}, from(node, { scopes: [READ] })],
      ['directly from an approved network: an operator', {}, from(who('other', 'cli', 'cli'))],
      ['directly from an approved network: an operator becomes a node', states.operator, from(node)],
      ['directly from an approved network: a node with a request that waits', { pending: [{ silent: false, scopes: [], ts: -1000, role: 'node' }] }, from(node)],
      ['directly from an approved network: a node on loopback', {}, node],
    ] },
    { config: { autoApproveCidrs: ['203.0.113.0/24'] }, cases: [
      ['directly from another network: node', {}, from(node)],
    ] },
    { config: { trustedProxies: [HERE], autoApproveCidrs: [' 203.0.113.0/24 '] }, cases: [
      ['through a proxy of the network, from an approved one: node', {}, from(node, remote.proxied)],
      ['through a proxy of the network, from another one: node', {}, from(node, { headers: { 'X-Forwarded-For': '198.51.100.7' } })],
    ] },
  ];
}
