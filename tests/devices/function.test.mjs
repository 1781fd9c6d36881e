// A function that connects with its own token and without the shared secret, as docs/devices.md shows it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { node } from '../lib/cache.mjs';
import { block } from '../lib/docs.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { open } from './devices.mjs';

const PACKAGE = fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url));

for (const version of ['2026.2.19', NEWEST]) {
  test(`OpenClaw ${version}: a function with a key and a token of its own`, async (t) => {
    const { home, origin, call } = await open(t, version);
    const dir = await mkdtemp(join(tmpdir(), 'prepair-function-'));
    t.after(() => rm(dir, { recursive: true, force: true }));
    await mkdir(join(dir, 'node_modules'));
    await symlink(PACKAGE, join(dir, 'node_modules/openclaw-prepair'));
    const run = async (script, env) => {
      const file = join(dir, 'script.mjs');
      await writeFile(file, script);
      const child = spawn(await node(24), ['--no-warnings', '--preserve-symlinks', file], { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (text) => { stdout += text; });
      child.stderr.on('data', (text) => { stderr += text; });
      await new Promise((resolve) => child.on('close', resolve));
      return { stdout: stdout.trim(), stderr: stderr.trim() };
    };
    // Which OpenClaw it is tells the running gateway's own package.
    const { stdout, stderr } = await run(`${block('recipe: device-token')}\nconsole.log(JSON.stringify({ ...identity, token }));`, home.env);
    const { deviceId, privateKeyPem, token } = JSON.parse(stdout || JSON.stringify({ stderr }));
    const there = { GATEWAY_URL: origin.replace('http', 'ws'), DEVICE_KEY: privateKeyPem };
    const connects = async (secret, script = block('recipe: function')) => await run(script, { ...there, DEVICE_TOKEN: secret });
    const works = async (secret) => assert.match((await connects(secret)).stdout, /^\d+ jobs$/);
    const fails = async (why, ...asked) => {
      const { stdout, stderr } = await connects(...asked);
      assert.equal(stdout, '');
      assert.match(stderr, why);
    };
    await works(token);
    // What it was not given it does not get.
    await fails(/^(pairing required|unauthorized): /, token, block('recipe: function').replace("['operator.read']", "['operator.read', 'operator.admin']"));
    await call('rotate', { deviceId });
    await fails(/^unauthorized: /, token);
    const { token: fresh } = await call('token', { deviceId });
    await works(fresh);
    await call('remove', { deviceId });
    await fails(/^(pairing required|unauthorized): /, fresh);
  });
}
