// A node host's key is paired before it ever connects: the real `openclaw node run` behind a header-adding proxy then stands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALL_SCOPES, CLI, connect } from '../lib/client.mjs';
import { makeHome, openGateway, startNode } from '../lib/gateway.mjs';
import { isSince, NEWEST } from '../lib/versions.mjs';
import { node as nodeBinary } from '../lib/cache.mjs';
import { Caller } from '../lib/caller.mjs';
import { readStore } from './store.mjs';

const until = async (found, what) => {
  for (let tries = 0; tries < 900; tries++) {
    const value = await found();
    if (value) return value;
    await sleep(100);
  }
  throw new Error(`not within 90 seconds: ${what()}`);
};

for (const version of ['2026.2.23', '2026.5.18', NEWEST]) {
  test(`OpenClaw ${version}: a node host that was paired by its key alone`, async (t) => {
    const host = await makeHome({ version });
    t.after(host.dispose);
    // rows need a Node that knows SQLite
    const caller = new Caller('native', { node: await nodeBinary(24) });
    t.after(() => caller.stop());
    const call = async (name, { env }, options) => {
      const { report, error } = await caller.call(name, { env, gatewayVersion: version, ...options });
      if (error) throw Object.assign(new Error(error.message), error);
      return report;
    };
    // It makes its identity when it starts; there is nothing to connect to yet.
    let node = await startNode(host, { port: 9, token: 'x' });
    t.after(() => node.stop());
    const identity = await until(() => call('exportIdentity', host).catch(() => null), () => node.log());
    await node.stop();

    let report;
    const { home, gateway, proxy } = await openGateway(t, {
      version,
      config: isSince(version, 8, 1) ? { gateway: { trustedProxies: ['127.0.0.1'] } } : {},
      prepare: async (home) => {
        report = await call('prePair', home, { device: identity, role: 'node' });
        await call('prePair', home); // an owner, to ask
      },
    });
    assert.equal(report.deviceId, identity.deviceId);
    assert.deepEqual(report.scopesAdded, []);
    const held = isSince(version, 5, 18);
    assert.deepEqual(report.warnings.map(({ code }) => code), held ? ['W_NODE_COMMANDS'] : []);

    node = await startNode(host, { port: proxy.port, token: home.token });
    const own = await call('exportIdentity', home);
    const owner = await until(async () => {
      const answer = await connect({ url: home.url, token: home.token, identity: own, client: CLI, scopes: ALL_SCOPES });
      return answer.ok && answer;
    }, () => gateway.log());
    const found = await until(async () => {
      const { nodes } = await owner.request('node.list', {});
      return nodes.find(({ nodeId, connected }) => nodeId === identity.deviceId && connected);
    }, () => `${node.log()}\n${gateway.log()}`);
    if (held) assert.deepEqual(found.commands ?? [], [], 'nothing of its commands was approved along with it');
    else assert.ok(found.commands.includes('system.run'));
    const { [identity.deviceId]: record } = (await readStore(home)).paired;
    assert.deepEqual(record.roles, ['node']);
    assert.deepEqual(Object.keys(record.tokens), ['node']);
    await owner.close();

    // from 2026.2.22 to 2026.2.24 an operator with the gateway's own secret needs no record at all
    if (!held) return;
    const operator = await connect({ url: proxy.url, token: home.token, identity, client: CLI, payload: isSince(version, 4, 15) ? 'v3' : 'v2', scopes: ['operator.read'] });
    assert.equal(operator.ok, false, 'the key of a node is not an operator');
    assert.match(operator.reason, /pairing required/);
  });
}
