// @ts-check
'use strict';

// Arguments to options, of the command line and of remedies that the page tries: no Node module is used here, so no parseArgs of node:util. A secret is never an argument: every user of the machine can read those.

/** Wrong usage: exit code 2. */
class Usage extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

const list = (text) => text.split(',').map((item) => item.trim()).filter(Boolean);
const header = (text) => {
  const at = text.indexOf(':');
  if (at < 1) throw new Usage('--header wants "Name: value".');
  return { [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
};
const SECRET = /token|password|secret|key$/i;
/** A dotted path and what goes there, as a merge patch; JSON where it is some, else a text. */
const setting = (flag, path, value) => {
  const keys = path.split('.');
  if (keys.some((key) => key === '' || key === '__proto__')) throw new Usage(`--${flag} wants a path like gateway.bind.`);
  if (value !== null && SECRET.test(keys.at(-1))) throw new Usage(`--${flag} takes no secret: every user of the machine can read arguments.`, 'Put it into a file, and name that by --merge-file.');
  return keys.reduceRight((inner, key) => ({ [key]: inner }), value);
};
const jsonOr = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const merged = (base, patch) =>
  Object.entries(patch).reduce((out, [key, value]) => ({ ...out, [key]: isObject(out[key]) && isObject(value) ? merged(out[key], value) : value }), base);
const seconds = (flag, text, least) => {
  const ms = Math.round(Number(text) * 1000);
  if (!(ms >= least)) throw new Usage(`--${flag} wants a number of seconds${least > 0 ? ' above 0' : ''}.`);
  return ms;
};
const ownerOf = (text) => {
  const [, uid, gid] = /^(\d{1,10}):(\d{1,10})$/.exec(text) ?? [];
  if (uid === undefined) throw new Usage('--owner wants UID:GID, two numbers.', 'See `id -u` and `id -g` of that user.');
  return { uid: Number(uid), gid: Number(gid) };
};

// name: [value or null for a switch, help, the option that it becomes, how where not as it is: of its value, what the option was before, and `io`]
const FLAGS = {
  'state-dir': ['DIR', "OpenClaw's state dir", 'stateDir'],
  config: ['FILE', "OpenClaw's config file", 'configPath'],
  profile: ['NAME', "as OpenClaw's --profile: ~/.openclaw-NAME", 'profile'],
  'gateway-version': ['V', 'like 2026.2.19; default: the installed package', 'gatewayVersion'],
  'openclaw-dir': ['DIR', 'folder of the installed openclaw package', 'openclawDir'],
  'dry-run': [null, 'show what would change, write nothing', 'dryRun'],
  owner: ['UID:GID', "owner of new files, as root; default: their folder's", 'owner', (v) => ownerOf(v)],
  json: [null, 'the report as JSON on stdout', null],
  quiet: [null, 'say nothing but errors', null],
  device: ['KEY', 'this device by its public key (doctor: or its id); no identity is touched', 'device', (v) => ({ publicKey: v })],
  'display-name': ['NAME', 'name of the paired device', 'displayName'],
  role: ['ROLE', 'operator (default) or node', 'role'],
  scopes: ['A,B', 'exactly these scopes; default: all five, in `devices approve` what is asked for', 'scopes', (v) => list(v)],
  'identity-file': ['PEM', 'use the private key in this file', 'identity', (v, _, io) => ({ privateKeyPem: io.read(v) })],
  'secret-env': ['NAME', 'derive the key from the secret in this variable', 'identity', (v, before, io) => ({ ...before, secret: io.env(v) })],
  label: ['TEXT', '... and this label', 'identity', (v, before) => ({ ...before, label: v })],
  'new-identity': [null, 'a new identity; refused where one is here', 'identity', () => 'new'],
  'on-conflict': ['HOW', 'another identity is here: refuse (default), replace', 'onConflict'],
  reinstate: [null, 'give back a token that its owner revoked', 'reinstate'],
  pending: ['WHICH', 'requests to drop: device (default), all, keep', 'pending'],
  'no-config': [null, 'leave openclaw.json alone', 'config', () => false],
  'trusted-proxy': ['ADDR', 'an address or CIDR (repeat), or private, sandbox, none', 'trustedProxies', (v, before) => {
    const words = { private: 'private', sandbox: 'sandbox', none: false };
    return Object.hasOwn(words, v) ? words[v] : [...(Array.isArray(before) ? before : []), v];
  }],
  'proxy-peer': ['ADDR', "the header-adding proxy's own address (repeat)", 'proxyPeers', (v, before = []) => [...before, v]],
  'allow-any': [null, 'allow 0.0.0.0/0 and ::/0', 'allowAny'],
  'merge-file': ['FILE', 'an RFC 7396 merge patch in JSON', 'merge', (v, _, io) => io.json(v)],
  set: ['PATH=VALUE', 'a setting, like gateway.bind=loopback (repeat)', 'merge', (v, before = {}) => {
    const at = v.indexOf('=');
    if (at < 1) throw new Usage('--set wants PATH=VALUE.');
    return merged(before, setting('set', v.slice(0, at), jsonOr(v.slice(at + 1))));
  }],
  unset: ['PATH', 'a setting that goes (repeat)', 'merge', (v, before = {}) => merged(before, setting('unset', v, null))],
  arrays: ['HOW', 'arrays of the patch: union (default), replace', 'arrays'],
  'device-id': ['ID', 'this device alone', 'deviceId'],
  'request-id': ['ID', 'this request alone', 'requestId'],
  show: [null, 'print the secret, on a terminal too', null],
  client: ['WHO', 'agent, cli; doctor: control-ui, node, app, other too', 'client'],
  header: ['"K: V"', 'a header of the upgrade request (repeat)', 'headers', (v, before) => ({ ...before, ...header(v) })],
  method: ['NAME', 'the method called; default cron.list', 'method'],
  'remote-address': ['ADDR', 'the peer of the connection; default this machine', 'remoteAddress'],
  'presents-device': [null, 'a client that presents its device', 'presentsDevice'],
  'no-device': [null, 'a client that presents none', 'presentsDevice', () => false],
  log: ['FILE|-', "a gateway's log (console or file): its last refused connection", 'log', (v, _, io) => io.line(v)],
  all: [null, 'who gets in from where; for the exit code count clients that are here', null],
  bundle: [null, 'JSON for the page and for reports: all of it but secrets', null],
  why: [null, "the path through the gateway's decision", null],
  url: ['URL', "default: the config's port on loopback", 'url'],
  'token-env': ['NAME', 'variable that holds the gateway token', 'token', (v, _, io) => io.env(v)],
  'password-env': ['NAME', 'variable that holds the gateway password', 'password', (v, _, io) => io.env(v)],
  timeout: ['SECONDS', 'default 10', 'timeoutMs', (v) => seconds('timeout', v, 1)],
  wait: ['SECONDS', 'wait so long for a gateway that is starting, or for the record; default 0', 'waitMs', (v) => seconds('wait', v, 0)],
  force: [null, 'connect even without a record; who answers gets the secret', 'force'],
};

/** The flag that gives an option, the first of several; undefined where there is none. */
function flagOf(option) {
  const name = Object.keys(FLAGS).find((flag) => FLAGS[flag][2] === option);
  return name && `--${name}`;
}

const TARGET = ['state-dir', 'config', 'profile', 'gateway-version', 'openclaw-dir'];
const OUTPUT = ['dry-run', 'owner', 'json', 'quiet'];
const PAIR = ['device', 'role', 'display-name', 'scopes', 'identity-file', 'secret-env', 'label', 'new-identity', 'on-conflict', 'reinstate', 'pending'];
const CONFIG = ['trusted-proxy', 'proxy-peer', 'allow-any', 'merge-file', 'set', 'unset', 'arrays'];
const CONNECTION = ['client', 'header', 'method', 'remote-address', 'presents-device', 'no-device', 'log'];

// command: [operation, about, flags of its own, output flags]; flags of `inner` go into one nested option.
const COMMANDS = {
  setup: { operation: 'setup', about: 'config, identity, paired record and pending requests in one go', flags: [...PAIR, 'no-config', ...CONFIG], inner: { config: CONFIG } },
  'pre-pair': { operation: 'prePair', about: 'make or reuse the device identity and write its approved record', flags: PAIR },
  'clear-pending': { operation: 'clearPending', about: "remove pairing requests that wait; a node's wish for commands stays", flags: ['device-id', 'request-id'] },
  'patch-config': { operation: 'patchConfig', about: 'edit openclaw.json without losing a byte of the rest', flags: CONFIG },
  doctor: { operation: 'diagnose', about: 'why there is a wall, and all that is wrong on disk', flags: ['device', ...CONNECTION, 'all', 'why', 'bundle'], inner: { connection: CONNECTION }, output: ['json', 'quiet'] },
  verify: { operation: 'verify', about: 'a real connect to a running gateway; changes nothing by trying', flags: ['url', 'token-env', 'password-env', 'client', 'header', 'timeout', 'wait', 'force'], output: ['json', 'quiet'] },
};

/** A word that is not a flag becomes these. A request's id is a UUID, a device's hexadecimal digits: up to eight of them begin either (`id`). */
const WORDS = {
  request: ['REQUEST', (o, v) => (o.requestId = v), ['requestId']],
  device: ['DEVICE', (o, v) => (o.deviceId = v), ['deviceId']],
  either: ['REQUEST|DEVICE', (o, v) => (o[/^[0-9a-f]{9,}…?$/.test(v) ? 'deviceId' : /^[0-9a-f]+…?$/.test(v) ? 'id' : 'requestId'] = v), ['requestId', 'deviceId']],
  name: ['NAME', (o, v) => (o.name = v), ['name']],
};
const DEVICES = {
  list: { about: 'every paired device and every waiting request', words: [], flags: [], output: ['json', 'quiet'] },
  approve: { about: 'approve one request, as the owner would', words: ['either'], flags: ['request-id', 'device-id', 'scopes', 'display-name'] },
  reject: { about: 'drop one request', words: ['request'], flags: ['request-id'] },
  remove: { about: 'drop a device, its tokens and requests', words: ['device'], flags: ['device-id'] },
  revoke: { about: 'revoke a token of a device', words: ['device'], flags: ['device-id', 'role'] },
  rotate: { about: 'give a device a new token', words: ['device'], flags: ['device-id', 'role'] },
  rename: { about: 'give a device another name', words: ['device', 'name'], flags: ['device-id'] },
  token: { about: 'print the token of a device: a secret', words: ['device'], flags: ['device-id', 'role', 'show'], output: ['json'] },
};
const IDENTITY = {
  export: { about: "print the private key of this state dir's identity (PEM): a secret", words: [], flags: ['show'], output: ['json'] },
  new: { about: 'print a new identity, or the one of a secret and a label: a secret', words: [], flags: ['secret-env', 'label', 'show'], target: [], output: ['json'] },
};
/** Commands of two words, by the first. */
const GROUPS = {
  devices: { commands: DEVICES, about: 'paired devices and waiting requests, without a gateway', more: 'Of an id its beginning is enough: 8 characters or more.' },
  identity: { commands: IDENTITY, about: 'device identities, private keys included', more: 'What is printed is a secret: send it to a program or a file.' },
};
/** The commands of one word. */
const TOP = Object.keys(COMMANDS);
for (const [group, { commands }] of Object.entries(GROUPS)) {
  for (const [name, command] of Object.entries(commands)) COMMANDS[`${group} ${name}`] = { operation: `${group}.${name}`, ...command };
}

/** The nearest known word, if one is near: at most two letters put in, left out, changed or swapped. */
function nearest(word, words) {
  const distance = (a, b) => {
    let [before, last] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
    for (let i = 1; i <= a.length; i += 1) {
      const row = [i];
      for (let j = 1; j <= b.length; j += 1) {
        row[j] = Math.min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      [before, last] = [last, row];
    }
    return last[b.length];
  };
  const [best] = words.map((known) => [distance(word, known), known]).sort(([a], [b]) => a - b);
  return best && best[0] <= 2 ? best[1] : null;
}

/** `{ command, options, json, quiet, why }`, or `{ help }`, or `{ version }`. `io` reads files and variables. */
function parse(argv, io) {
  let [name, ...rest] = argv;
  const group = name === 'help' ? rest[0] : name;
  if (Object.hasOwn(GROUPS, group ?? '')) {
    const [what, ...others] = name === group ? rest : rest.slice(1);
    if (what === undefined || what === '--help' || what === '-h' || what === 'help') return { help: group };
    const known = Object.keys(GROUPS[group].commands);
    if (!known.includes(what)) {
      const near = nearest(what, known);
      throw new Usage(what.startsWith('-') ? `${group} wants a command before ${what}.` : `There is no command ${group} ${what}.`, near ? `Did you mean ${group} ${near}?` : `Commands: ${known.join(', ')}.`);
    }
    [name, rest] = [`${group} ${what}`, others];
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return { help: Object.hasOwn(COMMANDS, rest[0] ?? '') ? rest[0] : 'all' };
  if (name === '--version' || name === '-v') return { version: true };
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : null;
  if (!command) {
    const known = [...TOP, ...Object.keys(GROUPS)];
    const near = nearest(name, known);
    const second = near && Object.hasOwn(GROUPS, near) ? nearest(rest[0] ?? '', Object.keys(GROUPS[near].commands)) : null;
    throw new Usage(`There is no command ${name}.`, near ? `Did you mean ${[near, second].filter(Boolean).join(' ')}?` : `Commands: ${known.join(', ')}.`);
  }
  const flags = [...(command.target ?? TARGET), ...command.flags, ...(command.output ?? OUTPUT)];
  const options = {};
  const switches = {};
  const wanted = [...(command.words ?? [])];
  /** What a flag has said is not asked for by a word. */
  const next = () => {
    while (wanted.length > 0 && WORDS[wanted[0]][2].some((name) => options[name] !== undefined)) wanted.shift();
    return wanted[0];
  };
  const words = [...rest];
  while (words.length > 0) {
    const word = words.shift();
    if (word === '--help' || word === '-h') return { help: name };
    const [, flag, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (flag === undefined && next() !== undefined && word !== '') {
      WORDS[wanted.shift()][1](options, word);
      continue;
    }
    if (flag === undefined) throw new Usage(`${name} takes no argument ${word}.`, `See ${name} --help.`);
    if (!flags.includes(flag)) {
      const near = nearest(flag, flags);
      throw new Usage(`${name} has no flag --${flag}.`, near ? `Did you mean --${near}?` : `See ${name} --help.`);
    }
    const [wants, , option, how] = FLAGS[flag];
    if (wants === null && inline !== undefined) throw new Usage(`--${flag} takes no value.`);
    const value = wants === null ? true : inline ?? words.shift();
    if (value === undefined || value === '') throw new Usage(`--${flag} wants a value: ${wants}.`);
    const [nested] = Object.entries(command.inner ?? {}).find(([, members]) => members.includes(flag)) ?? [];
    if (flag === 'no-config' ? options.config : nested === 'config' && options.config === false) {
      throw new Usage('--no-config excludes the flags that change the config.', `Leave it out, or all of --${CONFIG.join(', --')}.`);
    }
    const into = nested === undefined ? options : (options[nested] ||= {});
    if (option === null) switches[flag] = true;
    else into[option] = how ? how(value, into[option], io) : value;
  }
  if (next() !== undefined) {
    throw new Usage(`${name} wants ${wanted.map((word) => WORDS[word][0]).join(' and ')}.`, `\`npx openclaw-prepair devices list\` shows them; then \`npx openclaw-prepair ${[name, ...wanted.map((word) => WORDS[word][0].split('|')[0])].join(' ')}\`.`);
  }
  return { command: name, operation: command.operation, options, json: switches.json === true, quiet: switches.quiet === true, why: switches.why === true, all: switches.all === true, bundle: switches.bundle === true, show: switches.show === true };
}

function help(topic) {
  const flagLines = (names) =>
    names.map((name) => {
      const [value, about] = FLAGS[name];
      return `  ${`--${name}${value ? ` ${value}` : ''}`.padEnd(25)} ${about}`;
    });
  if (Object.hasOwn(GROUPS, topic)) {
    const { commands, about, more } = GROUPS[topic];
    const line = ([name, { words, about }]) => `  ${[name, ...words.map((word) => WORDS[word][0])].join(' ').padEnd(23)} ${about}`;
    return [`openclaw-prepair ${topic} <command>: ${about}`, '', ...Object.entries(commands).map(line), '', more, ''].join('\n');
  }
  if (topic !== 'all') {
    const { about, flags, words = [], target = TARGET, output = OUTPUT } = COMMANDS[topic];
    return [`openclaw-prepair ${[topic, ...words.map((word) => WORDS[word][0])].join(' ')}: ${about}`, '', ...flagLines(flags), '', ...flagLines([...target, ...output]), ''].join('\n');
  }
  return [
    'Pre-pairs an OpenClaw gateway device before the gateway starts.',
    '',
    'npx openclaw-prepair <command> [flags]',
    '',
    ...TOP.map((name) => `  ${name.padEnd(14)} ${COMMANDS[name].about}`),
    ...Object.entries(GROUPS).map(([name, { commands }]) => `  ${name.padEnd(14)} ${Object.keys(commands).join(', ')}`),
    '',
    'Flags of every command (<command> --help shows the others):',
    ...flagLines([...TARGET, 'json', 'quiet']),
    'Flags of every command that writes:',
    ...flagLines(['dry-run', 'owner']),
    '',
    'Exit code: 0 done or nothing to do, 1 refused, 2 wrong usage; doctor and verify: 3 where the wall stands,',
    "4 where it can't be told or no gateway is here.",
    'Secrets are never arguments: name a file (--identity-file) or a variable (--token-env).',
    '',
  ].join('\n');
}

module.exports = { parse, help, flagOf, Usage };
