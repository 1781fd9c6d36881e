// @ts-check
'use strict';

// A real signed connect to a running gateway, as OpenClaw's src/gateway/client.ts does it. A try leaves what any connect of that
// device leaves, times and address. A gateway that does not know the device would pair it, or keep a request of it: so the gateway's
// own secret is sent only where the store that answers is known to hold the record.

const { randomBytes, randomUUID } = require('node:crypto');
const { networkInterfaces } = require('node:os');
const { setTimeout: sleep } = require('node:timers/promises');
const { ask, isPlain, members, own, property, reading } = require('../core/bridge.js');
const driver = require('./driver.js');
const { PrepairError, refusal } = require('../core/errors.js');
const { listens, strangers } = require('./gateway-lock.js');
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
const KNOWN = ['stateDir', 'configPath', 'profile', 'gatewayVersion', 'openclawDir', 'env', 'now', 'dryRun', 'url', 'token', 'password', 'client', 'timeoutMs', 'waitMs', 'headers', 'force'];
const DEFAULT_PORT = 18789;
const MAX_PORT = 65_535;
/** What passes by itself while a gateway starts: it does not listen, is not ready, or has not imported what the files hold. */
const PASSING = ['starting', 'unreachable', 'not-paired'];
const PASSING_ERRORS = ['ERR_PREPAIR_IDENTITY_MISSING', 'ERR_PREPAIR_CHANGED', 'ERR_PREPAIR_SQLITE', 'ERR_PREPAIR_SQLITE_BUSY'];
/** Between two tries of a gateway that is not there yet. */
const PAUSE_MS = 200;
const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const OF_BODIES = /^(content-length|expect|trailer|transfer-encoding)$/i;
/** A UUID up to now; anything else that could be signed is printable. */
const NONCE = /^[\x20-\x7e]{1,256}$/;
const REQUEST_ID = /^[\w-]{1,64}$/;
/** The close of a peer that is no gateway. */
const GARBAGE = { code: 1002 };

function checked(options = {}) {
  const wrong = (name, what) => refusal('OPTIONS', `The option ${name} must be ${what}.`);
  const given = own(options);
  const odd = Object.keys(given).find((name) => !KNOWN.includes(name));
  if (odd !== undefined) throw refusal('OPTIONS', `There is no option ${JSON.stringify(odd.slice(0, 40))}.`, { hint: `Known here: ${KNOWN.join(', ')}.` });
  const { url, token, password, client, timeoutMs = DEFAULT_TIMEOUT_MS, waitMs = 0, headers = {}, force = false, ...target } = given;
  for (const [name, value] of Object.entries({ url, token, password })) {
    if (value !== undefined && (typeof value !== 'string' || value === '')) throw wrong(name, 'a string that is not empty');
  }
  if (url !== undefined && !/^wss?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) throw wrong('url', 'a ws:// or wss:// URL');
  if (client !== undefined && (typeof client !== 'string' || !Object.hasOwn(CLIENTS, client))) throw wrong('client', "'agent' or 'cli'");
  if (!(Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) throw wrong('timeoutMs', 'a whole number of milliseconds above 0');
  if (!(Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= MAX_TIMEOUT_MS)) throw wrong('waitMs', 'a whole number of milliseconds');
  if (typeof force !== 'boolean') throw wrong('force', 'true or false');
  // A line end in a value would start another header; of a body that an upgrade has not, the HTTP client makes an error.
  const header = ([name, value]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !OF_BODIES.test(name) && typeof value === 'string' && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
  const plain = headers !== null && typeof headers === 'object' && reading('headers', () => isPlain(headers)) ? members(headers, 'headers') : null;
  if (plain === null || !Object.entries(plain).every(header)) throw wrong('headers', 'a plain object of header names and values, without those of a body');
  return { url, token, password, name: client, client: client && CLIENTS[client], timeoutMs, waitMs, headers: plain, force, target: { __proto__: null, ...target } };
}

/** The gateway's port, as it resolves it itself (src/config/paths.ts resolveGatewayPort): what is no number above 0 does not count. */
function portOf(variable, approach, configPath) {
  const given = Number.parseInt(variable ?? '', 10);
  const port = given > 0 ? given : approach.port || DEFAULT_PORT;
  if (port <= MAX_PORT) return port;
  const hint = `A port is a number from 1 to ${MAX_PORT}. Mend it, or give the address as url.`;
  if (port === given) throw refusal('OPTIONS', 'The variable OPENCLAW_GATEWAY_PORT holds no port.', { hint });
  throw refusal('SHAPE', 'gateway.port in the config is no port.', { path: configPath(), hint });
}

/** Where the gateway is and what it wants to hear: the options, else the config, else the environment, as the gateway resolves it. */
function address(binding, { url, token, password, target }, approach) {
  const env = target.env ?? process.env;
  const known = (name) => {
    const value = property(env, name);
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
  const secrets = given
    ? { token, password }
    : {
        token: approach.authMode === 'password' ? undefined : approach.token ?? known('OPENCLAW_GATEWAY_TOKEN'),
        password: approach.authMode === 'token' ? undefined : approach.password ?? known('OPENCLAW_GATEWAY_PASSWORD'),
      };
  // Without one they present the token that they keep, as selectConnectAuth of src/gateway/client.ts chooses; earlier that went first.
  const shared = secrets.token !== undefined || secrets.password !== undefined;
  const kept = approach.keptToken ?? undefined;
  if (approach.keptFirst || !shared) secrets.token = kept ?? secrets.token;
  const host = (approach.dials === 'lan' && lanAddress()) || '127.0.0.1';
  return { url: url ?? `${approach.tls ? 'wss' : 'ws'}://${host}:${portOf(known('OPENCLAW_GATEWAY_PORT'), approach, () => target.configPath ?? driver.diagnose(binding, target).assumed.configPath)}`, shared, ...secrets };
}

/** The address of this machine that OpenClaw's clients dial (pickPrimaryLanIPv4 of src/gateway/net.ts). */
function lanAddress() {
  const all = networkInterfaces();
  const lists = [all.en0, all.eth0, ...Object.values(all)];
  return lists.flatMap((list) => list ?? []).find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

/** What a peer sent as this field, if it is of this type: nothing of it is taken on trust. */
const field = (value, name, type = 'string') =>
  (typeof value === 'object' && value !== null && Object.hasOwn(value, name) && typeof value[name] === type ? value[name] : undefined);

/** Control, format and zero-width characters; among those and blanks a secret is looked for too. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const BLANK = /[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const tight = (text) => text.replace(BLANK, '').replace(/[A-Z]/g, (letter) => letter.toLowerCase());
/** So much of a secret is a secret too: a close reason ends after 123 bytes. */
const PART = 8;
/** A value that is shorter than that, like a 1 in a header, would hide what is none. */
const SHORT = 4;
const MAX_SAID = 300;

/** What the texts of a peer may not repeat: what it is sent, whole or in parts. */
function secretsOf({ url, headers, token, password, deviceToken }) {
  const { username, password: word, search, searchParams } = new URL(url);
  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  const login = `${decoded(username)}:${decoded(word)}`;
  const coded = (text) => Buffer.from(text).toString('base64');
  const values = Object.values(headers).flatMap((value) => [value, ...value.split(/[\s,;=]+/)]);
  const basic = values.map((value) => Buffer.from(value, 'base64').toString()).filter((value) => /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(value));
  const others = [
    username, decoded(username), ...(login === ':' ? [] : [login, coded(login)]),
    search, decoded(search), ...searchParams.values(),
    ...values, ...basic.flatMap((value) => [value, ...value.split(':')]),
  ];
  const whole = [token, password, deviceToken, word, decoded(word)].filter(Boolean).map(tight);
  const secrets = [...new Set([...whole, ...others.map(tight).filter((text) => text.length >= SHORT)])].filter((text) => text !== '');
  const parts = new Set(secrets.flatMap((text) => Array.from({ length: Math.max(0, text.length - PART + 1) }, (_, i) => text.slice(i, i + PART))));
  return { __proto__: null, short: secrets.filter((text) => text.length < PART), parts };
}

/** What a gateway says, fit for a report: no control character, no secret, not endless. */
function harmless(text, { short, parts }) {
  const clean = text.slice(0, 16 * MAX_SAID).replace(UNSEEN, ' ');
  const at = [...clean.matchAll(/\S/g)].map(({ index }) => index);
  const all = tight(clean);
  const hidden = new Uint8Array(clean.length);
  const hide = (from, length) => hidden.fill(1, at[from], at[from + length - 1] + 1);
  for (let i = 0; i < all.length; i += 1) {
    if (parts.has(all.slice(i, i + PART))) hide(i, PART);
    for (const secret of short) if (all.startsWith(secret, i)) hide(i, secret.length);
  }
  let out = '';
  for (let i = 0; i < clean.length && out.length < MAX_SAID; i += 1) out += hidden[i] === 0 ? clean[i] : hidden[i - 1] === 1 ? '' : '<secret>';
  return out.slice(0, MAX_SAID);
}

/** Why a gateway did not let a connection in, by its close code and its own words. */
function reasonOf(closeCode, said) {
  if (/pairing.required/i.test(said)) return 'pairing-required';
  if (/^unauthorized/i.test(said)) return 'unauthorized';
  if (/missing scope/.test(said)) return 'missing-scope';
  // 2026.9.6 greets before it is ready: "gateway starting".
  return closeCode === 1013 ? 'starting' : 'refused';
}

/**
 * One connect that asks for one scope: `{ ok: true }`, or `{ ok: false, reason, said?, closeCode?, requestId? }`; with `accepted:
 * { scope, deviceToken? }` where the connection itself was let in. `peer` is where it goes, and the `secrets` that no text of it may
 * repeat; without `device` it presents none.
 */
async function attempt(peer, connect) {
  /** @type {any} */
  const { client, scope, method, auth, device } = { __proto__: null, ...connect };
  let [socket, gone] = [null, null];
  const waiting = new Map();
  const nothing = (_) => {};
  let [challenge, close] = [nothing, nothing];
  const challenged = new Promise((resolve) => (challenge = resolve));
  const closed = new Promise((resolve) => (close = (end) => resolve((gone ??= end))));
  const onMessage = (text) => {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return close(GARBAGE);
    }
    const type = field(frame, 'type');
    if (type === 'event' && field(frame, 'event') === 'connect.challenge') challenge(field(field(frame, 'payload', 'object'), 'nonce') ?? '');
    if (type === 'res') waiting.get(field(frame, 'id'))?.(frame);
  };
  const call = (name, params) => {
    const id = randomUUID();
    const answer = new Promise((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ type: 'req', id, method: name, params }));
    return Promise.race([answer, closed]);
  };
  const granted = (answer) => field(answer, 'ok', 'boolean') === true;
  /** How it ended: by its close, and by the answer before that. */
  const over = ({ code, reason = '' }, answer) => {
    if (code === GARBAGE.code) return { ok: false, reason: 'not-a-gateway', closeCode: code };
    const error = field(answer, 'error', 'object');
    const said = reason || field(error, 'message') || '';
    const requestId = field(field(error, 'details', 'object'), 'requestId');
    return {
      ok: false,
      reason: reasonOf(code, said),
      ...(said && { said: harmless(said, peer.secrets) }),
      ...(code !== undefined && { closeCode: code }),
      ...(requestId !== undefined && REQUEST_ID.test(requestId) && harmless(requestId, peer.secrets) === requestId && { requestId }),
    };
  };
  try {
    socket = await open(peer.url, { ...peer, onMessage, onClose: close });
    const nonce = await Promise.race([challenged, closed]);
    // A gateway greets first, with a UUID; who hangs up without a word is none.
    if (nonce === gone && gone.reason) return over(gone);
    if (typeof nonce !== 'string' || !NONCE.test(nonce)) return over(GARBAGE);
    const hello = await call('connect', {
      minProtocol: 3,
      maxProtocol: 4,
      client: { ...client, version: 'openclaw-prepair' },
      caps: [],
      role: 'operator',
      scopes: [scope],
      auth,
      device: device?.({ client, scope, token: auth?.token, nonce }),
    });
    // The close that follows a refusal holds its code.
    if (!granted(hello)) return over(await closed, hello);
    const deviceToken = field(field(field(hello, 'payload', 'object'), 'auth', 'object'), 'deviceToken');
    const accepted = { scope, deviceToken };
    const answer = method === undefined ? hello : await call(method, {});
    return { ...(granted(answer) ? { ok: true } : over(gone ?? {}, answer)), accepted };
  } catch (error) {
    if (!(error instanceof NoSocket)) throw refusal('INTERNAL', 'The WebSocket to the gateway failed in a way that was not foreseen.', { hint: 'Please report it with your version of Node.' });
    // 2026.8.1 and later refuse forwarded headers from an address that is not in trustedProxies this way.
    const reason = { __proto__: null, foreign: 'not-a-gateway', refused: error.status === 403 ? 'unattributable-proxy' : 'not-a-gateway' };
    return { ok: false, reason: reason[error.kind] ?? error.kind, ...(error.kind === 'refused' && { closeCode: 1006 }) };
  } finally {
    socket?.end();
  }
}

/** What the device says of itself: what its record says, so that a connect overwrites nothing. */
function introduction({ displayName, platform, deviceFamily, clientId, clientMode }, client) {
  const text = (value) => (typeof value === 'string' && value !== '' ? value : undefined);
  const own = text(clientId) && text(clientMode) ? { id: clientId, mode: clientMode } : CLIENTS.cli;
  return {
    ...(client ?? own),
    displayName: text(displayName),
    // No connect goes without one.
    platform: text(platform) ?? process.platform,
    deviceFamily: text(deviceFamily),
  };
}

/**
 * What an accepted connect makes of a record, up to 2026.4 (updatePairedDeviceMetadata of src/infra/device-pairing.ts), as far as
 * that is another thing than what it was.
 */
function overwritten(record, client, scopes) {
  const union = (list, more) => [...new Set([...(Array.isArray(list) ? list : []), ...more])];
  const left = {
    displayName: client.displayName,
    platform: client.platform,
    clientId: client.id,
    clientMode: client.mode,
    role: 'operator',
    roles: union(record.roles, [record.role, 'operator'].filter((role) => typeof role === 'string')),
    scopes: union(record.scopes, scopes),
  };
  const changed = Object.entries(left).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(record[name]));
  return Object.fromEntries(changed.map(([name, value]) => [name, { left: value ?? null, was: record[name] ?? null }]));
}

/** The address without what may be secret in it. */
function shown(url) {
  const { username, password, search, hash } = new URL(url);
  return username || password || search || hash ? Object.assign(new URL(url), { username: '', password: '', search: '', hash: '' }).href : url;
}

/**
 * Whether the store of the gateway that answers is known to hold this record: null, or why not.
 *
 * Its lock and its port tell where both can be seen. Else it is asked: a connect whose only secret is the device's own token is refused,
 * before any pairing, by a gateway whose store does not hold it. One that asks for no secret at all would pair the device, so a
 * stranger with a wrong one goes first (observed on 2026.2.12, 2.19, 3.24, 4.15, 7.1 and 9.6). That proves no more than the protocol
 * can: a gateway signs nothing, so who listens there as the same user can say the token back.
 */
async function unproven(tries, { url, before, scope, device, client }) {
  const { protocol, hostname, port } = new URL(url);
  const near = isLoopback(hostname) || (before.dials === 'lan' && hostname === lanAddress());
  const at = Number(port) || (protocol === 'wss:' ? 443 : 80);
  if (near && listens(before.bases, at)) return null;
  const unknown = ({ said, closeCode } = Object.create(null)) => ({ __proto__: null, ok: false, reason: 'unproven', said, closeCode });
  // The token goes to whoever answers: to nobody on the way, and to no other user of this machine, who could give it back as its own.
  if (!before.deviceToken || !(near || protocol === 'wss:') || (near && strangers(before.bases, at))) return unknown();
  const stranger = await tries({ client: { ...CLIENTS.cli, platform: process.platform }, scope, auth: { token: randomBytes(32).toString('base64url') } });
  if (stranger.reason !== 'unauthorized') return stranger.ok || stranger.reason === 'refused' ? unknown(stranger) : stranger;
  const known = await tries({ client, scope, device, auth: { token: before.deviceToken } });
  if (known.ok) return known.accepted.deviceToken === before.deviceToken ? null : unknown();
  return known.reason === 'unauthorized' ? unknown(known) : known;
}

async function verify(binding, options) {
  const start = performance.now();
  const settings = checked(options);
  for (;;) {
    const left = () => settings.waitMs - (performance.now() - start);
    try {
      const report = await once(binding, settings, start);
      if (!PASSING.includes(report.reason) || left() <= 0) return report;
    } catch (error) {
      if (!(error instanceof PrepairError && PASSING_ERRORS.includes(error.code)) || left() <= 0) throw error;
    }
    await sleep(Math.max(0, Math.min(PAUSE_MS, left())));
  }
}

/** One round; a first start may import what was read before, so each reads anew. */
async function once(binding, settings, start) {
  const { target, force, headers, timeoutMs } = settings;
  const scopes = Object.fromEntries(PROBES.map(({ scope }) => [scope, false]));
  const before = driver.approach(binding, target);
  if (before.unread !== null) throw new PrepairError(before.unread);
  const { url, shared, token, password } = address(binding, settings, before);
  // shouldOmitDeviceIdentityForGatewayCall of src/gateway/call.ts
  const bare = before.bare.includes(settings.name) && shared && isLoopback(new URL(url).hostname);
  const result = (rest) => ({ ok: false, scopes, ...rest, url: shown(url), elapsedMs: Math.round(performance.now() - start) });
  // OpenClaw's own clients would not connect, whatever answers.
  if (settings.url === undefined && before.dials === 'none' && lanAddress() !== undefined) return result({ reason: 'bind-lan' });
  if (!bare && (before.deviceId === null || (!before.paired && !force))) return result({ reason: 'not-paired' });
  // With the gateway's secret it would be given another token, which its owner did not want.
  if (!bare && before.revoked && !force) return result({ reason: 'revoked' });

  const identity = before.deviceId === null ? null : driver.exportIdentity(binding, target);
  const device = ({ client, scope, token = '', nonce }) => {
    const signedAt = Date.now();
    const payload = ['v2', identity.deviceId, client.id, client.mode, 'operator', scope, signedAt, token, nonce].join('|');
    const { signature } = ask(binding, { fn: 'sign', privateKeyPem: identity.privateKeyPem, payload }).json;
    return { id: identity.deviceId, publicKey: identity.publicKey, signature, signedAt, nonce };
  };
  const client = introduction(before.record ?? Object.create(null), settings.client);
  // Asking for more than the record holds could be approved silently: a change on disk.
  const probes = PROBES.filter(({ scope }) => force || bare || before.granted.includes(scope));
  if (probes.length === 0) return result({ reason: 'scope-upgrade' });

  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  // A fragment is nobody's but the caller's.
  const peer = { url: url.split('#', 1)[0], headers, timeoutMs, signal: timeout.signal, secrets: secretsOf({ url, headers, token, password, deviceToken: before.deviceToken }) };
  const outcomes = [];
  const tries = async (connect) => {
    const outcome = { __proto__: null, ...await attempt(peer, connect) };
    if (connect.device) outcomes.push(outcome);
    return outcome;
  };
  const failure = ({ reason, said, closeCode }) =>
    (timeout.signal.aborted ? { reason: 'timeout' } : { reason, ...(said !== undefined && { said }), ...(closeCode !== undefined && { closeCode }) });
  try {
    let failed = force ? null : await unproven(tries, { url, before, device, client, scope: probes[0].scope });
    const auth = token === undefined && password === undefined ? undefined : { token, password };
    for (const { scope, method } of failed === null ? probes : []) {
      const outcome = await tries({ client, scope, method, auth, device: bare ? undefined : device });
      scopes[scope] = outcome.ok;
      if (outcome.ok) continue;
      failed = outcome;
      break;
    }
    const traces = outcomes.length > 0 ? takeBack(binding, target, { before, client, outcomes }) : {};
    if (failed !== null) return result({ ...failure(failed), ...traces });
    return result(probes.length < PROBES.length ? { reason: 'scope-upgrade', ...traces } : { ok: true, ...traces });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Undoes in the store of this state dir what the tries left there, and only what was not there before and what the gateway itself said
 * that it made; names what is left, there or elsewhere.
 */
function takeBack(binding, target, { before, client, outcomes }) {
  const { deviceId } = before;
  const after = driver.approach(binding, target);
  const requests = [...new Set(outcomes.map(({ requestId }) => requestId))].filter((id) => id !== undefined && !before.pending.includes(id));
  const accepted = outcomes.flatMap((outcome) => outcome.accepted ?? []);
  // A token that it did not have: in a record that was not there, or in another store.
  const tokens = accepted.map(({ deviceToken }) => deviceToken).filter((token) => token !== undefined && token !== before.deviceToken);
  const [made, here] = [tokens.length > 0, tokens.includes(after.deviceToken)];
  const undo = {
    deviceId,
    requestId: requests.find((id) => after.pending.includes(id)),
    record: here && !before.paired,
    fields: before.paired ? overwritten(before.record, client, accepted.map(({ scope }) => scope)) : {},
  };
  let cleared = [];
  let removed = undo.record;
  try {
    ({ cleared } = driver.run(binding, 'takeBack', { ...target, ...undo, dryRun: false }));
  } catch (error) {
    if (!(error instanceof PrepairError)) throw error;
    removed = false;
  }
  const removedPending = cleared.find(({ requestId }) => requestId === undo.requestId)?.requestId;
  const left = [
    ...(made && !removed && !(here && before.paired) ? [{ kind: 'device', deviceId }] : []),
    ...requests.filter((requestId) => requestId !== removedPending).map((requestId) => ({ kind: 'request', deviceId, requestId })),
  ];
  return { ...(removedPending !== undefined && { removedPending }), ...(left.length > 0 && { left }) };
}

module.exports = { verify };
