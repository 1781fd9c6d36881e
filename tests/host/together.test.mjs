// Calls beside each other, beside dead ones, beside sh, and beside someone who swaps folders under them.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NAMES, elsewhere, implementation, lay, room, sha, snapshot, write } from './files.mjs';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
const strays = (dir) => fs.readdirSync(dir, { recursive: true }).filter((file) => file.includes('.prepair'));

/** Starts `script` as `elsewhere` does, without waiting for it. */
function start(name, script, args) {
  const child = spawn(process.execPath, [CHILD], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ name, script, uid: 0, umask: 0o022, args }));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => (text += piece));
  const exit = once(child, 'close');
  return { child, exit, result: () => exit.then(() => JSON.parse(text)) };
}

/** This process, as the lock names it. */
const BOOT = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const NAMESPACE = fs.readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
const startOf = (pid) => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[19];
const holder = ({ boot = BOOT, namespace = NAMESPACE, pid = process.pid, start = startOf(process.pid) } = {}) => `${boot}.${namespace}.${pid}.${start}.0123abcd`;

function hold(state, name, ageMs = 0) {
  fs.mkdirSync(`${state}/.prepair.lock`, { recursive: true });
  if (name !== null) fs.writeFileSync(`${state}/.prepair.lock/${name}`, '');
  const then = (Date.now() - ageMs) / 1000;
  fs.utimesSync(`${state}/.prepair.lock`, then, then);
}

function timed(act) {
  const before = performance.now();
  const value = act();
  return { value, ms: performance.now() - before };
}

// The words of crates/host-unix/src/lock.rs.
const SH = `
  state=$1; l=$state/.prepair.lock
  me=$(cat /proc/sys/kernel/random/boot_id).$(readlink /proc/self/ns/pid | tr -cd 0-9).$$.$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20).abcd0123
  until mkdir -m 700 "$l" 2>/dev/null && true > "$l/$me" && [ "$(ls -A "$l")" = "$me" ]; do sleep 0.01; done
  echo held; read go; cat "$state/counter"
  rm "$l/$me" && rmdir "$l"`;

// renameat2 with RENAME_EXCHANGE: at every moment the name is there, as the folder or as the link.
const SWAPPER = `
import ctypes, os, sys
os.chdir(sys.argv[1])
libc = ctypes.CDLL(None)
while os.path.lexists("link"):
    libc.renameat2(-100, b"devices", -100, b"link", 2)
    libc.usleep(30)`;

for (const name of NAMES) {
  describe(name, () => {
    const { apply } = implementation(name);

    test('a stale lock does not block', (t) => {
      const dead = spawnSync('true').pid;
      const stale = {
        'another boot': [holder({ boot: '00000000-0000-4000-8000-000000000000' }), 0],
        'a dead process': [holder({ pid: dead }), 0],
        'a process id used again': [holder({ start: '1' }), 0],
        'a live one, too old': [holder(), 31_000],
        'from the future': [holder(), -31_000],
        'another PID namespace, too old': [holder({ namespace: '1' }), 31_000],
        'empty, too old': [null, 31_000],
        'empty, a moment old': [null, 60],
      };
      for (const [what, [held, ageMs]] of Object.entries(stale)) {
        const dir = room(t);
        hold(dir, held, ageMs);
        const { value, ms } = timed(() => apply([dir], [write(`${dir}/x`, 'x')]));
        assert.ok(value.changes, `${what}: ${JSON.stringify(value)}`);
        assert.ok(ms < 1000, `${what}: ${ms} ms`);
        assert.deepEqual(fs.readdirSync(dir), ['x'], what);
        hold(dir, held, ageMs);
        assert.deepEqual(apply([dir], []), { changes: [] });
        assert.deepEqual(fs.readdirSync(dir), ['x'], `${what}, swept`);
      }
    });

    test('a zombie holds nothing', async (t) => {
      // The shell becomes a sleep that never waits for its child.
      const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
      t.after(() => parent.kill());
      const [line] = await once(parent.stdout.setEncoding('utf8'), 'data');
      const pid = Number(line);
      while (!/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise((resolve) => setTimeout(resolve, 5));
      const dir = room(t);
      hold(dir, holder({ pid, start: startOf(pid) }));
      assert.ok(timed(() => apply([dir], [write(`${dir}/x`, 'x')])).ms < 1000);
    });

    test('a live lock is waited for, and left alone by a sweep', async (t) => {
      const dir = room(t);
      for (const held of [holder(), holder({ namespace: '1', pid: 4_000_000 }), 'owner']) {
        hold(dir, held);
        lay(dir, { '.prepair-0123456789abcdef012345670000.tmp': 'of the live one' });
        assert.deepEqual(apply([dir], []), { changes: [] });
        assert.equal(strays(dir).length, 3, 'nothing of it was swept');
        const other = start(name, `return files.apply([args], [lib.write(args + '/x', 'x')]);`, dir);
        await new Promise((resolve) => setTimeout(resolve, 800));
        assert.equal(fs.existsSync(`${dir}/x`), false);
        fs.unlinkSync(`${dir}/.prepair.lock/${held}`);
        fs.rmdirSync(`${dir}/.prepair.lock`);
        const reply = await other.result();
        assert.ok(reply.changes, JSON.stringify(reply));
        assert.deepEqual(fs.readdirSync(dir), ['x']);
        fs.unlinkSync(`${dir}/x`);
      }
    });

    test('what no call made stays in a lock, which is refused once it is old', (t) => {
      for (const put of [
        (lock) => fs.writeFileSync(`${lock}/owner`, ''),
        (lock) => fs.writeFileSync(`${lock}/${holder({ boot: '0' })}`, 'content'),
        (lock) => fs.mkdirSync(`${lock}/${holder({ boot: '0' })}`),
        (lock) => fs.symlinkSync('elsewhere', `${lock}/${holder({ boot: '0' })}`),
      ]) {
        const dir = room(t);
        fs.mkdirSync(`${dir}/.prepair.lock`);
        put(`${dir}/.prepair.lock`);
        hold(dir, null, 31_000);
        const before = snapshot(dir);
        const { value, ms } = timed(() => apply([dir], [write(`${dir}/x`, 'x')]));
        assert.deepEqual([value.error?.code, value.error?.path], ['ERR_PREPAIR_LOCKED', `${dir}/.prepair.lock`]);
        assert.ok(ms < 1000, `${ms} ms`);
        assert.deepEqual(apply([dir], []), { changes: [] });
        assert.deepEqual(snapshot(dir), before);
      }
    });

    test('a holder that /proc hides is not taken for dead', (t) => {
      const uid = 65_534;
      const script = `return [fs.existsSync('/proc/1'), files.apply([args], [])];`;
      for (const [pid, left] of [[process.pid, ['.prepair.lock', holder()]], [spawnSync('true').pid, []]]) {
        const dir = room(t, { uid });
        hold(dir, holder({ pid }));
        for (const path of [`${dir}/.prepair.lock`, `${dir}/.prepair.lock/${holder({ pid })}`]) fs.chownSync(path, uid, uid);
        assert.deepEqual(elsewhere(name, script, { uid, args: dir, shell: 'mount -t proc -o hidepid=2 proc /proc' }), [false, { changes: [] }]);
        assert.deepEqual(fs.readdirSync(dir, { recursive: true }).map((file) => file.split('/').at(-1)), left);
      }
    });

    test('a lock that is no folder is refused', (t) => {
      const dir = room(t);
      for (const put of [() => fs.writeFileSync(`${dir}/.prepair.lock`, 'x'), () => fs.symlinkSync('elsewhere', `${dir}/.prepair.lock`)]) {
        put();
        const { error } = apply([dir], [write(`${dir}/x`, 'x')]);
        assert.deepEqual([error?.code, error?.path], ['ERR_PREPAIR_LOCKED', `${dir}/.prepair.lock`]);
        assert.deepEqual(apply([dir], []), { changes: [] });
        fs.unlinkSync(`${dir}/.prepair.lock`);
      }
    });

    test('sh keeps the lock by the same rules', async (t) => {
      const dir = room(t);
      fs.writeFileSync(`${dir}/counter`, '0');
      const sh = spawn('sh', ['-c', SH, 'sh', dir], { stdio: ['pipe', 'pipe', 'inherit'] });
      let said = '';
      sh.stdout.setEncoding('utf8').on('data', (piece) => (said += piece));
      while (!said.includes('held')) await new Promise((resolve) => setTimeout(resolve, 5));
      const other = start(name, `return files.apply([args], [lib.write(args + '/counter', '1', '0')]);`, dir);
      await new Promise((resolve) => setTimeout(resolve, 400));
      sh.stdin.end('go\n');
      assert.ok((await other.result()).changes);
      assert.equal(said, 'held\n0', 'nothing was written while sh held it');
      assert.deepEqual(fs.readdirSync(dir), ['counter']);
      // sh that died holding it
      const killed = spawn('sh', ['-c', SH, 'sh', dir], { stdio: ['pipe', 'pipe', 'inherit'] });
      await once(killed.stdout, 'data');
      killed.kill('SIGKILL');
      await once(killed, 'close');
      const { value, ms } = timed(() => apply([dir], [write(`${dir}/counter`, '2', '1')]));
      assert.ok(value.changes && ms < 1000);
    });

    test('killed at any moment: whole files, and the next call goes on at once', async (t) => {
      const dir = room(t);
      const at = (file) => `${dir}/s/${file}`;
      const content = (i) => `${i}`.repeat(200_000 + i);
      const script = `
        const at = (file) => args + '/s/' + file;
        const content = (i) => String(i).repeat(200_000 + i);
        for (let i = 1; ; i = (i % 9) + 1) {
          const was = (file) => fs.existsSync(at(file)) ? fs.readFileSync(at(file)) : null;
          const steps = ['a/x', 'b/y'].map((file) => lib.write(at(file), content(i), was(file)));
          if (was('gone')) steps.push(lib.remove(at('gone'), was('gone'))); else steps.push(lib.write(at('gone'), 'g'));
          files.apply([args + '/s'], steps);
        }`;
      const whole = new Set([...Array(9).keys()].map((i) => sha(content(i + 1))));
      for (let round = 0; round < 12; round += 1) {
        const { child, exit } = start(name, script, dir);
        while (!fs.existsSync(at('a/x'))) await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 60));
        child.kill('SIGKILL');
        await exit;
        for (const file of ['a/x', 'b/y']) if (fs.existsSync(at(file))) assert.ok(whole.has(sha(fs.readFileSync(at(file)))), file);
        const [x, y] = ['a/x', 'b/y'].map((file) => (fs.existsSync(at(file)) ? fs.readFileSync(at(file)) : null));
        const { value, ms } = timed(() => apply([`${dir}/s`], [write(at('a/x'), content(1), x), write(at('b/y'), content(2), y)]));
        assert.ok(value.changes, JSON.stringify(value));
        assert.ok(ms < 1000, `${ms} ms`);
        apply([`${dir}/s`], []);
        assert.deepEqual(strays(dir), []);
      }
    });

    test('a folder swapped for a link all the time leads nowhere', async (t) => {
      const dir = room(t);
      lay(dir, { 's/devices/paired.json': 'ours', 's/link': { to: '../victim' }, 'victim/paired.json': 'theirs' });
      const victim = snapshot(`${dir}/victim`);
      const swapper = spawn('python3', ['-c', SWAPPER, `${dir}/s`], { stdio: 'inherit' });
      const file = `${dir}/s/devices/paired.json`;
      const { read } = implementation(name);
      const seen = {};
      const until = performance.now() + 3000;
      for (let i = 0; performance.now() < until; i += 1) {
        const reply = read([`${dir}/s`], [file]);
        const what = reply.error?.code ?? reply.files[file]?.kind ?? reply.files[file];
        assert.notEqual(what, 'theirs');
        seen[what] = (seen[what] ?? 0) + 1;
        apply([`${dir}/s`], [write(file, 'ours', what === 'ours' ? 'ours' : 'theirs')]);
        apply([`${dir}/s`], [write(file, 'ours')]);
      }
      swapper.kill('SIGKILL');
      await once(swapper, 'close');
      assert.ok(seen.ours > 0 && seen.symlink > 0, `both were met: ${JSON.stringify(seen)}`);
      assert.deepEqual(snapshot(`${dir}/victim`), victim);
    });
  });
}

test('sixteen processes of both kinds count without losing one', async (t) => {
  const dir = room(t);
  const script = `
    const { state, rounds } = args;
    const file = state + '/count/er';
    let done = 0, again = 0;
    while (done < rounds) {
      const was = files.read([state], [file]).files[file];
      const reply = files.apply([state], [lib.write(file, String(Number(was ?? 0) + 1), was)]);
      if (reply.changes) done += 1;
      else if (reply.error.code === 'ERR_PREPAIR_CHANGED') again += 1;
      else throw new Error(JSON.stringify(reply));
    }
    return again;`;
  const state = `${dir}/home/.openclaw`;
  const started = Array.from({ length: 16 }, (_, i) => start(NAMES[i % NAMES.length], script, { state, rounds: 20 }));
  const again = await Promise.all(started.map(({ result }) => result()));
  assert.equal(fs.readFileSync(`${state}/count/er`, 'utf8'), '320');
  assert.ok(again.some((count) => count > 0), 'they met');
  assert.deepEqual(strays(dir), []);
});

test('root gives the lock to the owner of the state dir', async (t) => {
  for (const name of NAMES) {
    const home = room(t, { uid: 1000 });
    const script = `for (let i = 0; ; i += 1) files.apply([args], [lib.write(args + '/x', String(i), i ? String(i - 1) : null)]);`;
    const { child, exit } = start(name, script, `${home}/s`);
    const lock = `${home}/s/.prepair.lock`;
    const killed = () => {
      try {
        return fs.readdirSync(lock).length > 0;
      } catch {
        return false;
      }
    };
    // Caught holding it, killed, and the gateway's user can go on.
    while (!killed()) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      child.kill('SIGSTOP');
      if (!killed()) child.kill('SIGCONT');
    }
    child.kill('SIGKILL');
    await exit;
    assert.equal(fs.statSync(lock).uid, 1000, name);
    const reply = elsewhere(name, `return files.apply([args], [lib.write(args + '/y', 'y')]);`, { uid: 1000, args: `${home}/s` });
    assert.ok(reply.changes, JSON.stringify(reply));
    assert.equal(fs.existsSync(lock), false);
  }
});
