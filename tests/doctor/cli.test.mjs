import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { redact } from '../../npm/openclaw-prepair/lib/cli/diff.js';
import { load } from '../../npm/openclaw-prepair/lib/node/binding.js';
import driver from '../../npm/openclaw-prepair/lib/node/driver.js';
import { askedBinding } from '../lib/asked.mjs';
import { NEWEST } from '../lib/versions.mjs';
import { cli, home } from './cli.mjs';

const { diagnose, diagnoseEach } = driver;
const COMMANDS = ['setup', 'pre-pair', 'clear-pending', 'patch-config', 'doctor', 'verify'];
const V = ['--gateway-version', '2026.2.19'];
const ESCAPE = /\x1b/;
const SECRET = 'hunter2-hunter2-hunter2-hunter2';
const CONFIG = `// mine
{
  gateway: { mode: 'local', port: 18999, auth: { mode: 'token', token: '${SECRET}' } },
  channels: { telegram: { botToken: "123456:short" } },
}
`;
const THROUGH_PROXY = ['--header', 'X-Forwarded-For: 203.0.113.9'];

/** Every file with its content and times. */
function tree(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const { mode, mtimeMs, ctimeMs } = statSync(path);
    return [path, mode, mtimeMs, ctimeMs, entry.isFile() ? readFileSync(path, 'latin1') : ''];
  }).sort();
}

describe('usage', () => {
  it('has help that fits a screen', async () => {
    for (const args of [[], ['--help'], ['help', 'constructor'], ['help', 'setup'], ...COMMANDS.map((name) => [name, '--help'])]) {
      const { code, stdout } = await cli(args);
      assert.equal(code, 0);
      assert.ok(stdout.split('\n').length <= 40, `${args}: ${stdout.split('\n').length} lines`);
      assert.deepEqual(stdout.split('\n').filter((line) => line.length > 110), []);
    }
    const { version } = JSON.parse(readFileSync(new URL('../../npm/openclaw-prepair/package.json', import.meta.url), 'utf8'));
    assert.equal((await cli(['--version'])).stdout, `${version}\n`);
  });

  it('speaks of flags and settings, not of options', async (t) => {
    const { env } = home(t);
    for (const [args, says] of [
      [['patch-config', '--set', 'gateway.port=http'], /The setting gateway\.port must be a whole number from 1 to 65535, but it is a string\./],
      [['setup', '--set', 'gateway.bind=loopbak'], /The setting gateway\.bind must be one of auto, [\s\S]*Did you mean 'loopback'\?/],
      [['setup', '--set', 'gateway.trustedProxy=x'], /No version has the setting gateway\.trustedProxy,[\s\S]*Did you mean gateway\.trustedProxies\?/],
      [['setup', '--set', 'gateway.trustedProxies=x'], /gateway\.trustedProxies must be an array/],
      [['setup', '--trusted-proxy', 'x'], /--trusted-proxy: "x" is no IP address/],
      [['setup', '--proxy-peer', '0.0.0.0/0'], /--proxy-peer: 0\.0\.0\.0\/0 [\s\S]*--allow-any if you/],
      [['setup', '--device', 'x'], /--device is no Ed25519 public key/],
      [['setup', '--role', 'node', '--scopes', 'operator.read'], /--scopes has no meaning beside --role node: [\s\S]*Leave out --scopes\./],
      [['setup', '--profile', 'x', '--state-dir', '/x'], /The flags --profile and --state-dir exclude/],
      [['setup', '--pending', 'some'], /--pending must be one of device, all, keep/],
      [['identity', 'new', '--label', 'x'], /needs both --secret-env and --label\.[\s\S]*Name a variable that holds 32 or more random bytes by --secret-env, and give a name for this device by --label\./],
      [['clear-pending', '--device-id', 'x', '--request-id', 'y'], /Give --request-id or --device-id, not both/],
      [['doctor', '--remote-address', 'x'], /--remote-address is not an IP address/],
    ]) {
      const { code, stderr } = await cli(args, { env });
      assert.equal(code, 2, `${args}: ${stderr}`);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\b(merge|connection|config)\.|[Tt]he option|stateDir|\{/);
    }
  });

  it('says what is wrong, what was meant, and exits 2', async (t) => {
    const { env, dir } = home(t);
    for (const [args, hint] of [
      [['sutup'], /Did you mean setup\?/],
      [['device', 'list'], /Did you mean devices list\?/],
      [['identiy', 'nwe', '--show'], /Did you mean identity new\?/],
      [['device', 'something'], /Did you mean devices\?/],
      [['setup', '--stat-dir', 'x'], /Did you mean --state-dir\?/],
      [['setup', '--jsno'], /Did you mean --json\?/],
      [['setup', '--token', SECRET], /setup has no flag --token/],
      [['setup', 'here'], /takes no argument here/],
      [['setup', '--state-dir'], /wants a value: DIR/],
      [['setup', '--json=yes'], /takes no value/],
      [['verify', '--timeout', 'soon'], /number of seconds/],
      [['verify', '--token-env', 'NOT_SET'], /variable NOT_SET is not set/],
      [['verify', '--url', 'http://x'], /ws:\/\/ or wss:\/\//],
      [['verify', '--url', 'wss://example.invalid', '--force'], /its own token/],
      [['doctor', '--dry-run'], /doctor has no flag/],
      [['doctor', '--client', 'tui'], /✘ .* --client must be one of agent, cli, control-ui/],
      [['setup', '--no-config', '--allow-any'], /Leave it out, or all of --trusted-proxy/],
      [['setup', '--trusted-proxy', '10.0.0.7', '--no-config'], /Leave it out, or all of/],
      [['\x1b[2Jx'], /There is no command \\u\{1b\}\[2Jx/],
    ]) {
      const { code, stdout, stderr } = await cli(args, { env });
      assert.equal(code, 2, `${args}: ${stdout}${stderr}`);
      assert.match(stderr, hint);
      assert.equal(stdout, '');
      assert.doesNotMatch(stderr, ESCAPE);
      assert.ok(!stderr.includes(SECRET));
    }
    assert.deepEqual(readdirSync(dir), []);
  });

  it('refuses with code, place and hint, and exits 1', async (t) => {
    const { env, state } = home(t, { 'openclaw.json': '{\n  gateway: {' });
    const { code, stdout, stderr } = await cli(['setup', ...V], { env });
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /ERR_PREPAIR_SYNTAX/);
    assert.ok(stderr.includes(`${join(state, 'openclaw.json')}:2:13`), stderr);
    assert.match(stderr, /→ Mend the file/);
    const { json } = await cli(['setup', ...V, '--json'], { env });
    assert.equal(json.error.code, 'ERR_PREPAIR_SYNTAX');
  });

  it('says what is wrong with a file that it was given, and how to mend it', async (t) => {
    const { env, state } = home(t, { 'cut.json': `{\n  "token": "${SECRET}"`, 'latin.json': '', 'bom.json': '\ufeff{"logging":{"level":"info"}}', 'no.pem': 'x' });
    writeFileSync(join(state, 'latin.json'), Buffer.from('{"a":"\xe9"}', 'latin1'));
    for (const [flag, name, error, hint] of [
      ['--merge-file', 'cut.json', 'SYNTAX', /strict JSON/],
      ['--merge-file', 'latin.json', 'ENCODING', /UTF-8/],
      ['--merge-file', 'none.json', 'IO', /this user may read/],
      ['--identity-file', 'none.pem', 'IO', /this user may read/],
      ['--identity-file', 'no.pem', 'KEY', /pkcs8/],
    ]) {
      const { code, json, stdout } = await cli(['setup', ...V, '--json', flag, join(state, name)], { env });
      assert.deepEqual([code, json.error.code], [2, `ERR_PREPAIR_${error}`], stdout);
      if (error !== 'KEY') assert.equal(json.error.path, join(state, name));
      if (name === 'cut.json') assert.deepEqual(json.error.place, { path: join(state, name), line: 2, column: 45 });
      assert.match(json.error.hint, hint);
      assert.ok(!stdout.includes(SECRET));
    }
    assert.deepEqual(readdirSync(state).sort(), ['bom.json', 'cut.json', 'latin.json', 'no.pem']);
    const marked = await cli(['patch-config', ...V, '--merge-file', join(state, 'bom.json')], { env });
    assert.equal(marked.code, 0, marked.stderr);
    assert.match(readFileSync(join(state, 'openclaw.json'), 'utf8'), /"level": "info"/);
  });
});

describe('output', () => {
  it('has colours in a terminal, none in a pipe or by NO_COLOR', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    const run = (options) => cli(['doctor', ...V, ...THROUGH_PROXY], options);
    const terminal = await run({ env, terminal: true });
    assert.match(terminal.stdout, /\x1b\[3\dm/);
    assert.equal(terminal.code, 3);
    for (const quiet of [await run({ env }), await run({ env: { ...env, NO_COLOR: '1' }, terminal: true }), await run({ env: { ...env, TERM: 'dumb' }, terminal: true })]) {
      assert.equal(quiet.code, 3);
      assert.doesNotMatch(quiet.stdout, ESCAPE);
      assert.match(quiet.stdout, /This opens it:\r?\n  npx openclaw-prepair setup --gateway-version( \\\r?\n   )? 2026\.2\.19/);
    }
  });

  it('is JSON by --json, nothing by --quiet', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    const { json } = await cli(['setup', ...V, '--json'], { env });
    assert.equal(json.paired, 'created');
    const quiet = await cli(['setup', ...V, '--quiet'], { env });
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', '']);
  });

  it('of a reader that left is no error', async (t) => {
    const { env } = home(t);
    const { code, stderr } = await cli(['setup', ...V, '--dry-run'], { env, deaf: true });
    assert.deepEqual([code, stderr], [0, '']);
    const wrong = await cli(['sutup'], { env, mute: true });
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
  });

  it('that a full disk does not take is told, without a stack', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    for (const args of [['doctor', ...V], ['setup', ...V, '--json'], ['--help']]) {
      const { code, stderr } = await cli(args, { env, into: '/dev/full' });
      assert.equal(code, 1);
      assert.match(stderr, /^✘ ERR_PREPAIR_IO .*ENOSPC/);
      assert.doesNotMatch(stderr, /^ {4}at /m);
    }
  });
});

describe('a dry run', () => {
  it('shows a diff of each file without its secrets and writes nothing', async (t) => {
    const { env, state } = home(t, { 'openclaw.json': CONFIG });
    const before = tree(state);
    const args = ['setup', ...V, '--dry-run', '--proxy-peer', '10.0.0.7'];
    const { code, stdout } = await cli(args, { env });
    assert.equal(code, 0);
    assert.deepEqual(tree(state), before);
    for (const name of ['identity/device.json', 'devices/paired.json', 'openclaw.json']) assert.ok(stdout.includes(`--- ${join(state, name)}`), stdout);
    assert.match(stdout, /^\+ .*"?trustedProxies"?.*10\.0\.0\.7/m);
    assert.match(stdout, /^ {2}\/\/ mine$/m);
    assert.doesNotMatch(stdout, /hunter2|123456|BEGIN PRIVATE/);
    assert.match(stdout, /botToken: "<hidden>"/);
    assert.match(stdout, /"token": "<hidden>"/);
    assert.match(stdout, /would be paired/);
  });

  it('hides what names, addresses and comments give away as secret, and no more', () => {
    const shown = redact(`{
  // password: hunter2a
  /* old: { "apiKey": 'hunter2b' } */ // pass = hunter2z
  // API_KEY=hunter2c \u2028 dbPwd: 'hunter2d',
  /* mode: "local",
     auth: hunter2e */
  gateway: { mode: 'local', auth: { mode: 'token', token: 'hunter2f' } },
  "channels": { "feishu": { "encryptKey": "hunter2g", "appId": "visible-1" }, a: { 'to\\u006ben': 'hunter2h', t\\u006fken: 'hunter2i', "to\\x6ben": "hunter2j" } },
  smtp: { user: "u", pass: "hunter2k", smtpPass: 'hunter2l', url: "redis://u:hunter2m@h/", also: "redis:\\u002f\\/u:hunter2n@h/" },
  hook: "https://h/?a=visible-2&token=hunter2o&b=visible-3", pwd: 'hunter2p', token /* c */ : 'hunter2q', auth: "hunter2r",
  totpSeed: "hunter2s", mnemonic: "hunter2t hunter2u", "secret": { source: "x", id: "hunter2v" }, passphrase: "hunter2w", secrets: ["hunter2x"],
  bypass: "visible-4", author: "visible-5", // note: visible-6
}
`);
    assert.deepEqual(shown.match(/hunter2\w/g), null, shown);
    for (let i = 1; i <= 6; i += 1) assert.ok(shown.includes(`visible-${i}`), shown);
    assert.match(shown, /mode: 'token', token: '<hidden>'/, 'all texts below auth but its mode');
  });

  it('shows control characters escaped', async (t) => {
    const id = 'ab'.repeat(32);
    const other = { deviceId: id, displayName: '\u009b2J\u202eevil', publicKey: 'x', tokens: {} };
    const { env } = home(t, {
      'openclaw.json': CONFIG,
      'devices/paired.json': { [id]: other },
      'devices/pending.json': { '\u009br1': { requestId: '\u009br1', deviceId: '\x1b[2J', silent: false, ts: 1 } },
    });
    const { stdout } = await cli(['setup', ...V, '--dry-run'], { env });
    assert.doesNotMatch(stdout, /[\x1b\u009b\u202e]/);
    const paired = await cli(['pre-pair', ...V, '--dry-run', '--display-name', 'mine'], { env });
    assert.doesNotMatch(paired.stdout, /[\x1b\u009b\u202e]/);
    const cleared = await cli(['clear-pending', ...V, '--json'], { env });
    assert.doesNotMatch(cleared.stdout, /[\x1b\u009b]/);
    assert.equal(cleared.json.cleared[0].requestId, '\u009br1');
  });
});

describe('commands', () => {
  it('says which folders it makes, so that a path that was mistyped shows, and says it once', async (t) => {
    const { env, dir } = home(t, { 'openclaw.json': CONFIG });
    const [typo, other] = [join(dir, '.openclow'), join(dir, 'etc')];
    const args = ['setup', ...V, '--state-dir', typo, '--config', join(other, 'openclaw.json')];
    const said = [`  made     ${typo} (there was no state dir)`, `  made     ${other} (there was no such folder)`];
    for (const [more, expected] of [[['--dry-run'], said], [[], said], [[], []]]) {
      const { code, stdout } = await cli([...args, ...more], { env });
      assert.equal(code, 0, stdout);
      assert.deepEqual(stdout.split('\n').filter((line) => /^ +made /.test(line)), expected);
    }
    // One that is there and empty is no surprise, and nor is one that a call does not write into.
    const empty = join(dir, 'empty');
    mkdirSync(empty);
    for (const more of [['pre-pair', '--state-dir', empty], ['clear-pending', '--state-dir', join(dir, 'nowhere')]]) assert.doesNotMatch((await cli([...more, ...V], { env })).stdout, /made/);
    // What only looks, or finds nothing to remove, says so.
    for (const words of [['devices', 'list'], ['clear-pending']]) {
      for (const [where, told] of [[join(dir, 'nowhere'), true], [empty, false]]) assert.equal((await cli([...words, '--state-dir', where, ...V], { env })).stdout.includes('W_STATE_DIR'), told);
    }
  });

  it('take their flags', async (t) => {
    const { env, state } = home(t, { 'openclaw.json': CONFIG });
    const read = (name) => JSON.parse(readFileSync(join(state, name), 'utf8'));
    const paired = await cli(['pre-pair', ...V, '--scopes', 'operator.read,operator.write', '--display-name', 'Mine', '--json'], { env });
    assert.equal(paired.code, 0, paired.stderr);
    const record = read('devices/paired.json')[paired.json.deviceId];
    assert.deepEqual([record.scopes, record.displayName], [['operator.read', 'operator.write'], 'Mine']);

    writeFileSync(join(state, 'patch.json'), '{"gateway":{"bind":"loopback"}}');
    const patched = await cli(['patch-config', ...V, '--trusted-proxy', '10.0.0.7', '--trusted-proxy', '10.0.0.8', '--merge-file', join(state, 'patch.json')], { env });
    assert.equal(patched.code, 0, patched.stderr);
    const config = readFileSync(join(state, 'openclaw.json'), 'utf8');
    assert.match(config, /10\.0\.0\.7.*10\.0\.0\.8/s);
    assert.match(config, /"bind": "loopback"|bind: "loopback"/);
    assert.match(config, /^\/\/ mine/);

    const secret = { MY_SECRET: '0123456789abcdefghijklmnopqrstuvwxyz' };
    const derived = (label) => cli(['pre-pair', ...V, '--state-dir', join(state, label), '--secret-env', 'MY_SECRET', '--label', 'a', '--json'], { env: { ...env, ...secret } });
    const [one, two] = [await derived('one'), await derived('two')];
    assert.equal(one.json.deviceId, two.json.deviceId);
    assert.ok(!`${one.stdout}${one.stderr}`.includes(secret.MY_SECRET));

    const device = await cli(['setup', ...V, '--device', one.json.publicKey, '--no-config', '--json'], { env });
    assert.deepEqual([device.json.identity, device.json.deviceId, device.json.config], ['untouched', one.json.deviceId, null]);
  });
});

describe('doctor', () => {
  it('draws the path, names the fix, and the command that it prints mends the wall', async (t) => {
    const { env, state } = home(t, { 'openclaw.json': CONFIG });
    const before = tree(state);
    const wall = await cli(['doctor', '--state-dir', state, ...V, ...THROUGH_PROXY, '--why'], { env });
    assert.equal(wall.code, 3);
    assert.deepEqual(tree(state), before, 'doctor wrote something');
    assert.match(wall.stdout, /├─ Is the connection local\? no/);
    assert.match(wall.stdout, /└─ ✘ closed \(1008\): pairing required \(not-paired\)/);
    assert.match(wall.stdout, /W_NO_IDENTITY/);
    const command = /This opens it:\n {2}npx openclaw-prepair (.*)\n/.exec(wall.stdout)[1];
    assert.equal((await cli(command.split(' '), { env })).code, 0);
    const open = await cli(['doctor', '--state-dir', state, ...V, ...THROUGH_PROXY], { env });
    assert.equal(open.code, 0, open.stdout);
    assert.match(open.stdout, /^✔ open/m);
    assert.doesNotMatch(open.stdout, /finding|remark/);
    assert.ok(!`${wall.stdout}${open.stdout}`.includes(SECRET));
  });

  it('prints the command that fits the reason', async (t) => {
    const { env, state } = home(t, { 'openclaw.json': CONFIG });
    const doctor = async (args, version = '2026.4.15') => {
      const { stdout } = await cli(['doctor', '--gateway-version', version, ...args], { env });
      return /This opens it:\n {2}(.*)\n/.exec(stdout)?.[1];
    };
    const { json } = await cli(['setup', '--gateway-version', '2026.4.15', '--json'], { env });
    const paired = join(state, 'devices/paired.json');
    const store = JSON.parse(readFileSync(paired, 'utf8'));
    const write = (edit) => {
      const copy = structuredClone(store);
      edit(copy[json.deviceId]);
      writeFileSync(paired, JSON.stringify(copy));
    };
    write((record) => { record.tokens.operator.revokedAtMs = 1; });
    assert.equal(await doctor(THROUGH_PROXY), 'npx openclaw-prepair setup --reinstate --gateway-version 2026.4.15');
    write((record) => { record.tokens = {}; });
    assert.equal(await doctor(THROUGH_PROXY), 'npx openclaw-prepair setup --gateway-version 2026.4.15');
    write(() => {});
    assert.equal(await doctor([...THROUGH_PROXY, '--presents-device'], NEWEST), `npx openclaw-prepair patch-config --proxy-peer 127.0.0.1 --gateway-version ${NEWEST}`);
    writeFileSync(paired, '{}', { mode: 0o600 });
    writeFileSync(join(state, 'devices/pending.json'), JSON.stringify({ r: { requestId: 'r', deviceId: json.deviceId, silent: false, scopes: ['operator.read'], ts: Date.now() } }), { mode: 0o600 });
    assert.equal(await doctor(['--client', 'cli']), 'npx openclaw-prepair setup --gateway-version 2026.4.15');
  });

  it('takes what it cannot read as a finding', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG, 'devices/paired.json/inside': '', 'identity/device.json': '{ broken' });
    const { code, stdout } = await cli(['doctor', ...V], { env });
    assert.equal(code, 4);
    assert.match(stdout, /W_NOT_A_FILE/);
    assert.match(stdout, /W_IDENTITY_BROKEN/);
    assert.match(stdout, /^\? unknown/m);
    const empty = await cli(['doctor'], { env: home(t).env });
    assert.equal(empty.code, 4);
    assert.match(empty.stdout, /^\? no gateway here/m);
    assert.match(empty.stdout, /W_STATE_DIR There is no OpenClaw state here/);
    const first = await cli(['doctor', ...V], { env: home(t).env });
    assert.equal(first.code, 4);
    assert.match(first.stdout, /no gateway has started here yet/);
  });

  it('sees modes, backups, files that are too large and databases that are none', async (t) => {
    const { env, state } = home(t, { 'openclaw.json': CONFIG });
    assert.equal((await cli(['setup', ...V], { env })).code, 0);
    const codes = async () => (await cli(['doctor', ...V, '--json'], { env })).json.findings.map(({ code }) => code);
    assert.deepEqual(await codes(), []);
    chmodSync(join(state, 'identity/device.json'), 0o644);
    chmodSync(join(state, 'identity'), 0o777);
    writeFileSync(join(state, 'identity/device.json.1.bak'), 'old');
    assert.deepEqual((await codes()).sort(), ['W_BACKUP', 'W_KEY_READABLE', 'W_MODE']);
    truncateSync(join(state, 'devices/paired.json'), 65 << 20);
    const large = await cli(['doctor', ...V], { env });
    assert.equal(large.code, 4);
    assert.ok(large.stdout.includes(join(state, 'devices/paired.json')), large.stdout);
    const broken = home(t, { 'openclaw.json': CONFIG, 'state/openclaw.sqlite': 'no database, '.repeat(99) });
    const { code, stdout } = await cli(['doctor', '--gateway-version', NEWEST], { env: broken.env });
    assert.equal(code, 4);
    assert.match(stdout, /W_SQLITE/);
    assert.match(stdout, /^\? unknown/m);
  });

  it('names the profiles that hold a config where this state dir is not the one that is meant', async (t) => {
    const here = home(t);
    const other = (name, config = CONFIG) => {
      mkdirSync(join(here.dir, `.openclaw-${name}`), { mode: 0o700 });
      if (config) writeFileSync(join(here.dir, `.openclaw-${name}/openclaw.json`), config);
    };
    const asked = async (...args) => (await cli(['doctor', ...args], here)).stdout;
    assert.doesNotMatch(await asked(), /W_PROFILES/);
    other('empty', null);
    assert.doesNotMatch(await asked(), /W_PROFILES/);
    other('work');
    for (const hostile of ['\x1b[2Jx', '$(touch x)', '..', 'default']) other(hostile);
    const first = await asked();
    assert.match(first, /W_PROFILES Other profiles of this user have a config: work\./);
    assert.match(first, /npx openclaw-prepair doctor --profile work\b/);
    assert.ok(!first.includes(SECRET) && !ESCAPE.test(first), first);
    assert.match(await asked('--profile', 'wrok'), /W_PROFILES .*: work\./);
    assert.doesNotMatch(await asked('--profile', 'work'), /W_PROFILES/);
    assert.doesNotMatch(await asked('--state-dir', join(here.dir, 'elsewhere/state')), /W_PROFILES/);
    assert.equal((await cli(['setup', ...V], here)).code, 0);
    assert.doesNotMatch(await asked(...V, ...THROUGH_PROXY), /W_PROFILES/);
    assert.match(await asked('--profile', 'wrok', ...V), /W_PROFILES .*: default, work\./);
  });

  it('says what it stands on in three lines, then the verdict and its cause; the path behind --why', async (t) => {
    const { env, state } = home(t, { 'openclaw.json': CONFIG });
    const { stdout } = await cli(['doctor', ...V, ...THROUGH_PROXY], { env });
    const lines = stdout.split('\n');
    assert.match(lines[0], new RegExp(`^State +${state} \\(files\\), config `));
    assert.match(lines[1], /^Gateway +OpenClaw 2026\.2\.19, as named$/);
    assert.match(lines[2], /^Client +agent\. It comes from this machine, through a proxy/);
    assert.deepEqual(lines.slice(3, 5), ['', '✘ closed (1008): pairing required (not-paired)']);
    assert.match(lines[5], /Is it approved silently\? no: only a local connection/);
    assert.doesNotMatch(stdout, /├─/);
  });

  it('says of an agent that makes no connection that it is let in, not its connection; a word that no client has leads to one', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    const agent = await cli(['doctor', '--gateway-version', NEWEST, ...THROUGH_PROXY], { env });
    assert.match(agent.stdout, /It runs inside the gateway and makes no connection, so the headers/);
    assert.match(agent.stdout, /✔ open: the gateway lets this client in/);
    const browser = await cli(['doctor', ...V, '--client', 'browser'], { env });
    assert.equal(browser.code, 2);
    assert.match(browser.stderr, /--client must be one of agent[\s\S]*Did you mean 'control-ui'\?/);
  });

  it('says that nobody knows a version so old', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    const { stdout } = await cli(['doctor', '--gateway-version', '2026.1.24', '--client', 'cli'], { env });
    assert.match(stdout, /OpenClaw 2026\.1\.24 by the rules of 2026\.1\.29/);
    assert.match(stdout, /W_VERSION_OLDER/);
  });

  it('has lines of words that fit 60 columns, and commands that can be copied', async (t) => {
    const { env, state } = home(t, { 'openclaw.json': CONFIG });
    const { stdout } = await cli(['doctor', ...V, ...THROUGH_PROXY, '--state-dir', state], { env: { ...env, COLUMNS: '60' } });
    for (const line of stdout.split('\n')) assert.ok(line.length <= 60 || line.split(' ').some((word) => word.length > 40), line);
    const command = /This opens it:\n((?:.* \\\n)*.*)\n/.exec(stdout)[1].replaceAll('\\\n', ' ').trim().split(/ +/);
    assert.deepEqual(command, ['npx', 'openclaw-prepair', 'setup', '--state-dir', state, '--gateway-version', '2026.2.19']);
  });

  it('judges every client from every place by --all', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    const { code, stdout } = await cli(['doctor', ...V, '--all'], { env });
    assert.equal(code, 0);
    assert.match(stdout, /^ +direct +behind a proxy +remote$/m);
    assert.match(stdout, /^agent +✔ open +✘ not-paired +✘ not-paired$/m);
    assert.match(stdout, /^cli +✔ open/m);
    const { json } = await cli(['doctor', ...V, '--all', '--json'], { env });
    assert.ok(json.cells.length >= 6 && json.cells.every(({ verdict, remedy }) => verdict !== 'unknown' && (remedy === null || remedy.steps.length > 0)));
  });

  it('reads the state dir once for every connection of --all, and says of each what it says of it alone', (t) => {
    const { env, state } = home(t, { 'openclaw.json': CONFIG });
    const options = { stateDir: state, gatewayVersion: '2026.2.19', now: 1_760_000_000_000, env };
    const connections = ['agent', 'control-ui', 'node'].flatMap((client) => [{ client }, { client, headers: { 'X-Forwarded-For': '203.0.113.9' } }, { client, remoteAddress: '203.0.113.9', presentsDevice: true }]);
    const read = [];
    const binding = askedBinding((what, request, parts, ask) => {
      if (what === 'readFiles') read.push(...request.files);
      return ask();
    });
    const reports = diagnoseEach(binding, options, connections);
    assert.ok(read.includes(join(state, 'openclaw.json')));
    assert.deepEqual(read, [...new Set(read)]);
    assert.deepEqual(reports, connections.map((connection) => diagnose(load(), { ...options, connection })));
  });

  it('judges the last refused connection of a log, and reads no forged line', async (t) => {
    const lines = JSON.parse(readFileSync(new URL('log-lines.json', import.meta.url), 'utf8'));
    for (const [version, told] of Object.entries(lines)) {
      const { env, state } = home(t, { 'openclaw.json': CONFIG, 'gateway.log': `something\n${told['through a proxy']}\nmore\n`, 'colours.log': `${told['through a proxy'].replace('[ws] ', '\x1b[36m[ws]\x1b[39m \x1b[33m')}\x1b[39m\n`, 'forged.log': told.forged });
      const run = (name) => cli(['doctor', '--gateway-version', version, '--client', 'cli', '--log', join(state, name)], { env });
      // a gateway colours its lines, into a file too
      for (const name of ['gateway.log', 'colours.log']) {
        const { code, stdout } = await run(name);
        assert.equal(code, 3, stdout);
        assert.match(stdout, /It comes from 127\.0\.0\.1, through a proxy/);
      }
      const forged = await run('forged.log');
      assert.equal(forged.code, 2, forged.stdout);
      assert.match(forged.stderr, /not a line of a gateway's log that can be read/);
    }
  });

  it('reads the log file of a gateway too, and says which form it wants', async (t) => {
    const lines = JSON.parse(readFileSync(new URL('log-lines.json', import.meta.url), 'utf8'));
    const [text] = /closed before connect .*/.exec(lines['2026.7.1']['through a proxy']);
    const line = { 0: '{"subsystem":"gateway/ws"}', 1: { remoteAddr: '127.0.0.1', forwardedFor: '203.0.113.9' }, 2: text, _meta: {}, message: text };
    const { env, state } = home(t, { 'openclaw.json': CONFIG, 'openclaw.log': `{"0":"other"}\n${JSON.stringify(line)}\n`, 'none.log': '{"0":"nothing of that"}\n' });
    const { code, stdout } = await cli(['doctor', '--gateway-version', '2026.7.1', '--log', join(state, 'openclaw.log')], { env });
    assert.equal(code, 3, stdout);
    assert.match(stdout, /through a proxy that adds headers, presents a device, which the log line does not name: that of this state dir is judged/);
    // All gateways of a machine share one file, of which the end is looked at.
    writeFileSync(join(state, 'large.log'), `${'x'.repeat(1023)}\n`.repeat(20_000) + `${JSON.stringify(line)}\n`);
    const large = await cli(['doctor', '--gateway-version', '2026.7.1', '--log', join(state, 'large.log')], { env });
    assert.deepEqual([large.code, large.stdout.replaceAll('large.log', 'openclaw.log')], [3, stdout], large.stderr);
    const none = await cli(['doctor', ...V, '--log', join(state, 'none.log')], { env });
    assert.deepEqual([none.code, /what it prints, or its log file/.test(none.stderr)], [2, true], none.stderr);
  });

  it('--all: whose key it judges, and which clients count for the exit code', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    await cli(['setup', ...V], { env });
    const all = () => cli(['doctor', '--all', ...V], { env });
    const alone = await all();
    assert.equal(alone.code, 0, alone.stdout);
    assert.match(alone.stdout, /node +✘/);
    assert.match(alone.stdout, /each with the key of this state dir/);
    assert.match(alone.stdout, /Not counted for the exit code, since no such client is paired or waits here: control-ui, node, app\./);
    const key = (await cli(['identity', 'new', '--json'], { env })).json.publicKey;
    await cli(['pre-pair', '--device', key, '--role', 'node', ...V], { env });
    const node = await all();
    assert.equal(node.code, 3, node.stdout);
    assert.match(node.stdout, /waits here: control-ui, app\./);
    const named = await cli(['doctor', '--all', '--device', key, ...V, '--json'], { env });
    assert.deepEqual([...new Set(named.json.cells.filter(({ counts }) => counts).map(({ client }) => client))], ['node']);
    assert.match((await cli(['doctor', '--help'], { env })).stdout, /--all +.*count clients that are here/);
  });

  it('--all: which places count for the exit code', async (t) => {
    const counted = async (gateway, request) => {
      const config = { gateway: { mode: 'local', auth: { mode: 'token', token: 'a-token-of-this-gateway' }, ...gateway } };
      const pending = request && { [request.requestId]: request };
      const { env } = home(t, { 'openclaw.json': config, ...(pending && { 'devices/pending.json': pending }) });
      const { code, json, stdout } = await cli(['doctor', '--all', '--json', ...V], { env });
      const cells = json.cells.filter(({ counts }) => counts);
      return [code, cells.map(({ client, place }) => `${client} ${place}`).join(), stdout];
    };
    const waits = (change) => ({ requestId: '7b0c3f52-5d1e-4a53-9f0e-3a1d6c1f7f10', deviceId: 'b'.repeat(64), publicKey: 'B'.repeat(43), clientId: 'openclaw-control-ui', clientMode: 'webchat', role: 'operator', roles: ['operator'], scopes: [], silent: false, ts: Date.now(), ...change });
    assert.deepEqual((await counted({ bind: 'loopback' })).slice(0, 2), [0, 'agent direct,cli direct']);
    assert.deepEqual((await counted({ trustedProxies: ['10.0.0.7'] })).slice(0, 2), [0, 'agent direct,cli direct']);
    assert.deepEqual((await counted({ trustedProxies: ['127.0.0.1'] })).slice(0, 2), [3, 'agent direct,agent behind a proxy,cli direct,cli behind a proxy']);
    assert.deepEqual((await counted({ bind: 'loopback' }, waits({ remoteIp: '127.0.0.1' })))[1], 'agent direct,cli direct,control-ui direct');
    assert.deepEqual((await counted({ bind: 'loopback' }, waits({ remoteIp: '203.0.113.9' })))[1], 'agent direct,cli direct,control-ui direct,control-ui behind a proxy');
    // No proxy is listed and no bind: a container's gateway, which listens on all addresses.
    assert.deepEqual((await counted({}, waits({ remoteIp: '10.77.0.2' })))[1], 'agent direct,cli direct,control-ui direct,control-ui remote');
    assert.deepEqual((await counted({ trustedProxies: ['127.0.0.1'] }, waits({ remoteIp: '10.77.0.2' })))[1], 'agent direct,agent behind a proxy,cli direct,cli behind a proxy,control-ui direct,control-ui behind a proxy');
    assert.deepEqual((await counted({ bind: 'tailnet' }, waits({ clientId: 'openclaw-ios', clientMode: 'ui' })))[1], 'agent direct,cli direct,app direct,app remote');
    assert.deepEqual((await counted({}, waits({ clientId: 'mine', clientMode: 'x', role: 'node', roles: ['node'] })))[1], 'agent direct,cli direct,node direct');
  });

  it('finds the package behind a script that starts it', async (t) => {
    const { dir, env } = home(t, { 'openclaw.json': CONFIG });
    const [bin, app] = [join(dir, 'bin'), join(dir, 'app/openclaw')];
    for (const path of [bin, app]) mkdirSync(path, { recursive: true });
    writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'openclaw', version: '2026.3.24' }));
    writeFileSync(join(app, 'openclaw.mjs'), '');
    const found = async (script) => {
      writeFileSync(join(bin, 'openclaw'), script, { mode: 0o755 });
      const { json } = await cli(['doctor', '--json'], { env: { ...env, PATH: `${bin}:${process.env.PATH}` }, cwd: dir });
      return json.assumed.gateway.version;
    };
    assert.equal(await found(`#!/bin/sh\nexec node ${app}/openclaw.mjs "$@"\n`), '2026.3.24');
    assert.equal(await found(`#!/bin/sh\nexec node "${app}/openclaw.mjs" "$@"\n`), '2026.3.24');
    assert.equal(await found('#!/bin/sh\nexec node "$(dirname "$0")/../app/openclaw/openclaw.mjs" "$@"\n'), '2026.3.24');
    // Not what is only somewhere in a text, nor what somebody else could have put there.
    assert.notEqual(await found(`#!/bin/sh\n${' '.repeat(9000)}exec node ${app}/openclaw.mjs\n`), '2026.3.24');
    chmodSync(app, 0o777);
    assert.notEqual(await found(`#!/bin/sh\nexec node ${app}/openclaw.mjs "$@"\n`), '2026.3.24');
  });

  it('small words: a dry run on a paired device, a mode that is no secret, ids that lack', async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    await cli(['setup', ...V], { env });
    const dry = await cli(['setup', '--dry-run', '--set', 'gateway.auth.mode=password', ...V], { env });
    assert.match(dry.stdout, /✔ Device [0-9a-f]{64} is paired\./);
    assert.match(dry.stdout, /mode['"]?: "password"/);
    assert.ok(!dry.stdout.includes(SECRET));
    const wants = await cli(['devices', 'approve', ...V], { env });
    assert.deepEqual([wants.code, /`npx openclaw-prepair devices approve REQUEST`/.test(wants.stderr)], [2, true], wants.stderr);
    const { paired } = (await cli(['devices', 'list', '--json', ...V], { env })).json;
    const own = await cli(['devices', 'remove', paired[0].deviceId.slice(0, 12), ...V], { env });
    assert.equal(own.code, 1);
    assert.match(own.stderr, /the device of this state dir itself/);
    assert.ok(own.stderr.replace(/\s+/g, ' ').includes(`devices remove ${paired[0].deviceId}`), own.stderr);
    assert.doesNotMatch(own.stderr, /NOT_FOUND/);
  });

  it("takes OpenClaw's own spelling of its version, speaks of flags, and names no device that will never be", async (t) => {
    const { env } = home(t, { 'openclaw.json': CONFIG });
    const dry = await cli(['setup', '--gateway-version', 'OpenClaw 2026.4.29 (a448042)', '--dry-run'], { env });
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(dry.stdout, /✔ A new device would be paired\./);
    const unknown = await cli(['doctor'], { env });
    assert.doesNotMatch(unknown.stdout, /gatewayVersion|openclawDir|stateDir/);
    for (const args of [['setup', '--gateway-version', 'latest'], ['pre-pair', '--device', 'x'], ['setup', '--identity-file', '/none'], ['doctor', '--remote-address', 'banana']]) {
      assert.equal((await cli(args, { env })).code, 2, args.join(' '));
    }
    const slip = await cli(['setup', ...V, '--scopes', 'operator.reed'], { env });
    assert.deepEqual([slip.code, /Did you mean operator\.read\?/.test(slip.stderr)], [2, true]);
    const key = await cli(['patch-config', ...V, '--set', 'gatway.port=1'], { env });
    assert.deepEqual([key.code, /gateway/.test(key.stderr)], [2, true]);
    const secret = await cli(['patch-config', ...V, '--set', 'gateway.auth.token=abc'], { env });
    assert.deepEqual([secret.code, /takes no secret/.test(secret.stderr)], [2, true]);
  });

  it('is quiet about a healthy state dir, and so is the setup that made it', async (t) => {
    for (const version of ['2026.2.19', '2026.4.15', '2026.7.1', NEWEST]) {
      const { env } = home(t, { 'openclaw.json': CONFIG });
      for (const args of [['setup'], ['setup'], ['doctor']]) {
        const { code, json, stdout } = await cli([...args, '--gateway-version', version, '--json'], { env });
        assert.equal(code, 0, stdout);
        assert.deepEqual((json.warnings ?? json.findings).map((notice) => notice.code), [], `${version} ${args}`);
        if (json.config) assert.deepEqual(json.config.warnings, []);
      }
    }
  });
});
