// Records again and compares with observed/: the versions of the README's table, or PREPAIR_VERSIONS (comma-separated; `all`: every recorded one).
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connections, facts } from './recorder.mjs';

const folder = new URL('observed/', import.meta.url);
const asked = process.env.PREPAIR_VERSIONS ?? '2026.2.19,2026.3.13,2026.5.7,2026.7.1,2026.9.6';
const versions = asked === 'all'
  ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length))
  : asked.split(',').filter(Boolean);

/** What is observed in which situation; the log line and the words of a close differ in more than that. */
const shown = ({ kind, field, value, case: name, state, connection, outcome }) => kind === 'fact'
  ? { field, value }
  : { name, state, connection, verdict: outcome.verdict, reason: outcome.reason, closeCode: outcome.closeCode };

for (const version of versions) {
  test(`OpenClaw ${version} does what was recorded`, async (t) => {
    const recorded = readFileSync(new URL(`${version}.jsonl`, folder), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
    const asks = (kind) => recorded.some((line) => line.kind === kind);
    const again = [...asks('fact') ? await facts(version) : [], ...asks('connect') ? await connections(version) : []];
    // through JSON, as the recording went
    assert.deepEqual(JSON.parse(JSON.stringify(again.map(shown))), JSON.parse(JSON.stringify(recorded.map(shown))));
    t.diagnostic(`${again.length} observations`);
  });
}
