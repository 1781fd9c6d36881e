// @ts-check
'use strict';

const { load, wasmBinding } = require('../node/binding.js');
const { entry } = require('../core/plan.js');

let given;

/** Needed nowhere; a module given here is used instead of what is on disk. */
async function init(module) {
  if (module === undefined || module === null) {
    load();
    return;
  }
  const { compiled, start } = require('../core/wasm.js');
  given = wasmBinding(start(require('../core/glue.js'), await compiled(module), 'the module given to init'));
}

const pure = entry(() => given ?? load());

// One by one, as in index.js.
exports.init = init;
exports.reads = pure.reads;
exports.plan = pure.plan;
exports.newIdentity = pure.newIdentity;
exports.sign = pure.sign;
exports.PrepairError = pure.PrepairError;
