// A Next.js app with a route in each runtime, built and started on loopback.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { npmInstall } from '../lib/cache.mjs';
import { block } from '../lib/docs.mjs';
import { ROOT, app, exec } from './app.mjs';
import { PURE, expected } from './pure.mjs';

/** What docs/serverless.md says that an app needs; the output is what a function of a host is made of: the traced files alone. */
const CONFIG = block('recipe: next-config')
  .replace('export default {', "$&\n  output: 'standalone',");

const FILES = {
  'next.config.mjs': CONFIG,
  'app/layout.js': 'export default function Layout({ children }) { return <html><body>{children}</body></html>; }\n',
  'app/page.js': 'export default function Page() { return <p>ok</p>; }\n',
  'app/node/route.js': `import { setup, binding } from 'openclaw-prepair';
import * as pure from 'openclaw-prepair/plan';
export const dynamic = 'force-dynamic';
${PURE}
export async function POST(request) {
  const options = await request.json();
  return Response.json({ ...use(pure), binding: binding(), changes: setup(options).changes.length, again: setup(options).changes.length });
}
`,
  'app/edge/route.js': `import * as pure from 'openclaw-prepair/plan';
import { setup } from 'openclaw-prepair';
export const runtime = 'edge';
export const dynamic = 'force-dynamic';
${PURE}
export async function GET() {
  let refused;
  try { setup(); } catch ({ code }) { refused = code; }
  return Response.json({ ...use(pure), platform: refused });
}
`,
};

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Builds with the given flags, starts, and asks both routes. */
export async function bothRoutes(t, flags) {
  const modules = await npmInstall('next', { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' });
  const dir = await app(t, { files: FILES, manifest: { name: 'app' } });
  cpSync(modules, join(dir, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  const next = join(dir, 'node_modules/next/dist/bin/next');
  assert.match(CONFIG, /standalone/);
  const env = { PATH: process.env.PATH, HOME: dir, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
  await exec(process.execPath, [next, 'build', ...flags], { cwd: dir, env });
  const port = await freePort();
  renameSync(join(dir, '.next/standalone'), `${dir}-deployed`);
  t.after(() => rmSync(`${dir}-deployed`, { recursive: true, force: true }));
  const server = spawn(process.execPath, ['server.js'], {
    cwd: `${dir}-deployed`, env: { ...env, HOSTNAME: '127.0.0.1', PORT: String(port) }, stdio: 'ignore',
  });
  const closed = new Promise((resolve) => server.once('close', resolve));
  try {
    const url = `http://127.0.0.1:${port}`;
    for (let n = 0; !(await fetch(url).then((answer) => answer.ok, () => false)); n += 1) {
      assert.ok(n < 300, 'next start did not answer');
      await sleep(100);
    }
    const { platform, ...edge } = await (await fetch(`${url}/edge`)).json();
    assert.deepEqual(edge, expected());
    assert.equal(platform, 'ERR_PREPAIR_PLATFORM');
    const body = JSON.stringify({ stateDir: join(dir, 'state'), env: {}, gatewayVersion: '2026.2.19' });
    const { binding, changes, again, ...node } = await (await fetch(`${url}/node`, { method: 'POST', body })).json();
    assert.deepEqual(node, expected());
    assert.deepEqual({ binding, changes, again }, { binding: 'wasm', changes: 3, again: 0 });
  } finally {
    server.kill('SIGTERM');
    await closed;
  }
}
