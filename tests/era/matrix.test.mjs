// Every situation of a state dir on real gateways: 2026.2.19 and 2026.9.6, or PREPAIR_VERSIONS (comma-separated).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEWEST } from '../lib/versions.mjs';
import { onNode24 } from '../lib/node24.mjs';
import { judge } from './matrix.mjs';

const versions = (process.env.PREPAIR_VERSIONS ?? `2026.2.19,${NEWEST}`).split(',').filter(Boolean);

onNode24(import.meta.url, () => {
  for (const version of versions) {
    test(`OpenClaw ${version}: the wall without us, open with us, in every situation`, async (t) => {
      const { store, version: judged, ...row } = await judge(version);
      t.diagnostic(JSON.stringify({ judged, store, ...row }));
      assert.deepEqual(row, {
        without: '1008',
        neverStarted: 'open',
        secondBoot: 'open',
        withoutStarted: '1008',
        deviceWhileRunning: 'open',
        startedOnce: 'open',
        others: 'open',
        whileRunning: 'open',
        otherStaysOut: '1008',
      });
    });
  }
});
