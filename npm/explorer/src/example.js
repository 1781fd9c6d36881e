'use strict';

// "Text me a silly joke every 5 minutes" on OpenClaw 2026.2.19: what a real gateway left on disk after the agent's cron.list was approved
// silently and its cron.add met the wall. The key belonged to nobody, the tokens are made up.

const deviceId = '8aaa9a91956f9b94e613ff262abc4682c5674a55c6b292e282afbd4c6c694acc';
const publicKey = '6a1iB_jnGsUOQtdR6_R4_9FPjTK-2EnVOeELcfNeI-I';
const client = { platform: 'linux', clientId: 'gateway-client', clientMode: 'backend', role: 'operator', roles: ['operator'] };

/** The four files at a time. */
function story(now) {
  const then = now - 90_000;
  const requestId = 'cbc55e79-3252-4bfc-b91d-b108cf7e646c';
  const json = (value) => JSON.stringify(value, null, 2);
  return {
    config: `// the sandbox's gateway
{
  gateway: {
    mode: 'local',
    port: 18789,
    bind: 'loopback',
    auth: { mode: 'token', token: '\${OPENCLAW_GATEWAY_TOKEN}' },
  },
}
`,
    paired: json({
      [deviceId]: {
        deviceId, publicKey, ...client, scopes: ['operator.read'],
        tokens: { operator: { token: 'made-up-0000000000000000000000000000000000', role: 'operator', scopes: ['operator.read'], createdAtMs: then } },
        createdAtMs: then, approvedAtMs: then,
      },
    }),
    pending: json({ [requestId]: { requestId, deviceId, publicKey, ...client, scopes: ['operator.admin'], silent: false, isRepair: true, ts: then } }),
    device: `${json({
      version: 1, deviceId,
      publicKeyPem: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA6a1iB/jnGsUOQtdR6/R4/9FPjTK+2EnVOeELcfNeI+I=\n-----END PUBLIC KEY-----\n',
      createdAtMs: then,
    })}\n`,
  };
}

module.exports = { story, VERSION: '2026.2.19' };
