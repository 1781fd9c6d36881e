// What the recorder asks each version: states of the store and connections, grouped by the config that they need.
// Both are written as crates/core/src/gateway/state.rs reads them; times are relative to the moment of the connection.
import { createHash, createPrivateKey } from 'node:crypto';
import { identityOf } from '../lib/client.mjs';

const seed = createHash('sha256').update('openclaw-prepair observations').digest();
const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
/** The device of all observations: public knowledge, worth nothing anywhere else. */
export const DEVICE = identityOf(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }));

const [ADMIN, READ, WRITE, APPROVALS, PAIRING, TALK] = ['admin', 'read', 'write', 'approvals', 'pairing', 'talk'].map((name) => `operator.${name}`);
const FIVE = [ADMIN, READ, WRITE, APPROVALS, PAIRING];
const OTHER_KEY = createHash('sha256').update('another key').digest('base64url');
const MINUTE = 60_000;

const full = { publicKey: DEVICE.publicKey, role: 'operator', roles: ['operator'], scopes: FIVE, approvedScopes: FIVE, tokens: { operator: { scopes: FIVE } } };
/** The full record with other fields; null removes one. */
const record = (fields) => Object.fromEntries(Object.entries({ ...full, ...fields }).filter(([, value]) => value !== null));
const scoped = (...scopes) => record({ scopes, approvedScopes: scopes, tokens: { operator: { scopes } } });
const revoked = { operator: { scopes: FIVE, revoked: true } };
const none = {};
const paired = (fields) => ({ paired: record(fields) });
const pending = (...requests) => ({ pending: requests.map((request) => ({ silent: false, scopes: [READ], ts: -1000, ...request })) });

const agent = (scopes, more) => ({ client: 'agent', presentsDevice: true, scopes, ...more });
const cli = (scopes, more) => ({ client: 'cli', presentsDevice: true, scopes, ...more });
const bare = (client, scopes, more) => ({ client, presentsDevice: false, scopes, ...more });
const header = (name, value) => ({ headers: { [name]: value } });

const plain = [
  ['nobody, agent', none, agent([READ])],
  ['nobody, command line', none, cli([ADMIN, APPROVALS, PAIRING])],
  ['full, agent', paired(), agent([READ])],
  ['full, command line', paired(), cli([ADMIN])],
  ['full, agent asks what no record has', paired(), agent(['operator.unheard'])],
  ['reader asks admin, agent', { paired: scoped(READ) }, agent([ADMIN])],
  ['reader asks admin, command line', { paired: scoped(READ) }, cli([ADMIN])],
  ['no tokens', paired({ tokens: null }), cli([READ])],
  ['empty tokens', paired({ tokens: {} }), cli([READ])],
  ['revoked token', paired({ tokens: revoked }), cli([READ])],
  ['revoked token, asks all', paired({ tokens: revoked }), cli(FIVE)],
  ['revoked token, asks nothing', paired({ tokens: revoked }), cli([])],
  ['no tokens, asks nothing', paired({ tokens: null }), cli([])],
  ['role node only', paired({ role: 'node', roles: ['node'], tokens: null }), cli([READ])],
  ['another key in the record', paired({ publicKey: OTHER_KEY }), cli([READ])],
  ['another key in the record, asks all', paired({ publicKey: OTHER_KEY }), cli(FIVE)],
  ['another platform', paired({ platform: 'darwin' }), cli([READ])],
  ['pending', pending({}), cli([READ])],
  ['pending, agent', pending({}), agent([READ])],
  ['pending, expired', pending({ ts: -5 * MINUTE - 1000 }), cli([READ])],
  ['pending, almost expired', pending({ ts: -5 * MINUTE + 30_000 }), cli([READ])],
  ['pending for more', pending({ silent: true, scopes: [ADMIN] }), cli([READ])],
  ['pending, silent', pending({ silent: true }), cli([READ])],
  ['pending twice', pending({ silent: true }, { ts: -2000 }), cli([READ])],
  ['pending and reader asks admin', { paired: scoped(READ), ...pending({}) }, cli([ADMIN])],
  ['no device, agent', none, bare('agent', [READ])],
  ['no device, command line', none, bare('cli', [READ])],
  ['no device, admin', none, bare('cli', [ADMIN], { method: 'cron.add' })],
  ['no device, no secret', none, bare('cli', [READ], { auth: 'none' })],
  ['no secret', paired(), cli([READ], { auth: 'none' })],
  ['password where a token is asked', paired(), cli([READ], { auth: 'password' })],
  ['reader calls what admin may', { paired: scoped(READ) }, cli([READ], { method: 'cron.add' })],
  ['device token, agent', paired(), agent([READ], { auth: 'device-token' })],
  ['device token, command line', paired(), cli([READ], { auth: 'device-token' })],
  ['device token and another key, agent', paired({ publicKey: OTHER_KEY }), agent([READ], { auth: 'device-token' })],
  ['device token, revoked', paired({ tokens: revoked }), cli([READ], { auth: 'device-token' })],
  ['device token, no record', none, cli([READ], { auth: 'device-token' })],
  ['device token wider than the record', paired({ scopes: [READ], approvedScopes: [READ] }), cli([READ], { auth: 'device-token' })],
  // where the shared secret is exempt (2026.2.22–2026.2.24) only a device token shows the rest
  ['device token, reader asks admin', paired({ scopes: [READ], approvedScopes: [READ] }), cli([ADMIN], { auth: 'device-token' })],
  ['device token and another key, loopback host', paired({ publicKey: OTHER_KEY }), cli([READ], { auth: 'device-token', host: '127.0.0.2' })],
  ['device token too narrow', paired({ tokens: { operator: { scopes: [READ] } } }), cli([ADMIN], { auth: 'device-token' })],
  ['unlisted proxy', paired(), cli([READ], header('X-Forwarded-For', '203.0.113.9'))],
  ['unlisted proxy, nobody', none, cli([READ], header('X-Forwarded-For', '203.0.113.9'))],
  ['X-Real-IP', none, cli([READ], header('X-Real-IP', '203.0.113.9'))],
  ['X-Real-IP, agent', none, agent([READ], header('X-Real-IP', '203.0.113.9'))],
  ['X-Forwarded-Host', none, cli([READ], header('X-Forwarded-Host', 'example.com'))],
  ['X-Forwarded-Host, agent', none, agent([READ], header('X-Forwarded-Host', 'example.com'))],
  ['X-Forwarded-Proto', none, cli([READ], header('X-Forwarded-Proto', 'https'))],
  ['X-Forwarded-Port', none, cli([READ], header('X-Forwarded-Port', '443'))],
  ['Forwarded', none, cli([READ], header('Forwarded', 'for=203.0.113.9'))],
  ['Forwarded, agent', none, agent([READ], header('Forwarded', 'for=203.0.113.9'))],
  ['Forwarded, no device', none, bare('agent', [READ], header('Forwarded', 'for=203.0.113.9'))],
  ['Forwarded, foreign host', none, cli([READ], { ...header('Forwarded', 'for=203.0.113.9'), host: 'example.com' })],
  ['empty X-Forwarded-For', none, cli([READ], header('X-Forwarded-For', ''))],
  ['empty Forwarded', none, cli([READ], header('Forwarded', ''))],
  ['Tailscale header', none, cli([READ], header('Tailscale-User-Login', 'someone'))],
  ['foreign host', none, cli([READ], { host: 'example.com' })],
  ['private host', none, cli([READ], { host: '10.0.0.5' })],
  ['loopback host', none, cli([READ], { host: '127.0.0.2' })],
  ['localhost', none, cli([READ], { host: 'LocalHost:18789' })],
  ['tailscale host', none, cli([READ], { host: 'box.tail.ts.net' })],
  ['origin loopback', none, cli([READ], { origin: 'http://localhost:3000' })],
  ['origin loopback, full', paired(), cli([READ], { origin: 'http://localhost:3000' })],
  ['origin loopback, agent', none, agent([READ], { origin: 'http://localhost:3000' })],
  ['origin foreign, full', paired(), cli([READ], { origin: 'https://example.com' })],
  ['origin loopback, through a proxy, full', paired(), cli([READ], { origin: 'http://localhost:3000', ...header('X-Forwarded-For', '203.0.113.9') })],
  ['origin loopback, X-Forwarded-Host, full', paired(), cli([READ], { origin: 'http://localhost:3000', ...header('X-Forwarded-Host', 'example.com') })],
  ['origin is the private host, full', paired(), cli([READ], { host: '10.0.0.5:1', origin: 'http://10.0.0.5:1' })],
  ['origin is the foreign host, full', paired(), cli([READ], { host: 'example.com', origin: 'http://example.com' })],
];

// From a trusted proxy that names a client elsewhere: remote in every version.
const far = (connection) => ({ ...connection, headers: { 'X-Forwarded-For': '203.0.113.9' } });
const proxied = [
  ['nobody, agent', none, agent([READ])],
  ['nobody, command line', none, cli([READ])],
  ['full, agent', paired(), agent([READ])],
  ['full, agent adds', paired(), agent([ADMIN], { method: 'cron.add' })],
  ['full, command line', paired(), cli([ADMIN, APPROVALS, PAIRING])],
  ['reader asks admin', { paired: scoped(READ) }, agent([ADMIN])],
  ['writer asks read', { paired: scoped(WRITE) }, agent([READ])],
  ['writer asks talk', { paired: scoped(WRITE) }, agent([TALK])],
  ['admin asks read', { paired: scoped(ADMIN) }, agent([READ])],
  ['admin asks approvals', { paired: scoped(ADMIN) }, agent([APPROVALS])],
  ['admin, approvals, pairing asks read', { paired: scoped(ADMIN, APPROVALS, PAIRING) }, agent([READ])],
  ['no tokens', paired({ tokens: null }), agent([READ])],
  ['empty tokens', paired({ tokens: {} }), agent([READ])],
  ['revoked token', paired({ tokens: revoked }), agent([READ])],
  ['token narrower than the record', paired({ tokens: { operator: { scopes: [READ] } } }), agent([ADMIN])],
  ['token without scopes', paired({ tokens: { operator: {} } }), agent([READ])],
  ['role node, token operator', paired({ role: 'node', roles: ['node'] }), agent([READ])],
  ['roles missing', paired({ roles: null }), agent([READ])],
  ['role and roles missing', paired({ role: null, roles: null, tokens: null }), agent([READ])],
  ['neither roles nor scopes', paired({ role: null, roles: null, scopes: null, approvedScopes: null, tokens: null }), agent([READ])],
  ['scopes only', paired({ approvedScopes: null }), agent([READ])],
  ['approved scopes only', paired({ scopes: null }), agent([READ])],
  ['scopes wider than approved', paired({ approvedScopes: [READ] }), agent([WRITE])],
  ['approved wider than scopes', paired({ scopes: [READ] }), agent([WRITE])],
  ['another platform', paired({ platform: 'darwin' }), agent([READ])],
  ['the same platform in capitals', paired({ platform: 'LINUX' }), agent([READ])],
  ['a device family that the client does not name', paired({ deviceFamily: 'server' }), agent([READ])],
  ['the same device family', paired({ deviceFamily: 'server' }), agent([READ], { deviceFamily: 'Server' })],
  ['key in standard base64', paired({ publicKey: `${DEVICE.publicKey.replaceAll('-', '+').replaceAll('_', '/')}=` }), agent([READ])],
  ['another key in the record', paired({ publicKey: OTHER_KEY }), agent([READ])],
  ['pending', pending({}), agent([READ])],
  ['pending, silent', pending({ silent: true }), agent([READ])],
  ['device token', paired(), agent([READ], { auth: 'device-token' })],
  ['device token, asks admin', { paired: scoped(READ) }, agent([ADMIN], { auth: 'device-token' })],
  ['device token, admin asks approvals', { paired: scoped(ADMIN) }, agent([APPROVALS], { auth: 'device-token' })],
  ['device token, approved scopes only', paired({ scopes: null }), agent([READ], { auth: 'device-token' })],
  ['device token, neither roles nor scopes', paired({ role: null, roles: null, scopes: null, approvedScopes: null }), agent([READ], { auth: 'device-token' })],
  ['no device, agent', none, bare('agent', [READ])],
  ['no device, command line', none, bare('cli', [READ])],
].map(([name, state, connection]) => [name, state, far(connection)]);

const client = (value, connection = cli([READ])) => ({ ...connection, headers: { 'X-Forwarded-For': value } });
const listed = [
  ['direct', none, agent([READ])],
  ['direct, command line', none, cli([READ])],
  ['direct, full', paired(), agent([READ])],
  ['client loopback', none, client('127.0.0.9')],
  ['first loopback, last far', none, client('127.0.0.9, 203.0.113.9')],
  ['first far, last loopback', none, client('203.0.113.9, 127.0.0.9')],
  ['first far, last trusted', none, client('203.0.113.9, 127.0.0.1')],
  ['client with a port', none, client('127.0.0.9:1234')],
  ['client nonsense', none, client('unknown')],
  ['origin loopback, full', paired(), cli([READ], { origin: 'http://localhost:3000' })],
  ['X-Real-IP far, full', paired(), cli([READ], header('X-Real-IP', '203.0.113.9'))],
  ['X-Real-IP loopback', none, cli([READ], header('X-Real-IP', '127.0.0.9'))],
  ['Forwarded, full', paired(), cli([READ], header('Forwarded', 'for=203.0.113.9'))],
];

const near = (version, list) => list.split(' ').includes(version.replace('2026.', ''));

// Addresses in other forms, each of this machine.
const forms = [
  ['client ::1 in long form', none, client('0:0:0:0:0:0:0:1')],
  ['client ::1 in long form, full', paired(), client('0:0:0:0:0:0:0:1')],
  ['client IPv4-mapped', none, client('::ffff:127.0.0.9')],
  ['client IPv4-mapped in capitals', none, client('::FFFF:127.0.0.9')],
  ['client IPv4-mapped in hexadecimal', none, client('::ffff:7f00:9')],
  ['client with a zone', none, client('::1%lo')],
  ['client in brackets', none, client('[::1]:1234')],
  ['client with leading zeros', none, client('127.000.0.9')],
];

/**
 * Config of the gateway and what is tried under it: [name, state, connection].
 * `at`: only around the versions where this config makes a difference that the others don't show (a start takes seconds).
 */
export const GROUPS = [
  { config: {}, cases: plain },
  { config: { trustedProxies: ['127.0.0.1'] }, cases: [...listed, ...proxied] },
  { config: { trustedProxies: ['127.0.0.0/8'] }, at: (v) => near(v, '2.6-3 2.9 2.12 2.17 2.19 2.21 2.22 9.6'), cases: listed.slice(0, 6) },
  {
    config: { trustedProxies: ['10.0.0.0/8', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1'] },
    at: (v) => near(v, '3.28 3.31 6.35 8.1 9.6'),
    cases: [['private list, private client', paired(), client('10.0.0.7')], ['private list, far client', paired(), client('203.0.113.9')], ...listed.slice(0, 3)],
  },
  {
    config: { trustedProxies: ['127.0.0.1', '2001:db8::/32'] },
    at: (v) => near(v, '2.19 2.21 2.22 9.6'),
    cases: [
      ['last in an IPv6 block', none, client('127.0.0.9, 2001:db8::7')],
      ['last in an IPv6 block, device token and another key', paired({ publicKey: OTHER_KEY }), client('127.0.0.9, 2001:db8::7', cli([READ], { auth: 'device-token' }))],
    ],
  },
  { config: { trustedProxies: ['0x7f.0.0.0/8'] }, at: (v) => near(v, '2.12 2.17 2.21 2.22'), cases: listed.slice(0, 4) },
  { config: { trustedProxies: ['127.0.0.1'], allowRealIpFallback: true }, at: (v) => near(v, '2.19 2.21 3.28 3.31 7.35 8.1 9.6'), cases: listed.slice(10, 13) },
  {
    config: { auth: 'none' },
    at: (v) => near(v, '2.19 4.9 4.15 5.7 5.12 7.35 8.1 9.6'),
    cases: [
      ['no auth, nobody, agent', none, agent([READ], { auth: 'none' })],
      ['no auth, nobody, command line', none, cli([READ], { auth: 'none' })],
      ['no auth, no device, agent', none, bare('agent', [READ], { auth: 'none' })],
      ['no auth, no device, command line', none, bare('cli', [READ], { auth: 'none' })],
      ['no auth, full', paired(), cli([READ], { auth: 'none' })],
    ],
  },
  // what a silent approval grants beyond the request: nothing, or what the record had
  { config: {}, at: (v) => near(v, '4.15 8.1'), cases: [['pending for more, revoked token', { ...paired({ tokens: revoked }), ...pending({ silent: true, scopes: [ADMIN] }) }, cli([READ])]] },
  { config: { autoApproveLocal: false }, at: (v) => near(v, '7.35 8.1 9.6'), cases: [['not approved locally', none, cli([READ])], ['not approved locally, reader asks admin', { paired: scoped(READ) }, cli([ADMIN])]] },
  { config: { allowedOrigins: ['https://example.com'] }, at: (v) => near(v, '2.24 2.25 3.1 3.2 5.12 5.18 9.6'), cases: [['origin allowed', none, cli([READ], { origin: 'https://example.com' })], ['origin allowed, full', paired(), cli([READ], { origin: 'https://example.com' })]] },
  { config: { trustedProxies: ['127.0.0.1'] }, at: (v) => near(v, '2.21 2.22 2.25 9.6'), cases: forms },
  {
    config: { trustedProxies: ['127.0.0.1'] },
    at: (v) => near(v, '2.21 2.22'),
    cases: [['0:0:0:0:0:0:0:1', '::1 in long form'], ['::1%lo', 'with a zone']].map(([address, form]) => [
      `client ${form}, device token and another key`, paired({ publicKey: OTHER_KEY }), client(address, cli([READ], { auth: 'device-token' })),
    ]),
  },
  // an entry of the list that is another spelling of the peer
  { config: { trustedProxies: ['::ffff:7f00:1'] }, at: (v) => near(v, '2.21 2.22 9.6'), cases: [['peer listed in another spelling', none, agent([READ])], ['peer listed in another spelling, far client, full', paired(), client('203.0.113.9')]] },
  {
    config: { trustedProxies: ['127.0.0.1'] },
    at: (v) => near(v, '3.28 3.31 9.6'),
    cases: [
      ['role beside roles', paired({ roles: ['node'] }), far(agent([READ]))],
      ['role beside roles, no tokens', paired({ roles: ['node'], tokens: null }), far(agent([READ]))],
      ['roles beside role, no tokens', paired({ role: 'node', tokens: null }), far(agent([READ]))],
    ],
  },
];
