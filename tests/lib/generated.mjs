// What a program writes into the tree, for `cargo xtask generate [--check]`.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Started as a program, it writes the files that `make` gives, text by path; with --check it names those that are not current. */
export async function generated({ url }, make) {
  if (url !== pathToFileURL(process.argv[1] ?? '').href) return;
  const check = process.argv.includes('--check');
  for (const [path, text] of Object.entries(await make())) {
    if (readFileSync(path, 'utf8') === text) continue;
    console.log(`${check ? 'not current' : 'written'}: ${relative(root, path)}`);
    if (check) process.exitCode = 1;
    else writeFileSync(path, text);
  }
}
