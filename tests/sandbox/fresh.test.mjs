// `fresh` that does not come to its end: nothing is to be seen, or all of it whole, and the same call completes it.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { run } from './vercel-server.mjs';

const require = createRequire(import.meta.url);
const { setup, localDir, PrepairError } = require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');
const local = require('../../npm/openclaw-prepair');

const root = mkdtempSync(join(tmpdir(), 'prepair fresh '));
after(() => rmSync(root, { recursive: true }));
let rooms = 0;

function start(setsModes) {
  const dir = join(root, String(rooms += 1));
  const [home, temp] = [join(dir, 'home'), join(dir, 'tmp')];
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temp };
  const fs = { ...localDir(home), setsModes, exec: (argv, context) => run(argv, { cwd: '/', env, signal: context?.signal }) };
  return { home, temp, fs, options: { stateDir: join(home, '.openclaw'), gatewayVersion: '2026.2.19' } };
}

const FILES = ['identity/device.json', 'devices/paired.json', 'openclaw.json'];
const verdict = ({ options }) => local.diagnose(options).verdict;

/** What goes wrong at the n-th call: each takes the call and gives it back changed; `late` holds what arrives only afterwards. */
const WRONG = {
  fails: () => async () => { throw new Error('gone'); },
  'fails when it was done': (body) => async (...args) => { await body(...args); throw new Error('gone'); },
  'is aborted': (body, { control }) => () => { control.abort(); return new Promise(() => {}); },
  'is aborted when it was done': (body, { control }) => async (...args) => { await body(...args); control.abort(); return await new Promise(() => {}); },
  'hangs': () => () => new Promise(() => {}),
  'hangs when it was done': (body) => async (...args) => { await body(...args); return await new Promise(() => {}); },
  'arrives when the caller has gone': (body, { late }) => async (...args) => { late.push(() => body(...args)); throw new Error('gone'); },
};

for (const [what, setsModes, options] of [
  ['uploads with modes', true, {}], ['uploads without modes', false, {}], ['an owner', true, { owner: { uid: process.getuid(), gid: process.getgid() } }],
]) {
  describe(what, () => {
    // With `gone`, nothing of the sandbox answers any more: the caller was killed, or the sandbox was.
    for (const [wrong, change] of Object.entries(WRONG)) for (const gone of [false, true]) {
      test(`a call ${wrong}${gone ? ', and so does each one after it' : ''}`, async () => {
        let failed = 0;
        for (let n = 0; ; n += 1) {
          const at = start(setsModes);
          const before = verdict(at);
          const [control, late] = [new AbortController(), []];
          let count = 0;
          const changed = (body) => (...args) => {
            const number = count++;
            return (number === n || (gone && number > n) ? change(body, { control, late }) : body)(...args);
          };
          const fs = { ...at.fs, ...Object.fromEntries(['read', 'writeMany', 'exec'].map((name) => [name, changed(at.fs[name])])) };
          const timeoutMs = wrong.startsWith('hangs') ? 1500 : undefined;
          const error = await setup(fs, { ...at.options, ...options, fresh: true, signal: control.signal, timeoutMs }).then(() => null, (error) => error);
          for (const body of late) await body().catch(() => {});
          if (error) assert.ok(error instanceof PrepairError && error.hint, String(error?.stack));
          // Only what is written in place can be seen before it is whole.
          if (error && setsModes && !options.owner) assert.match(error.hint, /^(?!.* is whole).*cut off: the same call with `fresh` completes it\.$/, error.code);
          const there = FILES.filter((file) => existsSync(join(at.options.stateDir, file)));
          assert.deepEqual(there.length === 0 ? there : FILES, there, `call ${n}`);
          for (const file of there) JSON.parse(readFileSync(join(at.options.stateDir, file), 'utf8'));
          assert.equal(verdict(at), there.length === 0 ? before : 'open', `call ${n}`);
          const other = start(setsModes);
          cpSync(at.home, other.home, { recursive: true });
          for (const [place, fresh] of [[at, true], [other, false]]) {
            const report = await setup(place.fs, { ...place.options, ...options, fresh });
            assert.equal(JSON.parse(readFileSync(join(place.options.stateDir, FILES[0]), 'utf8')).deviceId, report.deviceId);
            assert.equal(verdict(place), 'open');
          }
          failed += error ? 1 : 0;
          if (count <= n) break;
        }
        assert.ok(failed >= (setsModes && !options.owner ? 1 : 3), `${failed} calls`);
      });
    }
  });
}

test('what is there is overwritten at once, not in place', async () => {
  for (const setsModes of [true, false]) {
    const at = start(setsModes);
    const first = await setup(at.fs, at.options);
    const again = await setup(at.fs, { ...at.options, fresh: true });
    assert.equal(again.identity, 'created');
    assert.notEqual(again.deviceId, first.deviceId);
    assert.deepEqual([again.roundTrips, verdict(at)], [setsModes ? 1 : 3, 'open']);
  }
});
