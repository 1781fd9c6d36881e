// Versions of OpenClaw are compared in crates/core/src/rules and nowhere else, and the newest is called by its name.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { NEWEST, isSince } from '../lib/versions.mjs';

const root = new URL('../../', import.meta.url);

/** The code of files below a folder by path, without lines that are comments. */
function code(folder, names) {
  const paths = readdirSync(new URL(folder, root), { recursive: true })
    .filter((name) => names.test(name) && !/(^|\/)(node_modules|esm|component|vendor|generated)\//.test(name)).map((name) => `${folder}/${name}`);
  return paths.map((path) => [path, readFileSync(new URL(path, root), 'utf8').split('\n').filter((line) => !/^\s*(\/\/|\/?\*)/.test(line))]);
}

/** The lines that a pattern finds, each as its path and its text. */
const lines = (files, pattern) => files.flatMap(([path, all]) => all.filter((line) => pattern.test(line)).map((line) => `${path}: ${line.trim()}`));

const crates = ['core', 'host', 'component', 'napi', 'wasm', 'xtask', 'fuzz'];
const rust = crates.flatMap((name) => code(`crates/${name}/src`, /\.rs$/)).filter(([path]) => !path.startsWith('crates/core/src/rules/'));
const shipped = ['npm/openclaw-prepair/lib', 'npm/openclaw-prepair/bin', 'npm/openclaw-prepair/inside', 'npm/explorer/src']
  .flatMap((folder) => code(folder, /(\.m?js|\.sh)$/)).filter(([path]) => !path.endsWith('/sandbox/inside.js'));
const tests = code('tests', /\.m?js$/);

/** A version before or behind a comparison, but that of a database (`userVersion`). */
const COMPARED = /(?<!user|<)(?:\bversion|Version|NEWEST)\b(?:\(\))?[!?]? *(?:[<>]=?(?![=>])) *[\w'"`(*&]|[\w)'"`] (?:[<>]=?) *[*&]?(?:\w+\.)*(?:version|gatewayVersion|NEWEST)\b/;
/** Its parts taken for themselves. */
const TAKEN = /\b(?:version|Version)\)?\.(?:split|localeCompare|year|month|patch)\b|Version::release|Version \{/;
/** A version as a value, or as the end of a range. */
const NAMED = /(?:[<>]=?|===?) *["'`]20\d\d\.\d+|["'`]20\d\d\.\d+[\d.]*["'`] *(?:[<>]=?|===?)/;

test('no version is compared outside of the rules, in Rust or in what is shipped of JavaScript', () => {
  for (const pattern of [COMPARED, TAKEN, NAMED]) assert.deepEqual(lines([...rust, ...shipped], pattern), []);
});

test('tests compare versions by isSince() alone', () => {
  const others = tests.filter(([path]) => !['tests/lib/versions.mjs', 'tests/house/versions.test.mjs'].includes(path));
  for (const pattern of [COMPARED, /(?<!sys\.)\b(?:version|Version)\.(?:split|localeCompare)\b/, /[<>]=? *["'`]20\d\d\.\d+/]) assert.deepEqual(lines(others, pattern), []);
});

test('what is looked for is found', () => {
  for (const line of [
    'self.version < Since::of("2026.3.7").version()', 'if version >= &other {', 'world.gateway.version > NEWEST', 'Some(v) if *v > NEWEST', "version > '2026.8'", 'if (gatewayVersion >= known) {',
  ]) assert.match(line, COMPARED, line);
  for (const line of ["Number(version.split('.')[1])", 'a.version.localeCompare(b)', 'Version { year: 2026, ..v }', 'v.version.month']) assert.match(line, TAKEN, line);
  for (const line of ["v < '2026.8'", '"2026.8.1" <= text', "home === '2026.9.5'"]) assert.match(line, NAMED, line);
  for (const line of ['fn f(version: Option<&Version>) -> u8', 'Vec<Version>', 'versions.map((version) => version)', 'userVersion >= 2', 'let version: Option<Version> = x', 'text.parse::<Version>().ok()']) assert.doesNotMatch(line, COMPARED, line);
});

test('the Node that a hint names for databases serves every version that keeps one', () => {
  const named = lines(shipped, /serves every OpenClaw with such a database/).map((line) => /Node (\d+)\.(\d+) serves/.exec(line).slice(1).map(Number));
  assert.equal(named.length, 2);
  const observed = new URL('tests/gateway/observed/', root);
  const needs = readdirSync(observed).filter((name) => isSince(name, 8, 1)).map((name) => readFileSync(new URL(name, observed), 'utf8').split('\n').find((line) => line.includes('"field":"min_node"')));
  assert.ok(needs.length > 3);
  for (const [major, minor] of named) for (const line of needs) assert.ok(Number(new RegExp(`\\(${major}, (\\d+), 0\\)`).exec(line)?.[1]) <= minor, line);
});

/** Where the number of the newest is right, because it is meant for what it is: how often, and why. */
const MEANT = {
  'crates/core/src/rules/mod.rs': [1, 'its name'],
  'tests/gateway/observe.mjs': [1, 'the list of what is recorded'],
  'tests/vectors/cases/diagnose.mjs': [3, 'the version from which marks of sanitizers are refused; what it exits with'],
  'tests/vectors/cases/identity.mjs': [2, 'what it exits with'],
  'tests/sandbox/answers.test.mjs': [1, 'a line of a sandbox that lies'],
  'tests/bench/bench.mjs': [1, 'what was measured'],
  'tests/bench/goals.mjs': [1, 'what was measured'],
  'tests/bench/table.mjs': [1, 'what was measured'],
};

test('the newest version is called NEWEST, where it is not meant for what it did', () => {
  const files = [...tests, ...crates.flatMap((name) => ['src', 'tests'].flatMap((part) => {
    try {
      return code(`crates/${name}/${part}`, /\.rs$/);
    } catch {
      return [];
    }
  }))].filter(([path]) => !path.endsWith('rules/table.rs'));
  const literal = new RegExp(`${NEWEST.replaceAll('.', '\\.')}(?!\\d)`, 'g');
  const found = files.map(([path, all]) => [path, all.join('\n').match(literal)?.length ?? 0]);
  assert.deepEqual(found.filter(([path, count]) => count > (MEANT[path]?.[0] ?? 0)), []);
});
