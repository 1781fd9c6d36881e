// @ts-check
'use strict';

const { load } = require('../node/binding.js');
const { DEVICES, OPERATIONS, ask, encode, own } = require('../core/bridge.js');
const driver = require('../node/driver.js');
const { PrepairError } = require('../core/errors.js');

const run = (name) => (options) => driver.run(load(), name, options);
/**
 * @template {string} Name
 * @param {readonly Name[]} names
 * @returns {Record<Name, (options?: any) => any>}
 */
const all = (names, prefix = '') => /** @type {any} */ (Object.fromEntries(names.map((name) => [name, run(prefix + name)])));

const newIdentity = (from) => {
  const blobs = [];
  const options = from === undefined ? null : encode(from, blobs);
  return ask(load(), { fn: 'newIdentity', options }, blobs).json;
};

module.exports = {
  ...all(OPERATIONS),
  diagnose: (options) => driver.diagnose(load(), options),
  // Only here: Node's HTTP client takes longer to load than a whole setup.
  verify: async (options) => require('../node/verify.js').verify(load(), own(options)),
  exportIdentity: (target) => driver.exportIdentity(load(), target),
  newIdentity,
  devices: Object.freeze({
    ...all(DEVICES, 'devices.'),
    list: (options) => driver.list(load(), options),
    token: (options) => driver.token(load(), options),
  }),
  binding: () => load().kind,
  PrepairError,
};
