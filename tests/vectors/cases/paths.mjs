import { NEWEST } from '../../lib/versions.mjs';
import { CONFIG, S } from './kit.mjs';

export const why = 'Where things are, as OpenClaw finds them; and what must be read first.';
export const vectors = [];
const none = { userVersion: null, columns: null };
const missing = (name, why, operation, options, inputs, files, queries = []) => vectors.push({ name, why, operation, options, inputs, expect: { missing: { files, queries } } });
const state = (dir) => [`${dir}/identity/device.json`, `${dir}/devices/paired.json`, `${dir}/devices/pending.json`];
const configs = (dir) => ['openclaw', 'clawdbot'].map((name) => `${dir}/${name}.json`);
const nothing = (...paths) => ({ files: Object.fromEntries(paths.flat().map((path) => [path, null])), rows: none });

missing('prePair asks', 'files and probes in one go', 'prePair', { stateDir: S, gatewayVersion: '2026.4.15', env: {} }, {}, [CONFIG, ...state(S)], ['userVersion', 'columns']);
missing('older names', 'of a config where there is none of today\'s name', 'prePair', { stateDir: S, gatewayVersion: '2026.4.15', env: {} }, nothing(CONFIG, state(S)), [`${S}/clawdbot.json`]);
missing('clearPending asks', 'as little as it needs', 'clearPending', { stateDir: S, gatewayVersion: '2026.4.15', env: {} }, {}, [`${S}/devices/pending.json`], ['userVersion', 'columns']);
missing('patchConfig asks', 'as little as it needs', 'patchConfig', { stateDir: S, configPath: CONFIG, gatewayVersion: '2026.4.15', env: {} }, {}, [CONFIG], ['userVersion', 'columns']);
missing('a device asks', 'for no identity', 'prePair', { stateDir: S, gatewayVersion: '2026.4.15', env: {}, device: { publicKey: 'A'.repeat(43) } }, {}, [CONFIG, ...state(S).slice(1)], ['userVersion', 'columns']);
missing('pending kept', 'looked at for what it asks, if it can be read', 'prePair', { stateDir: S, gatewayVersion: '2026.4.15', env: {}, pending: 'keep' }, {}, [CONFIG, ...state(S)], ['userVersion', 'columns']);
missing('default folders', 'which of them exists', 'prePair', { gatewayVersion: '2026.2.19', env: { HOME: '/home/u' } }, {}, ['.openclaw', '.clawdbot', '.moldbot', '.moltbot'].map((name) => `/home/u/${name}`));
missing('default folders, newest', 'fewer', 'prePair', { gatewayVersion: NEWEST, env: { HOME: '/home/u' } }, {}, ['.openclaw', '.clawdbot'].map((name) => `/home/u/${name}`));
const dirs = { '/home/u/.openclaw': null, '/home/u/.clawdbot': { kind: 'dir' } };
missing('a legacy folder', 'the one that exists', 'clearPending', { gatewayVersion: NEWEST, env: { HOME: '/home/u' } }, { files: dirs, rows: none }, ['/home/u/.clawdbot/devices/pending.json']);
missing('both folders', 'the new one', 'clearPending', { gatewayVersion: NEWEST, env: { HOME: '/home/u' } }, { files: { ...dirs, '/home/u/.openclaw': { kind: 'dir' } }, rows: none }, ['/home/u/.openclaw/devices/pending.json']);
const found = (name, why, options, inputs, dir) => missing(name, why, 'clearPending', { gatewayVersion: '2026.4.15', env: {}, ...options }, { rows: none, ...inputs }, [`${dir}/devices/pending.json`]);
found('OPENCLAW_STATE_DIR', 'of the environment', { env: { OPENCLAW_STATE_DIR: '/srv/claw/' } }, {}, '/srv/claw');
found('the option before the environment', 'said is said', { stateDir: '/a', env: { OPENCLAW_STATE_DIR: '/b' } }, {}, '/a');
found('a tilde', 'HOME', { stateDir: '~/claw', env: { HOME: '/home/u' } }, {}, '/home/u/claw');
found('a tilde with OPENCLAW_HOME', 'it stands in for HOME from 2026.2.9', { stateDir: '~/claw', env: { HOME: '/home/u', OPENCLAW_HOME: '/srv' } }, {}, '/srv/claw');
found('a tilde in OPENCLAW_HOME', 'of HOME', { stateDir: '~/claw', env: { HOME: '/home/u', OPENCLAW_HOME: '~/x' } }, {}, '/home/u/x/claw');
for (const word of ['undefined', 'null']) {
  const env = { HOME: '/home/u', OPENCLAW_HOME: word };
  const claw = { stateDir: '~/claw', gatewayVersion: '2026.3.22' };
  found(`OPENCLAW_HOME is ${word}`, 'a template wrote an unset variable', { ...claw, env }, {}, '/home/u/claw');
  found(`OPENCLAW_HOME is ${word}, older`, 'a folder up to 2026.3.13', { ...claw, gatewayVersion: '2026.3.13', env }, { cwd: '/w' }, `/w/${word}/claw`);
  found(`HOME is ${word}`, 'the next one counts', { ...claw, env: { HOME: word, USERPROFILE: '/home/p' } }, {}, '/home/p/claw');
  found(`no home but ${word}`, 'the working folder, as os.homedir() gives HOME back', { ...claw, env: { HOME: word, USERPROFILE: word } }, { home: '/home/acc', cwd: '/w' }, '/w/claw');
  found(`the account's home is ${word}`, 'the working folder', claw, { home: word, cwd: '/w' }, '/w/claw');
  found(`OPENCLAW_STATE_DIR is ${word}`, 'a folder: only homes are looked at so', { gatewayVersion: NEWEST, env: { HOME: '/home/u', OPENCLAW_STATE_DIR: word } }, { cwd: '/w' }, `/w/${word}`);
}
found('a tilde without HOME', 'the account\'s home', { stateDir: '~/claw' }, { home: '/home/acc' }, '/home/acc/claw');
found('a tilde that nobody knows', 'the driver\'s to resolve', { stateDir: '~/claw' }, {}, '~/claw');
found('a relative path', 'of the working folder', { stateDir: 'a/../b//c/' }, { cwd: '/w' }, '/w/b/c');
found('dots', 'resolved', { stateDir: '/a/./b/../../c' }, {}, '/c');
found('more dots than folders', 'end at the root', { stateDir: '/../../c' }, {}, '/c');
found('quotes, spaces, newlines', 'a name like any other', { stateDir: '/a b/"c"\n$d' }, {}, '/a b/"c"\n$d');
found('spaces around', 'trimmed, as OpenClaw does', { env: { OPENCLAW_STATE_DIR: ' /srv/claw ' } }, {}, '/srv/claw');
found('a backslash', 'a name like any other', { stateDir: '/a\\b' }, {}, '/a\\b');
// Windows: its drives, read by what runs there or by a page that was given its files; in a report with slashes, which Windows takes.
found('a drive', 'no working folder says otherwise', { stateDir: 'C:\\Users\\me\\.openclaw' }, {}, 'C:/Users/me/.openclaw');
found('a drive, with slashes and dots', 'as path.win32.resolve() has it', { stateDir: 'd:/a//b/../c\\' }, { cwd: 'C:\\w' }, 'd:/a/c');
found('a tilde on Windows', 'USERPROFILE', { stateDir: '~\\claw', env: { USERPROFILE: 'C:\\Users\\me' } }, { cwd: 'C:\\w' }, 'C:/Users/me/claw');
found('the home on Windows', 'os.homedir()', { stateDir: '~/claw' }, { home: 'C:\\Users\\me', cwd: 'D:\\' }, 'C:/Users/me/claw');
found('a relative path on Windows', 'of the working folder', { stateDir: '..\\claw' }, { cwd: 'C:\\w\\x' }, 'C:/w/claw');
found('more dots than folders, on Windows', 'end at the drive', { stateDir: 'C:\\..\\..\\claw' }, { cwd: 'C:\\w' }, 'C:/claw');
found('a path of the drive at hand', 'which is the working folder\'s', { stateDir: '\\claw' }, { cwd: 'D:\\w' }, 'D:/claw');
found('a name like a drive, elsewhere', 'a name like any other', { stateDir: 'C:\\claw' }, { cwd: '/w' }, '/w/C:\\claw');
vectors.push({ name: 'a share', why: 'no drive names it, and its root is two names', operation: 'clearPending', options: { stateDir: '\\\\server\\share\\claw', gatewayVersion: '2026.4.15', env: {} }, inputs: { cwd: 'C:\\w' }, expect: { error: 'STATE_DIR', says: 'share' } });
missing('rows', 'primary and record, when the era is known', 'prePair', { stateDir: S, gatewayVersion: NEWEST, env: {} }, { ...nothing(state(S), configs(S)), rows: { userVersion: [{ user_version: 18 }], columns: [] } }, [], []);
vectors.at(-1).expect = { error: 'SQLITE_SCHEMA' };
// --profile, by src/cli/profile.ts
found('a profile', 'a state dir of its own beside the usual one', { profile: 'work', env: { HOME: '/home/u' } }, {}, '/home/u/.openclaw-work');
found('profile default', 'the usual one, whatever else is there', { profile: 'Default', env: { HOME: '/home/u' } }, {}, '/home/u/.openclaw');
found('profile dev', 'a name like any other', { profile: 'dev', env: { HOME: '/home/u' } }, {}, '/home/u/.openclaw-dev');
found('a profile in OPENCLAW_HOME', 'the home', { profile: 'work', env: { HOME: '/home/u', OPENCLAW_HOME: '/srv' } }, {}, '/srv/.openclaw-work');
found('a profile beside OPENCLAW_STATE_DIR', 'the environment goes before it', { profile: 'work', env: { HOME: '/home/u', OPENCLAW_STATE_DIR: '/s' } }, {}, '/s');
found('a profile beside CLAWDBOT_STATE_DIR', 'an old name does not', { profile: 'work', gatewayVersion: '2026.2.19', env: { HOME: '/home/u', CLAWDBOT_STATE_DIR: '/s' } }, {}, '/home/u/.openclaw-work');
missing('the config of a profile', 'is searched nowhere else', 'patchConfig', { profile: 'work', gatewayVersion: '2026.2.19', env: { HOME: '/home/u' } }, { files: { '/home/u/.openclaw-work': null }, rows: none }, ['/home/u/.openclaw-work/openclaw.json']);
missing('the config of a profile that the environment names', 'goes before it', 'patchConfig', { profile: 'work', gatewayVersion: '2026.4.15', env: { HOME: '/home/u', OPENCLAW_CONFIG_PATH: '/c/openclaw.json' } }, { rows: none }, ['/c/openclaw.json']);
for (const [name, options] of [['and stateDir', { profile: 'work', stateDir: S }], ['of no name', { profile: '' }], ['with a slash', { profile: 'a/b' }], ['of too many letters', { profile: 'a'.repeat(65) }], ['that begins with a dash', { profile: '-a' }]]) {
  vectors.push({ name: `a profile ${name}`, why: 'refused, as OpenClaw does', operation: 'clearPending', options: { gatewayVersion: '2026.4.15', env: {}, ...options }, inputs: {}, expect: { error: 'OPTIONS', says: 'profile' } });
}
