// The bench runs, its results have their shape, and what the README shows is made from them. No time is asserted.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.mjs';
import { README, withTable } from './table.mjs';
import { LEAST } from './syscalls.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

function isSummary(value, name) {
  for (const key of ['median', 'low', 'high', 'n']) assert.ok(Number.isFinite(value?.[key]), `${name}.${key}`);
  assert.ok(value.low <= value.high, name);
}

const SUMMARIES = { processes: ['bare', 'overHand'], inProcess: [], config: ['ours', 'json5', 'faster'], memory: ['overFile'], upstream: ['ours', 'upstream', 'faster'] };

function hasShape(results, { whole }) {
  assert.equal(results.schema, 1);
  assert.match(results.date, /^\d{4}-\d\d-\d\d$/);
  assert.match(results.machine, /^\d+ cores, \S+ \S+$/, 'the machine by its kind only');
  for (const [name, keys] of Object.entries(SUMMARIES)) {
    if (whole || name !== 'upstream') assert.ok(results[name].length > 0, name);
    for (const row of results[name]) for (const key of keys) isSummary(row[key], `${name}.${key}`);
  }
  for (const row of results.inProcess) Object.entries(row.ms).forEach(([name, value]) => isSummary(value, name));
  for (const { node, native, wasm, ratio } of results.load) assert.ok([native, wasm, ratio].every((ms) => ms > 0), `load on Node ${node}`);
  assert.ok(results.goals.length > 0);
  for (const { what, value, limit, atMost, met, why } of results.goals) {
    isSummary(value, what);
    assert.equal(met, atMost ? value.median <= limit : value.median >= limit, what);
    assert.equal(typeof why, met ? 'undefined' : 'string', `${what}: a miss has its reason`);
  }
}

test('a quick run measures everything that needs no gateway', () => {
  const results = JSON.parse(execFileSync(process.execPath, [here('bench.mjs'), '--quick'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  hasShape(results, { whole: false });
  for (const { binding, run, ours } of results.syscalls) {
    assert.equal(ours.fsync, LEAST[run].fsync, `${binding}, ${run}: no more fsyncs than needed`);
    if (run === 'nothing') assert.equal(ours.changing, 0, `${binding}: nothing to do, nothing written`);
  }
});

test('the chart and the table of the README are made from results.json', () => {
  const results = JSON.parse(readFileSync(here('results.json'), 'utf8'));
  hasShape(results, { whole: true });
  const readme = readFileSync(README, 'utf8');
  assert.equal(withTable(readme, results), readme, 'run cargo xtask bench');
  assert.equal(readFileSync(here('chart.svg'), 'utf8'), chart(results), 'run cargo xtask bench');
  assert.ok(readme.includes('](tests/bench/chart.svg)'));
});
