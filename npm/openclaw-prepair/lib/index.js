'use strict';

const { load } = require('./binding.js');
const { ask, encode } = require('./core.js');
const driver = require('./driver.js');
const { PrepairError } = require('./errors.js');
const { verify } = require('./verify.js');

const operation = (name) => (options) => driver.run(load(), name, options);

module.exports = {
  prePair: operation('prePair'),
  clearPending: operation('clearPending'),
  patchConfig: operation('patchConfig'),
  setup: operation('setup'),
  diagnose: (options) => driver.diagnose(load(), options),
  verify: (options) => verify(load(), options),
  exportIdentity: (target) => driver.exportIdentity(load(), target),
  newIdentity(from) {
    const blobs = [];
    const options = from === undefined ? null : encode(from, blobs);
    return ask(load(), { fn: 'newIdentity', options }, blobs).json;
  },
  binding: () => load().kind,
  PrepairError,
};
