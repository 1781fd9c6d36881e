// Writes the entries of the package that only name what stands elsewhere, so that an operation's name is said once in JavaScript.
// Run by cargo xtask generate, or this alone: node tests/packaging/entries.mjs [--check]
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { generated } from '../lib/generated.mjs';

const require = createRequire(import.meta.url);
const lib = new URL('../../npm/openclaw-prepair/lib/', import.meta.url);
const MADE = '// @ts-check\n// Written by tests/packaging/entries.mjs.\n';

/** Names in lines that are not too long. */
function listed(names) {
  const whole = `{ ${names.join(', ')} }`;
  return whole.length <= 120 ? whole : `{\n  ${names.join(', ')},\n}`;
}

/** The entry of Node where there is none: all that it exports, refusing. */
function elsewhere(entry) {
  const refusal = ([name, value]) => {
    if (name === 'PrepairError') return 'export { PrepairError };\n';
    if (typeof value === 'object') return `export const ${name} = Object.freeze({ ${Object.keys(value).map((inner) => `${inner}: refuse`).join(', ')} });\n`;
    const isAsync = value.constructor.name === 'AsyncFunction';
    return `export const ${name} = ${isAsync ? 'async () => refuse()' : 'refuse'};\n`;
  };
  return `// The Node entry where there is no Node: everything refuses, and says what to use.
${MADE}import errors from '../esm/core/errors.mjs';

const { PrepairError, refusal } = errors;

const refuse = () => {
  throw refusal('PLATFORM', 'This runtime has no file system.', {
    hint: 'Use openclaw-prepair/plan, or openclaw-prepair/sandbox for a remote one; in a Next.js route choose the nodejs runtime.',
  });
};

${Object.entries(entry).map(refusal).join('')}export default ${listed(Object.keys(entry))};
`;
}

function entries() {
  const node = require('../../npm/openclaw-prepair/lib/entry/index.js');
  const pure = Object.keys(require('../../npm/openclaw-prepair/lib/entry/plan-node.js'));
  const remote = Object.keys(require('../../npm/openclaw-prepair/lib/entry/sandbox-node.js'));
  const given = (names) => listed(names.filter((name) => name !== 'localDir'));
  return {
    'entry/index.mjs': `${MADE}import prepair from './index.js';

export const ${listed(Object.keys(node))} = prepair;
export default prepair;
`,
    'entry/elsewhere.mjs': elsewhere(node),
    'entry/plan.mjs': `// Where there is no Node: the way to the wasm is the runtime's, by "imports" of package.json.
${MADE}import { init, load } from '#wasm';
import pure from '../esm/core/plan.mjs';

export const ${listed(pure.filter((name) => name !== 'init'))} = pure.entry(load);
export { init };
`,
    'entry/plan-node.mjs': `${MADE}import pure from './plan-node.js';

export const ${listed(pure)} = pure;
`,
    'entry/sandbox.mjs': `${MADE}import { init, load } from '#wasm';
import errors from '../esm/core/errors.mjs';
import remote from '../esm/sandbox/index.mjs';

/** What only Node has. */
const localDir = () => {
  throw errors.refusal('PLATFORM', 'This runtime has no file system.', { hint: 'localDir is for Node; wrap a remote sandbox instead.' });
};

const ready = async () => {
  await init();
  return load();
};

export const ${given(remote)} = remote.entry(ready, { localDir });
export { init, localDir };
`,
    'entry/sandbox-node.mjs': `${MADE}import sandbox from './sandbox-node.js';

export const ${listed(remote)} = sandbox;
`,
  };
}

await generated(import.meta, async () => Object.fromEntries(Object.entries(entries()).map(([path, text]) => [fileURLToPath(new URL(path, lib)), text])));
