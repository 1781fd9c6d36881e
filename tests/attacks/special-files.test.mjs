// Whatever is put in the place of a file that we read: it is passed over or refused, soon, and not opened where it is not a plain
// file of a sane size. The files of the state dir in each of the file calls: tests/host/reading.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { node } from '../lib/cache.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { place, snapshot } from '../node/setup.mjs';

const asRoot = { skip: process.getuid() !== 0 && 'needs root to make devices and be another user' };
const PACKAGE = fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url));
const USER = 1234;
const SOON_MS = 30_000;

// What may lie there. An unreadable file is root's, met by another user.
const KINDS = {
  'a FIFO': (at) => execFileSync('mkfifo', [at]),
  'a socket': async (at, t) => {
    const server = net.createServer().listen(at);
    await once(server, 'listening');
    t.after(() => server.close());
  },
  'a device': (at) => execFileSync('mknod', [at, 'c', '1', '5']),
  'a link to a device': (at) => fs.symlinkSync('/dev/zero', at),
  'a folder': (at) => fs.mkdirSync(at),
  '3 GB of nothing': (at) => {
    fs.writeFileSync(at, '');
    fs.truncateSync(at, 3e9);
  },
  'a file that may not be read': (at) => fs.writeFileSync(at, '{}', { mode: 0 }),
};

/** Everything below a folder goes to the user who calls; what may not be read stays root's. */
function give(dir) {
  for (const name of ['', ...fs.readdirSync(dir, { recursive: true })]) {
    const stat = fs.lstatSync(join(dir, name));
    if ((stat.mode & 0o777) !== 0) fs.lchownSync(join(dir, name), USER, USER);
  }
}

/** Runs a script or a command as that user in a folder: what it said, and null as its status where it had to be ended. */
async function run(binary, args, { cwd, home, env }) {
  const child = spawn(binary, args, { cwd, uid: USER, gid: USER, env: { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: home, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const output = ['', ''];
  child.stdout.on('data', (text) => (output[0] += text));
  child.stderr.on('data', (text) => (output[1] += text));
  const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), SOON_MS);
  const [status] = await once(child, 'close');
  clearTimeout(timer);
  return { status, stdout: output[0], stderr: output[1] };
}

/** One call of the package in a process of its own: the code of its error, or 'done' and its warnings. */
async function call(binary, options, { cwd = options.env.HOME, remote = false, env } = {}) {
  const script = `
    const prepair = require(${JSON.stringify(PACKAGE)});
    const { setup, localDir } = require(${JSON.stringify(join(PACKAGE, 'lib/entry/sandbox-node.js'))});
    const options = ${JSON.stringify(options)};
    Promise.resolve().then(() => ${remote ? 'setup(localDir(options.env.HOME), { ...options, timeoutMs: 20000 })' : 'prepair.setup(options)'}).then(
      ({ warnings }) => console.log(JSON.stringify({ code: 'done', warnings: warnings.map(({ code }) => code) })),
      ({ code, name, path, hint }) => console.log(JSON.stringify({ code, name, path, hint: Boolean(hint) })));`;
  const { status, stdout, stderr } = await run(binary, ['--no-warnings', '-e', script], { cwd, home: options.env.HOME, env });
  assert.equal(status, 0, `not done within ${SOON_MS} ms: ${stderr}`);
  return JSON.parse(stdout);
}

/** Makes each kind at a place of a state dir of its own, and gives `then` the place and the kind. */
async function each(t, version, { make = KINDS, spot, prepare = () => {} }, then) {
  for (const [kind, build] of Object.entries(make)) {
    const here = place(t, version);
    fs.mkdirSync(here.stateDir, { mode: 0o700 });
    await prepare(here);
    const at = spot(here);
    fs.mkdirSync(dirname(at), { recursive: true });
    await build(at, t);
    give(here.home);
    await then(here, at, kind);
  }
}

const PLACES = {
  'node_modules above the working folder': (here) => join(here.home, 'node_modules/openclaw/package.json'),
  'lib beside a folder on PATH': (here) => join(here.home, 'lib/node_modules/openclaw/package.json'),
  'a folder on NODE_PATH': (here) => join(here.home, 'modules/openclaw/package.json'),
  'the command on PATH itself': (here) => join(here.home, 'bin/openclaw'),
  'the .bin folder of a script': (here) => join(here.home, 'x/node_modules/openclaw/package.json'),
};

for (const [name, spot] of Object.entries(PLACES)) {
  test(`package.json: ${name}`, asRoot, async (t) => {
    const prepare = (here) => {
      for (const dir of ['work', 'bin', 'x/node_modules/.bin']) {
        fs.mkdirSync(join(here.home, dir), { recursive: true });
        if (spot(here) !== join(here.home, dir, 'openclaw') && dir !== 'work') fs.writeFileSync(join(here.home, dir, 'openclaw'), '');
      }
    };
    await each(t, undefined, { spot, prepare }, async (here, at, kind) => {
      const { gatewayVersion, ...options } = here.options;
      const path = `${here.home}/bin:${here.home}/x/node_modules/.bin:/usr/bin:/bin`;
      options.env = { ...options.env, PATH: path, NODE_PATH: `${here.home}/modules` };
      const told = await call(process.execPath, options, { cwd: join(here.home, 'work') });
      assert.deepEqual([told.code, told.warnings?.includes('W_VERSION_UNKNOWN')], ['done', true], `${kind}: ${JSON.stringify(told)}`);
      const remote = await call(process.execPath, { ...options, env: { HOME: here.home }, stateDir: join(here.home, 'other') }, { remote: true, env: { PATH: path } });
      assert.deepEqual([remote.code, remote.warnings?.includes('W_VERSION_UNKNOWN')], ['done', true], `remote, ${kind}: ${JSON.stringify(remote)}`);
    });
  });
}

test('package.json in openclawDir', asRoot, async (t) => {
  await each(t, undefined, { spot: (here) => join(here.home, 'openclaw/package.json') }, async (here, at, kind) => {
    const { gatewayVersion, ...options } = here.options;
    for (const remote of [false, true]) {
      const told = await call(process.execPath, { ...options, openclawDir: dirname(at) }, { remote });
      assert.deepEqual([told.code, told.path, told.hint], ['ERR_PREPAIR_OPTIONS', dirname(at), true], `${kind}: ${JSON.stringify(told)}`);
    }
  });
});

/** A database in which a gateway of 2026.9.6 could have been, made by a Node that can. */
async function database(here) {
  fs.mkdirSync(here.file('state'), { mode: 0o700 });
  const script = `new (require('node:sqlite').DatabaseSync)(${JSON.stringify(here.file('state/openclaw.sqlite'))}).exec('PRAGMA user_version = 1; CREATE TABLE t (x)')`;
  execFileSync(await node(24), ['--no-warnings', '-e', script]);
}

for (const end of ['', '-wal', '-shm', '-journal']) {
  test(`state/openclaw.sqlite${end}`, asRoot, async (t) => {
    // its cache may lie where that user cannot look
    const binary = join(place(t).home, 'node');
    fs.copyFileSync(await node(24), binary);
    const prepare = async (here) => {
      await database(here);
      if (end === '') fs.rmSync(here.file('state/openclaw.sqlite'));
    };
    await each(t, '2026.7.1', { spot: (here) => here.file(`state/openclaw.sqlite${end}`), prepare }, async (here, at, kind) => {
      const plain = /^3 GB|may not be read$/.test(kind);
      for (const remote of [false, true]) {
        const before = plain ? null : snapshot(here.stateDir);
        const told = await call(binary, here.options, { remote, env: { PATH: `${dirname(binary)}:/usr/bin:/bin` } });
        const what = `${kind}, remote ${remote}: ${JSON.stringify(told)}`;
        // SQLite's own business: it ends, with what a caller can use.
        if (plain) assert.ok(told.code === 'done' || (told.name === 'PrepairError' && told.hint), what);
        else {
          assert.deepEqual([told.code, told.hint], ['ERR_PREPAIR_NOT_A_FILE', true], what);
          if (!remote) assert.equal(told.path, at, what);
          assert.deepEqual(snapshot(here.stateDir), before, what);
        }
      }
    });
  });
}

test('a journal that names a file outside: SQLite is not let near it', async (t) => {
  for (const kind of ['a plain file', 'a FIFO']) {
    const here = place(t, NEWEST);
    fs.mkdirSync(here.stateDir, { mode: 0o700 });
    await database(here);
    const db = here.file('state/openclaw.sqlite');
    const victim = join(here.home, 'of-another');
    if (kind === 'a FIFO') execFileSync('mkfifo', [victim]);
    else fs.writeFileSync(victim, 'important');
    fs.writeFileSync(`${db}-journal`, hotJournal(db, victim));
    const script = `
      const prepair = require(${JSON.stringify(PACKAGE)});
      const remote = require(${JSON.stringify(join(PACKAGE, 'lib/entry/sandbox-node.js'))});
      const options = ${JSON.stringify(here.options)};
      const told = async (body) => Promise.resolve().then(body).then((r) => r.findings?.find(({ code }) => code.startsWith('ERR_'))?.code ?? 'done', ({ code, path }) => [code, path]);
      (async () => {
        const sandbox = remote.localDir(options.env.HOME);
        const out = [];
        for (const more of [{}, { dryRun: true }]) {
          out.push(await told(() => prepair.setup({ ...options, ...more })));
          out.push(await told(() => remote.setup(sandbox, { ...options, ...more, timeoutMs: 10000 })));
        }
        await told(() => prepair.diagnose(options));
        await told(() => remote.diagnose(sandbox, { ...options, timeoutMs: 10000 }));
        const { begin } = require(${JSON.stringify(join(PACKAGE, 'lib/node/sqlite.js'))});
        out.push(await told(() => begin(${JSON.stringify(db)}).rollback()));
        console.log(JSON.stringify(out));
      })();`;
    const before = snapshot(here.home);
    const binary = await node(24);
    const child = spawn(binary, ['--no-warnings', '-e', script], { env: { HOME: here.home, TMPDIR: here.home, PATH: `${dirname(binary)}:/usr/bin:/bin` }, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), SOON_MS);
    let stdout = '';
    child.stdout.on('data', (text) => (stdout += text));
    await once(child, 'close');
    clearTimeout(timer);
    const refused = ['ERR_PREPAIR_NOT_A_FILE', `${db}-journal`];
    const outside = ['ERR_PREPAIR_NOT_A_FILE', db];
    assert.deepEqual(JSON.parse(stdout || 'null'), [refused, outside, refused, outside, refused], kind);
    fs.rmSync(join(here.home, `.prepair-${process.getuid()}`), { recursive: true, force: true });
    assert.deepEqual(snapshot(here.home), before, kind);
  }
});

/** A journal that SQLite plays back, of a write to the first page, which names `other` as its super-journal. */
function hotJournal(db, other) {
  const size = 4096;
  const word = (...numbers) => Buffer.from(Uint32Array.from(numbers).buffer).swap32();
  const magic = Buffer.from('d9d505f920a163d7', 'hex');
  const page = fs.readFileSync(db).subarray(0, size);
  let sum = 1;
  for (let i = size - 200; i > 0; i -= 200) sum += page[i];
  const head = Buffer.alloc(512);
  Buffer.concat([magic, word(1, 1, fs.statSync(db).size / size, 512, size)]).copy(head);
  const name = Buffer.from(other);
  return Buffer.concat([head, word(1), page, word(sum), word(2 ** 30 / size + 1), name, word(name.length, name.reduce((all, byte) => all + byte, 0)), magic]);
}

test("the lock of a gateway", asRoot, async (t) => {
  for (const folder of ['.openclaw/tmp', '']) {
    await each(t, '2026.2.19', { spot: (here) => join(here.home, folder, `openclaw-${USER}/gateway.x.lock`) }, async (here, at, kind) => {
      const told = await call(process.execPath, here.options);
      assert.deepEqual([told.code, told.warnings?.includes('W_GATEWAY_RUNNING')], ['done', false], `${kind}: ${JSON.stringify(told)}`);
    });
  }
});

test('the folders of the state dir and of the config', asRoot, async (t) => {
  const { 'a folder': _, ...make } = KINDS;
  for (const option of ['stateDir', 'configPath']) {
    await each(t, '2026.2.19', { make, spot: (here) => join(here.home, 'odd') }, async (here, at, kind) => {
      for (const remote of [false, true]) {
        const told = await call(process.execPath, { ...here.options, [option]: option === 'stateDir' ? at : join(at, 'openclaw.json') }, { remote });
        assert.ok(told.name === 'PrepairError' && told.hint, `${option}, ${kind}: ${JSON.stringify(told)}`);
      }
    });
  }
});

test('the files of the state dir, by the driver and from outside', asRoot, async (t) => {
  for (const name of ['identity/device.json', 'devices/paired.json', 'devices/pending.json', 'openclaw.json', 'more.json']) {
    const prepare = (here) => here.put('openclaw.json', name === 'more.json' ? '{ "$include": "./more.json" }' : '{}');
    const spot = (here) => {
      if (name === 'openclaw.json') fs.rmSync(here.file(name));
      return here.file(name);
    };
    await each(t, '2026.2.19', { spot, prepare }, async (here, at, kind) => {
      // An SDK of one's own may open what it is asked for: localDir does not.
      for (const remote of [false, true]) {
        const told = await call(process.execPath, { ...here.options, config: { merge: { a: 1 } } }, { remote });
        assert.ok(told.name === 'PrepairError' && told.hint && told.path, `${name}, ${kind}, remote ${remote}: ${JSON.stringify(told)}`);
      }
    });
  }
});

test('files that arguments of the command line name', asRoot, async (t) => {
  const bin = join(PACKAGE, 'bin/openclaw-prepair.js');
  for (const [command, flag] of [['pre-pair', '--identity-file'], ['patch-config', '--merge-file']]) {
    await each(t, '2026.2.19', { spot: (here) => join(here.home, 'given') }, async (here, at, kind) => {
      const before = snapshot(here.stateDir);
      const args = [bin, command, flag, at, '--state-dir', here.stateDir, '--gateway-version', '2026.2.19', '--json'];
      const { status, stdout, stderr } = await run(process.execPath, args, { cwd: here.home, home: here.home });
      const { error } = JSON.parse(stdout || '{}');
      assert.deepEqual([status, error?.path, Boolean(error?.hint)], [2, at, true], `${flag}, ${kind}: ${status} ${stderr}`);
      const code = kind.startsWith('3 GB') ? 'SHAPE' : kind.endsWith('may not be read') ? 'IO' : 'NOT_A_FILE';
      assert.equal(error.code, `ERR_PREPAIR_${code}`, `${flag}, ${kind}`);
      assert.deepEqual(snapshot(here.stateDir), before);
    });
  }
});

test('a FIFO whose other end is written to: not a byte of it is taken', asRoot, async (t) => {
  const here = place(t);
  const at = join(here.home, 'given');
  execFileSync('mkfifo', [at]);
  give(here.home);
  const writer = spawn('sh', ['-c', 'exec 3<>"$1"; echo secret >&3; exec sleep 60', 'sh', at], { stdio: 'ignore' });
  t.after(() => writer.kill('SIGKILL'));
  await sleep(300);
  const { status, stdout } = await run(process.execPath, [join(PACKAGE, 'bin/openclaw-prepair.js'), 'pre-pair', '--identity-file', at, '--json'], { cwd: here.home, home: here.home });
  assert.deepEqual([status, JSON.parse(stdout).error.code], [2, 'ERR_PREPAIR_NOT_A_FILE']);
  const fd = fs.openSync(at, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const bytes = Buffer.alloc(64);
  assert.equal(bytes.toString('utf8', 0, fs.readSync(fd, bytes)), 'secret\n');
  fs.closeSync(fd);
});
