// Records what real gateways do: node tests/gateway/observe.mjs [--keep] [--connections|--facts] [version…]
// Each version is installed (and removed again unless it was there or --keep), started once for each config of cases.mjs, and asked
// case after case while it runs; facts.mjs finds out the rest. One JSON line for each observation goes to observed/<version>.jsonl;
// crates/core/tests/observed.rs replays them through the rules table and the simulated decision.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../lib/cache.mjs';
import { AGENT, CLI, connect } from '../lib/client.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { DEVICE, GROUPS } from './cases.mjs';
import { facts } from './facts.mjs';
import { readStore, writeStore } from './store.mjs';

// Both sides of each boundary of the rules table, and of those that no connection shows.
const VERSIONS = `2026.2.6-3 2026.2.9 2026.2.12 2026.2.17 2026.2.19 2026.2.21 2026.2.22 2026.2.24 2026.2.25 2026.2.26 2026.3.1 2026.3.2
  2026.3.8 2026.3.11 2026.3.13 2026.3.22 2026.3.24 2026.3.28 2026.3.31 2026.4.1 2026.4.2 2026.4.5 2026.4.9 2026.4.10 2026.4.15 2026.4.20 2026.4.21
  2026.4.22 2026.4.24 2026.4.25 2026.4.27 2026.4.29 2026.5.7 2026.5.12 2026.5.18 2026.5.28 2026.6.35 2026.7.1 2026.7.35 2026.8.1 2026.9.5
  2026.9.6`.split(/\s+/);
const FACTS_ONLY = '2026.3.23-2 2026.5.2 2026.5.3 2026.6.1 2026.6.5 2026.9.2 2026.9.3 2026.9.4'.split(' ');
const OLD = VERSIONS.slice(0, VERSIONS.indexOf('2026.2.19'));
const SECRET = 'observed-secret-observed-secret-0123456789';

const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith('--'));
const folder = fileURLToPath(new URL('observed/', import.meta.url));
await mkdir(folder, { recursive: true });
for (const version of wanted.length ? wanted : [...VERSIONS, ...FACTS_ONLY]) {
  const install = join(cacheDir, 'openclaw', version);
  const had = existsSync(install);
  const started = Date.now();
  const path = join(folder, `${version}.jsonl`);
  const before = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean).map((line) => JSON.parse(line));
  let lines;
  try {
    lines = await record(version, before);
  } catch (error) {
    console.error(`${version}: ${error.stack}`);
    process.exitCode = 1;
    continue;
  }
  await writeFile(`${path}.new`, lines.map((line) => `${JSON.stringify({ version, ...line })}\n`).join(''));
  await rename(`${path}.new`, path);
  if (!had && !args.includes('--keep')) await rm(install, { recursive: true, force: true });
  console.log(`${version}: ${lines.length} observations in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Both kinds of lines; of the kind that isn't asked for now, those that were there. */
async function record(version, before) {
  const kept = (kind) => before.filter((line) => line.kind === kind);
  return [
    ...args.includes('--connections') ? kept('fact') : await facts(version),
    ...args.includes('--facts') || FACTS_ONLY.includes(version) ? kept('connect') : await connections(version),
  ];
}

/** All cases of all groups: {kind:'connect', case, state, connection, outcome, log}. A config that this version refuses is left out. */
async function connections(version) {
  const lines = [];
  for (const { config, cases } of GROUPS.filter(({ at }) => !at || at(version))) {
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

function gatewayConfig({ auth, autoApproveLocal, allowedOrigins, ...gateway }) {
  return {
    gateway: {
      ...gateway,
      reload: { mode: 'off' },
      ...auth && { auth: { mode: auth } },
      ...autoApproveLocal !== undefined && { nodes: { pairing: { autoApproveLocal } } },
      ...allowedOrigins && { controlUi: { allowedOrigins } },
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
    client: connection.client === 'agent' ? AGENT : CLI,
    scopes: connection.scopes,
    deviceFamily: connection.deviceFamily,
    payload: 'v2',
    headers: { Host: host, ...connection.origin && { Origin: connection.origin }, ...connection.headers },
  });
  let outcome;
  if (answer.ok) {
    const denied = await answer.request(connection.method ?? 'cron.list', {}).then(() => null, (error) => error.message);
    await answer.close();
    const approved = (await readStore(home)).paired[DEVICE.deviceId]?.approvedAtMs > 1;
    outcome = denied?.includes('missing scope') ? { verdict: 'rejected', reason: 'missing-scope' } : { verdict: approved ? 'silent-approval' : 'open', reason: null };
  } else {
    outcome = refusal(answer, home.version, gateway.log().slice(logged));
  }
  await sleep(20); // the log is written after the answer
  return { kind: 'connect', case: name, state: { identity: { key: DEVICE.publicKey }, ...state, config }, connection, outcome, log: lastWord(gateway.log().slice(logged), home) };
}

/** What a refusal means, in the words of the API's diagnosis. */
function refusal({ closeCode, reason = '', status, error }, version, log) {
  const text = `${error?.message ?? ''} ${reason}`;
  // The answer says why from 2026.2.22; 2026.2.19 and 2026.2.21 log all but not-paired; older ones don't say.
  const pairing = () => error.details?.reason ?? /reason=(role-upgrade|scope-upgrade)/.exec(log)?.[1] ?? (OLD.includes(version) ? null : 'not-paired');
  const found = status === 403 ? ['rejected', 'unattributable-proxy']
    : error?.code === 'NOT_PAIRED' && text.includes('device identity required') ? ['rejected', 'no-device']
      : error?.code === 'NOT_PAIRED' ? ['pairing-required', pairing()]
        : error?.code === 'INVALID_REQUEST' && /unauthorized|origin not allowed/.test(text) ? ['rejected', 'auth']
          : !error ? ['rejected', 'missing-scope'] // cut without an answer: an exception in the gateway
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
