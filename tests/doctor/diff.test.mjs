// No secret shows in what a dry run prints, however the document spells it: random documents with known secrets in them, and the
// forms in which people write secrets in texts, lists and comments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planDiff, redact } from '../../npm/openclaw-prepair/lib/cli/diff.js';
import { random } from '../json5/generate.mjs';
import { json5 } from '../json5/json5.mjs';

const JSON5 = await json5();
const seed = Number(process.env.PREPAIR_SEED ?? 20260219);
const NAMES = [
  'key', 'KEY', 'apiKey', 'OPENAI_API_KEY', 'MY_KEY', 'api-key', 'keys', 'token', 'bot_token', 'botToken', 'TOKEN', 'tokens', 'secret', 'clientSecret', 'password', 'PASSWD', 'passphrase',
  'env', 'auth', 'authToken', 'credential', 'credentials', 'Authorization', 'cookie', 'privateKeyPem', 'webhook', 'webhookUrl', 'smtpPass', 'db_pwd', 'totpSeed', 'pin',
];
const PLAIN = ['gateway', 'mode', 'list', 'port', 'agents', 'a', 'channels', 'name'];
const SHORT = 'abcdefghijklmnopqrstuvwxyz';

const word = (rng, length = 5 + rng.below(30)) => Array.from({ length }, () => rng.pick([...SHORT])).join('');
const escaped = (rng, text, share) =>
  [...text].map((c) => (rng.chance(share) ? `\\${rng.chance(0.5) ? 'u00' : 'x'}${c.charCodeAt(0).toString(16).padStart(2, '0')}` : c) + (rng.chance(share / 3) ? '\\\n' : '')).join('');

/** A text as JSON5 has it. */
const string = (rng, text) => {
  const quote = rng.pick(['"', "'"]);
  return quote + (rng.chance(0.4) ? escaped(rng, text, 0.3) : text) + quote;
};
const name = (rng, text) => {
  if (/^[\w$]+$/.test(text) && rng.chance(0.4)) return text.replace(/[a-z]/g, (c) => (rng.chance(0.1) ? `\\u00${c.charCodeAt(0).toString(16)}` : c));
  return string(rng, text);
};
const blank = (rng) => rng.pick(['', ' ', '\n', ' /* c */ ', ' // c\n']);

/** A document, its secrets noted. */
function grow(rng, secrets, secret = false, depth = 0) {
  const inner = (below) => grow(rng, secrets, below, depth + 1);
  const kind = depth === 0 ? 'object' : rng.pick(depth > 3 ? ['text', 'other'] : ['text', 'text', 'text', 'other', 'array', 'object', 'object']);
  if (kind === 'text') {
    const value = word(rng);
    if (secret) secrets.add(value);
    return string(rng, value);
  }
  if (kind === 'other') return rng.pick(['1', 'true', 'null', '.5']);
  const items = Array.from({ length: 1 + rng.below(4) }, () => {
    if (kind === 'array') return inner(secret);
    const hides = rng.chance(0.5);
    const key = rng.pick(hides ? NAMES : PLAIN);
    const member = `${name(rng, key)}${blank(rng)}:${blank(rng)}${inner(secret || hides)}`;
    if (!rng.chance(0.2)) return member;
    const gone = word(rng);
    secrets.add(gone);
    const setting = `${name(rng, rng.pick(NAMES)).replaceAll('\\\n', '')}: ${string(rng, gone).replaceAll('\\\n', '')},`;
    return `${member}${rng.chance(0.5) ? ` // ${setting}\n` : ` /* ${setting}\n */`}`;
  });
  const [open, close] = kind === 'array' ? '[]' : '{}';
  return `${open}${blank(rng)}${items.join(`${blank(rng)},${blank(rng)}`)}${blank(rng)}${close}`;
}

/** What could be read from a text: its escapes and continued lines undone. */
const read = (text) => text.replace(/\\\r?\n/g, '').replace(/\\(?:u([\da-f]{4})|x([\da-f]{2}))/gi, (_, wide, narrow) => String.fromCharCode(parseInt(wide ?? narrow, 16)));
const bytes = (text) => new TextEncoder().encode(text);
const shown = (before, after) => planDiff({ steps: [{ kind: 'write', path: '/s/openclaw.json', blob: 0 }], blobs: [bytes(after)], files: { '/s/openclaw.json': bytes(before) } }).map(([, line]) => line).join('\n');

test('no secret of 4,000 random documents is shown', () => {
  let count = 0;
  for (let number = 0; number < 4000; number += 1) {
    const rng = random(seed, number);
    const secrets = new Set();
    const before = grow(rng, secrets);
    const after = `${before.slice(0, -1)}\n, "added": 1 }`;
    JSON5.parse(before);
    JSON5.parse(after);
    const text = read(shown(before, after));
    assert.match(text, /"added": 1/);
    for (const secret of secrets) assert.ok(!text.includes(secret), `seed ${seed}, document ${number}: ${secret} of\n${before}\nis in\n${text}`);
    count += secrets.size;
  }
  assert.ok(count > 4000, `${count} secrets`);
});

test('what stands beside secrets is shown', () => {
  const text = shown('{ gateway: { port: 1, mode: "local" } }', '{\n  // don\'t touch\n  gateway: { port: 2, mode: "local", maxTokens: 4096, auth: { allowTailscale: true } },\n  trustedProxies: ["10.0.0.7"],\n}');
  for (const part of ['port: 1', 'port: 2', 'mode: "local"', "// don't touch", 'maxTokens: 4096', 'allowTailscale: true', '"10.0.0.7"']) assert.ok(text.includes(part), `${part} in ${text}`);
});

test('arguments, addresses and headers', () => {
  const text = shown('{}', `{ args: ["--api-key", "hunterone", "--mode", "shown-a", "--token=huntertwo"], url: "https://u:hunterthree@h/?token=hunterfour&a=shown-b",
    line: "run --password=hunterfive", headers: { "x-api-key": "huntersix", accept: "shown-c" }, also: "Bearer hunterseven" }`);
  assert.doesNotMatch(text, /hunter/);
  for (const part of ['shown-a', 'shown-b', 'shown-c']) assert.ok(text.includes(part), text);
});

test('of a file that is cut off nothing is shown', () => {
  const text = shown('{"version":1,"privateKeyPem":"-----BEGIN\\nhunterone, huntertwo', '{"version":1}');
  assert.doesNotMatch(text, /hunter|BEGIN/);
});

for (const [what, documents] of Object.entries({
  'headers and pairs': [
    `{ args: ['-H', 'X-Api-Key: hunter2'] }`, `{ args: ['--header', 'Authorization: Token hunter2'] }`, `{ args: ['--header=X-Api-Key: hunter2'] }`, `{ a: { headers: { 'X-Custom': 'hunter2', 'X-N': 77777 } } }`,
    `{ headers: ['X-Custom: hunter2'] }`, `{ a: ['Cookie: a=1; b=hunter2'] }`, `{ list: [['Authorization', 'hunter2']] }`, `{ list: [{ name: 'Authorization', value: 'hunter2' }, { value: 'hunter2', name: 'API_KEY' }] }`,
  ],
  'command lines': [
    `{ command: 'foo --api-key hunter2 --x' }`, `{ command: 'foo --token "a hunter2"' }`, `{ command: "TOKEN='a hunter2' foo" }`, `{ command: 'PASSWORD=hunter2 foo' }`, `{ command: 'foo --token = hunter2' }`,
    `{ args: ['--env', 'FOO=hunter2', '-e', 'BAR=hunter2'] }`, `{ cs: 'Server=x;Pwd=hunter2;' }`, `{ cs: 'host=x password = hunter2' }`, `{ cs: 'password:hunter2' }`, `{ cs: '{"token":"hunter2"}' }`, `{ cs: "{\\"token\\":\\"hunter2\\"}" }`,
  ],
  addresses: [
    ...['hun/hunter2', '#hunter2', '?hunter2', "'hunter2", 'a hunter2', 'a@hunter2'].map((word) => `{ url: "postgres://me:${word}@10.0.0.1:80" }`), `{ proxy: 'me:hunter2@10.0.0.1:80' }`, `{ url: 'a://u:hunter2@h, b://u:hunter2@h' }`,
    ...['sig=hunter2', 'key=hunter2&x=1', 'a[token]=hunter2', 't%6fken=hunter2', 'a="hunter2"', "a=x'hunter2", 'code=hunter2', 'a=x;hunter2'].map((query) => `{ url: ${JSON.stringify(`https://x/?${query}`)} }`), `{ url: 'https://x/#token=hunter2' }`,
  ],
  names: [
    ...['userpass', 'smtppass', 'dbPwd', 'githubPat', 'pat', 'psk', 'wifiPsk', 'pem', 'pfx', 'totp', 'cookies', 'joinCode', 'joincode', 'basicauth', 'authheader', 'xauth', 'ｔｏｋｅｎ'].map((name) => `{ '${name}': 'hunter2', x: { '${name}': 77777 } }`),
    ...['environment', 'envvars', 'envVars', 'environ', 'ENV'].map((name) => `{ ${name}: { FOO: 'hunter2', N: 77777 } }`), `{ token: +0x77777 }`, `{ tokens: 77777 }`, `{ accessTokens: [77777] }`, `{ auth: { maxTokens: 77777 } }`,
  ],
  comments: [
    `{ // token hunter2\n a: 1 }`, `{ // the password is hunter2\n a: 1 }`, `{ /* token:\n hunter2 */ a: 1 }`, `{ // token:\n // hunter2\n a: 1 }`, `{ // the key\n // hunter2\n a: 1 }`, `{ // --token hunter2\n }`, `{ // [token] hunter2\n }`, `{ // token(hunter2)\n }`,
    `{ // bearer hunter2\n }`, `{ // https://me:hunter2@x\n }`, `{ // env FOO hunter2\n }`, `{ // tok\\u0065n hunter2\n }`, `{ env: { // hunter2\n A: 'b' } }`, `{ env: { A: /* was hunter2 */ 'b' } }`, `{ env: { A: 'b' } /* hunter2 */, // hunter2\n }`,
    `{ auth: { // hunter2\n mode: 'token' } }`, `{ token: 'a', /* hunter2 */ // was hunter2\n }`, `{ token /* hunter2 */ : /* hunter2 */ 'a' }`, `{ token: // hunter2\n 'a' }`, `{ keys: [ // hunter2\n 'a' ] }`,
  ],
})) {
  test(`secrets in ${what} are not shown`, () => {
    for (const document of documents) {
      JSON5.parse(document);
      const text = redact(document);
      assert.doesNotMatch(text, /hunter2|77777/, document);
      assert.equal(text.split('\n').length, document.split('\n').length, document);
    }
  });
}

test('what is like the name of a secret, or stands near one, is shown', () => {
  const document = `{
  // the old load balancer
  /* the agent writes at night */
  path: 'shown', pattern: 'shown', compat: 'shown', bypass: 'shown', author: 'shown', footprint: 'shown', // shown
  maxTokens: 4096, list: [{ name: 'shown', value: 'shown' }], url: 'http://127.0.0.1:8080/shown', hosts: ['10.0.0.1:80', 'shown'],
  model: { primary: 'shown/model-4' }, headers: { Accept: 'shown' }, at: '@scope/shown@latest',
  token: 'x',
  // shown
}`;
  assert.equal(redact(document), document.replace("'x'", "'<hidden>'"));
});

test('a line of a megabyte takes no time to speak of', () => {
  const LENGTH = 1e6;
  const runs = ['a', ' ', '//', '//a:', 'a:', 'a@', 'token', 'token=', '--token ', '?a=', '%', '-----BEGIN ', '\\\\'];
  for (const run of runs) {
    const long = run.repeat(LENGTH / run.length);
    for (const document of [`{ a: "basic ${long}" }`, `{ // ${long}\n}`]) {
      const start = performance.now();
      redact(document);
      const ms = performance.now() - start;
      // Quadratic ones take minutes.
      assert.ok(ms < 3000, `${Math.round(ms)} ms for ${document.slice(0, 30)}`);
    }
  }
  for (const document of ['/*'.repeat(LENGTH / 2), '"\\'.repeat(LENGTH / 2), "'\\".repeat(LENGTH / 2), '{'.repeat(LENGTH), `[${'1,'.repeat(LENGTH / 2)}1]`, `{ // "${"'".repeat(LENGTH)}\n}`]) {
    const start = performance.now();
    redact(document);
    const ms = performance.now() - start;
    assert.ok(ms < 5000, `${Math.round(ms)} ms for ${document.slice(0, 30)}`);
  }
});
