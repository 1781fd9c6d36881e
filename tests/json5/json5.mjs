// npm json5, OpenClaw's own parser of its config.
import { createRequire } from 'node:module';
import path from 'node:path';

import { npmInstall } from '../lib/cache.mjs';

console.warn = () => {}; // it warns of U+2028 in strings

/** The folder of the package. */
export const json5Dir = async () => path.join(await npmInstall('json5', { json5: '2.2.3' }), 'json5');

/** The module. */
export const json5 = async () => createRequire(path.join(await json5Dir(), 'package.json'))('./lib/index.js');
