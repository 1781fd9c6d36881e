// What goes wrong between a function and its sandbox: a clear error, the state whole, and the same call completes it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { leaked, run, secretsIn } from './vercel-server.mjs';

const require = createRequire(import.meta.url);
const { setup, prePair, clearPending, patchConfig, diagnose, localDir, PrepairError } = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');
const { commit } = require('../../npm/openclaw-prepair/lib/sandbox/inside.js');
const local = require('../../npm/openclaw-prepair');

// Another shell, and its commands: shells.long.test.mjs.
const shell = JSON.parse(process.env.PREPAIR_SHELL ?? 'null') ?? { sh: ['sh'], path: process.env.PATH };

const dirs = [];
const secrets = new Set(['a-gateway-token-of-the-test']);
const isRoot = process.getuid() === 0;
after(async () => {
  for (const dir of dirs) for (const secret of await secretsIn(dir)) secrets.add(secret);
  assert.deepEqual(leaked([...secrets]), []);
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

/** A folder as sandbox whose commands are logged; `change` may replace calls, given the ones that work. */
function start({ setsModes = true, change = () => ({}), env = {}, as } = {}) {
  const dir = mkdtempSync(join(tmpdir(), "prepair 'bad' \"$X\" \n 7 "));
  dirs.push(dir);
  if (as) chownSync(dir, as, as);
  const home = join(dir, 'home');
  const temp = join(dir, 'tmp');
  mkdirSync(home, { mode: 0o755 });
  mkdirSync(temp);
  if (as) chmodSync(temp, 0o1777);
  const real = { ...localDir(home), setsModes };
  const asUser = as ? ['/usr/bin/setpriv', `--reuid=${as}`, `--regid=${as}`, '--clear-groups'] : [];
  real.exec = ([command, ...args], context) => run([...asUser, ...(command === 'sh' ? shell.sh : [command]), ...args], {
    cwd: '/', env: { PATH: shell.path, HOME: home, TMPDIR: temp, ...env }, signal: context?.signal,
  });
  const stateDir = join(home, '.openclaw');
  return { dir, home, temp, stateDir, fs: { ...real, ...change(real) }, real, options: { stateDir, gatewayVersion: '2026.2.19' } };
}

const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Every file of a state dir is whole, and no upload is left. */
function whole({ stateDir, temp }) {
  for (const file of ['identity/device.json', 'devices/paired.json', 'devices/pending.json']) {
    const path = join(stateDir, file);
    if (existsSync(path)) assert.doesNotThrow(() => json(path), file);
  }
  if (existsSync(stateDir)) assert.deepEqual(readdirSync(stateDir, { recursive: true }).filter((name) => /prepair/.test(name)), []);
  assert.deepEqual(readdirSync(stateDir === undefined || !existsSync(stateDir) ? temp : stateDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.done') && statSync(join(entry.parentPath ?? entry.path, entry.name)).size === 0), []);
  const staged = readdirSync(temp, { recursive: true }).filter((name) => /\.\d+$/.test(name));
  assert.deepEqual(staged, [], 'an upload was left');
}

/** Paths below a folder, sorted. */
const names = (folder) => readdirSync(folder, { recursive: true }).sort();

const code = (name) => (error) => {
  assert.ok(error instanceof PrepairError, inspect(error));
  assert.equal(error.code, `ERR_PREPAIR_${name}`, inspect(error));
  assert.ok(error.hint);
  return true;
};

describe('a call that fails', () => {
  for (const setsModes of [true, false]) for (const done of [false, true]) {
    test(`each one, ${done ? 'its answer lost' : 'nothing done'}, uploads ${setsModes ? 'with' : 'without'} modes`, async () => {
      for (let n = 0; ; n += 1) {
        let count = 0;
        const failing = (body) => async (...args) => {
          if (count++ !== n) return await body(...args);
          if (done) await body(...args);
          throw new Error('socket hang up: MC4CAQAwBQYDK2VwBCIEIKkKHRFaKDWSySvEKlVgSMzEkZTnEvXzHCjwmxVnFvnO');
        };
        const at = start({ setsModes, change: (real) => Object.fromEntries(['read', 'writeMany', 'exec'].map((name) => [name, failing(real[name])])) });
        mkdirSync(at.stateDir);
        const before = `// mine\n{ gateway: { auth: { token: "a-gateway-token-of-the-test" } } }\n`;
        writeFileSync(join(at.stateDir, 'openclaw.json'), before, { mode: 0o600 });
        const outcome = await setup(at.fs, at.options).catch((error) => error);
        whole(at);
        if (outcome instanceof Error) {
          code('SANDBOX')(outcome);
          assert.doesNotMatch(inspect(outcome), /MC4CAQ/, 'the text of the SDK may hold a key');
        }
        const report = await setup(at.real, at.options);
        assert.equal(json(join(at.stateDir, 'identity/device.json')).deviceId, report.deviceId);
        assert.ok(json(join(at.stateDir, 'devices/paired.json'))[report.deviceId]);
        assert.match(readFileSync(join(at.stateDir, 'openclaw.json'), 'utf8'), /^\/\/ mine/);
        if (count <= n) {
          assert.ok(n >= 7, `${n} calls`);
          break;
        }
      }
    });
  }

  for (const setsModes of [true, false]) {
    test(`fresh, uploads ${setsModes ? 'with' : 'without'} modes: the same call completes it`, async () => {
      for (const what of setsModes ? ['writeMany'] : ['exec', 'writeMany']) {
        const at = start({ setsModes, change: () => ({ [what]: async () => { throw new Error('gone'); } }) });
        await assert.rejects(setup(at.fs, { ...at.options, fresh: true }), code('SANDBOX'));
        whole(at);
        const report = await setup(at.real, { ...at.options, fresh: true });
        assert.equal(report.roundTrips, setsModes ? 1 : 3);
        assert.equal(json(join(at.stateDir, 'identity/device.json')).deviceId, report.deviceId);
        for (const file of ['identity/device.json', 'devices/paired.json', 'openclaw.json']) assert.equal(statSync(join(at.stateDir, file)).mode & 0o777, 0o600);
        assert.equal((await prePair(at.real, at.options)).identity, 'reused');
      }
    });
  }
});

// Timing decides what each kill meets, so this one belongs to the long run (killed.long.test.mjs).
if (process.env.PREPAIR_KILLS) test('the committing command killed at any time: whatever it got done is whole, and the same call completes it', async () => {
  let killed = 0;
  // Closer together at first: a fast machine is done before a slow one has begun.
  for (let delay = 1; delay <= 330; delay = Math.ceil(delay * 1.3) + 1) {
    const at = start({ change: (real) => ({
      async exec(argv, context) {
        if (argv[2] !== commit) return await real.exec(argv, context);
        const child = spawn(argv[0], argv.slice(1), { env: { PATH: process.env.PATH, HOME: at.home }, stdio: 'ignore', detached: true });
        const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), delay);
        const signal = await new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
        clearTimeout(timer);
        if (signal) killed += 1;
        return { exitCode: 137, stdout: '', stderr: '' };
      },
    }) });
    mkdirSync(at.stateDir);
    writeFileSync(join(at.stateDir, 'openclaw.json'), '{ a: 1 }', { mode: 0o600 });
    const options = { ...at.options, config: { trustedProxies: ['10.0.0.7'] } };
    await assert.rejects(setup(at.fs, options), code('SANDBOX'));
    const config = readFileSync(join(at.stateDir, 'openclaw.json'), 'utf8');
    assert.ok(config === '{ a: 1 }' || config.includes('10.0.0.7'), config);
    const identity = join(at.stateDir, 'identity/device.json');
    const before = existsSync(identity) ? json(identity).deviceId : null;
    // Steps are made visible in order: no record without its identity, no config without its record.
    if (existsSync(join(at.stateDir, 'devices/paired.json'))) assert.ok(json(join(at.stateDir, 'devices/paired.json'))[before]);
    if (config !== '{ a: 1 }') assert.ok(before);
    const report = await setup(at.real, options);
    assert.match(readFileSync(join(at.stateDir, 'openclaw.json'), 'utf8'), /^\{ a: 1,.*10\.0\.0\.7/s);
    assert.deepEqual(names(at.stateDir).filter((name) => name.includes('prepair')), []);
    assert.equal(json(identity).deviceId, report.deviceId);
    if (before) assert.equal(report.deviceId, before);
    assert.ok(json(join(at.stateDir, 'devices/paired.json'))[report.deviceId]);
    assert.deepEqual(readdirSync(join(at.stateDir, 'identity')), ['device.json']);
  }
  assert.ok(killed >= 5, `${killed} killed`);
});

test('what a killed commit left beside finished files goes with the next call, which has nothing else to do', async () => {
  const at = start();
  await setup(at.fs, at.options);
  const left = ['identity', 'devices', '.'].map((folder, i) => `${folder}/.prepair-0123456789abcdef01234567${i + 1}.tmp`);
  for (const name of left) writeFileSync(join(at.stateDir, name), 'half', { mode: 0o600 });
  mkdirSync(join(at.stateDir, '.prepair.lock'));
  writeFileSync(join(at.stateDir, '.prepair.lock', 'an-earlier-boot.1.2.3.0123456789ab'), '');
  const before = names(at.stateDir);
  const dry = await setup(at.fs, { ...at.options, dryRun: true });
  assert.deepEqual(names(at.stateDir), before);
  const report = await setup(at.fs, at.options);
  assert.deepEqual(report.changes, []);
  assert.equal(report.deviceId, dry.deviceId);
  assert.deepEqual(names(at.stateDir), before.filter((path) => !path.includes('.prepair')));
  assert.equal((await setup(at.fs, at.options)).roundTrips, report.roundTrips - 1);
});

test('a config that is mounted cannot be renamed over: refused before anything changes', async () => {
  const mounting = 'mount --bind "$0" "$0" && exec "$@"';
  const at = start({ change: (real) => ({
    exec: (argv, context) => real.exec(['unshare', '-m', '--propagation', 'private', 'sh', '-ec', mounting, join(at.stateDir, 'openclaw.json'), ...argv], context),
  }) });
  mkdirSync(at.stateDir, { mode: 0o700 });
  writeFileSync(join(at.stateDir, 'openclaw.json'), '{ a: 1 }', { mode: 0o600 });
  const options = { ...at.options, config: { trustedProxies: ['10.0.0.7'] } };
  await assert.rejects(setup(at.fs, options), (error) => code('MOUNT_POINT')(error) && error.path === join(at.stateDir, 'openclaw.json'));
  assert.deepEqual(names(at.stateDir), ['openclaw.json']);
  assert.equal(readFileSync(join(at.stateDir, 'openclaw.json'), 'utf8'), '{ a: 1 }');
  // What needs no write to it goes on.
  assert.equal((await prePair(at.fs, at.options)).identity, 'created');
  assert.equal((await setup(at.real, options)).config.changed, true);
});

test('a partial upload is noticed before anything changes', async () => {
  const at = start({ change: (real) => ({ writeMany: (files, context) => real.writeMany(files.map((file, i) => (i === 1 ? { ...file, content: file.content.subarray(0, 20) } : file)), context) }) });
  await assert.rejects(setup(at.fs, at.options), code('SANDBOX'));
  whole(at);
  assert.equal(existsSync(at.stateDir), false);
  assert.equal((await setup(at.real, at.options)).identity, 'created');
});

test('a file that changes between read and write is planned anew', async () => {
  let times = 0;
  const at = start({ change: (real) => ({
    async writeMany(files, context) {
      times += 1;
      if (times === 1) {
        mkdirSync(join(at.stateDir, 'devices'), { recursive: true });
        writeFileSync(join(at.stateDir, 'devices/paired.json'), '{\n  "other": { "deviceId": "other" }\n}');
      }
      return await real.writeMany(files, context);
    },
  }) });
  const report = await setup(at.fs, at.options);
  assert.equal(report.attempts, 2);
  assert.deepEqual(Object.keys(json(join(at.stateDir, 'devices/paired.json'))), ['other', report.deviceId]);
  whole(at);
});

test('a change when the first files are already visible: the report tells of the whole', async (t) => {
  // The command that publishes the record pairs another device first, once.
  const bin = mkdtempSync(join(tmpdir(), 'prepair-bin-'));
  t.after(() => rmSync(bin, { recursive: true }));
  const other = '[ -e "$0.once" ] || { : >"$0.once"; echo "{}" >"$3"; }';
  writeFileSync(join(bin, 'ln'), `#!/bin/sh\ncase $3 in */devices/paired.json) ${other} ;; esac\nPATH=\${PATH#*:} exec ln "$@"\n`, { mode: 0o755 });
  chmodSync(bin, 0o755);
  const at = start({ env: { PATH: `${bin}:${shell.path}` } });
  const report = await setup(at.fs, { ...at.options, config: { proxyPeers: ['10.0.0.7'] } });
  assert.deepEqual([report.identity, report.paired, report.attempts], ['created', 'created', 2]);
  assert.deepEqual(report.changes.map(({ path, action }) => [path, action]).sort(), [
    ['devices/paired.json', 'replaced'], ['identity/device.json', 'created'], ['openclaw.json', 'created'],
  ].map(([name, action]) => [join(at.stateDir, name), action]));
  assert.equal(report.deviceId, json(join(at.stateDir, 'identity/device.json')).deviceId);
  whole(at);
});

test('one that always changes ends as contended', async () => {
  let n = 0;
  const at = start({ change: (real) => ({
    async writeMany(files, context) {
      mkdirSync(join(at.stateDir, 'devices'), { recursive: true });
      writeFileSync(join(at.stateDir, 'devices/paired.json'), JSON.stringify({ [`other${n += 1}`]: {} }));
      return await real.writeMany(files, context);
    },
  }) });
  await assert.rejects(prePair(at.fs, at.options), code('CONTENDED'));
  whole(at);
});

test('a command that hangs, a signal, one that was given too late', async () => {
  const at = start({ change: (real) => ({ exec: (argv, context) => (argv[2] === commit ? new Promise(() => {}) : real.exec(argv, context)) }) });
  await assert.rejects(setup(at.fs, { ...at.options, timeoutMs: 1500 }), code('TIMEOUT'));
  whole(at);
  const control = new AbortController();
  const started = Date.now();
  const call = setup(at.fs, { ...at.options, signal: control.signal, onStep: (step) => step === 'writing' && setTimeout(() => control.abort(), 300) });
  await assert.rejects(call, code('ABORTED'));
  assert.ok(Date.now() - started < 5000);
  whole(at);
  await assert.rejects(setup(at.real, { ...at.options, signal: AbortSignal.abort() }), code('ABORTED'));
  assert.equal((await setup(at.real, at.options)).identity, 'created');
});

test('more than a megabyte of other output, before and after ours', async () => {
  const noise = 'Welcome to this sandbox!\n'.repeat(80_000);
  const at = start({ change: (real) => ({
    async exec(argv, context) {
      const done = await real.exec(argv, context);
      return { ...done, stdout: `${noise}no newline here: ${done.stdout}${noise}` };
    },
  }) });
  assert.equal((await setup(at.fs, at.options)).identity, 'created');
});

test('a cut-off answer, an empty one, something else', async () => {
  for (const stdout of [(text) => text.slice(0, text.lastIndexOf('end')), () => '', () => 'sh: not found\n']) {
    const at = start({ change: (real) => ({
      async exec(argv, context) {
        const done = await real.exec(argv, context);
        return { ...done, stdout: stdout(done.stdout) };
      },
    }) });
    await assert.rejects(setup(at.fs, at.options), code('SANDBOX'));
    whole(at);
    assert.equal((await setup(at.real, at.options)).identity, 'created');
  }
});

test('a home that cannot be written to', async () => {
  const at = start({ as: isRoot ? 65_534 : undefined });
  if (!isRoot) chmodSync(at.home, 0o555);
  else chownSync(at.home, 0, 0);
  await assert.rejects(setup(at.fs, at.options), code('PERMISSION'));
  if (isRoot) chownSync(at.home, 65_534, 65_534);
  else chmodSync(at.home, 0o755);
});

test('links are not followed below the state dir, the state dir itself may be one', async () => {
  const at = start();
  mkdirSync(join(at.dir, 'elsewhere'));
  symlinkSync(join(at.dir, 'elsewhere'), at.stateDir);
  await setup(at.fs, at.options);
  assert.ok(existsSync(join(at.dir, 'elsewhere/identity/device.json')));
  const other = start();
  mkdirSync(other.stateDir);
  symlinkSync(join(at.dir, 'elsewhere/identity'), join(other.stateDir, 'identity'));
  await assert.rejects(setup(other.fs, other.options), code('NOT_A_FILE'));
  const third = start();
  mkdirSync(third.stateDir);
  symlinkSync('/dev/null', join(third.stateDir, 'openclaw.json'));
  await assert.rejects(setup(third.fs, third.options), code('NOT_A_FILE'));
});

test('an include behind links is read as long as it stays in the folder of the config', async () => {
  const at = start();
  // A ConfigMap as Kubernetes mounts it.
  mkdirSync(join(at.stateDir, 'conf.d/..1'), { recursive: true });
  writeFileSync(join(at.stateDir, 'conf.d/..1/base.json5'), "{ gateway: { mode: 'local', trustedProxies: ['10.0.0.1'] } }");
  symlinkSync('..1', join(at.stateDir, 'conf.d/..data'));
  symlinkSync('..data/base.json5', join(at.stateDir, 'conf.d/base.json5'));
  symlinkSync('conf.d', join(at.stateDir, 'linked'));
  const config = join(at.stateDir, 'openclaw.json');
  const options = { ...at.options, config: { proxyPeers: ['10.0.0.1', '10.0.0.2'] } };
  for (const name of ['conf.d/base.json5', 'linked/base.json5']) {
    writeFileSync(config, `{ $include: '${name}' }`);
    const report = await setup(at.fs, options);
    assert.deepEqual(report.config.edits, [{ path: 'gateway.trustedProxies', action: 'added' }]);
    assert.match(readFileSync(config, 'utf8'), /"trustedProxies": \[\s*"10\.0\.0\.2"\s*\]/);
    assert.deepEqual((await setup(at.fs, options)).changes, []);
    assert.equal((await diagnose(at.fs, at.options)).verdict, 'open');
  }
  assert.match(readFileSync(join(at.stateDir, 'conf.d/..1/base.json5'), 'utf8'), /\['10\.0\.0\.1'\]/);
  for (const target of [join(at.dir, 'outside.json5'), 'nowhere']) {
    writeFileSync(join(at.dir, 'outside.json5'), '{}');
    symlinkSync(target, join(at.stateDir, 'out.json5'));
    writeFileSync(config, "{ $include: 'out.json5' }");
    await assert.rejects(setup(at.fs, options), code('NOT_A_FILE'));
    rmSync(join(at.stateDir, 'out.json5'));
  }
});

test('an include that OpenClaw refuses is a finding, and nothing is promised', async () => {
  for (const [env, expected] of [[{}, ['unknown', 'W_CONFIG_INCLUDE']], [{ OPENCLAW_INCLUDE_ROOTS: '/' }, ['open']]]) {
    const at = start({ env });
    // hard links are refused from 2026.2.26, other roots are named from 2026.5.2
    const options = { ...at.options, gatewayVersion: '2026.5.18' };
    const found = async (config) => {
      writeFileSync(join(at.stateDir, 'openclaw.json'), `{ ${config}, gateway: { mode: 'local', auth: { token: '0123456789abcdef0123456789abcdef' } } }`, { mode: 0o600 });
      const { verdict, findings } = await diagnose(at.fs, options);
      return [verdict, ...findings.map(({ code }) => code).filter((code) => code !== 'W_NODE')];
    };
    await setup(at.fs, options);
    writeFileSync(join(at.home, 'outside.json5'), '{}');
    assert.deepEqual(await found("$include: '../outside.json5'"), expected);
    writeFileSync(join(at.stateDir, 'base.json5'), '{}');
    assert.deepEqual(await found("$include: 'base.json5'"), ['open']);
    linkSync(join(at.stateDir, 'base.json5'), join(at.home, 'second'));
    assert.deepEqual(await found("$include: 'base.json5'"), ['unknown', 'W_CONFIG_INCLUDE']);
  }
});

test('an identity with a hard link is copied where OpenClaw would not read it', async () => {
  const at = start();
  const options = { ...at.options, gatewayVersion: '2026.5.12' };
  await setup(at.fs, options);
  const [file, other] = [join(at.stateDir, 'identity/device.json'), join(at.dir, 'kept')];
  const text = readFileSync(file, 'utf8');
  linkSync(file, other);
  assert.equal((await prePair(at.fs, at.options)).identity, 'reused', '2026.2.19 reads it');
  const report = await prePair(at.fs, options);
  assert.deepEqual([report.identity, report.paired, report.changes.length], ['repaired', 'unchanged', 1]);
  assert.deepEqual([readFileSync(file, 'utf8'), readFileSync(other, 'utf8')], [text, text]);
  assert.deepEqual([statSync(file).nlink, statSync(other).nlink, statSync(file).mode & 0o777], [1, 1, 0o600]);
  assert.equal((await prePair(at.fs, options)).identity, 'reused');
});

test('an older database needs no SQLite, a newer one without it is refused', async () => {
  const header = (version) => {
    const bytes = Buffer.alloc(4096);
    bytes.write('SQLite format 3\0', 'latin1');
    bytes.writeUInt32BE(version, 60);
    return bytes;
  };
  // The first node on PATH is one that knows no SQLite.
  const old = mkdtempSync(join(tmpdir(), 'prepair-node-'));
  dirs.push(old);
  writeFileSync(join(old, 'node'), '#!/bin/sh\nexit 9\n', { mode: 0o755 });
  for (const [version, expected] of [[1, 'created'], [17, 'SQLITE_UNAVAILABLE']]) {
    const at = start({ env: { PATH: `${old}:/usr/bin:/bin` } });
    mkdirSync(join(at.stateDir, 'state'), { recursive: true });
    writeFileSync(join(at.stateDir, 'state/openclaw.sqlite'), header(version));
    const call = prePair(at.fs, { stateDir: at.stateDir });
    if (expected === 'created') assert.equal((await call).identity, expected);
    else await assert.rejects(call, code(expected));
  }
});

describe('the lock', () => {
  const hold = (stateDir, name) => {
    mkdirSync(join(stateDir, '.prepair.lock'), { recursive: true, mode: 0o700 });
    writeFileSync(join(stateDir, '.prepair.lock', name), '');
    return join(stateDir, '.prepair.lock');
  };
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const space = readFileSync('/proc/self/stat') && require('node:fs').readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  const startOf = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[19];

  test('a live holder is waited for', async () => {
    const at = start();
    const lock = hold(at.stateDir, `${boot}.${space}.${process.pid}.${startOf(process.pid)}.0123456789ab`);
    setTimeout(() => rmSync(lock, { recursive: true }), 1500);
    const started = Date.now();
    await setup(at.fs, at.options);
    assert.ok(Date.now() - started >= 1400);
    whole(at);
  });

  test('a dead one, one of another boot, one whose pid is another process now, and an old one are broken', async () => {
    const dead = await new Promise((resolve) => {
      const child = spawn('true');
      child.on('close', () => resolve(child.pid));
    });
    const names = [`${boot}.${space}.${dead}.5.0123456789ab`, `0-0.${space}.1.1.0123456789ab`, `${boot}.${space}.${process.pid}.5.0123456789ab`, `-.-.${process.pid}.-.0123456789ab`];
    for (const [i, name] of names.entries()) {
      const at = start();
      const lock = hold(at.stateDir, name);
      if (i === 3) utimesSync(lock, new Date(), new Date(Date.now() - 60_000));
      const started = Date.now();
      assert.equal((await setup(at.fs, at.options)).identity, 'created');
      assert.ok(Date.now() - started < 4000, name);
      whole(at);
    }
  });

  test('remote and local calls at once agree', async () => {
    for (let round = 0; round < 3; round += 1) {
      const at = start();
      const script = `require(${JSON.stringify(require.resolve('../../npm/openclaw-prepair'))}).setup(JSON.parse(process.argv[1]))`;
      const beside = [1, 2].map(() => new Promise((resolve) => spawn(process.execPath, ['-e', script, JSON.stringify(at.options)], { stdio: 'inherit' }).on('close', resolve)));
      const reports = await Promise.all([setup(at.fs, at.options), setup(at.fs, at.options)]);
      assert.deepEqual(await Promise.all(beside), [0, 0]);
      const { deviceId } = local.exportIdentity(at.options);
      for (const report of reports) assert.equal(report.deviceId, deviceId);
      whole(at);
    }
  });
});

if (isRoot) {
  test('as root, new files get the owner of the folder that they are made in, or the wished one', async () => {
    const at = start();
    chownSync(at.home, 1234, 1235);
    await setup(at.fs, at.options);
    const owners = (stateDir) => ['', 'identity', 'identity/device.json', 'devices/paired.json', 'openclaw.json'].map((file) => {
      const { uid, gid } = statSync(join(stateDir, file));
      return `${uid}:${gid}`;
    });
    assert.deepEqual(new Set(owners(at.stateDir)), new Set(['1234:1235']));
    const other = start();
    await setup(other.fs, { ...other.options, owner: { uid: 7, gid: 8 } });
    assert.deepEqual(new Set(owners(other.stateDir)), new Set(['7:8']));
  });
}

test('another user, with a state dir of their own', async (t) => {
  const at = start({ as: 65_534 });
  chownSync(at.home, 65_534, 65_534);
  const readAs = at.real;
  const upload = { ...at.fs, async writeMany(files, context) {
    await readAs.writeMany(files, context);
    for (const file of files) chownSync(file.path, file.uid, file.gid);
  } };
  assert.equal((await setup(upload, at.options)).identity, 'created');
  assert.equal(statSync(join(at.stateDir, 'identity/device.json')).uid, 65_534);
});

if (isRoot) {
  test('what is another user\'s is not taken over, whatever its mode allows', async () => {
    const ours = 65_534;
    for (const [what, change, options] of [
      ['a state dir shared by the group', ({ stateDir }) => {
        for (const path of ['.', 'devices']) { chownSync(join(stateDir, path), 1000, ours); chmodSync(join(stateDir, path), 0o2770); }
        for (const path of ['devices/paired.json', 'openclaw.json']) { chownSync(join(stateDir, path), 1000, ours); chmodSync(join(stateDir, path), 0o660); }
      }],
      ['an empty one', ({ stateDir }) => {
        for (const path of ['devices', 'openclaw.json']) rmSync(join(stateDir, path), { recursive: true });
        chownSync(stateDir, 1000, ours);
        chmodSync(stateDir, 0o770);
      }],
      ['a file', ({ stateDir }) => { chownSync(join(stateDir, 'devices/paired.json'), 1000, ours); chmodSync(join(stateDir, 'devices/paired.json'), 0o660); }],
      ['a file of root', ({ stateDir }) => { chownSync(join(stateDir, 'devices/paired.json'), 0, 0); chmodSync(join(stateDir, 'devices/paired.json'), 0o644); }],
      ['a folder', ({ stateDir }) => {
        rmSync(join(stateDir, 'devices/paired.json'));
        chownSync(join(stateDir, 'devices'), 1000, ours);
        chmodSync(join(stateDir, 'devices'), 0o770);
      }],
      ['a group that means something', ({ stateDir }) => { chownSync(join(stateDir, 'openclaw.json'), ours, 1000); chmodSync(join(stateDir, 'openclaw.json'), 0o640); },
        { config: { merge: { gateway: { port: 5 } } } }],
    ]) {
      const at = start({ as: ours });
      mkdirSync(join(at.stateDir, 'devices'), { recursive: true, mode: 0o700 });
      writeFileSync(join(at.stateDir, 'devices/paired.json'), '{"other": {"deviceId": "other"}}', { mode: 0o600 });
      writeFileSync(join(at.stateDir, 'openclaw.json'), '{}', { mode: 0o600 });
      for (const path of ['', '.openclaw', '.openclaw/devices', '.openclaw/devices/paired.json', '.openclaw/openclaw.json']) chownSync(join(at.home, path), ours, ours);
      change(at);
      const upload = { ...at.fs, async writeMany(files, context) {
        await at.real.writeMany(files, context);
        for (const file of files) chownSync(file.path, file.uid, file.gid);
      } };
      const look = () => names(at.stateDir).map((name) => {
        const { uid, gid, mode, ino } = statSync(join(at.stateDir, name));
        return [name, uid, gid, mode, ino];
      });
      const before = look();
      await assert.rejects(setup(upload, { ...at.options, ...options }), code('PERMISSION'), what);
      assert.deepEqual(look(), before, what);
      // what is root's may hold ours: a volume of a container
      for (const name of ['.', ...names(at.stateDir)]) chownSync(join(at.stateDir, name), statSync(join(at.stateDir, name)).isDirectory() ? 0 : ours, ours);
      for (const name of ['.', 'devices'].filter((name) => existsSync(join(at.stateDir, name)))) chmodSync(join(at.stateDir, name), 0o2770);
      assert.equal((await setup(upload, { ...at.options, ...options })).paired, 'created', what);
    }
  });
}

test("an SDK's error shows nothing of what was sent or read, in any of its parts", async () => {
  const config = "// s3cret-note\n{ gateway: { auth: { token: 'hunter2-tok' } }, env: { vars: { KEY: 'k-9' } } }\n";
  // As its whole text, in the middle of one, in the texts beside it, and where it is no error at all.
  const errors = [
    (text) => new Error(text),
    (text) => Object.assign(new Error(`request failed with body ${text}`), { name: text, code: text, status: text, statusCode: 413 }),
    (text) => Object.assign(new Error('fetch failed', { cause: Object.assign(new Error(text), { code: 'ECONNRESET' }) }), { name: 'ApiError' }),
    (text) => text,
    (text) => ({ message: text, get code() { throw new Error(text); }, response: { status: text } }),
    () => ({ message: { toString: () => { throw new Error('hunter2-tok'); } } }),
  ];
  for (const [i, make] of errors.entries()) {
    for (const what of ['writeMany', 'exec after it', 'read']) {
      let sent = config;
      const at = start({ change: (real) => ({
        async writeMany(files, context) {
          sent = files.map(({ content }) => Buffer.from(content)).map(String).find((text) => text.includes('hunter2-tok'));
          assert.ok(sent);
          if (what === 'writeMany') throw make(sent);
          return await real.writeMany(files, context);
        },
        async exec(argv, context) {
          if (what === 'exec after it' && argv[2] === commit) throw make(sent);
          return await real.exec(argv, context);
        },
        async read(path, context) {
          if (what === 'read' && path.endsWith('openclaw.json')) throw make(sent);
          return await real.read(path, context);
        },
      }) });
      mkdirSync(at.stateDir);
      writeFileSync(join(at.stateDir, 'openclaw.json'), config, { mode: 0o600 });
      const error = await setup(at.fs, { ...at.options, config: { trustedProxies: ['10.0.0.7'] } }).catch((it) => it);
      code('SANDBOX')(error);
      const text = `${error.stack} ${JSON.stringify(error)} ${inspect(error, { showHidden: true })}`;
      for (const secret of ['hunter2', 'k-9', 's3cret', 'BEGIN']) assert.ok(!text.includes(secret), `${what}, ${i}: ${text}`);
      if (i === 1) assert.match(error.message, /413/);
      if (i === 2) assert.match(error.message, /ApiError.*ECONNRESET/);
    }
  }
  // An answer of the command that was given the uploads.
  const at = start({ change: (real) => ({ exec: async (argv, context) => (argv[2] === commit ? { exitCode: 'hunter2-tok', stdout: '', stderr: `sh: ${config}` } : await real.exec(argv, context)) }) });
  const error = await setup(at.fs, at.options).catch((it) => it);
  assert.doesNotMatch(inspect(error), /hunter2|s3cret/);
  // What tells why nothing works at all stays.
  const lost = start({ change: () => ({ exec: async () => { throw Object.assign(new Error('The sandbox was not found: it may have timed out'), { name: 'NotFoundError' }); } }) });
  await assert.rejects(setup(lost.fs, lost.options), { message: "The sandbox's exec failed: The sandbox was not found, NotFoundError." });
  const bare = start({ change: () => ({ exec: async () => ({ exitCode: 127, stdout: '', stderr: 'sh: 1: od: not found' }) }) });
  await assert.rejects(setup(bare.fs, bare.options), { message: 'A command in the sandbox ended with 127 and without an answer: sh: 1: od: not found.' });
});

test('localDir makes private folders under any umask, also as another user', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-umask-'));
  t.after(() => rmSync(dir, { recursive: true }));
  chmodSync(dir, 0o777);
  const script = `
    const { setup, localDir } = require(${JSON.stringify(require.resolve('../../npm/openclaw-prepair/lib/entry/sandbox-node.js'))});
    const options = { gatewayVersion: '2026.2.19', stagingDir: '/tmp' };
    (async () => {
      const [dir, umask, uid] = process.argv.slice(1);
      // All that is loaded lazily.
      await setup(localDir(dir + '/first' + umask), options);
      process.umask(Number(umask));
      if (process.getuid() === 0 && uid !== '0') { process.setgroups([]); process.setgid(Number(uid)); process.setuid(Number(uid)); }
      await setup(localDir(dir + '/as' + uid + '/' + umask + '/home'), options);
      const plain = localDir(dir + '/as' + uid);
      await plain.writeMany([{ path: dir + '/as' + uid + '/' + umask + '/a/b/c', content: Buffer.from('x'), mode: 0o640 }]);
    })();`;
  for (const uid of isRoot ? [0, 65_534] : [process.getuid()]) {
    for (const umask of [0o777, 0o277, 0o022, 0]) {
      const { status, stderr } = spawnSync(process.execPath, ['-e', script, dir, String(umask), String(uid)], { encoding: 'utf8', env: { PATH: process.env.PATH } });
      assert.equal(status, 0, `${uid} ${umask}: ${stderr}`);
      for (const folder of ['', '/home', '/home/.openclaw', '/home/.openclaw/identity', '/a', '/a/b']) {
        assert.equal(statSync(`${dir}/as${uid}/${umask}${folder}`).mode & 0o777, 0o700, `${uid} ${umask}: ${folder}`);
      }
      assert.equal(statSync(`${dir}/as${uid}/${umask}/a/b/c`).mode & 0o777, 0o640);
    }
  }
});

test('localDir waits for no FIFO, opens no device, follows no link in the last place', async () => {
  for (const [what, make] of [
    ['a FIFO', (file) => run(['mkfifo', file])],
    ['a link to a FIFO', async (file) => { await run(['mkfifo', `${file}.fifo`]); symlinkSync(`${file}.fifo`, file); }],
    ['a link', (file) => { writeFileSync(`${file}.there`, '{}'); symlinkSync(`${file}.there`, file); }],
    ['a folder', (file) => mkdirSync(file)],
    ...(isRoot ? [['/dev/zero', (file) => run(['mknod', file, 'c', '1', '5'])]] : []),
  ]) {
    for (const file of ['identity/device.json', 'devices/pending.json', 'openclaw.json']) {
      const at = start();
      const path = join(at.stateDir, file);
      mkdirSync(join(path, '..'), { recursive: true });
      await make(path);
      // A config that is a link, as a ConfigMap mounts it, is read through by the commands in the sandbox, and never by uploads.
      const done = setup(at.fs, { ...at.options, timeoutMs: 8000 });
      if (what === 'a link' && file === 'openclaw.json') await done;
      else await assert.rejects(done, code('NOT_A_FILE'), `${what} as ${file}`);
      await assert.rejects(at.fs.read(path), what);
      await assert.rejects(at.fs.writeMany([{ path, content: new Uint8Array(1), mode: 0o600 }]), what);
    }
  }
  for (const dir of [undefined, null, 5, {}, 'a\0b']) assert.throws(() => localDir(dir), code('OPTIONS'), inspect(dir));
});

test('wrong arguments', async () => {
  const at = start();
  await assert.rejects(setup({}, at.options), code('OPTIONS'));
  for (const options of [{ fresh: 'yes' }, { onStep: 1 }, { signal: {} }, { timeoutMs: -1 }, { timeoutMs: 2 ** 31 }, { timeoutMs: Infinity }, { timeoutMs: '5' }, { stagingDir: 'tmp' }, { fersh: true }, null, []]) {
    await assert.rejects(setup(at.fs, options), (error) => error.code === 'ERR_PREPAIR_OPTIONS', inspect(options));
  }
  await assert.rejects(patchConfig(at.fs, { stateDir: 'relative' }), (error) => error instanceof PrepairError);
  await assert.rejects(clearPending(at.fs, { stateDir: '/x\0y' }), (error) => error.code === 'ERR_PREPAIR_OPTIONS');
});

test('a stagingDir that is a part of the state dir, in any spelling', async () => {
  const at = start();
  const owner = { uid: 1000, gid: 1000 };
  const wrong = (options) => assert.rejects(setup(at.fs, { ...at.options, ...options }), (error) => error.code === 'ERR_PREPAIR_OPTIONS' && /stagingDir/.test(error.message), inspect(options));
  for (const name of ['.prepair.lock', '.prepair.lock/', 'x/../.prepair.lock/y', '/./.prepair.lock//']) {
    await wrong({ stagingDir: `${at.stateDir}/${name}` });
    await wrong({ stagingDir: `${at.stateDir}/${name}`, owner, dryRun: true });
  }
  for (const stagingDir of [at.stateDir, `${at.stateDir}/`, `${at.stateDir}/staging`, at.home, `${at.home}/x/..`, '/']) {
    await wrong({ stagingDir, owner });
    for (const fresh of [true, false]) for (const home of [at.home, undefined]) {
      const fs = { ...at.fs, home };
      await assert.rejects(setup(fs, { gatewayVersion: '2026.2.19', stagingDir, owner, fresh }), (error) => error.code === 'ERR_PREPAIR_OPTIONS' && error.path === stagingDir, `${stagingDir} ${fresh} ${home}`);
    }
  }
  assert.deepEqual(names(at.home), []);
  await setup(at.fs, { ...at.options, stagingDir: `${at.stateDir}x`, ...(isRoot && { owner }) });
  await setup(at.fs, { ...at.options, stagingDir: at.stateDir });
  for (const fresh of [true, false]) await setup({ ...at.fs, home: undefined, setsModes: false }, { gatewayVersion: '2026.2.19', stagingDir: `${at.stateDir}x`, fresh });
});
