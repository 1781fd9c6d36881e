// A process of prototypes.test.mjs, told what to do by a JSON file: `control` does what Node alone has to with each name
// given to all objects and prints which broke it; `calls` makes every call of the package as usual and with the names,
// and prints what differed; `frozen` does so with everything frozen that the language has.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { NEWEST } from '../lib/versions.mjs';

const { mode, home, system, kind, groups, started } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../npm/openclaw-prepair');
const emit = fs.writeSync.bind(fs, 1);

const VALUES = {
  true: true,
  text: 'x',
  number: 7,
  function() {},
  object: Object.assign(Object.create(null), { uid: 1000, gid: 1000, path: '/nonexistent', code: 'ENOENT' }),
};

/** Gives all objects these names while `body` runs. */
async function polluted(these, body) {
  for (const name of these) Object.prototype[name] = VALUES[kind];
  try {
    return await body();
  } finally {
    for (const name of these) delete Object.prototype[name];
  }
}

// Node alone

const LIMIT_MS = 5000;
const folder = path.join(home, 'control');
/** What the package needs of Node, with as little as can be left to inheritance. */
async function control() {
  const file = path.join(folder, 'file');
  const at = (options) => ({ __proto__: null, ...options });
  fs.mkdirSync(folder, at({ recursive: true }));
  fs.writeFileSync(file, 'x', at({}));
  fs.readFileSync(file, at({ encoding: 'utf8' }));
  fs.lstatSync(file, at({ throwIfNoEntry: false }));
  fs.readdirSync(folder);
  fs.closeSync(fs.openSync(file, 'r'));
  fs.realpathSync(file);
  fs.accessSync(file);
  fs.existsSync(file);
  fs.unlinkSync(file);
  os.homedir();
  os.tmpdir();
  process.emitWarning;
  crypto.createHash('sha256').update('x').digest('hex');
  crypto.randomBytes(12);
  crypto.randomUUID();
  crypto.createPublicKey(crypto.createPrivateKey(at({ key: PEM, format: 'pem' }))).export(at({ type: 'spki', format: 'pem' }));
  await crypto.subtle.digest('SHA-256', new Uint8Array(2));
  crypto.getRandomValues(new Uint8Array(2));
  new TextDecoder().decode(new TextEncoder().encode('x'));
  new URL('ws://127.0.0.1:1/').searchParams;
  // what every program does
  const [first] = [1, 2];
  if (first !== 1 || (await { own: 1 }).own !== 1) throw new Error('the language itself');
  await Promise.race([Promise.all([1]), new Promise(() => {})]);
  Object.defineProperty({}, 'own', at({ value: 1 }));
  for (const name of ['module.cjs', 'package.json']) delete require.cache[path.join(folder, name)];
  fs.writeFileSync(path.join(folder, 'module.cjs'), 'exports.x = 1;', at({}));
  require(path.join(folder, 'module.cjs'));
  await lstat(folder);
  const handle = await open(path.join(folder, 'module.cjs'), 'r');
  await handle.stat();
  await handle.readFile();
  await handle.close();
  await new Promise((resolve, reject) => {
    const child = spawn('true', [], at({ cwd: folder, env: at({ PATH: process.env.PATH }), stdio: ['ignore', 'pipe', 'pipe'], signal: new AbortController().signal }));
    child.on('error', reject);
    child.stdout.on('data', () => {});
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error('spawn'))));
  });
  // The library that is bundled, alone.
  const library = path.join(root, 'lib/node/vendor/ws.js');
  delete require.cache[library];
  const WebSocket = require(library);
  await new Promise((resolve, reject) => {
    const socket = new WebSocket('ws://127.0.0.1:1', at({ headers: at({}), agent: undefined, handshakeTimeout: 1000, perMessageDeflate: false, followRedirects: false }));
    socket.on('error', (error) => (error.code === 'ECONNREFUSED' ? resolve() : reject(error)));
  });
  const sqlite = process.getBuiltinModule?.('node:sqlite');
  if (sqlite) {
    const db = new sqlite.DatabaseSync(path.join(folder, 'db'), at({}));
    db.prepare('SELECT 1 AS x').all();
    db.close();
  }
}
const PEM = crypto.generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

const failed = (error) => {
  process.stderr.write(`${error?.stack}\n`);
  process.exit(1);
};
let escaped = failed;
process.on('uncaughtException', (error) => escaped(error));
process.on('unhandledRejection', (error) => escaped(error));

/** Whether Node alone does its work with these names. */
const survives = (these) =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), LIMIT_MS);
    escaped = () => resolve(false);
    polluted(these, control).then(() => resolve(true), () => resolve(false)).finally(() => clearTimeout(timer));
  });

if (mode === 'control') {
  for (const [at, these] of groups.entries()) {
    emit(`try ${at}\n`);
    if (await survives(these)) continue;
    // What broke may stay so.
    if (!await survives([])) process.exit(0);
    emit(`broken ${at}\n`);
  }
  emit('end\n');
  process.exit(0);
}

// The calls

const NOW = 1_771_000_000_000;
const secret = { secret: 'a long enough secret, with 32 bytes or more', label: 'x' };
const HERE = path.join(home, 'here');
const stateDir = path.join(HERE, '.openclaw');
const target = { stateDir, env: { HOME: HERE }, gatewayVersion: '2026.2.19', now: NOW };
const own = { ...target, identity: secret };
const pending = `{"r1": {"requestId": "r1", "deviceId": "d1", "publicKey": "k", "ts": ${NOW - 1000}, "silent": false}}`;
const merge = JSON.parse('{"logging": {"level": "info"}, "__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
const remote = { identity: secret, gatewayVersion: '2026.2.19', now: NOW };
const other = { secret: 'another secret, also with 32 bytes or more', label: 'y' };

const put = (name, content) => {
  fs.mkdirSync(path.dirname(path.join(stateDir, name)), { __proto__: null, recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(stateDir, name), content, { __proto__: null, mode: 0o600 });
};
const RECURSIVE = { __proto__: null, recursive: true };
const OPTIONAL = { __proto__: null, throwIfNoEntry: false };
const LATE_MS = 20_000;
const LANGUAGE = [
  Object, Function, Array, String, Number, Boolean, Symbol, BigInt, Date, RegExp, Promise, Map, Set, WeakMap, WeakSet, ArrayBuffer, DataView, Uint8Array,
  Error, TypeError, RangeError, SyntaxError, JSON, Math, Reflect, [].values(), new Map().entries(), (function* () {})(), (async function* () {})(), async () => {},
];
/** As fs.rmSync and fs.cpSync, which inherit options. */
function remove(at) {
  const stat = fs.lstatSync(at, OPTIONAL);
  if (!stat) return;
  if (!stat.isDirectory()) return fs.unlinkSync(at);
  for (const name of fs.readdirSync(at)) remove(path.join(at, name));
  fs.rmdirSync(at);
}
function copy(from, to) {
  if (fs.lstatSync(from).isFile()) return fs.copyFileSync(from, to);
  fs.mkdirSync(to, { __proto__: null, mode: 0o700 });
  for (const name of fs.readdirSync(from)) copy(path.join(from, name), path.join(to, name));
}
const nothing = () => {};
const paired = ({ prepair }) => prepair.setup(own);
const waiting = (all) => {
  paired(all);
  put('devices/pending.json', pending);
};

/** A plan from inputs in memory. */
function inMemory({ pure }, operation, options) {
  const inputs = { files: Object.create(null), rows: Object.create(null), now: NOW, entropy: new Uint8Array(64).map((_, i) => i) };
  for (let turn = 0; turn < 20; turn += 1) {
    const lacking = pure.reads(operation, options, inputs);
    if (lacking.done) return pure.plan(operation, inputs, options);
    for (const file of lacking.files) inputs.files[file] = null;
    for (const { id } of lacking.queries) inputs.rows[id] = null;
  }
  throw new Error('never done');
}

/** name: [what is there before, the call]. */
const CALLS = {
  'setup anew': [nothing, ({ prepair }) => prepair.setup({ ...own, config: { merge, trustedProxies: ['10.0.0.1'] } })],
  'setup again': [paired, ({ prepair }) => prepair.setup(own)],
  'setup that mends': [(all) => { waiting(all); put('openclaw.json', '{"a": 1}'); }, ({ prepair }) => prepair.setup({ ...own, pending: 'all', displayName: 'y' })],
  'a dry run': [nothing, ({ prepair }) => prepair.setup({ ...own, dryRun: true })],
  'a config that is broken': [() => put('openclaw.json', '{"a": '), ({ prepair }) => prepair.setup(own)],
  'an identity in the way': [({ prepair }) => prepair.setup({ ...target, identity: other }), ({ prepair }) => prepair.setup(own)],
  'a link in the way': [() => { put('x', ''); fs.symlinkSync('x', path.join(stateDir, 'openclaw.json')); }, ({ prepair }) => prepair.setup(own)],
  'a file as the state dir': [() => { fs.writeFileSync(stateDir, '', RECURSIVE); }, ({ prepair }) => prepair.setup(own)],
  'a lock that a dead call left': [(all) => { paired(all);  put('.prepair-aaaaaaaaaaaa.tmp', 'x'); put('.prepair.lock/-.-.1.-.aaaaaaaa', ''); fs.utimesSync(path.join(stateDir, '.prepair.lock'), 1, 1); }, ({ prepair }) => prepair.setup({ ...own, displayName: 'z' })],
  'a wrong option': [nothing, ({ prepair }) => prepair.setup({ ...own, stateDirr: 'x' })],
  'no options': [nothing, ({ prepair }) => prepair.setup(null)],
  'a package that is none': [nothing, ({ prepair }) => prepair.setup({ ...own, openclawDir: '/nonexistent' })],
  'a package that is installed': [nothing, ({ prepair }) => prepair.setup({ ...own, gatewayVersion: 'auto', env: { HOME: HERE, PATH: '/nonexistent' } })],
  prePair: [nothing, ({ prepair }) => prepair.prePair({ ...target, device: { publicKey: prepair.newIdentity(secret).publicKey } })],
  clearPending: [waiting, ({ prepair }) => prepair.clearPending(target)],
  'clearPending of one': [waiting, ({ prepair }) => prepair.clearPending({ ...target, deviceId: 'd2' })],
  patchConfig: [() => put('openclaw.json', '// c\n{"a": 1, "logging": {}}'), ({ prepair }) => prepair.patchConfig({ ...target, merge, proxyPeers: ['10.0.0.7'] })],
  diagnose: [paired, ({ prepair }) => prepair.diagnose(target)],
  'diagnose where much is wrong': [() => { put('devices/paired.json', '['); put('openclaw.json', '{"$include": "./x.json"}'); fs.symlinkSync('x', path.join(stateDir, 'identity')); }, ({ prepair }) => prepair.diagnose({ ...target, connection: { headers: { 'x-forwarded-for': '1.2.3.4' } } })],
  exportIdentity: [paired, ({ prepair }) => prepair.exportIdentity(target)],
  'exportIdentity of none': [nothing, ({ prepair }) => prepair.exportIdentity(target)],
  newIdentity: [nothing, ({ prepair }) => prepair.newIdentity(secret)],
  'newIdentity of a weak secret': [nothing, ({ prepair }) => prepair.newIdentity({ secret: 'x', label: 'x' })],
  'a random identity': [nothing, ({ prepair }) => Object.keys(prepair.newIdentity())],
  verify: [paired, ({ prepair }) => prepair.verify({ stateDir, env: { HOME: HERE }, gatewayVersion: '2026.2.19', url: 'ws://127.0.0.1:1', timeoutMs: 5000 })],
  'verify of none': [nothing, ({ prepair }) => prepair.verify({ stateDir, env: { HOME: HERE }, gatewayVersion: '2026.2.19', url: 'ws://127.0.0.1:1' })],
  'a wrong option of verify': [nothing, ({ prepair }) => prepair.verify({ force: 1 })],
  'a plan': [nothing, (all) => inMemory(all, 'setup', own)],
  'a plan of a diagnosis': [nothing, (all) => inMemory(all, 'diagnose', target)],
  'a plan that lacks inputs': [nothing, ({ pure }) => pure.plan('setup', { files: {}, now: NOW }, own)],
  'a plan without inputs': [nothing, ({ pure }) => pure.plan('setup', null, own)],
  'an identity of the plan': [nothing, ({ pure }) => pure.newIdentity(secret)],
  sign: [nothing, ({ pure }) => pure.sign(pure.newIdentity(secret).privateKeyPem, 'text')],
  'setup in a sandbox': [() => put('openclaw.json', '{"a": 1}'), ({ sandbox }) => sandbox.setup(sandbox.localDir(HERE), { ...remote, config: { merge } })],
  'setup in a sandbox, again': [paired, ({ sandbox }) => sandbox.setup(sandbox.localDir(HERE), remote)],
  'setup in a fresh sandbox': [nothing, ({ sandbox }) => sandbox.setup(sandbox.localDir(HERE), { ...remote, fresh: true })],
  'setup in a fresh sandbox that sets no modes': [nothing, ({ sandbox }) => {
    const { setsModes, ...fs } = sandbox.localDir(HERE);
    return sandbox.setup(fs, { ...remote, fresh: true });
  }],
  'clearPending in a sandbox': [waiting, ({ sandbox }) => sandbox.clearPending(sandbox.localDir(HERE), { gatewayVersion: '2026.2.19', now: NOW })],
  'diagnose in a sandbox': [paired, ({ sandbox }) => sandbox.diagnose(sandbox.localDir(HERE), { gatewayVersion: '2026.2.19', now: NOW })],
  'a wrong option in a sandbox': [nothing, ({ sandbox }) => sandbox.setup(sandbox.localDir(HERE), { ...remote, stagingDir: 'x' })],
  'no sandbox': [nothing, ({ sandbox }) => sandbox.setup({}, remote)],
  'no sandbox of an SDK': [nothing, ({ sandbox }) => sandbox.e2b({ files: {} })],
};
if (started && process.getBuiltinModule?.('node:sqlite')) {
  const place = () => copy(started, stateDir);
  const rows = { stateDir, env: { HOME: HERE }, gatewayVersion: NEWEST, now: NOW };
  Object.assign(CALLS, {
    'setup of rows': [place, ({ prepair }) => prepair.setup(rows)],
    'setup of rows, again': [(all) => { place(); all.prepair.setup(rows); }, ({ prepair }) => prepair.setup(rows)],
    'diagnose of rows': [place, ({ prepair }) => prepair.diagnose(rows)],
    'setup of rows in a sandbox': [place, ({ sandbox }) => sandbox.setup(sandbox.localDir(HERE), { gatewayVersion: NEWEST, now: NOW })],
  });
}

const ENTRIES = { prepair: 'lib/entry/index', pure: 'lib/entry/plan-node', sandbox: 'lib/entry/sandbox-node' };
const modules = async () => {
  if (system === 'esm') return Object.fromEntries(await Promise.all(Object.entries(ENTRIES).map(async ([name, file]) => [name, await import(path.join(root, `${file}.mjs`))])));
  return Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, require(path.join(root, `${file}.js`))]));
};
const forget = () => {
  for (const file of Object.keys(require.cache)) if (file.startsWith(root)) delete require.cache[file];
};

/** Values as text: keys and tokens that are drawn anew, ids of processes and times are left out. */
const text = (value) =>
  JSON.stringify(value, (_, item) => (item instanceof Uint8Array ? Buffer.from(item).toString('latin1') : item), 1)
    ?.replace(/(\\?"token\\?": ?\\?")[^"\\]+/g, '$1…').replace(/"elapsedMs": \d+/g, '"elapsedMs": 0').replace(/\.prepair-[0-9a-f]{20,}/g, '.prepair-…');

function files() {
  const out = Object.create(null);
  const visit = (at) => {
    const stat = fs.lstatSync(at, OPTIONAL);
    if (!stat) return;
    out[at] = { mode: stat.mode.toString(8), uid: stat.uid, gid: stat.gid };
    if (stat.isFile() && !/sqlite/.test(at)) out[at].content = fs.readFileSync(at, { __proto__: null, encoding: 'latin1' });
    if (stat.isDirectory()) fs.readdirSync(at).forEach((name) => visit(path.join(at, name)));
  };
  visit(HERE);
  return out;
}

/** What a call gives. */
async function result(call, all) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(() => resolve({ __proto__: null, late: true }), LATE_MS); });
  const answer = (async () => {
    try {
      return { __proto__: null, value: await call(all) };
    } catch (error) {
      return { __proto__: null, error };
    }
  })();
  const found = await Promise.race([answer, late]);
  clearTimeout(timer);
  return found;
}

/** What came of calls, and what stood on the disk then: texts by call. */
async function outcomes(calls, these, cold = false) {
  const found = new Map();
  if (cold) forget();
  await polluted(these, async () => {
    // Loaded with the names there from the start
    const all = cold ? await modules() : loaded;
    for (const name of calls) {
      const [before, call] = CALLS[name];
      remove(HERE);
      fs.mkdirSync(HERE, RECURSIVE);
      before(all);
      const caught = [];
      escaped = (error) => caught.push(error);
      found.set(name, [await result(call, all), caught, files()]);
    }
  }).finally(() => (escaped = failed));
  const own = (error, key) => (error !== null && typeof error === 'object' && Object.hasOwn(error, key) ? error[key] : null);
  return new Map([...found].map(([name, [{ value, error, late }, caught, disk]]) => {
    // By name: what was loaded anew has a class of its own.
    const ours = own(error, 'name') === 'PrepairError';
    const thrown = error && { ours, code: own(error, 'code'), message: own(error, 'message'), path: own(error, 'path'), hint: own(error, 'hint'), ...(!ours && { stack: error?.stack }) };
    return [name, text({ value, error: thrown, late, caught: caught.map(String), files: disk })];
  }));
}

const loaded = await modules();
const names = Object.keys(CALLS);
const usual = await outcomes(names, []);
const differences = [];
const tell = (call, these, got) => differences.push({ call, names: these, want: usual.get(call), got });
for (const [name, got] of await outcomes(names, [])) if (got !== usual.get(name)) tell(name, [], got);

/** Finds by halving the names of which one alone makes these calls differ. */
async function search(calls, these, cold) {
  const got = await outcomes(calls, these, cold);
  const odd = calls.filter((name) => got.get(name) !== usual.get(name));
  if (odd.length === 0) return;
  const before = differences.length;
  if (these.length > 1) {
    await search(odd, these.slice(0, these.length >> 1), cold);
    await search(odd, these.slice(these.length >> 1), cold);
  }
  // Only together
  if (differences.length === before) for (const name of odd) tell(name, these, got.get(name));
}
if (mode === 'frozen') {
  const seen = new Set();
  const freeze = (value) => {
    if (value === null || !/^(object|function)$/.test(typeof value) || seen.has(value)) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) freeze(Object.getOwnPropertyDescriptor(value, key).value);
    freeze(Object.getPrototypeOf(value));
    Object.freeze(value);
  };
  LANGUAGE.forEach(freeze);
}
for (const these of groups) {
  await search(names, these, false);
  if (system === 'cjs') await search(names, these, true);
}
emit(JSON.stringify({ calls: names.length, differences, usual: Object.fromEntries(usual) }));
process.exit(0);
