// Servers that are no gateway and mean harm: `verify` comes back in time, with a report, and its process lives on.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import prepair from '../../npm/openclaw-prepair/lib/entry/index.js';
import { home } from './cli.mjs';

const ENTRY = fileURLToPath(new URL('../../npm/openclaw-prepair/lib/entry/index.js', import.meta.url));
const TIMEOUT_MS = 1000;
/** What a busy machine may add: unguarded, a flood takes half a minute and more. */
const GRACE_MS = 8000;

// A process of its own, with a clock that tells how long nothing else could run in it.
const CALL = `
const { verify, PrepairError } = require(process.argv[1]);
const [start, said] = [performance.now(), {}];
let [last, stuck] = [start, 0];
const beat = () => {
  stuck = Math.max(stuck, performance.now() - last);
  last = performance.now();
};
setInterval(beat, 20).unref();
verify(JSON.parse(process.argv[2])).then((report) => (said.report = report), (error) => (said.error = error instanceof PrepairError ? error.code : String(error))).then(() => {
  beat();
  said.ms = performance.now() - start;
  said.stuck = stuck;
  process.on('exit', () => console.log(JSON.stringify(said)));
});`;

/** `verify` of a paired device against a server: {report, ms, stuck}. */
async function against(t, server, options = {}, address = (url) => url) {
  const { state } = home(t);
  prepair.setup({ stateDir: state, env: {}, gatewayVersion: '2026.2.19' });
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  const url = address(`ws://127.0.0.1:${server.address().port}`);
  const call = { stateDir: state, env: {}, gatewayVersion: '2026.2.19', url, token: 'sesame-sesame', timeoutMs: TIMEOUT_MS, force: true, ...options };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', CALL, ENTRY, JSON.stringify(call)], { timeout: 60_000 });
  assert.ok(!stdout.includes('sesame'));
  return JSON.parse(stdout);
}

/** A frame of a server; `first` is its first byte. */
function frame(first, payload = '') {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(bytes.length < 126 ? 2 : bytes.length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = head.length === 2 ? bytes.length : head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(bytes.length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(bytes.length), 2);
  return Buffer.concat([head, bytes]);
}
const text = (value) => frame(0x81, typeof value === 'string' ? value : JSON.stringify(value));
const close = (code, reason = '') => frame(0x88, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));
const challenge = (payload = { nonce: 'n' }) => text({ type: 'event', event: 'connect.challenge', payload });

/** What a client sent, unmasked; one short frame at a time is all that is needed here. */
function received(bytes) {
  const long = (bytes[1] & 0x7f) === 126;
  const at = long ? 4 : 2;
  const length = long ? bytes.readUInt16BE(2) : bytes[1] & 0x7f;
  return JSON.parse(bytes.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ bytes[at + (i & 3)]).toString());
}

/** A WebSocket server that writes `greeting`, and answers each request by `answers` in turn. */
function peer(greeting, ...answers) {
  return createHttp().on('upgrade', (request, socket) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const extra = greeting.headers ?? '';
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${extra}\r\n`);
    for (const part of greeting.parts ?? [greeting]) typeof part === 'function' ? part(socket) : socket.write(part);
    socket.on('data', (bytes) => {
      if ((bytes[0] & 0x0f) !== 1 || answers.length === 0) return;
      const { id } = received(bytes);
      for (const part of [answers.shift()].flat()) socket.write(Buffer.isBuffer(part) ? part : text({ type: 'res', id, ...part }));
    });
  });
}

/** Writes the same bytes for ever, 64 KB at a time. */
const flood = (bytes) => (socket) => {
  const chunk = Buffer.concat(Array(Math.ceil(65_536 / bytes.length)).fill(bytes));
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
};
/** Writes one byte at a time. */
const drip = (bytes) => (socket) => {
  let at = 0;
  const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(bytes.subarray(at % bytes.length, (at++ % bytes.length) + 1))), 20);
};

// JSON has no functions: what a peer can send is an object whose toString is none.
const odd = { toString: null, valueOf: null };
const FOREIGN = 'not-a-gateway';
/** Options with secrets beside the token's. */
const HOLDS = { headers: { 'X-Key': 'hdr-hunter2', Cookie: 'n=1; s=hunter3' }, address: (url) => `${url.replace('//', '//me:pw-hunt%2fer4@')}/?code=hunter5` };
for (const [name, server, reason, rest, { address, ...options } = {}] of [
  ...[odd, 7, null, true, [], '', 'x'.repeat(100_000), 'x'.repeat(257), '\ud800', 'é', 'a\nb', '\x7f', undefined].map((nonce) => [`a nonce that is ${JSON.stringify(nonce)?.slice(0, 40)}`, () => peer(challenge({ nonce })), FOREIGN]),
  ...[null, 7, [], 'x'].map((payload) => [`a challenge with ${JSON.stringify(payload)}`, () => peer(challenge(payload)), FOREIGN]),
  ['odd types before the challenge', () => peer({ parts: [text(null), text([]), text('7'), text({ type: odd, event: odd, id: odd }), text({ type: 'res', id: '__proto__', ok: true }), challenge({ nonce: odd })] }), FOREIGN],
  ['an error message without a text', () => peer(challenge(), [{ ok: false, error: { message: odd, code: odd, details: { requestId: odd } } }, close(1008)]), 'refused', { closeCode: 1008 }],
  ['no error', () => peer(challenge(), [{ ok: false, error: null }, close(1008)]), 'refused', { closeCode: 1008 }],
  ['an error that is a list', () => peer(challenge(), [{ ok: false, error: [1] }, close(1008, 'pairing required')]), 'pairing-required', { closeCode: 1008, said: 'pairing required' }],
  ['a word in place of true', () => peer(challenge(), [{ ok: 'yes' }, close(1000)]), 'refused', { closeCode: 1000 }],
  ['a request id that is none', () => peer(challenge(), [{ ok: false, error: { message: 'pairing required', details: { requestId: '../../x' } } }, close(1008)]), 'pairing-required', { closeCode: 1008, said: 'pairing required' }],
  ['a method that fails without a text', () => peer(challenge(), { ok: true, payload: null }, { ok: false, error: { message: odd } }), 'refused', {}],
  ['a token that is none', () => peer(challenge(), { ok: true, payload: { auth: { deviceToken: odd } } }, { ok: false, error: { message: 'missing scope: x' } }), 'missing-scope', { said: 'missing scope: x' }],
  ['a secret said back', () => peer(challenge(), [{ ok: false, error: { message: 'sesame-sesame' } }, close(1008)]), 'refused', { closeCode: 1008, said: '<secret>' }],
  ...[
    ['sesame-\u0000sesame', '<secret>'], ['is \u200bses\u2060ame-ses\u00ad\ufe0fame', 'is  <secret>'], ['no SESAME-SESAME here', 'no <secret> here'], ['s e s a m e - s e s a m e', '<secret>'],
    ['told sesame-se', 'told <secret>'], ['same-sesame...', '<secret>...'], ['hdr-hunter2, hunter3', '<secret>, <secret>'], ['me:pw-hunt/er4', '<secret>'], ['pw-hunt%2fer4', '<secret>'],
    [Buffer.from('me:pw-hunt/er4').toString('base64'), '<secret>'], ['it was hunter5', 'it was <secret>'], ['token 1 of me', 'token 1 of me'], ['x'.repeat(400), 'x'.repeat(300)],
  ].map(([message, said]) => [`a secret said as ${JSON.stringify(message).slice(0, 60)}`, () => peer(challenge(), [{ ok: false, error: { message } }, close(1008)]), 'refused', { closeCode: 1008, said }, HOLDS]),
  ['a secret for the id of a request', () => peer(challenge(), [{ ok: false, error: { message: 'pairing required', details: { requestId: 'sesame-sesame' } } }, close(1008)]), 'pairing-required', { closeCode: 1008, said: 'pairing required' }],
  ['a close without a code', () => peer(challenge(), [frame(0x88)]), 'refused', { closeCode: 1005 }],
  ['a close with a code that nobody may send', () => peer(challenge(), [close(999, 'x')]), FOREIGN],
  ['a close that is no UTF-8', () => peer(challenge(), [frame(0x88, Buffer.from([0x03, 0xf0, 0xff]))]), FOREIGN],
  ['a close of its own kind', () => peer(challenge(), [close(4999, 'unauthorized: \u001b[2Jboo')]), 'unauthorized', { closeCode: 4999, said: 'unauthorized:  [2Jboo' }],
  ['a flood of empty continuations', () => peer({ parts: [frame(0x01, 'x'), flood(frame(0x00))] }), FOREIGN],
  ['a flood of continuations of a byte', () => peer({ parts: [frame(0x01, 'x'), flood(frame(0x00, 'x'))] }), FOREIGN],
  ['a flood of empty texts', () => peer({ parts: [flood(frame(0x81))] }), FOREIGN],
  ['a flood of events', () => peer({ parts: [flood(text({ type: 'event', event: 'tick' }))] }), FOREIGN],
  ['a flood of pings', () => peer({ parts: [flood(frame(0x89))] }), FOREIGN],
  ['a flood of pongs after the challenge', () => peer({ parts: [challenge(), flood(frame(0x8a, 'x'))] }), FOREIGN],
  ['a flood of large events', () => peer({ parts: [flood(text({ type: 'event', event: 'x'.repeat(1_000_000) }))] })],
  ['a message that is too long', () => peer({ parts: [frame(0x81, 'x'.repeat(2_000_000))] }), FOREIGN],
  ['a message that is said to be endless', () => peer(Buffer.from([0x82, 0x7f, 0, 0, 1, 0, 0, 0, 0, 0])), FOREIGN],
  ['a length that is no number', () => peer(Buffer.from([0x81, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255])), FOREIGN],
  ['JSON that is nested deeply', () => peer(text('['.repeat(1_000_000))), FOREIGN],
  ['bytes', () => peer(frame(0x82, '{}')), FOREIGN],
  ['a compressed message', () => peer(frame(0xc1, '{}')), FOREIGN],
  ['a compression that nobody asked for', () => peer({ headers: 'Sec-WebSocket-Extensions: permessage-deflate\r\n', parts: [challenge()] }), FOREIGN],
  ['an opcode that is none', () => peer(frame(0x83, '{}')), FOREIGN],
  ['a cut after the challenge', () => peer({ parts: [challenge(), (socket) => socket.destroySoon()] }), 'refused', { closeCode: 1006 }],
  ['silence', () => createServer(() => {}), 'timeout'],
  ['silence after the upgrade', () => peer(Buffer.alloc(0)), 'timeout'],
  ['silence after a refusal', () => peer(challenge(), [{ ok: false, error: { message: 'x' } }]), 'timeout'],
  ['headers byte by byte', () => createServer(drip(Buffer.from(`HTTP/1.1 101 Switching Protocols\r\nX: ${'x'.repeat(10_000)}`))), 'timeout'],
  ['frames byte by byte', () => peer({ parts: [drip(frame(0x89, 'x'))] }), 'timeout'],
  ['headers without an end', () => createServer((socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\n');
    flood(Buffer.from(`X: ${'x'.repeat(100)}\r\n`))(socket);
  }), FOREIGN],
  ['answers before the answer', () => createServer(flood(Buffer.from('HTTP/1.1 102 Processing\r\n\r\n')))],
  ['a page', () => createHttp((_, response) => response.end('hello')), FOREIGN, { closeCode: 1006 }],
  ['a page without an end', () => createHttp((_, response) => flood(Buffer.from('x'))(response)), FOREIGN, { closeCode: 1006 }],
]) {
  test(name, async (t) => {
    const { report, error, ms, stuck } = await against(t, server(), options, address);
    assert.equal(error, undefined);
    assert.equal(report.ok, false);
    if (reason !== undefined) assert.equal(report.reason, reason, JSON.stringify(report));
    else assert.ok([FOREIGN, 'timeout'].includes(report.reason), JSON.stringify(report));
    const { said, closeCode } = report;
    if (rest) assert.deepEqual({ ...(closeCode !== undefined && { closeCode }), ...(said !== undefined && { said }) }, rest);
    t.diagnostic(`back after ${Math.round(ms)} ms, stuck for ${Math.round(stuck)} ms`);
    assert.ok(ms < TIMEOUT_MS + GRACE_MS && stuck < GRACE_MS, `back after ${ms} ms, stuck for ${stuck} ms`);
  });
}

test('a redirect is not followed, and nothing is sent along', async (t) => {
  let led = 0;
  const other = createServer((socket) => {
    led += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  for (const status of [301, 302, 307, 308]) {
    const server = createHttp((_, response) => response.writeHead(status, { Location: `ws://127.0.0.1:${other.address().port}/` }).end());
    const { report } = await against(t, server);
    assert.deepEqual([report.reason, report.closeCode], [FOREIGN, 1006]);
  }
  assert.equal(led, 0);
});

test('pings are not answered: nobody can make it write', async (t) => {
  let sent = 0;
  const server = peer({ parts: [...Array(900)].map(() => frame(0x89, 'x'.repeat(100))) }).on('upgrade', (_, socket) => socket.on('data', (bytes) => (sent += bytes.length)));
  const { report } = await against(t, server);
  assert.equal(report.reason, 'timeout');
  assert.ok(sent < 100, `${sent} bytes`);
});

// It takes the device's token, and would say it back to get the gateway's own secret.
const STRANGER = "const server = require('node:net').createServer((socket) => socket.on('data', (bytes) => process.stdout.write(bytes))).listen(0, '127.0.0.1', () => console.log(server.address().port));";

test('another user on the port of loopback hears nothing', { skip: (process.platform !== 'linux' || process.getuid() !== 0) && 'needs root on Linux to be another user' }, async (t) => {
  const { state } = home(t);
  const options = { stateDir: state, env: {}, gatewayVersion: '2026.2.19' };
  prepair.setup(options);
  for (const [uid, reason] of [[4321, 'unproven'], [0, 'timeout']]) {
    const child = spawn(process.execPath, ['-e', STRANGER], { cwd: '/', uid, gid: uid, env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill());
    const heard = [];
    child.stdout.on('data', (bytes) => heard.push(bytes));
    await once(child.stdout, 'data');
    const port = Number(heard.shift());
    for (const url of [`ws://127.0.0.1:${port}`, `wss://localhost:${port}`]) {
      const report = await prepair.verify({ ...options, url, token: 'sesame-sesame', headers: { 'X-Key': 'sesame' }, timeoutMs: 500 });
      assert.equal(report.reason, reason, `${uid} ${url}`);
    }
    assert.equal(heard.length > 0, uid === 0, Buffer.concat(heard).toString());
  }
});
