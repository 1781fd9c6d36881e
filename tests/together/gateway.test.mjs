// Beside real gateways: few devices here, a thousand in gateway.long.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node } from '../lib/cache.mjs';
import { BINDINGS, Caller } from '../lib/caller.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { readStore } from '../gateway/store.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { beside } from './beside.mjs';

test('2026.2.19 beside us, with its files', async (t) => {
  const { lost, theirs } = await beside(t, { version: '2026.2.19', count: 30 });
  // Nothing can lock what this gateway writes: between our last look and our rename it may write. It is one or none here.
  assert.ok(lost.theirs <= theirs / 10, `${lost.theirs} of ${theirs}`);
  assert.equal(lost.again, 0);
});

test(`${NEWEST} beside us, with its database: nothing is lost`, async (t) => {
  const { lost } = await beside(t, { version: NEWEST, count: 10 });
  assert.deepEqual(lost, { theirs: 0, ours: 0, again: 0 });
});

for (const version of ['2026.2.19']) {
  test(`beside the first start of ${version}: one identity, and its record in the end`, async (t) => {
    const home = await makeHome({ version });
    t.after(home.dispose);
    const newest = await node(24);
    const callers = BINDINGS.map((binding) => new Caller(binding, { env: { TMPDIR: home.env.TMPDIR }, node: newest }));
    t.after(() => Promise.all(callers.map((caller) => caller.stop())));
    const options = { stateDir: home.stateDir, env: { HOME: home.dir }, gatewayVersion: version };
    const starting = startGateway(home);
    let ready = false;
    const seen = new Set();
    const outcomes = {};
    const call = async (caller) => {
      while (!ready) {
        const { report, error } = await caller.call('setup', options);
        outcomes[error?.code ?? 'done'] = (outcomes[error?.code ?? 'done'] ?? 0) + 1;
        if (report) seen.add(report.deviceId);
      }
    };
    const [gateway] = await Promise.all([starting.finally(() => { ready = true; }), ...callers.map(call)]);
    t.after(gateway.stop);
    t.diagnostic(JSON.stringify(outcomes));
    assert.equal(seen.size, 1, 'one identity');
    const [deviceId] = seen;
    assert.ok(Object.hasOwn((await readStore(home)).paired, deviceId), 'its record is there');
  });
}
