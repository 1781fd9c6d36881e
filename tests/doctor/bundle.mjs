// What `doctor --bundle` holds of a state dir: enough to judge it again elsewhere, and no secret.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secrets } from '../secrets/search.mjs';
import { build, STATES } from './walk.mjs';

const require = createRequire(import.meta.url);
const prepair = require('../../npm/openclaw-prepair');
const { plan, reads } = require('../../npm/openclaw-prepair/lib/entry/plan-node.js');
const { load } = require('../../npm/openclaw-prepair/lib/node/binding.js');
const { bundle } = require('../../npm/openclaw-prepair/lib/cli/bundle.js');

/** A diagnosis of what a bundle holds, as the page makes one. */
export function judge({ at, platform, publicKey, config, paired, pending, report }, connection) {
  const { stateDir, configPath, gateway } = report.assumed;
  const files = Object.assign(Object.create(null), { [configPath]: config, [`${stateDir}/devices/paired.json`]: paired, [`${stateDir}/devices/pending.json`]: pending });
  const inputs = { files: Object.create(null), rows: Object.create(null), now: at, process: { uid: 1, node: '99.0.0', platform } };
  const options = { stateDir, configPath, env: {}, ...(gateway.version && { gatewayVersion: gateway.version }), connection, device: { publicKey } };
  for (;;) {
    const { done, files: wanted, queries } = reads('diagnose', options, inputs);
    if (done) return plan('diagnose', inputs, options).report;
    for (const path of wanted) inputs.files[path] = files[path] === undefined ? null : new TextEncoder().encode(JSON.stringify(files[path]));
    for (const { id } of queries) inputs.rows[id] = null;
  }
}

/** Bundles of the walk's states; what is wrong with them. */
export function bundles(versions) {
  const wrong = [];
  let all = 0;
  for (const [version, store] of versions) {
    for (const [name, state] of Object.entries(STATES)) {
      const home = mkdtempSync(join(tmpdir(), 'prepair-bundle-'));
      try {
        const stateDir = build(home, version, state, store);
        const target = { stateDir, gatewayVersion: version, env: { HOME: home } };
        const connection = { client: 'cli', presentsDevice: true, headers: { 'X-Forwarded-For': '203.0.113.9', Authorization: 'Bearer hunter2-hunter2-hunter2' } };
        const made = bundle(load(), { ...target, connection });
        const text = JSON.stringify(made);
        const secrets = new Secrets();
        for (const entry of readdirSync(stateDir, { recursive: true, withFileTypes: true })) {
          if (entry.isFile()) secrets.inFile(readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'latin1'));
        }
        for (const one of state.paired ?? []) for (const held of Object.values(one.tokens ?? {})) secrets.token(held.token);
        for (const own of ['a-token-of-the-gateway-for-the-walk', 'a-password-for-the-walk', 'hunter2-hunter2-hunter2']) secrets.token(own);
        try {
          secrets.absent(text, 'the bundle');
          assert.deepEqual(made.report.verdict, prepair.diagnose({ ...target, connection }).verdict);
          // The gateway that starts first on files imports them; one that has a database judges by it.
          if (made.publicKey && made.config && version !== '2026.9.5') {
            const there = prepair.diagnose({ ...target, connection, device: { publicKey: made.publicKey } });
            // What lies beside, and what is no state of a device, is in the report alone.
            if (!['identity', 'unknown'].some((word) => [there.reason, there.verdict].includes(word))) {
              const here = judge(made, connection);
              assert.deepEqual([here.verdict, here.reason], [there.verdict, there.reason]);
            }
            all += 1;
          }
        } catch (error) {
          wrong.push(`${version} ${store}, ${name}: ${error.message}`);
        }
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    }
  }
  return { all, wrong };
}
