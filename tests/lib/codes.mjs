// The codes' table, crates/core/src/codes/table.rs, as it is written.
import { readFileSync } from 'node:fs';

const table = readFileSync(new URL('../../crates/core/src/codes/table.rs', import.meta.url), 'utf8');

/** Code by the name of its row in Rust. */
export const errors = {};
export const notices = {};

const rows = [...table.matchAll(/^ {8}(\w+) = "(\w+)", ?(?:"(\w+)",)?$/gm)];
if (rows.length !== table.match(/";$/gm).length) throw new Error('a row of the codes\' table is written in another way');
for (const [, name, code, also] of rows) {
  (code.startsWith('W_') ? notices : errors)[name] = code;
  if (also) notices[name] = also;
}
