// The goals of this project's speed, and whether what was measured meets them.

const only = (rows, of) => rows.filter((row) => Object.entries(of).every(([key, value]) => row[key] === value));

// Why a goal is missed, where it is.
const WHY = {
  start: 'loading the addon and eight modules; the writes and their fsyncs are the same, so the disk decides the rest',
  'many-approve': 'the file is read, hashed, compared once more before the rename and read back after it; the script does none of that',
  'many-list': 'reading the file and checking every byte of it takes more than half of the goal; that each device becomes an object of JavaScript that its caller holds, with lists of its own, takes about as much again',
  'many-doctor': 'every byte of the file is read, checked as UTF-8 and as JSON, and each record is looked at for its dates; JSON.parse has the text already',
  'upstream-2026.2.19': "Node's own start-up is most of our process",
  'upstream-2026.9.6': "Node's own start-up is most of our process",
  'nothing-0': 'two looks into the core, the folders held open and listed for what killed calls left, and the check that the private key fits cost more than parsing two kilobytes; a process that does it takes hardly longer than one that only parses',
};

// What is asked beside very many devices, what it is compared with, and the most that it may take of that.
const MANY = [
  ['plan', 'one approval among …: in memory, over parse + stringify', 0.5],
  ['approve', 'one approval among …: on disk, over read + parse + stringify + write', 0.4],
  ['list', 'a list of …, over JSON.parse of their file, which was read before', 0.6],
  ['doctor', 'a diagnosis beside …, over JSON.parse of their file, which was read before', 0.6],
];

/** Rows `{ goal, what, value: { median, low, high }, limit, atMost, met, why? }`. */
export function goals(results) {
  const rows = [];
  const goal = (id, what, value, limit, { atMost = true, unit = '' } = {}) => {
    const met = atMost ? value.median <= limit : value.median >= limit;
    rows.push({ id, what, value, limit, atMost, unit, met, ...(!met && { why: WHY[id] ?? WHY[id.replace(/-node\d+$/, '')] ?? 'see the figures' }) });
  };
  for (const row of only(results.processes, { run: 'first', binding: 'native' })) {
    goal(`start-node${row.node}`, `a process that requires the package and runs setup() on a fresh dir adds, over what the hand-written script adds; same fsyncs, Node ${row.node}`, row.overHand, 1);
  }
  for (const row of only(results.processes, { run: 'nothing', binding: 'native' })) {
    goal(`nothing-process-node${row.node}`, `nothing to do: the whole process, over one that reads and JSON.parses the same files, Node ${row.node}`, row.overParse, 2);
  }
  for (const row of only(results.inProcess, { what: 'nothing', binding: 'native' })) {
    goal(`nothing-${row.devices}-node${row.node}`, `nothing to do: the call alone, over reading and JSON.parsing, ${named(row.devices)}, Node ${row.node}`, row.overParse, 2);
  }
  for (const row of only(results.syscalls, { run: 'nothing' })) {
    goal(`no-write-${row.binding}`, `nothing to do: system calls that change something, ${row.binding}`, exact(row.ours.changing), 0);
  }
  for (const row of results.upstream) {
    if (row.command !== 'devices approve') continue;
    const than = `than \`openclaw devices approve\` of ${row.openclaw}`;
    goal(`upstream-${row.openclaw}`, `one approval by a process of its own: times faster ${than}`, row.faster, 25, { atMost: false });
    goal(`upstream-call-${row.openclaw}`, `one approval by a script that runs anyway, loading included: times faster ${than}`, row.callFaster, 25, { atMost: false });
  }
  const most = Math.max(...results.inProcess.map((row) => row.devices));
  for (const [what, text, limit] of MANY) {
    for (const row of only(results.inProcess, { what, devices: most, binding: 'native' })) {
      goal(`many-${what}-node${row.node}`, `${text.replace('…', named(most))}, Node ${row.node}`, row.overParse ?? row.overHand, limit);
    }
  }
  for (const { node, binding, devices, cpu } of results.dryRun ?? []) {
    goal(`many-dry-run-${binding}-node${node}`, `a dry run of one approval with its diff among ${named(devices)}: CPU time of the whole process in ms, ${binding}, Node ${node}`, cpu, 2000);
  }
  for (const row of results.config.filter((row) => row.bytes === Math.max(...results.config.map(({ bytes }) => bytes)))) {
    if (row.binding === 'native') goal(`config-node${row.node}`, `a config of ${megabytes(row.bytes)} changed on disk, over npm json5's parse alone: times faster, Node ${row.node}`, row.faster, 10, { atMost: false });
  }
  for (const row of results.growth ?? []) {
    const times = row.sizes[1] / row.sizes[0];
    goal(`growth-${row.merge}-${row.binding}`, `a merge of ${row.sizes[1].toLocaleString('en')} keys or elements (${row.merge}) on disk, over one of ${row.sizes[0].toLocaleString('en')}, ${row.binding}`, row.slower, 2 * times);
  }
  for (const row of only(results.memory, { who: 'ours' })) {
    const id = row.binding === 'native' ? `memory-${row.what}-node${row.node}` : `memory-wasm-node${row.node}`;
    goal(id, `peak memory above bare Node, over the file of ${megabytes(row.bytes)} (${row.what === 'config' ? 'config' : 'paired.json'}), ${row.binding}, Node ${row.node}`, row.overFile, row.what === 'config' ? 4 : 3);
  }
  return rows;
}

const exact = (value) => ({ median: value, low: value, high: value, n: 1 });
const named = (devices) => (devices === 0 ? 'no other device' : `${devices.toLocaleString('en')} devices`);
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
