// State dirs as people spell them and headers as proxies send them, on real gateways of four eras.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onNode24 } from '../lib/node24.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { VARIATIONS, vary, varyHeaders } from './variations.mjs';

onNode24(import.meta.url, () => {
  for (const version of ['2026.2.19', '2026.4.29', '2026.8.1', NEWEST]) {
    for (const name of Object.keys(VARIATIONS)) test(`${version}: ${name}`, async () => assert.equal(await vary(version, name), null));
    for (const proxies of [undefined, ['127.0.0.1']]) test(`${version}: headers, trustedProxies ${proxies}`, async () => assert.deepEqual(await varyHeaders(version, proxies), []));
  }
});
