// Pre-pairs an OpenClaw state dir through the component, as any host does: node prepair.mjs <state dir> [<OpenClaw version>]
// (In Node the package's own entry is the shorter way.) State dirs without a started database.
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { planner } from '@openclaw-prepair/component';

const [stateDir, gatewayVersion] = process.argv.slice(2);
const request = {
  target: { stateDir: resolve(stateDir), gatewayVersion, env: [] },
  operation: {
    tag: 'setup',
    val: {
      pair: { identity: { tag: 'on-disk' }, onConflict: 'refuse', reinstate: false, pending: 'device' },
      config: { trustedProxies: { tag: 'sandbox' }, proxyPeers: [], allowAny: false, arrays: 'union' },
    },
  },
};

const look = (path) => {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return { tag: 'absent' };
  if (stat.isFile()) return { tag: 'content', val: new Uint8Array(readFileSync(path)) };
  return { tag: stat.isDirectory() ? 'dir' : stat.isSymbolicLink() ? 'symlink' : 'other' };
};

function plan() {
  const inputs = { files: [], rows: [], now: BigInt(Date.now()), home: homedir(), cwd: process.cwd(), passedOver: [], entropy: new Uint8Array(randomBytes(64)), failures: [] };
  for (;;) {
    try {
      return planner.plan(request, inputs);
    } catch ({ payload: { tag, val } = {} }) {
      if (tag !== 'missing') {
        console.error(`${val.code}: ${val.message}\n${val.hint ?? ''}`);
        process.exit(1);
      }
      inputs.files.push(...val.files.map((path) => [path, look(path)]));
      inputs.rows.push(...val.queries.map(({ id, db }) => {
        if (lstatSync(db, { throwIfNoEntry: false })?.size) throw new Error(`${db}: rows are not read by this example`);
        return { id };
      }));
    }
  }
}

const { steps, report } = plan();
for (const { val: { path, content, mode, keepMode, expect } } of steps) {
  const before = look(path);
  const digest = before.val && createHash('sha256').update(before.val).digest('hex');
  if (digest !== expect) throw new Error(`${path} changed meanwhile; call again`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  writeFileSync(temporary, content, { mode: 0o600, flag: 'wx', flush: true });
  chmodSync(temporary, keepMode && before.val ? statSync(path).mode : mode);
  renameSync(temporary, path);
}
console.log(`device ${report.val.pair.deviceId}: identity ${report.val.pair.identity}, record ${report.val.pair.paired}`);
