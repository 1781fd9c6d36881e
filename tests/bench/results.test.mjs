// What the pages show is made from results.json: cargo xtask generate.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasShape } from './shape.mjs';
import { PAGES } from './table.mjs';

test('the results are whole, and their pages show the chart', () => {
  hasShape(JSON.parse(readFileSync(fileURLToPath(new URL('results.json', import.meta.url)), 'utf8')), { whole: true });
  for (const page of Object.keys(PAGES)) assert.match(readFileSync(page, 'utf8'), /\]\((tests\/bench\/)?chart\.svg\)/);
});
