// A package of another user is not believed, wherever it lies: its version would decide what is written.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { node } from '../lib/cache.mjs';
import { openGateway } from '../lib/gateway.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { place } from '../node/setup.mjs';

const asRoot = { skip: process.getuid() !== 0 && 'needs root to be other users' };
const PACKAGE = fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url));
const US = 1000;
const THEY = 4321;
// There the private ranges would be written; the other is what is really installed.
const HARMFUL = '2026.2.17';
const REAL = '2026.4.15';

/** A world like a machine's: `tmp` is writable by all, the rest is root's. What is planted leaves a mark when it is started. */
function world(t) {
  const here = place(t);
  const { home: root } = here;
  const at = (...names) => join(root, ...names);
  const own = (path, uid) => {
    for (const name of ['', ...fs.readdirSync(path, { recursive: true })]) fs.lchownSync(join(path, name), uid, uid);
  };
  fs.mkdirSync(at('tmp/work'), { recursive: true });
  fs.chmodSync(at('tmp'), 0o1777);
  return {
    ...here, root, at, own,
    mark: at('tmp/started'),
    /** A package in a folder, with a command that says when it is started; `uid` owns all of it and what had to be made above it. */
    plant(dir, version, { uid = 0, bin } = {}) {
      const first = fs.mkdirSync(at(dir), { recursive: true, mode: 0o755 });
      fs.writeFileSync(at(dir, 'package.json'), JSON.stringify({ name: 'openclaw', version, bin: 'openclaw.mjs' }));
      fs.writeFileSync(at(dir, 'openclaw.mjs'), `#!/bin/sh\ntouch ${JSON.stringify(at('tmp/started'))}\n`, { mode: 0o755 });
      own(first ?? at(dir), uid);
      if (!bin) return;
      const made = fs.mkdirSync(at(bin), { recursive: true, mode: 0o755 });
      fs.symlinkSync(at(dir, 'openclaw.mjs'), at(bin, 'openclaw'));
      own(made ?? at(bin), uid);
    },
    /** setup() in a process of that user: version, warnings `code path`, and the trusted proxies in the config. */
    call({ uid = 0, cwd = at('tmp/work'), PATH = '', remote = false, binary = process.execPath, env = {}, options = {} } = {}) {
      const { gatewayVersion, ...rest } = here.options;
      const stateDir = options.stateDir ?? here.stateDir;
      const script = `
        const prepair = require(${JSON.stringify(PACKAGE)});
        const { setup, localDir } = require(${JSON.stringify(join(PACKAGE, 'lib/entry/sandbox-node.js'))});
        const options = ${JSON.stringify({ ...rest, env: undefined, ...options })};
        Promise.resolve().then(() => ${remote ? `setup(localDir(${JSON.stringify(cwd)}), options)` : 'prepair.setup(options)'}).then(
          (report) => console.log(JSON.stringify(report)),
          (error) => console.log(JSON.stringify({ code: error.code, message: error.message, path: error.path })));`;
      const done = spawnSync(binary, ['--no-warnings', '-e', script], {
        encoding: 'utf8', cwd, uid, gid: uid, timeout: 60_000,
        env: { HOME: root, TMPDIR: at('tmp'), PATH: `${PATH}${PATH && ':'}/usr/bin:/bin`, ...env },
      });
      assert.equal(done.status, 0, done.stderr);
      const report = JSON.parse(done.stdout);
      const config = join(stateDir, 'openclaw.json');
      return {
        ...report,
        version: report.gateway?.version ?? null,
        passed: report.warnings?.filter(({ code }) => code === 'W_PACKAGE_NOT_TRUSTED') ?? [],
        proxies: fs.existsSync(config) ? JSON.parse(fs.readFileSync(config, 'utf8')).gateway.trustedProxies : undefined,
      };
    },
  };
}

const paths = (told) => told.passed.map(({ path }) => path);

test('here: a default state dir of another user, by HOME or OPENCLAW_HOME, believes his package', asRoot, (t) => {
  for (const [name, folder] of [['HOME', '.openclaw'], ['OPENCLAW_HOME', '.openclaw'], ['HOME', '.clawdbot']]) {
    const my = world(t);
    my.plant('node/app/node_modules/openclaw', REAL, { uid: US });
    fs.mkdirSync(my.at('node', folder), { mode: 0o700 });
    my.own(my.at('node', folder), US);
    const told = my.call({ cwd: my.at('node/app'), env: { [name]: my.at('node') }, options: { stateDir: undefined, dryRun: true } });
    assert.deepEqual([told.version, told.passed], [REAL, []], `${name} ${folder}`);
  }
});

for (const remote of [false, true]) {
  const where = remote ? 'in a sandbox' : 'here';

  test(`${where}: a package that another user planted above the working folder, before the real one on PATH`, asRoot, (t) => {
    for (const uid of [0, US]) {
      const my = world(t);
      my.own(my.root, uid);
      my.own(my.at('tmp/work'), uid);
      my.plant('tmp/node_modules/openclaw', HARMFUL, { uid: THEY });
      my.plant('usr/lib/node_modules/openclaw', REAL, { bin: 'usr/bin', uid: 0 });
      const told = my.call({ uid, remote, PATH: my.at('usr/bin') });
      assert.equal(told.version, REAL, JSON.stringify(told));
      assert.deepEqual(paths(told), [my.at('tmp/node_modules/openclaw')]);
      assert.match(told.passed[0].message, /^An openclaw package was not used, because .*\/tmp\/node_modules belongs to user 4321\.$/);
      assert.match(told.passed[0].hint, /gatewayVersion.*openclawDir/);
      assert.equal(told.proxies, undefined);
      assert.ok(!fs.existsSync(my.mark), 'nothing is started');
    }
  });

  test(`${where}: with nothing believed no range is written`, asRoot, (t) => {
    const my = world(t);
    my.plant('tmp/node_modules/openclaw', HARMFUL, { uid: THEY });
    my.plant('theirs/lib/node_modules/openclaw', HARMFUL, { uid: THEY, bin: 'theirs/bin' });
    my.plant('tmp/work/node_modules/.bin/../openclaw', HARMFUL, { uid: THEY });
    const told = my.call({ remote, PATH: my.at('theirs/bin') });
    assert.deepEqual([told.version, told.gateway.source, told.proxies], [null, 'unknown', undefined]);
    assert.deepEqual(paths(told), [my.at('tmp/work/node_modules/openclaw'), my.at('tmp/node_modules/openclaw'), my.at('theirs/bin/openclaw')]);
    assert.deepEqual(told.warnings.map(({ code }) => code).filter((code) => code === 'W_VERSION_UNKNOWN'), ['W_VERSION_UNKNOWN']);
    assert.ok(!fs.existsSync(my.mark), 'nothing is started');
    // what the caller names is the caller's word
    for (const [options, version] of [[{ openclawDir: my.at('tmp/node_modules/openclaw') }, HARMFUL], [{ gatewayVersion: REAL }, REAL]]) {
      const named = my.call({ remote, options });
      assert.deepEqual([named.version, named.passed], [version, []]);
    }
  });

  test(`${where}: whose package is believed`, asRoot, (t) => {
    // who calls, whose package, whose state dir (null: not there yet), `owner`, believed
    for (const [uid, theirs, state, owner, believed] of [
      [0, 0, 0, undefined, true],
      [US, 0, US, undefined, true],
      [US, US, US, undefined, true],
      // a root entrypoint beside an openclaw of uid 1000
      [0, US, US, undefined, true],
      [0, US, null, US, true],
      [0, US, 0, undefined, false],
      [0, US, THEY, undefined, false],
      [0, THEY, US, undefined, false],
      [US, THEY, US, undefined, false],
    ]) {
      const my = world(t);
      my.plant('app/node_modules/openclaw', REAL, { uid: theirs });
      fs.mkdirSync(my.at('app/work'));
      if (remote) my.own(my.at('app/work'), uid);
      fs.mkdirSync(my.at('state'), { mode: 0o700 });
      fs.mkdirSync(my.at('state/it'), { mode: 0o700 });
      my.own(my.at('state'), state ?? 0);
      const stateDir = state === null ? my.at('state/new/it') : my.at('state/it');
      const told = my.call({ uid, remote, cwd: my.at('app/work'), options: { stateDir, ...(owner && { owner: { uid: owner, gid: owner } }) } });
      const what = JSON.stringify([uid, theirs, state, owner, told]);
      assert.deepEqual([told.version, told.passed.length], believed ? [REAL, 0] : [null, 1], what);
    }
    // while the state dir is not there, who will own it: the owner of the folder above
    const my = world(t);
    my.plant('node/app/node_modules/openclaw', REAL, { uid: US });
    const told = my.call({ remote, cwd: my.at('node/app'), options: { stateDir: my.at('node/.openclaw') } });
    assert.deepEqual([told.version, told.passed], [REAL, []]);
  });

  test(`${where}: every folder, link and file on the way counts`, asRoot, (t) => {
    const my = world(t);
    my.plant('a/b/node_modules/openclaw', REAL);
    fs.mkdirSync(my.at('a/b/c'));
    const tries = [
      ['nothing', () => () => {}, null],
      ...['a', 'a/b', 'a/b/node_modules', 'a/b/node_modules/openclaw', 'a/b/node_modules/openclaw/package.json'].flatMap((name) => {
        const mode = (bits, gid = 0) => () => {
          const { mode: before } = fs.statSync(my.at(name));
          fs.chownSync(my.at(name), 0, gid);
          fs.chmodSync(my.at(name), (before & 0o777) | bits);
          return () => {
            fs.chownSync(my.at(name), 0, 0);
            fs.chmodSync(my.at(name), before & 0o7777);
          };
        };
        const owner = (uid, gid = uid) => () => {
          const { mode: before } = fs.statSync(my.at(name));
          fs.chownSync(my.at(name), uid, gid);
          fs.chmodSync(my.at(name), (before & 0o777) | 0o020);
          return () => {
            fs.chownSync(my.at(name), 0, 0);
            fs.chmodSync(my.at(name), before & 0o7777);
          };
        };
        return [
          [`${name} writable by all`, mode(0o002), name, null],
          [`${name} writable by a group`, mode(0o020, 50), name, null],
          [`${name} writable by root's group`, mode(0o020, 0), null],
          [`${name} of another`, owner(THEY), name, THEY],
          ...(name.endsWith('.json') ? [] : [[`${name} writable by all, but sticky`, mode(0o1002), null]]),
        ];
      }),
      ['a link of another in the way', () => {
        fs.renameSync(my.at('a/b/node_modules'), my.at('a/b/modules'));
        fs.symlinkSync('modules', my.at('a/b/node_modules'));
        fs.lchownSync(my.at('a/b/node_modules'), THEY, THEY);
        return () => {
          fs.unlinkSync(my.at('a/b/node_modules'));
          fs.renameSync(my.at('a/b/modules'), my.at('a/b/node_modules'));
        };
      }, 'a/b/node_modules', THEY],
      ['a link of ours into a folder of another', () => {
        fs.mkdirSync(my.at('theirs'));
        fs.renameSync(my.at('a/b/node_modules'), my.at('theirs/modules'));
        fs.symlinkSync('../../x/../theirs/./modules', my.at('a/b/node_modules'));
        fs.mkdirSync(my.at('x'));
        fs.chownSync(my.at('theirs'), THEY, THEY);
        return () => {
          fs.unlinkSync(my.at('a/b/node_modules'));
          fs.renameSync(my.at('theirs/modules'), my.at('a/b/node_modules'));
        };
      }, 'theirs', THEY],
    ];
    for (const [what, change, at, uid] of tries) {
      const undo = change();
      const told = my.call({ remote, cwd: my.at('a/b/c') });
      undo();
      assert.deepEqual([told.version, told.passed.length], at === null ? [REAL, 0] : [null, 1], `${what}: ${JSON.stringify(told)}`);
      if (at === null) continue;
      const because = uid === null ? `other users can write to ${my.at(at)}.` : `${my.at(at)} belongs to user ${uid}.`;
      assert.deepEqual([told.passed[0].path, told.passed[0].message.split('because ')[1]], [my.at('a/b/node_modules/openclaw'), because], what);
    }
    // a group of the owner's own, as useradd makes them
    const own = world(t);
    own.plant('home/app/node_modules/openclaw', REAL, { uid: US });
    for (const dir of ['home', 'home/app', 'home/app/node_modules', 'home/app/node_modules/openclaw']) fs.chmodSync(own.at(dir), 0o775);
    own.own(own.at('tmp/work'), US);
    fs.mkdirSync(own.stateDir);
    fs.chownSync(own.stateDir, US, US);
    const told = own.call({ uid: US, remote, cwd: own.at('home/app') });
    assert.deepEqual([told.version, told.passed], [REAL, []]);
  });

  test(`${where}: relative, empty and foreign entries of PATH, and of NODE_PATH`, asRoot, (t) => {
    const my = world(t);
    my.plant('tmp/work/lib/node_modules/openclaw', HARMFUL, { bin: 'tmp/work/bin' });
    fs.symlinkSync('bin/openclaw', my.at('tmp/work/openclaw'));
    // started by whoever looks for it on such a PATH
    for (const name of ['node', 'sh', 'od', 'stat']) fs.writeFileSync(my.at('tmp/work', name), `#!/bin/sh\n/usr/bin/touch ${JSON.stringify(my.mark)}\n`, { mode: 0o755 });
    my.plant('theirs/lib/node_modules/openclaw', HARMFUL, { bin: 'theirs/bin', uid: THEY });
    my.plant('real/lib/node_modules/openclaw', REAL, { bin: 'real/bin' });
    for (const PATH of ['', '.', 'bin', './bin', ':.:bin']) {
      const told = my.call({ remote, PATH: `${PATH}:${my.at('real/bin')}` });
      assert.deepEqual([told.version, told.passed], [REAL, []], PATH);
      assert.ok(!fs.existsSync(my.mark), `nothing is started by ${PATH}`);
    }
    const told = my.call({ remote, PATH: `${my.at('theirs/bin')}:${my.at('real/bin')}` });
    assert.deepEqual([told.version, paths(told)], [REAL, [my.at('theirs/bin/openclaw')]]);
    // a command of theirs that is a link to ours, and ours to theirs
    my.plant('mixed/lib/node_modules/openclaw', REAL);
    fs.mkdirSync(my.at('mixed/bin'));
    fs.symlinkSync(my.at('theirs/lib/node_modules/openclaw/openclaw.mjs'), my.at('mixed/bin/openclaw'));
    const mixed = my.call({ remote, PATH: my.at('mixed/bin') });
    assert.deepEqual([mixed.version, paths(mixed)], [null, [my.at('mixed/bin/openclaw')]]);
    if (remote) return;
    const named = my.call({ env: { NODE_PATH: `${my.at('theirs/lib/node_modules')}:${my.at('real/lib/node_modules')}` } });
    assert.deepEqual([named.version, paths(named)], [REAL, [my.at('theirs/lib/node_modules/openclaw')]]);
  });
}

test('an addon that another user planted above the package is not run, and a FIFO there not waited for', asRoot, (t) => {
  const my = world(t);
  const dir = my.at('tmp/work/node_modules/openclaw-prepair');
  fs.cpSync(PACKAGE, dir, { recursive: true, filter: (file) => !file.endsWith('prepair.node') });
  const name = `@openclaw-prepair/${process.platform}-${process.arch}`;
  const load = () => spawnSync(process.execPath, ['-p', `require(${JSON.stringify(dir)}).binding()`], { encoding: 'utf8', cwd: my.at('tmp'), timeout: 30_000 });
  const plant = (libc) => {
    const theirs = my.at('tmp/node_modules', name + libc);
    fs.mkdirSync(theirs, { recursive: true });
    fs.writeFileSync(join(theirs, 'index.js'), `require('fs').writeFileSync(${JSON.stringify(my.mark)}, ''); exports.call = () => '{}';`);
    return join(theirs, 'package.json');
  };
  execFileSync('mkfifo', [my.at('of-root')]);
  // with a manifest, without one, with one that is a link to a file of root's, with one to wait for, and with a link to one of root's
  for (const manifest of [
    (file) => fs.writeFileSync(file, '{"main": "index.js"}'),
    () => {},
    (file) => fs.symlinkSync(join(PACKAGE, '../../npm/openclaw-prepair/package.json'), file),
    (file) => execFileSync('mkfifo', [file]),
    (file) => fs.symlinkSync(my.at('of-root'), file),
    // whose file of root's is led to by a link of theirs
    (file) => {
      fs.writeFileSync(my.at('addon.js'), `require('fs').writeFileSync(${JSON.stringify(my.mark)}, ''); exports.call = () => '{}';`);
      fs.rmSync(join(dirname(file), 'index.js'));
      fs.symlinkSync(my.at('addon.js'), join(dirname(file), 'index.js'));
    },
  ]) {
    for (const libc of ['', '-gnu', '-musl']) manifest(plant(libc));
    my.own(my.at('tmp/node_modules'), THEY);
    const { status, stdout, stderr } = load();
    assert.deepEqual([status, stdout], [0, 'wasm\n'], stderr);
    assert.ok(!fs.existsSync(my.mark), 'it was not run');
    fs.rmSync(my.at('tmp/node_modules'), { recursive: true });
  }
  // root's own in the same place is
  for (const libc of ['', '-gnu', '-musl']) fs.writeFileSync(plant(libc), '{"main": "index.js"}');
  load();
  assert.ok(fs.existsSync(my.mark));
});

test('the command line and diagnose say it too', asRoot, (t) => {
  const my = world(t);
  my.plant('tmp/node_modules/openclaw', HARMFUL, { uid: THEY });
  for (const command of ['setup', 'pre-pair', 'clear-pending', 'patch-config', 'doctor']) {
    const done = spawnSync(process.execPath, [join(PACKAGE, 'bin/openclaw-prepair.js'), command, '--state-dir', my.stateDir], {
      encoding: 'utf8', cwd: my.at('tmp/work'), env: { HOME: my.root, PATH: '/usr/bin:/bin' },
    });
    assert.match(done.stdout, /W_PACKAGE_NOT_TRUSTED An openclaw package was not used, because .*\/tmp\/node_modules belongs to user 4321\.\n {4}in .*\/tmp\/node_modules\/openclaw\n/, command);
  }
});

test('the lock of a gateway that another user made up names nobody', asRoot, (t) => {
  const my = world(t);
  my.plant('real/lib/node_modules/openclaw', REAL, { bin: 'real/bin' });
  fs.mkdirSync(my.stateDir, { mode: 0o700 });
  // a living process of theirs whose arguments name a package of root's
  my.plant('old/openclaw', HARMFUL);
  const theirs = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', my.at('old/openclaw/openclaw.mjs')], { uid: THEY, gid: THEY, stdio: 'ignore' });
  t.after(() => theirs.kill('SIGKILL'));
  const lock = my.at('tmp/openclaw-0/gateway.x.lock');
  fs.mkdirSync(dirname(lock));
  const write = (pid) => fs.writeFileSync(lock, JSON.stringify({ pid, configPath: join(my.stateDir, 'openclaw.json'), stateDir: my.stateDir }));
  write(theirs.pid);
  // where the lock is root's own, the process is still a stranger's
  for (const [owner, running] of [[THEY, false], [0, true]]) {
    my.own(dirname(lock), owner);
    const { version, warnings } = my.call({ PATH: my.at('real/bin'), options: { displayName: `of ${owner}` } });
    assert.deepEqual([version, warnings.some(({ code }) => code === 'W_GATEWAY_RUNNING')], [REAL, running]);
  }
});

// What 2026.2.19 and 2026.9.6 leave of themselves in /proc differs; 2026.4.15 leaves nothing.
for (const version of ['2026.2.19', NEWEST]) {
  test(`${version}: a gateway that runs on the state dir is asked first, by its own package`, asRoot, async (t) => {
    const { home } = await openGateway(t, { version });
    const my = world(t);
    my.plant('app/node_modules/openclaw', REAL);
    my.plant('tmp/node_modules/openclaw', HARMFUL, { uid: THEY });
    const options = { stateDir: home.stateDir, dryRun: true, config: false };
    for (const cwd of ['app', 'tmp/work']) {
      const told = my.call({ cwd: my.at(cwd), binary: await node(24), env: { TMPDIR: home.env.TMPDIR }, options });
      assert.deepEqual([told.version, told.gateway?.source, told.passed], [version, 'package', []], JSON.stringify(told));
    }
  });
}
