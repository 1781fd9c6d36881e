/** @module Interface openclaw:prepair/types@0.1.0 **/
export interface Place {
  path: string,
  line?: number,
  column?: number,
}
export interface Error {
  code: string,
  message: string,
  path?: string,
  line?: number,
  column?: number,
  place?: Place,
  hint?: string,
}
export type File = FileAbsent | FileContent | FileDir | FileSymlink | FileOther;
export interface FileAbsent {
  tag: 'absent',
}
export interface FileContent {
  tag: 'content',
  val: Uint8Array,
}
export interface FileDir {
  tag: 'dir',
}
export interface FileSymlink {
  tag: 'symlink',
}
export interface FileOther {
  tag: 'other',
}
export type SqlValue = SqlValueNull | SqlValueInteger | SqlValueReal | SqlValueText | SqlValueBlob;
export interface SqlValueNull {
  tag: 'null',
}
export interface SqlValueInteger {
  tag: 'integer',
  val: bigint,
}
export interface SqlValueReal {
  tag: 'real',
  val: number,
}
export interface SqlValueText {
  tag: 'text',
  val: string,
}
export interface SqlValueBlob {
  tag: 'blob',
  val: Uint8Array,
}
export type Row = Array<[string, SqlValue]>;
export interface Answer {
  id: string,
  rows?: Array<Row>,
}
export interface Installed {
  version: string,
  stateSchema?: bigint,
}
export interface PassedOver {
  path: string,
  at: string,
  uid?: number,
}
export interface Stat {
  mode: number,
  uid: number,
  nlink: bigint,
  backups: Array<string>,
  real?: string,
}
export interface Process {
  uid: number,
  node: string,
  platform: string,
}
export interface Inputs {
  files: Array<[string, File]>,
  rows: Array<Answer>,
  now: bigint,
  home?: string,
  cwd?: string,
  installed?: Installed,
  passedOver: Array<PassedOver>,
  entropy?: Uint8Array,
  stats?: Array<[string, Stat | undefined]>,
  process?: Process,
  gateway?: number,
  failures: Array<[string, Error]>,
}
export interface Query {
  id: string,
  db: string,
  sql: string,
  params: Array<SqlValue>,
}
export interface Needs {
  files: Array<string>,
  optional: Array<string>,
  queries: Array<Query>,
  stats: Array<string>,
  bases: Array<string>,
}
export interface WriteStep {
  path: string,
  content: Uint8Array,
  mode: number,
  keepMode: boolean,
  expect?: string,
}
export interface RemoveStep {
  path: string,
  expect: string,
}
export interface Statement {
  sql: string,
  params: Array<SqlValue>,
  changes: number,
}
export interface SqlStep {
  db: string,
  statements: Array<Statement>,
}
export type Step = StepWrite | StepRemove | StepSql;
export interface StepWrite {
  tag: 'write',
  val: WriteStep,
}
export interface StepRemove {
  tag: 'remove',
  val: RemoveStep,
}
export interface StepSql {
  tag: 'sql',
  val: SqlStep,
}
/**
 * # Variants
 * 
 * ## `"json"`
 * 
 * ## `"sqlite"`
 */
export type Store = 'json' | 'sqlite';
/**
 * # Variants
 * 
 * ## `"given"`
 * 
 * ## `"installed"`
 * 
 * ## `"unknown"`
 */
export type VersionSource = 'given' | 'installed' | 'unknown';
export interface Gateway {
  version?: string,
  source: VersionSource,
}
/**
 * # Variants
 * 
 * ## `"created"`
 * 
 * ## `"reused"`
 * 
 * ## `"imported"`
 * 
 * ## `"repaired"`
 * 
 * ## `"replaced"`
 * 
 * ## `"untouched"`
 */
export type IdentityOutcome = 'created' | 'reused' | 'imported' | 'repaired' | 'replaced' | 'untouched';
/**
 * # Variants
 * 
 * ## `"created"`
 * 
 * ## `"updated"`
 * 
 * ## `"unchanged"`
 */
export type PairedOutcome = 'created' | 'updated' | 'unchanged';
/**
 * # Variants
 * 
 * ## `"created"`
 * 
 * ## `"replaced"`
 * 
 * ## `"removed"`
 * 
 * ## `"rows"`
 */
export type ChangeAction = 'created' | 'replaced' | 'removed' | 'rows';
export interface Change {
  path: string,
  action: ChangeAction,
  bytes?: bigint,
  rows?: number,
}
export interface Notice {
  code: string,
  message: string,
  hint?: string,
  path?: string,
  place?: Place,
}
export interface PairReport {
  deviceId: string,
  publicKey: string,
  store: Store,
  gateway: Gateway,
  identity: IdentityOutcome,
  paired: PairedOutcome,
  scopesAdded: Array<string>,
  pendingCleared: number,
  attempts: number,
  changes: Array<Change>,
  warnings: Array<Notice>,
}
export interface Cleared {
  requestId: string,
  deviceId: string,
  silent?: boolean,
  ageMs: bigint,
}
export interface ClearReport {
  cleared: Array<Cleared>,
  changes: Array<Change>,
  warnings: Array<Notice>,
}
/**
 * # Variants
 * 
 * ## `"added"`
 * 
 * ## `"replaced"`
 * 
 * ## `"removed"`
 */
export type EditAction = 'added' | 'replaced' | 'removed';
export interface ConfigEdit {
  path: string,
  action: EditAction,
}
export interface ConfigReport {
  path: string,
  changed: boolean,
  edits: Array<ConfigEdit>,
  changes: Array<Change>,
  warnings: Array<Notice>,
}
export interface SetupReport {
  pair: PairReport,
  config?: ConfigReport,
}
export interface AssumedGateway {
  version?: string,
  source: VersionSource,
  rules: string,
}
export interface Assumed {
  stateDir: string,
  configPath: string,
  gateway: AssumedGateway,
  store: Store,
  client: string,
  connection: string,
}
/**
 * # Variants
 * 
 * ## `"open"`
 * 
 * ## `"silent-approval"`
 * 
 * ## `"pairing-required"`
 * 
 * ## `"rejected"`
 * 
 * ## `"unknown"`
 * 
 * ## `"no-gateway"`
 */
export type Verdict = 'open' | 'silent-approval' | 'pairing-required' | 'rejected' | 'unknown' | 'no-gateway';
/**
 * # Variants
 * 
 * ## `"not-paired"`
 * 
 * ## `"role-upgrade"`
 * 
 * ## `"scope-upgrade"`
 * 
 * ## `"metadata-upgrade"`
 * 
 * ## `"sticky-pending"`
 * 
 * ## `"revoked"`
 * 
 * ## `"no-device"`
 * 
 * ## `"missing-scope"`
 * 
 * ## `"unattributable-proxy"`
 * 
 * ## `"bind-lan"`
 * 
 * ## `"bind-custom"`
 * 
 * ## `"identity"`
 * 
 * ## `"auth"`
 * 
 * ## `"config"`
 */
export type Reason = 'not-paired' | 'role-upgrade' | 'scope-upgrade' | 'metadata-upgrade' | 'sticky-pending' | 'revoked' | 'no-device' | 'missing-scope' | 'unattributable-proxy' | 'bind-lan' | 'bind-custom' | 'identity' | 'auth' | 'config';
export interface Decision {
  question: string,
  answer: string,
  because: string,
}
/**
 * # Variants
 * 
 * ## `"openclaw-prepair"`
 * 
 * ## `"openclaw"`
 * 
 * ## `"hand"`
 */
export type By = 'openclaw-prepair' | 'openclaw' | 'hand';
export interface RemedyStep {
  by: By,
  argv: Array<string>,
  text: string,
}
export interface Remedy {
  opens: boolean,
  steps: Array<RemedyStep>,
}
export interface Diagnosis {
  assumed: Assumed,
  verdict: Verdict,
  reason?: Reason,
  steps: Array<Decision>,
  findings: Array<Notice>,
  remedy?: Remedy,
}
export type Report = ReportPrePair | ReportClearPending | ReportPatchConfig | ReportSetup | ReportDiagnose;
export interface ReportPrePair {
  tag: 'pre-pair',
  val: PairReport,
}
export interface ReportClearPending {
  tag: 'clear-pending',
  val: ClearReport,
}
export interface ReportPatchConfig {
  tag: 'patch-config',
  val: ConfigReport,
}
export interface ReportSetup {
  tag: 'setup',
  val: SetupReport,
}
export interface ReportDiagnose {
  tag: 'diagnose',
  val: Diagnosis,
}
export interface Planned {
  bases: Array<string>,
  steps: Array<Step>,
  report: Report,
}
export interface Target {
  stateDir?: string,
  configPath?: string,
  gatewayVersion?: string,
  env: Array<[string, string]>,
}
export type Secret = SecretText | SecretBytes;
export interface SecretText {
  tag: 'text',
  val: string,
}
export interface SecretBytes {
  tag: 'bytes',
  val: Uint8Array,
}
export interface Derivation {
  secret: Secret,
  label: string,
}
export type IdentityChoice = IdentityChoiceOnDisk | IdentityChoiceNew | IdentityChoicePrivateKeyPem | IdentityChoiceDerived;
export interface IdentityChoiceOnDisk {
  tag: 'on-disk',
}
export interface IdentityChoiceNew {
  tag: 'new',
}
export interface IdentityChoicePrivateKeyPem {
  tag: 'private-key-pem',
  val: string,
}
export interface IdentityChoiceDerived {
  tag: 'derived',
  val: Derivation,
}
/**
 * # Variants
 * 
 * ## `"refuse"`
 * 
 * ## `"replace"`
 */
export type OnConflict = 'refuse' | 'replace';
export interface Device {
  publicKey: string,
  displayName?: string,
}
/**
 * # Variants
 * 
 * ## `"device"`
 * 
 * ## `"all"`
 * 
 * ## `"keep"`
 */
export type PendingChoice = 'device' | 'all' | 'keep';
export interface PairOptions {
  identity: IdentityChoice,
  onConflict: OnConflict,
  device?: Device,
  scopes?: Array<string>,
  reinstate: boolean,
  displayName?: string,
  pending: PendingChoice,
}
export interface ClearOptions {
  deviceId?: string,
  requestId?: string,
}
export type TrustedProxies = TrustedProxiesSandbox | TrustedProxiesPrivate | TrustedProxiesThese | TrustedProxiesUntouched;
export interface TrustedProxiesSandbox {
  tag: 'sandbox',
}
export interface TrustedProxiesPrivate {
  tag: 'private',
}
export interface TrustedProxiesThese {
  tag: 'these',
  val: Array<string>,
}
export interface TrustedProxiesUntouched {
  tag: 'untouched',
}
/**
 * # Variants
 * 
 * ## `"union"`
 * 
 * ## `"replace"`
 */
export type Arrays = 'union' | 'replace';
export interface ConfigOptions {
  trustedProxies: TrustedProxies,
  proxyPeers: Array<string>,
  allowAny: boolean,
  merge?: string,
  arrays: Arrays,
}
export interface SetupOptions {
  pair: PairOptions,
  config?: ConfigOptions,
}
/**
 * # Variants
 * 
 * ## `"agent"`
 * 
 * ## `"cli"`
 */
export type Client = 'agent' | 'cli';
/**
 * # Variants
 * 
 * ## `"token"`
 * 
 * ## `"password"`
 * 
 * ## `"device-token"`
 * 
 * ## `"none"`
 */
export type Auth = 'token' | 'password' | 'device-token' | 'none';
export interface Connection {
  client: Client,
  presentsDevice?: boolean,
  method?: string,
  scopes?: Array<string>,
  remoteAddress?: string,
  host?: string,
  origin?: string,
  headers: Array<[string, string]>,
  auth?: Auth,
  platform?: string,
  deviceFamily?: string,
  log?: string,
}
export interface DiagnoseOptions {
  connection: Connection,
  device?: Device,
}
export type Operation = OperationPrePair | OperationClearPending | OperationPatchConfig | OperationSetup | OperationDiagnose;
export interface OperationPrePair {
  tag: 'pre-pair',
  val: PairOptions,
}
export interface OperationClearPending {
  tag: 'clear-pending',
  val: ClearOptions,
}
export interface OperationPatchConfig {
  tag: 'patch-config',
  val: ConfigOptions,
}
export interface OperationSetup {
  tag: 'setup',
  val: SetupOptions,
}
export interface OperationDiagnose {
  tag: 'diagnose',
  val: DiagnoseOptions,
}
export interface Request {
  target: Target,
  operation: Operation,
}
export type Stop = StopMissing | StopRefused;
export interface StopMissing {
  tag: 'missing',
  val: Needs,
}
export interface StopRefused {
  tag: 'refused',
  val: Error,
}
