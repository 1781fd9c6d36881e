// Which compiler crates/wasm/toolchain.sh takes. Stand-ins for apt offer versions; `apt-get download` fails, so nothing is built.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OLDEST = /^rust-version = "(.+)"$/m.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'))[1];
const [major, minor] = OLDEST.split('.').map(Number);
const old = `${major}.${minor - 1}.1`;
const [OLD, NEW, NEXT] = [`${old}+dfsg1-1`, `${OLDEST}.0+dfsg1-1`, `${OLDEST}.0+dfsg1-2`];

/** A machine whose lists offer `lists[0]`, after each update the next of them; `null`: nothing. */
function machine(t, { lists = [null], updates = true } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'prepair-toolchain-'));
  t.after(() => rmSync(home, { recursive: true }));
  const [bin, dir, log] = ['bin', 'wasm-toolchain', 'log'].map((name) => join(home, name));
  const program = (file, ...lines) => {
    writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
    chmodSync(file, 0o755);
  };
  const rustc = (file, version) => {
    mkdirSync(join(home, 'std'), { recursive: true });
    writeFileSync(join(home, 'std/libstd-1.rlib'), '');
    program(file, `case $1 in -V) echo "rustc ${version} (0123456 2026-01-01)";; *) echo "${home}/std";; esac`);
  };
  mkdirSync(bin);
  writeFileSync(log, '');
  writeFileSync(join(home, 'lists'), lists.map((version) => `${version ?? '(none)'}\n`).join(''));
  program(join(bin, 'apt-cache'),
    `offer=$(head -n 1 ${home}/lists)`,
    'case "$1 $2" in',
    '  "policy rustc-web") [ "$LC_ALL" = C ] && printf "rustc-web:\\n  Installed: (none)\\n  Candidate: %s\\n" "$offer";;',
    '  "show libstd-rust-web-dev=$offer") echo "Depends: libstd-rust-web-1.0 (= $offer)";;',
    '  "show libstd-rust-web-1.0=$offer") echo "Depends: libllvm19";;',
    'esac');
  program(join(bin, 'apt-get'),
    'for arg; do case $arg in',
    `  update) echo update >> ${log}; ${updates ? `[ "$(wc -l < ${home}/lists)" = 1 ] || sed -i 1d ${home}/lists; exit` : 'exit 100'};;`,
    `  rustc-web=*) echo "download $arg" >> ${log};;`,
    'esac; done; exit 100');
  for (const name of ['dpkg-deb', 'cargo']) program(join(bin, name), 'exit 1');
  rustc(join(bin, 'rustc'), '1.0.0');
  return {
    dir,
    rustc: (version) => rustc(join(bin, 'rustc'), version),
    /** What an earlier run left behind. */
    unpacked(version) {
      mkdirSync(join(dir, 'bin'), { recursive: true });
      rustc(join(dir, 'bin/rustc'), version);
      for (const [name, text] of [['lock', ''], ['stamp', '4\n'], ['sources', ''], ['env.sh', `export RUSTC="${dir}/bin/rustc"\n`]]) writeFileSync(join(dir, name), text);
    },
    run(env = {}) {
      const { status, stderr } = spawnSync('bash', [join(ROOT, 'crates/wasm/toolchain.sh')], {
        encoding: 'utf8', env: { HOME: home, PATH: `${bin}:/usr/bin:/bin`, WASM_TOOLCHAIN_DIR: dir, WASM_TOOLCHAIN_SKIP_RUSTUP: '1', ...env },
      });
      return { status, stderr, asked: readFileSync(log, 'utf8').split('\n').filter(Boolean) };
    },
  };
}

const MODES = { 'to wasm32': {}, 'with sources for other targets': { WASM_TOOLCHAIN_SOURCES: '1' } };

for (const [mode, env] of Object.entries(MODES)) {
  describe(`a compiler ${mode}`, () => {
    it('is taken as apt offers it, without an update', (t) => {
      const { status, asked } = machine(t, { lists: ['1.1000.0+dfsg1-1'] }).run(env);
      assert.equal(status, 1);
      assert.deepEqual(asked.slice(0, 1), ['download rustc-web=1.1000.0+dfsg1-1']);
    });

    it('is taken from new lists where the old ones offer one that is too old', (t) => {
      const { asked } = machine(t, { lists: [OLD, NEW] }).run(env);
      assert.deepEqual(asked, ['update', `download rustc-web=${NEW}`]);
    });

    it('is taken from new lists where the mirror does not have it any more', (t) => {
      const { status, asked, stderr } = machine(t, { lists: [NEW, NEXT] }).run(env);
      assert.equal(status, 1);
      assert.deepEqual(asked, [`download rustc-web=${NEW}`, 'update', `download rustc-web=${NEXT}`]);
      assert.match(stderr, new RegExp(`rustc-web ${NEXT.replaceAll(/[+.]/g, '\\$&')} could not be downloaded`));
    });

    it('that is too old in new lists too is refused by name', (t) => {
      const { status, asked, stderr } = machine(t, { lists: [OLD] }).run(env);
      assert.equal(status, 1);
      assert.deepEqual(asked, ['update']);
      assert.ok(stderr.includes(`apt offers rustc-web ${OLD}; rustc ${OLDEST} or later is needed`), stderr);
      assert.match(stderr, /lists are fresh/);
    });

    it('that is too old is refused where the lists can not be refreshed', (t) => {
      const { status, asked, stderr } = machine(t, { lists: [OLD, NEW], updates: false }).run(env);
      assert.equal(status, 1);
      assert.deepEqual(asked, ['update']);
      assert.ok(stderr.includes(`apt offers rustc-web ${OLD}; rustc ${OLDEST} or later is needed`), stderr);
      assert.match(stderr, /could not all be refreshed: run `apt-get update` as root/);
    });

    it('that apt does not know is asked for in new lists and refused', (t) => {
      const { status, asked, stderr } = machine(t).run(env);
      assert.equal(status, 1);
      assert.deepEqual(asked, ['update']);
      assert.ok(stderr.includes(`apt offers no rustc-web; rustc ${OLDEST} or later is needed`), stderr);
    });

    it('that is there already is taken if it is new enough', (t) => {
      const here = machine(t, { lists: [NEW] });
      here.unpacked(`${OLDEST}.0`);
      assert.deepEqual({ ...here.run(env), stderr: '' }, { status: 0, stderr: '', asked: [] });
      here.unpacked(old);
      const { status, asked } = here.run(env);
      assert.equal(status, 1);
      assert.equal(asked[0], `download rustc-web=${NEW}`);
    });

    it('that does not run is not taken for ready', (t) => {
      const here = machine(t, { lists: [NEW] });
      here.unpacked(`${OLDEST}.0`);
      writeFileSync(join(here.dir, 'bin/rustc'), '#!/bin/sh\nexit 127\n');
      assert.equal(here.run(env).status, 1);
    });
  });
}

describe('the installed compiler', () => {
  const env = { WASM_TOOLCHAIN_SKIP_RUSTUP: '0' };

  it('is taken if it has the target and is new enough', (t) => {
    const here = machine(t, { lists: [NEW] });
    here.rustc(`${OLDEST}.0`);
    assert.deepEqual({ ...here.run(env), stderr: '' }, { status: 0, stderr: '', asked: [] });
    assert.ok(existsSync(join(here.dir, 'bin/cargo-wasm')));
  });

  it('gives way to Debian\'s where it is too old', (t) => {
    const here = machine(t, { lists: [NEW] });
    here.rustc(old);
    assert.equal(here.run(env).asked[0], `download rustc-web=${NEW}`);
  });

  it('does not pass for Debian\'s in a later run', (t) => {
    const here = machine(t, { lists: [NEW] });
    here.unpacked(`${OLDEST}.0`);
    here.rustc(`${OLDEST}.0`);
    assert.equal(here.run(env).status, 0);
    assert.equal(here.run().asked[0], `download rustc-web=${NEW}`);
  });
});
