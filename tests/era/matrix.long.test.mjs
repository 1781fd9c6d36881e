// All versions of the table in docs/versions.md, judged again; the table must say what they did.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { onNode24 } from '../lib/node24.mjs';
import { judge } from './matrix.mjs';
import { PAGE, table, VERSIONS } from './table.mjs';

onNode24(import.meta.url, () => {
  test('docs/versions.md has the table that real gateways give', async () => {
    const rows = [];
    for (const version of VERSIONS) rows.push(await judge(version));
    assert.ok(readFileSync(PAGE, 'utf8').includes(table(rows)), table(rows));
  });
});
