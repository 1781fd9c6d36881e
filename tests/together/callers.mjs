// Many processes that call setup() on one state dir at once, by both bindings.
import assert from 'node:assert/strict';
import { generateKeyPairSync, createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BINDINGS, Caller } from '../lib/caller.mjs';

const other = () => {
  const raw = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { deviceId: createHash('sha256').update(raw).digest('hex'), publicKey: raw.toString('base64url'), role: 'operator', createdAtMs: 1, approvedAtMs: 1, own: [1.0] };
};

/** Every round begins with a new state dir: with nothing, with other devices, or with a lock that a dead process left. */
export async function meet(t, { callers, rounds }) {
  const work = fs.mkdtempSync(join(tmpdir(), 'prepair-together-'));
  const all = Array.from({ length: callers }, (_, at) => new Caller(BINDINGS[at % BINDINGS.length]));
  t.after(async () => {
    await Promise.all(all.map((caller) => caller.stop()));
    fs.rmSync(work, { recursive: true, force: true });
  });
  // once alone: all that is loaded lazily is loaded
  await Promise.all(all.map((caller, at) => caller.call('setup', options(join(work, `alone-${at}`)))));
  const seen = { created: 0, attempts: 0, slowest: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const home = join(work, `round-${round}`);
    const devices = round % 3 === 0 ? [] : [other(), other()];
    if (devices.length > 0) {
      fs.mkdirSync(join(home, '.openclaw/devices'), { recursive: true, mode: 0o700 });
      fs.writeFileSync(join(home, '.openclaw/devices/paired.json'), JSON.stringify(Object.fromEntries(devices.map((it) => [it.deviceId, it])), null, 2), { mode: 0o600 });
    }
    if (round % 3 === 2) deadLock(join(home, '.openclaw'));
    const started = performance.now();
    const answers = await Promise.all(all.map((caller) => caller.call('setup', options(home))));
    seen.slowest = Math.max(seen.slowest, performance.now() - started);
    assert.deepEqual(answers.filter((answer) => !answer?.report), [], `round ${round}: everyone is served`);
    const reports = answers.map(({ report }) => report);
    const file = (name) => JSON.parse(fs.readFileSync(join(home, '.openclaw', name), 'utf8'));
    const { deviceId } = file('identity/device.json');
    assert.deepEqual([...new Set(reports.map((report) => report.deviceId))], [deviceId], `round ${round}: one identity`);
    const paired = file('devices/paired.json');
    assert.deepEqual(Object.keys(paired).sort(), [deviceId, ...devices.map((it) => it.deviceId)].sort(), `round ${round}: its record, and the others'`);
    for (const device of devices) assert.deepEqual(paired[device.deviceId], device);
    assert.equal(file('openclaw.json').gateway.mode, 'local');
    const stray = fs.readdirSync(home, { recursive: true }).filter((name) => name.includes('.prepair'));
    assert.deepEqual(stray, [], `round ${round}: no temp file and no lock`);
    seen.created += reports.filter((report) => report.identity === 'created').length;
    seen.attempts = Math.max(seen.attempts, ...reports.map((report) => report.attempts));
    fs.rmSync(home, { recursive: true });
  }
  t.diagnostic(`${rounds} rounds of ${callers} callers: one identity each; ${seen.created} reports say "created", at most ${seen.attempts} attempts, the slowest round ${Math.round(seen.slowest)} ms`);
  return seen;
}

const options = (home) => ({ stateDir: join(home, '.openclaw'), env: { HOME: home }, gatewayVersion: '2026.2.19' });

/** A lock as a process of an earlier boot leaves it. */
function deadLock(stateDir) {
  fs.mkdirSync(join(stateDir, '.prepair.lock'), { recursive: true, mode: 0o700 });
  fs.writeFileSync(join(stateDir, '.prepair.lock', '00000000-0000-4000-8000-000000000000.1.17.1.0123abcd'), '');
}
