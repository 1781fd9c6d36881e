'use strict';

// The core as the page asks it. Every finding, verdict and mended byte comes from here; nothing below decides anything.

const { ask, operate } = require('../../openclaw-prepair/lib/core/bridge.js');
const { planDiff } = require('../../openclaw-prepair/lib/cli/diff.js');
const { holder } = require('../../openclaw-prepair/lib/core/wasm.js');
const glue = require('../../openclaw-prepair/lib/core/glue.js');
const base64 = require('../../openclaw-prepair/lib/core/prepair.wasm');

const STATE_DIR = '~/.openclaw';
/** Where the files lie in a state dir. */
const PLACES = {
  config: `${STATE_DIR}/openclaw.json`,
  paired: `${STATE_DIR}/devices/paired.json`,
  pending: `${STATE_DIR}/devices/pending.json`,
  device: `${STATE_DIR}/identity/device.json`,
};

const { init, load } = holder(glue, { fetched: async () => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)) });

/** The versions that brought a change, which of them holds for `version`, and the questions of the decision tree. */
const map = (version) => ask(load(), { fn: 'map', version }).json;

/** One operation on files `{ path: bytes }`; a path that isn't there is an absent file, and there is no database. */
function run(operation, files, options) {
  const inputs = { files: Object.create(null), rows: Object.create(null), now: Date.now(), entropy: crypto.getRandomValues(new Uint8Array(64)) };
  for (;;) {
    const { json, blobs } = operate(load(), 'plan', operation, { stateDir: STATE_DIR, env: {}, ...options }, inputs);
    if (!Object.hasOwn(json, 'missing')) return { ...json, blobs, files: inputs.files };
    for (const path of json.missing.files) inputs.files[path] = files[path] ?? null;
    for (const { id } of json.missing.queries) inputs.rows[id] = null;
  }
}

/** What the gateway of this version does with the connection. */
const diagnose = (files, gatewayVersion, connection, device) =>
  run('diagnose', files, { gatewayVersion, connection, ...(device && { device: { publicKey: device } }) }).report;

/** The files as `setup` would leave them, what changes in them, and its report. */
function mend(files, options) {
  const plan = run('setup', files, options);
  const after = { ...files };
  const written = [];
  for (const step of plan.steps) {
    if (step.kind === 'remove') delete after[step.path];
    else after[step.path] = plan.blobs[step.blob];
    if (step.kind === 'write') written.push({ path: step.path, content: plan.blobs[step.blob] });
  }
  return { report: plan.report, diff: planDiff(plan), written, after };
}

module.exports = { init, map, diagnose, mend, PLACES };
