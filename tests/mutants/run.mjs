// The changes that cargo-mutants would make to crates/core, and which of them no test notices. Half an hour on two cores.
// node tests/mutants/run.mjs [--write] [file…]   (--write: into tests/mutants/README.md; files as in: json5/scan.rs)
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheDir } from '../lib/cache.mjs';
import { runAsOne } from './program.mjs';

const VERSION = '27.1.0';
const OUTCOMES = ['caught', 'timeout', 'missed', 'unviable'];
const root = fileURLToPath(new URL('../../', import.meta.url));
const tools = join(cacheDir, 'cargo');
const out = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'mutants');

function cargo(args, options) {
  const env = { ...process.env, PATH: `${join(tools, 'bin')}:${process.env.PATH}` };
  return spawnSync('cargo', args, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28, ...options });
}

function succeed({ status, stderr }, what) {
  if (status !== 0) throw new Error(`${what}: ${stderr}`);
}

/**
 * Outcome by mutant, as cargo-mutants names them: `crates/core/src/ip.rs:40:9: replace … with …`. What tests notice in the one program is
 * noticed; the others (not noticed, not to be had there, or not compiling) are tried by cargo-mutants itself, one by one.
 */
export async function mutate(files = []) {
  // at once where this version is there, not where another is
  succeed(cargo(['install', 'cargo-mutants', '--version', VERSION, '--locked', '--root', tools]), 'cargo install cargo-mutants');
  const list = cargo(['mutants', '--package', 'prepair-core', '--list', '--json']);
  succeed(list, 'cargo mutants --list');
  const mutants = JSON.parse(list.stdout).filter(({ file }) => files.length === 0 || files.some((name) => file === `crates/core/src/${name}`));
  mkdirSync(out, { recursive: true });
  const noticed = await runAsOne(mutants, { root, out });
  const results = mutants.map(({ name }, at) => ({ name, outcome: noticed.get(at) }));
  const rest = [...new Set(results.filter(({ outcome }) => !outcome).map(({ name }) => name))];
  console.log(`${results.length - rest.length} noticed; by cargo-mutants itself: ${rest.length}`);
  const found = alone(rest);
  return results.map(({ name, outcome }) => ({ name, outcome: outcome ?? found.get(name) }));
}

/** Outcome by name of some mutants, each built for itself. */
function alone(names) {
  if (names.length === 0) return new Map();
  const filters = names.flatMap((name) => ['--re', `^${name.replaceAll(/[\\.+*?()|[\]{}^$#&~-]/g, '\\$&')}$`]);
  const done = cargo(['mutants', '--package', 'prepair-core', '--jobs', String(availableParallelism()), '--profile', 'mutants', '--timeout', '20', '--no-shuffle', '--output', out, ...filters], { stdio: 'inherit' });
  // 2: some were missed, 3: some did not end
  if (![0, 2, 3].includes(done.status)) throw new Error(`cargo mutants ended with ${done.status}`);
  const lines = (outcome) => readFileSync(join(out, 'mutants.out', `${outcome}.txt`), 'utf8').split('\n').filter(Boolean);
  const found = new Map(['unviable', 'caught', 'timeout', 'missed'].flatMap((outcome) => lines(outcome).map((name) => [name, outcome])));
  const open = names.filter((name) => !found.has(name));
  if (open.length > 0) throw new Error(`${open.length} were not tried, for example ${open[0]}`);
  return found;
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
  for (const { name, outcome } of results) {
    const file = name.slice('crates/core/src/'.length, name.indexOf(':'));
    if (!files.has(file)) files.set(file, zero());
    files.get(file)[outcome] += 1;
    all[outcome] += 1;
  }
  const why = reasons();
  const missed = results.filter(({ outcome }) => outcome === 'missed').map(({ name }) => ({ name, why: why(name) }));
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
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim();
  return `# Mutants

Changes of \`crates/core\`, one at a time, that its tests (\`cargo test -p prepair-core\`: unit tests, the vectors, the recorded connections of
real gateways) notice or miss. The list is that of cargo-mutants. All that compile side by side are built into one program and switched on
one by one; what is not noticed there, or can't be had there, cargo-mutants tries by itself, as it does. Printed by \`cargo xtask mutants --write\` on ${new Date().toISOString().slice(0, 10)}: openclaw-prepair ${version} (${commit}), cargo-mutants ${VERSION}, ${minutes} min.
*Unviable* ones don't compile; *timeout*: the tests never end, which is noticed too.

${table}

## Missed, and why they stay

${missed.map(({ name, why }) => `- \`${name.slice('crates/core/src/'.length)}\`: ${why ?? '**no reason yet**'}`).join('\n') || 'None.'}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const args = process.argv.slice(2);
  const start = Date.now();
  const judged = judge(await mutate(args.filter((arg) => !arg.startsWith('--'))));
  const text = page(judged, Math.round((Date.now() - start) / 60_000));
  process.stdout.write(text);
  if (args.includes('--write')) writeFileSync(new URL('README.md', import.meta.url), text);
  process.exitCode = score(judged.all) >= 0.9 && judged.missed.every(({ why }) => why) ? 0 : 1;
}
