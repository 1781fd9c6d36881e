// Debian's Firefox, driven by puppeteer-core over WebDriver BiDi; installed when it is missing. Needs Node 22.12.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { aptInstall, npmInstall } from './cache.mjs';

const PATH = '/usr/bin/firefox-esr';

/** Starts it; `close()` it. Nothing but loopback is reached. */
export async function firefox({ dark = false } = {}) {
  if (!existsSync(PATH)) aptInstall('firefox-esr');
  const modules = await npmInstall('puppeteer', { 'puppeteer-core': '25.16.0' });
  const { default: puppeteer } = await import(createRequire(import.meta.url).resolve(join(modules, 'puppeteer-core')));
  return puppeteer.launch({
    browser: 'firefox', executablePath: PATH, headless: true,
    extraPrefsFirefox: {
      'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
      'network.proxy.type': 1, 'network.proxy.http': '127.0.0.1', 'network.proxy.http_port': 9, 'network.proxy.ssl': '127.0.0.1', 'network.proxy.ssl_port': 9, 'network.proxy.no_proxies_on': '127.0.0.1',
    },
  });
}
