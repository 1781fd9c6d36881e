// Writes the entries of the package that only name what stands elsewhere, and what the types of `plan` and `sandbox` take from those of
// the main entry, so that an operation's name is said once in JavaScript and its types once.
// Run by cargo xtask generate, or this alone: node tests/packaging/entries.mjs [--check]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { generated } from '../lib/generated.mjs';

const require = createRequire(import.meta.url);
const lib = new URL('../../npm/openclaw-prepair/lib/', import.meta.url);
const { DEVICES, OPERATIONS } = require('../../npm/openclaw-prepair/lib/core/bridge.js');
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

/** The text with other lines between `// <name>` and `// </name>`. */
function region(text, name, lines) {
  const [, begin, end] = new RegExp(`(// <${name}>[^\\n]*\\n)[\\s\\S]*?([ ]*// </${name}>)`).exec(text);
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  return `${text.slice(0, before)}${begin}${lines}${text.slice(after)}`;
}

/** The types of the main entry that stand as words in a file of types. */
function imported(text, types) {
  const known = [...types.matchAll(/^export (?:interface|type|class) (\w+)/gm)].map(([, name]) => name);
  const rest = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|^(?:import|export) (?:type )?\{[^}]*\}.*$/gm, '');
  const lines = known.filter((name) => new RegExp(`\\b${name}\\b`).test(rest)).sort().reduce((out, name) => {
    const line = `${out.at(-1)} ${name},`;
    return line.length > 120 ? [...out, `  ${name},`] : [...out.slice(0, -1), line];
  }, [' ']);
  return region(text, 'imports', `import type {\n${lines.join('\n')}\n} from './index.js';\n`);
}

/** Types, by the file: what each operation takes and gives, as the main entry says it. */
function types() {
  const read = (name) => readFileSync(new URL(`../${name}.d.ts`, lib), 'utf8');
  const [main, plan, sandbox] = ['index', 'plan', 'sandbox'].map(read);
  const call = (before) => {
    const [, optional, options, report] = new RegExp(`^${before}\\(options(\\??): (.*)\\): (.*);$`, 'm').exec(main);
    return { optional, options, report };
  };
  const operation = (name, { options, report }) => `  /** As \`${name}\` of the main entry. */\n  ${name.includes('.') ? `'${name}'` : name}: { options: ${options}; report: ${report} };\n`;
  const operations = [
    ...OPERATIONS.map((name) => operation(name, call(`export function ${name}`))),
    ...DEVICES.map((name) => operation(`devices.${name}`, call(`  ${name}`))),
  ];
  const remote = (name) => {
    const { optional, options, report } = call(`export function ${name}`);
    const [, words] = new RegExp(`(/\\*\\*\\n(?: \\*[^/\\n]*(?:/[^\\n]*)?\\n)*? \\*/\\n)export function ${name}\\(fs`).exec(sandbox) ?? [];
    return `${words ?? `/**
 * \`${name}\` of the main entry, in a sandbox; \`env\` and \`openclawDir\` as of \`prePair\`.
 * @throws {PrepairError} Rejects with \`ERR_PREPAIR_SANDBOX\`, \`ERR_PREPAIR_TIMEOUT\`, \`ERR_PREPAIR_ABORTED\`, or what the call of that name of the
 * main entry throws.
 * @example
 * const report = await ${name}(fs);
 */
`}export function ${name}(fs: SandboxFs, options${optional}: ${options} & RemoteOptions): Promise<${report} & RoundTrips>;\n`;
  };
  return {
    '../plan.d.ts': imported(region(plan, 'operations', operations.join('')), main),
    '../sandbox.d.ts': imported(region(sandbox, 'operations', OPERATIONS.map(remote).join('')), main),
  };
}

await generated(import.meta, async () => Object.fromEntries(Object.entries({ ...entries(), ...types() }).map(([path, text]) => [fileURLToPath(new URL(path, lib)), text])));
