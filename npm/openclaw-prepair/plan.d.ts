// <imports> Written by tests/packaging/entries.mjs.
import type {
  ApproveDeviceOptions, ClearPendingOptions, ClearPendingReport, DerivedFrom, DeviceList, DeviceReport, DeviceRole,
  DiagnoseOptions, Diagnosis, Identity, PatchConfigOptions, PatchConfigReport, PrePairOptions, PrePairReport,
  SetupOptions, SetupReport, Target,
} from './index.js';
// </imports>

export { PrepairError } from './index.js';

/** What a database value can be. */
export type SqlValue = null | number | string;

/** A query to run on a database, read-only. Its rows go into `inputs.rows` under its id; `null` where there is no database. */
export interface Query {
  /** The name under which the answer goes into `inputs.rows`. */
  id: string;
  /** The file of the database. */
  db: string;
  /** One statement. */
  sql: string;
  /** Its parameters, in order. */
  params: SqlValue[];
}

/**
 * Modes and owner of a file or folder; of a folder also the names of backups and profiles in it. `real`: the path of a folder, and
 * of what is a link or lies behind one, without links, as `realpath` gives it.
 */
export interface Stat {
  /** Permission bits. */
  mode: number;
  /** User id of the owner. */
  uid: number;
  /** How many names it has. */
  nlink: number;
  /** Of a folder: the names in it that end in `.bak`. */
  backups?: string[];
  /** Of a folder: the names in it that begin with `.openclaw-`, the state dirs of profiles where it is a home folder. */
  profiles?: string[];
  /** Of a folder and of what lies behind a link: its path without links. */
  real?: string | null;
}

/** What stands at a path: its content, nothing, or something else. */
export type FileInput = Uint8Array | null | { kind: 'dir' | 'symlink' | 'other' };

/** All that was read. Paths are absolute or begin with `~/`. */
export interface Inputs {
  /** What stands at each path that `reads` asked for. */
  files?: Record<string, FileInput>;
  /** The answers, by the id of the query; `null` where there is no database. */
  rows?: Record<string, Record<string, SqlValue>[] | null>;
  /** Milliseconds since 1970; default `Date.now()`. */
  now?: number;
  /** The user's home folder, for an `env` without HOME. */
  home?: string | null;
  /** The working folder, for relative paths. */
  cwd?: string | null;
  /** The installed openclaw package: `version` and `openclaw.schemaVersions.state` of its package.json. */
  installed?: { version: string; stateSchema?: number | null } | null;
  /** Packages that were found and not believed, and whose file or folder on the way (`at`) others control; `uid` is its owner, null where it is its mode that lets others write. Each is a warning. */
  passedOver?: { path: string; at: string; uid?: number | null }[];
  /** 64 random bytes for a new key and a new token; else the binding draws them. Give the same ones when planning again. */
  entropy?: Uint8Array;
  /** Modes, owners and numbers of names: many for `diagnose`, the identity file's for a setup, a linked include's for a config. Left out, they are not asked for. */
  stats?: Record<string, Stat | null>;
  /** For `diagnose`: the process in whose like the gateway would run. */
  process?: { uid: number; node: string; platform: string };
  /** The process id of a gateway that runs on the state dir, where one is seen: what writes beside it says so. */
  gateway?: number | null;
  /**
   * For operations on one device, where the call looks again: `deviceId`, `roles` and `granted` of its first report, and whether it has
   * written some of it. A request that asks for more by now is refused, `ERR_PREPAIR_CHANGED`, and what was done is not done twice.
   */
  earlier?: { deviceId: string; roles: string[]; granted: string[]; applied: boolean };
  /** For `diagnose`: paths that could not be read, and why. */
  failures?: Record<string, { code: string; message: string; path?: string; hint?: string }>;
}

/** What is still to be read. */
export interface Reads {
  /** All is there: plan. */
  done: boolean;
  /** Files to read. */
  files: string[];
  /** Those of the files that a plan can do without: hand in `{ kind: 'other' }` for one that cannot be read. */
  optional?: string[];
  /** Queries to run. */
  queries: Query[];
  /** Paths whose modes and owner are wanted, where `inputs.stats` is given. */
  stats?: string[];
  /** Folders that may be reached through links, as far as they are known; below them no link is to be followed. */
  bases: string[];
}

/**
 * One change. `expect` is the SHA-256 of what was read, in lowercase hex, `null` for nothing: to be checked just before.
 * A step whose `expect` or `changes` fails stops the plan: read and plan again.
 */
export type Step =
  | { kind: 'write'; path: string; content: Uint8Array; mode: number; keepMode?: true; expect: string | null; splices?: Splice[] }
  | { kind: 'remove'; path: string; expect: string }
  | { kind: 'sql'; db: string; statements: { sql: string; params: SqlValue[]; changes: number }[] };

/** Where the new content of a file differs from the old one, in bytes. A step without them writes the file anew. */
export interface Splice {
  /** The byte of the old content. */
  at: number;
  /** How many bytes of the old content go. */
  remove: number;
  /** How many bytes of the new content take their place. */
  insert: number;
}

/** Any prefix of the steps is a state that a gateway starts on and that the same call completes. */
export interface Plan<Report> {
  /** To be done in this order. Empty: there is nothing to do. */
  steps: Step[];
  /** As the call of that name gives it, as if the steps were done. */
  report: Report;
  /** Folders that may be reached through links; below them no link is to be followed. */
  bases: string[];
}

/** Options and reports of the operations. */
export interface Operations {
  // <operations> Written by tests/packaging/entries.mjs.
  /** As `prePair` of the main entry. */
  prePair: { options: PrePairOptions; report: PrePairReport };
  /** As `clearPending` of the main entry. */
  clearPending: { options: ClearPendingOptions; report: ClearPendingReport };
  /** As `patchConfig` of the main entry. */
  patchConfig: { options: PatchConfigOptions; report: PatchConfigReport };
  /** As `setup` of the main entry. */
  setup: { options: SetupOptions; report: SetupReport };
  /** As `diagnose` of the main entry. */
  diagnose: { options: DiagnoseOptions; report: Diagnosis };
  /** As `devices.list` of the main entry. */
  'devices.list': { options: Target; report: DeviceList };
  /** As `devices.approve` of the main entry. */
  'devices.approve': { options: ApproveDeviceOptions; report: DeviceReport };
  /** As `devices.reject` of the main entry. */
  'devices.reject': { options: Target & { requestId: string }; report: DeviceReport };
  /** As `devices.remove` of the main entry. */
  'devices.remove': { options: Target & { deviceId: string }; report: DeviceReport };
  /** As `devices.revoke` of the main entry. */
  'devices.revoke': { options: DeviceRole; report: DeviceReport };
  /** As `devices.rotate` of the main entry. */
  'devices.rotate': { options: DeviceRole; report: DeviceReport };
  /** As `devices.rename` of the main entry. */
  'devices.rename': { options: Target & { deviceId: string; name: string }; report: DeviceReport };
  // </operations>
}

/**
 * Makes the wasm module ready. Needed in browsers, which fetch `prepair.wasm` beside the script unless a WebAssembly.Module or its
 * bytes are given; elsewhere only to bring a module of one's own.
 * @throws {PrepairError} Rejects with `ERR_PREPAIR_BINDING`: it is not the module of this package.
 * @example
 * await init();
 */
export function init(module?: object): Promise<void>;

/**
 * What is still to be read for a plan: call it with all that was read so far until it is `done`.
 * @throws {PrepairError} `ERR_PREPAIR_OPTIONS`, `ERR_PREPAIR_VERSION`, `ERR_PREPAIR_STATE_DIR`, and what is wrong with what was read.
 * @example
 * const inputs: Inputs & { files: Record<string, FileInput> } = { home: '/root', files: {} };
 * for (let wanted = reads('prePair', {}, inputs); !wanted.done; wanted = reads('prePair', {}, inputs)) {
 *   for (const path of wanted.files) inputs.files[path] = null; // what your host has at that path
 * }
 */
export function reads<Name extends keyof Operations>(operation: Name, options?: Operations[Name]['options'], inputs?: Inputs): Reads;

/**
 * The steps and the report. Nothing is done yet.
 * @throws {PrepairError} What the call of that name of the main entry throws, and `ERR_PREPAIR_ENTROPY`.
 * @example
 * const { steps, report } = plan('prePair', inputs, { gatewayVersion: '2026.7.1' });
 * for (const step of steps) if (step.kind === 'write') console.log(step.path, step.content.length);
 */
export function plan<Name extends keyof Operations>(operation: Name, inputs: Inputs, options?: Operations[Name]['options']): Plan<Operations[Name]['report']>;

/**
 * A new identity, or the one that a secret and a label give.
 * @throws {PrepairError} `ERR_PREPAIR_SECRET`, `ERR_PREPAIR_OPTIONS`.
 * @example
 * const { deviceId, privateKeyPem } = newIdentity({ secret: 'at least 32 bytes of a random secret', label: 'sandbox-7' });
 */
export function newIdentity(from?: DerivedFrom): Identity;

/**
 * The Ed25519 signature of a text, in base64url, as a gateway asks for it.
 * @throws {PrepairError} `ERR_PREPAIR_KEY`.
 * @example
 * const { signature, publicKey, deviceId } = sign(newIdentity().privateKeyPem, 'v2|…');
 */
export function sign(privateKeyPem: string, payload: string): { signature: string; publicKey: string; deviceId: string };
