'use strict';

// The core as the page asks it. Every finding, verdict and edited byte comes from here; nothing below decides anything.

const { ask, operate } = require('../../openclaw-prepair/lib/core/bridge.js');
const { parse } = require('../../openclaw-prepair/lib/cli/args.js');
const { planDiff } = require('../../openclaw-prepair/lib/cli/diff.js');
const { holder } = require('../../openclaw-prepair/lib/core/wasm.js');
const glue = require('../../openclaw-prepair/lib/core/glue.js');
const { inert } = require('./inert.js');

const STATE_DIR = '~/.openclaw';
/** Where the files lie in a state dir. */
const PLACES = {
  config: `${STATE_DIR}/openclaw.json`,
  paired: `${STATE_DIR}/devices/paired.json`,
  pending: `${STATE_DIR}/devices/pending.json`,
  device: `${STATE_DIR}/identity/device.json`,
};

const DATABASE = `${STATE_DIR}/state/openclaw.sqlite`;

const { init, load } = holder(glue, { fetched: () => inert('core') });

/** The versions that brought a change, which of them holds for `version`, and the questions of the decision tree. */
const map = (version) => ask(load(), { fn: 'map', version }).json;

/** One operation on `{ files, store }`: contents by path, where one that isn't there is an absent file, and a database or null. */
function run(operation, { files, store }, options) {
  const inputs = { files: Object.create(null), rows: Object.create(null), now: Date.now(), entropy: crypto.getRandomValues(new Uint8Array(64)) };
  for (;;) {
    const { json, blobs } = operate(load(), 'plan', operation, { stateDir: STATE_DIR, env: {}, ...options }, inputs);
    if (!Object.hasOwn(json, 'missing')) return { ...json, blobs, files: inputs.files };
    for (const path of json.missing.files) inputs.files[path] = files[path] ?? null;
    for (const query of json.missing.queries) inputs.rows[query.id] = store?.answer(query) ?? null;
  }
}

/** What the gateway of this version does with the connection. */
const diagnose = (given, gatewayVersion, connection, device) =>
  run('diagnose', given, { gatewayVersion, connection, ...(device && { device: { publicKey: device } }) }).report;

/** What a command of ours does: the operation and its options. No flag that names a file or a variable is read here. */
const meant = (argv) => {
  const none = () => '';
  const { operation, options } = parse(argv, { read: none, env: none, line: none });
  return { operation, options };
};

/**
 * The given state after these commands: `{ after, plans, written, reports }`. `copy()` is the database on which they may be tried;
 * whoever asks closes it.
 */
function play({ files, store }, commands) {
  const after = { files: { ...files }, store };
  const written = new Map();
  const [plans, reports] = [[], []];
  for (const argv of commands) {
    const { operation, options } = meant(argv);
    const plan = run(operation, after, options);
    plans.push(plan);
    reports.push(plan.report);
    for (const step of plan.steps) {
      if (step.kind === 'sql') store.apply(step.statements);
      else if (step.kind === 'remove') delete after.files[step.path];
      else after.files[step.path] = plan.blobs[step.blob];
      if (step.kind === 'write') written.set(step.path, plan.blobs[step.blob]);
    }
  }
  return { after, plans, reports, written: [...written].map(([path, content]) => ({ path, content })) };
}

/** What these plans change, line by line, without a secret in it. */
const diff = (plans) => plans.flatMap(planDiff);

module.exports = { init, map, diagnose, meant, play, diff, PLACES, DATABASE, STATE_DIR };
