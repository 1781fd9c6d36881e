// Two builds of the wasm module, from copies of the sources at different places, are the same to the byte.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, exec } from './app.mjs';

test('the wasm module can be built again', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-repeat-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  // as in the working tree, tracked or new
  const files = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  execFileSync('tar', ['-c', '--files-from=-', '--ignore-failed-read', '-f', join(dir, 'tree.tar')], { cwd: ROOT, input: files });
  execFileSync('tar', ['-xf', join(dir, 'tree.tar')], { cwd: dir });
  const { CARGO_TARGET_DIR, ...env } = process.env;
  await exec('cargo', ['xtask', 'build', '--wasm'], { cwd: dir, env });
  for (const file of ['openclaw-prepair/lib/core/prepair.wasm', 'component/component.wasm', 'openclaw-prepair/lib/core/glue.js', 'openclaw-prepair/lib/esm/core/glue.mjs']) {
    assert.ok(readFileSync(join(dir, 'npm', file)).equals(readFileSync(join(ROOT, 'npm', file))), file);
  }
});
