// wasi:random for the component in lib/: the randomness of the JavaScript host.

const MOST = 65536; // what getRandomValues takes at once

export function getRandomBytes(length) {
  const bytes = new Uint8Array(Number(length));
  for (let at = 0; at < bytes.length; at += MOST) globalThis.crypto.getRandomValues(bytes.subarray(at, at + MOST));
  return bytes;
}
