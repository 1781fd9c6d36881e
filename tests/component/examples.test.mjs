// The examples prepare state dirs on which real OpenClaw 2026.2.19 lets the client in.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AGENT, callAs, CLI, connect, identityOf, newIdentity } from '../lib/client.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { component, example, python } from './python.mjs';

const VERSION = '2026.2.19';
const root = fileURLToPath(new URL('../../', import.meta.url));

/** The examples as users run them: Node's with the package installed beside it. */
async function programs(t) {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-example-'));
  t.after(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, 'node_modules/@openclaw-prepair'), { recursive: true });
  symlinkSync(join(root, 'npm/component'), join(dir, 'node_modules/@openclaw-prepair/component'));
  writeFileSync(join(dir, 'prepair.mjs'), readFileSync(join(root, 'crates/component/examples/node/prepair.mjs')));
  return {
    Python: [await python(), join(example, 'prepair.py'), component],
    'Node through jco': [process.execPath, join(dir, 'prepair.mjs')],
  };
}

test('the wall stands, an example runs, the wall is gone', async (t) => {
  for (const [name, [program, ...args]] of Object.entries(await programs(t))) {
    await t.test(name, async (t) => {
      const home = await makeHome({ version: VERSION });
      t.after(() => home.dispose());
      const before = readFileSync(home.configPath, 'utf8');
      const run = () => spawnSync(program, [...args, home.stateDir, VERSION], { encoding: 'utf8' });
      const first = run();
      assert.equal(first.status, 0, first.stderr);
      const paired = await home.read('devices/paired.json');
      const identity = identityOf((await home.read('identity/device.json')).privateKeyPem);
      assert.equal(first.stdout.split('\n')[0], `device ${identity.deviceId}: identity created, record created`);
      assert.deepEqual(Object.keys(paired), [identity.deviceId]);
      for (const file of ['identity/device.json', 'devices/paired.json']) assert.equal(statSync(join(home.stateDir, file)).mode & 0o777, 0o600, file);
      assert.equal(readFileSync(home.configPath, 'utf8'), before, 'a complete config is left alone');
      assert.match(run().stdout, /identity reused, record unchanged\n$/);

      const gateway = await startGateway(home);
      t.after(() => gateway.stop());
      const proxy = await headerProxy(home.port);
      t.after(() => proxy.stop());
      const stranger = await connect({ url: proxy.url, token: home.token, identity: newIdentity(), client: AGENT });
      assert.deepEqual([stranger.closeCode, stranger.reason], [1008, 'pairing required'], 'the wall stands for others');
      for (const client of [AGENT, CLI]) {
        const call = (method, params) => callAs(client, { url: proxy.url, token: home.token, identity }, method, params);
        await call('cron.add', job);
        assert.ok((await call('cron.list')).jobs.length > 0);
      }
    });
  }
});

test('a refusal of the component is printed with its hint', async (t) => {
  for (const [name, [program, ...args]] of Object.entries(await programs(t))) {
    const dir = mkdtempSync(join(tmpdir(), 'prepair-broken-'));
    t.after(() => rmSync(dir, { recursive: true }));
    mkdirSync(join(dir, 'devices'));
    writeFileSync(join(dir, 'devices/paired.json'), '{"a":');
    const { status, stderr } = spawnSync(program, [...args, dir, VERSION], { encoding: 'utf8' });
    assert.equal(status, 1, name);
    assert.match(stderr, /^ERR_PREPAIR_SYNTAX: .*\n.*restore it from a backup/, name);
  }
});

const job = { name: 'joke', schedule: { kind: 'every', everyMs: 300_000 }, sessionTarget: 'isolated', payload: { kind: 'agentTurn', message: 'a silly joke' }, wakeMode: 'now' };
