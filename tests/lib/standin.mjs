// Stands in for npm/openclaw-prepair until that exists, so that the gateway tests can be built first: goes with its arrival.
import { readFileSync, writeFileSync, existsSync, statSync, chownSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { identityOf } from './client.mjs';
import { writeReference } from './reference.mjs';

const dirOf = ({ stateDir, env }) => stateDir ?? join(env.HOME, '.openclaw');
const json = (path) => existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};

export function exportIdentity(options) {
  return identityOf(json(join(dirOf(options), 'identity/device.json')).privateKeyPem);
}

export function setup(options) {
  const dir = dirOf(options);
  const identity = writeReference(dir);
  const config = json(join(dir, 'openclaw.json'));
  if (options.config?.proxyPeers) {
    config.gateway.trustedProxies = options.config.proxyPeers;
    writeFileSync(join(dir, 'openclaw.json'), JSON.stringify(config, null, 2));
  }
  const { uid, gid } = statSync(dir);
  for (const path of ['identity', 'identity/device.json', 'devices', 'devices/paired.json']) chownSync(join(dir, path), uid, gid);
  const pendingCleared = existsSync(join(dir, 'devices/pending.json')) ? clearPending(options).cleared.length : 0;
  return { deviceId: identity.deviceId, publicKey: identity.publicKey, identity: 'created', paired: 'created', store: 'json', pendingCleared };
}

export function prePair(options) {
  const path = join(dirOf(options), 'devices/paired.json');
  const paired = json(path);
  const [own] = Object.values(paired);
  const { publicKey } = options.device;
  const deviceId = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex');
  paired[deviceId] = { ...own, deviceId, publicKey };
  writeFileSync(path, JSON.stringify(paired, null, 2));
  return { deviceId, identity: 'untouched', paired: 'created' };
}

export function clearPending(options) {
  const path = join(dirOf(options), 'devices/pending.json');
  const cleared = Object.values(json(path)).map(({ requestId, deviceId, silent, ts }) => ({ requestId, deviceId, silent: silent ?? null, ageMs: Date.now() - ts }));
  writeFileSync(path, '{}');
  return { cleared };
}
