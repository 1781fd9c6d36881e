// @ts-check
'use strict';

// The command line: arguments in, a report out, and an exit code.

const fs = require('node:fs');
const { PrepairError, refusal } = require('../core/errors.js');
const { parse, help, Usage } = require('./args.js');
const { safe, inFlags, command, paint, notices, diffLines, done, laidOut } = require('./show.js');

// A process runs one command, and loads what that one needs.
const load = () => require('../node/binding.js').load();
const driver = () => require('../node/driver.js');
const devices = () => require('./devices.js');
const planDiff = (plan) => require('./diff.js').planDiff(plan);

const UNTOLD = 4;
const DONE = 0;
const REFUSED = 1;
const USAGE = 2;
const WALL = 3;
/** Only the arguments can have been wrong. */
const WRONG = ['OPTIONS', 'VERSION', 'KEY', 'PROXY', 'PROXY_ANY', 'SECRET'].map((code) => `ERR_PREPAIR_${code}`);
// Of a file that an argument names.
const LARGEST = 16 * 1024 * 1024;

const colored = (stream) => stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
/** Writes all of it. A reader that left (`| head`) is no error. */
const write = (stream, text) =>
  new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (!error || ['EPIPE', 'ERR_STREAM_DESTROYED'].includes(error.code)) resolve();
      else reject(refusal('IO', `The output cannot be written (${error.code}).`, { hint: 'What was asked for is done all the same; see where stdout goes.' }));
    });
  });
/** The columns of what is printed to; `Infinity` where nobody looks at it. */
const widthOf = (stream) => (stream.isTTY === true && stream.columns > 20 ? stream.columns : Number(process.env.COLUMNS) > 20 ? Number(process.env.COLUMNS) : Infinity);
const print = (stream, lines) => write(stream, `${laidOut(lines, widthOf(stream)).join('\n')}\n`);
/** JSON whose strings cannot steer a terminal either. */
const json = (value) =>
  JSON.stringify(value, null, 2).replace(/[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

const io = {
  env(name) {
    const value = process.env[name];
    if (!value) throw new Usage(`The variable ${name} is not set.`);
    return value;
  },
  /** Of a plain file, and with `tail` the end of one of any size. */
  bytes(path, tail = false) {
    try {
      return require('../node/plain-file.js').readPlain(path, tail ? Infinity : LARGEST, { follow: true, length: LARGEST, tail });
    } catch (error) {
      if (error.code === 'EINVAL') throw refusal('NOT_A_FILE', 'This is not a plain file.', { path, hint: 'Name a plain file: pipes and devices are not read.' });
      if (error.code === 'EFBIG') throw refusal('SHAPE', `The file is larger than ${LARGEST / 1024 / 1024} MiB.`, { path, hint: 'Name the right file.' });
      throw refusal('IO', `The file cannot be read (${error.code}).`, { path, hint: 'Name a file that is there and that this user may read.' });
    }
  },
  read(path) {
    const bytes = this.bytes(path);
    try {
      // Drops a byte order mark, as editors of other systems put one.
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw refusal('ENCODING', 'The file is no UTF-8.', { path, hint: 'Save it as UTF-8.' });
    }
  },
  /** The line of a log that tells of a connection; `-` is stdin. */
  line(path) {
    const bytes = path === '-' ? require('node:fs').readFileSync(0) : this.bytes(path, true);
    return require('./doctor.js').lineOf(bytes.toString('utf8'));
  },
  json(path) {
    const text = this.read(path);
    try {
      return JSON.parse(text);
    } catch (error) {
      // Never its message: that may quote the file.
      const at = /at position (\d+)/.exec(error.message)?.[1];
      const before = at === undefined ? undefined : text.slice(0, Number(at)).split('\n');
      throw refusal('SYNTAX', 'The merge patch is no JSON.', {
        path,
        line: before?.length,
        column: before && before.at(-1).length + 1,
        hint: 'Write it as strict JSON: keys in double quotes, no comments, no comma after the last element.',
      });
    }
  },
};

const VERIFY = {
  unreachable: [UNTOLD, 'No gateway answers there.', 'Start it, or give its address by --url; --wait 60 gives it a minute to start.'],
  'bind-lan': [WALL, 'gateway.bind is "lan": on this version the machine\'s own clients dial the LAN address and refuse it themselves, as plain text.', 'Run `npx openclaw-prepair patch-config --set gateway.bind=loopback`, then restart the gateway.'],
  timeout: [UNTOLD, 'The gateway did not answer in time.', 'See its log; --timeout gives it longer.'],
  'not-a-gateway': [UNTOLD, 'What answers there is no OpenClaw gateway.', 'Give the right address by --url.'],
  starting: [UNTOLD, 'The gateway is starting.', 'Try again when its log says that it is ready; --wait 60 waits for that.'],
  unproven: [REFUSED, 'It is not known whether the gateway there uses this state dir, so its secret was not sent.', 'Give the state dir of that gateway by --state-dir; --force connects all the same, and may leave a device or a request there.'],
  'not-paired': [WALL, 'The disk holds no record of this device, so nothing was sent.', 'Run `npx openclaw-prepair setup`; --force connects all the same.'],
  revoked: [REFUSED, "This device's token was revoked, so nothing was sent: with the gateway's secret it would be given another one.", 'Ask who revoked it, then run `npx openclaw-prepair setup --reinstate`; --force connects all the same.'],
  'scope-upgrade': [WALL, 'The record lacks a scope, so it was not asked for.', 'Run `npx openclaw-prepair setup`; --force asks all the same.'],
  'missing-scope': [WALL, 'The gateway let the connection in, but not call the method: missing scope.', 'Run `npx openclaw-prepair doctor`.'],
  'unattributable-proxy': [WALL, 'The gateway refused the upgrade with HTTP 403: it cannot tell who is behind the proxy.', 'Run `npx openclaw-prepair patch-config --proxy-peer ADDRESS` with the address of the proxy.'],
  // With the gateway's own words.
  'pairing-required': [WALL, null, 'Run `npx openclaw-prepair setup`; `doctor` shows why.'],
  unauthorized: [REFUSED, null, "Give the gateway's own secret by --token-env or --password-env."],
  refused: [REFUSED, null, "See the gateway's log."],
};

/** Where no scope was asked for at all. */
const UNASKED = ['unreachable', 'bind-lan', 'timeout', 'not-a-gateway', 'starting', 'unproven', 'not-paired', 'revoked', 'unattributable-proxy'];

/** Of a secret that was sent: the gateway's, else the device token that OpenClaw's clients keep here. */
const STALE = "A secret that was given or found is not the gateway's: give its own by --token-env. Without one the device token that is kept here was sent, and it is an old one: `npx openclaw-prepair devices rotate` with this device's id gives both a new one.";

/** Whether the device token that is kept here was sent: in place of the gateway's secret, or before it on a version that does so. */
function sentKept(binding, options) {
  const { keptToken, keptFirst } = driver().approach(binding, targetOf(options));
  return keptToken !== null && (keptFirst || (options.token === undefined && options.password === undefined));
}

/** What the remedy of a client's state dir says: a command for another machine, or what comes before it. */
function elsewhere(remedy) {
  const [step] = remedy?.steps ?? [];
  const words = step && command(step);
  if (words) return `On the machine of its gateway, run \`${words.join(' ')}\`; --force with --url and --token-env connects all the same.`;
  return step && safe(inFlags(step.text));
}

/** Exit code, sentence and hint of a verification that failed. */
function explained({ reason, said = 'without a reason', closeCode }, kept) {
  const [code, sentence, usual] = VERIFY[reason];
  const hint = reason === 'unauthorized' && /token mismatch/.test(said) && kept() ? STALE : usual;
  return [code, sentence ?? (closeCode === undefined ? `The gateway refused: ${safe(said)}` : `gateway closed (${closeCode}): ${safe(said)}`), hint];
}

/** What a verification left behind. */
const remains = {
  device: ({ deviceId }) => `The gateway there has a record of device ${safe(deviceId)} now; remove it by \`npx openclaw-prepair devices remove ${safe(deviceId)}\` on the machine of that gateway.`,
  request: ({ requestId }) => `The gateway there has the pending request ${safe(requestId)} now; remove it by \`npx openclaw-prepair devices reject ${safe(requestId)}\` on the machine of that gateway.`,
};

/** The options that say which state dir is meant. */
const targetOf = ({ stateDir, configPath, profile, gatewayVersion, openclawDir }) => ({ stateDir, configPath, profile, gatewayVersion, openclawDir });

/** Why nothing of OpenClaw is here, where the folder itself is missing. */
const nowhere = (options) => driver().diagnose(load(), targetOf(options)).findings.find(({ code }) => code === 'W_STATE_DIR');

async function runVerify(call, c) {
  const binding = load();
  const report = await require('../node/verify.js').verify(binding, call.options);
  const scopes = Object.entries(UNASKED.includes(report.reason) ? {} : report.scopes).map(([scope, open]) => `  ${open ? c.green('✔') : c.red('✘')} ${scope}`);
  const remaining = (report.left ?? []).map((item) => `  ${remains[item.kind](item)}`);
  if (report.ok) return { report, code: DONE, lines: [`${c.green('✔')} The gateway at ${safe(report.url)} is open (${report.elapsedMs} ms).`, ...scopes, ...remaining] };
  let [code, message, hint] = explained(report, () => sentKept(binding, call.options));
  if (report.reason === 'not-paired') {
    // Four things look like that from outside.
    const { verdict, findings, remedy } = driver().diagnose(binding, targetOf(call.options));
    const codes = ['W_STATE_DIR', ...(verdict === 'no-gateway' ? ['W_GATEWAY_MODE'] : []), 'W_NO_IDENTITY', 'W_NOT_PAIRED'];
    const why = codes.map((one) => findings.find((finding) => finding.code === one)).find(Boolean);
    if (why) [message, hint] = [`${safe(inFlags(why.message))} Nothing was sent.`, safe(inFlags(why.hint))];
    // The records of a client's device are on the machine of its gateway, so nothing here tells whether there is one.
    if (why?.code === 'W_GATEWAY_MODE') hint = elsewhere(remedy) ?? hint;
    if (['W_STATE_DIR', 'W_GATEWAY_MODE'].includes(why?.code)) code = UNTOLD;
  }
  const taken = report.removedPending === undefined ? [] : [c.dim(`  The pending request ${safe(report.removedPending)} that this caused was removed.`)];
  const where = report.reason === 'not-paired' ? [] : [c.dim(`  at ${safe(report.url)}`)];
  if (report.reason === 'unproven' && report.said !== undefined) where.push(c.dim(`  it said: ${safe(report.said)}`));
  return { report, code, lines: [`${c.red('✘')} ${message}`, ...where, ...scopes, ...taken, ...remaining, `    ${c.cyan('→')} ${hint}`] };
}

function runList(call, c) {
  const report = driver().list(load(), call.options);
  const missing = report.paired.length + report.waiting.length === 0 ? nowhere(call.options) : undefined;
  const lines = devices().listed(report, c, { columns: process.stdout.columns, now: call.options.now ?? Date.now() });
  return { report, code: DONE, lines: missing ? [...lines, ...notices([missing], c)] : lines };
}

/** A secret stays out of a terminal, and of its scrollback, unless it is asked for. */
function unseen({ command, show }, what) {
  if (process.stdout.isTTY && !show) throw new Usage(`${command} prints ${what}.`, 'Add --show to see it here, or send it to a program or a file.');
}

/** Says whom a lock is waited for, at once: the call that waits is synchronous. */
function waiting(holder, ms) {
  const who = holder === null ? 'another call' : `process ${holder}`;
  try {
    fs.writeSync(process.stderr.fd, `Waiting for ${who}, which holds the lock of this state dir (${Math.round(ms / 1000)} s so far).\n`);
  } catch {
    // Nobody reads it.
  }
}

/** One device: of its id the beginning may be typed. */
function runDevice(call, c) {
  const options = devices().completed(call.operation, call.options, () => driver().list(load(), targetOf(call.options)));
  if (call.operation === 'devices.token') {
    unseen(call, 'a secret');
    const report = driver().token(load(), options);
    return { report, code: DONE, lines: [report.token] };
  }
  let lines = [];
  const report = driver().run(load(), call.operation, options, { onPlan: (plan) => (lines = diffLines(planDiff(plan), c)), onWaiting: call.quiet ? undefined : waiting });
  return { report, code: DONE, lines: [...devices().changed(call.operation, report, c, options.dryRun === true), ...lines] };
}

/** The key that a dry run draws is made anew by the call that writes it: nobody is to note its id. */
function unmade({ deviceId, publicKey }, pairs) {
  const standard = Buffer.from(publicKey, 'base64url').toString('base64');
  const marks = [[deviceId, '<new deviceId>'], [publicKey, '<new publicKey>'], [standard, '<new publicKey>']];
  return pairs.map(([sign, line]) => [sign, marks.reduce((text, [value, mark]) => text.replaceAll(value, mark), line)]);
}

/** An identity with its private key, for programs and files. */
function runIdentity(call) {
  unseen(call, 'a private key');
  const { identity, ...target } = call.options;
  const report = call.operation === 'identity.new' ? require('../entry/index.js').newIdentity(identity) : driver().exportIdentity(load(), target);
  return { report, code: DONE, lines: [report.privateKeyPem.trimEnd()] };
}

function runOperation(call, c) {
  let pairs = [];
  let absent;
  const report = driver().run(load(), call.operation, call.options, {
    onPlan: (plan) => (pairs = planDiff(plan)),
    onWaiting: call.quiet ? undefined : waiting,
    onFolders: (folders) => (absent ??= folders.map((path, at) => ({ path, what: at === 0 ? 'state dir' : 'such folder' })).filter(({ path }) => !fs.existsSync(path))),
  });
  // A path that was mistyped shows by them.
  const made = (absent ?? []).filter(({ path }) => report.changes.some((change) => change.path.startsWith(`${path}/`)));
  if (report.identity === 'created' && call.options.identity === undefined) pairs = unmade(report, pairs);
  const missing = report.cleared?.length === 0 ? nowhere(call.options) : undefined;
  const lines = [...(missing ? notices([missing], c) : []), ...diffLines(pairs, c)];
  return { report, code: DONE, lines: [...done(report, c, { dry: call.options.dryRun === true, made }), ...lines] };
}

/** Resolves to the exit code. */
async function main(argv) {
  const { stdout, stderr } = process;
  // What fails is told to each write.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const c = paint(colored(stderr));
  let call = null;
  try {
    call = parse(argv, io);
    if (call.help) {
      await write(stdout, help(call.help));
      return DONE;
    }
    if (call.version) {
      await write(stdout, `${require('../../package.json').version}\n`);
      return DONE;
    }
    const runs = {
      diagnose: (given, colors) => require('./doctor.js').runDoctor(load(), given, colors, widthOf(stdout)), verify: runVerify, 'devices.list': runList,
      'identity.export': runIdentity, 'identity.new': runIdentity,
    };
    const run = runs[call.operation] ?? (call.operation.startsWith('devices.') ? runDevice : runOperation);
    const { report, code, lines } = await run(call, paint(colored(stdout)));
    if (call.json || call.bundle) await write(stdout, `${json(report)}\n`);
    else if (!call.quiet || code !== DONE) await print([REFUSED, UNTOLD].includes(code) && call.command === 'verify' ? stderr : stdout, lines);
    return code;
  } catch (error) {
    // Where stderr cannot be written either, the exit code is left to tell.
    const say = (lines) => print(stderr, lines).catch(() => {});
    if (error instanceof Usage) {
      await say([`${c.red('✘')} ${safe(error.message)}`, ...(error.hint ? [`    ${c.cyan('→')} ${safe(error.hint)}`] : [])]);
      return USAGE;
    }
    if (!(error instanceof PrepairError)) throw error;
    const { code, message, path, line, column, place, hint } = error;
    // A file that an argument names is read before the arguments are all known.
    if (call?.json ?? argv.includes('--json')) await write(stdout, `${json({ error: { code, message, path, line, column, place, hint } })}\n`).catch(() => {});
    await say(notices([error], c, c.red('✘')));
    // What the arguments, or the files that they name, cannot mean.
    return call === null || WRONG.includes(code) ? USAGE : REFUSED;
  }
}

module.exports = { main };
