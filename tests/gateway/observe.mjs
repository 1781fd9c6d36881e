// Records what real gateways do: node tests/gateway/observe.mjs [--keep] [--connections|--facts] [--only='name;…'] [version…]
// `--only`: these cases of cases.mjs and questions (functions) of facts.mjs; what was recorded of others stays.
// Each version is installed (and removed again unless it was there or --keep), started once for each config of cases.mjs, and asked
// case after case while it runs; facts.mjs finds out the rest. One JSON line for each observation goes to observed/<version>.jsonl;
// crates/core/tests/cases/observed.rs replays them through the rules table and the simulated decision, observe.long.test.mjs records again.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../lib/cache.mjs';
import { clients, connections, facts, situation } from './recorder.mjs';

// Both sides of each boundary of the rules table, and of those that no connection shows.
const VERSIONS = `2026.2.6-3 2026.2.9 2026.2.12 2026.2.17 2026.2.19 2026.2.21 2026.2.22 2026.2.24 2026.2.25 2026.2.26 2026.3.1 2026.3.2
  2026.3.8 2026.3.11 2026.3.13 2026.3.22 2026.3.24 2026.3.28 2026.3.31 2026.4.1 2026.4.2 2026.4.5 2026.4.9 2026.4.10 2026.4.15 2026.4.20 2026.4.21
  2026.4.22 2026.4.24 2026.4.25 2026.4.27 2026.4.29 2026.5.7 2026.5.12 2026.5.18 2026.5.28 2026.6.35 2026.7.1 2026.7.35 2026.8.1 2026.9.5
  2026.9.6`.split(/\s+/);
// What other clients than the agent and the command line show alone.
const CLIENTS = '2026.2.22-1 2026.2.23 2026.5.19 2026.5.20 2026.5.22 2026.5.26 2026.5.27 2026.6.11'.split(' ');
const FACTS_ONLY = '2026.3.7 2026.3.23 2026.3.23-2 2026.4.7 2026.5.2 2026.5.3 2026.6.1 2026.6.5 2026.6.8 2026.6.9 2026.9.2 2026.9.3 2026.9.4'.split(' ');

const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith('--'));
const only = args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length).split(';');
const folder = fileURLToPath(new URL('observed/', import.meta.url));
await mkdir(folder, { recursive: true });
for (const version of wanted.length ? wanted : [...VERSIONS, ...CLIENTS, ...FACTS_ONLY]) {
  const install = join(cacheDir, 'openclaw', version);
  const had = existsSync(install);
  const started = Date.now();
  const path = join(folder, `${version}.jsonl`);
  const before = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean).map((line) => JSON.parse(line));
  let lines;
  try {
    lines = await record(version, before);
  } catch (error) {
    console.error(`${version}: ${error.stack}`);
    process.exitCode = 1;
    continue;
  }
  await writeFile(`${path}.new`, lines.map((line) => `${JSON.stringify({ version, ...line })}\n`).join(''));
  await rename(`${path}.new`, path);
  if (!had && !args.includes('--keep')) await rm(install, { recursive: true, force: true });
  console.log(`${version}: ${lines.length} observations in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Both kinds of lines; of what isn't asked for now, those that were there. */
async function record(version, before) {
  const kept = (kind) => before.filter((line) => line.kind === kind);
  /** New lines in the place of those of the same situation, others behind them. */
  const among = (kind, lines) => {
    const rest = new Map(lines.map((line) => [situation(line), line]));
    const taken = kept(kind).map((line) => {
      const again = rest.get(situation(line));
      rest.delete(situation(line));
      return again ?? line;
    });
    return [...taken, ...rest.values()];
  };
  const asked = async (kind, ask) => (only ? among(kind, await ask(version, only)) : await ask(version));
  return [
    ...args.includes('--connections') ? kept('fact') : await asked('fact', facts),
    ...args.includes('--facts') || FACTS_ONLY.includes(version) ? kept('connect') : await asked('connect', CLIENTS.includes(version) ? clients : connections),
  ];
}
