// Tries every fault at every system call of setup() and prints what came of it. Some minutes.
// node tests/faults/run.mjs [--quick] [--write] [beginning…]   (--write: into tests/faults/README.md)
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { pathToFileURL } from 'node:url';
import { NEWEST } from '../lib/versions.mjs';
import { DatabaseGround } from './database.mjs';
import { Ground, SCENARIOS as OF_FILES, TARGETS } from './faults.mjs';
import { version as strace } from './strace.mjs';

/** Of each beginning what opens it: for those of files, and for a state dir with a database. */
export const SCENARIOS = { ...Object.fromEntries(Object.keys(OF_FILES).map((name) => [name, Ground])), database: DatabaseGround };

/** Runs all, or of each operation and fault one; `onFault` sees each outcome. Gives the counts by target and operation. */
export async function run({ quick = false, targets = TARGETS, scenarios = Object.keys(SCENARIOS), onLoss }) {
  const counts = new Map();
  for (const target of targets) {
    for (const scenario of scenarios) {
      // the same code by both bindings, but for the config's file, which the other beginnings have too
      if (!quick && scenario === 'database' && target !== TARGETS[0]) continue;
      const ground = await SCENARIOS[scenario].open(target, scenario);
      try {
        await onGround(ground, { quick, counts, onLoss });
      } finally {
        await ground.close();
      }
    }
  }
  return counts;
}

async function onGround(ground, { quick, counts, onLoss }) {
  const count = (operation) => {
    const key = `${ground.target} ${operation}`;
    if (!counts.has(key)) counts.set(key, { target: ground.target, operation, calls: 0, tried: 0, 'went on': 0, refused: 0, killed: 0, lost: 0 });
    return counts.get(key);
  };
  const note = async (operation, act) => {
    const row = count(operation);
    row.tried += 1;
    try {
      row[await act()] += 1;
    } catch (error) {
      row.lost += 1;
      onLoss(error);
    }
  };
  for (const { operation } of ground.trace) count(operation).calls += 1;
  for (const { call, fault } of quick ? some(ground.faults()) : ground.faults()) await note(call.operation, () => ground.attempt({ call, fault }));
  for (const limit of quick ? ground.limits.slice(2, 3) : ground.limits) await note('write', () => ground.short(limit));
}

/** Of each operation and fault one, together spread over the calls. */
function some(faults) {
  const groups = new Map();
  for (const it of faults) {
    const key = `${it.call.operation} ${it.fault}`;
    groups.set(key, [...groups.get(key) ?? [], it]);
  }
  return [...groups.values()].map((group, at) => group[(at * 7) % group.length]);
}

/** Markdown. */
export function table(counts) {
  const rows = [...counts.values()];
  const head = ['target', 'operation', 'calls', 'faults tried', 'went on', 'refused', 'killed', 'lost'];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const sum = (key) => rows.reduce((all, row) => all + row[key], 0);
  const cells = (row) => [row.target, row.operation, row.calls, row.tried, row['went on'], row.refused, row.killed, row.lost];
  const all = ['**all**', '', ...['calls', 'tried', 'went on', 'refused', 'killed', 'lost'].map((key) => `**${sum(key)}**`)];
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(cells(row))), line(all)].join('\n');
}

const BEGINNINGS = {
  fresh: 'no state dir',
  used: 'other devices, requests and a config, but no identity',
  database: `the database of a started ${NEWEST} with other devices, a request of ours and a config (on Node 24)`,
  repair: 'an identity in a shape that versions discard, a record too narrow, a sticky request',
};

async function main(args) {
  const losses = [];
  const start = Date.now();
  const quick = args.includes('--quick');
  const named = args.filter((arg) => Object.hasOwn(SCENARIOS, arg));
  const scenarios = named.length > 0 ? named : Object.keys(SCENARIOS);
  const counts = await run({ quick, scenarios, onLoss: (error) => losses.push(error) });
  const { version } = createRequire(import.meta.url)('../../npm/openclaw-prepair/package.json');
  const text = `# Faults

What \`setup()\` leaves behind when one of its system calls fails or its process is killed there. Printed by
\`node tests/faults/run.mjs ${args.join(' ')}\` on ${new Date().toISOString().slice(0, 10)}: openclaw-prepair ${version}, Node ${process.versions.node}, ${os.type()} ${process.arch}, strace ${strace()}, ${Math.round((Date.now() - start) / 1000)} s.

Beginnings: ${scenarios.map((name) => BEGINNINGS[name]).join('; ')}. By both bindings: the addon, and wasm with the file calls of lib/node/files.js (the database, where both run the same code, by the addon). Every
system call of \`setup()\` on its files, as a trace gave them, gets each of: EIO, ENOSPC, EDQUOT, EINTR, SIGKILL, EIO and ENOSPC from
there on until the process ends (those that only look: EIO, and reads EINTR), and for writes: nothing written, and files cut off in
the middle by a size limit (RLIMIT_FSIZE; strace can only pretend that bytes were written, which is what no file system does).

${quick ? 'Of each operation and fault one call was tried in each beginning and by each binding; without \`--quick\` it is every call.\n\n' : ''}After each: every file is as it was or as it ends up, in the plan's order, with the other devices byte for byte; a refusal is a
\`PrepairError\` with path and hint; the same call, without the fault, completes with the same identity, and leaves no temp file and no
lock; one more finds nothing to do. *Went on*: the call succeeded all the same. *Lost*: any of this did not hold.

${table(counts)}

The \`Io\` double of crates/host-unix (crates/host-unix/tests/cases/faults.rs) goes further: thirteen errnos at every call index, short writes, and power
losses after which only what was synced is there.
`;
  process.stdout.write(text);
  for (const loss of losses.slice(0, 20)) console.error(`\nlost: ${loss.message}`);
  if (args.includes('--write') && losses.length === 0) fs.writeFileSync(new URL('README.md', import.meta.url), text);
  process.exitCode = losses.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
