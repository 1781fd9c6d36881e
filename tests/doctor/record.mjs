// Records what `doctor` says before and after `setup`, on a real state dir behind a header-adding proxy, into the README.
// Run: node tests/doctor/record.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cli } from './cli.mjs';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const PART = /(<!-- doctor:begin -->\n)[\s\S]*?(<!-- doctor:end -->)/;
const VERSION = ['--gateway-version', '2026.2.19'];
const DOCTOR = ['doctor', ...VERSION, '--header', 'X-Forwarded-For: 203.0.113.9'];

/** The recording: each command and its output, with `~` for the home. */
export async function recording() {
  const home = await mkdtemp(join(tmpdir(), 'prepair-record-'));
  try {
    await mkdir(join(home, '.openclaw'), { mode: 0o700 });
    await writeFile(join(home, '.openclaw/openclaw.json'), "{ gateway: { mode: 'local' } }\n", { mode: 0o600 });
    const lines = [];
    for (const args of [DOCTOR, ['setup', ...VERSION], DOCTOR]) {
      const { code, stdout, stderr } = await cli(args, { env: { HOME: home } });
      const words = args.map((word) => (/^[\w.-]+$/.test(word) ? word : `'${word}'`)).join(' ');
      lines.push(`$ npx openclaw-prepair ${words}`, (stdout + stderr).trimEnd().replaceAll(home, '~'), `$ echo $?`, String(code), '');
    }
    return lines.join('\n').trimEnd();
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The recording in the README, or null. */
export const recorded = () => PART.exec(readFileSync(README, 'utf8'))?.[0] ?? null;

/** As it stands there. */
export const framed = (text) => `<!-- doctor:begin -->\n\`\`\`console\n${text}\n\`\`\`\n<!-- doctor:end -->`;

/** Without what differs from run to run: ids. */
export const lasting = (text) => text.replace(/\b[0-9a-f]{64}\b/g, '<deviceId>');

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const readme = readFileSync(README, 'utf8');
  if (!PART.test(readme)) throw new Error('README.md has no doctor markers');
  const fresh = framed(await recording());
  if (lasting(fresh) !== lasting(recorded())) writeFileSync(README, readme.replace(PART, () => fresh));
}
