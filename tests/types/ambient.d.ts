// What the sources of the package use and the types of Node do not know.

// Options without what somebody gave all objects.
declare module 'fs' {
  interface StatOptions { __proto__?: null }
  interface MakeDirectoryOptions { __proto__?: null }
}
declare module 'crypto' {
  interface PrivateKeyInput { __proto__?: null }
  interface KeyExportOptions<T> { __proto__?: null }
}
declare module 'child_process' {
  interface SpawnOptions { __proto__?: null }
}
interface PropertyDescriptor { __proto__?: null }

// PrepairError, Node's errors, SQLite's and those of a WebSocket that did not come about.
interface Error {
  code?: any;
  path?: any;
  line?: any;
  column?: any;
  place?: any;
  hint?: any;
  kind?: any;
  status?: any;
}

// Bundlers and Workers make a module of it.
declare module '*.wasm' { const module: WebAssembly.Module; export default module }
declare module '*.wasm?module' { const module: WebAssembly.Module; export default module }
declare module '@openclaw-prepair/*';
declare module '*.node';
