// @ts-check
'use strict';

// Finds the binding: the addon that fits this machine, else the wasm module. PREPAIR_BINDING forces one.

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { PrepairError, refusal, permitted } = require('../core/errors.js');
const { bare, fits, property, text } = require('../core/bridge.js');
const { others, parents } = require('./openclaw.js');
const { readPlain } = require('./plain-file.js');

// Literal requires, so that whoever packs an application (file tracers, bundlers) finds the files, and each in a try of
// its own, so that they may be absent.
const ADDONS = {
  '../../prepair.node': () => {
    try {
      return require('../../prepair.node');
    } catch (error) {
      return { error };
    }
  },
  '@openclaw-prepair/linux-x64-gnu': () => {
    try {
      return require('@openclaw-prepair/linux-x64-gnu');
    } catch (error) {
      return { error };
    }
  },
  '@openclaw-prepair/linux-x64-musl': () => {
    try {
      return require('@openclaw-prepair/linux-x64-musl');
    } catch (error) {
      return { error };
    }
  },
  '@openclaw-prepair/linux-arm64-gnu': () => {
    try {
      return require('@openclaw-prepair/linux-arm64-gnu');
    } catch (error) {
      return { error };
    }
  },
  '@openclaw-prepair/linux-arm64-musl': () => {
    try {
      return require('@openclaw-prepair/linux-arm64-musl');
    } catch (error) {
      return { error };
    }
  },
  '@openclaw-prepair/darwin-arm64': () => {
    try {
      return require('@openclaw-prepair/darwin-arm64');
    } catch (error) {
      return { error };
    }
  },
  '@openclaw-prepair/darwin-x64': () => {
    try {
      return require('@openclaw-prepair/darwin-x64');
    } catch (error) {
      return { error };
    }
  },
};

/** The packages with an addon for this machine. */
const packages = () =>
  ['', '-gnu', '-musl'].map((libc) => `@openclaw-prepair/${process.platform}-${process.arch}${libc}`).filter((name) => Object.hasOwn(ADDONS, name));

/** The first addon that loads and fits. */
function addon(failures) {
  const names = packages();
  for (const name of ['../../prepair.node', ...names]) {
    let file = null;
    try {
      file = where(name);
      if (file?.endsWith('.node')) whole(file);
      const found = ADDONS[name]();
      if (Object.hasOwn(found, 'error')) throw found.error;
      if (typeof found.call !== 'function' || typeof found.drive !== 'function') throw refusal('BINDING', 'It is no addon of openclaw-prepair.');
      fits(found.call, file ?? name);
      return found;
    } catch (error) {
      failures.push(error.code === 'MODULE_NOT_FOUND' ? { what: `${name}: not installed`, path: null } : { what: `${name}: ${reason(error)}`, path: file });
    }
  }
  if (names.length === 0) failures.push({ what: `there is no addon for ${process.platform}-${process.arch}`, path: null });
  return null;
}

/** The file behind a require; null inside a bundle, where there is none to look at. */
function where(name) {
  if (typeof __filename !== 'string') return null;
  const { resolve } = createRequire(__filename);
  // Node looks in every folder above, and waits for a FIFO there. What it finds is the file behind all links.
  const places = resolve.paths(name).map((dir) => path.join(dir, name));
  const manifests = places.map((dir) => path.join(dir, 'package.json'));
  const first = (files) => files.filter((file) => fs.existsSync(file)).slice(0, 1);
  first(places).forEach(owned);
  first(manifests).forEach(ours);
  let file;
  try {
    file = resolve(name);
  } catch {
    return null;
  }
  ours(file);
  return file;
}

/** What `body` gives, else `itself`: Node's permission model may hide the folders above, and who allowed what lies below them chose it. */
function shown(body, itself) {
  try {
    return body();
  } catch (error) {
    if (error.code === 'ERR_ACCESS_DENIED') return itself();
    throw error;
  }
}

let owners;
/** Root, this user, and who could have put this package elsewhere, as the owner of a folder above it. */
const known = (uid) => (owners ??= [0, process.getuid(), ...[...parents(__dirname)].map((dir) => shown(() => fs.statSync(dir).uid, process.getuid))]).includes(uid);

/** Refuses what nobody known put there, over whatever links and folders: it would be run. */
function owned(at) {
  if (!process.getuid) return;
  const where = shown(() => others(at, known, false), () => {
    const { uid } = fs.statSync(at);
    return known(uid) ? null : { at, uid };
  });
  if (where) throw refusal('BINDING', `${where.at === at ? 'It' : where.at} belongs to user ${where.uid}.`, { path: at });
}

/** Refuses what is not ours, or no plain file: a FIFO would be waited for. */
function ours(file) {
  if (!fs.statSync(file).isFile()) throw refusal('BINDING', 'It is no plain file.', { path: file });
  owned(file);
}

/** A truncated ELF file is not refused by the system's loader, it kills the process: its last part must be there. */
function whole(file) {
  const head = readPlain(file, Infinity, { follow: true, length: 64 });
  const elf = head.toString('latin1', 0, 4) === '\x7fELF';
  // ELF64, little endian, as all our addons: e_shoff, e_shentsize, e_shnum
  const end = () => Number(head.readBigUInt64LE(40)) + head.readUInt16LE(58) * head.readUInt16LE(60);
  if (head.length < 64 || (elf && fs.statSync(file).size < end())) throw refusal('BINDING', 'The file is truncated.', { path: file });
}

/** The wasm module. */
function wasm(failures) {
  const { file, driverFile, read, readDriver } = require('../core/wasm-node.js');
  if (file === null) {
    failures.push({ what: 'the wasm module: not found from a bundle that is an ECMAScript module', path: null });
    return null;
  }
  let at = file;
  try {
    const { start } = require('../core/wasm.js');
    const module = new WebAssembly.Module(read());
    at = driverFile;
    const driver = { module: new WebAssembly.Module(readDriver()), file: driverFile };
    at = file;
    return start(require('../core/glue.js'), module, file, driver);
  } catch (error) {
    at = error.path ?? at;
    failures.push({ what: `${at}: ${error.code === 'ENOENT' ? 'not there' : reason(error)}`, path: at });
    return null;
  }
}

const reason = (error) => (error instanceof PrepairError && error.path ? `${error.message} (${error.path})` : String(error.message).split('\n', 1)[0]);

const nativeBinding = (found) => ({
  kind: 'native',
  call: found.call,
  drive: driverOf((request, blobs, ask) => found.drive(request, blobs, (what, json) => ask(what, json, [])[0])),
});

/** The module asks for files as well. A process that has the addon never loads what reads them. */
const wasmBinding = ({ call, drive }) => ({
  kind: 'wasm',
  call,
  drive: driverOf((request, blobs, ask) => {
    const waiting = (holder, ms) => ({ __proto__: null, ...JSON.parse(ask('waiting', text({ holder, ms }))[0]) }).error;
    return drive(request, blobs, (what, json, parts, rooms) => (FILES.includes(what) ? filesAsked(what, json, parts, waiting, rooms) : ask(what, json)));
  }),
});

const FILES = ['readFiles', 'sameFiles', 'applyFiles'];

/** An answer about files: its JSON, then its contents. */
function filesAsked(what, json, parts, waiting, rooms) {
  return answered(() => {
    const reply = process.platform === 'win32' ? require('./windows.js').readFiles(json) : require('./files.js')[what](json, parts, waiting, rooms);
    return [reply.json, ...reply.blobs];
  });
}

/** What `body` answers; whatever it throws is an answer too. */
function answered(body) {
  try {
    return permitted(body);
  } catch (error) {
    const refused = error instanceof PrepairError ? error : refusal('INTERNAL', 'This is a bug in openclaw-prepair.');
    const { code, message, path, line, column, hint } = refused;
    return [text({ error: { code, message, path, line, column, hint } })];
  }
}

/** The driver of a host, with objects in place of JSON and contents in place of references to them. */
function driverOf(host) {
  return (request, blobs, handlers) => {
    const ask = (what, json) => answered(() => [text(handlers[what](bare(JSON.parse(json))) ?? {})]);
    const reply = host(text(request), blobs, ask);
    const { error, answers = [], files = {}, ...told } = { __proto__: null, ...JSON.parse(reply.json) };
    if (error) throw new PrepairError(error);
    const standing = ([file, found]) => [file, found && Object.hasOwn(found, 'blob') ? reply.blobs[found.blob] : found];
    return {
      __proto__: null,
      ...told,
      // A report is the caller's, an object as all others.
      answers: answers.map((told) => {
        const { steps, compact, ...answer } = { __proto__: null, ...told };
        return { __proto__: null, ...listed(answer, compact, reply.blobs), steps: bare(steps ?? []) };
      }),
      files: Object.assign(Object.create(null), Object.fromEntries(Object.entries(files).map(standing))),
      blobs: reply.blobs,
    };
  };
}

/** An answer with the devices that crossed apart from its report. */
function listed(answer, compact, blobs) {
  if (compact) {
    const [texts, cells] = [blobs[compact.texts], blobs[compact.cells]];
    answer.report.paired = require('./listed.js').devicesOf(compact.sorts, texts, cells);
  }
  return answer;
}

function choose() {
  const wanted = property(process.env, 'PREPAIR_BINDING') || 'any';
  if (!['any', 'native', 'wasm'].includes(wanted)) {
    throw refusal('BINDING', `PREPAIR_BINDING is ${JSON.stringify(wanted.slice(0, 40))}.`, { hint: 'It takes native or wasm; unset, the addon is preferred.' });
  }
  const failures = [];
  if (wanted !== 'wasm') {
    const found = addon(failures);
    if (found) return nativeBinding(found);
  }
  if (wanted !== 'native') {
    const module = wasm(failures);
    if (module) return wasmBinding(module);
  }
  const installable = packages().length > 0 ? `Install ${packages().join(' or ')} beside openclaw-prepair, in the same version; or unset` : 'Unset';
  const what = { any: 'No binding', native: 'No addon', wasm: 'No wasm module' }[wanted];
  throw refusal('BINDING', `${what} could be loaded: ${failures.map(({ what }) => what).join('; ')}.`, {
    path: failures.find(({ path: file }) => file)?.path,
    hint:
      wanted === 'native'
        ? `${installable} PREPAIR_BINDING: the wasm module gives the same results.`
        : 'Install the package again. In a bundle, keep it external, or make the bundle CommonJS and put prepair.wasm and prepair-driver.wasm beside it.',
  });
}

let loaded;

/** `{ kind, call, drive }`, looked for once. */
function load() {
  loaded ??= permitted(choose);
  return loaded;
}

module.exports = { load, wasmBinding };
