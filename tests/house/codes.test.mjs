// Every code that anything refuses or warns with is a row of the codes' table, and every row is used.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { errors, notices } from '../lib/codes.mjs';

const root = new URL('../../', import.meta.url);

/** Texts below a folder by path. */
function below(folder, names) {
  return Object.fromEntries(readdirSync(new URL(folder, root), { recursive: true })
    .filter((name) => names.test(name) && !/(^|\/)(node_modules|esm|component|vendor)\//.test(name))
    .map((name) => [`${folder}${name}`, readFileSync(new URL(`${folder}${name}`, root), 'utf8')]));
}
const rust = Object.fromEntries(['core', 'host', 'napi', 'wasm', 'component'].flatMap((name) => Object.entries(below(`crates/${name}/src/`, /\.rs$/)))
  .filter(([path]) => !path.startsWith('crates/core/src/codes/')));
const lib = { ...below('npm/openclaw-prepair/lib/', /\.m?js$/), ...below('npm/openclaw-prepair/inside/', /\./) };

/** The argument that begins at `at`, to its comma. */
function argument(text, at) {
  let depth = 0;
  for (let end = at; end < text.length; end += 1) {
    if ('([{'.includes(text[end])) depth += 1;
    else if (')]}'.includes(text[end])) depth -= 1;
    if (depth < 0 || (depth === 0 && text[end] === ',')) return text.slice(at, end);
  }
  throw new Error('an argument without an end');
}

/** The codes, without their prefix, that a module refuses with: literal, or in the rows of the tuple that a variable is taken from. */
function refusals(text) {
  const found = [];
  for (const { 0: call, index } of text.matchAll(/\b(?:refusal|new Refusal|of)\(\s*(?=')|\b(?:refusal|new Refusal)\(\s*/g)) {
    const said = argument(text, index + call.length);
    if (said.trim() === 'code') found.push(...[...text.matchAll(/\['([A-Z_]+)', ["'`][A-Z][a-z ]/g)].map(([, code]) => code));
    else found.push(...[...said.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code));
  }
  return found;
}

const inRust = (kind) => Object.values(rust).flatMap((text) => [...text.matchAll(new RegExp(`\\b${kind}::([A-Z]\\w+)`, 'g'))].map(([, name]) => name));

test('no program refuses with a code that is not in the table, and none is there for nothing', () => {
  const inJs = Object.entries(lib).flatMap(([path, text]) => refusals(text).map((code) => {
    assert.ok(Object.values(errors).includes(`ERR_PREPAIR_${code}`), `${path}: ${code}`);
    return `ERR_PREPAIR_${code}`;
  }));
  assert.ok(new Set(inJs).size > 20, [...new Set(inJs)].join(' '));
  const used = new Set([...inRust('ErrorCode').map((name) => errors[name]), ...inJs]);
  assert.deepEqual(Object.values(errors).filter((code) => !used.has(code)), []);
});

test('no notice is in the table for nothing', () => {
  const used = new Set(inRust('NoticeCode'));
  // A refusal of another operation, as a finding.
  const unused = Object.keys(notices).filter((name) => !used.has(name) && !(name in errors));
  assert.deepEqual(unused, []);
  for (const name of used) assert.ok(name in notices, name);
});

test('every code that is spelled out somewhere is in the table', () => {
  const known = new Set([...Object.values(errors), ...Object.values(notices)]);
  const texts = {
    ...rust, ...lib, ...below('crates/core/tests/', /\.rs$/), ...below('crates/host-unix/tests/', /\.rs$/), ...below('npm/explorer/src/', /\./), ...below('npm/openclaw-prepair/', /^[^/]*\.d\.m?ts$/), ...below('wit/', /\.wit$/), ...below('tests/', /\.(mjs|ts)$/),
    ...Object.fromEntries(['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((name) => [name, readFileSync(new URL(name, root), 'utf8')])),
  };
  for (const [path, text] of Object.entries(texts)) {
    for (const [code] of text.matchAll(/\b(?:ERR_PREPAIR|W)_[A-Z][A-Z_]*\b/g)) {
      // fs.constants, and a name in a test of this very test
      if (code !== 'W_OK') assert.ok(known.has(code), `${path}: ${code}`);
    }
  }
});

test('what is used is found', () => {
  assert.deepEqual(refusals("throw refusal('A', 'x'); new Refusal(here ? 'B' : 'C', 'x'); of('D', 'x')"), ['A', 'B', 'C', 'D']);
  assert.deepEqual(refusals("const T = { X: ['E', 'Text.'] }; const [code] = T.X; return refusal(code, 'x');"), ['E']);
});
