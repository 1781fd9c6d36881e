// The source that a cell of the rules table names is in the package of the version that brought the cell. Of versions that
// are installed, or of all with PREPAIR_VERSIONS=all.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheDir, openclaw } from '../lib/cache.mjs';

const table = readFileSync(new URL('../../crates/core/src/rules/table.rs', import.meta.url), 'utf8');
/** { version: [[field, source], …] } */
const cells = {};
for (const [, field, row, body] of table.matchAll(/^ {4}(\w+): [^=\n]+ = "([^"]+)" \[([^]*?)\];$/gm)) {
  for (const [, version, own = row] of body.matchAll(/"(\d+\.\d+\.\d+)"(?: in "([^"]+)")? =>/g)) (cells[version] ??= []).push([field, own]);
}
const all = process.env.PREPAIR_VERSIONS === 'all';
const asked = Object.keys(cells).filter((version) => all || existsSync(join(cacheDir, 'openclaw', version, 'package.json')));

/** The code of a source file in a package: bundled, between the comments of its region, or a file of its own. */
function code(root, source) {
  const own = join(root, 'dist', source.replace(/^src\//, '').replace(/\.ts$/, '.js'));
  if (existsSync(own)) return readFileSync(own, 'utf8');
  const begin = `//#region ${source}\n`;
  return readdirSync(join(root, 'dist')).filter((name) => /\.m?js$/.test(name)).flatMap((name) => {
    const text = readFileSync(join(root, 'dist', name), 'utf8');
    return text.split(begin).slice(1).map((part) => part.split('\n//#endregion')[0]);
  }).join('\n');
}

for (const version of asked) {
  test(`OpenClaw ${version} has the sources of ${cells[version].length} cells`, async () => {
    const root = await openclaw(version);
    const missing = cells[version].filter(([, source]) => {
      const [file, name = ''] = source.split(' ');
      if (file !== 'package.json') return !(code(root, file) && code(root, file).includes(name));
      return name.split('.').reduce((value, key) => value?.[key], JSON.parse(readFileSync(join(root, file), 'utf8'))) === undefined;
    });
    assert.deepEqual(missing, []);
  });
}
