// patchConfig: only what was asked changes; what a gateway would revert or refuse is not written.
import assert from 'node:assert/strict';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NEWEST } from '../lib/versions.mjs';
import { place, prepair, refusal, snapshot } from './setup.mjs';

const codes = (report) => report.warnings.map((warning) => warning.code);

test('a missing config gets what a gateway needs to start', (t) => {
  const here = place(t);
  const report = prepair.patchConfig(here.options);
  assert.equal(report.changed, true);
  assert.equal(here.text('openclaw.json'), '{\n  "gateway": {\n    "mode": "local"\n  }\n}\n');
  assert.equal(prepair.patchConfig(here.options).changed, false);
});

test('in an existing file only the wanted bytes change', (t) => {
  const here = place(t);
  const before = "\ufeff// bot\r\n{\r\n\tgateway: { /* own */ port: 0x4655, trustedProxies: ['10.0.0.7', /* lb */ ], },\r\n\tmeta: {lastTouchedVersion: '2026.2.19'}, // end\r\n\tkey: '${API_KEY}',\r\n}\r\n";
  here.put('openclaw.json', before, 0o640);
  chmodSync(here.file('openclaw.json'), 0o640);
  const report = prepair.patchConfig({ ...here.options, trustedProxies: ['10.0.0.7', '10.0.0.8'] });
  assert.deepEqual(report.edits, [{ path: 'gateway.trustedProxies', action: 'added' }]);
  assert.equal(here.text('openclaw.json'), before.replace("/* lb */ ]", '/* lb */ "10.0.0.8", ]'));
  assert.equal(statSync(here.file('openclaw.json')).mode & 0o777, 0o640);
  const seen = snapshot(here.stateDir);
  assert.equal(prepair.patchConfig({ ...here.options, trustedProxies: ['10.0.0.8'] }).changed, false);
  assert.deepEqual(snapshot(here.stateDir), seen);
});

test('the warnings of setup are all of them, those of the config included', (t) => {
  const here = place(t, '2026.2.19');
  const report = prepair.setup({ ...here.options, config: { trustedProxies: ['10.0.0.0/8'] } });
  const [warning] = report.config.warnings;
  assert.equal(warning.code, 'W_PROXY_SPOOFABLE');
  assert.deepEqual(warning.place, { path: here.file('openclaw.json') });
  assert.equal(warning.path, warning.place.path);
  assert.deepEqual(report.warnings.filter(({ code }) => code === warning.code), [warning]);
});

test('trustedProxies by version', (t) => {
  const list = (version, options) => {
    const here = place(t, version);
    here.put('openclaw.json', '{"gateway":{"mode":"local"}}');
    const report = prepair.patchConfig({ ...here.options, ...options });
    return { list: here.json('openclaw.json').gateway.trustedProxies, codes: codes(report) };
  };
  const all = ['10.0.0.0/8', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1'];
  assert.deepEqual(list('2026.2.17').list, all);
  assert.deepEqual(list('2026.2.19'), { list: undefined, codes: [] });
  assert.deepEqual(list(NEWEST), { list: undefined, codes: [] });
  assert.deepEqual(list(NEWEST, { proxyPeers: ['127.0.0.1'] }), { list: ['127.0.0.1'], codes: [] });
  assert.deepEqual(list('2026.2.19', { proxyPeers: ['127.0.0.1'] }), { list: undefined, codes: ['W_PROXY_LOOPBACK'] });
  assert.deepEqual(list('2026.4.15', { proxyPeers: ['10.0.0.9'] }), { list: ['10.0.0.9'], codes: ['W_PROXY_NO_EFFECT'] });
  assert.deepEqual(list('2026.2.19', { trustedProxies: 'private' }), { list: all, codes: ['W_PROXY_LOOPBACK', 'W_PROXY_SPOOFABLE'] });
  assert.deepEqual(list('2026.3.28', { trustedProxies: 'private' }).codes, ['W_PROXY_LOOPBACK', 'W_PROXY_SPOOFABLE']);
  assert.deepEqual(list('2026.4.15', { trustedProxies: 'private' }).codes, ['W_PROXY_NO_EFFECT']);
  assert.deepEqual(list(NEWEST, { trustedProxies: 'private' }).codes, ['W_PROXY_WIDE']);
  assert.deepEqual(list('2026.2.12', { trustedProxies: 'private' }).codes, ['W_PROXY_NETWORK'], 'exact addresses only');
  assert.deepEqual(list('2026.2.17', { trustedProxies: ['fd00::/8'] }).codes, ['W_PROXY_NETWORK'], 'IPv4 networks only');
  assert.deepEqual(list(NEWEST, { trustedProxies: false }), { list: undefined, codes: [] });
});

test('addresses are parsed strictly', (t) => {
  const here = place(t);
  for (const address of ['', ' 10.0.0.1', '010.0.0.0/8', '10.0.0.0/33', '10.0.0.0/+8', '10.0.0.0/08', '10.0.0', '10.0.0.256', '::/129', 'fe80::1%eth0', 'localhost', '10.0.0.0/8,::1', '1e1.0.0.1']) {
    assert.equal(refusal(() => prepair.patchConfig({ ...here.options, trustedProxies: [address] }))?.code, 'ERR_PREPAIR_PROXY', address);
    assert.equal(refusal(() => prepair.patchConfig({ ...here.options, proxyPeers: [address] }))?.code, 'ERR_PREPAIR_PROXY', address);
  }
  for (const address of ['0.0.0.0/0', '::/0', '10.0.0.0/0']) {
    assert.equal(refusal(() => prepair.patchConfig({ ...here.options, trustedProxies: [address] }))?.code, 'ERR_PREPAIR_PROXY_ANY', address);
    assert.equal(refusal(() => prepair.patchConfig({ ...here.options, merge: { gateway: { trustedProxies: [address] } } }))?.code, 'ERR_PREPAIR_PROXY_ANY', address);
    assert.equal(prepair.patchConfig({ ...place(t).options, trustedProxies: [address], allowAny: true }).changed, true);
  }
});

test('a merge patch: added, replaced, removed; arrays united or replaced', (t) => {
  const here = place(t);
  here.put('openclaw.json', "{\n  // one\n  a: {b: 1, c: [1, {x: 1}]},\n  'd': null, gateway: {mode: 'local'},\n}\n");
  const merge = { a: { b: null, c: [{ x: 1 }, 2] }, d: 'x', e: { f: { g: null, h: [] } }, __proto__x: 1 };
  const report = prepair.patchConfig({ ...here.options, trustedProxies: false, merge });
  assert.equal(here.text('openclaw.json').includes('// one'), true);
  assert.deepEqual(report.edits.map(({ path, action }) => `${action} ${path}`).sort(), ['added __proto__x', 'added e.f.h', 'removed a.b', 'replaced d', 'added a.c'].sort());
  assert.equal(prepair.patchConfig({ ...here.options, trustedProxies: false, merge }).changed, false);
  prepair.patchConfig({ ...here.options, trustedProxies: false, merge: { a: { c: [9] } }, arrays: 'replace' });
  assert.match(here.text('openclaw.json'), /c: \[\s*9\s*\]/);
});

test('keys named __proto__ and constructor are keys', (t) => {
  const here = place(t);
  prepair.patchConfig({ ...here.options, merge: JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}') });
  assert.equal({}.polluted, undefined);
  assert.match(here.text('openclaw.json'), /"__proto__": \{\s+"polluted": true/);
});

test('edits that OpenClaw would revert are refused from 2026.4.22', (t) => {
  const here = place(t, '2026.4.22');
  here.put('openclaw.json', { meta: { lastTouchedVersion: '2026.4.22' }, gateway: { mode: 'local', port: 5 }, big: 'x'.repeat(2000) });
  const before = snapshot(here.stateDir);
  for (const merge of [{ meta: null }, { gateway: { mode: null } }, { big: null }]) {
    assert.equal(refusal(() => prepair.patchConfig({ ...here.options, merge }))?.code, 'ERR_PREPAIR_CONFIG_REVERT', JSON.stringify(merge));
    assert.deepEqual(snapshot(here.stateDir), before);
  }
  assert.equal(prepair.patchConfig({ ...here.options, gatewayVersion: '2026.2.19', merge: { big: null } }).changed, true);
});

test('what must be an array or an object and is not is refused with its place', (t) => {
  for (const [content, line, column] of [
    ['{"gateway": {"trustedProxies": "10.0.0.1"}}', 1, 32],
    ['{\n  gateway: {\n    trustedProxies: 5}}', 3, 21],
    ['{\n"gateway": []}', 2, 12],
    ['[]', 1, 1],
    ['5', 1, 1],
  ]) {
    const here = place(t);
    here.put('openclaw.json', content);
    const error = refusal(() => prepair.patchConfig({ ...here.options, trustedProxies: ['10.0.0.1'] }));
    assert.equal(error?.code, 'ERR_PREPAIR_SHAPE', content);
    const where = { path: here.file('openclaw.json'), line, column };
    assert.deepEqual(error.place, where);
    assert.deepEqual([error.path, error.line, error.column], Object.values(where));
    const { message, ...told } = JSON.parse(JSON.stringify(error));
    assert.equal(message, error.message);
    assert.deepEqual(told.place, where);
    assert.ok(!message.includes(where.path), 'a place is no part of a sentence');
    assert.equal(here.text('openclaw.json'), content);
  }
});

test('includes: a union writes only what they lack, replacing is refused', (t) => {
  const here = place(t);
  here.put('base/net.json5', "{ trustedProxies: ['10.0.0.1'], port: 5, $include: './more.json5' }");
  here.put('base/more.json5', "{ trustedProxies: ['10.0.0.2'] }");
  const config = "{ $include: ['./base.json5'], gateway: { $include: 'base/net.json5', mode: 'local' } }";
  here.put('base.json5', "{ gateway: { trustedProxies: ['10.0.0.3'] }, agents: { n: 1 } }");
  here.put('openclaw.json', config);
  const patch = (rest) => prepair.patchConfig({ ...here.options, ...rest });
  assert.equal(patch({ trustedProxies: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] }).changed, false);
  const report = patch({ trustedProxies: ['10.0.0.2', '10.0.0.4'] });
  assert.deepEqual(report.edits, [{ path: 'gateway.trustedProxies', action: 'added' }]);
  assert.equal(here.text('openclaw.json'), config.replace("mode: 'local' }", 'mode: \'local\', "trustedProxies": ["10.0.0.4"] }'));
  for (const merge of [{ gateway: { port: 6 } }, { gateway: { port: null } }, { agents: null }, { agents: { n: 2 } }, { $include: 'x' }, { gateway: { $include: null } }]) {
    const before = snapshot(here.stateDir);
    const error = refusal(() => patch({ merge }));
    assert.equal(error?.code, 'ERR_PREPAIR_CONFIG_INCLUDE', JSON.stringify(merge));
    assert.deepEqual(snapshot(here.stateDir), before);
  }
  assert.match(refusal(() => patch({ merge: { gateway: { port: 6 } } })).message, /net\.json5/);
  assert.equal(patch({ merge: { gateway: { port: 5 }, agents: { n: 1, m: 2 } } }).edits.length, 1);
  here.put('base/more.json5', '{ trustedProxies: [');
  assert.equal(refusal(() => patch({ proxyPeers: ['10.0.0.9'] }))?.path, here.file('base/more.json5'));
  here.put('openclaw.json', "{ gateway: { $include: './loop.json5' } }");
  here.put('loop.json5', "{ $include: './loop.json5' }");
  assert.equal(refusal(() => patch({ proxyPeers: ['10.0.0.9'] }))?.code, 'ERR_PREPAIR_CONFIG_INCLUDE');
  here.put('openclaw.json', "{ gateway: { $include: './gone.json5' } }");
  assert.equal(refusal(() => patch({ proxyPeers: ['10.0.0.9'] }))?.code, 'ERR_PREPAIR_CONFIG_INCLUDE');
});

/** A ConfigMap as Kubernetes mounts it: each name a link to `..data/<name>`, `..data` a link to a folder. */
function mounted(here, files) {
  for (const [name, content] of Object.entries(files)) {
    here.put(`conf.d/..2026_11_23/${name}`, content);
    symlinkSync(`..data/${name}`, here.file(`conf.d/${name}`));
  }
  symlinkSync('..2026_11_23', here.file('conf.d/..data'));
}

test('includes behind links are read as long as they stay in the folder of the config', (t) => {
  const here = place(t);
  mounted(here, { 'base.json5': "{ gateway: { mode: 'local', trustedProxies: ['10.0.0.1'], $include: './more.json5' } }", 'more.json5': '{ port: 5 }' });
  symlinkSync('conf.d', here.file('linked'));
  for (const name of ['conf.d/base.json5', 'linked/base.json5', here.file('conf.d/base.json5')]) {
    const config = `{ $include: ${JSON.stringify(name)}, gateway: { bind: 'loopback' } }`;
    here.put('openclaw.json', config);
    const options = { ...here.options, config: { merge: { gateway: { port: 5, mode: 'local' } }, proxyPeers: ['10.0.0.1', '10.0.0.2'] } };
    const mounts = snapshot(here.file('conf.d'));
    const report = prepair.setup(options);
    assert.deepEqual(report.config.edits, [{ path: 'gateway.trustedProxies', action: 'added' }], name);
    assert.equal(here.text('openclaw.json'), config.replace("'loopback' }", '\'loopback\', "trustedProxies": ["10.0.0.2"] }'));
    assert.equal(prepair.setup(options).config.changed, false);
    assert.deepEqual(snapshot(here.file('conf.d')), mounts);
    assert.equal(prepair.diagnose(here.options).verdict, 'open');
  }
  writeFileSync(join(here.home, 'outside.json5'), '{}');
  for (const target of [join(here.home, 'outside.json5'), '../outside.json5', 'nowhere', 'out.json5']) {
    symlinkSync(target, here.file('out.json5'));
    here.put('openclaw.json', "{ $include: './out.json5', gateway: { mode: 'local' } }");
    const before = snapshot(here.stateDir);
    assert.equal(refusal(() => prepair.patchConfig({ ...here.options, proxyPeers: ['10.0.0.9'] }))?.code, 'ERR_PREPAIR_NOT_A_FILE', target);
    assert.deepEqual(snapshot(here.stateDir), before);
    assert.equal(prepair.diagnose(here.options).verdict, 'unknown');
    rmSync(here.file('out.json5'));
  }
});

test('diagnose promises nothing where OpenClaw refuses what is included', (t) => {
  const here = place(t, '2026.5.2');
  prepair.setup(here.options);
  const found = (config, env = {}, gatewayVersion = '2026.5.2') => {
    here.put('openclaw.json', `{ ${config}, gateway: { mode: 'local' } }`);
    const { verdict, findings } = prepair.diagnose({ ...here.options, gatewayVersion, env: { ...here.options.env, ...env } });
    return [verdict, ...findings.filter(({ code }) => code !== 'W_NODE').map(({ code, path }) => `${code} ${path}`)];
  };
  const refused = (path) => ['unknown', `W_CONFIG_INCLUDE ${path}`];
  here.put('base.json5', '{}');
  here.put('array.json5', '[]');
  writeFileSync(join(here.home, 'outside.json5'), '{}');
  assert.deepEqual(found("$include: './base.json5'"), ['open']);
  assert.deepEqual(found("$include: './array.json5'"), refused(here.file('openclaw.json')));
  assert.deepEqual(found("agents: { list: [{ $include: './gone.json5' }] }"), refused(here.file('gone.json5')));
  assert.deepEqual(found("$include: '../outside.json5'"), refused(join(here.home, 'outside.json5')));
  assert.deepEqual(found("$include: '../outside.json5'", { OPENCLAW_INCLUDE_ROOTS: here.home }), ['open']);
  assert.deepEqual(found("$include: '../outside.json5'", { OPENCLAW_INCLUDE_ROOTS: here.home }, '2026.4.29'), refused(join(here.home, 'outside.json5')));
  assert.deepEqual(found("$include: '../outside.json5'", { OPENCLAW_GATEWAY_TOKEN: 'sound-token-of-this-gateway' }, '2026.2.12'), ['open']);
  linkSync(here.file('base.json5'), join(here.home, 'second'));
  assert.deepEqual(found("$include: './base.json5'"), refused(here.file('base.json5')));
  assert.deepEqual(found("$include: './base.json5'", {}, '2026.2.25'), ['open']);
  symlinkSync(join(here.home, 'outside.json5'), here.file('leads-out.json5'));
  assert.deepEqual(found("$include: './leads-out.json5'"), ['unknown', `W_NOT_A_FILE ${here.file('leads-out.json5')}`]);
  assert.deepEqual(found("$include: './leads-out.json5'", { OPENCLAW_INCLUDE_ROOTS: here.home }), ['open']);
});

test('a config in another folder, and one that is a link', (t) => {
  const here = place(t);
  const dir = join(here.home, 'etc');
  mkdirSync(dir);
  writeFileSync(join(dir, 'own.json'), '{gateway:{mode:"local"}}');
  const report = prepair.setup({ ...here.options, configPath: join(dir, 'own.json'), config: { proxyPeers: ['10.1.1.1'] } });
  assert.equal(report.config.path, join(dir, 'own.json'));
  assert.match(readFileSync(join(dir, 'own.json'), 'utf8'), /10\.1\.1\.1/);
  symlinkSync(join(dir, 'own.json'), here.file('openclaw.json'));
  const before = snapshot(here.home);
  const error = refusal(() => prepair.setup({ ...here.options, config: { proxyPeers: ['10.1.1.2'] } }));
  assert.equal(error?.code, 'ERR_PREPAIR_NOT_A_FILE');
  assert.match(error.hint, /configPath/);
  assert.deepEqual(snapshot(here.home), before);
});

test('a merge that no gateway and no later call could read is refused before', (t) => {
  for (const before of [null, '{ gateway: { mode: "local" } }']) {
    for (const merge of [{ gateway: 'x' }, { gateway: ['x'] }, { gateway: { auth: 'x' } }, { gateway: { port: '18789' } }, { agents: { $include: 1 } }]) {
      const here = place(t);
      if (before) here.put('openclaw.json', before);
      const seen = snapshot(here.home);
      const error = refusal(() => prepair.patchConfig({ ...here.options, merge }));
      assert.equal(error?.code, 'ERR_PREPAIR_OPTIONS', JSON.stringify(merge));
      assert.match(error.message, /merge\.[\w.$]+ must be /);
      assert.deepEqual(snapshot(here.home), seen);
      assert.equal(prepair.patchConfig({ ...here.options, merge: { a: 1 } }).changed, true, 'a later call goes on');
    }
    const here = place(t);
    if (before) here.put('openclaw.json', before);
    const seen = snapshot(here.home);
    const error = refusal(() => prepair.patchConfig({ ...here.options, merge: { agents: { $include: './agents.json5' } } }));
    assert.deepEqual([error?.code, error?.path], ['ERR_PREPAIR_CONFIG_INCLUDE', here.file('agents.json5')]);
    assert.deepEqual(snapshot(here.home), seen);
  }
});

test('a config path that names another file of the state dir is refused, however it is spelled', (t) => {
  const here = place(t);
  prepair.setup(here.options);
  here.put('state/notes.json', '{}');
  symlinkSync(here.file('devices'), join(here.home, 'link'));
  symlinkSync(here.stateDir, join(here.home, 'state-link'));
  const ways = [
    ...['devices/paired.json', 'identity/device.json', 'identity/device-auth.json', 'state/openclaw.sqlite', 'state/notes.json', 'devices//x/../paired.json', '.prepair.lock'].map(here.file),
    `${here.stateDir}//./devices/paired.json`, join(here.home, 'link', 'paired.json'), join(here.home, 'state-link', 'devices', 'paired.json'), join(here.home, 'state-link', 'identity', 'device.json'),
  ];
  const seen = snapshot(here.home);
  for (const configPath of ways) {
    for (const options of [{ configPath }, { env: { ...here.options.env, OPENCLAW_CONFIG_PATH: configPath } }]) {
      for (const call of [() => prepair.patchConfig({ ...here.options, ...options, merge: { a: 1 } }), () => prepair.setup({ ...here.options, ...options, config: { merge: { a: 1 } } })]) {
        assert.equal(refusal(call)?.code, 'ERR_PREPAIR_OPTIONS', configPath);
        assert.deepEqual(snapshot(here.home), seen);
      }
    }
  }
});
