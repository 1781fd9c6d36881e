// cargo-mutants over crates/core: which changes of its source no test notices. An hour or two on two cores.
// node tests/mutants/run.mjs [--again] [--write]   (--again: only what was missed last time, or not reached; --write: into tests/mutants/README.md)
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheDir } from '../lib/cache.mjs';

const VERSION = '27.1.0';
const OUTCOMES = ['caught', 'timeout', 'missed', 'unviable'];
const root = fileURLToPath(new URL('../../', import.meta.url));
const tools = join(cacheDir, 'cargo');
const out = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'mutants');

const earlier = join(out, 'earlier.json');

function cargo(args, options) {
  const env = { ...process.env, PATH: `${join(tools, 'bin')}:${process.env.PATH}` };
  return spawnSync('cargo', args, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28, ...options });
}

function succeed({ status, stderr }, what) {
  if (status !== 0) throw new Error(`${what}: ${stderr}`);
}

/** Outcome by mutant, as cargo-mutants names them: `crates/core/src/ip.rs:40:9: replace … with …`. */
export function mutate({ again = false } = {}) {
  if (!existsSync(join(tools, 'bin', 'cargo-mutants'))) {
    succeed(cargo(['install', 'cargo-mutants', '--version', VERSION, '--locked', '--root', tools]), 'cargo install cargo-mutants');
  }
  const list = cargo(['mutants', '--package', 'prepair-core', '--list']);
  succeed(list, 'cargo mutants --list');
  mkdirSync(out, { recursive: true });
  // cargo-mutants forgets which of those that it need not try again did not compile
  const known = again ? outcomes() : new Map();
  writeFileSync(earlier, JSON.stringify([...known]));
  const args = ['mutants', '--package', 'prepair-core', '--jobs', String(availableParallelism()), '--profile', 'mutants', '--timeout', '20', '--no-shuffle', '--output', out];
  const done = cargo(again ? [...args, '--iterate'] : args, { stdio: 'inherit' });
  // 2: some were missed, 3: some did not end
  if (![0, 2, 3].includes(done.status)) throw new Error(`cargo mutants ended with ${done.status}`);
  for (const [name, outcome] of outcomes()) known.set(name, outcome);
  const names = list.stdout.trim().split('\n');
  const open = names.filter((name) => !known.has(name));
  if (open.length > 0) throw new Error(`${open.length} were not tried, for example ${open[0]}`);
  return new Map(names.map((name) => [name, known.get(name)]));
}

/** What the last run left, even where it was stopped, and those before it that it went on from. */
function outcomes() {
  const lines = (outcome) => {
    const file = join(out, 'mutants.out', `${outcome}.txt`);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  };
  const before = existsSync(earlier) ? JSON.parse(readFileSync(earlier, 'utf8')) : [];
  return new Map([...before, ...OUTCOMES.flatMap((outcome) => lines(outcome).map((name) => [name, outcome]))]);
}

/** Why those that no test notices are left, by name with or without the place in the file. */
function reasons() {
  const given = JSON.parse(readFileSync(new URL('reasons.json', import.meta.url), 'utf8'));
  return (name) => given[name] ?? given[name.replace(/:\d+:\d+:/, ':')];
}

/** Counts by file and in all, and the missed ones with their reasons. */
export function judge(results) {
  const files = new Map();
  const zero = () => Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]));
  const all = zero();
  for (const [name, outcome] of results) {
    const file = name.slice('crates/core/src/'.length, name.indexOf(':'));
    if (!files.has(file)) files.set(file, zero());
    files.get(file)[outcome] += 1;
    all[outcome] += 1;
  }
  const why = reasons();
  const missed = [...results].filter(([, outcome]) => outcome === 'missed').map(([name]) => ({ name, why: why(name) }));
  return { files, all, missed };
}

/** Of those that compile, how many a test notices, or that never end; 0 to 1. */
export const score = ({ caught, timeout, missed }) => (caught + timeout) / (caught + timeout + missed);

function page({ files, all, missed }, minutes) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const cells = (counts) => [...OUTCOMES.map((outcome) => counts[outcome]), Number.isNaN(score(counts)) ? '' : `${(score(counts) * 100).toFixed(1)} %`];
  const table = [
    line(['file', ...OUTCOMES, 'noticed']), line(['---', ...OUTCOMES.map(() => '---:'), '---:']),
    ...[...files].map(([file, counts]) => line([file, ...cells(counts)])),
    line(['**all**', ...cells(all).map((cell) => `**${cell}**`)]),
  ].join('\n');
  const { version } = JSON.parse(readFileSync(join(root, 'npm/openclaw-prepair/package.json'), 'utf8'));
  return `# Mutants

Changes of \`crates/core\`, one at a time, that its tests (\`cargo test -p prepair-core\`: unit tests, the vectors, the recorded connections of
real gateways) notice or miss. Printed by \`cargo xtask mutants --write\` on ${new Date().toISOString().slice(0, 10)}: openclaw-prepair ${version}, cargo-mutants ${VERSION}, ${minutes} min.
*Unviable* ones don't compile; *timeout*: the tests never end, which is noticed too.

${table}

## Missed, and why they stay

${missed.map(({ name, why }) => `- \`${name.slice('crates/core/src/'.length)}\`: ${why ?? '**no reason yet**'}`).join('\n') || 'None.'}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const args = process.argv.slice(2);
  const start = Date.now();
  const judged = judge(mutate({ again: args.includes('--again') }));
  const text = page(judged, Math.round((Date.now() - start) / 60_000));
  process.stdout.write(text);
  if (args.includes('--write')) writeFileSync(new URL('README.md', import.meta.url), text);
  process.exitCode = score(judged.all) >= 0.9 && judged.missed.every(({ why }) => why) ? 0 : 1;
}
