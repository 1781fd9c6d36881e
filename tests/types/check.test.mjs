// The JavaScript of the package, checked by TypeScript: each file says `// @ts-check`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { npmInstall } from '../lib/cache.mjs';

const PACKAGE = fileURLToPath(new URL('../../npm/openclaw-prepair/', import.meta.url));
const AMBIENT = fileURLToPath(new URL('ambient.d.ts', import.meta.url));
/** What a program made. */
const MADE = /^lib\/(esm\/|node\/vendor\/|core\/(build|glue)\.js|sandbox\/inside\.js)/;
const files = readdirSync(PACKAGE, { recursive: true }).filter((file) => /^(bin|lib)\/.*\.m?js$/.test(file) && !MADE.test(file));

async function check(t, paths) {
  const modules = await npmInstall('check', { typescript: '5.9.3', '@types/node': '20.19.25' });
  const dir = mkdtempSync(join(tmpdir(), 'prepair-check-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const compilerOptions = {
    allowJs: true, noEmit: true, skipLibCheck: true, target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'nodenext', moduleResolution: 'nodenext', types: ['node'], typeRoots: [join(modules, '@types')],
  };
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [...paths, AMBIENT] }));
  try {
    execFileSync(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', dir], { encoding: 'utf8' });
    return '';
  } catch ({ stdout }) {
    return stdout;
  }
}

test('every file of the package is checked, and nothing is found', async (t) => {
  assert.ok(files.length > 30, files.join());
  const unchecked = files.filter((file) => !readFileSync(join(PACKAGE, file), 'utf8').split('\n', 2).includes('// @ts-check'));
  assert.deepEqual(unchecked, []);
  assert.equal(await check(t, files.map((file) => join(PACKAGE, file))), '');
});

test('a call of what is not there is found', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-check-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'a.js');
  writeFileSync(file, `// @ts-check\nconst { refusal } = require(${JSON.stringify(join(PACKAGE, 'lib/core/errors.js'))});\nrefusal('OPTIONS', 'a').mesage.trim();\n`);
  assert.match(await check(t, [file]), /mesage/);
});
