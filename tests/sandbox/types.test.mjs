// The types of the real SDKs against what the adapters use of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sdks } from './vercel-server.mjs';

test('the sandboxes of the real SDKs fit the adapters', async () => {
  const modules = await sdks();
  const dir = mkdtempSync(join(tmpdir(), 'prepair-types-'));
  try {
    cpSync(fileURLToPath(new URL('types/adapters.ts', import.meta.url)), join(dir, 'adapters.ts'));
    symlinkSync(modules, join(dir, 'node_modules'));
    const sandbox = fileURLToPath(new URL('../../npm/openclaw-prepair/sandbox.d.ts', import.meta.url));
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({
      compilerOptions: {
        strict: true, noEmit: true, exactOptionalPropertyTypes: false, target: 'es2023', lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
        module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true, types: ['node'], paths: { 'openclaw-prepair/sandbox': [sandbox] },
      },
      files: ['adapters.ts'],
    }));
    const { status, stdout } = spawnSync(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', dir], { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
