// Writes index.html: the whole page in one file, so that it asks for nothing and can be opened, hosted or sent as it is.
// `cargo xtask build --all` runs it: node npm/explorer/build.mjs <node_modules of esbuild> <of sql.js> <of diff>
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = fileURLToPath(new URL('.', import.meta.url));
const [esbuild, sqljs, diff] = process.argv.slice(2);
const { buildSync } = createRequire(import.meta.url)(join(esbuild, 'esbuild'));
const text = (name) => readFileSync(join(here, name), 'utf8');
const inert = (file) => gzipSync(readFileSync(file), { level: 9 }).toString('base64');
const hash = (part) => `'sha256-${createHash('sha256').update(part).digest('base64')}'`;

const { outputFiles } = buildSync({
  entryPoints: [join(here, 'src/main.js')], bundle: true, write: false, format: 'iife', platform: 'browser', target: ['chrome105', 'firefox115', 'safari16.4'],
  nodePaths: [sqljs, diff], minifyWhitespace: true, minifySyntax: true, charset: 'utf8', legalComments: 'none', logLevel: 'warning',
});
const script = outputFiles[0].text.trim();
const style = text('src/page.css').trim();
const icon = `data:image/svg+xml;base64,${Buffer.from(text('icon.svg')).toString('base64')}`;

const [, version] = /^version = "(.+)"$/m.exec(text('../../Cargo.toml'));
const repository = /^repository = "(https:.+)"$/m.exec(text('../../Cargo.toml'))?.[1];
const link = (to, words) => `<a href="${to}" rel="noreferrer">${words}</a>`;
const parts = {
  policy: `default-src 'none'; script-src ${hash(script)} 'wasm-unsafe-eval'; style-src ${hash(style)}; img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`,
  icon, style, script, version,
  date: execFileSync('git', ['log', '-1', '--format=%cs'], { cwd: here, encoding: 'utf8' }).trim(),
  source: repository ? `${link(repository, 'Source')}.` : 'Its source is npm/explorer of the package openclaw-prepair.',
  report: repository
    ? `${link(`${repository}/issues`, 'Report a problem')} with the link of this page, which holds no content of a file.`
    : 'Report a problem with the link of this page, which holds no content of a file.',
  core: inert(join(here, '../openclaw-prepair/lib/core/prepair.wasm')),
  licences: [[sqljs, 'sql.js'], [diff, 'diff']].map(([modules, name]) => `${name}\n\n${readFileSync(join(modules, name, 'LICENSE'), 'utf8').trim()}`).join('\n\n').replaceAll('<', '&lt;'),
  sqlite: inert(join(sqljs, 'sql.js/dist/sql-wasm-browser.wasm')),
};
const page = text('src/index.html').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
const file = join(here, 'index.html');
writeFileSync(`${file}.new`, page);
renameSync(`${file}.new`, file);
