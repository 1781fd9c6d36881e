// @ts-check
'use strict';

const { load } = require('../node/binding.js');
const { ask, encode, own } = require('../core/bridge.js');
const driver = require('../node/driver.js');
const { PrepairError } = require('../core/errors.js');

const operation = (name) => (options) => driver.run(load(), name, options);

const newIdentity = (from) => {
  const blobs = [];
  const options = from === undefined ? null : encode(from, blobs);
  return ask(load(), { fn: 'newIdentity', options }, blobs).json;
};

// One by one: Node finds the names for `import { setup } from` in assignments of this form only.
exports.prePair = operation('prePair');
exports.clearPending = operation('clearPending');
exports.patchConfig = operation('patchConfig');
exports.setup = operation('setup');
exports.diagnose = (options) => driver.diagnose(load(), options);
// Only here: Node's HTTP client takes longer to load than a whole setup.
exports.verify = async (options) => require('../node/verify.js').verify(load(), own(options));
exports.exportIdentity = (target) => driver.exportIdentity(load(), target);
exports.newIdentity = newIdentity;
exports.devices = Object.freeze({
  list: (options) => driver.list(load(), options),
  approve: operation('devices.approve'),
  reject: operation('devices.reject'),
  remove: operation('devices.remove'),
  revoke: operation('devices.revoke'),
  rotate: operation('devices.rotate'),
  rename: operation('devices.rename'),
  token: (options) => driver.token(load(), options),
});
exports.binding = () => load().kind;
exports.PrepairError = PrepairError;
