// One OpenClaw version, prepared in every situation of a state dir, judged by its real gateway.
import { AGENT, callAs, CLI, newIdentity } from '../lib/client.mjs';
import { openclaw } from '../lib/cache.mjs';
import { JOB } from '../lib/fake-model.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { prepair } from '../lib/prepair.mjs';
import { isSince } from '../lib/versions.mjs';

/** 2026.8.1 and later answer HTTP 403 behind a header-adding proxy that is not listed. */
const listsProxies = (version) => isSince(version, 8, 0);

/** A home of this version, and what a test does on it. */
export async function stage(version, config = {}) {
  const home = await makeHome({
    version,
    config: listsProxies(version) ? { ...config, gateway: { ...config.gateway, trustedProxies: ['127.0.0.1'] } } : config,
  });
  const options = { env: home.env, openclawDir: await openclaw(version) };
  const target = { options, home };
  return {
    ...target,
    setup: (rest) => prepair.setup({ ...options, ...rest }),
    prePair: (rest) => prepair.prePair({ ...options, ...rest }),
    patchConfig: (rest) => prepair.patchConfig({ ...options, ...rest }),
    identity: () => prepair.exportIdentity(options),
    /** Starts the gateway and a header-adding proxy before it, runs `body`, stops both. */
    async running(body, { kill = false } = {}) {
      const gateway = await startGateway(home);
      try {
        const proxy = await headerProxy(home.port);
        try {
          return await body((identity) => enters(proxy.url, home.token, identity));
        } finally {
          await proxy.stop();
        }
      } finally {
        // The whole group: 2026.9.6 runs its gateway as a child of the process that was started.
        if (kill) process.kill(-gateway.pid, 'SIGKILL');
        await gateway.stop();
      }
    },
    dispose: () => home.dispose(),
  };
}

/** 'open' when the client may list and add jobs, else the close code. */
async function enters(url, token, identity) {
  const target = { url, token, identity };
  try {
    await callAs(AGENT, target, 'cron.list');
    await callAs(AGENT, target, 'cron.add', { ...JOB, name: 'agent-like' });
    await callAs(CLI, target, 'cron.add', { ...JOB, name: 'CLI-like' });
    return 'open';
  } catch (error) {
    return String(error.closeCode ?? error.code ?? error.message);
  }
}

/** What a version's gateway did: each cell is 'open', '1008', or what else happened. */
export async function judge(version) {
  const row = { version };
  const stranger = newIdentity();
  const far = newIdentity();

  // Never started: prepared, started, prepared again, started again.
  const fresh = await stage(version);
  try {
    const first = fresh.setup();
    await fresh.running(async (enter) => {
      row.without = await enter(stranger);
      row.neverStarted = await enter(identityOf(fresh));
    });
    const second = fresh.setup();
    if (second.deviceId !== first.deviceId) row.neverStarted = `another key on second boot`;
    await fresh.running(async (enter) => {
      row.secondBoot = await enter(identityOf(fresh));
    });
    row.store = second.store;
  } finally {
    await fresh.dispose();
  }

  // Started once, a device approved beside ours, then prepared and started; then prepared while it runs.
  const used = await stage(version);
  try {
    await used.running(async (enter) => {
      row.withoutStarted = await enter(far);
      used.prePair({ device: { publicKey: far.publicKey, displayName: 'another device' } });
      row.deviceWhileRunning = await enter(far);
    }, { kill: true });
    used.setup();
    await used.running(async (enter) => {
      row.startedOnce = await enter(identityOf(used));
      row.others = await enter(far);
    });
  } finally {
    await used.dispose();
  }
  const live = await stage(version);
  try {
    await live.running(async (enter) => {
      await enter(far);
      live.setup();
      row.whileRunning = await enter(identityOf(live));
      row.otherStaysOut = await enter(far);
    });
  } finally {
    await live.dispose();
  }
  return row;
}

const identityOf = (at) => at.identity();
