// @ts-check
'use strict';

// The wasm module as a binding. No Node module is used here, so that the edge entries share it.

const { PrepairError, refusal } = require('./errors.js');
const { fits } = require('./bridge.js');
const build = require('./build.js');

const GIVE =
  'Give the module of openclaw-prepair/prepair.wasm, of the same version as the rest, or its bytes; where code is not compiled at run time (Workers, edge routes), the module.';

const LIMIT =
  'A module is given 8 GB of addresses, of which it uses few: raise the limit (ulimit -v), give Node --disable-wasm-trap-handler, or install the addon.';

/**
 * What the module asks of its caller: the contents of a request and room for those of its reply, random bytes, and of a driver all else:
 * `ask(what, json, parts, rooms)` gives its JSON, then contents. Those among `parts` lie in the module's memory and are good for that
 * question; so does what `rooms` gives: room for one, which `keep` makes the next content of the answer.
 */
function hostOf(exports, blobs, replied, ask, use) {
  let parts = [];
  const rooms = {
    __proto__: null,
    room(length) {
      // The memory may grow for it, which takes the buffer before.
      const at = exports.room(length) >>> 0;
      return new Uint8Array(exports.memory.buffer, at, length);
    },
    keep: (length) => exports.keep(length),
  };
  return {
    __proto__: null,
    count: blobs.length,
    content: (index) => blobs[index],
    // What lies in the module's memory is copied.
    give: (content) => replied.push(content.slice()),
    random(bytes) {
      try {
        crypto.getRandomValues(bytes);
        return true;
      } catch {
        // as in a worker's global scope
        return false;
      }
    },
    part: (content) => parts.push(content),
    ask(what, json) {
      const given = parts;
      parts = [];
      const [answer, ...contents] = ask(what, json, given, rooms);
      for (const content of contents) {
        // Undefined where it was kept.
        if (!content) continue;
        rooms.room(content.length).set(content);
        rooms.keep(content.length);
      }
      use();
      return answer;
    },
  };
}

/** Starts `module` and gives its `call` and, with the module `driver` as well, its `drive`. `file` and `driver.file` are for errors. */
function start(glue, module, file, driver) {
  /** @type {any} */
  let running = null;
  const run = () => {
    running = new WebAssembly.Instance(module, { './prepair_bg.js': glue }).exports;
    glue.__wbg_set_wasm(running);
    running.__wbindgen_start();
  };
  // It works in the memory of the other. It names the sources of both, so that it starts with no other.
  const runDriver = () => {
    if (!driver) return;
    const { exports } = new WebAssembly.Instance(driver.module, { './prepair_bg.js': glue, [build.coreHash]: running });
    if (typeof exports.drive !== 'function') throw new TypeError('it drives nothing');
    running = { __proto__: running, ...exports };
  };
  const asking = (name) => (request, blobs, ask) => {
    if (running === null) {
      run();
      runDriver();
    }
    // The glue has one instance for all: another module, even one that was refused, may have come in between.
    const use = glue.__wbg_set_wasm.bind(null, running);
    use();
    try {
      const replied = [];
      const json = glue[name](request, hostOf(running, blobs, replied, ask, use));
      return { json, blobs: replied };
    } catch {
      // A trap leaves the memory as it is; the next call gets a new one.
      running = null;
      throw refusal('INTERNAL', 'This is a bug in openclaw-prepair.', { hint: 'Please report it with what you called.' });
    }
  };
  const call = asking('call');
  let path = file;
  try {
    run();
    fits(call, file);
    if (driver) path = driver.file;
    runDriver();
  } catch (error) {
    if (error instanceof PrepairError && error.code === 'ERR_PREPAIR_BINDING') throw error;
    if (error instanceof RangeError) {
      throw refusal('BINDING', `There is no memory for it: ${error.message}.`, { path, hint: LIMIT });
    }
    throw refusal('BINDING', path === file ? 'It is no wasm module of openclaw-prepair.' : 'It is no driver of the wasm module beside it.', { path, hint: GIVE });
  }
  return { call, drive: asking('drive') };
}

/** The class of what a caller gave; none where a proxy or a getter throws. */
function classOf(value) {
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    return null;
  }
}

// `instanceof` fails for a module of another realm, as in the edge runtime of Next.js.
const isModule = (value) => classOf(value) === 'WebAssembly.Module';

/** The module that `init` was given, else what `otherwise` gives; bytes are compiled. */
async function compiled(given, otherwise) {
  const source = given ?? (await otherwise());
  if (isModule(source)) return source;
  if (!ArrayBuffer.isView(source) && classOf(source) !== 'ArrayBuffer') {
    throw refusal('OPTIONS', 'init takes a WebAssembly.Module, or its bytes.', { hint: GIVE });
  }
  try {
    return await WebAssembly.compile(source);
  } catch (error) {
    throw refusal('BINDING', `The wasm module does not compile: ${error.message}.`, { hint: GIVE });
  }
}

/**
 * `{ init, load }` of a runtime without a disk: `bundled` gives the module where it comes with the code, else `fetched`
 * is asked by `init`.
 */
function holder(glue, { bundled = undefined, fetched = undefined }) {
  let binding;
  let pending;
  let failed;
  const use = (module) => {
    binding = { kind: 'wasm', call: start(glue, module, 'prepair.wasm').call };
  };
  return {
    async init(module) {
      if (binding && module === undefined) return;
      const mine = (pending = compiled(module, bundled ?? fetched).then(use));
      try {
        await mine;
      } catch (error) {
        failed = error;
        throw error;
      } finally {
        if (pending === mine) pending = undefined;
      }
    },
    load() {
      if (!binding && bundled) use(bundled());
      if (!binding) {
        if (pending) throw refusal('BINDING', 'init() has not finished.', { hint: 'Await it first.' });
        if (failed) throw refusal('BINDING', `init() failed: ${failed.message}`, { path: failed.path, hint: failed.hint });
        throw refusal('BINDING', 'init() was not called.', {
          hint: 'Call `await init()` of openclaw-prepair/plan first; where modules come with the code, give it the module of openclaw-prepair/prepair.wasm.',
        });
      }
      return binding;
    },
  };
}

module.exports = { start, compiled, holder };
