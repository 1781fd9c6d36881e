// The seed story in the page, with the files of a real gateway: the wall and its reason; and what the page gives to download makes
// that gateway let the client in.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AGENT, callAs, identityOf, newIdentity } from '../lib/client.mjs';
import { openGateway } from '../lib/gateway.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { choose, closeBrowser, file, open, rest, served, setVersion, verdict } from './page.mjs';

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

/** Asks for the edited files and puts the downloads where they belong. */
async function editInto(page, stateDir) {
  await page.getByRole('button', { name: 'Show the edited files' }).click();
  await page.locator('.edited a[download]').first().waitFor();
  const places = { 'paired.json': 'devices', 'pending.json': 'devices', 'device.json': 'identity', 'openclaw.json': '.' };
  const saved = [];
  for (const link of await page.locator('.edited a[download]').all()) {
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const name = download.suggestedFilename();
    copyFileSync(await download.path(), join(stateDir, places[name], name));
    saved.push(name);
  }
  return saved;
}

test('2026.2.19, agent, list then add: the wall, edited files, and a real gateway that lets the client in', async (t) => {
  const at = await openGateway(t, { version: VERSION });
  const { stateDir } = at.home;
  const identity = newIdentity();
  assert.deepEqual(await listThenAdd(at, identity), ['open', 1008], 'the story');

  const { page, requests, problems } = await open(t, server.url);
  const loaded = [...requests];
  const read = (name) => file(name.split('/').at(-1), readFileSync(join(stateDir, name)));
  await choose(page, read('openclaw.json'), read('devices/paired.json'), read('devices/pending.json'), file('device.json', publicPart(identity)));
  await page.locator('#given li').nth(3).waitFor();
  await setVersion(page, VERSION);
  await page.locator('#more').evaluate((element) => { element.open = true; });
  await page.locator('#detail-method').fill('cron.add');
  await page.locator('#verdict', { hasText: 'scope-upgrade' }).waitFor();
  assert.match(await verdict(page), /The wall.*scope-upgrade/s);
  assert.match(await page.locator('#verdict').innerText(), /Is it approved silently\? no: /);
  assert.match(await page.locator('.tree .ends').textContent(), /Is it approved silently\?\s*no/);
  // No scope is added silently on that version, so the request that waits is not the cause.
  assert.doesNotMatch(await page.locator('#findings').innerText(), /W_PENDING_STICKY/);
  await page.locator('#ranges', { hasText: 'The wall stands from ' }).waitFor();

  const saved = await editInto(page, stateDir);
  assert.deepEqual(saved.sort(), ['paired.json', 'pending.json']);
  assert.match(await page.locator('.edited').first().innerText(), /the connection is open/);
  const diff = await page.locator('.edited pre').allInnerTexts();
  assert.match(diff.join('\n'), /\+ +"operator\.admin"/);
  assert.ok(!diff.join('\n').includes(JSON.parse(readFileSync(join(stateDir, 'devices/paired.json')))[identity.deviceId].tokens.operator.token));
  assert.deepEqual(await listThenAdd(at, identity), ['open', 'open'], 'with the files from the page');

  await page.getByRole('button', { name: 'Go on with these files' }).click();
  await rest(page);
  await page.locator('#verdict', { hasText: 'Open' }).waitFor();
  const later = requests.slice(loaded.length).filter((url) => !url.startsWith('blob:'));
  assert.deepEqual([later, problems], [[], []], 'no request after load');
  assert.deepEqual(loaded.filter((url) => !url.startsWith('data:')), [server.url]);
});

test('without an identity the page makes one, and its files open a gateway that never met the device', async (t) => {
  const { page } = await open(t, server.url);
  await choose(page, file('openclaw.json', '{ gateway: { mode: "local" } }'));
  await setVersion(page, VERSION);
  await page.locator('#detail-place').selectOption('behind a proxy');
  await page.locator('#verdict', { hasText: 'not-paired' }).waitFor();
  let identity;
  const at = await openGateway(t, {
    version: VERSION,
    prepare: async (home) => {
      for (const folder of ['devices', 'identity']) mkdirSync(join(home.stateDir, folder), { mode: 0o700 });
      assert.deepEqual((await editInto(page, home.stateDir)).sort(), ['device.json', 'paired.json']);
      const { privateKeyPem } = JSON.parse(readFileSync(join(home.stateDir, 'identity/device.json'), 'utf8'));
      identity = identityOf(privateKeyPem);
    },
  });
  const { home, gateway, proxy } = at;
  assert.ok(!(await page.locator('body').innerText()).includes('PRIVATE KEY'), 'the diff shows no key');
  await callAs(AGENT, { url: proxy.url, token: gateway.token, identity }, 'cron.list', {});
  assert.deepEqual(await listThenAdd({ home, gateway }, identity), ['open', 'open']);
});

test(`a function on ${NEWEST}: HTTP 403 until the proxy is listed, which is spliced into the config`, async (t) => {
  const { page } = await open(t, server.url);
  await page.locator('[data-example=http-403]').click();
  assert.match(await verdict(page), /^Refused\s*unattributable-proxy/);
  await page.getByRole('button', { name: 'Show the edited files' }).click();
  await page.locator('.edited', { hasText: 'the connection is open' }).waitFor();
  const changes = await page.locator('.edited pre').allInnerTexts();
  assert.ok(changes.some((text) => /\+ .*trustedProxies.*127\.0\.0\.1/s.test(text)), changes.join('\n'));
  await page.getByRole('button', { name: 'Go on with these files' }).click();
  await page.locator('#verdict', { hasText: 'Open' }).waitFor();
  assert.match(await page.locator('#field-config').inputValue(), /^\/\/ the sandbox's gateway\n/);
});
