/** What a bundler makes of the file: a WebAssembly.Module, its bytes, or its address. `init` takes the first two. */
declare const wasm: any;
export = wasm;
