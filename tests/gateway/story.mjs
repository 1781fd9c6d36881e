// `cargo xtask story`: the user's story in a terminal, without us and after setup(). Arguments: OpenClaw versions.
import { pathToFileURL } from 'node:url';
import { openclaw } from '../lib/cache.mjs';
import { prepair } from '../lib/prepair.mjs';
import { MESSAGE, playStory } from '../lib/story.mjs';
import { isSince } from '../lib/versions.mjs';

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => colour ? `\x1b[${code}m${text}\x1b[0m` : text;
const [red, green, bold, dim] = [31, 32, 1, 2].map((code) => (text) => paint(code, text));

export async function show(version) {
  const behindProxy = isSince(version, 4, 0);
  console.log(`\n${bold(`OpenClaw ${version}`)} ${dim(behindProxy ? 'behind a proxy that adds X-Forwarded-For' : 'on plain loopback')}`);
  for (const prepare of [undefined, async (home) => {
    prepair.setup({ env: home.env, openclawDir: await openclaw(version) });
  }]) {
    const { answer, jobs } = await playStory({ version, behindProxy, prepare });
    const stored = jobs.length > 0;
    console.log(`  ${bold(prepare ? "require('openclaw-prepair').setup()" : 'without us')}`);
    console.log(`    you       ${MESSAGE}`);
    console.log(`    OpenClaw  ${answer.trim().replace(/\s*\n\s*/g, '\n              ')}`);
    console.log(`    cron jobs ${stored ? green(jobs.join(', ')) : red('none')}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const versions = process.argv.slice(2);
  for (const version of versions.length ? versions : ['2026.2.19', '2026.4.15']) await show(version);
}
