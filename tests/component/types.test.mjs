// The types of `@openclaw-prepair/component`, as TypeScript users see them, and that types say what JSON can get wrong.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { npmInstall } from '../lib/cache.mjs';

const USE = `import { identities, planner } from '@openclaw-prepair/component';
const key: string = identities.create().privateKeyPem;
const inputs = { files: [], rows: [], now: 1n, passedOver: [], failures: [] };
const target = { stateDir: '/s', env: [] as [string, string][] };
const planned = planner.plan({ target, operation: { tag: 'clear-pending', val: {} } }, inputs);
for (const step of planned.steps) if (step.tag === 'write') console.log(step.val.path, step.val.content.length, key);
`;

for (const [module, moduleResolution] of [['node16', 'node16'], ['esnext', 'bundler']]) {
  test(`types, ${moduleResolution}`, async (t) => {
    const modules = await npmInstall('typescript', { typescript: '5.9.3' });
    const dir = mkdtempSync(join(tmpdir(), 'prepair-types-'));
    t.after(() => rmSync(dir, { recursive: true }));
    mkdirSync(join(dir, 'node_modules/@openclaw-prepair'), { recursive: true });
    symlinkSync(fileURLToPath(new URL('../../npm/component', import.meta.url)), join(dir, 'node_modules/@openclaw-prepair/component'));
    writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, noEmit: true, target: 'es2022', lib: ['es2022', 'dom'], module, moduleResolution, types: [] } }));
    const check = (text) => {
      writeFileSync(join(dir, 'use.mts'), text);
      return spawnSync(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', dir], { encoding: 'utf8' });
    };
    const good = check(USE);
    assert.equal(good.status, 0, good.stdout);
    const bad = check(USE.replace("'clear-pending', val: {}", "'clear-pending', val: { deviceId: 1 }"));
    assert.match(bad.stdout, /deviceId|not assignable/);
  });
}
