'use strict';

// A real signed connect to a running gateway, as OpenClaw's src/gateway/client.ts does it. Changes nothing by trying.

const { randomUUID } = require('node:crypto');
const { ask, isPlain } = require('./core.js');
const driver = require('./driver.js');
const { refusal } = require('./errors.js');
const { open, isLoopback, NoSocket } = require('./websocket.js');

const CLIENTS = {
  agent: { id: 'gateway-client', mode: 'backend' },
  cli: { id: 'cli', mode: 'cli' },
};
/** Asked for one by one: 2026.2.19 compares scopes as text. Of the second nothing is called. */
const PROBES = [
  { scope: 'operator.read', method: 'cron.list' },
  { scope: 'operator.admin' },
];
const KNOWN = ['stateDir', 'configPath', 'gatewayVersion', 'openclawDir', 'env', 'now', 'dryRun', 'url', 'token', 'password', 'client', 'timeoutMs', 'headers', 'force'];
const DEFAULT_PORT = 18789;
const MAX_PORT = 65_535;
const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

function checked(options = {}) {
  const wrong = (name, what) => refusal('OPTIONS', `The option ${name} must be ${what}.`);
  if (options === null || typeof options !== 'object' || !isPlain(options)) throw refusal('OPTIONS', 'The options must be a plain object.');
  const odd = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (odd !== undefined) throw refusal('OPTIONS', `There is no option ${JSON.stringify(odd.slice(0, 40))}.`, { hint: `Known here: ${KNOWN.join(', ')}.` });
  const { url, token, password, client = 'cli', timeoutMs = DEFAULT_TIMEOUT_MS, headers = {}, force = false, ...target } = options;
  for (const [name, value] of Object.entries({ url, token, password })) {
    if (value !== undefined && (typeof value !== 'string' || value === '')) throw wrong(name, 'a string that is not empty');
  }
  if (url !== undefined && !/^wss?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) throw wrong('url', 'a ws:// or wss:// URL');
  if (typeof client !== 'string' || !Object.hasOwn(CLIENTS, client)) throw wrong('client', "'agent' or 'cli'");
  if (!(Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) throw wrong('timeoutMs', 'a whole number of milliseconds above 0');
  if (typeof force !== 'boolean') throw wrong('force', 'true or false');
  // A line end in a value would start another header.
  const header = ([name, value]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && typeof value === 'string' && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
  if (headers === null || typeof headers !== 'object' || !isPlain(headers) || !Object.entries(headers).every(header)) throw wrong('headers', 'a plain object of header names and values');
  return { url, token, password, client: CLIENTS[client], timeoutMs, headers, force, target };
}

/** The gateway's port, as it resolves it itself (src/config/paths.ts resolveGatewayPort): what is no number above 0 does not count. */
function portOf(variable, approach, target) {
  const given = Number.parseInt(variable ?? '', 10);
  const port = given > 0 ? given : approach.port || DEFAULT_PORT;
  if (port <= MAX_PORT) return port;
  const hint = `A port is a number from 1 to ${MAX_PORT}. Mend it, or give the address as url.`;
  if (port === given) throw refusal('OPTIONS', 'The variable OPENCLAW_GATEWAY_PORT holds no port.', { hint });
  const isConfig = ([file, content]) => content instanceof Uint8Array && /[/](openclaw|clawdbot)[.]json$/.test(file);
  const path = target.configPath ?? Object.entries(approach.files).find(isConfig)?.[0];
  throw refusal('SHAPE', 'gateway.port in the config is no port.', { path, hint });
}

/** Where the gateway is and what it wants to hear: the options, else the config, else the environment, as the gateway resolves it. */
function address({ url, token, password, target }, approach) {
  const env = target.env ?? process.env;
  const known = (name) => {
    const value = env[name];
    if (value !== undefined && typeof value !== 'string') throw refusal('OPTIONS', `The variable ${name} in the option env must be a string.`);
    return value?.trim() || undefined;
  };
  if (url !== undefined && token === undefined && password === undefined && !isLoopback(new URL(url).hostname)) {
    // OpenClaw's own clients don't send the config's secret to another address either (src/gateway/call.ts).
    throw refusal('OPTIONS', 'A url that is not on this machine needs its own token or password.', {
      hint: 'Give token or password: the secret of the config is for the gateway of this state dir.',
    });
  }
  const given = token !== undefined || password !== undefined;
  // A value like ${NAME} stands for a variable; OpenClaw leaves it out where that is not set.
  const filled = (text) => {
    let whole = true;
    const value = text?.replace(/\$\{([A-Z_][A-Z0-9_]*)\}/g, (_, name) => known(name) ?? ((whole = false), ''));
    return whole && value ? value : undefined;
  };
  const secrets = given
    ? { token, password }
    : {
        token: approach.authMode === 'password' ? undefined : filled(approach.token) ?? known('OPENCLAW_GATEWAY_TOKEN'),
        password: approach.authMode === 'token' ? undefined : filled(approach.password) ?? known('OPENCLAW_GATEWAY_PASSWORD'),
      };
  return { url: url ?? `${approach.tls ? 'wss' : 'ws'}://127.0.0.1:${portOf(known('OPENCLAW_GATEWAY_PORT'), approach, target)}`, ...secrets };
}

/** One connect that asks for one scope: `{ ok }`, or `{ ok: false, closeCode?, reason }`. */
async function attempt({ url, token, password, client, headers, signal, scope, method, sign }) {
  let socket;
  const waiting = new Map();
  const nothing = () => {};
  let [challenge, close] = [nothing, nothing];
  const challenged = new Promise((resolve) => (challenge = resolve));
  const closed = new Promise((resolve) => (close = resolve));
  const ended = closed.then(({ code, reason }) => ({ ok: false, closeCode: code, reason }));
  const told = (text) => harmless(String(text), [token, password]);
  const onMessage = (text) => {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return close({ code: 1002, reason: 'not-a-gateway' });
    }
    if (frame?.type === 'event' && frame.event === 'connect.challenge') challenge(String(frame.payload?.nonce ?? ''));
    if (frame?.type === 'res') waiting.get(frame.id)?.(frame);
  };
  const call = (name, params) => {
    const id = randomUUID();
    const answer = new Promise((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ type: 'req', id, method: name, params }));
    return Promise.race([answer, ended]);
  };
  try {
    socket = await open(url, { headers, signal, onMessage, onClose: ({ code, reason }) => close({ code, reason: told(reason) }) });
    const nonce = await Promise.race([challenged, ended]);
    // A gateway greets first; who hangs up instead is none.
    if (typeof nonce !== 'string') return { ...nonce, reason: nonce.reason || 'not-a-gateway' };
    const hello = await call('connect', {
      minProtocol: 3,
      maxProtocol: 4,
      client: { ...client, version: 'openclaw-prepair', platform: process.platform },
      caps: [],
      role: 'operator',
      scopes: [scope],
      auth: token === undefined && password === undefined ? undefined : { token, password },
      device: sign({ client, scope, token, nonce }),
    });
    if (!hello.ok) {
      // The close that follows a refusal holds its code.
      const end = 'closeCode' in hello ? hello : await ended;
      return { ...end, reason: end.reason || told(hello.error?.message ?? 'closed without a reason') };
    }
    if (method === undefined) return { ok: true };
    const answer = await call(method, {});
    if (answer.ok) return { ok: true };
    if ('closeCode' in answer) return answer;
    const message = String(answer.error?.message ?? '');
    return { ok: false, reason: /missing scope/.test(message) ? 'missing-scope' : told(message) };
  } catch (error) {
    if (!(error instanceof NoSocket)) throw error;
    // 2026.8.1 and later refuse forwarded headers from an address that is not in trustedProxies this way.
    const reason = { unreachable: 'unreachable', foreign: 'not-a-gateway', refused: error.status === 403 ? 'unattributable-proxy' : 'not-a-gateway' };
    return { ok: false, reason: reason[error.kind], ...(error.kind === 'refused' && { closeCode: 1006 }) };
  } finally {
    socket?.end();
  }
}

/** What a gateway says, fit for a report: no control character, no secret, not endless. */
function harmless(reason, secrets) {
  const text = secrets.reduce((all, secret) => (secret ? all.replaceAll(secret, '<secret>') : all), reason);
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 300);
}

async function verify(binding, options) {
  const start = performance.now();
  const settings = checked(options);
  const { target, force } = settings;
  const scopes = Object.fromEntries(PROBES.map(({ scope }) => [scope, false]));
  const result = (rest) => ({ ok: false, scopes, ...rest, elapsedMs: Math.round(performance.now() - start) });
  const before = driver.observe(binding, 'approach', target);
  const where = address(settings, before);
  if (before.deviceId === null || (!before.paired && !force)) return result({ reason: 'not-paired' });

  const identity = driver.exportIdentity(binding, target);
  const sign = ({ client, scope, token = '', nonce }) => {
    const signedAt = Date.now();
    const payload = ['v2', identity.deviceId, client.id, client.mode, 'operator', scope, signedAt, token, nonce].join('|');
    const { signature } = ask(binding, { fn: 'sign', privateKeyPem: identity.privateKeyPem, payload }).json;
    return { id: identity.deviceId, publicKey: identity.publicKey, signature, signedAt, nonce };
  };
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), settings.timeoutMs);
  try {
    let failed = null;
    for (const probe of PROBES) {
      // Asking for more than the record holds could be approved silently: a change on disk.
      if (!force && !before.granted.includes(probe.scope)) {
        failed ??= { reason: 'scope-upgrade' };
        continue;
      }
      const outcome = await attempt({ ...settings, ...where, ...probe, signal: timeout.signal, sign });
      scopes[probe.scope] = outcome.ok;
      if (outcome.ok) continue;
      const reason = timeout.signal.aborted ? 'timeout' : outcome.reason;
      failed = { reason, ...(!timeout.signal.aborted && outcome.closeCode !== undefined && { closeCode: outcome.closeCode }) };
      break;
    }
    if (failed === null) return { ...result(), ok: true };
    const removed = failed.closeCode === 1008 ? takeBack(binding, target, before.pending) : undefined;
    return result({ ...failed, ...(removed !== undefined && { removedPending: removed }) });
  } finally {
    clearTimeout(timer);
  }
}

/** Removes the pending request of this device that was not there before; its id, if there is one. */
function takeBack(binding, target, known) {
  const { pending } = driver.observe(binding, 'approach', target);
  const caused = pending.find((id) => !known.includes(id));
  if (caused === undefined) return undefined;
  const { cleared } = driver.run(binding, 'clearPending', { ...target, requestId: caused, dryRun: false });
  return cleared.some(({ requestId }) => requestId === caused) ? caused : undefined;
}

module.exports = { verify };
