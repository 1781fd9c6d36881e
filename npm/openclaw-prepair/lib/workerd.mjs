// Cloudflare Workers: the wasm is a module of the worker.
import module from './prepair.wasm';
import * as glue from './esm/glue.mjs';
import wasm from './esm/wasm.mjs';

export const { init, load } = wasm.holder(glue, { bundled: () => module });
