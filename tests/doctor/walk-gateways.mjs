// The walk on a real gateway: what doctor says is what it does, and after the remedy it lets the client in.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { AGENT, ALL_SCOPES, CLI, connect, newIdentity } from '../lib/client.mjs';
import { cli as openclaw, openGateway } from '../lib/gateway.mjs';
import { isSince } from '../lib/versions.mjs';
import { TOKEN, writeStore } from '../gateway/store.mjs';
import { cli } from './cli.mjs';

const prepair = createRequire(import.meta.url)('../../npm/openclaw-prepair');
const [READ, ADMIN, PAIRING] = ['operator.read', 'operator.admin', 'operator.pairing'];
const OTHER = newIdentity();
const MINUTE = 60_000;

const paired = (change = {}) => ({ paired: { publicKey: null, role: 'operator', roles: ['operator'], scopes: ALL_SCOPES, approvedScopes: ALL_SCOPES, tokens: { operator: { scopes: ALL_SCOPES } }, ...change } });
const scoped = (...scopes) => paired({ scopes, approvedScopes: scopes, tokens: { operator: { scopes } } });
/** As tests/gateway/store.mjs writes them; `publicKey` null stands for the device's own. */
const STATES = {
  'no record': { paired: null },
  whole: paired(),
  'under-scoped': scoped(PAIRING),
  'reads only': scoped(READ),
  'token-less': paired({ tokens: undefined }),
  'no tokens': paired({ tokens: {} }),
  revoked: paired({ tokens: { operator: { scopes: ALL_SCOPES, revoked: true } } }),
  'token without scopes': paired({ tokens: { operator: {} } }),
  pinned: paired({ platform: 'darwin' }),
  'pinned family': paired({ deviceFamily: 'Mac' }),
  'another key': paired({ publicKey: OTHER.publicKey }),
  waiting: { paired: null, pending: [{ silent: false, scopes: [READ], ts: -MINUTE }] },
  'waiting for more': { ...scoped(READ), pending: [{ silent: false, scopes: [ADMIN], ts: -MINUTE }] },
  "a node's record": paired({ role: 'node', roles: ['node'], scopes: [], approvedScopes: [], tokens: { node: { scopes: [] } } }),
};
const THROUGH = { 'X-Forwarded-For': '203.0.113.9' };
const device = { presentsDevice: true, method: 'cron.list' };
const CONNECTIONS = {
  'the agent': { client: 'agent', ...device, scopes: [READ] },
  'the command line': { client: 'cli', ...device, scopes: [READ] },
  'the command line as admin': { client: 'cli', ...device, scopes: [ADMIN] },
  'a device behind the proxy': { client: 'cli', ...device, scopes: [READ], headers: THROUGH },
  'a device with its token': { client: 'cli', ...device, scopes: [READ], headers: THROUGH, auth: 'device-token' },
};

const isOpen = ({ verdict }) => verdict === 'open' || verdict === 'silent-approval';

/** Walks one version: how many situations, and what was wrong. */
export async function walkGateway(t, version, states = Object.keys(STATES), connections = Object.keys(CONNECTIONS)) {
  const rows = isSince(version, 8, 1);
  const wrong = [];
  const counts = {};
  const { home, proxy } = await openGateway(t, {
    version,
    config: { gateway: { reload: { mode: 'off' }, ...(rows && { trustedProxies: ['127.0.0.1'] }) } },
    prepare: ({ stateDir, env }) => { prepair.prePair({ stateDir, gatewayVersion: version, env }); },
  });
  const target = { stateDir: home.stateDir, gatewayVersion: version, env: home.env };
  const run = async (...args) => {
    const done = await cli([...args], { env: home.env });
    assert.equal(done.code, 0, `${args.join(' ')}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  };
  const identity = prepair.exportIdentity(target);
  for (const state of states) {
    for (const name of connections) {
      const connection = CONNECTIONS[name];
      const ask = () => prepair.diagnose({ ...target, connection });
      let deviceToken = TOKEN;
      const tried = async () => {
        const client = await connect({
          url: connection.headers ? proxy.url : home.url,
          ...(connection.auth === 'device-token' ? { deviceToken } : { token: home.token }),
          identity, client: connection.client === 'agent' ? AGENT : CLI, scopes: connection.scopes, timeoutMs: 20_000,
        });
        if (!client.ok) return `${client.closeCode} ${client.reason}`;
        const answer = await client.request('cron.list').then(() => 'open', (error) => error.message);
        await client.close();
        return answer;
      };
      const of = STATES[state];
      await writeStore(home, identity, { ...of, paired: of.paired && { ...of.paired, publicKey: of.paired.publicKey ?? identity.publicKey } }, Date.now());
      const before = ask();
      const did = await tried();
      const count = `${before.verdict}${before.reason ? `, ${before.reason}` : ''}`;
      counts[count] = (counts[count] ?? 0) + 1;
      const report = (what, more) => wrong.push(`${version}, ${state}, ${name}: ${what}; ${JSON.stringify(more)}`);
      if (isOpen(before) !== (did === 'open')) report('doctor and gateway differ', { verdict: before.verdict, reason: before.reason, did });
      if (did === 'open') continue;
      // As it is now, with what the refused client left.
      const { remedy, verdict, reason } = ask();
      if (!remedy && isOpen({ verdict })) {
        // The refused connect itself was given a role before it met the wall.
        const after = await tried();
        if (after !== 'open') report('open after it was refused, and it is not', { verdict, did, after });
        continue;
      }
      if (!remedy) report('a wall without a remedy', { verdict, reason, did });
      if (!remedy?.opens) {
        // A node's key never becomes an operator's.
        if (state !== "a node's record") report('not opened', { verdict, reason, did, remedy });
        continue;
      }
      for (const { by, argv } of remedy.steps) {
        if (by === 'openclaw-prepair') await run(...argv);
        else if (by === 'openclaw') await openclaw(home, argv);
        else report('a step by hand', { argv });
      }
      if (connection.auth === 'device-token') deviceToken = prepair.devices.token({ ...target, deviceId: identity.deviceId }).token;
      const after = await tried();
      if (after !== 'open') report('a promise broken', { verdict, reason, did, after, remedy });
    }
  }
  return { all: states.length * connections.length, counts, wrong };
}

/** A test that walks a version. */
export const walks = (version, ...some) => test(`${version}: doctor and the gateway agree, and each remedy opens the door`, async (t) => {
  const { all, counts, wrong } = await walkGateway(t, version, ...some);
  t.diagnostic(`${version}: ${all} situations, ${JSON.stringify(counts)}`);
  assert.deepEqual(wrong, []);
});
