// What no call of ours made stays, byte for byte, wherever we remove what our calls left; what they left goes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { sha } from '../host/files.mjs';
import { run } from './vercel-server.mjs';

const require = createRequire(import.meta.url);
const remote = require('../../npm/openclaw-prepair/lib/sandbox-node.js');

const WORD = '0123456789abcdef01234567';
const MONTH_MS = 30 * 86_400_000;

/** A home with a state dir, a config elsewhere and a folder for temporary files; gone after the test. */
function place(t) {
  const dir = fs.mkdtempSync(join(tmpdir(), "prepair foreign '$\" "));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  const at = (name) => join(dir, name);
  for (const name of ['home', 'home/.openclaw', 'home/.openclaw/identity', 'home/.openclaw/devices', 'etc', 'tmp', 'volume']) fs.mkdirSync(at(name), { mode: 0o700 });
  fs.writeFileSync(at('etc/openclaw.json'), '{ mine: 1 }', { mode: 0o600 });
  return { dir, at, stateDir: at('home/.openclaw'), options: { stateDir: at('home/.openclaw'), configPath: at('etc/openclaw.json'), gatewayVersion: '2026.2.19' } };
}

/** Gives a file or folder, or a link itself, the time of a month ago. */
const age = (file) => fs.lutimesSync(file, new Date(), new Date(Date.now() - MONTH_MS));

/** Lays entries of every kind into a folder, each once new and once old; `names` are those of plain files besides. */
function strew(folder, names) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const laid = [];
  const sockets = [];
  for (const [prefix, old] of [['', false], ['o', true]]) {
    const own = [];
    const lay = (name, make) => {
      const file = join(folder, `${name.startsWith('.') || !old ? '' : prefix}${name}`);
      if (laid.includes(file)) return;
      make(file);
      laid.push(file);
      own.push(file);
    };
    for (const name of ['notes.txt', ...names]) lay(old ? name.replace(/(?=\.[^.]*$)/, prefix) : name, (file) => fs.writeFileSync(file, `of ${name}`));
    lay('folder', (file) => {
      fs.mkdirSync(join(file, 'inner'), { recursive: true });
      for (const inner of ['inner/photo.jpg', `${WORD}.0`, `.prepair-${WORD}0000.tmp`]) {
        fs.writeFileSync(join(file, inner), 'content');
        own.push(join(file, inner));
      }
      own.push(join(file, 'inner'));
    });
    lay('link', (file) => fs.symlinkSync('notes.txt', file));
    lay('dangling', (file) => fs.symlinkSync('nowhere', file));
    lay('fifo', (file) => assert.equal(spawnSync('mkfifo', [file]).status, 0));
    lay('socket', (file) => sockets.push(file));
    if (old) own.filter((file) => !sockets.includes(file)).reverse().forEach(age);
  }
  // A socket stays where its server is killed; a working folder keeps the name short.
  const listening = `for (const name of process.argv.slice(1)) require('net').createServer().listen(name); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100)`;
  spawnSync(process.execPath, ['-e', listening, 'socket', 'osocket'], { cwd: folder });
  age(join(folder, 'osocket'));
  return folder;
}

/** Entries that are named as ours but are not what ours are: a folder, a link, a FIFO, all old. */
function disguise(folder, name) {
  const [dir, link, fifo] = [1, 2, 3].map((n) => join(folder, name(n)));
  fs.mkdirSync(dir);
  fs.writeFileSync(join(dir, 'inside'), 'content');
  fs.symlinkSync('nowhere', link);
  assert.equal(spawnSync('mkfifo', [fifo]).status, 0);
  for (const file of [join(dir, 'inside'), dir, link, fifo]) age(file);
}

/** What an entry is, whose, and what it holds; null where nothing is. */
function described(file) {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return null;
  const what = stat.isFile() ? sha(fs.readFileSync(file)) : stat.isSymbolicLink() ? fs.readlinkSync(file) : stat.isDirectory() ? 'folder' : stat.isFIFO() ? 'FIFO' : stat.isSocket() ? 'socket' : '?';
  return [what, stat.mode.toString(8), stat.uid, stat.gid, stat.ino, stat.isDirectory() || stat.mtimeMs].join(' ');
}

/** All below a folder, and the folder itself. */
const seen = (folder) => Object.fromEntries([folder, ...fs.readdirSync(folder, { recursive: true }).map((name) => join(folder, name))].map((file) => [file, described(file)]));

/** Fails where anything of before is gone or another by now. */
function unchanged(before, what) {
  assert.deepEqual(Object.fromEntries(Object.keys(before).map((file) => [file, described(file)])), before, what);
}

/** Two runs of every operation, the first of which has everything to do, and some that fail. */
async function everything(at, call) {
  const done = {};
  for (const round of [1, 2]) {
    for (const name of ['diagnose', 'clearPending', 'patchConfig', 'prePair', 'setup']) {
      const options = { ...at.options, ...(name === 'patchConfig' && { trustedProxies: [`10.0.0.${round}`] }) };
      if (name !== 'diagnose') done[`${name}, dry, ${round}`] = await call(name, { ...options, dryRun: true });
      done[`${name}, ${round}`] = await call(name, options);
    }
  }
  for (const [what, outcome] of Object.entries(done)) assert.ok(outcome.report, `${what}: ${JSON.stringify(outcome)}`);
  // Refused: by the options, by what is there, by where it would go.
  const broken = join(at.stateDir, 'devices/pending.json');
  fs.writeFileSync(broken, '{');
  const refusals = {
    options: await call('setup', { ...at.options, scopes: 'all' }),
    shape: await call('setup', at.options),
    place: await call('setup', { ...at.options, stateDir: join(at.dir, 'etc/openclaw.json') }),
  };
  fs.rmSync(broken);
  for (const [what, outcome] of Object.entries(refusals)) assert.match(outcome.error?.code ?? '', /^ERR_PREPAIR_/, `${what}: ${JSON.stringify(outcome)}`);
}

const settled = (promise) => promise.then((report) => ({ report }), (error) => ({ error }));

describe('uploads', () => {
  const uid = process.getuid();
  const near = ['abc.0', 'x.done', `${WORD}.0`, `${WORD}.done`, `.prepair-${WORD}0000.tmp`, '.prepair-x.tmp', `.prepair-${uid}.bak`];

  for (const place_ of ['stagingDir', 'TMPDIR', 'HOME']) {
    test(`${place_} is a folder in use`, async (t) => {
      const at = place(t);
      const [volume, home] = [at.at('volume'), at.at('home')];
      const folder = place_ === 'HOME' ? home : volume;
      strew(folder, near);
      // As a home or a state dir mostly is, and as others look into it.
      fs.chmodSync(folder, place_ === 'stagingDir' ? 0o700 : 0o755);
      // The folder of our own may be there already, with what others put into it and what dead calls left.
      const own = join(folder, `.prepair-${uid}`);
      strew(own, ['abc.0', 'x.done', `${WORD}.x`, `${WORD}0.0`, `${WORD.toUpperCase()}.0`, `${WORD}.0.done`, WORD]);
      disguise(own, (n) => `${WORD}.${n}`);
      fs.chmodSync(own, 0o700);
      const [old, dead, live] = [join(own, `${WORD}.0`), join(own, `${WORD}.done`), join(own, `f${WORD.slice(1)}.0`)];
      for (const file of [old, dead, live]) fs.writeFileSync(file, 'an upload');
      [old, dead].forEach(age);
      const before = seen(folder);
      for (const file of [old, dead]) delete before[file];
      for (const file of Object.keys(before)) if (file.startsWith(at.stateDir)) delete before[file];
      const env = { PATH: process.env.PATH, HOME: home, TMPDIR: place_ === 'HOME' ? at.at('none') : volume };
      const uploaded = new Set();
      const local = remote.localDir(home);
      const sandbox = {
        ...local,
        exec: (argv, { signal } = {}) => run(argv, { cwd: home, env: { ...env, ...(place_ === 'HOME' && { TMPDIR: '/proc' }) }, signal }),
        async writeMany(files, context) {
          for (const { path } of files) uploaded.add(dirname(path));
          await local.writeMany(files, context);
        },
      };
      const options = place_ === 'stagingDir' ? { stagingDir: folder } : {};
      await everything(at, (name, more) => settled(remote[name](sandbox, { ...more, ...options })));
      unchanged(before, place_);
      assert.deepEqual([...uploaded], [own]);
      assert.deepEqual([old, dead].filter((file) => fs.existsSync(file)), [], 'what dead calls left is gone');
    });
  }

  test('a stagingDir that is not there is made; what is not ours there is not taken', async (t) => {
    const at = place(t);
    const sandbox = remote.localDir(at.at('home'));
    const stagingDir = at.at('volume/new');
    await remote.setup(sandbox, { ...at.options, stagingDir });
    assert.deepEqual([fs.statSync(stagingDir).mode & 0o777, fs.readdirSync(stagingDir)], [0o700, [`.prepair-${uid}`]]);
    for (const make of [(own) => fs.mkdirSync(own, { mode: 0o755 }), (own) => fs.symlinkSync('.', own), (own) => fs.writeFileSync(own, 'mine')]) {
      const taken = fs.mkdtempSync(join(at.at('volume'), 'taken-'));
      make(join(taken, `.prepair-${uid}`));
      const before = seen(taken);
      const { error } = await settled(remote.patchConfig(sandbox, { ...at.options, stagingDir: taken, trustedProxies: ['10.0.0.7'] }));
      assert.equal(error?.code, 'ERR_PREPAIR_SANDBOX');
      assert.match(error.hint, /stagingDir/);
      assert.deepEqual(seen(taken), before);
    }
  });

  test('a volume that gives its group to what is made in it', async (t) => {
    const at = place(t);
    fs.chmodSync(at.at('volume'), 0o2775);
    assert.equal((await remote.setup(remote.localDir(at.at('home')), { ...at.options, stagingDir: at.at('volume') })).identity, 'created');
  });
});
