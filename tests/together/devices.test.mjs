// Many processes that approve, reject and remove devices of one store at once: each call does its own and undoes nobody's.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { node } from '../lib/cache.mjs';
import { BINDINGS, Caller } from '../lib/caller.mjs';
import { CLI, connect, newIdentity } from '../lib/client.mjs';
import { openGateway } from '../lib/gateway.mjs';
import { readStore } from '../gateway/store.mjs';
import { NEWEST } from '../lib/versions.mjs';

const asks = ({ deviceId, publicKey }, requestId) => ({
  requestId, deviceId, publicKey, clientId: 'cli', clientMode: 'cli', role: 'operator', roles: ['operator'], scopes: ['operator.read'], silent: false, isRepair: false, ts: Date.now(),
});

test('files: twelve approvals, six removals and six rejections by four processes; one request by all of them', async (t) => {
  const home = fs.mkdtempSync(join(tmpdir(), 'prepair-together-'));
  const callers = Array.from({ length: 4 }, (_, at) => new Caller(BINDINGS[at % BINDINGS.length]));
  t.after(async () => {
    await Promise.all(callers.map((caller) => caller.stop()));
    fs.rmSync(home, { recursive: true, force: true });
  });
  const put = (name, value) => fs.writeFileSync(join(home, '.openclaw/devices', `${name}.json`), JSON.stringify(value, null, 2), { mode: 0o600 });
  const read = (name) => JSON.parse(fs.readFileSync(join(home, '.openclaw/devices', `${name}.json`), 'utf8'));
  fs.mkdirSync(join(home, '.openclaw/devices'), { recursive: true, mode: 0o700 });
  const some = (count) => Array.from({ length: count }, newIdentity);
  const [approved, rejected, removed, kept, wanted, others] = [some(12), some(6), some(6), some(5), newIdentity(), some(3)];
  const requests = [...approved, ...rejected, wanted, ...others].map((device, at) => asks(device, `request-${at}`));
  const idOf = (device) => requests.find(({ deviceId }) => deviceId === device.deviceId).requestId;
  put('pending', Object.fromEntries(requests.map((request) => [request.requestId, request])));
  const record = ({ deviceId, publicKey }) => [deviceId, { deviceId, publicKey, role: 'operator', roles: ['operator'], scopes: [], tokens: {}, createdAtMs: 1, approvedAtMs: 1, own: [1.0] }];
  const before = Object.fromEntries([...removed, ...kept].map(record));
  put('paired', before);

  const jobs = [
    ...approved.map((device) => ['approve', { requestId: idOf(device) }]),
    ...rejected.map((device) => ['reject', { requestId: idOf(device) }]),
    ...removed.map(({ deviceId }) => ['remove', { deviceId }]),
  ].sort(() => Math.random() - 0.5);
  const call = (caller, [name, options]) => caller.call(`devices.${name}`, { stateDir: join(home, '.openclaw'), env: { HOME: home }, gatewayVersion: '2026.4.29', ...options });
  await Promise.all(callers.map(async (caller) => {
    for (let job = jobs.pop(); job; job = jobs.pop()) {
      const { report, error } = await call(caller, job);
      assert.ok(report, `${job[0]}: ${JSON.stringify(error)}`);
    }
  }));
  // One gives it, the others find nothing any more.
  const answers = await Promise.all(callers.map((caller) => call(caller, ['approve', { requestId: idOf(wanted) }])));
  assert.deepEqual(answers.map(({ report, error }) => error?.code ?? report.granted.join()).sort(), ['ERR_PREPAIR_NOT_FOUND', 'ERR_PREPAIR_NOT_FOUND', 'ERR_PREPAIR_NOT_FOUND', 'operator.read']);

  const [paired, pending] = [read('paired'), read('pending')];
  assert.deepEqual(Object.keys(paired).sort(), [...kept, ...approved, wanted].map(({ deviceId }) => deviceId).sort());
  for (const { deviceId } of kept) assert.deepEqual(paired[deviceId], before[deviceId]);
  assert.equal(new Set([...approved, wanted].map(({ deviceId }) => paired[deviceId].tokens.operator.token)).size, 13, 'a token each');
  assert.deepEqual(pending, Object.fromEntries(others.map((device) => [idOf(device), requests.find(({ deviceId }) => deviceId === device.deviceId)])));
  assert.deepEqual(fs.readdirSync(home, { recursive: true }).filter((name) => name.includes('.prepair')), []);
});

test(`${NEWEST}: six approvals while the gateway itself pairs devices`, async (t) => {
  const { home, proxy } = await openGateway(t, { version: NEWEST, config: { gateway: { trustedProxies: ['127.0.0.1'] } } });
  const callers = await Promise.all(BINDINGS.map(async (binding) => new Caller(binding, { node: await node(24) })));
  t.after(() => Promise.all(callers.map((caller) => caller.stop())));
  const come = async (url, identity) => {
    const answer = await connect({ url, token: home.token, identity, client: CLI, payload: 'v3' });
    if (answer.ok) await answer.close();
    return answer;
  };
  const [waiting, theirs] = [Array.from({ length: 6 }, newIdentity), Array.from({ length: 6 }, newIdentity)];
  for (const identity of waiting) assert.equal((await come(proxy.url, identity)).closeCode, 1008);
  const left = [...waiting];
  await Promise.all([
    (async () => {
      for (const identity of theirs) assert.ok((await come(home.url, identity)).ok, 'paired by the gateway');
    })(),
    ...callers.map(async (caller) => {
      for (let one = left.pop(); one; one = left.pop()) {
        const { report, error } = await caller.call('devices.approve', { env: home.env, gatewayVersion: NEWEST, deviceId: one.deviceId });
        assert.deepEqual(report?.granted, ['operator.read'], JSON.stringify(error));
      }
    }),
  ]);
  const { paired } = await readStore(home);
  assert.deepEqual(Object.keys(paired).sort(), [...waiting, ...theirs].map(({ deviceId }) => deviceId).sort());
  for (const identity of waiting) assert.ok((await come(proxy.url, identity)).ok, 'let in');
});
