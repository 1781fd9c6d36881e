// Sizes of what is shipped, and their limits. Run: cargo xtask sizes
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { PACKAGE } from './app.mjs';

/** `{ name, bytes, brotli, limit }` of each file; a limit is `{ bytes, brotli? }`. */
export function sizes() {
  return [
    { name: 'prepair.node', file: 'prepair.node', limit: { bytes: 500_000 } },
    { name: 'prepair.wasm', file: 'lib/prepair.wasm', limit: { bytes: 150 * 1024, brotli: 70 * 1024 } },
    { name: 'component.wasm', file: 'lib/component.wasm' },
  ].map(({ name, file, limit = {} }) => {
    const content = readFileSync(join(PACKAGE, file));
    const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }).length;
    return { name, bytes: content.length, brotli, limit };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, bytes, brotli, limit } of sizes()) {
    const of = (value, most) => `${(value / 1024).toFixed(1)} KB${most ? ` of ${(most / 1024).toFixed(0)}` : ''}`;
    console.log(`${name.padEnd(16)} ${of(bytes, limit.bytes).padStart(20)}   brotli ${of(brotli, limit.brotli)}`);
  }
}
