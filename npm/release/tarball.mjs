// A tarball of npm's, smaller: the same files with the same headers, those that are alike side by side, and compressed with more patience.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ROOT } from './packages.mjs';

const BLOCK = 512;

/** `{ name, bytes }` of each file of a tar: its header with its content. */
export function entries(tar) {
  const found = [];
  for (let at = 0; tar[at] !== 0;) {
    const text = (from, to) => tar.toString('latin1', at + from, at + to).replace(/\0[^]*/, '');
    // npm writes plain files only, and names that fit; anything else belongs to the entry behind it
    if (text(156, 157) !== '0') throw new Error(`an entry of type ${text(156, 157)} in a tarball of npm's`);
    const end = at + BLOCK + Math.ceil(Number.parseInt(text(124, 136), 8) / BLOCK) * BLOCK;
    found.push({ name: [text(345, 500), text(0, 100)].filter(Boolean).join('/'), bytes: tar.subarray(at, end) });
    at = end;
  }
  return found;
}

/**
 * A module of lib/esm/ stands behind its twin: what was seen within the last 32 KB costs next to nothing. What it took in on its own stands
 * before it in its file, under the names of the twins.
 */
function place({ name, bytes }) {
  if (!name.includes('/lib/esm/')) return name;
  const module = [...bytes.toString('latin1').matchAll(/__commonJS\(\{"(.+?)\.js"/g)].at(-1)?.[1];
  return `${module ? `package/lib/${module}` : name.replace('/esm/', '/').replace('.mjs', '')}.js.`;
}

/** Makes it of the tarball `file`, in place. */
export function compress(file) {
  const sorted = entries(gunzipSync(readFileSync(file))).map((entry) => ({ ...entry, place: place(entry) })).sort((a, b) => (a.place < b.place ? -1 : 1));
  const tar = Buffer.concat([...sorted.map(({ bytes }) => bytes), Buffer.alloc(2 * BLOCK)]);
  writeFileSync(file, execFileSync('cargo', ['run', '--quiet', '--locked', '--package', 'xtask-wasm', '--', 'gzip'], { cwd: ROOT, input: tar, maxBuffer: 1 << 28 }));
}
