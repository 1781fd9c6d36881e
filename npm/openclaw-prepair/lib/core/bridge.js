// @ts-check
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
function bytesOf(value, name) {
  return reading(name, () => {
    if (!ArrayBuffer.isView(value) || Object.prototype.toString.call(value) !== '[object Uint8Array]') return null;
    if (value.byteLength === 0) return new Uint8Array(0);
    return value instanceof Uint8Array ? value : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  });
}

/** Plain objects of another realm (vm, worker, test runner) have a prototype of their own, without one above it. */
function isPlain(value) {
  const proto = Object.getPrototypeOf(value);
  return proto === null || (Object.getPrototypeOf(proto) === null && Object.hasOwn(proto, 'isPrototypeOf'));
}

/** Reads something of the caller's; whatever a getter or a proxy throws there is a refusal. */
function reading(name, body) {
  try {
    return body();
  } catch {
    throw refusal('OPTIONS', name === 'options' ? 'The options cannot be read.' : `The option ${name} cannot be read.`, { hint: 'A getter or a proxy there throws an error: give plain values.' });
  }
}

/** Own properties, each read once, without a prototype: nothing that is inherited counts, and a key named __proto__ is a key. */
function members(value, name) {
  const out = Object.create(null);
  for (const key of reading(name, () => Object.keys(value))) {
    const item = reading(inner(name, key), () => value[key]);
    if (item !== undefined) out[key] = item;
  }
  return out;
}

const inner = (name, key) => (name === 'options' ? key : `${name}.${key}`);

/** What an object is that is no plain one, and what to do. */
function odd(value) {
  return reading('options', () => {
    const name = Object.prototype.toString.call(value).slice(8, -1);
    if (name === 'Promise') return ['a Promise', 'Await it first.'];
    if (ArrayBuffer.isView(value)) return [name === 'Uint8Array' ? 'a Buffer or Uint8Array' : `a ${name}`, 'Bytes are taken as secret and identity.secret alone.'];
    if (['Date', 'Map', 'Set', 'URL', 'RegExp', 'URLSearchParams'].includes(name)) return [`a ${name}`, name === 'URL' ? 'Give its text, as in url.href.' : 'Give plain JSON values.'];
    return ['an object of a class', 'Nothing that is inherited counts: give a plain object, like { ...it }.'];
  });
}

/** The options of a call, as an object of ours. */
function own(options = {}) {
  const kind = options === null ? 'null' : reading('options', () => Array.isArray(options)) ? 'an array' : typeof options === 'object' ? null : `a ${typeof options}`;
  if (kind !== null) throw refusal('OPTIONS', `The options must be an object, but they are ${kind}.`);
  if (!reading('options', () => isPlain(options))) {
    const [what, hint] = odd(options);
    throw refusal('OPTIONS', `The options must be a plain object, but they are ${what}.`, { hint });
  }
  return members(options, 'options');
}

/** A property of an object or of its class, but not what somebody gave all objects. */
function property(object, name) {
  if (object[name] === undefined) return undefined;
  for (let at = object; at !== null && Object.getPrototypeOf(at) !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) return object[name];
  }
  return undefined;
}

/** Takes the prototypes from what JSON.parse gave: what is absent there stays so, whatever somebody gave all objects. */
function bare(value) {
  if (value === null || typeof value !== 'object') return value;
  for (const item of Object.values(value)) bare(item);
  return Array.isArray(value) ? value : Object.setPrototypeOf(value, null);
}

/** JSON of plain values, also where somebody gave all arrays or objects a `toJSON`. */
function text(value) {
  if (!('toJSON' in [])) return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(text).join()}]`;
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${given.map(([key, item]) => `${JSON.stringify(key)}:${text(item)}`).join()}}`;
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
    const bytes = bytesOf(value, name);
    if (!bytes) throw wrong('must be a string or a Uint8Array');
    return { $blob: blobs.push(bytes) - 1 };
  }
  if (reading(name, () => Array.isArray(value))) {
    const out = [];
    const length = reading(name, () => value.length);
    for (let i = 0; i < length; i += 1) {
      const item = `${name}[${i}]`;
      out.push(encode(reading(item, () => (Object.hasOwn(value, i) ? value[i] : undefined)), blobs, item, depth + 1));
    }
    return out;
  }
  if (!reading(name, () => isPlain(value))) {
    const [what, hint] = odd(value);
    throw refusal('OPTIONS', `The option ${name} must be a plain object, but it is ${what}.`, { hint });
  }
  const out = members(value, name);
  for (const key of Object.keys(out)) out[key] = encode(out[key], blobs, inner(name, key), depth + 1);
  return out;
}

/** The options of a call as the core takes them, read once: `{ options, blobs }`. */
function taken(options) {
  const blobs = [];
  return { options: encode(options, blobs), blobs };
}

function json(request) {
  try {
    return text(request);
  } catch {
    throw refusal('OPTIONS', 'The inputs hold what JSON has not: a BigInt, or a circle.');
  }
}

/** Asks the core; a refusal is thrown. */
function ask(binding, request, blobs = []) {
  const reply = binding.call(json(request), blobs);
  const answer = JSON.parse(reply.json);
  if (Object.hasOwn(answer, 'error')) throw new PrepairError(answer.error);
  return { json: answer, blobs: reply.blobs };
}

/** Files as the bridge takes them: contents become references into `blobs`. */
function packFiles(files, blobs) {
  if (files === null || typeof files !== 'object') throw refusal('OPTIONS', 'inputs.files must be an object: contents by path, null where nothing is.');
  const out = Object.create(null);
  for (const [path, given] of Object.entries(members(files, 'inputs.files'))) {
    const bytes = given !== null && typeof given === 'object' ? bytesOf(given, 'inputs.files') : null;
    const file = bytes || given === null || typeof given !== 'object' ? given : members(given, 'inputs.files');
    if (!bytes && file !== null && !KINDS.includes(file.kind)) {
      throw refusal('OPTIONS', 'A file in inputs must be a Uint8Array, null where nothing is, or { kind } of what else is there: dir, symlink or other.', { path });
    }
    out[path] = bytes ? { blob: blobs.push(bytes) - 1 } : file;
  }
  return out;
}

/** Steps with their contents in place of the references. */
function unpackSteps(steps, blobs) {
  return steps.map((step) => {
    if (!Object.hasOwn(step, 'blob')) return step;
    const { blob, ...rest } = step;
    return { ...rest, content: blobs[blob] };
  });
}

/** A call of the core for an operation: `fn` is plan, reads or exportIdentity. */
function operate(binding, fn, operation, options, inputs) {
  return operateOn(binding, fn, operation, taken(options), inputs);
}

/** The same with options that were taken before; `more` is what else the function takes. */
function operateOn(binding, fn, operation, { options, blobs: secrets }, inputs, more = {}) {
  const blobs = [...secrets];
  const { files = {}, entropy, ...rest } = members(inputs, 'inputs');
  const request = { fn, operation, ...more, options, inputs: { ...rest, files: packFiles(files, blobs) } };
  if (entropy !== undefined) {
    const bytes = bytesOf(entropy, 'inputs.entropy');
    if (!bytes) {
      throw refusal('ENTROPY', 'inputs.entropy must be a Uint8Array of 64 bytes.', { hint: 'Give crypto.getRandomValues(new Uint8Array(64)), anew for each plan.' });
    }
    request.inputs.entropy = { blob: blobs.push(bytes) - 1 };
  }
  return ask(binding, request, blobs);
}

/** A binding that was built from other sources than this package could plan otherwise than the rest expects. */
function fits(call, file) {
  const about = bare(JSON.parse(call('{"fn":"about"}', []).json));
  if (about.version === build.version && about.coreHash === build.coreHash) return;
  throw refusal(
    'BINDING',
    `It is version ${about.version} (${about.coreHash}), but the package is ${build.version} (${build.coreHash}).`,
    { path: file, hint: 'Install all parts of openclaw-prepair in the same version.' },
  );
}

/** Every operation by its name, here and in sandboxes; those on devices are called `devices.` and this. */
const OPERATIONS = /** @type {const} */ (['prePair', 'clearPending', 'patchConfig', 'setup', 'diagnose']);
const DEVICES = /** @type {const} */ (['list', 'approve', 'reject', 'remove', 'revoke', 'rotate', 'rename']);

module.exports = { OPERATIONS, DEVICES, encode, ask, isPlain, own, members, property, bare, text, reading, taken, operate, operateOn, unpackSteps, fits };
