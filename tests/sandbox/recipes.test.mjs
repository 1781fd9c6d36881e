// The recipes of docs/recipes/sandboxes.md: compiled against the real SDKs, and run over stand-ins of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { block } from '../lib/docs.mjs';
import { machine, scrapped, stubs } from './stubs.mjs';
import { sdks } from './vercel-server.mjs';

const PACKAGE = fileURLToPath(new URL('../../npm/openclaw-prepair', import.meta.url));
const TOKEN = 'a token that the gateway was given, 4711';
const RUN = 'openclaw gateway run';
after(scrapped);

function app(t, modules) {
  const dir = mkdtempSync(join(tmpdir(), 'prepair-recipes-'));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  if (modules) symlinkSync(modules, join(dir, 'node_modules'));
  else mkdirSync(join(dir, 'node_modules'));
  return dir;
}

/** By adapter: its block, its SDK, and a module that stands for the SDK over `globalThis.standIn`: a sandbox, and what starts a gateway in it. */
const RECIPES = {
  e2b: ['recipe: e2b', 'e2b', `export class Sandbox { static async create(template) {
    const sandbox = globalThis.standIn.sandbox(template), { run } = sandbox.commands;
    sandbox.commands.run = async (command, options) => (options?.background ? globalThis.standIn.start(command) : run(command, options));
    return sandbox;
  } }`],
  daytona: ['recipe: daytona', '@daytona/sdk', `export class Daytona { async create({ snapshot }) {
    const sandbox = globalThis.standIn.sandbox(snapshot), sessions = new Set();
    sandbox.process.createSession = async (id) => { sessions.add(id); };
    sandbox.process.executeSessionCommand = async (id, { command, runAsync }) => { if (sessions.has(id) && runAsync) globalThis.standIn.start(command); };
    return sandbox;
  } }`],
  cloudflare: ['recipe: cloudflare', '@cloudflare/sandbox', `export class Sandbox {}
  export function getSandbox(binding, name) {
    const sandbox = globalThis.standIn.sandbox(binding, name);
    sandbox.listProcesses = async () => globalThis.standIn.started.map((command) => ({ command, status: 'running' }));
    sandbox.startProcess = async (command) => globalThis.standIn.start(command);
    return sandbox;
  }`],
  docker: ['recipe: docker-remote', 'dockerode', `export default class Docker { async createContainer({ Image }) {
    const container = globalThis.standIn.sandbox(Image), { exec } = container;
    container.start = async () => { container.runs = true; };
    container.exec = async (options) => {
      if (!container.runs) throw new Error('container is not running');
      return options.AttachStdout ? exec(options) : { start: async ({ Detach }) => { if (Detach) globalThis.standIn.start(options.Cmd.join(' ')); } };
    };
    return container;
  } }`],
};

test('the recipes fit the real SDKs', async (t) => {
  const modules = await sdks();
  const dir = app(t, modules);
  const files = Object.entries(RECIPES).map(([name, [title]]) => {
    writeFileSync(join(dir, `${name}.js`), block(title));
    return `${name}.js`;
  });
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      allowJs: true, checkJs: true, strict: true, noImplicitAny: false, noEmit: true, target: 'es2023', lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
      module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true, types: ['node'], esModuleInterop: true, paths: { 'openclaw-prepair/sandbox': [join(PACKAGE, 'sandbox.d.ts')] },
    },
    files,
  }));
  const check = () => spawnSync(process.execPath, [join(modules, 'typescript/bin/tsc'), '-p', dir], { encoding: 'utf8' });
  const { status, stdout } = check();
  assert.equal(status, 0, stdout);
  for (const [name, [title]] of Object.entries(RECIPES)) writeFileSync(join(dir, `${name}.js`), block(title).replace(/fresh: true|config: \{/, 'fersh: true, $&'));
  assert.deepEqual([...check().stdout.matchAll(/(\w+)\.js\(.*fersh/g)].map(([, name]) => name).sort(), Object.keys(RECIPES).sort(), 'and a wrong option is seen');
});

for (const [name, [title, sdk, module]] of Object.entries(RECIPES)) {
  test(`${title}: the state is there before the gateway starts`, async (t) => {
    const dir = app(t);
    mkdirSync(join(dir, 'node_modules', sdk), { recursive: true });
    symlinkSync(PACKAGE, join(dir, 'node_modules/openclaw-prepair'));
    writeFileSync(join(dir, 'node_modules', sdk, 'package.json'), '{"type":"module","exports":"./index.js"}');
    writeFileSync(join(dir, 'node_modules', sdk, 'index.js'), module);
    writeFileSync(join(dir, 'recipe.js'), block(title));
    const at = machine();
    const read = (file) => readFileSync(join(at.stateDir, file), 'utf8');
    const started = [];
    globalThis.standIn = {
      started,
      sandbox: (...given) => {
        assert.deepEqual(given, name === 'cloudflare' ? ['the binding', 'one'] : ['openclaw']);
        return stubs[name](at);
      },
      start(command) {
        const { deviceId } = JSON.parse(read('identity/device.json'));
        assert.ok(JSON.parse(read('devices/paired.json'))[deviceId]);
        assert.ok(read('openclaw.json').includes(TOKEN));
        started.push(command);
      },
    };
    t.after(() => { delete globalThis.standIn; });
    const { open } = await import(pathToFileURL(join(dir, 'recipe.js')));
    await (name === 'cloudflare' ? open({ Sandbox: 'the binding', GATEWAY_TOKEN: TOKEN }, 'one') : open(TOKEN));
    assert.deepEqual(started, [RUN]);
    if (name !== 'cloudflare') return;
    const before = read('identity/device.json');
    await open({ Sandbox: 'the binding', GATEWAY_TOKEN: TOKEN }, 'one');
    assert.deepEqual([started, read('identity/device.json')], [[RUN], before], 'woken again: nothing is made anew');
  });
}
