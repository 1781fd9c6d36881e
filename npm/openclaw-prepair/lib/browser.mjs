// Browsers: the wasm lies beside this file, or beside the bundle.
import * as glue from './esm/glue.mjs';
import wasm from './esm/wasm.mjs';

const fetched = async () => {
  const response = await fetch(new URL('./prepair.wasm', import.meta.url));
  if (!response.ok) throw new Error(`prepair.wasm: HTTP ${response.status}`);
  return response.arrayBuffer();
};

export const { init, load } = wasm.holder(glue, { fetched });
