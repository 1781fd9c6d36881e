// @ts-check
'use strict';

const { load } = require('../node/binding.js');
const { entry } = require('../core/plan.js');

let given;

/** Needed nowhere; a module given here is used instead of what is on disk. */
async function init(module) {
  if (module === undefined || module === null) {
    load();
    return;
  }
  const { compiled, start } = require('../core/wasm.js');
  given = { kind: 'wasm', call: start(require('../core/glue.js'), await compiled(module), 'the module given to init').call };
}

const pure = entry(() => given ?? load());

module.exports = { init, ...pure };
