// @ts-check
// Cloudflare Workers: the wasm is a module of the worker.
import module from './prepair.wasm';
import glue from '../esm/core/glue.mjs';
import wasm from '../esm/core/wasm.mjs';

export const { init, load } = wasm.holder(glue, { bundled: () => module });
