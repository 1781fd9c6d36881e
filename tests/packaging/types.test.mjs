// What an editor shows of the types: every member says what it is, every call has an example that compiles and the codes that it throws.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { npmInstall } from '../lib/cache.mjs';
import { errors } from '../lib/codes.mjs';

const PACKAGE = fileURLToPath(new URL('../../npm/openclaw-prepair/', import.meta.url));
const { default: ts } = await import(join(await npmInstall('types', { typescript: '5.9.3', '@arethetypeswrong/core': '0.18.5', publint: '0.3.25' }), 'typescript/lib/typescript.js'));

/** Adapters of sandboxes take one thing and give one: their members are of the SDK. */
const OF_SDKS = /^(Vercel|E2b|Daytona|Cloudflare)Sandbox$|^DockerContainer$/;

/** The words above a declaration, and its tags. */
function words(node) {
  const docs = node.jsDoc ?? node.parent?.parent?.jsDoc ?? [];
  const tags = (docs.at(-1)?.tags ?? []).map((tag) => ({ name: tag.tagName.text, text: ts.getTextOfJSDocComment(tag.comment) ?? '' }));
  return { text: ts.getTextOfJSDocComment(docs.at(-1)?.comment) ?? '', tags };
}

/** All that a file of types exports: members with and without words, and its calls. */
function declared(name) {
  const source = ts.createSourceFile(name, readFileSync(join(PACKAGE, name), 'utf8'), ts.ScriptTarget.ES2022, true);
  const [bare, calls] = [[], []];
  const members = (node, path) => node.forEachChild((child) => {
    const inside = ts.isPropertySignature(child) || ts.isMethodSignature(child) || ts.isPropertyDeclaration(child);
    const at = inside ? `${path}.${child.name.getText()}` : path;
    // what is told on one line is told by the words above that line
    if (inside && !child.jsDoc && (child.parent.getText().includes('\n') || !ts.isTypeLiteralNode(child.parent))) bare.push(at);
    if (!ts.isFunctionTypeNode(child) && !ts.isParameter(child)) members(child, at);
  });
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || ts.isClassDeclaration(statement)) {
      if (!words(statement).text && /\bexport\b/.test(statement.getText().slice(0, 10))) bare.push(statement.name.text);
      // a step is told by its kind; those of SDKs are theirs
      if (!OF_SDKS.test(statement.name.text) && statement.name.text !== 'Step') members(statement, statement.name.text);
    } else if (ts.isFunctionDeclaration(statement)) calls.push([statement.name.text, words(statement)]);
    else if (ts.isVariableStatement(statement)) {
      const [{ name: variable, type }] = statement.declarationList.declarations;
      calls.push([variable.text, { text: '-', tags: [], ...words(statement), group: true }]);
      for (const member of type.members) calls.push([`${variable.text}.${member.name.text}`, words(member)]);
    }
  }
  return { bare, calls };
}

const FILES = ['index.d.ts', 'plan.d.ts', 'sandbox.d.ts'];
/** Of these the calls of the main entry, or the adapters, say all. */
const SHORT = /^devices\.|^(vercel|e2b|daytona|cloudflare|docker|localDir)$/;

for (const name of FILES) {
  test(`${name}: every member says what it is`, () => assert.deepEqual(declared(name).bare, []));

  test(`${name}: every call has an example, and names the codes that it throws`, () => {
    const { calls } = declared(name);
    assert.ok(calls.length > 4);
    for (const [call, { text, tags, group }] of calls) {
      assert.ok(text, `${call} says nothing`);
      if (group && name === 'index.d.ts' || name === 'sandbox.d.ts' && SHORT.test(call)) continue;
      for (const tag of ['example', 'throws']) assert.equal(tags.filter((found) => found.name === tag).length, 1, `${call}: @${tag}`);
    }
    for (const [, { tags }] of calls) for (const { text } of tags) for (const [code] of text.matchAll(/ERR_PREPAIR_\w+/g)) assert.ok(Object.values(errors).includes(code), code);
  });

  test(`${name}: the examples compile`, () => {
    const given = {
      'index.d.ts': 'declare const deviceId: string;',
      'plan.d.ts': "import { type FileInput, type Inputs } from './plan.js';\ndeclare const inputs: Inputs;",
      'sandbox.d.ts': "import { type SandboxFs, type VercelSandbox } from './sandbox.js';\ndeclare const fs: SandboxFs, sandbox: VercelSandbox;",
    }[name];
    const { calls } = declared(name);
    const examples = calls.flatMap(([call, { tags }]) => tags.filter((tag) => tag.name === 'example').map(({ text }) => `// ${call}\nasync () => {\n${text}\n};`));
    const error = name === 'index.d.ts' ? [/@example\n((?: \* .*\n)+) \*\/\nexport class/.exec(readFileSync(join(PACKAGE, name), 'utf8'))[1].replace(/^ \* /gm, '')] : [];
    const names = [...new Set(calls.map(([call]) => call.split('.')[0])), ...(name === 'index.d.ts' ? ['PrepairError'] : [])];
    const text = `import { ${names.join(', ')} } from './${name.replace('.d.ts', '.js')}';\n${given}\n${[...examples, ...error.map((body) => `async () => {${body}};`)].join('\n')}\n`;
    const file = join(PACKAGE, 'examples.mts');
    const options = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [], module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
    const host = ts.createCompilerHost(options);
    const [read, exists] = [host.getSourceFile, host.fileExists];
    host.getSourceFile = (path, ...rest) => (path === file ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) : read(path, ...rest));
    host.fileExists = (path) => path === file || exists(path);
    const program = ts.createProgram([file], options, host);
    const said = ts.getPreEmitDiagnostics(program).map((found) => `${found.file?.fileName}: ${ts.flattenDiagnosticMessageText(found.messageText, ' ')} ${found.file?.text.slice(found.start, found.start + 60)}`);
    assert.deepEqual(said, []);
  });
}
