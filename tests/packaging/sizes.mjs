// What is shipped weighs: the goal, what is reached, and a ceiling a little above it that no change may pass unnoticed.
// Run: cargo xtask sizes
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { PACKAGE } from './app.mjs';

/** `{ name, bytes, brotli, goal, ceiling }` of each file; goal and ceiling are `{ bytes, brotli? }`. */
export function sizes() {
  return [
    // all lowered: numbers are read without core's table, std of the wasm target is built for size, an editor's changes stand in a list
    // all raised for the advice: remedies that are tried in memory before they are given, what a diagnosis assumes, log lines, where secrets
    // come from, trusted-proxy (+100 KB of the addon, +66 KB of wasm).
    // all raised for the operations on devices: nine with their options, reports and refusals (+110 KB of the addon, +60 KB of wasm)
    // all raised for roles and profiles, 19 rows on what an approval writes and on other clients, and their part of the decision (+6 KB)
    // brotli of the module raised by 1.5 KB for what a config holds behind links and blanks, pages that wait, and hints that name commands
    // lowered: the smaller of two optimizer runs, of which the first takes structure apart (-2 KB of brotli)
    // both raised for twelve more rows of the rules, the sources of their cells, and what asks them
    // raised for lists and diagnoses that look at each record of a large store once (+1 KB of brotli)
    // raised for advice that tells whose key it judges: log lines and log files, requests of named devices, containers (+5 KB of brotli)
    // lowered: numbers are printed and characters of keys known without tables, and what is printable is said in ranges (-8 KB of brotli)
    // both raised for the driver, which is the same program in both and stood in JavaScript before (+28 KB of the module, +11 KB of brotli)
    // the addon's raised for tables of the curve, with which a call takes a fifth less (+30 KB)
    // the module's and the component's raised for stores of very many devices, which are looked at once and listed in sorts (+7 KB, +3 KB of brotli)
    { file: 'prepair.node', goal: {}, ceiling: { bytes: 1_780_000 } },
    // the module's lowered to its goal: its driver is a module of its own, for Node (-10 KB of brotli); values of our own in place of
    // serde_json's, whose text was ours before (-7 KB); lists are read in loops, for which iterators had a copy each (-1.5 KB); an allocator that
    // is small (-1.5 KB); nothing of js-sys, whose closures stayed in the table (-1 KB)
    { file: 'lib/core/prepair.wasm', goal: { brotli: 200 * 1024 }, ceiling: { bytes: 562_500, brotli: 200 * 1024 } },
    { file: 'lib/core/prepair-driver.wasm', goal: {}, ceiling: { bytes: 33_000 } },
    // raised for the places of errors and notices, which stand in wit/ beside their path, line and column (+4 KB)
    // raised for a version that is older than all that are known, for the word of a closed list that was meant, and for the rules of gateways
    // that start without a secret, as is the module's (+1.5 KB)
    { file: '../component/component.wasm', goal: {}, ceiling: { bytes: 592_500 } },
  ].map(({ file, goal, ceiling }) => {
    const content = readFileSync(join(PACKAGE, file));
    const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }).length;
    return { name: basename(file), bytes: content.length, brotli, goal, ceiling };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const kb = (bytes) => (bytes === undefined ? '-' : `${(bytes / 1024).toFixed(1)} KB`).padStart(11);
  console.log(`${''.padEnd(24)}${['reached', 'goal', 'ceiling'].map((word) => word.padStart(11)).join('')}`);
  for (const { name, goal, ceiling, ...reached } of sizes()) {
    for (const form of ['bytes', 'brotli']) {
      const over = reached[form] > ceiling[form];
      if (over) process.exitCode = 1;
      const label = form === 'bytes' ? name : `${name}, brotli`;
      console.log(`${label.padEnd(24)}${kb(reached[form])}${kb(goal[form])}${kb(ceiling[form])}${over ? '  over its ceiling' : ''}`);
    }
  }
}
