// The core's JSON5 scanner and editor against npm json5, OpenClaw's own parser, over random documents.
// PREPAIR_SEED and PREPAIR_DOCS choose another run; a failure prints its seed and number.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ALL, generate, mutate, patchFor, random } from './generate.mjs';
import * as package5 from './json5.mjs';
import { Peer, buildPeer } from './peer.mjs';
import { equal, harm, merge } from './reference.mjs';

const seed = Number(process.env.PREPAIR_SEED ?? 20260219);
const count = Number(process.env.PREPAIR_DOCS ?? 20000);
const JSON5 = await package5.json5();

let peer;
before(() => { peer = new Peer(buildPeer()); });
after(() => peer.close());

const attempt = (parse, text) => {
  try {
    return { value: parse(text) };
  } catch (error) {
    return { error };
  }
};

/** A value as the peer's dump tells it. */
function undump(tree) {
  if (typeof tree === 'string') return JSON.parse(tree);
  if (tree.bits !== undefined) return Buffer.from(tree.bits, 'hex').readDoubleBE();
  if (tree.string !== undefined) return tree.string;
  if (tree.array !== undefined) return tree.array.map(undump);
  if (!tree.last) throw new Error('get() is not the last duplicate');
  const out = {};
  for (const [key, value] of tree.object) {
    Object.defineProperty(out, key ?? '\ud800', { value: undump(value), enumerable: true, configurable: true, writable: true });
  }
  return out;
}

/** What is expected of it: strings that no Rust string can hold are null, keys that none can hold fall together. */
function seen(value) {
  if (typeof value === 'string') return value.isWellFormed() ? value : null;
  if (Array.isArray(value)) return value.map(seen);
  if (value === null || typeof value !== 'object') return value;
  const out = {};
  for (const key of Object.keys(value)) {
    Object.defineProperty(out, key.isWellFormed() ? key : '\ud800', { value: seen(value[key]), enumerable: true, configurable: true, writable: true });
  }
  return out;
}

const holds = (value, what) => what(value)
  || (value !== null && typeof value === 'object' && Object.entries(value).some(([key, value]) => what(key) || holds(value, what)));

/** What `value()` can't give. */
const beyondJson = (value) => holds(value, (x) => (typeof x === 'number' ? !Number.isFinite(x) : typeof x === 'string' && !x.isWellFormed()));

/** Checks one document, and returns what is wrong with the answers about it, or null. */
async function check(peer, rng, text, stats) {
  const { value, error } = attempt(JSON5.parse, text);
  const dump = await peer.ask({ op: 'dump' }, text);
  if (dump.error) return error ? null : `refused a valid one: ${dump.error.message}`;
  if (error) return `accepted an invalid one: ${error.message}`;
  stats.valid++;
  // Two lone keys fall together in `seen`; such documents are compared by their edits only.
  const lone = holds(value, (x) => typeof x === 'string' && !x.isWellFormed());
  if (!lone && !equal(undump(dump.tree), seen(value))) return `reads as ${JSON.stringify(undump(dump.tree))}`;
  if (beyondJson(value) ? dump.value !== null && value !== null : !equal(dump.value, value)) return `value() is ${JSON.stringify(dump.value)}`;

  const patch = patchFor(rng, value);
  const arrays = rng.pick(['union', 'replace']);
  const wanted = merge(value, patch, arrays);
  const say = (what) => `${what}\n  after merging (${arrays}) ${JSON.stringify(patch)}`;
  const edit = { op: 'edit', edits: [{ do: 'merge', at: [], value: patch, arrays }] };
  const { changed, results: [changes], text: edited } = await peer.ask(edit, text);
  if (changed !== changes.length > 0) return say('the text and the list of changes disagree');
  if (!changed) return equal(value, wanted) ? null : say('nothing changed');
  stats.edited++;
  const now = attempt(JSON5.parse, edited);
  if (now.error) return say(`broken: ${JSON.stringify(edited)}: ${now.error.message}`);
  if (!equal(now.value, wanted)) return say(`became ${JSON.stringify(edited)}\n  instead of ${JSON.stringify(wanted)}`);
  const loss = harm(text, edited, value, patch, arrays, JSON5.parse);
  if (loss) return say(`${loss} in ${JSON.stringify(edited)}`);
  const again = await peer.ask(edit, edited);
  if (again.changed || again.results[0].length > 0) return say(`a second run changes ${JSON.stringify(again.results[0])} in ${JSON.stringify(edited)}`);
  return null;
}

/** Runs over documents `from` up to `to`: each as generated, or mutated. */
async function run(peer, from, to, stats, stopAt = Infinity) {
  const failures = [];
  for (let number = from; number < to && failures.length < stopAt; number += 100) {
    const batch = Array.from({ length: Math.min(100, to - number) }, async (_, i) => {
      const rng = random(seed, number + i);
      let text = generate(rng, stats.hits);
      const mutated = rng.chance(0.5);
      if (mutated) text = mutate(rng, text);
      const own = { valid: 0, edited: 0 };
      const wrong = await check(peer, rng, text, own);
      stats.valid += own.valid;
      stats.edited += own.edited;
      stats.documents++;
      stats.bytes += Buffer.byteLength(text);
      if (mutated) {
        stats.mutated++;
        stats.mutatedValid += own.valid;
      } else if (own.valid === 0 && !wrong) {
        failures.push(`${number + i}: the generator made an invalid document ${JSON.stringify(text)}`);
      }
      if (wrong) failures.push(`seed ${seed}, document ${number + i}: ${JSON.stringify(text)}\n  ${wrong}`);
    });
    await Promise.all(batch);
  }
  return failures;
}

const newStats = () => ({ documents: 0, bytes: 0, valid: 0, mutated: 0, mutatedValid: 0, edited: 0, hits: {} });

test(`${count} random JSON5 documents`, async (t) => {
  const stats = newStats();
  const failures = await run(peer, 0, count, stats, 5);
  const missed = ALL.filter((name) => !stats.hits[name]);
  const rare = Object.entries(stats.hits).sort((a, b) => a[1] - b[1])[0];
  t.diagnostic(`seed ${seed}: ${stats.documents} documents, ${stats.bytes} bytes, ${stats.valid} valid, ${stats.edited} changed by a patch`);
  t.diagnostic(`${stats.mutated} mutated, ${(100 * stats.mutatedValid / stats.mutated).toFixed(1)} % of them still valid`);
  t.diagnostic(`${ALL.length - missed.length} of ${ALL.length} token kinds and comment places hit; the rarest ${rare[1]} times (${rare[0]})`);
  assert.deepEqual(failures, []);
  assert.ok(stats.mutatedValid >= 0.3 * stats.mutated, 'too few mutants are valid');
  assert.deepEqual(missed, []);
});

/** Keys by the numbers below `count`, in an order that is not theirs. */
const many = (count, value) => Object.fromEntries(Array.from({ length: count }, (_, i) => (i * 7919) % count).map((i) => [`k${i}`, value(i)]));
const range = (from, to, value) => Array.from({ length: to - from }, (_, i) => value(from + i));
const MANY = 50_000;
// A union's outcome by hand: that of the reference compares each element with each.
const LARGE = {
  additions: [{ k0: 'first' }, many(MANY, (i) => ({ 'a.b': [i] }))],
  changes: [many(MANY, (i) => i), many(MANY, (i) => i + (i % 3))],
  removals: [many(MANY, (i) => i), many(MANY, (i) => (i % 5 ? null : i))],
  'all of them inside of objects': [many(MANY, (i) => ({ a: { old: i, gone: i } })), many(MANY, (i) => ({ a: { gone: null, old: [i], new: i } }))],
  'members of empty objects': [many(MANY, () => ({})), many(MANY, (i) => ({ new: i }))],
  'a union': [{ list: range(0, MANY, String) }, { list: range(MANY / 2, MANY * 2, String) }, { list: range(0, MANY * 2, String) }],
  'a union of objects': [{ list: range(0, MANY, (i) => ({ i, x: 1 })) }, { list: range(MANY / 2, MANY * 2, (i) => ({ x: 1, i })) }, { list: range(0, MANY * 2, (i) => ({ i, x: 1 })) }],
};

for (const [name, [value, patch, united]] of Object.entries(LARGE)) {
  for (const [form, space] of [['in lines', 2], ['in one line', 0]]) {
    test(`a merge of ${MANY} keys or elements, ${form}: ${name}`, async () => {
      const text = JSON.stringify(value, null, space);
      const edit = { op: 'edit', edits: [{ do: 'merge', at: [], value: patch, arrays: 'union' }] };
      const { text: edited } = await peer.ask(edit, text);
      assert.ok(equal(JSON.parse(edited), united ?? merge(value, patch, 'union')), 'became another value');
      assert.equal(JSON.stringify(JSON.parse(edited), null, space), edited, 'the form stays');
      assert.equal((await peer.ask(edit, edited)).changed, false, 'a second run changes nothing');
    });
  }
}

// Bugs that editors like this one had, put into a copy of the core: this test must be able to see them.
const BUGS = {
  'a `/*/` taken as a whole comment': {
    file: 'scan.rs',
    from: 'Some(length) => length + 4,',
    to: 'Some(_) if rest.starts_with(b"/") => 3,\n                    Some(length) => length + 4,',
  },
  'an item appended behind `//` without a line break': {
    file: 'edit.rs',
    from: 'if last_broken || solid.1 {',
    to: 'if last_broken {',
  },
};

for (const [name, bug] of Object.entries(BUGS)) {
  test(`finds ${name}`, async (t) => {
    const broken = new Peer(buildPeer([bug], bug.file));
    try {
      const stats = newStats();
      const failures = await run(broken, 0, count, stats, 1);
      assert.notEqual(failures.length, 0, `not found in ${stats.documents} documents`);
      t.diagnostic(`found within ${stats.documents} documents: ${failures[0]}`);
    } finally {
      broken.close();
    }
  });
}

test('every character as a key, in a key, and as white space', async () => {
  Error.stackTraceLimit = 0;
  for (const template of ['{@:1}', '{a@:1}', '[@]']) {
    let wanted = '';
    for (let code = 0; code < 0x110000; code++) {
      const c = code < 0xd800 || code > 0xdfff ? String.fromCodePoint(code) : '';
      if (c && !attempt(JSON5.parse, template.replace('@', () => c)).error) wanted += c;
    }
    const { text } = await peer.ask({ op: 'characters' }, template);
    assert.ok(text === wanted, `differs for ${template}`);
  }
  Error.stackTraceLimit = 10;
});
