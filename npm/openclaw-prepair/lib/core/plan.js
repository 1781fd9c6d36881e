// @ts-check
'use strict';

// The pure entry over any binding: what to read, and the plan. No Node module is used here: the edge entries share it.

const { ask, bare, encode, members, operate, unpackSteps } = require('./bridge.js');
const { PrepairError, refusal } = require('./errors.js');

const stated = (inputs) => {
  if (inputs === null || typeof inputs !== 'object') throw refusal('OPTIONS', 'The inputs must be an object: { files, rows, now }.');
  const given = members(inputs, 'inputs');
  return { ...given, now: given.now ?? Date.now() };
};

/** The functions over the binding that `load` gives. */
function entry(load) {
  return {
    /** What is still to be read; `done` when nothing is. */
    reads: (operation, options = {}, inputs = {}) => operate(load(), 'reads', operation, options, stated(inputs)).json,
    /** The steps and the report for inputs that are complete. */
    plan(operation, inputs, options = {}) {
      const { json, blobs } = operate(load(), 'plan', operation, options, stated(inputs));
      if (Object.hasOwn(json, 'missing')) {
        const { files, queries, stats = [] } = bare(json.missing);
        const lacking = [...files, ...queries.map((query) => `query ${query.id}`), ...stats];
        throw refusal('OPTIONS', `The inputs lack ${lacking.join(', ')}.`, { hint: 'Call reads() until it is done, and read what it names.' });
      }
      return { ...json, steps: unpackSteps(json.steps, blobs) };
    },
    /** A new identity, or the one that a secret and a label give. */
    newIdentity(from) {
      const blobs = [];
      const options = from === undefined ? null : encode(from, blobs);
      return ask(load(), { fn: 'newIdentity', options }, blobs).json;
    },
    /** The Ed25519 signature of a text, as a gateway asks for it. */
    sign(privateKeyPem, payload) {
      if (typeof privateKeyPem !== 'string' || typeof payload !== 'string') throw refusal('OPTIONS', 'sign takes two strings: the private key in PEM and the payload.');
      return ask(load(), { fn: 'sign', privateKeyPem, payload }).json;
    },
    PrepairError,
  };
}

module.exports = { entry };
