// README, SECURITY and the licences of each package: npm takes them from the package's own folder only, and shows a README where
// links into the repository lead nowhere. Run by every build: node npm/release/texts.mjs
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, packages, workspace } from './packages.mjs';

const COPIED = ['LICENSE-MIT', 'LICENSE-APACHE'];

/**
 * A text of the repository for readers elsewhere: links to its files are absolute where the repository is known, else only their
 * words stay. `from` is its folder.
 */
export function elsewhere(text, from, { repository, version }) {
  // not in blocks of code, where `a[0](b)` is no link
  return text.split(/^(```[^]*?^```)/m).map((part, index) => (index % 2 ? part : part.replace(/(!?)\[((?:[^[\]]|\[[^[\]]*\])*)\]\(([^()\s]+)\)/g, (whole, image, words, target) => {
    if (/^(#|[a-z]+:)/.test(target)) return whole;
    const path = posix.join(from, target);
    if (!existsSync(join(ROOT, path.split('#')[0]))) throw new Error(`a text in ${from} links to ${target}, which is not there`);
    return repository ? `${image}[${words}](${repository}/${image ? 'raw' : 'blob'}/v${version}/${path})` : words;
  }))).join('');
}

const read = (file) => readFileSync(join(ROOT, file), 'utf8');

/** The README of a package. */
function readme({ name, manifest, platform }, cargo) {
  if (platform) return `# ${manifest.name}\n\n${manifest.description}.\n\nInstall openclaw-prepair: it brings this package where it fits the machine.\n`;
  const file = name === 'component' ? 'docs/component.md' : 'README.md';
  return elsewhere(read(file), posix.dirname(file), cargo);
}

/** Writes them into the folders of npm/. */
export function writeTexts() {
  const cargo = workspace();
  const security = elsewhere(read('SECURITY.md'), '.', cargo);
  for (const one of packages()) {
    for (const name of COPIED) copyFileSync(join(ROOT, name), join(one.folder, name));
    writeFileSync(join(one.folder, 'SECURITY.md'), security);
    writeFileSync(join(one.folder, 'README.md'), readme(one, cargo));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeTexts();
