// What people drop by mistake: each gets a message where it happened, and nothing that must not stay does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newIdentity } from '../lib/client.mjs';
import { choose, closeBrowser, drop, file, open, OPENED, paste, rest, verdict } from './page.mjs';

after(closeBrowser);

let fresh;
before(() => {
  fresh = async (t) => {
    const opened = await open(t, OPENED);
    await opened.page.getByRole('button', { name: 'Clear all' }).click();
    return opened;
  };
});

/** Whether anything on the page holds a text: markup, fields, storage. */
const holds = (page, text) => page.evaluate((wanted) => {
  const values = [...document.querySelectorAll('textarea, input')].map((field) => field.value);
  const stores = ['localStorage', 'sessionStorage'].map((name) => {
    try {
      return JSON.stringify(globalThis[name]);
    } catch {
      return '';
    }
  });
  return [document.documentElement.outerHTML, ...values, ...stores].some((held) => held.includes(wanted));
}, text);
const secretOf = ({ privateKeyPem }) => privateKeyPem.split('\n')[1];

test('a private key is recognised, not kept, and said so', async (t) => {
  const { page } = await fresh(t);
  const identity = newIdentity();
  const { deviceId, publicKey, privateKeyPem } = identity;
  const whole = JSON.stringify({ version: 1, deviceId, publicKey, privateKeyPem, createdAtMs: 1 }, null, 2);
  const gone = async (field, message) => {
    assert.match(await page.locator(`[data-field=${field}]`).innerText(), message);
    assert.equal(await holds(page, secretOf(identity)), false);
  };

  await paste(page, '#field-device', whole);
  await gone('device', /private key.*not kept: only the public part is here/i);
  assert.equal(JSON.parse(await page.locator('#field-device').inputValue()).publicKey, publicKey);
  await verdict(page);
  assert.match(await page.locator('#whose').innerText(), /public key that you gave/);

  const nothing = /private key.*nothing of it was kept/i;
  for (const [field, text] of [
    ['device', privateKeyPem], ['device', whole.slice(0, -40)], ['device', secretOf(identity)],
    ['config', `{ gateway: {}, // mine\n key: ${JSON.stringify(privateKeyPem)} }`], ['paired', whole],
  ]) {
    await page.getByRole('button', { name: 'Clear all' }).click();
    await paste(page, `#field-${field}`, text);
    await gone(field, nothing);
    assert.equal(await page.locator(`#field-${field}`).inputValue(), '');
  }
  await page.getByRole('button', { name: 'Clear all' }).click();
  await choose(page, file('device.json', whole));
  await rest(page);
  await gone('device', /only the public part is here/);
  await page.locator('#field-pending').pressSequentially(`{"k":"${secretOf(identity)}`);
  await gone('pending', nothing);
  // What undoes typing must not bring it back.
  await page.locator('#field-pending').press('Control+z');
  await rest(page);
  assert.equal(await holds(page, secretOf(identity)), false);
});

test('half JSON: a message at the field, with line and column', async (t) => {
  const { page } = await fresh(t);
  for (const [field, text, place] of [
    ['config', '{\n  gateway: {\n    mode: "local",\n', /line 4, column 1/],
    ['paired', '{\n  "a": {,\n', /line 2, column 9/],
    ['pending', '{ "a": ', /line 1, column 8/],
    ['device', '{\n  "version": 1,\n  "publicKeyPem": \n', /line 4, column 1/],
  ]) {
    await paste(page, `#field-${field}`, text);
    await rest(page);
    assert.match(await page.locator(`#error-${field}`).innerText(), place, field);
    assert.equal(await page.locator(`#field-${field}`).getAttribute('aria-invalid'), 'true');
  }
  assert.match(await verdict(page), /^Unknown/);
});

test('10 MB: a message at once', async (t) => {
  const { page } = await fresh(t);
  const large = `{"a":"${'x'.repeat(10_000_000)}"}`;
  const ms = await paste(page, '#field-paired', large);
  assert.match(await page.locator('#error-paired').innerText(), /10\.0 MB.*Nothing of it was kept/);
  assert.ok(ms < 2000, `${ms} ms`);
  await choose(page, file('openclaw.json', large));
  await page.locator('#error-config', { hasText: '10.0 MB' }).waitFor();
  assert.equal(await page.locator('#field-paired').inputValue(), '');
});

test('just under the limit: work in time, the page stays free', async (t) => {
  const { page } = await fresh(t);
  const record = (i) => [`${i}`.padStart(64, '0'), { deviceId: `${i}`, scopes: ['operator.read'], createdAtMs: 1, approvedAtMs: 1, displayName: 'y'.repeat(200) }];
  const store = JSON.stringify(Object.fromEntries(Array.from({ length: 2600 }, (_, i) => record(i))));
  assert.ok(store.length > 800_000 && store.length < 1 << 20);
  await page.evaluate(() => {
    globalThis.longest = 0;
    new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => { globalThis.longest = Math.max(globalThis.longest, duration); })).observe({ type: 'longtask' });
  });
  await choose(page, file('paired.json', store));
  await page.locator('#state-paired', { hasText: 'kB' }).waitFor();
  await page.locator('#ranges', { hasText: /wall|Open/ }).waitFor();
  await page.getByRole('button', { name: 'Mend the files' }).click();
  await page.locator('#mended a[download]').first().waitFor();
  const longest = await page.evaluate(() => globalThis.longest);
  assert.ok(longest < 2000, `a task of ${longest} ms`);
});

test('binary, a folder of other names, device-auth.json', async (t) => {
  const { page } = await fresh(t);
  await drop(page, '#field-paired', 'paired.json', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 0xff, 0xfe]));
  await page.locator('#error-paired', { hasText: 'no text in UTF-8' }).waitFor();
  await drop(page, 'h1', 'device-auth.json', '{"token":"t"}');
  await page.locator('#dropped', { hasText: 'device-auth.json is none of the four files' }).waitFor();
  await drop(page, '#field-pending', 'pending (1).json', '{}');
  await page.locator('#state-pending.given').waitFor();
  await drop(page, 'h1', 'openclaw.json', '// mine\r\n{ gateway: { mode: "local" } }\r\n');
  await page.locator('#state-config.given').waitFor();
});

test('HTML in a displayName is text', async (t) => {
  const { page, requests } = await fresh(t);
  const { deviceId, publicKey } = newIdentity();
  const evil = '<img src=x onerror=hit=1><script>hit=1</script>';
  await choose(page,
    file('paired.json', JSON.stringify({ [deviceId]: { deviceId, publicKey, displayName: evil, scopes: [], role: 'operator', createdAtMs: 1, approvedAtMs: 1 } }, null, 2)),
    file('pending.json', JSON.stringify({ [evil]: { requestId: evil, deviceId, silent: false, ts: Date.now() } })),
    file('device.json', JSON.stringify({ publicKey })));
  await page.locator('#findings', { hasText: 'W_PENDING_STICKY' }).waitFor();
  await page.getByRole('button', { name: 'Mend the files' }).click();
  await page.locator('#mended a[download]').first().waitFor();
  assert.ok((await page.locator('#mended pre').allInnerTexts()).join('').includes(evil), 'shown as text');
  assert.equal(await page.locator('#findings img, #mended img, #mended script').count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hit), undefined);
  assert.ok(requests.every((url) => !url.endsWith('/x')));
});

test('a version that is none, and a key that is none', async (t) => {
  const { page, problems } = await fresh(t);
  await page.getByLabel('OpenClaw version', { exact: true }).fill('latest');
  await page.locator('#version-error', { hasText: 'is not an OpenClaw version' }).waitFor();
  await page.getByLabel('OpenClaw version', { exact: true }).fill('2026.4.15');
  await page.locator('#verdict', { hasText: 'OpenClaw 2026.4.15' }).waitFor();
  await paste(page, '#field-device', 'no key at all');
  await page.locator('#error-device', { hasText: 'no Ed25519 public key' }).waitFor();
  assert.match(await verdict(page), /^Unknown/);
  assert.deepEqual(problems, []);
});
