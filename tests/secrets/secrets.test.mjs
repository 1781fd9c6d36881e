// No report, error, debug text, output of the command line, log or stray file holds a key or a token, in any spelling.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { BINDINGS, Caller } from '../lib/caller.mjs';
import { newIdentity } from '../lib/client.mjs';
import { place, prepair, refusal } from '../node/setup.mjs';
import { bytes, inputsOf, optionsOf, vectors } from '../vectors/lib.mjs';
import { Secrets } from './search.mjs';

const require = createRequire(import.meta.url);
const { operate } = require('../../npm/openclaw-prepair/lib/core/bridge.js');
const binding = require('../../npm/openclaw-prepair/lib/node/binding.js').load();
const CLI = fileURLToPath(new URL('../../npm/openclaw-prepair/bin/openclaw-prepair.js', import.meta.url));

/** All that a value or an error shows to somebody who prints it. */
const shown = (value) => [JSON.stringify(value) ?? '', inspect(value, { depth: 9, showHidden: true }), value instanceof Error ? `${value.stack} ${value}` : ''].join('\n');

test('the search finds what it looks for', () => {
  const secrets = new Secrets();
  const { privateKeyPem } = newIdentity();
  secrets.key(privateKeyPem);
  const seed = Buffer.from(privateKeyPem.split('\n')[1], 'base64').subarray(-32);
  for (const text of [
    privateKeyPem, JSON.stringify(privateKeyPem), seed.toString('hex'), seed.toString('base64'), seed.toString('base64url'), [...seed].join(', '),
    Buffer.concat([Buffer.from('x'), seed]).toString('base64'), Buffer.concat([Buffer.from('xy'), seed]).toString('base64url'),
  ]) assert.throws(() => secrets.absent(`before ${text} behind`, 'a test'), /shows a secret/, text);
  secrets.absent('nothing', 'a test');
});

test('every vector: report and refusal', (t) => {
  let [reports, refusals] = [0, 0];
  for (const vector of vectors()) {
    const secrets = new Secrets();
    for (const file of Object.values(vector.inputs.files ?? {})) if (file !== null && !(typeof file === 'object' && 'kind' in file)) secrets.inFile(bytes(file).toString());
    secrets.inFile(JSON.stringify(vector.inputs.rows ?? {}));
    const options = optionsOf(vector.options);
    if (typeof options.identity?.privateKeyPem === 'string' && options.identity.privateKeyPem.includes('BEGIN')) secrets.key(options.identity.privateKeyPem);
    const secret = options.identity?.secret;
    if (secret?.length >= 16) typeof secret === 'string' ? secrets.token(secret) : secrets.bytes(secret);
    // both halves: a new key, and a new token
    secrets.bytes(Buffer.from(vector.inputs.entropy, 'hex').subarray(0, 32));
    secrets.bytes(Buffer.from(vector.inputs.entropy, 'hex').subarray(32));
    try {
      const { json } = operate(binding, 'plan', vector.operation, options, inputsOf(vector.inputs));
      secrets.absent(shown({ report: json.report, missing: json.missing, bases: json.bases }), vector.name);
      reports += 1;
    } catch (error) {
      if (!error.code?.startsWith('ERR_PREPAIR_')) throw error;
      secrets.absent(shown(error), vector.name);
      refusals += 1;
    }
  }
  t.diagnostic(`${reports} reports and ${refusals} refusals searched`);
  assert.ok(reports > 200 && refusals > 50);
});

/** A state dir full of secrets, in its files, its config and the options. */
function full(t) {
  const here = place(t);
  const [ours, other] = [newIdentity(), newIdentity()];
  const gatewayToken = randomBytes(24).toString('base64url');
  const record = (it, token) => ({ deviceId: it.deviceId, publicKey: it.publicKey, role: 'operator', roles: ['operator'], scopes: ['operator.read'], tokens: { operator: { token, role: 'operator', scopes: ['operator.read'], createdAtMs: 1 } }, createdAtMs: 1, approvedAtMs: 1 });
  const tokens = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  here.put('identity/device.json', { privateKeyPem: ours.privateKeyPem });
  here.put('devices/paired.json', { [ours.deviceId]: record(ours, tokens[0]), [other.deviceId]: record(other, tokens[1]) });
  here.put('openclaw.json', { gateway: { mode: 'local', auth: { mode: 'token', token: gatewayToken } } });
  const secrets = new Secrets();
  secrets.key(ours.privateKeyPem);
  [...tokens, gatewayToken].forEach((token) => secrets.token(token));
  return { here, secrets, ours, gatewayToken };
}

/** What the state dir holds by now. */
function learn(here, secrets) {
  for (const name of fs.readdirSync(here.stateDir, { recursive: true })) {
    const file = here.file(name);
    if (fs.lstatSync(file).isFile()) secrets.inFile(fs.readFileSync(file, 'utf8'));
  }
}

test('calls and refusals on a disk', (t) => {
  const { here, secrets, ours } = full(t);
  const options = { ...here.options, config: { merge: { gateway: { auth: { token: 'another-token-of-the-gateway' } } } } };
  secrets.token('another-token-of-the-gateway');
  const texts = [];
  const call = (name, more) => texts.push([`${name} ${JSON.stringify(more ?? {}).slice(0, 60)}`, shown(attempt(name, { ...options, ...more }))]);
  const secret = randomBytes(32);
  secrets.bytes(secret);
  for (const name of ['setup', 'prePair', 'clearPending', 'patchConfig', 'diagnose']) {
    call(name, { dryRun: name === 'diagnose' ? undefined : true });
    call(name, { identity: { privateKeyPem: newIdentity().privateKeyPem.replace('PRIVATE', 'PUBLIC') } });
  }
  call('setup', { identity: { secret, label: 'x' } });
  call('setup', { identity: { secret: 'too short a secret', label: 'x' } });
  secrets.token('too short a secret');
  call('setup', { identity: { privateKeyPem: ours.privateKeyPem, label: ours.privateKeyPem } });
  call('setup', { [ours.privateKeyPem]: 1 });
  call('setup', { scopes: [ours.privateKeyPem] });
  call('setup', { gatewayVersion: ours.privateKeyPem });
  call('setup', { displayName: 7, identity: ours });
  call('setup', {});
  learn(here, secrets);
  call('setup', {});
  for (const [name, broken] of [
    ['identity/device.json', (text) => text.slice(0, -60)], ['identity/device.json', (text) => text.replace('BEGIN PRIVATE', 'BEGIN')],
    ['devices/paired.json', (text) => text.slice(0, -9)], ['devices/paired.json', (text) => `${text}x`], ['openclaw.json', (text) => text.replace(':', '')],
    ['devices/pending.json', () => `{"r": "${ours.privateKeyPem.split('\n')[1]}"`], ['openclaw.json', (text) => text.replace('{', '[')],
  ]) {
    const file = here.file(name);
    const was = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
    fs.writeFileSync(file, broken(was ?? ''));
    for (const operation of ['setup', 'diagnose', 'exportIdentity']) {
      if (operation !== 'exportIdentity' || name !== 'openclaw.json') call(operation, operation === 'setup' ? {} : { config: undefined });
    }
    if (was === null) fs.rmSync(file);
    else fs.writeFileSync(file, was);
  }
  for (const [what, text] of texts) if (!what.startsWith('exportIdentity') || !text.includes('privateKeyPem')) secrets.absent(text, what);
  t.diagnostic(`${secrets.searched} reports and refusals searched for ${secrets.forms.size} spellings`);
  assert.ok(secrets.searched > 25);
});

const attempt = (name, options) => {
  let report;
  const error = refusal(() => { report = prepair[name](options); });
  return error ?? report;
};

test('the command line', (t) => {
  const { here, secrets, gatewayToken } = full(t);
  const env = { PATH: process.env.PATH, HOME: here.home, OPENCLAW_GATEWAY_TOKEN: gatewayToken, NODE_DEBUG: 'fs,module,child_process' };
  const base = ['--state-dir', here.stateDir, '--gateway-version', '2026.2.19'];
  const said = [];
  const cli = (...args) => {
    const done = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', env, timeout: 60_000 });
    said.push([args.join(' '), `${done.stdout}\n${done.stderr}`]);
  };
  for (const command of ['setup', 'pre-pair', 'clear-pending', 'patch-config', 'doctor']) {
    if (command !== 'doctor') cli(command, ...base, '--dry-run');
    cli(command, ...base, '--json');
  }
  cli('verify', ...base, '--url', 'ws://127.0.0.1:9', '--json');
  cli('setup', ...base);
  cli('doctor', ...base);
  fs.writeFileSync(here.file('devices/paired.json'), here.text('devices/paired.json').slice(0, -3));
  cli('setup', ...base);
  fs.appendFileSync(here.file('devices/paired.json'), '\n}\n');
  learn(here, secrets);
  for (const [what, text] of said) secrets.absent(text, what);
  assert.ok(secrets.searched >= 13 && said.some(([, text]) => text.length > 200));
});

/** A gateway that says back whatever it was told, signatures and tokens too; `answer` makes its answer of the request and that text. */
async function echo(t, answer) {
  const frame = (text) => {
    const head = Buffer.from([0x81, 126, 0, 0]);
    head.writeUInt16BE(Buffer.byteLength(text), 2);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const heard = [];
  const server = createServer().on('upgrade', (request, socket) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.on('error', () => {});
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.write(frame(JSON.stringify({ type: 'event', event: 'connect.challenge', payload: { nonce: 'n' } })));
    socket.on('data', (bytes) => {
      if (bytes[0] !== 0x81) return;
      const at = (bytes[1] & 0x7f) === 126 ? 4 : 2;
      const text = bytes.subarray(at + 4).map((byte, i) => byte ^ bytes[at + (i & 3)]).toString();
      heard.push(text);
      const { id, params } = JSON.parse(text);
      const { close, ...said } = answer(params, text);
      socket.write(frame(JSON.stringify({ type: 'res', id, ...said })));
      if (close !== undefined) socket.write(Buffer.concat([Buffer.from([0x88, 2 + Buffer.byteLength(close), 0x03, 0xf0]), Buffer.from(close)]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `ws://127.0.0.1:${server.address().port}`, heard };
}

test('verify: a gateway that says all back; the device\'s own token goes to none that takes any', async (t) => {
  const { here, secrets, gatewayToken } = full(t);
  prepair.setup(here.options);
  learn(here, secrets);
  const deviceToken = Object.values(JSON.parse(here.text('devices/paired.json'))).map(({ tokens }) => tokens.operator.token);
  const target = { ...here.options, gatewayVersion: '2026.2.19', timeoutMs: 5000 };
  const call = async (url, more) => {
    const report = await prepair.verify({ ...target, url, ...more }).catch((error) => error);
    secrets.absent(shown(report), url);
    return report;
  };
  const told = (text) => ({ ok: false, error: { message: `unauthorized: ${text}` }, close: `unauthorized: ${text.slice(0, 80)}` });
  // It turns everybody away: the stranger, then the device; the gateway's own secret is not sent at all.
  const strict = await echo(t, ({ auth }) => told(`${auth.token} is wrong`));
  assert.equal((await call(strict.url)).reason, 'unproven');
  assert.equal(strict.heard.length, 2);
  assert.ok(strict.heard[1].includes(deviceToken.find((token) => strict.heard[1].includes(token))));
  assert.ok(!strict.heard.join('').includes(gatewayToken) && !deviceToken.some((token) => strict.heard[0].includes(token)));
  // By force it is told that secret; what it says of it is not shown.
  const report = await call(strict.url, { force: true });
  assert.deepEqual([report.reason, report.said], ['unauthorized', 'unauthorized: <secret> is wrong']);
  assert.ok(strict.heard[2].includes(gatewayToken));
  // One that takes anybody never hears the device's token.
  const lax = await echo(t, (params, text) => ({ ok: true, payload: { auth: { deviceToken: 'a-token-of-its-own-making' }, text } }));
  assert.equal((await call(lax.url)).reason, 'unproven');
  assert.equal(lax.heard.length, 1);
  assert.ok(![gatewayToken, ...deviceToken].some((secret) => lax.heard[0].includes(secret)));
  // One that gives a token that is not the device's own is another's store, and what it made there is named.
  const sly = await echo(t, ({ device, auth }) => (device ? { ok: true, payload: { auth: { deviceToken: 'a-token-of-its-own-making' } } } : told(auth.token)));
  const { reason, left } = await call(sly.url);
  assert.deepEqual([reason, left?.map(({ kind }) => kind)], ['unproven', ['device']]);
  assert.ok(!sly.heard.join('').includes(gatewayToken));
  secrets.token('a-token-of-its-own-making');
  await call(lax.url, { force: true });
  // The address may hold a secret too.
  secrets.token('sesame-open-sesame');
  const { url } = await call(strict.url.replace('//', '//user:sesame-open-sesame@').concat('/x?token=sesame-open-sesame#sesame-open-sesame'));
  assert.equal(url, `${strict.url}/x`);
});

for (const kind of BINDINGS) {
  test(`${kind}: killed or refused in the middle, nothing lies outside of the private files`, async (t) => {
    const { here, secrets } = full(t);
    const temp = join(here.home, 'tmp');
    fs.mkdirSync(temp);
    const caller = new Caller(kind, { env: { TMPDIR: temp, HOME: here.home } });
    t.after(() => caller.stop());
    for (let round = 0; round < 10; round += 1) {
      const calls = caller.call('setup', { ...here.options, scopes: round % 2 ? ['operator.read'] : undefined, identity: round % 3 ? undefined : 'new', onConflict: 'replace' });
      if (round === 9) {
        await new Promise((resolve) => setTimeout(resolve, 3));
        await caller.stop();
      }
      const answer = await calls;
      if (round === 0) assert.ok(answer.report, JSON.stringify(answer));
      if (answer) secrets.absent(shown(answer), `round ${round}`);
    }
    learn(here, secrets);
    for (const name of fs.readdirSync(here.home, { recursive: true })) {
      const file = join(here.home, name);
      const stat = fs.lstatSync(file);
      secrets.absent(name, 'a name');
      if (!stat.isFile()) continue;
      const isPrivate = file.startsWith(`${here.stateDir}/`) && (stat.mode & 0o077) === 0;
      if (!isPrivate) secrets.absent(fs.readFileSync(file, 'latin1'), name);
    }
  });
}
