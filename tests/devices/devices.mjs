// Devices beside real gateways: what a call writes is what the gateway decides by. See devices.test.mjs and devices.long.test.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { node } from '../lib/cache.mjs';
import { Caller } from '../lib/caller.mjs';
import { ALL_SCOPES, CLI, connect, newIdentity } from '../lib/client.mjs';
import { openGateway, queryState } from '../lib/gateway.mjs';
import { isSince } from '../lib/versions.mjs';
import { putStore, readStore } from '../gateway/store.mjs';

const BROWSER = { id: 'openclaw-control-ui', mode: 'webchat' };
const NODE_HOST = { id: 'node-host', mode: 'node' };
const COMMANDS = ['system.run', 'system.which'];

/** A gateway behind a header-adding proxy, how a client comes through it, and how the package is called beside it. */
async function open(t, version) {
  const payload = isSince(version, 2, 26) ? 'v3' : 'v2';
  const origin = 'http://127.0.0.1:3000';
  const gateway = { controlUi: { allowedOrigins: [origin] }, nodes: { allowCommands: [...COMMANDS, 'system.notify'] }, ...isSince(version, 8, 1) && { trustedProxies: ['127.0.0.1'] } };
  const { home, proxy } = await openGateway(t, { version, config: { gateway } });
  /** A connection that stays. */
  const hold = (options) => connect({ url: proxy.url, token: home.token, payload, ...options, headers: options.client === BROWSER ? { Origin: origin } : undefined });
  const come = async (options) => {
    const answer = await hold(options);
    if (answer.ok) await answer.close();
    return answer;
  };
  // A gateway up to 2026.7 is known by its lock in the temp folder.
  const caller = new Caller('native', { node: await node(24), env: { TMPDIR: home.env.TMPDIR } });
  t.after(() => caller.stop());
  const call = async (name, options) => {
    const answer = await caller.call(`devices.${name}`, { env: home.env, gatewayVersion: version, ...options });
    if (answer.error) throw Object.assign(new Error(`${answer.error.code}: ${answer.error.message}`), answer.error);
    return answer.report;
  };
  return { home, hold, come, call };
}

const browser = () => ({ identity: newIdentity(), client: BROWSER, platform: 'Win32', scopes: ['operator.read', 'operator.write'] });
const refused = (answer, why) => assert.equal(answer.closeCode, 1008, `${why}: ${JSON.stringify(answer.ok ? 'let in' : answer)}`);
const letIn = (answer, why) => assert.ok(answer.ok, `${why}: ${JSON.stringify(answer)}`);

/** All that a gateway keeps of one device, but the times that a connect leaves. */
async function keptOf(home, deviceId) {
  const { paired, pending } = await readStore(home);
  return { paired: paired[deviceId], pending: pending.filter((request) => request.deviceId === deviceId) };
}

/** Two browsers and a node wait; one after the other is let in, and put out. */
export function story(version) {
  test(`OpenClaw ${version}: each waiting device is let in by its own approval, and no other`, async (t) => {
    const { home, hold, come, call } = await open(t, version);
    const [one, two] = [browser(), browser()];
    const box = { identity: newIdentity(), client: NODE_HOST, role: 'node', scopes: [], platform: 'linux' };
    for (const device of [one, two, box]) refused(await come(device), 'nobody knows it');
    const id = (device) => device.identity.deviceId;

    const { waiting, paired, warnings } = await call('list');
    assert.deepEqual(warnings, []);
    const of = (device) => waiting.find(({ deviceId }) => deviceId === id(device));
    assert.deepEqual([waiting.length, paired.filter((device) => [one, two, box].some((other) => id(other) === device.deviceId)).length], [3, 0]);
    for (const device of [one, two]) {
      const { kind, clientId, clientMode, platform, roles, scopes, remoteIp, silent, expired, ageMs } = of(device);
      assert.deepEqual({ kind, clientId, clientMode, platform, roles, scopes: [...scopes].sort(), silent, expired }, {
        kind: 'device', clientId: 'openclaw-control-ui', clientMode: 'webchat', platform: 'Win32', roles: ['operator'], scopes: ['operator.read', 'operator.write'], silent: false, expired: false,
      });
      // Up to 2026.7 the address behind a proxy that nobody trusts is not kept.
      if (isSince(version, 8, 1)) assert.equal(remoteIp, '203.0.113.9');
      assert.ok(ageMs >= 0 && ageMs < 300_000);
    }
    assert.deepEqual([of(box).clientId, of(box).roles, of(box).scopes], ['node-host', ['node'], []]);

    // One browser, with less than it asks.
    const [beforeTwo, beforeBox] = [await keptOf(home, id(two)), await keptOf(home, id(box))];
    const report = await call('approve', { requestId: of(one).requestId, scopes: ['operator.read'] });
    assert.deepEqual([report.granted, report.roles, report.scopes], [['operator.read'], ['operator'], ['operator.read']]);
    assert.deepEqual([await keptOf(home, id(two)), await keptOf(home, id(box))], [beforeTwo, beforeBox], 'others are as they were');
    const reads = { ...one, scopes: ['operator.read'] };
    letIn(await come(reads), 'approved');
    refused(await come(one), 'it was not given operator.write');
    for (const device of [two, box]) refused(await come(device), 'it was not approved');

    // The node: its role, and never another.
    await call('approve', { deviceId: id(box) });
    letIn(await come(box), 'approved');
    // 2026.2.22 to 2026.2.24 ask no operator with the gateway's own secret for a pairing.
    if (!isSince(version, 2, 22) || isSince(version, 2, 25)) {
      for (const client of [NODE_HOST, CLI]) refused(await come({ ...box, client, role: 'operator', scopes: ['operator.read'] }), "a node's key is not an operator");
    }
    refused(await come(two), 'it was not approved');
    assert.deepEqual((await call('list')).paired.find(({ deviceId }) => deviceId === id(box)).roles, ['node']);

    // An open connection stays, the next one is refused.
    const connection = await hold(reads);
    letIn(connection, 'approved');
    const others = [await keptOf(home, id(two)), (await keptOf(home, id(box))).paired.tokens];
    const { warnings: said } = await call('remove', { deviceId: id(one) });
    assert.ok(said.some(({ code }) => code === 'W_STILL_CONNECTED'));
    await sleep(500);
    await connection.request('health');
    await connection.close();
    refused(await come(reads), 'it was removed');
    assert.deepEqual([await keptOf(home, id(two)), (await keptOf(home, id(box))).paired.tokens], others, 'others are as they were');

    // What it left by that is rejected.
    const again = (await call('list')).waiting.find(({ deviceId }) => deviceId === id(one));
    assert.ok((await call('reject', { requestId: again.requestId })).warnings.some(({ code }) => code === 'W_STILL_CONNECTED'));
    assert.equal((await call('list')).waiting.some(({ deviceId }) => deviceId === id(one)), false);
  });
}

/** A device's own token: given, made anew, revoked. */
export function tokens(version) {
  test(`OpenClaw ${version}: a device's token is what \`devices.token\` gives, until it is rotated or revoked`, async (t) => {
    const { home, hold, come, call } = await open(t, version);
    const remote = { identity: newIdentity(), client: CLI, platform: 'linux', scopes: ['operator.read'] };
    const { deviceId } = remote.identity;
    refused(await come(remote), 'nobody knows it');
    await call('approve', { deviceId });
    const alone = (deviceToken) => come({ ...remote, token: undefined, deviceToken });
    const { token: first, role, scopes } = await call('token', { deviceId });
    assert.deepEqual([role, scopes], ['operator', ['operator.read']]);
    letIn(await alone(first), 'its token alone');

    const connection = await hold({ ...remote, token: undefined, deviceToken: first });
    const rotated = await call('rotate', { deviceId });
    assert.ok(rotated.tokenReplaced && rotated.warnings.some(({ code }) => code === 'W_STILL_CONNECTED'));
    const { token: second } = await call('token', { deviceId });
    assert.notEqual(second, first);
    await connection.request('health');
    await connection.close();
    assert.equal((await alone(first)).ok, false, 'the old token');
    letIn(await alone(second), 'the new token');

    assert.ok((await call('revoke', { deviceId })).warnings.some(({ code }) => code === 'W_STILL_CONNECTED'));
    assert.equal((await alone(second)).ok, false, 'a revoked token');
    await assert.rejects(call('token', { deviceId }), { code: 'ERR_PREPAIR_REVOKED' });
    assert.equal((await call('rotate', { deviceId })).revocationLifted, true);
    letIn(await alone((await call('token', { deviceId })).token), 'that is lifted');

    await call('rename', { deviceId, name: 'The one in the office' });
    const named = (list) => list.paired.find((device) => device.deviceId === deviceId).displayName;
    assert.equal(named(await call('list')), 'The one in the office');
    letIn(await come(remote), 'by another name');
    assert.equal((await readStore(home)).paired[deviceId].publicKey, remote.identity.publicKey);
  });
}

/** What an approval makes of a request, beside what the gateway's own makes of it. */
export function compared(version) {
  test(`OpenClaw ${version}: an approval writes what the gateway's own does`, async (t) => {
    const { home, come, call } = await open(t, version);
    const payload = isSince(version, 2, 26) ? 'v3' : 'v2';
    // An owner on this machine, who may approve all.
    const owner = newIdentity();
    const asOwner = { url: home.url, token: home.token, identity: owner, client: CLI, payload, platform: 'linux' };
    const first = await connect({ ...asOwner, scopes: ALL_SCOPES });
    letIn(first, 'the owner');
    t.after(() => first.close());

    const one = browser();
    const { deviceId, publicKey } = one.identity;
    const seen = {};
    const base = { deviceId, publicKey, displayName: 'Mine', clientId: 'cli', clientMode: 'cli', platform: 'linux', role: 'operator', roles: ['operator'], createdAtMs: 5, approvedAtMs: 6 };
    const token = (role, scopes, more) => ({ token: 'T'.repeat(43), role, scopes, createdAtMs: 7, ...more });
    const records = {
      new: null,
      narrow: { ...base, scopes: ['operator.read'], approvedScopes: ['operator.read'], tokens: { operator: token('operator', ['operator.read'], { lastUsedAtMs: 8 }) } },
      revoked: { ...base, scopes: ['operator.read', 'operator.pairing'], approvedScopes: ['operator.read', 'operator.pairing'], tokens: { operator: token('operator', ['operator.read'], { revokedAtMs: 9 }) } },
      node: { ...base, role: 'node', roles: ['node'], scopes: [], approvedScopes: [], tokens: { node: token('node', []) } },
      bare: base,
    };
    for (const [name, record] of Object.entries(records)) {
      for (const asks of [one, { ...one, client: NODE_HOST, role: 'node', scopes: [] }]) {
        const { paired } = await readStore(home);
        delete paired[deviceId];
        await putStore(home, { paired: [...Object.values(paired), ...(record ? [record] : [])], pending: [] });
        const answer = await come(asks);
        if (answer.ok) continue; // what it asks for it has
        const before = await readStore(home);
        const request = before.pending.find((request) => request.deviceId === deviceId);
        if (!request) continue;
        await first.request('device.pair.approve', { requestId: request.requestId });
        const theirs = (await readStore(home)).paired[deviceId];
        await putStore(home, { paired: Object.values(before.paired), pending: before.pending });
        await call('approve', { requestId: request.requestId });
        const after = await readStore(home);
        const ours = after.paired[deviceId];
        assert.equal(after.pending.some(({ requestId }) => requestId === request.requestId), false);
        const plain = (made) => JSON.parse(JSON.stringify(made, (key, value) => {
          if (key === 'token') return value === 'T'.repeat(43) ? value : value.length;
          if (/AtMs$/.test(key) && value > 1000) return 'now';
          return key === 'displayName' ? undefined : value;
        }));
        assert.deepEqual(plain(ours), plain(theirs), `${name}, ${asks.role ?? 'operator'}`);
        if (record) assert.equal(ours.displayName, request.displayName ?? 'Mine', 'a name is not erased');
        seen[`${name} ${asks.role ?? 'operator'}`] = true;
      }
    }
    assert.ok(Object.keys(seen).length >= 6, Object.keys(seen).join(', '));
  });
}

/** A node's commands wait by themselves, and are approved by themselves. */
export function surfaces(version) {
  test(`OpenClaw ${version}: a node's commands are granted by their own entry, and by nothing else`, async (t) => {
    const { home, hold, come, call } = await open(t, version);
    const box = { identity: newIdentity(), client: NODE_HOST, role: 'node', scopes: [], platform: 'linux', caps: ['system'], commands: COMMANDS };
    const { deviceId } = box.identity;
    refused(await come(box), 'nobody knows it');
    assert.deepEqual((await call('approve', { deviceId })).granted, []);
    const owner = await connect({ url: home.url, token: home.token, identity: newIdentity(), client: CLI, payload: isSince(version, 2, 26) ? 'v3' : 'v2', platform: 'linux', scopes: ALL_SCOPES });
    t.after(() => owner.close());
    const may = async () => {
      const node = await hold(box);
      letIn(node, 'approved as a node');
      const { nodes } = await owner.request('node.list', {});
      await node.close();
      return nodes.find(({ nodeId }) => nodeId === deviceId)?.commands ?? [];
    };
    const before = await may();
    if (isSince(version, 5, 18)) assert.deepEqual(before, []);
    const { waiting } = await call('list');
    const entry = waiting.find((request) => request.deviceId === deviceId);
    assert.deepEqual([waiting.length, entry.kind, entry.commands, entry.publicKey], [1, 'node-surface', COMMANDS, box.identity.publicKey]);
    assert.deepEqual((await call('approve', { requestId: entry.requestId })).granted, COMMANDS);
    assert.deepEqual((await may()).filter((command) => COMMANDS.includes(command)).sort(), COMMANDS);
    assert.deepEqual((await call('list')).waiting, []);
    const { paired } = await call('list');
    assert.deepEqual(paired.find((device) => device.deviceId === deviceId).roles, ['node']);
    // Another command waits anew.
    const more = await hold({ ...box, commands: [...COMMANDS, 'system.notify'] });
    await more.close();
    const [asked] = (await call('list')).waiting;
    assert.deepEqual([asked?.kind, asked?.repair], ['node-surface', true]);
    await call('reject', { requestId: asked.requestId });
    assert.deepEqual((await call('list')).waiting, []);
    // A gateway with files notes a connection of a node after it, from what it read before: W_GATEWAY_RUNNING.
    await sleep(2000);
    await call('remove', { deviceId });
    refused(await come(box), 'it was removed');
    if (!isSince(version, 8, 1)) assert.deepEqual(JSON.parse(await readFile(join(home.stateDir, 'nodes', 'paired.json'), 'utf8')), {});
    else assert.deepEqual(await queryState(home, `SELECT device_id FROM device_pairing_paired WHERE device_id = '${deviceId}'`), []);
  });
}
