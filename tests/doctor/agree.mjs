// What doctor says is what the gateway does.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT, connect } from '../lib/client.mjs';
import { writeReference } from '../lib/reference.mjs';
import { stage } from './gateways.mjs';

const THROUGH = { 'X-Forwarded-For': '203.0.113.9' };
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** What the gateway does with a client that presents its device and calls cron.list: open, or what it says. */
export async function tried({ home, proxy }, identity, { direct = false } = {}) {
  const client = await connect({ url: direct ? home.url : proxy.url, token: home.token, identity, client: AGENT, timeoutMs: 10_000 });
  if (!client.ok) return client.closeCode;
  const answer = await client.request('cron.list').then(() => 'open', (error) => error.message);
  await client.close();
  return answer;
}

/** doctor and the gateway agree on open (or silently approved) or not. */
export async function agree(at, identity, open, { direct = false, flags = ['--presents-device'], findings = [], without = [] } = {}) {
  const connection = direct ? [] : Object.entries(THROUGH).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
  const { json, code } = await at.run('doctor', '--json', ...flags, ...connection);
  const codes = json.findings.map((finding) => finding.code);
  for (const finding of findings) assert.ok(codes.includes(`W_${finding}`), `${finding} is not among ${codes}`);
  for (const finding of without) assert.ok(!codes.includes(`W_${finding}`), `${finding} is still among ${codes}`);
  assert.equal(code, open ? 0 : 3, JSON.stringify(json, null, 1));
  assert.equal((await tried(at, identity, { direct })) === 'open', open, JSON.stringify(json, null, 1));
}

export const record = (change) => (stateDir, identity) => {
  const path = join(stateDir, 'devices/paired.json');
  const store = read(path);
  change(store[identity.deviceId]);
  writeFileSync(path, JSON.stringify(store));
};

/** Spoils one thing of a sound record beside a running gateway, and has `setup` mend it. */
export async function spoiltAndMended(t, version, cases) {
  let identity;
  const at = await stage(t, version, { prepare: (home) => { identity = writeReference(home.stateDir); } });
  const { stateDir } = at.home;
  const pending = join(stateDir, 'devices/pending.json');
  const sound = readFileSync(join(stateDir, 'devices/paired.json'));
  await agree(at, identity, true);
  for (const [finding, spoil, fix = ['setup', '--no-config']] of cases) {
    writeFileSync(join(stateDir, 'devices/paired.json'), sound);
    writeFileSync(pending, '{}');
    spoil(stateDir, identity);
    await agree(at, identity, false, { findings: [finding] });
    if (fix === 'remove') writeFileSync(join(stateDir, 'devices/paired.json'), '{}');
    const fixed = await at.run(...(fix === 'remove' ? ['setup', '--no-config'] : fix));
    assert.equal(fixed.code, 0, fixed.stderr);
    await agree(at, identity, true, { without: [finding] });
  }
}
