// Calls beside a real gateway that writes the same store: who loses what.
import assert from 'node:assert/strict';
import { node as nodeBinary } from '../lib/cache.mjs';
import { BINDINGS, Caller } from '../lib/caller.mjs';
import { AGENT, CLI, connect, newIdentity } from '../lib/client.mjs';
import { openGateway } from '../lib/gateway.mjs';
import { readStore } from '../gateway/store.mjs';
import { isSince } from '../lib/versions.mjs';

/**
 * `count` new devices that the running gateway pairs by itself, and meanwhile calls by these bindings that approve one key each, without a pause.
 * Gives how many of either were not in the store at the end, and of ours how many a second call put back.
 */
export async function beside(t, { version, count, bindings = BINDINGS }) {
  const { home } = await openGateway(t, { version });
  const payload = isSince(version, 3, 1) ? 'v3' : 'v2';
  const rows = isSince(version, 8, 1);
  const node = rows ? await nodeBinary(24) : undefined;
  const callers = bindings.map((binding) => new Caller(binding, { env: { TMPDIR: home.env.TMPDIR }, node }));
  t.after(() => Promise.all(callers.map((caller) => caller.stop())));
  const options = { stateDir: home.stateDir, env: { HOME: home.dir }, gatewayVersion: version };

  const own = await callers[0].call('setup', options);
  assert.ok(own.report, JSON.stringify(own));
  const warning = own.report.warnings.find(({ code }) => code === 'W_GATEWAY_RUNNING');
  assert.ok(warning?.message.includes('(process '), `a running gateway is seen: ${JSON.stringify(own.report.warnings)}`);

  const theirs = [];
  let slow = 0;
  const gateway = async () => {
    while (theirs.length < count) {
      const identity = newIdentity();
      const connection = await connect({ url: home.url, token: home.token, identity, client: rows ? CLI : AGENT, payload });
      // a handshake that took too long, on a busy machine: closed without a word, and nothing was paired
      if (connection.closeCode === 1000 && (slow += 1) <= count / 10) continue;
      assert.ok(connection.ok, JSON.stringify(connection));
      await connection.close();
      theirs.push(identity.deviceId);
    }
  };
  const ours = [];
  const us = async (caller) => {
    while (theirs.length < count) {
      const { publicKey, deviceId } = newIdentity();
      const { report, error } = await caller.call('prePair', { ...options, device: { publicKey } });
      // contended is said, not lost
      if (error) assert.equal(error.code, 'ERR_PREPAIR_CONTENDED', JSON.stringify(error));
      else ours.push({ deviceId, publicKey, attempts: report.attempts });
    }
  };
  await Promise.all([gateway(), ...callers.map(us)]);

  assert.ok(ours.length > 0, 'we wrote beside it');
  const missing = async (list) => {
    const { paired } = await readStore(home);
    return list.filter((deviceId) => !Object.hasOwn(paired, deviceId));
  };
  const lost = { theirs: (await missing(theirs)).length, ours: 0, again: 0 };
  const gone = new Set(await missing(ours.map(({ deviceId }) => deviceId)));
  lost.ours = gone.size;
  for (const { deviceId, publicKey } of ours) if (gone.has(deviceId)) await callers[0].call('prePair', { ...options, device: { publicKey } });
  lost.again = (await missing([...gone])).length;
  await callers[0].call('setup', options);
  assert.deepEqual(await missing([own.report.deviceId]), [], 'our own record is there at the end');
  t.diagnostic(`${version}, ${bindings.join(' and ')}: ${theirs.length} devices paired by the gateway, ${ours.length} keys approved beside it; lost of theirs ${lost.theirs}, of ours ${lost.ours} (after one more call ${lost.again})`);
  return { lost, theirs: theirs.length, ours: ours.length };
}
