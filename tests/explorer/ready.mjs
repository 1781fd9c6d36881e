// How soon the page can be used, beside an empty page of the same weight, in turns in one Chromium: node tests/explorer/ready.mjs
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inTurns, ratio, summary } from '../bench/measure.mjs';
import { chromium } from '../lib/chromium.mjs';
import { OPENED } from './page.mjs';

/** `{ page, empty, over }`: milliseconds until each is ready, and the ratio. An example counts as ready with its answer. */
export async function ready(rounds, hash = '') {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-ready-'));
  const browser = await chromium();
  try {
    const file = join(dir, 'empty.html');
    const head = '<!doctype html><title>empty</title><script type="application/octet-stream">';
    const tail = '</script><script>document.documentElement.dataset.ready = true</script>';
    const size = statSync(fileURLToPath(OPENED)).size;
    // the same letters, so that it is as dear to decode
    const filler = readFileSync(fileURLToPath(OPENED), 'latin1').match(/id="core">([^<]+)/)[1];
    writeFileSync(file, head + filler.repeat(Math.ceil(size / filler.length)).slice(0, size - head.length - tail.length) + tail);
    const timed = (url) => async () => {
      const page = await browser.newPage();
      await page.addInitScript(() => {
        new MutationObserver(() => {
          if (document.documentElement.dataset.ready === 'true') globalThis.readyAt ??= performance.now();
        }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-ready'] });
      });
      await page.goto(url);
      await page.waitForFunction(() => globalThis.readyAt !== undefined);
      const at = await page.evaluate(() => globalThis.readyAt);
      await page.close();
      return at;
    };
    const { page, empty } = await inTurns(rounds, { page: timed(OPENED + hash), empty: timed(pathToFileURL(file).href) });
    return { page: summary(page), empty: summary(empty), over: ratio(page, empty) };
  } finally {
    await browser.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const round = ({ median, low, high }) => `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
  for (const hash of ['', '#example=joke', '#example=browser']) {
    const { page, empty, over } = await ready(15, hash);
    console.log(`${hash || 'nothing given'}: ready after ${round(page)} ms, an empty page of the same weight after ${round(empty)} ms, ratio ${round(over)}`);
  }
}
