// Writes npm/openclaw-prepair/lib/sandbox-inside.js: the scripts of inside/ as strings, for runtimes without a disk.
// Run by hand after a change there: node tests/sandbox/inside.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = new URL('../../npm/openclaw-prepair/', import.meta.url);
export const target = fileURLToPath(new URL('lib/sandbox-inside.js', root));

export function generate() {
  const source = (name) => readFileSync(new URL(`inside/${name}`, root), 'utf8')
    .split('\n').filter((line) => !/^\s*(#|\/\/|\/\*\*.*\*\/\s*$)/.test(line) && line.trim() !== '').join('\n');
  const scripts = {
    look: `${source('common.sh')}\n${source('look.sh')}`,
    commit: `${source('common.sh')}\n${source('commit.sh')}`,
    rows: source('rows.js'),
  };
  return `'use strict';\n\n// Made from inside/ by tests/sandbox/inside.mjs: what runs in the sandbox. Change it there.\n\nmodule.exports = ${
    JSON.stringify(scripts, null, 2)};\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(target, generate());
