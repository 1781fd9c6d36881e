// Every code that the core can refuse with has a vector; the codes are taken from its sources.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { errors } from '../lib/codes.mjs';
import { vectors } from './lib.mjs';

const binding = createRequire(import.meta.url)('../../npm/openclaw-prepair/lib/node/binding.js').load();
const sources = fileURLToPath(new URL('../../crates/core/src/', import.meta.url));

const options = { stateDir: '/s', env: {}, gatewayVersion: '2026.2.19' };
const empty = { files: { '/s/identity/device.json': null, '/s/devices/paired.json': null, '/s/devices/pending.json': null }, rows: { userVersion: null, columns: null }, now: 1 };

/** Codes that no plan gives, each by a request that does; nothing in the package sends the first. */
const ELSEWHERE = [
  ['ERR_PREPAIR_INTERNAL', { fn: 'plan', operation: 'prePair', options, inputs: { files: { '/s/x': { blob: 1 } } } }],
  ['ERR_PREPAIR_IDENTITY_MISSING', { fn: 'exportIdentity', operation: 'prePair', options, inputs: empty }],
];

/** The codes that the sources name, tests aside. */
function codes() {
  const texts = readdirSync(sources, { recursive: true }).filter((name) => name.endsWith('.rs') && !name.startsWith('codes')).map((name) => readFileSync(join(sources, name), 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(/\bErrorCode::([A-Z]\w+)/g)].map(([, name]) => errors[name])));
}

test('every code of the core has a vector', () => {
  const wanted = codes();
  assert.ok(wanted.size > 20, [...wanted].join(' '));
  for (const [code] of ELSEWHERE) assert.ok(wanted.delete(code), code);
  for (const { expect } of vectors()) wanted.delete(expect.error?.code);
  assert.deepEqual([...wanted], []);
});

test(`codes that no plan gives (${binding.kind})`, () => {
  for (const [code, request] of ELSEWHERE) assert.equal(JSON.parse(binding.call(JSON.stringify(request), []).json).error.code, code);
});
