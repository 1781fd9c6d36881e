// applyFiles changes whole files in order, or nothing: modes and owners from the first byte, nothing followed,
// every obstacle met before the first change.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { NAMES, elsewhere, implementation, lay, remove, room, snapshot, write } from './files.mjs';

const mode = (file) => (fs.statSync(file).mode & 0o7777).toString(8);
const owner = (file) => fs.lstatSync(file).uid * 1e6 + fs.lstatSync(file).gid;
const strays = (dir) => fs.readdirSync(dir, { recursive: true }).filter((file) => file.includes('.prepair'));

function refused(reply, code, at) {
  assert.equal(reply.error?.code, `ERR_PREPAIR_${code}`, JSON.stringify(reply));
  assert.equal(reply.error.path, at);
  assert.ok(reply.error.message && reply.error.hint);
}

for (const name of NAMES) {
  describe(name, () => {
    const { read, apply } = implementation(name);

    test('into nothing', (t) => {
      const dir = room(t);
      const bases = [`${dir}/home/.openclaw`, `${dir}/etc`];
      const files = [`${bases[0]}/identity/device.json`, `${bases[0]}/devices/paired.json`, `${bases[1]}/openclaw.json`];
      const reply = apply(bases, files.map((file, i) => write(file, `content ${i}\n`)));
      assert.deepEqual(reply, { changes: files.map((path) => ({ path, action: 'created', bytes: 10 })) });
      files.forEach((file, i) => {
        assert.equal(fs.readFileSync(file, 'utf8'), `content ${i}\n`);
        assert.equal(mode(file), '600');
        assert.equal(fs.statSync(file).nlink, 1);
      });
      for (const folder of ['home', 'home/.openclaw', 'home/.openclaw/identity', 'home/.openclaw/devices', 'etc']) assert.equal(mode(`${dir}/${folder}`), '700');
      assert.deepEqual(strays(dir), []);
      assert.deepEqual(read(bases, files).files[files[2]], 'content 2\n');
    });

    test('a rehearsal meets what the call would meet, and leaves nothing', (t) => {
      const dir = room(t);
      lay(dir, { 's/kept': 'old', 's/folder/x': 'x' });
      const bases = [`${dir}/s`];
      const seen = snapshot(dir);
      const good = [write(`${dir}/s/kept`, 'new', 'old'), write(`${dir}/s/deep/er/new`, 'new')];
      assert.deepEqual(apply(bases, good, null, true), { changes: [] });
      assert.deepEqual(snapshot(dir), seen);
      refused(apply(bases, [write(`${dir}/s/kept`, 'new', 'other')], null, true), 'CHANGED', `${dir}/s/kept`);
      refused(apply(bases, [good[1], write(`${dir}/s/folder`, 'new')], null, true), 'NOT_A_FILE', `${dir}/s/folder`);
      assert.deepEqual(snapshot(dir), seen);
      assert.equal(apply(bases, good).changes.length, 2);
    });

    test('replace and remove', (t) => {
      const dir = room(t);
      lay(dir, { 's/devices/paired.json': 'old', 's/devices/pending.json': 'p', 's/openclaw.json': 'config', 's/a': 'a' });
      fs.chmodSync(`${dir}/s/openclaw.json`, 0o644);
      fs.chmodSync(`${dir}/s/a`, 0o644);
      const at = (file) => `${dir}/s/${file}`;
      const reply = apply(
        [`${dir}/s`],
        [
          write(at('devices/paired.json'), '', 'old'),
          remove(at('devices/pending.json'), 'p'),
          write(at('openclaw.json'), 'config 2', 'config', { keepMode: true }),
          write(at('a'), 'b', 'a'),
        ],
      );
      assert.deepEqual(reply.changes, [
        { path: at('devices/paired.json'), action: 'replaced', bytes: 0 },
        { path: at('devices/pending.json'), action: 'removed' },
        { path: at('openclaw.json'), action: 'replaced', bytes: 8 },
        { path: at('a'), action: 'replaced', bytes: 1 },
      ]);
      assert.deepEqual(['devices/paired.json', 'openclaw.json', 'a'].map((file) => [fs.readFileSync(at(file), 'utf8'), mode(at(file))]), [
        ['', '600'],
        ['config 2', '644'],
        ['b', '600'],
      ]);
      assert.equal(fs.existsSync(at('devices/pending.json')), false);
      assert.deepEqual(strays(dir), []);
    });

    test('the same file twice, and through a linked state dir', (t) => {
      const dir = room(t);
      lay(dir, { 'real/x': '1', link: { to: 'real' } });
      const file = `${dir}/link/x`;
      const reply = apply([`${dir}/link`], [write(file, '2', '1'), remove(file, '2'), write(file, '3')]);
      assert.deepEqual(reply.changes?.map(({ action }) => action), ['replaced', 'removed', 'created'], JSON.stringify(reply));
      assert.equal(fs.readFileSync(`${dir}/real/x`, 'utf8'), '3');
      assert.ok(fs.lstatSync(`${dir}/link`).isSymbolicLink());
    });

    test('a hard link keeps what it had', (t) => {
      const dir = room(t);
      lay(dir, { 's/x': 'old', other: null });
      fs.linkSync(`${dir}/s/x`, `${dir}/other/x`);
      assert.ok(apply([`${dir}/s`], [write(`${dir}/s/x`, 'new', 'old')]).changes);
      assert.equal(fs.readFileSync(`${dir}/other/x`, 'utf8'), 'old');
      assert.equal(fs.readFileSync(`${dir}/s/x`, 'utf8'), 'new');
    });

    test('what changed since it was read changes nothing', (t) => {
      const dir = room(t);
      lay(dir, { 's/a': 'a', 's/b': 'b' });
      const before = snapshot(dir);
      const at = (file) => `${dir}/s/${file}`;
      const first = [write(at('new/folder/x'), 'x'), write(at('a'), 'A', 'a')];
      for (const last of [write(at('b'), 'B', 'not b'), write(at('b'), 'B'), write(at('c'), 'C', 'c'), remove(at('b'), 'not b'), remove(at('c'), 'c'), remove(at('no/where'), 'c')]) {
        refused(apply([`${dir}/s`], [...first, last]), 'CHANGED', last.path);
        assert.deepEqual(snapshot(dir), before);
      }
      refused(apply([`${dir}/fresh/state`], [write(`${dir}/fresh/state/a`, 'x', 'y')]), 'CHANGED', `${dir}/fresh/state/a`);
      assert.deepEqual(snapshot(dir), before, 'no state dir is left that was made for nothing');
    });

    test('links, folders, FIFOs and files at every component', (t) => {
      const dir = room(t);
      const state = `${dir}/s`;
      const put = {
        link: (file) => fs.symlinkSync(`${dir}/victim`, file),
        'dangling link': (file) => fs.symlinkSync(`${dir}/nowhere`, file),
        fifo: (file) => execFileSync('mkfifo', [file]),
        file: (file) => fs.writeFileSync(file, 'in the way'),
        folder: (file) => fs.mkdirSync(file),
      };
      for (const [what, make] of Object.entries(put)) {
        for (const depth of ['a', 'a/b', 'a/b/file']) {
          if ((what === 'file') === (depth === 'a/b/file') || (what === 'folder' && depth !== 'a/b/file')) continue;
          fs.rmSync(state, { recursive: true, force: true });
          lay(dir, { 'victim/file': 'victim', 'victim/b/file': 'victim' });
          fs.mkdirSync(path.dirname(`${state}/${depth}`), { recursive: true });
          make(`${state}/${depth}`);
          const before = snapshot(dir);
          for (const step of [write(`${state}/a/b/file`, 'x'), write(`${state}/a/b/file`, 'x', 'victim'), remove(`${state}/a/b/file`, 'victim')]) {
            refused(apply([state], [write(`${state}/first`, '1'), step]), 'NOT_A_FILE', `${state}/${depth}`);
            assert.deepEqual(snapshot(dir), before, `${what} at ${depth}`);
          }
        }
      }
    });

    test('a state dir that is no folder', (t) => {
      const dir = room(t);
      lay(dir, { file: 'x', dangling: { to: 'nowhere' }, s: null });
      const before = snapshot(dir);
      for (const base of [`${dir}/file`, `${dir}/file/below`, `${dir}/dangling`]) {
        refused(apply([base], [write(`${base}/x`, 'x')]), 'STATE_DIR', base);
        assert.deepEqual(snapshot(dir), before);
      }
      refused(apply([`${dir}/s`, `${dir}/file`], [write(`${dir}/file/x`, 'x')]), 'NOT_A_FILE', `${dir}/file`);
      assert.deepEqual(snapshot(dir), before);
      refused(apply([`${dir}/s`], [write('x', 'x')]), 'OPTIONS', undefined);
    });

    test('any umask', (t) => {
      for (const umask of [0, 0o077, 0o777]) {
        for (const uid of [0, 1000]) {
          const dir = room(t, { uid });
          const script = `return files.apply([args + '/s'], [lib.write(args + '/s/devices/paired.json', 'x'), lib.write(args + '/s/openclaw.json', 'y', null, { mode: 0o644 })]);`;
          const reply = elsewhere(name, script, { uid, umask, args: dir });
          assert.equal(reply.changes?.length, 2, JSON.stringify(reply));
          assert.deepEqual(['s', 's/devices', 's/devices/paired.json', 's/openclaw.json'].map((file) => mode(`${dir}/${file}`)), ['700', '700', '600', '644']);
          assert.deepEqual(strays(dir), []);
        }
      }
    });

    test('owners, as root', (t) => {
      const dir = room(t);
      const home = room(t, { uid: 1000 });
      lay(home, { 'old/config.json': 'old' }, { uid: 1001 });
      fs.chownSync(`${home}/old/config.json`, 1002, 1003);
      const files = ['.openclaw/identity/device.json', 'old/config.json', 'old/new.json'].map((file) => `${home}/${file}`);
      assert.ok(apply([`${home}/.openclaw`, `${home}/old`], [write(files[0], 'x'), write(files[1], 'new', 'old'), write(files[2], 'x')]).changes);
      const owned = (...names) => names.map((file) => owner(`${home}/${file}`));
      assert.deepEqual(owned('.openclaw', '.openclaw/identity', '.openclaw/identity/device.json'), Array(3).fill(1000001000));
      assert.deepEqual(owned('old', 'old/config.json', 'old/new.json'), [1001001001, 1002001003, 1001001001]);

      lay(dir, { 's/x': 'x' });
      assert.ok(apply([`${dir}/s`], [write(`${dir}/s/x`, 'y', 'x'), write(`${dir}/s/devices/paired.json`, 'x')], { uid: 1000, gid: 100 }).changes);
      assert.deepEqual(['s', 's/x', 's/devices', 's/devices/paired.json'].map((file) => owner(`${dir}/${file}`)), [0, 0, 1000000100, 1000000100]);
    });

    test('owners, as a user', (t) => {
      const dir = room(t, { uid: 1000 });
      lay(dir, { 's/x': 'x' }, { uid: 1000 });
      const script = `return [
        files.apply([args + '/s'], [lib.write(args + '/s/new', 'y'), lib.write(args + '/s/x', 'y', 'x')], { uid: 1000, gid: 1000 }),
        files.apply([args + '/s'], [lib.write(args + '/s/other', 'y')], { uid: 0, gid: 0 }),
      ];`;
      const [own, foreign] = elsewhere(name, script, { uid: 1000, args: dir });
      assert.ok(own.changes, JSON.stringify(own));
      refused(foreign, 'PERMISSION', `${dir}/s/other`);
      assert.deepEqual(fs.readdirSync(`${dir}/s`).sort(), ['new', 'x']);
    });

    test('what is another user\'s is not taken over, whatever its mode allows', (t) => {
      const dir = room(t);
      const open = (file, uid, gid = uid) => {
        fs.chownSync(`${dir}/${file}`, uid, gid);
        fs.chmodSync(`${dir}/${file}`, fs.statSync(`${dir}/${file}`).isDirectory() ? 0o777 : 0o666);
      };
      lay(dir, {
        'theirs/x': 'x', 'theirs/mine': 'x', 'roots/theirs': 'x', 'roots/mine': 'x', 'roots/root': 'x', 'mine/theirs': 'x', 'mine/gone': 'x', 'mine/root': 'x',
        'mine/sub/x': 'x', 'conf/theirs': 'x', 'shared/sub': null,
      }, { uid: 1000 });
      for (const file of ['theirs', 'theirs/x', 'roots/theirs', 'mine/theirs', 'mine/gone', 'mine/sub', 'mine/sub/x', 'conf', 'conf/theirs', 'shared']) open(file, 1001);
      for (const file of ['roots', 'roots/root', 'mine/root']) open(file, 0);
      const before = snapshot(dir);
      const script = `
        const at = (file) => args + '/' + file;
        const first = lib.write(at('mine/sub2/first'), '1');
        return [
          files.apply([at('theirs')], [lib.write(at('theirs/x'), 'y', 'x')]),
          files.apply([at('theirs')], [lib.write(at('theirs/identity/new'), 'y')]),
          files.apply([at('theirs')], [lib.write(at('theirs/mine'), 'y', 'x')]),
          files.apply([at('roots')], [lib.write(at('roots/new'), 'y'), lib.write(at('roots/theirs'), 'y', 'x')]),
          files.apply([at('roots')], [lib.write(at('roots/root'), 'y', 'x')]),
          files.apply([at('mine')], [first, lib.write(at('mine/theirs'), 'y', 'x', { keepMode: true })]),
          files.apply([at('mine')], [first, lib.remove(at('mine/gone'), 'x')]),
          files.apply([at('mine')], [first, lib.write(at('mine/root'), 'y', 'x')]),
          files.apply([at('mine')], [first, lib.write(at('mine/sub/new'), 'y')]),
          files.apply([at('mine'), at('conf')], [first, lib.write(at('conf/new'), 'y')]),
          files.apply([at('mine'), at('conf')], [first, lib.write(at('conf/theirs'), 'y', 'x', { keepMode: true })]),
        ];`;
      const replies = elsewhere(name, script, { uid: 1000, args: dir });
      const places = ['theirs', 'theirs', 'theirs', 'roots/theirs', 'roots/root', 'mine/theirs', 'mine/gone', 'mine/root', 'mine/sub', 'conf', 'conf/theirs'];
      replies.forEach((reply, i) => refused(reply, 'PERMISSION', `${dir}/${places[i]}`));
      assert.deepEqual(snapshot(dir), before);

      // What is ours in a folder of root's (the volume of a container), a folder that we make in another's, and where `owner` tells.
      const fine = elsewhere(name, `
        const at = (file) => args + '/' + file;
        return [
          files.apply([at('roots')], [lib.write(at('roots/mine'), 'y', 'x'), lib.write(at('roots/devices/new'), 'y')]),
          files.apply([at('shared/new/state'), at('shared/etc')], [lib.write(at('shared/new/state/devices/new'), 'y'), lib.write(at('shared/etc/new'), 'y')]),
          files.apply([at('theirs')], [lib.write(at('theirs/devices/new'), 'y')], { uid: 1000, gid: 1000 }),
        ];`, { uid: 1000, args: dir });
      assert.ok(fine.every(({ changes }) => changes), JSON.stringify(fine));
      assert.deepEqual(strays(dir), []);
    });

    test('a group that we are not in is lost only where it means nothing', (t) => {
      const dir = room(t);
      const modes = [0o600, 0o644, 0o666, 0o640, 0o660, 0o664];
      lay(dir, Object.fromEntries(modes.map((bits) => [`s/${bits.toString(8)}`, 'x'])), { uid: 1000 });
      for (const bits of modes) {
        fs.chownSync(`${dir}/s/${bits.toString(8)}`, 1000, 1234);
        fs.chmodSync(`${dir}/s/${bits.toString(8)}`, bits);
      }
      const script = `return ${JSON.stringify(modes)}.map((bits) => files.apply([args + '/s'], [lib.write(args + '/s/' + bits.toString(8), 'y', 'x', { keepMode: true })]));`;
      const replies = elsewhere(name, script, { uid: 1000, args: dir });
      modes.forEach((bits, i) => {
        const file = `${dir}/s/${bits.toString(8)}`;
        if (i < 3) assert.ok(replies[i].changes, JSON.stringify(replies[i]));
        else refused(replies[i], 'PERMISSION', file);
        assert.deepEqual([owner(file), mode(file)], [i < 3 ? 1000001000 : 1000001234, bits.toString(8)]);
      });
      const own = elsewhere(name, `return files.apply([args + '/s'], [lib.write(args + '/s/640', 'y', 'x')])`, { uid: 1000, args: dir });
      assert.ok(own.changes, 'made 0600, the group means nothing');
    });

    test('folders that may not be written', (t) => {
      const dir = room(t);
      lay(dir, { 'mine/a': 'a', 'mine/sub/x': 'x' }, { uid: 1000 });
      lay(dir, { 'mine/theirs/x': 'x', 's/a': 'a', 'mine/open/x': 'x' });
      fs.chmodSync(`${dir}/s`, 0o755);
      fs.chmodSync(`${dir}/mine/open`, 0o755);
      fs.chmodSync(`${dir}/mine/open/x`, 0o644);
      const before = snapshot(dir);
      const script = `
        const { dir } = args;
        const plain = (file) => { try { fs.writeFileSync(file, ''); fs.unlinkSync(file); return null; } catch (error) { return error.code; } };
        const first = lib.write(dir + '/mine/a', 'A', 'a');
        return [
          ['s', 'new', 'mine/theirs', 'mine/open', 'mine'].map((folder) => plain(dir + '/' + folder + '/probe')),
          files.apply([dir + '/s'], [lib.write(dir + '/s/b', 'b')]),
          files.apply([dir + '/new'], [lib.write(dir + '/new/b', 'b')]),
          files.apply([dir + '/mine'], [first, lib.write(dir + '/mine/theirs/x', 'y', 'x')]),
          files.apply([dir + '/mine'], [first, lib.write(dir + '/mine/open/x', 'y', 'x')]),
          files.apply([dir + '/mine'], [first, lib.remove(dir + '/mine/open/x', 'x')]),
        ];`;
      const [plain, ...replies] = elsewhere(name, script, { uid: 1000, args: { dir } });
      assert.deepEqual(plain, ['EACCES', 'ENOENT', 'EACCES', 'EACCES', null], 'the obstacles block a plain write');
      const places = ['s/.prepair.lock', 'new', 'mine/theirs', 'mine/open/x', 'mine/open/x'];
      replies.forEach((reply, i) => refused(reply, 'PERMISSION', `${dir}/${places[i]}`));
      assert.deepEqual(snapshot(dir), before);
    });

    test('a full disk', (t) => {
      const dir = room(t);
      lay(dir, { s: null });
      const script = `
        const state = args + '/s';
        const at = (file) => state + '/' + file;
        fs.mkdirSync(at('devices'));
        fs.writeFileSync(at('devices/paired.json'), 'old');
        const fill = fs.openSync(at('fill'), 'w');
        let plain = null;
        try { for (;;) fs.writeSync(fill, Buffer.alloc(4096)); } catch (error) { plain = error.code; }
        fs.ftruncateSync(fill, fs.fstatSync(fill).size - args2);
        const before = lib.snapshot(state);
        const steps = [lib.write(at('devices/paired.json'), 'new', 'old'), lib.write(at('openclaw.json'), 'x'.repeat(100_000))];
        const reply = files.apply([state], steps);
        const same = JSON.stringify(before) === JSON.stringify(lib.snapshot(state));
        fs.ftruncateSync(fill, 0);
        return { plain, reply, same, then: files.apply([state], steps) };`;
      const run = (options, left) => elsewhere(name, script.replace('args2', String(left)), { shell: `mount -t tmpfs -o ${options} none ${dir}/s`, args: dir });
      for (const left of [0, 8192, 40960]) {
        const { plain, reply, same, then } = run('size=256k', left);
        assert.equal(plain, 'ENOSPC', 'the disk is full for a plain write');
        assert.equal(reply.error?.code, 'ERR_PREPAIR_DISK_FULL', JSON.stringify(reply));
        assert.ok(reply.error.hint && same, 'nothing changed');
        assert.equal(then.changes?.length, 2, 'with space it completes');
      }
    });

    test('a read-only file system', (t) => {
      const dir = room(t);
      lay(dir, { 's/a': 'a', 'ro/x': 'x' });
      const before = snapshot(dir);
      const script = `
        const plain = (file) => { try { fs.writeFileSync(file, ''); return null; } catch (error) { return error.code; } };
        const { dir } = args;
        return [
          [plain(dir + '/ro/probe')],
          files.apply([dir + '/ro'], [lib.write(dir + '/ro/y', 'y')]),
          files.apply([dir + '/s', dir + '/ro'], [lib.write(dir + '/s/a', 'A', 'a'), lib.write(dir + '/ro/x', 'y', 'x')]),
          files.apply([dir + '/s', dir + '/ro'], [lib.write(dir + '/s/a', 'A', 'a'), lib.remove(dir + '/ro/x', 'x')]),
          files.apply([dir + '/ro/new'], [lib.write(dir + '/ro/new/y', 'y')]),
          files.apply([dir + '/ro'], []),
          files.read([dir + '/ro'], [dir + '/ro/x']),
        ];`;
      const shell = `mount --bind ${dir}/ro ${dir}/ro && mount -o remount,bind,ro ${dir}/ro`;
      const [plain, ...replies] = elsewhere(name, script, { shell, args: { dir } });
      assert.deepEqual(plain, ['EROFS'], 'the obstacle blocks a plain write');
      const places = ['ro/.prepair.lock', 'ro/x', 'ro/x', 'ro/new'];
      places.forEach((place, i) => refused(replies[i], 'READ_ONLY', `${dir}/${place}`));
      assert.deepEqual(replies[4], { changes: [] });
      assert.deepEqual(replies[5].files, { [`${dir}/ro/x`]: 'x' });
      assert.deepEqual(snapshot(dir), before);
    });

    test('a config that is mounted', (t) => {
      const dir = room(t);
      lay(dir, { 's/a': 'a', 'conf dir/openclaw.json': 'inside', 'host.json': 'outside' });
      const script = `
        const { dir } = args;
        const config = dir + '/conf dir/openclaw.json';
        let plain = null;
        fs.writeFileSync(config + '.new', '');
        try { fs.renameSync(config + '.new', config); } catch (error) { plain = error.code; }
        fs.unlinkSync(config + '.new');
        const bases = [dir + '/s', dir + '/conf dir'];
        const first = lib.write(dir + '/s/a', 'A', 'a');
        return [plain, files.read(bases, [config]), files.apply(bases, [first, lib.write(config, 'x', 'outside')]), files.apply(bases, [first, lib.remove(config, 'outside')])];`;
      const before = snapshot(dir);
      const [plain, seen, ...replies] = elsewhere(name, script, { shell: `mount --bind '${dir}/host.json' '${dir}/conf dir/openclaw.json'`, args: { dir } });
      assert.equal(plain, 'EBUSY', 'a plain rename is refused');
      assert.equal(seen.files[`${dir}/conf dir/openclaw.json`], 'outside');
      for (const reply of replies) refused(reply, 'MOUNT_POINT', `${dir}/conf dir/openclaw.json`);
      assert.deepEqual(snapshot(dir), before);
    });

    test('leftovers of dead calls go, all else stays', (t) => {
      const dir = room(t);
      const temp = '.prepair-0123456789abcdef012345670000.tmp';
      const others = ['s/.prepair-notesofthelastmeeting0000.tmp', 's/.prepair-0123456789abcdef.tmp', `s/devices/${temp}.bak`];
      const links = [`s/identity/${temp.replace('7000', '7001')}`];
      lay(dir, {
        's/devices/paired.json': '{}',
        [`s/devices/${temp}`]: 'secret',
        's/devices/.prepair-notes.txt': 'mine',
        's/devices/.prepair-SHOUTING.tmp': 'mine',
        [`s/identity/${temp}`]: 'secret',
        [`s/sub/${temp}`]: 'not looked at',
        's/.prepair-000000000000000000000000000a.tmp/mine': 'a folder',
        ...Object.fromEntries(others.map((name) => [name, 'mine'])),
        ...Object.fromEntries(links.map((name) => [name, { to: '../devices/paired.json' }])),
        [`conf/${temp}`]: 'secret',
        [`conf/${temp.replace('7000', '7001')}`]: 'of a call for another state dir',
      });
      const then = Date.now() / 1000 - 31;
      fs.utimesSync(`${dir}/conf/${temp}`, then, then);
      const bases = [`${dir}/s`, `${dir}/conf`];
      assert.deepEqual(apply(bases, []), { changes: [] });
      assert.deepEqual(strays(dir).sort(), [
        `conf/${temp.replace('7000', '7001')}`, 's/.prepair-000000000000000000000000000a.tmp', 's/.prepair-000000000000000000000000000a.tmp/mine',
        's/devices/.prepair-SHOUTING.tmp', 's/devices/.prepair-notes.txt', `s/sub/${temp}`, ...others, ...links,
      ].sort());
      assert.equal(fs.readFileSync(`${dir}/s/devices/paired.json`, 'utf8'), '{}');
      assert.ok(apply(bases, [write(`${dir}/s/sub/x`, 'x')]).changes);
      assert.equal(fs.existsSync(`${dir}/s/sub/${temp}`), false);
    });

    test('without steps and without leftovers nothing is touched', (t) => {
      const dir = room(t);
      lay(dir, { 's/devices/paired.json': '{}' });
      const times = () => ['s', 's/devices'].map((file) => fs.statSync(`${dir}/${file}`, { bigint: true }).mtimeNs);
      const before = times();
      assert.deepEqual(apply([`${dir}/s`], []), { changes: [] });
      assert.deepEqual(apply([`${dir}/none`], []), { changes: [] });
      assert.deepEqual(times(), before);
      assert.equal(fs.existsSync(`${dir}/none`), false);
    });
  });
}

test('without /proc, as on macOS, node:fs follows no link either', (t) => {
  const dir = room(t);
  lay(dir, { 'real/a': 'a', 'real/b': 'b', link: { to: 'real' }, 'real/way': { to: '../victim' }, 'victim/x': 'x', 'real/dir': null });
  const script = `
    const { dir } = args;
    const s = dir + '/link';
    return [
      fs.existsSync('/proc/self'),
      files.read([s], [s + '/a', s + '/way', s + '/way/x', s + '/dir', s + '/none/x']).files,
      files.apply([s], [lib.write(s + '/way/x', 'y', 'x')]),
      files.apply([s], [lib.write(s + '/a', 'A', 'a'), lib.remove(s + '/b', 'b'), lib.write(s + '/new/x', 'x'), lib.write(dir + '/other/x', 'x')]),
      files.apply([s], [lib.write(s + '/a', 'B', 'a')]),
    ];`;
  const [proc, seen, refusal, done, changed] = elsewhere('js', script, { shell: 'mount -t tmpfs none /proc', args: { dir } });
  const s = `${dir}/link`;
  assert.equal(proc, false, '/proc is gone');
  assert.deepEqual(seen, { [`${s}/a`]: 'a', [`${s}/way`]: { kind: 'symlink' }, [`${s}/way/x`]: { kind: 'symlink' }, [`${s}/dir`]: { kind: 'dir' }, [`${s}/none/x`]: null });
  refused(refusal, 'NOT_A_FILE', `${s}/way`);
  assert.deepEqual(done.changes?.map(({ action }) => action), ['replaced', 'removed', 'created', 'created'], JSON.stringify(done));
  refused(changed, 'CHANGED', `${s}/a`);
  assert.deepEqual(fs.readdirSync(`${dir}/real`).sort(), ['a', 'dir', 'new', 'way']);
  assert.equal(fs.readFileSync(`${dir}/victim/x`, 'utf8'), 'x');
});

test('both refuse in the same words', (t) => {
  const dir = room(t);
  lay(dir, { file: 'x', 's/a': 'a', 's/dir': null, 's/link': { to: 'a' }, 's/way': { to: 'dir' }, dangling: { to: 'nowhere' } });
  const s = `${dir}/s`;
  const told = ['native', 'js'].map((name) => {
    const { read, apply } = implementation(name);
    return [
      ...['link', 'dir', 'way/x', 'a/x', 'dir/a/b\0'].map((file) => apply([s], [write(`${s}/${file}`, 'x')])),
      apply([s], [write(`${s}/a`, 'x')]),
      apply([s], [remove(`${s}/b`, 'x')]),
      apply([`${dir}/file`], [write(`${dir}/file/x`, 'x')]),
      apply([s, `${dir}/file`], [write(`${dir}/file/x`, 'x')]),
      apply([`${dir}/dangling`], [write(`${dir}/dangling/x`, 'x')]),
      apply([s], [write(`${s}/${'n'.repeat(300)}`, 'x')]),
      apply(['/proc/self'], [write('/proc/self/x', 'x')]),
      apply(['relative "é\u0001'], [write(`${s}/a`, 'x')]),
      apply([s, '/proc/sys'], [write('/proc/sys/new/x', 'x')]),
      apply(['/proc/nope'], [write('/proc/nope/x', 'x')]),
      apply(['/proc'], [write('/proc/x', 'x')]),
      read([s], [`${s}/a/x`]),
      read([`${dir}/file`], []),
      read([s], [`${s}/${'n'.repeat(300)}`]),
    ].map(({ error }) => error);
  });
  assert.ok(told[0].every((error) => error?.code && error.message && error.hint), JSON.stringify(told[0], null, 1));
  assert.deepEqual(told[0], told[1]);
});

// of the addon: a_mode_changed_meanwhile_stays in crates/host-unix/tests/cases/faults.rs
test('js: a mode that is tightened while it writes stays so', (t) => {
  const dir = room(t);
  lay(dir, { 's/openclaw.json': 'config' });
  const file = `${dir}/s/openclaw.json`;
  fs.chmodSync(file, 0o644);
  const sync = t.mock.method(fs, 'fsyncSync', (fd) => {
    sync.mock.restore();
    fs.chmodSync(file, 0o600);
    fs.fsyncSync(fd);
  });
  const { apply } = implementation('js');
  const steps = [write(file, 'config 2', 'config', { keepMode: true })];
  refused(apply([`${dir}/s`], steps), 'CHANGED', file);
  assert.deepEqual([mode(file), fs.readFileSync(file, 'utf8'), strays(dir)], ['600', 'config', []]);
  assert.equal(apply([`${dir}/s`], steps).changes.length, 1);
  assert.deepEqual([mode(file), fs.readFileSync(file, 'utf8')], ['600', 'config 2']);
});
