/** What a bundler makes of the file: a WebAssembly.Module, its bytes, or its address. */
declare const wasm: unknown;
export = wasm;
