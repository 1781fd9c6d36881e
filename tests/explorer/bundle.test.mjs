// What `doctor --bundle` writes, pasted into the page: its report as it came, and the same answer for other connections as on the machine.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { onNode24 } from '../lib/node24.mjs';
import { prepair } from '../lib/prepair.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { build, STATES } from '../doctor/walk.mjs';
import { closeBrowser, open, OPENED, paste, rest, verdict } from './page.mjs';

const require = createRequire(import.meta.url);
const { load } = require('../../npm/openclaw-prepair/lib/node/binding.js');
const { bundle } = require('../../npm/openclaw-prepair/lib/cli/bundle.js');
const { CLIENTS, PLACES } = require('../../npm/openclaw-prepair/lib/cli/connections.js');

onNode24(import.meta.url, () => {
  after(closeBrowser);

  for (const [version, store] of [['2026.2.19', 'json'], [NEWEST, 'sqlite']]) {
    test(`${version}, ${store}: every state of the walk`, async (t) => {
      const { page, problems } = await open(t, OPENED);
      let judged = 0;
      for (const [name, state] of Object.entries(STATES)) {
        const home = mkdtempSync(join(tmpdir(), 'prepair-page-'));
        t.after(() => rmSync(home, { recursive: true, force: true }));
        const stateDir = build(home, version, state, store);
        const target = { stateDir, gatewayVersion: version, env: { HOME: home } };
        const connection = { client: 'cli', headers: { 'X-Forwarded-For': '203.0.113.9' } };
        const made = bundle(load(), { ...target, connection });
        await page.getByRole('button', { name: 'Clear all' }).click();
        await paste(page, '#paste', JSON.stringify(made));
        await page.locator('#given [data-kind=report]').waitFor();
        await rest(page);
        assert.ok((await verdict(page)).length > 0, name);
        assert.deepEqual(await page.locator('#verdict .reason').allInnerTexts(), made.report.reason ? [made.report.reason] : [], name);
        if (!made.publicKey || !made.config) continue;
        await page.locator('#matrix tbody tr').nth(CLIENTS.length - 1).waitFor();
        const cells = await page.locator('#matrix tbody button').evaluateAll((all) => all.map((cell) => cell.ariaLabel));
        for (const client of CLIENTS) {
          for (const [place, how] of Object.entries(PLACES)) {
            const there = prepair.diagnose({ ...target, connection: { client, ...how }, device: { publicKey: made.publicKey } });
            // What lies beside, and what is no state of a device, is in the report alone.
            if (there.reason === 'identity' || there.verdict === 'unknown') continue;
            const words = ['open', 'silent-approval'].includes(there.verdict) ? 'open' : there.reason ?? there.verdict;
            assert.ok(cells.includes(`${client}, ${place}: ${words}`), `${name}: ${client}, ${place} is ${words} there, here ${cells.find((cell) => cell.startsWith(`${client}, ${place}:`))}`);
            judged += 1;
          }
        }
      }
      t.diagnostic(`${judged} connections judged alike`);
      assert.ok(judged > 200);
      assert.deepEqual(problems, []);
    });
  }
});
