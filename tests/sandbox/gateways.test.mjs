// Real gateways on what was prepared from outside, through the real @vercel/sandbox client and through localDir().
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { node } from '../lib/cache.mjs';
import { AGENT, CLI, connect, identityOf } from '../lib/client.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { isSince, NEWEST } from '../lib/versions.mjs';
import { VercelSandbox, leaked, secretsIn, startVercel } from './vercel-server.mjs';

const require = createRequire(import.meta.url);
const { setup, prePair, clearPending, vercel, localDir } = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');
const { newIdentity } = require('../../npm/openclaw-prepair/lib/entry/index.js');

const secrets = new Set();
after(() => assert.deepEqual(leaked([...secrets]), [], 'the log of all commands and outputs holds a secret'));

const job = { name: 'Silly Joke', schedule: { kind: 'every', everyMs: 3_600_000 }, sessionTarget: 'isolated', payload: { kind: 'agentTurn', message: 'tell a joke' }, delivery: { mode: 'none' } };
const SCOPES = ['operator.admin', 'operator.read'];

/** A home, and the real SDK on a service in which it is a sandbox's home. */
async function start(t, version, options = {}) {
  const proxied = { gateway: { trustedProxies: ['127.0.0.1'] } };
  const home = await makeHome({ version, config: isSince(version, 8, 1) ? proxied : {} });
  const modern = dirname(await node(24));
  const service = await startVercel({ home: () => home.dir, env: { PATH: `${modern}:${process.env.PATH}` }, ...options });
  const Sandbox = await VercelSandbox();
  const sandbox = await Sandbox.create({ ...service.credentials, fetch: service.fetch, name: 'gateway' });
  secrets.add(home.token);
  t.after(async () => {
    for (const secret of await secretsIn(home.dir)) secrets.add(secret);
    await service.close();
    await home.dispose();
  });
  return { home, fs: vercel(sandbox), target: { stateDir: home.stateDir, gatewayVersion: version } };
}

/** Adds a job as a client that presents this device and that the gateway sees as remote. */
async function addJob(home, identity, client = AGENT, scopes = SCOPES) {
  const proxy = await headerProxy(home.port);
  try {
    const connection = await connect({ url: proxy.url, token: home.token, identity, client, scopes });
    if (!connection.ok) return connection;
    if (scopes.includes('operator.admin')) await connection.request('cron.add', job);
    const listed = await connection.request('cron.list', {});
    await connection.close();
    return { ok: true, jobs: listed.jobs.length };
  } finally {
    await proxy.stop();
  }
}

for (const version of ['2026.2.19', NEWEST]) {
  test(`${version}: setup from outside, then the gateway answers cron.add`, async (t) => {
    const at = await start(t, version, { twice: (n) => (n === 2 ? 'after' : 'once') });
    const report = await setup(at.fs, { ...at.target, config: { proxyPeers: ['127.0.0.1'] } });
    assert.equal(report.roundTrips, 3);
    const device = await at.home.read('identity/device.json');
    assert.equal(device.deviceId, report.deviceId);
    const gateway = await startGateway(at.home);
    try {
      for (const client of [AGENT, CLI]) assert.ok((await addJob(at.home, identityOf(device.privateKeyPem), client)).ok);
    } finally {
      await gateway.stop();
    }
  });
}

test(`${NEWEST}, started: rows through the sandbox's own Node, four functions at once, and the function's own device gets cron.list`, async (t) => {
  const at = await start(t, NEWEST, { twice: (n) => ['once', 'after', 'during'][n % 3] });
  // The function holds the secret; its private key never leaves it.
  const mine = newIdentity({ secret: Buffer.from('0123456789abcdefghijklmnopqrstuvwxyzABCDEF'), label: 'sandbox-7' });
  secrets.add(mine.privateKeyPem.split('\n')[1]);
  const first = await startGateway(at.home);
  await first.stop();
  const four = await Promise.all([1, 2, 3, 4].map(() => prePair(at.fs, at.target)));
  const host = four.find(({ paired }) => paired === 'created');
  assert.equal(host.store, 'sqlite');
  assert.ok(four.every(({ deviceId }) => deviceId === host.deviceId));
  assert.equal(four.filter(({ paired }) => paired === 'created').length, 1);
  const again = await prePair(at.fs, at.target);
  assert.deepEqual([again.deviceId, again.paired, again.roundTrips], [host.deviceId, 'unchanged', 1]);
  // Another home than the SDK's usual one: found, and its rows are the ones that count.
  const found = await prePair(at.fs, { gatewayVersion: NEWEST });
  assert.deepEqual([found.store, found.deviceId, found.paired, found.roundTrips], ['sqlite', host.deviceId, 'unchanged', 2]);

  const gateway = await startGateway(at.home);
  try {
    assert.equal((await addJob(at.home, mine)).ok, false);
    // Seen at once, while the gateway runs; the sticky request of the refused try goes with it.
    const report = await prePair(at.fs, { ...at.target, device: { publicKey: mine.publicKey }, scopes: ['operator.read'] });
    assert.deepEqual([report.deviceId, report.identity, report.store, report.paired], [mine.deviceId, 'untouched', 'sqlite', 'created']);
    assert.equal(report.pendingCleared, 1);
    assert.equal(report.roundTrips, 3);
    assert.equal((await addJob(at.home, mine, AGENT, ['operator.read'])).ok, true);
    assert.equal((await addJob(at.home, mine)).ok, false);
    // More scopes, the token that was there is kept: it went out and came back as a placeholder.
    const tokens = async () => readTokens(at.home.stateDir, mine.deviceId);
    const before = await tokens();
    assert.equal((await clearPending(at.fs, at.target)).cleared.length, 1);
    const wider = await prePair(at.fs, { ...at.target, device: { publicKey: mine.publicKey } });
    assert.equal(wider.paired, 'updated');
    const now = await tokens();
    assert.equal(now.operator.token, before.operator.token);
    assert.ok(now.operator.scopes.includes('operator.admin'));
    secrets.add(now.operator.token);
    assert.ok((await addJob(at.home, mine)).ok);
    for (const token of Object.values(await readTokens(at.home.stateDir, host.deviceId))) secrets.add(token.token);
  } finally {
    await gateway.stop();
  }
});

test('localDir: a folder of this machine as sandbox; the sandbox needs no Node of its own for files', async () => {
  const home = await makeHome({ version: '2026.2.19' });
  const report = await setup(localDir(home.dir), { gatewayVersion: '2026.2.19' });
  assert.equal(report.identity, 'created');
  const gateway = await startGateway(home);
  try {
    const { privateKeyPem } = await home.read('identity/device.json');
    assert.ok((await addJob(home, identityOf(privateKeyPem))).ok);
  } finally {
    await gateway.stop();
    await home.dispose();
  }
});

/** The tokens of a record, read by a Node that knows SQLite. */
async function readTokens(stateDir, deviceId) {
  const { execFileSync } = await import('node:child_process');
  const script = `const { DatabaseSync } = require('node:sqlite');
    const db = new DatabaseSync(process.argv[1], { readOnly: true });
    process.stdout.write(db.prepare('SELECT tokens_json FROM device_pairing_paired WHERE device_id = ?').get(process.argv[2]).tokens_json);`;
  return JSON.parse(execFileSync(await node(24), ['-e', script, join(stateDir, 'state/openclaw.sqlite'), deviceId], { stdio: ['ignore', 'pipe', 'ignore'] }));
}
