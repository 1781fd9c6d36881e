// Each example of the page to its copied command in at most three actions, by the keyboard alone; then that command opens the real gateway.
import { after, before, test } from 'node:test';
import { closeBrowser, served } from './page.mjs';
import { play } from './symptoms.mjs';

let server;
before(async () => { server = await served(); });
after(async () => {
  await closeBrowser();
  await server?.stop();
});

for (const id of ['joke', 'browser']) test(id, (t) => play(t, server.url, id));
