// Records what `doctor` says before and after `setup` behind a header-adding proxy, in a home where OpenClaw has not run yet, into the README.
// Run by cargo xtask generate, or this alone: node tests/doctor/record.mjs [--check]
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generated } from '../lib/generated.mjs';
import { cli } from './cli.mjs';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const PART = /(<!-- doctor:begin -->\n)[\s\S]*?(<!-- doctor:end -->)/;
const VERSION = ['--gateway-version', '2026.2.19'];
const DOCTOR = ['doctor', ...VERSION, '--header', 'X-Forwarded-For: 203.0.113.9'];

/** The recording: each command and its output, with `~` for the home. */
async function recording() {
  const home = await mkdtemp(join(tmpdir(), 'prepair-record-'));
  try {
    const lines = [];
    for (const args of [DOCTOR, ['setup', ...VERSION], DOCTOR]) {
      const { code, stdout, stderr } = await cli(args, { env: { HOME: home } });
      const words = args.map((word) => (/^[\w.-]+$/.test(word) ? word : `'${word}'`)).join(' ');
      lines.push(`$ npx openclaw-prepair ${words}`, (stdout + stderr).trimEnd().replaceAll(home, '~'), ...(code === 0 ? [] : ['$ echo $?', String(code)]), '');
    }
    return lines.join('\n').trimEnd();
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** As it stands there. */
const framed = (text) => `<!-- doctor:begin -->\n\`\`\`console\n${text}\n\`\`\`\n<!-- doctor:end -->`;

/** Without what differs from run to run: ids. */
const lasting = (text) => text.replace(/\b[0-9a-f]{64}\b/g, '<deviceId>');

await generated(import.meta, async () => {
  const readme = readFileSync(README, 'utf8');
  const [recorded] = PART.exec(readme);
  const fresh = framed(await recording());
  return { [README]: lasting(fresh) === lasting(recorded) ? readme : readme.replace(PART, () => fresh) };
});
