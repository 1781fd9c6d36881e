// The seed story in the page, with the files of a real gateway: the wall and its reason; mended it is open, and what the page gives to
// download makes that gateway let the client in.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AGENT, callAs, identityOf, newIdentity } from '../lib/client.mjs';
import { openGateway } from '../lib/gateway.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { choose, closeBrowser, file, open, served, verdict } from './page.mjs';

const VERSION = '2026.2.19';
let server;
before(async () => { server = await served(); });
after(async () => {
  await closeBrowser();
  await server?.stop();
});

const publicPart = ({ deviceId, publicKey }) => JSON.stringify({
  version: 1, deviceId,
  publicKeyPem: `-----BEGIN PUBLIC KEY-----\n${Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey, 'base64url')]).toString('base64')}\n-----END PUBLIC KEY-----\n`,
}, null, 2);

/** The agent's two calls, as its tool makes them: what each came to. */
async function listThenAdd({ home, gateway }, identity) {
  const job = { name: 'Silly Joke', schedule: { kind: 'every', everyMs: 300_000 }, sessionTarget: 'isolated', payload: { kind: 'agentTurn', message: 'a silly joke' }, delivery: { mode: 'none' } };
  const came = [];
  for (const [method, params] of [['cron.list', {}], ['cron.add', job]]) {
    came.push(await callAs(AGENT, { url: home.url, token: gateway.token, identity }, method, params).then(() => 'open', ({ closeCode, message }) => closeCode ?? message));
  }
  return came;
}

/** Presses the button and puts the downloads where they belong. */
async function mendInto(page, stateDir) {
  await page.getByRole('button', { name: 'Mend the files' }).click();
  const places = { 'paired.json': 'devices', 'pending.json': 'devices', 'device.json': 'identity', 'openclaw.json': '.' };
  const saved = [];
  for (const link of await page.locator('#mended a[download]').all()) {
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const name = download.suggestedFilename();
    copyFileSync(await download.path(), join(stateDir, places[name], name));
    saved.push(name);
  }
  return saved;
}

test('2026.2.19, agent, list then add: the wall, mended, and a real gateway that lets the client in', async (t) => {
  const at = await openGateway(t, { version: VERSION });
  const { stateDir } = at.home;
  const identity = newIdentity();
  assert.deepEqual(await listThenAdd(at, identity), ['open', 1008], 'the story');

  const { page, requests, problems } = await open(t, server.url);
  const loaded = [...requests];
  const read = (name) => file(name.split('/').at(-1), readFileSync(join(stateDir, name)));
  await choose(page, read('openclaw.json'), read('devices/paired.json'), read('devices/pending.json'), file('device.json', publicPart(identity)));
  await page.getByLabel('OpenClaw version', { exact: true }).fill(VERSION);
  await page.getByLabel('Agent on loopback').check();
  assert.match(await verdict(page), /The wall.*scope-upgrade/s);
  assert.match(await page.locator('#verdict').innerText(), /Is it approved silently\? no: /);
  assert.match(await page.locator('.tree .ends').innerText(), /Is it approved silently\?\s*no/);
  assert.match(await page.locator('#findings').innerText(), /W_PENDING_STICKY/);
  assert.match(await page.locator('#ranges').innerText(), /The wall stands from /);

  const saved = await mendInto(page, stateDir);
  assert.deepEqual(saved.sort(), ['paired.json', 'pending.json']);
  assert.match(await verdict(page, '#mended'), /^Open/);
  const diff = await page.locator('#mended pre').allInnerTexts();
  assert.match(diff.join('\n'), /\+ +"operator\.admin"/);
  assert.ok(!diff.join('\n').includes(JSON.parse(readFileSync(join(stateDir, 'devices/paired.json')))[identity.deviceId].tokens.operator.token));
  assert.deepEqual(await listThenAdd(at, identity), ['open', 'open'], 'with the files from the page');

  await page.getByRole('button', { name: 'Go on with these files' }).click();
  assert.match(await verdict(page), /^Open/);
  const later = requests.slice(loaded.length).filter((url) => !url.startsWith('blob:'));
  assert.deepEqual([later, problems], [[], []], 'no request after load');
  assert.deepEqual(loaded.map((url) => new URL(url).pathname).filter((path) => path !== '/icon.svg').sort(), ['/', '/explorer.css', '/explorer.js']);
});

test('without an identity the page makes one, and its files open a gateway that never met the device', async (t) => {
  const { page } = await open(t, server.url);
  await page.getByRole('button', { name: 'Clear all' }).click();
  await page.getByLabel('Behind the sandbox’s proxy').check();
  assert.match(await verdict(page), /The wall.*not-paired/s);
  let identity;
  const at = await openGateway(t, {
    version: VERSION,
    prepare: async (home) => {
      for (const folder of ['devices', 'identity']) mkdirSync(join(home.stateDir, folder), { mode: 0o700 });
      assert.deepEqual((await mendInto(page, home.stateDir)).sort(), ['device.json', 'paired.json']);
      const { privateKeyPem } = JSON.parse(readFileSync(join(home.stateDir, 'identity/device.json'), 'utf8'));
      identity = identityOf(privateKeyPem);
    },
  });
  const { home, gateway, proxy } = at;
  assert.ok(!(await page.locator('body').innerText()).includes('PRIVATE KEY'), 'the diff shows no key');
  await callAs(AGENT, { url: proxy.url, token: gateway.token, identity }, 'cron.list', {});
  assert.deepEqual(await listThenAdd({ home, gateway }, identity), ['open', 'open']);
});

test(`a remote function on ${NEWEST}: HTTP 403 until the proxy is listed, which is spliced into the config`, async (t) => {
  const { page } = await open(t, server.url);
  await page.getByLabel('OpenClaw version', { exact: true }).fill(NEWEST);
  await page.getByLabel('Remote function').check();
  assert.match(await verdict(page), /^Refused\s*unattributable-proxy/);
  await page.getByRole('button', { name: 'Mend the files' }).click();
  assert.match(await verdict(page, '#mended'), /^Open/);
  const changes = await page.locator('#mended pre').allInnerTexts();
  assert.ok(changes.some((text) => /\+ .*trustedProxies.*172\.16\.0\.7/s.test(text)), changes.join('\n'));
  await page.getByRole('button', { name: 'Go on with these files' }).click();
  assert.match(await page.locator('#field-config').inputValue(), /^\/\/ the sandbox's gateway\n/);
  assert.match(await verdict(page), /^Open/);
});
