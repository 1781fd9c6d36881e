// The page in Debian's Firefox: what another engine could do otherwise.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { firefox } from '../lib/firefox.mjs';
import { onNode24 } from '../lib/node24.mjs';
import { axeOf, OPENED } from './page.mjs';

onNode24(import.meta.url, () => {
  const browsers = {};
  before(async () => {
    for (const dark of [false, true]) browsers[dark] = await firefox({ dark });
  }, { timeout: 300_000 });
  after(() => Promise.all(Object.values(browsers).map((browser) => browser.close())));

  const opened = async (t, hash, { dark = false, width = 1280 } = {}) => {
    const page = await browsers[dark].newPage();
    t.after(() => page.close());
    await page.setViewport({ width, height: 800 });
    const [requests, problems] = [[], []];
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => ['error', 'warn'].includes(message.type()) && problems.push(message.text()));
    await page.goto(OPENED + hash);
    await page.waitForSelector('html[data-ready=true]');
    assert.equal(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches), dark);
    return { page, requests, problems };
  };
  const text = (page, selector) => page.$eval(selector, (element) => element.textContent);

  for (const [dark, width] of [[false, 1280], [false, 360], [true, 1280], [true, 360]]) {
    test(`the answer, what to copy, no request, axe-core: ${dark ? 'dark' : 'light'}, ${width} px`, async (t) => {
      const { page, requests, problems } = await opened(t, '#example=browser', { dark, width });
      await page.waitForSelector('#strip .cell');
      assert.match(await text(page, '#verdict .title'), /The wall.*not-paired/s);
      assert.match(await text(page, '#remedy pre'), /^npx openclaw-prepair devices approve [0-9a-f]{64} /);
      await page.$$eval('details', (all) => all.forEach((element) => { element.open = true; }));
      await page.evaluate(() => [...document.querySelectorAll('button')].find((button) => button.textContent === 'Show the edited files').click());
      await page.waitForSelector('pre.diff');
      assert.match(await text(page, '.edited'), /the connection is open/);
      const bad = await axeOf(page);
      assert.deepEqual(bad, []);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(over, 0);
      const copy = await page.$('#remedy .copy');
      await copy.click();
      await page.waitForFunction(() => document.querySelector('#remedy .copy').textContent === 'Copied');
      assert.deepEqual(requests.filter((url) => !url.startsWith('data:') && url.split('#')[0] !== OPENED), []);
      assert.deepEqual(problems, []);
    });
  }

  test('links, back and forward, the keyboard', async (t) => {
    const { page } = await opened(t, '');
    await page.focus('[data-example=joke]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#verdict .wall');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'answer');
    assert.equal(new URL(page.url()).hash, '#example=joke&version=2026.2.19');
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => !document.getElementById('nothing').hidden);
    await page.evaluate(() => history.forward());
    await page.waitForSelector('#verdict .wall');
  });
});
