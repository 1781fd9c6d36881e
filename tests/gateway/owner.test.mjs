// A setup script that runs as root, for a gateway that runs as its own user.
import assert from 'node:assert/strict';
import { chown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AGENT, callAs } from '../lib/client.mjs';
import { openGateway } from '../lib/gateway.mjs';
import { prepair } from '../lib/prepair.mjs';

test('setup() as root on a home of uid 1000, gateway as uid 1000: open', async (t) => {
  assert.equal(process.getuid(), 0, 'this test needs root: it gives a home to another user');
  const owner = { uid: 1000, gid: 1000 };
  const { home, gateway, proxy } = await openGateway(t, {
    version: '2026.2.19', owner,
    prepare: async ({ env, stateDir, version }) => {
      prepair.setup({ env, gatewayVersion: version });
      for (const entry of await readdir(stateDir, { recursive: true })) {
        const { uid, gid, mode } = await lstat(join(stateDir, entry));
        assert.deepEqual({ entry, uid, gid, others: mode & 0o077 }, { entry, ...owner, others: 0 });
      }
    },
  });
  const identity = prepair.exportIdentity({ env: home.env });
  const list = () => callAs(AGENT, { url: proxy.url, token: home.token, identity }, 'cron.list');
  assert.deepEqual(await list(), { jobs: [] });
  assert.equal((await lstat(`/proc/${gateway.pid}`)).uid, 1000);

  // The owner is what it hangs on: the same record as root's own file doesn't open.
  await chown(join(home.stateDir, 'devices', 'paired.json'), 0, 0);
  await assert.rejects(list());
});
