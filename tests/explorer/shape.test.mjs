// How it looks and how it is used: axe-core, keyboard, phone width, opened as a folder; links; and the recorded screenshots.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { NEWEST } from '../lib/versions.mjs';
import { axeOf, closeBrowser, open, OPENED, rest, ROOT, setVersion, verdict } from './page.mjs';
import { SHOTS } from './screenshots.mjs';

after(closeBrowser);

const quiet = (page) => page.locator('#strip .cell').first().waitFor();

for (const dark of [false, true]) {
  for (const width of [1280, 360]) {
    test(`axe-core, ${dark ? 'dark' : 'light'}, ${width} px`, async (t) => {
      const { page, problems } = await open(t, OPENED, { dark, width });
      const sound = async (name) => {
        assert.deepEqual(await axeOf(page), [], name);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(over, 0, `${name}: nothing sticks out`);
      };
      await sound('nothing given');
      await page.locator('[data-example=joke]').click();
      await quiet(page);
      for (const summary of await page.locator('details > summary').all()) await summary.click();
      await page.getByRole('button', { name: 'Show all questions' }).click();
      await page.getByRole('button', { name: 'Show the edited files' }).click();
      await page.locator('pre.diff').first().waitFor();
      await page.getByRole('button', { name: /^Approve/ }).click();
      await sound('an example, all of it shown');
      await page.locator('#field-paired').fill('{\n  "a": {,\n');
      await page.locator('#frame-paired pre').waitFor();
      await sound('a file with a fault');
      await setVersion(page, 'x');
      await page.locator('#version-error', { hasText: 'not an OpenClaw' }).waitFor();
      await sound('refused');
      assert.deepEqual(problems, []);
    });
  }
}

test('the policy forbids every request, and the page is one file', async (t) => {
  const { page, requests } = await open(t, `${OPENED}#example=browser`);
  await verdict(page);
  const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[^ ]+' 'wasm-unsafe-eval'; style-src 'sha256-[^ ]+'; img-src data:; connect-src 'none';/);
  assert.ok(!/unsafe-inline|'unsafe-eval'|https?:/.test(policy), policy);
  assert.deepEqual(requests.filter((url) => !url.startsWith('data:')), [OPENED]);
  const blocked = await page.evaluate(() => fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'blocked'));
  assert.equal(blocked, 'blocked');
});

test('without SQLite at most 350 KB, compressed', (t) => {
  const page = readFileSync(join(ROOT, 'npm/explorer/index.html'), 'utf8');
  const without = page.replace(/(id="sqlite">)[^<]+/, '$1');
  assert.ok(page.length - without.length > 300_000);
  const sizes = [without, page].map((text) => brotliCompressSync(text).length);
  t.diagnostic(`${sizes[0]} bytes without SQLite, ${sizes[1]} with it`);
  assert.ok(sizes[0] <= 350_000, `${sizes[0]}`);
});

test('nothing given: nothing said; a version that is none clears the old answer', async (t) => {
  const { page } = await open(t, OPENED);
  assert.equal(await page.locator('#verdict').innerText(), '');
  assert.equal(await page.locator('#version').inputValue(), NEWEST);
  assert.ok(await page.locator('#nothing').isVisible());
  await setVersion(page, '2026.2.19');
  assert.equal(await page.locator('#verdict').innerText(), '');
  await page.locator('[data-example=joke]').click();
  assert.match(await verdict(page), /^The wall/);
  await page.getByText('How the gateway decides').click();
  await setVersion(page, 'latest');
  await page.locator('#version-error', { hasText: 'is not an OpenClaw version' }).waitFor();
  for (const id of ['#verdict', '#said']) assert.ok(!(await page.locator(id).isVisible()), id);
  assert.ok(!/pre-pair|Is it approved/.test(await page.locator('#answer').textContent()), 'the old answer is gone');
  await page.getByRole('button', { name: 'Clear all' }).click();
  await setVersion(page, NEWEST);
  assert.ok(await page.locator('#nothing').isVisible());
});

test('a link holds version, connection and example; back and forward go where it was', async (t) => {
  const { page } = await open(t, OPENED);
  await page.locator('[data-example=loopback]').click();
  assert.match(await verdict(page), /^The wall/);
  assert.equal(new URL(page.url()).hash, '#example=loopback&version=2026.2.19');
  await page.locator('[data-example=http-403]').click();
  assert.match(await verdict(page), /^Refused/);
  await page.locator('#detail-client').selectOption('node');
  await rest(page);
  assert.equal(new URL(page.url()).hash, '#example=http-403&client=node');
  await page.goBack();
  await page.locator('#detail-client').filter({ has: page.locator('option') }).waitFor();
  assert.equal(await page.locator('#detail-client').inputValue(), 'agent');
  await page.goBack();
  await page.locator('#version').and(page.locator('[value]')).or(page.locator('#version')).waitFor();
  await rest(page);
  assert.equal(await page.locator('#version').inputValue(), '2026.2.19');
  assert.equal(await page.locator('[aria-pressed=true][data-example]').getAttribute('data-example'), 'loopback');
  await page.goBack();
  await page.locator('#nothing').waitFor();
  await page.goForward();
  assert.match(await verdict(page), /^The wall/);
  // no file is in a link
  await page.getByRole('button', { name: 'Clear all' }).click();
  await page.locator('#edit').evaluate((element) => { element.open = true; });
  await page.locator('#field-config').fill('{ gateway: { mode: "local", port: 12345 } }');
  await setVersion(page, '2026.4.15');
  assert.equal(new URL(page.url()).hash, '#version=2026.4.15');
});

test('a hash of somebody else’s making', async (t) => {
  for (const [hash, check] of [
    ['#example=__proto__&client=toString&place=<b>', async (page) => assert.ok(await page.locator('#nothing').isVisible())],
    ['#version=<img src=x onerror=hit=1>', async (page) => page.locator('#version-error', { hasText: 'not an OpenClaw version' }).waitFor()],
    [`#example=joke&host=${'x'.repeat(5000)}`, async (page) => assert.match(await verdict(page), /^The wall/)],
    ['#example=joke&remoteAddress=banana', async (page) => page.locator('#connection-error', { hasText: 'remoteAddress' }).waitFor()],
    ['#%E0%A4%A=1&&&=', async (page) => assert.ok(await page.locator('#nothing').isVisible())],
  ]) {
    const { page, problems } = await open(t, OPENED + hash);
    await check(page);
    assert.equal(await page.evaluate(() => globalThis.hit), undefined);
    assert.deepEqual(problems, [], hash);
  }
});

for (const width of [1280, 360]) test(`by the keyboard alone, ${width} px: example, matrix, version, edited files`, async (t) => {
  const { page } = await open(t, OPENED, { width, height: 580 });
  const press = (key) => page.keyboard.press(key);
  const at = () => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.example || document.activeElement.ariaLabel || document.activeElement.textContent.trim());
  const tabTo = async (id) => {
    for (let i = 0; i < 90; i += 1) {
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
  await tabTo('Skip to the answer');
  await tabTo('joke');
  await press('Enter');
  await verdict(page);
  assert.equal(await at(), 'answer', 'the answer has the focus');
  await tabTo('Show the edited files');
  await press('Enter');
  await tabTo('Download paired.json');
  const [download] = await Promise.all([page.waitForEvent('download'), press('Enter')]);
  assert.equal(download.suggestedFilename(), 'paired.json');
  await tabTo('cli, direct: scope-upgrade');
  await press('Enter');
  assert.equal(await page.locator('#detail-client').inputValue(), 'cli');
  await quiet(page);
  await tabTo('slider');
  await page.locator('#slider[aria-valuetext^="2026.2.19: wall"]').waitFor();
  await press('End');
  await page.locator(`#slider[aria-valuetext^="${NEWEST}: open"]`).waitFor();
  assert.match(await verdict(page), /^Open/);
  await press('Home');
  await rest(page);
  assert.equal(await page.locator('#version').inputValue(), await page.locator('#oldest').innerText());
});

test('a cell of the strip is below the thumb', async (t) => {
  const { page } = await open(t, `${OPENED}#example=joke`);
  for (const version of ['2026.1.29', '2026.2.19', '2026.4.10', NEWEST]) {
    await setVersion(page, version);
    await page.locator(`#slider[aria-valuetext^="${version}"]`).waitFor();
    // the strip is drawn after it
    await rest(page);
    const off = await page.evaluate(() => {
      const [slider, cell] = [document.getElementById('slider'), document.querySelector('#strip .at')].map((element) => element.getBoundingClientRect());
      const { value, max } = document.getElementById('slider');
      const thumb = 1.1 * 16;
      return Math.abs(slider.left + thumb / 2 + (slider.width - thumb) * value / max - (cell.left + cell.width / 2));
    });
    assert.ok(off < 1.5, `${version}: ${off} px off`);
  }
});

test('a version that is typed while the strip is drawn is not said of the older one', async (t) => {
  const { page } = await open(t, `${OPENED}#example=joke`);
  const said = await page.evaluate(async () => {
    const [slider, version, matrix] = ['slider', 'version', 'matrix'].map((id) => document.getElementById(id));
    const versions = [...document.querySelectorAll('#known option')].map((option) => option.value);
    const type = (text) => {
      version.value = text;
      version.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const pairs = [];
    const heard = new MutationObserver(() => pairs.push([slider.getAttribute('aria-valuetext').split(':')[0], versions[slider.value]]));
    heard.observe(slider, { attributeFilter: ['aria-valuetext'] });
    // The matrix is drawn before the strip is.
    const drawn = new MutationObserver(() => {
      if (matrix.children.length === 0) return;
      drawn.disconnect();
      type(versions.at(-1));
    });
    drawn.observe(matrix, { childList: true });
    type(versions[0]);
    while (!pairs.some(([text]) => text === versions.at(-1))) await new Promise((resolve) => setTimeout(resolve, 20));
    return pairs;
  });
  for (const [text, at] of said) assert.equal(text, at);
});

test('a screen reader hears the answer, what to copy and the path', async (t) => {
  const { page } = await open(t, `${OPENED}#example=joke`);
  await quiet(page);
  await page.getByText('How the gateway decides').click();
  const heard = await page.locator('#answer').ariaSnapshot();
  for (const part of [/status:[\s\S]*The wall: pairing required/, /button "Copy for the shell"/, /button "agent, direct: scope-upgrade" \[pressed\]/, /slider "OpenClaw version, by what changed"/, /Does the client present its device\?[\s\S]*strong: "?yes/]) {
    assert.match(heard, part);
  }
  assert.ok(!/Is the Origin allowed/.test(heard), 'what was not asked is behind a button');
  await page.getByRole('button', { name: 'Show all questions' }).click();
  assert.match(await page.locator('#answer').ariaSnapshot(), /listitem: Is the Origin allowed\? \(not asked\)/);
  assert.match(await page.locator('#ranges').innerText(), /The wall stands from /);
});

test('on a phone the answer stands above the files', async (t) => {
  const { page } = await open(t, `${OPENED}#example=joke`, { width: 360, height: 780 });
  const top = (id) => page.locator(id).evaluate((element) => element.getBoundingClientRect().top);
  assert.ok(await top('#verdict') < await top('#paste'));
  assert.ok(await top('#remedy') < await top('#paste'));
});

test('the screenshots of docs/diagnose.md are there', () => {
  const page = readFileSync(join(ROOT, 'docs/diagnose.md'), 'utf8');
  for (const { path } of SHOTS) {
    assert.ok(page.includes(`../${path}`), `docs/diagnose.md shows ${path}`);
    assert.equal(readFileSync(join(ROOT, path)).subarray(1, 4).toString(), 'PNG');
  }
});
