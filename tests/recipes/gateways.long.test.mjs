// The recipes with real gateways, each started and asked as its file says.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pod, steps, unit } from './files.mjs';
import { image } from './image.mjs';

const TOKEN = 'a-token-of-these-tests-only-0123456789';

test('Kubernetes: init container, gateway, readiness probe', async (t) => {
  const here = await image(t);
  const { uid, env, init, argv, probe } = await pod(here.dir, TOKEN);
  assert.deepEqual(await here.run(init, { uid, env }), { code: 0, text: '' });
  await here.start(argv, { uid, env });
  assert.deepEqual(await here.run(probe, { uid, env }), { code: 0, text: '' });
});

test('systemd: ExecStartPre, ExecStart', async (t) => {
  const here = await image(t);
  const { env, folder, mode, before, argv } = unit(here.file('state'));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, mode);
  chownSync(folder, 1000, 1000);
  const options = { env: { ...env, OPENCLAW_GATEWAY_TOKEN: TOKEN }, cwd: '/' };
  assert.deepEqual(await here.run(before, options), { code: 0, text: '' });
  await here.start(argv, options);
  assert.deepEqual(await here.run(['openclaw-prepair', 'verify', '--quiet'], options), { code: 0, text: '' });
});

test('GitHub Actions: the steps of the job', async (t) => {
  const here = await image(t);
  const bin = here.file('home/node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  for (const name of ['openclaw', 'openclaw-prepair']) symlinkSync(here.file('bin', name), join(bin, name));
  const env = { HOME: here.home, OPENCLAW_STATE_DIR: here.file('home/.openclaw'), RUNNER_TEMP: here.home, GITHUB_ENV: here.file('home/env') };
  const all = await steps();
  const script = ['Pair the device', 'Start the gateway', 'npx openclaw cron list'].map((name) => {
    assert.ok(all[name], name);
    return `bash -e <<'STEP'\n${all[name]}\nSTEP\n[ -f "$GITHUB_ENV" ] && set -a && . "$GITHUB_ENV"`;
  }).join('\n');
  const { code, text } = await here.run(['bash', '-e', '-c', script], { env });
  assert.equal(code, 0, text);
});
