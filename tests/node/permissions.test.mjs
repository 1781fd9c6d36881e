// What a runtime's own permissions forbid is refused by a stable code and with what to do, and leaves nothing half done.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { node } from '../lib/cache.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { place, snapshot } from './setup.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGE = `${ROOT}npm/openclaw-prepair`;

/** Calls in a process of its own: what each gives, or the code, hint and path of its error. */
function call(binary, flags, calls, { prelude = '', PREPAIR_BINDING = '' } = {}) {
  const script = `
    ${prelude}
    const told = (body) => { try { return body(); } catch (error) { return { name: error.name, code: error.code, hint: error.hint, path: error.path }; } };
    console.log(JSON.stringify(${JSON.stringify(calls)}.map(([name, options]) => told(() => {
      const done = require(${JSON.stringify(PACKAGE)})[name](options);
      return { done: done.paired ?? done.verdict };
    }))));`;
  const { stdout, stderr } = spawnSync(binary, [...flags, '-e', script], { encoding: 'utf8', cwd: ROOT, env: { PATH: process.env.PATH, HOME: '/nonexistent', PREPAIR_BINDING } });
  assert.ok(stdout, stderr);
  return JSON.parse(stdout);
}

function forbidden(told, hint) {
  assert.deepEqual([told.name, told.code], ['PrepairError', 'ERR_PREPAIR_PERMISSION'], JSON.stringify(told));
  assert.match(told.hint, hint);
}

test("Node's permission model: the addon writes where it is allowed, the wasm module tells why it can't", async (t) => {
  const binary = await node(24);
  for (const exists of [false, true]) {
    const here = place(t);
    if (exists) mkdirSync(here.stateDir, { mode: 0o700 });
    const { gatewayVersion, ...auto } = here.options;
    const before = snapshot(here.home);
    for (const flags of [['--allow-fs-read=*', '--allow-fs-write=*'], [`--allow-fs-read=${ROOT}`, `--allow-fs-read=${here.home}`, `--allow-fs-write=${here.home}`]]) {
      const [setup, open] = call(binary, ['--permission', ...flags], [['setup', auto], ['diagnose', auto]], { PREPAIR_BINDING: 'wasm' });
      forbidden(setup, /--allow-addons/);
      assert.equal(setup.path?.startsWith(here.stateDir), true, setup.path);
      assert.ok(open.done, JSON.stringify(open));
      assert.deepEqual(snapshot(here.home), before);
    }
    // not even to be looked at
    const [unread] = call(binary, ['--permission', `--allow-fs-read=${ROOT}`], [['setup', auto]], { PREPAIR_BINDING: 'wasm' });
    forbidden(unread, /--allow-addons/);
    assert.deepEqual(snapshot(here.home), before);
    // the addon, whose system calls Node does not see, asks it all the same
    const [blind] = call(binary, ['--permission', `--allow-fs-read=${ROOT}`, '--allow-addons'], [['setup', auto]], { PREPAIR_BINDING: 'native' });
    forbidden(blind, /--allow-fs-read/);
    assert.deepEqual(snapshot(here.home), before);
    const [done] = call(binary, ['--permission', `--allow-fs-read=${ROOT}`, `--allow-fs-read=${here.home}`, '--allow-addons'], [['setup', auto]], { PREPAIR_BINDING: 'native' });
    assert.equal(done.done, 'created', JSON.stringify(done));
    assert.ok(existsSync(here.file('devices/paired.json')));
    const [key] = call(binary, ['--permission', `--allow-fs-read=${ROOT}`, '--allow-addons'], [['exportIdentity', auto]], { PREPAIR_BINDING: 'native' });
    forbidden(key, /--allow-fs-read/);
  }
});

test("Node's permission model: a database that may not be read", async (t) => {
  const binary = await node(24);
  const here = place(t, NEWEST);
  mkdirSync(here.file('state'), { recursive: true, mode: 0o700 });
  const make = `const { DatabaseSync } = require('node:sqlite'); new DatabaseSync(${JSON.stringify(here.file('state/openclaw.sqlite'))}).exec('PRAGMA user_version = 18')`;
  assert.equal(spawnSync(binary, ['-e', make]).status, 0);
  const before = snapshot(here.home);
  const [unread] = call(binary, ['--permission', `--allow-fs-read=${ROOT}`, '--allow-fs-read=/proc', '--allow-addons'], [['setup', here.options]], { PREPAIR_BINDING: 'native' });
  forbidden(unread, /--allow-fs-read/);
  assert.deepEqual(snapshot(here.home), before);
});

// As Deno throws without --allow-sys and --allow-env; tests/packaging/runtimes.long.test.mjs runs the real one.
test("Deno's permissions", (t) => {
  const here = place(t);
  const throws = "() => { throw Object.assign(new Error('Requires sys access to \"uid\", run again with the --allow-sys flag'), { name: 'NotCapable' }); }";
  for (const prelude of [`process.getuid = ${throws};`, `process.geteuid = ${throws};`, `process.env = new Proxy(process.env, { get: (env, key) => (key === 'PREPAIR_BINDING' ? (${throws})() : env[key]) });`]) {
    const [setup] = call(process.execPath, [], [['setup', here.options]], { prelude, PREPAIR_BINDING: 'wasm' });
    forbidden(setup, /--allow-sys/);
    assert.equal(existsSync(here.stateDir), false);
  }
});
