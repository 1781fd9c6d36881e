// A binding whose driver asks a test first for what it asks of files: the module's, as the addon has system calls of its own.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const lib = '../../npm/openclaw-prepair/lib';
const { wasmBinding } = require(`${lib}/node/binding.js`);
const { file, driverFile, read, readDriver } = require(`${lib}/core/wasm-node.js`);

/** The module's binding, `{ call, drive }` of which `around` may wrap. */
export function moduleBinding(around = (module) => module) {
  const { start } = require(`${lib}/core/wasm.js`);
  return wasmBinding(around(start(require(`${lib}/core/glue.js`), new WebAssembly.Module(read()), file, { module: new WebAssembly.Module(readDriver()), file: driverFile })));
}

/**
 * A binding of which `answer(what, request, parts, ask)` is asked in place of the package: what is wanted, as an object with contents
 * beside it. `ask()` asks the package, `ask(request)` for something else; both give `{ json, blobs }`, or what was refused as `json.error`.
 */
export const askedBinding = (answer) =>
  moduleBinding(({ call, drive }) => ({
    call,
    drive: (request, blobs, asked) =>
      drive(request, blobs, (what, json, parts) => {
        const ask = (other) => {
          const [told, ...rest] = asked(what, other === undefined ? json : JSON.stringify(other), parts);
          return { json: JSON.parse(told), blobs: rest };
        };
        const { json: told, blobs: rest = [] } = answer(what, JSON.parse(json), parts, ask);
        return [JSON.stringify(told), ...rest];
      }),
  }));
