// Random state dirs: the addon and the wasm module leave the same bytes and give the same report or refusal, and the same call again
// changes nothing. Files alone: rows are read and written by the same JavaScript under both.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { moduleBinding } from '../lib/asked.mjs';
import { identityOf } from '../lib/client.mjs';
import { prepair, snapshot } from '../node/setup.mjs';

const require = createRequire(import.meta.url);
const lib = '../../npm/openclaw-prepair/lib';
const driver = require(`${lib}/node/driver.js`);
const { load } = require(`${lib}/node/binding.js`);

const NOW = 1_771_000_000_000;
const SCOPES = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];
const VERSIONS = ['2026.2.6-3', '2026.2.12', '2026.2.17', '2026.2.19', '2026.2.24', '2026.3.13', '2026.4.15', '2026.5.18', '2026.7.1'];
const DEVICES = ['a', 'b', 'c'].map((label) => {
  const { privateKeyPem } = prepair.newIdentity({ secret: 'of random state dirs, always the same', label });
  return { ...identityOf(privateKeyPem), privateKeyPem, publicKeyPem: createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' }) };
});

/** Numbers below 1 that a seed determines (mulberry32). */
function randomness(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `{ operation, options, files, again }` of a seed; `files` by their path below the state dir. */
export function stateOf(seed) {
  const random = randomness(seed);
  const chance = (share) => random() < share;
  const one = (items) => items[Math.floor(random() * items.length)];
  const some = (items) => items.filter(() => chance(0.5));
  const hex = (length) => Array.from({ length }, () => one([...'0123456789abcdef'])).join('');
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  const time = () => NOW - Math.floor(random() * 1_000_000_000);
  const device = one(DEVICES);
  /** Now and then something of another type, or nothing. */
  const loose = (value) => (chance(0.03) ? one([null, 7, '', [], {}, 'x', undefined]) : value);
  const token = (role) => ({ token: hex(43), role, scopes: loose(some(SCOPES)), createdAtMs: time(), ...chance(0.2) && { revokedAtMs: time() } });
  const roles = () => one([['operator'], ['operator'], ['node'], ['operator', 'node']]);
  const record = (of) => {
    const held = roles();
    return {
      deviceId: of.deviceId, publicKey: loose(of.publicKey), displayName: loose('näme'), clientId: one(['cli', 'gateway-client', 'node-host']), clientMode: one(['cli', 'backend', 'node']),
      role: held[0], roles: loose(held), scopes: loose(some(SCOPES)), ...chance(0.7) && { approvedScopes: some(SCOPES) },
      ...chance(0.3) && { platform: one(['linux', 'macOS 26.3.1']), deviceFamily: 'Mac' },
      tokens: loose(Object.fromEntries(held.map((role) => [role, token(role)]))), createdAtMs: time(), approvedAtMs: time(),
    };
  };
  const request = (of) => ({
    requestId: uuid(), deviceId: of.deviceId, publicKey: of.publicKey, clientId: 'cli', clientMode: 'cli', role: 'operator', roles: loose(roles()), scopes: loose(some(SCOPES)),
    silent: loose(chance(0.5)), ts: loose(chance(0.8) ? NOW - Math.floor(random() * 200_000) : time()), ...chance(0.3) && { remoteIp: '10.0.0.7' },
  });
  const keyed = (entries, key) => Object.fromEntries(entries.map((entry) => [entry[key] ?? 'x', entry]));
  const json = (value) => {
    const text = JSON.stringify(value, null, one([0, 2, 4, '\t']));
    if (chance(0.04)) return one([text.slice(0, text.length >> 1), '', '[]', 'null', `\ufeff${text}`, `${text}\n${text}`, '{']);
    return chance(0.3) ? `${text}\n` : text;
  };
  const waiting = some(DEVICES).map(request);
  const files = {};
  if (chance(0.8)) files['identity/device.json'] = json({ version: loose(1), deviceId: loose(device.deviceId), publicKeyPem: loose(device.publicKeyPem), privateKeyPem: loose(device.privateKeyPem), createdAtMs: loose(time()) });
  if (chance(0.7)) files['devices/paired.json'] = json(keyed(some(DEVICES).map(record), 'deviceId'));
  if (chance(0.6)) files['devices/pending.json'] = json(keyed(waiting, 'requestId'));
  if (chance(0.7)) files['openclaw.json'] = one([
    () => json({ gateway: { mode: 'local', ...chance(0.5) && { trustedProxies: one([[], ['127.0.0.1'], ['10.0.0.0/8'], '10.0.0.1', ['${PEER}']]) } }, agents: {} }),
    () => `// mine\n{ gateway: { mode: 'local', /* kept */ trustedProxies: ['10.0.0.1',], }, }\n`,
    () => `{\r\n  "gateway": {"auth": {"mode": "token", "token": "${hex(40)}"}},\r\n}\r\n`,
    () => '{ "$include": "./base.json5", gateway: { port: 18789 } }',
    () => '{}',
  ])();
  if (files['openclaw.json']?.includes('$include') && chance(0.8)) files['base.json5'] = one(['{ gateway: { mode: "local" } }', '{', '{ gateway: { trustedProxies: ["127.0.0.1"] } }']);
  const odd = chance(0.05) ? one(['identity', 'devices', 'identity/device.json', 'devices/paired.json', 'openclaw.json']) : null;

  const options = { gatewayVersion: one(VERSIONS) };
  const pair = () => ({
    ...chance(0.3) && { scopes: some(SCOPES) }, ...chance(0.2) && { displayName: 'd' }, ...chance(0.1) && { role: 'node' }, ...chance(0.2) && { pending: one(['all', 'device', 'keep']) },
    ...chance(0.15) && { reinstate: true }, ...chance(0.15) && { identity: one(['new', { secret: 'correct horse battery staple, and more', label: 'a' }, { privateKeyPem: DEVICES[0].privateKeyPem }]) },
    ...chance(0.15) && { onConflict: 'replace' },
  });
  const config = () => ({ ...chance(0.6) && { trustedProxies: one(['private', 'sandbox', false, ['10.1.0.0/16']]) }, ...chance(0.4) && { proxyPeers: ['172.16.0.7'] }, ...chance(0.4) && { merge: { gateway: { bind: 'loopback' }, logging: { level: 'info' } } } });
  const named = () => (chance(0.9) ? one(DEVICES).deviceId : hex(64));
  const asked = () => (waiting.length > 0 && chance(0.9) ? one(waiting).requestId : uuid());
  const [operation, own, again] = one([
    ['setup', { ...pair(), ...chance(0.7) && { config: config() } }, true],
    ['setup', {}, true],
    ['prePair', pair(), true],
    ['prePair', { device: { publicKey: one(DEVICES).publicKey } }, true],
    ['clearPending', chance(0.5) ? {} : { deviceId: named() }, true],
    ['patchConfig', config(), true],
    ['devices.list', {}, true],
    ['devices.approve', { requestId: asked() }, false],
    ['devices.reject', { requestId: asked() }, false],
    ['devices.remove', { deviceId: named() }, false],
    ['devices.revoke', { deviceId: named() }, false],
    ['devices.rotate', { deviceId: named() }, false],
    ['devices.rename', { deviceId: named(), name: 'anders' }, false],
    ['diagnose', {}, true],
  ]);
  return { operation, options: { ...options, ...own }, files, odd, kind: one(['dir', 'link']), mode: one([0o600, 0o600, 0o644]), again };
}

function lay(stateDir, { files, odd, kind, mode }) {
  for (const [name, content] of Object.entries(files)) {
    if (odd !== null && (name === odd || name.startsWith(`${odd}/`))) continue;
    mkdirSync(dirname(join(stateDir, name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(stateDir, name), content);
    chmodSync(join(stateDir, name), mode);
  }
  if (odd === null) return;
  mkdirSync(dirname(join(stateDir, odd)), { recursive: true, mode: 0o700 });
  if (kind === 'dir') mkdirSync(join(stateDir, odd));
  else symlinkSync('elsewhere', join(stateDir, odd));
}

/** A binding whose randomness is the same for every call. */
const fixed = (binding) => ({
  ...binding,
  drive: (request, blobs, handlers) => binding.drive({ ...request, inputs: { ...request.inputs, entropy: { blob: blobs.length } } }, [...blobs, Uint8Array.from({ length: 64 }, (_, at) => at)], handlers),
});

/** Plays `count` states; gives how many calls were done and refused, and how many wrote. */
export function play(t, count, first = 1) {
  const native = load();
  assert.equal(native.kind, 'native');
  const bindings = { native: fixed(native), wasm: fixed(moduleBinding()) };
  const home = mkdtempSync(join(tmpdir(), 'prepair-states-'));
  const { now } = Date;
  Date.now = () => NOW;
  t.after(() => {
    Date.now = now;
    rmSync(home, { recursive: true, force: true });
  });
  const stateDir = join(home, '.openclaw');
  const run = (binding, { operation, options }) => {
    const given = { ...options, stateDir, env: { HOME: home } };
    try {
      const report = { diagnose: driver.diagnose, 'devices.list': driver.list }[operation]?.(bindings[binding], given) ?? driver.run(bindings[binding], operation, given);
      return { report: JSON.parse(JSON.stringify(report)) };
    } catch (error) {
      assert.match(String(error.code), /^ERR_PREPAIR_(?!INTERNAL)/, error.stack);
      return { error: JSON.parse(JSON.stringify(error)) };
    }
  };
  const contents = () => Object.entries(snapshot(stateDir)).map(([path, { ino, mtime, ...rest }]) => [path, rest]);
  const told = { states: 0, refused: 0, wrote: 0, again: 0 };
  for (let seed = first; seed < first + count; seed += 1) {
    const state = stateOf(seed);
    const outcomes = Object.keys(bindings).map((binding) => {
      rmSync(stateDir, { recursive: true, force: true });
      lay(stateDir, state);
      const before = contents();
      const outcome = run(binding, state);
      const after = contents();
      if (outcome.error) assert.deepEqual(after, before, `seed ${seed}, ${binding}: refused, and something changed`);
      return { ...outcome, after };
    });
    assert.deepEqual(outcomes[1], outcomes[0], `seed ${seed}: ${state.operation}`);
    told.states += 1;
    if (outcomes[0].error) told.refused += 1;
    else if (outcomes[0].report.changes?.length > 0) told.wrote += 1;
    // A claim of a new identity, and a token that is given back, are of one call.
    const { identity, reinstate } = state.options;
    if (outcomes[0].error || !state.again || identity === 'new' || reinstate) continue;
    const second = run('native', state);
    assert.deepEqual(second.report?.changes ?? [], [], `seed ${seed}: ${state.operation} again`);
    assert.deepEqual(contents(), outcomes[0].after, `seed ${seed}: ${state.operation} again`);
    told.again += 1;
  }
  return told;
}
