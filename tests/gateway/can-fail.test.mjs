// These tests can fail: the same checks on a record that lacks one thing, written by an independent writer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGENT, callAs, CLI, newIdentity } from '../lib/client.mjs';
import { openGateway } from '../lib/gateway.mjs';
import { writeReference } from '../lib/reference.mjs';
import { playStory, WALL } from '../lib/story.mjs';

const withoutRead = (record) => {
  const rest = (scopes) => scopes.filter((scope) => scope !== 'operator.read');
  record.scopes = rest(record.scopes);
  record.approvedScopes = rest(record.approvedScopes);
  record.tokens.operator.scopes = rest(record.tokens.operator.scopes);
};
const withoutToken = (record) => {
  delete record.tokens;
};

for (const { version, lacks, change, clients } of [
  { version: '2026.2.19', lacks: 'operator.read', change: withoutRead, clients: [AGENT] },
  { version: '2026.4.15', lacks: 'its token', change: withoutToken, clients: [AGENT, CLI] },
]) {
  test(`OpenClaw ${version} refuses the record without ${lacks}, and takes the full one`, async (t) => {
    const identity = newIdentity();
    const { home, proxy } = await openGateway(t, { version, prepare: ({ stateDir }) => { writeReference(stateDir, { identity, change }); } });
    const list = (client) => callAs(client, { url: proxy.url, token: home.token, identity }, 'cron.list');

    for (const client of clients) await assert.rejects(list(client), { closeCode: 1008, reason: 'pairing required' });
    writeReference(home.stateDir, { identity });
    for (const client of clients) assert.ok(Array.isArray((await list(client)).jobs));
  });
}

test('OpenClaw 2026.2.19: without operator.read the story meets the wall', async () => {
  const { wall, results } = await playStory({
    version: '2026.2.19', behindProxy: true, prepare: (home) => { writeReference(home.stateDir, { change: withoutRead }); },
  });
  assert.ok(wall);
  assert.ok(results[0].includes(WALL), 'listing the jobs is what needs operator.read');
});
