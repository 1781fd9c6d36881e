// The README stays short, and every link within the project leads somewhere.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { README } from '../lib/docs.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const pages = (dir) => readdirSync(join(ROOT, dir), { recursive: true }).filter((name) => name.endsWith('.md')).map((name) => join(dir, name));
const ALL = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...['docs', 'tests', 'crates'].flatMap(pages).filter((name) => !name.includes('node_modules')),
];

/** The name that a heading has in a link, as the pages of code hosts make it. */
const anchor = (heading) => heading.toLowerCase().replaceAll('`', '').replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');

/** What is wrong with the links of a page. */
function broken(page) {
  const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[^]*?^```/gm, '');
  return [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#([^)\s]+))?\)/g)].flatMap(([link, path, part]) => {
    const file = join(ROOT, dirname(page), path);
    if (!existsSync(file)) return [`${page}: ${link}`];
    if (part === undefined) return [];
    const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading));
    return headings.includes(part) ? [] : [`${page}: ${link} (no such heading)`];
  });
}

test('links lead to files and headings that are there', () => {
  assert.ok(ALL.length > 10);
  assert.deepEqual(ALL.flatMap(broken), []);
});

test('the README has at most 200 lines and the install line in its first screen', () => {
  const lines = readFileSync(README, 'utf8').split('\n');
  assert.ok(lines.length <= 201, `${relative(ROOT, README)} has ${lines.length - 1} lines`);
  assert.ok(lines.slice(0, 25).includes('npm install openclaw-prepair'));
});
