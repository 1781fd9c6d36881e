// A state dir that we prepared for 2026.7.1 and that 2026.9.6 takes over: the same device, still paired.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openclaw } from '../lib/cache.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { onNode24 } from '../lib/node24.mjs';
import { prepair } from '../lib/prepair.mjs';
import { stage } from './matrix.mjs';

onNode24(import.meta.url, () => {
  for (const started of [true, false]) {
    test(`2026.7.1 prepared${started ? ' and started' : ''}, then ${NEWEST}`, async (t) => {
      const at = await stage('2026.7.1', { gateway: { trustedProxies: ['127.0.0.1'] } });
      t.after(() => at.dispose());
      const { deviceId, store } = at.setup();
      assert.equal(store, 'json');
      if (started) await at.running(async (enter) => assert.equal(await enter(at.identity()), 'open'));
      const options = { ...at.options, openclawDir: await openclaw(NEWEST) };
      const report = prepair.setup(options);
      assert.deepEqual([report.deviceId, report.identity], [deviceId, 'reused']);
      at.home.version = NEWEST;
      at.options.openclawDir = options.openclawDir;
      await at.running(async (enter) => {
        const identity = prepair.exportIdentity(options);
        assert.equal(identity.deviceId, deviceId);
        assert.equal(await enter(identity), 'open');
      });
      const again = prepair.setup(options);
      assert.deepEqual([again.store, again.deviceId, again.paired], ['sqlite', deviceId, 'unchanged']);
      // Going back is what no one can help with.
      assert.throws(() => prepair.setup({ ...at.options, openclawDir: undefined, gatewayVersion: '2026.7.1' }), { code: 'ERR_PREPAIR_STORE_CONFLICT' });
    });
  }
});
