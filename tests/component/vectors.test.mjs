// The vectors of the other bindings on the component: in jco on Node 20 and 24, and in wasmtime.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { node } from '../lib/cache.mjs';
import { vectors } from '../vectors/lib.mjs';
import { component, example, python } from './python.mjs';
import { inputsFor, outcomeOf, requestOf } from './typed.mjs';

const typed = vectors().filter((vector) => vector.door !== 'json');
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

test('what types cannot say is refused by the others as an option', () => {
  const untyped = vectors().filter((vector) => vector.door === 'json');
  for (const vector of untyped) assert.equal(vector.expect.error?.code, 'ERR_PREPAIR_OPTIONS', vector.name);
  assert.ok(typed.length >= 200 && untyped.length * 5 < typed.length, `${typed.length} typed, ${untyped.length} not`);
});

for (const major of [20, 24]) {
  test(`vectors through jco on Node ${major}`, async () => {
    const { stdout, stderr, status } = spawnSync(await node(major), [here('jco.mjs')], { encoding: 'utf8', maxBuffer: 64 << 20 });
    assert.equal(status, 0, stderr);
    const { node: version, count, bad } = JSON.parse(stdout);
    assert.equal(Number(version.split('.')[0]), major);
    assert.deepEqual({ count, bad }, { count: typed.length, bad: [] });
  });
}

test('vectors in wasmtime', async (t) => {
  const child = spawn(await python(), [here('typed.py'), component, example], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill());
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hex = (key, value) => {
    if (typeof value === 'bigint') return Number(value);
    if (value instanceof Uint8Array || value?.type === 'Buffer') return { $hex: Buffer.from(value.data ?? value).toString('hex') };
    return value;
  };
  const bytes = (key, value) => (typeof value?.$hex === 'string' ? Buffer.from(value.$hex, 'hex') : value ?? undefined);
  for (const vector of typed) {
    child.stdin.write(`${JSON.stringify({ request: requestOf(vector), inputs: inputsFor(vector) }, hex)}\n`);
    const { value: line, done } = await answers.next();
    assert.ok(!done, `${vector.name}: it trapped`);
    assert.deepEqual(outcomeOf(JSON.parse(line, bytes)), vector.expect, vector.name);
  }
  child.stdin.end();
});
