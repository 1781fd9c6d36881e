// Python with wasmtime from PyPI, in a virtual environment of the cache.
import { fileURLToPath } from 'node:url';
import { python as withPackages } from '../lib/cache.mjs';

export const component = fileURLToPath(new URL('../../target/component/openclaw-prepair.wasm', import.meta.url));
export const example = fileURLToPath(new URL('../../crates/component/examples/python/', import.meta.url));

/** A python that has wasmtime. */
export const python = () => withPackages(['wasmtime==50.0.1']);
