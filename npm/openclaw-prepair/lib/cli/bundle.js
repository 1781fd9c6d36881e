// @ts-check
'use strict';

// `doctor --bundle`: the report and what it was made from, to be shown to others. What is not named here stays behind.

const driver = require('../node/driver.js');
const { PrepairError } = require('../core/errors.js');

/** Of a record and of a request. */
const RECORD = [
  'deviceId', 'publicKey', 'displayName', 'platform', 'deviceFamily', 'clientId', 'clientMode', 'role', 'roles', 'scopes', 'approvedScopes',
  'remoteIp', 'createdAtMs', 'approvedAtMs', 'lastSeenAtMs',
];
const REQUEST = ['requestId', ...RECORD, 'silent', 'isRepair', 'ts', 'refreshedAtMs'];
const TOKEN = ['role', 'scopes', 'issuer', 'createdAtMs', 'revokedAtMs', 'lastUsedAtMs'];
/** Stands for a token that is there, and for what a sanitizer left in the place of one. */
const [HIDDEN, MARK] = ['<hidden>', '[REDACTED]'];

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const some = (object, names) => Object.fromEntries(names.filter((name) => Object.hasOwn(object, name)).map((name) => [name, object[name]]));
const each = (object, what) => Object.fromEntries(Object.entries(object).filter(([, value]) => isObject(value)).map(([key, value]) => [key, what(value)]));

const token = (held) => ({ ...(typeof held.token === 'string' && { token: /^\s*\*+\s*$|redacted/i.test(held.token) ? MARK : HIDDEN }), ...some(held, TOKEN) });
const record = (held) => ({ ...some(held, RECORD), ...(isObject(held.tokens) && { tokens: each(held.tokens, token) }) });
const request = (held) => some(held, REQUEST);
/** A header may hold a secret; of those that name a client by its address the verdict hangs on the value. */
const plain = ([name, value]) => [name, /^(x-forwarded-(for|host|proto)|x-real-ip|forwarded|host|origin)$/i.test(name) ? value : HIDDEN];

/** A store in a file; undefined where it does not parse, of which the report tells. */
function stored(bytes, what) {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(value) ? each(value, what) : [];
  } catch {
    return undefined;
  }
}

/** What a database holds, in the form of the files. */
function ofRows({ paired, waiting }, now) {
  const named = (tokens) => Object.fromEntries(tokens.map((held) => [held.role, { token: HIDDEN, ...held }]));
  const device = ({ tokens, ...held }) => [held.deviceId, { ...record({ ...held, role: held.roles[0], approvedScopes: held.scopes }), tokens: named(tokens) }];
  const asked = ({ repair, ageMs, ...held }) => [held.requestId, request({ ...held, role: held.roles[0], isRepair: repair, silent: held.silent ?? false, ts: now - ageMs })];
  return { paired: Object.fromEntries(paired.map(device)), pending: Object.fromEntries(waiting.filter(({ kind }) => kind === 'device').map(asked)) };
}

/** The devices of a database, as far as they can be read. */
function listed(binding, target) {
  try {
    return ofRows(driver.list(binding, target), target.now);
  } catch (error) {
    if (!(error instanceof PrepairError)) throw error;
    return { paired: undefined, pending: undefined };
  }
}

function bundle(binding, options) {
  const { connection, device, ...given } = options;
  const target = { ...given, now: given.now ?? Date.now() };
  const { report, files } = driver.examine(binding, { ...options, ...target });
  const { publicKey, settings } = driver.approach(binding, target);
  const { stateDir, store } = report.assumed;
  const file = (name, what) => (files[`${stateDir}/devices/${name}.json`] instanceof Uint8Array ? stored(files[`${stateDir}/devices/${name}.json`], what) : undefined);
  const devices = store === 'json' ? { paired: file('paired', record), pending: file('pending', request) } : listed(binding, target);
  return {
    bundle: 1,
    prepair: require('../../package.json').version,
    at: target.now,
    platform: process.platform,
    connection: connection?.headers ? { ...connection, headers: Object.fromEntries(Object.entries(connection.headers).map(plain)) } : connection,
    report,
    publicKey: device?.publicKey ?? publicKey ?? undefined,
    config: settings ?? undefined,
    ...devices,
  };
}

module.exports = { bundle };
