// Writes tests/vectors/plan from the cases: the native core gives the outcome, and what a case says of it by hand must hold.
// Run: node tests/vectors/generate.mjs [--check]
import assert from 'node:assert/strict';
import { hkdfSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ENTROPY, NOW } from './cases/kit.mjs';
import { ask, folder, identity } from './lib.mjs';

process.env.PREPAIR_BINDING = 'native';
const require = createRequire(import.meta.url);
const core = require('../../npm/openclaw-prepair/lib/core/bridge.js');
const binding = require('../../npm/openclaw-prepair/lib/node/binding.js').load();
const check = process.argv.includes('--check');
const defaults = { now: NOW, entropy: ENTROPY };

/** What a case says by hand, against what the core gave. */
function compare(expect, got, vector) {
  if (expect.error) {
    assert.equal(got.error?.code, `ERR_PREPAIR_${expect.error}`, JSON.stringify(got).slice(0, 600));
    for (const place of ['path', 'line', 'column']) if (place in expect) assert.equal(got.error[place], expect[place], place);
    assert.ok(got.error.message.endsWith('.'), 'a sentence');
    if (expect.says) assert.match(got.error.message, new RegExp(expect.says));
    if (expect.hint) assert.ok(got.error.hint.includes(expect.hint), got.error.hint);
    return;
  }
  if (expect.missing) {
    assert.deepEqual({ files: got.missing?.files, queries: got.missing?.queries.map((query) => query.id) }, { queries: [], ...expect.missing }, JSON.stringify(got).slice(0, 400));
    return;
  }
  assert.ok(got.steps, JSON.stringify(got).slice(0, 600));
  const { report, steps } = got;
  const files = {};
  for (const step of steps) if (step.kind === 'write') files[step.path] = step.content;
  const all = report.warnings ?? report.findings;
  for (const [key, value] of Object.entries(expect)) {
    switch (key) {
      case 'changes': assert.deepEqual(report.changes.map((change) => [change.path, change.action]), value, key); break;
      case 'order': assert.deepEqual(steps.map((step) => step.path ?? step.db), value, key); break;
      case 'is': for (const [path, text] of Object.entries(value)) assert.equal(files[path], text, path); break;
      case 'holds': for (const [path, text] of Object.entries(value)) assert.deepEqual(JSON.parse(files[path]), text, path); break;
      case 'reads': for (const [path, id] of Object.entries(value)) {
        const { deviceId, publicKeyPem, privateKeyPem, version } = JSON.parse(files[path]);
        assert.deepEqual({ deviceId, publicKeyPem, privateKeyPem, version }, { deviceId: id.deviceId, publicKeyPem: id.publicKeyPem, privateKeyPem: id.privateKeyPem, version: 1 }, path);
      } break;
      case 'device': assert.deepEqual([report.deviceId, report.publicKey], [value.deviceId, value.publicKey]); break;
      case 'devices': for (const [path, ids] of Object.entries(value)) assert.deepEqual(Object.keys(JSON.parse(files[path])), ids, path); break;
      case 'derive': {
        const { $hex } = value[0];
        const seed = Buffer.from(hkdfSync('sha256', $hex === undefined ? value[0] : Buffer.from($hex, 'hex'), 'openclaw-prepair', `identity/v1\0${value[1]}`, 32));
        assert.equal(report.publicKey, identity(seed.toString('hex')).publicKey);
      } break;
      case 'warnings': assert.deepEqual(all.map((notice) => notice.code).filter((code) => !['W_NO_DEVICE', 'W_VERSION_UNKNOWN'].includes(code) || value.includes(code)), value, key); break;
      case 'says': assert.ok(all.some((notice) => notice.message.includes(value)), `${value} in ${JSON.stringify(all)}`); break;
      case 'edits': assert.deepEqual((report.config ?? report).edits.map((edit) => `${edit.action} ${edit.path}`), value, key); break;
      case 'sql': assert.deepEqual(steps.filter((step) => step.kind === 'sql').flatMap((step) => step.statements.map((one) => [one.sql.split(' ').slice(0, one.sql.startsWith('UPDATE') ? 2 : 3).join(' '), one.changes])), value, key); break;
      case 'sets': {
        const update = steps.find((step) => step.kind === 'sql')?.statements.find((one) => one.sql.startsWith('UPDATE'));
        assert.deepEqual([...update.sql.matchAll(/(\w+) = \?/g)].map((match) => match[1]).slice(0, -1), value, key);
      } break;
      case 'check': assert.ok(value(files, got), 'the case\'s own check'); break;
      default: assert.deepEqual(report[key], value, key);
    }
  }
  secrets(vector, got);
}

/** No report holds a key or a token. */
function secrets(vector, { report }) {
  const text = JSON.stringify(report);
  const inputs = Object.values(vector.inputs.files ?? {}).filter((file) => typeof file === 'string').join('\n');
  for (const [secret] of inputs.matchAll(/(?<="token": ?")[\w-]{20,}|MC4CAQAwBQYDK2VwBCIEI[\w+/]{40}/g)) assert.ok(!text.includes(secret), 'a secret in the report');
}

let [count, bad] = [0, 0];
const stale = [];
mkdirSync(folder, { recursive: true });
const sources = readdirSync(new URL('cases/', import.meta.url)).filter((name) => name !== 'kit.mjs');
for (const name of sources) {
  const { why, vectors } = await import(`./cases/${name}`);
  assert.equal(new Set(vectors.map((vector) => vector.name)).size, vectors.length, `${name}: two vectors of one name`);
  const lines = vectors.map(({ expect, ...vector }) => {
    vector = JSON.parse(JSON.stringify(vector));
    const full = { ...vector, inputs: { ...defaults, ...vector.inputs } };
    const got = ask(core, binding, full);
    try {
      compare(expect, got, full);
      count += 1;
    } catch (error) {
      bad += 1;
      console.error(`${name}: ${vector.name}\n  ${String(error.message).replaceAll('\n', '\n  ')}`);
    }
    return `    ${JSON.stringify({ ...vector, expect: got })}`;
  });
  const text = `{\n  "why": ${JSON.stringify(why)},\n  "defaults": ${JSON.stringify(defaults)},\n  "vectors": [\n${lines.join(',\n')}\n  ]\n}\n`;
  const path = `${folder}${name.replace('.mjs', '.json')}`;
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) stale.push(path);
  if (!check && bad === 0) writeFileSync(path, text);
}
for (const name of readdirSync(folder)) {
  if (sources.includes(name.replace('.json', '.mjs'))) continue;
  stale.push(name);
  if (!check) rmSync(`${folder}${name}`);
}
console.log(`${count} vectors as their cases say, ${bad} not${check ? `, ${stale.length} files stale` : ''}`);
process.exitCode = bad || (check && stale.length) ? 1 : 0;
