'use strict';

// The bridge to the core: JSON with binary parts beside it. No Node module is used here, so that the edge entries share it.

const build = require('./build.js');
const { PrepairError, refusal } = require('./errors.js');

const MAX_DEPTH = 64;
// What stands at a path that is no file.
const KINDS = ['dir', 'symlink', 'other'];
// The options that may be bytes.
const SECRETS = ['secret', 'identity.secret'];

/** Bytes of any realm, as a Uint8Array of this one. A detached one is empty. */
function bytesOf(value) {
  if (!ArrayBuffer.isView(value) || Object.prototype.toString.call(value) !== '[object Uint8Array]') return null;
  if (value.byteLength === 0) return new Uint8Array(0);
  return value instanceof Uint8Array ? value : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** Plain objects of another realm (vm, worker, test runner) have a prototype of their own, without one above it. */
function isPlain(value) {
  const proto = Object.getPrototypeOf(value);
  return proto === null || (Object.getPrototypeOf(proto) === null && Object.hasOwn(proto, 'isPrototypeOf'));
}

/** Copies option values into plain JSON ones; binary ones become references into `blobs`. */
function encode(value, blobs, name = 'options', depth = 0) {
  const wrong = (what) => refusal('OPTIONS', `The option ${name} ${what}.`);
  if (depth > MAX_DEPTH) throw wrong('is nested too deeply, or in a circle');
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw wrong('is no finite number');
    case 'object':
      break;
    default:
      throw wrong(`must not be a ${typeof value}`);
  }
  if (value === null) return null;
  if (SECRETS.includes(name)) {
    // Only what is made here refers to bytes: a caller's own object never does.
    const bytes = bytesOf(value);
    if (!bytes) throw wrong('must be a string or a Uint8Array');
    return { $blob: blobs.push(bytes) - 1 };
  }
  const inner = (key) => (name === 'options' ? String(key) : `${name}.${String(key)}`);
  if (Array.isArray(value)) return Array.from(value, (item, i) => encode(item, blobs, `${name}[${i}]`, depth + 1));
  if (!isPlain(value)) throw wrong('must be a plain object');
  // Without a prototype, so that a key named __proto__ is a key.
  const out = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) out[key] = encode(item, blobs, inner(key), depth + 1);
  }
  return out;
}

function json(request) {
  try {
    return JSON.stringify(request);
  } catch {
    throw refusal('OPTIONS', 'The inputs hold what JSON has not: a BigInt, or a circle.');
  }
}

/** Asks the core; a refusal is thrown. */
function ask(binding, request, blobs = []) {
  const reply = binding.call(json(request), blobs);
  const answer = JSON.parse(reply.json);
  if (answer.error) throw new PrepairError(answer.error);
  return { json: answer, blobs: reply.blobs };
}

/** Files as the bridge takes them: contents become references into `blobs`. */
function packFiles(files, blobs) {
  if (files === null || typeof files !== 'object') throw refusal('OPTIONS', 'inputs.files must be an object: contents by path, null where nothing is.');
  const out = Object.create(null);
  for (const [path, file] of Object.entries(files)) {
    const bytes = file !== null && typeof file === 'object' ? bytesOf(file) : null;
    if (!bytes && file !== null && file !== undefined && !KINDS.includes(file.kind)) {
      throw refusal('OPTIONS', 'A file in inputs must be a Uint8Array, null where nothing is, or { kind } of what else is there: dir, symlink or other.', { path });
    }
    out[path] = bytes ? { blob: blobs.push(bytes) - 1 } : file;
  }
  return out;
}

/** Steps with their contents in place of the references. */
function unpackSteps(steps, blobs) {
  return steps.map(({ blob, ...step }) => (blob === undefined ? step : { ...step, content: blobs[blob] }));
}

/** A call of the core for an operation: `fn` is plan, reads or exportIdentity. */
function operate(binding, fn, operation, options, inputs) {
  const blobs = [];
  const { files = {}, entropy, ...rest } = inputs;
  const request = {
    fn,
    operation,
    options: encode(options, blobs),
    inputs: { ...rest, files: packFiles(files, blobs) },
  };
  if (entropy !== undefined) {
    const bytes = bytesOf(entropy);
    if (!bytes) {
      throw refusal('ENTROPY', 'inputs.entropy must be a Uint8Array of 64 bytes.', { hint: 'Give crypto.getRandomValues(new Uint8Array(64)), anew for each plan.' });
    }
    request.inputs.entropy = { blob: blobs.push(bytes) - 1 };
  }
  return ask(binding, request, blobs);
}

/** A binding that was built from other sources than this package could plan otherwise than the rest expects. */
function fits(call, file) {
  const about = JSON.parse(call('{"fn":"about"}', []).json);
  if (about.version === build.version && about.coreHash === build.coreHash) return;
  throw refusal(
    'BINDING',
    `It is version ${about.version} (${about.coreHash}), but the package is ${build.version} (${build.coreHash}).`,
    { path: file, hint: 'Install all parts of openclaw-prepair in the same version.' },
  );
}

module.exports = { encode, ask, isPlain, operate, unpackSteps, fits };
