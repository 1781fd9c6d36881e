// What people drop by mistake: each gets a message where it happened, and nothing that must not stay does.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newIdentity } from '../lib/client.mjs';
import { prepair } from '../lib/prepair.mjs';
import { choose, closeBrowser, drop, file, open, OPENED, paste, rest, setVersion, showFiles, verdict } from './page.mjs';

after(closeBrowser);

let fresh;
before(() => {
  fresh = async (t) => {
    const opened = await open(t, OPENED);
    await showFiles(opened.page);
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
  await setVersion(page, '2026.2.19');
  await page.locator('#detail-place').selectOption('behind a proxy');
  const whole = JSON.stringify({ version: 1, deviceId, publicKey, privateKeyPem, createdAtMs: 1 }, null, 2);
  const gone = async (field, message) => {
    await rest(page);
    assert.match(await page.locator(`[data-field=${field}]`).innerText(), message);
    assert.equal(await holds(page, secretOf(identity)), false);
  };

  await paste(page, '#field-device', whole);
  await gone('device', /private key.*not kept: only the public part is here/i);
  assert.equal(JSON.parse(await page.locator('#field-device').inputValue()).publicKey, publicKey);
  await verdict(page);
  assert.match(await page.locator('#remedy pre').first().innerText(), new RegExp(`--device ${publicKey}`));

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

test('tokens in the files are not kept; a file that was given is read again for its edited form, a pasted text is not', async (t) => {
  const { page } = await fresh(t);
  const { deviceId, publicKey } = newIdentity();
  const token = 'Zm9vYmFyMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY';
  const password = 'correct horse, battery staple';
  const config = `{ gateway: { mode: 'local', auth: { mode: 'password', password: '${password}' } } }`;
  const paired = JSON.stringify({ [deviceId]: { deviceId, publicKey, role: 'operator', roles: ['operator'], scopes: ['operator.read'], tokens: { operator: { token, role: 'operator', scopes: ['operator.read'], createdAtMs: 1 } }, createdAtMs: 1, approvedAtMs: 1 } }, null, 2);
  const gone = async () => {
    for (const secret of [token, password]) assert.equal(await holds(page, secret), false);
  };
  await setVersion(page, '2026.4.15');
  await page.locator('#detail-place').selectOption('behind a proxy');
  await paste(page, '#field-device', publicKey);
  await paste(page, '#field-config', config);
  await paste(page, '#field-paired', paired);
  await rest(page);
  assert.match(await page.locator('#note-paired').innerText(), /token in it.*not kept/);
  assert.equal((await page.locator('#field-paired').inputValue()).length, paired.length, 'no column moves');
  await page.locator('#more').evaluate((element) => { element.open = true; });
  await page.locator('#detail-method').fill('cron.add');
  // The verdict may be the same as before.
  await rest(page);
  await page.locator('#verdict', { hasText: 'scope-upgrade' }).waitFor();
  await gone();
  await page.getByRole('button', { name: 'Show the edited files' }).click();
  await page.locator('.edited', { hasText: 'give the file itself' }).waitFor();
  assert.equal(await page.locator('.edited a[download]').count(), 0);
  await choose(page, file('paired.json', paired));
  await rest(page);
  await gone();
  await page.getByRole('button', { name: 'Show the edited files' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.edited a[download]').click()]);
  assert.equal(JSON.parse(readFileSync(await download.path(), 'utf8'))[deviceId].tokens.operator.token, token, 'the live token stays');
  await gone();
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
    assert.match(await page.locator(`#frame-${field} pre`).innerText(), /^\d │ .*\n +\^$/, 'the line is shown');
    assert.ok(await page.locator(`#given [data-kind=${field}].bad`).count() === 1, 'and it does not pass for a good one');
  }
  assert.equal(await page.locator('#verdict').innerText(), '', 'no verdict from what cannot be read');
});

test('10 MB: a message at once', async (t) => {
  const { page } = await fresh(t);
  const large = `{"a":"${'x'.repeat(10_000_000)}"}`;
  const ms = await paste(page, '#field-paired', large);
  await page.locator('#dropped', { hasText: /10\.0 MB.*Nothing of it was kept/ }).waitFor();
  assert.ok(ms < 2000, `${ms} ms`);
  await page.getByRole('button', { name: 'Clear all' }).click();
  await choose(page, file('openclaw.json', large));
  await page.locator('#dropped', { hasText: '10.0 MB' }).waitFor();
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
  await setVersion(page, '2026.2.19');
  await page.locator('#detail-place').selectOption('behind a proxy');
  await page.locator('#ranges', { hasText: /wall|Open/ }).waitFor();
  await page.getByRole('button', { name: 'Show the edited files' }).click();
  await page.locator('.edited a[download]').first().waitFor();
  const longest = await page.evaluate(() => globalThis.longest);
  assert.ok(longest < 2000, `a task of ${longest} ms`);
});

test('several at once, each known by its content', async (t) => {
  const { page } = await fresh(t);
  const { deviceId, publicKey } = newIdentity();
  await choose(page,
    file('a.txt', '// mine\r\n{ gateway: { mode: "local" } }\r\n'),
    file('b', JSON.stringify({ [deviceId]: { deviceId, publicKey, role: 'operator', scopes: [], tokens: {}, createdAtMs: 1, approvedAtMs: 1 } })),
    file('pending (1).json', JSON.stringify({ r: { requestId: 'r', deviceId, publicKey, ts: 1 } })),
    file('key.json', JSON.stringify({ version: 1, deviceId, publicKey })));
  await page.locator('#given li').nth(3).waitFor();
  assert.deepEqual((await page.locator('#given li').evaluateAll((items) => items.map((item) => item.dataset.kind))).sort(), ['config', 'device', 'paired', 'pending']);
  assert.match(await page.locator('#field-config').inputValue(), /^\/\/ mine/);
  await page.getByRole('button', { name: 'Remove paired.json' }).click();
  await page.locator('#given [data-kind=paired]').waitFor({ state: 'detached' });
});

test('what is none of them: binary, a text, a client’s tokens, a journal', async (t) => {
  const { page } = await fresh(t);
  const says = (text) => page.locator('#dropped', { hasText: text }).waitFor();
  await drop(page, '#field-paired', 'paired.json', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 0xff, 0xfe]));
  await says('no text in UTF-8');
  await drop(page, 'h1', 'device-auth.json', '{"version":1,"deviceId":"x","tokens":{"operator":{"token":"aaaaaaaaaaaaaaaaaaaaaaaa"}}}');
  await says('holds the tokens of a client');
  assert.equal(await holds(page, 'aaaaaaaaaaaaaaaaaaaaaaaa'), false);
  await drop(page, 'h1', 'notes.txt', 'nothing of ours');
  await says('is none of the files');
  await drop(page, 'h1', 'openclaw.sqlite-journal', Buffer.from('d9d505f920a163d7', 'hex'));
  await says('what a killed writer left');
  await drop(page, 'h1', 'key.pem', newIdentity().privateKeyPem);
  await says('private key');
  assert.equal(await page.locator('#given li').count(), 0);
});

const LINE = '2026-11-26T09:02:43.379+00:00 [ws] closed before connect conn=25f7f9e6-e8e9-49e7-92b6-51f0fff03f07 peer=127.0.0.1:39792->127.0.0.1:26075 remote=127.0.0.1 fwd=203.0.113.9 origin=n/a host=claw.example ua=n/a code=1008 reason=n/a';

test('a line of a gateway’s log tells the connection; a token in it is not kept', async (t) => {
  const { page } = await fresh(t);
  await setVersion(page, '2026.4.15');
  await paste(page, '#paste', `noise\n${LINE}\nmore noise Authorization: Bearer abcdefgh12345678abcdefgh`);
  assert.match(await verdict(page), /^The wall.*not-paired/s);
  assert.match(await page.locator('#verdict').innerText(), /through a proxy/);
  assert.match(await page.locator('#noted').innerText(), /token in it.*not kept/);
  assert.equal(await holds(page, 'abcdefgh12345678abcdefgh'), false);
  assert.equal(await page.locator('#paste').inputValue(), '');
  await page.getByRole('button', { name: 'Remove log line' }).click();
  await page.locator('#nothing').waitFor();
  // one that somebody else may have written
  await paste(page, '#paste', LINE.replace('ua=n/a', 'ua=x code=1000'));
  await page.locator('#connection-error', { hasText: 'log' }).waitFor();
  assert.equal(await page.locator('#verdict').innerText(), '');
});

test('the lines of real gateways’ logs, and a log of 3 MB', async (t) => {
  const { page } = await fresh(t);
  const logs = JSON.parse(readFileSync(new URL('../doctor/log-lines.json', import.meta.url), 'utf8'));
  for (const [version, { forged, ...lines }] of Object.entries(logs)) {
    await setVersion(page, version);
    for (const [name, line] of Object.entries(lines)) {
      await paste(page, '#paste', line);
      await rest(page);
      assert.equal(await page.locator('#connection-error').innerText(), '', `${version}, ${name}`);
      assert.match(await verdict(page), /^(The wall|Refused|Open)/, `${version}, ${name}`);
    }
    await paste(page, '#paste', forged);
    await page.locator('#connection-error', { hasText: 'log' }).waitFor();
  }
  await page.getByRole('button', { name: 'Clear all' }).click();
  await choose(page, file('gateway.log', `${'x'.repeat(99)}\n`.repeat(30_000) + logs['2026.2.19']['through a proxy']));
  await page.locator('#given [data-kind=log]').waitFor();
});

test('a private key or a token in a field of the connection gets into no link', async (t) => {
  const { page } = await fresh(t);
  await page.locator('#more').evaluate((element) => { element.open = true; });
  await page.locator('#detail-host').fill('Zm9vYmFyMTIzNDU2Nzg5MDEyMzQ1Njc4OTA');
  await rest(page);
  assert.ok(!page.url().includes('Zm9v'));
  await page.locator('#detail-origin').fill(secretOf(newIdentity()));
  await page.locator('#dropped', { hasText: 'private key' }).waitFor();
  assert.equal(await page.locator('#detail-origin').inputValue(), '');
  assert.ok(!page.url().includes('origin'));
});

test('a report of doctor is shown as it came; one of somebody else’s making does nothing', async (t) => {
  const { page, problems } = await fresh(t);
  const { diagnose } = prepair;
  const stateDir = mkdtempSync(join(tmpdir(), 'prepair-page-'));
  t.after(() => rmSync(stateDir, { recursive: true, force: true }));
  const report = diagnose({ stateDir, gatewayVersion: '2026.2.19', connection: { headers: { 'X-Forwarded-For': '203.0.113.9' } } });
  await paste(page, '#paste', JSON.stringify(report, null, 2));
  assert.match(await verdict(page), /^The wall.*not-paired/s);
  assert.match(await page.locator('#remedy pre').first().innerText(), new RegExp(`setup --state-dir ${stateDir}`));
  assert.ok(!(await page.locator('#versions-part').isVisible()), 'other versions cannot be told from a report');
  const evil = '<img src=x onerror=hit=1>';
  for (const foreign of [
    { ...report, verdict: 'open"', assumed: {} }, { ...report, steps: 7, findings: [null, { message: {} }], remedy: { steps: [{ by: 'sh', argv: ['rm', '-rf', '/'], text: evil }] } },
    { assumed: { gateway: 1 }, verdict: 'open', waiting: [{ requestId: evil, roles: 'x' }] }, { assumed: {}, cells: [{ client: evil, place: evil, verdict: 'open' }] },
  ]) {
    await page.getByRole('button', { name: 'Clear all' }).click();
    await paste(page, '#paste', JSON.stringify(foreign));
    await rest(page);
    assert.ok(!(await page.locator('#remedy pre').allInnerTexts()).join('').includes('rm -rf'));
    assert.equal(await page.locator('#answer img').count(), 0);
  }
  assert.equal(await page.evaluate(() => globalThis.hit), undefined);
  assert.deepEqual(problems, []);
});

test('HTML in a displayName is text', async (t) => {
  const { page, requests } = await fresh(t);
  const { deviceId, publicKey } = newIdentity();
  const evil = '<img src=x onerror=hit=1><script>hit=1</script>';
  await choose(page,
    file('paired.json', JSON.stringify({ [deviceId]: { deviceId, publicKey, displayName: evil, scopes: [], role: 'operator', createdAtMs: 1, approvedAtMs: 1 } }, null, 2)),
    file('pending.json', JSON.stringify({ [evil]: { requestId: evil, deviceId, silent: false, ts: Date.now() } })),
    file('device.json', JSON.stringify({ publicKey })));
  await setVersion(page, '2026.2.19');
  await page.locator('#verdict', { hasText: 'The wall' }).waitFor();
  await page.getByRole('button', { name: 'Show the edited files' }).click();
  await page.locator('.edited a[download]').first().waitFor();
  assert.ok((await page.locator('.edited pre').allInnerTexts()).join('').includes(evil), 'shown as text');
  assert.equal(await page.locator('#answer img, #answer script').count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hit), undefined);
  assert.ok(requests.every((url) => !url.endsWith('/x')));
});

test('a key that is none', async (t) => {
  const { page, problems } = await fresh(t);
  await page.locator('#field-device').fill('no key at all');
  await page.locator('#error-device', { hasText: 'no Ed25519 public key' }).waitFor();
  assert.equal(await page.locator('#verdict').innerText(), '');
  assert.deepEqual(problems, []);
});
