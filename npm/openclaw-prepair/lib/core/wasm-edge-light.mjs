// @ts-check
// Vercel and Next.js: the wasm is compiled by the bundler.
import module from './prepair.wasm?module';
import glue from '../esm/core/glue.mjs';
import wasm from '../esm/core/wasm.mjs';

export const { init, load } = wasm.holder(glue, { bundled: () => module });
