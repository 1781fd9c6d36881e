// What setup() leaves behind when a system call of it fails or the process dies there: by strace, on a real disk.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BINDINGS, Caller } from '../lib/caller.mjs';
import { calls, traced } from './strace.mjs';

export const TARGETS = BINDINGS;

/** The operations, by the names that their system calls have here and there. */
export const OPERATIONS = {
  open: ['open', 'openat', 'openat2'],
  read: ['read', 'pread64'],
  write: ['write', 'pwrite64'],
  fsync: ['fsync', 'fdatasync'],
  rename: ['rename', 'renameat', 'renameat2'],
  link: ['link', 'linkat'],
  unlink: ['unlink', 'unlinkat', 'rmdir'],
  mkdir: ['mkdir', 'mkdirat'],
  fchmod: ['fchmod', 'fchmodat', 'chmod'],
  list: ['getdents64', 'getdents'],
  stat: ['stat', 'lstat', 'fstat', 'newfstatat', 'statx', 'access', 'faccessat', 'faccessat2'],
};
export const byCall = (operations) => new Map(Object.entries(operations).flatMap(([operation, names]) => names.map((name) => [name, operation])));

/** What is injected: for strace, and whether it lasts until the process ends. */
const FAULTS = {
  EIO: { inject: 'error=EIO' },
  ENOSPC: { inject: 'error=ENOSPC' },
  EDQUOT: { inject: 'error=EDQUOT' },
  EINTR: { inject: 'error=EINTR' },
  'EIO for good': { inject: 'error=EIO', lasting: true },
  'ENOSPC for good': { inject: 'error=ENOSPC', lasting: true },
  SIGKILL: { inject: 'signal=SIGKILL' },
};
// A write that takes nothing. One that takes a part of the bytes is made by the limit on a file's size (see `short`), as
// strace can only pretend that bytes were written.
const NOTHING = { 'nothing written': { inject: 'retval=0' } };
// Calls that change nothing: a disk that is full does not matter to them, nor does dying there differ from dying at the next.
const LOOKING = { read: ['EIO', 'EINTR'], list: ['EIO'], stat: ['EIO'], lock: ['EIO', 'SIGKILL'] };

function faultsOf(operation) {
  if (operation === 'write') return { ...FAULTS, ...NOTHING };
  return Object.fromEntries(Object.entries(FAULTS).filter(([name]) => LOOKING[operation]?.includes(name) ?? true));
}

const FILES = ['identity/device.json', 'devices/paired.json', 'devices/pending.json', 'openclaw.json'];

const CLAIM = 'identity/device.json.prepair';

const raw = (key) => key.export({ format: 'der', type: 'spki' }).subarray(-32);
const idOf = (publicKey) => createHash('sha256').update(raw(publicKey)).digest('hex');

function device() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const deviceId = idOf(publicKey);
  return { deviceId, publicKey: raw(publicKey).toString('base64url'), privateKey };
}

export const OTHERS = [device(), device()];
const record = ({ deviceId, publicKey }, more) => ({
  deviceId, publicKey, displayName: 'phone \u{1f4f1}', role: 'operator', roles: ['operator'], scopes: ['operator.read'],
  tokens: { operator: { token: 'other-token', role: 'operator', scopes: ['operator.read'], createdAtMs: 5 } },
  createdAtMs: 4, approvedAtMs: 5, ownField: [1.50, null], ...more,
});
const request = (of, requestId) => ({ requestId, ...of, privateKey: undefined, role: 'operator', scopes: ['operator.admin'], silent: false, isRepair: false, ts: 1 });
const by = (key, list) => JSON.stringify(Object.fromEntries(list.map((item) => [item[key], item])), null, 2);
export const CONFIG = `// mine\n{ gateway: { mode: 'local', trustedProxies: ['10.0.0.1' /* old */], }, }\n`;

/** The state dirs to begin with: files by name, and what they ask of setup(). */
export const SCENARIOS = {
  /** Nothing is there, not even the state dir. */
  fresh: () => ({ files: {} }),
  /** Nothing is there, and a new identity is wished: what a killed call made is the same call's own. */
  renewed: () => ({ files: {}, options: { identity: 'new' } }),
  /** A gateway was there with other devices and a config by hand, but no identity. */
  used: () => ({
    files: {
      'devices/paired.json': by('deviceId', OTHERS.map((it) => record(it))),
      'devices/pending.json': by('requestId', OTHERS.map((it, at) => request(it, `r${at}`))),
      'openclaw.json': CONFIG,
    },
    options: { pending: 'all' },
  }),
  /** Our identity lies there in a shape that versions discard, our record is too narrow, our request sticks. */
  repair: () => {
    const ours = device();
    const pem = ours.privateKey.export({ format: 'pem', type: 'pkcs8' });
    return {
      deviceId: ours.deviceId,
      files: {
        'identity/device.json': JSON.stringify({ publicKeyPem: createPublicKey(ours.privateKey).export({ format: 'pem', type: 'spki' }), privateKeyPem: pem }),
        'devices/paired.json': by('deviceId', [record(OTHERS[0]), record(ours), record(OTHERS[1])]),
        'devices/pending.json': by('requestId', [request(OTHERS[0], 'r0'), request(ours, 'r1')]),
        'openclaw.json': CONFIG,
      },
    };
  },
};

/** The calls on what lies in a folder. */
const within = (folder, lines) => calls(lines).filter(({ paths }) => paths.some((path) => path === folder || path.startsWith(`${folder}/`)));

/** One target and one beginning: its trace, and what came of every fault in it. */
export class Ground {
  operations = byCall(OPERATIONS);
  /** Each of these groups is seen in the trace; what becomes visible where nothing was is linked by wasm. */
  met = [['open'], ['read'], ['write'], ['fsync'], ['rename', 'link'], ['unlink'], ['mkdir'], ['fchmod']];
  /** All that may be there in the end. */
  known = [...FILES, '', 'identity', 'devices'];
  limits = [1, 100, 200, 500, 1000, 1500, 2000];
  refusals = /^ERR_PREPAIR_(DISK_FULL|IO|CHANGED|LOCKED|CONTENDED)$/;
  version = '2026.2.19';

  static async open(target, scenario) {
    const ground = new this();
    Object.assign(ground, { target, scenario, work: fs.mkdtempSync(join(tmpdir(), 'prepair-faults-')), rooms: 0 });
    try {
      ground.start = await ground.begin();
      ground.healthy = await ground.worker();
      await ground.reference();
      await ground.look();
      return ground;
    } catch (error) {
      await ground.close();
      throw error;
    }
  }

  async close() {
    await this.healthy?.stop();
    await this.faulted?.stop();
    fs.rmSync(this.work, { recursive: true, force: true });
  }

  async begin() {
    return SCENARIOS[this.scenario]();
  }

  /** One that has loaded all that it loads lazily. */
  async worker() {
    const worker = new Caller(this.target, { node: this.node });
    const { options } = this.room();
    const answer = await worker.call('setup', options);
    if (!answer?.report) await worker.stop();
    assert.ok(answer?.report, JSON.stringify(answer));
    return worker;
  }

  /** A home as the scenario has it. */
  room() {
    const home = join(this.work, String((this.rooms += 1)));
    const stateDir = join(home, '.openclaw');
    fs.mkdirSync(home);
    for (const [name, content] of Object.entries(this.start.files)) {
      fs.mkdirSync(dirname(join(stateDir, name)), { recursive: true, mode: 0o700 });
      fs.writeFileSync(join(stateDir, name), content, { mode: 0o600 });
    }
    const options = {
      stateDir, env: { HOME: home }, gatewayVersion: this.version, now: 1_771_000_000_000,
      config: { proxyPeers: ['10.0.0.7'] }, ...this.start.options,
    };
    return { home, stateDir, options };
  }

  /** The files as an undisturbed call leaves them. */
  async reference() {
    const here = this.room();
    await this.healthy.call('setup', here.options);
    this.done = Object.fromEntries(FILES.map((name) => [name, plain(here.stateDir, name)]));
    assert.ok(this.done['identity/device.json'] && this.done['devices/paired.json'] && this.done['openclaw.json']);
    this.changed = FILES.filter((name) => this.done[name] !== (this.start.files[name] ?? null));
    assert.ok(this.changed.length >= 3);
  }

  /** Every system call of one setup() on our files. */
  async look() {
    const here = this.room();
    this.faulted = await this.worker();
    const lines = await traced(this.faulted.pid, join(this.work, 'trace'), [], () => this.faulted.call('setup', here.options));
    const count = {};
    this.trace = within(here.home, lines)
      .map((call) => ({ ...call, place: (count[call.name] = (count[call.name] ?? -1) + 1), operation: this.operations.get(call.name) }))
      .filter(({ operation }) => operation);
    for (const operations of this.met) {
      assert.ok(this.trace.some((call) => operations.includes(call.operation)), `${operations} was traced`);
    }
  }

  /** All that can go wrong: `{ call, fault }`. */
  faults() {
    return this.trace.flatMap((call) => Object.keys(faultsOf(call.operation)).map((fault) => ({ call, fault })));
  }

  /** Tries one: 'went on', 'refused' or 'killed'; throws where something was lost. */
  async attempt({ call, fault }) {
    const { inject, lasting = false } = faultsOf(call.operation)[fault];
    let { nth } = call;
    for (let round = 1; ; round += 1) {
      const when = `when=${nth}${lasting ? '+' : ''}`;
      const here = this.room();
      this.faulted ??= await this.worker();
      let answer;
      const lines = await traced(this.faulted.pid, join(this.work, 'log'), ['-e', `trace=${call.name}`, '-e', `inject=${call.name}:${inject}:${when}`], async () => {
        answer = await this.faulted.call('setup', here.options);
      });
      const met = answer ? calls(lines).some(({ injected }) => injected) : fault === 'SIGKILL';
      const what = `${this.target}, ${this.scenario}: ${fault} at ${call.name} no. ${call.nth}: ${call.line}`;
      const worker = answer && !lasting ? this.faulted : this.healthy;
      if (worker === this.healthy) {
        await this.faulted.stop();
        this.faulted = null;
      }
      await this.whole(here, answer, worker, what);
      fs.rmSync(here.home, { recursive: true, force: true });
      if (!met && round === 5) throw new Error(`${what} was not met`);
      if (met) return !answer ? 'killed' : answer.report ? 'went on' : 'refused';
      // A waking of another thread is a write too, and one more or less of them moves the call to another number.
      nth = within(here.home, lines).filter(({ name }) => name === call.name)[call.place]?.nth ?? nth;
    }
  }

  /** Each write to a file of ours, cut off in the middle by the limit on a file's size. */
  async short(limit) {
    const here = this.room();
    this.faulted ??= await this.worker();
    const limited = (soft) => {
      const done = spawnSync('prlimit', ['--pid', String(this.faulted.pid), `--fsize=${soft}:`], { encoding: 'utf8' });
      assert.equal(done.status, 0, done.stderr);
    };
    limited(limit);
    const answer = await this.faulted.call('setup', here.options);
    limited('unlimited');
    await this.whole(here, answer, this.faulted, `${this.target}, ${this.scenario}: files of at most ${limit} bytes`);
    fs.rmSync(here.home, { recursive: true, force: true });
    return answer.report ? 'went on' : 'refused';
  }

  /** Nothing is torn or lost, and the same call completes what is missing. */
  async whole({ home, stateDir, options }, answer, worker, what) {
    const { error, report } = answer ?? {};
    if (error) {
      assert.equal(error.name, 'PrepairError', `${what}: ${JSON.stringify(error)}`);
      assert.match(error.code, this.refusals, `${what}: ${JSON.stringify(error)}`);
      assert.ok(error.path && error.hint, `${what}: ${JSON.stringify(error)}`);
    }
    const stands = await this.prefix(stateDir, what);
    if (report) assert.equal(stands, this.changed.length, `${what}: reported as done`);
    const before = identityOf(stateDir);
    // Once all is done, another call for a new identity is another matter: it is refused.
    const done = stands === this.changed.length && read(stateDir, CLAIM) === null;
    if (done) options = { ...options, identity: undefined };
    const again = await worker.call('setup', options);
    options = { ...options, identity: undefined };
    assert.ok(again?.report, `${what}: a rerun gave ${JSON.stringify(again?.error)}`);
    assert.equal(await this.prefix(stateDir, `${what}, again`), this.changed.length, `${what}: a rerun completes it`);
    const identity = before ?? report?.deviceId ?? this.start.deviceId;
    if (identity) assert.equal(again.report.deviceId, identity, `${what}: the identity stays`);
    const known = this.known.map((name) => join('.openclaw', name).replace(/\/$/, ''));
    assert.deepEqual(fs.readdirSync(home, { recursive: true }).filter((name) => !known.includes(name)), [], `${what}: nothing else is left`);
    for (const name of this.changed) {
      const stat = fs.lstatSync(join(stateDir, name), { throwIfNoEntry: false });
      if (stat) assert.deepEqual([stat.mode & 0o777, stat.nlink], [0o600, 1], `${what}: ${name}`);
    }
    const { report: last } = await worker.call('setup', options);
    assert.deepEqual([last.changes, last.deviceId], [[], again.report.deviceId], `${what}: at rest`);
  }

  /** How many of the files that change are as they end up: the first ones, the others as they were. */
  async prefix(stateDir, what) {
    const isNew = this.changed.map((name) => {
      const now = read(stateDir, name);
      if (now === (this.start.files[name] ?? null)) return false;
      assert.equal(plain(stateDir, name), this.done[name], `${what}: ${name} is neither as it was nor as it ends up`);
      return true;
    });
    const count = ordered(isNew, what);
    for (const name of FILES.filter((it) => !this.changed.includes(it))) assert.equal(read(stateDir, name), this.start.files[name] ?? null, `${what}: ${name}`);
    return count;
  }
}

/** How many of the first hold; none of the others does. */
export function ordered(isNew, what) {
  const count = isNew.indexOf(false) < 0 ? isNew.length : isNew.indexOf(false);
  assert.ok(isNew.slice(count).every((it) => !it), `${what}: out of order: ${isNew}`);
  return count;
}

export function read(stateDir, name) {
  try {
    return fs.readFileSync(join(stateDir, name), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  }
}

/** The device id of an identity file in OpenClaw's form; null where there is none. */
function identityOf(stateDir) {
  try {
    return JSON.parse(read(stateDir, FILES[0]) ?? 'null')?.deviceId ?? null;
  } catch {
    return null;
  }
}

/** A file with all that differs from run to run taken out, once it is seen to be sound. */
function plain(stateDir, name) {
  let text = read(stateDir, name);
  const identity = read(stateDir, FILES[0]);
  if (text === null || identity === null) return text;
  const { deviceId, publicKeyPem, privateKeyPem } = JSON.parse(identity);
  const key = createPublicKey(createPrivateKey(privateKeyPem));
  assert.equal(key.export({ format: 'pem', type: 'spki' }), publicKeyPem);
  assert.equal(deviceId ?? idOf(key), idOf(key));
  const out = [[JSON.stringify(privateKeyPem), 'PRIVATE'], [JSON.stringify(publicKeyPem), 'PUBLIC'], [raw(key).toString('base64url'), 'KEY'], [idOf(key), 'ID']];
  if (name === FILES[1]) {
    const { token } = JSON.parse(text)[idOf(key)].tokens.operator;
    if (token !== 'other-token') out.push([token, 'TOKEN']);
  }
  for (const [value, mark] of out) text = text.replaceAll(value, mark);
  return text;
}

