// What results.json must look like.
import assert from 'node:assert/strict';

function isSummary(value, name) {
  for (const key of ['median', 'low', 'high', 'n']) assert.ok(Number.isFinite(value?.[key]), `${name}.${key}`);
  assert.ok(value.low <= value.high, name);
}

const SUMMARIES = { processes: ['bare', 'overHand'], inProcess: [], config: ['ours', 'json5', 'faster'], memory: ['overFile'], dryRun: ['cpu'], upstream: ['ours', 'upstream', 'faster'] };

export function hasShape(results, { whole }) {
  assert.equal(results.schema, 1);
  assert.match(results.date, /^\d{4}-\d\d-\d\d$/);
  assert.match(results.machine, /^\d+ cores, \S+ \S+$/, 'the machine by its kind only');
  for (const [name, keys] of Object.entries(SUMMARIES)) {
    // What was not measured yet is not there.
    if (name === 'dryRun' && whole && !results.dryRun) continue;
    if (whole || name !== 'upstream') assert.ok(results[name].length > 0, name);
    for (const row of results[name]) for (const key of keys) isSummary(row[key], `${name}.${key}`);
  }
  if (!whole) assert.ok(results.growth.length > 0, 'growth');
  for (const row of results.growth ?? []) for (const key of ['few', 'many', 'slower']) isSummary(row[key], `growth.${key}`);
  for (const row of results.inProcess) Object.entries(row.ms).forEach(([name, value]) => isSummary(value, name));
  for (const { node, native, wasm, ratio } of results.load) assert.ok([native, wasm, ratio].every((ms) => ms > 0), `load on Node ${node}`);
  assert.ok(results.goals.length > 0);
  for (const { what, value, floor, limit, atMost, met, why } of results.goals) {
    isSummary(value, what);
    if (floor) isSummary(floor.value, `the floor of ${what}`);
    assert.equal(met, atMost ? value.median <= limit : value.median >= limit, what);
    assert.equal(typeof why, met ? 'undefined' : 'string', `${what}: a miss has its reason`);
  }
}
