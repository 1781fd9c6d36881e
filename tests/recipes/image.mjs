// What the image of a recipe holds, in a bare folder: node, openclaw and openclaw-prepair on PATH, a home, nothing of this machine's
// environment. Commands run in it as the user that the recipe names.
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, programs } from '../lib/gateway.mjs';
import { NEWEST } from '../lib/versions.mjs';

export const RECIPES = fileURLToPath(new URL('../../docs/recipes/', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url));

/** `{ dir, home, run(argv, options), start(argv, options), file(...) }`; all is gone when the test `t` ends. */
export async function image(t) {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-image-'));
  // A gateway writes until it has ended.
  const ends = [];
  t.after(async () => {
    for (const ended of ends) await ended();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  chmodSync(dir, 0o755);
  const [bin, home, temp] = ['bin', 'home', 'tmp'].map((name) => join(dir, name));
  for (const folder of [bin, home, temp]) mkdirSync(folder);
  chmodSync(temp, 0o1777);
  chownSync(home, 1000, 1000);
  const { binary, root, network } = await programs({ version: NEWEST, owner: { uid: 1000, gid: 1000 } }, 24);
  cpSync(PACKAGE, join(dir, 'openclaw-prepair'), { recursive: true });
  symlinkSync(binary, join(bin, 'node'));
  symlinkSync(join(root, 'openclaw.mjs'), join(bin, 'openclaw'));
  symlinkSync(join(dir, 'openclaw-prepair/bin/openclaw-prepair.js'), join(bin, 'openclaw-prepair'));
  const port = await freePort();

  const child = (argv, { uid = 1000, env = {}, cwd = home } = {}) => spawn(argv[0], argv.slice(1), {
    cwd, uid, gid: uid, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`, TMPDIR: temp, OPENCLAW_GATEWAY_PORT: String(port),
      // what a test machine can do without; nothing but loopback is reached
      NODE_OPTIONS: `--require=${network}`, OPENCLAW_NO_RESPAWN: '1', OPENCLAW_SKIP_CHANNELS: '1', OPENCLAW_DISABLE_BONJOUR: '1', NO_COLOR: '1', ...env,
    },
  });
  const listen = (started) => {
    const seen = { text: '' };
    for (const stream of [started.stdout, started.stderr]) stream.setEncoding('utf8').on('data', (text) => { seen.text += text; });
    return seen;
  };
  const end = (started) => {
    try {
      return process.kill(-started.pid, 'SIGKILL');
    } catch {
      return false;
    }
  };

  return {
    dir, home, file: (...names) => join(dir, ...names),
    /** Runs a command to its end: `{ code, text }`. */
    async run(argv, options) {
      const started = child(argv, options);
      const seen = listen(started);
      const code = await new Promise((resolve, reject) => started.once('error', reject).once('close', resolve));
      // with what it left running: a gateway writes into this folder
      while (end(started)) await sleep(20);
      return { code, text: seen.text };
    },
    /** Starts a command that holds a gateway, and waits until that is ready. */
    async start(argv, options) {
      const started = child(argv, options);
      const seen = listen(started);
      ends.push(async () => {
        started.kill('SIGTERM');
        for (let tries = 0; started.exitCode === null && started.signalCode === null && tries < 300; tries++) await sleep(100);
        while (end(started)) await sleep(20);
      });
      for (const until = Date.now() + 240_000; !seen.text.includes('[gateway] ready'); await sleep(100)) {
        if (started.exitCode !== null || Date.now() > until) throw new Error(`no gateway (${started.exitCode}):\n${seen.text}`);
      }
      return { pid: started.pid, log: () => seen.text };
    },
  };
}
