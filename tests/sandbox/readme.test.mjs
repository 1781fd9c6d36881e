// The recipe of docs/serverless.md as a plain function would run it: the real SDK's client, a loopback service, a real 2026.9.6.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheDir, node, openclaw } from '../lib/cache.mjs';
import { AGENT, challenges, connect } from '../lib/client.mjs';
import { block } from '../lib/docs.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { leaked, sdks, secretsIn, startVercel } from './vercel-server.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TOKEN = 'a-gateway-token-of-the-test';
const dir = mkdtempSync(join(tmpdir(), 'prepair-function-'));
after(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
const json = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

test('create, join, resume and fork, as the page has them', async (t) => {
  const port = await freePort();
  const home = (name) => join(dir, 'machines', name);
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const [binary, root] = [await node(24), await openclaw(NEWEST)];
  writeFileSync(join(bin, 'openclaw'), `#!/bin/sh\nexec '${binary}' '${join(root, 'openclaw.mjs')}' "$@"\n`);
  chmodSync(join(bin, 'openclaw'), 0o755);
  const service = await startVercel({
    home,
    env: {
      PATH: `${bin}:${dirname(binary)}:${process.env.PATH}`, NODE_COMPILE_CACHE: join(cacheDir, 'compile'),
      OPENCLAW_NO_RESPAWN: '1', OPENCLAW_SKIP_CHANNELS: '1', OPENCLAW_SKIP_GMAIL_WATCHER: '1', OPENCLAW_SKIP_CANVAS_HOST: '1',
      OPENCLAW_SKIP_BROWSER_CONTROL_SERVER: '1', OPENCLAW_DISABLE_BONJOUR: '1', NO_COLOR: '1',
    },
    twice: (n) => ['once', 'after'][n % 2],
  });
  t.after(() => service.close());

  // As the function finds itself: its packages, its secrets, and credentials that the platform gives.
  const app = join(dir, 'app');
  mkdirSync(join(app, 'node_modules'), { recursive: true });
  const modules = await sdks();
  symlinkSync(join(modules, '@vercel'), join(app, 'node_modules/@vercel'));
  symlinkSync(join(ROOT, 'npm/openclaw-prepair'), join(app, 'node_modules/openclaw-prepair'));
  const recipe = block('recipe: sandbox')
    .replaceAll('18789', String(port))
    // Each machine of the loopback service has a folder of its own for a home.
    .replace("'/home/vercel-sandbox/.openclaw'", "''")
    .replace(`{ stateDir, gatewayVersion: '${NEWEST}' }`, `{ get stateDir() { return globalThis.testHome + '/.openclaw'; }, gatewayVersion: '${NEWEST}' }`)
    // A gateway as small as it can be, seen through a proxy.
    .replace('merge: { gateway: {', "proxyPeers: ['127.0.0.1'], merge: { discovery: { mdns: { mode: 'off' } }, update: { checkOnStart: false }, plugins: { enabled: false }, gateway: { bind: 'loopback',");
  assert.match(recipe, /proxyPeers/);
  mkdirSync(join(app, 'api'));
  writeFileSync(join(app, 'package.json'), '{"type":"module"}');
  writeFileSync(join(app, 'sandbox.js'), recipe);
  writeFileSync(join(app, 'api/wake.js'), block('recipe: vercel-function'));
  const claims = Buffer.from(JSON.stringify({ owner_id: 'team', project_id: 'project', exp: Math.floor(Date.now() / 1000) + 36_000 })).toString('base64url');
  Object.assign(process.env, { VERCEL_OIDC_TOKEN: `x.${claims}.y`, GATEWAY_TOKEN: TOKEN, FLEET_SECRET: 'Eichhörnchen, 12 Zebras & ein Gnu mit 77 Hüten' });
  const real = globalThis.fetch;
  globalThis.fetch = (url, options) => real(String(url?.url ?? url).replace('https://vercel.com', service.origin), options);
  t.after(() => { globalThis.fetch = real; });
  const { POST } = await import(pathToFileURL(join(app, 'api/wake.js')));
  const { fork, join: enter } = await import(pathToFileURL(join(app, 'sandbox.js')));

  globalThis.testHome = home('one');
  const answer = await POST(new Request('http://127.0.0.1/api/wake', { method: 'POST', body: JSON.stringify({ name: 'one' }) }));
  assert.deepEqual([answer.status, await answer.json()], [200, { awake: 'one' }]);
  const { Sandbox } = await import(pathToFileURL(createRequire(join(app, 'api/wake.js')).resolve('@vercel/sandbox')));
  const sandbox = await Sandbox.get({ name: 'one' });
  const state = (name, ...path) => join(home(name), '.openclaw', ...path);
  const { deviceId } = json(state('one', 'identity/device.json'));
  assert.ok(json(state('one', 'devices/paired.json'))[deviceId]);
  // A snapshot from before the first start.
  cpSync(state('one'), join(dir, 'snapshot'), { recursive: true });
  const untilReady = async () => {
    for (let n = 0; n < 1200 && !await challenges(`ws://127.0.0.1:${port}`); n += 1) await sleep(100);
  };
  await untilReady();

  // The function itself connects, through a proxy, as a device that presents itself.
  const me = await enter(sandbox, 'one');
  const proxy = await headerProxy(port);
  t.after(() => proxy.stop());
  const client = { url: proxy.url, token: TOKEN, identity: me, client: AGENT, scopes: ['operator.read'] };
  let connection = await connect(client);
  // 2026.9.6 opens its socket before all of it has started, and says so.
  for (let n = 0; n < 120 && connection.error?.retryable; n += 1) {
    await sleep(500);
    connection = await connect(client);
  }
  assert.ok(connection.ok, JSON.stringify(connection));
  assert.ok(Array.isArray((await connection.request('cron.list', {})).jobs));
  await connection.close();
  const stranger = await connect({ ...client, identity: await other() });
  assert.equal(stranger.ok, false);

  // Forked from what was there before the first start: another key, and the old one is not approved.
  mkdirSync(home('base'), { recursive: true });
  cpSync(join(dir, 'snapshot'), state('base'), { recursive: true });
  globalThis.testHome = home('two');
  await fork('base', 'two');
  const own = json(state('two', 'identity/device.json')).deviceId;
  assert.notEqual(own, deviceId);
  assert.deepEqual(Object.keys(json(state('two', 'devices/paired.json'))), [own]);

  const secrets = [TOKEN, me.privateKeyPem.split('\n')[1], ...await secretsIn(dir)];
  assert.deepEqual(leaked(secrets), []);
});

async function other() {
  const { newIdentity } = await import('../lib/client.mjs');
  return newIdentity();
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
