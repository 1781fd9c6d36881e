// 2026.9.6 starts after every one of our calls, in whatever order they and its own commands come.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { newIdentity } from '../lib/client.mjs';
import { cli } from '../lib/gateway.mjs';
import { NEWEST as VERSION } from '../lib/versions.mjs';
import { onNode24 } from '../lib/node24.mjs';
import { place, refusal } from '../node/setup.mjs';
import { prepair } from '../lib/prepair.mjs';
import { stage } from './matrix.mjs';

// One order that prepares before the first start and one that does it after; all thirty, and the slower commands, by
// ORDERS=all, as the long run does (orders.long.test.mjs).
const ALL = process.env.ORDERS === 'all';
const SOME = ['SGPSG', 'GPSSG'];

function permutations(letters) {
  if (letters.length < 2) return [letters];
  const out = new Set();
  [...letters].forEach((letter, i) => permutations(letters.slice(0, i) + letters.slice(i + 1)).forEach((rest) => out.add(letter + rest)));
  return [...out];
}

onNode24(import.meta.url, () => {
  for (const order of ALL ? permutations('SGPSG') : SOME) {
    test(`setup, patchConfig and starts in the order ${order}, the config changed in between`, async (t) => {
      const at = await stage(VERSION);
      t.after(() => at.dispose());
      let port = 18_900;
      let prepared = false;
      for (const step of order) {
        port += 1;
        if (step === 'S') {
          at.setup({ config: { merge: { gateway: { controlUi: { allowedOrigins: [`http://127.0.0.1:${port}`] } } } } });
          prepared = true;
        } else if (step === 'P') {
          at.patchConfig({ merge: { gateway: { controlUi: { allowedOrigins: [`http://127.0.0.1:${port}`] } } } });
        } else {
          await at.running(async (enter) => {
            if (prepared) assert.equal(await enter(at.identity()), 'open');
            else assert.equal(await enter(newIdentity()), '1008');
          });
        }
      }
      if (!order.endsWith('G')) await at.running(async (enter) => assert.equal(await enter(at.identity()), 'open'));
    });
  }

  // OpenClaw's own commands, and what they themselves make of a state dir that was never started.
  const COMMANDS = {
    'config set': ['config', 'set', 'gateway.controlUi.allowedOrigins', '["http://127.0.0.1:18999"]'],
    'cron list': ['cron', 'list'],
    doctor: ['doctor', '--non-interactive'],
    onboard: ['onboard', '--non-interactive', '--accept-risk', '--mode', 'local', '--auth-choice', 'skip', '--skip-health', '--skip-channels', '--skip-skills', '--skip-daemon'],
  };
  /** How a command ended, in one line. */
  const ended = ({ code, stdout, stderr }) => `exit ${code} ${`${stdout}${stderr}`.match(/.*(Legacy device identity|[Ee]rror|failed)[^\n]*/)?.[0] ?? ''}`.trim();
  for (const [name, args] of Object.entries(COMMANDS).filter(([name]) => ALL || name === 'cron list')) {
    test(`openclaw ${name} before and after setup`, async (t) => {
      const first = await stage(VERSION);
      t.after(() => first.dispose());
      const before = await cli(first.home, args);
      t.diagnostic(`before ours: ${ended(before)}`);
      first.setup();
      await first.running(async (enter) => assert.equal(await enter(first.identity()), 'open', 'before ours'));

      const then = await stage(VERSION);
      t.after(() => then.dispose());
      const { deviceId } = then.setup();
      const after = await cli(then.home, args);
      t.diagnostic(`between ours and the first start: ${ended(after)}`);
      await then.running(async (enter) => {
        assert.equal(then.identity().deviceId, deviceId);
        assert.equal(await enter(then.identity()), 'open', 'after ours');
      });
      const later = await cli(then.home, args);
      t.diagnostic(`after the first start: ${ended(later)}`);
      then.setup();
      await then.running(async (enter) => assert.equal(await enter(then.identity()), 'open', 'after the command on a started one'));
    });
  }

  // A file with another key stops the next start that migrates, which is one after a change of the config, unless that
  // place was imported from before (2026.9.6 src/infra/state-migrations.device-identity.ts: a receipt makes it a notice).
  for (const [key, imported] of [['made by the gateway itself', false], ['imported from our file', true]]) {
    test(`the key ${key}: beside another identity file patchConfig is refused, and the gateway still starts`, async (t) => {
      const at = await stage(VERSION);
      t.after(() => at.dispose());
      const opens = (why) => at.running(async (enter) => assert.equal(await enter(at.identity()), 'open', why));
      if (imported) at.setup();
      else await at.running(async (enter) => assert.equal(await enter(newIdentity()), '1008'));
      if (imported) await opens();
      at.setup();
      const path = join(at.home.stateDir, 'identity/device.json');
      assert.ok(!existsSync(path), 'no call and no start leaves one');
      const other = place(t);
      prepair.setup(other.options);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, other.text('identity/device.json'), { mode: 0o600 });
      const config = readFileSync(at.home.configPath, 'utf8');
      const patch = { merge: { gateway: { controlUi: { allowedOrigins: ['http://127.0.0.1:18899'] } } } };
      const error = refusal(() => at.patchConfig(patch));
      assert.equal(error?.code, 'ERR_PREPAIR_LEGACY_IDENTITY_CONFLICT');
      assert.equal(readFileSync(at.home.configPath, 'utf8'), config);
      await opens('it starts, since the config is as it was');

      // The same edit by hand shows what the refusal is for.
      prepair.patchConfig({ ...other.options, configPath: at.home.configPath, ...patch });
      assert.notEqual(readFileSync(at.home.configPath, 'utf8'), config);
      if (imported) await opens('the receipt of the import says that this file does not count');
      else await assert.rejects(at.running(() => {}), { exitCode: 78 });
      rmSync(path);
      await opens('moving the file away is the way out');
    });
  }

  test('a device is approved beside a primary identity of its own, which stays', async (t) => {
    const at = await stage(VERSION);
    t.after(() => at.dispose());
    const far = newIdentity();
    let own;
    await at.running(async (enter) => {
      own = at.identity();
      assert.equal(await enter(far), '1008');
      const report = at.prePair({ device: { publicKey: far.publicKey } });
      assert.deepEqual([report.identity, report.deviceId], ['untouched', far.deviceId]);
      assert.equal(await enter(far), 'open', 'seen without a restart');
    });
    assert.deepEqual(at.identity(), own);
  });
});
