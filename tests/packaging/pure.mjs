// The same use of the pure entry in every runtime, and what it must give: the plan of the addon, byte for byte.
import { createRequire } from 'node:module';

/** Defines `use(pure)` in a script. */
export const PURE = `
function use({ reads, plan, newIdentity, sign, PrepairError }) {
  const config = '// mine\\n{ gateway: { mode: "local", trustedProxies: ["10.0.0.1"] } }\\n';
  const options = { stateDir: '/s', env: {}, gatewayVersion: '2026.2.19', config: { proxyPeers: ['172.16.0.7'] } };
  const inputs = { files: {}, rows: {}, now: 1760000000000, entropy: new Uint8Array(64).fill(7) };
  for (let round = 0; ; round += 1) {
    const lacking = reads('setup', options, inputs);
    if (lacking.done) break;
    for (const file of lacking.files) inputs.files[file] = file === '/s/openclaw.json' ? new TextEncoder().encode(config) : null;
    for (const query of lacking.queries) inputs.rows[query.id] = null;
    if (round > 9) throw new Error('reads() does not come to an end');
  }
  const { steps, report } = plan('setup', inputs, options);
  let refused;
  try { plan('setup', inputs, { ...options, stateDir: 7 }); } catch (error) { refused = [error instanceof PrepairError, error.code]; }
  const drawn = plan('prePair', { ...inputs, entropy: undefined }, { ...options, config: undefined });
  const { deviceId, privateKeyPem } = newIdentity({ secret: 'correct horse battery staple, and more', label: 'a' });
  return {
    steps: steps.map(({ content, ...step }) => ({ ...step, content: new TextDecoder().decode(content) })),
    report, refused, deviceId,
    signed: sign(privateKeyPem, 'v2|x').signature,
    fresh: newIdentity().deviceId !== newIdentity().deviceId && drawn.report.deviceId !== report.deviceId,
  };
}`;

/** What it gives by the addon of this machine. */
export function expected() {
  const pure = createRequire(import.meta.url)('../../npm/openclaw-prepair/lib/entry/plan-node.js');
  const use = new Function(`${PURE}\nreturn use;`)();
  return JSON.parse(JSON.stringify(use(pure)));
}
