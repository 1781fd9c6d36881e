// Debian's Chromium, driven by playwright-core; installed when it is missing.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { npmInstall } from './cache.mjs';

const PATH = '/usr/bin/chromium';

/** Starts it; `close()` it. Nothing but loopback is reached. */
export async function chromium() {
  if (!existsSync(PATH)) {
    const apt = (...args) => execFileSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=600', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
  }
  const { chromium: browser } = createRequire(import.meta.url)(join(await npmInstall('playwright', { 'playwright-core': '1.65.1' }), 'playwright-core'));
  return browser.launch({
    executablePath: PATH,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}
