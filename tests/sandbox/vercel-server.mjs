// The part of Vercel's sandbox service that `@vercel/sandbox` calls, on loopback, over real folders and processes.
// Not the hosted service: only what its client (3.5.0, dist/api-client) sends and takes.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { npmInstall } from '../lib/cache.mjs';

/** The SDKs that the tests use, and TypeScript to check against their types. */
export const sdks = () => npmInstall('sandbox', {
  '@vercel/sandbox': '3.5.0', e2b: '2.51.0', '@daytona/sdk': '0.216.0', '@cloudflare/sandbox': '0.12.10',
  dockerode: '5.0.1', '@types/dockerode': '4.0.2', typescript: '5.9.3', '@types/node': '24',
});

/** Everything that commands were given and printed, over the whole run of a test file. */
export const log = [];

/**
 * A service whose sandboxes have `home` as home folder, working folder and TMPDIR; absolute paths are this machine's.
 * `twice(count)`: how the n-th command is delivered: 'after' (done, the answer lost, sent again), 'during' (sent again
 * while the first runs), else once. `fail(what, count)`: a status to answer instead of doing.
 * Resolves to {fetch, credentials, requests, close()}.
 */
export async function startVercel({ home, env = {}, twice = () => 'once', fail = () => 0 }) {
  process.env.VERCEL_TELEMETRY_DISABLED = '1';
  const requests = [];
  const sandboxes = new Map();
  const delivered = new Map();
  const background = [];
  const counts = {};
  const session = (name) => ({
    id: `sbx_${name}`, memory: 2048, vcpus: 1, region: 'iad1', timeout: 300_000, status: 'running',
    requestedAt: Date.now(), createdAt: Date.now(), updatedAt: Date.now(), cwd: home(name),
  });
  const both = (name) => ({
    sandbox: { name, persistent: true, createdAt: Date.now(), updatedAt: Date.now(), currentSessionId: `sbx_${name}`, status: 'running' },
    session: session(name), routes: [],
  });

  async function handle(request, response) {
    const body = await collect(request);
    const path = new URL(request.url, 'http://x').pathname.replace(/^\/api/, '');
    const json = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const parsed = () => JSON.parse(body.toString() || '{}');
    const [, name, call] = /^\/v2\/sandboxes\/sessions\/sbx_([^/]+)\/(.+)$/.exec(path) ?? [];
    const what = call ?? path;
    requests.push(what);
    counts[what] = (counts[what] ?? 0) + 1;
    const status = fail(what, counts[what]);
    if (status) return json(status, { error: { code: 'failed', message: 'refused by the test' } });

    if (path === '/v2/sandboxes' || path === '/v3/sandboxes') {
      const created = parsed().name ?? `s${sandboxes.size}`;
      sandboxes.set(created, true);
      await mkdir(home(created), { recursive: true, mode: 0o700 });
      return json(200, both(created));
    }
    const fork = /^\/v2\/sandboxes\/([^/]+)\/fork$/.exec(path);
    if (fork) {
      const created = parsed().name ?? `${fork[1]}-fork`;
      sandboxes.set(created, true);
      await cp(home(fork[1]), home(created), { recursive: true });
      return json(200, both(created));
    }
    const get = /^\/v2\/sandboxes\/([^/]+)$/.exec(path);
    if (get) return sandboxes.has(get[1]) ? json(200, both(get[1])) : json(404, { error: { code: 'not_found', message: 'no such sandbox' } });
    if (call === 'fs/write') {
      const child = spawn('tar', ['-xzp', '--no-same-owner', '--overwrite', '-C', request.headers['x-cwd'] ?? '/'], { stdio: ['pipe', 'ignore', 'inherit'] });
      child.stdin.end(body);
      const code = await new Promise((resolve) => child.on('close', resolve));
      return json(code === 0 ? 200 : 500, {});
    }
    if (call === 'fs/read') {
      const content = await readFile(parsed().path).catch(() => null);
      if (!content) return json(404, { error: { code: 'not_found', message: 'no such file' } });
      return response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(content);
    }
    if (call === 'cmd') {
      const { command, args, cwd, wait } = parsed();
      const environment = { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: home(name), TMPDIR: join(home(name), 'tmp'), ...env };
      const command_ = (exitCode) => ({ id: `cmd_${randomUUID()}`, name: command, args, cwd: home(name), sessionId: `sbx_${name}`, exitCode, startedAt: Date.now() });
      if (!wait) {
        log.push([command, ...args].join('\n'));
        const child = spawn(command, args, { cwd: cwd ?? home(name), env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
        for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => log.push(text));
        background.push(child);
        await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
        return json(200, { command: command_(null) });
      }
      const key = `${name} ${body}`;
      let how = 'again';
      if (!delivered.has(key)) {
        delivered.set(key, true);
        how = twice(counts[what]);
      }
      const running = run([command, ...args], { cwd: cwd ?? home(name), env: environment });
      if (how === 'during') return request.socket.destroy();
      const done = await running;
      if (how === 'after') return request.socket.destroy();
      const first = command_(null);
      const lines = [
        { command: first }, { stream: 'stdout', data: done.stdout }, { stream: 'stderr', data: done.stderr },
        { command: { ...first, exitCode: done.exitCode } },
      ];
      return response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    }
    if (call === 'stop') return json(200, { session: { ...session(name), status: 'stopped' } });
    return json(404, { error: { code: 'unknown', message: `the test's service knows no ${path}` } });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    requests,
    fetch: (url, options) => fetch(String(url).replace('https://vercel.com', origin), options),
    credentials: { token: 'a token of nobody', teamId: 'team', projectId: 'project' },
    origin,
    /** Ends what commands left running in the background, and the service. */
    async close() {
      await Promise.all(background.map((child) => child.exitCode ?? child.signalCode ?? new Promise((resolve) => {
        child.once('close', resolve);
        process.kill(-child.pid, 'SIGTERM');
      })));
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

/** The real SDK's `Sandbox` class. */
export async function VercelSandbox() {
  const require = createRequire(join(await sdks(), 'x.js'));
  return require('@vercel/sandbox').Sandbox;
}

/** Runs a command and logs it: {exitCode, stdout, stderr}. */
export async function run(argv, { cwd, env, signal } = {}) {
  if (env?.TMPDIR) await mkdir(env.TMPDIR, { recursive: true, mode: 0o1777 });
  log.push(argv.join('\n'));
  return await new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => { output[0] += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { output[1] += text; });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      log.push(...output);
      resolve({ exitCode: exitCode ?? 137, stdout: output[0], stderr: output[1] });
    });
  });
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What must not be in the log: every key and token below a folder, and what is given besides. */
export async function secretsIn(dir, more = []) {
  const secrets = new Set(more);
  const { readdir } = await import('node:fs/promises');
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(json|bak)$/.test(entry.name)) continue;
    const text = await readFile(join(entry.parentPath ?? entry.path, entry.name), 'utf8').catch(() => '');
    for (const [, body] of text.matchAll(/-----BEGIN PRIVATE KEY-----\\n([^-\\]+)\\n/g)) secrets.add(body).add(body.slice(-44));
    for (const [, token] of text.matchAll(/"?token"?\s*:\s*"([^"]{8,})"/g)) secrets.add(token);
  }
  return [...secrets];
}

/** The secrets that the log holds, of these. */
export const leaked = (secrets) => secrets.filter((secret) => log.some((text) => text.includes(secret)));

export const remove = (dir) => rm(dir, { recursive: true, force: true });
