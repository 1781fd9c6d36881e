// The screenshots in docs/diagnose.md. Run after `cargo xtask build --all`: node tests/explorer/screenshots.mjs
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { closeBrowser, open, OPENED, ROOT, verdict } from './page.mjs';

const at = (name) => `npm/explorer/screenshots/${name}.png`;
export const SHOTS = [
  { path: at('light'), width: 1280, height: 1500 },
  { path: at('dark'), width: 1280, height: 1500, dark: true },
  { path: at('phone'), width: 360, height: 780, from: '#answer' },
];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { path, from, ...look } of SHOTS) {
    const { page, context } = await open(null, `${OPENED}#example=joke`, look);
    await verdict(page);
    await page.locator('#strip .cell').first().waitFor();
    if (from) await page.locator(from).evaluate((element) => element.scrollIntoView());
    await page.screenshot({ path: join(ROOT, path) });
    await context.close();
  }
  await closeBrowser();
}
