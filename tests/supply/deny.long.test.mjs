// cargo-deny over what deny.toml allows: licences, sources, versions. Its advisories need a database from the network, see docs/security.md.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../lib/cache.mjs';

const root = join(cacheDir, 'cargo');
const program = join(root, 'bin', 'cargo-deny');

test('licences, sources and versions of the dependencies', (t) => {
  // at once where this version is there, not where another is
  const made = spawnSync('cargo', ['install', 'cargo-deny', '--version', '0.20.2', '--locked', '--root', root], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const done = spawnSync(program, ['check', 'licenses', 'bans', 'sources'], { encoding: 'utf8', cwd: fileURLToPath(new URL('../../', import.meta.url)) });
  t.diagnostic(done.stderr.trim().split('\n').at(-1));
  assert.equal(done.status, 0, done.stderr);
});
