// Bindings that are missing, broken or foreign: an error that says what and where, and no fallback that was forbidden.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { answer, copy, exec } from './app.mjs';

const ASK = `
const entry = process.argv[1];
// A function that gives a promise never throws.
require(entry).verify({}).catch(() => {});
try {
  console.log(JSON.stringify({ binding: require(entry).binding() }));
} catch ({ code, message, path, hint }) {
  console.log(JSON.stringify({ code, message, path, hint }));
}`;
const ask = (dir, wanted) => answer(process.execPath, ['-e', ASK, dir], { cwd: dir, env: wanted === undefined ? {} : { PREPAIR_BINDING: wanted } });

test('as built, both load', async (t) => {
  const dir = copy(t);
  assert.deepEqual(await ask(dir), { binding: 'native' });
  assert.deepEqual(await ask(dir, ''), { binding: 'native' });
  assert.deepEqual(await ask(dir, 'native'), { binding: 'native' });
  assert.deepEqual(await ask(dir, 'wasm'), { binding: 'wasm' });
});

test('a misspelt PREPAIR_BINDING is refused', async (t) => {
  const dir = copy(t);
  for (const wanted of ['Native', 'wsam', 'native ', 'false']) {
    const got = await ask(dir, wanted);
    assert.equal(got.code, 'ERR_PREPAIR_BINDING');
    assert.ok(got.message.includes(JSON.stringify(wanted)), got.message);
    assert.match(got.hint, /native or wasm/);
  }
});

test('native without an addon is refused, each place named', async (t) => {
  const dir = copy(t);
  rmSync(join(dir, 'prepair.node'));
  assert.deepEqual(await ask(dir), { binding: 'wasm' });
  const got = await ask(dir, 'native');
  assert.equal(got.code, 'ERR_PREPAIR_BINDING');
  assert.match(got.hint, new RegExp(`Install @openclaw-prepair/${process.platform}-${process.arch}.* same version; or unset PREPAIR_BINDING`));
  assert.match(got.message, /\.\.\/prepair\.node: not installed/);
  assert.match(got.message, new RegExp(`@openclaw-prepair/${process.platform}-${process.arch}.*: not installed`));
});

test('without any binding one error has all reasons', async (t) => {
  const dir = copy(t);
  rmSync(join(dir, 'prepair.node'));
  rmSync(join(dir, 'lib/core/prepair.wasm'));
  const got = await ask(dir);
  assert.equal(got.code, 'ERR_PREPAIR_BINDING');
  for (const part of ['prepair.node: not installed', '@openclaw-prepair/', `${join(dir, 'lib/core/prepair.wasm')}: not there`]) {
    assert.ok(got.message.includes(part), `${part} in ${got.message}`);
  }
});

test('a broken addon is refused with its path, at any length', async (t) => {
  const dir = copy(t);
  const file = join(dir, 'prepair.node');
  const whole = readFileSync(file);
  const contents = [Buffer.alloc(0), Buffer.from('not an addon'), whole.subarray(0, 4), whole.subarray(0, 63), whole.subarray(0, 64), whole.subarray(0, 4096), whole.subarray(0, whole.length >> 1), whole.subarray(0, whole.length - 1)];
  for (const content of contents) {
    rmSync(file);
    writeFileSync(file, content);
    assert.deepEqual(await ask(dir), { binding: 'wasm' }, `${content.length} bytes`);
    const got = await ask(dir, 'native');
    assert.equal(got.code, 'ERR_PREPAIR_BINDING', `${content.length} bytes`);
    assert.equal(got.path, file, `${content.length} bytes: ${got.message}`);
      assert.ok(got.message.includes(file), got.message);
  }
});

test('an addon of something else is refused with its path', async (t) => {
  const dir = copy(t);
  const file = join(dir, 'prepair.node');
  rmSync(file);
  copyFileSync('/lib64/ld-linux-x86-64.so.2', file);
  const got = await ask(dir, 'native');
  assert.equal(got.code, 'ERR_PREPAIR_BINDING');
  assert.equal(got.path, file, got.message);
});

test('an addon of another project, and errors of another realm, as test runners make them', async (t) => {
  const dir = copy(t);
  const file = join(dir, 'prepair.node');
  const script = (cause) => `
    require.extensions['.node'] = (module) => { ${cause} };
    ${ASK}`;
  const told = (cause) => answer(process.execPath, ['-e', script(cause), dir], { cwd: dir, env: { PREPAIR_BINDING: 'native' } });
  const foreign = await told('module.exports = { sum: 1 };');
  assert.equal(foreign.path, file);
  assert.match(foreign.message, /is no addon of openclaw-prepair/);
  assert.match((await told("throw require('node:vm').runInNewContext('new Error(\"no such symbol\")');")).message, /prepair\.node: no such symbol/);
});

test('without room for a wasm module it says so', { skip: process.platform !== 'linux' && 'ulimit -v is of Linux' }, async (t) => {
  const dir = copy(t);
  const { stdout } = await exec('bash', ['-c', 'ulimit -v 6000000; exec "$@"', 'bash', process.execPath, '-e', ASK, dir], { cwd: dir, env: { PATH: process.env.PATH, PREPAIR_BINDING: 'wasm' } });
  const got = JSON.parse(stdout);
  assert.equal(got.code, 'ERR_PREPAIR_BINDING');
  assert.match(got.message, /no memory/);
});

test('a broken or foreign wasm module is refused with its path', async (t) => {
  const dir = copy(t);
  rmSync(join(dir, 'prepair.node'));
  // the smallest module; one that exports the right names with the wrong types would be one of ours
  const foreign = Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]);
  for (const name of ['prepair.wasm', 'prepair-driver.wasm']) {
    const file = join(dir, 'lib/core', name);
    const whole = readFileSync(file);
    for (const content of [Buffer.alloc(0), Buffer.from('not a module'), foreign, whole.subarray(0, 8), whole.subarray(0, whole.length >> 1), whole.subarray(0, whole.length - 1)]) {
      writeFileSync(file, content);
      for (const wanted of [undefined, 'wasm']) {
        const got = await ask(dir, wanted);
        assert.equal(got.code, 'ERR_PREPAIR_BINDING', `${name}, ${content.length} bytes`);
        assert.equal(got.path, file, `${content.length} bytes: ${got.message}`);
        assert.ok(got.message.includes(file), got.message);
      }
    }
    writeFileSync(file, whole);
  }
});

test('the driver of another wasm module is refused: it would work in a memory that it does not know', async (t) => {
  const dir = copy(t);
  rmSync(join(dir, 'prepair.node'));
  const file = join(dir, 'lib/core/prepair-driver.wasm');
  const driver = readFileSync(file);
  const { coreHash } = createRequire(import.meta.url)(join(dir, 'lib/core/build.js'));
  let places = 0;
  for (let at = driver.indexOf(coreHash); at >= 0; at = driver.indexOf(coreHash, at)) {
    driver.write('0123456789abcdef', at, 'latin1');
    places += 1;
  }
  assert.ok(places > 100, `what it imports names the sources (${places})`);
  writeFileSync(file, driver);
  const got = await ask(dir, 'wasm');
  assert.deepEqual([got.code, got.path], ['ERR_PREPAIR_BINDING', file]);
  assert.match(got.message, /no driver of the wasm module beside it/);
  rmSync(file);
  const without = await ask(dir, 'wasm');
  assert.deepEqual([without.code, without.path], ['ERR_PREPAIR_BINDING', file]);
  assert.match(without.message, /prepair-driver\.wasm: not there/);
});

test('a binding of other sources or another version is refused, both named', async (t) => {
  const dir = copy(t);
  const file = join(dir, 'lib/core/build.js');
  const text = readFileSync(file, 'utf8');
  for (const [from, to] of [[/version: '.*?'/, "version: '9.9.9'"], [/coreHash: '.*?'/, "coreHash: '0123456789abcdef'"]]) {
    writeFileSync(file, text.replace(from, to));
    for (const [wanted, path] of [['native', 'prepair.node'], ['wasm', 'lib/core/prepair.wasm']]) {
      const got = await ask(dir, wanted);
      assert.equal(got.code, 'ERR_PREPAIR_BINDING');
      assert.ok(got.message.includes(join(dir, path)), got.message);
      assert.match(got.message, /9\.9\.9|0123456789abcdef/);
    }
  }
});

const GIVEN = `
const { readFileSync } = require('node:fs');
const vm = require('node:vm');
const pure = require(process.argv[1] + '/lib/entry/plan-node.js');
const bytes = readFileSync(process.argv[1] + '/lib/core/prepair.wasm');
const elsewhere = vm.runInNewContext('new WebAssembly.Module(bytes)', { bytes: new Uint8Array(bytes) });
const empty = Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]);
(async () => {
  const codes = [];
  for (const wrong of [7, 'prepair.wasm', null, bytes.subarray(0, 9), empty, new WebAssembly.Module(empty)]) {
    codes.push(await pure.init(wrong).then(() => null, ({ code }) => code));
  }
  const used = [];
  for (const module of [new WebAssembly.Module(bytes), elsewhere, bytes, new Uint8Array(bytes).buffer]) {
    await pure.init(module);
    used.push(pure.newIdentity({ secret: 'correct horse battery staple, and 7 more words', label: 'sandbox-1' }).deviceId.slice(0, 8));
  }
  console.log(JSON.stringify({ codes, used }));
})();`;

test('init takes a module, also of another realm, or bytes', async (t) => {
  const dir = copy(t);
  // nothing else can load
  writeFileSync(join(dir, 'prepair.node'), '');
  const { codes, used } = await answer(process.execPath, ['-e', GIVEN, dir], { cwd: dir, env: { PREPAIR_BINDING: 'native' } });
  assert.deepEqual(codes, ['OPTIONS', 'OPTIONS', 'BINDING', 'BINDING', 'BINDING', 'BINDING'].map((code) => `ERR_PREPAIR_${code}`));
  assert.deepEqual(used, Array(4).fill('8f79c34a'));
});

const REFUSED = `
const { readFileSync } = require('node:fs');
const dir = process.argv[1];
const prepair = require(dir);
const pure = require(dir + '/lib/entry/plan-node.js');
const bytes = readFileSync(dir + '/lib/core/prepair.wasm');
// A module of other sources: it says so by its hash, and derives other keys.
const { coreHash } = require(dir + '/lib/core/build.js');
const places = [bytes.indexOf(coreHash), bytes.indexOf('identity/v1')];
const other = Buffer.from(bytes);
other.write('0123456789abcdef', places[0], 'latin1');
other.write('identity/v2', places[1], 'latin1');
const foreign = Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]);
const from = { secret: 'correct horse battery staple, and 7 more words', label: 'sandbox-1' };
(async () => {
  const refused = [];
  const used = [];
  const ask = () => used.push(...[pure, prepair].map(({ newIdentity }) => newIdentity(from).deviceId.slice(0, 8)));
  ask();
  for (const own of [undefined, bytes]) {
    if (own) await pure.init(own);
    for (const wrong of [other, foreign, new WebAssembly.Module(foreign), other]) {
      refused.push(await pure.init(wrong).then(() => null, ({ code, hint }) => code + ' ' + typeof hint));
      ask();
      used.push(pure.reads('prePair', { stateDir: '/s' }).done === false ? '8f79c34a' : null);
    }
  }
  console.log(JSON.stringify({ found: places.every((at) => at > 0), binding: prepair.binding(), refused: [...new Set(refused)], used: [...new Set(used)] }));
})();`;

for (const wanted of ['native', 'wasm']) {
  test(`a module that init refuses never answers, ${wanted}`, async (t) => {
    const dir = copy(t);
    const got = await answer(process.execPath, ['-e', REFUSED, dir], { cwd: dir, env: { PREPAIR_BINDING: wanted } });
    assert.deepEqual(got, { found: true, binding: wanted, refused: ['ERR_PREPAIR_BINDING string'], used: ['8f79c34a'] });
  });
}

const ELSEWHERE = `
Object.defineProperty(process, 'platform', { value: 'win32' });
const prepair = require(process.argv[1]);
const pure = require(process.argv[1] + '/lib/entry/plan-node.js');
(async () => {
  const codes = {};
  for (const name of ['setup', 'prePair', 'clearPending', 'patchConfig', 'diagnose', 'exportIdentity', 'verify']) {
    try {
      await prepair[name]({ stateDir: process.cwd() + '/state' });
    } catch ({ code }) {
      codes[name] = code;
    }
  }
  console.log(JSON.stringify({ codes, binding: prepair.binding(), made: prepair.newIdentity().deviceId.length, reads: pure.reads('prePair', { stateDir: '/s' }).done }));
})();`;

test('on Windows the pure entry and what only reads work, and what writes says so', async (t) => {
  const dir = copy(t);
  rmSync(join(dir, 'prepair.node'));
  const { codes, ...rest } = await answer(process.execPath, ['-e', ELSEWHERE, dir], { cwd: dir });
  const written = Object.fromEntries(['setup', 'prePair', 'clearPending', 'patchConfig'].map((name) => [name, 'ERR_PREPAIR_PLATFORM']));
  assert.deepEqual(codes, { ...written, exportIdentity: 'ERR_PREPAIR_IDENTITY_MISSING' });
  assert.deepEqual(rest, { binding: 'wasm', made: 64, reads: false });
});
