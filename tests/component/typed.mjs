// Between the JSON of the vectors and the types of wit/, as jco spells them: camelCase records, {tag, val} variants, bigints.
import { inputsOf, optionsOf, written } from '../vectors/lib.mjs';

const tag = (name, val) => ({ tag: name, val });
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A request, of an operation and options that types can say. An operation whose options are alike in both needs no word here, nor its report below. */
export function requestOf({ operation, options }) {
  const { stateDir, configPath, profile, gatewayVersion, env = {}, ...rest } = optionsOf(options);
  const device = (what, asked) => tag('devices', tag(what, asked));
  const made = {
    prePair: () => tag('pre-pair', pairOf(rest)),
    patchConfig: () => tag('patch-config', configOf(rest)),
    setup: ({ config, ...pair } = rest) => tag('setup', { pair: pairOf(pair), config: config === false ? undefined : configOf(config ?? {}) }),
    diagnose: () => tag('diagnose', { connection: connectionOf(rest.connection ?? {}), device: rest.device }),
    'devices.list': () => tag('list-devices'),
    'devices.approve': ({ requestId, deviceId, scopes, displayName } = rest) => device('approve', { which: requestId === undefined ? tag('device-id', deviceId) : tag('request-id', requestId), scopes, displayName }),
    'devices.reject': () => device('reject', rest.requestId),
    'devices.remove': () => device('remove', rest.deviceId),
    'devices.revoke': () => device('revoke', rest),
    'devices.rotate': () => device('rotate', rest),
    'devices.rename': () => device('rename', rest),
  };
  return { target: { stateDir, configPath, profile, gatewayVersion, env: Object.entries(env) }, operation: made[operation]?.() ?? tag(kebab(operation), rest) };
}

/** What is left out is `none`, and false: a new option that may be left out needs no word here. */
function pairOf({ identity, ...rest }) {
  return { identity: identityOf(identity), onConflict: 'refuse', pending: 'device', ...rest };
}

function identityOf(identity) {
  if (identity === undefined) return tag('on-disk');
  if (identity === 'new') return tag('new');
  if ('privateKeyPem' in identity) return tag('private-key-pem', identity.privateKeyPem);
  const { secret, label } = identity;
  return tag('derived', { secret: tag(typeof secret === 'string' ? 'text' : 'bytes', secret), label });
}

function configOf({ trustedProxies = 'sandbox', merge, ...rest }) {
  const proxies = Array.isArray(trustedProxies) ? tag('these', trustedProxies) : tag(trustedProxies === false ? 'untouched' : trustedProxies);
  return { trustedProxies: proxies, proxyPeers: [], merge: merge && JSON.stringify(merge), arrays: 'union', ...rest };
}

function connectionOf({ client = 'agent', headers = {}, ...rest }) {
  return { client, headers: Object.entries(headers), ...rest };
}

/** Inputs. */
export function inputsFor(vector) {
  const { files, rows = {}, now, home, cwd, installed, passedOver = [], entropy, stats, process, gateway, earlier, failures = {} } = inputsOf(vector.inputs);
  return {
    files: Object.entries(files).map(([path, file]) => [path, file === null ? tag('absent') : file instanceof Uint8Array ? tag('content', file) : tag(file.kind)]),
    rows: Object.entries(rows).map(([id, answer]) => ({ id, rows: answer?.map((row) => Object.entries(row).map(([column, value]) => [column, cellOf(value)])) })),
    now: BigInt(now), home, cwd,
    installed: installed ? { version: installed.version, stateSchema: installed.stateSchema === undefined ? undefined : BigInt(installed.stateSchema) } : undefined,
    passedOver, entropy,
    stats: stats && Object.entries(stats).map(([path, stat]) => [path, stat ? { ...stat, nlink: BigInt(stat.nlink), backups: stat.backups ?? [], profiles: stat.profiles ?? [] } : undefined]),
    process, gateway, earlier,
    failures: Object.entries(failures),
  };
}

function cellOf(value) {
  if (value === null) return tag('null');
  if (typeof value === 'string') return tag('text', value);
  return Number.isInteger(value) ? tag('integer', BigInt(value)) : tag('real', value);
}

const paramOf = ({ tag: kind, val }) => (kind === 'null' ? null : kind === 'integer' ? Number(val) : val);
const queryOf = (query) => ({ ...query, params: query.params.map(paramOf) });
/** Without what is absent, numbers as JSON has them. */
const plain = (value) => JSON.parse(JSON.stringify(value, (key, item) => (typeof item === 'bigint' ? Number(item) : item ?? undefined)));

/** What a vector expects, of an answer: `{planned}` or `{stop}`. */
export function outcomeOf({ planned, stop }) {
  if (stop) {
    if (stop.tag === 'refused') return { error: plain(stop.val) };
    const { files, optional, queries, stats, bases } = stop.val;
    return { missing: { files, ...optional.length > 0 && { optional }, queries: queries.map(queryOf), ...stats.length > 0 && { stats }, bases } };
  }
  return { steps: planned.steps.map(stepOf), report: reportOf(planned.report), bases: planned.bases };
}

function stepOf({ tag: kind, val }) {
  if (kind === 'remove') return { kind, ...val };
  if (kind === 'sql') return { kind, db: val.db, statements: val.statements.map(queryOf) };
  const { path, content, mode, keepMode, expect, splices } = val;
  const bytes = ({ at, remove, insert }) => ({ at: Number(at), remove: Number(remove), insert: Number(insert) });
  return { kind, path, content: written(content), mode, expect: expect ?? null, ...keepMode && { keepMode }, ...splices.length > 0 && { splices: splices.map(bytes) } };
}

function reportOf({ tag: kind, val }) {
  const report = plain(val);
  switch (kind) {
    case 'pre-pair': return pairReport(report);
    case 'clear-pending': return { ...report, cleared: report.cleared.map((one) => ({ silent: null, ...one })) };
    case 'setup': return { ...pairReport(report.pair), config: report.config ?? null };
    case 'diagnose': return diagnosis(report);
    case 'list-devices': return { ...report, gateway: gatewayOf(report.gateway), waiting: waitingOf(report) };
    case 'device': return { ...report, gateway: gatewayOf(report.gateway), attempts: 1 };
    default: return report;
  }
}

const waitingOf = ({ waiting }) => waiting.map((one) => ({ silent: null, ...one }));

function diagnosis({ assumed, remedy = null, ...report }) {
  const steps = remedy?.steps.map(({ argv, ...step }) => ({ ...step, ...argv?.length > 0 && { argv } }));
  const gateway = { ...gatewayOf(assumed.gateway), rules: assumed.gateway.rules };
  return { reason: null, ...report, assumed: { ...assumed, gateway }, remedy: remedy && { ...remedy, steps } };
}

function gatewayOf({ version = null, source }) {
  return { version, source: { given: 'option', installed: 'package', unknown: 'unknown' }[source] };
}

const pairReport = ({ gateway, ...report }) => ({ ...report, gateway: gatewayOf(gateway), attempts: 1 });
