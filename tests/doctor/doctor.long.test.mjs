// The same where the gateway wants a token in the record.
import { test } from 'node:test';
import { record, spoiltAndMended } from './agree.mjs';

const token = (change) => record((ours) => change(ours.tokens.operator, ours));

for (const version of ['2026.4.15', '2026.5.7']) {
  test(`${version}: each finding that closes the door, and its fix`, async (t) => {
    await spoiltAndMended(t, version, [
      ['TOKEN_MISSING', record((ours) => { ours.tokens = {}; })],
      ['TOKEN_MISSING', record((ours) => { delete ours.tokens; })],
      ['TOKEN_REVOKED', token((operator) => { operator.revokedAtMs = Date.now(); }), ['setup', '--no-config', '--reinstate']],
      ['PINNED', record((ours) => { ours.deviceFamily = 'Mac'; }), 'remove'],
      ['SCOPES', record((ours) => Object.assign(ours, { scopes: ['operator.pairing'], approvedScopes: ['operator.pairing'] }))],
    ]);
  });
}
