import { NEWEST } from '../../lib/versions.mjs';
import { at, CONFIG, DB, DEVICE, json, PAIRED, PENDING, S } from './kit.mjs';

export const why = 'patchConfig on openclaw.json: what was asked changes, everything else stays byte for byte.';
export const vectors = [];
const PRIVATE = ['10.0.0.0/8', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1'];
const OLD = '2026.2.17'; const WALL = '2026.2.19'; const MID = '2026.4.15'; const add = (name, why, version, options, content, expect, files = {}) => vectors.push({
  name, why, operation: 'patchConfig', options: at(version, { configPath: CONFIG, ...options }), inputs: json({ [CONFIG]: content, ...files }), expect,
});
const to = (text) => ({ is: { [CONFIG]: text }, changes: [[CONFIG, 'replaced']], changed: true });
const same = { changes: [], changed: false, edits: [] };
const text = (value) => `${JSON.stringify(value, null, 2)}\n`;
const LOCAL = '{"gateway":{"mode":"local"}}';

// a missing file
add('missing', 'a gateway does not start without gateway.mode', MID, {}, null, { is: { [CONFIG]: text({ gateway: { mode: 'local' } }) }, changes: [[CONFIG, 'created']], edits: ['added gateway.mode'], warnings: [] });
add('missing, a mode of its own', 'what is asked for counts', MID, { merge: { gateway: { mode: 'remote' } }, trustedProxies: false }, null, { is: { [CONFIG]: text({ gateway: { mode: 'remote' } }) }, warnings: [] });
add('missing, nulls', 'a patch out of nothing drops its nulls', MID, { merge: { a: null, b: { c: null, d: [null] } }, trustedProxies: false }, null, { is: { [CONFIG]: text({ gateway: { mode: 'local' }, b: { d: [null] } }) } });
add('missing, arrays', 'no element twice', MID, { merge: { a: [1, 1, 2] }, trustedProxies: false }, null, { is: { [CONFIG]: text({ gateway: { mode: 'local' }, a: [1, 2] }) } });

// a secret that keeps the gateway from starting
for (const [version, auth, content] of [[NEWEST, { token: '[REDACTED]' }, LOCAL], [MID.replace('15', '20'), { token: 'change-me-now' }, null], [NEWEST, { mode: 'password', password: '***' }, LOCAL]]) {
  add(`${JSON.stringify(auth)}, ${version}${content ? '' : ', missing'}`, 'said', version, { merge: { gateway: { auth } }, trustedProxies: false }, content, { changed: true, warnings: ['W_CONFIG_VALUE'] });
}
add('[REDACTED], 2026.7.1', 'that version starts with it', '2026.7.1', { merge: { gateway: { auth: { token: '[REDACTED]' } } }, trustedProxies: false }, LOCAL, { changed: true, warnings: [] });

// what is there already is not said to have no effect: it may be there for something else
add('a list that is there, nothing asked', 'quiet', '2026.5.18', {}, '{"gateway":{"mode":"local","trustedProxies":["10.0.0.7"]}}', { ...same, warnings: [] });
// includes count
for (const [content, file] of [['{ gateway: { $include: "./gateway.json5" } }', '{ mode: "local" }'], ['{ $include: "./gateway.json5" }', '{ gateway: { mode: "local" } }']]) {
  add(`a mode that is included: ${content}`, 'it is there', MID, { merge: { logging: { level: 'info' } }, trustedProxies: false }, content, { changed: true, warnings: [] }, { [`${S}/gateway.json5`]: file });
}

// trusted proxies by version
add('sandbox, 2026.2.17', 'there the private list helps', OLD, {}, LOCAL, { ...to(JSON.stringify({ gateway: { mode: 'local', trustedProxies: PRIVATE } })), edits: ['added gateway.trustedProxies'], warnings: ['W_PROXY_SPOOFABLE'] });
for (const version of ['2026.2.12', WALL, '2026.3.28', MID, '2026.7.1', NEWEST]) add(`sandbox, ${version}`, 'no general list helps', version, {}, LOCAL, { ...same, warnings: [] });
for (const [version, warnings] of [['2026.2.12', ['W_PROXY_NETWORK']], [WALL, ['W_PROXY_LOOPBACK', 'W_PROXY_SPOOFABLE']], ['2026.3.28', ['W_PROXY_LOOPBACK', 'W_PROXY_SPOOFABLE']], ['2026.3.31', ['W_PROXY_NO_EFFECT']], [MID, ['W_PROXY_NO_EFFECT']], [NEWEST, ['W_PROXY_WIDE']]]) {
  add(`private, ${version}`, 'written as asked, with the truth about it', version, { trustedProxies: 'private' }, LOCAL, { ...to(JSON.stringify({ gateway: { mode: 'local', trustedProxies: PRIVATE } })), warnings });
}
vectors.push({ name: 'sandbox, no version', why: 'ranges are written for a version that is known only', operation: 'patchConfig', options: { stateDir: S, configPath: CONFIG, env: {} }, inputs: json({ [CONFIG]: LOCAL }), expect: { ...same, warnings: ['W_VERSION_UNKNOWN'] } });
add(`peers, ${NEWEST}`, 'a header-adding proxy must be listed there', NEWEST, { proxyPeers: ['127.0.0.1', '10.1.2.3'] }, LOCAL, { ...to('{"gateway":{"mode":"local","trustedProxies":["127.0.0.1","10.1.2.3"]}}'), warnings: [] });
add('loopback peers, 2026.2.19', 'they would cause the wall', WALL, { proxyPeers: ['127.0.0.1', '10.1.2.3'] }, LOCAL, { ...to('{"gateway":{"mode":"local","trustedProxies":["10.1.2.3"]}}'), warnings: ['W_PROXY_LOOPBACK'] });
add('a loopback peer in a block, 2026.2.19', 'the same', WALL, { proxyPeers: ['127.0.0.0/8'] }, LOCAL, { ...same, warnings: ['W_PROXY_LOOPBACK'] });
add('a list', 'as it is', MID, { trustedProxies: ['203.0.113.7', '203.0.113.7', 'fd00::/8'] }, LOCAL, to('{"gateway":{"mode":"local","trustedProxies":["203.0.113.7","fd00::/8"]}}'));
add('a list united', 'what is there stays first', MID, { trustedProxies: ['203.0.113.7', '10.0.0.1'] }, '{ gateway: { mode: "local", trustedProxies: ["10.0.0.1"] } }', { ...to('{ gateway: { mode: "local", trustedProxies: ["10.0.0.1", "203.0.113.7"] } }'), edits: ['added gateway.trustedProxies'] });
add('a list replaced', 'asked for', MID, { trustedProxies: ['203.0.113.7'], arrays: 'replace' }, '{ gateway: { mode: "local", trustedProxies: ["10.0.0.1"] } }', { ...to('{ gateway: { mode: "local", trustedProxies: ["203.0.113.7"] } }'), edits: ['replaced gateway.trustedProxies'] });
add('a list that is there', 'nothing to do', MID, { trustedProxies: ['10.0.0.1'] }, '{ gateway: { mode: "local", trustedProxies: ["10.0.0.1", "10.0.0.2"] } }', same);
add('a list in the patch', 'united with the option', MID, { trustedProxies: ['10.0.0.2'], merge: { gateway: { trustedProxies: ['10.0.0.1'] } } }, LOCAL, to('{"gateway":{"mode":"local","trustedProxies":["10.0.0.1","10.0.0.2"]}}'));
add('left alone', 'no remark either', WALL, { trustedProxies: false }, LOCAL, { ...same, warnings: [] });
add('a harmful list that is there', 'said, not changed', WALL, { trustedProxies: false }, '{gateway:{mode:"local",trustedProxies:["127.0.0.1"]}}', { ...same, warnings: ['W_PROXY_LOOPBACK'] });
for (const address of ['010.0.0.0/8', '10.0.0.0/33', '10.0.0.0/+8', '10.0.0', 'localhost', '', ' 10.0.0.1', '10.0.0.1 ', '::/129', '[::1]', 'fe80::1%eth0', '1.2.3.4:80', '10.0.0.0/8/8', '٣.0.0.1', 'x\u001b[31m']) {
  add(`no address: ${JSON.stringify(address)}`, 'OpenClaw would take it in silence and ignore it', MID, { trustedProxies: [address] }, LOCAL, { error: 'PROXY' });
}
add('no address as a peer', 'the same', MID, { proxyPeers: ['proxy.internal'] }, LOCAL, { error: 'PROXY' });
add('no address in the patch', 'the same', MID, { merge: { gateway: { trustedProxies: ['proxy.internal'] } } }, LOCAL, { error: 'PROXY' });
add('text for the list in the patch', 'it would stop the gateway', MID, { merge: { gateway: { trustedProxies: '10.0.0.0/8' } }, trustedProxies: false }, LOCAL, { error: 'PROXY' });
add('a number for the list in the patch', 'it would stop the gateway', MID, { merge: { gateway: { trustedProxies: 8 } }, trustedProxies: false }, LOCAL, { error: 'PROXY' });
for (const any of ['0.0.0.0/0', '::/0', '10.0.0.0/0', '::ffff:0.0.0.0/96']) add(`all addresses: ${any}`, 'anyone could pose as local', MID, { trustedProxies: [any] }, LOCAL, { error: 'PROXY_ANY' });
for (const parts of [['0.0.0.0/1', '128.0.0.0/1'], ['2000::/4', '10.0.0.7', '3000::/4']]) add(`all addresses: ${parts.join(' ')}`, 'in parts it is the same', MID, { trustedProxies: parts }, LOCAL, { error: 'PROXY_ANY' });
add('all addresses, half of them as peers', 'the same', MID, { trustedProxies: ['0.0.0.0/1'], proxyPeers: ['128.0.0.0/1'] }, LOCAL, { error: 'PROXY_ANY' });
add('half of all addresses', 'is not all', MID, { trustedProxies: ['0.0.0.0/1'] }, LOCAL, {});
add('all addresses in the patch', 'the same', MID, { merge: { gateway: { trustedProxies: ['0.0.0.0/0'] } } }, LOCAL, { error: 'PROXY_ANY' });
add('all addresses, meant', 'allowAny', MID, { trustedProxies: ['0.0.0.0/0'], allowAny: true }, LOCAL, to('{"gateway":{"mode":"local","trustedProxies":["0.0.0.0/0"]}}'));
add('a list that is text', 'the gateway does not start with it', MID, {}, '{\n  gateway: { trustedProxies: "10.0.0.1" }\n}', { error: 'SHAPE', path: CONFIG, line: 2, column: 30 });
add('a list that is text, replaced', 'that mends it', MID, { merge: { gateway: { trustedProxies: ['10.0.0.1'] } }, trustedProxies: false }, '{ gateway: { mode: "local", trustedProxies: "10.0.0.1" } }', to('{ gateway: { mode: "local", trustedProxies: ["10.0.0.1"] } }'));
add('a gateway that is none', 'the gateway does not start with it', MID, { trustedProxies: ['10.0.0.1'] }, '{ gateway: [] }', { error: 'SHAPE', path: CONFIG, line: 1, column: 12 });

// RFC 7396, appendix A, where target and patch are objects
const patch = (name, why, content, merge, result, edits, more = {}) => add(name, why, MID, { merge, trustedProxies: false, ...more }, content, result === null ? same : { ...to(result), edits });
patch('RFC 7396: replaced', 'appendix A', '{"a":"b"}', { a: 'c' }, '{"a":"c"}', ['replaced a']);
patch('RFC 7396: added', 'appendix A', '{"a":"b"}', { b: 'c' }, '{"a":"b","b":"c"}', ['added b']);
patch('RFC 7396: removed', 'appendix A', '{"a":"b","b":"c"}', { a: null }, '{"b":"c"}', ['removed a']);
patch('RFC 7396: an array replaced by a string', 'appendix A', '{"a":["b"]}', { a: 'c' }, '{"a":"c"}', ['replaced a']);
patch('RFC 7396: a string by an array', 'appendix A', '{"a":"c"}', { a: ['b'] }, '{"a":["b"]}', ['replaced a']);
patch('RFC 7396: inside', 'appendix A', '{"a":{"b":"c"}}', { a: { b: 'd', c: null } }, '{"a":{"b":"d"}}', ['replaced a.b']);
patch('RFC 7396: arrays of objects', 'appendix A, arrays replaced', '{"a":[{"b":"c"}]}', { a: [1] }, '{"a":[1]}', ['replaced a'], { arrays: 'replace' });
patch('RFC 7396: new with nulls', 'appendix A', '{}', { a: { bb: { ccc: null } } }, '{\n  "a": {\n    "bb": {}\n  }\n}', ['added a.bb']);
patch('RFC 7396: null stays', 'appendix A', '{"e":null}', { a: 1 }, '{"e":null,"a":1}', ['added a']);
patch('arrays united', 'objects by value, whatever the order of their keys', '{"a":[{"x":1,"y":2}]}', { a: [{ y: 2, x: 1 }, { x: 2 }] }, '{"a":[{"x":1,"y":2},{"x":2}]}', ['added a']);
patch('the same by value', '1.0 is 1, "\\u0041" is "A"', "{a: +1.0, b: '\\u0041', c: [0x10]}", { a: 1, b: 'A', c: [16] }, null);
patch('an empty patch', 'nothing to do', '{ /* x */ }', {}, null);
patch('an empty object for an object', 'nothing to do', '{"a":{"b":1}}', { a: {} }, null);
patch('a removed key that is not there', 'nothing to do', '{"a":1}', { b: null, c: { d: null } }, '{"a":1,"c":{}}', ['added c']);
patch('keys with dots', 'told apart in the report', '{"a":1}', { 'b.c': { 'd e': 1 } }, '{"a":1,"b.c":{"d e":1}}', ['added ["b.c"]["d e"]']);
patch('__proto__', 'a key like any other', '{"a":1}', JSON.parse('{"__proto__": {"x": 1}}'), '{"a":1,"__proto__":{"x":1}}', ['added __proto__.x']);
patch('duplicate keys', 'the last one counts', '{a: 1, a: 2}', { a: 3 }, '{a: 1, a: 3}', ['replaced a']);
patch('comments', 'all of them stay', '// top\n{\n  a: 1, // one\n  /* two */ b: 2 // last\n} // end\n', { b: 3, c: 4 }, '// top\n{\n  a: 1, // one\n  /* two */ b: 3, // last\n  "c": 4\n} // end\n', ['replaced b', 'added c']);
patch('a comment that is not closed early', '`/*/` opens a comment', '{ a: 1 /*/ x: 1 /*/ }', { b: 2 }, '{ a: 1, /*/ x: 1 /*/ "b": 2 }', ['added b']);
patch('behind a line comment', 'never on the line of `//`', '{ a: 1 // one\n}', { b: 2 }, '{ a: 1, // one\n  "b": 2\n}', ['added b']);
patch('tabs, CRLF, BOM', 'as the file has them', '\ufeff{\r\n\t"a": 1\r\n}\r\n', { b: { c: 1 } }, '\ufeff{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": 1\r\n\t}\r\n}\r\n', ['added b.c']);
patch('trailing commas and single quotes', 'JSON5', "{ 'a': 'x', }", { b: 'y' }, "{ 'a': 'x', \"b\": \"y\", }", ['added b']);
patch('${VARIABLES}', 'values, not resolved', '{ token: "${TOKEN}" }', { a: '${B}' }, '{ token: "${TOKEN}", "a": "${B}" }', ['added a']);
patch('numbers keep their spelling', 'others do', '{ a: 0x1F, b: .5, c: 1e3, d: +Infinity, e: NaN }', { f: 1 }, '{ a: 0x1F, b: .5, c: 1e3, d: +Infinity, e: NaN, "f": 1 }', ['added f']);

// broken files
for (const [name, content, error, place] of [
  ['empty', '', 'SYNTAX', { line: 1, column: 1 }], ['truncated', '{\n  gateway: {', 'SYNTAX', { line: 2, column: 13 }], ['a missing comma', '{ a: 1 b: 2 }', 'SYNTAX', { line: 1, column: 8 }],
  ['an unclosed string', '{ a: "x\n" }', 'SYNTAX', { line: 1, column: 8 }], ['an unclosed comment', '{ } /* x', 'SYNTAX', {}], ['two documents', '{} {}', 'SYNTAX', { line: 1, column: 4 }],
  ['not UTF-8', { hex: '7b613a2022ff227d' }, 'ENCODING', { line: 1, column: 6 }], ['an array', '[]', 'SHAPE', { line: 1, column: 1 }], ['null', 'null', 'SHAPE', {}], ['a number', ' 1', 'SHAPE', { column: 2 }],
  ['a folder', { kind: 'dir' }, 'NOT_A_FILE', {}], ['a symlink', { kind: 'symlink' }, 'NOT_A_FILE', {}], ['100,000 levels, unclosed', { pieces: [['[', 100000]] }, 'SYNTAX', {}],
]) add(`broken: ${name}`, 'OpenClaw cannot read it either', MID, { merge: { a: 1 } }, content, { error, path: CONFIG, ...place });
add('100,000 levels', 'no recursion', MID, { merge: { b: 1 }, trustedProxies: false }, { pieces: [['{a:', 1], ['[', 100000], [']', 100000], ['}', 1]] }, { changed: true, edits: ['added b'] });
add('1 MB of comments', 'stays', MID, { merge: { b: 1 }, trustedProxies: false }, { pieces: [['{', 1], ['// x\n', 200000], ['}', 1]] }, { changed: true });

// what OpenClaw reverts from 2026.4.20
const GUARD = '2026.4.24';
const long = { meta: { v: 1 }, gateway: { mode: 'local' }, big: 'x'.repeat(600) };
add('dropped meta', 'reverted from 2026.4.20', GUARD, { merge: { meta: null } }, text(long), { error: 'CONFIG_REVERT', path: CONFIG });
add('dropped mode', 'reverted from 2026.4.20', GUARD, { merge: { gateway: { mode: null } } }, text(long), { error: 'CONFIG_REVERT', path: CONFIG });
add('dropped gateway', 'its mode goes with it', GUARD, { merge: { gateway: null } }, text(long), { error: 'CONFIG_REVERT', path: CONFIG });
add('below half', 'reverted from 2026.4.20', GUARD, { merge: { big: null } }, text(long), { error: 'CONFIG_REVERT', path: CONFIG });
add('below half of a small file', 'under 512 bytes nobody looks', GUARD, { merge: { big: null } }, text({ ...long, big: 'x'.repeat(200) }), { changed: true });
add('below half before 2026.4.20', 'nobody looks', MID, { merge: { big: null } }, text(long), { changed: true });
add('dropped mode before 2026.4.20', 'said', MID, { merge: { gateway: { mode: null } }, trustedProxies: false }, text(long), { changed: true, warnings: ['W_GATEWAY_MODE'] });
add('no mode', 'said', MID, { trustedProxies: false }, '{}', { ...same, warnings: ['W_GATEWAY_MODE'] });

// includes: DESIGN 9
const I = `${S}/base.json5`;
const including = '{ $include: "./base.json5", gateway: { mode: "local" } }';
const base = "{ gateway: { trustedProxies: ['10.0.0.1'], port: 1, auth: { mode: 'token' } } }";
const include = (name, why, options, content, files, expect) => add(`include: ${name}`, why, MID, { trustedProxies: false, ...options }, content, expect, files);
include('a list united', 'OpenClaw joins arrays, so the sibling holds only what the include lacks', { trustedProxies: ['10.0.0.1', '10.0.0.2'] }, including, { [I]: base }, to('{ $include: "./base.json5", gateway: { mode: "local", "trustedProxies": ["10.0.0.2"] } }'));
include('a list that it has', 'nothing to do', { trustedProxies: ['10.0.0.1'] }, including, { [I]: base }, same);
include('a new key', 'beside it', { merge: { a: 1 } }, including, { [I]: base }, to('{ $include: "./base.json5", gateway: { mode: "local" }, "a": 1 }'));
include('a key that it has, the same', 'nothing to do', { merge: { gateway: { port: 1 } } }, including, { [I]: base }, same);
include('a key that it has, another', 'refused, naming the file', { merge: { gateway: { port: 2 } } }, including, { [I]: base }, { error: 'CONFIG_INCLUDE', path: CONFIG, says: 'base\\.json5' });
include('a key that it has, removed', 'refused', { merge: { gateway: { auth: null } } }, including, { [I]: base }, { error: 'CONFIG_INCLUDE' });
include('its list replaced', 'refused', { trustedProxies: ['10.0.0.2'], arrays: 'replace' }, including, { [I]: base }, { error: 'CONFIG_INCLUDE' });
const beside = '{ $include: "./base.json5", gateway: { mode: "local", port: 3, trustedProxies: ["10.0.0.7"] } }';
include('a key beside it, the same', 'it wins over the included one: nothing to do', { merge: { gateway: { port: 3 } } }, beside, { [I]: base }, same);
include('a key beside it, another', 'it is edited where it stands', { merge: { gateway: { port: 4 } } }, beside, { [I]: base }, to(beside.replace('port: 3', 'port: 4')));
include('a list beside it', 'both lists count', { trustedProxies: ['10.0.0.1', '10.0.0.7'] }, beside, { [I]: base }, same);
include('a list beside it, replaced', 'the joined list is the wished one', { trustedProxies: ['10.0.0.1', '10.0.0.8'], arrays: 'replace' }, beside, { [I]: base }, to(beside.replace('["10.0.0.7"]', '["10.0.0.8"]')));
include('nested', 'an include of an include', { trustedProxies: ['10.0.0.9'] }, including, { [I]: '{ $include: ["sub/a.json"] }', [`${S}/sub/a.json`]: "{ gateway: { trustedProxies: ['10.0.0.9'] } }" }, same);
include('of a part', 'only the file of the part is read', { merge: { gateway: { port: 2 } } }, '{ gateway: { $include: "g.json5", mode: "local" }, agents: { $include: "never.json5" } }', { [`${S}/g.json5`]: '{ bind: "lan" }' }, to('{ gateway: { $include: "g.json5", mode: "local", "port": 2 }, agents: { $include: "never.json5" } }'));
include('missing', 'the gateway cannot read it either', { merge: { a: 1 } }, including, { [I]: null }, { error: 'CONFIG_INCLUDE', path: I });
include('broken', 'with its place', { merge: { a: 1 } }, including, { [I]: '{\n x' }, { error: 'SYNTAX', path: I, line: 2, column: 3 });
include('in a circle', 'no end', { merge: { a: 1 } }, including, { [I]: '{ $include: "base.json5" }' }, { error: 'CONFIG_INCLUDE', path: I });
include('of a wrong type', 'with its place', { merge: { a: 1 } }, '{ $include: 1 }', {}, { error: 'CONFIG_INCLUDE', path: CONFIG, line: 1, column: 13 });
include('replaced', 'refused', { merge: { $include: 'other.json' } }, including, { [I]: base }, { error: 'CONFIG_INCLUDE' });
include('a folder', 'refused', { merge: { a: 1 } }, including, { [I]: { kind: 'dir' } }, { error: 'NOT_A_FILE', path: I });
include('nothing to change', 'nothing is read', {}, '{ $include: "./never.json5" }', {}, { ...same, warnings: [] });

// what a merge would leave that our own next call, or every gateway, cannot read
for (const [name, wrong] of [
  ['gateway', [[], 'x', 1, false]], ['gateway.auth', ['token', [], true]], ['gateway.controlUi', ['x']], ['gateway.http', [1]], ['gateway.nodes', [[]]],
  ['gateway.reload', ['hot']], ['gateway.remote', ['wss://x']], ['gateway.tailscale', [false]], ['gateway.tls', [true]],
  ['gateway.mode', [true, {}]], ['gateway.bind', [['lan']]], ['gateway.customBindHost', [1]], ['gateway.auth.mode', [{}]], ['gateway.port', ['18789', {}]],
  ['gateway.allowRealIpFallback', ['yes']], ['gateway.controlUi.allowedOrigins', ['*', {}]],
]) {
  for (const value of wrong) {
    const merge = name.split('.').reduceRight((inner, key) => ({ [key]: inner }), value);
    for (const [content, where] of [[LOCAL, 'a config'], [null, 'no config']]) {
      add(`${JSON.stringify(merge)} into ${where}`, 'no gateway starts with it', MID, { merge, trustedProxies: false }, content, { error: 'OPTIONS', says: `merge\\.${name.replaceAll('.', '\\.')} must be ` });
    }
  }
}
add('gateway settings removed', 'null is no value', MID, { merge: { gateway: { auth: null, port: null } }, trustedProxies: false }, '{"gateway":{"mode":"local","port":1,"auth":{}}}', to('{"gateway":{"mode":"local"}}'));
add('gateway settings of the right types', 'written', MID, { merge: { gateway: { port: 1, bind: '${BIND}', auth: { mode: 'token' } } }, trustedProxies: false }, LOCAL, to('{"gateway":{"mode":"local","port":1,"bind":"${BIND}","auth":{"mode":"token"}}}'));
for (const wrong of [1, {}, [1], true]) {
  add(`$include: ${JSON.stringify(wrong)}`, 'a directive of another shape stops every gateway', MID, { merge: { agents: { $include: wrong } }, trustedProxies: false }, LOCAL, { error: 'OPTIONS', says: 'merge\\.agents\\.\\$include must be ' });
}
const agents = { merge: { agents: { $include: './agents.json5' } } };
const AGENTS = `${S}/agents.json5`;
include('a new one', 'of a file that is there', agents, LOCAL, { [AGENTS]: '{}' }, to('{"gateway":{"mode":"local"},"agents":{"$include":"./agents.json5"}}'));
include('a new one again', 'nothing to do', agents, '{"gateway":{"mode":"local"},"agents":{"$include":"./agents.json5"}}', { [AGENTS]: '{}' }, same);
include('a new one of nothing', 'no gateway starts with it', agents, LOCAL, { [AGENTS]: null }, { error: 'CONFIG_INCLUDE', path: AGENTS });
include('a new one of what is broken', 'no gateway starts with it', agents, LOCAL, { [AGENTS]: '{' }, { error: 'SYNTAX', path: AGENTS });
include('a new one without a config', 'the same', agents, null, { [AGENTS]: null }, { error: 'CONFIG_INCLUDE', path: AGENTS });
include('of the whole, without a config', 'the same call finds nothing to do then', { merge: { $include: './agents.json5' } }, null, { [AGENTS]: '{}' }, { is: { [CONFIG]: text({ gateway: { mode: 'local' }, $include: './agents.json5' }) } });
include('of the whole, again', 'nothing to do', { merge: { $include: './agents.json5' } }, text({ gateway: { mode: 'local' }, $include: './agents.json5' }), { [AGENTS]: '{}' }, same);

// a config that would be one of our own files
for (const path of [PAIRED, PENDING, DEVICE, DB, `${DB}-wal`, `${DB}-shm`, `${DB}-journal`, `${S}/identity/device-auth.json`, `${S}/devices/x`, `${S}/state/a/b.json`, `${S}/.prepair.lock`, `${S}/.prepair.lock/x`, S, `${S}/devices`]) {
  for (const spelled of [path, path.replace('.openclaw', '.openclaw/./x/..').replaceAll('/', '//')]) {
    add(`configPath ${spelled}`, 'that file is no config', MID, { configPath: spelled, merge: { a: 1 } }, null, { error: 'OPTIONS', path });
    vectors.push({ name: `OPENCLAW_CONFIG_PATH ${spelled}`, why: 'that file is no config', operation: 'setup', options: { ...at(MID), env: { OPENCLAW_CONFIG_PATH: spelled } }, inputs: json({}), expect: { error: 'OPTIONS', path } });
  }
}
vectors.push({ name: 'configPath of another letter case', why: 'the same file on macOS', operation: 'patchConfig', options: at(MID, { configPath: `${S}/Devices/paired.json` }), inputs: json({}), expect: { error: 'OPTIONS' } });
vectors.push({ name: 'configPath is the identity of 2026.2.6', why: 'it lies under ~/.openclaw whatever the state dir', operation: 'setup', options: { stateDir: '/srv/s', configPath: '/home/u/.openclaw/identity/device.json', gatewayVersion: '2026.2.6', env: { HOME: '/home/u' } }, inputs: json({}), expect: { error: 'OPTIONS' } });
add('a config beside our files', 'is one', MID, { configPath: `${S}/devices.json`, trustedProxies: false }, null, { changed: true }, { [`${S}/devices.json`]: null });
const linked = (name, real, expect) => vectors.push({
  name: `configPath behind a link: ${name}`, why: 'the folder tells', operation: 'patchConfig', options: at(MID, { configPath: '/etc/claw/paired.json', merge: { a: 1 }, trustedProxies: false }),
  inputs: { ...json({ '/etc/claw/paired.json': '{"gateway":{"mode":"local"}}' }), stats: { [S]: { mode: 448, uid: 0, nlink: 2, backups: [], real: '/data/claw' }, '/etc/claw': { mode: 448, uid: 0, nlink: 2, backups: [], real }, [`${S}/identity`]: null } }, expect,
});
linked('into the state dir', '/data/claw/devices', { error: 'OPTIONS', path: '/etc/claw/paired.json' });
linked('elsewhere', '/data/claw/config', { changed: true });
// what is not there yet lies below the nearest folder that is
const folder = (real) => ({ mode: 448, uid: 0, nlink: 2, backups: [], real });
const above = { '/home/u': folder('/home/u'), '/home/u/up': folder('/home/u'), [S]: folder(S), [`${S}/identity`]: null };
const unmade = (name, why, path, stats, expect, operation = 'patchConfig') => vectors.push({
  name: `configPath behind a link: ${name}`, why, operation, options: at(MID, { configPath: path, ...(operation === 'setup' ? { config: { merge: { a: 1 } } } : { merge: { a: 1 }, trustedProxies: false }) }),
  inputs: { ...json({ [path]: null }), stats: { [DEVICE]: null, ...stats } }, expect,
});
const UP = '/home/u/up/.openclaw';
const identity = `${UP}/identity/device.json`;
const noIdentity = { ...above, [`${UP}/identity`]: null, [UP]: folder(S) };
const noState = { ...above, [S]: null, [`${UP}/identity`]: null, [UP]: null };
const taken = (path) => ({ error: 'OPTIONS', path });
for (const operation of ['patchConfig', 'setup']) {
  unmade(`${operation}, no identity folder yet`, 'it will be made at the end of that link', identity, noIdentity, taken(identity), operation);
  unmade(`${operation}, no state dir yet`, 'the same', identity, noState, taken(identity), operation);
}
unmade('no pairing yet', 'the same', `${UP}/devices/paired.json`, { ...noState, [`${UP}/devices`]: null }, taken(`${UP}/devices/paired.json`));
unmade('elsewhere, nothing there yet', 'a config of its own', `/home/u/up/other/device.json`, { ...noState, '/home/u/up/other': null }, { changed: true });
unmade('a link at the root', 'the same', '/l/.openclaw/identity/device.json', { ...above, '/l/.openclaw/identity': null, '/l/.openclaw': null, '/l': folder('/home/u') }, taken('/l/.openclaw/identity/device.json'));
unmade('a backup of the identity', 'a key, whatever its name', '/il/device.json.1771500000000.bak', { ...above, '/il': folder(`${S}/identity`), [`${S}/identity`]: folder(`${S}/identity`) }, taken('/il/device.json.1771500000000.bak'));
unmade('the usual name', 'nothing of ours has it: no more is asked', '/il/openclaw.json', {}, { changed: true });
unmade('nothing can be told', 'as the paths are spelled', identity, Object.fromEntries([`${UP}/identity`, UP, '/home/u/up', '/home/u', '/home', '/', S, `${S}/identity`].map((path) => [path, null])), { changed: true });
unmade('nothing told yet', 'asked for, up to the root', identity, {}, { missing: { files: [] } });
// Real gateways with OPENCLAW_STATE_DIR of an empty folder: 2026.2.19 and 2026.4.2 start with the config in the home, 2026.4.15 and 2026.9.6 miss one.
const HOME_CONFIG = '/home/u/.openclaw/openclaw.json';
const apart = (name, why, version, env, options, expect, operation = 'patchConfig') => vectors.push({
  name: `another state dir: ${name}`, why, operation,
  options: { gatewayVersion: version, env: { HOME: '/home/u', ...env }, ...(operation === 'setup' ? { config: { merge: { a: 1 } } } : { merge: { a: 1 }, trustedProxies: false }), ...options },
  inputs: { gateway: 4711, rows: { userVersion: null, columns: null }, files: Object.fromEntries([
    ...['/home/u/.openclaw', '/home/u/.clawdbot', '/home/u/.moldbot', '/home/u/.moltbot', '/srv/claw'].flatMap((dir) => ['', '/openclaw.json', '/clawdbot.json', '/moltbot.json', '/moldbot.json', '/identity/device.json', '/devices/paired.json', '/devices/pending.json'].map((name) => [`${dir}${name}`, null])),
    [HOME_CONFIG, '{"gateway":{"mode":"local"}}'],
  ]) }, expect,
});
const moved = { OPENCLAW_STATE_DIR: '/srv/claw' };
const said = (more) => ({ changed: true, warnings: ['W_CONFIG_ELSEWHERE', 'W_GATEWAY_RUNNING'], says: more });
apart('its config is that in the home', 'this version reads it, and the gateway there does', '2026.4.2', moved, {}, said('the state dir /srv/claw: it has no config of its own'));
apart('setup there', 'the same', '2026.2.19', moved, {}, { warnings: ['W_CONFIG_ELSEWHERE', 'W_GATEWAY_RUNNING'], says: 'A gateway runs on this state dir or with its config (process 4711)' }, 'setup');
apart('a later version', 'it reads none but its own', '2026.4.15', moved, {}, { changed: true, warnings: ['W_GATEWAY_RUNNING'] });
apart('named by the environment alone', 'both are meant', '2026.4.2', { ...moved, OPENCLAW_CONFIG_PATH: HOME_CONFIG }, {}, { changed: true, warnings: ['W_GATEWAY_RUNNING'] });
apart('named by the environment, the state dir by the caller', 'the two may be of different gateways', '2026.4.15', { OPENCLAW_CONFIG_PATH: HOME_CONFIG }, { stateDir: '/srv/claw' }, said('OPENCLAW_CONFIG_PATH names this one'));
apart('named by the caller', 'it is meant', '2026.4.2', moved, { configPath: HOME_CONFIG }, { changed: true, warnings: ['W_GATEWAY_RUNNING'], says: 'A gateway runs with this config' });
apart('nothing changes', 'nothing is said', '2026.4.2', moved, { merge: {} }, { changed: false, warnings: [] });
