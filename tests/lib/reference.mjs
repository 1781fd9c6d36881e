// An independent writer of the record (OPENCLAW.md §2 and §3), so that a test can leave out one thing and see the gateway say no.
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_SCOPES, newIdentity } from './client.mjs';

/** Writes identity/device.json and devices/paired.json; `change(record)` may spoil the record. Returns the identity. */
export function writeReference(stateDir, { identity = newIdentity(), change = () => {} } = {}) {
  const now = Date.now();
  const record = {
    deviceId: identity.deviceId, publicKey: identity.publicKey, displayName: 'reference',
    clientId: 'cli', clientMode: 'cli', role: 'operator', roles: ['operator'],
    scopes: [...ALL_SCOPES], approvedScopes: [...ALL_SCOPES],
    tokens: { operator: { token: randomBytes(32).toString('base64url'), role: 'operator', scopes: [...ALL_SCOPES], createdAtMs: now } },
    createdAtMs: now, approvedAtMs: now,
  };
  change(record);
  const publicKeyPem = createPublicKey(createPrivateKey(identity.privateKeyPem)).export({ type: 'spki', format: 'pem' });
  for (const folder of ['identity', 'devices']) mkdirSync(join(stateDir, folder), { recursive: true, mode: 0o700 });
  const device = { version: 1, deviceId: identity.deviceId, publicKeyPem, privateKeyPem: identity.privateKeyPem, createdAtMs: now };
  writeFileSync(join(stateDir, 'identity', 'device.json'), `${JSON.stringify(device, null, 2)}\n`, { mode: 0o600 });
  writeFileSync(join(stateDir, 'devices', 'paired.json'), JSON.stringify({ [identity.deviceId]: record }, null, 2), { mode: 0o600 });
  return identity;
}
