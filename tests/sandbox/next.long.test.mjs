// A Next.js route prepares a sandbox, in the nodejs runtime and in the edge one; a real gateway then answers cron.add.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { npmInstall } from '../lib/cache.mjs';
import { AGENT, connect, identityOf } from '../lib/client.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { NEWEST } from '../lib/versions.mjs';

const PACKAGE = fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url));
const app = mkdtempSync(join(tmpdir(), 'prepair-next-'));
let home;
let server;
let url;

/** A plan from the same inputs, random bytes included, as text. */
const PLANNED = `function planned({ plan, reads }) {
  const inputs = { files: {}, rows: {}, now: 1750000000000, entropy: new Uint8Array(64).fill(7) };
  const options = { stateDir: '/s', gatewayVersion: ${JSON.stringify(NEWEST)}, config: { proxyPeers: ['10.0.0.9'], merge: { a: ['ü'] } } };
  for (;;) {
    const wanted = reads('setup', options, inputs);
    if (wanted.done) break;
    for (const file of wanted.files) inputs.files[file] = null;
    for (const query of wanted.queries) inputs.rows[query.id] = null;
  }
  const { steps, report } = plan('setup', inputs, options);
  return JSON.stringify({ steps: steps.map((step) => ({ ...step, content: step.content && Array.from(step.content) })), report });
}
`;

const files = {
  'package.json': JSON.stringify({ private: true, name: 'app' }),
  'next.config.mjs': "export default { serverExternalPackages: ['openclaw-prepair'] };\n",
  'app/layout.js': 'export default function Layout({ children }) { return <html><body>{children}</body></html>; }\n',
  'app/page.js': 'export default function Page() { return <p>ok</p>; }\n',
  'app/api/setup/route.js': `import { localDir, setup } from 'openclaw-prepair/sandbox';
export const dynamic = 'force-dynamic';
export async function POST() {
  return Response.json(await setup(localDir(process.env.SANDBOX_HOME), { gatewayVersion: '2026.2.19' }));
}
`,
  // The files of a machine far away, kept in memory: what the edge runtime writes can be looked at.
  'app/api/edge/route.js': `import { setup } from 'openclaw-prepair/sandbox';
export const runtime = 'edge';
export const dynamic = 'force-dynamic';
export async function POST(request) {
  const written = {};
  const fs = {
    setsModes: true,
    read: async () => null,
    writeMany: async (files) => { for (const { path, content, mode } of files) written[path] = { mode, text: new TextDecoder().decode(content) }; },
    exec: async () => { throw new Error('nothing is to be run'); },
  };
  const report = await setup(fs, await request.json());
  return Response.json({ report, written });
}
`,
  'app/api/plan/route.js': `import * as pure from 'openclaw-prepair/plan';
export const runtime = 'edge';
export const dynamic = 'force-dynamic';
${PLANNED}
export async function GET() {
  return new Response(planned(pure));
}
`,
};

before(async () => {
  const modules = await npmInstall('next', { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(app, name)), { recursive: true });
    writeFileSync(join(app, name), text);
  }
  execFileSync('cp', ['-a', modules, join(app, 'node_modules')]);
  cpSync(PACKAGE, join(app, 'node_modules/openclaw-prepair'), { recursive: true });
  home = await makeHome({ version: '2026.2.19' });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const next = join(app, 'node_modules/next/dist/bin/next');
  const env = { PATH: process.env.PATH, HOME: app, NEXT_TELEMETRY_DISABLED: '1', SANDBOX_HOME: home.dir, NODE_ENV: 'production' };
  execFileSync(process.execPath, [next, 'build'], { cwd: app, env, stdio: ['ignore', 'pipe', 'pipe'] });
  server = spawn(process.execPath, [next, 'start', '-H', '127.0.0.1', '-p', String(port)], { cwd: app, env, stdio: 'ignore' });
  for (let n = 0; n < 300; n += 1) {
    if (await fetch(url).then((answer) => answer.ok, () => false)) return;
    await sleep(100);
  }
  assert.fail('next start did not answer');
});

after(async () => {
  if (server) {
    const closed = new Promise((resolve) => server.once('close', resolve));
    server.kill('SIGTERM');
    await closed;
  }
  await home?.dispose();
  rmSync(app, { recursive: true, force: true });
});

test('nodejs: the route prepares, the gateway answers cron.add', async () => {
  const report = await (await fetch(`${url}/api/setup`, { method: 'POST' })).json();
  assert.equal(report.identity, 'created');
  const gateway = await startGateway(home);
  const proxy = await headerProxy(home.port);
  try {
    const identity = identityOf((await home.read('identity/device.json')).privateKeyPem);
    assert.equal(identity.deviceId, report.deviceId);
    const connection = await connect({ url: proxy.url, token: home.token, identity, client: AGENT, scopes: ['operator.admin'] });
    assert.ok(connection.ok, JSON.stringify(connection));
    await connection.request('cron.add', {
      name: 'Silly Joke', schedule: { kind: 'every', everyMs: 3_600_000 }, sessionTarget: 'isolated', payload: { kind: 'agentTurn', message: 'tell a joke' }, delivery: { mode: 'none' },
    });
    await connection.close();
  } finally {
    await proxy.stop();
    await gateway.stop();
  }
});

test('edge: the same package, as wasm, in one call', async () => {
  const options = {
    fresh: true, stateDir: '/home/vercel-sandbox/.openclaw', gatewayVersion: NEWEST, now: 1_750_000_000_000,
    identity: { secret: 'correct horse battery staple, and 7 more words', label: 'sandbox-1' },
  };
  const answer = await fetch(`${url}/api/edge`, { method: 'POST', body: JSON.stringify(options) });
  assert.equal(answer.status, 200, await answer.clone().text());
  const { report, written } = await answer.json();
  assert.equal(report.roundTrips, 1);
  assert.equal(report.deviceId, '8f79c34ab8c643d47ebb8be78d6720824967d8f726f8aa58e9b8b44c5bccee94');
  assert.equal(written['/home/vercel-sandbox/.openclaw/identity/device.json'].mode, 0o600);
});

test('the same plan by addon, wasm on Node and wasm on the edge: equal bytes', async () => {
  const answer = await fetch(`${url}/api/plan`);
  const edge = await answer.text();
  assert.equal(answer.status, 200, edge);
  for (const binding of ['native', 'wasm']) {
    const script = `${PLANNED} process.stdout.write(planned(require('openclaw-prepair/plan')));`;
    assert.equal(execFileSync(process.execPath, ['-e', script], { cwd: app, env: { PATH: process.env.PATH, PREPAIR_BINDING: binding }, encoding: 'utf8' }), edge, binding);
  }
  assert.ok(edge.length > 2000);
});

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
