// The walls of the house: no import circle, no arrow against the order of the rooms, no file that grew too long.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { arrows, circles, sources } from './imports.mjs';

const crates = new URL('../../crates/', import.meta.url);
const CRATES = readdirSync(crates);
const crate = (name) => sources(fileURLToPath(new URL(`${name}/src`, crates)));
const room = (file) => file.split('/')[0].replace(/\.rs$/, '');

/** From the ground up: each uses only what stands before it. */
const ORDER = [
  'base', 'codes', 'error', 'parts', 'inputs', 'wants', 'entropy', 'verdict', 'report', 'steps',
  'rules', 'options', 'store', 'config', 'gateway', 'context', 'plan', 'diagnose', 'operations', 'again', 'foresee', 'question', 'bridge',
];
const MAX_LINES = 400;
/** The scanner and editor of documents, and tables, which hold rows and nothing else. */
const LONG = (file) => file.startsWith('core/base/json5/') || file.endsWith('/table.rs');

test('no import circle in any crate', () => {
  assert.ok(CRATES.includes('core') && CRATES.includes('host'));
  for (const name of CRATES) assert.deepEqual(circles(arrows(crate(name))), [], name);
});

test('every arrow between rooms of the core leads down', () => {
  const against = [];
  const between = {};
  for (const [file, used] of Object.entries(arrows(crate('core')))) {
    if (file === 'lib.rs') continue;
    assert.ok(ORDER.includes(room(file)), `${file} stands in no room`);
    for (const other of used) {
      // `crate::Error` and the version of the crate
      if (other === 'lib.rs' || room(other) === room(file)) continue;
      (between[room(file)] ??= new Set()).add(room(other));
      if (ORDER.indexOf(room(other)) > ORDER.indexOf(room(file))) against.push(`${file} -> ${other}`);
    }
  }
  assert.deepEqual(against, []);
  assert.deepEqual(circles(between), []);
});

/** The rooms of the package's JavaScript, and what each may use beside itself. */
const ROOMS = { core: [], node: ['core'], sandbox: ['core'], entry: ['core', 'node', 'sandbox'], cli: ['core', 'entry', 'node'] };

test('each room of the package uses only those that it may', () => {
  const lib = fileURLToPath(new URL('../../npm/openclaw-prepair/lib/', import.meta.url));
  const used = { __proto__: null };
  for (const [room, allowed] of Object.entries(ROOMS)) {
    for (const file of readdirSync(lib + room, { recursive: true }).filter((name) => /\.m?js$/.test(name) && !name.startsWith('vendor/'))) {
      const text = readFileSync(`${lib}${room}/${file}`, 'utf8');
      for (const [, path] of text.matchAll(/(?:require\(|from |import )'(\.{1,2}\/[^']+)'/g)) {
        // what is made of another room's sources stands for them
        const [other] = relative(lib, join(lib, room, file, '..', path)).replace(/^esm\//, '').split('/');
        if (other !== room && other !== '..') (used[room] ??= new Set()).add(other);
      }
    }
    assert.deepEqual([...used[room] ?? []].filter((other) => !allowed.includes(other)), [], room);
  }
  assert.deepEqual([...used.entry].sort(), ROOMS.entry);
});

test('no source file is too long', () => {
  const long = CRATES.flatMap((name) => Object.entries(crate(name))
    .map(([file, text]) => [`${name}/${file}`, text.trimEnd().split('\n').length])
    .filter(([file, lines]) => lines > MAX_LINES && !LONG(file)));
  assert.deepEqual(long, []);
});

test('tests stand outside of the sources', () => {
  const inside = CRATES.flatMap((name) => Object.entries(crate(name)).filter(([, text]) => /\bmod tests \{/.test(text)).map(([file]) => `${name}/${file}`));
  assert.deepEqual(inside, []);
});

test('circles are seen through super, self, children and re-exports', () => {
  const seen = (texts) => circles(arrows(texts));
  assert.deepEqual(seen({ 'a.rs': 'use crate::b::{X, Y};', 'b.rs': 'fn f() { crate::a::g() }' }), ['a.rs b.rs']);
  assert.deepEqual(seen({ 'r/mod.rs': 'mod a; mod b;', 'r/a.rs': 'use super::b::X;', 'r/b.rs': 'fn f() { super::a::g() }' }), ['r/a.rs r/b.rs']);
  assert.deepEqual(seen({ 'r/mod.rs': 'mod a; fn f() { self::a::g() }', 'r/a.rs': 'use super::f;' }), ['r/a.rs r/mod.rs']);
  assert.deepEqual(seen({ 'r/mod.rs': 'mod a; use a::g;', 'r/a.rs': 'use super::*;' }), ['r/a.rs r/mod.rs']);
  assert.deepEqual(seen({ 'r/mod.rs': 'mod a; pub use a::T;', 'r/a.rs': 'use crate::s::U; pub struct T;', 's.rs': 'use crate::r::T; pub struct U;' }), ['r/a.rs s.rs']);
  assert.deepEqual(seen({ 'r/mod.rs': 'mod a; pub use a::*;', 'r/a.rs': 'use crate::s::U; pub struct T;', 's.rs': 'use crate::r::T; pub struct U;' }), ['r/a.rs s.rs']);
  // A module that only hands on what its children hold is no circle, and a comment or a text is no import.
  assert.deepEqual(seen({ 'r/mod.rs': 'mod a; mod b; pub use a::T;', 'r/a.rs': 'use super::b::U; pub struct T;', 'r/b.rs': '// crate::r::a\nconst X: &str = "crate::r::a::T";' }), []);
});
