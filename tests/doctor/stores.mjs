// Whose store answers: what a connect by the device's own token alone does in the own gateway and in others, and that `verify`, built
// on it, leaves each store as it was.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { node } from '../lib/cache.mjs';
import { CLI, connect } from '../lib/client.mjs';
import { openGateway, queryState } from '../lib/gateway.mjs';
import { writeReference } from '../lib/reference.mjs';
import { isSince } from '../lib/versions.mjs';
import { cli } from './cli.mjs';

const { listens } = createRequire(import.meta.url)('../../npm/openclaw-prepair/lib/node/gateway-lock.js');
const LINUX = process.platform === 'linux';
const OPEN = { 'operator.read': true, 'operator.admin': true };
const FIELDS = { displayName: 'display_name', platform: 'platform', deviceFamily: 'device_family', clientId: 'client_id', clientMode: 'client_mode', role: 'role' };

/** All records and requests of a state dir, but for times, addresses and tokens. */
async function store(home) {
  const rows = isSince(home.version, 8, 1);
  const [paired, pending] = rows
    ? await Promise.all(['paired', 'pending'].map((name) => queryState(home, `SELECT * FROM device_pairing_${name}`)))
    : (await Promise.all(['paired', 'pending'].map((name) => home.read(`devices/${name}.json`)))).map((file) => Object.values(file ?? {}));
  for (const record of paired) {
    for (const name of ['remoteIp', 'lastSeenAtMs', 'lastSeenReason', 'remote_ip', 'last_seen_at_ms', 'last_seen_reason']) delete record[name];
    const tokens = rows ? JSON.parse(record.tokens_json) : record.tokens;
    for (const token of Object.values(tokens)) for (const name of ['token', 'lastUsedAtMs', 'rotatedAtMs']) delete token[name];
    record.tokens = tokens;
    delete record.tokens_json;
  }
  return { paired, pending };
}

/** Gives fields to the record of the running gateway `home`; null takes one out. */
async function change(home, fields) {
  const { deviceId } = await home.read('identity/device.json') ?? (await queryState(home, 'SELECT device_id AS deviceId FROM device_identities'))[0];
  if (!isSince(home.version, 8, 1)) {
    const file = join(home.stateDir, 'devices/paired.json');
    const paired = JSON.parse(readFileSync(file));
    for (const [name, value] of Object.entries(fields)) value === null ? delete paired[deviceId][name] : (paired[deviceId][name] = value);
    return writeFileSync(file, JSON.stringify(paired, null, 2));
  }
  const names = Object.keys(fields);
  const script = `const { DatabaseSync } = require('node:sqlite');
    const [file, sql, ...params] = JSON.parse(process.argv[1]);
    new DatabaseSync(file).prepare(sql).run(...params);`;
  const sql = `UPDATE device_pairing_paired SET ${names.map((name) => `${FIELDS[name]} = ?`).join(', ')}`;
  await promisify(execFile)(await node(24), ['-e', script, JSON.stringify([join(home.stateDir, 'state/openclaw.sqlite'), sql, ...Object.values(fields)])]);
}

/** The own gateway with a record of the device, and one that it knows nothing of; twice each, directly and through a proxy. */
export function ownAndForeign(version) {
  const proxied = isSince(version, 8, 1) ? { trustedProxies: ['127.0.0.1'] } : {};
  const common = ['--gateway-version', version, '--json'];

  test(`${version}: the device's own token alone opens the own gateway; verify leaves its record as it is`, async (t) => {
    let [identity, deviceToken] = [];
    const { home, proxy } = await openGateway(t, { version, config: { gateway: proxied }, prepare: ({ stateDir }) => {
      identity = writeReference(stateDir, { change: (record) => (deviceToken = record.tokens.operator.token) });
    } });
    const verify = (...args) => cli(['verify', ...common, ...args], { env: home.env });
    process.env.TMPDIR = home.env.TMPDIR; // where a gateway up to 2026.7 has its lock
    assert.deepEqual([home.port, proxy.port, 9].map((port) => listens([home.stateDir], port)), [LINUX, false, false]);
    const places = [home.url, proxy.url, home.url, proxy.url];

    // No connect goes without a platform; this version may write it into the record.
    for (const url of places) {
      const connection = await connect({ url, deviceToken, identity, client: CLI });
      assert.equal(connection.ok, true, `${connection.closeCode} ${connection.reason}`);
      assert.equal(connection.hello.auth.deviceToken, deviceToken);
      await connection.close();
    }
    const whole = async (fields, ...args) => {
      await change(home, fields);
      const before = await store(home);
      for (const url of places) {
        const { json } = await verify('--url', url, ...args);
        assert.deepEqual([json.ok, json.scopes, json.url, json.left, json.removedPending], [true, OPEN, url, undefined, undefined], JSON.stringify(json));
        assert.deepEqual(await store(home), before, `${url} ${JSON.stringify(fields)}`);
      }
      return before.paired[0];
    };
    const bare = await whole({ platform: null, deviceFamily: null, displayName: 'mine' });
    assert.deepEqual([bare.platform ?? null, bare.displayName ?? bare.display_name], [null, 'mine']);
    await whole({ displayName: null, clientId: 'gateway-client', clientMode: 'backend' });
    // A platform and a family that this machine has not are its record's own all the same.
    await whole({ platform: 'macOS 26.3.1', deviceFamily: 'Mac', displayName: 'other' });
    // Later the agent presents no device.
    if (!isSince(version, 4, 25)) await whole({ clientId: 'cli', clientMode: 'cli' }, '--client', 'agent');
  });

  test(`${version}: a gateway of another state dir is told no secret and keeps nothing`, async (t) => {
    let [identity, deviceToken, own] = [];
    const { home, proxy } = await openGateway(t, { version, config: { gateway: proxied } });
    // The own state dir names the same secret, so that nothing but the store tells them apart.
    const { dir } = home;
    own = join(dir, 'own');
    identity = writeReference(own, { change: (record) => (deviceToken = record.tokens.operator.token) });
    writeFileSync(join(own, 'openclaw.json'), JSON.stringify({ gateway: { mode: 'local', port: home.port, auth: { mode: 'token', token: home.token } } }));
    // Files count before the first start of every version.
    const verify = (...args) => cli(['verify', ...common, '--state-dir', own, ...args], { env: home.env });
    process.env.TMPDIR = home.env.TMPDIR;
    assert.equal(listens([own], home.port), false);
    const files = () => ['devices/paired.json', 'identity/device.json'].map((name) => readFileSync(join(own, name), 'utf8'));
    const before = files();
    for (const url of [home.url, proxy.url, home.url, proxy.url]) {
      const refused = await connect({ url, deviceToken, identity, client: CLI });
      assert.deepEqual([refused.ok, refused.closeCode], [false, 1008]);
      assert.match(refused.reason, /^unauthorized/);
      const { code, json, stdout } = await verify('--url', url);
      assert.deepEqual([code, json.ok, json.reason, json.left], [1, false, 'unproven', undefined], stdout);
      assert.match(json.said, /^unauthorized/);
      assert.deepEqual(await store(home), { paired: [], pending: [] });
      assert.ok(![home.token, deviceToken].some((secret) => stdout.includes(secret)));
    }
    // By force it is any stranger: what it leaves there is named, and left there.
    const forced = await verify('--url', proxy.url, '--force');
    const { pending } = await store(home);
    assert.equal(forced.json.reason, 'pairing-required');
    assert.deepEqual(forced.json.left, [{ kind: 'request', deviceId: identity.deviceId, requestId: pending[0].requestId ?? pending[0].request_id }]);
    assert.equal(pending.length, 1);
    // The sticky request would keep a local device out too.
    const rejected = await cli(['clear-pending', '--gateway-version', version], { env: home.env });
    assert.equal(rejected.code, 0, rejected.stderr);
    const local = await verify('--force');
    const after = await store(home);
    const left = [...after.paired.map(() => ({ kind: 'device', deviceId: identity.deviceId })), ...after.pending.map((request) => ({ kind: 'request', deviceId: identity.deviceId, requestId: request.requestId ?? request.request_id }))];
    assert.deepEqual([after.paired.length, local.json.left], [1, left]);
    assert.deepEqual(files(), before);
  });

  // 2026.2.12 knows no gateway without a secret.
  if (isSince(version, 2, 19)) {
    test(`${version}: a gateway without a secret would pair by the device's token; verify does not present the device there`, async (t) => {
      const { home, proxy } = await openGateway(t, { version, config: { gateway: { ...proxied, auth: { mode: 'none', token: undefined } } } });
      const own = join(home.dir, 'own');
      let deviceToken;
      const identity = writeReference(own, { change: (record) => (deviceToken = record.tokens.operator.token) });
      writeFileSync(join(own, 'openclaw.json'), JSON.stringify({ gateway: { mode: 'local', port: home.port, auth: { mode: 'token', token: 'a-secret-of-the-own-one' } } }));
      for (const url of [home.url, proxy.url, home.url, proxy.url]) {
        const { json } = await cli(['verify', ...common, '--state-dir', own, '--url', url], { env: home.env });
        assert.deepEqual([json.reason, json.said, json.left], ['unproven', 'device identity required', undefined]);
        assert.deepEqual(await store(home), { paired: [], pending: [] });
      }
      const stranger = await connect({ url: home.url, token: randomBytes(32).toString('base64url'), client: CLI });
      assert.deepEqual([stranger.ok, stranger.reason], [false, 'device identity required']);
      const paired = await connect({ url: home.url, deviceToken, identity, client: CLI });
      assert.equal(paired.ok, true);
      await paired.close();
      assert.equal((await store(home)).paired.length, 1);
    });
  }
}
