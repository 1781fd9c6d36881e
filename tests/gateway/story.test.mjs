// "Text me a silly joke every 5 minutes": the real gateway, agent and cron tool, without us and after setup().
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openclaw } from '../lib/cache.mjs';
import { prepair } from '../lib/prepair.mjs';
import { playStory, WALL } from '../lib/story.mjs';

/** What the user's setup script does before `openclaw gateway run`. */
const setup = async (home) => {
  prepair.setup({ env: home.env, openclawDir: await openclaw(home.version) });
};

for (const { version, behindProxy, node = 24 } of [
  { version: '2026.2.19', behindProxy: false },
  { version: '2026.2.19', behindProxy: false, node: 22 },
  { version: '2026.2.19', behindProxy: true },
  { version: '2026.4.15', behindProxy: true },
]) {
  test(`OpenClaw ${version}, Node ${node}, ${behindProxy ? 'behind a header-adding proxy' : 'clean loopback'}`, async () => {
    const [without, after] = await Promise.all([
      playStory({ version, behindProxy, node }),
      playStory({ version, behindProxy, node, prepare: setup }),
    ]);

    assert.ok(without.answer.includes(WALL), without.answer);
    assert.deepEqual(without.jobs, [], 'the wall lets no job through');
    assert.deepEqual(after.jobs, ['Silly Joke'], `${after.answer}\n${after.log}`);
    assert.ok(!after.wall && !after.answer.includes('failed'), `${after.answer}\n${after.results.join('\n')}`);
    // Both tool calls took the way that the test is about.
    for (const { proxied } of [without, after]) assert.equal(proxied, behindProxy ? 2 : 0);
  });
}
