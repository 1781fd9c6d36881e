// Small random documents with what npm json5 and JSON.parse make of them, and with a merge patch that was applied to them:
// tests/vectors/json5/random.json, for tests that have no npm json5 at hand. An edited text is kept only where it is right by
// ./reference.mjs. Run by cargo xtask generate, or this alone: node tests/json5/vectors.mjs [--check]
import { fileURLToPath } from 'node:url';

import { generated } from '../lib/generated.mjs';
import { json5 } from './json5.mjs';
import { generate, mutate, patchFor, random } from './generate.mjs';
import { Peer, buildPeer } from './peer.mjs';
import { equal, harm, merge } from './reference.mjs';

const SEED = 7396;
/** How many of each kind, and how long at most. */
const KINDS = { valid: [450, 160], json: [120, 120], invalid: [330, 60] };
const file = fileURLToPath(new URL('../vectors/json5/random.json', import.meta.url));

const attempt = (parse, text) => {
  try {
    return { value: parse(text) };
  } catch (error) {
    return { error };
  }
};

/** Whether JSON.stringify gives it back as it is, keys in their order: no NaN, no half of a pair, no number as a key. */
function plain(value) {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return value.isWellFormed();
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([key, value]) => key.isWellFormed() && plain(value))
    && (Array.isArray(value) || !Object.keys(value).some((key) => /^\d+$/.test(key)));
}

/** The file as it should be. */
async function vectors() {
  const JSON5 = await json5();
  const peer = new Peer(buildPeer());
  const left = Object.fromEntries(Object.entries(KINDS).map(([kind, [count]]) => [kind, count]));
  const out = [];
  for (let number = 0; Object.values(left).some((count) => count > 0); number++) {
    const rng = random(SEED, number);
    let text = generate(rng, {}, rng.chance(0.2));
    if (rng.chance(0.5)) text = mutate(rng, text);
    if (!text.isWellFormed()) continue;
    const strict = attempt(JSON.parse, text);
    const { value, error } = attempt(JSON5.parse, text);
    const kind = error && strict.error ? 'invalid' : strict.error ? 'valid' : 'json';
    if (left[kind] === 0 || text.length > KINDS[kind][1]) continue;
    const vector = { text, json: !strict.error, json5: !error };
    if (!error) {
      // Numbers and halves of pairs that JSON does not have are compared by JavaScript, in json5.test.mjs.
      if (!plain(value)) continue;
      const patch = patchFor(rng, value);
      const arrays = rng.pick(['union', 'replace']);
      const wanted = merge(value, patch, arrays);
      const { changed, text: edited } = await peer.ask({ op: 'edit', edits: [{ do: 'merge', at: [], value: patch, arrays }] }, text);
      const right = changed
        ? equal(attempt(JSON5.parse, edited).value, wanted) && harm(text, edited, value, patch, arrays, JSON5.parse) === null
        : equal(value, wanted);
      if (!right) throw new Error(`document ${number}: ${JSON.stringify(text)} became ${JSON.stringify(edited)}`);
      Object.assign(vector, { value: JSON.stringify(value), patch, arrays, edited: changed ? edited : null });
    }
    left[kind]--;
    out.push(vector);
  }
  peer.close();
  const why = 'What npm json5 2.2.3 and JSON.parse take and read (JSON.stringify of it), and the text after a merge patch: checked by JSON5.parse and by tests/json5/reference.mjs.';
  return `{"why": ${JSON.stringify(why)}, "vectors": [\n${out.map((vector) => JSON.stringify(vector)).join(',\n')}\n]}\n`;
}

await generated(import.meta, async () => ({ [file]: await vectors() }));
