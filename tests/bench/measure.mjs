// Turns, medians and spreads.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const program = (name) => fileURLToPath(new URL(`programs/${name}.cjs`, import.meta.url));

const sorted = (values) => [...values].sort((a, b) => a - b);
const quantile = (values, share) => {
  const all = sorted(values);
  const at = share * (all.length - 1);
  const [low, high] = [all[Math.floor(at)], all[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
};

/** Median and the middle half of the values. */
export const summary = (values) => ({ median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75), n: values.length });

/** `a / b` of what was measured in the same turn: the machine's moods are in both. `floor` is taken off both. */
export const ratio = (a, b, floor = a.map(() => 0)) => summary(a.map((value, turn) => (value - floor[turn]) / (b[turn] - floor[turn])));

/** Runs each contender once a turn: `{ name: [ms, …] }`. A contender gives a number of ms, or is measured itself. */
export async function inTurns(rounds, contenders, { warm = 1 } = {}) {
  const samples = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -warm; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      const ms = await run();
      if (round >= 0) samples[name].push(ms);
    }
  }
  return samples;
}

/** A process from its start to its end, in ms. */
export function processTime(node, args, options) {
  const start = performance.now();
  const { status, stderr, error } = spawnSync(node, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', ...options });
  const took = performance.now() - start;
  if (status !== 0) throw new Error(`${args.join(' ')}: ${error ?? stderr}`);
  return took;
}

/** The CPU time of a dry run by the command line with its diff, in ms. */
export function dryRun(node, binding, stateDir) {
  const { status, stdout, stderr } = spawnSync(node, [program('dry-run'), stateDir], { env: { PATH: process.env.PATH, PREPAIR_BINDING: binding, HOME: stateDir }, encoding: 'utf8' });
  if (status !== 0 || !/^\+ /m.test(stdout)) throw new Error(`dry run: ${stdout}${stderr}`);
  return Number(stderr);
}

/** What programs/inside.cjs prints. */
export function inside(node, binding, spec) {
  const args = [program('inside'), JSON.stringify(spec)];
  const { status, stdout, stderr } = spawnSync(node, args, { env: { PATH: process.env.PATH, PREPAIR_BINDING: binding }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${spec.scenario}: ${stderr}`);
  return JSON.parse(stdout);
}
