import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync, existsSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import prepair from '../../npm/openclaw-prepair/lib/entry/index.js';
import { makeHome, queryState, startGateway } from '../lib/gateway.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { cli, home } from './cli.mjs';
import { closedThenOpen, stage, unpaired } from './gateways.mjs';

const V = ['--gateway-version', '2026.2.19'];

closedThenOpen('2026.2.19');
closedThenOpen(NEWEST);

test('2026.2.19, bare loopback: verify before setup changes nothing', async (t) => {
  const { home: { stateDir }, gateway, run, verify } = await stage(t, '2026.2.19', { prepare: unpaired });
  const state = () => ['devices/paired.json', 'devices/pending.json'].map((name) => {
    const path = join(stateDir, name);
    return existsSync(path) ? [readFileSync(path, 'utf8'), statSync(path).mtimeMs] : null;
  });
  const before = state();
  const { code, json } = await verify();
  assert.deepEqual([code, json.reason], [3, 'not-paired']);
  assert.deepEqual(state(), before);
  // By force it is what any client does there: approved silently for what it asks first, closed for the next. Both are taken back.
  const forced = await verify('--force');
  assert.deepEqual([forced.json.scopes, forced.json.closeCode], [{ 'operator.read': true, 'operator.admin': false }, 1008]);
  assert.equal(forced.json.removedPending !== undefined, true);
  assert.equal(forced.json.left, undefined);
  assert.deepEqual(['devices/paired.json', 'devices/pending.json'].map((name) => JSON.parse(readFileSync(join(stateDir, name)))), [{}, {}]);
  // With a record for read alone, admin would be a scope upgrade: known from the disk, not tried.
  assert.equal((await run('pre-pair', '--scopes', 'operator.read')).code, 0);
  const known = await verify();
  assert.deepEqual([known.json.scopes, known.json.reason], [{ 'operator.read': true, 'operator.admin': false }, 'scope-upgrade']);
  assert.doesNotMatch(gateway.log(), /PRIVATE/);
});

test(`${NEWEST}, bare loopback: by force it pairs, and the record is taken back`, async (t) => {
  const { home, verify } = await stage(t, NEWEST, { prepare: unpaired });
  const rows = (name) => queryState(home, `SELECT * FROM device_pairing_${name}`);
  assert.equal((await verify()).json.reason, 'not-paired');
  const { json } = await verify('--force');
  assert.deepEqual([json.ok, json.left], [true, undefined], JSON.stringify(json));
  assert.deepEqual([await rows('paired'), await rows('pending')], [[], []]);
});

// With the gateway's secret 2026.9.6 gives a revoked device another token: looking is not to undo what an owner did.
test(`${NEWEST}: a device whose token was revoked is not connected, by force it is`, async (t) => {
  const { home, verify } = await stage(t, NEWEST, { prepare: (home) => void prepair.setup({ stateDir: home.stateDir, env: {}, gatewayVersion: NEWEST }) });
  const tokens = async () => (await queryState(home, 'SELECT tokens_json FROM device_pairing_paired')).map(({ tokens_json: json }) => JSON.parse(json).operator.revokedAtMs !== undefined);
  const devices = (...args) => cli(['devices', ...args, '--gateway-version', NEWEST, '--json'], { env: home.env });
  const own = (await devices('list')).json.paired.find((device) => device.own);
  assert.equal((await devices('revoke', own.deviceId)).code, 0);
  assert.deepEqual(await tokens(), [true]);
  const { code, json } = await verify();
  assert.deepEqual([code, json.ok, json.reason, await tokens()], [1, false, 'revoked', [true]]);
  const forced = await verify('--force');
  assert.deepEqual([forced.json.ok, await tokens()], [true, [false]]);
});

test("a client's state dir holds no records: verify names the gateway's machine, not setup", async (t) => {
  const { state, env } = home(t, { 'openclaw.json': { gateway: { mode: 'remote', remote: { url: 'ws://10.77.0.1:18789' } } } });
  const lone = await cli(['verify', ...V], { env });
  assert.equal(lone.code, 4);
  assert.match(lone.stderr, /this state dir belongs to a client[\s\S]*Nothing was sent\.[\s\S]*→ .*let the client connect once/);
  const { publicKey } = unpaired({ stateDir: state });
  const { code, stderr } = await cli(['verify', ...V], { env });
  assert.equal(code, 4);
  assert.ok(stderr.replace(/\s+/g, ' ').includes(`On the machine of its gateway, run \`npx openclaw-prepair pre-pair --device ${publicKey}\``), stderr);
  assert.doesNotMatch(lone.stderr + stderr, /setup/);
  // By force it connects.
  const forced = await cli(['verify', ...V, '--force', '--url', 'ws://127.0.0.1:1', '--token-env', 'TOKEN', '--json'], { env: { ...env, TOKEN: 'sesame' } });
  assert.equal(forced.json.reason, 'unreachable');
});

test('a wait goes on while there is no record, and nothing is sent before there is one', async (t) => {
  const { state, env } = home(t);
  const heard = [];
  const server = createServer((socket) => {
    heard.push(existsSync(join(state, 'devices/paired.json')));
    socket.on('error', () => {}).end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const options = { stateDir: state, env, gatewayVersion: '2026.2.19', url: `ws://127.0.0.1:${server.address().port}`, token: 'sesame' };
  // No state dir, then an identity without a record: neither ends it before its time.
  for (const prepare of [() => {}, () => unpaired({ stateDir: state })]) {
    prepare();
    const report = await prepair.verify({ ...options, waitMs: 600 });
    assert.deepEqual([report.reason, report.elapsedMs >= 600, heard], ['not-paired', true, []]);
  }
  const waited = cli(['verify', ...V, '--url', options.url, '--token-env', 'TOKEN', '--wait', '60', '--json'], { env: { ...env, TOKEN: 'sesame' } });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.deepEqual(heard, []);
  assert.equal((await cli(['setup', ...V], { env })).code, 0);
  const { json } = await waited;
  assert.equal(json.reason, 'not-a-gateway');
  assert.equal(heard.length > 0 && heard.every(Boolean), true);
});

test(`${NEWEST}: a wait that begins with the gateway's first start ends open`, async (t) => {
  const made = await makeHome({ version: NEWEST });
  t.after(() => made.dispose());
  const flags = ['--gateway-version', NEWEST];
  const setup = await cli(['setup', ...flags], { env: made.env });
  assert.equal(setup.code, 0, setup.stderr);
  const starts = startGateway(made);
  const { code, stdout, stderr } = await cli(['verify', ...flags, '--wait', '180'], { env: made.env });
  const gateway = await starts;
  await gateway.stop();
  assert.equal(code, 0, stdout + stderr);
});

describe('what is no gateway', () => {
  /** A server of its own; `verify` of a paired device against it. */
  async function against(t, server, args, TOKEN = 'sesame-sesame') {
    const { env } = home(t);
    assert.equal((await cli(['setup', ...V], { env })).code, 0);
    let port = 9; // discard: nobody listens there
    if (server) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      ({ port } = server.address());
    }
    const flags = [...V, '--url', `ws://127.0.0.1:${port}`, '--token-env', 'TOKEN', ...args];
    const [said, json] = [await cli(['verify', ...flags], { env: { ...env, TOKEN } }), await cli(['verify', '--json', ...flags], { env: { ...env, TOKEN } })];
    assert.ok(!`${said.stdout}${said.stderr}${json.stdout}`.includes('sesame'));
    return { code: said.code, text: said.stdout + said.stderr, report: json.json };
  }
  const accept = (request) =>
    createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const websocket = (...frames) => createHttp().on('upgrade', (request, socket) => {
    socket.on('error', () => {});
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(request)}\r\n\r\n`);
    for (const frame of frames) socket.write(frame);
  });
  const text = (message) => Buffer.concat([Buffer.from([0x81, message.length]), Buffer.from(message)]);
  const status = (code) => createHttp((_, response) => response.writeHead(code).end());

  for (const [name, server, args, code, reason, message] of [
    ['nobody listens', null, [], 4, 'unreachable', /No gateway answers there/],
    ['it hangs', createServer(() => {}), ['--timeout', '0.5'], 4, 'timeout', /did not answer in time/],
    ['it hangs after the upgrade', websocket(), ['--timeout', '0.5'], 4, 'timeout', /did not answer in time/],
    ['a web server', status(404), [], 4, 'not-a-gateway', /no OpenClaw gateway/],
    ['a proxy that refuses', status(403), [], 3, 'unattributable-proxy', /HTTP 403/],
    ['no HTTP', createServer((socket) => socket.end('SSH-2.0-x\r\n')), [], 4, 'not-a-gateway', /no OpenClaw gateway/],
    ['another WebSocket server', websocket(text('hello')), [], 4, 'not-a-gateway', /no OpenClaw gateway/],
    ['a masked frame', websocket(Buffer.from([0x81, 0x81, 1, 2, 3, 4, 5])), [], 4, 'not-a-gateway', /no OpenClaw gateway/],
    ['an endless frame', websocket(Buffer.from([0x82, 0x7f, 0, 0, 1, 0, 0, 0, 0, 0])), [], 4, 'not-a-gateway', /no OpenClaw gateway/],
    ['a close that steers the terminal', websocket(Buffer.concat([Buffer.from([0x88, 10, 0x03, 0xf0]), Buffer.from('\x1b[2Jboo!')])), ['--force'], 1, 'refused', /gateway closed \(1008\):  \[2Jboo!/],
  ]) {
    test(name, async (t) => {
      const result = await against(t, server, args);
      assert.deepEqual([result.code, result.report.reason, result.report.ok], [code, reason, false], result.text);
      assert.match(result.text, message);
      assert.match(result.text, /→ /);
      if (code === 4) assert.doesNotMatch(result.text, /operator\./, 'no scope was asked for');
      assert.doesNotMatch(result.text, /\x1b/);
    });
  }

  test('a secret that is a word of ours', async (t) => {
    const { code, report } = await against(t, status(403), [], 'proxy');
    assert.deepEqual([code, report.reason], [3, 'unattributable-proxy']);
    const close = (said) => Buffer.concat([Buffer.from([0x88, said.length + 2, 0x03, 0xf0]), Buffer.from(said)]);
    const told = await against(t, websocket(close('no proxy here')), ['--force'], 'proxy');
    assert.deepEqual([told.report.reason, told.report.said], ['refused', 'no <secret> here']);
  });

  test('a state dir without OpenClaw', async (t) => {
    const { env } = home(t);
    const { code, stderr } = await cli(['verify', ...V], { env });
    assert.equal(code, 4);
    assert.match(stderr, /There is no OpenClaw state here\. Nothing was sent/);
    assert.match(stderr, /--state-dir/);
    assert.doesNotMatch(stderr, /stateDir/);
  });
});

test('an address that cannot be is refused with its place, as a rejection', async (t) => {
  const { env, state } = home(t, { 'openclaw.json': "{ gateway: { port: 99999, auth: { token: 'x' } } }" });
  assert.equal((await cli(['setup', ...V, '--no-config'], { env })).code, 0);
  const at = { stateDir: state, gatewayVersion: '2026.2.19', timeoutMs: 5000 };
  const refused = async (options) => {
    const promise = prepair.verify({ ...at, ...options });
    return promise.then((report) => report.reason, ({ code, path, hint }) => [code, path, typeof hint]);
  };
  assert.deepEqual(await refused({ env: {} }), ['ERR_PREPAIR_SHAPE', join(state, 'openclaw.json'), 'string']);
  assert.deepEqual(await refused({ env: { OPENCLAW_GATEWAY_PORT: '70000' } }), ['ERR_PREPAIR_OPTIONS', undefined, 'string']);
  // As if it were not there, as for the gateway: the config's own stands.
  assert.deepEqual(await refused({ env: { OPENCLAW_GATEWAY_PORT: '-5' } }), ['ERR_PREPAIR_SHAPE', join(state, 'openclaw.json'), 'string']);
  assert.equal(await refused({ env: { OPENCLAW_GATEWAY_PORT: '9' } }), 'unreachable');
  for (const rest of ['', '/%zz?x=%#y', '#']) assert.equal(await refused({ env: {}, url: `ws://127.0.0.1:9${rest}` }), 'unreachable');
  for (const name of ['OPENCLAW_GATEWAY_PORT', 'OPENCLAW_GATEWAY_TOKEN']) {
    for (const value of [18789, null, {}, true]) {
      const [code] = await refused({ env: { OPENCLAW_GATEWAY_PORT: '9', [name]: value }, ...(name.endsWith('TOKEN') && { configPath: join(state, 'none.json') }) });
      assert.equal(code, 'ERR_PREPAIR_OPTIONS', `${name}: ${value}`);
    }
  }
  for (const headers of [new Headers({ 'X-Forwarded-For': '1.2.3.4' }), new Map(), [], new Date(), { Trailer: 'x' }, { 'content-length': '1' }, { x: 'a\r\nb' }]) assert.deepEqual(await refused({ env: {}, headers }), ['ERR_PREPAIR_OPTIONS', undefined, 'string']);
  // Nothing that is inherited counts, and nothing is passed over in silence.
  await assert.rejects(prepair.verify(Object.create({ ...at, env: {} })), { code: 'ERR_PREPAIR_OPTIONS' });
  await assert.rejects(prepair.verify({ ...at, env: {}, timeout: 5 }), { code: 'ERR_PREPAIR_OPTIONS', message: /"timeout"/, hint: /timeoutMs/ });
  for (const client of [Object.create(null), ['cli'], Symbol('cli'), null]) assert.deepEqual(await refused({ env: {}, client }), ['ERR_PREPAIR_OPTIONS', undefined, 'string']);
});
