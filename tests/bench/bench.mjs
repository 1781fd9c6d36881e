// Measures this package beside a hand-written script and OpenClaw's own commands, all in turns on the same state, and
// writes results.json, chart.svg and the tables of the two READMEs. Run: cargo xtask bench [--rounds 30] [--quick|--upstream|--many]
// `--quick` measures a little of everything that needs no gateway, and prints its JSON instead of writing it.
// `--upstream` measures OpenClaw's own commands beside ours and nothing else, `--many` what is asked beside 100,000 devices; the
// other figures stay.
import { readFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { node as nodeBinary, npmInstall } from '../lib/cache.mjs';
import { chart } from './chart.mjs';
import { goals } from './goals.mjs';
import { measureLoad } from './load.mjs';
import { dryRun, inside, inTurns, processTime, program, ratio, summary } from './measure.mjs';
import { configured, prepared } from './states.mjs';
import { LEAST, count, haveStrace } from './syscalls.mjs';
import { PAGES, table, withTable } from './table.mjs';

const { values: { quick, upstream: alone, many, rounds: wanted } } = parseArgs({
  options: { quick: { type: 'boolean' }, upstream: { type: 'boolean' }, many: { type: 'boolean' }, rounds: { type: 'string', default: '30' } },
});
const rounds = quick ? 2 : Number(wanted);
const few = quick ? 1 : Math.max(3, Math.round(rounds / 5));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const today = () => new Date().toISOString().slice(0, 10);
const say = (text) => console.error(text);

const BINDINGS = ['native', 'wasm'];
const NODES = quick ? [process.versions.node.split('.')[0]] : ['20', '24'];
const DEVICES = quick ? [0, 50] : [0, 1000, 100_000];
const CONFIGS = quick ? [1000, 20_000] : [1000, 10_000_000];
const MERGES = quick ? [500, 2000] : [12_500, 50_000];
const MANY = DEVICES.at(-1);
const LARGE = CONFIGS.at(-1);

const room = mkdtempSync(join(tmpdir(), 'prepair-bench-'));
let homes = 0;
const newHome = () => {
  const home = join(room, String(homes++));
  mkdirSync(home);
  return home;
};

/** Whole processes on new homes, and again on the same ones. */
async function processes(node) {
  const first = { bare: 'bare', native: 'ours', wasm: 'ours', hand: 'hand-written', handNoFsync: 'hand-written no-fsync', wasmFloor: 'floor' };
  const run = (name, what, home) => {
    const [file, ...args] = what.split(' ');
    const env = { HOME: home, PATH: process.env.PATH, PREPAIR_BINDING: name === 'wasm' ? 'wasm' : 'native' };
    return processTime(node, [program(file), ...args], { env, cwd: home });
  };
  const each = (of, home) => Object.fromEntries(Object.entries(of).map(([name, what]) => [name, () => run(name, what, home(name))]));
  const made = await inTurns(rounds, each(first, newHome));
  // The state that setup() left, for all of them.
  const home = newHome();
  await prepared(home, 0);
  const nothing = { bare: 'bare', native: 'ours', wasm: 'ours', hand: 'hand-written', parse: 'parse' };
  return { first: made, nothing: await inTurns(rounds, each(nothing, () => home)) };
}

const adds = (samples, of = Object.keys(samples)) => Object.fromEntries(of.map((name) => [name, summary(samples[name].map((ms, turn) => ms - samples.bare[turn]))]));

/** Peak memory above that of a process that does nothing, over the size of the file. */
async function memory(node, binding, scenario, who, stateDir, size, more = {}) {
  const peak = (scenario, once) => inside(node, binding, { scenario, stateDir, once, ...more }).peak;
  return summary(Array.from({ length: few }, () => (peak(scenario, who) - peak('bare', 'bare')) / size));
}

/** Calls beside that many other devices. */
async function among(results, devices) {
  const home = newHome();
  const stateDir = await prepared(home, devices);
  const file = join(stateDir, 'devices/paired.json');
  const { size } = statSync(file);
  const turns = devices > 10_000 ? few : rounds * 3;
  for (const major of NODES) {
    const node = await nodeBinary(major);
    for (const binding of BINDINGS) {
      say(`Node ${major}, ${binding}: ${devices} devices`);
      const run = (scenario) => inside(node, binding, { scenario, stateDir, rounds: turns });
      const compare = (what, samples, of) => results.inProcess.push({ node: major, binding, devices, bytes: size, what, ms: Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, summary(values)])), ...of });
      if (devices === 0) {
        const samples = run('first');
        compare('first', samples, { overHand: ratio(samples.ours, samples.hand), overHandNoFsync: ratio(samples.ours, samples.handNoFsync) });
      }
      const nothing = run('nothing');
      compare('nothing', nothing, { overParse: ratio(nothing.ours, nothing.parse) });
      if (devices > 0) {
        const approve = run('approve');
        compare('approve', approve, { overHand: ratio(approve.ours, approve.hand) });
        for (const what of ['plan', 'list', 'doctor']) {
          const samples = run(what);
          compare(what, samples, { overParse: ratio(samples.ours, samples.parse) });
        }
      }
      if (devices === MANY) {
        for (const who of ['ours', 'hand']) {
          results.memory.push({ node: major, binding, what: 'approve', who, bytes: size, overFile: await memory(node, binding, 'approve', who, stateDir, size) });
        }
        results.dryRun.push({ node: major, binding, devices, cpu: summary(Array.from({ length: few }, () => dryRun(node, binding, stateDir))) });
      }
    }
  }
  rmSync(home, { recursive: true });
}

async function measure() {
  const json5 = join(await npmInstall('json5', { json5: '2.2.3' }), 'json5');
  const results = {
    schema: 1,
    version: JSON.parse(readFileSync(here('../../npm/openclaw-prepair/package.json'), 'utf8')).version,
    date: today(),
    machine: `${cpus().length} cores, ${{ linux: 'Linux', darwin: 'macOS' }[process.platform] ?? process.platform} ${process.arch}`,
    rounds,
    processes: [], load: [], inProcess: [], config: [], growth: [], memory: [], dryRun: [], syscalls: [], upstream: [], remote: [],
  };

  for (const major of NODES) {
    const node = await nodeBinary(major);
    say(`Node ${major}: whole processes`);
    const { first, nothing } = await processes(node);
    for (const binding of BINDINGS) {
      results.processes.push({
        node: major, binding, run: 'first', bare: summary(first.bare), adds: adds(first, [binding, 'hand', 'handNoFsync']),
        overHand: ratioOfAdded(first, binding, 'hand'), overHandNoFsync: ratioOfAdded(first, binding, 'handNoFsync'), ...(binding === 'wasm' && { floor: ratioOfAdded(first, 'wasmFloor', 'hand') }),
      }, {
        node: major, binding, run: 'nothing', bare: summary(nothing.bare), adds: adds(nothing, [binding, 'hand', 'parse']),
        overHand: ratioOfAdded(nothing, binding, 'hand'), overParse: ratio(nothing[binding], nothing.parse),
      });
    }
    results.load.push({ node: major, ...measureLoad({ rounds: few, node }) });
  }

  for (const devices of DEVICES) await among(results, devices);

  for (const bytes of CONFIGS) {
    const home = newHome();
    const stateDir = configured(home, bytes);
    const { size } = statSync(join(stateDir, 'openclaw.json'));
    for (const major of NODES) {
      const node = await nodeBinary(major);
      for (const binding of BINDINGS) {
        say(`Node ${major}, ${binding}: config of ${bytes} bytes`);
        const samples = inside(node, binding, { scenario: 'config', stateDir, rounds: bytes > 1e6 ? few : rounds, json5 });
        results.config.push({ node: major, binding, bytes: size, ours: summary(samples.ours), json5: summary(samples.json5), faster: ratio(samples.json5, samples.ours) });
        if (bytes === LARGE) {
          for (const who of ['ours', 'json5']) {
            results.memory.push({ node: major, binding, what: 'config', who, bytes: size, overFile: await memory(node, binding, 'config', who, stateDir, size, { json5 }) });
          }
        }
      }
    }
    rmSync(home, { recursive: true });
  }

  for (const binding of BINDINGS) {
    for (const merge of ['added', 'changed', 'removed', 'united']) {
      say(`${binding}: merges of ${MERGES.join(' and ')} keys, ${merge}`);
      const [few, many] = Object.values(inside(await nodeBinary(NODES[0]), binding, { scenario: 'merge', stateDir: join(newHome(), '.openclaw'), merge, sizes: MERGES, rounds: Math.min(rounds, 5) }));
      results.growth.push({ binding, merge, sizes: MERGES, few: summary(few), many: summary(many), slower: ratio(many, few) });
    }
  }

  if (haveStrace()) {
    say('system calls');
    for (const binding of BINDINGS) {
      const fresh = () => join(newHome(), '.openclaw');
      const done = await prepared(newHome(), 0);
      const node = await nodeBinary(NODES[0]);
      results.syscalls.push(
        { binding, run: 'first', ours: count(node, binding, 'ours', fresh()), hand: count(node, binding, 'hand', fresh()), least: LEAST.first },
        { binding, run: 'nothing', ours: count(node, binding, 'ours', done), parse: count(node, binding, 'parse', done), least: LEAST.nothing },
      );
    }
  }

  if (!quick) {
    results.upstream = await upstream();
    say('round trips');
    const { measure: roundTrips } = await import('../sandbox/rounds.mjs');
    results.remote = await roundTrips(100);
  }
  return { ...results, goals: goals(results) };
}

/** OpenClaw's own commands beside ours. */
async function upstream() {
  const { approvals, configSets } = await import('./upstream.mjs');
  const rows = [];
  for (const openclaw of ['2026.2.19', '2026.9.6']) {
    for (const [command, run] of [['devices approve', approvals], ['config set', configSets]]) {
      say(`openclaw ${openclaw} ${command}`);
      const { ours, call, bare, upstream } = await run(openclaw, few);
      const inside = call && { call: summary(call), callFaster: ratio(upstream, call), floor: ratio(upstream, bare) };
      rows.push({ openclaw, command, date: today(), ours: summary(ours), upstream: summary(upstream), faster: ratio(upstream, ours), ...inside });
    }
  }
  return rows;
}

/** What was measured before, with these figures anew. */
async function again() {
  const results = JSON.parse(readFileSync(here('results.json'), 'utf8'));
  if (alone) results.upstream = await upstream();
  if (many) {
    results.inProcess = results.inProcess.filter(({ devices }) => devices !== MANY);
    results.memory = results.memory.filter(({ what }) => what !== 'approve');
    results.dryRun = [];
    results.many = today();
    await among(results, MANY);
  }
  return { ...results, goals: goals(results) };
}

/** What one adds to bare Node over what the other adds, by medians: single turns differ too much where little is added. */
function ratioOfAdded(samples, a, b) {
  const added = (name) => summary(samples[name].map((ms, turn) => ms - samples.bare[turn]));
  const one = added(a);
  // Less than a tenth of a millisecond is noise, which may be below zero.
  const other = Math.max(added(b).median, 0.1);
  return { median: one.median / other, low: one.low / other, high: one.high / other, n: one.n };
}

try {
  const results = await (alone || many ? again() : measure());
  const text = `${JSON.stringify(results, (_, value) => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value), 1)}\n`;
  if (quick) {
    process.stdout.write(text);
  } else {
    writeFileSync(here('results.json'), text);
    const rounded = JSON.parse(text);
    writeFileSync(here('chart.svg'), chart(rounded));
    for (const [file, made] of Object.entries(PAGES)) writeFileSync(file, withTable(readFileSync(file, 'utf8'), made(rounded)));
    console.log(table(rounded));
  }
} finally {
  rmSync(room, { recursive: true, force: true });
}
// Sockets that are kept alive would hold the process.
if (!quick) process.exit();
