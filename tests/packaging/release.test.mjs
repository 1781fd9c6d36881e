// What `cargo xtask release` packs: nothing incomplete, every text that a package needs, links that hold, checksums and an SBOM.
// The addon of this machine stands in for that of its platform; registry.long.test.mjs has all of them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deflateRawSync, gunzipSync } from 'node:zlib';
import { packages, workspace } from '../../npm/release/packages.mjs';
import { LARGEST, released, unfit } from '../../npm/release/pack.mjs';
import { entries, ordered } from '../../npm/release/tarball.mjs';
import { elsewhere } from '../../npm/release/texts.mjs';
import { python } from '../lib/cache.mjs';
import { PACKAGE, ROOT, USED, build, exec } from './app.mjs';
import { uses } from './managers.mjs';
import { clean, loopback, publish, startRegistry } from './registry.mjs';

const PLATFORM = `linux-${process.arch}-gnu`;
const addon = join(ROOT, 'npm', PLATFORM, 'prepair.node');
let dir;
let made = false;
let said;

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'prepair-release-'));
  if (unfit(PLATFORM, addon, build) !== null) {
    copyFileSync(join(PACKAGE, 'prepair.node'), addon);
    made = true;
  }
  ({ stdout: said } = await exec(process.execPath, ['npm/release/pack.mjs', join(dir, 'packages'), PLATFORM], { cwd: ROOT }));
});
after(() => {
  rmSync(dir, { recursive: true, force: true });
  if (made) rmSync(addon);
});

const tar = (file, name) => execFileSync('tar', ['-xzOf', join(dir, 'packages', file), `package/${name}`], { encoding: 'utf8', maxBuffer: 1 << 26 });
const plan = () => JSON.parse(readFileSync(join(dir, 'packages/release.json'), 'utf8'));

test('the platforms of the build, the loader and the packages are the same', () => {
  const built = [...readFileSync(join(ROOT, 'crates/xtask/src/platforms.rs'), 'utf8').matchAll(/name: "(.+?)"/g)].map(([, name]) => name);
  const loaded = [...readFileSync(join(PACKAGE, 'lib/node/binding.js'), 'utf8').matchAll(/require\('@openclaw-prepair\/(.+?)'\)/g)].map(([, name]) => name);
  const packed = packages().filter(({ platform }) => platform).map(({ name }) => name);
  assert.deepEqual(built.sort(), packed);
  assert.deepEqual(loaded.sort(), packed);
});

test('the order of publishing: what a package names is there before it', () => {
  const { whole, packages: order } = plan();
  assert.deepEqual(order.map(({ name }) => name), [`@openclaw-prepair/${PLATFORM}`, '@openclaw-prepair/component', 'openclaw-prepair']);
  assert.equal(whole, false, 'without the other platforms');
  const manifest = JSON.parse(tar(order[2].file, 'package.json'));
  assert.deepEqual(manifest.optionalDependencies, { [`@openclaw-prepair/${PLATFORM}`]: build.version });
});

test('each tarball carries README, SECURITY and both licences; the main one no addon and no component, and no more bytes than it may have', () => {
  for (const { name, file, bytes } of plan().packages) {
    const names = execFileSync('tar', ['-tzf', join(dir, 'packages', file)], { encoding: 'utf8' }).trim().split('\n').map((path) => path.replace('package/', ''));
    for (const text of ['README.md', 'SECURITY.md', 'LICENSE-MIT', 'LICENSE-APACHE']) assert.ok(names.includes(text), `${name}: ${text}`);
    if (name !== 'openclaw-prepair') continue;
    assert.deepEqual(names.filter((path) => /\.node$|component/.test(path)), []);
    assert.ok(bytes <= LARGEST, `${bytes} bytes`);
  }
});

test('the main tarball has the files that npm packs but for those of the command line, which is one; functions and classes keep their names', async () => {
  const { file } = plan().packages.at(-1);
  const names = execFileSync('tar', ['-tzf', join(dir, 'packages', file)], { encoding: 'utf8' }).trim().split('\n').map((path) => path.replace('package/', ''));
  const { stdout } = await exec('npm', ['pack', '--dry-run', '--json', PACKAGE], { cwd: dir });
  const built = JSON.parse(stdout)[0].files.map(({ path }) => path);
  assert.deepEqual([...names].sort(), built.filter((path) => !path.startsWith('lib/cli/') || path === 'lib/cli/index.js').sort());
  for (const name of built.filter((path) => /^lib\/(core|entry|node|sandbox)\/\w[\w-]*\.js$/.test(path))) {
    const shipped = tar(file, name);
    for (const [, declared] of readFileSync(join(PACKAGE, name), 'utf8').matchAll(/^(?:async function|function\*?|class) (\w+)/gm)) {
      assert.match(shipped, new RegExp(`(function\\*?|class)\\s?${declared}\\b`), name);
    }
  }
  assert.doesNotMatch(tar(file, 'lib/node/binding.js'), /@ts-check/);
});

test('what is the same in two files costs next to nothing, wherever npm put them', () => {
  const bytes = gunzipSync(readFileSync(join(dir, 'packages', plan().packages.at(-1).file)));
  const files = entries(bytes);
  const size = (some) => deflateRawSync(Buffer.concat(some.map((one) => one.bytes)), { level: 9, memLevel: 9 }).length;
  const twins = files.filter(({ name }) => name.includes('/lib/esm/'));
  assert.ok(twins.length > 5);
  assert.ok(size(files) - size(files.filter((one) => !twins.includes(one))) < 0.2 * size(twins), 'of lib/esm/ what is in lib/ costs little');

  // so much noise that deflate can't look over it
  const noise = Array.from({ length: 5 }, (_, i) => ({ name: `noise ${i}`, bytes: randomBytes(40_000 + i) }));
  const text = randomBytes(8000);
  const alike = [text, Buffer.concat([text, Buffer.from('more')])].map((one, i) => ({ name: `twin ${i}`, bytes: one }));
  const order = ordered([alike[0], ...noise, alike[1]]);
  assert.deepEqual(order.map(({ name }) => name).sort(), [...noise, ...alike].map(({ name }) => name).sort());
  assert.equal(Math.abs(order.indexOf(alike[0]) - order.indexOf(alike[1])), 1, order.map(({ name }) => name).join());
});

test('no README of a tarball has a link that leads nowhere', () => {
  for (const { name, file } of plan().packages) {
    for (const text of ['README.md', 'SECURITY.md']) {
      const prose = tar(file, text).replace(/^```[^]*?^```/gm, '');
      assert.deepEqual([...prose.matchAll(/\]\((?!https:|#)[^)\s]*\)/g)].map(([link]) => link), [], `${name}: ${text}`);
    }
  }
});

test('links of a README are absolute where the repository is known, else only their words stay', () => {
  const owned = { version: '1.2.3', repository: 'https://example.org/o/r' };
  const text = 'See [the `lib`](crates/core/src/lib.rs#L1), ![a chart](tests/bench/chart.svg), [below](#below) and [there](https://example.org/x).\n```js\na[0](README.md)\n```\n';
  assert.equal(elsewhere(text, '.', owned), text.replace('crates/core', 'https://example.org/o/r/blob/v1.2.3/crates/core').replace('tests/bench', 'https://example.org/o/r/raw/v1.2.3/tests/bench'));
  assert.equal(elsewhere(text, '.', { ...owned, repository: null }), text.replace('[the `lib`](crates/core/src/lib.rs#L1)', 'the `lib`').replace('![a chart](tests/bench/chart.svg)', 'a chart'));
  assert.match(elsewhere('[up](../README.md)', 'docs', owned), /\/blob\/v1\.2\.3\/README\.md\)$/);
  assert.throws(() => elsewhere('[gone](docs/gone.md)', '.', owned), /docs\/gone\.md, which is not there/);
});

test('repository, homepage and bugs come from the one setting of Cargo.toml; while it is empty packing says so', () => {
  const [one] = packages().slice(-1);
  const owned = released(one, { version: build.version, repository: 'https://example.org/o/r', platforms: [] });
  assert.deepEqual([owned.homepage, owned.bugs, owned.repository], ['https://example.org/o/r#readme', { url: 'https://example.org/o/r/issues' }, { type: 'git', url: 'git+https://example.org/o/r.git', directory: 'npm/openclaw-prepair' }]);
  assert.deepEqual(workspace('[workspace.package]\nversion = "1.2.3"\nrepository = ""\n[x]\nrepository = "https://a/b/c"\n'), { version: '1.2.3', repository: null });
  assert.equal(workspace('[workspace.package]\nversion = "1.2.3"\nrepository = "https://a/b/c"\n').repository, 'https://a/b/c');
  for (const wrong of ['a/b', 'https://a/b', 'https://a/b/c.git', 'https://a/b/c/', 'git@a:b/c']) assert.throws(() => workspace(`[workspace.package]\nversion = "1"\nrepository = "${wrong}"\n`), /https:\/\/<host>\/<owner>\/<name>/, wrong);
  assert.throws(() => released({ ...one, manifest: { ...one.manifest, version: '0.0.9' } }, { version: build.version, platforms: [] }), /has version 0\.0\.9, Cargo\.toml has/);
  const { repository } = workspace();
  assert.equal(plan().repository, repository);
  assert.equal(said.includes('fill in `repository` in Cargo.toml before you publish them'), repository === null, said);
});

test('a platform without its addon, with one of another machine or of other sources is refused', async () => {
  const file = join(dir, 'prepair.node');
  const whole = readFileSync(join(PACKAGE, 'prepair.node'));
  const told = (bytes, name = PLATFORM) => {
    rmSync(file, { force: true });
    if (bytes) writeFileSync(file, bytes);
    return unfit(name, file, build);
  };
  assert.equal(told(whole), null);
  assert.match(told(null), /has no addon$/);
  assert.match(told(Buffer.alloc(0)), /another machine/);
  assert.match(told(whole, process.arch === 'x64' ? 'linux-arm64-gnu' : 'linux-x64-gnu'), /another machine/);
  assert.match(told(whole, 'darwin-arm64'), /another machine/);
  const stale = Buffer.from(whole);
  for (let at; (at = stale.indexOf(build.coreHash)) >= 0;) stale.write('0123456789abcdef', at, 'latin1');
  assert.match(told(stale), /other sources/);
  const lacking = packages().find(({ platform, folder, name }) => platform && name !== PLATFORM && !existsSync(join(folder, 'prepair.node')));
  if (lacking) {
    const out = join(dir, 'refused');
    await assert.rejects(exec(process.execPath, ['npm/release/pack.mjs', out, PLATFORM, lacking.name], { cwd: ROOT }), ({ message }) => message.includes(`${lacking.name} has no addon\nBuild them: cargo xtask build --platforms`));
    assert.equal(existsSync(out), false, 'and nothing is packed');
  }
  await assert.rejects(exec(process.execPath, ['npm/release/pack.mjs', join(dir, 'refused'), 'amiga'], { cwd: ROOT }), /no platform amiga/);
});

test('the checksums are those of the files', () => {
  const lines = readFileSync(join(dir, 'packages/SHA256SUMS'), 'utf8').trim().split('\n').map((line) => line.split('  '));
  assert.deepEqual(lines.map(([, file]) => file).sort(), readdirSync(join(dir, 'packages')).filter((file) => file !== 'SHA256SUMS').sort());
  for (const [sum, file] of lines) assert.equal(createHash('sha256').update(readFileSync(join(dir, 'packages', file))).digest('hex'), sum, file);
});

test('the SBOM is valid CycloneDX, and names what is in each package', async () => {
  const file = join(dir, 'packages/sbom.cdx.json');
  const script = 'import sys\nfrom cyclonedx.schema import SchemaVersion\nfrom cyclonedx.validation.json import JsonStrictValidator\nfound = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())\nprint(found)';
  const { stdout } = await exec(await python(['cyclonedx-python-lib[json-validation]==11.12.0']), ['-c', script, file]);
  assert.equal(stdout.trim(), 'None');
  const { components, dependencies } = JSON.parse(readFileSync(file, 'utf8'));
  const refs = new Set([...components.map((one) => one['bom-ref']), `pkg:npm/openclaw-prepair@${build.version}`]);
  for (const { ref, dependsOn } of dependencies) for (const one of [ref, ...dependsOn]) assert.ok(refs.has(one), one);
  const inside = (name) => dependencies.find(({ ref }) => ref === `pkg:npm/${name}@${build.version}`).dependsOn.map((one) => one.replace(/@[^@]*$/, ''));
  const main = inside('openclaw-prepair');
  for (const name of ['pkg:npm/ws', 'pkg:cargo/ed25519-dalek', 'pkg:cargo/wasm-bindgen', `pkg:npm/%40openclaw-prepair/${PLATFORM}`]) assert.ok(main.includes(name), name);
  assert.ok(inside(`%40openclaw-prepair/${PLATFORM}`).includes('pkg:cargo/napi') && !main.includes('pkg:cargo/napi'));
  assert.deepEqual([...refs].filter((ref) => /napi-build|serde_derive|proc-macro|tempfile|proptest/.test(ref)), [], 'what is not shipped');
  for (const one of components) assert.ok(one.licenses.length === 1 && (!one.purl?.startsWith('pkg:cargo/') || /^[0-9a-f]{64}$/.test(one.hashes[0].content)), one.name);
});

test('a rehearsal publishes to no registry but one on loopback', async () => {
  for (const url of ['http://127.0.0.1:4873/', 'http://127.8.9.1/', 'http://[::1]:4873/']) assert.equal(loopback(url), url);
  for (const url of ['https://example.org/', 'http://10.0.0.1:4873/', 'http://127.0.0.1.example.org/', 'http://localhost.example.org/', 'http://127.0.0.1@example.org/', 'https://127.0.0.1/', 'ftp://127.0.0.1/']) assert.throws(() => loopback(url), /not on loopback/, url);
  await assert.rejects(publish(join(dir, 'packages'), { url: 'https://example.org/' }), /not on loopback/);
});

test('published on a registry and installed from it by npm, it brings the addon; without optional packages the wasm', async () => {
  const registry = await startRegistry(join(dir, 'registry'));
  try {
    await publish(join(dir, 'packages'), registry);
    for (const [addon, expected] of [[true, 'native'], [false, 'wasm']]) {
      const { binding, deviceId, device, ...rest } = await uses('npm', { dir, url: registry.url, addon });
      assert.equal(binding, expected);
      assert.deepEqual(rest, USED);
    }
    const app = mkdtempSync(join(dir, 'cli-'));
    const run = (...args) => exec('npx', ['--yes', '--registry', registry.url, 'openclaw-prepair', ...args], { cwd: app, env: clean(app) });
    assert.equal((await run('--version')).stdout, `${build.version}\n`);
    const target = ['--state-dir', join(app, 'state'), '--gateway-version', '2026.2.19'];
    assert.match((await run('setup', '--dry-run', ...target)).stdout, /<new deviceId>/);
    await run('setup', ...target);
    assert.match((await run('devices', 'list', ...target)).stdout, /^1 paired, 0 waiting/);
    assert.equal((await run('doctor', '--quiet', ...target)).stdout, '');
  } finally {
    await registry.stop();
  }
});
