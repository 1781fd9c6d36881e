// The form in which the main package is released: its code without comments and blanks, the command line in one file. Outside of that the
// names of functions and classes stay, for whoever reads a stack trace; what explains the code is in the repository.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './packages.mjs';

/** npm's esbuild, of the version that makes lib/esm too. */
function esbuild() {
  const [, pinned] = /"(esbuild@[\d.]+)"/.exec(readFileSync(join(ROOT, 'crates/xtask/src/vendor.rs'), 'utf8'));
  const modules = execFileSync(process.execPath, ['tests/lib/cache.mjs', 'npm', pinned], { cwd: ROOT, encoding: 'utf8' }).trim();
  return createRequire(import.meta.url)(join(modules, 'esbuild'));
}

/** Gives it to a copy of the built package. */
export function ship(folder) {
  const { buildSync } = esbuild();
  const names = (rooms) => rooms.flatMap((room) => readdirSync(join(folder, 'lib', room)).map((name) => `lib/${room}/${name}`)).filter((name) => name.endsWith('.js'));
  const made = (entryPoints, options) => buildSync({
    absWorkingDir: folder, entryPoints, outbase: '.', outdir: '.', allowOverwrite: true, platform: 'node', target: 'es2022',
    charset: 'utf8', logLevel: 'error', ...options,
  });
  const cli = 'lib/cli/index.js';
  // Node shows the whole line of an error that nobody catches.
  const lineLimit = 160;
  made([cli], { bundle: true, format: 'cjs', minify: true, lineLimit, external: ['core', 'entry', 'node'].map((room) => `../${room}/*`).concat('../../package.json') });
  for (const name of names(['cli'])) if (name !== cli) rmSync(join(folder, name));
  // without a format esbuild shortens the names within functions alone
  made(names(['entry', 'node']), { minify: true, lineLimit });
  // as crates/xtask/src/esm.rs makes their twins: what is the same costs next to nothing in the tarball
  made(names(['core', 'sandbox']), { minifyWhitespace: true, minifySyntax: true });
}
