// What went wrong for people on their machines: one instance of each kind, with the right outcome.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { planDiff } from '../../npm/openclaw-prepair/lib/cli/diff.js';
import { node } from '../lib/cache.mjs';
import { prepair } from '../lib/prepair.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { cli, home } from './cli.mjs';

const V = ['--gateway-version', '2026.2.19'];
const SECRET = 'hunter2-hunter2-hunter2';
const CONFIG = { gateway: { mode: 'local', port: 18999, bind: 'loopback', auth: { mode: 'token', token: SECRET } } };
const asRoot = { skip: process.getuid() !== 0 && 'needs root to become another user' };
const BIN = new URL('../../npm/openclaw-prepair/bin/openclaw-prepair.js', import.meta.url).pathname;

/** The command line as another user. */
async function as(uid, args, env) {
  const program = await node(24);
  const script = `process.setgroups([]); process.setgid(${uid}); process.setuid(${uid}); process.argv.splice(1, 1); require(process.argv[1]);`;
  try {
    return { code: 0, out: execFileSync(program, ['-e', script, 'x', BIN, ...args], { env: { PATH: process.env.PATH, PREPAIR_BINDING: 'wasm', ...env }, cwd: '/', encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) };
  } catch (error) {
    return { code: error.status, out: error.stdout + error.stderr };
  }
}

describe('whose files they are', () => {
  it('a folder of root in the state dir of another user: who owns it, and what gives it back', asRoot, async (t) => {
    const { dir, state, env } = home(t, { 'openclaw.json': CONFIG, 'identity/.keep': '', 'devices/paired.json': '{}' });
    execFileSync('chown', ['-R', '65534', dir]);
    for (const path of ['devices', 'devices/paired.json']) chownSync(join(state, path), 0, 0);
    chmodSync(dir, 0o755);
    for (const command of ['setup', 'doctor']) {
      const { code, out } = await as(65534, [command, ...V], env);
      assert.equal(code, command === 'setup' ? 1 : 4, out);
      assert.match(out, /PERMISSION/);
      assert.match(out.replace(/\s+/g, ' '), /It belongs to uid 0, and this runs as uid 65534\. .*run `chown 65534` on it, as root\./);
    }
  });

  it('a state dir that this user may not open is told once', asRoot, async (t) => {
    const { dir, env } = home(t, { 'openclaw.json': CONFIG, 'devices/paired.json': '{}' });
    chmodSync(dir, 0o755);
    const { code, out } = await as(65534, ['doctor', ...V], env);
    assert.equal(code, 4, out);
    assert.ok(out.split('permission denied').length - 1 <= 2, out);
  });

  it('new files belong to --owner', asRoot, async (t) => {
    const { state, env } = home(t, { 'openclaw.json': CONFIG });
    assert.equal((await cli(['setup', ...V, '--owner', '65534:65534'], { env })).code, 0);
    assert.deepEqual(['identity/device.json', 'devices/paired.json'].map((name) => statSync(join(state, name)).uid), [65534, 65534]);
    const { code, stderr } = await cli(['setup', ...V, '--owner', 'nobody'], { env });
    assert.deepEqual([code, /UID:GID/.test(stderr)], [2, true]);
  });
});

it('a config that a ConfigMap mounts as a link is read through, and never replaced', async (t) => {
  const { dir, state, env } = home(t, { 'unused': '' });
  mkdirSync(join(dir, 'map/..data'), { recursive: true });
  writeFileSync(join(dir, 'map/..data/openclaw.json'), JSON.stringify(CONFIG));
  symlinkSync('..data/openclaw.json', join(dir, 'map/openclaw.json'));
  symlinkSync(join(dir, 'map/openclaw.json'), join(state, 'openclaw.json'));
  for (const binding of ['native', 'wasm']) {
    const own = { ...env, PREPAIR_BINDING: binding };
    for (const args of [[], ['--config', join(dir, 'map/openclaw.json')]]) {
      const before = await cli(['doctor', ...V, '--header', 'X-Forwarded-For: 203.0.113.9', '--json', ...args], { env: own });
      assert.ok([0, 3].includes(before.code), before.stdout);
      assert.equal((await cli(['setup', ...V, ...args], { env: own })).code, 0);
      const { code, stderr } = await cli(['patch-config', ...V, '--set', 'gateway.port=1', ...args], { env: own });
      assert.equal(code, 1);
      assert.match(stderr, /ERR_PREPAIR_NOT_A_FILE .*link/);
      assert.match(stderr, /--no-config/);
    }
    const { code, json } = await cli(['doctor', ...V, '--json'], { env: own });
    assert.deepEqual([code, json.verdict, json.findings], [0, 'open', []]);
  }
  assert.equal(readFileSync(join(dir, 'map/..data/openclaw.json'), 'utf8'), JSON.stringify(CONFIG));
});

// CASES A22
it('a config that is missing is created with gateway.mode alone, and the README and the types say so', async (t) => {
  for (const version of ['2026.2.19', '2026.4.15', NEWEST]) {
    const { state, env } = home(t, { unused: '' });
    const { code, stdout } = await cli(['setup', '--gateway-version', version, '--dry-run'], { env });
    assert.deepEqual([code, /openclaw\.json/.test(stdout)], [0, true], stdout);
    assert.equal((await cli(['setup', '--gateway-version', version, '--no-config'], { env })).code, 0);
    assert.throws(() => statSync(join(state, 'openclaw.json')), { code: 'ENOENT' });
    assert.equal((await cli(['setup', '--gateway-version', version], { env })).code, 0);
    const { trustedProxies, ...gateway } = JSON.parse(readFileSync(join(state, 'openclaw.json'), 'utf8')).gateway;
    assert.deepEqual(gateway, { mode: 'local' });
  }
  const text = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  assert.match(text('README.md'), /a missing config is created with `gateway\.mode: "local"`/);
  assert.match(text('npm/openclaw-prepair/index.d.ts'), /A config that is missing is created with\s+\* `gateway\.mode: "local"`/);
});

describe('the command line', () => {
  it('a dry run beside 100,000 devices shows its change in the time of the plan', async (t) => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => {
      const deviceId = i.toString(16).padStart(64, '0');
      return [deviceId, { deviceId, publicKey: 'A'.repeat(43), roles: ['operator'], tokens: { operator: { token: `${SECRET}-${i}`, role: 'operator', scopes: ['operator.read'] } }, createdAtMs: 1, approvedAtMs: 1 }];
    }));
    const { env } = home(t, { 'openclaw.json': CONFIG, 'devices/paired.json': many });
    const [path, before, after] = ['/s/devices/paired.json', many, { ...many, last: many['0'.repeat(64)] }].map((value) => (typeof value === 'string' ? value : Buffer.from(JSON.stringify(value, null, 2))));
    const start = process.cpuUsage();
    const splices = [{ at: before.length - 2, remove: 0, insert: after.length - before.length }];
    const lines = planDiff({ steps: [{ kind: 'write', path, blob: 0, splices }], blobs: [after], files: { [path]: before } });
    const took = process.cpuUsage(start).user / 1000;
    t.diagnostic(`${Math.round(took)} ms for ${before.length} bytes`);
    assert.ok(took < 2000 && lines.length > 5 && lines.length < 60, `${took} ms, ${lines.length} lines`);
    const { code, stdout } = await cli(['setup', ...V, '--dry-run'], { env });
    assert.equal(code, 0);
    assert.match(stdout, /\+ {3}"<new deviceId>": \{/);
    assert.ok(!stdout.includes(SECRET) && stdout.split('\n').length < 200, `${stdout.split('\n').length} lines`);
  });

  it('a dry run names no key that will never be', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    const { stdout } = await cli(['setup', ...V, '--dry-run'], { env });
    assert.match(stdout, /"deviceId": "<new deviceId>"/);
    assert.doesNotMatch(stdout, /[0-9a-f]{64}/);
  });

  it('offers the matrix where nobody chose a connection, and fits 60 columns', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    const chosen = await cli(['doctor', ...V, '--client', 'cli'], { env });
    assert.match(chosen.stdout, /doctor --all/);
    assert.match((await cli(['doctor'], { env })).stdout, /`npx openclaw-prepair doctor --all` shows every client from every place/);
    for (const args of [['doctor', '--all', ...V], ['setup', ...V], ['devices', 'list', ...V], ['verify', ...V], ['doctor', '--why', ...V]]) {
      const { stdout, stderr } = await cli(args, { env: { ...env, COLUMNS: '60' } });
      for (const line of (stdout + stderr).split('\n')) assert.ok(line.length <= 60 || line.trim().split(' ').some((word) => word.length > 36), `${args[0]}: ${line}`);
    }
  });

  it('identity new and export: a key for programs, kept out of terminals', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    await cli(['setup', ...V], { env });
    const { privateKeyPem, deviceId } = prepair.exportIdentity({ env: { ...process.env, ...env }, gatewayVersion: '2026.2.19' });
    assert.equal((await cli(['identity', 'export', ...V], { env })).stdout, privateKeyPem);
    assert.equal((await cli(['identity', 'export', ...V, '--json'], { env })).json.deviceId, deviceId);
    const fresh = await cli(['identity', 'new', '--json'], { env });
    assert.deepEqual(Object.keys(fresh.json).sort(), ['deviceId', 'privateKeyPem', 'publicKey']);
    const derived = () => cli(['identity', 'new', '--secret-env', 'S', '--label', 'a'], { env: { ...env, S: 's'.repeat(40) } });
    assert.equal((await derived()).stdout, (await derived()).stdout);
    for (const what of ['new', 'export']) {
      const { code, stdout } = await cli(['identity', what], { env, terminal: true });
      assert.deepEqual([code, /--show/.test(stdout), /PRIVATE/.test(stdout)], [2, true, false]);
      assert.match((await cli(['identity', what, '--show', ...(what === 'export' ? V : [])], { env, terminal: true })).stdout, /BEGIN PRIVATE KEY/);
    }
  });
});

describe('verify', () => {
  it('dials where the clients of that version dial', async (t) => {
    const lan = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    const { env } = home(t, { 'openclaw.json': { gateway: { ...CONFIG.gateway, bind: 'lan' } } });
    const dialled = async (version) => {
      await cli(['setup', '--no-config', '--gateway-version', version], { env });
      const { json } = await cli(['verify', '--gateway-version', version, '--json'], { env });
      return [json.reason, new URL(json.url).hostname];
    };
    assert.deepEqual(await dialled('2026.2.17'), ['unreachable', lan ?? '127.0.0.1']);
    assert.deepEqual(await dialled('2026.2.21'), ['unreachable', '127.0.0.1']);
    if (lan !== undefined) assert.equal((await dialled('2026.2.19'))[0], 'bind-lan');
  });

  it('waits for a gateway that is not there yet, no longer than it may, and says where', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    await cli(['setup', ...V], { env });
    const port = await new Promise((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = server.address();
        server.close(() => resolve(free));
      });
    });
    const url = `ws://127.0.0.1:${port}`;
    const start = performance.now();
    const gone = await cli(['verify', ...V, '--url', url, '--wait', '1.2', '--json'], { env });
    const took = performance.now() - start;
    assert.deepEqual([gone.code, gone.json.reason, gone.json.url], [4, 'unreachable', url]);
    assert.ok(took >= 1200, `${took}`);
    const pending = cli(['verify', ...V, '--url', url, '--wait', '60', '--json'], { env });
    await new Promise((resolve) => setTimeout(resolve, 800));
    const server = createServer((socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n')).listen(port, '127.0.0.1');
    t.after(() => server.close());
    assert.equal((await pending).json.reason, 'not-a-gateway');
    for (const wait of ['-1', 'long']) assert.equal((await cli(['verify', '--wait', wait], { env })).code, 2);
    await assert.rejects(prepair.verify({ waitMs: 0.5 }), { code: 'ERR_PREPAIR_OPTIONS' });
  });
});

it(`${NEWEST}: a doctor's remedy and hints name commands of ours before those that a gateway may refuse`, async (t) => {
  const { env } = home(t, { 'openclaw.json': { gateway: { ...CONFIG.gateway, mode: undefined } } });
  const { stdout } = await cli(['doctor', '--gateway-version', NEWEST], { env });
  assert.match(stdout, /npx openclaw-prepair patch-config --set gateway\.mode=local/);
});
