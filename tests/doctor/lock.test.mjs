// By its lock and its port: whether the process that listens is the gateway of this state dir. Processes that are none stand in
// for gateways, whose locks tests/doctor/stores.mjs looks at.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const { listens, strangers } = createRequire(import.meta.url)('../../npm/openclaw-prepair/lib/node/gateway-lock.js');
const LINUX = process.platform === 'linux';
const LISTEN = "const [port, host] = JSON.parse(process.argv[1]); const server = require('node:net').createServer().listen(port, host, () => console.log(server.address().port));";

/** A process that listens: {pid, port, startTime}. */
async function listener(t, { env = {}, port = 0, host = '127.0.0.1', uid = process.getuid() } = {}) {
  const child = spawn(process.execPath, ['-e', LISTEN, JSON.stringify([port, host])], { cwd: '/', uid, env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill());
  const [text] = await once(child.stdout, 'data');
  const stat = LINUX ? readFileSync(`/proc/${child.pid}/stat`, 'latin1') : '';
  return { pid: child.pid, port: Number(text), startTime: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) };
}

/** State dirs in a folder for temporary files, and a link to the first. */
function place(t) {
  const temp = mkdtempSync(join(tmpdir(), 'prepair-lock-'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temp;
  t.after(() => {
    before === undefined ? delete process.env.TMPDIR : (process.env.TMPDIR = before);
    rmSync(temp, { recursive: true, force: true });
  });
  const [own, other, third, link] = ['own', 'other', 'third', 'link'].map((name) => join(temp, name));
  [own, other, third, join(temp, `openclaw-${process.getuid()}`)].forEach((dir) => mkdirSync(dir, { mode: 0o700 }));
  symlinkSync(own, link);
  const lock = (content) => writeFileSync(join(temp, `openclaw-${process.getuid()}`, 'gateway.0.lock'), JSON.stringify(content));
  return { own, other, third, link, lock };
}

for (const [name, expected, env, lock] of [
  ['as up to 2026.7, the config in the state dir', LINUX, () => ({}), ({ own }) => ({ configPath: join(own, 'openclaw.json') })],
  ['the state dir named to it', LINUX, ({ own }) => ({ OPENCLAW_STATE_DIR: ` ${own} ` }), ({ own }) => ({ configPath: join(own, 'openclaw.json') })],
  ['another state dir named to it', false, ({ other }) => ({ OPENCLAW_STATE_DIR: other }), ({ own }) => ({ configPath: join(own, 'openclaw.json') })],
  ['a relative one', false, () => ({ CLAWDBOT_STATE_DIR: 'own' }), ({ own }) => ({ configPath: join(own, 'openclaw.json') })],
  ['the config named to it', false, ({ own }) => ({ OPENCLAW_CONFIG_PATH: join(own, 'openclaw.json') }), ({ own }) => ({ configPath: join(own, 'openclaw.json') })],
  ['as from 2026.8.1', LINUX, () => ({}), ({ own, other }) => ({ configPath: join(other, 'x.json'), stateDir: own })],
  ['as from 2026.8.1, by a link', LINUX, () => ({}), ({ own, link }) => ({ configPath: join(own, 'openclaw.json'), stateDir: link })],
  ['as from 2026.8.1, another one', false, () => ({}), ({ own, other }) => ({ configPath: join(own, 'openclaw.json'), stateDir: other })],
  ['a process that started at another time', false, () => ({}), ({ own }) => ({ configPath: join(own, 'openclaw.json'), startTime: 1 })],
  ['a process that listens elsewhere', false, () => ({}), ({ own }) => ({ configPath: join(own, 'openclaw.json'), pid: process.pid, startTime: undefined })],
  ['no process', false, () => ({}), ({ own }) => ({ configPath: join(own, 'openclaw.json'), pid: 2 ** 22 + 1 })],
]) {
  test(name, async (t) => {
    const here = place(t);
    const { pid, port, startTime } = await listener(t, { env: env(here) });
    assert.equal(listens([here.own], port), false);
    here.lock({ pid, startTime, ...lock(here) });
    assert.equal(listens([here.own], port), expected);
    assert.equal(listens([here.link], port), expected);
    assert.equal(listens([here.third], port), false);
  });
}

test('one of two that listen on the port, at different addresses', async (t) => {
  const here = place(t);
  const { pid, port, startTime } = await listener(t);
  here.lock({ pid, startTime, configPath: join(here.own, 'openclaw.json') });
  assert.equal(listens([here.own], port), LINUX);
  await listener(t, { port, host: LINUX ? '127.0.0.2' : '::1' });
  assert.equal(listens([here.own], port), false);
});

test('a listener of another user is a stranger, the owner of the state dir is none', { skip: (!LINUX || process.getuid() !== 0) && 'needs root on Linux to be other users' }, async (t) => {
  const here = place(t);
  const { port } = await listener(t, { uid: 4321 });
  assert.equal(strangers([here.own], port), true);
  assert.equal(strangers([here.own], (await listener(t)).port), false);
  assert.equal(strangers([here.own], 1), false);
  chownSync(here.own, 4321, 4321);
  assert.equal(strangers([here.own], port), false);
  const { port: shared } = await listener(t, { uid: 4321 });
  await listener(t, { uid: 4322, port: shared, host: '127.0.0.2' });
  assert.equal(strangers([here.own], shared), true);
});
