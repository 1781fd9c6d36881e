// What a command in the sandbox answers, cut, mangled or made up: a refusal or a report, and no other write than was planned.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { NEWEST } from '../lib/versions.mjs';
import { makeDatabase, modern, nodeOf } from './database.mjs';
import { run } from './vercel-server.mjs';

const require = createRequire(import.meta.url);
const PACKAGE = fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url));
const { setup, prePair, diagnose, localDir, PrepairError } = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');
const inside = require('../../npm/openclaw-prepair/lib/sandbox/inside.js');
const { newIdentity } = require('../../npm/openclaw-prepair');

const dir = mkdtempSync(join(tmpdir(), 'prepair answers '));
after(() => rmSync(dir, { recursive: true }));
const PATH = `${dirname(modern)}:${process.env.PATH}`;

let rooms = 0;
/** A sandbox whose state dir has a database with an identity; `database` is what makeDatabase takes. */
function start(database) {
  const home = join(dir, String(rooms += 1));
  const stateDir = join(home, '.openclaw');
  const { sql, identity } = makeDatabase(stateDir, database);
  writeFileSync(join(stateDir, 'openclaw.json'), '{ gateway: { mode: "local" } }', { mode: 0o600 });
  const env = { PATH, HOME: home, TMPDIR: join(home, 'tmp') };
  const fs = { ...localDir(home), exec: (argv, context) => run(argv, { cwd: home, env, signal: context?.signal }) };
  return { home, stateDir, sql, fs, identity, options: { stateDir, gatewayVersion: NEWEST } };
}

const refused = (error) => {
  assert.ok(error instanceof PrepairError && error.code.startsWith('ERR_PREPAIR_') && typeof error.message === 'string', inspect(error));
  return error.code;
};

/** Answers as a script gives them: the mark before each line, the digest of all as the last. */
const seal = (mark, lines) => {
  const told = lines.map((line) => `${mark} ${line}\n`).join('');
  return `${told}${mark} end ${createHash('sha256').update(told).digest('hex')}  -\n`;
};

/** What the sandbox answered to a look, as lines; a sandbox that plays them, and notes what is written. */
async function recorded(call, at, options) {
  let lines;
  let stdout;
  const contents = new Map();
  const recorder = {
    ...at.fs,
    async read(path) {
      contents.set(path, await at.fs.read(path));
      return contents.get(path);
    },
    async exec(argv, context) {
      const done = await at.fs.exec(argv, context);
      if (argv[2] === inside.look) {
        stdout = done.stdout.replaceAll(argv[4], '@mark@');
        lines = stdout.trim().split('\n').slice(0, -1).map((line) => line.slice('@mark@ '.length));
      }
      return done;
    },
  };
  await call(recorder, { ...options, dryRun: true });
  // A dry run has no folder for uploads.
  lines.splice(lines.findIndex((line) => line.startsWith('user ')) + 1, 0, `stage ${Buffer.from(`${at.home}/tmp/.prepair-0`).toString('hex')}`);
  /** `look`, `commit`: make the whole output of the lines that would be answered. */
  const play = async ({ look = seal, commit = seal } = {}) => {
    const writes = [];
    const fs = {
      ...at.fs,
      read: async (path) => contents.get(path) ?? null,
      writeMany: async (files) => void writes.push(...files),
      async exec(argv) {
        if (argv[2] === inside.look) return { exitCode: 0, stderr: '', stdout: look(argv[4], lines) };
        if (argv[2] === inside.commit) return { exitCode: 0, stderr: '', stdout: commit(argv[4], ['done ok 0 1']) };
        assert.deepEqual(argv.slice(0, 3), ['rm', '-f', '--']);
        return { exitCode: 0, stderr: '', stdout: '' };
      },
    };
    const code = await call(fs, options).then((report) => (assert.equal(typeof report.roundTrips, 'number'), null), refused);
    return { code, writes };
  };
  return { lines, play };
}

/** A seeded source of chance. */
function chance(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (n) => next() % n;
  return { below, of: (list) => list[below(list.length)] };
}

const at = start();
await prePair(at.fs, at.options);
const OTHER = { config: { merge: { gateway: { port: 7777 } } }, scopes: ['operator.admin', 'operator.read', 'operator.talk'] };
const played = await recorded(setup, at, { ...at.options, ...OTHER });
const planned = await played.play();
const upload = planned.writes.map(({ content }) => Buffer.from(content).toString()).find((text) => text.startsWith('{"db"'));
const TEXTS = new Set(JSON.parse(upload).queries.map(({ sql }) => sql));

/** Every upload goes where the sandbox said, and holds the texts of queries that the core has. */
function asPlanned(writes, stage) {
  for (const { path, content } of writes) {
    assert.match(path.startsWith(`${stage}/`) ? path.slice(stage.length) : path, /^\/[0-9a-f]{24}\.\d+$/);
    const text = Buffer.from(content).toString();
    if (!text.startsWith('{"db"')) continue;
    const { db, queries } = JSON.parse(text);
    assert.equal(db, join(at.stateDir, 'state/openclaw.sqlite'));
    for (const { sql } of queries) assert.ok(TEXTS.has(sql), sql);
  }
}
const stageOf = (lines) => Buffer.from(lines.find((line) => line.startsWith('stage '))?.slice(6) ?? '', 'hex').toString();

test('the answer as it was is believed, whatever stands around its lines', async () => {
  assert.equal(planned.code, null);
  assert.equal(planned.writes.length, 2, 'rows and the config');
  asPlanned(planned.writes, stageOf(played.lines));
  for (const change of [
    (text) => `Welcome!\n${text}`,
    (text) => `no newline ${text}bye`,
    (text) => text.replaceAll('\n', '\r\n'),
    (text) => text.replaceAll('\n', '\nnoise\n'),
  ]) assert.deepEqual((await played.play({ look: (...args) => change(seal(...args)), commit: (...args) => change(seal(...args)) })).code, null, String(change));
});

test('cut at every byte', async () => {
  const text = seal('0123456789abcdef', played.lines);
  for (let length = text.indexOf('\n', text.length - 90); length >= 0; length -= 1) {
    const { code, writes } = await played.play({ look: (mark) => text.replaceAll('0123456789abcdef', mark).slice(0, length) });
    // The last line has more behind the digest.
    if (length >= text.trimEnd().length - 3) continue;
    assert.deepEqual([code, writes.length], ['ERR_PREPAIR_SANDBOX', 0], `${length} of ${text.length} bytes`);
  }
  const done = seal('0123456789abcdef', ['done ok 0 2']);
  for (let length = 0; length < done.trimEnd().length - 3; length += 1) {
    const { code, writes } = await played.play({ commit: (mark, lines) => seal(mark, lines).slice(0, length) });
    assert.equal(code, 'ERR_PREPAIR_SANDBOX', `${length} of ${done.length} bytes`);
    asPlanned(writes, stageOf(played.lines));
  }
});

test('bits flipped, lines doubled, lost, swapped, the mark in the middle', async () => {
  const { below, of } = chance(11);
  const lineOf = (text) => {
    const lines = text.split('\n');
    return [lines, below(lines.length - 1)];
  };
  const changes = [
    (text) => {
      const bytes = Buffer.from(text);
      bytes[below(bytes.length)] ^= 1 << below(8);
      return bytes.toString('latin1');
    },
    (text) => { const [lines, i] = lineOf(text); lines.splice(i, 0, lines[i]); return lines.join('\n'); },
    (text) => { const [lines, i] = lineOf(text); lines.splice(i, 1); return lines.join('\n'); },
    (text) => { const [lines, i] = lineOf(text); lines.splice(below(lines.length - 1), 0, ...lines.splice(i, 1)); return lines.join('\n'); },
    (text, mark) => { const i = below(text.length); return `${text.slice(0, i)}${mark} ${text.slice(i)}`; },
    (text) => { const i = below(text.length); return text.slice(0, i) + text.slice(i + 1 + below(40)); },
  ];
  let refusals = 0;
  for (let n = 0; n < 6000; n += 1) {
    const change = of(changes);
    const which = n % 4 === 0 ? 'commit' : 'look';
    const { code, writes } = await played.play({ [which]: (mark, lines) => change(seal(mark, lines), mark) });
    // What lies before the mark, or behind the digest, does not count; all that does is as it was.
    if (code === null) assert.deepEqual(writes.map(({ path }) => path.replace(/[0-9a-f]{24}/, '')), planned.writes.map(({ path }) => path.replace(/[0-9a-f]{24}/, '')));
    else assert.equal(code, 'ERR_PREPAIR_SANDBOX');
    if (which === 'look' && code) assert.deepEqual(writes, []);
    asPlanned(writes, stageOf(played.lines));
    refusals += code ? 1 : 0;
  }
  assert.ok(refusals > 4800, `${refusals} refusals`);
});

test('made up by the sandbox, with the right digest', async () => {
  const { below, of } = chance(18);
  const hexOf = (text) => Buffer.from(text).toString('hex');
  const words = ['', '-1', '0', '7', '99999999999999999999', '1e9', 'zz', '"', '\\', '/', '__proto__', 'constructor', 'ff', '2f', hexOf('/tmp/x'), hexOf('../x'),
    hexOf('/a\nb'), '2fff', 'null', '[]', '{}', '{"rows":null}', '{"rows":{"a":[null]},"digest":"","device":5}', 'f'.repeat(5000), '\u00fc', '\ufeff'];
  const values = [null, [], {}, '', '"', '\\', 'x', 5, -1, 1e300, true, [null], [[]], { a: 1 }, 'f'.repeat(64), '__proto__', '\ud800'];
  /** Somewhere in a value another one. */
  const other = (value) => {
    const keys = value !== null && typeof value === 'object' ? Object.keys(value) : [];
    if (keys.length === 0 || below(6) === 0) return of(values);
    const key = of(keys);
    if (below(8) === 0) delete value[key];
    else value[key] = other(value[key]);
    return value;
  };
  const changes = [
    (lines, i) => { const parts = lines[i].split(' '); parts[below(parts.length)] = of(words); lines[i] = parts.join(' '); },
    (lines, i) => { lines[i] += ` ${of(words)}`; },
    (lines, i) => { lines[i] = lines[i].slice(0, below(lines[i].length)); },
    (lines, i) => { lines.splice(i, 1); },
    (lines, i) => { lines.splice(below(lines.length), 0, lines[i]); },
    (lines) => {
      const i = lines.findIndex((line) => /^rows /.test(line));
      if (i >= 0) lines[i] = `rows ${JSON.stringify(other(JSON.parse(lines[i].slice(5))))}`;
    },
    (lines) => { lines.push(of(['openclaw {"version":5}', 'openclaw 5', 'openclaw {"version":"2026.9.6","stateSchema":"18"}', 'real 3 2f', 'real 9 2f', 'header 0 1 2 3 4 5', 'header 0 999999999', 'SQLITE', 'SQLITE_BUSY x', 'left 99', 'toString', '__proto__ 1', 'nostage', ''])); },
  ];
  const seen = new Set();
  const rounds = 6000;
  for (let n = 0; n < rounds; n += 1) {
    let said = played.lines;
    const forge = (mark, lines) => {
      said = [...lines];
      for (let times = 1 + below(2); times > 0; times -= 1) {
        const change = of(changes);
        try {
          change(said, below(said.length));
        } catch (error) {
          // Already no JSON.
          if (!(error instanceof SyntaxError)) throw error;
        }
        if (said.length === 0) said.push('');
      }
      return seal(mark, said);
    };
    const which = n % 4 === 0 ? 'commit' : 'look';
    const { code, writes } = await played.play({ [which]: forge });
    assert.notEqual(code, 'ERR_PREPAIR_INTERNAL', JSON.stringify(said));
    seen.add(code);
    // The last one said counts.
    asPlanned(writes, which === 'look' ? stageOf([...said].reverse()) : stageOf(played.lines));
  }
  assert.ok(seen.has(null) && seen.has('ERR_PREPAIR_SANDBOX') && seen.size > 4, [...seen].join(' '));
});

test('an exec that gives no text, or nothing', async () => {
  const evil = { toString() { throw new Error('evil'); } };
  for (const done of [undefined, null, 5, {}, { stdout: null }, { stdout: 5 }, { stdout: evil, exitCode: 1 }, { stdout: '', exitCode: evil }, { stdout: '', stderr: evil, exitCode: 1 }]) {
    await assert.rejects(setup({ ...at.fs, exec: async () => done }, at.options), (error) => refused(error) === 'ERR_PREPAIR_SANDBOX');
  }
});

test('a diagnosis from a mangled answer', async () => {
  const { play } = await recorded(diagnose, at, at.options);
  const { below } = chance(5);
  assert.equal((await play()).code, null);
  for (let n = 0; n < 500; n += 1) {
    const { code, writes } = await play({ look: (mark, lines) => { const text = seal(mark, lines); const i = below(text.length); return text.slice(0, i) + text.slice(i + 1 + below(9)); } });
    assert.ok([null, 'ERR_PREPAIR_SANDBOX'].includes(code), code);
    assert.deepEqual(writes, []);
  }
});

test('a row whose device id is no device id: what a call on the machine itself says, and no text of a query holds it', async () => {
  const script = 'try { console.log(JSON.stringify(require(process.argv[1]).prePair(JSON.parse(process.argv[2])).identity)) } catch (error) { console.log(JSON.stringify(error.code)) }';
  for (const deviceId of ['a"b', 'a\\b', '"', '\\', 'a\nb', "'; --", '$&', '__proto__', 'ü\u{1f600}', '', 'f'.repeat(64), 'f340c0ac04adb767e5318ecf71456aff37ea83744f9fe0b521ab3520d47cc573']) {
    const here = start({ deviceId });
    const before = here.sql('SELECT * FROM device_identities', []);
    const told = await prePair(here.fs, here.options).then(({ identity }) => identity, refused);
    assert.equal(told, JSON.parse(nodeOf(script, PACKAGE, JSON.stringify(here.options))), deviceId);
    if (told.startsWith('ERR')) assert.deepEqual([here.sql('SELECT * FROM device_identities', []), here.sql('SELECT * FROM device_pairing_paired', [])], [before, []]);
    const { findings } = await diagnose(here.fs, here.options);
    assert.ok(Array.isArray(findings));
  }
});

test('what stands for a token that stays in the sandbox is known to nobody before', async () => {
  const here = start();
  const device = { publicKey: newIdentity().publicKey };
  const { deviceId } = await prePair(here.fs, { ...here.options, device, scopes: ['operator.read'] });
  const [{ tokens_json: tokens }] = here.sql('SELECT tokens_json FROM device_pairing_paired WHERE device_id = ?', [deviceId]);
  const { token } = JSON.parse(tokens).operator;
  const displayName = 'prepairKeepsThisTokenInsideTheSandbox000000';
  here.sql('UPDATE device_pairing_paired SET tokens_json = ? WHERE device_id = ?', [JSON.stringify({ operator: { ...JSON.parse(tokens).operator, note: displayName } }), deviceId]);
  await prePair(here.fs, { ...here.options, device, scopes: ['operator.read', 'operator.talk'] });
  const [row] = here.sql('SELECT * FROM device_pairing_paired WHERE device_id = ?', [deviceId]);
  assert.equal(JSON.parse(row.tokens_json).operator.token, token);
  assert.equal(JSON.parse(row.tokens_json).operator.note, displayName);
  assert.equal(JSON.stringify(row).split(token).length, 2, 'the token stands where it stood, and nowhere else');
});

test('a database whose tables keep other values than they are given is refused before anything is written, from outside and inside', async () => {
  const script = `try { console.log(JSON.stringify(require(process.argv[1]).setup(JSON.parse(process.argv[2])).paired)) } catch (error) { console.log(JSON.stringify(error.code)) }`;
  const loose = (text) => text.replaceAll(' STRICT', '');
  for (const change of [loose, (text) => loose(text).replaceAll('INTEGER', 'TEXT'), (text) => text.replaceAll('INTEGER', 'TEXT'), (text) => text.replaceAll('INTEGER', 'ANY'), (text) => loose(text).replaceAll(/TEXT|INTEGER/g, '')]) {
    for (const deviceId of [undefined, null]) {
      const here = start({ change, deviceId });
      const content = () => [here.sql('SELECT * FROM device_identities', []), here.sql('SELECT * FROM device_pairing_paired', [])];
      const before = content();
      // An identity whose times are not numbers is refused for itself, where it is read together with the columns.
      const codes = ['ERR_PREPAIR_SQLITE_SCHEMA', ...deviceId === null ? [] : ['ERR_PREPAIR_IDENTITY_BROKEN']];
      for (const told of [JSON.parse(nodeOf(script, PACKAGE, JSON.stringify(here.options))), await setup(here.fs, here.options).then(() => null, refused)]) {
        assert.ok(codes.includes(told), `${told} ${change}`);
      }
      assert.deepEqual(content(), before);
    }
  }
});
