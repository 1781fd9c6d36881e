// Debian's Chromium, driven by playwright-core; installed when it is missing.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { aptInstall, npmInstall } from './cache.mjs';

const PATH = '/usr/bin/chromium';

/** Starts it; `close()` it. Nothing but loopback is reached. */
export async function chromium() {
  if (!existsSync(PATH)) aptInstall('chromium');
  const { chromium: browser } = createRequire(import.meta.url)(join(await npmInstall('playwright', { 'playwright-core': '1.65.1' }), 'playwright-core'));
  return browser.launch({
    executablePath: PATH,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}
