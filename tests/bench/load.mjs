// What it costs to get a binding: require of the package and its first use, in new processes.
// Run: node tests/bench/load.mjs
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url));
const SCRIPT = `
const start = performance.now();
const { binding } = require(${JSON.stringify(PACKAGE)});
if (binding() !== process.env.PREPAIR_BINDING) throw new Error('another binding');
console.log(performance.now() - start);`;

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** Medians in milliseconds, and how many times the addon's the wasm module's is; the bindings take turns. */
export function measureLoad({ rounds = 15, node = process.execPath } = {}) {
  const times = { native: [], wasm: [] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const binding of ['native', 'wasm']) {
      const env = { PATH: process.env.PATH, PREPAIR_BINDING: binding };
      const took = Number(execFileSync(node, ['-e', SCRIPT], { cwd: join(PACKAGE, '..'), env, encoding: 'utf8' }));
      // the first reads the files from disk
      if (round > 0) times[binding].push(took);
    }
  }
  const [native, wasm] = [median(times.native), median(times.wasm)];
  return { rounds, native, wasm, ratio: wasm / native };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { rounds, native, wasm, ratio } = measureLoad();
  console.log(`require and first use, median of ${rounds}: addon ${native.toFixed(2)} ms, wasm ${wasm.toFixed(2)} ms, ${ratio.toFixed(1)} times (at most 10)`);
}
