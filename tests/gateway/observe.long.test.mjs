// Records again and compares with observed/: the versions of the table in docs/versions.md, or PREPAIR_VERSIONS (comma-separated; `all`: every recorded one).
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { NEWEST } from '../lib/versions.mjs';
import { connections, facts, situation } from './recorder.mjs';

const folder = new URL('observed/', import.meta.url);
const asked = process.env.PREPAIR_VERSIONS ?? `2026.2.19,2026.3.13,2026.5.7,2026.7.1,${NEWEST}`;
const versions = asked === 'all'
  ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length))
  : asked.split(',').filter(Boolean);

/** What was seen in it; the log line and the words of a close differ from run to run. */
const seen = ({ value, outcome }) => value ?? { verdict: outcome.verdict, reason: outcome.reason ?? null, closeCode: outcome.closeCode };
const bySituation = (lines) => new Map(lines.map((line) => [situation(line), seen(line)]));

for (const version of versions) {
  test(`OpenClaw ${version} does what was recorded`, async (t) => {
    const recorded = readFileSync(new URL(`${version}.jsonl`, folder), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
    const asks = (kind) => recorded.some((line) => line.kind === kind);
    const again = bySituation([...asks('fact') ? await facts(version) : [], ...asks('connect') ? await connections(version) : []]);
    for (const [key, value] of bySituation(recorded)) assert.deepEqual(again.get(key), value, key);
    t.diagnostic(`${recorded.length} observations again, ${again.size - recorded.length} new ones`);
  });
}
