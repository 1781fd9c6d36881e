// tests/lib/cache.mjs with what is old: a Node, a Python and apt's lists, by stand-ins.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../lib/cache.mjs', import.meta.url));

/** A machine with these programs before the others on PATH, each a shell script; `log` is in `$LOG`. */
function machine(t, programs) {
  const home = mkdtempSync(join(tmpdir(), 'prepair-cache-'));
  t.after(() => rmSync(home, { recursive: true }));
  const [bin, cache, log] = ['bin', 'cache', 'log'].map((name) => join(home, name));
  mkdirSync(bin);
  const program = (name, script) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  for (const [name, script] of Object.entries(programs)) program(name, script);
  return {
    cache,
    program,
    run(...args) {
      writeFileSync(log, '');
      const { status, stdout, stderr } = spawnSync(process.execPath, [...args], {
        encoding: 'utf8', env: { HOME: home, PATH: `${bin}:/usr/bin:/bin`, PREPAIR_CACHE: cache, LOG: log },
      });
      return { status, stdout: stdout.trim(), stderr, log: readFileSync(log, 'utf8').split('\n').filter(Boolean) };
    },
  };
}

/** What a `python3` does that is of this version: `-c` tells it, `-m venv` makes a python that notes what pip is asked for. */
const python3 = (version, venv = 'mkdir -p "$3/bin"; printf \'#!/bin/sh\\necho "$@" >> $LOG\\n\' > "$3/bin/python"; chmod +x "$3/bin/python"') => `
  case $1 in -c) echo "Python ${version} /usr/bin/python3";; *) ${venv};; esac`;

it('a virtual environment is made anew when the python3 on PATH is another one', (t) => {
  const here = machine(t, { python3: python3('3.11.2') });
  const made = here.run(CACHE, 'python', 'a==1', 'b==2');
  assert.equal(made.status, 0, made.stderr);
  assert.equal(made.stdout, join(here.cache, 'python/a==1/bin/python'));
  assert.equal(made.log.length, 1);
  assert.match(made.log[0], /-m pip install .*a==1 b==2$/);
  assert.deepEqual(here.run(CACHE, 'python', 'a==1', 'b==2').log, []);
  here.program('python3', python3('3.13.5'));
  assert.equal(here.run(CACHE, 'python', 'a==1', 'b==2').log.length, 1);
});

it('a Python that can not make one is named, with what it says', (t) => {
  const here = machine(t, { python3: python3('3.8.10', 'echo "ensurepip is not available."; exit 1') });
  const { status, stderr } = here.run(CACHE, 'python', 'a==1');
  assert.notEqual(status, 0);
  assert.match(stderr, /ensurepip is not available\.\n.*Python 3\.9 or later.*python3 is Python 3\.8\.10 \/usr\/bin\/python3/);
});

it('a Debian package is installed from fresh lists, and from those that are there where a source of them is gone', (t) => {
  const here = machine(t, {});
  for (const update of ['exit 0', 'exit 100']) {
    here.program('apt-get', `for arg; do case $arg in update) echo update >> $LOG; ${update};; install) echo install >> $LOG;; esac; done`);
    const { status, log, stderr } = here.run(CACHE, 'apt', 'strace');
    assert.equal(status, 0, stderr);
    assert.deepEqual(log, ['update', 'install']);
  }
});

it('a Node of the cache is one that OpenClaw starts on', (t) => {
  // of what the registry has, npm takes what package.json asks for; here it only notes that
  const here = machine(t, { npm: 'grep -o \'"node-[^,}]*\' package.json >> $LOG' });
  const old = (version) => ['--input-type=module', '--eval',
    `Object.defineProperty(process.versions, 'node', { value: '${version}' }); const { node } = await import('${CACHE}'); console.log(await node(24));`];
  const without = here.run(...old('20.10.0'));
  assert.equal(without.status, 0, without.stderr);
  assert.match(without.log.join(), /:"\^24\.16"$/);
  assert.ok(existsSync(join(here.cache, 'node/24.16/package.json')));
  rmSync(here.cache, { recursive: true });
  assert.match(here.run(...old('24.15.3')).log.join(), /:"\^24\.16"$/);
  assert.deepEqual(here.run(...old('24.16.0')).stdout, process.execPath);
});
