// The table of versions in docs/versions.md: judged by their real gateways. `cargo xtask` has no word for it, since it is the
// record of a long run: PREPAIR_VERSIONS=… node tests/era/table.mjs (Node 24) prints it and writes it there.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NEWEST } from '../lib/versions.mjs';
import { judge } from './matrix.mjs';

export const VERSIONS = (process.env.PREPAIR_VERSIONS ?? `2026.2.19,2026.3.13,2026.5.7,2026.7.1,${NEWEST}`).split(',').filter(Boolean);
export const PAGE = fileURLToPath(new URL('../../docs/versions.md', import.meta.url));

/** Rows as a Markdown table. */
export function table(rows) {
  const both = (...cells) => [...new Set(cells)].join(' / ');
  return [
    '| OpenClaw | without us | never started | second boot | started once (killed) | while running | another device, by `device` | one that was not approved |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${[
      row.version, both(row.without, row.withoutStarted), row.neverStarted, row.secondBoot, row.startedOnce, row.whileRunning,
      both(row.deviceWhileRunning, row.others), row.otherStaysOut,
    ].join(' | ')} |`),
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = [];
  for (const version of VERSIONS) {
    rows.push(await judge(version));
    console.error(`${version} ${JSON.stringify(rows.at(-1))}`);
  }
  const text = table(rows);
  console.log(text);
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, page.replace(/(<!-- versions:begin -->\n)[^]*?(\n<!-- versions:end -->)/, (_, begin, end) => `${begin}${text}${end}`));
  process.exit(0);
}
