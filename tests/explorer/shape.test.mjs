// How it looks and how it is used: axe-core, keyboard, phone width, opened as a folder; and the recorded screenshots.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { axe, closeBrowser, open, OPENED, ROOT, verdict } from './page.mjs';
import { SHOTS } from './screenshots.mjs';

after(closeBrowser);

for (const dark of [false, true]) {
  for (const width of [1280, 360]) {
    test(`axe-core, ${dark ? 'dark' : 'light'}, ${width} px`, async (t) => {
      const { page, problems } = await open(t, OPENED, { dark, width });
      assert.deepEqual(await axe(page), [], 'the example');
      await page.locator('details summary').click();
      await page.getByRole('button', { name: 'Mend the files' }).click();
      await page.locator('#mended pre').first().waitFor();
      assert.deepEqual(await axe(page), [], 'mended');
      await page.getByLabel('OpenClaw version', { exact: true }).fill('x');
      await page.locator('#version-error', { hasText: 'not an OpenClaw' }).waitFor();
      assert.deepEqual(await axe(page), [], 'refused');
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(over, 0, 'nothing sticks out');
      assert.deepEqual(problems, []);
    });
  }
}

test('the policy forbids every request, and the page is whole as an opened folder', async (t) => {
  const { page, requests } = await open(t, OPENED);
  const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
  assert.match(policy, /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'/);
  assert.ok(!/connect-src (?!'none')|unsafe-inline|'unsafe-eval'|https?:/.test(policy), policy);
  assert.ok(requests.every((url) => url.startsWith(OPENED.replace('index.html', ''))), requests.join('\n'));
  const blocked = await page.evaluate(() => fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'blocked'));
  assert.equal(blocked, 'blocked');
});

for (const width of [1280, 360]) test(`by the keyboard alone, ${width} px: version, connection, mend, download`, async (t) => {
  const { page } = await open(t, OPENED, { width, height: 580 });
  const press = (key) => page.keyboard.press(key);
  const at = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  const tabTo = async (id) => {
    for (let i = 0; i < 60; i += 1) {
      if (await at() === id) return;
      await press('Tab');
      const seen = await page.evaluate(() => {
        const element = document.activeElement;
        const shown = element.matches('input[type=file]') ? element.previousElementSibling : element;
        if (element === document.body) return true;
        const brief = document.getElementById('brief');
        const behind = element !== brief && shown.getBoundingClientRect().bottom > (brief.checkVisibility() ? brief.getBoundingClientRect().top : Infinity);
        return getComputedStyle(shown).outlineStyle !== 'none' && !behind;
      });
      assert.ok(seen, `no focus to be seen on ${await at()}`);
    }
    assert.fail(`no way to ${id}`);
  };
  await tabTo('preset-agent');
  await page.reload();
  await tabTo('Skip to the answer');
  await press('Enter');
  await tabTo('slider');
  assert.match(await page.locator('#slider').getAttribute('aria-valuetext'), /^2026\.2\.19: wall$/);
  await press('End');
  assert.match(await verdict(page), /^Open/, 'in process in the newest');
  await press('Home');
  assert.equal(await page.locator('#version').inputValue(), await page.locator('#oldest').innerText());
  await page.locator('#example').focus();
  await press('Enter');
  await tabTo('preset-agent');
  await press('ArrowDown');
  assert.ok(await page.locator('#preset-cli').isChecked());
  assert.match(await verdict(page), /wall|Open/);
  await press('ArrowUp');
  await tabTo('mend');
  await press('Enter');
  assert.equal(await at(), 'mended');
  await tabTo('Download paired.json');
  const [download] = await Promise.all([page.waitForEvent('download'), press('Enter')]);
  assert.equal(download.suggestedFilename(), 'paired.json');
});

test('a screen reader hears the answer and the path', async (t) => {
  const { page } = await open(t, OPENED);
  const heard = await page.locator('#answer').ariaSnapshot();
  for (const part of [/status:[\s\S]*The wall: pairing required/, /slider "OpenClaw version, by what changed"/, /listitem: Is the Origin allowed\? \(not asked\)/, /Does the client present its device\?[\s\S]*strong: "?yes/]) {
    assert.match(heard, part);
  }
  assert.match(await page.locator('#ranges').innerText(), /The wall stands from /);
});

test('the screenshots of docs/diagnose.md are there', () => {
  const page = readFileSync(join(ROOT, 'docs/diagnose.md'), 'utf8');
  for (const { path } of SHOTS) {
    assert.ok(page.includes(`../${path}`), `docs/diagnose.md shows ${path}`);
    assert.equal(readFileSync(join(ROOT, path)).subarray(1, 4).toString(), 'PNG');
  }
});
