// What `verify` and `doctor` say about real gateways, through the header-adding proxy as a client that presents its device.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { writeReference } from '../lib/reference.mjs';
import { isSince } from '../lib/versions.mjs';
import { cli } from './cli.mjs';

const OPEN = { 'operator.read': true, 'operator.admin': true };
const CLOSED = { 'operator.read': false, 'operator.admin': false };

/** A home whose gateway runs, with a proxy before it; both end after the test `t`. */
export async function stage(t, version, { config = {}, prepare = () => {} } = {}) {
  const home = await makeHome({ version, config });
  await prepare(home);
  const proxy = await headerProxy(home.port);
  let gateway = await startGateway(home);
  t.after(async () => {
    await gateway.stop();
    await proxy.stop();
    await home.dispose();
  });
  const common = ['--gateway-version', version];
  return {
    home, proxy, gateway,
    run: (command, ...args) => cli([command, ...common, ...args], { env: home.env }),
    verify: (...args) => cli(['verify', ...common, '--json', ...args], { env: home.env }),
    restart: async () => {
      await gateway.stop();
      gateway = await startGateway(home);
    },
  };
}

/** An identity without a record, as a state dir has it whose device nobody approved. */
export function unpaired(home) {
  const identity = writeReference(home.stateDir);
  rmSync(join(home.stateDir, 'devices/paired.json'));
  return identity;
}

/** Closed before `setup`, open after it, beside the running gateway; the attempt leaves no trace. */
export function closedThenOpen(version) {
  const sqlite = isSince(version, 8, 1);
  test(`${version}: closed before setup, open after it`, async (t) => {
    const { home, proxy, gateway, run, verify } = await stage(t, version, {
      config: sqlite ? { gateway: { trustedProxies: ['127.0.0.1'] } } : {},
      prepare: unpaired,
    });
    const through = ['--url', proxy.url];
    const cautious = await verify(...through);
    assert.equal(cautious.code, 3, cautious.stderr);
    assert.deepEqual([cautious.json.ok, cautious.json.reason, proxy.connections()], [false, 'not-paired', 0]);

    const pending = async () => (await run('clear-pending', '--dry-run', '--json')).json.cleared;
    const wall = await verify(...through, '--force');
    assert.equal(wall.code, 3);
    assert.deepEqual([wall.json.closeCode, wall.json.scopes], [1008, CLOSED]);
    assert.deepEqual([wall.json.reason, wall.json.url, wall.json.left], ['pairing-required', proxy.url, undefined]);
    assert.match(wall.json.said, /pairing required/);
    assert.ok(wall.json.removedPending, 'it took nothing back');
    assert.deepEqual(await pending(), []);
    // One that was there before is not ours to take: somebody may be about to approve it.
    if (!sqlite) {
      const requestId = randomUUID();
      const file = join(home.stateDir, 'devices/pending.json');
      writeFileSync(file, JSON.stringify({ [requestId]: { requestId, deviceId: 'cd'.repeat(32), publicKey: 'x', silent: false, ts: Date.now() } }));
      assert.ok((await verify(...through, '--force')).json.removedPending);
      assert.deepEqual((await pending()).map((request) => request.requestId), [requestId]);
    }
    const shown = await run('verify', ...through, '--force');
    assert.match(shown.stdout, /✘ gateway closed \(1008\): pairing required.*→ Run `npx openclaw-prepair setup`/s);

    const setup = await run('setup', '--no-config');
    assert.equal(setup.code, 0, setup.stderr);
    // A client that is named presents its device as that version's own does; without it, it lacks its scopes behind a proxy.
    const clients = [[], ...[['cli', 7, 1], ['agent', 4, 25]].map(([client, ...bare]) => ['--client', client, isSince(version, ...bare)])];
    for (const [flag, client, bare = false] of clients) {
      const open = await verify(...through, ...(flag ? [flag, client] : []));
      assert.equal(open.code, bare ? 3 : 0, open.stdout);
      assert.deepEqual([open.json.ok, open.json.scopes, open.json.reason], bare ? [false, CLOSED, 'missing-scope'] : [true, OPEN, undefined]);
    }
    const wrong = await cli(['verify', '--gateway-version', version, ...through, '--token-env', 'WRONG'], { env: { ...home.env, WRONG: 'not-the-token-of-this-gateway' } });
    assert.equal(wrong.code, 1, wrong.stdout);
    assert.match(wrong.stderr, /gateway closed \(1008\): .*(unauthorized|token)/);
    // No device token is kept here that could be an old one.
    assert.match(wrong.stderr, /→ Give the gateway's own secret by --token-env/);
    const said = [cautious, wall, shown, setup, wrong].map(({ stdout, stderr }) => stdout + stderr).join('');
    assert.ok(!said.includes(home.token) && !said.includes('not-the-token') && !said.includes('PRIVATE'));
    assert.ok(!gateway.log().includes('not-the-token'));
  });
}
