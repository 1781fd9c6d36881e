// Real OpenClaw gateways for tests: a home of their own, loopback only, stopped by their own pid.
import { spawn, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cacheDir, node as nodeBinary, openclaw } from './cache.mjs';
import { challenges } from './client.mjs';
import { headerProxy } from './header-proxy.mjs';
import { isSince } from './versions.mjs';

const READY_MS = 240_000; // a cold start on a busy machine takes more than a minute
const living = new Set();
const endAll = () => {
  for (const child of living) endGroup(child);
};
process.on('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * A home folder whose `.openclaw/openclaw.json` a gateway of this version can start on; `config` is merged into it.
 * `owner` {uid, gid}: whose home and processes these are (needs root).
 * Resolves to {version, dir, stateDir, configPath, env, port, url, token, owner, read(name), dispose()};
 * `env` is all that the gateway and OpenClaw's command line get to see.
 */
export async function makeHome({ version, config = {}, owner } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'prepair-home-'));
  const stateDir = join(dir, '.openclaw');
  const configPath = join(stateDir, 'openclaw.json');
  const port = await freePort();
  const token = randomBytes(24).toString('base64url');
  await mkdir(stateDir, { mode: 0o700 });
  await writeFile(configPath, `${JSON.stringify(merge({
    gateway: { mode: 'local', port, bind: 'loopback', auth: { mode: 'token', token } },
    discovery: { mdns: { mode: 'off' } },
    update: { checkOnStart: false },
    plugins: { enabled: false },
  }, config), null, 2)}\n`, { mode: 0o600 });
  // Compiled code and jiti's output are shared between runs (a third of the start-up time), but not between users.
  const shared = owner ? dir : cacheDir;
  const temp = join(shared, 'tmp');
  await mkdir(temp, { recursive: true, mode: 0o700 });
  if (owner) for (const path of [dir, stateDir, configPath, temp]) await chown(path, owner.uid, owner.gid);
  return {
    version, dir, stateDir, configPath, port, token, owner,
    url: `ws://127.0.0.1:${port}`,
    env: {
      HOME: dir, TMPDIR: temp, PATH: '/usr/local/bin:/usr/bin:/bin', NODE_COMPILE_CACHE: join(shared, 'compile'),
      OPENCLAW_NO_RESPAWN: '1', OPENCLAW_SKIP_CHANNELS: '1', OPENCLAW_SKIP_GMAIL_WATCHER: '1', OPENCLAW_SKIP_CANVAS_HOST: '1',
      OPENCLAW_SKIP_BROWSER_CONTROL_SERVER: '1', OPENCLAW_DISABLE_BONJOUR: '1', NO_COLOR: '1',
    },
    /** A JSON file of the state dir, or null. */
    read: async (name) => {
      const text = await readFile(join(stateDir, name), 'utf8').catch(() => null);
      return text && JSON.parse(text);
    },
    dispose: () => rm(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/**
 * Starts `openclaw gateway run` on a home and waits until it is ready.
 * `node`: major version; `through`: a header proxy that the gateway's own connections take.
 * Resolves to {pid, url, token, log(), stop()}; rejects with the log when it exits or isn't ready in time (`exitCode`).
 */
export async function startGateway(home, { node = 24, through } = {}) {
  const env = through && { PREPAIR_FROM: String(home.port), PREPAIR_TO: String(through.port) };
  const child = await run(home, { node, env, args: ['gateway', 'run', '--port', String(home.port)] });
  let log = '';
  let exited = null;
  child.stdout.on('data', (text) => { log += text; });
  child.stderr.on('data', (text) => { log += text; });
  const exit = new Promise((resolve) => child.on('close', (code, signal) => resolve(exited = { code, signal })));
  const stop = async () => {
    child.kill('SIGTERM');
    const hard = setTimeout(() => endGroup(child), 30_000);
    await exit;
    clearTimeout(hard);
    // The gateway of 2026.9.6 is a child of what we started and has workers: none outlives it, to write into the home.
    while (endGroup(child)) await sleep(20);
  };

  const deadline = Date.now() + READY_MS;
  // Up to 2026.4.14 the socket is the last thing to open; from then on it greets before its methods answer.
  const ready = async () => (!isSince(home.version, 4, 15) || log.includes('[gateway] ready')) && await challenges(home.url);
  while (!exited && !await ready()) {
    if (Date.now() > deadline) {
      await stop();
      throw Object.assign(new Error(`gateway ${home.version} not ready within ${READY_MS} ms:\n${log}`), { log });
    }
    await sleep(50);
  }
  if (exited) {
    throw Object.assign(new Error(`gateway ${home.version} exited (${exited.code ?? exited.signal}):\n${log}`), { exitCode: exited.code, log });
  }
  return { pid: child.pid, url: home.url, token: home.token, log: () => log, stop };
}

/**
 * All that most tests need: a home made ready by `prepare(home, proxy)`, a gateway on it, the header-adding proxy before that.
 * They go in the opposite order when the test `t` ends (its own `after` hooks run in the order of their registration).
 */
export async function openGateway(t, { prepare = () => {}, ...options }) {
  const undo = [];
  t.after(async () => {
    for (const step of undo.reverse()) await step();
  });
  const home = await makeHome(options);
  undo.push(home.dispose);
  const proxy = await headerProxy(home.port);
  undo.push(proxy.stop);
  await prepare(home, proxy);
  const gateway = await startGateway(home);
  undo.push(gateway.stop);
  return { home, gateway, proxy };
}

/** Starts the real `openclaw node run`, which dials this port of this machine: {log(), stop()}. */
export async function startNode(home, { port, token, node = 24 }) {
  const child = await run(home, { node, env: { OPENCLAW_GATEWAY_TOKEN: token }, args: ['node', 'run', '--host', '127.0.0.1', '--port', String(port)] });
  let log = '';
  child.stdout.on('data', (text) => { log += text; });
  child.stderr.on('data', (text) => { log += text; });
  const exit = new Promise((resolve) => child.on('close', resolve));
  return {
    log: () => log,
    stop: async () => {
      while (endGroup(child)) await sleep(20);
      await exit;
    },
  };
}

/** Runs the package's own command line on a home: {code, stdout, stderr}. */
export async function cli(home, args, { node = 24 } = {}) {
  return await finished(await run(home, { node, args }));
}

/** The package's own `callGateway` (src/gateway/call.ts): its payload, or rejects with its message. */
export async function callGateway(home, params, options) {
  return await callOwn(home, 'callGateway', [params], options);
}

/**
 * Calls a function of the package itself, found in its bundle by name, in a process of its own: what it returns, or rejects with its message.
 * `env` is added to the home's.
 */
export async function callOwn(home, name, args = [], { node = 24, env } = {}) {
  const { root } = await programs(home, node);
  const { module, name: exported } = ownExport(join(root, 'dist'), name);
  const script = `const { ${JSON.stringify(exported)}: call } = await import(${JSON.stringify(module)});
    const answer = await Promise.resolve().then(() => call(...${JSON.stringify(args)})).then((value) => ({ value }), (error) => ({ error: String(error.message) }));
    process.stdout.write('\\n=> ' + JSON.stringify(answer) + '\\n', () => process.exit());`;
  const { code, stdout, stderr } = await finished(await run(home, { node, env, script }));
  const line = stdout.split('\n').findLast((text) => text.startsWith('=> '));
  if (!line) throw new Error(`${name} of ${home.version} exited ${code}:\n${stdout}${stderr}`);
  const answer = JSON.parse(line.slice(3));
  if ('error' in answer) throw new Error(answer.error);
  return answer.value;
}

/** Rows of a query on the home's state/openclaw.sqlite, read-only, by `node:sqlite` of the Node that OpenClaw runs on. */
export async function queryState(home, sql) {
  const script = `import { DatabaseSync } from 'node:sqlite';
    const db = new DatabaseSync(${JSON.stringify(join(home.stateDir, 'state', 'openclaw.sqlite'))}, { readOnly: true });
    console.log(JSON.stringify(db.prepare(${JSON.stringify(sql)}).all()));`;
  const { code, stdout, stderr } = await finished(await run(home, { node: 24, script }));
  if (code !== 0) throw new Error(`${sql}: exit ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The bundled chunk that exports a function, and under which (minified) name. */
function ownExport(dist, name) {
  for (const file of readdirSync(dist).filter((entry) => /\.m?js$/.test(entry))) {
    const text = readFileSync(join(dist, file), 'utf8');
    // entry.js runs the command line when it is imported; 2026.2.19 has a second chunk that does without it.
    if (!text.includes(`function ${name}(`) || text.includes('from "./entry.js"')) continue;
    const exported = new RegExp(`\\b${name} as (\\w+)`).exec(text)?.[1] ?? (new RegExp(`export \\{[^}]*\\b${name}\\b`).test(text) ? name : undefined);
    if (exported) return { module: join(dist, file), name: exported };
  }
  throw new Error(`no chunk exports ${name} in ${dist}`);
}

/** The node binary, the package's folder and our preload, where the home's owner can read them: `{ version, owner }`. */
export async function programs(home, node) {
  const [binary, root] = [await nodeBinary(node), await openclaw(home.version)];
  const network = fileURLToPath(new URL('network.cjs', import.meta.url));
  if (!home.owner) return { binary, root, network };
  const install = readable(dirname(dirname(root)), `openclaw-${home.version}`);
  return { binary: readable(binary, `node-${node}`), root: join(install, 'node_modules', 'openclaw'), network: readable(network, 'network.cjs') };
}

async function run(home, { node, env, args, script }) {
  const { binary, root, network } = await programs(home, node);
  const main = script ? ['--input-type=module', '--eval', script] : [join(root, 'openclaw.mjs'), ...args];
  const child = spawn(binary, ['--require', network, ...main], {
    cwd: home.dir, env: { ...home.env, ...env }, uid: home.owner?.uid, gid: home.owner?.gid, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  living.add(child);
  child.on('close', () => living.delete(child));
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return child;
}

/** Ends the child and what it started, a process group of its own; false when nothing of it is left. */
function endGroup(child) {
  try {
    return process.kill(-child.pid, 'SIGKILL');
  } catch {
    return false;
  }
}

async function finished(child) {
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => { stdout += text; });
  child.stderr.on('data', (text) => { stderr += text; });
  const timer = setTimeout(() => endGroup(child), READY_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return { code, stdout, stderr };
}

/** `path` itself where every user may reach it; else (a cache below a private home) a hard-linked copy, gone at exit. */
export function readable(path, label) {
  let open = true;
  for (let at = path; at !== dirname(at); at = dirname(at)) open &&= (statSync(at).mode & (at === path ? 0o004 : 0o001)) !== 0;
  if (open) return path;
  const shelf = join(tmpdir(), `prepair-shared-${process.pid}`);
  const copy = join(shelf, label);
  if (existsSync(copy)) return copy;
  execFileSync('mkdir', ['-p', '-m', '755', shelf]);
  process.once('exit', () => execFileSync('rm', ['-rf', shelf]));
  try {
    execFileSync('cp', ['-al', path, copy], { stdio: 'ignore' });
  } catch {
    execFileSync('cp', ['-a', path, copy]); // another file system
  }
  if (statSync(copy).isDirectory()) chmodSync(copy, 0o755); // the copy's own; a hard-linked file would change the original
  return copy;
}

/** A free port below the range from which the system gives out its own. */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const free = await new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

function merge(base, patch) {
  const out = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const both = [base[key], value].every((part) => part && typeof part === 'object' && !Array.isArray(part));
    out[key] = both ? merge(base[key], value) : value;
  }
  return out;
}
