// The state dirs that are measured on.
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const SCOPES = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];

/** A home whose `.openclaw` setup() has prepared, with that many other devices. */
export async function prepared(home, devices) {
  const stateDir = join(home, '.openclaw');
  mkdirSync(join(stateDir, 'devices'), { recursive: true, mode: 0o700 });
  if (devices > 0) await writePaired(join(stateDir, 'devices/paired.json'), devices);
  const { setup } = require('../../npm/openclaw-prepair');
  setup({ stateDir, env: { HOME: home }, gatewayVersion: '2026.2.19', config: { trustedProxies: ['10.0.0.1'] } });
  // As a gateway leaves it.
  writeFileSync(join(stateDir, 'devices/pending.json'), '{}', { mode: 0o600 });
  return stateDir;
}

async function writePaired(file, devices) {
  const out = createWriteStream(file, { mode: 0o600 });
  for (let n = 0; n < devices; n += 1) {
    const text = JSON.stringify(device(), null, 2).replaceAll('\n', '\n  ');
    const deviceId = /"deviceId": ("\w+")/.exec(text)[1];
    if (!out.write(`${n === 0 ? '{' : ','}\n  ${deviceId}: ${text}`)) await once(out, 'drain');
  }
  out.end('\n}');
  await once(out, 'finish');
}

function device() {
  const raw = randomBytes(32);
  const at = 1767225600000;
  return {
    deviceId: createHash('sha256').update(raw).digest('hex'), publicKey: raw.toString('base64url'), displayName: 'agent', platform: 'linux',
    clientId: 'cli', clientMode: 'cli', role: 'operator', roles: ['operator'], scopes: SCOPES, approvedScopes: SCOPES,
    tokens: { operator: { token: randomBytes(32).toString('base64url'), role: 'operator', scopes: SCOPES, createdAtMs: at } },
    createdAtMs: at, approvedAtMs: at,
  };
}

/** A home with a config of about that many bytes, in all that JSON5 allows. */
export function configured(home, bytes) {
  const stateDir = join(home, '.openclaw');
  mkdirSync(stateDir, { mode: 0o700 });
  const parts = ["// mine\n{\n  gateway: {\n    mode: 'local', // loopback only\n    trustedProxies: ['192.168.0.1'],\n  },\n  channels: {\n"];
  for (let [n, length] = [0, parts[0].length]; length < bytes - 200; n += 1) {
    const channel = `    channel_${n}: {\n      /* number ${n} */\n      enabled: true, name: 'the "${n}th"', limits: [1, 2.50, 0x10, .5],\n      "text": "${'all work and no play '.repeat(4)}",\n    },\n`;
    parts.push(channel);
    length += channel.length;
  }
  parts.push('  },\n}\n');
  writeFileSync(join(stateDir, 'openclaw.json'), parts.join(''), { mode: 0o600 });
  return stateDir;
}
