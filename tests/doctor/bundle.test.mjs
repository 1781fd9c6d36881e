// A bundle is enough to judge a state dir elsewhere, and tells no secret.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onNode24 } from '../lib/node24.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { bundles } from './bundle.mjs';
import { cli, home } from './cli.mjs';

onNode24(import.meta.url, () => test('a bundle leads to the same verdict as the disk, and holds no secret', (t) => {
  const { all, wrong } = bundles([['2026.2.19', 'files'], ['2026.4.29', 'files'], [NEWEST, 'files'], [NEWEST, 'rows']]);
  t.diagnostic(`${all} bundles judged`);
  assert.ok(all >= 100, `${all}`);
  assert.deepEqual(wrong, []);
}));

test('the command line prints one JSON, and exits as the verdict says', async (t) => {
  const token = 'hunter2-hunter2-hunter2';
  const { env } = home(t, { 'openclaw.json': `{ gateway: { mode: 'local', auth: { mode: 'token', token: '${token}' } }, channels: { x: { botToken: '${token}' } } } // ${token}` });
  const { code, stdout, json } = await cli(['doctor', '--bundle', '--gateway-version', '2026.2.19', '--client', 'cli', '--header', 'X-Forwarded-For: 203.0.113.9', '--header', `X-Api-Key: ${token}`], { env });
  assert.equal(code, 3);
  assert.ok(!stdout.includes(token), stdout);
  assert.deepEqual([json.bundle, json.report.verdict, json.config.gateway.auth], [1, 'pairing-required', { mode: 'token', token: '<hidden>' }]);
  assert.deepEqual(json.connection, { client: 'cli', headers: { 'X-Forwarded-For': '203.0.113.9', 'X-Api-Key': '<hidden>' } });
  const { code: wrong, stderr } = await cli(['doctor', '--bundle', '--all'], { env });
  assert.deepEqual([wrong, /one connection/.test(stderr)], [2, true]);
});
