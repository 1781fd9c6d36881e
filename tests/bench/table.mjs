// The table of tests/bench/README.md, the few lines of it that the README has, and the chart, as results.json has them.
// Run by cargo xtask generate, or this alone: node tests/bench/table.mjs [--check]
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generated } from '../lib/generated.mjs';
import { chart } from './chart.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
/** Each page with its table of these results. */
export const PAGES = { [file('README.md')]: table, [file('../../README.md')]: short };
const [BEGIN, END] = ['<!-- bench:begin -->', '<!-- bench:end -->'];

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const spread = ({ median, low, high }) => (low === high ? String(median) : `${digits(median)} (${digits(low)}–${digits(high)})`);
const ms = (value) => (value ? `${spread(value)}` : '');

/** Each goal with what was measured, and the figures behind. */
export function table({ machine, date, version, rounds, many, goals, processes, upstream, syscalls, remote }) {
  const rows = (head, lines) => [head, head.replace(/[^|]+/g, ' --- '), ...lines].join('\n');
  const goal = ({ what, value, floor, limit, atMost, met, why }) => `| ${what} | ${spread(value)}${floor ? `; the floor, ${floor.what}: ${spread(floor.value)}` : ''} | ${atMost ? (limit === 0 ? 'none' : `at most ${limit}`) : `at least ${limit}`} | ${met ? 'met' : `**not met**: ${why}`} |`;
  const added = processes.filter(({ run }) => run === 'first').flatMap(({ node, binding, bare, adds }) => [
    `| ${node} | ${binding} | ${ms(bare)} | ${ms(adds[binding])} | ${ms(adds.hand)} | ${ms(adds.handNoFsync)} |`,
  ]);
  const commands = upstream.map(({ openclaw, command, ours, upstream: theirs, faster, call, callFaster }) =>
    `| \`openclaw ${command}\` of ${openclaw} | ${ms(theirs)} | ${ms(ours)} | ${spread(faster)} | ${ms(call)} | ${callFaster ? spread(callFaster) : ''} |`);
  const measured = upstream[0]?.date;
  const calls = syscalls.map(({ binding, run, ours, hand, parse, least }) => {
    const all = ({ file, fsync, changing }) => `${file} / ${changing} / ${fsync}`;
    return `| ${run === 'first' ? 'first run' : 'nothing to do'}, ${binding} | ${all(ours)} | ${all(hand ?? parse)} | ${all(least)} |`;
  });
  const trips = remote.map(({ what, waits, ms: took }) => `| ${what} | ${waits} | ${took} |`);
  return [
    `openclaw-prepair ${version}, ${date}, ${machine}, ${rounds} rounds, the contenders in turns on the same state; medians, in brackets the middle half.${many ? ` Beside 100,000 devices: ${many}.` : ''}`,
    rows('| what | measured | goal | |', goals.map(goal)),
    'A whole process on a fresh dir, in ms over bare Node:',
    rows('| Node | binding | bare Node | setup() adds | by hand adds | by hand, no fsync |', added),
    commands.length > 0 ? `OpenClaw's own commands beside ours${measured ? `, ${measured}` : ''}, whole processes in ms, of \`devices approve\` also what a call takes in a script that runs anyway, loading included:\n\n${rows('| command | theirs | ours | times faster | the call | times faster |', commands)}` : '',
    calls.length > 0 ? `System calls on files / those that change something / fsyncs, without loading:\n\n${rows('| run | ours | by hand, or parsing alone | least possible |', calls)}` : '',
    trips.length > 0 ? `From a function, each call answered after 100 ms:\n\n${rows('| run | waits | ms |', trips)}` : '',
  ].filter(Boolean).join('\n\n');
}

// What most users do, by Node 24 and the newest OpenClaw.
const FEW = ['start-node24', 'nothing-process-node24', 'many-approve-node24', 'config-node24', 'upstream-2026.9.6'];

/** A few goals in short. */
function short({ goals, date, machine }) {
  const line = ({ what, value }) => `| ${what} | ${digits(value.median)} |`;
  const few = FEW.map((id) => goals.find((goal) => goal.id === id)).filter(Boolean);
  return [`| ${date}, ${machine} | ratio |`, '| --- | --- |', ...few.map(line)].join('\n');
}

/** A page with its table of these results. */
export function withTable(readme, made) {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < 0) throw new Error(`the page has no ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin + BEGIN.length)}\n${made}\n${readme.slice(end)}`;
}

await generated(import.meta, () => {
  const results = JSON.parse(readFileSync(file('results.json'), 'utf8'));
  const pages = Object.entries(PAGES).map(([page, made]) => [page, withTable(readFileSync(page, 'utf8'), made(results))]);
  return { [file('chart.svg')]: chart(results), ...Object.fromEntries(pages) };
});
