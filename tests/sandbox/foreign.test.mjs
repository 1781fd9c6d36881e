// What no call of ours made stays, byte for byte, wherever we remove what our calls left; what they left goes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { traced } from '../faults/strace.mjs';
import { sha } from '../host/files.mjs';
import { BINDINGS, Caller } from '../lib/caller.mjs';
import { run } from './vercel-server.mjs';

const require = createRequire(import.meta.url);
const remote = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');

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

/** Lays entries of every kind into a folder, each once new and once old; `names`, given a letter, are those of plain files besides. */
function strew(folder, names) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [letter, old] of [['a', false], ['b', true]]) {
    const own = [];
    const lay = (name, make) => {
      const file = join(folder, name);
      make(file);
      own.push(file);
    };
    for (const name of [`notes-${letter}.txt`, ...names(letter)]) lay(name, (file) => fs.writeFileSync(file, `of ${name}`));
    lay(`folder-${letter}`, (file) => {
      fs.mkdirSync(join(file, 'inner'), { recursive: true });
      for (const inner of ['inner/photo.jpg', `${WORD}.0`, `.prepair-${WORD}0000.tmp`]) {
        fs.writeFileSync(join(file, inner), 'content');
        own.push(join(file, inner));
      }
      own.push(join(file, 'inner'));
    });
    lay(`link-${letter}`, (file) => fs.symlinkSync('notes-a.txt', file));
    lay(`dangling-${letter}`, (file) => fs.symlinkSync('nowhere', file));
    lay(`fifo-${letter}`, (file) => assert.equal(spawnSync('mkfifo', [file]).status, 0));
    if (old) own.reverse().forEach(age);
  }
  // A socket stays where its server is killed; a working folder keeps the name short.
  const listening = `for (const name of process.argv.slice(1)) require('net').createServer().listen(name); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100)`;
  spawnSync(process.execPath, ['-e', listening, 'socket-a', 'socket-b'], { cwd: folder });
  age(join(folder, 'socket-b'));
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
  assert.ok(Object.keys(before).length > 0);
  assert.deepEqual(Object.keys(before).map((file) => [file, described(file)]).filter(([file, now]) => now !== before[file]), [], what);
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
  const near = (letter) => [`${letter}.0`, `${letter}.done`, `${letter}${WORD.slice(1)}.0`, `${letter}${WORD.slice(1)}.done`, `.prepair-${letter}${WORD.slice(1)}0000.tmp`, `.prepair-${letter}.tmp`, `.prepair-${uid}.${letter}`];

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
      strew(own, (letter) => {
        const word = `${letter}${WORD.slice(1)}`;
        return [`${letter}.0`, `${letter}.done`, `${word}.x`, `${word}.-1`, `${word}0.0`, `${word.toUpperCase()}.0`, `${word}.0.done`, word];
      });
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

/** What calls: `call(name, options)` gives `{report}` or `{error}`; `limited` one that can write no file; `dying` one killed when it makes the first file visible. */
const CALLERS = {
  ...Object.fromEntries(BINDINGS.map((binding) => [binding, (t, at) => {
    const open = () => {
      const caller = new Caller(binding, { env: { HOME: at.at('home'), TMPDIR: at.at('tmp') } });
      t.after(() => caller.stop());
      return caller;
    };
    const caller = open();
    return {
      call: (...args) => caller.call(...args),
      async limited(...args) {
        const poor = open();
        assert.ok(await poor.call('diagnose', at.options));
        assert.equal(spawnSync('prlimit', ['--pid', String(poor.pid), '--fsize=1:']).status, 0);
        return await poor.call(...args);
      },
      async dying(...args) {
        const poor = open();
        assert.ok(await poor.call('diagnose', at.options));
        const name = binding === 'native' ? 'renameat2' : 'linkat,link';
        await traced(poor.pid, at.at('tmp/trace'), ['-e', `trace=${name}`, '-e', `inject=${name}:signal=SIGKILL:when=1`], async () => assert.equal(await poor.call(...args), null, 'it was killed'));
        fs.rmSync(at.at('tmp/trace'));
      },
    };
  }])),
  remote: (t, at) => {
    const local = remote.localDir(at.at('home'));
    const by = (sandbox) => (name, options) => settled(remote[name](sandbox, { ...options, stagingDir: at.at('tmp') }));
    fs.mkdirSync(at.at('bin'));
    fs.writeFileSync(at.at('bin/ln'), '#!/bin/sh\nkill -9 $PPID\n', { mode: 0o755 });
    const dying = by({ ...local, exec: (argv) => run(argv, { cwd: at.at('home'), env: { PATH: `${at.at('bin')}:${process.env.PATH}`, HOME: at.at('home') } }) });
    return {
      call: by(local),
      limited: by({ ...local, exec: (argv, context) => local.exec(['sh', '-c', 'ulimit -f 0; exec "$@"', 'sh', ...argv], context) }),
      dying: async (...args) => assert.equal((await dying(...args)).error?.code, 'ERR_PREPAIR_SANDBOX'),
    };
  },
};

test('two state dirs with one config folder: neither call takes the temp file of the other', async (t) => {
  const at = place(t);
  fs.mkdirSync(at.at('slow'));
  // The first call stands still before the file that it has written beside its config is on the disk.
  fs.writeFileSync(at.at('slow/sync'), '#!/bin/sh\ncase $1 in */etc/*) : >"$0.here"; until [ -e "$0.go" ]; do sleep 0.05; done ;; esac\n', { mode: 0o755 });
  const home = at.at('home');
  const slow = { ...remote.localDir(home), exec: (argv) => run(argv, { cwd: home, env: { PATH: `${at.at('slow')}:${process.env.PATH}`, HOME: home } }) };
  const options = { ...at.options, stagingDir: at.at('tmp') };
  const first = settled(remote.setup(slow, { ...options, config: { trustedProxies: ['10.0.0.1'] } }));
  while (!fs.existsSync(at.at('slow/sync.here'))) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const kind of ['remote', ...BINDINGS]) {
    const { call } = CALLERS[kind](t, at);
    const other = { ...at.options, stateDir: at.at(`home/${kind}`), configPath: at.at(`etc/${kind}.json`) };
    assert.ok((await call('setup', { ...other, config: { trustedProxies: ['10.0.0.2'] } })).report, kind);
  }
  fs.writeFileSync(at.at('slow/sync.go'), '');
  const { report, error } = await first;
  assert.ok(report, `${error?.code}: ${error?.message}`);
  assert.equal(report.attempts, 1);
  assert.match(fs.readFileSync(at.options.configPath, 'utf8'), /10\.0\.0\.1/);
});

const temp = (n) => `.prepair-${WORD}${String(n).padStart(4, '0')}.tmp`;
function near(letter) {
  const word = `${letter}${WORD.slice(1)}`;
  return [
    `.prepair-${letter}.tmp`, `.prepair-notes-${letter}.tmp.txt`, `.prepair-notesofthelastmeeting000${letter}.tmp`, `.prepair-${word}.tmp`, `.prepair-${word}00000.tmp`,
    `.prepair-${word.toUpperCase()}0000.tmp`, `.prepair-${word}0000.tmp.bak`, `x.prepair-${word}0000.tmp`, `${word}.0`, `${letter}.0`, `${letter}.done`,
    `.prepair.lock.${letter}`, `openclaw.json.${letter}.bak`, `device.json.${letter}.bak`,
  ];
}
const FOLDERS = ['home', 'home/.openclaw', 'home/.openclaw/identity', 'home/.openclaw/devices', 'etc'];

for (const [kind, open] of Object.entries(CALLERS)) {
  describe(kind, () => {
    test('beside the files of a state dir and its config', async (t) => {
      const at = place(t);
      const { call, limited, dying } = open(t, at);
      for (const folder of FOLDERS) {
        strew(at.at(folder), near);
        disguise(at.at(folder), temp);
      }
      const config = at.at('etc/openclaw.json');
      const before = Object.assign({}, ...FOLDERS.map((folder) => seen(at.at(folder))));
      delete before[config];
      const check = (what) => unchanged(before, what);

      assert.match((await limited('setup', { ...at.options, trustedProxies: undefined, config: { trustedProxies: ['10.0.0.9'] } })).error?.code ?? '', /^ERR_PREPAIR_(IO|DISK_FULL)$/);
      check('no file can be written');
      assert.equal(fs.readFileSync(config, 'utf8'), '{ mine: 1 }');
      await everything(at, call);
      check('every operation');

      // Left by calls that died: named as ours are, and by one that is really killed.
      const dead = FOLDERS.slice(1).map((folder) => at.at(`${folder}/${temp(9)}`));
      for (const file of dead) fs.writeFileSync(file, 'half');
      const [elsewhere] = dead.slice(-1);
      age(elsewhere);
      await dying('setup', { ...at.options, identity: 'new', onConflict: 'replace', config: { trustedProxies: ['10.0.0.8'] } });
      const left = () => FOLDERS.flatMap((folder) => fs.readdirSync(at.at(folder)).map((name) => at.at(`${folder}/${name}`)))
        .filter((file) => /\.prepair(-[0-9a-f]{25,28}\.tmp|\.lock)$/.test(file) && !(file in before));
      assert.ok(left().filter((file) => file.startsWith(at.stateDir)).length >= 2, 'the killed call left something');
      check('one that was killed');
      // In the config's folder it may still be of a call for another state dir.
      for (const file of left()) if (file.startsWith(at.at('etc'))) age(file);
      const { report } = await call('setup', { ...at.options, config: { trustedProxies: ['10.0.0.8'] } });
      assert.equal(report?.paired, 'unchanged', JSON.stringify(report));
      assert.deepEqual(left(), [], 'what dead calls left is gone');
      check('the one after it');
    });

    test('in the place of the lock, and in it', async (t) => {
      for (const [what, put] of [
        ['a file', (lock) => fs.writeFileSync(lock, 'mine')],
        ['a link', (lock) => { fs.mkdirSync(`${lock}.there`); fs.symlinkSync('.prepair.lock.there', lock); }],
        ['a FIFO', (lock) => assert.equal(spawnSync('mkfifo', [lock]).status, 0)],
        ['a folder', (lock) => strew(lock, near)],
        ...['empty', 'full', 'a folder'].map((kind) => [`one entry, ${kind}`, (lock) => {
          fs.mkdirSync(lock);
          if (kind === 'a folder') fs.mkdirSync(join(lock, `0-0.1.1.1.${WORD}`));
          else fs.writeFileSync(join(lock, kind === 'full' ? `0-0.1.1.1.${WORD}` : 'owner'), kind === 'full' ? 'content' : '');
        }]),
      ]) {
        const at = place(t);
        const { call } = open(t, at);
        const lock = join(at.stateDir, '.prepair.lock');
        put(lock);
        if (fs.lstatSync(lock).isDirectory()) age(lock);
        const before = seen(at.dir);
        const refused = async (name, options) => {
          const { error } = await call(name, { ...at.options, ...options });
          assert.equal(error?.code, 'ERR_PREPAIR_LOCKED', `${what}: ${name}`);
          assert.ok(error.hint);
        };
        for (const name of ['prePair', 'setup']) await refused(name, {});
        await refused('patchConfig', { trustedProxies: ['10.0.0.7'] });
        for (const [name, options] of [['diagnose', {}], ['setup', { dryRun: true }], ['clearPending', {}]]) assert.ok((await call(name, { ...at.options, ...options })).report, `${what}: ${name}`);
        delete before[at.at('tmp')];
        unchanged(before, what);
      }
    });
  });
}
