'use strict';

/** The bytes that base64 stands for. */
function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** A block of the page that no browser runs, as a module: gzip in base64, compiled while it is inflated. */
async function inert(id) {
  // while the page is still being read, only what something follows is whole
  if (document.readyState === 'loading' && !document.getElementById(id)?.nextElementSibling) {
    await new Promise((resolve) => { document.addEventListener('DOMContentLoaded', resolve, { once: true }); });
  }
  const packed = new Blob([decoded(document.getElementById(id).textContent)]).stream();
  return WebAssembly.compileStreaming(new Response(packed.pipeThrough(new DecompressionStream('gzip')), { headers: { 'content-type': 'application/wasm' } }));
}

module.exports = { inert };
