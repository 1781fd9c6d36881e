// The rows of the rules table that say where secrets come from, on real gateways on both sides of each boundary.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approves, cachedTokenFirst, envFiles, envSecretFirst, proxyAuth, secretRefs } from './secret-sources.mjs';

for (const [ask, expected] of [
  [envFiles, { '2.19': 'Both', '3.28': 'Both', '3.31': 'Guarded', '4.2': 'Guarded', '4.5': 'Gateway', '9.6': 'Gateway' }],
  [envSecretFirst, { '2.12': 'true', '2.19': 'true', '4.29': 'true', '7.1': 'true', '7.35': 'true', '8.1': 'false', '9.6': 'false' }],
  [secretRefs, { '2.19': 'None', '2.26': 'None', '3.2': 'None', '3.7': 'All', '9.6': 'All' }],
  [cachedTokenFirst, { '2.12': 'true', '2.17': 'false', '2.19': 'false' }],
  [proxyAuth, { '3.28': 'Anywhere', '3.31': 'Elsewhere', '4.25': 'Elsewhere', '4.29': 'Allowed', '9.6': 'Allowed' }],
  [approves, { '4.29': 'false', '5.2': 'false', '5.7': 'true' }],
]) {
  for (const [version, value] of Object.entries(expected)) {
    test(`${ask.name}, 2026.${version}`, async () => assert.equal(await ask(`2026.${version}`), value));
  }
}
