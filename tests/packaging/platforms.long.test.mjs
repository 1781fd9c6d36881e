// The packages of other platforms: built, with nothing newer than they promise, and run where that can be done here.
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { debian, node } from '../lib/cache.mjs';
import { ROOT, USE, USED, answer, app, exec } from './app.mjs';
import { PURE, expected } from './pure.mjs';

const file = (name) => join(ROOT, 'npm', name, 'prepair.node');
const build = (name) => exec('cargo', ['xtask', 'build', '--platforms', name], { cwd: ROOT });
const head = (name) => readFileSync(file(name)).subarray(0, 20);

/** The newest symbol version of a library that the addon asks for, as a number: 2.17 is 2017. */
async function newest(name, library) {
  const { stdout } = await exec('objdump', ['-T', file(name)]);
  const versions = [...stdout.matchAll(new RegExp(`\\b${library}_(\\d+)\\.(\\d+)`, 'g'))].map(([, major, minor]) => major * 1000 + Number(minor));
  assert.ok(versions.length > 0, stdout);
  return Math.max(...versions);
}

const SCRIPT = `
const { setup, binding, PrepairError } = require('openclaw-prepair');
const entry = require('openclaw-prepair/plan');
const { reads, plan } = entry;
${PURE}
${USE.replace('console.log(JSON.stringify({', '$&\n  use: use(entry), arch: process.arch,')}`;

/** Installs the package and the one of the platform, and uses them by `program`. */
async function uses(t, name, program, args = []) {
  const dir = await app(t, { files: { 'use.cjs': SCRIPT } });
  // as npm would on that machine; here it refuses what is for others
  cpSync(join(ROOT, 'npm', name), join(dir, 'node_modules/@openclaw-prepair', name), { recursive: true });
  const { binding, use, deviceId, device, arch, ...rest } = await answer(program, [...args, 'use.cjs'], { cwd: dir, env: { PREPAIR_BINDING: 'native' } });
  assert.equal(binding, 'native');
  assert.equal(arch, name.split('-')[1]);
  assert.deepEqual(rest, USED);
  assert.deepEqual(use, expected(), 'the plan of this machine\'s addon, byte for byte');
}

const clean = (name) => assert.ok(!readFileSync(file(name)).includes(homedir()), 'a folder of this machine is in it');

test('linux-x64-gnu runs with glibc 2.17', async (t) => {
  await build('linux-x64-gnu');
  clean('linux-x64-gnu');
  assert.ok(await newest('linux-x64-gnu', 'GLIBC') <= 2017);
  if (process.arch === 'x64') for (const major of [20, 24]) await uses(t, 'linux-x64-gnu', await node(major));
});

test('linux-arm64-gnu runs with glibc 2.17', async (t) => {
  await build('linux-arm64-gnu');
  clean('linux-arm64-gnu');
  assert.ok(await newest('linux-arm64-gnu', 'GLIBC') <= 2017);
  if (process.arch === 'arm64') return uses(t, 'linux-arm64-gnu', process.execPath);
  const debs = await debian('qemu-aarch64', ['qemu-user-static', 'libc6-arm64-cross', 'libgcc-s1-arm64-cross', 'libstdc++6-arm64-cross']);
  return uses(t, 'linux-arm64-gnu', join(debs, 'usr/bin/qemu-aarch64-static'), ['-L', join(debs, 'usr/aarch64-linux-gnu'), await node(20, 'arm64')]);
});

// Not run: nothing here has Node for them.
for (const [name, magic] of [
  ['linux-x64-musl', /^7f454c46.{28}3e00/],
  ['linux-arm64-musl', /^7f454c46.{28}b700/],
  ['darwin-arm64', /^cffaedfe0c000001/],
  ['darwin-x64', /^cffaedfe07000001/],
]) {
  test(`${name} builds`, async () => {
    await build(name);
    clean(name);
    assert.match(head(name).toString('hex'), magic);
    if (name.endsWith('musl')) {
      const { stdout } = await exec('objdump', ['-p', file(name)]);
      assert.deepEqual([...stdout.matchAll(/NEEDED\s+(\S+)/g)].map(([, library]) => library).filter((library) => library !== 'libc.so'), [], 'musl is all it needs');
    }
  });
}
