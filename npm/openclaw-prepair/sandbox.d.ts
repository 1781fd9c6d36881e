import type {
  ApproveDeviceOptions, ClearPendingOptions, ClearPendingReport, ConfigChanges, DeviceList, DeviceReport, DeviceRole, DiagnoseOptions, LiveToken, Diagnosis, PatchConfigOptions, PatchConfigReport,
  PrePairOptions, PrePairReport, SetupOptions, SetupReport, Target,
} from './index.js';

export { PrepairError } from './index.js';

/** A file to upload. */
export interface SandboxFile {
  path: string;
  content: Uint8Array;
  /** Permission bits. An SDK without modes may ignore them: the folders that we upload to are private. */
  mode: number;
  /** The sandbox user, where it is known. Only an SDK that would write as another user needs it. */
  uid?: number;
  gid?: number;
}

/** What each call is given: obey it as far as the SDK can. */
export interface CallContext {
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** A sandbox, as far as this package touches it. Paths are absolute. */
export interface SandboxFs {
  /** The content of a file; null where nothing is. */
  read(path: string, context?: CallContext): Promise<Uint8Array | null>;
  writeMany(files: SandboxFile[], context?: CallContext): Promise<void>;
  /** Runs a command as the user who runs the gateway. It may be delivered twice. */
  exec(argv: string[], context?: CallContext): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  /** `writeMany` gives new files their mode from the first byte, and makes the folders that they lie in. */
  setsModes?: boolean;
  /** Where the home folder most likely is. Only tried first: the sandbox itself says where it is. */
  home?: string;
}

export interface RemoteOptions {
  /** The sandbox was just created and nothing is in its state dir: write without reading. What is there is overwritten. */
  fresh?: boolean;
  onStep?(step: 'reading' | 'planning' | 'writing' | 'done'): void;
  signal?: AbortSignal;
  /** For each call of the SDK; default 60 s. */
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
  roundTrips: number;
}

/**
 * `env` is that of commands in the sandbox by default, `openclawDir` a folder in it. A running gateway is looked for on the same
 * machine only, not in a sandbox: give `gatewayVersion` where several versions are installed there.
 */
export function prePair(fs: SandboxFs, options?: PrePairOptions & RemoteOptions): Promise<PrePairReport & RoundTrips>;
export function clearPending(fs: SandboxFs, options?: ClearPendingOptions & RemoteOptions): Promise<ClearPendingReport & RoundTrips>;
export function patchConfig(fs: SandboxFs, options?: PatchConfigOptions & RemoteOptions): Promise<PatchConfigReport & RoundTrips>;
export function setup(fs: SandboxFs, options?: SetupOptions & RemoteOptions): Promise<SetupReport & RoundTrips>;
export function diagnose(fs: SandboxFs, options?: DiagnoseOptions & RemoteOptions): Promise<Diagnosis & RoundTrips>;

/** Paired devices and waiting requests, as `devices` of the main entry. */
export const devices: {
  list(fs: SandboxFs, options?: Target & RemoteOptions): Promise<DeviceList & RoundTrips>;
  approve(fs: SandboxFs, options: ApproveDeviceOptions & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  reject(fs: SandboxFs, options: Target & { requestId: string } & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  remove(fs: SandboxFs, options: Target & { deviceId: string } & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  revoke(fs: SandboxFs, options: DeviceRole & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  rotate(fs: SandboxFs, options: DeviceRole & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  rename(fs: SandboxFs, options: Target & { deviceId: string; name: string } & RemoteOptions): Promise<DeviceReport & RoundTrips>;
  /** The one call whose token leaves the sandbox. */
  token(fs: SandboxFs, options: DeviceRole & RemoteOptions): Promise<LiveToken & RoundTrips>;
};

/** What is used of a `Sandbox` of `@vercel/sandbox` 3. */
export interface VercelSandbox {
  readFileToBuffer(file: { path: string }, options?: { signal?: AbortSignal }): Promise<Uint8Array | null>;
  writeFiles(files: { path: string; content: string | Uint8Array; mode?: number }[], options?: { signal?: AbortSignal }): Promise<void>;
  runCommand(params: { cmd: string; args?: string[]; signal?: AbortSignal; timeoutMs?: number }): Promise<{
    exitCode: number;
    stdout(): Promise<string>;
    stderr(): Promise<string>;
  }>;
}

/** What is used of a `Sandbox` of `e2b` 2. */
export interface E2bSandbox {
  files: {
    read(path: string, options: { format: 'bytes'; signal?: AbortSignal }): Promise<Uint8Array>;
    write(files: { path: string; data: ArrayBuffer }[], options?: { signal?: AbortSignal }): Promise<unknown>;
  };
  commands: {
    run(command: string, options?: { background?: false; timeoutMs?: number; signal?: AbortSignal }): Promise<{ exitCode: number; stdout: string; stderr: string }>;
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
  getArchive(options: { path: string; abortSignal?: AbortSignal }): Promise<AsyncIterable<any>>;
  putArchive(archive: any, options: { path: string; abortSignal?: AbortSignal }): Promise<unknown>;
  exec(options: { Cmd: string[]; AttachStdout: boolean; AttachStderr: boolean; abortSignal?: AbortSignal }): Promise<{
    start(options: { hijack: boolean; stdin: boolean; abortSignal?: AbortSignal }): Promise<AsyncIterable<any>>;
    inspect(): Promise<{ ExitCode: number | null }>;
  }>;
}

export function vercel(sandbox: VercelSandbox): SandboxFs;
export function e2b(sandbox: E2bSandbox): SandboxFs;
export function daytona(sandbox: DaytonaSandbox): SandboxFs;
/** Runs in Workers; contents go as base64. */
export function cloudflare(sandbox: CloudflareSandbox): SandboxFs;
/** Where the container's root is read-only or its /tmp a tmpfs, give a `stagingDir` on a volume. */
export function docker(container: DockerContainer): SandboxFs;
/** A folder of this machine as the home of a sandbox: for tests, and for local use. Node only. */
export function localDir(dir: string): SandboxFs;
