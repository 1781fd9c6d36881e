// Writes npm/openclaw-prepair/lib/sandbox/inside.js: the scripts of inside/ as strings, for runtimes without a disk.
// After a change there: cargo xtask generate, or this alone: node tests/sandbox/inside.mjs [--check]
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generated } from '../lib/generated.mjs';

const root = new URL('../../npm/openclaw-prepair/', import.meta.url);
const target = fileURLToPath(new URL('lib/sandbox/inside.js', root));

/** A program without `require`s of our own: what it takes from ../lib/ stands before it. */
function whole(text) {
  const ours = /^const \{[^}]*\} = require\('\.\.\/(lib\/[^']+)'\);\n/gm;
  const parts = [...text.matchAll(ours)].map(([, file]) => readFileSync(new URL(file, root), 'utf8')
    .replace(/^('use strict'|module\.exports = .*|const \w+ = require\('node:(fs|path)'\)|const \{.*\} = require\('\.\/.*'\));\n/gm, ''));
  const [head, ...rest] = text.split(ours).filter((_, i) => i % 2 === 0);
  return [head, ...parts, ...rest].join('').replace(/^\/\*\*.*?\*\/\n/gms, '');
}

function generate() {
  const source = (name) => whole(readFileSync(new URL(`inside/${name}`, root), 'utf8'))
    .split('\n').filter((line) => !/^\s*(#|\/\/|\/\*\*.*\*\/\s*$)/.test(line) && line.trim() !== '').join('\n');
  const scripts = {
    look: `${source('common.sh')}\n${source('look.sh')}`,
    commit: `${source('common.sh')}\n${source('commit.sh')}`,
    rows: source('rows.js'),
  };
  return `'use strict';\n\n// Made from inside/ by tests/sandbox/inside.mjs: what runs in the sandbox. Change it there.\n\nmodule.exports = ${
    JSON.stringify(scripts, null, 2)};\n`;
}

await generated(import.meta, () => ({ [target]: generate() }));
