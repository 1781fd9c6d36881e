// @ts-check
'use strict';

// The operations on a sandbox seen from outside: read, plan, upload, commit, each one wait. No Node module is used
// here, so that the edge entry shares it. What runs inside the sandbox is in ../inside/.

const { DEVICES, OPERATIONS, ask, bare, operateOn, own, property, reading, taken, text: json } = require('../core/bridge.js');
const { PrepairError, refusal } = require('../core/errors.js');
const adapters = require('./adapters.js');
const inside = require('./inside.js');

const MAX_ATTEMPTS = 5;
const CALL_MS = 60_000;
const CLEANUP_MS = 3000;
// A longer timer goes off at once.
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const utf8 = new TextEncoder();

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const random = (size) => globalThis.crypto.getRandomValues(new Uint8Array(size));
const sha256 = async (bytes) => hex(new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes)));
const parentOf = (path) => path.slice(0, Math.max(path.lastIndexOf('/'), 1));
const isAbsolute = (path) => typeof path === 'string' && path.startsWith('/');

/** What a sandbox or its SDK gave, as text; nothing where it cannot be told. */
function worded(value) {
  try {
    return String(value);
  } catch {
    return '';
  }
}

/** A text that a sandbox or its SDK made, fit for an error: short, one line, without anything that could be a key or a token. */
const shown = (text) => worded(text).replace(/[A-Za-z0-9+/_=-]{20,}/g, '…').replace(/\s+/g, ' ').slice(0, 200);

/**
 * What an SDK's error is: its class, code and HTTP status, which hold nothing of what was sent. Its text may quote that, or
 * what was read; only where it is `free` to be shown, its words before the first sign that begins a value are.
 */
function kindOf(error, free) {
  const known = (read, form) => {
    try {
      const value = read();
      return ['string', 'number'].includes(typeof value) && form.test(value) ? [value] : [];
    } catch {
      return [];
    }
  };
  const cause = (it) => {
    try {
      return it?.cause;
    } catch {
      return undefined;
    }
  };
  const causes = [error, cause(error), cause(cause(error))].filter((it) => it !== null && typeof it === 'object');
  const kinds = causes.flatMap((it) => [
    ...known(() => it.name, /^[A-Z][A-Za-z0-9]{0,50}(?:Error|Exception)$/),
    ...known(() => it.code, /^E[A-Z0-9]{2,20}$|^(?:[A-Z]{2,20}_){1,5}[A-Z]{2,20}$/),
    ...[() => it.status, () => it.statusCode, () => it.response?.status].flatMap((read) => known(read, /^[1-5]\d\d$/)),
  ]);
  const [words = ''] = free ? known(() => error?.message ?? error, /^/).map((text) => shown(String(text).split(/["'`{[<=:\n\r]/)[0]).trim()) : [];
  return [words, ...new Set(kinds)].filter((part) => part !== '').join(', ') || 'Error';
}

/** The calls of one operation, each with a time limit, obeying the caller's signal, counted by sequential waits. */
class Calls {
  constructor(fs, { signal, timeoutMs = CALL_MS }) {
    this.fs = fs;
    this.signal = signal;
    this.timeoutMs = timeoutMs;
    this.rounds = 0;
    /** Contents were sent: whatever a sandbox or its SDK says from then on may quote them. */
    this.sent = false;
  }

  /** Runs calls side by side; resolves when all have ended. */
  async together(calls, { counted = true, timeoutMs = this.timeoutMs, signal = this.signal } = /** @type {any} */ ({ __proto__: null })) {
    if (signal?.aborted) throw aborted();
    if (counted) this.rounds += 1;
    const control = new AbortController();
    let timer;
    let onAbort;
    const stopped = new Promise((_, reject) => {
      const stop = (error) => {
        reject(error);
        control.abort();
      };
      onAbort = () => stop(aborted());
      signal?.addEventListener('abort', onAbort, { __proto__: null, once: true });
      timer = setTimeout(() => stop(refusal('TIMEOUT', `The sandbox did not answer within ${timeoutMs} ms.`, {
        hint: 'See whether it is running; give a larger timeoutMs if it is slow. Its state is whole: call again.',
      })), timeoutMs);
    });
    const context = { signal: control.signal, timeoutMs };
    try {
      return await Promise.race([Promise.all(calls.map((call) => call(context))), stopped]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      // Whoever came too late fails by itself.
      stopped.catch(() => {});
    }
  }

  read = (path) => async (context) => {
    const found = await failing('read', path, () => this.fs.read(path, context));
    if (found === null || found === undefined) return null;
    if (found instanceof Uint8Array) return found;
    throw refusal('SANDBOX', "The sandbox's read gave neither bytes nor null.", { path, hint: 'Let it resolve to a Uint8Array, or to null where no file is.' });
  };

  write = (files) => (context) => {
    this.sent = true;
    return failing('write', files[0].path, () => this.fs.writeMany(files, context));
  };

  /** Runs one of our scripts; resolves to its marked lines, `[what, rest]` each, in the forms that it may have. */
  script = (name, args) => async (context) => {
    const mark = hex(random(8));
    const argv = ['sh', '-c', inside[name], 'openclaw-prepair', mark, ...args.map(String)];
    const done = await failing('exec', undefined, async () => {
      const { exitCode, stdout, stderr } = (await this.fs.exec(argv, context)) ?? {};
      return { exitCode, stdout, stderr };
    }, !this.sent);
    const output = typeof done.stdout === 'string' ? done.stdout : '';
    // Whatever else a sandbox prints, on the same line too.
    const lines = output.split('\n').filter((line) => line.includes(`${mark} `)).map((line) => line.slice(line.lastIndexOf(`${mark} `)).replace(/\r$/, ''));
    const end = lines.pop();
    if (end !== undefined) {
      const told = lines.map((line) => `${line}\n`).join('');
      if (end.split(' ', 3).join(' ') !== `${mark} end ${await sha256(utf8.encode(told))}`) throw mangled();
      return lines.map((line) => inForm(line.slice(mark.length + 1)));
    }
    throw refusal('SANDBOX', `A command in the sandbox ended with ${Number.isInteger(done.exitCode) ? done.exitCode : 'no code'} and without an answer${!this.sent && typeof done.stderr === 'string' && done.stderr ? `: ${shown(done.stderr)}` : ''}.`, {
      hint: 'It needs sh, od, stat, mkdir and sha256sum as every Linux image has them. Its state is whole: call again.',
    });
  };
}

/** An error of a call that wrote in place: what it says of the state isn't so there. */
function unfinished(error) {
  const { hint = '', ...rest } = { __proto__: null, ...error };
  const said = hint.replace(/(?:Its state|The state in the sandbox) is whole: .*/, '').trim();
  return new PrepairError({ ...rest, hint: `${said}${said && ' '}Files may be missing or cut off: the same call with \`fresh\` completes it.` });
}

const aborted = () => refusal('ABORTED', 'The call was aborted by its signal.', { hint: 'The state in the sandbox is whole: the same call completes it.' });

/** A refusal of ours, or one that names what an SDK threw, which may be anything: its text may hold requests and contents. */
function refused(error, what, path, free = false) {
  try {
    if (error instanceof PrepairError) return error;
  } catch {
    // A proxy.
  }
  return refusal('SANDBOX', `The sandbox's ${what} failed: ${kindOf(error, free)}.`, {
    path,
    hint: 'See whether the sandbox is running and the SDK may use it. Its state is whole: call again.',
  });
}

async function failing(what, path, body, free = false) {
  try {
    return await body();
  } catch (error) {
    throw refused(error, what, path, free);
  }
}

const mangled = () => refusal('SANDBOX', 'The answer of a command in the sandbox was cut off or changed on its way.', { hint: 'The state in the sandbox is whole: call again.' });

const text = (value, fatal = true) => {
  try {
    return new TextDecoder('utf-8', { fatal, ignoreBOM: true }).decode(Uint8Array.from(value.match(/../g) ?? [], (pair) => parseInt(pair, 16)));
  } catch {
    throw refusal('SANDBOX', 'A path or variable of the sandbox is not UTF-8.', { hint: 'Give an absolute stateDir, an openclawDir and env, or rename it.' });
  }
};

// What follows the first word of each line: bytes in hex, numbers, JSON.
const HEX = '(?:[0-9a-f]{2})';
const FORMS = Object.fromEntries(Object.entries({
  home: `${HEX}*`,
  user: '\\d{1,10} \\d{1,10}',
  env: `[A-Z_]+ ${HEX}+`,
  stage: `2f${HEX}*`,
  nostage: '',
  kinds: '[ldfpoa]*',
  left: '\\d{1,6}',
  stat: `\\d{1,6} [0-7]{1,4} \\d{1,10} \\d{1,10}(?: ${HEX}+)*`,
  real: `\\d{1,6} 2f${HEX}*`,
  node: `2f${HEX}* [\\w.+-]* \\w*`,
  openclaw: '.+',
  rows: '.+',
  header: '[01](?: \\d{1,3}){0,4}',
  done: '[A-Za-z_]{1,40} -?\\d{1,6} \\d{1,6}',
}).map(([what, form]) => [what, new RegExp(`^${form}$`)]));

/** A line as its first word and the rest. */
function inForm(line) {
  const at = line.indexOf(' ');
  const [what, rest] = at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
  if (Object.hasOwn(SQLITE_FAULTS, what) || (Object.hasOwn(FORMS, what) && FORMS[what].test(rest))) return [what, rest];
  throw mangled();
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

function parsed(words, good) {
  let value;
  try {
    value = bare(JSON.parse(words));
  } catch {
    throw mangled();
  }
  if (good(value)) return value;
  throw mangled();
}

const isInstalled = (value) => value === null || (isObject(value) && typeof value.version === 'string' && (value.stateSchema === null || Number.isSafeInteger(value.stateSchema)));
const isPassedOver = (value) => isObject(value) && typeof value.path === 'string' && typeof value.at === 'string' && (value.uid === null || Number.isSafeInteger(value.uid));
const isFound = (value) => isObject(value) && isInstalled(value.installed) && Array.isArray(value.passedOver) && value.passedOver.every(isPassedOver);
const isRows = (value) => isObject(value) && typeof value.digest === 'string' && /^[0-9a-f]{64}$/.test(value.digest) && (value.device === null || (typeof value.device === 'string' && value.device !== ''))
  && isObject(value.rows) && Object.values(value.rows).every((rows) => Array.isArray(rows) && rows.every(isObject));

/** What `look.sh` told of so many paths. */
function facts(answer, paths = 0) {
  const found = { __proto__: null, env: Object.create(null), stats: Object.create(null), left: [] };
  const at = (index) => {
    if (Number(index) < paths) return Number(index);
    throw mangled();
  };
  for (const [what, rest] of answer) {
    const words = rest.split(' ');
    if (what === 'home') found.home = text(rest);
    else if (what === 'user') found.user = { uid: Number(words[0]), gid: Number(words[1]) };
    else if (what === 'env') found.env[words[0]] = text(words[1]);
    else if (what === 'stage') found.stage = text(rest);
    else if (what === 'kinds') found.kinds = rest;
    else if (what === 'left') found.left.push(at(rest));
    else if (what === 'node') Object.assign(found, { node: text(words[0]), version: words[1], platform: words[2] });
    else if (what === 'stat') {
      const [index, mode, uid, nlink, ...hex] = words;
      const names = hex.map((name) => text(name, false));
      const [backups, profiles] = [names.filter((name) => name.endsWith('.bak')), names.filter((name) => name.startsWith('.openclaw-'))];
      found.stats[at(index)] = { mode: parseInt(mode, 8), uid: Number(uid), nlink: Number(nlink), backups, profiles, real: undefined };
    }
    else if (what === 'real' && found.stats[at(words[0])]) found.stats[words[0]].real = text(words[1], false);
    else if (what === 'openclaw') Object.assign(found, parsed(rest, isFound));
    else if (what === 'rows') found.rows = parsed(rest, isRows);
    else if (what === 'header') found.header = { wal: words[0] === '1', bytes: words.slice(1).map(Number) };
    else if (what.startsWith('SQLITE')) found.sqlite = what;
  }
  if (found.home !== undefined && found.user && found.kinds?.length === paths) return found;
  throw mangled();
}

const NOT_A_FILE = { __proto__: null, d: 'dir', l: 'symlink', o: 'other' };

/** What the core lacks, if it lacks anything. */
const lacking = (answer) => (Object.hasOwn(answer, 'missing') ? bare(answer.missing) : undefined);

/** One operation on one sandbox. */
class Job {
  constructor(binding, fs, operation, options, fn = 'plan') {
    const { fresh, onStep, signal, timeoutMs, stagingDir, ...given } = checked(fs, options);
    const { options: rest, blobs } = taken(given);
    this.binding = binding;
    this.fs = fs;
    this.operation = operation;
    this.fn = fn;
    this.fresh = fresh;
    this.onStep = onStep;
    this.stagingDir = stagingDir;
    this.blobs = blobs;
    this.calls = new Calls(fs, { signal, timeoutMs });
    this.options = rest;
    this.diagnosing = operation === 'diagnose';
    this.reading = this.diagnosing || fn !== 'plan' || operation === 'devices.list' || rest.dryRun === true;
    // A new key and a new token mean the same at every attempt.
    this.fixed = { now: Date.now(), entropy: random(64), cwd: null };
    // The home that an adapter names is only what is tried first: the sandbox says which one it is.
    this.known = { home: fresh ? null : property(fs, 'home') ?? null, env: rest.env ?? {}, installed: null, passedOver: [] };
    this.homeFound = false;
    this.queries = [];
    this.left = new Set();
    // Stands for a token of a row, with a number: known to nobody who could have written a row before.
    this.word = `prepairKeepsThisTokenInsideTheSandbox${hex(random(8))}`;
    // Where uploads set no modes, what is new must be made private first, and shall not be seen before it is whole.
    this.inPlace = fresh && property(fs, 'setsModes') === true && rest.owner === undefined;
  }

  step(name) {
    this.onStep?.(name);
  }

  core(inputs, fn = this.fn, more = undefined) {
    const { home, env, installed, passedOver } = this.known;
    const call = { options: { __proto__: null, ...this.options, env }, blobs: this.blobs };
    try {
      return operateOn(this.binding, fn, this.operation, call, { ...this.fixed, home, installed, passedOver, ...inputs }, more);
    } catch (error) {
      if (error.code === 'ERR_PREPAIR_OPTIONS') error.hint = withRemote(error.hint);
      throw error;
    }
  }

  /** Inputs before anything was read; `diagnose` also wants what could not be read. */
  nothing() {
    const map = () => Object.create(null);
    return { files: map(), rows: map(), stats: map(), ...(this.diagnosing && { failures: map() }) };
  }

  /** What the core will ask for, as far as it can be foreseen, so that one wait gets it all. */
  foresee() {
    const { files, optional = [], stats = [], queries, bases, standIn } = bare(this.core(this.nothing(), 'foresee', { of: this.fn, fresh: this.fresh === true }).json);
    // The device of a database while it is not known. In the sandbox the real deviceId takes its place in the queries.
    this.standIn = standIn;
    apart(this.stagingDir, bases[0], this.options.owner);
    return { files, optional, queries, stats, bases };
  }

  /** Finds home, environment, user and package; with paths, what stands there, and the rows of a database. */
  look(paths, queries, stats = [], staging = this.stagingDir ?? '') {
    const db = queries[0]?.db ?? '';
    const auto = this.options.gatewayVersion === undefined || this.options.gatewayVersion === 'auto';
    const openclaw = auto || this.options.openclawDir !== undefined ? { dir: this.options.openclawDir, owner: this.options.owner?.uid } : null;
    const request = openclaw || db ? json({ db, queries, stand: this.standIn, word: this.word, mends: !this.reading, openclaw }) : '';
    const told = this.diagnosing || stats.length > 1 ? 'all' : stats[0] ?? '';
    return this.calls.script('look', [this.reading ? '-' : staging, db, inside.rows, request, told, ...paths]);
  }

  /** Takes in what was found. */
  learn(found) {
    this.known.home = found.home || this.known.home;
    if (this.options.env === undefined) this.known.env = found.env;
    const { installed, passedOver } = found;
    if (installed !== undefined) Object.assign(this.known, { installed, passedOver });
    const { openclawDir } = this.options;
    if (openclawDir !== undefined && !found.installed) {
      throw refusal('OPTIONS', 'The option openclawDir is not the folder of an openclaw package in the sandbox, or there is no Node to read it.', { path: openclawDir });
    }
    this.user = found.user;
    this.stage = found.stage;
    this.node = found.node ?? null;
    this.homeFound = true;
  }

  /** Reads until the core lacks nothing, and gives its plan. */
  async plan() {
    const inputs = this.nothing();
    this.queries = [];
    let wanted = this.foresee();
    for (let turn = 0; turn < 20; turn += 1) {
      const assumed = json(this.known);
      await this.gather(wanted, inputs);
      if (assumed !== json(this.known)) {
        // Another home, environment or package than was assumed. Rows are known by their queries' names: those of
        // another database are not these.
        const ahead = this.foresee();
        if (ahead.queries[0]?.db !== this.queries[0]?.db) {
          inputs.rows = this.nothing().rows;
          this.queries = [];
        }
        wanted = {
          ...ahead,
          files: ahead.files.filter((path) => !(path in inputs.files)),
          stats: ahead.stats.filter((path) => !(path in inputs.stats)),
          queries: this.queries.length > 0 ? [] : ahead.queries,
        };
      } else {
        wanted = { files: [], optional: [], stats: [], queries: [], bases: [] };
      }
      const { json: answer, blobs } = this.core(inputs);
      const missing = lacking(answer);
      if (!missing) return { ...answer, steps: bare(answer.steps ?? []), blobs };
      const union = (ours, theirs = []) => [...new Map([...ours, ...theirs].map((item) => [json(item), item])).values()];
      const { files, optional, stats, queries, bases } = missing;
      wanted = {
        files: union(wanted.files, files), optional: union(wanted.optional, optional), stats: union(wanted.stats, stats), queries: union(wanted.queries, queries),
        bases: bases.length > 0 ? bases : wanted.bases,
      };
    }
    throw refusal('INTERNAL', 'The core asked for more than twenty times.');
  }

  /** One wait: reads files and asks the sandbox, side by side. */
  async gather({ files, optional, queries, stats, bases }, inputs) {
    if (this.fresh) {
      for (const path of stats) inputs.stats[path] = null;
      for (const file of files) inputs.files[file] = null;
      for (const query of queries) inputs.rows[query.id] = null;
      const staged = !this.inPlace && !this.reading && !this.homeFound;
      if (staged || files.some((file) => !isAbsolute(file))) await this.findHome(inputs);
      return;
    }
    if ([...files, ...stats, ...queries.map((query) => query.db)].some((file) => !isAbsolute(file))) {
      await this.findHome(inputs);
      return;
    }
    // All queries are asked anew, so that one digest covers all rows.
    this.queries = [...this.queries, ...queries];
    // The state dir, too: the lock of a dead call lies there, wherever the config is.
    const parents = [...files.map(parentOf), ...bases];
    const db = this.queries[0]?.db;
    const also = db ? [db, parentOf(db)] : [];
    const paths = [...new Set([...files, ...parents, ...also, ...stats])];
    const reads = files.map((file) => this.calls.read(file));
    const settled = (call) => async (context) => call(context).then((value) => ({ value }), (error) => ({ value: undefined, error }));
    const [answer, ...contents] = await this.calls.together([this.look(paths, this.queries, stats), ...reads.map(settled)]);
    const found = facts(answer, paths.length);
    const kind = { __proto__: null, ...Object.fromEntries(paths.map((path, i) => [path, found.kinds[i]])) };
    this.learn(found);
    // What killed calls left in folders that are ours to write.
    for (const index of found.left) if (parents.includes(paths[index])) this.left.add(paths[index]);
    for (const path of stats) inputs.stats[path] = found.stats[paths.indexOf(path)] ?? null;
    if (found.node) this.fixed.process = { uid: found.user.uid, node: found.version, platform: found.platform };
    // A diagnosis makes a finding of what every other operation stops at, unless it can do without that file.
    const refuse = (error, path) => {
      if (optional.includes(path)) return;
      if (!this.diagnosing || !error.path) throw error;
      inputs.failures[path] = { ...error };
    };
    const notAFolder = (path) => refusal(path === bases[0] ? 'STATE_DIR' : 'NOT_A_FILE', 'This path is not a folder.', { path, hint: 'Move it away: a folder belongs there.' });
    files.forEach((file, i) => {
      const parent = parentOf(file);
      const linked = kind[parent] === 'l' && !bases.includes(parent);
      // `test` says of what would lie below that it is not there.
      if (['f', 'p', 'o'].includes(kind[parent])) {
        refuse(notAFolder(parent), file);
        inputs.files[file] = { kind: 'other' };
      } else if (linked || kind[file] in NOT_A_FILE) inputs.files[file] = { kind: linked ? 'symlink' : NOT_A_FILE[kind[file]] };
      else if (contents[i].value !== undefined) inputs.files[file] = contents[i].value;
      else if (kind[file] === 'a') inputs.files[file] = null;
      else if (kind[file] === 'p') {
        refuse(refusal('PERMISSION', 'The sandbox user may not read this file.', { path: file, hint: 'Let the user who runs the gateway own the state dir.' }), file);
        inputs.files[file] = { kind: 'other' };
      } else if (optional.includes(file)) inputs.files[file] = { kind: 'other' };
      else throw contents[i].error;
    });
    if (!db) return;
    try {
      this.takeRows(db, kind, found, inputs);
    } catch (error) {
      refuse(error, db);
      for (const query of this.queries) inputs.rows[query.id] = null;
    }
  }

  async findHome(inputs) {
    if (this.homeFound) throw refusal('STATE_DIR', 'The home folder of the sandbox user is unknown.', { hint: 'Give an absolute stateDir.' });
    // A stagingDir is made only where it is known to lie apart from the state dir.
    const [answer] = await this.calls.together([this.look([], [], [], this.stagingDir === undefined ? '' : '-')]);
    this.learn(facts(answer));
    Object.assign(inputs, this.nothing());
    const wanted = this.foresee();
    if (this.stagingDir !== undefined && this.fresh && !this.inPlace && !this.reading) {
      const [staged] = await this.calls.together([this.look([], [])]);
      this.learn(facts(staged));
    }
    await this.gather(wanted, inputs);
  }

  takeRows(db, kind, found, inputs) {
    for (const [at, good] of [[parentOf(db), 'd'], [db, 'f']]) {
      if (kind[at] === 'a') {
        for (const query of this.queries) inputs.rows[query.id] = null;
        return;
      }
      if (kind[at] === 'p') throw refusal('PERMISSION', 'The state database cannot be opened.', { path: at, hint: 'Use the sandbox as the user of the gateway.' });
      if (kind[at] !== good) throw refusal('NOT_A_FILE', 'The state database is no plain file, or lies behind a link.', { path: at, hint: 'Links below the state dir are not followed. Move it away.' });
    }
    if (found.sqlite) throw sqliteFault(found.sqlite, db);
    if (found.rows) {
      Object.assign(inputs.rows, found.rows.rows);
      this.digest = found.rows.digest;
      // As they were asked there: with the real device in place of the stand-in, or not at all.
      const { device } = found.rows;
      const stands = (value) => typeof value === 'string' && value.includes(this.standIn);
      const put = (value) => (stands(value) ? value.split(this.standIn).join(device) : value);
      this.queries = device === null
        ? this.queries.filter(({ id, params }) => ![id, ...params].some(stands))
        : this.queries.map((query) => ({ ...query, id: put(query.id), params: query.params.map(put) }));
      return;
    }
    // No Node that knows SQLite: the header tells an older database, which holds no pairing, from one that does.
    const { wal = true, bytes = [] } = found.header ?? { __proto__: null };
    const userVersion = bytes.length === 4 ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : bytes.length === 0 ? 0 : null;
    const older = !wal && userVersion !== null && userVersion < 2;
    if (!older) throw sqliteFault('SQLITE_NONE', db);
    inputs.rows.userVersion = [{ user_version: userVersion }];
    inputs.rows.columns = [];
  }

  /** Uploads what a plan writes, then makes it visible in one command. */
  async commit(plan) {
    const word = hex(random(12));
    if (!this.stage) {
      throw refusal('SANDBOX', 'There is no folder in the sandbox that uploads could go to.', { hint: 'Give a stagingDir in which the sandbox user can make a folder.' });
    }
    const uploads = [];
    const args = [];
    for (const step of plan.steps) {
      const number = uploads.length;
      if (step.kind === 'sql') {
        const content = utf8.encode(json({ db: step.db, queries: this.queries, digest: this.digest, statements: step.statements, word: this.word }));
        uploads.push(content);
        args.push('sql', step.db, '', number, await sha256(content), 0, '-');
        continue;
      }
      const base = baseOf(step.path, plan.bases);
      const below = step.path.slice(base.length).replace(/^\//, '');
      if (step.kind === 'remove') {
        args.push('remove', base, below, '-', '-', '-', step.expect);
        continue;
      }
      const content = plan.blobs[step.blob];
      uploads.push(content);
      args.push('write', base, below, number, await sha256(content), `${step.keepMode ? 'keep:' : ''}${step.mode.toString(8)}`, this.fresh ? 'any' : step.expect ?? '-');
    }
    for (const folder of this.left) args.push('sweep', folder, '', '-', '-', '-', '-');
    const files = uploads.map((content, i) => ({ path: `${this.stage}/${word}.${i}`, content, mode: 0o600, ...this.user }));
    try {
      if (files.length > 0) await this.calls.together([this.calls.write(files)]);
      const { owner } = this.options;
      const [answer] = await this.calls.together([this.calls.script('commit', [
        word, this.stage, plan.bases[0], owner ? `${owner.uid}:${owner.gid}` : '', this.node ?? '', inside.rows, files.length, ...args,
      ])]);
      const [[what, rest]] = answer.length === 1 ? answer : [['']];
      if (what !== 'done') throw mangled();
      const [status, index, shown] = rest.split(' ');
      const targets = plan.steps.map((step) => step.path ?? step.db);
      return { status, at: targets[Number(index) - 1] ?? plan.bases[0], visible: new Set(targets.slice(0, Number(shown))) };
    } catch (error) {
      // A key that arrived shall not stay. The script itself removes what it was given.
      if (files.length > 0) await this.tidy(['rm', '-f', '--', ...files.map(({ path }) => path)]);
      throw error;
    }
  }

  /** Nothing is there: written in place, without looking. */
  async create(plan) {
    // What goes again in the end is of use only to who finds it after a kill, and this call looks at nothing.
    const gone = new Set(plan.steps.filter(({ kind }) => kind === 'remove').map(({ path }) => path));
    const steps = plan.steps.filter(({ path }) => !gone.has(path));
    try {
      await this.calls.together([this.calls.write(steps.map((step) => ({ path: step.path, content: plan.blobs[step.blob], mode: step.mode })))]);
    } catch (error) {
      throw unfinished(error);
    }
  }

  /** Cleans up after a failure, as far as the sandbox still answers. */
  async tidy(argv) {
    const call = ({ signal }) => this.fs.exec(argv, { signal, timeoutMs: CLEANUP_MS });
    await this.calls.together([call], { counted: false, timeoutMs: CLEANUP_MS, signal: null }).catch(() => {});
  }

  /** The live token of a device. */
  async token() {
    const { deviceId, role, token, scopes } = await this.plan();
    return { deviceId, role, token, scopes, roundTrips: this.calls.rounds };
  }

  /** The report of what was done first, and of what was done later. */
  joined(first, later, attempts) {
    return ask(this.binding, { fn: 'joined', first, later, attempts }).json;
  }

  async run() {
    let before = null;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      this.step('reading');
      const plan = await this.plan();
      // More than was seen first is not granted later.
      if (this.operation.startsWith('devices.') && plan.report?.granted) this.fixed.earlier ??= seen(plan.report);
      this.step('planning');
      const finished = () => {
        this.step('done');
        const report = before ? this.joined(before, plan.report, attempt) : { ...plan.report, ...(Object.hasOwn(plan.report, 'attempts') && { attempts: attempt }) };
        return { ...report, roundTrips: this.calls.rounds };
      };
      if (this.reading || plan.steps.length + this.left.size === 0) return finished();
      this.step('writing');
      if (this.inPlace) {
        await this.create(plan);
        return finished();
      }
      const { status, at, visible } = await this.commit(plan);
      // Whatever hinders the removal of what dead calls left hinders nothing else.
      if (status === 'ok' || plan.steps.length === 0) return finished();
      if (status !== 'CHANGED') throw fault(status, at);
      if (this.fixed.earlier && visible.size > 0) this.fixed.earlier.applied = true;
      const made = ask(this.binding, { fn: 'partOf', report: plan.report, files: [...visible] }).json;
      before = before ? this.joined(before, made, attempt) : visible.size > 0 ? made : null;
    }
    throw refusal('CONTENDED', `The files in the sandbox changed under us ${MAX_ATTEMPTS} times.`, {
      hint: 'Something writes them all the time: another setup, or a busy gateway. Call again, best before the gateway starts.',
    });
  }
}

/** What a later look of the same call is told of its first one. */
const seen = ({ deviceId, roles, granted }) => ({ deviceId, roles, granted, applied: false });

/** The base that a path lies below. */
function baseOf(path, bases) {
  const holding = bases.filter((base) => path.startsWith(`${base}/`)).sort((a, b) => b.length - a.length);
  return holding[0] ?? parentOf(path);
}

const FAULTS = {
  __proto__: null,
  LOCKED: ['LOCKED', 'Another call holds the lock of this state dir.', 'Wait until that call ends; if none runs, remove the folder.'],
  FOREIGN: ['LOCKED', 'The lock of this state dir is or holds something that no call of this package made.', 'Move it away if no other call runs, then call again.'],
  PARTIAL: ['SANDBOX', 'An upload did not arrive whole.', 'Nothing was changed: call again.'],
  UNREADABLE: ['SANDBOX', 'An upload cannot be read by the sandbox user: the SDK uploads as one user and runs commands as another.', 'Let both be the user who runs the gateway.'],
  STOPPED: ['SANDBOX', 'The command in the sandbox was stopped.', 'The state is whole: call again.'],
  NOT_A_FILE: ['NOT_A_FILE', 'Something else stands where OpenClaw keeps a plain file or a folder.', 'Links below the state dir are not followed. Move it away.'],
  MOUNT_POINT: ['MOUNT_POINT', 'The file is a mount point, it cannot be replaced.', 'Mount its folder instead, or change it where it is mounted from.'],
  DISK_FULL: ['DISK_FULL', 'No space is left in the sandbox.', 'Make room, then call again.'],
  READ_ONLY: ['READ_ONLY', 'The file system in the sandbox is read-only.', 'Choose a stateDir that can be written.'],
  PERMISSION: ['PERMISSION', "The sandbox user may not write here, or what is here is another user's.", 'Let the user who runs the gateway own the state dir.'],
  IO: ['IO', 'A write in the sandbox failed.', 'Look at its disk, then call again.'],
};

const SQLITE_FAULTS = {
  __proto__: null,
  SQLITE_NONE: ['SQLITE_UNAVAILABLE', 'This state dir keeps identity and pairing in SQLite, and no Node in the sandbox can read it.', "Put the Node of the gateway on PATH in the sandbox, in a folder of root's or of the user who runs commands there. Node 24.16 serves every OpenClaw with such a database."],
  SQLITE_BUSY: ['SQLITE_BUSY', 'The state database is locked by another process.', 'See what holds it (a backup, a migration), then call again.'],
  SQLITE_READ_ONLY: ['READ_ONLY', 'The state database cannot be written.', 'Use the sandbox as the user of the gateway.'],
  SQLITE_MOUNT: ['READ_ONLY', 'The state database lies on a read-only file system.', 'Run this where it can be written. While a log (-wal) lies beside it, SQLite has to write even to read it.'],
  SQLITE_BEGUN: ['SQLITE', 'A killed process left a write to the state database unfinished.', 'Start the gateway or call setup(): SQLite then undoes that write by itself.'],
  SQLITE_ODD: ['NOT_A_FILE', 'A file that SQLite keeps beside the state database is not a plain file, or a journal that names a file outside.', 'Look at the files -wal, -shm and -journal beside it, and move away what OpenClaw did not write.'],
  SQLITE_EMPTIED: ['SQLITE', 'The state database is empty, but a log of its changes lies beside it: it was truncated.', 'Restore the database from a backup, the files -wal and -journal beside it included.'],
  SQLITE_FULL: ['DISK_FULL', 'The disk is full.', 'Make room, then call again: the same call completes what is not done yet.'],
  SQLITE_OPEN: ['PERMISSION', 'The state database cannot be opened.', 'Use the sandbox as the user of the gateway.'],
  SQLITE: ['SQLITE', 'The state database cannot be used.', 'Run `openclaw doctor`, or restore the database from a backup.'],
};

const sqliteFault = (status, path) => {
  const [code, message, hint] = SQLITE_FAULTS[status] ?? SQLITE_FAULTS.SQLITE;
  return refusal(code, message, { path, hint });
};

function fault(status, path) {
  if (status.startsWith('SQLITE')) return sqliteFault(status, path);
  const [code, message, hint] = Object.hasOwn(FAULTS, status) ? FAULTS[status] : ['SANDBOX', 'The command in the sandbox gave an answer that is not known.', 'Call again.'];
  return refusal(code, message, { path, hint });
}

/** An absolute path without what leads nowhere: empty parts, `.` and `..`. */
function plainly(path) {
  const parts = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Whether a path is a folder or below it, both without what leads nowhere. */
const within = (path, folder) => path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`);

/** Refuses a stagingDir that would come to lie in the lock or, made by the user who runs commands, be a part of another owner's state dir. */
function apart(stagingDir, stateDir, owner) {
  if (stagingDir === undefined || !isAbsolute(stateDir)) return;
  const [staging, state] = [plainly(stagingDir), plainly(stateDir)];
  const wrong = (what) => refusal('OPTIONS', `The option stagingDir must be ${what}.`, { path: stagingDir, hint: 'Give a folder of its own, or leave it out.' });
  if (within(staging, `${state}/.prepair.lock`)) throw wrong('outside of the lock of the state dir');
  if (owner !== undefined && (within(staging, state) || within(state, staging))) throw wrong('neither the state dir nor above or below it, where owner is given');
}

/** The remote options, which the core does not know. */
const REMOTE = ['fresh', 'onStep', 'signal', 'timeoutMs', 'stagingDir'];
const withRemote = (hint) => (hint?.startsWith('Known here: ') ? `${hint.slice(0, -1)}, ${REMOTE.join(', ')}.` : hint);

function checked(fs, given) {
  const isFs = reading('fs', () => fs !== null && fs !== undefined && ['read', 'writeMany', 'exec'].every((name) => typeof property(fs, name) === 'function'));
  if (!isFs) {
    throw refusal('OPTIONS', 'The first argument must be a SandboxFs: read, writeMany and exec.', { hint: 'Wrap the sandbox: vercel(sandbox), e2b(sandbox), …' });
  }
  const options = own(given);
  const wrong = (name, what) => refusal('OPTIONS', `The option ${name} must be ${what}.`);
  const { fresh = false, onStep, signal, timeoutMs, stagingDir, env } = options;
  if (typeof fresh !== 'boolean') throw wrong('fresh', 'true or false');
  if (onStep !== undefined && typeof onStep !== 'function') throw wrong('onStep', 'a function');
  const listens = (name) => typeof signal?.[name] === 'function';
  if (signal !== undefined && !reading('signal', () => listens('addEventListener') && listens('removeEventListener'))) throw wrong('signal', 'an AbortSignal');
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) throw wrong('timeoutMs', `a number of milliseconds, above 0 and at most ${MAX_TIMEOUT_MS}`);
  if (stagingDir !== undefined && !isAbsolute(stagingDir)) throw wrong('stagingDir', 'an absolute path');
  apart(stagingDir, options.stateDir, options.owner);
  for (const name of ['stateDir', 'configPath', 'openclawDir']) {
    if (typeof options[name] === 'string' && options[name].includes('\0')) throw wrong(name, 'a path without NUL');
  }
  if (env === null) throw wrong('env', 'an object');
  return { __proto__: null, ...options, fresh };
}

/** The remote entry over a binding, which `load` gives at the first call. */
function entry(load, { localDir }) {
  const operation = (name) => async (fs, options) => new Job(await load(), fs, name, options).run();
  const operations = OPERATIONS.map((name) => [name, operation(name)]);
  const devices = Object.freeze({
    ...Object.fromEntries(DEVICES.map((name) => [name, operation(`devices.${name}`)])),
    // The core reads `devices.revoke` from the same options.
    token: async (fs, options) => new Job(await load(), fs, 'devices.revoke', options, 'deviceToken').token(),
  });
  return { ...Object.fromEntries(operations), devices, ...adapters, localDir, PrepairError };
}

module.exports = { entry };
