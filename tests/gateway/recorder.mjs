// What a real gateway of one version does in each case of cases.mjs, and what facts.mjs finds out about it.
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT, CLI, connect } from '../lib/client.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { isSince } from '../lib/versions.mjs';
import { DEVICE, GROUPS } from './cases.mjs';
import { clientGroups } from './other-clients.mjs';
import { readStore, writeStore } from './store.mjs';

export { facts } from './facts.mjs';

const SECRET = 'observed-secret-observed-secret-0123456789';

/** What an observation was made of, its keys in one order. */
export const situation = ({ kind, field, case: name, state, connection }) => JSON.stringify({ kind, field, name, state, connection }, (_, value) =>
  value && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value);

/**
 * All cases of all groups: {kind:'connect', case, state, connection, outcome, log}. A config that this version refuses is left out.
 * `only`: the names of the cases that count.
 */
export async function connections(version, only) {
  return await groups(version, [...GROUPS.filter(({ at }) => !at || at(version)), ...clientGroups(version, DEVICE.publicKey)], only);
}

/** Those of other clients than the agent and the command line. */
export async function clients(version, only) {
  return await groups(version, clientGroups(version, DEVICE.publicKey), only);
}

async function groups(version, asked, only) {
  const lines = [];
  for (const { config, cases: all } of asked) {
    const cases = all.filter(([name]) => !only || only.includes(name));
    if (cases.length === 0) continue;
    const home = await makeHome({ version, config: gatewayConfig(config) });
    let gateway;
    try {
      gateway = await startGateway(home);
    } catch (error) {
      if (!/unrecognized key|invalid (input|option|value)|gateway\.auth\.mode/i.test(error.log ?? '')) throw error;
    }
    try {
      if (gateway) for (const one of cases) lines.push(await observe(home, gateway, config, one));
    } finally {
      await gateway?.stop();
      await home.dispose();
    }
  }
  return lines;
}

function gatewayConfig({ auth, autoApproveLocal, autoApproveCidrs, allowedOrigins, controlUi, ...gateway }) {
  return {
    gateway: {
      ...gateway,
      reload: { mode: 'off' },
      ...auth && { auth: { mode: auth } },
      ...(autoApproveLocal ?? autoApproveCidrs) !== undefined && { nodes: { pairing: { autoApproveLocal, autoApproveCidrs } } },
      ...(allowedOrigins ?? controlUi) && { controlUi: { allowedOrigins, ...controlUi } },
    },
  };
}

async function observe(home, gateway, config, [name, state, connection]) {
  await writeStore(home, DEVICE, state, Date.now());
  const logged = gateway.log().length;
  const deviceToken = connection.auth === 'device-token' ? 'device-token-of-observations' : undefined;
  const host = connection.host ?? `127.0.0.1:${home.port}`;
  const answer = await connect({
    url: home.url,
    token: (connection.auth ?? 'token') === 'token' ? home.token : undefined,
    deviceToken,
    password: connection.auth === 'password' ? SECRET : undefined,
    identity: connection.presentsDevice ? DEVICE : null,
    client: connection.clientId ? { id: connection.clientId, mode: connection.clientMode, ...home.buildId && { buildId: home.buildId } } : connection.client === 'agent' ? AGENT : CLI,
    role: connection.role,
    platform: connection.platform,
    scopes: connection.scopes,
    deviceFamily: connection.deviceFamily,
    payload: 'v2',
    localAddress: connection.remoteAddress,
    headers: { Host: host, ...connection.origin && { Origin: connection.origin }, ...connection.headers },
  });
  // From 2026.8.1 the page must be of the gateway's own build, which is told here.
  if (answer.error?.details?.reloadRequired && !home.buildId) {
    home.buildId = answer.error.details.gatewayBuildId;
    return await observe(home, gateway, config, [name, state, connection]);
  }
  let outcome;
  if (answer.ok) {
    // what operators call is not a node's to call
    const denied = connection.role === 'node' ? null : await answer.request(connection.method ?? 'cron.list', {}).then(() => null, (error) => error.message);
    await answer.close();
    const approved = (await readStore(home)).paired[DEVICE.deviceId]?.approvedAtMs > 1;
    outcome = denied?.includes('missing scope') ? { verdict: 'rejected', reason: 'missing-scope' } : { verdict: approved ? 'silent-approval' : 'open', reason: null };
  } else {
    // 2026.2.19 and 2026.2.21 say why in a log line, written before the one about the close, both after the answer
    const told = () => answer.error?.details?.reason || !isSince(home.version, 2, 19) || gateway.log().slice(logged).includes('closed before connect');
    for (let waited = 0; answer.error?.code === 'NOT_PAIRED' && !told() && waited < 5000; waited += 20) await sleep(20);
    outcome = refusal(answer, home.version, gateway.log().slice(logged));
  }
  await sleep(20); // the log is written after the answer
  return { kind: 'connect', case: name, state: { identity: { key: DEVICE.publicKey }, ...state, config }, connection, outcome, log: lastWord(gateway.log().slice(logged), home) };
}

/** What a refusal means, in the words of the API's diagnosis. */
function refusal({ closeCode, reason = '', status, error }, version, log) {
  const text = `${error?.message ?? ''} ${reason}`;
  // The answer says why from 2026.2.22; 2026.2.19 and 2026.2.21 log all but not-paired; older ones don't say.
  const pairing = () => error.details?.reason ?? /reason=(role-upgrade|scope-upgrade)/.exec(log)?.[1] ?? (isSince(version, 2, 19) ? 'not-paired' : null);
  const found = status === 403 ? ['rejected', 'unattributable-proxy']
    : error?.code === 'NOT_PAIRED' && text.includes('device identity required') ? ['rejected', 'no-device']
      : error?.code === 'INVALID_REQUEST' && /^control ui requires/.test(text.trim()) ? ['rejected', 'no-device']
      : error?.code === 'NOT_PAIRED' ? ['pairing-required', pairing()]
        : error?.code === 'INVALID_REQUEST' && /unauthorized|origin not allowed/.test(text) ? ['rejected', 'auth']
          : !error && !/^no answer/.test(reason) ? ['rejected', 'missing-scope'] // cut without an answer: an exception in the gateway
            : undefined;
  if (!found) throw new Error(`unknown refusal: ${JSON.stringify({ closeCode, reason, status, error })}\n${log}`);
  return { verdict: found[0], reason: found[1], closeCode, ...reason && { closeReason: plainText(reason) } };
}

/** The last line that the gateway logged about the connection, without what differs from run to run. */
function lastWord(log, home) {
  const lines = log.split('\n').filter((line) => /pair|audit|unauthorized|proxy|origin|device|handshake|error/i.test(line) && !/[⇄→←] res/.test(line));
  return lines.length ? plainText(lines.at(-1), home) : '';
}

function plainText(text, home) {
  const [port, token] = [home?.port, home?.token];
  return text
    .replaceAll(/\u001b\[[\d;]*m/g, '')
    .replaceAll(token ?? '\0', '<token>')
    .replaceAll(DEVICE.deviceId, '<device>')
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, '<id>')
    .replaceAll(/\b[\da-f]{8}…[\da-f]{4}\b/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|^\d\d:\d\d:\d\d /g, '')
    .replaceAll(/(remotePort|peer|local|durationMs|handshakeMs)=\S+/g, '$1=…')
    .replaceAll(String(port ?? '\0'), '<port>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
    .trim().slice(0, 240);
}
