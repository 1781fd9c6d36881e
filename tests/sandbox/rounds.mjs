// Prints how often a function waits for its sandbox: this package beside a plain port of the inline script that people
// run there. The real @vercel/sandbox client, a loopback service that answers after a fixed delay.
//   node tests/sandbox/rounds.mjs [delay in ms, default 100]
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NEWEST } from '../lib/versions.mjs';
import { VercelSandbox, startVercel } from './vercel-server.mjs';

const require = createRequire(import.meta.url);
const { setup, vercel } = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');

/** One command or file call after the other, as a shell script or a `docker exec` recipe has them. */
async function inline(sandbox, stateDir) {
  const sh = async (script, ...args) => {
    const done = await sandbox.runCommand('sh', ['-c', script, 'sh', ...args]);
    return (await done.stdout()).trim();
  };
  await sh('mkdir -p "$1/identity" "$1/devices"', stateDir);
  const there = await sh('test -f "$1/identity/device.json" && echo yes', stateDir);
  if (there !== 'yes') {
    await sandbox.writeFiles([{ path: `${stateDir}/make-identity.js`, content: MAKE_IDENTITY }]);
    await sh('node "$1/make-identity.js" "$1/identity/device.json" && rm "$1/make-identity.js"', stateDir);
  }
  const device = JSON.parse(String(await sandbox.readFileToBuffer({ path: `${stateDir}/identity/device.json` })));
  const paired = JSON.parse(String(await sandbox.readFileToBuffer({ path: `${stateDir}/devices/paired.json` }) ?? '{}'));
  paired[device.deviceId] ??= { deviceId: device.deviceId, role: 'operator', scopes: ['operator.admin', 'operator.approvals', 'operator.pairing'] };
  await sandbox.writeFiles([{ path: `${stateDir}/devices/paired.json`, content: JSON.stringify(paired) }]);
  await sh('rm -f "$1/devices/pending.json"', stateDir);
  const config = JSON.parse(String(await sandbox.readFileToBuffer({ path: `${stateDir}/openclaw.json` }) ?? '{}'));
  config.gateway = { ...config.gateway, mode: 'local', trustedProxies: ['127.0.0.1'] };
  await sandbox.writeFiles([{ path: `${stateDir}/openclaw.json`, content: JSON.stringify(config, null, 2) }]);
  await sh('chmod 600 "$1/identity/device.json" "$1/devices/paired.json" "$1/openclaw.json"', stateDir);
}

const MAKE_IDENTITY = `const { generateKeyPairSync, createHash } = require('node:crypto');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
require('node:fs').writeFileSync(process.argv[2], JSON.stringify({
  version: 1, deviceId: createHash('sha256').update(raw).digest('hex'), publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }),
  privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }), createdAtMs: Date.now(),
}, null, 2) + '\\n', { mode: 0o600 });
`;

/** Rows of {what, calls, waits, ms}. */
export async function measure(delay) {
  const dir = await mkdtemp(join(tmpdir(), 'prepair-rounds-'));
  const service = await startVercel({ home: (name) => join(dir, name) });
  let [inFlight, calls, waits] = [0, 0, 0];
  const fetch = async (url, options) => {
    calls += 1;
    if (inFlight++ === 0) waits += 1;
    await new Promise((resolve) => setTimeout(resolve, delay));
    try {
      return await service.fetch(url, options);
    } finally {
      inFlight -= 1;
    }
  };
  const rows = [];
  try {
    const Sandbox = await VercelSandbox();
    const sandboxes = [];
    for (const name of ['script', 'fresh', 'home', 'state']) sandboxes.push(await Sandbox.create({ ...service.credentials, fetch, name }));
    const [script, fresh, home, state] = sandboxes;
    const count = async (what, body) => {
      [calls, waits] = [0, 0];
      const start = performance.now();
      const report = await body();
      rows.push({ what, calls, waits, ms: Math.round(performance.now() - start), said: report?.roundTrips });
    };
    const gatewayVersion = NEWEST;
    const dirOf = (name) => join(dir, name, '.openclaw');
    await count('inline script, first time', () => inline(script, dirOf('script')));
    await count('inline script, again', () => inline(script, dirOf('script')));
    await count('setup, fresh, absolute stateDir', () => setup(vercel(fresh), { fresh: true, stateDir: dirOf('fresh'), gatewayVersion }));
    await count('setup, fresh, home not known', () => setup(vercel(home), { fresh: true, gatewayVersion }));
    await count('setup, state read first', () => setup(vercel(state), { stateDir: dirOf('state'), gatewayVersion }));
    await count('setup, nothing to change', () => setup(vercel(state), { stateDir: dirOf('state'), gatewayVersion }));
  } finally {
    await service.close();
    await rm(dir, { recursive: true });
  }
  return rows;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const delay = Number(process.argv[2] ?? 100);
  console.log(`${'each call answered after'} ${delay} ms\n`);
  console.log(`${''.padEnd(34)}waits  calls      ms`);
  for (const { what, calls, waits, ms } of await measure(delay)) {
    console.log(`${what.padEnd(34)}${String(waits).padStart(5)}${String(calls).padStart(7)}${String(ms).padStart(8)}`);
  }
}
