// OpenClaw's own commands beside ours, on homes of the same state.
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { node as nodeBinary } from '../lib/cache.mjs';
import { AGENT, connect, newIdentity } from '../lib/client.mjs';
import { cli, makeHome, startGateway } from '../lib/gateway.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { prepair } from '../lib/prepair.mjs';
import { isSince } from '../lib/versions.mjs';
import { inTurns, processTime, program } from './measure.mjs';

const HEADERS = { 'X-Forwarded-For': '203.0.113.9' };

/** Requests of the same kind, beside the same running gateway: one is approved by OpenClaw's own command, one by ours. Samples of one approval in ms. */
export async function approvals(version, rounds) {
  const node = await nodeBinary(24);
  // From 2026.8.1 a header-adding proxy must be listed.
  const home = await makeHome({ version, config: { gateway: { trustedProxies: isSince(version, 8, 1) ? ['127.0.0.1'] : [] } } });
  const undo = [home.dispose];
  try {
    // A temp folder as anybody's: that of the tests holds the locks of hundreds of gateways that ran there, and each is looked at.
    home.env.TMPDIR = join(home.dir, 'tmp');
    await mkdir(home.env.TMPDIR, { mode: 0o700 });
    // The command line needs a device of its own that may approve.
    prepair.setup({ env: home.env, gatewayVersion: version, config: false });
    const gateway = await startGateway(home);
    undo.push(gateway.stop);
    const proxy = await headerProxy(home.port, HEADERS);
    undo.push(proxy.stop);
    const target = { env: home.env, cwd: home.dir };
    const waiting = async () => {
      const identity = newIdentity();
      const refused = await connect({ url: proxy.url, token: home.token, identity, client: AGENT });
      return refused.error?.details?.requestId ?? await pendingOf(home, identity.deviceId);
    };
    const approve = async () => [program('approve'), await waiting(), version];
    return await inTurns(rounds, {
      ours: async () => processTime(node, await approve(), target),
      bare: () => processTime(node, [program('bare')], target),
      call: async () => Number(execFileSync(node, await approve(), { ...target, encoding: 'utf8' })),
      upstream: async () => {
        const requestId = await waiting();
        const start = performance.now();
        const done = await cli(home, ['devices', 'approve', requestId]);
        const took = performance.now() - start;
        if (done.code !== 0) throw new Error(`openclaw ${version} devices approve: ${done.stdout}${done.stderr}`);
        return took;
      },
    });
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** The request of a device, as the gateway lists it. */
async function pendingOf(home, deviceId) {
  const identity = prepair.exportIdentity({ env: home.env, gatewayVersion: home.version });
  const connection = await connect({ url: home.url, token: home.token, identity, client: AGENT, scopes: ['operator.pairing'] });
  const { pending } = await connection.request('device.pair.list');
  await connection.close();
  return pending.find((request) => request.deviceId === deviceId).requestId;
}

/** One value of the config. */
export async function configSets(version, rounds) {
  const node = await nodeBinary(24);
  const home = await makeHome({ version });
  let port = 20_000;
  try {
    return await inTurns(rounds, {
      ours: () => processTime(node, [program('config-set'), String(++port)], { env: home.env, cwd: home.dir }),
      upstream: async () => {
        const start = performance.now();
        const done = await cli(home, ['config', 'set', 'gateway.port', String(++port)]);
        const took = performance.now() - start;
        if (done.code !== 0) throw new Error(`openclaw ${version} config set: ${done.stdout}${done.stderr}`);
        return took;
      },
    });
  } finally {
    await home.dispose();
  }
}
