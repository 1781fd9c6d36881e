// A state dir without a config of its own: which one is edited, and what is said of it. What gateways do there: 2026.2.19 and
// 2026.4.2 start with the config in the home, 2026.4.15 and 2026.9.6 miss one.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { place, prepair } from './setup.mjs';

test('setup() in a state dir that is not there yet, beside a gateway whose config it edits', (t) => {
  const here = place(t);
  here.put('openclaw.json', JSON.stringify({ gateway: { mode: 'local' } }));
  const locks = join(here.stateDir, 'tmp', `openclaw-${process.getuid()}`);
  mkdirSync(locks, { recursive: true });
  writeFileSync(join(locks, 'gateway.1234.lock'), JSON.stringify({ pid: process.pid, configPath: here.file('openclaw.json') }));
  const other = join(here.home, 'other');
  const setup = (gatewayVersion, options) => prepair.setup({ env: { HOME: here.home, OPENCLAW_STATE_DIR: other }, gatewayVersion, config: { merge: { logging: { level: 'info' } } }, dryRun: true, ...options });
  const said = (report) => report.warnings.map(({ code }) => code).filter((code) => /ELSEWHERE|RUNNING/.test(code)).sort();
  const early = setup('2026.4.2');
  assert.equal(early.config.path, here.file('openclaw.json'));
  assert.deepEqual(said(early), ['W_CONFIG_ELSEWHERE', 'W_GATEWAY_RUNNING']);
  const { message, hint, place: at } = early.warnings.find(({ code }) => code === 'W_CONFIG_ELSEWHERE');
  assert.ok(message.includes(other) && hint.includes(join(other, 'openclaw.json')), `${message} ${hint}`);
  assert.equal(at.path, here.file('openclaw.json'));
  // The hint, taken.
  assert.deepEqual(said(setup('2026.4.2', { configPath: join(other, 'openclaw.json') })), []);
  const late = setup('2026.4.15');
  assert.deepEqual([late.config.path, said(late)], [join(other, 'openclaw.json'), []]);
  assert.equal(readFileSync(here.file('openclaw.json'), 'utf8'), JSON.stringify({ gateway: { mode: 'local' } }));
});
