'use strict';

// The script that people write by hand: read, JSON.parse, generateKeyPairSync, temp file, rename. It makes the files that
// setup() makes, and with the same fsyncs: each file, each folder that got a name. `no-fsync` leaves them out.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const SCOPES = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];

function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

function syncFolder(folder) {
  const fd = fs.openSync(folder, 'r');
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}

function write(file, text, fsync) {
  const temp = `${file}.${process.pid}.tmp`;
  const fd = fs.openSync(temp, 'wx', 0o600);
  fs.writeFileSync(fd, text);
  if (fsync) fs.fsyncSync(fd);
  fs.closeSync(fd);
  fs.renameSync(temp, file);
  if (fsync) syncFolder(path.dirname(file));
}

const rawKey = (key) => key.export({ type: 'spki', format: 'der' }).subarray(-32);

function newIdentity() {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
  return {
    version: 1,
    deviceId: crypto.createHash('sha256').update(rawKey(publicKey)).digest('hex'),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    createdAtMs: Date.now(),
  };
}

function record(deviceId, publicKey) {
  const now = Date.now();
  return {
    deviceId, publicKey, displayName: 'by hand', clientId: 'cli', clientMode: 'cli', role: 'operator', roles: ['operator'],
    scopes: SCOPES, approvedScopes: SCOPES,
    tokens: { operator: { token: crypto.randomBytes(32).toString('base64url'), role: 'operator', scopes: SCOPES, createdAtMs: now } },
    createdAtMs: now, approvedAtMs: now,
  };
}

/** Adds a device to paired.json. */
function approve(stateDir, deviceId, publicKey, fsync = true) {
  const file = path.join(stateDir, 'devices/paired.json');
  const paired = read(file) ?? {};
  if (paired[deviceId]) return;
  paired[deviceId] = record(deviceId, publicKey);
  write(file, JSON.stringify(paired, null, 2), fsync);
}

function setup(stateDir, fsync = true) {
  const missing = ['', 'identity', 'devices'].map((name) => path.join(stateDir, name)).filter((folder) => !fs.existsSync(folder));
  for (const folder of missing) fs.mkdirSync(folder, { mode: 0o700 });
  if (fsync) new Set(missing.map((folder) => path.dirname(folder))).forEach(syncFolder);

  let identity = read(path.join(stateDir, 'identity/device.json'));
  if (!identity) {
    identity = newIdentity();
    write(path.join(stateDir, 'identity/device.json'), `${JSON.stringify(identity, null, 2)}\n`, fsync);
  }
  approve(stateDir, identity.deviceId, rawKey(crypto.createPublicKey(identity.publicKeyPem)).toString('base64url'), fsync);

  const file = path.join(stateDir, 'devices/pending.json');
  const pending = read(file) ?? {};
  const kept = Object.fromEntries(Object.entries(pending).filter(([, request]) => request.deviceId !== identity.deviceId));
  if (Object.keys(kept).length < Object.keys(pending).length) write(file, JSON.stringify(kept, null, 2), fsync);

  const config = read(path.join(stateDir, 'openclaw.json')) ?? { gateway: { mode: 'local' } };
  if (!config.gateway?.trustedProxies?.includes('10.0.0.1')) {
    config.gateway = { ...config.gateway, trustedProxies: [...config.gateway?.trustedProxies ?? [], '10.0.0.1'] };
    write(path.join(stateDir, 'openclaw.json'), `${JSON.stringify(config, null, 2)}\n`, fsync);
  }
}

module.exports = { setup, approve };
if (require.main === module) setup(path.join(process.env.HOME, '.openclaw'), process.argv[2] !== 'no-fsync');
