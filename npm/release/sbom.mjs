// The software bill of materials of a release, as CycloneDX: what is in each package, with licence and checksum.
// The same tree gives the same bytes: no serial number, no time.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './packages.mjs';

/** The target of each addon; what isn't native is wasm. */
const TRIPLES = {
  'linux-x64-gnu': 'x86_64-unknown-linux-gnu',
  'linux-arm64-gnu': 'aarch64-unknown-linux-gnu',
  'linux-x64-musl': 'x86_64-unknown-linux-musl',
  'linux-arm64-musl': 'aarch64-unknown-linux-musl',
  'darwin-arm64': 'aarch64-apple-darwin',
  'darwin-x64': 'x86_64-apple-darwin',
};
const ENTRIES = { 'openclaw-prepair': 'prepair-wasm', component: 'prepair-component' };

const read = (file) => readFileSync(join(ROOT, file), 'utf8');

/** What is linked into a crate of the workspace for a target: neither what runs at build time only, nor macros. */
function linked(crate, triple) {
  const text = execFileSync('cargo', ['metadata', '--format-version', '1', '--locked', '--filter-platform', triple], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 });
  const { packages, resolve } = JSON.parse(text);
  const byId = new Map(packages.map((one) => [one.id, one]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const found = new Map();
  const walk = (id) => {
    const one = byId.get(id);
    if (found.has(id) || one.targets.some(({ kind }) => kind.includes('proc-macro'))) return;
    found.set(id, one);
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) if (kinds.some(({ kind }) => kind === null)) walk(pkg);
  };
  walk(packages.find(({ name }) => name === crate).id);
  // our own have the version and the licence of the package
  return [...found.values()].filter(({ source }) => source !== null);
}

/** The checksums of Cargo.lock, by name and version. */
function checksums() {
  return new Map(read('Cargo.lock').split('[[package]]').slice(1).map((entry) => {
    const value = (key) => new RegExp(`^${key} = "(.*)"$`, 'm').exec(entry)?.[1];
    return [`${value('name')}@${value('version')}`, value('checksum')];
  }));
}

/** What is in the package besides crates, each with the version that the build names. */
function others(name) {
  const pinned = (file, pattern) => pattern.exec(read(file))[1];
  const std = { type: 'library', 'bom-ref': 'rust-std', name: 'std', description: "Rust's standard library, of the toolchain that built it", licenses: [{ expression: 'MIT OR Apache-2.0' }] };
  const npm = (of, version, expression) => ({ type: 'library', 'bom-ref': `pkg:npm/${of}@${version}`, name: of, version, purl: `pkg:npm/${of}@${version}`, licenses: [{ expression }] });
  if (name === 'openclaw-prepair') return [std, npm('ws', pinned('crates/xtask/src/vendor.rs', /"ws@(.+?)"/), 'MIT')];
  // it writes the code around the component
  if (name === 'component') return [std, npm('%40bytecodealliance/jco', pinned('crates/xtask/src/component.rs', /"@bytecodealliance\/jco@(.+?)"/), 'Apache-2.0 WITH LLVM-exception')];
  return [std];
}

/** Of packed packages: `{ name, manifest, sha256, sha512 }`, the hashes in hex. */
export function sbom(packed, version) {
  const locked = checksums();
  const components = new Map();
  const dependencies = [];
  for (const { name, manifest, sha256, sha512 } of packed) {
    const purl = `pkg:npm/${manifest.name.replace('@', '%40')}@${version}`;
    const hashes = [{ alg: 'SHA-256', content: sha256 }, { alg: 'SHA-512', content: sha512 }];
    components.set(purl, { type: 'library', 'bom-ref': purl, name: manifest.name, version, description: manifest.description, hashes, licenses: [{ expression: manifest.license }], purl });
    const inside = linked(ENTRIES[name] ?? 'prepair-napi', TRIPLES[name] ?? 'wasm32-unknown-unknown').map((crate) => {
      const ref = `pkg:cargo/${crate.name}@${crate.version}`;
      const checksum = locked.get(`${crate.name}@${crate.version}`);
      return { type: 'library', 'bom-ref': ref, name: crate.name, version: crate.version, hashes: [{ alg: 'SHA-256', content: checksum }], licenses: [{ expression: crate.license.replaceAll('/', ' OR ') }], purl: ref };
    });
    for (const one of [...inside, ...others(name)]) components.set(one['bom-ref'], one);
    dependencies.push({ ref: purl, dependsOn: [...inside, ...others(name)].map((one) => one['bom-ref']).sort() });
  }
  const main = `pkg:npm/openclaw-prepair@${version}`;
  const optional = packed.filter(({ manifest }) => 'os' in manifest).map(({ manifest }) => `pkg:npm/${manifest.name.replace('@', '%40')}@${version}`);
  dependencies.find(({ ref }) => ref === main).dependsOn.push(...optional);
  const sorted = [...components.values()].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  return {
    bomFormat: 'CycloneDX', specVersion: '1.6', version: 1,
    metadata: { component: components.get(main) },
    components: sorted.filter((one) => one['bom-ref'] !== main),
    dependencies,
  };
}
