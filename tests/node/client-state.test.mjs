// The state dir of a client: its records no gateway reads. And configs that tell nothing, which hinder nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { place, prepair, refusal, snapshot } from './setup.mjs';

const remote = createRequire(import.meta.url)('../../npm/openclaw-prepair/lib/entry/sandbox-node.js');
const CLI = fileURLToPath(new URL('../../npm/openclaw-prepair/bin/openclaw-prepair.js', import.meta.url));

const CLIENT = "{ gateway: { mode: 'remote', remote: { url: 'wss://gateway.example' } } } // JSON5\n";

test('setup() and prePair() in the state dir of a client: refused, nothing changes', async (t) => {
  const here = place(t);
  const { publicKey } = prepair.prePair(here.options);
  here.put('openclaw.json', CLIENT);
  const before = snapshot(here.home);
  const other = prepair.newIdentity();
  for (const [options, key] of [
    [{}, publicKey], [{ pending: 'all' }, publicKey], [{ dryRun: true }, publicKey],
    [{ device: { publicKey: other.publicKey } }, other.publicKey], [{ identity: { privateKeyPem: other.privateKeyPem } }, other.publicKey],
  ]) {
    for (const operation of ['prePair', 'setup']) {
      for (const run of [() => refusal(() => prepair[operation]({ ...here.options, ...options })), () => remote[operation](remote.localDir(here.home), { ...here.options, ...options }).then(() => null, (error) => error)]) {
        const error = await run();
        assert.equal(error?.code, 'ERR_PREPAIR_CLIENT_STATE', operation);
        assert.equal(error.path, here.file('openclaw.json'));
        assert.ok(error.hint.includes(`openclaw-prepair pre-pair --device ${key}`) || key.startsWith('-') && error.hint.includes(`--device=${key}`), error.hint);
      }
    }
  }
  const cli = spawnSync(process.execPath, [CLI, 'setup', '--state-dir', here.stateDir, '--gateway-version', '2026.2.19'], { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: here.home } });
  assert.equal(cli.status, 1, cli.stdout);
  assert.ok(cli.stderr.includes(publicKey), cli.stderr);
  assert.deepEqual(snapshot(here.home), before);
  // What is not about records goes on, and a gateway's config ends it.
  assert.deepEqual(prepair.clearPending(here.options).changes, []);
  prepair.patchConfig({ ...here.options, merge: { gateway: { mode: 'local' } }, trustedProxies: false });
  assert.deepEqual(prepair.prePair(here.options).changes, []);
});

test('a variable of the environment, or an included file, tells of a client too', (t) => {
  const told = {
    variable: ["{ gateway: { mode: '${GW_MODE}' } }"],
    'included whole': ["{ $include: './base.json' }", "{ gateway: { mode: 'remote' } }"],
    'included below gateway': ["{ gateway: { $include: './base.json' } }", "{ mode: 'remote' }"],
  };
  for (const [name, [config, base]] of Object.entries(told)) {
    const here = place(t);
    here.put('openclaw.json', config);
    if (base) here.put('base.json', base);
    const env = { HOME: here.home, GW_MODE: 'remote' };
    for (const operation of ['prePair', 'setup']) {
      const before = snapshot(here.home);
      assert.equal(refusal(() => prepair[operation]({ ...here.options, env }))?.code, 'ERR_PREPAIR_CLIENT_STATE', `${name}: ${operation}`);
      assert.deepEqual(snapshot(here.home), before);
    }
  }
});

test('a gateway that runs on the state dir reads its records, whatever the config says by now', (t) => {
  const here = place(t);
  here.put('openclaw.json', CLIENT);
  const locks = join(here.stateDir, 'tmp', `openclaw-${process.getuid()}`);
  mkdirSync(locks, { recursive: true });
  writeFileSync(join(locks, 'gateway.1234.lock'), JSON.stringify({ pid: process.pid, configPath: here.file('openclaw.json') }));
  const report = prepair.prePair(here.options);
  assert.equal(report.paired, 'created');
  assert.ok(report.warnings.some(({ code }) => code === 'W_GATEWAY_RUNNING'));
});

test('a config that is not there, broken or something else than a file hinders no prePair()', async (t) => {
  const make = {
    missing: () => null,
    broken: (file) => { writeFileSync(file, "{ gateway: { mode: 'remote'"); },
    'a folder': (file) => { mkdirSync(file); },
    'a link': (file) => { symlinkSync('elsewhere', file); },
    'a FIFO': (file) => { assert.equal(spawnSync('mkfifo', [file]).status, 0); },
    'below a file': (file) => { writeFileSync(join(file, '..'), ''); },
    'with an include that is a folder': (file) => {
      writeFileSync(file, "{ $include: './base.json5', gateway: { mode: 'remote' } }");
      mkdirSync(join(file, '..', 'base.json5'));
    },
  };
  for (const [name, body] of Object.entries(make)) {
    for (const inside of [true, false]) {
      const here = place(t);
      const folder = join(here.home, 'config');
      if (name !== 'below a file') mkdirSync(folder);
      const configPath = join(folder, 'openclaw.json');
      body(configPath);
      const options = { ...here.options, configPath };
      const before = snapshot(folder);
      const report = inside ? prepair.prePair(options) : await remote.prePair(remote.localDir(here.home), options);
      assert.equal(report.paired, 'created', name);
      const again = inside ? prepair.prePair(options) : await remote.prePair(remote.localDir(here.home), options);
      assert.deepEqual(again.changes, [], name);
      assert.deepEqual(snapshot(folder), before, name);
      rmSync(folder, { recursive: true });
    }
  }
});
