// Names that somebody gave all objects (`Object.prototype.dryRun = true`) mean nothing to us: every call gives what it
// always gives and leaves the same files. The names are all that the sources read. Where Node alone, or the library
// that is bundled, does not do its work with a name, it is left out, and counted.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { node } from '../lib/cache.mjs';
import { BINDINGS } from '../lib/caller.mjs';
import { cli } from '../doctor/cli.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { place, prepair, refusal } from '../node/setup.mjs';

const require = createRequire(import.meta.url);
const pure = require('../../npm/openclaw-prepair/lib/entry/plan-node.js');
const sandbox = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');
const PROGRAM = fileURLToPath(new URL('polluted.mjs', import.meta.url));
const LIB = fileURLToPath(new URL('../../npm/openclaw-prepair/lib/', import.meta.url));
const KINDS = ['true', 'text', 'object', 'function'];
const MADE = /^(core\/(glue|build)|sandbox\/inside)\.js$/;

/** Every word of the sources that may be a property: behind a point, in braces or before a colon, or a whole string. */
function names() {
  const found = new Set();
  for (const file of readdirSync(LIB, { recursive: true })) {
    if (!/\.m?js$/.test(file) || /^(esm|node\/vendor)\//.test(file) || MADE.test(file)) continue;
    for (const [, ...words] of readFileSync(join(LIB, file), 'utf8').matchAll(/\.\s*([A-Za-z_$][\w$]*)|[{,(]\s*([A-Za-z_$][\w$]*)\s*(?=[,:}=])|'([A-Za-z_$][\w$]*)'/g)) found.add(words.find(Boolean));
  }
  // Node breaks without these, and nothing of ours reads them.
  for (const name of Object.getOwnPropertyNames(Object.prototype)) found.delete(name);
  return [...found].sort();
}

let home;
let started;
before(async () => {
  home = mkdtempSync(join(tmpdir(), 'prepair-prototypes-'));
  started = await makeHome({ version: NEWEST });
  const gateway = await startGateway(started);
  await gateway.stop();
});
after(async () => {
  rmSync(home, { recursive: true, force: true });
  await started.dispose();
});

/** Runs the program; resolves to what it printed. */
async function run(binary, settings, { binding = 'native', flags = [] } = {}) {
  const file = join(home, 'settings.json');
  writeFileSync(file, JSON.stringify({ home, ...settings }));
  // The Node that a sandbox on this machine finds first.
  const env = { ...process.env, PREPAIR_BINDING: binding, PATH: `${dirname(binary)}:${process.env.PATH}` };
  const child = spawn(binary, ['--no-warnings', ...flags, PROGRAM, file], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  await new Promise((resolve) => child.once('close', resolve));
  return { out, err };
}

/** Those of the groups with which Node alone does its work. */
async function bearable(binary, kind, groups) {
  const good = [];
  for (let rest = groups; rest.length > 0;) {
    const { out, err } = await run(binary, { mode: 'control', kind, groups: rest });
    const tries = [...out.matchAll(/^try (\d+)$/gm)];
    assert.ok(tries.length > 0, err);
    const tried = Number(tries.at(-1)[1]);
    const broken = new Set([...out.matchAll(/^broken (\d+)$/gm)].map(([, at]) => Number(at)));
    // The process went on to the end, or broke at the last that it tried.
    if (!/^end$/m.test(out)) broken.add(tried);
    good.push(...rest.slice(0, tried + 1).filter((_, at) => !broken.has(at)));
    rest = rest.slice(tried + 1);
  }
  return good;
}

/** The names with which Node alone does its work: by handfuls, then one by one. */
async function sound(binary, kind, all) {
  const handfuls = Array.from({ length: Math.ceil(all.length / 24) }, (_, at) => all.slice(at * 24, at * 24 + 24));
  const good = new Set((await bearable(binary, kind, handfuls)).flat());
  for (const [name] of await bearable(binary, kind, all.filter((name) => !good.has(name)).map((name) => [name]))) good.add(name);
  return all.filter((name) => good.has(name));
}

/** The same names in as few groups as Node bears. */
async function together(binary, kind, fit) {
  if (fit.length < 2 || (await bearable(binary, kind, [fit])).length === 1) return [fit];
  const half = fit.length >> 1;
  return [...await together(binary, kind, fit.slice(0, half)), ...await together(binary, kind, fit.slice(half))];
}

/** Every call of the package, as usual and otherwise. */
async function calls(binary, settings, under) {
  const { out, err } = await run(binary, { mode: 'calls', system: 'cjs', kind: 'true', started: started.stateDir, ...settings }, under);
  assert.match(out, /^\{/, err);
  const answer = JSON.parse(out);
  assert.ok(answer.calls >= 42, `${answer.calls} calls`);
  return answer;
}

// What differs between the two is Node's own; half of the rounds tell.
for (const [major, kinds] of [[20, KINDS], [24, ['text', 'function']]]) {
  for (const kind of kinds) {
    test(`every name that is read, as ${kind} on all objects, Node ${major}`, async (t) => {
      const binary = await node(major);
      const all = names();
      const fit = await sound(binary, kind, all);
      const groups = await together(binary, kind, fit);
      t.diagnostic(`${fit.length} names in ${groups.length} group(s); Node alone breaks on ${all.filter((name) => !fit.includes(name)).join(' ')}`);
      assert.ok(all.length > 500 && fit.length > all.length * 0.95, `${fit.length} of ${all.length}`);
      for (const binding of BINDINGS) {
        for (const system of ['cjs', 'esm']) {
          const { differences } = await calls(binary, { kind, groups, system }, { binding });
          assert.deepEqual(differences, [], `${binding} ${system}`);
        }
      }
    });
  }
}

test('with everything frozen that the language has, every call and every refusal is as usual', async () => {
  for (const major of [20, 24]) {
    const binary = await node(major);
    for (const binding of BINDINGS) {
      const { differences, usual } = await calls(binary, { mode: 'frozen', groups: [[]] }, { binding });
      assert.deepEqual(differences, [], `${binding}, Node ${major}`);
      const frozen = await calls(binary, { groups: [] }, { binding, flags: ['--frozen-intrinsics'] });
      assert.deepEqual(frozen.usual, usual, `${binding}, Node ${major} --frozen-intrinsics`);
    }
  }
});

/** Values that throw wherever they are looked at, or look like what they are not. */
const HOSTILE = {
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'a revoked proxy of an array': () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  'a proxy that throws': () => new Proxy({}, { get: bang, has: bang, ownKeys: bang, getPrototypeOf: bang, getOwnPropertyDescriptor: bang }),
  'an array whose length throws': () => new Proxy([1], { get: (target, key) => (key === 'length' ? bang() : target[key]) }),
  'a getter that throws': () => Object.defineProperty({}, 'x', { enumerable: true, get: bang }),
  'a conversion that throws': () => ({ [Symbol.toPrimitive]: bang, toString: bang, valueOf: bang, toJSON: bang }),
  'a tag that throws': () => Object.defineProperty({}, Symbol.toStringTag, { get: bang }),
  'bytes whose tag throws': () => Object.defineProperty(new Uint8Array(40), Symbol.toStringTag, { get: bang }),
  'a class instance': () => new (class Options {})(),
  'a String object': () => new String('x'),
  'an array with holes': () => new Array(3),
  'an array of four billion holes': () => new Array(2 ** 32 - 1),
  'a function': () => () => {},
  'a symbol': () => Symbol('x'),
  'a bigint': () => 1n,
  'an object without prototype': () => Object.create(null),
  'a symbol as key, and what is not enumerable': () => Object.defineProperty({ [Symbol('x')]: 1 }, 'x', { value: 1 }),
};
function bang() {
  throw new TypeError('of the caller');
}
const OPTIONS = ['stateDir', 'configPath', 'gatewayVersion', 'openclawDir', 'env', 'now', 'owner', 'dryRun', 'scopes', 'reinstate', 'displayName', 'pending', 'identity', 'onConflict', 'device', 'config', 'trustedProxies', 'proxyPeers', 'merge', 'arrays', 'deviceId', 'connection'];
const VERIFY = ['url', 'token', 'password', 'client', 'timeoutMs', 'headers', 'force'];
const REMOTE = ['fresh', 'onStep', 'signal', 'timeoutMs', 'stagingDir'];

test('options that throw, or are not what they look like, give a result or a PrepairError', async (t) => {
  const here = place(t);
  let refused = 0;
  const holds = async (what, call) => {
    try {
      await call();
    } catch (error) {
      refused += 1;
      assert.ok(error instanceof prepair.PrepairError, `${what}: ${error?.stack}`);
      assert.ok(error.hint && error.message, what);
    }
  };
  const fs = sandbox.localDir(here.home);
  for (const [kind, make] of Object.entries(HOSTILE)) {
    for (const name of ['setup', 'prePair', 'clearPending', 'patchConfig', 'diagnose', 'exportIdentity', 'verify', 'newIdentity']) {
      await holds(`${name}(${kind})`, () => prepair[name](make()));
      for (const option of name === 'newIdentity' ? ['secret', 'label'] : OPTIONS) {
        // A target that changes nothing where the value is one that means nothing.
        await holds(`${name}({ ${option}: ${kind} })`, () => prepair[name](name === 'newIdentity' ? { secret: 'x'.repeat(40), label: 'x', [option]: make() } : { ...here.options, ...(name === 'exportIdentity' || name === 'verify' ? {} : { dryRun: true }), [option]: make() }));
      }
    }
    for (const option of VERIFY) await holds(`verify({ ${option}: ${kind} })`, () => prepair.verify({ ...here.options, [option]: make() }));
    await holds(`identity.secret: ${kind}`, () => prepair.setup({ ...here.options, dryRun: true, identity: { secret: make(), label: 'x' } }));
    for (const option of ['HOME', 'PATH', 'OPENCLAW_STATE_DIR']) await holds(`env.${option}: ${kind}`, () => prepair.setup({ ...here.options, dryRun: true, env: { HOME: here.home, [option]: make() } }));
    for (const part of ['files', 'rows', 'now', 'entropy', 'stats', 'home', 'process']) {
      await holds(`inputs.${part}: ${kind}`, () => pure.plan('setup', { files: {}, rows: {}, now: 1, entropy: new Uint8Array(64), [part]: make() }, here.options));
    }
    await holds(`a file: ${kind}`, () => pure.plan('setup', { files: { '/x': make() }, rows: {}, now: 1 }, here.options));
    for (const name of ['reads', 'plan', 'sign', 'newIdentity', 'init']) for (let at = 0; at < 3; at += 1) await holds(`${name}, argument ${at}: ${kind}`, () => pure[name](...['setup', {}, {}].map((usual, i) => (i === at ? make() : usual))));
    await holds(`sandbox: ${kind}`, () => sandbox.diagnose(make()));
    await holds(`sandbox options: ${kind}`, () => sandbox.diagnose(fs, make()));
    for (const option of [...OPTIONS, ...REMOTE]) await holds(`sandbox { ${option}: ${kind} }`, () => sandbox.setup(fs, { gatewayVersion: '2026.2.19', dryRun: true, [option]: make() }));
    for (const name of ['vercel', 'e2b', 'daytona', 'cloudflare', 'docker', 'localDir']) await holds(`${name}(${kind})`, () => sandbox[name](make()));
    // What a sandbox or its SDK gives and throws
    for (const method of ['read', 'writeMany', 'exec']) {
      await holds(`${method} gives ${kind}`, () => sandbox.setup({ ...fs, [method]: async () => make() }, { gatewayVersion: '2026.2.19' }));
      await holds(`${method} throws ${kind}`, () => sandbox.setup({ ...fs, [method]: async () => { throw make(); } }, { gatewayVersion: '2026.2.19' }));
    }
    await holds(`exec gives ${kind} as its output`, () => sandbox.setup({ ...fs, exec: async () => ({ exitCode: make(), stdout: make(), stderr: make() }) }, { gatewayVersion: '2026.2.19' }));
  }
  assert.ok(refused > 1000, `${refused} refusals`);
});

test('an option is read once, and named where it cannot be read', (t) => {
  const here = place(t);
  let reads = 0;
  const options = { ...here.options, get dryRun() { reads += 1; return reads === 1; } };
  assert.equal(prepair.setup(options).changes.length > 0, true);
  assert.equal(reads, 1);
  assert.ok(!existsSync(here.stateDir), 'it was a dry run to its end');
  for (const [name, whole] of [['dryRun', { ...here.options, get dryRun() { return bang(); } }], ['config.merge.a', { ...here.options, config: { merge: Object.defineProperty({}, 'a', { enumerable: true, get: bang }) } }]]) {
    const error = refusal(() => prepair.setup(whole));
    assert.equal(error?.code, 'ERR_PREPAIR_OPTIONS');
    assert.ok(error.message.includes(name) && !error.message.includes('of the caller'), error.message);
  }
});

test('variables count that an object has from its class or prototype, but none that all objects were given', (t) => {
  const here = place(t);
  const { env, stateDir, ...rest } = here.options;
  Object.prototype.OPENCLAW_STATE_DIR = '/nonexistent';
  try {
    const report = prepair.setup({ ...rest, env: Object.create(env), dryRun: true });
    assert.ok(report.changes.every(({ path }) => path.startsWith(stateDir)), JSON.stringify(report.changes));
  } finally {
    delete Object.prototype.OPENCLAW_STATE_DIR;
  }
});

test('a merge patch with the keys __proto__, constructor and prototype is data', async (t) => {
  const patch = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "prototype": {"polluted": 1}, "a": {"__proto__": {"polluted": 1}}}';
  const want = JSON.parse(patch);
  const has = (text) => {
    const { gateway, ...rest } = JSON.parse(text);
    assert.deepEqual(Object.keys(rest).sort(), Object.keys(want).sort());
    assert.equal(JSON.stringify(Object.getOwnPropertyDescriptor(rest, '__proto__').value), '{"polluted":1}');
    assert.equal(JSON.stringify(rest.a), '{"__proto__":{"polluted":1}}');
    assert.equal({}.polluted, undefined);
  };
  const here = place(t);
  prepair.patchConfig({ ...here.options, merge: JSON.parse(patch) });
  has(here.text('openclaw.json'));
  assert.deepEqual(prepair.patchConfig({ ...here.options, merge: JSON.parse(patch) }).changes, []);
  const remote = place(t);
  await sandbox.patchConfig(sandbox.localDir(remote.home), { gatewayVersion: '2026.2.19', merge: JSON.parse(patch) });
  has(remote.text('openclaw.json'));
  const line = place(t);
  writeFileSync(join(line.home, 'patch.json'), patch);
  const { code, stderr } = await cli(['patch-config', '--gateway-version', '2026.2.19', '--merge-file', join(line.home, 'patch.json')], { env: { HOME: line.home } });
  assert.equal(code, 0, stderr);
  has(line.text('openclaw.json'));
});

test('an error as JSON has the message, and looks as usual otherwise', () => {
  const error = refusal(() => prepair.setup({ stateDirr: 'x' }));
  const { name, code, message, hint } = JSON.parse(JSON.stringify(error));
  assert.deepEqual({ name, code, message, hint }, { name: 'PrepairError', code: 'ERR_PREPAIR_OPTIONS', message: error.message, hint: error.hint });
  assert.ok(error instanceof prepair.PrepairError && error instanceof Error);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'hint', 'message', 'name']);
  assert.equal(error.path, undefined);
  const shown = inspect(error);
  assert.match(shown, /^PrepairError: .*stateDirr/);
  assert.equal(shown.split(error.message).length, 2, 'the message once');
  assert.doesNotMatch(shown, /^ +(path|line|column): /m);
});
