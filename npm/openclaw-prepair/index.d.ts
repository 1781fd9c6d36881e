/** A scope of the operator role; more may come with OpenClaw's versions. `operator.talk.secrets` is there from 2026.3.31. */
export type OperatorScope =
  | 'operator.admin'
  | 'operator.read'
  | 'operator.write'
  | 'operator.approvals'
  | 'operator.pairing'
  | 'operator.talk.secrets'
  | (`operator.${string}` & {});

/** Which state dir, config and gateway a call is for. */
export interface Target {
  /** Default: as OpenClaw resolves it (`OPENCLAW_STATE_DIR`, else `.openclaw` in the home folder, else an existing legacy folder). */
  stateDir?: string;
  /** Default: as OpenClaw resolves it (`OPENCLAW_CONFIG_PATH`, else `openclaw.json` in the state dir). */
  configPath?: string;
  /**
   * As OpenClaw's `--profile NAME`: the state dir is `.openclaw-NAME` in the home folder (of `default`: `.openclaw`), unless
   * `OPENCLAW_STATE_DIR` names another one. Excludes `stateDir`.
   */
  profile?: string;
  /**
   * `'auto'` (default): that of a gateway which runs on the state dir, where its process tells, else that of the installed openclaw package,
   * else unknown, which means the newest known rules and a warning. A package counts that root, this user or the owner of the state dir put
   * in folders which nobody else can write to; every other one that is met is a warning, `W_PACKAGE_NOT_TRUSTED`.
   */
  gatewayVersion?: 'auto' | (string & {});
  /** Folder of the installed openclaw package, for `'auto'`: believed, whoever put it there. */
  openclawDir?: string;
  /** Default: `process.env`. A diagnosis also takes from it what the config names, as in `${PROXY_IP}`. */
  env?: Record<string, string | undefined>;
  /** Milliseconds since 1970; default `Date.now()`. */
  now?: number;
  /** Owner of new files and folders. Default, as root: the owner of the nearest existing parent. */
  owner?: {
    /** User id. */
    uid: number;
    /** Group id. */
    gid: number;
  };
  /** Plan and report, write nothing. */
  dryRun?: boolean;
}

/** An Ed25519 private key in PKCS#8 PEM, or a secret of 32 or more random bytes from which a label derives one. */
export type IdentitySource =
  | {
    /** PKCS#8 PEM. What `newIdentity()` gives is taken too; fields beside this are ignored. */
    privateKeyPem: string;
  }
  | DerivedFrom;

/** What one identity is derived from, the same each time: a secret of a deployment and the name of one sandbox, for example. */
export interface DerivedFrom {
  /** 32 or more random bytes; a text counts by its bytes in UTF-8. */
  secret: string | Uint8Array;
  /** Which of the identities of that secret. */
  label: string;
}

interface PairOptions extends Target {
  /**
   * The role that the key gets; default `'operator'`. Without it a node's key is refused, `ERR_PREPAIR_ROLE`: it never becomes an operator
   * by default. A node has no `scopes`. What it may run is no part of this: its commands are approved apart, once it has connected.
   */
  role?: 'operator' | 'node';
  /** Exactly these, in record and token. Default: admin, read, write, approvals and pairing, united with what is there. */
  scopes?: OperatorScope[];
  /** Give a token anew that its owner revoked; default: refuse. */
  reinstate?: boolean;
  /** The record's name. Default: the one that it has, else the one of its waiting request. */
  displayName?: string;
  /** Which pending requests to drop; default `'device'`: those of this device. */
  pending?: 'device' | 'all' | 'keep';
}

/** Approves the identity of the state dir: reused, else created, or the one given. */
interface PairIdentity extends PairOptions {
  /**
   * `'new'`: one that nobody had before; refused where one is. While the call runs, `identity/device.json.prepair` holds the new deviceId:
   * where the call is killed before its end, the same call finds its own key by it and completes it. Rows in a database are written at once.
   */
  identity?: IdentitySource | 'new';
  /**
   * Another identity is on disk; default `'refuse'`. `'replace'` is for files only: the old file is kept beside the new one, and the
   * record of the old key is removed from `devices/paired.json`, which a warning names.
   */
  onConflict?: 'refuse' | 'replace';
  /** Not beside `identity`. */
  device?: undefined;
}

/** Approves a public key whose private half lives elsewhere; no identity is read, written or compared. */
interface PairDevice extends PairOptions {
  /** Raw base64url or SPKI PEM. What `newIdentity()` gives is taken too; fields beside these are ignored. */
  device: {
    /** Raw base64url or SPKI PEM. */
    publicKey: string;
    /** As the option of that name. */
    displayName?: string;
  };
  /** Not beside `device`. */
  identity?: undefined;
  /** There is nothing to replace. */
  onConflict?: 'refuse';
}

/** What `prePair` takes: the identity of the state dir, or a `device` whose key lives elsewhere. */
export type PrePairOptions = PairIdentity | PairDevice;

/** What `clearPending` takes. */
export interface ClearPendingOptions extends Target {
  /** Only the requests of this device; default: all. */
  deviceId?: string;
  /** Only this request; not beside `deviceId`. */
  requestId?: string;
}

/** What to change in the config. */
export interface ConfigChanges {
  /**
   * Addresses and CIDRs for `gateway.trustedProxies`. Default `'sandbox'`: what this version needs in a sandbox.
   * `'private'`: 10/8, 127/8, 172.16/12, 192.168/16 and ::1, with warnings. `false`: leave it alone.
   */
  trustedProxies?: string[] | 'private' | 'sandbox' | false;
  /** The proxy's own addresses, added where this version wants them. */
  proxyPeers?: string[];
  /** Default false: 0.0.0.0/0 and ::/0 are refused, `ERR_PREPAIR_PROXY_ANY`. */
  allowAny?: boolean;
  /** An RFC 7396 merge patch: `null` removes a key. Default: none. */
  merge?: object;
  /** What `merge` does with an array where one is. Default `'union'`: its elements are added, none twice. */
  arrays?: 'union' | 'replace';
}

/** What `patchConfig` takes. */
export interface PatchConfigOptions extends Target, ConfigChanges {}

/** `prePair`, `clearPending` and `patchConfig` as one plan; `config: false` leaves the config alone. */
export type SetupOptions = PrePairOptions & {
  /**
   * What to change in the config; default: what this version needs in a sandbox. A config that is missing is created with
   * `gateway.mode: "local"`, without which no gateway starts. `false` leaves it alone.
   */
  config?: ConfigChanges | false;
};

// <codes> made by `cargo xtask generate`
/** Why something is refused; more may come: see docs/codes.md. */
export type PrepairErrorCode =
  | 'ERR_PREPAIR_ABORTED'
  | 'ERR_PREPAIR_AMBIGUOUS'
  | 'ERR_PREPAIR_BINDING'
  | 'ERR_PREPAIR_BUSY'
  | 'ERR_PREPAIR_CHANGED'
  | 'ERR_PREPAIR_CLIENT_STATE'
  | 'ERR_PREPAIR_CONFIG_INCLUDE'
  | 'ERR_PREPAIR_CONFIG_REVERT'
  | 'ERR_PREPAIR_CONTENDED'
  | 'ERR_PREPAIR_DEVICE_CONFLICT'
  | 'ERR_PREPAIR_DISK_FULL'
  | 'ERR_PREPAIR_ENCODING'
  | 'ERR_PREPAIR_ENTROPY'
  | 'ERR_PREPAIR_IDENTITY_BROKEN'
  | 'ERR_PREPAIR_IDENTITY_CONFLICT'
  | 'ERR_PREPAIR_IDENTITY_MISSING'
  | 'ERR_PREPAIR_INTERNAL'
  | 'ERR_PREPAIR_IO'
  | 'ERR_PREPAIR_KEY'
  | 'ERR_PREPAIR_LEGACY_IDENTITY_CONFLICT'
  | 'ERR_PREPAIR_LOCKED'
  | 'ERR_PREPAIR_MOUNT_POINT'
  | 'ERR_PREPAIR_NOT_A_FILE'
  | 'ERR_PREPAIR_NOT_FOUND'
  | 'ERR_PREPAIR_OPTIONS'
  | 'ERR_PREPAIR_PERMISSION'
  | 'ERR_PREPAIR_PLATFORM'
  | 'ERR_PREPAIR_PROXY'
  | 'ERR_PREPAIR_PROXY_ANY'
  | 'ERR_PREPAIR_READ_ONLY'
  | 'ERR_PREPAIR_REQUEST_EXPIRED'
  | 'ERR_PREPAIR_REVOKED'
  | 'ERR_PREPAIR_ROLE'
  | 'ERR_PREPAIR_SANDBOX'
  | 'ERR_PREPAIR_SCOPE'
  | 'ERR_PREPAIR_SECRET'
  | 'ERR_PREPAIR_SHAPE'
  | 'ERR_PREPAIR_SQLITE'
  | 'ERR_PREPAIR_SQLITE_BUSY'
  | 'ERR_PREPAIR_SQLITE_SCHEMA'
  | 'ERR_PREPAIR_SQLITE_UNAVAILABLE'
  | 'ERR_PREPAIR_STATE_DIR'
  | 'ERR_PREPAIR_STORE_CONFLICT'
  | 'ERR_PREPAIR_SUPERVISED'
  | 'ERR_PREPAIR_SYNTAX'
  | 'ERR_PREPAIR_TIMEOUT'
  | 'ERR_PREPAIR_VERSION'
  | (`ERR_PREPAIR_${string}` & {});

/** What a notice is about; more may come: see docs/codes.md. */
export type NoticeCode =
  | 'W_BACKUP'
  | 'W_BIND_CUSTOM'
  | 'W_BIND_LAN'
  | 'W_CHANGED'
  | 'W_CONFIG_ELSEWHERE'
  | 'W_CONFIG_INCLUDE'
  | 'W_CONFIG_KEY'
  | 'W_CONFIG_MISSING'
  | 'W_CONFIG_VALUE'
  | 'W_CONFIG_VARIABLE'
  | 'W_CONTAINER_SECRET'
  | 'W_DEVICE_AUTH'
  | 'W_DEVICE_CONFLICT'
  | 'W_DISK_FULL'
  | 'W_ENCODING'
  | 'W_GATEWAY_MODE'
  | 'W_GATEWAY_RUNNING'
  | 'W_HARD_LINK'
  | 'W_IDENTITY_BROKEN'
  | 'W_IDENTITY_REPAIRED'
  | 'W_IDENTITY_REPLACED'
  | 'W_IDENTITY_SHAPE'
  | 'W_IO'
  | 'W_KEY_READABLE'
  | 'W_KEY_SPELLING'
  | 'W_LEGACY_FILES'
  | 'W_LEGACY_IDENTITY_CONFLICT'
  | 'W_MODE'
  | 'W_NAME_OVERWRITTEN'
  | 'W_NODE'
  | 'W_NODE_COMMANDS'
  | 'W_NOT_A_FILE'
  | 'W_NOT_IMPORTED'
  | 'W_NOT_PAIRED'
  | 'W_NO_DEVICE'
  | 'W_NO_IDENTITY'
  | 'W_NO_SECRET'
  | 'W_OWNER'
  | 'W_OWN_DEVICE'
  | 'W_PACKAGE_NOT_TRUSTED'
  | 'W_PENDING_STICKY'
  | 'W_PERMISSION'
  | 'W_PINNED'
  | 'W_PINNED_TAKEN'
  | 'W_PROFILES'
  | 'W_PROXY_ANY'
  | 'W_PROXY_ENTRY'
  | 'W_PROXY_LOOPBACK'
  | 'W_PROXY_NETWORK'
  | 'W_PROXY_NO_CLIENT'
  | 'W_PROXY_NO_EFFECT'
  | 'W_PROXY_SHAPE'
  | 'W_PROXY_SPOOFABLE'
  | 'W_PROXY_UNLISTED'
  | 'W_PROXY_WIDE'
  | 'W_READ_ONLY'
  | 'W_RECORD_ID'
  | 'W_ROLE'
  | 'W_SCHEMA_NEWER'
  | 'W_SCOPES'
  | 'W_SCOPE_UNKNOWN'
  | 'W_SECRET_DIFFERS'
  | 'W_SHAPE'
  | 'W_SQLITE'
  | 'W_SQLITE_BUSY'
  | 'W_SQLITE_SCHEMA'
  | 'W_SQLITE_UNAVAILABLE'
  | 'W_STATE_DIR'
  | 'W_STILL_CONNECTED'
  | 'W_STILL_PAIRED'
  | 'W_STORE_CONFLICT'
  | 'W_SUPERVISED'
  | 'W_SYNTAX'
  | 'W_TIMESTAMPS'
  | 'W_TOKEN_IS_GATEWAYS'
  | 'W_TOKEN_MISSING'
  | 'W_TOKEN_REDACTED'
  | 'W_TOKEN_RENEWED'
  | 'W_TOKEN_REVOKED'
  | 'W_TOKEN_SCOPES'
  | 'W_VERSION_NEWER'
  | 'W_VERSION_OLDER'
  | 'W_VERSION_UNKNOWN'
  | (`W_${string}` & {});
// </codes>

/** A place on disk. It is data: no message repeats it. */
export interface Place {
  /** A file, or a folder. */
  path: string;
  /** A line of that file, from 1. */
  line?: number;
  /** A column of that line, from 1, in UTF-16 code units. */
  column?: number;
}

/** A remark or a warning. */
export interface Notice {
  /** What it is about: docs/codes.md has a line for each. */
  code: NoticeCode;
  /** The case at hand, for people; it may change from version to version. */
  message: string;
  /** What to do about it. */
  hint?: string;
  /** Where it is. */
  place?: Place;
  /** `place.path`. */
  path?: string;
}

/** One thing on disk that changed. */
export interface Change {
  /** The file; of rows that of the database. */
  path: string;
  /** `rows`: rows of a database were written. */
  action: 'created' | 'replaced' | 'removed' | 'rows';
  /** Size of a file that was written. */
  bytes?: number;
  /** How many rows. */
  rows?: number;
}

/** A gateway's version, and who says so. */
export interface GatewayVersion {
  /** As `openclaw --version` prints it; `null` where nothing tells it, so that the newest known rules were followed. */
  version: string | null;
  /** The option `gatewayVersion`, the installed package or a running gateway's, or nothing. */
  source: 'option' | 'package' | 'unknown';
}

/** What `prePair` did. */
export interface PrePairReport {
  /** Lowercase hex SHA-256 of the raw public key. */
  deviceId: string;
  /** Raw public key, base64url without padding. */
  publicKey: string;
  /** Files, or a database. */
  store: 'json' | 'sqlite';
  /** The version whose rules were followed. */
  gateway: GatewayVersion;
  /**
   * What became of the identity. `imported`: out of the files of an older version, into the database. `repaired`: the same key in the form
   * that OpenClaw writes. `untouched`: the call was about a `device`.
   */
  identity: 'created' | 'reused' | 'imported' | 'repaired' | 'replaced' | 'untouched';
  /** What became of the record. */
  paired: 'created' | 'updated' | 'unchanged';
  /** Scopes that the record or its token did not have. */
  scopesAdded: string[];
  /** How many waiting requests were dropped. */
  pendingCleared: number;
  /** How many times it was planned: more than 1 when something else wrote the same files. */
  attempts: number;
  /** Empty when there was nothing to do. */
  changes: Change[];
  /** Remarks and warnings; empty where all is well. */
  warnings: Notice[];
}

/** A request that was dropped. */
export interface ClearedRequest {
  /** Its id; a stranger's device may have written it, as the other two. */
  requestId: string;
  /** The device that it is of. */
  deviceId: string;
  /** A gateway would have approved it by itself; null where it does not say. */
  silent: boolean | null;
  /** Milliseconds since it was made; 0 where it does not say. */
  ageMs: number;
}

/** What `clearPending` did. */
export interface ClearPendingReport {
  /** The requests that were dropped, in the store's order. */
  cleared: ClearedRequest[];
  /** Empty when there was nothing to do. */
  changes: Change[];
  /** Remarks and warnings; empty where all is well. */
  warnings: Notice[];
}

/** One setting that was edited. */
export interface ConfigEdit {
  /** Its place in the config: `gateway.trustedProxies[0]`. */
  path: string;
  /** What was done to it. */
  action: 'added' | 'replaced' | 'removed';
}

/** What `patchConfig` did. */
export interface PatchConfigReport {
  /** The config file. */
  path: string;
  /** It was written, or would be by a dry run. */
  changed: boolean;
  /** Each setting that was edited. */
  edits: ConfigEdit[];
  /** Empty when there was nothing to do. */
  changes: Change[];
  /** Remarks and warnings; empty where all is well. */
  warnings: Notice[];
}

/** What `setup` did. */
export interface SetupReport extends PrePairReport {
  /** Of the config; its warnings are among those above too. `null` with `config: false`. */
  config: PatchConfigReport | null;
}

/** A connection as `diagnose` is to judge it. Everything has a default. */
export interface Connection {
  /**
   * Default `'agent'`: the agent's own tool; with `device` the client that its record names. `'control-ui'`: a browser with OpenClaw's page.
   * `'app'` is the macOS app unless `clientId` says another; `'other'` goes by `clientId` and `clientMode`.
   */
  client?: 'agent' | 'cli' | 'control-ui' | 'node' | 'app' | 'other';
  /** The id by which the client names itself, such as `openclaw-ios`. */
  clientId?: string;
  /** The mode that it names: `ui`, `webchat`, `node`, … */
  clientMode?: string;
  /** Default: node for a node, else operator. */
  role?: 'operator' | 'node';
  /** Default: as this client does in this version. */
  presentsDevice?: boolean;
  /** Default `'cron.list'`. */
  method?: string;
  /** Default: as this client asks in this version. */
  scopes?: OperatorScope[];
  /** The peer of the socket; default: this machine. */
  remoteAddress?: string;
  /** The Host header; default: the gateway's own address. */
  host?: string;
  /** The Origin header, which a browser sends; default: none. */
  origin?: string;
  /** The other headers of the upgrade request, which a proxy may have added; default: none. */
  headers?: Record<string, string>;
  /** The secret that it presents; default: as this client does, mostly the gateway's own token or password. */
  auth?: 'token' | 'password' | 'device-token' | 'none';
  /** The platform that it names; default: that of the record of `device`, else this machine's, as Node spells it. A record may pin it. */
  platform?: string;
  /** The device family that it names; default: none. A record may pin it. */
  deviceFamily?: string;
  /**
   * One line of a gateway's log, at most 8 KiB, that tells of this connection: `[ws] closed before connect …` or `[ws] unauthorized …`, or
   * the same line of its log file, which is JSON. What else is given here goes before it. The device that it names is judged. A line in which a field occurs twice, or a quote is not closed, is refused: a client may have
   * written it.
   */
  log?: string;
}

/** What `diagnose` takes. */
export interface DiagnoseOptions extends Target {
  /** Default: the agent's own tool, from this machine. */
  connection?: Connection;
  /** Judge this device by its public key, whose private half lives elsewhere; no identity is looked at then. */
  device?: {
    /** Raw base64url or SPKI PEM. */
    publicKey: string;
  };
}

/** The version that a diagnosis stands on. */
export interface AssumedGateway extends GatewayVersion {
  /** The version whose rules were followed. */
  rules: string;
}

/** What a diagnosis stands on, so that nobody takes it for one of something else. */
export interface Assumed {
  /** The state dir that was looked at. */
  stateDir: string;
  /** The config that was looked at. */
  configPath: string;
  /** Its version, and who says so. */
  gateway: AssumedGateway;
  /** Files, or a database. */
  store: 'json' | 'sqlite';
  /** The client that was judged, as `connection.client` names it. */
  client: string;
  /** How it connects, in one sentence; also whether a gateway has started here yet. */
  connection: string;
}

/** One step of a remedy. */
export interface RemedyStep {
  /** Who runs it: this package's command, OpenClaw's own, or a person. */
  by: 'openclaw-prepair' | 'openclaw' | 'hand';
  /** What follows the name of that program, the target as it was given among it; by hand, the whole command. Absent where the text says all. */
  argv?: string[];
  /** What it does, or what to do. */
  text: string;
}

/** What to do about a wall. */
export interface Remedy {
  /**
   * The steps, taken in order, let the same connection in. Where it is false they are what can be done elsewhere, and the text says why
   * nothing here opens the door. It is never true of a version that nobody has observed.
   */
  opens: boolean;
  /** In the order in which they are to be taken. */
  steps: RemedyStep[];
}

/** One question of the gateway's decision. */
export interface DecisionStep {
  /** What the gateway asks itself. */
  question: string;
  /** The answer in this case. */
  answer: string;
  /** Why, with the version from which on it is so and its source. */
  because: string;
}

/** What `diagnose` found. */
export interface Diagnosis {
  /** What was looked at, and what was taken for granted. */
  assumed: Assumed;
  /**
   * `unknown`: something that decides cannot be read; `steps` says what. `no-gateway`: nothing is here that a gateway wrote, and no version
   * is known; or the state dir is a client's (`gateway.mode: "remote"`) and no gateway runs on it.
   */
  verdict: 'open' | 'silent-approval' | 'pairing-required' | 'rejected' | 'unknown' | 'no-gateway';
  /** Why it is not open; `null` where it is, or where nothing tells. */
  reason:
    | 'not-paired'
    | 'role-upgrade'
    | 'scope-upgrade'
    | 'metadata-upgrade'
    | 'sticky-pending'
    | 'revoked'
    | 'no-device'
    | 'missing-scope'
    | 'unattributable-proxy'
    | 'bind-lan'
    | 'bind-custom'
    | 'identity'
    | 'auth'
    | 'config'
    | null;
  /** The path through the decision tree, in order. */
  steps: DecisionStep[];
  /** All that is wrong on disk, each with its fix. */
  findings: Notice[];
  /** What waits for an owner's approval, of every device; none of it ever becomes part of a remedy. */
  waiting: WaitingRequest[];
  /** `null`: nothing to do. */
  remedy: Remedy | null;
}

/** What `verify` takes. */
export interface VerifyOptions extends Target {
  /** `ws:` or `wss:`; default: where this version's own clients dial, which is the config's port on loopback, with `bind: "lan"` some dial the LAN address. */
  url?: string;
  /** Default: as the gateway resolves it from config and environment, else the device token that OpenClaw's clients keep here. */
  token?: string;
  /** Likewise. */
  password?: string;
  /**
   * Default: the client that the record names, else `'cli'`, with its device. One that is named presents its device as this version's own
   * does: later ones present none to this machine beside the gateway's secret.
   */
  client?: 'agent' | 'cli';
  /** For all of it, in milliseconds; default 10000. */
  timeoutMs?: number;
  /**
   * How long to wait for a gateway that is not there yet, or says that it is starting, and for a record that it has not imported yet, before
   * `timeoutMs` counts; default 0.
   */
  waitMs?: number;
  /** Headers of the upgrade request. Default: none. */
  headers?: Record<string, string>;
  /**
   * Connect even where the disk shows no record or a revoked token, or where it is not known whether the gateway that answers uses this
   * state dir: whoever answers is sent the gateway's secret. It may pair the device then, or keep a request of it: see `left`.
   */
  force?: boolean;
}

/** What a connect left in the store of the gateway that answered. */
export interface LeftBehind {
  /** A paired record of the device, or a pending pairing request. */
  kind: 'device' | 'request';
  /** The device that connected. */
  deviceId: string;
  /** Of a request: its id. */
  requestId?: string;
}

/** What `verify` saw. */
export interface Verification {
  /** The gateway let the device in, with every scope. */
  ok: boolean;
  /** By scope, whether the gateway granted it. */
  scopes: Record<string, boolean>;
  /** The WebSocket close code; 1006 for a refused upgrade. */
  closeCode?: number;
  /**
   * Why it is not ok. Nothing was sent: `not-paired`, `revoked` (a connect with the gateway's secret would give the device the token back that
   * its owner revoked), `scope-upgrade` (of a scope that the record lacks). No secret of the gateway was
   * sent: `unproven`, it is not known whether the gateway there uses this state dir. `bind-lan`: this version's own clients refuse to dial
   * the gateway's LAN address as plain text, so nothing was sent. `refused`: for another reason, see `said`.
   */
  reason?:
    | 'not-paired'
    | 'revoked'
    | 'scope-upgrade'
    | 'unproven'
    | 'pairing-required'
    | 'missing-scope'
    | 'unauthorized'
    | 'refused'
    | 'starting'
    | 'bind-lan'
    | 'unattributable-proxy'
    | 'unreachable'
    | 'timeout'
    | 'not-a-gateway';
  /** What the gateway said, in its own words: at most 300 characters, no control characters, no secret that it was sent. */
  said?: string;
  /** Where the gateway was looked for; without user, password, query and fragment. */
  url: string;
  /** Milliseconds that it took. */
  elapsedMs: number;
  /** The pending request that the attempt caused, removed again. */
  removedPending?: string;
  /** What the attempt left and did not take back: only the store of this state dir is ever changed, never one over the network. */
  left?: LeftBehind[];
}

/** A device identity, private key included. */
export interface Identity {
  /** Lowercase hex SHA-256 of the raw public key. */
  deviceId: string;
  /** Raw public key, base64url without padding. */
  publicKey: string;
  /** PKCS#8 PEM. Keep it secret. */
  privateKeyPem: string;
}

/** A device that has a record. Times are milliseconds since 1970. */
export interface PairedDevice {
  /** Its key in the store: lowercase hex SHA-256 of the raw public key. */
  deviceId: string;
  /** As the record has it: raw, base64url without padding; empty where it has none. */
  publicKey: string;
  /** What its owner calls it, else what it calls itself. Written by a stranger: escape it where it is shown. */
  displayName?: string;
  /** The client, `openclaw-control-ui`. */
  clientId?: string;
  /** Its mode, `webchat`. */
  clientMode?: string;
  /** As it names itself, or an owner pinned it: `linux`. */
  platform?: string;
  /** As it names itself, or an owner pinned it: `iPhone`. */
  deviceFamily?: string;
  /** The roles that were approved: `operator`, `node`. */
  roles: string[];
  /** The scopes that were approved. */
  scopes: string[];
  /** What it holds, one a role; never the token itself. `revokedAtMs`: it was revoked, and is of no use. */
  tokens: DeviceToken[];
  /** When it was paired first. */
  createdAtMs?: number;
  /** When it was approved last. */
  approvedAtMs?: number;
  /** When it was seen last, or its token used, where this version notes that. */
  lastSeenAtMs?: number;
  /** It is the identity of this state dir. */
  own: boolean;
}

/** What a record says of a token beside the token itself. Times are milliseconds since 1970. */
export interface DeviceToken {
  /** `operator` or `node`. */
  role: string;
  /** The scopes that it grants. */
  scopes: string[];
  /** When it was made. */
  createdAtMs?: number;
  /** When it was used last. */
  lastUsedAtMs?: number;
  /** When its owner revoked it. */
  revokedAtMs?: number;
}

/** A request that waits for an owner's approval. All of it but its times was written by a stranger. */
export interface WaitingRequest {
  /** By it `devices.approve` and `devices.reject` know the request. */
  requestId: string;
  /** `'device'`: wants to be paired, or more than its record grants. `'node-surface'`: a paired node wants to be given `commands`. */
  kind: 'device' | 'node-surface';
  /** Empty where the request does not say. */
  deviceId: string;
  /** The key that it asks for; of a node's commands that of its record; empty where there is none. */
  publicKey: string;
  /** The client, `openclaw-control-ui`. */
  clientId?: string;
  /** Its mode, `webchat`. */
  clientMode?: string;
  /** What it calls itself. Escape it where it is shown. */
  displayName?: string;
  /** As it names itself: `linux`. */
  platform?: string;
  /** As it names itself: `iPhone`. */
  deviceFamily?: string;
  /** The roles that it asks for: `operator`, `node`. */
  roles: string[];
  /** The scopes that it asks for. */
  scopes: string[];
  /** Of a node alone: the commands that it wants to be given. */
  commands?: string[];
  /** The address that it came from. */
  remoteIp?: string;
  /** A gateway may approve it by itself; null where it does not say. */
  silent: boolean | null;
  /** The device has a record already, or the node commands. */
  repair: boolean;
  /** Milliseconds since it was made; 0 where it does not say. */
  ageMs: number;
  /** It is too old: no gateway knows it any more. The device asks anew when it connects again. */
  expired: boolean;
}

/** Which request is approved: by its id, or the only one that waits of a device. */
export type ApprovedRequest = { requestId: string; deviceId?: undefined } | { deviceId: string; requestId?: undefined };

/** What `devices.approve` takes. */
export type ApproveDeviceOptions = Target & ApprovedRequest & {
  /** Of the scopes that it asks for only these. Default: all. Another one is refused. */
  scopes?: OperatorScope[];
  /** The name of the record. Default: the one that the request names, else the one that it has. */
  displayName?: string;
};

/** One role of a device. */
export interface DeviceRole extends Target {
  /** Lowercase hex, whole. */
  deviceId: string;
  /** Default: the only role that it has a live token of. */
  role?: 'operator' | 'node';
}

/** A token that lets a device in. Keep it secret. */
export interface LiveToken {
  /** The device that it is of. */
  deviceId: string;
  /** `operator` or `node`. */
  role: string;
  /** The token itself. */
  token: string;
  /** The scopes that it grants. */
  scopes: string[];
}

/** The report of every call that changes what one device may do. */
export interface DeviceReport {
  /** The device that it was about. */
  deviceId: string;
  /** The request that was approved or rejected. */
  requestId?: string;
  /** Files, or a database. */
  store: 'json' | 'sqlite';
  /** The version whose rules were followed. */
  gateway: GatewayVersion;
  /** The roles of the record afterwards. */
  roles: string[];
  /** The scopes of the record afterwards. */
  scopes: string[];
  /** What this call granted: the scopes of the request, or a node's commands. */
  granted: string[];
  /** A token that was there is of no use any more. */
  tokenReplaced: boolean;
  /** A role whose token had been revoked has one again. */
  revocationLifted: boolean;
  /** Empty when there was nothing to do. */
  changes: Change[];
  /** Remarks and warnings; empty where all is well. */
  warnings: Notice[];
  /** How many times it was planned: more than 1 when something else wrote the same files. */
  attempts: number;
}

/** The report of `devices.list`. */
export interface DeviceList {
  /** Files, or a database. */
  store: 'json' | 'sqlite';
  /** The version whose rules were followed. */
  gateway: GatewayVersion;
  /** In the store's order. */
  paired: PairedDevice[];
  /** In the store's order, node surfaces last. */
  waiting: WaitingRequest[];
  /** Remarks and warnings; empty where all is well. */
  warnings: Notice[];
}

/**
 * Every refusal: nothing on disk has changed then. Where a write failed part-way (disk full, immutable file), what was done is whole and
 * the same call completes it.
 *
 * Every call may throw `ERR_PREPAIR_OPTIONS`, `ERR_PREPAIR_VERSION`, `ERR_PREPAIR_STATE_DIR`, `ERR_PREPAIR_BINDING`; one that reads the
 * state dir also `ERR_PREPAIR_SYNTAX`, `ERR_PREPAIR_SHAPE`, `ERR_PREPAIR_ENCODING`, `ERR_PREPAIR_NOT_A_FILE`, `ERR_PREPAIR_PERMISSION`,
 * `ERR_PREPAIR_IO` and those of a database, `ERR_PREPAIR_SQLITE` and the like; one that writes also `ERR_PREPAIR_LOCKED`,
 * `ERR_PREPAIR_CONTENDED`, `ERR_PREPAIR_CHANGED`, `ERR_PREPAIR_READ_ONLY`, `ERR_PREPAIR_DISK_FULL`, `ERR_PREPAIR_MOUNT_POINT`.
 * @example
 * try { setup(); } catch (error) {
 *   if (!(error instanceof PrepairError)) throw error;
 *   console.error(`${error.code}: ${error.message} ${error.hint ?? ''}`);
 * }
 */
export class PrepairError extends Error {
  /** Tells it from other errors, across copies of this package too. */
  readonly name: 'PrepairError';
  /** As of every error, but in `JSON.stringify(error)` too. */
  readonly message: string;
  /** Stable within a major version: docs/codes.md has a line for each. */
  readonly code: PrepairErrorCode;
  /** Where it is. */
  readonly place?: Place;
  /** `place.path`. */
  readonly path?: string;
  /** `place.line`. */
  readonly line?: number;
  /** `place.column`. */
  readonly column?: number;
  /** What to do about it. */
  readonly hint?: string;
}

/**
 * Makes or reuses the device identity and writes the approved record. The second call changes nothing.
 * @throws {PrepairError} `ERR_PREPAIR_IDENTITY_CONFLICT`, `ERR_PREPAIR_IDENTITY_BROKEN`, `ERR_PREPAIR_REVOKED`, `ERR_PREPAIR_ROLE`,
 * `ERR_PREPAIR_CLIENT_STATE`, `ERR_PREPAIR_DEVICE_CONFLICT`, `ERR_PREPAIR_KEY`, `ERR_PREPAIR_SECRET`, and what every call that writes may.
 * @example
 * const { deviceId, paired } = prePair();
 * console.log(deviceId, paired); // …, 'created'
 */
export function prePair(options?: PrePairOptions): PrePairReport;
/**
 * Removes stale pairing requests, which poison later ones. A node's wish for commands (`node-surface` in `devices.list`) is none of them:
 * `devices.reject` answers it.
 * @throws {PrepairError} What every call that writes may.
 * @example
 * const { cleared } = clearPending();
 * console.log(`${cleared.length} requests dropped`);
 */
export function clearPending(options?: ClearPendingOptions): ClearPendingReport;
/**
 * Edits the config without losing a byte of the rest.
 * @throws {PrepairError} `ERR_PREPAIR_PROXY`, `ERR_PREPAIR_PROXY_ANY`, `ERR_PREPAIR_CONFIG_INCLUDE`, `ERR_PREPAIR_CONFIG_REVERT`,
 * `ERR_PREPAIR_LEGACY_IDENTITY_CONFLICT`, and what every call that writes may.
 * @example
 * patchConfig({ proxyPeers: ['10.0.0.7'], merge: { gateway: { mode: 'local' } } });
 */
export function patchConfig(options?: PatchConfigOptions): PatchConfigReport;
/**
 * All three as one plan: a setup that is refused has changed nothing.
 * @throws {PrepairError} What `prePair` and `patchConfig` throw.
 * @example
 * const { deviceId, config, warnings } = setup({ config: { merge: { gateway: { mode: 'local' } } } });
 * for (const { code, message } of warnings) console.warn(code, message);
 */
export function setup(options?: SetupOptions): SetupReport;
/**
 * Why there is a wall, and all that is wrong on disk. Reads only.
 * @throws {PrepairError} `ERR_PREPAIR_OPTIONS`, `ERR_PREPAIR_VERSION`, `ERR_PREPAIR_STATE_DIR`. What cannot be read is a finding.
 * @example
 * const { verdict, remedy } = diagnose({ connection: { client: 'cli' } });
 * if (verdict !== 'open') for (const { by, argv, text } of remedy?.steps ?? []) console.log(by, argv?.join(' '), text);
 */
export function diagnose(options?: DiagnoseOptions): Diagnosis;
/**
 * A real signed connect to a running gateway. It leaves times and the address in the record, as any connect of that device does. The
 * gateway's own secret is sent only where the gateway that answers is known to use this state dir: by its lock and its port, or because
 * it knows the device's own token, which is sent first, on loopback or by `wss:` only, and where Linux shows that another user listens
 * on that port, not at all. The protocol authenticates no gateway: a process of the same user (or root's) on that port, or whoever ends
 * the TLS of a `wss:` url, can say the device's token back and get the secret, as it can from OpenClaw's own clients.
 * @throws {PrepairError} Rejects with `ERR_PREPAIR_OPTIONS`, `ERR_PREPAIR_IDENTITY_MISSING`, `ERR_PREPAIR_IDENTITY_BROKEN`, or what reading
 * the state dir may. A gateway that refuses, or is not there, is a result: see `reason`.
 * @example
 * const { ok, reason, said } = await verify({ timeoutMs: 5_000 });
 * if (!ok) console.error(reason, said);
 */
export function verify(options?: VerifyOptions): Promise<Verification>;
/**
 * The identity of a state dir, private key included.
 * @throws {PrepairError} `ERR_PREPAIR_IDENTITY_MISSING`, `ERR_PREPAIR_IDENTITY_BROKEN`, or what reading the state dir may.
 * @example
 * const { deviceId, publicKey } = exportIdentity({ stateDir: '/home/node/.openclaw' });
 */
export function exportIdentity(options?: Target): Identity;
/**
 * A new or derived identity; touches no disk. It fits `device` (its public key is approved) and `identity` (it becomes that of the state dir).
 * @throws {PrepairError} `ERR_PREPAIR_SECRET`, `ERR_PREPAIR_OPTIONS`.
 * @example
 * const identity = newIdentity();
 * prePair({ device: identity }); // what holds identity.privateKeyPem may connect
 */
export function newIdentity(from?: DerivedFrom): Identity;
/** Paired devices and waiting requests: what `openclaw devices` does, without a gateway. */
export const devices: {
  /**
   * Every device that is paired, and every request that waits; no token is in it. Reads only.
   * @throws {PrepairError} `ERR_PREPAIR_SYNTAX` or `ERR_PREPAIR_SHAPE` where the store cannot be read.
   * @example
   * for (const { requestId, clientId, remoteIp } of devices.list().waiting) console.log(requestId, clientId, remoteIp);
   */
  list(options?: Target): DeviceList;
  /**
   * Approves one waiting request, as the owner of this version's gateway would: a new token for each role that it asks for, a revocation
   * of that role lifted; tokens of other roles stay. It grants what the request asks, or fewer scopes, never more; a name that the request
   * lacks is not erased. An entry of kind `node-surface` grants a node exactly its commands; nothing else grants any.
   * @throws {PrepairError} `ERR_PREPAIR_NOT_FOUND`, `ERR_PREPAIR_REQUEST_EXPIRED` (after five minutes), `ERR_PREPAIR_AMBIGUOUS` (two
   * requests of that device wait), `ERR_PREPAIR_SCOPE` (of more than is asked for, or outside of the roles), `ERR_PREPAIR_ROLE`,
   * `ERR_PREPAIR_DEVICE_CONFLICT` (key and deviceId do not fit), `ERR_PREPAIR_CHANGED` (it asks for more by now).
   * @example
   * const [request] = devices.list().waiting.filter(({ clientId, remoteIp }) => clientId === 'openclaw-control-ui' && remoteIp === '10.0.0.7');
   * const { granted } = devices.approve({ requestId: request.requestId, scopes: ['operator.read'] });
   */
  approve(options: ApproveDeviceOptions): DeviceReport;
  /**
   * Drops one waiting request. The device may ask again.
   * @throws {PrepairError} `ERR_PREPAIR_NOT_FOUND`.
   * @example
   * devices.reject({ requestId: '7b0c3f52-5d1e-4a53-9f0e-3a1d6c1f7f10' });
   */
  reject(options: Target & { requestId: string }): DeviceReport;
  /**
   * Drops the record of a device, its tokens, its commands and all that waits of it: its next connect is refused. Where a gateway runs, an
   * open connection stays open: `W_STILL_CONNECTED`.
   * @throws {PrepairError} `ERR_PREPAIR_NOT_FOUND`.
   * @example
   * for (const { deviceId, own, lastSeenAtMs = 0 } of devices.list().paired) if (!own && lastSeenAtMs < Date.now() - 90 * 86_400_000) devices.remove({ deviceId });
   */
  remove(options: Target & { deviceId: string }): DeviceReport;
  /**
   * Revokes the token of a role. Default: of the only role that has one. Up to 2026.3.28 the record still lets the device in with the
   * gateway's own secret: `W_STILL_PAIRED`.
   * @throws {PrepairError} `ERR_PREPAIR_NOT_FOUND`, and `ERR_PREPAIR_AMBIGUOUS` where two roles have a token.
   * @example
   * devices.revoke({ deviceId, role: 'operator' });
   */
  revoke(options: DeviceRole): DeviceReport;
  /**
   * Puts a new token in the place of that of a role, with the same scopes, and lifts a revocation of it. `devices.token` gives it. Default
   * role as of `revoke`.
   * @throws {PrepairError} `ERR_PREPAIR_NOT_FOUND`, `ERR_PREPAIR_AMBIGUOUS`, and `ERR_PREPAIR_SCOPE` where the token has scopes that were
   * not approved.
   * @example
   * devices.rotate({ deviceId });
   * const { token } = devices.token({ deviceId });
   */
  rotate(options: DeviceRole): DeviceReport;
  /**
   * Gives a device another name, 1 to 200 characters. Up to 2026.7 there is only the name that a device gives itself, which its next connect
   * may put back: `W_NAME_OVERWRITTEN`.
   * @throws {PrepairError} `ERR_PREPAIR_NOT_FOUND`.
   * @example
   * devices.rename({ deviceId, name: 'Browser in the office' });
   */
  rename(options: Target & { deviceId: string; name: string }): DeviceReport;
  /**
   * The token of a device: a secret. Beside `exportIdentity` and `newIdentity` the only call that gives one. Default role as of `revoke`.
   * From 2026.5.28 a browser's counts only if the gateway itself gave it at a connect with the shared secret. Reads only.
   * @throws {PrepairError} `ERR_PREPAIR_REVOKED` where it was revoked, `ERR_PREPAIR_NOT_FOUND` where there is none.
   * @example
   * const { token, scopes } = devices.token({ deviceId, role: 'operator' });
   */
  token(options: DeviceRole): LiveToken;
};
/**
 * Which binding of the core is at work. `PREPAIR_BINDING=native|wasm` in the environment forces one.
 * @throws {PrepairError} `ERR_PREPAIR_BINDING`: neither can be loaded, or the one that is forced.
 * @example
 * console.log(binding()); // 'native'
 */
export function binding(): 'native' | 'wasm';
