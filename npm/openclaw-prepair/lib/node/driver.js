// @ts-check
'use strict';

// Read, plan, apply, read back, plan again: the only code that lets the core's decisions touch a disk.

const fs = require('node:fs');
const path = require('node:path');
const { PrepairError, refusal, permitted } = require('../core/errors.js');
const { ask, bare, own, operateOn, property, reading, taken, text } = require('../core/bridge.js');
const { attemptOf, running, packageOf } = require('./gateway-lock.js');

const MAX_ATTEMPTS = 12;
/** Where others write as well, each looks again at a time of its own: within 8 ms, then twice as much, up to 128. */
const pause = (attempt) => attempt > 2 && Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * 2 ** Math.min(attempt, 7));
const VARIABLES = [
  'HOME',
  'USERPROFILE',
  'OPENCLAW_HOME',
  'OPENCLAW_STATE_DIR',
  'OPENCLAW_CONFIG_PATH',
  'CLAWDBOT_STATE_DIR',
  'CLAWDBOT_CONFIG_PATH',
  'OPENCLAW_INCLUDE_ROOTS',
];

/** What few calls need; loading a module is a good part of what a call takes. */
const openclaw = () => require('./openclaw.js');
const reports = () => require('../core/report.js');
const windows = () => require('./windows.js');

const WINDOWS = process.platform === 'win32';

/** One call: its options as the core takes them, and what the core cannot know. */
function prepare(binding, operation, options) {
  const { env: given, ...rest } = own(options);
  const env = given ?? process.env;
  if (given === null || typeof env !== 'object' || reading('env', () => Array.isArray(env))) throw refusal('OPTIONS', 'The option env must be an object.');
  const variable = (name) => reading(`env.${name}`, () => property(env, name));
  const places = { __proto__: null, PATH: variable('PATH'), NODE_PATH: variable('NODE_PATH') };
  for (const [name, value] of Object.entries(places)) {
    if (value !== undefined && typeof value !== 'string') throw refusal('OPTIONS', `The option env.${name} must be a string.`);
  }
  const known = Object.fromEntries(VARIABLES.map((name) => [name, variable(name)]));
  const asked = taken({ ...rest, env: known });
  const { gatewayVersion, openclawDir } = asked.options;
  const cwd = attemptOf(() => process.cwd(), null);
  const auto = gatewayVersion === undefined || gatewayVersion === 'auto';
  if (openclawDir !== undefined && typeof openclawDir !== 'string') {
    throw refusal('OPTIONS', 'The option openclawDir must be a string.');
  }
  const call = {
    ...asked,
    env,
    auto: auto && openclawDir === undefined,
    owner: () => stateOwner(binding, operation, call),
    fixed: {
      __proto__: null,
      now: Date.now(),
      // Drawn once a call: planning again must mean the same new key, or it would never come to rest.
      entropy: ask(binding, { fn: 'entropy' }).blobs[0],
      // A user without an entry in passwd has no home; OpenClaw then takes the working folder (src/infra/home-dir.ts).
      // HOME is what `os.homedir()` gives where it is set.
      home: (property(process.env, 'HOME') ?? attemptOf(() => require('node:os').homedir(), null)) || cwd,
      cwd,
      process: { uid: process.getuid?.() ?? 0, node: process.versions.node, platform: process.platform },
      installed: null,
    },
  };
  if (call.auto) Object.assign(call.fixed, openclaw().installed({ ...known, ...places }, openclaw().believing(call.owner)));
  if (openclawDir !== undefined) call.fixed.installed = packageAt(openclawDir);
  return call;
}

/** The package that the caller names: believed, whoever put it there. */
function packageAt(dir) {
  const found = openclaw().packageIn(dir);
  if (found) return found;
  throw refusal('OPTIONS', 'The option openclawDir is not the folder of an openclaw package.', {
    path: dir,
    hint: 'Give the folder that holds its package.json, or leave it out.',
  });
}

/** Who owns the state dir, as far as that is known before any version is; asked only where a package is another user's. */
function stateOwner(binding, operation, call) {
  const inputs = { __proto__: null, ...call.fixed, files: Object.create(null), rows: Object.create(null), stats: Object.create(null) };
  // Which of the default folders is there decides, and is asked for first.
  for (let turn = 0; turn < 5; turn += 1) {
    const { json } = operateOn(binding, 'plan', operation, call, inputs);
    if (!Object.hasOwn(json, 'missing')) break;
    const { bases, files } = bare(json.missing);
    if (bases.length > 0) return openclaw().ownerOf(bases[0], call.options.owner?.uid);
    Object.assign(inputs.files, binding.readFiles({ bases, files }).files);
  }
  return null;
}

/** A running gateway knows best which version runs: whether its package took the place of what was found, or is to be told. */
function takesGateways(call) {
  const own = call.auto && call.fixed.gateway !== null ? packageOf(call.fixed.gateway, call.owner) : null;
  if (own === null) return false;
  const { passedOver } = call.fixed;
  Object.assign(call.fixed, own.installed ? own : { passedOver: [...passedOver, ...own.passedOver] });
  return true;
}

/** Answers queries. Where no folder holds a database, which is common, no SQLite is looked for. */
function rowsOf(queries, mends = false) {
  const absent = ({ db }) => attemptOf(() => fs.lstatSync(path.dirname(db), { __proto__: null, throwIfNoEntry: false }), null) === undefined;
  if (queries.every(absent)) return Object.fromEntries(queries.map((query) => [query.id, null]));
  return require('./sqlite.js').read(queries, mends);
}

/** Reads files. What a plan can do without and cannot be read is something else than a file. */
function filesOf(binding, bases, files, optional) {
  try {
    return binding.readFiles({ bases, files });
  } catch (error) {
    if (optional.length === 0) throw error;
  }
  const needed = files.filter((file) => !optional.includes(file));
  const read = binding.readFiles({ bases, files: needed });
  const all = { files: { ...read.files }, leftovers: read.leftovers };
  for (const file of optional) {
    try {
      Object.assign(all.files, binding.readFiles({ bases, files: [file] }).files);
    } catch (error) {
      if (!(error instanceof PrepairError)) throw error;
      all.files[file] = { kind: 'other' };
    }
  }
  return all;
}

/** Asks the core until it lacks nothing. `rows` answers its queries. */
function look(binding, fn, operation, call, rows) {
  const inputs = { ...call.fixed, files: Object.create(null), rows: Object.create(null), stats: Object.create(null) };
  const asked = [];
  let leftovers = false;
  for (;;) {
    const { json, blobs } = operateOn(binding, fn, operation, call, inputs);
    if (!Object.hasOwn(json, 'missing')) return { __proto__: null, ...json, steps: bare(json.steps), blobs, leftovers, files: inputs.files, rows: inputs.rows, queries: asked };
    const { files, optional = [], queries, bases, stats = [] } = bare(json.missing);
    // Asked once a call, as soon as the core knows where.
    if (call.fixed.gateway === undefined && bases.length > 0) {
      inputs.gateway = call.fixed.gateway = running(bases);
      if (takesGateways(call)) return look(binding, fn, operation, call, rows);
    }
    asked.push(...queries);
    if (files.length > 0) {
      const read = filesOf(binding, bases, files, optional);
      Object.assign(inputs.files, read.files);
      leftovers ||= read.leftovers;
    }
    if (queries.length > 0) Object.assign(inputs.rows, rows(queries));
    for (const path of stats) inputs.stats[path] = statOf(path, inputs.files[path]?.kind === 'symlink');
  }
}

/**
 * Modes and owner, and in a folder the names of backups; where a folder, or what lies behind a link, really is. Null where
 * nothing stands or nothing can be told.
 */
function statOf(path, linked) {
  return attemptOf(() => {
    const stat = fs.lstatSync(path);
    const backups = stat.isDirectory() ? attemptOf(() => fs.readdirSync(path).filter((name) => name.endsWith('.bak')), []) : [];
    const real = linked || !stat.isFile() ? attemptOf(() => (WINDOWS ? windows().realpath : fs.realpathSync)(path), null) : null;
    const { mode, uid } = WINDOWS ? windows().own(stat) : stat;
    return { mode: mode & 0o7777, uid, nlink: stat.nlink, backups, real };
  }, null);
}

/** Adds what a config may name, which is any variable (src/config/env-substitution.ts). */
function addNamed(call) {
  for (const [name, value] of reading('env', () => Object.entries(call.env))) {
    if (typeof value === 'string' && /^[A-Z_][A-Z0-9_]*$/.test(name)) call.options.env[name] ??= value;
  }
}

/** Looks without touching: what cannot be read is told to the core, which makes findings of it. */
function observe(binding, fn, options) {
  const call = prepare(binding, 'diagnose', options);
  addNamed(call);
  const failures = Object.create(null);
  call.fixed.failures = failures;
  const failed = (path, error) => {
    if (!(error instanceof PrepairError)) throw error;
    failures[path] = { path, ...require('./owned.js').owned(error) };
  };
  const readFiles = ({ bases, files }) => {
    try {
      return { ...binding.readFiles({ bases, files }) };
    } catch (error) {
      if (files.length === 1) {
        failed(files[0], error);
        return { files: { [files[0]]: { kind: 'other' } }, leftovers: false };
      }
      return { files: Object.assign({}, ...files.map((file) => readFiles({ bases, files: [file] }).files)), leftovers: false };
    }
  };
  const rows = (queries) => {
    try {
      return rowsOf(queries);
    } catch (error) {
      failed(queries[0].db, error);
      return Object.fromEntries(queries.map((query) => [query.id, null]));
    }
  };
  return look({ call: binding.call, readFiles }, fn, 'diagnose', call, rows);
}

const isSql = (step) => step.kind === 'sql';

function applyFiles(binding, call, plan, rehearse = false) {
  const steps = plan.steps.filter((step) => !isSql(step));
  if (steps.length > 0) binding.applyFiles({ bases: plan.bases, steps, owner: call.options.owner ?? null, rehearse }, plan.blobs);
}

/**
 * Applies the statements of a plan, before any of its files: what stops a call in between leaves rows without a change of
 * the config, which every gateway starts on. A rehearsal finds beforehand what would refuse the files, and waits for the
 * lock of the state dir while the database, which a gateway may be writing, is free.
 */
function applyRows(binding, operation, call, seen, { db }) {
  applyFiles(binding, call, seen, true);
  return require('./sqlite.js').transaction(db, (query, run) => {
    // What was read before the write lock was ours may have changed: looked at anew under it.
    const plan = look(binding, 'plan', operation, call, query);
    plan.steps.filter(isSql).forEach((step) => run(step.statements));
    return plan;
  });
}

/** Runs an operation and gives its report. A dry run shows its plan, contents and all, to `onPlan`. */
function run(binding, operation, options, onPlan) {
  const call = prepare(binding, operation, options);
  if (WINDOWS && operation !== 'devices.list' && !call.options.dryRun) windows().refuseToWrite();
  // Whose state dir it is, a variable may tell.
  if (operation === 'setup' || operation === 'prePair') addNamed(call);
  try {
    return settle(binding, operation, call, onPlan);
  } finally {
    call.fixed.entropy.fill(0);
  }
}

const counted = (report, attempts) => (attempts === 1 ? report : reports().withAttempts(report, attempts));

/** Applies until looking again finds nothing to do. */
function settle(binding, operation, call, onPlan) {
  const rows = (queries) => rowsOf(queries, !call.options.dryRun);
  let report = null;
  let written = 0;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    pause(attempt);
    let plan = look(binding, 'plan', operation, call, rows);
    // More than was seen first is not granted later.
    if (operation.startsWith('devices.')) call.fixed.earlier ??= reports().seen(plan.report);
    if (call.options.dryRun) {
      onPlan?.(plan);
      return plan.report;
    }
    if (plan.steps.length === 0) {
      if (plan.leftovers) binding.applyFiles({ bases: plan.bases, steps: [], owner: null }, []);
      return report ? reports().joined(report, plan.report, Math.max(written, 1)) : counted(plan.report, attempt);
    }
    let changed = null;
    let committed = [];
    try {
      const sql = plan.steps.find(isSql);
      if (sql) {
        plan = applyRows(binding, operation, call, plan, sql);
        committed = plan.steps.filter(isSql);
      }
      applyFiles(binding, call, plan);
    } catch (error) {
      if (error.code !== 'ERR_PREPAIR_CHANGED') throw error;
      changed = new Set([...committed.map(({ db }) => db), ...visible(binding, plan)]);
      if (changed.size === 0) continue;
    }
    if (call.fixed.earlier) call.fixed.earlier.applied = true;
    const made = changed ? reports().partOf(plan.report, changed) : plan.report;
    report = report ? reports().joined(report, made, attempt) : counted(made, attempt);
    written = attempt;
    if (!changed && holds(binding, plan)) return report;
    // All was done once: from here on the key on the disk is the new one, which a killed call may have made.
    const { identity, onConflict } = call.options;
    if (!changed && identity === 'new' && onConflict !== 'replace') call.options = { ...call.options, identity: undefined };
  }
  const plan = look(binding, 'plan', operation, call, rows);
  if (plan.steps.length === 0) return report ? reports().joined(report, plan.report, MAX_ATTEMPTS) : counted(plan.report, MAX_ATTEMPTS);
  throw refusal('CONTENDED', `The files changed under us ${MAX_ATTEMPTS} times.`, {
    path: plan.bases[0],
    hint: 'Something writes them all the time: another setup, or a busy gateway. Call again, best before the gateway starts.',
  });
}

/**
 * Whether the disk still is what the plan was made from, and what it made of it: planning again would find nothing to do.
 * Rows are always looked at again.
 */
function holds(binding, plan) {
  if (plan.steps.some(isSql)) return false;
  const blobs = [];
  const files = Object.create(null);
  const note = (file, content) => {
    files[file] = content === null ? null : blobs.push(content) - 1;
  };
  for (const [file, content] of Object.entries(plan.files)) {
    if (content !== null && !(content instanceof Uint8Array)) return false;
    // A folder that had to be made for a step.
    if (content === null && plan.steps.some((step) => step.path.startsWith(`${file}/`))) continue;
    note(file, content);
  }
  for (const step of plan.steps) note(step.path, step.kind === 'write' ? plan.blobs[step.blob] : null);
  return binding.sameFiles({ bases: plan.bases, files }, blobs) && text(rowsOf(plan.queries)) === text(plan.rows);
}

/** The files of the first steps of a plan that was not done to the end: those that are as the steps leave them. */
function visible(binding, plan) {
  const steps = plan.steps.filter((step) => !isSql(step));
  for (let count = steps.length; count > 0; count -= 1) {
    const blobs = [];
    const files = Object.create(null);
    for (const step of steps.slice(0, count)) files[step.path] = step.kind === 'write' ? blobs.push(plan.blobs[step.blob]) - 1 : null;
    if (binding.sameFiles({ bases: plan.bases, files }, blobs)) return new Set(Object.keys(files));
  }
  return new Set();
}

/** The identity of a state dir, private key included. */
function exportIdentity(binding, options) {
  const { deviceId, publicKey, privateKeyPem } = look(binding, 'exportIdentity', 'prePair', prepare(binding, 'prePair', options), (queries) => rowsOf(queries));
  return { deviceId, publicKey, privateKeyPem };
}

/** Every device and all that waits. Nothing is written. */
const list = (binding, options) => look(binding, 'plan', 'devices.list', prepare(binding, 'devices.list', options), (queries) => rowsOf(queries)).report;

/** The live token of a device: the core reads `devices.revoke` from the same options. */
function token(binding, options) {
  const { deviceId, role, token: secret, scopes } = look(binding, 'deviceToken', 'devices.revoke', prepare(binding, 'devices.revoke', options), (queries) => rowsOf(queries));
  return { deviceId, role, token: secret, scopes };
}

const diagnose = (binding, options) => observe(binding, 'plan', options).report;

const guarded = (body) => (...args) => {
  try {
    return permitted(() => body(...args));
  } catch (error) {
    throw error?.code === 'ERR_PREPAIR_PERMISSION' ? require('./owned.js').owned(error) : error;
  }
};

module.exports = { run: guarded(run), observe: guarded(observe), diagnose: guarded(diagnose), list: guarded(list), token: guarded(token), exportIdentity: guarded(exportIdentity) };
