// @ts-check
'use strict';

// What the driver of a binding (crates/host) cannot know or do: the environment, processes and packages, SQLite.

const fs = require('node:fs');
const path = require('node:path');
const { refusal, permitted } = require('../core/errors.js');
const { own, property, reading, taken } = require('../core/bridge.js');
const { attemptOf, running, packageOf } = require('./gateway-lock.js');

const OPTIONAL = { __proto__: null, throwIfNoEntry: false };
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
const windows = () => require('./windows.js');

const WINDOWS = process.platform === 'win32';

const isBlank = (value) => typeof value !== 'string' || value.trim() === '';

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
    __proto__: null,
    ...asked,
    env,
    auto: auto && openclawDir === undefined,
    owner: () => stateOwner(binding, operation, call),
    fixed: {
      __proto__: null,
      now: Date.now(),
      // A user without an entry in passwd has no home; OpenClaw then takes the working folder (src/infra/home-dir.ts).
      // HOME is what `os.homedir()` gives where it is set; passwd is not read where the caller's HOME goes before it.
      home: (property(process.env, 'HOME') ?? (isBlank(known.HOME) ? attemptOf(() => require('node:os').homedir(), null) : known.HOME)) || cwd,
      cwd,
      process: { uid: process.getuid?.() ?? 0, node: process.versions.node, platform: process.platform },
      installed: null,
      stats: {},
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
  const { bases } = binding.drive({ fn: 'plan', operation, options: call.options, inputs: call.fixed, bases: true }, call.blobs, answers(call));
  return bases.length > 0 ? ownerOf(call, bases) : null;
}

/** Who owns the state dir, the first of these folders. */
const ownerOf = (call, [stateDir]) => openclaw().ownerOf(stateDir, call.options.owner?.uid);

/** A running gateway knows best which version runs: whether its package takes the place of what was found, or is to be told. */
function gateway(call, { bases }) {
  call.onFolders?.(bases);
  // The addon's own system calls know nothing of what Node was told to forbid.
  const permission = property(process, 'permission');
  if (bases.some((base) => permission?.has('fs.read', base) === false)) throw Object.assign(new Error('Access denied'), { code: 'ERR_ACCESS_DENIED' });
  const pid = running(bases);
  const found = call.auto && pid !== null ? packageOf(pid, () => ownerOf(call, bases)) : null;
  if (found === null) return { gateway: pid };
  const { installed, passedOver } = call.fixed;
  return { gateway: pid, anew: true, ...(found.installed ? found : { installed, passedOver: [...passedOver, ...found.passedOver] }) };
}

/** Where not even a file of the package can be opened any more, as it is. */
const owned = (error) => attemptOf(() => require('./owned.js').owned(error), error);

/** What the driver asks back, each answered with fields. Only a binding without system calls of its own asks for files. */
const answers = (call) => {
  const sqlite = () => require('./sqlite.js');
  let transaction;
  return {
    __proto__: null,
    read: ({ queries, mends }) => ({ rows: sqlite().read(queries, mends) }),
    begin({ db }) {
      transaction = sqlite().begin(db);
    },
    query: ({ queries }) => ({ rows: transaction.query(queries) }),
    run: ({ statements }) => transaction.run(statements),
    commit() {
      transaction.commit();
      transaction = undefined;
    },
    rollback() {
      transaction?.rollback();
      transaction = undefined;
    },
    gateway: (request) => gateway(call, request),
    explained: ({ error }) => ({ error: owned(error) }),
    waiting({ holder, ms }) {
      call.onWaiting?.(holder, ms);
    },
    stat: ({ path: file, linked }) => ({ stat: statOf(file, linked) }),
    lacksFolder: ({ file }) => ({ lacks: attemptOf(() => fs.lstatSync(path.dirname(file), OPTIONAL), null) === undefined }),
    sleep({ ms }) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    },
  };
};

/**
 * Modes and owner, and in a folder the names of backups and profiles; where a folder, or what lies behind a link, really is. Null where
 * nothing stands or nothing can be told.
 */
function statOf(path, linked) {
  return attemptOf(() => {
    const stat = fs.lstatSync(path);
    const names = stat.isDirectory() ? attemptOf(() => fs.readdirSync(path), []) : [];
    const backups = names.filter((name) => name.endsWith('.bak'));
    const profiles = names.filter((name) => name.startsWith('.openclaw-'));
    const real = linked || !stat.isFile() ? attemptOf(() => (WINDOWS ? windows().realpath : fs.realpathSync)(path), null) : null;
    const { mode, uid } = WINDOWS ? windows().own(stat) : stat;
    return { mode: mode & 0o7777, uid, nlink: stat.nlink, backups, profiles, real };
  }, null);
}

/** Adds what a config may name, which is any variable (src/config/env-substitution.ts). */
function addNamed(call) {
  for (const [name, value] of reading('env', () => Object.entries(call.env))) {
    if (typeof value === 'string' && /^[A-Z_][A-Z0-9_]*$/.test(name)) call.options.env[name] ??= value;
  }
}

/** Whether a call is under way: what it calls back may not begin another one. */
let driving = false;

/** One call into the driver of a binding: `{ answers, files, blobs }`. */
function drive(binding, fn, operation, call, more) {
  if (driving) throw refusal('BUSY', 'This was called by what another call of this package called back.', { hint: 'Call it when the other call has returned.' });
  const { options, blobs, fixed } = call;
  const answering = answers(call);
  driving = true;
  try {
    return binding.drive({ fn, operation, options, inputs: fixed, ...more }, blobs, answering);
  } finally {
    driving = false;
    // Where the driver itself broke off.
    answering.rollback();
  }
}

const only = (binding, fn, operation, call) => drive(binding, fn, operation, call).answers[0];

/**
 * Runs an operation and gives its report. A dry run shows its plan, contents and all, to `onPlan`. While a lock is waited for, `onWaiting`
 * is called at most once a second, with the process that holds it (null: not known) and for how many ms so far. `onFolders` is told the
 * folders that it works in, the state dir first, before anything is written.
 */
function run(binding, operation, options, watching) {
  const { onPlan, onWaiting, onFolders } = /** @type {any} */ ({ __proto__: null, ...watching });
  const call = prepare(binding, operation, options);
  if (WINDOWS && operation !== 'devices.list' && !call.options.dryRun) windows().refuseToWrite();
  // Whose state dir it is, a variable may tell.
  if (operation === 'setup' || operation === 'prePair') addNamed(call);
  const shows = Boolean(call.options.dryRun && onPlan);
  const { answers: [told], files, blobs } = drive(binding, 'plan', operation, { __proto__: null, ...call, onWaiting, onFolders }, { shows });
  if (shows) onPlan({ ...told, files, blobs });
  return told.report;
}

/** Looks without touching: what cannot be read is told to the core, which makes findings of it. */
function observe(binding, fn, options, more) {
  const call = prepare(binding, 'diagnose', options);
  addNamed(call);
  return drive(binding, fn, 'diagnose', call, more);
}

/** What `verify` needs to try a connection. */
const approach = (binding, options) => observe(binding, 'approach', options).answers[0];

const diagnose = (binding, options) => observe(binding, 'plan', options).answers[0].report;

/** The diagnosis of each of these connections, from one look at the disk. */
const diagnoseEach = (binding, options, connections) => observe(binding, 'plan', options, { connections }).answers.map(({ report }) => report);

/** A diagnosis and the files that it stands on: `{ report, files }`. */
function examine(binding, options) {
  const { answers: [{ report }], files } = observe(binding, 'plan', options, { shows: true });
  return { report, files };
}

/** The identity of a state dir, private key included. */
function exportIdentity(binding, options) {
  const { deviceId, publicKey, privateKeyPem } = only(binding, 'exportIdentity', 'prePair', prepare(binding, 'prePair', options));
  return { deviceId, publicKey, privateKeyPem };
}

/** Every device and all that waits. Nothing is written. */
const list = (binding, options) => drive(binding, 'plan', 'devices.list', prepare(binding, 'devices.list', options), { compact: true }).answers[0].report;

/** The live token of a device. */
function token(binding, options) {
  const { deviceId, role, token: secret, scopes } = only(binding, 'deviceToken', '', prepare(binding, 'devices.revoke', options));
  return { deviceId, role, token: secret, scopes };
}

/** @template {(...args: any[]) => any} Body @param {Body} body @returns {Body} */
const guarded = (body) => /** @type {any} */ ((...args) => {
  try {
    return permitted(() => body(...args));
  } catch (error) {
    throw error?.code === 'ERR_PREPAIR_PERMISSION' ? owned(error) : error;
  }
});

module.exports = {
  run: guarded(run),
  approach: guarded(approach),
  diagnose: guarded(diagnose),
  diagnoseEach: guarded(diagnoseEach),
  examine: guarded(examine),
  list: guarded(list),
  token: guarded(token),
  exportIdentity: guarded(exportIdentity),
};
