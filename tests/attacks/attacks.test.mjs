// Somebody who can write into the state dir, or gave it to us, against setup() as a whole. What is tried elsewhere:
// - the file calls by themselves: links, folders, FIFOs and files at every component, hard links, any umask, other owners, mounts
//   (tests/host/applying.test.mjs, reading.test.mjs), a folder swapped for a link all the time (together.test.mjs);
// - each file of ours as a folder, a link, a FIFO; unreadable ones; wrong options (tests/node/bad-input.test.mjs);
// - a record that claims our deviceId with another key, revoked tokens (tests/node/record.test.mjs);
// - 0.0.0.0/0 and every other spelling of an address (tests/node/config.test.mjs).
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BINDINGS, Caller } from '../lib/caller.mjs';
import { newIdentity } from '../lib/client.mjs';
import { place, prepair, refusal, snapshot } from '../node/setup.mjs';

const asRoot = { skip: process.getuid() !== 0 && 'needs root to make devices and be another user' };
const FILES = ['identity/device.json', 'devices/paired.json', 'devices/pending.json', 'openclaw.json'];
const CHILD = fileURLToPath(new URL('../node/child.cjs', import.meta.url));

test('a device or a socket in the place of a file is refused, and not opened', asRoot, async (t) => {
  for (const [kind, make] of [
    // an open of a tty or a tape has effects; of these two a read would never end, or fail
    ['/dev/zero', (file) => spawnSync('mknod', [file, 'c', '1', '5'])],
    ['a block device', (file) => spawnSync('mknod', [file, 'b', '7', '200'])],
    ['a socket', async (file) => { const server = net.createServer().listen(file); await once(server, 'listening'); t.after(() => server.close()); }],
  ]) {
    for (const name of FILES) {
      const here = place(t);
      here.put(name, '');
      fs.rmSync(here.file(name));
      await make(here.file(name));
      assert.ok(fs.lstatSync(here.file(name)), kind);
      const before = snapshot(here.stateDir);
      const error = refusal(() => prepair.setup(here.options));
      assert.deepEqual([error?.code, error?.path], ['ERR_PREPAIR_NOT_A_FILE', here.file(name)], `${kind} as ${name}`);
      assert.deepEqual(snapshot(here.stateDir), before);
    }
  }
});

test('a link anywhere on the way below the state dir leads nowhere, also one to a file of ours', (t) => {
  for (const name of ['identity', 'devices', ...FILES, '.prepair.lock']) {
    for (const to of ['victim', 'own', 'nowhere', '/etc', '..']) {
      const here = place(t);
      prepair.setup(here.options);
      fs.mkdirSync(join(here.home, 'victim'));
      fs.writeFileSync(join(here.home, 'victim/device.json'), 'theirs');
      fs.writeFileSync(join(here.home, 'victim/paired.json'), 'theirs');
      fs.rmSync(here.file(name), { recursive: true, force: true });
      fs.symlinkSync({ victim: '../victim', own: 'openclaw.json', nowhere: 'nowhere/at/all' }[to] ?? to, here.file(name));
      const before = [snapshot(join(here.home, 'victim')), fs.readlinkSync(here.file(name))];
      const error = refusal(() => prepair.setup({ ...here.options, displayName: 'other' }));
      // the lock's place is looked at first where something is to be written, so nothing is
      if (error) assert.match(error.code, /^ERR_PREPAIR_(NOT_A_FILE|LOCKED)$/, `${name} to ${to}: ${error.message}`);
      else assert.fail(`${name} to ${to} was followed`);
      assert.deepEqual([snapshot(join(here.home, 'victim')), fs.readlinkSync(here.file(name))], before, `${name} to ${to}`);
    }
  }
});

test('a hard link that somebody keeps of a file of ours sees nothing of what comes after', (t) => {
  const here = place(t);
  here.put('openclaw.json', '{}');
  here.put('devices/paired.json', '{}');
  for (const name of ['openclaw.json', 'devices/paired.json']) fs.linkSync(here.file(name), join(here.home, name.replace('/', '-')));
  prepair.setup({ ...here.options, config: { proxyPeers: ['10.0.0.7'] } });
  for (const name of ['openclaw.json', 'devices/paired.json']) {
    assert.equal(fs.readFileSync(join(here.home, name.replace('/', '-')), 'utf8'), '{}', name);
    assert.equal(fs.statSync(here.file(name)).nlink, 1, name);
  }
});

// renameat2 with RENAME_EXCHANGE: at every moment the name is there, as the folder or as the link.
const SWAPPER = `
import ctypes, os, sys
os.chdir(sys.argv[1])
libc = ctypes.CDLL(None)
while True:
    for name in (b"devices", b"identity"):
        libc.renameat2(-100, name, -100, name + b"-link", 2)
    libc.usleep(50)`;

for (const kind of BINDINGS) {
  test(`${kind}: folders swapped for links all the time between check and use`, async (t) => {
    const here = place(t);
    prepair.setup(here.options);
    const victim = join(here.home, 'victim');
    fs.mkdirSync(victim);
    for (const name of ['paired.json', 'device.json', 'pending.json']) fs.writeFileSync(join(victim, name), '{"theirs": 1}');
    for (const name of ['devices', 'identity']) fs.symlinkSync('../victim', here.file(`${name}-link`));
    const before = snapshot(victim);
    const caller = new Caller(kind);
    const swapper = spawn('python3', ['-c', SWAPPER, here.stateDir], { stdio: 'inherit' });
    const seen = {};
    const until = performance.now() + 3000;
    for (let round = 0; performance.now() < until; round += 1) {
      const { report, error } = await caller.call('setup', { ...here.options, displayName: `name ${round}` });
      const what = error?.code ?? 'done';
      seen[what] = (seen[what] ?? 0) + 1;
      if (!report) assert.match(what, /^ERR_PREPAIR_(NOT_A_FILE|CHANGED|CONTENDED|SHAPE)$/);
    }
    swapper.kill('SIGKILL');
    await once(swapper, 'close');
    await caller.stop();
    t.diagnostic(JSON.stringify(seen));
    assert.ok(Object.keys(seen).length > 0);
    assert.deepEqual(snapshot(victim), before);
  });
}

test('a state dir of another user: theirs as root, refused as somebody else', asRoot, (t) => {
  const here = place(t);
  here.put('openclaw.json', '{}');
  for (const path of [here.stateDir, here.file('openclaw.json')]) fs.chownSync(path, 1234, 1234);
  const call = (uid) => spawnSync(process.execPath, ['-e', `
    const { setup } = require(${JSON.stringify(join(CHILD, '../../../npm/openclaw-prepair'))});
    require(${JSON.stringify(join(CHILD, '../../../npm/openclaw-prepair/lib/node/binding.js'))}).load();
    process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});
    try { setup(${JSON.stringify(here.options)}); console.log('done'); } catch (error) { console.log(error.code); }`], { encoding: 'utf8' });
  const before = snapshot(here.stateDir);
  assert.equal(call(4321).stdout, 'ERR_PREPAIR_PERMISSION\n');
  fs.chmodSync(here.stateDir, 0o777);
  fs.chmodSync(here.stateDir, 0o700);
  assert.deepEqual(snapshot(here.stateDir), before);
  assert.equal(call(1234).stdout, 'done\n');
  for (const name of FILES.filter((file) => fs.existsSync(here.file(file)))) assert.equal(fs.statSync(here.file(name)).uid, 1234, name);
});

// A gateway on 2026.2.19 takes a paired.json that it can't read for an empty one and writes its own: every record would be lost.
for (const kind of [...BINDINGS, 'remote']) {
  test(`${kind}: a state dir that the group may write: its files stay those of their owner`, asRoot, (t) => {
    const here = place(t);
    here.put('openclaw.json', '{}', 0o660);
    here.put('devices/paired.json', '{"other1": {"deviceId": "other1"}, "other2": {"deviceId": "other2"}}', 0o660);
    for (const name of ['.', 'devices', 'devices/paired.json', 'openclaw.json']) fs.chownSync(here.file(name), 1000, 1000);
    for (const name of ['.', 'devices']) fs.chmodSync(here.file(name), 0o2770);
    const home = join(here.home, 'deploy');
    fs.mkdirSync(home);
    fs.chownSync(home, 1001, 1000);
    const root = join(CHILD, '../../../npm/openclaw-prepair');
    const { env, ...options } = here.options;
    const call = (uid) => spawnSync(process.execPath, ['-e', `
      const remote = ${kind === 'remote'};
      const { setup } = require(${JSON.stringify(root)});
      const sandbox = require(${JSON.stringify(join(root, 'lib/entry/sandbox-node.js'))});
      require(${JSON.stringify(join(root, 'lib/node/binding.js'))}).load();
      process.setgroups([]); process.setgid(1000); process.setuid(${uid});
      const options = ${JSON.stringify(options)};
      Promise.resolve().then(() => (remote ? sandbox.setup(sandbox.localDir(process.env.HOME), options) : setup(options)))
        .then(() => console.log('done'), (error) => console.log(error.code, error.message));`],
    { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, ...(kind !== 'remote' && { PREPAIR_BINDING: kind }) } });
    const before = snapshot(here.stateDir);
    const told = call(1001);
    assert.match(told.stdout, /^ERR_PREPAIR_PERMISSION /, told.stdout + told.stderr);
    assert.deepEqual(snapshot(here.stateDir), before);
    fs.chownSync(home, 1000, 1000);
    for (const name of fs.readdirSync(home)) fs.rmSync(join(home, name), { recursive: true });
    const owner = call(1000);
    assert.equal(owner.stdout, 'done\n', owner.stderr);
    assert.deepEqual(Object.keys(here.json('devices/paired.json')).slice(0, 2), ['other1', 'other2']);
    for (const name of FILES.filter((file) => fs.existsSync(here.file(file)))) assert.equal(fs.statSync(here.file(name)).uid, 1000, name);
  });
}

for (const umask of [0o000, 0o777]) {
  test(`umask ${umask.toString(8).padStart(4, '0')}`, (t) => {
    const here = place(t);
    const done = spawnSync('sh', ['-c', `umask ${umask.toString(8)}; exec "$@"`, 'sh', process.execPath, CHILD, here.stateDir, here.home], { encoding: 'utf8' });
    assert.ok(JSON.parse(done.stdout).report, done.stdout + done.stderr);
    const modes = Object.fromEntries(['.', 'identity', 'devices', ...FILES].filter((name) => fs.existsSync(here.file(name))).map((name) => [name, fs.statSync(here.file(name)).mode & 0o777]));
    assert.deepEqual([...new Set(Object.values(modes))].sort(), [0o600, 0o700], JSON.stringify(modes));
  });
}

test('keys that mean something to JavaScript are keys, in records, requests, patches and options', (t) => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
  const evil = (content) => `{${names.map((name) => `${JSON.stringify(name)}: ${content}`).join(', ')}}`;
  for (const PREPAIR of BINDINGS) {
    const here = place(t);
    const record = `{"deviceId": "x", "publicKey": "y", "scopes": ["operator.admin"], "__proto__": {"polluted": true}}`;
    here.put('devices/paired.json', evil(record));
    here.put('devices/pending.json', evil('{"requestId": "r", "deviceId": "__proto__", "ts": 1, "__proto__": {"polluted": true}}'));
    here.put('openclaw.json', `{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}`);
    const merge = JSON.parse('{"__proto__": {"polluted": 1}, "gateway": {"constructor": {"prototype": {"polluted": 2}}, "__proto__": {"mode": "remote"}}}');
    const done = spawnSync(process.execPath, ['-e', `
      const { setup, clearPending, diagnose } = require(${JSON.stringify(join(CHILD, '../../../npm/openclaw-prepair'))});
      const options = JSON.parse(process.argv[1]);
      const report = setup(options);
      setup({ ...options, pending: 'all' }); clearPending({ ...options, config: undefined });
      if ({}.polluted !== undefined || Object.prototype.mode !== undefined) throw new Error('polluted');
      console.log(JSON.stringify(report));`, JSON.stringify({ ...here.options, config: { merge } })], { encoding: 'utf8', env: { ...process.env, PREPAIR_BINDING: PREPAIR } });
    assert.equal(done.status, 0, done.stderr);
    const paired = here.text('devices/paired.json');
    for (const name of names) assert.ok(paired.includes(`"${name}": ${record}`), `${name} stays byte for byte`);
    const { deviceId } = JSON.parse(done.stdout);
    assert.ok(Object.hasOwn(JSON.parse(paired), deviceId));
    assert.ok(here.text('openclaw.json').includes('"polluted"'));
  }
});

test('huge and deep input: refused or done, soon, and by no stack', (t) => {
  const deep = (open, close, levels) => open.repeat(levels) + close.repeat(levels);
  const other = newIdentity();
  for (const [name, file, content, code] of [
    ['100,000 arrays in a record', 'devices/paired.json', `{"${other.deviceId}": ${deep('[', ']', 100_000)}}`, null],
    ['100,000 objects in a request', 'devices/pending.json', `{"r": ${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, null],
    ['a million arrays, never closed', 'devices/paired.json', '['.repeat(1_000_000), 'ERR_PREPAIR_SHAPE|ERR_PREPAIR_SYNTAX'],
    ['the same in the config', 'openclaw.json', `{a: ${'['.repeat(1_000_000)}`, 'ERR_PREPAIR_SYNTAX'],
    ['ten megabytes of a comment', 'openclaw.json', `{} //${'x'.repeat(10_000_000)}`, null],
    ['ten megabytes of one key', 'devices/paired.json', `{"${'k'.repeat(10_000_000)}": {}}`, null],
    ['an identity of 10 MB', 'identity/device.json', `{"privateKeyPem": "${'x'.repeat(10_000_000)}"}`, 'ERR_PREPAIR_IDENTITY_BROKEN'],
    ['a million zero bytes', 'devices/pending.json', Buffer.alloc(1_000_000), 'ERR_PREPAIR_SYNTAX'],
  ]) {
    const here = place(t);
    here.put(file, content);
    const before = snapshot(here.stateDir);
    const start = performance.now();
    const error = refusal(() => prepair.setup(here.options));
    const ms = performance.now() - start;
    if (code === null) assert.equal(error, null, `${name}: ${error?.message}`);
    else {
      assert.match(error?.code ?? 'done', new RegExp(code), name);
      assert.ok(error.message.length < 1000 && error.path === here.file(file), name);
      assert.deepEqual(snapshot(here.stateDir), before, name);
    }
    assert.ok(ms < 10_000, `${name}: ${Math.round(ms)} ms`);
  }
  const nested = {};
  let at = nested;
  for (let level = 0; level < 100_000; level += 1) at = at.a = {};
  assert.equal(refusal(() => prepair.setup({ ...place(t).options, config: { merge: nested } }))?.code, 'ERR_PREPAIR_OPTIONS');
});
