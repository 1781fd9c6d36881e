// The component itself: what it imports, how large it is, and that bad input is an answer and no trap.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { identities, planner } from '../../npm/component/lib/prepair.js';
import { cacheDir } from '../lib/cache.mjs';
import { component, example, python } from './python.mjs';
import { inputsFor, requestOf } from './typed.mjs';

const vector = { operation: 'prePair', options: { stateDir: '/s', configPath: '/s/openclaw.json', gatewayVersion: '2026.4.15' }, inputs: { now: 1, entropy: '07'.repeat(64), files: { '/s/openclaw.json': null, '/s/identity/device.json': null, '/s/devices/paired.json': null, '/s/devices/pending.json': null }, rows: { userVersion: null, columns: null } } };
const ask = ({ request = {}, inputs = {} } = {}) => {
  const whole = requestOf(vector);
  try {
    return planner.plan({ ...whole, ...request }, { ...inputsFor(vector), ...inputs });
  } catch (error) {
    assert.ok(error.payload, `not an answer: ${error.stack}`);
    return error.payload;
  }
};
const still = () => assert.equal(ask().report.tag, 'pre-pair', 'it still works');

test('imports nothing but randomness', async () => {
  const script = 'import sys\nfrom wasmtime import Engine\nfrom wasmtime.component import Component\nengine = Engine()\nkind = Component.from_file(engine, sys.argv[1]).type\nprint(*kind.imports(engine), "|", *kind.exports(engine))';
  const [imports, exports] = execFileSync(await python(), ['-c', script, component], { encoding: 'utf8' }).trim().split('|').map((names) => names.trim().split(' '));
  // the types are an interface without functions: nothing that a host would have to give
  assert.deepEqual(imports.filter((name) => name !== 'openclaw:prepair/types@0.1.0'), ['wasi:random/random@0.2.0']);
  assert.deepEqual(exports.filter((name) => !name.includes('/types@')).sort(), ['openclaw:prepair/devices@0.1.0', 'openclaw:prepair/identities@0.1.0', 'openclaw:prepair/planner@0.1.0']);
});

test('size', (t) => {
  const bytes = readFileSync(component);
  t.diagnostic(`${bytes.length} bytes, ${brotliCompressSync(bytes).length} with brotli`);
  assert.equal(statSync(new URL('../../npm/component/component.wasm', import.meta.url)).size, bytes.length, 'the package ships it');
  assert.ok(bytes.length <= 700_000, 'growth is noticed');
});

test('identities', () => {
  const made = identities.create();
  const raw = createPublicKey(createPrivateKey(made.privateKeyPem)).export({ type: 'spki', format: 'der' }).subarray(-32);
  assert.equal(made.publicKey, raw.toString('base64url'));
  assert.equal(made.deviceId, createHash('sha256').update(raw).digest('hex'));
  assert.notEqual(identities.create().deviceId, made.deviceId);
  const from = { secret: { tag: 'text', val: 'correct horse battery staple, and a pinch of salt' }, label: 'a' };
  assert.deepEqual(identities.derive(from), identities.derive(from));
  const signed = identities.sign(made.privateKeyPem, 'v2|payload');
  assert.ok(verify(null, Buffer.from('v2|payload'), createPublicKey(made.privateKeyPem), Buffer.from(signed.signature, 'base64url')));
  assert.deepEqual([signed.publicKey, signed.deviceId], [made.publicKey, made.deviceId]);
  assert.throws(() => identities.sign('nonsense', 'x'), (error) => error.payload.code === 'ERR_PREPAIR_KEY');
  assert.throws(() => identities.derive({ ...from, label: '' }), (error) => error.payload.code === 'ERR_PREPAIR_OPTIONS');
  assert.throws(() => identities.derive({ ...from, secret: { tag: 'bytes', val: new Uint8Array(32) } }), (error) => error.payload.code === 'ERR_PREPAIR_SECRET');
});

test('an identity is exported', () => {
  const { steps } = ask();
  const file = steps.find((step) => step.val.path.endsWith('device.json')).val.content;
  const { target } = requestOf(vector);
  const inputs = inputsFor(vector);
  const missing = { ...inputs, files: [] };
  assert.throws(() => identities.exported(target, missing), (error) => error.payload.tag === 'missing' && error.payload.val.files.includes('/s/identity/device.json'));
  assert.throws(() => identities.exported(target, inputs), (error) => error.payload.val.code === 'ERR_PREPAIR_IDENTITY_MISSING');
  const { privateKeyPem } = identities.exported(target, { ...inputs, files: [['/s/identity/device.json', { tag: 'content', val: file }]] });
  assert.equal(privateKeyPem, JSON.parse(Buffer.from(file)).privateKeyPem);
});

test('randomness is drawn where none is given', () => {
  const [one, two] = [ask({ inputs: { entropy: undefined } }), ask({ inputs: { entropy: undefined } })];
  assert.notEqual(one.report.val.deviceId, two.report.val.deviceId);
});

test('what is still to be read', () => {
  const inputs = { ...inputsFor(vector), files: [], rows: [] };
  const needs = planner.reads(requestOf(vector), inputs);
  assert.deepEqual(needs.files, ['/s/openclaw.json', '/s/identity/device.json', '/s/devices/paired.json', '/s/devices/pending.json']);
  assert.deepEqual(needs.optional, ['/s/openclaw.json']);
  assert.equal(planner.reads(requestOf(vector), inputsFor(vector)), undefined);
  assert.throws(() => planner.reads({ ...requestOf(vector), target: { stateDir: '', env: [] } }, inputs), (error) => error.payload.code === 'ERR_PREPAIR_OPTIONS');
});

test('a refusal holds code, place and hint', () => {
  const paired = ['/s/devices/paired.json', { tag: 'content', val: Buffer.from('{\n  "a": {},\n  x') }];
  const { tag, val } = ask({ inputs: { files: [...inputsFor(vector).files.filter(([path]) => path !== paired[0]), paired] } });
  assert.equal(tag, 'refused');
  assert.deepEqual([val.code, val.path, val.line, val.column], ['ERR_PREPAIR_SYNTAX', '/s/devices/paired.json', 3, 3]);
  assert.deepEqual(val.place, { path: val.path, line: 3, column: 3 });
  assert.match(val.hint, /restore it from a backup/);
});

test('paths that are no Unicode', () => {
  // jco writes U+FFFD for a lone surrogate, as every TextEncoder
  const { val } = ask({ request: { target: { stateDir: '/s/\ud800', env: [['HOME', '\udfff']] } } });
  assert.ok(val.files.every((path) => path.startsWith('/s/\ufffd')));
  assert.equal(ask({ inputs: { files: [['/s/\udc00', { tag: 'absent' }]] } }).tag, 'missing');
  still();
});

test('a merge patch that is none', () => {
  const config = (merge) => ask({ request: { operation: { tag: 'patch-config', val: { trustedProxies: { tag: 'untouched' }, proxyPeers: [], allowAny: false, merge, arrays: 'union' } } } }).val;
  for (const merge of ['', '{', '[]', '1', '{a: 1}', '{"a": 1} x', '{"secret": "hunter2" "b"}', '\ufeff{}', '['.repeat(1e6), `{"a":${'['.repeat(1e5)}`]) {
    const error = config(merge);
    assert.equal(error.code, 'ERR_PREPAIR_OPTIONS', merge.slice(0, 20));
    assert.ok(!error.message.includes('hunter2'));
  }
  still();
});

test('numbers at their ends', () => {
  assert.equal(ask({ inputs: { now: 2n ** 64n - 1n } }).val.code, 'ERR_PREPAIR_OPTIONS');
  const rows = (cell) => ask({ inputs: { rows: [{ id: 'userVersion', rows: [[['user_version', cell]]] }, { id: 'columns', rows: [] }] } });
  assert.equal(rows({ tag: 'integer', val: 2n ** 63n - 1n }).val.code, 'ERR_PREPAIR_STORE_CONFLICT');
  for (const cell of [{ tag: 'integer', val: -(2n ** 63n) }, { tag: 'real', val: NaN }, { tag: 'blob', val: new Uint8Array(8) }, { tag: 'text', val: '18' }, { tag: 'null' }]) rows(cell);
  for (const entropy of [new Uint8Array(0), new Uint8Array(63), new Uint8Array(64)]) assert.equal(ask({ inputs: { entropy } }).val.code, 'ERR_PREPAIR_ENTROPY');
  still();
});

test('large files', () => {
  const files = (val) => [...inputsFor(vector).files.filter(([path]) => !path.endsWith('paired.json')), ['/s/devices/paired.json', { tag: 'content', val }]];
  const megabytes = (count) => Buffer.alloc(count << 20, 'x');
  assert.equal(ask({ inputs: { files: files(megabytes(10)) } }).val.code, 'ERR_PREPAIR_SYNTAX');
  assert.equal(ask({ inputs: { files: files(megabytes(300)) } }).val.code, 'ERR_PREPAIR_OPTIONS');
  still();
});

test('random bytes as files', () => {
  let seed = 1;
  const random = () => (seed = Math.imul(seed, 1103515245) + 12345 >>> 0) / 2 ** 32;
  const good = '{"version":1,"a":["\\u00fc",1e5,null,true,{"b":{}}],"tokens":{}}';
  for (let round = 0; round < 2000; round++) {
    const text = Buffer.from(good);
    for (let change = 0; change < 3; change++) text[Math.floor(random() * text.length)] = Math.floor(random() * 256);
    const files = inputsFor(vector).files.map(([path]) => [path, { tag: 'content', val: text.subarray(0, Math.floor(random() * text.length)) }]);
    ask({ inputs: { files } });
  }
  still();
});

test('Python: a path that is no Unicode, then a good one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-python-'));
  try {
    const script = `import os, sys
sys.path.insert(0, sys.argv[2])
from prepair import Prepair, plan, setup_request
prepair = Prepair(sys.argv[1])
try:
    plan(prepair, setup_request(os.fsdecode(b"/tmp/\\xff"), "2026.4.15"), os.urandom(64))
except UnicodeEncodeError as error:
    print("refused:", type(error).__name__)
print(len(plan(prepair, setup_request(sys.argv[3], "2026.4.15"), os.urandom(64)).steps))`;
    const out = execFileSync(await python(), ['-c', script, component, example, dir], { encoding: 'utf8' });
    assert.equal(out, 'refused: UnicodeEncodeError\n3\n');
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('the module holds no path of the machine that built it', () => {
  const text = readFileSync(component, 'latin1');
  for (const path of [process.cwd(), cacheDir, process.env.HOME]) assert.ok(!text.includes(`${path}/`), path);
});

test('Python: a host whose randomness is none', async () => {
  const script = `import sys
from wasmtime import Engine, Store
from wasmtime.component import Component, Linker
for count in (64, 3, 0):
    engine = Engine()
    store, linker = Store(engine), Linker(engine)
    with linker.root() as root, root.add_instance("wasi:random/random@0.2.0") as random:
        random.add_func("get-random-bytes", lambda _store, _count: bytes(count))
    instance = linker.instantiate(store, Component.from_file(engine, sys.argv[1]))
    at = instance.get_export_index(store, "openclaw:prepair/identities@0.1.0")
    print(instance.get_func(store, instance.get_export_index(store, "create", at))(store).payload.code)`;
  const out = execFileSync(await python(), ['-c', script, component], { encoding: 'utf8' });
  assert.equal(out, 'ERR_PREPAIR_ENTROPY\n'.repeat(3));
});
