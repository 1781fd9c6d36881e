// @ts-check
// Browsers: the wasm lies beside this file, or beside the bundle.
import errors from '../esm/core/errors.mjs';
import glue from '../esm/core/glue.mjs';
import wasm from '../esm/core/wasm.mjs';

const fetched = async () => {
  let [url, why] = [undefined, ''];
  try {
    url = new URL('./prepair.wasm', import.meta.url);
    const response = await fetch(url);
    if (response.ok) return await response.arrayBuffer();
    why = `HTTP ${response.status}`;
  } catch (error) {
    why = error.message;
  }
  throw errors.refusal('BINDING', `prepair.wasm could not be fetched: ${why}.`, {
    path: url?.href,
    hint: `Serve the package's prepair.wasm ${url ? `at ${url.href}` : 'beside the script'}, or give init() its module or bytes.`,
  });
};

export const { init, load } = wasm.holder(glue, { fetched });
