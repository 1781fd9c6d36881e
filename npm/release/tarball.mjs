// A tarball of npm's, smaller: the same files with the same headers, those that are alike near each other, and compressed with more patience.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { deflateRawSync, gunzipSync } from 'node:zlib';
import { ROOT } from './packages.mjs';

const BLOCK = 512;
/** How far back deflate looks. */
const WINDOW = 32 * 1024;

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

const joined = (files) => Buffer.concat(files.map(({ bytes }) => bytes));
/** What `bytes` cost behind `before`. */
const cost = (bytes, before) => deflateRawSync(bytes, { level: 9, memLevel: 9, ...before.length > 0 && { dictionary: before } }).length;

/** The files, the largest first, each put where it and what is behind it cost least: where its twin is, or a file with the same words. */
export function ordered(files) {
  const order = [];
  for (const file of files.toSorted((a, b) => b.bytes.length - a.bytes.length)) {
    const all = joined(order);
    let place = 0;
    const costs = [null, ...order].map((one) => {
      place += one?.bytes.length ?? 0;
      const before = all.subarray(Math.max(0, place - WINDOW), place);
      const behind = all.subarray(place, place + WINDOW);
      return cost(Buffer.concat([file.bytes, behind]), before) - cost(behind, before);
    });
    order.splice(costs.indexOf(Math.min(...costs)), 0, file);
  }
  return order;
}

/** Makes it of the tarball `file`, in place. */
export function compress(file) {
  const tar = Buffer.concat([joined(ordered(entries(gunzipSync(readFileSync(file))))), Buffer.alloc(2 * BLOCK)]);
  writeFileSync(file, execFileSync('cargo', ['run', '--quiet', '--locked', '--package', 'xtask-wasm', '--', 'gzip'], { cwd: ROOT, input: tar, maxBuffer: 1 << 28 }));
}
