// What the README shows is made from results.json.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.mjs';
import { hasShape } from './shape.mjs';
import { README, withTable } from './table.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

test('the chart and the table of the README are made from results.json', () => {
  const results = JSON.parse(readFileSync(here('results.json'), 'utf8'));
  hasShape(results, { whole: true });
  const readme = readFileSync(README, 'utf8');
  assert.equal(withTable(readme, results), readme, 'run cargo xtask bench');
  assert.equal(readFileSync(here('chart.svg'), 'utf8'), chart(results), 'run cargo xtask bench');
  assert.ok(readme.includes('](tests/bench/chart.svg)'));
});
