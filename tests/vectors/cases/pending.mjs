import { at, json, NOW, OTHER, OURS, PENDING, pending, request } from './kit.mjs';

export const why = 'clearPending on devices/pending.json.';
export const vectors = [];
const add = (name, why, content, options, expect) => vectors.push({ name, why, operation: 'clearPending', options: at('2026.4.15', options), inputs: json({ [PENDING]: content }), expect });
const cleared = (requestId, id, silent, ageMs = 5000) => ({ requestId, deviceId: id.deviceId ?? id, silent, ageMs });
const one = request('r1', OURS);
const two = request('r2', OTHER, { silent: true, ts: NOW - 1 });
const gone = [[PENDING, 'replaced']];
add('no file', 'nothing to do', null, {}, { changes: [], cleared: [] });
add('empty object', 'nothing to do', '{}', {}, { changes: [], cleared: [] });
add('all', 'as before a first start', pending(one, two), {}, { changes: gone, cleared: [cleared('r1', OURS, false), cleared('r2', OTHER, true, 1)], is: { [PENDING]: '{}' } });
add('all, with spaces around', 'the rest of the file stays', `\n${pending(one)}\n`, {}, { is: { [PENDING]: '\n{}\n' } });
add('one device', 'others keep waiting', pending(one, two), { deviceId: OURS.deviceId }, { cleared: [cleared('r1', OURS, false)], is: { [PENDING]: pending(two) } });
add('one device, the last', 'no comma dangles', pending(two, one), { deviceId: OURS.deviceId }, { cleared: [cleared('r1', OURS, false)], is: { [PENDING]: pending(two) } });
add('a device that does not wait', 'nothing to do', pending(one), { deviceId: OTHER.deviceId }, { changes: [], cleared: [] });
add('several of one device', 'all of them', pending(one, two, request('r3', OURS, { silent: undefined, ts: undefined })), { deviceId: OURS.deviceId }, { cleared: [cleared('r1', OURS, false), cleared('r3', OURS, null, 0)], is: { [PENDING]: pending(two) } });
add('a deviceId with spaces', 'as OpenClaw compares', pending(request('r1', OURS, { deviceId: ` ${OURS.deviceId} ` })), { deviceId: OURS.deviceId }, { changes: gone });
add('entries that are no requests', 'gone with all', '{"a": null, "b": [1], "c": {"ts": "x", "silent": "yes"}}', {}, { cleared: [cleared('a', '', null, 0), cleared('b', '', null, 0), cleared('c', '', null, 0)], is: { [PENDING]: '{}' } });
add('entries that are no requests, one device', 'not ours', '{"a": null}', { deviceId: OURS.deviceId }, { changes: [] });
add('a request from the future', 'a clock that was set back', pending(request('r1', OURS, { ts: NOW + 1000 })), {}, { cleared: [cleared('r1', OURS, false, -1000)] });
add('absurd times', 'as if it did not say', pending(request('r1', OURS, { ts: -1e300 }), request('r2', OTHER, { ts: 1e300, silent: true })), {}, { changes: gone, cleared: [cleared('r1', OURS, false, 0), cleared('r2', OTHER, true, 0)] });
add('__proto__ as a requestId', 'a key like any other', `{"__proto__": ${JSON.stringify(one)}}`, {}, { cleared: [cleared('__proto__', OURS, false)] });
add('duplicate requestIds', 'both go', `{"r1": ${JSON.stringify(one)}, "r1": ${JSON.stringify(one)}}`, { deviceId: OURS.deviceId }, { is: { [PENDING]: '{}' } });
const theirs = request('r1', OTHER);
add('duplicate requestIds, the last another device\'s', 'the last is what JSON holds: it stays, and what it hides', `{"r1": ${JSON.stringify(one)}, "r1": ${JSON.stringify(theirs)}}`, { deviceId: OURS.deviceId }, { changes: [], cleared: [] });
add('duplicate requestIds, the last ours', 'what it hid does not come back', `{"r1": ${JSON.stringify(theirs)}, "r2": ${JSON.stringify(two)}, "r1": ${JSON.stringify(one)}}`, { deviceId: OURS.deviceId }, { cleared: [cleared('r1', OURS, false)], is: { [PENDING]: `{"r2": ${JSON.stringify(two)}}` } });
add('lone surrogates as requestIds', 'two keys, though no Rust string tells them apart', `{"\\ud800": ${JSON.stringify(one)}, "\\ud801": ${JSON.stringify(theirs)}}`, { deviceId: OURS.deviceId }, { changes: gone, is: { [PENDING]: `{"\\ud801": ${JSON.stringify(theirs)}}` } });
add('10,000 requests', 'one splice', { pieces: [['{"x0":{"deviceId":"x"}', 1], [',"r":{"deviceId":"y","silent":false,"ts":1}', 10000], ['}', 1]] }, { deviceId: 'y' }, { is: { [PENDING]: '{"x0":{"deviceId":"x"}}' } });
for (const [name, content, error, place] of [
  ['truncated', '{"r1": {', 'SYNTAX', { line: 1, column: 9 }], ['a BOM', '\ufeff{}', 'SYNTAX', {}], ['an array', '[1]', 'SHAPE', {}],
  ['not UTF-8', { hex: '7b0dff' }, 'ENCODING', { line: 2, column: 1 }], ['a folder', { kind: 'dir' }, 'NOT_A_FILE', {}], ['a symlink', { kind: 'symlink' }, 'NOT_A_FILE', {}],
]) add(name, 'refused, nothing is written', content, {}, { error, path: PENDING, ...place });
add('one request', 'others of the device keep waiting', pending(one, two, request('r3', OURS)), { requestId: 'r3' }, { cleared: [cleared('r3', OURS, false)], is: { [PENDING]: pending(one, two) } });
add('a request that does not wait', 'nothing to do', pending(one), { requestId: 'r9' }, { changes: [], cleared: [] });
add('a request and a device', 'which of them is meant cannot be told', pending(one), { requestId: 'r1', deviceId: OURS.deviceId }, { error: 'OPTIONS' });
add('an empty requestId', 'an unset variable must not mean all', pending(one), { requestId: '' }, { error: 'OPTIONS' });
add('an empty deviceId', 'an unset variable must not mean all', pending(one), { deviceId: '' }, { error: 'OPTIONS' });
add('a deviceId of blanks', 'the same', pending(one), { deviceId: '  ' }, { error: 'OPTIONS' });
add('a deviceId that is too long', 'nonsense', pending(one), { deviceId: 'x'.repeat(257) }, { error: 'OPTIONS' });
for (const [name, why, content, warnings] of [
  ['beside a running gateway', 'it writes the same file', pending(one), ['W_GATEWAY_RUNNING']],
  ['beside a running gateway, nothing to do', 'nothing is written beside it', '{}', []],
]) vectors.push({ name, why, operation: 'clearPending', options: at('2026.4.15'), inputs: { ...json({ [PENDING]: content }), gateway: 4711 }, expect: { warnings } });
