// Writes crates/core/src/base/json5/unicode.rs from the tables of npm json5, so that both take the same unquoted keys.
// Run by cargo xtask generate, or this alone: node tests/json5/unicode-table.mjs [--check]
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { generated } from '../lib/generated.mjs';
import { json5Dir } from './json5.mjs';

const NONE = 0;
const CONTINUE = 1;
const START = 2;

function unicodeTable(json5Dir) {
  const require = createRequire(path.join(json5Dir, 'package.json'));
  const { ID_Start, ID_Continue } = require('./lib/unicode.js');
  const { version } = require('./package.json');
  const changes = [];
  let current = NONE;
  for (let c = 0x80; c <= 0x110000; c++) {
    let state = NONE;
    if (c < 0x110000 && (c < 0xd800 || c > 0xdfff)) {
      const text = String.fromCodePoint(c);
      state = ID_Start.test(text) ? START : ID_Continue.test(text) ? CONTINUE : NONE;
    }
    if (state !== current) changes.push(c * 4 + state);
    current = state;
  }
  // the distance to the change before, and the class
  const bytes = changes.flatMap((change, i) => {
    let number = ((change >> 2) - ((changes[i - 1] ?? 0) >> 2)) * 4 + (change & 3);
    const out = [];
    for (; number >= 0x80; number >>>= 7) out.push((number & 0x7f) | 0x80);
    return [...out, number];
  });
  let rows = '';
  for (let i = 0; i < bytes.length; i += 20) {
    rows += `    ${bytes.slice(i, i + 20).map((n) => `0x${n.toString(16)}`).join(', ')},\n`;
  }
  return `//! Which characters above ASCII may stand in an unquoted key: the tables of npm json5 ${version} (Unicode 10).
//! Written by tests/json5/unicode-table.mjs.

/// May begin a key.
pub(super) fn is_start(c: char) -> bool {
    class(c) == 2
}

/// May follow in a key.
pub(super) fn is_continue(c: char) -> bool {
    class(c) != 0
}

fn class(c: char) -> u32 {
    let (mut from, mut class, mut number, mut shift) = (0, 0, 0, 0);
    for &byte in CHANGES {
        number |= u32::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            from += number >> 2;
            if from > u32::from(c) {
                break;
            }
            class = number & 3;
            (number, shift) = (0, 0);
        }
    }
    class
}

/// Wherever the class changes, \`distance to the last change * 4 + class\`: 0 neither, 1 may follow, 2 may begin and follow. Of seven
/// bits a byte, the lowest first; the eighth says that more follow.
#[rustfmt::skip]
const CHANGES: &[u8] = &[
${rows}];
`;
}

const target = fileURLToPath(new URL('../../crates/core/src/base/json5/unicode.rs', import.meta.url));

await generated(import.meta, async () => ({ [target]: unicodeTable(await json5Dir()) }));
