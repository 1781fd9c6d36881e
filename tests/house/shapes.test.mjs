// A shape is said in Rust, in wit/ and in the types of the npm package: options, inputs, plans and reports, field by field and
// word by word the same, or the difference has its reason here. A shape that is called the same in all three is found; any other that one
// of them gains has to be entered here too.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { errors, notices } from '../lib/codes.mjs';
import { difference, fieldsOfRust, fieldsOfTypes, fieldsOfWit, kebab, names, wordsOfRust, wordsOfTypes, wordsOfWit } from './shapes.mjs';

const root = new URL('../../', import.meta.url);
const text = (path) => readFileSync(new URL(path, root), 'utf8');
const options = readdirSync(new URL('crates/core/src/options', root)).map((name) => `options/${name.slice(0, -3)}`);
const RUST = ['report', 'report/any', 'report/devices', 'verdict', 'inputs', 'wants', 'steps', 'error', 'base/json5/merge', 'base/json5/edit', ...options].map((name) => text(`crates/core/src/${name}.rs`)).join('\n');
const WIT = text('wit/types.wit') + text('wit/world.wit');
const TYPES = text('npm/openclaw-prepair/index.d.ts') + text('npm/openclaw-prepair/plan.d.ts');

const DRIVER = 'obeyed by a driver; the component has none';

/** What comes in. Rust, wit, TypeScript (`A.b`: what the field `b` holds); then the fields in which one differs, and why. */
const IN = [
  ['TargetInput', 'target', 'Target', { 'openclaw-dir': DRIVER, owner: DRIVER, 'dry-run': DRIVER, now: 'an input of the component' }],
  ['PairInput', 'pair-options', 'PairOptions+PairIdentity+PairDevice'],
  ['DeviceInput', 'device', 'PairDevice.device'],
  ['Derivation', 'derivation', 'DerivedFrom'],
  ['ClearInput', 'clear-options', 'ClearPendingOptions'],
  ['ConfigInput', 'config-options', 'ConfigChanges'],
  ['SetupOptions', 'setup-options', null],
  ['DiagnoseInput', 'diagnose-options', 'DiagnoseOptions'],
  ['Inputs', 'inputs', 'Inputs', { entropy: 'in Rust beside the inputs, so that it can be wiped', rows: 'in wit each answer is a record', compact: 'asked by the driver of JavaScript alone' }],
  ['Installed', 'installed', 'Inputs.installed'],
  ['PassedOver', 'passed-over', 'Inputs.passedOver'],
  ['Process', 'process', 'Inputs.process'],
  ['Earlier', 'earlier', 'Inputs.earlier'],
  ['OfRole', 'device-role', 'DeviceRole', { device: 'in wit device-id', 'device-id': 'as above' }],
];

const PART = 'in Rust a part of `place` alone, which is written beside it';

/** What is given. */
const OUT = [
  ['Missing', 'needs', 'Reads', { done: 'a word of reads() alone: the component gives no needs when it is done' }],
  ['Plan', 'planned', 'Plan'],
  ['FileStep.Write', 'write-step', "Step'write'", { kind: 'a variant tells it' }],
  ['FileStep.Remove', 'remove-step', "Step'remove'", { kind: 'a variant tells it' }],
  ['Sql', 'sql-step', "Step'sql'", { kind: 'a variant tells it' }],
  ['Statement', 'statement', "Step'sql'.statements"],
  ['PrePairReport', 'pair-report', 'PrePairReport'],
  ['Gateway', 'gateway', 'GatewayVersion'],
  ['ClearPendingReport', 'clear-report', 'ClearPendingReport'],
  ['Cleared', 'cleared', 'ClearedRequest'],
  ['PatchConfigReport', 'config-report', 'PatchConfigReport'],
  ['SetupReport', 'setup-report', null],
  ['DecisionStep', 'decision', 'DecisionStep'],
  ['DeviceList', 'device-list', 'DeviceList', { compact: 'crosses apart, for the driver of JavaScript alone' }],
  ['Notice', 'notice', 'Notice', { path: PART }],
  ['Fields', 'error', 'PrepairError', { name: 'of every JavaScript error', path: PART, line: PART, column: PART }],
];

/** Enums: Rust, wit, and where TypeScript has their words; then the words in which one differs, and why. */
const WORDS = [
  ['OnConflict', 'on-conflict', 'PairIdentity.onConflict'],
  ['PendingChoice', 'pending-choice', 'PairOptions.pending'],
  ['IdentityInput', 'identity-choice', null, { disk: 'in wit on-disk', 'on-disk': 'as above', pem: 'in wit private-key-pem', 'private-key-pem': 'as above' }],
  ['Secret', 'secret', null],
  ['Proxies', 'trusted-proxies', null, { list: 'in wit these', these: 'as above', off: 'in wit untouched', untouched: 'as above' }],
  ['Arrays', 'arrays', 'ConfigChanges.arrays'],
  ['Role', 'role', 'PairOptions.role'],
  ['Client', 'client', 'Connection.client'],
  ['Auth', 'auth', 'Connection.auth'],
  ['What', 'operation', null, { 'take-back': 'what verify undoes of its own tries' }],
  ['Devices', 'device-operation', null],
  ['Role', 'role', 'DeviceRole.role'],
  ['Waiting', 'waiting', null, Object.fromEntries(['request', 'device', 'request-id', 'device-id'].map((word) => [word, 'in wit with -id']))],
  ['WaitingKind', 'waiting-kind', 'WaitingRequest.kind'],
  ['File', 'file', null, { bytes: 'in wit content', content: 'as above' }],
  ['StoreKind', 'store', 'PrePairReport.store'],
  ['Source', 'version-source', 'GatewayVersion.source', { option: 'in wit given', given: 'as above', package: 'in wit installed', installed: 'as above' }],
  ['IdentityOutcome', 'identity-outcome', 'PrePairReport.identity'],
  ['PairedOutcome', 'paired-outcome', 'PrePairReport.paired'],
  ['ChangeAction', 'change-action', 'Change.action'],
  ['EditAction', 'edit-action', 'ConfigEdit.action'],
  ['By', 'by', 'RemedyStep.by'],
  ['Verdict', 'verdict', 'Diagnosis.verdict'],
  ['Reason', 'reason', 'Diagnosis.reason'],
  ['Report', 'report', null, { diagnosis: 'in wit diagnose', diagnose: 'as above', 'device-list': 'in wit list-devices', 'list-devices': 'as above' }],
  ['Stop', 'stop', null],
];

/** Shapes that one of them alone has. */
const ALONE = {
  rust: ['Act', 'Approve', 'ApproveInput', 'Error', 'FileStep', 'Step', 'Operation', 'Request', 'Target', 'Owner', 'PairOptions', 'ClearOptions', 'ConfigOptions', 'DiagnoseOptions', 'IdentityChoice', 'TakeBack', 'Fields', 'Wants', 'Action', 'Compact', 'Logged', 'Edited', 'Editor'],
  wit: ['request', 'approve-options', 'rename-options', 'live-token', 'sql-value', 'answer', 'step', 'identity', 'signature'],
  types: ['PatchConfigOptions', 'LiveToken', 'VerifyOptions', 'LeftBehind', 'Verification', 'Identity', 'Operations'],
};

/** Structs that are called the same in all three and have no row: what is written comes out, what is not goes in. */
function alike() {
  const rows = new Set([...IN, ...OUT].map(([name]) => name));
  const [records, types] = [names(WIT, 'record'), names(TYPES, 'interface')];
  const found = [...new Set(names(rust, 'pub struct'))].filter((name) => !rows.has(name) && !ALONE.rust.includes(name) && records.includes(kebab(name)) && types.includes(name));
  const [out, goesIn] = [[], []];
  for (const name of found) {
    const [, above] = new RegExp(`((?:^#\\[.*\\]\\n)*)^pub struct ${name}\\b`, 'm').exec(rust);
    (/\bSerialize\b/.test(above) ? out : goesIn).push([name, kebab(name), name]);
  }
  return [goesIn, out];
}

const rust = RUST.replace(/pub struct Step\b/, 'pub struct DecisionStep');
const [ALIKE_IN, ALIKE_OUT] = alike();
const of = (name, record, type) => ({ rust: fieldsOfRust(rust, name), wit: fieldsOfWit(WIT, record), types: type && fieldsOfTypes(TYPES, type) });

for (const [rows, out] of [[[...IN, ...ALIKE_IN], false], [[...OUT, ...ALIKE_OUT], true]]) {
  for (const [name, record, type, but = {}] of rows) {
    test(`${name} is the same in Rust, in wit and in the types`, () => {
      const found = difference(of(name, record, type), out).filter((one) => !(one.split(':')[0] in but));
      assert.deepEqual(found, []);
    });
  }
}

for (const [name, kind, path, but = {}] of WORDS) {
  test(`the words of ${name} are the same in Rust, in wit and in the types`, () => {
    const known = (words) => words.filter((word) => !(word in but));
    const [ours, theirs] = [wordsOfRust(rust, name), wordsOfWit(WIT, kind)];
    assert.deepEqual(known(theirs), known(ours));
    if (path) assert.deepEqual(known(wordsOfTypes(TYPES, path)), known(ours));
  });
}

for (const [name, codes] of [['PrepairErrorCode', errors], ['NoticeCode', notices]]) {
  test(`${name} is what the codes' table has, with room for more`, () => {
    const [, union] = new RegExp(`export type ${name} =([^;]*);`).exec(TYPES);
    assert.deepEqual([...union.matchAll(/'(\w+)'/g)].map(([, code]) => code), Object.values(codes).sort());
    assert.match(union, /\| \(`\w+_\$\{string\}` & \{\}\)$/);
  });
}

test('every shape is compared', () => {
  const rows = [...IN, ...ALIKE_IN, ...OUT, ...ALIKE_OUT, ...WORDS];
  const compared = (column) => new Set(rows.flatMap((row) => (row[column] ?? '').split('+')).map((name) => name.split(/[.']/)[0]));
  const left = (source, words, column, alone) => names(source, words).filter((name) => !compared(column).has(name) && !alone.includes(name));
  assert.deepEqual(left(rust, 'pub struct|pub enum', 0, ALONE.rust), []);
  assert.deepEqual(left(WIT, 'record|enum|variant', 1, ALONE.wit), []);
  assert.deepEqual(left(TYPES, 'interface', 2, [...ALONE.types, 'SetupReport']), []);
});

test('a difference of each kind is noticed', () => {
  const rustText = 'pub struct A {\n    /// B: c.\n    pub a_b: u8,\n    #[serde(skip_serializing_if = "Option::is_none")]\n    pub c: Option<String>,\n    pub d: Option<(u8, u8)>,\n}';
  const witText = 'record a { a-b: u8, /* x: y, */ c: option<string>, d: option<tuple<u8, u8>> }';
  const typesText = 'export interface A {\n  aB: number;\n  c?: string;\n  /** No: e. */\n  d: [number, number] | null;\n}';
  const found = (changed = {}) => {
    const { rustText: r, witText: w, typesText: t } = { rustText, witText, typesText, ...changed };
    return difference({ rust: fieldsOfRust(r, 'A'), wit: fieldsOfWit(w, 'a'), types: fieldsOfTypes(t, 'A') }, true);
  };
  assert.deepEqual(found(), []);
  assert.deepEqual(found({ witText: witText.replace('a-b: u8,', '') }), ['a-b: not in wit']);
  assert.deepEqual(found({ rustText: rustText.replace('pub a_b: u8,', '') }), ['a-b: not in rust']);
  assert.deepEqual(found({ typesText: typesText.replace('aB', 'aBC') }), ['a-b: not in types', 'a-b-c: not in rust, wit']);
  assert.deepEqual(found({ typesText: typesText.replace('aB: number', 'aB: string') }), ['a-b: number or string']);
  assert.deepEqual(found({ witText: witText.replace('c: option<string>', 'c: string') }), ['c: optional or not']);
  assert.deepEqual(found({ typesText: typesText.replace('c?: string', 'c: string | null') }), ['c: absent, null or neither']);
});
