// Every vector through the ECMAScript module that jco made: prints how many there were and what differs.
import assert from 'node:assert/strict';
import { planner } from '../../npm/component/lib/prepair.js';
import { vectors } from '../vectors/lib.mjs';
import { inputsFor, outcomeOf, requestOf } from './typed.mjs';

const bad = [];
const typed = vectors().filter((vector) => vector.door !== 'json');
for (const vector of typed) {
  let answer;
  try {
    answer = { planned: planner.plan(requestOf(vector), inputsFor(vector)) };
  } catch (error) {
    if (!error.payload) throw error;
    answer = { stop: error.payload };
  }
  try {
    assert.deepEqual(outcomeOf(answer), vector.expect);
  } catch (error) {
    bad.push(`${vector.name}: ${error.message}`);
  }
}
console.log(JSON.stringify({ node: process.versions.node, count: typed.length, bad }));
