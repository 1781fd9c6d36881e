// <imports> Written by tests/packaging/entries.mjs.
import type {
  ApproveDeviceOptions, ClearPendingOptions, ClearPendingReport, DeviceList, DeviceReport, DeviceRole, DiagnoseOptions,
  Diagnosis, LiveToken, PatchConfigOptions, PatchConfigReport, PrePairOptions, PrePairReport, SetupOptions, SetupReport,
  Target,
} from './index.js';
// </imports>

export { PrepairError } from './index.js';

/** An AbortSignal, where the types of the platform know one: those of this package need neither the DOM's nor Node's. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer T } } ? T : {
  /** It was aborted. */
  readonly aborted: boolean;
  /** Why. */
  readonly reason: any;
  /** Tells when it is aborted. */
  addEventListener(type: 'abort', listener: () => void, options?: any): void;
  /** Does not tell it any more. */
  removeEventListener(type: 'abort', listener: () => void, options?: any): void;
};

/** A file to upload. */
export interface SandboxFile {
  /** Absolute. */
  path: string;
  /** Its bytes. */
  content: Uint8Array;
  /** Permission bits. An SDK without modes may ignore them: the folders that we upload to are private. */
  mode: number;
  /** The sandbox user, where it is known. Only an SDK that would write as another user needs it. */
  uid?: number;
  /** The group, likewise. */
  gid?: number;
}

/** What each call is given: obey it as far as the SDK can. */
export interface CallContext {
  /** Ends the call. */
  signal?: Signal;
  /** How long it may take, in milliseconds. */
  timeoutMs?: number;
}

/** A sandbox, as far as this package touches it. Paths are absolute. */
export interface SandboxFs {
  /** The content of a file; null where nothing is. */
  read(path: string, context?: CallContext): Promise<Uint8Array | null>;
  /** Puts files there; what is there is overwritten. */
  writeMany(files: SandboxFile[], context?: CallContext): Promise<void>;
  /** Runs a command as the user who runs the gateway. It may be delivered twice. */
  exec(argv: string[], context?: CallContext): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  /** `writeMany` gives new files their mode from the first byte, and makes the folders that they lie in. */
  setsModes?: boolean;
  /** Where the home folder most likely is. Only tried first: the sandbox itself says where it is. */
  home?: string;
}

/** What every call takes beside its own options. */
export interface RemoteOptions {
  /** The sandbox was just created and nothing is in its state dir: write without reading. What is there is overwritten. */
  fresh?: boolean;
  /** Tells what is being done. */
  onStep?(step: 'reading' | 'planning' | 'writing' | 'done'): void;
  /** Ends the call with `ERR_PREPAIR_ABORTED`: what was written is whole, and the same call completes it. */
  signal?: Signal;
  /** For each call of the SDK, in milliseconds; default 60000. */
  timeoutMs?: number;
  /**
   * The absolute path of a folder in the sandbox; it may be in use. Uploads go to a private folder of our own in it,
   * `.prepair-<uid>`; nothing else in it is touched. It is made (0700) if its parent is there. Default: TMPDIR, /tmp or home.
   * Never below `<stateDir>/.prepair.lock`; with `owner` neither the state dir nor a folder above or below it.
   */
  stagingDir?: string;
}

/** How often it was waited for the sandbox; calls made side by side are one wait. */
export interface RoundTrips {
  /** From 1. */
  roundTrips: number;
}

// <operations> Written by tests/packaging/entries.mjs; the words above a call stay.
/**
 * `prePair` of the main entry, in a sandbox. `env` is that of commands in the sandbox by default, `openclawDir` a folder in it. A running
 * gateway is looked for on the same machine only, not in a sandbox: give `gatewayVersion` where several versions are installed there.
 * @throws {PrepairError} Rejects with `ERR_PREPAIR_SANDBOX`, `ERR_PREPAIR_TIMEOUT`, `ERR_PREPAIR_ABORTED`, or what the call of that name of the
 * main entry throws.
 * @example
 * const fs = vercel(sandbox); // what `Sandbox.create()` of @vercel/sandbox gave
 * const { deviceId, roundTrips } = await prePair(fs, { fresh: true });
 */
export function prePair(fs: SandboxFs, options?: PrePairOptions & RemoteOptions): Promise<PrePairReport & RoundTrips>;
/**
 * `clearPending` of the main entry, in a sandbox; `env` and `openclawDir` as of `prePair`.
 * @throws {PrepairError} Rejects with `ERR_PREPAIR_SANDBOX`, `ERR_PREPAIR_TIMEOUT`, `ERR_PREPAIR_ABORTED`, or what the call of that name of the
 * main entry throws.
 * @example
 * const { cleared } = await clearPending(fs);
 */
export function clearPending(fs: SandboxFs, options?: ClearPendingOptions & RemoteOptions): Promise<ClearPendingReport & RoundTrips>;
/**
 * `patchConfig` of the main entry, in a sandbox; `env` and `openclawDir` as of `prePair`.
 * @throws {PrepairError} Rejects with `ERR_PREPAIR_SANDBOX`, `ERR_PREPAIR_TIMEOUT`, `ERR_PREPAIR_ABORTED`, or what the call of that name of the
 * main entry throws.
 * @example
 * await patchConfig(fs, { merge: { gateway: { mode: 'local' } } });
 */
export function patchConfig(fs: SandboxFs, options?: PatchConfigOptions & RemoteOptions): Promise<PatchConfigReport & RoundTrips>;
/**
 * `setup` of the main entry, in a sandbox; `env` and `openclawDir` as of `prePair`.
 * @throws {PrepairError} Rejects with `ERR_PREPAIR_SANDBOX`, `ERR_PREPAIR_TIMEOUT`, `ERR_PREPAIR_ABORTED`, or what the call of that name of the
 * main entry throws.
 * @example
 * const report = await setup(fs, { fresh: true, signal: AbortSignal.timeout(30_000) });
 */
export function setup(fs: SandboxFs, options?: SetupOptions & RemoteOptions): Promise<SetupReport & RoundTrips>;
/**
 * `diagnose` of the main entry, in a sandbox; `env` and `openclawDir` as of `prePair`.
 * @throws {PrepairError} Rejects with `ERR_PREPAIR_SANDBOX`, `ERR_PREPAIR_TIMEOUT`, `ERR_PREPAIR_ABORTED`, or what the call of that name of the
 * main entry throws.
 * @example
 * const { verdict, remedy } = await diagnose(fs, { connection: { client: 'cli' } });
 */
export function diagnose(fs: SandboxFs, options?: DiagnoseOptions & RemoteOptions): Promise<Diagnosis & RoundTrips>;
// </operations>

/**
 * Paired devices and waiting requests, as `devices` of the main entry.
 * @throws {PrepairError} Rejects with `ERR_PREPAIR_SANDBOX`, `ERR_PREPAIR_TIMEOUT`, `ERR_PREPAIR_ABORTED`, or what the call of that name of the
 * main entry throws.
 * @example
 * for (const { requestId, clientId } of (await devices.list(fs)).waiting) console.log(requestId, clientId);
 */
export const devices: {
  /** Reads only. */
  list(fs: SandboxFs, options?: Target & RemoteOptions): Promise<DeviceList & RoundTrips>;
  /** Approves one waiting request, as the owner of this version's gateway would. */
  approve(fs: SandboxFs, options: ApproveDeviceOptions & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  /** Drops one waiting request. */
  reject(fs: SandboxFs, options: Target & { requestId: string } & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  /** Drops the record of a device, its tokens and all that waits of it. */
  remove(fs: SandboxFs, options: Target & { deviceId: string } & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  /** Revokes the token of a role. */
  revoke(fs: SandboxFs, options: DeviceRole & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  /** Puts a new token in the place of that of a role. */
  rotate(fs: SandboxFs, options: DeviceRole & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  /** Gives a device another name, 1 to 200 characters. */
  rename(fs: SandboxFs, options: Target & { deviceId: string; name: string } & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  /** The one call whose token leaves the sandbox. */
  token(fs: SandboxFs, options: DeviceRole & RemoteOptions): Promise<LiveToken & RoundTrips>;
};

/** What is used of a `Sandbox` of `@vercel/sandbox` 3. */
export interface VercelSandbox {
  readFileToBuffer(file: { path: string }, options?: { signal?: Signal }): Promise<Uint8Array | null>;
  writeFiles(files: { path: string; content: string | Uint8Array; mode?: number }[], options?: { signal?: Signal }): Promise<void>;
  runCommand(params: { cmd: string; args?: string[]; signal?: Signal; timeoutMs?: number }): Promise<{
    exitCode: number;
    stdout(): Promise<string>;
    stderr(): Promise<string>;
  }>;
}

/** What is used of a `Sandbox` of `e2b` 2. */
export interface E2bSandbox {
  files: {
    read(path: string, options: { format: 'bytes'; signal?: Signal }): Promise<Uint8Array>;
    write(files: { path: string; data: ArrayBuffer }[], options?: { signal?: Signal }): Promise<unknown>;
  };
  commands: {
    run(command: string, options?: { background?: false; timeoutMs?: number; signal?: Signal }): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  };
}

/** What is used of a `Sandbox` of `@daytona/sdk`. */
export interface DaytonaSandbox {
  fs: {
    downloadFile(path: string): Promise<Uint8Array>;
    uploadFile(content: any, path: string): Promise<void>;
  };
  process: {
    executeCommand(command: string, cwd?: string, env?: Record<string, string>, timeout?: number): Promise<{ exitCode: number; result: string }>;
  };
}

/** What is used of a `Sandbox` of `@cloudflare/sandbox`. */
export interface CloudflareSandbox {
  readFile(path: string, options: { encoding: 'base64' }): Promise<{ content: string; encoding?: string }>;
  writeFile(path: string, content: string, options: { encoding: 'base64' }): Promise<unknown>;
  exec(command: string, options?: { timeout?: number }): Promise<{ exitCode: number; stdout: string; stderr: string }>;
}

/** What is used of a `Container` of `dockerode`. */
export interface DockerContainer {
  getArchive(options: { path: string; abortSignal?: Signal }): Promise<AsyncIterable<any>>;
  putArchive(archive: any, options: { path: string; abortSignal?: Signal }): Promise<unknown>;
  exec(options: { Cmd: string[]; AttachStdout: boolean; AttachStderr: boolean; abortSignal?: Signal }): Promise<{
    start(options: { hijack: boolean; stdin: boolean; abortSignal?: Signal }): Promise<AsyncIterable<any>>;
    inspect(): Promise<{ ExitCode: number | null }>;
  }>;
}

/** Of `@vercel/sandbox` 3. */
export function vercel(sandbox: VercelSandbox): SandboxFs;
/** Of `e2b` 2. */
export function e2b(sandbox: E2bSandbox): SandboxFs;
/** Of `@daytona/sdk`. */
export function daytona(sandbox: DaytonaSandbox): SandboxFs;
/** Of `@cloudflare/sandbox`. Runs in Workers; contents go as base64. */
export function cloudflare(sandbox: CloudflareSandbox): SandboxFs;
/** Of `dockerode`. Where the container's root is read-only or its /tmp a tmpfs, give a `stagingDir` on a volume. */
export function docker(container: DockerContainer): SandboxFs;
/** A folder of this machine as the home of a sandbox: for tests, and for local use. Node only. */
export function localDir(dir: string): SandboxFs;
