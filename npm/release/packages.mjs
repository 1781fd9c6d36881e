// The packages of a release: the folders of npm/ that hold a package.json, and what the workspace's Cargo.toml says of all of them.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `{ version, repository }` of `[workspace.package]`; `repository` is null until the owner fills it in. */
export function workspace(cargo = readFileSync(join(ROOT, 'Cargo.toml'), 'utf8')) {
  const [, section] = cargo.split('[workspace.package]\n');
  const value = (key) => new RegExp(`^${key} = "(.*)"$`, 'm').exec(section.split('\n[')[0])?.[1] ?? '';
  const repository = value('repository');
  // what is made of it: <repository>/issues, <repository>/blob/…
  if (repository !== '' && !/^https:\/\/[^/\s]+\/[^/\s]+\/[^/\s]+(?<!\.git)$/.test(repository)) {
    throw new Error(`Cargo.toml: repository is ${JSON.stringify(repository)}; give it as https://<host>/<owner>/<name>, without .git and without a slash at the end`);
  }
  return { version: value('version'), repository: repository || null };
}

/** `{ name, folder, manifest, platform }` of each in the order of publishing: a package comes after those that it names. */
export function packages() {
  const found = readdirSync(join(ROOT, 'npm')).filter((name) => statSync(join(ROOT, 'npm', name, 'package.json'), { throwIfNoEntry: false })).map((name) => {
    const folder = join(ROOT, 'npm', name);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { name, folder, manifest, platform: 'os' in manifest };
  });
  const rank = ({ name, platform }) => (platform ? 0 : name === 'openclaw-prepair' ? 2 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}
