// What a version's own approval of a pairing request writes, and what becomes of a node's commands: facts for facts.mjs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALL_SCOPES, CLI, connect, newIdentity } from '../lib/client.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { isSince } from '../lib/versions.mjs';
import { putStore, readStore } from './store.mjs';

export const NODE = { id: 'node-host', mode: 'node' };

/** A gateway of this version with these records and requests, and an owner who is let in: what `use(owner, home)` returns. */
export async function withOwner(version, { paired = [], pending = [] }, use) {
  const home = await makeHome({ version });
  let gateway;
  try {
    gateway = await startGateway(home);
    const identity = newIdentity();
    await putStore(home, { paired: [record(identity, { role: 'operator', scopes: ALL_SCOPES }), ...paired], pending });
    let owner;
    for (let tries = 0; tries < 120; tries++) {
      owner = await connect({ url: home.url, token: home.token, identity, client: CLI, scopes: ALL_SCOPES });
      if (owner.error?.code !== 'UNAVAILABLE') break; // it may still be starting
      await sleep(500);
    }
    if (!owner.ok) throw new Error(`the owner is refused: ${JSON.stringify(owner)}`);
    try {
      return await use(owner, home);
    } finally {
      await owner.close();
    }
  } finally {
    await gateway?.stop();
    await home.dispose();
  }
}

/** A record as an approval of before would have left it. */
export const record = ({ deviceId, publicKey }, { role, scopes, ...more }) => ({
  deviceId, publicKey, role, roles: [role], scopes, approvedScopes: scopes,
  tokens: { [role]: { token: `old-token-of-${role}`, role, scopes, createdAtMs: 1 } }, createdAtMs: 1, approvedAtMs: 1, ...more,
});

const OPERATOR = { role: 'operator', roles: ['operator'] };
const READER = { role: 'operator', scopes: ['operator.read'] };
// [what is asked, what was paired before]
const CASES = {
  new: [{ ...OPERATOR, scopes: ['operator.write'], deviceFamily: 'phone' }],
  node: [{ role: 'node', roles: ['node'], scopes: [] }],
  nothing: [{ ...OPERATOR, scopes: [] }, { ...READER, lastSeenAtMs: 7 }],
  both: [{ role: 'operator', roles: ['node', 'operator'], scopes: ['operator.read'] }],
  narrower: [{ ...OPERATOR, scopes: ['operator.write'] }, { ...READER, scopes: ['operator.read', 'operator.write'], tokens: { operator: { token: 'old', role: 'operator', scopes: ['operator.read'], createdAtMs: 1 } } }],
  outside: [{ role: 'node', roles: ['node'], scopes: ['operator.read'] }],
  foreign: [{ ...OPERATOR, scopes: ['node.exec'] }],
  issued: [{ ...OPERATOR, scopes: ['operator.read'] }, { ...READER, tokens: { operator: { token: 'old', role: 'operator', scopes: ['operator.read'], issuer: { kind: 'shared-gateway-auth', generation: 'g' }, createdAtMs: 1 } } }],
};

/** Approves one request of each kind by `device.pair.approve`, and reads what that left. */
export async function approvals(version) {
  const devices = Object.fromEntries(Object.keys(CASES).map((name) => [name, newIdentity()]));
  const pending = Object.entries(CASES).map(([name, [asked]]) => ({
    requestId: `request-${name}`, deviceId: devices[name].deviceId, publicKey: devices[name].publicKey, silent: false, isRepair: false, ts: Date.now() + 60_000, ...asked,
  }));
  const paired = Object.entries(CASES).filter(([, [, before]]) => before).map(([name, [, before]]) => record(devices[name], before));
  const found = await withOwner(version, { paired, pending }, async (owner, home) => {
    const refused = {};
    for (const name of Object.keys(CASES)) {
      refused[name] = await owner.request('device.pair.approve', { requestId: `request-${name}` }).then(() => null, (error) => error.message);
    }
    const { paired: after } = await readStore(home);
    return (name) => refused[name] ?? after[devices[name].deviceId];
  });
  const scopes = (name, role = 'operator') => found(name).tokens[role]?.scopes.join();
  const tokens = !scopes('nothing') ? 'Asked' : !found('both').tokens.node ? 'AskedOrHeld' : scopes('narrower').includes('operator.write') ? 'OfRole' : 'Added';
  const within = [found('outside'), found('foreign')].map((left) => typeof left === 'string');
  const how = 'device.pair.approve by an owner';
  return [
    ['approved_scopes', String('approvedScopes' in found('new')), how],
    ['approved_family', String(found('new').deviceFamily === 'phone'), how],
    ['approval_tokens', tokens, `${how}: nothing asked, both roles asked, more than the old token has asked`],
    ['implied_scopes', String(scopes('new').includes('operator.read')), `${how}: operator.write asked`],
    ['empty_scopes_kept', String('scopes' in found('node')), `${how}: a node that asks for []`],
    ['scopes_of_roles', within.every(Boolean) ? 'All' : within[0] ? 'Operator' : 'None', `${how}: operator.read for a node, node.exec for an operator`],
    ['last_seen_kept', String(found('nothing').lastSeenAtMs === 7), how],
    ['issuer_kept', String(Boolean(found('issued').tokens.operator.issuer)), how],
  ];
}

/** Whether the commands of a node that connects wait for an approval of their own, and whether it can run them meanwhile. */
export async function nodeCommands(version) {
  const identity = newIdentity();
  return await withOwner(version, { paired: [record(identity, { role: 'node', scopes: [] })] }, async (owner, home) => {
    const node = await connect({
      url: home.url, token: home.token, identity, client: NODE, role: 'node', scopes: [], platform: 'linux', caps: ['system'], commands: ['system.run', 'system.which'],
    });
    if (!node.ok) throw new Error(`the node is refused: ${JSON.stringify(node)}`);
    const waits = isSince(version, 8, 1)
      ? (await readStore(home)).paired[identity.deviceId].pendingNodeSurface !== undefined
      : Object.values(JSON.parse(await readFile(join(home.stateDir, 'nodes', 'pending.json'), 'utf8').catch(() => '{}'))).some(({ nodeId }) => nodeId === identity.deviceId);
    const { nodes } = await owner.request('node.list', {});
    const { commands } = nodes.find(({ nodeId }) => nodeId === identity.deviceId);
    await node.close();
    if (!waits && !commands.length) throw new Error('the commands neither wait nor work');
    return [['node_commands', !waits ? 'Free' : commands.length ? 'Asked' : 'Held', `a paired node connects: its commands ${waits ? 'wait' : 'do not wait'}, node.list has ${commands.length} of them`]];
  });
}
