// A registry of one's own on loopback: npm's verdaccio, with nothing behind it, a HOME and an npmrc of its own. What a release is
// rehearsed on; nothing is ever published to another.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { npmInstall } from '../lib/cache.mjs';
import { freePort } from '../lib/gateway.mjs';
import { exec } from './app.mjs';

// 6.8.0 takes a node-fetch that its own dependency declines
const VERDACCIO = [{ verdaccio: '6.8.0' }, { overrides: { 'node-fetch': '2.7.0' } }];

/** The registry's address, or an error where it isn't on loopback. */
export function loopback(registry) {
  const { protocol, hostname } = new URL(registry);
  if (protocol === 'http:' && (/^127(\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]')) return registry;
  throw new Error(`${hostname} is not on loopback: a rehearsal publishes to no other registry`);
}

/** Starts one in the folder `dir`; `{ url, npmrc, home, stop }`. */
export async function startRegistry(dir) {
  const modules = await npmInstall('verdaccio', ...VERDACCIO);
  const home = join(dir, 'home');
  const npmrc = join(dir, 'npmrc');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(dir, 'config.yaml'), [
    'storage: ./storage', 'auth:', '  htpasswd:', '    file: ./htpasswd', 'uplinks: {}',
    'packages:', "  '**':", '    access: $all', '    publish: $authenticated', '    unpublish: $authenticated',
    'max_body_size: 50mb', 'web:', '  enable: false', 'log: { type: stdout, format: json, level: error }', '',
  ].join('\n'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const server = spawn(process.execPath, [join(modules, 'verdaccio/bin/verdaccio'), '--config', join(dir, 'config.yaml'), '--listen', `127.0.0.1:${port}`], {
    cwd: dir, env: { PATH: process.env.PATH, HOME: home, TMPDIR: dir }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => { log += text; });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const stop = async () => {
    server.kill('SIGTERM');
    const late = setTimeout(() => server.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
  };
  try {
    for (let tries = 0; ; tries++) {
      if (server.exitCode !== null || tries > 300) throw new Error(`verdaccio does not answer:\n${log}`);
      if (await fetch(`${url}-/ping`).then(({ ok }) => ok, () => false)) break;
      await sleep(200);
    }
    const account = { name: 'rehearsal', password: 'rehearsal' };
    const made = await fetch(`${url}-/user/org.couchdb.user:${account.name}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(account) });
    const { token } = await made.json();
    if (!token) throw new Error(`verdaccio gives no token: ${made.status}\n${log}`);
    writeFileSync(npmrc, `//127.0.0.1:${port}/:_authToken=${token}\n`, { mode: 0o600 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, npmrc, home, stop };
}

/** The environment of a package manager: nothing of the user's, a HOME and with it a cache of its own, Node's folder first. */
export const clean = (home, node = process.execPath) => ({ PATH: `${dirname(node)}:${process.env.PATH}`, HOME: home, npm_config_update_notifier: 'false', npm_config_audit: 'false', npm_config_fund: 'false' });

/** Publishes what `cargo xtask release` packed, in its order. */
export async function publish(folder, { url, npmrc, home }) {
  const registry = loopback(url);
  for (const { file } of JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')).packages) {
    await exec('npm', ['publish', join(folder, file), '--registry', registry, '--userconfig', npmrc, '--access', 'public', '--provenance=false', '--ignore-scripts'], { cwd: home, env: clean(home) });
  }
}
