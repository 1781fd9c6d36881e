// OpenClaw's own Control UI in Chromium, behind a header-adding proxy. See control-ui.test.mjs and devices.long.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from '../lib/chromium.mjs';
import { open } from './devices.mjs';

const WAITS = /pairing required|Approve this browser/i;

/** `button`: what the page of this version wants pressed, to try once more. */
export function controlUi(version, { button } = {}) {
  test(`OpenClaw ${version}: its own page waits, is approved and is in; removed, it waits again`, async (t) => {
    const { home, origin, call } = await open(t, version);
    const browser = await chromium();
    t.after(() => browser.close());
    const page = await browser.newPage();
    let answers = [];
    const asked = new Set();
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => asked.add(JSON.parse(payload).id));
      socket.on('framereceived', ({ payload }) => {
        const frame = JSON.parse(payload);
        if (frame.type !== 'res') return;
        answers.push(frame);
        asked.delete(frame.id);
      });
    });
    const shows = async () => await page.locator('body').innerText();
    const until = async (what, done) => {
      for (let tries = 0; tries < 3000; tries++) {
        if (await done()) return;
        await sleep(100);
      }
      throw new Error(`${what}: not within five minutes; the answers: ${JSON.stringify(answers).slice(0, 1000)}; the page shows:\n${await shows()}`);
    };
    const waits = async () => WAITS.test(await shows());

    await page.goto(`${origin}/#token=${home.token}`);
    await until('it waits', waits);
    assert.deepEqual([...new Set(answers.map(({ ok, error }) => ok || error.code))], ['NOT_PAIRED']);
    const { waiting: [request, ...others], paired } = await call('list');
    assert.deepEqual([others, paired], [[], []]);
    assert.deepEqual([request.clientId, request.clientMode, request.roles, request.expired], ['openclaw-control-ui', 'webchat', ['operator'], false]);

    answers = [];
    const { deviceId, granted } = await call('approve', { requestId: request.requestId });
    assert.deepEqual([deviceId, granted], [request.deviceId, request.scopes]);
    const again = async () => button && await page.getByRole('button', { name: button, exact: true }).click();
    await again();
    await until('it is in', async () => answers.some(({ payload }) => payload?.type === 'hello-ok') && !await waits());
    // What it asks once it is in, it is told. 2026.4.29 is deaf meanwhile, and would then write what it read before: W_GATEWAY_RUNNING.
    await until('it is answered', () => answers.filter(({ ok }) => ok).length > 3 && asked.size === 0);
    await sleep(2000);
    const { waiting, paired: [record] } = await call('list');
    assert.deepEqual([waiting, record.deviceId], [[], deviceId]);

    await call('remove', { deviceId });
    // Until it is left, its open connection works on.
    await page.goto('about:blank');
    answers = [];
    await page.goto(`${origin}/#token=${home.token}`);
    await again();
    await until('it waits again', waits);
    assert.equal(answers.some(({ ok }) => ok), false);
    assert.deepEqual((await call('list')).waiting.map((again) => again.deviceId), [deviceId]);
  });
}
