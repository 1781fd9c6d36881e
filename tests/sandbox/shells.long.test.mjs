// The cases of bad-input.test.mjs under each POSIX shell, with the commands that come along with it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { shells } from './shells.mjs';

const found = await shells();
after(() => found.forEach(({ bin }) => bin && rmSync(bin, { recursive: true })));

for (const shell of found) {
  test(shell.name, (t) => {
    const env = { ...process.env, PREPAIR_SHELL: JSON.stringify(shell) };
    delete env.NODE_TEST_CONTEXT;
    const child = spawnSync(process.execPath, ['--test', '--test-reporter=tap', fileURLToPath(new URL('bad-input.test.mjs', import.meta.url))], { encoding: 'utf8', env });
    t.diagnostic(child.stdout.split('\n').filter((line) => /^(not )?ok /.test(line)).join('\n'));
    assert.equal(child.status, 0, child.stdout);
    assert.match(child.stdout, /^# fail 0$/m);
  });
}
