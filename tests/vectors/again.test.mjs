// What every plan has to keep: applied, whole or up to any of its steps, the same call completes it and then rests;
// a report holds no secret; a state that is refused is refused the same way twice.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { bytes, inputsOf, optionsOf, sha256, vectors } from './lib.mjs';

const require = createRequire(import.meta.url);
const core = require('../../npm/openclaw-prepair/lib/core/bridge.js');
const binding = require('../../npm/openclaw-prepair/lib/node/binding.js').load();

function plan(vector, files, entropy = vector.inputs.entropy) {
  const inputs = { ...inputsOf({ ...vector.inputs, files: {}, entropy }), files, ...vector.earlier && { earlier: vector.earlier } };
  // What was written has one name.
  const named = ([path, stat]) => [path, vector.start && files[path] !== vector.start[path] ? { ...stat, nlink: 1 } : stat];
  if (inputs.stats) inputs.stats = Object.fromEntries(Object.entries(inputs.stats).map(named));
  for (;;) {
    const { json, blobs } = core.operate(binding, 'plan', vector.operation, options(vector), inputs);
    if (!json.missing) return { steps: core.unpackSteps(json.steps, blobs), report: json.report };
    assert.deepEqual(json.missing.queries, [], 'rows that the vector lacks');
    for (const path of json.missing.files) files[path] = null;
  }
}

/** What says where a fresh key comes from or that one gives way would do so again. */
function options(vector) {
  const { onConflict, identity, reinstate, ...rest } = optionsOf(vector.options);
  return vector.again ? rest : { ...rest, ...identity !== undefined && { identity }, ...onConflict && { onConflict }, ...reinstate && { reinstate } };
}

function apply(files, step) {
  const before = files[step.path];
  assert.equal(before instanceof Uint8Array ? sha256(before) : null, step.expect, `${step.path}: expect`);
  return { ...files, [step.path]: step.kind === 'remove' ? null : new Uint8Array(step.content) };
}

const planned = vectors().filter(({ expect }) => expect.steps?.length > 0 && expect.steps.every((step) => step.kind !== 'sql'));

test('applied, wholly or in part, and planned again', async (t) => {
  assert.ok(planned.length > 100, `${planned.length} plans`);
  for (const vector of planned) {
    await t.test(vector.name, () => {
      const start = Object.fromEntries(Object.entries(vector.inputs.files).map(([path, file]) => [path, file === null || file.kind ? file : new Uint8Array(bytes(file))]));
      const first = plan(vector, { ...start });
      let whole = { ...start };
      // What becomes of one request or device is done once: the same call knows that it did it.
      const once = vector.operation.startsWith('devices.');
      const { deviceId, roles, granted } = first.report;
      const same = once ? { ...vector, earlier: { deviceId, roles, granted, applied: true } } : vector;
      for (let done = 1; done <= first.steps.length; done++) {
        whole = apply(whole, first.steps[done - 1]);
        // A new key was made of this entropy; the next attempt of one call has the same.
        let files = { ...whole };
        // A call whose claim of a new identity is gone goes on with the key on the disk.
        const claimed = first.steps.at(-1).path.endsWith('.prepair') && done === first.steps.length;
        const rest = plan({ ...same, start, again: claimed }, files);
        for (const step of rest.steps) files = apply(files, step);
        assert.deepEqual(plan({ ...same, start, again: true }, files, once ? undefined : '0f'.repeat(64)).steps.map((step) => step.path), [], `after ${done} of ${first.steps.length} steps`);
      }
    });
  }
});
