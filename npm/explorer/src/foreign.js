'use strict';

// Reports and bundles that somebody pasted: of any making, so each part is looked at, and what has another form is left out.

const { VERDICTS: TITLES } = require('../../openclaw-prepair/lib/cli/show.js');

const MAX = 4000;
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);
const text = (value) => (typeof value === 'string' ? value.slice(0, MAX) : undefined);
const number = (value) => (Number.isFinite(value) ? value : undefined);
const texts = (value) => (Array.isArray(value) ? value.map(text).filter((item) => item !== undefined).slice(0, 500) : []);
const list = (value, what) => (Array.isArray(value) ? value.filter(isObject).map(what).filter(Boolean).slice(0, 2000) : []);
const one = (value, words) => (words.includes(value) ? value : undefined);

const VERDICTS = Object.keys(TITLES);

const place = (value) => (isObject(value) && text(own(value, 'path')) !== undefined ? { path: text(value.path), line: number(own(value, 'line')), column: number(own(value, 'column')) } : undefined);
const finding = (value) => ({ code: text(own(value, 'code')) ?? '', message: text(own(value, 'message')) ?? '', hint: text(own(value, 'hint')), place: place(own(value, 'place')) });
const step = (value) => {
  const by = one(own(value, 'by'), ['openclaw-prepair', 'openclaw', 'hand']) ?? 'hand';
  const argv = own(value, 'argv');
  // A command of its own making stays a text to read.
  return { by, text: text(own(value, 'text')) ?? '', ...(by !== 'hand' && Array.isArray(argv) && { argv: texts(argv) }) };
};
const remedy = (value) => (isObject(value) ? { opens: own(value, 'opens') === true, steps: list(own(value, 'steps'), step) } : null);
const asked = (value) => ({ question: text(own(value, 'question')) ?? '', answer: text(own(value, 'answer')) ?? '', because: text(own(value, 'because')) ?? '' });
const request = (value) => ({
  ...Object.fromEntries(['requestId', 'kind', 'deviceId', 'clientId', 'platform', 'remoteIp'].map((name) => [name, text(own(value, name))])),
  deviceId: text(own(value, 'deviceId')) ?? '', requestId: text(own(value, 'requestId')) ?? '',
  roles: texts(own(value, 'roles')), scopes: texts(own(value, 'scopes')), commands: texts(own(value, 'commands')), ageMs: number(own(value, 'ageMs')) ?? 0, expired: own(value, 'expired') === true,
});
const cell = (value) => {
  const verdict = one(own(value, 'verdict'), VERDICTS);
  return verdict && { client: text(own(value, 'client')) ?? '', place: text(own(value, 'place')) ?? '', verdict, reason: text(own(value, 'reason')) ?? null, remedy: remedy(own(value, 'remedy')) };
};

/** A report of `doctor --json`; null where it is none. */
function report(value) {
  if (!isObject(value) || !isObject(own(value, 'assumed'))) return null;
  const { assumed } = value;
  const gateway = isObject(own(assumed, 'gateway')) ? assumed.gateway : {};
  const cells = list(own(value, 'cells'), cell);
  const verdict = one(own(value, 'verdict'), VERDICTS);
  if (!verdict && cells.length === 0) return null;
  return {
    verdict: verdict ?? null, reason: text(own(value, 'reason')) ?? null, steps: list(own(value, 'steps'), asked), findings: list(own(value, 'findings'), finding),
    remedy: remedy(own(value, 'remedy')), waiting: list(own(value, 'waiting'), request), cells,
    assumed: {
      stateDir: text(own(assumed, 'stateDir')) ?? '', configPath: text(own(assumed, 'configPath')) ?? '', client: text(own(assumed, 'client')) ?? '', connection: text(own(assumed, 'connection')) ?? '',
      store: one(own(assumed, 'store'), ['json', 'sqlite']) ?? 'json',
      gateway: { version: text(own(gateway, 'version')) ?? null, rules: text(own(gateway, 'rules')) ?? '', source: text(own(gateway, 'source')) ?? 'unknown' },
    },
  };
}

const RECORD = ['deviceId', 'publicKey', 'displayName', 'platform', 'deviceFamily', 'clientId', 'clientMode', 'role', 'roles', 'scopes', 'approvedScopes', 'remoteIp', 'tokens', 'createdAtMs', 'approvedAtMs', 'lastSeenAtMs'];
const REQUEST = ['requestId', 'deviceId', 'publicKey', 'displayName', 'platform', 'deviceFamily', 'clientId', 'clientMode', 'role', 'roles', 'scopes', 'remoteIp', 'silent', 'isRepair', 'ts', 'refreshedAtMs'];

/** Records in the form of files, as rows: lists and objects are columns of JSON. */
const rows = (records, names) => Object.values(isObject(records) ? records : {}).filter(isObject).map((record) => Object.fromEntries(names.filter((name) => Object.hasOwn(record, name)).map((name) => {
  const value = record[name];
  const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return value !== null && typeof value === 'object' ? [`${column}_json`, JSON.stringify(value)] : [column, typeof value === 'boolean' ? Number(value) : value];
})));

const CONNECTION = ['client', 'method', 'auth', 'remoteAddress', 'host', 'origin'];

/** What a bundle of `doctor --bundle` holds beside its report: `{ texts, tables, connection }`; tables where the store is a database. */
function bundle(value, { assumed: { store } }) {
  const files = { config: own(value, 'config'), device: own(value, 'publicKey'), ...(store === 'json' && { paired: own(value, 'paired'), pending: own(value, 'pending') }) };
  const written = ([name, content]) => (isObject(content) ? [[name, JSON.stringify(content, null, 2)]] : name === 'device' && typeof content === 'string' ? [[name, content]] : []);
  const given = isObject(own(value, 'connection')) ? value.connection : {};
  const headers = isObject(own(given, 'headers')) ? given.headers : {};
  const forwarded = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-forwarded-for')?.[1];
  return {
    texts: Object.fromEntries(Object.entries(files).flatMap(written)),
    tables: store === 'sqlite' ? { device_pairing_paired: rows(own(value, 'paired'), RECORD), device_pairing_pending: rows(own(value, 'pending'), REQUEST) } : null,
    connection: {
      ...Object.fromEntries(CONNECTION.map((name) => [name, text(own(given, name))])),
      device: { true: 'yes', false: 'no' }[own(given, 'presentsDevice')], scopes: Array.isArray(own(given, 'scopes')) ? texts(given.scopes).join(', ') : undefined, forwardedFor: text(forwarded),
    },
  };
}

module.exports = { report, bundle };
