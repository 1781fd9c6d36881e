// docs/recipes: each file by its own tool, and the commands in it in a bare folder, as the user that it names. No container engine,
// cluster, service manager or runner is at hand; gateways.long.test.mjs starts real gateways by each of them.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { actionlint } from '../lib/actionlint.mjs';
import { composed, docker, pod, read, steps, unit } from './files.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { RECIPES, image } from './image.mjs';
import { compose, hadolint, kubernetes, systemd } from './tools.mjs';

const TOKEN = 'a-token-of-these-tests-only-0123456789';
const { version } = JSON.parse(readFileSync(new URL('../../npm/openclaw-prepair/package.json', import.meta.url), 'utf8'));

/** A copy of a recipe, changed: what its tool has to notice. */
function broken(t, name, from, to) {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-broken-'));
  t.after(() => rmSync(dir, { recursive: true, force: true, maxRetries: 10 }));
  const text = read(name);
  assert.ok(text.includes(from), name);
  const file = join(dir, name.split('/').pop());
  writeFileSync(file, text.replaceAll(from, to));
  return file;
}

test('docs/recipes/README.md names every file, and each file names the same versions', () => {
  const files = readdirSync(RECIPES, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(RECIPES.length));
  for (const file of files.filter((name) => name !== 'README.md')) {
    assert.ok(read('README.md').includes(`](${file})`), file);
    for (const [, name, stated] of read(file).matchAll(/\b(openclaw(?:-prepair)?)@(\d[\w.-]*)/g)) assert.equal(stated, name === 'openclaw' ? NEWEST : version, file);
  }
  assert.ok(files.length > 5);
});

test('Dockerfile: hadolint has nothing to say', async (t) => {
  assert.equal(await hadolint(join(RECIPES, 'docker/Dockerfile')), '');
  assert.match(await hadolint(broken(t, 'docker/Dockerfile', 'ENTRYPOINT', 'ENTRYPIONT')), /exit 1/);
});

test('compose: docker compose takes it, and wants the token', async () => {
  const { services } = await compose(join(RECIPES, 'docker/compose.yaml'), { OPENCLAW_GATEWAY_TOKEN: TOKEN });
  assert.deepEqual(services.openclaw.healthcheck.test.slice(0, 3), ['CMD', 'openclaw-prepair', 'verify']);
  await assert.rejects(compose(join(RECIPES, 'docker/compose.yaml'), {}), /OPENCLAW_GATEWAY_TOKEN/);
});

test('Kubernetes: the schemas take it', async (t) => {
  assert.equal(await kubernetes(join(RECIPES, 'kubernetes/openclaw.yaml')), '');
  assert.match(await kubernetes(broken(t, 'kubernetes/openclaw.yaml', 'fsGroup:', 'fsgroup:')), /fsgroup/);
});

test('systemd: systemd-analyze verify has nothing to say', async (t) => {
  const bin = mkdtempSync(join(tmpdir(), 'prepair-bin-'));
  t.after(() => rmSync(bin, { recursive: true }));
  for (const name of ['openclaw', 'openclaw-prepair']) writeFileSync(join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  const file = broken(t, 'systemd/openclaw.service', '/usr/bin/', `${bin}/`);
  assert.equal(await systemd(file), '');
  writeFileSync(file, readFileSync(file, 'utf8').replace('StateDirectory=', 'StateDirectoy='));
  assert.match(await systemd(file), /StateDirectoy/);
});

test('GitHub Actions: actionlint has nothing to say', async () => {
  assert.deepEqual(await actionlint(read('github-actions/gateway.yml'), '.github/workflows/gateway.yml'), []);
});

/** Every file of a state dir is that user's, and nobody else can read it. */
function owned(folder, uid) {
  const names = readdirSync(folder, { recursive: true });
  for (const name of names) {
    const stat = lstatSync(join(folder, name));
    assert.equal(stat.uid, uid, name);
    assert.equal(stat.mode & 0o077, 0, name);
  }
  return names;
}

test('Docker: as root and as uid 1000, on a volume of root\'s or of its own; the second start changes nothing', async (t) => {
  const here = await image(t);
  for (const [uid, owner] of [[0, 0], [0, 1000], [1000, 1000]]) {
    const home = here.file(`home-${uid}-${owner}`);
    const { env, user, argv } = docker({ '/home/node': home });
    assert.equal(user, 1000);
    mkdirSync(join(home, '.openclaw'), { recursive: true });
    chownSync(join(home, '.openclaw'), owner, owner);
    const start = () => here.run([argv[0], 'sh', '-c', 'id -u; id -G; echo "$HOME"'], { uid, env: { ...env, PROXY_PEER: '10.0.0.7' }, cwd: '/' });
    const first = await start();
    assert.deepEqual([first.code, first.text], [0, `1000\n1000\n${home}\n`]);
    const names = owned(join(home, '.openclaw'), 1000);
    for (const name of ['identity/device.json', 'devices/paired.json', 'openclaw.json']) assert.ok(names.includes(name), name);
    assert.deepEqual(JSON.parse(readFileSync(join(home, '.openclaw/openclaw.json'), 'utf8')).gateway.trustedProxies, ['10.0.0.7']);
    const stamps = () => names.map((name) => lstatSync(join(home, '.openclaw', name)).mtimeMs);
    const before = stamps();
    assert.equal((await start()).code, 0);
    assert.deepEqual(stamps(), before);
  }
  // a volume that this user can't write: a code and what to do in the log, and no gateway
  const locked = here.file('locked');
  mkdirSync(join(locked, '.openclaw'), { recursive: true });
  const refused = await here.run([docker({}).argv[0], 'echo', 'started'], { env: docker({ '/home/node': locked }).env });
  assert.equal(refused.code, 1);
  assert.match(refused.text, /ERR_PREPAIR_PERMISSION/);
  assert.doesNotMatch(refused.text, /started/);
});

test('Kubernetes: the init container on a volume of its group, with a read-only config behind a ConfigMap\'s links', async (t) => {
  const here = await image(t);
  const { uid, env, init, volume, config } = await pod(here.dir, TOKEN);
  const before = readFileSync(join(config, 'openclaw.json'), 'utf8');
  const { code, text } = await here.run(init, { uid, env });
  assert.deepEqual([code, text], [0, '']);
  assert.ok(owned(join(volume, 'state'), 1000).includes('devices/paired.json'));
  assert.equal(readFileSync(join(config, 'openclaw.json'), 'utf8'), before);
});

test('systemd: ExecStartPre as the unit\'s user in its StateDirectory', async (t) => {
  const here = await image(t);
  const { env, folder, mode, before } = unit(here.file('state'));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, mode);
  chownSync(folder, 1000, 1000);
  const { code, text } = await here.run(before, { env, cwd: '/' });
  assert.deepEqual([code, text], [0, '']);
  assert.ok(owned(folder, 1000).includes('.openclaw/identity/device.json'));
});

test('GitHub Actions: the step pairs, and what it has to say are annotations', async (t) => {
  const here = await image(t);
  const bin = here.file('home/node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  for (const name of ['openclaw', 'openclaw-prepair']) symlinkSync(here.file('bin', name), join(bin, name));
  const state = here.file('home/.openclaw');
  const env = { HOME: here.home, OPENCLAW_STATE_DIR: state, RUNNER_TEMP: here.home, GITHUB_ENV: here.file('home/env') };
  const pair = async () => here.run(['bash', '-e', '-c', (await steps())['Pair the device']], { env });
  const first = await pair();
  assert.equal(first.code, 0, first.text);
  assert.match(readFileSync(env.GITHUB_ENV, 'utf8'), /^OPENCLAW_GATEWAY_TOKEN=[0-9a-f]{48}\n$/);
  for (const line of first.text.trim().split('\n').filter(Boolean)) assert.match(line, /^::warning title=W_[A-Z_]+::\S/);
  writeFileSync(join(state, 'devices/paired.json'), '{"x": ');
  const refused = await pair();
  assert.equal(refused.code, 1);
  assert.match(refused.text, /^::error title=ERR_PREPAIR_SYNTAX::.*restore it from a backup/m);
});

test('Docker and compose: the container starts, and a real gateway lets its healthcheck in', async (t) => {
  const here = await image(t);
  const { env, argv } = docker({ '/home/node': here.home });
  const { env: more, healthcheck } = await composed({ OPENCLAW_GATEWAY_TOKEN: TOKEN });
  const started = { uid: 0, env: { ...env, ...more }, cwd: '/' };
  const check = () => here.run(healthcheck, { ...started, uid: 1000 });
  assert.notEqual((await check()).code, 0, 'before it is started');
  const gateway = await here.start(argv, started);
  assert.equal(lstatSync(`/proc/${gateway.pid}`).uid, 1000);
  const { code, text } = await check();
  assert.deepEqual([code, text], [0, '']);
});
