// The blocks of the README and of docs/ that tests run: each has its name in a comment before it, once.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const README = join(ROOT, 'README.md');
export const PAGES = [README, ...['docs', 'docs/recipes'].flatMap((folder) => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.md')).map((name) => join(ROOT, folder, name)))];

/** What is in the block of this name. */
export function block(name) {
  const pattern = new RegExp(`<!-- ${name} -->\\n\`\`\`\\w*\\n([^]*?)\`\`\``, 'g');
  const found = PAGES.flatMap((page) => [...readFileSync(page, 'utf8').matchAll(pattern)]);
  if (found.length !== 1) throw new Error(`${found.length} blocks named ${name} in README.md and docs/`);
  return found[0][1];
}
