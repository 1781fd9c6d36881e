// The goals of this project's speed, and whether what was measured meets them.

const only = (rows, of) => rows.filter((row) => Object.entries(of).every(([key, value]) => row[key] === value));

// Why a goal is missed, where it is: by the id of the goal, or what it begins with.
const WHY = {
  'start-node': "the writes and their fsyncs are the script's; what comes on top is loading the addon and our modules, and reading back what was written",
  'start-wasm': 'the floor is met by no program that uses the module; what comes on top is running code that V8 has just compiled, and loading more of our modules than by addon',
  'nothing-us-native': 'one crossing, some thirty system calls, and parsing and comparing what was read',
  'nothing-us-wasm': "each file takes Node's own calls, by paths below /proc, and the core runs as WebAssembly",
  'calls-native': 'three folders are opened, closed and listed for what killed calls left (12), each file is looked at before it is opened, so that a device never is (4), and read (12); the rest asks for a running gateway, a lock and a database',
  'calls-wasm': 'the same, but Node opens a folder once more to list it and asks what it is (15 for three), and it is checked that /proc leads to what is held open (2)',
  'many-approve': 'the file is read, hashed, compared once more before the rename and read back after it; the script does none of that',
  'many-list': 'reading the file and checking every byte of it takes more than half of the goal; that each device becomes an object of JavaScript that its caller holds, with lists of its own, takes about as much again',
  'many-doctor': 'every byte of the file is read, checked as UTF-8 and as JSON, and each record is looked at for its dates; JSON.parse has the text already',
  'many-dry-run': 'the whole file is read and scanned, and the diff is computed from the splices of the plan',
  'memory-wasm': "the module's memory only grows: what was read, what was found in it and the new content are there at once",
  upstream: "Node's own start-up is most of our process",
};
const why = (id) => WHY[Object.keys(WHY).filter((start) => id.startsWith(start)).sort((a, b) => b.length - a.length)[0]] ?? 'see the figures';

// What is asked beside very many devices, what it is compared with, and the most that it may take of that.
const MANY = [
  ['plan', 'an approval in memory', 'one approval among …: in memory, over parse + stringify', 0.5],
  ['approve', 'an approval on disk', 'one approval among …: on disk, over read + parse + stringify + write', 0.4],
  ['list', 'list', 'a list of …, over JSON.parse of their file, which was read before', 0.6],
  ['doctor', 'doctor', 'a diagnosis beside …, over JSON.parse of their file, which was read before', 0.6],
];

/** Rows `{ id, label, what, value: { median, low, high }, floor?: { what, value }, limit, atMost, met, why? }`; the label is for the chart. */
export function goals(results) {
  const rows = [];
  const goal = (id, label, what, value, limit, { atMost = true, floor } = {}) => {
    const met = atMost ? value.median <= limit : value.median >= limit;
    rows.push({ id, label, what, value, ...(floor?.value && { floor }), limit, atMost, met, ...(!met && { why: why(id) }) });
  };
  for (const [binding, limit] of [['native', 0.8], ['wasm', 2]]) {
    for (const row of only(results.processes, { run: 'first', binding })) {
      goal(`start-${binding === 'native' ? '' : 'wasm-'}node${row.node}`, `setup() in a process of its own, over the script: ${binding}, Node ${row.node}`, `a process that requires the package and runs setup() on a fresh dir adds, over what the hand-written script adds; same fsyncs, ${binding}, Node ${row.node}`, row.overHand, limit, {
        floor: { what: 'compiling the module and running the script', value: row.floor },
      });
    }
  }
  for (const row of only(results.processes, { run: 'nothing', binding: 'native' })) {
    goal(`nothing-process-node${row.node}`, `nothing to do: the process, over reading and parsing, Node ${row.node}`, `nothing to do: the whole process, over one that reads and JSON.parses the same files, Node ${row.node}`, row.overParse, 2);
  }
  for (const [binding, limit] of [['native', 150], ['wasm', 400]]) {
    for (const row of only(results.inProcess, { what: 'nothing', devices: 0, binding })) {
      goal(`nothing-us-${binding}-node${row.node}`, `nothing to do: the call in µs, ${binding}, Node ${row.node}`, `nothing to do: the call alone in µs, ${named(0)}, ${binding}, Node ${row.node}`, times(row.ms.ours, 1000), limit);
    }
  }
  for (const row of only(results.inProcess, { what: 'nothing', binding: 'native' }).filter(({ devices }) => devices > 0)) {
    goal(`nothing-${row.devices}-node${row.node}`, `nothing to do beside ${named(row.devices)}, over JSON.parse, Node ${row.node}`, `nothing to do: the call alone, over reading and JSON.parsing, ${named(row.devices)}, Node ${row.node}`, row.overParse, 2);
  }
  for (const row of only(results.syscalls, { run: 'nothing' })) {
    goal(`calls-${row.binding}`, `nothing to do: system calls on files, ${row.binding}`, `nothing to do: system calls on files, ${row.binding}`, exact(row.ours.file), 25);
    goal(`no-write-${row.binding}`, `nothing to do: system calls that change something, ${row.binding}`, `nothing to do: system calls that change something, ${row.binding}`, exact(row.ours.changing), 0);
  }
  for (const row of results.upstream) {
    if (row.command !== 'devices approve') continue;
    const than = `than \`openclaw devices approve\` of ${row.openclaw}`;
    goal(`upstream-${row.openclaw}`, `an approval by a process, times faster than ${row.openclaw}`, `one approval by a process of its own: times faster ${than}`, row.faster, 25, { atMost: false, floor: { what: 'bare Node', value: row.floor } });
    goal(`upstream-call-${row.openclaw}`, `an approval by a running script, times faster than ${row.openclaw}`, `one approval by a script that runs anyway, loading included: times faster ${than}`, row.callFaster, 25, { atMost: false });
  }
  const most = Math.max(...results.inProcess.map((row) => row.devices));
  for (const [what, label, text, limit] of MANY) {
    for (const row of only(results.inProcess, { what, devices: most, binding: 'native' })) {
      goal(`many-${what}-node${row.node}`, `${label} among ${named(most)}, Node ${row.node}`, `${text.replace('…', named(most))}, Node ${row.node}`, row.overParse ?? row.overHand, limit);
    }
  }
  for (const { node, binding, devices, cpu } of results.dryRun ?? []) {
    goal(`many-dry-run-${binding}-node${node}`, `a dry run with its diff in ms of CPU: ${binding}, Node ${node}`, `a dry run of one approval with its diff among ${named(devices)}: CPU time of the whole process in ms, ${binding}, Node ${node}`, cpu, 2000);
  }
  for (const row of results.config.filter((row) => row.bytes === Math.max(...results.config.map(({ bytes }) => bytes)))) {
    if (row.binding === 'native') goal(`config-node${row.node}`, `a config of ${megabytes(row.bytes)}, times faster than json5, Node ${row.node}`, `a config of ${megabytes(row.bytes)} changed on disk, over npm json5's parse alone: times faster, Node ${row.node}`, row.faster, 10, { atMost: false });
  }
  for (const row of results.growth ?? []) {
    goal(`growth-${row.merge}-${row.binding}`, `a merge of four times as much (${row.merge}), ${row.binding}`, `a merge of ${row.sizes[1].toLocaleString('en')} keys or elements (${row.merge}) on disk, over one of ${row.sizes[0].toLocaleString('en')}, ${row.binding}`, row.slower, 2 * (row.sizes[1] / row.sizes[0]));
  }
  for (const row of only(results.memory, { who: 'ours' })) {
    const of = `${row.what === 'config' ? 'config' : 'paired.json'} of ${megabytes(row.bytes)}`;
    goal(`memory-${row.binding}-${row.what}-node${row.node}`, `peak memory over the ${of}: ${row.binding}, Node ${row.node}`, `peak memory above bare Node, over the file of ${megabytes(row.bytes)} (${row.what === 'config' ? 'config' : 'paired.json'}), ${row.binding}, Node ${row.node}`, row.overFile, 3);
  }
  return rows;
}

const times = ({ median, low, high, n }, by) => ({ median: median * by, low: low * by, high: high * by, n });
const exact = (value) => ({ median: value, low: value, high: value, n: 1 });
const named = (devices) => (devices === 0 ? 'no other device' : `${devices.toLocaleString('en')} devices`);
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
