// What the pages show is made from results.json.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.mjs';
import { hasShape } from './shape.mjs';
import { PAGES, withTable } from './table.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

test('the chart and the tables are made from results.json', () => {
  const results = JSON.parse(readFileSync(here('results.json'), 'utf8'));
  hasShape(results, { whole: true });
  for (const [file, made] of Object.entries(PAGES)) {
    const page = readFileSync(file, 'utf8');
    assert.equal(withTable(page, made(results)), page, 'run cargo xtask bench');
    assert.match(page, /\]\((tests\/bench\/)?chart\.svg\)/);
  }
  assert.equal(readFileSync(here('chart.svg'), 'utf8'), chart(results), 'run cargo xtask bench');
});
