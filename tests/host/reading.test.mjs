// readFiles says what is at a path, follows nothing below a base, waits for nothing and changes nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import { NAMES, elsewhere, implementation, lay, room, snapshot } from './files.mjs';

for (const name of NAMES) {
  describe(name, () => {
    const { read } = implementation(name);

    test('each kind of entry', async (t) => {
      const dir = room(t);
      lay(dir, {
        's/identity/device.json': 'key',
        's/devices/paired.json': null,
        's/devices/raw': Buffer.from([0xff, 0xfe, 0x00, 0x80]),
        's/openclaw.json': { to: 'devices/raw' },
        's/dangling': { to: 'nowhere' },
        'elsewhere/paired.json': 'not ours',
        's/linked': { to: '../elsewhere' },
      });
      execFileSync('mkfifo', [`${dir}/s/fifo`]);
      execFileSync('mknod', [`${dir}/s/device`, 'c', '1', '5']);
      const server = net.createServer().listen(`${dir}/s/socket`);
      await new Promise((resolve) => server.once('listening', resolve));
      t.after(() => server.close());
      const before = snapshot(dir);
      const at = (file) => `${dir}/s/${file}`;
      const expected = {
        'identity/device.json': 'key',
        'identity/absent.json': null,
        'missing/folder/file.json': null,
        'devices/paired.json': { kind: 'dir' },
        'devices/raw': '\xff\xfe\x00\x80',
        'openclaw.json': { kind: 'symlink' },
        dangling: { kind: 'symlink' },
        'linked/paired.json': { kind: 'symlink' },
        fifo: { kind: 'other' },
        device: { kind: 'other' },
        socket: { kind: 'other' },
      };
      const reply = read([`${dir}/s`], Object.keys(expected).map(at));
      assert.deepEqual(reply, { files: Object.fromEntries(Object.entries(expected).map(([file, what]) => [at(file), what])), leftovers: false });
      assert.deepEqual(snapshot(dir), before);
    });

    test('a base that is a link works, also by way of .. and //', (t) => {
      const dir = room(t);
      lay(dir, { 'real/state/devices/paired.json': '{}', link: { to: 'real/state' } });
      const file = `${dir}/link/devices/paired.json`;
      assert.equal(read([`${dir}/link`], [file]).files[file], '{}');
      const odd = `${dir}/x/..//link/./devices/paired.json`;
      assert.equal(read([`${dir}/y/../link/`], [odd]).files[odd], '{}');
    });

    test('the longest base counts, and a file outside has its own folder as base', (t) => {
      const dir = room(t);
      lay(dir, { 'conf/openclaw.json': 'config', 's/conf': { to: '../conf' }, 'other/include.json5': 'more', out: { to: 'other' } });
      const files = [`${dir}/s/conf/openclaw.json`, `${dir}/out/include.json5`];
      assert.deepEqual(read([`${dir}/s`], files).files, { [files[0]]: { kind: 'symlink' }, [files[1]]: 'more' });
      assert.deepEqual(read([`${dir}/s`, `${dir}/s/conf`], files).files, { [files[0]]: 'config', [files[1]]: 'more' });
    });

    test('a missing base', (t) => {
      const dir = room(t);
      const file = `${dir}/a/b/c.json`;
      assert.deepEqual(read([`${dir}/a`], [file, '/']), { files: { [file]: null, '/': { kind: 'dir' } }, leftovers: false });
    });

    test('what is refused', (t) => {
      const dir = room(t);
      lay(dir, { file: 'x', s: null, 's/identity': 'x', dangling: { to: 'nowhere' }, circle: { to: 'circle' } });
      const refused = (bases, file, code, at) => {
        const { error } = read(bases, [file]);
        assert.equal(error?.code, `ERR_PREPAIR_${code}`);
        assert.equal(error.path, at);
        assert.ok(error.hint && error.message);
      };
      refused([`${dir}/file`], `${dir}/file/x.json`, 'STATE_DIR', `${dir}/file`);
      refused([`${dir}/file/below`], `${dir}/file/below/x.json`, 'STATE_DIR', `${dir}/file/below`);
      refused([`${dir}/dangling`], `${dir}/dangling/x.json`, 'STATE_DIR', `${dir}/dangling`);
      refused([`${dir}/circle`], `${dir}/circle/x.json`, 'STATE_DIR', `${dir}/circle`);
      refused([`${dir}/s`, `${dir}/file`], `${dir}/file/x.json`, 'NOT_A_FILE', `${dir}/file`);
      refused([`${dir}/s`], `${dir}/s/identity/device.json`, 'NOT_A_FILE', `${dir}/s/identity`);
      refused(['s'], `${dir}/s/x`, 'OPTIONS', undefined);
      refused([`${dir}/s`], 'x.json', 'OPTIONS', undefined);
      refused([`${dir}/s`], `${dir}/s/\0`, 'OPTIONS', undefined);
    });

    test('large files', (t) => {
      const dir = room(t);
      const large = Buffer.alloc(10_000_000, 'abcdefg\n');
      lay(dir, { 's/openclaw.json': large, 's/huge': '' });
      // one more than the longest string of V8
      fs.truncateSync(`${dir}/s/huge`, 2 ** 29 - 23);
      const file = `${dir}/s/openclaw.json`;
      assert.equal(read([`${dir}/s`], [file]).files[file], large.toString('latin1'));
      assert.equal(read([`${dir}/s`], [`${dir}/s/huge`]).error.code, 'ERR_PREPAIR_SHAPE');
      fs.truncateSync(`${dir}/s/huge`, 128 * 1024 * 1024);
      assert.equal(read([`${dir}/s`], [`${dir}/s/huge`]).files[`${dir}/s/huge`].length, 128 * 1024 * 1024);
    });

    test('what may not be read', (t) => {
      const dir = room(t);
      lay(dir, { 's/openclaw.json': 'x' }, { uid: 1000 });
      lay(dir, { 's/identity/device.json': 'x' });
      const script = `
        const plain = (file) => { try { fs.openSync(file); return null; } catch (error) { return error.code; } };
        return [args.files.map(plain), args.files.map((file) => files.read(args.bases, [file]))];`;
      lay(dir, { 's/secret.json': 'x' });
      const files = ['openclaw.json', 'secret.json', 'identity/device.json'].map((file) => `${dir}/s/${file}`);
      const [plain, replies] = elsewhere(name, script, { uid: 1000, args: { bases: [`${dir}/s`], files } });
      assert.deepEqual(plain, [null, 'EACCES', 'EACCES'], 'the obstacle blocks a plain open');
      assert.equal(replies[0].files[files[0]], 'x');
      assert.deepEqual(replies.slice(1).map(({ error }) => [error.code, error.path]), [
        ['ERR_PREPAIR_PERMISSION', files[1]],
        ['ERR_PREPAIR_PERMISSION', path.dirname(files[2])],
      ]);
    });

    test('temp files and a lock of dead calls are seen', (t) => {
      const dir = room(t);
      lay(dir, { 's/devices/paired.json': '{}', 's/devices/.prepair-x.tmp': '', 's/identity/.prepair-0123456789abcdef012345670000.tmp': '' });
      const seen = (...files) => read([`${dir}/s`], files.map((file) => `${dir}/s/${file}`)).leftovers;
      assert.equal(seen('devices/paired.json', 'openclaw.json'), false);
      assert.equal(seen('devices/paired.json', 'identity/device.json'), true);
      fs.mkdirSync(`${dir}/s/.prepair.lock`);
      assert.equal(seen('devices/paired.json'), true);
    });
  });
}

test('no descriptor stays open', (t) => {
  const dir = room(t);
  lay(dir, { 's/a/x': '1', 's/file': '' });
  for (const name of NAMES) {
    const { read } = implementation(name);
    const open = () => fs.readdirSync('/proc/self/fd').length;
    const before = open();
    for (let i = 0; i < 50; i += 1) {
      read([`${dir}/s`], [`${dir}/s/a/x`]);
      read([`${dir}/s`], [`${dir}/s/file/x`]);
    }
    assert.equal(open(), before, name);
  }
});
