// The addon and the wasm module upload the same bytes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NEWEST } from '../lib/versions.mjs';

const ENTRY = fileURLToPath(new URL('../../npm/openclaw-prepair/lib/entry/sandbox-node.js', import.meta.url));
const INDEX = fileURLToPath(new URL('../../npm/openclaw-prepair/lib/entry/index.js', import.meta.url));

/** What is uploaded for a sandbox kept in memory, by a binding; random bytes are all the same. */
const SCRIPT = `
  globalThis.crypto.getRandomValues = (bytes) => bytes.fill(7);
  const { setup } = require(${JSON.stringify(ENTRY)});
  const secret = 'correct horse battery staple, and 7 more words';
  const cases = [{ gatewayVersion: '2026.2.19' }, { gatewayVersion: ${JSON.stringify(NEWEST)}, config: { proxyPeers: ['10.0.0.9'], merge: { a: { b: [1, 'ü'] } } } }, { gatewayVersion: '2026.4.15', identity: { secret, label: 'sandbox-1' }, displayName: 'x' }];
  (async () => {
    const out = [];
    for (const options of cases) {
      const fs = { setsModes: true, read: async () => null, exec: async () => null, writeMany: async (files) => { for (const { path, content, mode } of files) out.push([path, mode, Buffer.from(content).toString('base64')]); } };
      out.push(await setup(fs, { fresh: true, stateDir: '/s', now: 1750000000000, ...options }));
    }
    process.stdout.write(require(${JSON.stringify(INDEX)}).binding() + '\\n' + JSON.stringify(out));
  })();
`;

test('addon and wasm: equal uploads, equal reports', () => {
  const [native, wasm] = ['native', 'wasm'].map((binding) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', SCRIPT], { env: { PATH: process.env.PATH, PREPAIR_BINDING: binding }, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const [name, result] = stdout.split('\n');
    assert.equal(name, binding);
    return result;
  });
  assert.equal(native, wasm);
  assert.ok(native.length > 3000);
});
