// Every file of ours in every bad shape: done right, or refused with code, place and hint, and nothing changed.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { place, prepair, refusal, snapshot } from './setup.mjs';

const deep = (open, close) => open.repeat(100_000) + close.repeat(100_000);
const FILES = ['identity/device.json', 'devices/paired.json', 'devices/pending.json', 'openclaw.json'];
const isConfig = (name) => name === 'openclaw.json';
const isIdentity = (name) => name === 'identity/device.json';
// What holds nothing can be written.
const isStore = (name) => name.startsWith('devices/');

// content -> what must come of it, by file: 'ok' or an error code.
const SHAPES = {
  empty: { content: () => '', want: (name) => (isStore(name) ? 'ok' : 'SYNTAX'), place: [1, 1] },
  'white space': { content: () => ' \n\n', want: (name) => (isStore(name) ? 'ok' : 'SYNTAX'), place: [3, 1] },
  truncated: { content: () => '{\n  "a": {"b', want: () => 'SYNTAX' },
  array: { content: () => '[]', want: (name) => (isStore(name) ? 'ok' : 'SHAPE'), place: [1, 1] },
  'array of records': { content: () => '[{}]', want: () => 'SHAPE' },
  scalar: { content: () => 'true', want: () => 'SHAPE', place: [1, 1] },
  null: { content: () => 'null', want: () => 'SHAPE' },
  'invalid UTF-8': { content: () => Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), want: () => 'ENCODING' },
  'a BOM': { content: () => '\ufeff{}', want: (name) => (isConfig(name) ? 'ok' : 'SYNTAX') },
  CRLF: { content: () => '{\r\n  "x": {}\r\n}\r\n', want: (name) => (isIdentity(name) ? 'IDENTITY' : 'ok') },
  'duplicate keys': { content: () => '{"x": {"deviceId": "1"}, "x": {"deviceId": "2"}}', want: (name) => (isIdentity(name) ? 'IDENTITY' : 'ok') },
  'lone surrogates': { content: () => '{"\\ud800": {"a": "\\udc00"}}', want: (name) => (isIdentity(name) ? 'IDENTITY' : 'ok') },
  'objects 100,000 deep': { content: () => `{"x": ${deep('{"a":', '}').replace(':}', ':1}')}}`, want: (name) => (isIdentity(name) ? 'IDENTITY' : 'ok') },
  'arrays 100,000 deep': { content: () => `{"x": ${deep('[', ']')}}`, want: (name) => (isIdentity(name) ? 'IDENTITY' : 'ok') },
  '10 MB': { content: () => `{"x": ${JSON.stringify({ pad: 'é"\\'.repeat(1_700_000) })}}`, want: (name) => (isIdentity(name) ? 'IDENTITY' : 'ok') },
  comments: { content: () => '{/* c */ "x": {}, // d\n}', want: (name) => (isConfig(name) ? 'ok' : 'SYNTAX') },
};

for (const name of FILES) {
  test(`${name} in every shape`, (t) => {
    for (const [shape, { content, want, place: at }] of Object.entries(SHAPES)) {
      const here = place(t);
      const bytes = content();
      here.put(name, bytes);
      const before = snapshot(here.stateDir);
      const options = { ...here.options, pending: 'all', config: { merge: { logging: { level: 'info' } } } };
      const error = refusal(() => prepair.setup(options));
      let expected = want(name);
      if (isIdentity(name) && expected !== 'ok') expected = 'IDENTITY_BROKEN';
      if (expected === 'ok') {
        assert.equal(error, null, `${shape}: ${error?.code} ${error?.message}`);
        if (name !== 'devices/pending.json') assert.ok(Buffer.concat([readFileSync(here.file(name))]).length > Buffer.from(bytes).length, shape);
        assert.deepEqual(prepair.setup(options).changes, [], shape);
        continue;
      }
      assert.equal(error?.code, `ERR_PREPAIR_${expected}`, shape);
      assert.equal(error.path, here.file(name), shape);
      assert.ok(error.hint, shape);
      if (expected === 'SYNTAX' || expected === 'ENCODING') assert.ok(error.line >= 1 && error.column >= 1, shape);
      if (at && !isIdentity(name)) assert.deepEqual([error.line, error.column], at, shape);
      assert.deepEqual(snapshot(here.stateDir), before, shape);
    }
  });

  test(`${name} as a folder, a link, a FIFO`, (t) => {
    const make = {
      folder: (path) => mkdirSync(path),
      'link to a good file': (path, here) => symlinkSync(join(here.home, 'elsewhere'), path),
      'dangling link': (path) => symlinkSync('nowhere', path),
      FIFO: (path) => execFileSync('mkfifo', [path]),
    };
    for (const [kind, build] of Object.entries(make)) {
      const here = place(t);
      prepair.setup(here.options);
      here.put('devices/pending.json', '{}');
      writeFileSync(join(here.home, 'elsewhere'), readFileSync(here.file(name)));
      rmSync(here.file(name));
      build(here.file(name), here);
      const before = snapshot(here.home);
      const error = refusal(() => prepair.setup({ ...here.options, config: { merge: { a: 1 } } }));
      assert.equal(error?.code, 'ERR_PREPAIR_NOT_A_FILE', kind);
      assert.equal(error.path, here.file(name), kind);
      assert.ok(error.hint, kind);
      assert.deepEqual(snapshot(here.home), before, kind);
    }
  });
}

test('a folder of ours that is a file or a link', (t) => {
  for (const dir of ['identity', 'devices']) {
    const here = place(t);
    mkdirSync(here.stateDir);
    writeFileSync(here.file(dir), 'x');
    const before = snapshot(here.home);
    assert.equal(refusal(() => prepair.setup(here.options))?.code, 'ERR_PREPAIR_NOT_A_FILE');
    assert.deepEqual(snapshot(here.home), before);
    rmSync(here.file(dir));
    mkdirSync(join(here.home, 'target'));
    symlinkSync(join(here.home, 'target'), here.file(dir));
    assert.equal(refusal(() => prepair.setup(here.options))?.code, 'ERR_PREPAIR_NOT_A_FILE');
  }
});

test('a state dir that is no folder, and one behind a link', (t) => {
  const here = place(t);
  writeFileSync(here.stateDir, 'x');
  const error = refusal(() => prepair.setup(here.options));
  assert.equal(error?.code, 'ERR_PREPAIR_STATE_DIR');
  assert.equal(error.path, here.stateDir);
  rmSync(here.stateDir);
  mkdirSync(join(here.home, 'real'), { mode: 0o700 });
  symlinkSync(join(here.home, 'real'), here.stateDir);
  assert.equal(prepair.setup(here.options).identity, 'created');
  assert.ok(existsSync(join(here.home, 'real/devices/paired.json')));
  assert.deepEqual(prepair.setup({ env: { HOME: here.home }, gatewayVersion: '2026.2.19' }).changes, []);
});

test('options of the wrong type, unknown, or contradicting', (t) => {
  const here = place(t);
  const good = prepair.newIdentity();
  const secret = { secret: 'a long enough secret, with 32 bytes or more', label: 'x' };
  const OPTIONS = [
    null, 5, 'x', [], () => {}, { stateDirr: 'x' }, { stateDir: 5 }, { stateDir: '' }, { stateDir: 'a\0b' }, { configPath: {} },
    { env: 5 }, { env: null }, { env: { HOME: 5 } }, { now: 'x' }, { now: -1 }, { now: NaN }, { now: 1.5 }, { owner: 5 }, { owner: { uid: 1 } },
    { owner: { uid: -1, gid: 0 } }, { dryRun: 'yes' }, { openclawDir: 5 }, { openclawDir: '/nonexistent' }, { gatewayVersion: 5 },
    { identity: 5 }, { identity: 'old' }, { identity: {} }, { identity: { privateKeyPem: 5 } }, { identity: { privateKeyPem: good.privateKeyPem, label: 'x' } },
    { identity: { secret: secret.secret } }, { identity: { ...secret, label: '' } }, { identity: { ...secret, label: 'x'.repeat(257) } },
    { identity: { ...secret, secret: 5 } }, { onConflict: 'x' }, { device: 5 }, { device: {} }, { device: { publicKey: 5 } },
    { device: { publicKey: good.publicKey }, identity: 'new' }, { device: { publicKey: good.publicKey }, onConflict: 'replace' },
    { scopes: 'operator.read' }, { scopes: [] }, { scopes: [5] }, { scopes: [''] }, { scopes: ['read'] }, { scopes: ['operator.read '] },
    { reinstate: 1 }, { displayName: '' }, { displayName: 'a\nb' }, { displayName: 'x'.repeat(201) }, { pending: true },
    { config: 5 }, { config: true }, { config: { stateDir: 'x' } }, { config: { trustedProxies: true } }, { config: { trustedProxies: [5] } },
    { config: { proxyPeers: 'x' } }, { config: { merge: [] } }, { config: { merge: { a: () => {} } } }, { config: { merge: { a: 1n } } },
    { config: { merge: { a: new Date() } } }, { config: { merge: { a: NaN } } }, { config: { arrays: 'x' } }, { config: { allowAny: 1 } },
    { config: { merge: { a: [undefined] } } }, { displayName: '\ud800' }, { env: { PATH: 5 } },
    { config: { merge: { a: new Uint8Array(2) } } }, { config: { merge: Buffer.from('{}') } }, { displayName: new Uint8Array(2) },
    { identity: { ...secret, secret: { $blob: 0 } } }, { identity: { ...secret, secret: new Uint16Array(32) } }, { identity: { ...secret, secret: new Proxy(new Uint8Array(32), {}) } },
  ];
  for (const options of OPTIONS) {
    const whole = options && typeof options === 'object' && !Array.isArray(options) ? { ...here.options, ...options } : options;
    const error = refusal(() => prepair.setup(whole));
    assert.ok(error instanceof prepair.PrepairError, `${JSON.stringify(options, (_, v) => (typeof v === 'bigint' ? 'n' : v))}: ${error}`);
    assert.ok(error.hint, error.message);
    assert.equal(error.code, 'ERR_PREPAIR_OPTIONS', JSON.stringify(options, (_, v) => (typeof v === 'bigint' ? 'n' : v)));
    assert.ok(!existsSync(here.stateDir));
  }
  // Nothing that is inherited counts: a dry run would be none.
  class Options {
    get dryRun() {
      return true;
    }
  }
  for (const options of [new Options(), Object.create({ dryRun: true }), Object.create(Object.assign(Object.create(null), { dryRun: true })), new Map([['dryRun', true]])]) {
    assert.equal(refusal(() => prepair.setup(options))?.code, 'ERR_PREPAIR_OPTIONS');
  }
  // A key of a config may have any name.
  assert.deepEqual(prepair.patchConfig({ ...here.options, dryRun: true, trustedProxies: false, merge: { $blob: 0 } }).edits.map(({ path: name }) => name).sort(), ['$blob', 'gateway.mode']);
  // Bytes of another realm are bytes, those that were given away are none.
  const bytes = Array.from({ length: 32 }, (_, i) => i);
  const realm = createContext({ newIdentity: prepair.newIdentity, bytes });
  assert.equal(runInContext("newIdentity({ secret: Uint8Array.from(bytes), label: 'fleet/α' })", realm).deviceId, prepair.newIdentity({ secret: Uint8Array.from(bytes), label: 'fleet/α' }).deviceId);
  const gone = Uint8Array.from(bytes);
  structuredClone(gone, { transfer: [gone.buffer] });
  assert.equal(refusal(() => prepair.newIdentity({ secret: gone, label: 'x' }))?.code, 'ERR_PREPAIR_SECRET');
  // A key or token in the wrong place is not repeated.
  for (const misplaced of [good.privateKeyPem, good.privateKeyPem.split('\n')[1], 'operator-'.repeat(9)]) {
    for (const options of [{ gatewayVersion: misplaced }, { scopes: [misplaced] }, { [misplaced]: 1 }, { identity: { [misplaced]: 1 } }, { config: { trustedProxies: [misplaced] } }, { device: { publicKey: misplaced } }]) {
      const error = refusal(() => prepair.setup({ ...here.options, ...options }));
      const line = misplaced.split('\n').at(misplaced.includes('\n') ? 1 : 0);
      assert.ok(error && !`${error.stack}${error.hint}`.includes(line.slice(20, 44)), error?.message);
    }
  }
  const circle = {};
  circle.self = circle;
  assert.equal(refusal(() => prepair.patchConfig({ ...here.options, merge: circle }))?.code, 'ERR_PREPAIR_OPTIONS');
  for (const version of ['2026', 'latest', '2026.2', '2026.13.1', '']) {
    assert.equal(refusal(() => prepair.setup({ ...here.options, gatewayVersion: version }))?.code, 'ERR_PREPAIR_VERSION', version);
  }
  for (const weak of ['short', 'a'.repeat(64), 'abc'.repeat(20), 'password'.repeat(4), new Uint8Array(31), new Uint8Array(32)]) {
    assert.equal(refusal(() => prepair.newIdentity({ secret: weak, label: 'x' }))?.code, 'ERR_PREPAIR_SECRET');
  }
  assert.match(refusal(() => prepair.setup({ statedir: 'x' })).hint, /stateDir/);
  assert.ok(!existsSync(here.stateDir));
});

// --- under another uid ------------------------------------------------------------------------------------------

const CHILD = fileURLToPath(new URL('./child.cjs', import.meta.url));
/** Shows that the obstacle blocks a plain open by that user. */
const blocked = (path, flags) => {
  const child = spawnSync(process.execPath, ['-e', 'require("fs").openSync(process.argv[1], process.argv[2])', path, flags], { uid: 65534, gid: 65534, encoding: 'utf8', cwd: '/' });
  assert.notEqual(child.status, 0, `${path} is no obstacle`);
};

// The package must be readable by that user wherever the checkout lies.
function readableCopy(t) {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-copy-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  execFileSync('cp', ['-rL', fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url)), CHILD, dir]);
  execFileSync('chmod', ['-R', 'a+rX', dir]);
  return dir;
}

test('unreadable and read-only files and folders', { skip: process.getuid() !== 0 && 'needs root to become another user' }, (t) => {
  const copy = readableCopy(t);
  const run = (stateDir, home, operation = 'setup') => {
    const child = spawnSync(process.execPath, [join(copy, 'child.cjs'), stateDir, home, join(copy, 'openclaw-prepair'), operation], { uid: 65534, gid: 65534, encoding: 'utf8', cwd: '/' });
    assert.equal(child.status, 0, child.stderr);
    return JSON.parse(child.stdout);
  };
  const owned = () => {
    const here = place(t);
    chownSync(here.home, 65534, 65534);
    assert.equal(run(here.stateDir, here.home).report?.identity, 'created');
    return here;
  };
  for (const name of FILES.filter((file) => file !== 'devices/pending.json')) {
    const here = owned();
    chmodSync(here.file(name), 0o000);
    blocked(here.file(name), 'r');
    const before = snapshot(here.home);
    const { error } = run(here.stateDir, here.home);
    assert.equal(error?.code, 'ERR_PREPAIR_PERMISSION', name);
    assert.equal(error.path, here.file(name));
    assert.ok(error.hint);
    assert.deepEqual(snapshot(here.home), before);
  }
  // prePair() looks into the config only for whose state dir it is.
  const other = owned();
  chmodSync(other.file('openclaw.json'), 0o000);
  blocked(other.file('openclaw.json'), 'r');
  rmSync(other.file('devices/paired.json'));
  assert.equal(run(other.stateDir, other.home, 'prePair').report?.paired, 'created');
  assert.deepEqual(run(other.stateDir, other.home, 'prePair').report?.changes, []);
  for (const name of ['identity', 'devices', '.']) {
    const here = owned();
    rmSync(here.file('devices/paired.json'));
    rmSync(here.file('identity/device.json'));
    chmodSync(here.file(name), 0o500);
    blocked(join(here.file(name), 'probe'), 'w');
    const before = snapshot(here.home);
    const { error } = run(here.stateDir, here.home);
    assert.equal(error?.code, 'ERR_PREPAIR_PERMISSION', name);
    assert.deepEqual(snapshot(here.home), before, name);
  }
  // A file that may not be written, in a folder that may: replaced by rename, as OpenClaw itself does.
  const here = owned();
  chmodSync(here.file('devices/paired.json'), 0o400);
  blocked(here.file('devices/paired.json'), 'r+');
  writeFileSync(here.file('devices/paired.json'), '{}');
  assert.equal(run(here.stateDir, here.home).report.paired, 'created');
});

test('as root on the home of another user, the result is that user\'s', { skip: process.getuid() !== 0 && 'needs root' }, (t) => {
  const here = place(t);
  chownSync(here.home, 1000, 1000);
  prepair.setup(here.options);
  for (const [path, { uid }] of Object.entries(snapshot(here.stateDir))) assert.equal(uid, 1000, path);
  const given = place(t);
  prepair.setup({ ...given.options, owner: { uid: 1234, gid: 1234 } });
  for (const [path, { uid }] of Object.entries(snapshot(given.stateDir))) assert.equal(uid, 1234, path);
});

test('what is given as a file and is none', async () => {
  const { reads, plan } = createRequire(import.meta.url)('../../npm/openclaw-prepair/lib/entry/plan-node.js');
  const path = '/s/devices/paired.json';
  const options = { stateDir: '/s', env: {}, gatewayVersion: '2026.2.19' };
  const bytes = new TextEncoder().encode('{}');
  for (const file of [bytes.buffer, new DataView(bytes.buffer), new Uint8ClampedArray(2), new Blob(['{}']), Promise.resolve(bytes), {}, [], '{}', NaN, 0, true, { kind: 'file' }, { kind: 'symlinks' }]) {
    for (const call of [() => reads('prePair', options, { files: { [path]: file } }), () => plan('prePair', { files: { [path]: file } }, options)]) {
      const error = refusal(call);
      assert.deepEqual([error?.code, error?.path], ['ERR_PREPAIR_OPTIONS', path], String(file));
    }
  }
  for (const file of [bytes, Buffer.from('{}'), null, { kind: 'dir' }]) assert.equal(refusal(() => reads('prePair', options, { files: { [path]: file } })), null);
});
