// The same core on strict JSON (paired.json, pending.json) against JSON.parse and JSON.stringify.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { generate, jsonValue, mutate, patchFor, random } from './generate.mjs';
import { Peer, buildPeer } from './peer.mjs';
import { equal, harm, merge } from './reference.mjs';

const seed = Number(process.env.PREPAIR_SEED ?? 20260219);
const count = Number(process.env.PREPAIR_DOCS ?? 20000);

let peer;
before(() => { peer = new Peer(buildPeer()); });
after(() => peer.close());

const json = (request) => ({ ...request, syntax: 'json' });
const parsed = (text) => {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { error };
  }
};

/** Runs `one(rng, number)` for each document; collects the sentences about what is wrong. */
async function each(one) {
  const failures = [];
  for (let number = 0; number < count && failures.length < 5; number += 100) {
    await Promise.all(Array.from({ length: 100 }, async (_, i) => {
      const wrong = await one(random(seed, number + i));
      if (wrong) failures.push(`seed ${seed}, document ${number + i}: ${wrong}`);
    }));
  }
  assert.deepEqual(failures, []);
}

test(`${count} random JSON documents`, async (t) => {
  let [valid, edited] = [0, 0];
  await each(async (rng) => {
    let text = generate(rng, {}, true);
    if (rng.chance(0.5)) text = mutate(rng, text);
    const { value, error } = parsed(text);
    const patch = error ? {} : patchFor(rng, value);
    const arrays = rng.pick(['union', 'replace']);
    const edit = json({ op: 'edit', edits: [{ do: 'merge', at: [], value: patch, arrays }] });
    const reply = await peer.ask(edit, text);
    if (Boolean(reply.error) !== Boolean(error)) return `${JSON.stringify(text)} ${error ?? reply.error.message}`;
    if (error) return null;
    valid++;
    const wanted = merge(value, patch, arrays);
    const say = (what) => `${JSON.stringify(text)}\n  ${what}: ${JSON.stringify(reply.text)}\n  after merging (${arrays}) ${JSON.stringify(patch)}`;
    if (!reply.changed) return equal(value, wanted) ? null : say('nothing changed');
    edited++;
    const now = parsed(reply.text);
    if (now.error || !equal(now.value, wanted)) return say('not as meant');
    const loss = harm(text, reply.text, value, patch, arrays, JSON.parse);
    if (loss) return say(loss);
    return (await peer.ask(edit, reply.text)).changed ? say('a second run changes it') : null;
  });
  t.diagnostic(`seed ${seed}: ${valid} valid, ${edited} changed by a patch`);
});

test('an edited file is what JSON.stringify writes of the edited value', async (t) => {
  let edited = 0;
  await each(async (rng) => {
    let value = jsonValue(rng);
    if (value === null || typeof value !== 'object') value = { value };
    const indent = rng.pick([2, 2, 2, 4, '\t', 1, undefined]);
    // Without an indent an empty root is given the layout of OpenClaw's stores, two spaces.
    if (indent === undefined && Object.keys(value).length === 0) return null;
    const text = JSON.stringify(value, null, indent) + rng.pick(['', '\n']);
    const patch = patchFor(rng, value);
    const arrays = rng.pick(['union', 'replace']);
    const wanted = merge(value, patch, arrays);
    if (wanted === null || typeof wanted !== 'object') return null;
    // With an indent of one an empty document can't say what its own is.
    const unknown = indent !== undefined && indent !== 2 && Object.keys(value).length === 0;
    const expected = JSON.stringify(wanted, null, unknown ? 2 : indent) + (text.endsWith('\n') ? '\n' : '');
    const reply = await peer.ask(json({ op: 'edit', edits: [{ do: 'merge', at: [], value: patch, arrays }] }), text);
    if (reply.error) return reply.error.message;
    if (!reply.changed) return equal(value, wanted) ? null : `nothing changed: ${text} ${JSON.stringify(patch)}`;
    edited++;
    return reply.text === expected ? null
      : `${JSON.stringify(text)}\n  after merging (${arrays}) ${JSON.stringify(patch)}\n  is     ${JSON.stringify(reply.text)}\n  not    ${JSON.stringify(expected)}`;
  });
  t.diagnostic(`${edited} documents changed`);
});

test('several changes of one object at once', async () => {
  await each(async (rng) => {
    let target = Object.fromEntries(Array.from({ length: rng.below(6) }, (_, i) => [`k${i}`, jsonValue(rng, 2)]));
    const indent = rng.pick([2, '\t', undefined]);
    if (indent === undefined && Object.keys(target).length === 0) return null;
    const wrapped = rng.chance(0.5);
    const text = JSON.stringify(wrapped ? { target, list: [1, target] } : target, null, indent);
    const at = wrapped ? ['target'] : [];
    const was = Object.keys(target);
    const edits = Array.from({ length: 1 + rng.below(5) }, () => {
      const key = `k${rng.below(8)}`;
      const value = jsonValue(rng, 2);
      return rng.pick([{ do: 'set', at, key, value }, { do: 'set', at, key, value }, { do: 'remove', at, key },
        { do: 'removeMembers', at, keys: [key, 'k1'] }, { do: 'merge', at, value: { [key]: value, k2: null }, arrays: 'replace' }]);
    });
    for (const edit of edits) {
      if (edit.do === 'set') target[edit.key] = edit.value;
      else if (edit.do === 'remove') delete target[edit.key];
      // Picks among what the file holds, not among what was set just now.
      else if (edit.do === 'removeMembers') for (const key of edit.keys) { if (was.includes(key)) delete target[key]; }
      else target = merge(target, edit.value, 'replace');
    }
    const reply = await peer.ask(json({ op: 'edit', edits }), text);
    const result = parsed(reply.changed ? reply.text : text);
    const now = wrapped ? result.value?.target : result.value;
    return result.error || !equal(now, target)
      ? `${JSON.stringify(text)}\n  after ${JSON.stringify(edits)}\n  is ${JSON.stringify(reply.text)}` : null;
  });
});

test('deep nesting is read and edited without recursion', async () => {
  const depth = 100000;
  const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  for (const text of [deep, objects]) {
    assert.equal((await peer.ask(json({ op: 'check' }), text)).ok, true);
    assert.equal((await peer.ask({ op: 'check' }, text)).ok, true);
    assert.equal((await peer.ask({ op: 'check' }, text.slice(0, -1))).error.end, true);
    const wrapped = `{"deep":${text},"x":1}`;
    const edits = [{ do: 'merge', at: [], value: { x: 2, new: [true] } }];
    assert.equal((await peer.ask(json({ op: 'edit', edits }), wrapped)).text, `{"deep":${text},"x":2,"new":[true]}`);
    const gone = [{ do: 'remove', at: [], key: 'deep' }];
    assert.equal((await peer.ask(json({ op: 'edit', edits: gone }), wrapped)).text, '{"x":1}');
  }
});
