// A shape is said in Rust, in wit/ and in the types of the npm package: field by field the same, or the difference has its
// reason here.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const text = (path) => readFileSync(new URL(path, root), 'utf8');
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-').replace(/^-/, '');

/** The text between the brace at `at` and the one that closes it. */
function block(source, at) {
  const from = source.indexOf('{', at);
  for (let [end, depth] = [from, 0]; end < source.length; end += 1) {
    depth += { '{': 1, '}': -1 }[source[end]] ?? 0;
    if (depth === 0) return source.slice(from + 1, end);
  }
  throw new Error('a brace without an end');
}

/** What stands at the top of a block, not in what it nests. */
const top = (body) => body.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '').replace(/\{[^{}]*\}/g, '').replace(/\{[^{}]*\}/g, '').replace(/\([^()]*\)/g, '');

const rust = ['report', 'verdict', 'inputs', 'wants', 'steps', 'error', ...readdirSync(new URL('crates/core/src/options', root)).map((name) => `options/${name.slice(0, -3)}`)]
  .map((name) => text(`crates/core/src/${name}.rs`)).join('\n');
const wit = text('wit/types.wit');
const types = text('npm/openclaw-prepair/index.d.ts') + text('npm/openclaw-prepair/plan.d.ts');

function found(source, declared, fields, name) {
  const at = declared.exec(source);
  assert.ok(at, `${name} is not there`);
  return new Set([...top(block(source, at.index)).matchAll(fields)].map(([, field]) => kebab(field)));
}
const ofRust = (name) => found(rust, new RegExp(`pub (?:struct|enum) ${name}\\b`), /^\s*(?:pub )?(\w+)(?::|,)/gm, name);
const ofWit = (name) => found(wit, new RegExp(`(?:record|enum) ${name} \\{`), /^\s*([\w-]+)(?::|,)/gm, name);
const ofTypes = (name) => {
  const own = found(types, new RegExp(`interface ${name}\\b[^{]*(?=\\{)`), /^\s*(?:readonly )?(\w+)\??:/gm, name);
  const [, above = ''] = new RegExp(`interface ${name} extends ([\\w, ]+?) \\{`).exec(types) ?? [];
  return new Set([...own, ...above.split(', ').filter((other) => other && other !== 'Target').flatMap((other) => [...ofTypes(other)])]);
};

/** Rust, wit, TypeScript; then what one of them lacks or has by another name, and why. */
const SHAPES = [
  ['Notice', 'notice', 'Notice'],
  ['Change', 'change', 'Change'],
  ['PrePairReport', 'pair-report', 'PrePairReport', { attempts: 'a host of the component plans by itself, and counts' }],
  ['ClearPendingReport', 'clear-report', 'ClearPendingReport'],
  ['PatchConfigReport', 'config-report', 'PatchConfigReport'],
  ['Diagnosis', 'diagnosis', 'Diagnosis'],
  ['Assumed', 'assumed', 'Assumed'],
  ['Remedy', 'remedy', 'Remedy'],
  ['RemedyStep', 'remedy-step', 'RemedyStep'],
  ['Query', 'query', 'Query'],
  ['Missing', 'needs', 'Reads', { done: 'a word of reads() alone: the component gives no needs when it is done' }],
  ['Stat', 'stat', 'Stat'],
  ['PassedOver', 'passed-over', null],
  ['Installed', 'installed', null],
  ['Process', 'process', null],
  ['Inputs', 'inputs', 'Inputs', {
    entropy: 'in Rust beside the inputs, so that it can be wiped',
    gateway: 'not in wit yet: a host of the component that runs beside a gateway knows so itself',
  }],
  ['Statement', 'statement', null],
  ['Cleared', 'cleared', null],
  ['ConfigEdit', 'config-edit', null],
  ['Gateway', 'gateway', null],
  ['Connection', 'connection', 'Connection'],
  ['Step', 'decision', null],
  ['Fields', 'error', 'PrepairError', { name: 'of every JavaScript error' }, /pub struct Fields \{\s*\/\/\/ Stable/],
];

for (const [name, record, type, but = {}, at] of SHAPES) {
  test(`${name} is the same in Rust, in wit and in the types`, () => {
    const said = {
      rust: at ? found(rust, at, /^\s*pub (\w+):/gm, name) : ofRust(name === 'Step' ? 'Step \\{\\s*\\/\\/\\/ The question' : name),
      wit: ofWit(record),
      ...(type && { types: type === 'PrepairError' ? found(types, /class PrepairError\b/, /^\s*(?:readonly )?(\w+)\??:/gm, type) : ofTypes(type) }),
    };
    // An error's message is Error's own.
    if (type === 'PrepairError') said.types.add('message');
    const all = new Set(Object.values(said).flatMap((fields) => [...fields]));
    const lacking = [...all].filter((field) => Object.values(said).some((fields) => !fields.has(field))).sort();
    assert.deepEqual(lacking, Object.keys(but).map(kebab).sort());
    assert.ok(all.size > 1);
  });
}

const WORDS = [
  ['IdentityOutcome', 'identity-outcome', /identity: ('created'[^;]*);/],
  ['PairedOutcome', 'paired-outcome', /paired: ('created'[^;]*);/],
  ['ChangeAction', 'change-action', /action: ('created'[^;]*);/],
  ['EditAction', 'edit-action', /action: ('added'[^}]*) \}/],
  ['By', 'by', /by: ('openclaw-prepair'[^;]*);/],
  ['StoreKind', 'store', /store: ('json'[^;]*);/],
  ['Verdict', 'verdict', /verdict: ('open'[^;]*);/],
  ['Reason', 'reason', /reason:\s*\|? ?('not-paired'[^;]*)\s*\| null;/],
];
for (const [name, record, pattern] of WORDS) {
  test(`the words of ${name} are the same in Rust, in wit and in the types`, () => {
    const words = [...pattern.exec(types)[1].matchAll(/'([\w-]+)'/g)].map(([, word]) => word);
    assert.deepEqual([...ofRust(name)], words);
    assert.deepEqual([...ofWit(record)], words);
  });
}

test('a difference is noticed', () => {
  assert.deepEqual(found('pub struct A {\n    /// B: c.\n    pub a_b: u8,\n    pub c: Option<(u8, u8)>,\n}', /pub struct A\b/, /^\s*(?:pub )?(\w+)(?::|,)/gm, 'A'), new Set(['a-b', 'c']));
  assert.notDeepEqual(ofRust('Notice'), ofWit('change'));
});
