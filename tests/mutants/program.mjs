// All mutants in one program: each function that has some becomes a `match` over the number in $MUTANT, with its body once as it is and once
// for each change. Built once, it tries thousands in minutes; cargo-mutants builds anew for each.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';

const SWITCH = `
/// The change that is on.
#[doc(hidden)]
pub fn mutant() -> usize {
    static ON: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *ON.get_or_init(|| std::env::var("MUTANT").map_or(usize::MAX, |text| text.parse().expect("a number")))
}
`;

/** `mutants`: what \`cargo mutants --list --json\` gives. Answers by index 'caught' or 'timeout'; nothing for what it can't tell. */
export async function runAsOne(mutants, { root, out }) {
  const tree = join(out, 'tree');
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  for (const name of ['Cargo.toml', 'Cargo.lock', 'crates', 'tests']) {
    cpSync(join(root, name), join(tree, name), { recursive: true, preserveTimestamps: true, filter: (file) => !['node_modules', 'target'].includes(basename(file)) });
  }
  appendFileSync(join(tree, 'crates/core/src/lib.rs'), SWITCH);
  const programs = build(mutants, { root, tree, out });
  for (const { path } of programs) if (await start(path, [], undefined, tree) !== 'passed') throw new Error(`${path} fails without any change`);

  const outcomes = new Map();
  const queue = [...programs.inside];
  const worker = async () => {
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      const outcome = await attempt(programs, mutants[at], at, tree);
      if (outcome !== 'passed') outcomes.set(at, outcome);
      if (queue.length % 100 === 0) console.log(`${queue.length} left`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return outcomes;
}

/** The module's own tests first, which most often notice. */
async function attempt(programs, { file }, at, tree) {
  const module = /\/(json5)\//.exec(file)?.[1] ?? basename(file, '.rs');
  for (const { name, path } of programs) {
    for (const filter of name === 'cases' ? [[module], []] : [[]]) {
      const outcome = await start(path, filter, at, tree);
      if (outcome !== 'passed') return outcome;
    }
  }
  return 'passed';
}

function start(path, args, mutant, tree) {
  const env = { ...process.env, RUST_BACKTRACE: '0', ...(mutant === undefined ? {} : { MUTANT: String(mutant) }) };
  return new Promise((resolve, reject) => {
    // a change may make a loop that takes all memory
    const child = spawn('sh', ['-c', 'ulimit -v 6000000; exec "$0" -q "$@"', path, ...args], { cwd: join(tree, 'crates/core'), env, stdio: 'ignore' });
    let late = false;
    const timer = setTimeout(() => { late = true; child.kill('SIGKILL'); }, 20_000);
    child.once('error', reject);
    child.once('exit', (status) => {
      clearTimeout(timer);
      resolve(late ? 'timeout' : status === 0 ? 'passed' : 'caught');
    });
  });
}

/** The test programs, with all that compiles in this form. */
function build(mutants, { root, tree, out }) {
  const left = new Set();
  const byFile = groupBy(mutants.map((mutant, at) => ({ ...mutant, at })), ({ file }) => file);
  const cargo = (args) => spawnSync('cargo', [...args, '--package', 'prepair-core', '--profile', 'mutants', '--message-format', 'json'], {
    cwd: tree, encoding: 'utf8', maxBuffer: 1 << 30,
    env: { ...process.env, CARGO_TARGET_DIR: join(out, 'target'), CARGO_ENCODED_RUSTFLAGS: '--cap-lints=allow' },
  });
  const messages = ({ stdout }) => stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  for (;;) {
    const places = [...byFile].flatMap(([file, some]) => rewrite(join(root, file), join(tree, file), some.filter(({ at }) => !left.has(at))).map((place) => ({ file, ...place })));
    const checked = cargo(['check']);
    if (checked.status === 0) {
      const made = cargo(['test', '--no-run']);
      if (made.status !== 0) throw new Error(made.stderr);
      const programs = messages(made).filter(({ executable, profile }) => executable && profile.test).map(({ target, executable }) => ({ name: target.name, path: executable }));
      programs.sort((a, b) => (a.name === 'cases') - (b.name === 'cases'));
      return Object.assign(programs, { inside: places.map(({ at }) => at) });
    }
    const before = left.size;
    for (const { message } of messages(checked)) {
      if (message?.level !== 'error') continue;
      const at = message.spans.some(({ is_primary: primary }) => primary) ? message.spans.filter(({ is_primary: primary }) => primary) : message.spans;
      for (const span of at) {
        const file = span.file_name.startsWith('crates/') ? span.file_name : `crates/core/${span.file_name}`;
        for (const place of places) if (place.file === file && place.first <= span.line_start && span.line_start <= place.last) left.add(place.at);
      }
    }
    if (left.size === before) throw new Error(checked.stderr);
  }
}

/** Writes a file with all of these changes in it; where each of them lies there. */
function rewrite(from, to, mutants) {
  const text = [...readFileSync(from, 'utf8')];
  const starts = [0];
  text.forEach((char, at) => { if (char === '\n') starts.push(at + 1); });
  const place = ({ line, column }) => starts[line - 1] + column - 1;
  const slice = (a, b) => text.slice(a, b).join('');

  const functions = groupBy(mutants.filter((mutant) => mutant.function), (mutant) => `${place(mutant.function.span.start)} ${place(mutant.function.span.end)}`);
  const spans = [...functions].map(([key, changes]) => [...key.split(' ').map(Number), changes]).sort(([a], [b]) => a - b);
  const places = [];
  let written = '';
  let last = 0;
  for (const [start, end, changes] of spans) {
    // the outer one of two, and no `const fn` or opaque type, of which there can't be more than one
    if (start < last) continue;
    const open = body(text, start);
    const head = slice(starts.findLast((at) => at <= start), open);
    if (/\bconst fn\b|-> impl\b/.test(head)) continue;
    written += `${slice(last, open)}{ match crate::mutant() {\n`;
    for (const { at, span, replacement } of changes) {
      const first = written.split('\n').length;
      written += `${at}usize => {${slice(open + 1, place(span.start))}${replacement}${slice(place(span.end), end - 1)}\n}\n`;
      places.push({ at, first, last: written.split('\n').length });
    }
    written += `_ => {${slice(open + 1, end - 1)}\n} } }`;
    last = end;
  }
  writeFileSync(to, written + slice(last) + (from.endsWith('/lib.rs') ? SWITCH : ''));
  return places;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...groups.get(keyOf(item)) ?? [], item]);
  return groups;
}

/** Where the body of the function begins that starts here. */
function body(text, start) {
  for (let at = start; ; at += 1) {
    if (text[at] === '/' && text[at + 1] === '/') at = text.indexOf('\n', at);
    else if (text[at] === '"') for (at += 1; text[at] !== '"'; at += 1) at += text[at] === '\\';
    else if (text[at] === '{') return at;
  }
}
