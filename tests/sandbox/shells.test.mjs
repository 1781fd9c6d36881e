// What runs in a sandbox, under each POSIX shell: on full disks, beside a lock that vanishes, where /proc hides processes.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lchownSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NEWEST } from '../lib/versions.mjs';
import { makeDatabase, modern } from './database.mjs';
import { shells } from './shells.mjs';
import { run } from './vercel-server.mjs';

const require = createRequire(import.meta.url);
const { setup, diagnose, localDir } = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');

const dirs = [];
const found = await shells();
after(() => {
  for (const dir of [...dirs, ...found.flatMap(({ bin }) => bin ?? [])]) rmSync(dir, { recursive: true, force: true });
});

const NOBODY = 65_534;
const IDENTITY = ['devices', 'devices/paired.json', 'identity', 'identity/device.json', 'openclaw.json'];
const names = (folder) => readdirSync(folder, { recursive: true }).sort();

/** A sandbox whose `sh` is this one. `before`: words in front of each command. */
function start({ sh, path }, { before = [], bin } = {}) {
  const dir = mkdtempSync(join(tmpdir(), "prepair shell '$X\" "));
  dirs.push(dir);
  const [home, temp] = [join(dir, 'home'), join(dir, 'tmp')];
  for (const folder of [dir, home, temp]) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    chownSync(folder, NOBODY, NOBODY);
  }
  const env = { PATH: bin ? `${bin}:${path}` : path, HOME: home, TMPDIR: temp };
  const fs = {
    ...localDir(home),
    async writeMany(files, context) {
      await localDir(home).writeMany(files, context);
      for (const file of files) chownSync(file.path, file.uid, file.gid);
    },
    exec: ([command, ...args], context) => run([...before, ...(command === 'sh' ? sh : [command]), ...args], { cwd: '/', env, signal: context?.signal }),
  };
  const stateDir = join(home, '.openclaw');
  return { dir, home, temp, stateDir, fs, options: { stateDir, gatewayVersion: '2026.2.19' } };
}

for (const shell of found) {
  describe(shell.name, () => {
    test('a full disk: the code of the addon, nothing left, no lock to wait for, and with room the same call completes it', () => {
      const dir = mkdtempSync(join(tmpdir(), 'prepair-full-'));
      dirs.push(dir);
      const script = fileURLToPath(new URL('full-disk.mjs', import.meta.url));
      const child = spawnSync('unshare', ['-m', '--propagation', 'private', process.execPath, script, JSON.stringify({ ...shell, dir })], { encoding: 'utf8' });
      assert.equal(child.status, 0, child.stderr);
      const told = JSON.parse(child.stdout);
      for (const one of told) {
        const what = JSON.stringify(one);
        assert.ok([null, 'ERR_PREPAIR_DISK_FULL'].includes(one.code), what);
        assert.deepEqual(one.there, one.code ? one.there.filter((name) => IDENTITY.includes(name)) : IDENTITY, what);
        assert.ok(one.code === null || !one.there.includes('openclaw.json'), what);
        assert.deepEqual([one.staged, one.then, one.finally], [[], null, IDENTITY], what);
        assert.ok(one.ms < 15_000, what);
      }
      for (const by of ['remote', 'addon']) for (const what of ['files', 'space']) {
        const codes = told.filter((one) => one.by === by && one.what === what).map(({ code }) => code);
        assert.deepEqual([codes[0], codes.at(-1)], ['ERR_PREPAIR_DISK_FULL', null], `${by} ${what}`);
      }
      assert.deepEqual(told.at(-1).code, null, 'the mark of a second delivery is no more than a help');
    });

    test('a lock folder that vanishes before its holder is in it is made again', async () => {
      const bin = mkdtempSync(join(tmpdir(), 'prepair-bin-'));
      dirs.push(bin);
      chmodSync(bin, 0o777);
      writeFileSync(join(bin, 'mkdir'), `#!/bin/sh
PATH=\${PATH#*:}
mkdir "$@" || exit
case $3 in */.prepair.lock) [ -e "$0.once" ] || { true >"$0.once"; rmdir "$3"; } ;; esac
`, { mode: 0o755 });
      const at = start(shell, { bin });
      const report = await setup(at.fs, at.options);
      assert.ok(existsSync(join(bin, 'mkdir.once')));
      assert.deepEqual([report.identity, names(at.stateDir)], ['created', IDENTITY]);
    });

    test('an empty lock is nobody\'s after a moment', async () => {
      const at = start(shell);
      mkdirSync(join(at.stateDir, '.prepair.lock'), { recursive: true });
      const started = performance.now();
      await setup(at.fs, at.options);
      assert.ok(performance.now() - started < 15_000);
      assert.deepEqual(names(at.stateDir), IDENTITY);
    });

    test('fresh without modes, a change, rows, a diagnosis', async () => {
      const at = start(shell);
      const fs = { ...at.fs, setsModes: false };
      assert.equal((await setup(fs, { ...at.options, fresh: true })).roundTrips, 3);
      assert.deepEqual(names(at.stateDir), IDENTITY);
      const report = await setup(fs, { ...at.options, config: { merge: { name: 'ü "$X" `\\' } } });
      assert.deepEqual([report.identity, report.config.changed], ['reused', true]);
      assert.equal((await diagnose(fs, at.options)).verdict, 'open');

      const other = start(shell, { bin: dirname(modern) });
      const { sql, identity } = makeDatabase(other.stateDir);
      const options = { ...other.options, gatewayVersion: NEWEST };
      // in a container a gateway wants a secret
      const paired = await setup(other.fs, { ...options, config: { merge: { gateway: { auth: { token: '0123456789abcdef0123456789abcdef' } } } } });
      assert.deepEqual([paired.store, paired.paired, paired.deviceId], ['sqlite', 'created', identity.deviceId]);
      assert.equal(sql('SELECT * FROM device_pairing_paired', [])[0].device_id, identity.deviceId);
      assert.deepEqual((await setup(other.fs, options)).changes, []);
      assert.equal((await diagnose(other.fs, options)).verdict, 'open');
    });

    test('nothing of another user is started, and what a user has of their own is', async () => {
      const asNobody = ['/usr/bin/setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];
      const started = async (uid, { owner, link = owner, folders, nvm, before }) => {
        const at = start(shell, { before });
        const mark = join(at.dir, 'started');
        writeFileSync(mark, '');
        chownSync(mark, NOBODY, NOBODY);
        const bin = nvm ? join(at.home, '.nvm/versions/node/v24.0.0/bin') : join(at.dir, 'bin');
        mkdirSync(bin, { recursive: true });
        const real = join(at.dir, 'real');
        mkdirSync(real);
        for (const name of ['node', 'id', 'stat', 'od', 'sha256sum', 'readlink']) {
          const file = link === owner ? join(bin, name) : join(real, name);
          writeFileSync(file, `#!/bin/sh\necho ${name} >>'${mark.replaceAll("'", "'\\''")}'\nPATH=\${PATH#*:}\nexec ${name} "$@"\n`, { mode: 0o755 });
          chownSync(file, owner, owner);
          if (link !== owner) symlinkSync(file, join(bin, name));
        }
        chownSync(real, owner, owner);
        chownSync(bin, folders, folders);
        mkdirSync(join(at.stateDir, 'state'), { recursive: true });
        writeFileSync(join(at.stateDir, 'state/openclaw.sqlite'), '');
        for (const path of [at.stateDir, join(at.stateDir, 'state'), join(at.stateDir, 'state/openclaw.sqlite')]) chownSync(path, uid, uid);
        const fs = { ...at.fs, exec: ([command, ...args], context) => run([...(before ?? []), ...(command === 'sh' ? shell.sh : [command]), ...args], {
          cwd: '/', env: { PATH: nvm ? shell.path : `${bin}:${shell.path}`, HOME: at.home, TMPDIR: at.temp }, signal: context?.signal,
        }) };
        await diagnose(fs, { ...at.options, gatewayVersion: NEWEST });
        return [...new Set(readFileSync(mark, 'utf8').trim().split('\n'))];
      };
      const other = 4321;
      for (const nvm of [true, false]) {
        for (const [what, owners] of Object.entries({
          all: { owner: other, folders: other }, 'the folder': { owner: 0, folders: other },
          ...(nvm && { 'the file': { owner: other, folders: 0 }, 'what a link leads to': { owner: other, link: 0, folders: 0 } }),
        })) {
          assert.deepEqual(await started(0, { ...owners, nvm }), [''], `root, ${nvm ? 'nvm' : 'PATH'}: ${what}`);
          assert.deepEqual(await started(NOBODY, { ...owners, nvm, before: asNobody }), [''], `a user, ${nvm ? 'nvm' : 'PATH'}: ${what}`);
        }
        // Only a node that knows no SQLite leads to the one of nvm.
        for (const owner of nvm && process.getBuiltinModule?.('node:sqlite') ? [] : [0, NOBODY]) {
          const words = await started(NOBODY, { owner, folders: owner, nvm, before: asNobody });
          assert.ok(words.includes('node'), `of ${owner}, ${nvm ? 'nvm' : 'PATH'}: ${words}`);
        }
      }
      // A folder of theirs that is a link of ours, and ours by a link of theirs.
      for (const [folder, link] of [[other, 0], [0, other]]) {
        const at = start(shell);
        const bin = join(at.dir, 'bin');
        mkdirSync(join(at.dir, 'real'));
        writeFileSync(join(at.dir, 'real/id'), '#!/bin/sh\ntrue >"$0.started"\necho 0\n', { mode: 0o755 });
        symlinkSync(join(at.dir, 'real'), bin);
        chownSync(join(at.dir, 'real'), folder, folder);
        lchownSync(bin, link, link);
        const fs = { ...at.fs, exec: ([command, ...args], context) => run([...(command === 'sh' ? shell.sh : [command]), ...args], {
          cwd: '/', env: { PATH: `${bin}:${shell.path}`, HOME: at.home, TMPDIR: at.temp }, signal: context?.signal,
        }) };
        await diagnose(fs, at.options);
        assert.ok(!existsSync(join(at.dir, 'real/id.started')), `${folder} ${link}`);
      }
    });

    for (const hidden of [true, false]) {
      test(`a living holder of another user is waited for, ${hidden ? 'also where /proc hides it' : 'where /proc shows it'}; dead and old ones are not`, async () => {
        const asNobody = ['/usr/bin/setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];
        const hide = ['/usr/bin/unshare', '-m', '--propagation', 'private', '/bin/sh', '-ec',
          '/usr/bin/mount -t proc -o hidepid=2 proc /proc; if "$1" "$2" "$3" "$4" ls -d /proc/1 >/dev/null 2>&1; then exit 99; fi; exec "$@"', 'sh'];
        const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
        const space = readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
        const hold = (at, pid, since, ageMs = 0) => {
          const lock = join(at.stateDir, '.prepair.lock');
          mkdirSync(lock, { recursive: true, mode: 0o700 });
          writeFileSync(join(lock, `${boot}.${space}.${pid}.${since}.0123456789ab`), '');
          const then = new Date(Date.now() - ageMs);
          utimesSync(lock, then, then);
          for (const path of [at.stateDir, lock, join(lock, names(lock)[0])]) chownSync(path, NOBODY, NOBODY);
          return lock;
        };
        const since = readFileSync(`/proc/${process.pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[19];
        const before = hidden ? [...hide, ...asNobody] : asNobody;

        const at = start(shell, { before });
        const lock = hold(at, process.pid, since);
        let held = true;
        const writing = setup(at.fs, at.options).then((report) => ({ report, held }));
        await new Promise((resolve) => setTimeout(resolve, 2000));
        assert.ok(existsSync(lock), 'broken while its holder lives');
        held = false;
        rmSync(lock, { recursive: true });
        assert.equal((await writing).report.identity, 'created');
        assert.equal((await writing).held, false);

        const dead = await new Promise((resolve) => {
          const child = spawn('true');
          child.on('close', () => resolve(child.pid));
        });
        for (const args of [[dead, since], [process.pid, since, 60_000]]) {
          const other = start(shell, { before });
          hold(other, ...args);
          const started = performance.now();
          await setup(other.fs, other.options);
          assert.ok(performance.now() - started < 15_000);
          assert.deepEqual(names(other.stateDir), IDENTITY);
        }
        assert.equal(statSync(join(at.stateDir, 'identity/device.json')).uid, NOBODY);
      });
    }
  });
}
