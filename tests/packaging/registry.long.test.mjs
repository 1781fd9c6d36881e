// The rehearsal of a release: every package, published on a registry of our own on loopback, and installed from there.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { unfit } from '../../npm/release/pack.mjs';
import { packages } from '../../npm/release/packages.mjs';
import { node } from '../lib/cache.mjs';
import { ROOT, USED, build, exec } from './app.mjs';
import { NAMES, uses } from './managers.mjs';
import { publish, startRegistry } from './registry.mjs';

let dir;
let registry;
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'prepair-registry-'));
  const lacking = packages().filter(({ name, platform, folder }) => platform && unfit(name, join(folder, 'prepair.node'), build) !== null).map(({ name }) => name);
  if (lacking.length > 0) await exec('cargo', ['xtask', 'build', '--platforms', ...lacking], { cwd: ROOT });
  await exec(process.execPath, ['npm/release/pack.mjs', join(dir, 'packages')], { cwd: ROOT });
  registry = await startRegistry(dir);
  await publish(join(dir, 'packages'), registry);
});
after(async () => {
  await registry?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('every package is there, the addons as optional packages of the same version', async () => {
  const { whole, version, packages } = JSON.parse(readFileSync(join(dir, 'packages/release.json'), 'utf8'));
  assert.equal(whole, true);
  for (const { name, integrity } of packages) {
    const { versions } = await (await fetch(`${registry.url}${name.replace('/', '%2f')}`)).json();
    assert.equal(versions[version].dist.integrity, integrity, name);
    if (name === 'openclaw-prepair') assert.deepEqual(versions[version].optionalDependencies, Object.fromEntries(packages.slice(0, 6).map((one) => [one.name, version])));
  }
});

for (const major of [20, 24]) {
  for (const manager of NAMES) {
    test(`${manager} on Node ${major} brings the addon`, async () => {
      const { binding, deviceId, device, ...rest } = await uses(manager, { dir, url: registry.url, node: await node(major) });
      assert.equal(binding, 'native');
      assert.deepEqual(rest, USED);
    });
    test(`${manager} on Node ${major}, without optional packages: the wasm`, { skip: manager === 'yarn 4' && 'has no such flag' }, async () => {
      const { binding, deviceId, device, ...rest } = await uses(manager, { dir, url: registry.url, node: await node(major), addon: false });
      assert.equal(binding, 'wasm');
      assert.deepEqual(rest, USED);
    });
  }
}
