// The page in Debian's Chromium, as `cargo xtask explorer` serves it: every request recorded.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { npmInstall } from '../lib/cache.mjs';
import { chromium } from '../lib/chromium.mjs';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The page as a folder that was just opened. */
export const OPENED = pathToFileURL(join(ROOT, 'npm/explorer/index.html')).href;

/** `cargo xtask explorer`, without building the page again: `{ url, stop() }`. */
export async function served() {
  const child = spawn('cargo', ['xtask', 'explorer', '--built'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const gone = new Promise((resolve) => child.on('close', resolve));
  const url = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /^http:\/\/127\.0\.0\.1:\d+\/$/m.exec(text);
      if (found) resolve(found[0]);
    });
    child.on('error', reject);
    child.on('close', () => reject(new Error(`cargo xtask explorer ended: ${text}`)));
  });
  return {
    url,
    stop: async () => {
      // cargo does not pass a signal on to what it runs: the group is ours
      process.kill(-child.pid, 'SIGTERM');
      await gone;
    },
  };
}

let browser;
/** One browser for a test file; `closeBrowser` after its tests. */
const started = () => (browser ??= chromium());
export const closeBrowser = async () => (await browser)?.close();

/**
 * Opens the page. `requests` is all that it asks for, `problems` what a console would show; both are checked by `quiet()`.
 */
export async function open(t, url, { dark = false, width = 1280, height = 900, touch = false } = {}) {
  const context = await (await started()).newContext({ colorScheme: dark ? 'dark' : 'light', viewport: { width, height }, hasTouch: touch, acceptDownloads: true, reducedMotion: 'reduce' });
  t?.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const [requests, problems] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('websocket', (socket) => requests.push(socket.url()));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
  await page.goto(url);
  await rest(page);
  return { page, context, requests, problems };
}

/** Until what the page shows belongs to what it was given. */
export const rest = (page) => page.locator('html[data-ready=true]').waitFor();

/** Files as Playwright gives them to a file chooser. */
export const file = (name, content) => ({ name, mimeType: 'application/json', buffer: Buffer.from(content) });

/** Gives files by the chooser. */
export const choose = (page, ...files) => page.locator('#choose').setInputFiles(files);

/** Drops a file on an element, as a hand does. */
export async function drop(page, selector, name, content) {
  const data = await page.evaluateHandle(([title, base64]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], title));
    return transfer;
  }, [name, Buffer.from(content).toString('base64')]);
  await page.dispatchEvent(selector, 'drop', { dataTransfer: data });
}

/** Pastes a text into a field as the clipboard does; how long the page took to be free again, in ms. */
export async function paste(page, selector, text) {
  await page.locator(selector).focus();
  await page.evaluate((content) => { globalThis.pasting = content; }, text);
  return await page.evaluate(async () => {
    const data = new DataTransfer();
    data.setData('text/plain', globalThis.pasting);
    delete globalThis.pasting;
    const start = performance.now();
    const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
    const element = document.activeElement;
    if (element.dispatchEvent(event)) document.execCommand('insertText', false, data.getData('text/plain'));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - start;
  });
}

/** The verdict that the page shows, once it has come to rest. */
export async function verdict(page) {
  await rest(page);
  return (await page.locator('#verdict .verdict .title').innerText()).trim();
}

/** The four files as text, where they can be typed into. */
export const showFiles = (page) => page.locator('#edit').evaluate((element) => { element.open = true; });

/** Sets the version, and waits for what it says. */
export async function setVersion(page, version) {
  await page.locator('#version').fill(version);
  await rest(page);
}

/** Serious and critical findings of axe-core, in a page of either driver. */
export async function axeOf(page) {
  const modules = await npmInstall('axe', { 'axe-core': '4.14.1' });
  // As a script of the page its own policy would refuse it; by the debugger's channel it is not of the page.
  const source = readFileSync(createRequire(import.meta.url).resolve(join(modules, 'axe-core/axe.min.js')), 'utf8');
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'], preload: false }));
  return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.slice(0, 4).map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`);
}
