// A folder in use that a setting names as a cache: refused, with all that is in it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** A folder with files that are named as the cache's or the toolchain's are. */
function inUse(t, names) {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-in-use-'));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const name of names) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), 'mine');
  }
  const seen = () => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort().map((file) => [file, readFileSync(file, 'utf8')]);
  return { dir, seen, before: seen() };
}

function refused(command, args, env, { dir, seen, before }) {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: dir, ...env } });
  assert.notEqual(status, 0);
  assert.match(stderr, /is in use by something else/);
  assert.ok(stderr.includes(dir));
  assert.deepEqual(seen(), before);
}

test('PREPAIR_CACHE', (t) => {
  const here = inUse(t, ['photo.jpg', 'npm/json5@2.2.3/package.json', 'npm/json5@2.2.3/src/work.js', 'npm/json5@2.2.3.lock']);
  refused(process.execPath, [root('tests/lib/cache.mjs'), 'npm', 'json5@2.2.3'], { PREPAIR_CACHE: here.dir }, here);
});

test('WASM_TOOLCHAIN_DIR', (t) => {
  for (const names of [['root/mine', 'std-build/mine'], ['bin/rustc', 'env.sh', 'flags'], ['lock', 'root/mine'], ['photo.jpg']]) {
    const here = inUse(t, names);
    for (const more of [{ WASM_TOOLCHAIN_SKIP_RUSTUP: '1' }, {}, { WASM_TOOLCHAIN_SKIP_RUSTUP: '1', WASM_TOOLCHAIN_FORCE: '1' }]) {
      refused('bash', [root('crates/wasm/toolchain.sh')], { WASM_TOOLCHAIN_DIR: here.dir, ...more }, here);
    }
  }
});
