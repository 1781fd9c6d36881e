// What `symptoms*.test.mjs` play: each example in the page, by the keyboard alone, to the copied command; then that command on a real
// gateway that shows the symptom.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { node } from '../lib/cache.mjs';
import { AGENT, callAs, connect } from '../lib/client.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { headerProxy } from '../lib/header-proxy.mjs';
import { prepair } from '../lib/prepair.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { open, rest, ROOT } from './page.mjs';

const { EXAMPLES, KEYS, SECRET } = createRequire(import.meta.url)('../../npm/explorer/src/examples.js');
const identity = (label) => {
  const made = prepair.newIdentity({ secret: SECRET, label });
  assert.deepEqual([made.deviceId, made.publicKey], KEYS[label], 'the keys of the page are derived as it says');
  return made;
};
const JOB = { name: 'Silly Joke', schedule: { kind: 'every', everyMs: 300_000 }, sessionTarget: 'isolated', payload: { kind: 'agentTurn', message: 'a silly joke' }, delivery: { mode: 'none' } };
const ALL = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals', 'operator.pairing'];

/** Chooses the example and copies its command: what was copied, and how many keys but Tab that took. */
export async function copied(t, url, id) {
  const { page, context } = await open(t, url);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  let actions = 0;
  const press = async (name) => {
    for (let i = 0; i < 60; i += 1) {
      const at = await page.evaluate(() => document.activeElement.dataset.example ?? document.activeElement.textContent.trim());
      if (at === name) break;
      await page.keyboard.press('Tab');
      assert.ok(i < 59, `no way to ${name}`);
    }
    await page.keyboard.press('Enter');
    actions += 1;
  };
  await press(id);
  await rest(page);
  await page.locator('#remedy .copy').first().waitFor();
  await press('Copy for the shell');
  await page.locator('#remedy .copy', { hasText: 'Copied' }).waitFor();
  return { command: await page.evaluate(() => navigator.clipboard.readText()), actions };
}

/** Runs what was copied in a shell, as the user of a home; `npx` is the package of this tree. */
async function inShell(home, command) {
  const bin = join(home.dir, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\n[ "$1" = openclaw-prepair ] || exit 127\nshift\nexec '${await node(24)}' '${join(ROOT, 'npm/openclaw-prepair/bin/openclaw-prepair.js')}' "$@"\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  return execFileSync('sh', ['-ec', command], { cwd: home.dir, env: { HOME: home.dir, PATH: `${bin}:/usr/bin:/bin` }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Puts the files of an example into a state dir, with the private half of its key. */
function files(home, label, given) {
  const { deviceId, privateKeyPem } = identity(label);
  const put = (name, text) => {
    mkdirSync(join(home.stateDir, name.split('/')[0]), { recursive: true, mode: 0o700 });
    writeFileSync(join(home.stateDir, name), text, { mode: 0o600 });
  };
  if (given.paired) put('devices/paired.json', given.paired);
  put('devices/pending.json', given.pending);
  put('identity/device.json', `${JSON.stringify({ ...JSON.parse(given.device), deviceId, privateKeyPem }, null, 2)}\n`);
}

const FAR = { 'X-Forwarded-For': '203.0.113.9' };
const own = (home) => prepair.exportIdentity({ stateDir: home.stateDir, gatewayVersion: home.version });
const result = ({ ok, closeCode, status }) => (ok ? 'open' : status ?? closeCode);
const once = async (options) => {
  const connection = await connect(options);
  if (connection.ok) await connection.close();
  return result(connection);
};
/** As a browser with the gateway's page: one of another build reloads it, and tries again. */
export async function asBrowser(options, buildId) {
  const connection = await connect({ ...options, client: { id: 'openclaw-control-ui', mode: 'webchat', ...buildId && { buildId } }, platform: 'Win32', scopes: ALL });
  if (connection.ok) await connection.close();
  const { details } = connection.error ?? {};
  return details?.reloadRequired && !buildId ? asBrowser(options, details.gatewayBuildId) : result(connection);
}
const local = (label, method, params) => ({
  prepare: (home, given) => files(home, label, given),
  tried: ({ home, gateway }) => callAs(AGENT, { url: home.url, token: gateway.token, identity: identity(label) }, method, params).then(() => 'open', (error) => error.closeCode ?? error.message),
});
const function_ = { tried: ({ home, gateway, proxy }) => once({ url: proxy.url, token: gateway.token, identity: own(home) }) };
const PLAYS = {
  joke: { ...local('joke', 'cron.add', JOB), symptom: 1008 },
  loopback: { ...local('loopback', 'cron.list', {}), config: { trustedProxies: ['127.0.0.1'] }, symptom: 1008 },
  'http-403': { ...function_, restart: true, symptom: 403 },
  fresh: { ...function_, config: { trustedProxies: ['127.0.0.1'] }, symptom: 1008 },
  browser: {
    config: { trustedProxies: ['127.0.0.1'], controlUi: { allowedOrigins: ['https://claw.example'] } }, symptom: 1008,
    headers: { ...FAR, Host: 'claw.example', Origin: 'https://claw.example' },
    tried: ({ gateway, proxy }) => asBrowser({ url: proxy.url, token: gateway.token, identity: identity('browser') }),
  },
  node: {
    config: { trustedProxies: ['127.0.0.1'] }, symptom: 1008,
    tried: ({ gateway, proxy }) => once({ url: proxy.url, token: gateway.token, identity: identity('node'), client: { id: 'node-host', mode: 'node' }, role: 'node', scopes: [], commands: ['system.run'], caps: ['system'] }),
  },
};
export const IDS = Object.keys(EXAMPLES);

export async function play(t, url, id) {
  const { config = {}, headers = FAR, prepare, tried, restart = false, symptom } = PLAYS[id];
  const home = await makeHome({ version: EXAMPLES[id].version ?? NEWEST, config: { gateway: config } });
  const undo = [home.dispose];
  t.after(async () => {
    for (const step of undo.reverse()) await step();
  });
  prepare?.(home, EXAMPLES[id].given(Date.now()));
  const proxy = await headerProxy(home.port, headers);
  undo.push(proxy.stop);
  let gateway = await startGateway(home);
  undo.push(() => gateway.stop());
  assert.equal(await tried({ home, gateway, proxy }), symptom, 'the symptom');
  const { command, actions } = await copied(t, url, id);
  assert.ok(actions <= 3, `${actions} actions`);
  t.diagnostic(`${actions} actions: ${command.replaceAll('\n', ' && ')}`);
  await inShell(home, command);
  if (restart) {
    await gateway.stop();
    gateway = await startGateway(home);
  }
  assert.equal(await tried({ home, gateway, proxy }), 'open', command);
}
