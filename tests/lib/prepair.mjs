// The package under test, as a user requires it from the repository's root.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as standin from './standin.mjs';

const folder = fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url));

export const prepair = existsSync(`${folder}/package.json`) ? createRequire(import.meta.url)(folder) : standin;
