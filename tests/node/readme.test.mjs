// What the README and the pages of docs/ show is what happens.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { block } from '../lib/docs.mjs';
import { place, prepair } from './setup.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A folder with the package installed and a script in it, run as a user runs it. */
function run(here, script, env = {}) {
  mkdirSync(join(here.home, 'node_modules'), { recursive: true });
  const link = join(here.home, 'node_modules/openclaw-prepair');
  if (!existsSync(link)) symlinkSync(join(ROOT, 'npm/openclaw-prepair'), link);
  const file = /^import /m.test(script) ? 'script.mjs' : 'script.js';
  writeFileSync(join(here.home, file), script);
  return spawnSync(process.execPath, ['--preserve-symlinks', file], {
    cwd: here.home,
    env: { PATH: process.env.PATH, HOME: here.home, PREPAIR_BINDING: process.env.PREPAIR_BINDING, ...env },
    encoding: 'utf8',
  });
}

test('the setup script prepares a fresh home, does nothing the second time, and explains a refusal', (t) => {
  const here = place(t);
  const script = block('recipe: setup-script');
  const first = run(here, script, { PROXY_PEERS: '10.0.0.9' });
  assert.equal(first.status, 0, first.stderr);
  for (const name of ['identity/device.json', 'devices/paired.json', 'openclaw.json']) assert.ok(first.stdout.includes(`created: ${here.file(name)}`), name);
  assert.deepEqual(here.json('openclaw.json').gateway.trustedProxies, ['10.0.0.9']);
  const second = run(here, script, { PROXY_PEERS: '10.0.0.9' });
  assert.equal(second.status, 0);
  assert.equal(second.stdout, 'nothing to do\n');
  here.put('devices/paired.json', '{"x": ');
  const third = run(here, script);
  assert.equal(third.status, 1);
  assert.match(third.stderr, /^ERR_PREPAIR_SYNTAX: .*paired\.json:1\)\n.+/);
});

test('the clone recipe gives a clone its own key once', (t) => {
  const here = place(t);
  const { deviceId } = prepair.setup(here.options);
  const script = block('recipe: clone').replace('/tmp/.clone-has-its-own-key', join(here.home, 'marker'));
  assert.equal(run(here, script).status, 0);
  const own = here.json('identity/device.json').deviceId;
  assert.notEqual(own, deviceId);
  assert.deepEqual(Object.keys(here.json('devices/paired.json')), [own]);
  assert.equal(run(here, script).status, 0);
  assert.equal(here.json('identity/device.json').deviceId, own);
});

test('the messy config changes by the diff that is shown', (t) => {
  const here = place(t);
  const before = block('messy: before');
  here.put('openclaw.json', before);
  prepair.patchConfig({ ...here.options, proxyPeers: ['172.16.0.7'] });
  writeFileSync(join(here.home, 'before'), before);
  const diff = spawnSync('diff', ['-U3', 'before', here.file('openclaw.json')], { cwd: here.home, encoding: 'utf8' });
  assert.equal(diff.stdout.split('\n').slice(2).join('\n'), block('messy: diff'));
});

test('the recipe of devices approves the browser that waits, and no other', (t) => {
  const here = place(t);
  const waits = (requestId, who, clientId) => ({ requestId, deviceId: who.deviceId, publicKey: who.publicKey, clientId, role: 'operator', roles: ['operator'], scopes: ['operator.read', 'operator.admin'], remoteIp: '10.0.0.7', silent: false, ts: Date.now() });
  const [browser, app] = [prepair.newIdentity(), prepair.newIdentity()];
  here.put('devices/pending.json', { a: waits('a', app, 'app'), b: waits('b', browser, 'openclaw-control-ui') });
  const { status, stdout, stderr } = run(here, block('recipe: devices'));
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim(), `${browser.deviceId} may now operator.read`);
  assert.deepEqual([Object.keys(here.json('devices/paired.json')), Object.keys(here.json('devices/pending.json'))], [[browser.deviceId], ['a']]);
});

test('the recipe of a token pairs a function and gives it its own', (t) => {
  const here = place(t);
  const { status, stdout, stderr } = run(here, `${block('recipe: device-token')}\nconsole.log(identity.deviceId, token);`);
  assert.equal(status, 0, stderr);
  const [deviceId, token] = stdout.trim().split(' ');
  const { scopes, tokens } = here.json('devices/paired.json')[deviceId];
  assert.deepEqual([scopes, tokens.operator.token, tokens.operator.scopes], [['operator.read'], token, ['operator.read']]);
});
