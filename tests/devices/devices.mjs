// Devices beside real gateways: what a call writes is what the gateway decides by. See devices.test.mjs and devices.long.test.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { node } from '../lib/cache.mjs';
import { Caller } from '../lib/caller.mjs';
import { ALL_SCOPES, CLI, connect, newIdentity } from '../lib/client.mjs';
import { cli, openGateway, queryState } from '../lib/gateway.mjs';
import { isSince } from '../lib/versions.mjs';
import { putStore, putSurfaces, readStore, readSurfaces } from '../gateway/store.mjs';

const BROWSER = { id: 'openclaw-control-ui', mode: 'webchat' };
const NODE_HOST = { id: 'node-host', mode: 'node' };
const COMMANDS = ['system.run', 'system.which'];

/**
 * A gateway behind a header-adding proxy that lets pages of the proxy's own address ask, how a client comes through it, and how the package
 * is called beside it. `paired`: the state dir's own device is, before the gateway starts.
 */
export async function open(t, version, { paired = false } = {}) {
  const payload = isSince(version, 2, 26) ? 'v3' : 'v2';
  // A gateway up to 2026.7 is known by its lock in the temp folder.
  let caller;
  const called = async (name, options) => {
    const answer = await caller.call(name, { gatewayVersion: version, ...options });
    if (answer.error) throw Object.assign(new Error(`${answer.error.code}: ${answer.error.message}`), answer.error);
    return answer.report;
  };
  const { home, proxy } = await openGateway(t, {
    version,
    config: { gateway: { nodes: { allowCommands: [...COMMANDS, 'system.notify'] }, ...isSince(version, 8, 1) && { trustedProxies: ['127.0.0.1'] } } },
    prepare: async ({ env }, { port }) => {
      caller = new Caller('native', { node: await node(24), env: { TMPDIR: env.TMPDIR } });
      await called('patchConfig', { env, merge: { gateway: { controlUi: { allowedOrigins: [`http://127.0.0.1:${port}`] } } } });
      if (paired) assert.equal((await called('prePair', { env })).paired, 'created');
    },
  });
  t.after(() => caller.stop());
  const origin = `http://127.0.0.1:${proxy.port}`;
  /** A connection that stays. From 2026.8.1 a page must be of the gateway's own build, which is told here. */
  let buildId;
  const hold = async (options) => {
    const page = options.client === BROWSER;
    const client = page && buildId ? { ...BROWSER, buildId } : options.client;
    const answer = await connect({ url: proxy.url, token: home.token, payload, ...options, client, headers: page ? { Origin: origin } : undefined });
    const { reloadRequired, gatewayBuildId } = answer.error?.details ?? {};
    if (!reloadRequired || buildId) return answer;
    buildId = gatewayBuildId;
    return await hold(options);
  };
  const come = async (options) => {
    const answer = await hold(options);
    if (answer.ok) await answer.close();
    return answer;
  };
  const call = (name, options) => called(`devices.${name}`, { env: home.env, ...options });
  return { home, origin, hold, come, call };
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
    assert.deepEqual((await call('reject', { requestId: again.requestId })).warnings.filter(({ code }) => code === 'W_STILL_CONNECTED'), []);
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

    const still = await hold({ ...remote, token: undefined, deviceToken: second });
    assert.ok((await call('revoke', { deviceId })).warnings.some(({ code }) => code === 'W_STILL_CONNECTED'));
    await still.request('health');
    await still.close();
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

const OLD = 'T'.repeat(43);

/** What differs from one approval to the next: random, times, and a name that the gateway's own erases. */
const plain = (made) => JSON.parse(JSON.stringify(made, (key, value) => {
  if (key === 'token') return value === OLD ? value : 'random';
  if (/AtMs$/.test(key) && value > 1000) return 'now';
  return key === 'displayName' ? undefined : value;
}));

// From 2026.4.29 to these versions OpenClaw's own command asks for too few scopes, whatever record its device has.
const MENDED = { devices: [5, 3], nodes: [5, 19] };
const lockedOut = (version, command) => isSince(version, 4, 29) && !isSince(version, ...MENDED[command]);

/** `approve(id)` as the owner of the machine does it: OpenClaw's own command, where it works. */
async function theirOwn(t, version, home, [command, method]) {
  if (!lockedOut(version, command)) {
    return async (id) => {
      const { code, stdout, stderr } = await cli(home, [command, 'approve', id]);
      assert.equal(code, 0, `openclaw ${command} approve: ${stdout}${stderr}`);
    };
  }
  const owner = await connect({ url: home.url, token: home.token, identity: newIdentity(), client: CLI, payload: 'v3', platform: 'linux', scopes: ALL_SCOPES });
  letIn(owner, 'the owner');
  t.after(() => owner.close());
  let tried;
  return async (id) => {
    tried ??= await cli(home, [command, 'approve', id]);
    assert.equal(tried.code, 1);
    assert.match(tried.stderr, /missing scope: operator\./);
    await owner.request(method, { requestId: id });
  };
}

/** What an approval makes of a request, beside what OpenClaw's own command makes of it. `only`: of these records. */
export function compared(version, only = ['new', 'narrow', 'revoked', 'node', 'bare']) {
  const title = lockedOut(version, 'devices')
    ? `an approval writes what the gateway's own does; \`openclaw devices approve\` is locked out`
    : 'an approval writes what `openclaw devices approve` does';
  test(`OpenClaw ${version}: ${title}`, async (t) => {
    const { home, come, call } = await open(t, version, { paired: true });
    const approve = await theirOwn(t, version, home, ['devices', 'device.pair.approve']);
    const one = browser();
    const { deviceId, publicKey } = one.identity;
    const seen = [];
    const base = { deviceId, publicKey, displayName: 'Mine', clientId: 'cli', clientMode: 'cli', platform: 'linux', role: 'operator', roles: ['operator'], createdAtMs: 5, approvedAtMs: 6 };
    const token = (role, scopes, more) => ({ token: OLD, role, scopes, createdAtMs: 7, ...more });
    const records = {
      new: null,
      narrow: { ...base, scopes: ['operator.read'], approvedScopes: ['operator.read'], tokens: { operator: token('operator', ['operator.read'], { lastUsedAtMs: 8 }) } },
      revoked: { ...base, scopes: ['operator.read', 'operator.pairing'], approvedScopes: ['operator.read', 'operator.pairing'], tokens: { operator: token('operator', ['operator.read'], { revokedAtMs: 9 }) } },
      node: { ...base, role: 'node', roles: ['node'], scopes: [], approvedScopes: [], tokens: { node: token('node', []) } },
      bare: base,
    };
    for (const name of only) {
      const record = records[name];
      for (const asks of [one, { ...one, client: NODE_HOST, role: 'node', scopes: [] }]) {
        const { paired } = await readStore(home);
        delete paired[deviceId];
        await putStore(home, { paired: [...Object.values(paired), ...(record ? [record] : [])], pending: [] });
        const answer = await come(asks);
        if (answer.ok) continue; // what it asks for it has
        const before = await readStore(home);
        const request = before.pending.find((request) => request.deviceId === deviceId);
        if (!request) continue;
        await approve(request.requestId);
        const after = await readStore(home);
        const theirs = after.paired[deviceId];
        assert.equal(after.pending.some(({ requestId }) => requestId === request.requestId), false, 'OpenClaw approved it');
        await putStore(home, { paired: Object.values(before.paired), pending: before.pending });
        await call('approve', { requestId: request.requestId });
        const { paired: { [deviceId]: ours }, pending } = await readStore(home);
        assert.deepEqual(pending.filter((other) => other.deviceId === deviceId), []);
        assert.deepEqual(plain(ours), plain(theirs), `${name}, ${asks.role ?? 'operator'}`);
        assert.equal(theirs.displayName, request.displayName, 'OpenClaw keeps the name of the request alone');
        if (record) assert.equal(ours.displayName, request.displayName ?? 'Mine', 'a name is not erased');
        seen.push(`${name} ${asks.role ?? 'operator'}`);
      }
    }
    assert.ok(seen.length >= 2 * only.length - 2, seen.join(', '));
    t.diagnostic(`${seen.length} requests: ${seen.join(', ')}`);
  });
}

/** What an approval makes of the commands that a node waits for, beside what OpenClaw's own command makes of them. */
export function surfacesCompared(version) {
  const title = lockedOut(version, 'nodes')
    ? "a node's commands are approved as the gateway itself does; `openclaw nodes approve` is locked out"
    : "a node's commands are approved as `openclaw nodes approve` does";
  test(`OpenClaw ${version}: ${title}`, async (t) => {
    const { home, hold, come, call } = await open(t, version, { paired: true });
    const approve = await theirOwn(t, version, home, ['nodes', 'node.pair.approve']);
    const box = { identity: newIdentity(), client: NODE_HOST, role: 'node', scopes: [], platform: 'linux', caps: ['system'], commands: COMMANDS };
    const { deviceId } = box.identity;
    refused(await come(box), 'nobody knows it');
    await call('approve', { deviceId });
    for (const commands of [COMMANDS, [...COMMANDS, 'system.notify']]) {
      const node = await hold({ ...box, commands });
      letIn(node, 'approved as a node');
      await node.close();
      await sleep(2000); // what a gateway with files notes of that connection
      const before = await readSurfaces(home, deviceId);
      const [{ requestId }] = (await call('list')).waiting;
      await approve(requestId);
      const theirs = await readSurfaces(home, deviceId);
      assert.equal(theirs.waits, null, 'OpenClaw approved it');
      await putSurfaces(home, deviceId, before);
      assert.deepEqual((await call('approve', { requestId })).granted, commands);
      const ours = await readSurfaces(home, deviceId);
      assert.equal(ours.waits, null);
      assert.deepEqual(plain(ours.has), plain(theirs.has));
    }
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
