// What comes in from elsewhere, and what the compiler does not watch over.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = (file) => readFileSync(join(root, file), 'utf8');
const below = (dir, ending) => readdirSync(join(root, dir), { recursive: true }).filter((name) => name.endsWith(ending) && !name.includes('node_modules')).map((name) => join(dir, name));

test('the package needs no other at run time and runs nothing when it is installed', () => {
  const manifests = below('npm', 'package.json').filter((file) => !file.includes('/lib/'));
  assert.ok(manifests.length > 1);
  for (const file of manifests) {
    const manifest = JSON.parse(text(file));
    for (const key of ['dependencies', 'peerDependencies', 'bundleDependencies', 'bundledDependencies']) assert.equal(manifest[key], undefined, `${file}: ${key}`);
    for (const name of Object.keys(manifest.optionalDependencies ?? {})) assert.match(name, /^@openclaw-prepair\//, file);
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish']) assert.equal(manifest.scripts?.[script], undefined, `${file}: ${script}`);
  }
});

test('its JavaScript loads its own files and Node\'s modules only, and only localDir() starts a process', () => {
  for (const file of below('npm/openclaw-prepair', 'js')) {
    for (const [, required, name = required] of text(file).matchAll(/(?:require|import)\(\s*['"]([^'"]+)['"]\s*\)|(?<!['"])\bfrom ?['"]([^'"]+)['"]/g)) {
      // what esbuild bundled names Node's modules without the prefix, and so does the program that runs in a sandbox, a text here
      if (!((file.includes('/vendor/') || text(file).includes('"sandbox/inside.js"(')) && isBuiltin(name))) assert.match(name, /^(node:|\.\.?\/|@openclaw-prepair\/|#wasm$)/, `${file} loads ${name}`);
      // localDir() runs the shell that a sandbox would
      if (!file.endsWith('/sandbox/local.js')) assert.doesNotMatch(name, /child_process|node:vm$|node:cluster/, file);
    }
    assert.doesNotMatch(text(file), /\beval\(|new Function\(/, file);
  }
});

test('the one library in it is bundled in one file, with its licence; of its modules only what no client of ours reaches is left out', () => {
  const [bundle, licence] = ['ws.js', 'LICENSE-ws'].map((name) => text(`npm/openclaw-prepair/lib/node/vendor/${name}`));
  const loaded = [...bundle.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
  assert.ok(loaded.includes('tls') && loaded.every(isBuiltin), loaded.join());
  // its optional native helpers, which a host may have
  assert.doesNotMatch(bundle, /bufferutil|utf-8-validate/);
  // where it was built
  assert.doesNotMatch(bundle, /^\s*\/\/ (?!ws\/lib\/)\S*\.js$/m);
  assert.match(licence, /Permission is hereby granted[^]*Einar Otto Stangvik|Einar Otto Stangvik[^]*Permission is hereby granted/);
});

test('unsafe code is forbidden but where macros of a binding write it', () => {
  const bindings = ['component', 'napi', 'wasm'];
  for (const crate of readdirSync(join(root, 'crates'))) {
    const sources = below(`crates/${crate}`, '.rs').filter((file) => !file.includes('/target/'));
    const entries = sources.filter((file) => /\/src\/(lib|main)\.rs$/.test(file));
    for (const file of entries) {
      assert.equal(text(file).includes('#![forbid(unsafe_code)]'), !bindings.includes(crate), file);
    }
    for (const file of sources) {
      const code = text(file).replaceAll(/\/\/.*$/gm, '').replaceAll('#![forbid(unsafe_code)]', '');
      assert.doesNotMatch(code, /\bunsafe\b|allow\(unsafe_code\)|no_mangle/, file);
    }
  }
});

test('README names the versions that the build asks for', () => {
  const rust = /^rust-version = "(.+)"$/m.exec(text('Cargo.toml'))[1];
  const node = /OLDEST_NODE: .* = \((\d+), (\d+)\);/.exec(text('crates/xtask/src/run.rs')).slice(1).join('.');
  assert.ok(text('README.md').includes(`Rust ${rust}, Node ${node}, npm`));
});

test('every package of Cargo.lock is from crates.io, with its checksum', () => {
  const packages = text('Cargo.lock').split('[[package]]').slice(1);
  const foreign = packages.filter((entry) => /^source = /m.test(entry) && !/^source = "registry\+[^"]*crates\.io-index"\nchecksum = "[0-9a-f]{64}"$/m.test(entry));
  assert.deepEqual(foreign, []);
  assert.ok(packages.length > 50);
});
