// What waits at a real gateway decides what may be approved: see waiting.test.mjs and waiting.long.test.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { node } from '../lib/cache.mjs';
import { Caller } from '../lib/caller.mjs';
import { CLI, connect, newIdentity } from '../lib/client.mjs';
import { openGateway, queryState } from '../lib/gateway.mjs';
import { isSince } from '../lib/versions.mjs';
import { readStore } from './store.mjs';

const NODE_HOST = { id: 'node-host', mode: 'node' };

/** All that a gateway keeps of devices: files byte for byte, or every column of every row. */
async function kept(home) {
  if (isSince(home.version, 8, 1)) {
    return await Promise.all(['paired', 'pending'].map((name) => queryState(home, `SELECT * FROM device_pairing_${name} ORDER BY 1`)));
  }
  return await Promise.all(['paired', 'pending'].map((name) => readFile(join(home.stateDir, 'devices', `${name}.json`), 'utf8').catch(() => null)));
}

/** A gateway behind a header-adding proxy, and how a client comes through it. */
async function open(t, version) {
  const payload = isSince(version, 2, 26) ? 'v3' : 'v2';
  const config = { gateway: isSince(version, 8, 1) ? { trustedProxies: ['127.0.0.1'] } : {} };
  const { home, proxy } = await openGateway(t, { version, config });
  const come = async (options) => {
    const answer = await connect({ url: proxy.url, token: home.token, payload, ...options });
    if (answer.ok) await answer.close();
    return answer;
  };
  // Rows need a Node that knows SQLite.
  const caller = new Caller('native', { node: await node(24) });
  t.after(() => caller.stop());
  const call = (operation, options) => caller.call(operation, { env: home.env, gatewayVersion: version, ...options });
  return { home, come, call };
}

/** A node's key is not made an operator, and its request stays. */
export function nodeWaits(version) {
  test(`OpenClaw ${version}: a node host's request stays, and its key becomes no operator`, async (t) => {
    const { home, come, call } = await open(t, version);
    const identity = newIdentity();
    const asNode = { identity, client: NODE_HOST, role: 'node', scopes: [] };
    assert.equal((await come(asNode)).closeCode, 1008);
    const before = await kept(home);
    assert.equal((await readStore(home)).pending.filter(({ deviceId }) => deviceId === identity.deviceId).length, 1);
    const device = { publicKey: identity.publicKey };
    for (const pending of ['device', 'keep', 'all']) {
      assert.equal((await call('prePair', { device, pending })).error.code, 'ERR_PREPAIR_ROLE');
    }
    assert.equal((await call('setup', { device, config: false })).error.code, 'ERR_PREPAIR_ROLE');
    assert.deepEqual(await kept(home), before);

    // It hangs on the role: another key is approved by the same call.
    const other = newIdentity();
    assert.equal((await call('prePair', { device: { publicKey: other.publicKey } })).report.paired, 'created');
    assert.ok((await come({ identity: other, client: CLI })).ok);
    assert.equal((await readStore(home)).pending.length, 1, "the node's request still waits");
  });
}

/** A client whose system was updated is let in once its request was approved. */
export function pinnedWaits(version) {
  test(`OpenClaw ${version}: a pinned platform gives way to that of the waiting request`, async (t) => {
    const { home, come, call } = await open(t, version);
    const identity = newIdentity();
    const as = (platform, deviceFamily) => ({ identity, client: CLI, platform, deviceFamily });
    const device = { publicKey: identity.publicKey };
    // The gateway itself approves it silently, and pins what it says.
    assert.ok((await come({ ...as('macOS 26.3.1', 'Mac'), url: home.url })).ok);
    assert.equal((await come(as('macOS 26.4.0', 'Mac'))).closeCode, 1008);
    const { report: updated } = await call('prePair', { device });
    assert.deepEqual([updated.paired, updated.pendingCleared], ['updated', 1]);
    assert.ok(updated.warnings.some(({ code }) => code === 'W_PINNED_TAKEN'));
    assert.ok((await come(as('macOS 26.4.0', 'Mac'))).ok, 'what it said is what it is let in with');

    // A client that names no device family fits no record that pins one.
    assert.equal((await come(as('macOS 26.4.0'))).closeCode, 1008);
    await call('prePair', { device });
    assert.ok((await come(as('macOS 26.4.0'))).ok);
    assert.equal((await come(as('linux'))).closeCode, 1008, 'the platform is still pinned');
  });
}
