//! Between the types of wit/ and those of the core. Whatever can be wrong with an option is found by the core.

use prepair_core::base::json5;
use prepair_core::codes::ErrorCode;
use prepair_core::error::{Error, Fields, Result};
use prepair_core::inputs::{File, Inputs, Installed, PassedOver, Process, Stat};
use prepair_core::options::config::{ConfigInput, ConfigOptions, Proxies};
use prepair_core::options::connection::{self, Connection};
use prepair_core::options::pair::{
    Derivation, DeviceInput, IdentityInput, PairInput, PairOptions, PendingChoice, Secret,
};
use prepair_core::options::target::{self, Target, TargetInput};
use prepair_core::options::{ClearOptions, DiagnoseOptions, Request, SetupOptions, What};
use prepair_core::report;
use prepair_core::steps::{Plan, Statement, Step};
use prepair_core::verdict::{self, Reason, Verdict};
use prepair_core::wants::{Missing, Query, Stop};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::wit::openclaw::prepair::types as wit;

/// How much a caller may hand over: a plan holds several copies of a file, and the memory of a module ends at 4 GiB.
const MAX_INPUT: usize = 256 * 1024 * 1024;

pub(crate) fn target(target: wit::Target) -> Result<Target> {
    TargetInput {
        state_dir: target.state_dir,
        config_path: target.config_path,
        gateway_version: target.gateway_version,
        openclaw_dir: None,
        env: target.env.into_iter().collect(),
    }
    .checked()
}

pub(crate) fn request(request: wit::Request, seed: &[u8; 32]) -> Result<Request> {
    let target = target(request.target)?;
    let what = match request.operation {
        wit::Operation::PrePair(options) => What::PrePair(Box::new(pair(options, seed)?)),
        wit::Operation::ClearPending(options) => What::ClearPending(match options.device_id {
            Some(id) => ClearOptions::Device(target::device_id(id)?),
            None => ClearOptions::All,
        }),
        wit::Operation::PatchConfig(options) => What::PatchConfig(config(options)?),
        wit::Operation::Setup(options) => What::Setup(Box::new(
            SetupOptions {
                pair: pair(options.pair, seed)?,
                config: options.config.map(config).transpose()?,
            }
            .checked()?,
        )),
        wit::Operation::Diagnose(described) => What::Diagnose(Box::new(DiagnoseOptions {
            connection: connection(described),
            device: None,
        })),
    };
    Ok(Request { target, what })
}

fn connection(described: wit::Connection) -> Connection {
    Connection {
        client: match described.client {
            wit::Client::Agent => connection::Client::Agent,
            wit::Client::Cli => connection::Client::Cli,
        },
        presents_device: described.presents_device,
        method: described.method,
        scopes: described.scopes,
        remote_address: described.remote_address,
        host: described.host,
        origin: described.origin,
        headers: described.headers.into_iter().collect(),
        auth: described.auth.map(|auth| match auth {
            wit::Auth::Token => connection::Auth::Token,
            wit::Auth::Password => connection::Auth::Password,
            wit::Auth::DeviceToken => connection::Auth::DeviceToken,
            wit::Auth::None => connection::Auth::None,
        }),
        platform: described.platform,
        device_family: described.device_family,
        log: described.log,
    }
}

fn pair(options: wit::PairOptions, seed: &[u8; 32]) -> Result<PairOptions> {
    PairInput {
        identity: match options.identity {
            wit::IdentityChoice::OnDisk => IdentityInput::Disk,
            wit::IdentityChoice::New => IdentityInput::New,
            wit::IdentityChoice::PrivateKeyPem(pem) => IdentityInput::Pem(Zeroizing::new(pem)),
            wit::IdentityChoice::Derived(from) => IdentityInput::Derived(derivation(from)),
        },
        replace: options.on_conflict == wit::OnConflict::Replace,
        device: options.device.map(|device| DeviceInput {
            public_key: device.public_key,
            display_name: device.display_name,
        }),
        scopes: options.scopes,
        reinstate: options.reinstate,
        display_name: options.display_name,
        pending: match options.pending {
            wit::PendingChoice::Device => PendingChoice::Device,
            wit::PendingChoice::All => PendingChoice::All,
            wit::PendingChoice::Keep => PendingChoice::Keep,
        },
    }
    .checked(seed)
}

pub(crate) fn derivation(from: wit::Derivation) -> Derivation {
    Derivation {
        secret: match from.secret {
            wit::Secret::Text(text) => Secret::Text(Zeroizing::new(text)),
            wit::Secret::Bytes(bytes) => Secret::Bytes(Zeroizing::new(bytes)),
        },
        label: from.label,
    }
}

fn config(options: wit::ConfigOptions) -> Result<ConfigOptions> {
    ConfigInput {
        proxies: match options.trusted_proxies {
            wit::TrustedProxies::Sandbox => Proxies::Sandbox,
            wit::TrustedProxies::Private => Proxies::Private,
            wit::TrustedProxies::These(list) => Proxies::List(list),
            wit::TrustedProxies::Untouched => Proxies::Off,
        },
        peers: options.proxy_peers,
        allow_any: options.allow_any,
        merge: options.merge.map(merge).transpose()?.unwrap_or_default(),
        replace_arrays: options.arrays == wit::Arrays::Replace,
    }
    .checked()
}

fn merge(text: String) -> Result<Map<String, Value>> {
    let what = match json5::parse(&Zeroizing::new(text)) {
        Some(Value::Object(map)) => return Ok(map),
        Some(_) => "no object",
        None => "no valid JSON",
    };
    Err(Error::new(ErrorCode::Options, format!("The option merge is {what}."))
        .hint("Give the JSON text of an object, strict JSON, nested at most 100 deep."))
}

pub(crate) fn inputs(inputs: &wit::Inputs) -> Result<Inputs<'_>> {
    let size = |file: &wit::File| match file {
        wit::File::Content(bytes) => bytes.len(),
        _ => 0,
    };
    if inputs.files.iter().map(|(_, file)| size(file)).sum::<usize>() > MAX_INPUT {
        return Err(Error::new(ErrorCode::Options, "The files have more than 256 MiB together.")
            .hint("Files of OpenClaw's state dir have a few KiB. Look at what lies there."));
    }
    let files = inputs.files.iter().map(|(path, file)| {
        let file = match file {
            wit::File::Absent => File::Absent,
            wit::File::Content(bytes) => File::Bytes(bytes),
            wit::File::Dir => File::Dir,
            wit::File::Symlink => File::Symlink,
            wit::File::Other => File::Other,
        };
        (path.clone(), file)
    });
    let row = |row: &wit::Row| row.iter().map(|(name, cell)| (name.clone(), value(cell))).collect();
    let rows = inputs.rows.iter().map(|answer| {
        (answer.id.clone(), answer.rows.as_ref().map(|rows| rows.iter().map(row).collect()))
    });
    Ok(Inputs {
        files: files.collect(),
        rows: rows.collect(),
        now: target::now(inputs.now as f64)?,
        home: inputs.home.clone(),
        cwd: inputs.cwd.clone(),
        installed: inputs.installed.as_ref().map(|installed| Installed {
            version: installed.version.clone(),
            state_schema: installed.state_schema,
        }),
        passed_over: inputs.passed_over.iter().map(passed_over).collect(),
        stats: inputs.stats.as_ref().map(|stats| {
            stats.iter().map(|(path, stat)| (path.clone(), stat.as_ref().map(owned))).collect()
        }),
        process: inputs.process.as_ref().map(|process| Process {
            uid: process.uid,
            node: process.node.clone(),
            platform: process.platform.clone(),
        }),
        // WIT has no word for it: a host that runs beside a gateway knows so itself
        gateway: None,
        failures: inputs
            .failures
            .iter()
            .map(|(path, error)| (path.clone(), error.clone().into()))
            .collect(),
    })
}

fn passed_over(found: &wit::PassedOver) -> PassedOver {
    PassedOver { path: found.path.clone(), at: found.at.clone(), uid: found.uid }
}

fn owned(stat: &wit::Stat) -> Stat {
    Stat {
        mode: stat.mode,
        uid: stat.uid,
        nlink: stat.nlink,
        backups: stat.backups.clone(),
        real: stat.real.clone(),
    }
}

fn value(cell: &wit::SqlValue) -> Value {
    match cell {
        // No column that is looked at holds a blob: STRICT tables have them as TEXT and INTEGER.
        wit::SqlValue::Null | wit::SqlValue::Blob(_) => Value::Null,
        wit::SqlValue::Integer(number) => Value::from(*number),
        wit::SqlValue::Real(number) => Value::from(*number),
        wit::SqlValue::Text(text) => Value::from(text.as_str()),
    }
}

fn cell(value: Value) -> wit::SqlValue {
    match value {
        Value::Null => wit::SqlValue::Null,
        Value::Bool(flag) => wit::SqlValue::Integer(flag.into()),
        Value::Number(number) => match number.as_i64() {
            Some(number) => wit::SqlValue::Integer(number),
            None => wit::SqlValue::Real(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => wit::SqlValue::Text(text),
        // Columns take JSON as text.
        json => wit::SqlValue::Text(json5::line(&json)),
    }
}

fn all<T, U: From<T>>(items: Vec<T>) -> Vec<U> {
    items.into_iter().map(U::from).collect()
}

impl From<Missing> for wit::Needs {
    fn from(missing: Missing) -> Self {
        let Missing { files, optional, queries, stats, bases } = missing;
        Self { files, optional, queries: all(queries), stats, bases }
    }
}

impl From<Query> for wit::Query {
    fn from(query: Query) -> Self {
        let params = query.params.into_iter().map(cell).collect();
        Self { id: query.id, db: query.db, sql: query.sql, params }
    }
}

impl From<Stop> for wit::Stop {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Missing(missing) => Self::Missing((*missing).into()),
            Stop::Refused(error) => error.into(),
        }
    }
}

impl From<Error> for wit::Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        let Fields { code, message, path, line, column, hint } = error.into_fields();
        Self { code: code.to_string(), message, path, line, column, hint }
    }
}

impl From<wit::Error> for Error {
    fn from(error: wit::Error) -> Self {
        let wit::Error { code, message, path, line, column, hint } = error;
        Fields { code: ErrorCode::of_failure(&code), message, path, line, column, hint }.into()
    }
}

impl From<Plan> for wit::Planned {
    fn from(plan: Plan) -> Self {
        Self { bases: plan.bases, steps: all(plan.steps), report: plan.report.into() }
    }
}

impl From<Step> for wit::Step {
    fn from(step: Step) -> Self {
        match step {
            Step::Write { path, mut content, mode, keep_mode, expect } => {
                let content = std::mem::take(&mut *content);
                Self::Write(wit::WriteStep { path, content, mode, keep_mode, expect })
            }
            Step::Remove { path, expect } => Self::Remove(wit::RemoveStep { path, expect }),
            Step::Sql { db, statements } => {
                Self::Sql(wit::SqlStep { db, statements: all(statements) })
            }
        }
    }
}

impl From<Statement> for wit::Statement {
    fn from(statement: Statement) -> Self {
        let params = statement.params.into_iter().map(cell).collect();
        Self { sql: statement.sql, params, changes: statement.changes }
    }
}

impl From<report::Report> for wit::Report {
    fn from(report: report::Report) -> Self {
        match report {
            report::Report::PrePair(report) => Self::PrePair(report.into()),
            report::Report::ClearPending(report) => Self::ClearPending(report.into()),
            report::Report::PatchConfig(report) => Self::PatchConfig(report.into()),
            report::Report::Setup(report) => Self::Setup(wit::SetupReport {
                pair: report.pair.into(),
                config: report.config.map(Into::into),
            }),
            report::Report::Diagnosis(report) => Self::Diagnose(report.into()),
        }
    }
}

impl From<report::PrePairReport> for wit::PairReport {
    fn from(report: report::PrePairReport) -> Self {
        Self {
            device_id: report.device_id,
            public_key: report.public_key,
            store: report.store.into(),
            gateway: wit::Gateway {
                version: report.gateway.version,
                source: report.gateway.source.into(),
            },
            identity: match report.identity {
                report::IdentityOutcome::Created => wit::IdentityOutcome::Created,
                report::IdentityOutcome::Reused => wit::IdentityOutcome::Reused,
                report::IdentityOutcome::Imported => wit::IdentityOutcome::Imported,
                report::IdentityOutcome::Repaired => wit::IdentityOutcome::Repaired,
                report::IdentityOutcome::Replaced => wit::IdentityOutcome::Replaced,
                report::IdentityOutcome::Untouched => wit::IdentityOutcome::Untouched,
            },
            paired: match report.paired {
                report::PairedOutcome::Created => wit::PairedOutcome::Created,
                report::PairedOutcome::Updated => wit::PairedOutcome::Updated,
                report::PairedOutcome::Unchanged => wit::PairedOutcome::Unchanged,
            },
            scopes_added: report.scopes_added,
            pending_cleared: u32::try_from(report.pending_cleared).unwrap_or(u32::MAX),
            changes: all(report.changes),
            warnings: all(report.warnings),
        }
    }
}

impl From<report::StoreKind> for wit::Store {
    fn from(store: report::StoreKind) -> Self {
        match store {
            report::StoreKind::Json => Self::Json,
            report::StoreKind::Sqlite => Self::Sqlite,
        }
    }
}

impl From<report::Source> for wit::VersionSource {
    fn from(source: report::Source) -> Self {
        match source {
            report::Source::Option => Self::Given,
            report::Source::Package => Self::Installed,
            report::Source::Unknown => Self::Unknown,
        }
    }
}

impl From<report::ClearPendingReport> for wit::ClearReport {
    fn from(report: report::ClearPendingReport) -> Self {
        Self {
            cleared: all(report.cleared),
            changes: all(report.changes),
            warnings: all(report.warnings),
        }
    }
}

impl From<report::PatchConfigReport> for wit::ConfigReport {
    fn from(report: report::PatchConfigReport) -> Self {
        Self {
            path: report.path,
            changed: report.changed,
            edits: all(report.edits),
            changes: all(report.changes),
            warnings: all(report.warnings),
        }
    }
}

impl From<report::Diagnosis> for wit::Diagnosis {
    fn from(report: report::Diagnosis) -> Self {
        Self {
            assumed: report.assumed.into(),
            remedy: report.remedy.map(Into::into),
            verdict: match report.verdict {
                Verdict::Open => wit::Verdict::Open,
                Verdict::SilentApproval => wit::Verdict::SilentApproval,
                Verdict::PairingRequired => wit::Verdict::PairingRequired,
                Verdict::Rejected => wit::Verdict::Rejected,
                Verdict::Unknown => wit::Verdict::Unknown,
                Verdict::NoGateway => wit::Verdict::NoGateway,
            },
            reason: report.reason.map(|reason| match reason {
                Reason::NotPaired => wit::Reason::NotPaired,
                Reason::RoleUpgrade => wit::Reason::RoleUpgrade,
                Reason::ScopeUpgrade => wit::Reason::ScopeUpgrade,
                Reason::MetadataUpgrade => wit::Reason::MetadataUpgrade,
                Reason::StickyPending => wit::Reason::StickyPending,
                Reason::Revoked => wit::Reason::Revoked,
                Reason::NoDevice => wit::Reason::NoDevice,
                Reason::MissingScope => wit::Reason::MissingScope,
                Reason::UnattributableProxy => wit::Reason::UnattributableProxy,
                Reason::BindLan => wit::Reason::BindLan,
                Reason::Identity => wit::Reason::Identity,
                Reason::Auth => wit::Reason::Auth,
                Reason::Config => wit::Reason::Config,
            }),
            steps: all(report.steps),
            findings: all(report.findings),
        }
    }
}

impl From<report::Assumed> for wit::Assumed {
    fn from(assumed: report::Assumed) -> Self {
        let report::Assumed { state_dir, config_path, gateway, store, client, connection } =
            assumed;
        let report::AssumedGateway { version, source, rules } = gateway;
        let gateway = wit::AssumedGateway { version, source: source.into(), rules };
        Self { state_dir, config_path, gateway, store: store.into(), client, connection }
    }
}

impl From<report::Remedy> for wit::Remedy {
    fn from(remedy: report::Remedy) -> Self {
        Self { opens: remedy.opens, steps: all(remedy.steps) }
    }
}

impl From<report::RemedyStep> for wit::RemedyStep {
    fn from(step: report::RemedyStep) -> Self {
        let by = match step.by {
            report::By::OpenclawPrepair => wit::By::OpenclawPrepair,
            report::By::Openclaw => wit::By::Openclaw,
            report::By::Hand => wit::By::Hand,
        };
        Self { by, argv: step.argv, text: step.text }
    }
}

impl From<verdict::Step> for wit::Decision {
    fn from(step: verdict::Step) -> Self {
        let verdict::Step { question, answer, because } = step;
        Self { question, answer, because }
    }
}

impl From<report::Cleared> for wit::Cleared {
    fn from(cleared: report::Cleared) -> Self {
        let report::Cleared { request_id, device_id, silent, age_ms } = cleared;
        Self { request_id, device_id, silent, age_ms }
    }
}

impl From<report::ConfigEdit> for wit::ConfigEdit {
    fn from(edit: report::ConfigEdit) -> Self {
        let action = match edit.action {
            report::EditAction::Added => wit::EditAction::Added,
            report::EditAction::Replaced => wit::EditAction::Replaced,
            report::EditAction::Removed => wit::EditAction::Removed,
        };
        Self { path: edit.path, action }
    }
}

impl From<report::Change> for wit::Change {
    fn from(change: report::Change) -> Self {
        Self {
            path: change.path,
            action: match change.action {
                report::ChangeAction::Created => wit::ChangeAction::Created,
                report::ChangeAction::Replaced => wit::ChangeAction::Replaced,
                report::ChangeAction::Removed => wit::ChangeAction::Removed,
                report::ChangeAction::Rows => wit::ChangeAction::Rows,
            },
            bytes: change.bytes.map(|bytes| bytes as u64),
            rows: change.rows,
        }
    }
}

impl From<report::Notice> for wit::Notice {
    fn from(notice: report::Notice) -> Self {
        let report::Notice { code, message, hint, path } = notice;
        Self { code: code.to_string(), message, hint, path }
    }
}
