// The real @vercel/sandbox client against a loopback service, over a real folder.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openclaw } from '../lib/cache.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { VercelSandbox, leaked, log, remove, secretsIn, startVercel } from './vercel-server.mjs';

const require = createRequire(import.meta.url);
const { setup, prePair, clearPending, patchConfig, vercel } = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');

const Sandbox = await VercelSandbox();
const secrets = new Set(['a-secret-of-the-patch', 'a-gateway-token-of-the-test']);
const dirs = [];
const open = new Set();
after(async () => {
  // those of tests that failed: they would keep this process
  for (const service of open) await service.close();
  assert.ok(log.length > 10);
  assert.deepEqual(leaked([...secrets]), [], 'the log of all commands and outputs holds a secret');
  for (const dir of dirs) await remove(dir);
});

/** A service and a sandbox in it; a folder with everything in its name that shells trip over. */
async function start(options = {}) {
  const dir = await mkdtemp(join(tmpdir(), "prepair sb '\"$HOME`\\\n "));
  dirs.push(dir);
  const home = (name) => join(dir, name);
  const service = await startVercel({ home, ...options });
  open.add(service);
  const sandbox = await Sandbox.create({ ...service.credentials, fetch: service.fetch, name: 'one' });
  service.requests.length = 0;
  return {
    dir, service, sandbox, home: home('one'), stateDir: join(home('one'), '.openclaw'),
    async end() {
      for (const secret of await secretsIn(dir)) secrets.add(secret);
      open.delete(service);
      await service.close();
    },
  };
}

const modeOf = async (path) => (await stat(path)).mode & 0o777;
const json = async (path) => JSON.parse(await readFile(path, 'utf8'));

test('fresh with an absolute state dir is one upload', async () => {
  const at = await start();
  const steps = [];
  const report = await setup(vercel(at.sandbox), {
    fresh: true, stateDir: at.stateDir, gatewayVersion: NEWEST, onStep: (step) => steps.push(step),
    config: { merge: { gateway: { auth: { mode: 'token', token: 'a-gateway-token-of-the-test' } }, env: { X: 'a-secret-of-the-patch' } } },
  });
  assert.equal(report.roundTrips, 1);
  assert.deepEqual(at.service.requests, ['fs/write']);
  assert.deepEqual(steps, ['reading', 'planning', 'writing', 'done']);
  assert.equal(report.identity, 'created');
  const device = await json(join(at.stateDir, 'identity/device.json'));
  assert.equal(device.deviceId, report.deviceId);
  assert.ok((await json(join(at.stateDir, 'devices/paired.json')))[report.deviceId].tokens.operator.token);
  for (const file of ['identity/device.json', 'devices/paired.json', 'openclaw.json']) assert.equal(await modeOf(join(at.stateDir, file)), 0o600);
  await at.end();
});

test('without a state dir the home is found, not guessed', async () => {
  const at = await start();
  const report = await setup(vercel(at.sandbox), { fresh: true, gatewayVersion: NEWEST });
  assert.equal(report.roundTrips, 2);
  assert.equal((await json(join(at.stateDir, 'identity/device.json'))).deviceId, report.deviceId);
  await at.end();
});

for (const how of ['once', 'after', 'during']) {
  test(`with state three waits, without a change one; commands delivered ${how}`, async () => {
    const at = await start({ twice: () => how });
    await mkdir(at.stateDir, { recursive: true });
    await writeFile(join(at.stateDir, 'openclaw.json'), `// mine\n{ gateway: { auth: { mode: 'token', token: "a-gateway-token-of-the-test" } } }\n`, { mode: 0o640 });
    const options = { stateDir: at.stateDir, gatewayVersion: '2026.2.19', config: { merge: { gateway: { mode: 'local' }, env: { X: 'a-secret-of-the-patch' } } } };
    const report = await setup(vercel(at.sandbox), options);
    assert.equal(report.roundTrips, 3);
    assert.equal(report.attempts, 1);
    assert.equal(report.identity, 'created');
    const config = await readFile(join(at.stateDir, 'openclaw.json'), 'utf8');
    assert.match(config, /^\/\/ mine\n/);
    assert.match(config, /a-secret-of-the-patch/);
    assert.equal(await modeOf(join(at.stateDir, 'openclaw.json')), 0o640);
    assert.equal(await modeOf(join(at.stateDir, 'identity')), 0o700);
    assert.equal(await modeOf(join(at.stateDir, 'identity/device.json')), 0o600);
    assert.deepEqual((await readdir(at.stateDir)).sort(), ['devices', 'identity', 'openclaw.json']);
    const again = await setup(vercel(at.sandbox), options);
    assert.equal(again.roundTrips, 1);
    assert.deepEqual([again.deviceId, again.identity, again.paired, again.changes], [report.deviceId, 'reused', 'unchanged', []]);
    const [folder] = (await readdir(join(at.home, 'tmp'))).filter((name) => name.startsWith('.prepair-'));
    const left = await readdir(join(at.home, 'tmp', folder));
    assert.ok(left.every((name) => name.endsWith('.done')), `uploads stay: ${left}`);
    assert.equal(await modeOf(join(at.home, 'tmp', folder)), 0o700);
    await at.end();
  });
}

test('two functions at once agree on one identity', async () => {
  const at = await start({ twice: (n) => ['once', 'after', 'during'][n % 3] });
  const both = await Promise.all([1, 2, 3, 4].map(() => prePair(vercel(at.sandbox), { stateDir: at.stateDir, gatewayVersion: '2026.2.19' })));
  const device = await json(join(at.stateDir, 'identity/device.json'));
  for (const report of both) assert.equal(report.deviceId, device.deviceId);
  assert.deepEqual(Object.keys(await json(join(at.stateDir, 'devices/paired.json'))), [device.deviceId]);
  assert.deepEqual((await readdir(at.stateDir)).sort(), ['devices', 'identity']);
  await at.end();
});

test('pending requests are cleared and the config alone is patched', async () => {
  const at = await start();
  const report = await prePair(vercel(at.sandbox), { fresh: true, stateDir: at.stateDir, gatewayVersion: '2026.2.19' });
  const request = { requestId: 'r1', deviceId: report.deviceId, publicKey: report.publicKey, silent: false, ts: Date.now() };
  await writeFile(join(at.stateDir, 'devices/pending.json'), JSON.stringify({ r1: request }), { mode: 0o600 });
  const cleared = await clearPending(vercel(at.sandbox), { stateDir: at.stateDir, gatewayVersion: '2026.2.19' });
  assert.deepEqual(cleared.cleared.map(({ requestId }) => requestId), ['r1']);
  assert.deepEqual(await json(join(at.stateDir, 'devices/pending.json')), {});
  const patched = await patchConfig(vercel(at.sandbox), { stateDir: at.stateDir, gatewayVersion: '2026.2.19', merge: { a: 'a-secret-of-the-patch' } });
  assert.equal(patched.changed, true);
  assert.equal((await json(join(at.stateDir, 'openclaw.json'))).a, 'a-secret-of-the-patch');
  await at.end();
});

test('a dry run changes nothing', async () => {
  const at = await start();
  const report = await setup(vercel(at.sandbox), { stateDir: at.stateDir, dryRun: true });
  assert.equal(report.identity, 'created');
  assert.equal(report.roundTrips, 1);
  assert.deepEqual(await readdir(at.home), ['tmp']);
  assert.deepEqual(await readdir(join(at.home, 'tmp')), []);
  await at.end();
});

test("the sandbox's own environment and its installed openclaw count", async () => {
  const bin = await mkdtemp(join(tmpdir(), 'prepair-bin-'));
  dirs.push(bin);
  await symlink(join(await openclaw(NEWEST), 'openclaw.mjs'), join(bin, 'openclaw'));
  const elsewhere = join(bin, 'state');
  const at = await start({ env: { OPENCLAW_STATE_DIR: elsewhere, PATH: `${bin}:${process.env.PATH}` } });
  const report = await setup(vercel(at.sandbox));
  assert.deepEqual(report.gateway, { version: NEWEST, source: 'package' });
  assert.equal((await json(join(elsewhere, 'identity/device.json'))).deviceId, report.deviceId);
  assert.equal(report.config.path, join(elsewhere, 'openclaw.json'));
  await at.end();
});

test('a config with an include is read where the include lies', async () => {
  const at = await start();
  await mkdir(at.stateDir, { recursive: true });
  await writeFile(join(at.stateDir, 'openclaw.json'), '{ "$include": "./base.json5", gateway: { mode: "local" } }', { mode: 0o600 });
  await writeFile(join(at.stateDir, 'base.json5'), '{ gateway: { trustedProxies: ["10.0.0.1"] } }', { mode: 0o600 });
  const report = await patchConfig(vercel(at.sandbox), { stateDir: at.stateDir, gatewayVersion: NEWEST, trustedProxies: ['10.0.0.1', '10.0.0.2'] });
  assert.equal(report.roundTrips, 4);
  assert.match(await readFile(join(at.stateDir, 'openclaw.json'), 'utf8'), /\["10\.0\.0\.2"\]/);
  await at.end();
});
