// The list of a driver, whose devices cross in few sorts, is that of the core, however a store spells its records.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const { devices } = require('../../npm/openclaw-prepair');
const { plan, reads } = require('../../npm/openclaw-prepair/lib/entry/plan-node.js');

/** Numbers that look random and are the same each time. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SOME = ['null', 'true', 'false', '0', '-1', '1.5', '1e3', '1e400', '9007199254740993', '""', '"x"', '"Zoë 手机 \u{1f4f1}"', '"a\\u0062"', '"\\ud800"', '[]', '{}', '["operator.read"]', '["operator.read", 5, "operator.read"]', '{"a": [1]}'];
const TIMES = ['1767225600000', '1', '999999999999999', '1000000000000000'];
const NAMES = ['deviceId', 'publicKey', 'operatorLabel', 'displayName', 'clientId', 'clientMode', 'platform', 'deviceFamily', 'role', 'roles', 'scopes', 'approvedScopes', 'createdAtMs', 'approvedAtMs', 'lastSeenAtMs', 'lastConnectedAtMs', 'tokens', 'displ\\u0061yName', '__proto__', 'constructor'];
const OF_TOKEN = ['token', 'role', 'scopes', 'createdAtMs', 'lastUsedAtMs', 'revokedAtMs', 'rotatedAtMs', 'cre\\u0061tedAtMs'];

function record(pick, id) {
  const one = (list) => list[pick(list.length)];
  const odd = pick(3) === 0;
  const value = (usual) => (odd && pick(6) === 0 ? one([...SOME, ...TIMES]) : usual);
  const time = () => `${1_700_000_000_000 + pick(1e9)}`;
  const object = (fields) => `{${fields.map(([key, text]) => `"${key}":${odd ? ' ' : ''}${text}`).join(', ')}}`;
  const token = (role) => object([['token', '"secret"'], ['role', `"${role}"`], ['scopes', value('["operator.read", "operator.write"]')], ['createdAtMs', value(time())], ...(pick(2) ? [['lastUsedAtMs', value(time())]] : []), ...(pick(5) ? [] : [['revokedAtMs', value(time())]]), ...(odd ? [[one(OF_TOKEN), one([...SOME, ...TIMES])]] : [])]);
  const roles = ['operator', ...(pick(4) ? [] : ['node']), ...(odd && pick(3) === 0 ? [one(['operator', 'node', 'n\\u006fde'])] : [])];
  const fields = [
    ['deviceId', `"${id}"`], ['publicKey', value(`"key-${id}"`)], ['displayName', value(`"agent ${id}"`)], ['clientId', value(one(['"cli"', '"openclaw-control-ui"']))], ['clientMode', value('"cli"')],
    ['role', value('"operator"')], ['roles', value('["operator"]')], ['scopes', value('["operator.read"]')], ['approvedScopes', value('["operator.read"]')],
    ['tokens', value(object(roles.map((role) => [role, odd && pick(8) === 0 ? one(SOME) : token(role)])))], ['createdAtMs', value(time())], ['approvedAtMs', value(time())],
    ...(odd ? Array.from({ length: pick(4) }, () => [one(NAMES), one([...SOME, ...TIMES])]) : []),
  ];
  return object(fields.filter(() => !odd || pick(12) > 0));
}

/** Both lists of a store of that text, whatever it holds. */
function lists(t, text) {
  const home = fs.mkdtempSync(join(os.tmpdir(), 'prepair-list-'));
  t.after(() => fs.rmSync(home, { recursive: true, force: true }));
  const stateDir = join(home, '.openclaw');
  fs.mkdirSync(join(stateDir, 'devices'), { recursive: true, mode: 0o700 });
  fs.writeFileSync(join(stateDir, 'devices/paired.json'), text, { mode: 0o600 });
  const options = { stateDir, gatewayVersion: '2026.2.19', now: 1_767_225_600_000, env: { HOME: home } };
  const inputs = { files: { [join(stateDir, 'devices/paired.json')]: Buffer.from(text) }, rows: {}, stats: {}, now: options.now };
  for (let wanted = reads('devices.list', options, inputs); !wanted.done; wanted = reads('devices.list', options, inputs)) {
    for (const path of wanted.files) inputs.files[path] = null;
    for (const { id } of wanted.queries) inputs.rows[id] = null;
    for (const path of wanted.stats ?? []) inputs.stats[path] = null;
  }
  return [devices.list(options), plan('devices.list', inputs, options).report];
}

for (let seed = 1; seed <= 60; seed += 1) {
  test(`the list of random store ${seed}`, (t) => {
    const pick = numbers(seed);
    const members = Array.from({ length: 1 + pick(60) }, (_, n) => {
      const id = pick(200) === 0 ? 'tw\\u0069ce' : pick(100) === 0 ? 'twice' : `${n}`.padStart(64, 'a');
      return `  "${id}": ${pick(40) === 0 ? ['5', '[]', '"x"'][pick(3)] : record(pick, n)}`;
    });
    const [ours, core] = lists(t, `{\n${members.join(',\n')}\n}\n`);
    assert.equal(JSON.stringify(ours, null, 1), JSON.stringify(core, null, 1));
    assert.deepEqual(ours, core);
  });
}

test('devices of more sorts than are told apart', (t) => {
  const members = Array.from({ length: 1500 }, (_, n) => `"${n}": {"clientId": "client-${n % 1200}", "publicKey": "k${n}", "tokens": {"operator": {"scopes": [], "createdAtMs": ${n + 1}}}}`);
  const [ours, core] = lists(t, `{${members.join()}}`);
  assert.equal(ours.paired.length, 1500);
  assert.equal(JSON.stringify(ours), JSON.stringify(core));
});

test('no two devices share a list', (t) => {
  const [{ paired }] = lists(t, `{${[1, 2, 3].map((n) => `"${n}": {"scopes": ["operator.read"], "roles": ["operator"], "tokens": {"operator": {"scopes": ["operator.read"]}}}`).join()}}`);
  paired[1].scopes.push('x');
  paired[1].roles.push('x');
  paired[1].tokens[0].scopes.push('x');
  paired[1].tokens.push('x');
  for (const { scopes, roles, tokens } of [paired[0], paired[2]]) assert.deepEqual([scopes, roles, tokens], [['operator.read'], ['operator'], [{ role: 'operator', scopes: ['operator.read'] }]]);
});
