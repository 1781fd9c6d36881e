// Each example of the page to its copied command in at most three actions, by the keyboard alone; then that command opens the real gateway.
import { after, before, test } from 'node:test';
import { onNode24 } from '../lib/node24.mjs';
import { closeBrowser, served } from './page.mjs';
import { IDS, play } from './symptoms.mjs';

onNode24(import.meta.url, () => {
  let server;
  before(async () => { server = await served(); });
  after(async () => {
    await closeBrowser();
    await server?.stop();
  });

  for (const id of IDS.filter((id) => !['joke', 'browser'].includes(id))) test(id, (t) => play(t, server.url, id));
});
