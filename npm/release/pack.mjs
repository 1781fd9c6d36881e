// All packages of one version, as they are published: node npm/release/pack.mjs <new folder> [<platform>…]
// Platforms that are named are packed without the others, for a rehearsal.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, packages, workspace } from './packages.mjs';
import { sbom } from './sbom.mjs';
import { ship } from './shipped.mjs';
import { compress } from './tarball.mjs';
import { writeTexts } from './texts.mjs';

const CARRIED = ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'SECURITY.md', 'package.json'];
/** The most that the main tarball may have, in bytes. */
export const LARGEST = 350 * 1024;

/** The first bytes of a shared library for each machine. */
const MACHINES = {
  'linux-x64': /^7f454c460201.{20}03003e00/,
  'linux-arm64': /^7f454c460201.{20}0300b700/,
  'darwin-arm64': /^cffaedfe0c000001/,
  'darwin-x64': /^cffaedfe07000001/,
};

/** Why the addon of a platform's package can't be released, or null. */
export function unfit(name, file, { version, coreHash }) {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return `${name} has no addon`;
  const addon = readFileSync(file);
  const [, machine] = /^(\w+-\w+)/.exec(name);
  if (!MACHINES[machine].test(addon.subarray(0, 20).toString('hex'))) return `${name} has an addon of another machine`;
  if (!addon.includes(coreHash) || !addon.includes(version)) return `${name} has an addon of other sources`;
  return null;
}

/** The manifest as it is released: with the owner's places, and the addons as optional packages of the same version. */
export function released(one, { repository, version, platforms }) {
  const { name, manifest } = one;
  if (manifest.version !== version) throw new Error(`npm/${name}/package.json has version ${manifest.version}, Cargo.toml has ${version}`);
  return {
    ...manifest,
    ...repository && {
      homepage: `${repository}#readme`,
      bugs: { url: `${repository}/issues` },
      repository: { type: 'git', url: `git+${repository}.git`, directory: `npm/${name}` },
    },
    ...name === 'openclaw-prepair' && { optionalDependencies: Object.fromEntries(platforms.map((platform) => [platform.manifest.name, version])) },
  };
}

const hash = (algorithm, bytes, form) => createHash(algorithm).update(bytes).digest(form);

/** Packs one package; what npm says of it. */
function pack(one, manifest, { stage, to }) {
  const folder = join(stage, one.name);
  cpSync(one.folder, folder, { recursive: true, filter: (file) => one.platform || !file.endsWith('.node') });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  if (one.name === 'openclaw-prepair') ship(folder);
  const [{ filename, files }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', to, folder], { cwd: stage, encoding: 'utf8' }));
  const names = files.map((file) => file.path);
  const lacking = CARRIED.filter((name) => !names.includes(name));
  if (lacking.length > 0) throw new Error(`${manifest.name} lacks ${lacking.join(', ')}`);
  compress(join(to, filename));
  const bytes = readFileSync(join(to, filename));
  if (one.name === 'openclaw-prepair' && bytes.length > LARGEST) throw new Error(`${filename} has ${bytes.length} bytes; the most is ${LARGEST}`);
  return { name: one.name, manifest, file: filename, bytes: bytes.length, sha256: hash('sha256', bytes, 'hex'), sha512: hash('sha512', bytes, 'hex'), integrity: `sha512-${hash('sha512', bytes, 'base64')}` };
}

/** Writes the tarballs, SHA256SUMS, sbom.cdx.json and release.json, whose order is that of publishing, into the new folder `to`. */
export function release(to, only = []) {
  const { version, repository } = workspace();
  const all = packages();
  const platforms = all.filter(({ name, platform }) => platform && (only.length === 0 || only.includes(name)));
  const unknown = only.filter((name) => platforms.every((platform) => platform.name !== name));
  if (unknown.length > 0) throw new Error(`no platform ${unknown.join(', ')}`);
  const { coreHash } = createRequire(import.meta.url)('../openclaw-prepair/lib/core/build.js');
  const refused = platforms.map(({ name, folder }) => unfit(name, join(folder, 'prepair.node'), { version, coreHash })).filter(Boolean);
  if (refused.length > 0) throw new Error(`${refused.join('\n')}\nBuild them: cargo xtask build --platforms`);
  writeTexts();

  const stage = join(to, 'stage');
  mkdirSync(to, { recursive: true });
  if (readdirSync(to).length > 0) throw new Error(`${to} is not empty`);
  mkdirSync(stage);
  const packed = all.filter((one) => !one.platform || platforms.includes(one))
    .map((one) => pack(one, released(one, { repository, version, platforms }), { stage, to }));
  rmSync(stage, { recursive: true });
  const write = (name, text) => writeFileSync(join(to, name), text);
  write('sbom.cdx.json', `${JSON.stringify(sbom(packed, version), null, 2)}\n`);
  const order = packed.map(({ manifest, file, bytes, integrity }) => ({ name: manifest.name, version, file, bytes, integrity }));
  write('release.json', `${JSON.stringify({ version, repository, whole: platforms.length === all.filter(({ platform }) => platform).length, packages: order }, null, 2)}\n`);
  const sums = [...packed.map(({ file, sha256 }) => [file, sha256]), ...['release.json', 'sbom.cdx.json'].map((name) => [name, hash('sha256', readFileSync(join(to, name)), 'hex')])];
  write('SHA256SUMS', sums.map(([file, sum]) => `${sum}  ${file}\n`).join(''));
  return { version, repository, packages: order };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [to, ...only] = process.argv.slice(2);
  try {
    const { version, repository, packages: order } = release(to, only);
    for (const { file, bytes } of order) console.log(`${(bytes / 1024).toFixed(1).padStart(8)} KB  ${file}`);
    console.log(`Packed ${version} into ${to}`);
    if (repository === null) console.log('The packages name no repository, homepage or place for bugs, and their READMEs have no links into it:\nfill in `repository` in Cargo.toml before you publish them.');
    if (only.length > 0) console.log('This is for a rehearsal: packages of platforms were left out.');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
