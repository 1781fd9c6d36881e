// The packed package in fresh projects, and what checkers of packages say.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { node, npmInstall } from '../lib/cache.mjs';
import { COMPONENT, PACKAGE, ROOT, USE, USED, answer, app, copy, exec, pack, platformPackage } from './app.mjs';
import { block } from '../lib/docs.mjs';

const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
const CJS = `const { setup, binding, PrepairError } = require('openclaw-prepair');\nconst { reads, plan } = require('openclaw-prepair/plan');\n${USE}`;
const ESM = `import { setup, binding, PrepairError } from 'openclaw-prepair';\nimport { reads, plan } from 'openclaw-prepair/plan';\n${USE}`;

test('one version everywhere', () => {
  const version = readFileSync(join(ROOT, 'Cargo.toml'), 'utf8').match(/^\[workspace\.package\]\nversion = "(.+)"$/m)[1];
  for (const name of readdirSync(join(ROOT, 'npm'))) {
    const file = join(ROOT, 'npm', name, 'package.json');
    if (!statSync(file, { throwIfNoEntry: false })) continue;
    const { version: stated, optionalDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
    assert.equal(stated, version, file);
    for (const [dependency, range] of Object.entries(optionalDependencies)) assert.equal(range, version, `${file}: ${dependency}`);
  }
});

test('nothing runs at install, nothing is fetched, nothing else is needed', () => {
  for (const key of ['scripts', 'dependencies', 'peerDependencies', 'bundledDependencies']) assert.equal(manifest[key], undefined, key);
  assert.equal(manifest.engines.node, '>=20');
});

test('the tarball holds what the exports name, and no addon', async () => {
  const { names } = await pack();
  const targets = [];
  const collect = (value) => (typeof value === 'string' ? targets.push(value) : Object.values(value).forEach(collect));
  collect([manifest.exports, manifest.imports, manifest.main, manifest.types, manifest.bin]);
  for (const target of targets) assert.ok(names.includes(target.replace(/^\.\//, '')), target);
  assert.deepEqual(names.filter((name) => /\.node$|(^|\/)(tests?|node_modules)\/|\.rs$/.test(name)), []);
  for (const name of ['README.md', 'SECURITY.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'lib/node/vendor/ws.js', 'lib/node/vendor/LICENSE-ws']) assert.ok(names.includes(name), name);
});

test('the component is a package of its own, whole', async (t) => {
  assert.deepEqual((await pack()).names.filter((name) => name.includes('component')), []);
  const { file, names } = await pack(COMPONENT);
  for (const name of ['README.md', 'component.wasm', 'lib/prepair.js', 'lib/prepair.d.ts', 'wit/types.wit']) assert.ok(names.includes(name), name);
  const dir = await app(t, { tarballs: [file], files: { 'use.mjs': `
    import { readFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    import { identities } from '@openclaw-prepair/component';
    const wasm = readFileSync(createRequire(import.meta.url).resolve('@openclaw-prepair/component/component.wasm'));
    console.log(JSON.stringify([identities.create().deviceId.length, wasm.subarray(0, 8).toString('hex')]));` } });
  assert.deepEqual(await answer(process.execPath, ['use.mjs'], { cwd: dir }), [64, '0061736d0d000100']);
});

test('verify takes nothing from the node_modules of its host', async (t) => {
  const helper = "throw new Error('loaded');";
  const dir = await app(t, { files: {
    'use.cjs': `const { setup, verify } = require('openclaw-prepair');
      const options = { stateDir: process.cwd() + '/state', env: {}, gatewayVersion: '2026.2.19' };
      setup(options);
      verify({ ...options, url: 'ws://127.0.0.1:9', token: 'x' }).then(({ reason }) => console.log(JSON.stringify(reason)));`,
    ...Object.fromEntries(['ws', 'bufferutil', 'utf-8-validate'].map((name) => [`node_modules/${name}/index.js`, helper])),
  } });
  assert.equal(await answer(process.execPath, ['use.cjs'], { cwd: dir }), 'unreachable');
});

for (const [kind, file, text] of [['CommonJS', 'use.cjs', CJS], ['ECMAScript', 'use.mjs', ESM]]) {
  for (const major of [20, 22, 24, 26]) {
    test(`${kind} on Node ${major}, without optional packages, without scripts`, async (t) => {
      const dir = await app(t, { files: { [file]: text } });
      const got = await answer(await node(major), [file], { cwd: dir });
      const { binding, deviceId, device, ...rest } = got;
      assert.equal(binding, 'wasm');
      assert.match(deviceId, /^[0-9a-f]{64}$/);
      assert.match(device, /^[0-9a-f]{64}$/);
      assert.deepEqual(rest, USED);
    });

    test(`${kind} on Node ${major}, with the addon's package`, async (t) => {
      const dir = await app(t, { files: { [file]: text }, tarballs: [(await pack()).file, (await platformPackage()).file] });
      const { binding, deviceId, device, ...rest } = await answer(await node(major), [file], { cwd: dir, env: { PREPAIR_BINDING: 'native' } });
      assert.equal(binding, 'native');
      assert.deepEqual(rest, USED);
    });
  }
}

test('from a file, without a registry, as docs/bundlers.md has it; packed again, the same bytes', async (t) => {
  const [build, ...commands] = block('recipe: tarball').trim().split('\n');
  assert.match(build, /^cargo xtask build --all/); // done before the tests
  const dir = await app(t, { files: { 'use.cjs': CJS }, tarballs: [] });
  await exec('bash', ['-euc', commands.join('\n')], { cwd: ROOT, env: { ...process.env, APP: dir, npm_config_registry: 'http://127.0.0.1:9' } });
  const { binding } = await answer(process.execPath, ['use.cjs'], { cwd: dir });
  assert.equal(binding, 'wasm');
  // files of another time
  const again = await pack(copy(t));
  assert.ok(readFileSync(again.file).equals(readFileSync(join(dir, `openclaw-prepair-${manifest.version}.tgz`))));
});

const TYPES = `
import { setup, prePair, verify, PrepairError, type SetupOptions, type SetupReport, type LeftBehind } from 'openclaw-prepair';
import { init, reads, plan, type Inputs, type Step } from 'openclaw-prepair/plan';
import wasm from 'openclaw-prepair/prepair.wasm';

const options: SetupOptions = { stateDir: '/s', config: { trustedProxies: 'private' } };
export const report: SetupReport = setup(options);
export const key: string = prePair({ device: { publicKey: 'x' } }).publicKey;
// @ts-expect-error: a key given and a key approved exclude each other
prePair({ device: { publicKey: 'x' }, identity: 'new' });
// @ts-expect-error: no such option
setup({ statedir: '/s' });
export const inputs: Inputs = { files: { '/s/x': null, '/s/y': { kind: 'dir' }, '/s/z': new Uint8Array() } };
export const steps: Step[] = reads('setup', options).done ? plan('setup', inputs, options).steps : [];
for (const step of steps) if (step.kind === 'write') step.content satisfies Uint8Array;
export const verdict: string = plan('diagnose', inputs).report.verdict;
export const ready: Promise<void>[] = [init(), init(wasm)];
interface Patch { logging: { level: string } }
export const patch = (merge: Patch) => setup({ config: { merge } });
export const waits = async (): Promise<LeftBehind[]> => {
  const { ok, reason, said, url, left = [] } = await verify({ client: 'agent' });
  const words: string = said ?? url;
  // @ts-expect-error: no such reason
  if (reason === 'pairing required') return [];
  return !ok && reason === 'pairing-required' && words !== '' ? left : [];
};
export const code = (error: unknown) => (error instanceof PrepairError ? error.code : null);
`;
const REMOTE = `
import { vercel, setup, type SandboxFs } from 'openclaw-prepair/sandbox';

export const trips = async (fs: SandboxFs): Promise<number> => (await setup(fs, { fresh: true })).roundTrips;
export const adapters: unknown[] = [vercel];
`;
const SIGNAL = `
export const aborted = (fs: SandboxFs) => setup(fs, { signal: AbortSignal.timeout(1_000) });
export const own: SandboxFs['read'] = async (path, { signal } = {}) => (signal?.throwIfAborted(), (await fetch(path, signal ? { signal } : {})).bytes());
`;
const checkers = { typescript: '5.9.3', '@arethetypeswrong/core': '0.18.5', publint: '0.3.25' };

for (const [name, file, options] of [
  ['node16, a module', 'use.mts', { module: 'node16', moduleResolution: 'node16' }],
  ['node16, CommonJS', 'use.cts', { module: 'node16', moduleResolution: 'node16' }],
  ['nodenext', 'use.mts', { module: 'nodenext', moduleResolution: 'nodenext' }],
  ['bundler', 'use.ts', { module: 'esnext', moduleResolution: 'bundler' }],
]) {
  test(`TypeScript, ${name}`, async (t) => {
    const tsc = join(await npmInstall('types', checkers), 'typescript/bin/tsc');
    // neither the DOM's types nor Node's are needed, and an AbortSignal of theirs fits
    for (const [text, lib] of [[TYPES, ['es2022']], [REMOTE, ['es2022']], [REMOTE + SIGNAL, ['es2022', 'dom']]]) {
      const config = { compilerOptions: { ...options, target: 'es2022', lib, types: [], strict: true, noEmit: true, skipLibCheck: false }, files: [file] };
      const dir = await app(t, { files: { [file]: text, 'tsconfig.json': JSON.stringify(config) } });
      await exec(process.execPath, [tsc, '-p', dir], { cwd: dir });
    }
  });
}

test('attw and publint have nothing to say', async () => {
  const modules = await npmInstall('types', checkers);
  const load = async (name) => {
    const { exports } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
    const find = (value) => (typeof value === 'string' ? value : find(value.import ?? value.node ?? value.default));
    return import(join(modules, name, find(exports['.'])));
  };
  const [{ checkPackage, createPackageFromTarballData }, { publint }] = await Promise.all([load('@arethetypeswrong/core'), load('publint')]);
  // node10 knows no exports, only the main entry; every Node that we support does
  const node10 = ({ resolutionKind }) => resolutionKind === 'node10';
  // what jco makes of a component awaits at its top level, so that it can't be required
  const noCommonJs = ({ kind }) => kind === 'CJSResolvesToESM';
  for (const [folder, but] of [[PACKAGE, node10], [COMPONENT, (problem) => node10(problem) || noCommonJs(problem)]]) {
    const { file } = await pack(folder);
    const bytes = new Uint8Array(readFileSync(file));
    const { problems } = await checkPackage(createPackageFromTarballData(bytes));
    assert.deepEqual(problems.filter((problem) => !but(problem)), [], folder);
    const { messages } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
    assert.deepEqual(messages, [], folder);
  }
});
