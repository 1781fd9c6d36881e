//! From options and what was read to ordered steps and a report. Decides everything, writes nothing.
//!
//! The order of the steps is crash safety: identity, paired record, pending requests, config. Any prefix of them is
//! a state that a gateway starts on and that the same call completes.

use core::fmt;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::connect::{PINNED, pin_allows, remove_first};
use crate::error::{Error, Result};
use crate::identity::{self, KeyPair, Repair, Stored, device_id, sha256_hex};
use crate::inputs::{File, Inputs, Missing, PassedOver, Query, Stop, Wants};
use crate::json::object;
use crate::json5::{self, Document, Editor, Kind, Node};
use crate::options::{
    ConfigOptions, IdentityChoice, Operation, PairOptions, PendingChoice, Request, TakeBack, Target,
};
use crate::paired::{self, Decision, Want};
use crate::paths::{self, Paths};
use crate::pending::{self, Asked, Which};
use crate::report::{
    Change, ChangeAction, ClearPendingReport, Cleared, Gateway, IdentityOutcome, Notice,
    PatchConfigReport, PrePairReport, Report, SetupReport, Source, StoreKind,
};
use crate::rules::{self, AgentPath, BrokenIdentity, Doubt, Import, Rules, Store, Version};
use crate::{base64, config, diagnose, sqlite};

/// Bytes of entropy that a plan may use: the seed of a new identity and a new token.
pub const ENTROPY: usize = 64;

/// Entropy that a caller gave.
pub fn entropy(given: &[u8]) -> Result<[u8; ENTROPY]> {
    given.first_chunk().copied().ok_or_else(|| {
        Error::new(
            "ENTROPY",
            format!("inputs.entropy has {} bytes; {ENTROPY} are needed.", given.len()),
        )
        .hint("The first 32 make a new identity, the next 32 a new token.")
    })
}

/// The part of the entropy that a new identity is made of.
pub fn seed(entropy: &[u8; ENTROPY]) -> &[u8; 32] {
    let [seed, _] = halves(entropy);
    seed
}

/// A new identity outside of any state dir.
pub fn new_identity(entropy: &[u8; ENTROPY]) -> Result<KeyPair> {
    // A source that gives nothing must not give a key that everyone knows.
    if seed(entropy) == &[0; 32] {
        return Err(no_entropy());
    }
    Ok(KeyPair::from_seed(seed(entropy)))
}

fn halves(entropy: &[u8; ENTROPY]) -> [&[u8; 32]; 2] {
    // 64 bytes are two times 32
    [entropy.first_chunk().unwrap_or(&[0; 32]), entropy.last_chunk().unwrap_or(&[0; 32])]
}

/// One change on disk.
#[derive(Clone, PartialEq)]
pub enum Step {
    /// Replaces or creates a file.
    Write {
        /// The file.
        path: String,
        /// Its whole new content.
        content: Zeroizing<Vec<u8>>,
        /// Mode of the file.
        mode: u32,
        /// An existing file keeps its own mode.
        keep_mode: bool,
        /// SHA-256 of what was read, in lowercase hex; `None`: there was nothing.
        expect: Option<String>,
    },
    /// Removes a file.
    Remove {
        /// The file.
        path: String,
        /// SHA-256 of what was read.
        expect: String,
    },
    /// Changes rows, all in one transaction.
    Sql {
        /// The database.
        db: String,
        /// In order.
        statements: Vec<Statement>,
    },
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { path, content, .. } => {
                write!(f, "Write({path}, {} bytes)", content.len())
            }
            Self::Remove { path, .. } => write!(f, "Remove({path})"),
            Self::Sql { db, statements } => write!(f, "Sql({db}, {} statements)", statements.len()),
        }
    }
}

/// A parameterised statement.
#[derive(Clone, PartialEq)]
pub struct Statement {
    /// INSERT, UPDATE or DELETE.
    pub sql: String,
    /// Its parameters; they may hold a key or a token.
    pub params: Vec<Value>,
    /// How many rows it must change.
    pub changes: u32,
}

impl From<Statement> for Value {
    fn from(statement: Statement) -> Self {
        object(&mut [
            ("sql", statement.sql.into()),
            ("params", statement.params.into()),
            ("changes", statement.changes.into()),
        ])
    }
}

/// Steps and report.
#[derive(Debug)]
pub struct Plan {
    /// The state dir and the config's folder.
    pub bases: Vec<String>,
    /// In the order in which they are to be made durable.
    pub steps: Vec<Step>,
    /// What they amount to.
    pub report: Report,
}

/// What an operation stands on: rules, places, store.
#[derive(Debug)]
pub struct World<'i, 'a> {
    /// What was read.
    pub inputs: &'i Inputs<'a>,
    /// What this version does.
    pub rules: Rules,
    /// Whose rules they are.
    pub gateway: Gateway,
    /// Where things are.
    pub paths: Paths,
    /// Where identity and pairing live.
    pub store: StoreKind,
    /// What the caller should know.
    pub warnings: Vec<Notice>,
    /// Why the store can't be told; every operation but `diagnose` is refused then.
    pub unclear: Option<Error>,
    /// Whether the environment lets includes lie outside of the config's folder.
    pub include_roots: bool,
}

/// Plans an operation; stops with what is still to be read.
pub fn plan(request: &Request, inputs: &Inputs<'_>, entropy: &[u8; ENTROPY]) -> Result<Plan, Stop> {
    let world = World::look(request, inputs, request.pair.as_ref())?;
    let bases = world.paths.bases();
    if request.operation == Operation::Diagnose {
        let report = diagnose::diagnose(&world, request).map_err(|stop| stop.based(&bases))?;
        return Ok(Plan { bases, steps: Vec::new(), report: Report::Diagnosis(report) });
    }
    let mut missing = Gathered::default();
    if let Some(options) = &request.pair {
        missing.take(serves_gateway(&world, &request.target, options))?;
    }
    let config = missing.take(match &request.config {
        Some(options) => {
            // Approving a key of this state dir mends its file first, in the same plan.
            let mends = request.pair.as_ref().is_some_and(|pair| pair.device.is_none());
            config_part(&world, options, mends).map(Some)
        }
        None => Ok(None),
    })?;
    let pair = missing.take(match &request.pair {
        Some(options) => pair_part(&world, options, entropy).map(Some),
        None => Ok(None),
    })?;
    let clear = missing.take(match request.operation {
        Operation::ClearPending => {
            let which = match (&request.clear_request, &request.clear_device) {
                (Some(id), _) => Which::Request(id),
                (None, Some(id)) => Which::Device(id),
                (None, None) => Which::All,
            };
            clear_part(&world, which).map(Some)
        }
        _ => match &request.take_back {
            Some(options) => take_back_part(&world, options).map(Some),
            None => Ok(None),
        },
    })?;
    let (Some(config), Some(pair), Some(clear)) = (config, pair, clear) else {
        return Err(Stop::Missing(Box::new(Missing { bases, ..missing.0 })));
    };

    let mut steps = Vec::new();
    let mut statements = Vec::new();
    let mut first = None;
    let mut own = |part_steps: Vec<Step>, part_statements: Vec<Statement>| {
        let changes = changes(&part_steps, &part_statements, &world.paths.database());
        steps.extend(part_steps);
        statements.extend(part_statements);
        changes
    };
    let mut last = None;
    let pair = pair.map(|part| {
        let mut report = part.report;
        report.changes = own(part.steps, part.statements);
        (first, last) = (part.begin, part.end);
        report
    });
    let clear = clear.map(|part| (part.cleared, own(part.steps, part.statements)));
    if !statements.is_empty() {
        steps.push(Step::Sql { db: world.paths.database(), statements });
    }
    let config = config.map(|(mut report, step)| {
        report.changes = changes(step.as_slice(), &[], "");
        steps.extend(step);
        report
    });
    steps.splice(0..0, first);
    steps.extend(last);
    let mut report = match (request.operation, pair, clear, config) {
        (Operation::Setup, Some(mut pair), _, config) => {
            if let Some(config) = &config {
                pair.changes.extend(config.changes.iter().cloned());
            }
            Report::Setup(SetupReport { pair, config })
        }
        (_, Some(pair), _, _) => Report::PrePair(pair),
        (_, _, Some((cleared, changes)), _) => {
            Report::ClearPending(ClearPendingReport { cleared, changes, warnings: world.warnings })
        }
        (_, _, _, Some(mut config)) => {
            config.warnings.splice(0..0, world.warnings);
            Report::PatchConfig(config)
        }
        _ => return Err(Error::new("OPTIONS", "This operation is not planned here.").into()),
    };
    if let (Some(pid), false) = (inputs.gateway, steps.is_empty()) {
        report.warn(beside(pid, world.store));
    }
    Ok(Plan { bases, steps, report })
}

/// What a plan would still have to know. One that would be refused has read all that it needs.
pub fn reads(request: &Request, inputs: &Inputs<'_>) -> Option<Missing> {
    // The plan itself knows what it lacks.
    match plan(request, inputs, &[1; ENTROPY]) {
        Err(Stop::Missing(missing)) => Some(*missing),
        _ => None,
    }
}

/// The identity of a state dir with its private key; stops with what is still to be read.
pub fn export(request: &Request, inputs: &Inputs<'_>) -> Result<KeyPair, Stop> {
    let world = World::look(request, inputs, None)?;
    let based = |stop: Stop| stop.based(&world.paths.bases());
    let nothing = |path: &str| {
        Error::new("IDENTITY_MISSING", "This state dir has no device identity.")
            .at(path)
            .hint("Call prePair() or setup() first.")
    };
    if world.store == StoreKind::Sqlite {
        let db = world.paths.database();
        let query = sqlite::export(&db);
        want_queries(inputs, [query]).map_err(based)?;
        let row =
            inputs.rows("export").and_then(|rows| rows.first()).ok_or_else(|| nothing(&db))?;
        let field = |name: &str| row.get(name).and_then(Value::as_str);
        // What OpenClaw does not take is not given away either: the key of another device, above all.
        return field("private_key_pem")
            .and_then(KeyPair::from_pem)
            .filter(|keys| {
                field("device_id") == Some(&keys.device_id())
                    && field("public_key_pem") == Some(&keys.public_pem())
                    && field("private_key_pem") == Some(keys.private_pem().as_str())
            })
            .ok_or_else(|| broken_row(db).into());
    }
    let path = &world.paths.identity;
    want_files(inputs, [path.as_str()]).map_err(based)?;
    let stored = identity::read(&inputs.file(path), path, inputs.now)?;
    Ok(stored.ok_or_else(|| nothing(path))?.keys)
}

pub(crate) fn want_files<'p>(
    inputs: &Inputs<'_>,
    paths: impl IntoIterator<Item = &'p str>,
) -> Result<(), Stop> {
    let mut wants = Wants::default();
    paths.into_iter().for_each(|path| wants.file(inputs, path));
    wants.met()
}

pub(crate) fn want_queries(
    inputs: &Inputs<'_>,
    queries: impl IntoIterator<Item = Query>,
) -> Result<(), Stop> {
    let mut wants = Wants::default();
    queries.into_iter().for_each(|query| wants.query(inputs, query));
    wants.met()
}

/// Collects what several parts miss, so that a driver reads it in one go.
#[derive(Default)]
pub(crate) struct Gathered(pub(crate) Missing);

impl Gathered {
    pub(crate) fn take<T>(&mut self, part: Result<T, Stop>) -> Result<Option<T>, Stop> {
        match part {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Refused(error)) => Err(error.into()),
            Err(Stop::Missing(missing)) => {
                for file in missing.files {
                    let optional = missing.optional.contains(&file);
                    match self.0.files.contains(&file) {
                        true if optional => {}
                        true => self.0.optional.retain(|known| *known != file),
                        false if optional => self.0.optional.push(file.clone()),
                        false => {}
                    }
                    if !self.0.files.contains(&file) {
                        self.0.files.push(file);
                    }
                }
                self.0.stats.extend(missing.stats);
                for query in missing.queries {
                    if !self.0.queries.contains(&query) {
                        self.0.queries.push(query);
                    }
                }
                Ok(None)
            }
        }
    }
}

impl<'i, 'a> World<'i, 'a> {
    /// Finds out version, places and store. `pairs`: what is to be approved; whose state dir this is and what waits is looked
    /// at then, as far as it can be read.
    pub fn look(
        request: &Request,
        inputs: &'i Inputs<'a>,
        pairs: Option<&PairOptions>,
    ) -> Result<Self, Stop> {
        let target = &request.target;
        let installed = inputs
            .installed
            .as_ref()
            .and_then(|installed| installed.version.parse::<Version>().ok());
        let (version, source) = match (&target.gateway_version, installed) {
            (Some(version), _) => (Some(*version), Source::Option),
            (None, Some(version)) => (Some(version), Source::Package),
            (None, None) => (None, Source::Unknown),
        };
        let (rules, doubt) = rules::rules(version.as_ref());
        let mut warnings: Vec<Notice> = inputs.passed_over.iter().map(passed_over).collect();
        warnings.extend(doubt.map(doubtful));
        let state_dir = paths::state_dir(target, &rules, inputs)?;

        // Everything that depends only on the state dir is asked for in one go.
        let mut missing = Gathered::default();
        let database = paths::join(&state_dir, "state/openclaw.sqlite");
        missing.take(want_queries(inputs, sqlite::probes(&database)))?;
        let needs_config = request.config.is_some() || request.operation == Operation::Diagnose;
        let config = match needs_config {
            true => missing.take(paths::config(target, &rules, inputs, &state_dir))?,
            false if pairs.is_some() => match paths::config(target, &rules, inputs, &state_dir) {
                Err(Stop::Refused(_)) => None,
                found => missing.take(found.map_err(Stop::optional))?,
            },
            false => None,
        };
        let paths = Paths {
            identity: paths::identity(target, &rules, inputs, &state_dir)?,
            config: config.clone().unwrap_or_default(),
            state_dir,
        };
        if request.config.is_some() && config.is_some() {
            missing.take(paths::apart(&paths, inputs))?;
        }
        if config.is_some() {
            let wanted = want_files(inputs, [paths.config.as_str()]);
            missing.take(if needs_config { wanted } else { wanted.map_err(Stop::optional) })?;
        }
        for path in files_of(request, &paths) {
            missing.take(want_files(inputs, [path.as_str()]))?;
        }
        if pairs.is_some_and(|pair| pair.pending == PendingChoice::Keep) {
            let wanted = want_files(inputs, [paths.pending().as_str()]);
            missing.take(wanted.map_err(Stop::optional))?;
        }
        if request.pair.as_ref().is_some_and(|pair| pair.device.is_none()) {
            missing.take(want_links(inputs, &rules, &paths.identity))?;
        }
        if missing.0 != Missing::default() {
            return Err(Stop::Missing(Box::new(Missing { bases: paths.bases(), ..missing.0 })));
        }
        let mut unclear = inputs.failures.get(&database).cloned();
        let store = match store(inputs, &rules, version.as_ref(), source, &paths, &mut warnings) {
            Err(Stop::Refused(error)) if request.operation == Operation::Diagnose => {
                unclear = Some(error);
                StoreKind::Sqlite
            }
            store => store?,
        };
        let gateway = Gateway { version: version.map(|version| version.to_string()), source };
        let include_roots = paths::variable(target, "OPENCLAW_INCLUDE_ROOTS").is_some();
        Ok(Self { inputs, rules, gateway, paths, store, warnings, unclear, include_roots })
    }
}

/// What is said where the rules are a guess.
fn doubtful(doubt: Doubt) -> Notice {
    let newest = rules::NEWEST;
    match doubt {
        Doubt::Unknown => Notice::new("VERSION_UNKNOWN", format!("No OpenClaw version was found; the rules of {newest} were followed."))
            .hint("Give gatewayVersion, or openclawDir. The paired record opens every version."),
        Doubt::UnknownNewer => Notice::new("VERSION_NEWER", format!("This OpenClaw is newer than {newest}, the newest that is known here; its rules were followed."))
            .hint("Update openclaw-prepair when there is a newer one."),
    }
}

/// What is said of a package that another user could have put there, to have the rules of its version followed.
fn passed_over(PassedOver { path, at, uid }: &PassedOver) -> Notice {
    let why = match uid {
        Some(uid) => format!("{at} belongs to user {uid}"),
        None => format!("other users can write to {at}"),
    };
    Notice::new("PACKAGE_NOT_TRUSTED", format!("An openclaw package was not used, because {why}."))
        .at(path)
        .hint("Give gatewayVersion, or openclawDir if this package is yours. Otherwise remove it, or take its folder off PATH.")
}

/// What is said where a gateway runs on the state dir that changes.
fn beside(pid: u32, store: StoreKind) -> Notice {
    // src/infra/device-pairing.ts reads its files anew on every call and locks them inside its own process only; a
    // database has its own lock.
    let also = match store {
        StoreKind::Json => {
            "It writes devices/*.json too, without a lock that others could take: a change of its at the same moment can be lost."
        }
        StoreKind::Sqlite => {
            "It sees the new rows at once; of openclaw.json it may need a restart."
        }
    };
    Notice::new(
        "GATEWAY_RUNNING",
        format!("A gateway runs on this state dir (process {pid}). {also}"),
    )
    .hint("Best call this before the gateway starts, or while it is stopped.")
}

/// How many names an identity file has, where that matters to this version and the driver can tell.
fn want_links(inputs: &Inputs<'_>, rules: &Rules, path: &str) -> Result<(), Stop> {
    let mut wants = Wants::default();
    if rules.broken_identity != BrokenIdentity::Used {
        wants.stat(inputs, path);
    }
    wants.met()
}

/// Whether the identity file has another name: from 2026.5.12 OpenClaw does not read such a file (src/infra/private-file-store.ts).
pub(crate) fn linked(world: &World<'_, '_>) -> bool {
    world.rules.broken_identity != BrokenIdentity::Used
        && world.inputs.stat(&world.paths.identity).is_some_and(|stat| stat.nlink > 1)
}

/// The identity in its file. One with another name is written anew: the copy that takes its place has one.
pub(crate) fn stored_identity(world: &World<'_, '_>, path: &str) -> Result<Option<Stored>> {
    let file = world.inputs.file(path);
    let mut stored = identity::read(&file, path, world.inputs.now)?;
    if let Some(stored) = stored.as_mut()
        && path == world.paths.identity
        && linked(world)
    {
        let content = Zeroizing::new(file.bytes(path)?.unwrap_or_default().to_vec());
        let repair = stored.repair.get_or_insert(Repair { content, why: Vec::new() });
        repair
            .why
            .push("it has a second name, a hard link, with which this version does not read it");
    }
    Ok(stored)
}

/// The files that an operation looks at, whatever the store.
fn files_of(request: &Request, paths: &Paths) -> Vec<String> {
    let mut files = Vec::new();
    if let Some(pair) = &request.pair {
        if pair.device.is_none() {
            files.push(paths.identity.clone());
            files.extend(claim(paths, pair));
        }
        files.push(paths.paired());
        if pair.pending != PendingChoice::Keep {
            files.push(paths.pending());
        }
    }
    match request.operation {
        Operation::ClearPending => files.push(paths.pending()),
        Operation::TakeBack => files.extend([paths.paired(), paths.pending()]),
        Operation::Diagnose => files.extend(diagnose::files(paths)),
        _ => {}
    }
    files
}

/// Which store holds identity and pairing: the disk decides before the package.
fn store(
    inputs: &Inputs<'_>,
    rules: &Rules,
    version: Option<&Version>,
    source: Source,
    paths: &Paths,
    warnings: &mut Vec<Notice>,
) -> Result<StoreKind, Stop> {
    let db = paths.database();
    let conflict =
        |message: String, hint: &str| Error::new("STORE_CONFLICT", message).at(&db).hint(hint);
    let Some(found) = sqlite::user_version(inputs) else { return Ok(StoreKind::Json) };
    let newest = inputs
        .installed
        .as_ref()
        .and_then(|installed| installed.state_schema)
        .unwrap_or_else(|| i64::from(Rules::at(rules::NEWEST, None).state_schema));
    if found < sqlite::FIRST_SCHEMA {
        if found >= 2 {
            return Err(conflict(
                format!(
                    "The state database has user_version {found}, which only preview builds wrote."
                ),
                "Start a released OpenClaw on it once, or move the state dir away.",
            )
            .into());
        }
        if sqlite::has_table(inputs, "device_identities") {
            want_queries(inputs, [sqlite::primary(&db)])?;
            if inputs.rows("primary").is_some_and(|rows| !rows.is_empty()) {
                return Ok(StoreKind::Sqlite);
            }
        }
        return Ok(StoreKind::Json);
    }
    if version.is_some() && rules.store == Store::Json {
        let from = if source == Source::Option {
            "gatewayVersion says"
        } else {
            "the installed package is"
        };
        return Err(conflict(
            format!(
                "The state database has user_version {found}, but {from} {}, which keeps its state in files.",
                version.map(ToString::to_string).unwrap_or_default()
            ),
            "That gateway would not see what a newer one stored here. Use the version that wrote this state dir, or another state dir.",
        )
        .into());
    }
    if found > newest {
        return Err(conflict(
            format!("The state database has user_version {found}, newer than {newest}, the newest that is known here."),
            "Give the installed package by openclawDir, or update openclaw-prepair.",
        )
        .into());
    }
    if found > i64::from(rules.state_schema)
        && inputs.installed.as_ref().and_then(|i| i.state_schema).is_none()
    {
        warnings.push(
            Notice::new("SCHEMA_NEWER", format!("The state database has user_version {found}, newer than that version writes; that gateway may refuse to start."))
                .at(&db),
        );
    }
    Ok(StoreKind::Sqlite)
}

fn config_part(
    world: &World<'_, '_>,
    options: &ConfigOptions,
    mends: bool,
) -> Result<(PatchConfigReport, Option<Step>), Stop> {
    let path = &world.paths.config;
    let patched = config::patch(world.inputs, path, options, &world.rules)?;
    let mut warnings = patched.warnings;
    if world.store == StoreKind::Sqlite {
        match legacy_identity(world, mends)? {
            // The edit alone would make a gateway that imported nothing from there refuse to start (exit 78 at 2026.9.6).
            Some(error) if patched.content.is_some() => return Err(error.into()),
            Some(error) => {
                let error = error.into_fields();
                warnings.push(Notice {
                    code: "W_LEGACY_IDENTITY".to_string(),
                    message: error.message,
                    hint: error.hint,
                    path: error.path,
                });
            }
            None => {}
        }
    }
    let step = patched.content.map(|content| Step::Write {
        path: path.clone(),
        content: Zeroizing::new(content),
        mode: 0o600,
        keep_mode: true,
        expect: expect(world.inputs.file(path)),
    });
    let report = PatchConfigReport {
        path: path.clone(),
        changed: step.is_some(),
        edits: patched.edits,
        changes: Vec::new(),
        warnings,
    };
    Ok((report, step))
}

/// What brings records into the database of a version that imports the identity alone.
pub(crate) const IMPORT_BY_DOCTOR: &str =
    "Run `openclaw doctor --fix --non-interactive` before the gateway starts; it imports both.";

/// A left-over identity file that the next import chokes on: it holds another key than the database, or no form
/// that OpenClaw takes. `mends`: this plan brings `identity/device.json` into form.
pub(crate) fn legacy_identity(world: &World<'_, '_>, mends: bool) -> Result<Option<Error>, Stop> {
    let file = world.paths.state("identity/device.json");
    let files =
        [file.clone(), format!("{file}.doctor-importing"), format!("{file}.native-importing")];
    let mut missing = Gathered::default();
    missing.take(want_files(world.inputs, files.iter().map(String::as_str)))?;
    missing.take(want_links(world.inputs, &world.rules, &world.paths.identity))?;
    missing.take(want_queries(world.inputs, [sqlite::primary(&world.paths.database())]))?;
    if missing.0 != Missing::default() {
        return Err(Stop::Missing(Box::new(missing.0)));
    }
    // `openclaw config set` alone makes a database without an identity; the first start imports the file into it.
    let mut known = primary_key(world)?;
    for path in files {
        let found = match stored_identity(world, &path) {
            Ok(None) => continue,
            Ok(Some(stored)) => Some(stored),
            Err(_) => None,
        };
        let key = found.as_ref().map(|stored| stored.keys.public());
        known = known.or(key);
        if key.is_none() || key != known {
            return Ok(Some(
                Error::new(
                    "LEGACY_IDENTITY_CONFLICT",
                    "An old identity file lies beside a database with another identity: after a change of the config this gateway may refuse to start.",
                )
                .at(path)
                .hint("The database is what counts. Move this file out of the state dir, then call again."),
            ));
        }
        // 2026.9.6 exits with 78 on "legacy device identity is invalid or unsupported", whatever key is in it.
        if found.is_some_and(|stored| stored.repair.is_some()) && !(mends && path == file) {
            return Ok(Some(
                Error::new(
                    "LEGACY_IDENTITY_CONFLICT",
                    "An old identity file lies beside the database in a form that OpenClaw does not import: after a change of the config this gateway refuses to start.",
                )
                .at(path)
                .hint("prePair() and setup() mend it and keep its key."),
            ));
        }
    }
    Ok(None)
}

/// The raw public key of the primary identity in the database.
pub(crate) fn primary_key(world: &World<'_, '_>) -> Result<Option<[u8; 32]>> {
    let Some(row) = world.inputs.rows("primary").and_then(|rows| rows.first()) else {
        return Ok(None);
    };
    let field = |name: &str| row.get(name).and_then(Value::as_str);
    // `sound` tells what only the place of the private half can know; who hands in rows may leave it out.
    match field("public_key_pem").and_then(identity::parse_public_key) {
        Some(key)
            if field("device_id") == Some(&device_id(&key))
                && field("public_key_pem") == Some(&identity::public_pem(&key))
                && row.get("sound").and_then(Value::as_i64) != Some(0) =>
        {
            Ok(Some(key))
        }
        _ => Err(broken_row(world.paths.database())),
    }
}

/// validateStoredDeviceIdentity and repairInvalidStoredDeviceIdentity of 2026.9.6 `src/infra/device-identity-store.ts`.
fn broken_row(db: String) -> Error {
    Error::new("IDENTITY_BROKEN", "The primary identity in the state database is broken: no gateway starts with such a deviceId, such keys or such times.")
        .at(db)
        .hint("Run `openclaw doctor --fix`, then call again. It keeps the key if both halves belong together, otherwise it makes a new one.")
}

#[derive(Default)]
struct ClearPart {
    cleared: Vec<Cleared>,
    steps: Vec<Step>,
    statements: Vec<Statement>,
}

fn clear_part(world: &World<'_, '_>, which: Which<'_>) -> Result<ClearPart, Stop> {
    let inputs = world.inputs;
    if world.store == StoreKind::Sqlite {
        let db = world.paths.database();
        sqlite::check_columns(inputs, &db)?;
        let mut missing = Gathered::default();
        missing.take(want_queries(inputs, [sqlite::pending(&db)]))?;
        missing.take(unsupervised(world))?;
        if missing.0 != Missing::default() {
            return Err(Stop::Missing(Box::new(missing.0)));
        }
        let (cleared, statements) =
            pending::clear_rows(inputs.rows("pending").unwrap_or_default(), which, inputs.now);
        return Ok(ClearPart { cleared, steps: Vec::new(), statements });
    }
    let path = world.paths.pending();
    let file = inputs.file(&path);
    let (cleared, content) = pending::clear(&file, &path, which, inputs.now)?;
    Ok(ClearPart {
        cleared,
        steps: content.map(|content| write(&path, content, file)).into_iter().collect(),
        statements: Vec::new(),
    })
}

/// What tries of `verify` left: the record and the request of one device, as far as they are what it left.
fn take_back_part(world: &World<'_, '_>, options: &TakeBack) -> Result<ClearPart, Stop> {
    let mut part = record_before(world, options)?;
    if let Some(id) = &options.request {
        let clear = clear_part(world, Which::Request(id))?;
        part.cleared = clear.cleared;
        part.steps.extend(clear.steps);
        part.statements.extend(clear.statements);
    }
    Ok(part)
}

/// The record as it was. Versions that keep rows overwrite no field but the name, and that with what it is.
fn record_before(world: &World<'_, '_>, options: &TakeBack) -> Result<ClearPart, Stop> {
    let mut part = ClearPart::default();
    if world.store == StoreKind::Sqlite {
        if options.record {
            let query = sqlite::paired(&world.paths.database(), &options.device);
            let key = query.id.clone();
            want_queries(world.inputs, [query])?;
            unsupervised(world)?;
            if world.inputs.rows(&key).is_some_and(|rows| !rows.is_empty()) {
                part.statements.push(sqlite::delete_paired(&options.device));
            }
        }
        return Ok(part);
    }
    let path = world.paths.paired();
    let file = world.inputs.file(&path);
    let Some(bytes) = file.bytes(&path)? else { return Ok(part) };
    let document = pending::store(bytes, &path)?;
    let root = document.root();
    let Some(record) = document.get(root, &options.device) else { return Ok(part) };
    let mut editor = Editor::new(&document);
    if options.record {
        editor.remove(root, &options.device);
    } else if record.value.kind == Kind::Object {
        for (name, field) in &options.fields {
            let now = document.get(record.value, name);
            let now = now.and_then(|member| document.value(member.value)).unwrap_or_default();
            if field.get("left") != Some(&now) {
                continue;
            }
            match field.get("was") {
                None | Some(Value::Null) => {
                    editor.remove(record.value, name);
                }
                Some(was) => editor.set(record.value, name, was),
            }
        }
    }
    part.steps.extend(editor.finish().map(|content| write(&path, content, file)));
    Ok(part)
}

/// Refuses a database that somebody else manages.
pub(crate) fn unsupervised(world: &World<'_, '_>) -> Result<(), Stop> {
    let db = world.paths.database();
    if !sqlite::has_table(world.inputs, "config_machine_state") {
        return Ok(());
    }
    want_queries(world.inputs, [sqlite::supervision(&db)])?;
    if world.inputs.rows("supervision").is_some_and(|rows| !rows.is_empty()) {
        return Err(Error::new(
            "SUPERVISED",
            "This state database is managed by an external supervisor.",
        )
        .at(db)
        .hint("Pair the device through that supervisor; writing behind its back is not safe.")
        .into());
    }
    Ok(())
}

/// Refuses the state dir of a client: no gateway reads the records there.
fn serves_gateway(
    world: &World<'_, '_>,
    target: &Target,
    options: &PairOptions,
) -> Result<(), Stop> {
    let (inputs, path) = (world.inputs, &world.paths.config);
    // One that runs reads them, whatever the config says by now.
    if inputs.gateway.is_some() || !config::is_remote(inputs, path, target, world.include_roots)? {
        return Ok(());
    }
    let key = match (&options.device, &options.identity) {
        (Some(public), _) => Some(*public),
        (None, IdentityChoice::Given(keys)) => Some(keys.public()),
        (None, _) => match world.store {
            StoreKind::Sqlite if sqlite::has_table(inputs, "device_identities") => {
                want_queries(inputs, [sqlite::primary(&world.paths.database())])?;
                primary_key(world).unwrap_or_default()
            }
            _ => stored_identity(world, &world.paths.identity)
                .unwrap_or_default()
                .map(|stored| stored.keys.public()),
        },
    };
    Err(Error::new("CLIENT_STATE", "gateway.mode is \"remote\": this state dir belongs to a client of another gateway, and no gateway reads records here.")
        .at(path)
        .hint(format!("{} Only where a gateway is to run here, change gateway.mode to \"local\" first.", approve_elsewhere(key)))
        .into())
}

/// What lets a client in whose gateway is on another machine.
pub(crate) fn approve_elsewhere(key: Option<[u8; 32]>) -> String {
    let device = match key.map(|key| base64::encode_url(&key)) {
        // What begins with a dash would be taken for another option.
        Some(key) if key.starts_with('-') => format!("--device={key}"),
        Some(key) => format!("--device {key}"),
        None => "--device <public key>".to_string(),
    };
    format!("On the machine of its gateway, run `npx openclaw-prepair pre-pair {device}`.")
}

struct PairPart {
    report: PrePairReport,
    /// Before all other steps.
    begin: Option<Step>,
    steps: Vec<Step>,
    /// After all other steps, those of the config too.
    end: Option<Step>,
    statements: Vec<Statement>,
}

/// The file that holds the deviceId of an identity which a call for a new one is about to make, until all of that call's
/// work is done: where it was killed in between, the same call finds its own identity and goes on with it.
fn claim(paths: &Paths, options: &PairOptions) -> Option<String> {
    let claims = matches!(options.identity, IdentityChoice::New) && !options.replace;
    claims.then(|| format!("{}.prepair", paths.identity))
}

/// The key that is to be approved, and what is done to hold it.
struct Key {
    public: [u8; 32],
    outcome: IdentityOutcome,
    /// Written before the record.
    before: Vec<Step>,
    /// Written after the record: a replaced identity.
    after: Vec<Step>,
    /// The deviceId that a replaced identity had.
    replaced: Option<String>,
    /// The claim of a new identity, and its end.
    claim: (Option<Step>, Option<Step>),
    statements: Vec<Statement>,
}

impl Key {
    /// Held already: nothing is done for it.
    fn new(public: [u8; 32], outcome: IdentityOutcome) -> Self {
        let (before, after, statements) = (Vec::new(), Vec::new(), Vec::new());
        Self { public, outcome, before, after, replaced: None, claim: (None, None), statements }
    }
}

fn pair_part(
    world: &World<'_, '_>,
    options: &PairOptions,
    entropy: &[u8; ENTROPY],
) -> Result<PairPart, Stop> {
    let inputs = world.inputs;
    let [seed, token] = halves(entropy);
    let mut warnings = world.warnings.clone();
    let key = match (&options.device, world.store) {
        (Some(public), _) => Key::new(*public, IdentityOutcome::Untouched),
        (None, StoreKind::Json) => file_key(world, options, seed, &mut warnings)?,
        (None, StoreKind::Sqlite) => row_key(world, options, seed, &mut warnings)?,
    };
    let id = device_id(&key.public);
    let asked = asked(world, &key.public, options.pending)?;
    let want = Want {
        public: &key.public,
        display_name: options.display_name.as_deref(),
        scopes: options.scopes.as_deref(),
        reinstate: options.reinstate,
        asked: &asked,
        pins: world.rules.metadata_pinned,
        now: inputs.now,
        token,
    };
    let (decision, record_step, record_statements) = match world.store {
        StoreKind::Json => {
            let old = key.replaced.as_deref();
            let (decision, step) = file_record(world, &want, old, &mut warnings)?;
            (decision, step, Vec::new())
        }
        StoreKind::Sqlite => {
            let (decision, statements) = row_record(world, &want)?;
            (decision, None, statements)
        }
    };
    if decision.new_token && token == &[0; 32] {
        return Err(no_entropy().into());
    }
    let place = match world.store {
        StoreKind::Json => world.paths.paired(),
        StoreKind::Sqlite => world.paths.database(),
    };
    if decision.renewed {
        warnings.push(
            Notice::new("TOKEN_RENEWED", format!("The operator token of device {id} was a sanitizer's mark, not a token. A new token took its place."))
                .hint("A client that still has the old token connects once with the gateway's own secret.")
                .at(&place),
        );
    }
    if !decision.taken.is_empty() {
        warnings.push(
            Notice::new("PINNED_TAKEN", format!("The record of device {id} pinned another {} than its waiting request names. It was taken from that request.", decision.taken.join(" and another ")))
                .hint("Check that this is the device that you mean.")
                .at(&place),
        );
    }
    // Of another device's client nothing is known; our own runs here, in a sandbox on Linux.
    let platform = inputs.process.as_ref().map_or("linux", |process| process.platform.as_str());
    if world.rules.metadata_pinned
        && options.device.is_none()
        && !(pin_allows(decision.platform.as_deref(), Some(platform))
            && pin_allows(decision.device_family.as_deref(), None))
    {
        warnings.push(Notice::new("PINNED", PINNED).hint(remove_first(&id)).at(place));
    }
    let which = match options.pending {
        PendingChoice::Keep => None,
        PendingChoice::All => Some(Which::All),
        PendingChoice::Device => Some(Which::Device(&id)),
    };
    let clear = which.map(|which| clear_part(world, which)).transpose()?;
    let mut steps = key.before;
    steps.extend(record_step);
    steps.extend(key.after);
    let mut statements = key.statements;
    statements.extend(record_statements);
    let mut pending_cleared = 0;
    if let Some(clear) = clear {
        pending_cleared = clear.cleared.len();
        steps.extend(clear.steps);
        statements.extend(clear.statements);
    }
    warn_where_no_record_helps(world, &mut warnings);
    if world.store == StoreKind::Json && world.rules.import == Import::IdentityOnly {
        warnings.push(
            Notice::new("NOT_IMPORTED", "This version imports the identity file at its first start, but no paired.json: the record counts only once it is imported.")
                .hint(IMPORT_BY_DOCTOR)
                .at(world.paths.paired()),
        );
    }
    let report = PrePairReport {
        device_id: id,
        public_key: base64::encode_url(&key.public),
        store: world.store,
        gateway: world.gateway.clone(),
        identity: key.outcome,
        paired: decision.outcome,
        scopes_added: decision.scopes_added,
        pending_cleared,
        attempts: 1,
        changes: Vec::new(),
        warnings,
    };
    let (begin, end) = key.claim;
    Ok(PairPart { report, begin, steps, end, statements })
}

/// The requests of the key that is to be approved, as long as they wait. Asks for all rows of its device.
fn asked(world: &World<'_, '_>, key: &[u8; 32], choice: PendingChoice) -> Result<Vec<Asked>, Stop> {
    let inputs = world.inputs;
    if world.store == StoreKind::Sqlite {
        let db = world.paths.database();
        sqlite::check_columns(inputs, &db)?;
        let mut missing = Gathered::default();
        missing.take(want_queries(inputs, [sqlite::paired(&db, &device_id(key))]))?;
        missing.take(want_queries(inputs, [sqlite::pending(&db)]))?;
        missing.take(unsupervised(world))?;
        if missing.0 != Missing::default() {
            return Err(Stop::Missing(Box::new(missing.0)));
        }
        let rows = inputs.rows("pending").unwrap_or_default();
        return Ok(pending::asked_rows(rows, key, inputs.now));
    }
    let path = world.paths.pending();
    let asked = pending::asked(&inputs.file(&path), &path, key, inputs.now);
    match choice {
        PendingChoice::Keep => Ok(asked.unwrap_or_default()),
        _ => Ok(asked?),
    }
}

fn no_entropy() -> Error {
    Error::new("ENTROPY", "There was no entropy for a new key or token.")
        .hint("Give 64 random bytes as inputs.entropy.")
}

/// The identity in its file.
fn file_key(
    world: &World<'_, '_>,
    options: &PairOptions,
    seed: &[u8; 32],
    warnings: &mut Vec<Notice>,
) -> Result<Key, Stop> {
    let inputs = world.inputs;
    let path = &world.paths.identity;
    let file = inputs.file(path);
    let stored = match stored_identity(world, path) {
        Err(error)
            if options.replace
                && error.code == "ERR_PREPAIR_IDENTITY_BROKEN"
                && !matches!(options.identity, IdentityChoice::Disk) =>
        {
            None
        }
        other => other?,
    };
    let claim = claim(&world.paths, options);
    let claimed = match &claim {
        Some(claim) => inputs.file(claim).bytes(claim)?,
        None => None,
    };
    let id = stored.as_ref().map(|stored| stored.keys.device_id());
    let resumed = claimed.is_some() && claimed == id.as_deref().map(str::as_bytes);
    let wanted = match &options.identity {
        IdentityChoice::Disk => None,
        IdentityChoice::Given(keys) => Some(((**keys).clone(), IdentityOutcome::Imported)),
        IdentityChoice::New if resumed => None,
        IdentityChoice::New => Some((KeyPair::from_seed(seed), IdentityOutcome::Created)),
    };
    let mut key = Key::new([0; 32], IdentityOutcome::Reused);
    let same = |stored: &identity::Stored| match &wanted {
        Some((keys, _)) => keys.public() == stored.keys.public(),
        None => true,
    };
    match (stored, wanted.as_ref()) {
        (Some(stored), _) if same(&stored) => {
            key.public = stored.keys.public();
            if let Some(repair) = stored.repair {
                key.outcome = IdentityOutcome::Repaired;
                key.before.push(mend(path, file, repair, warnings));
            }
            if let (Some(path), Some(claimed)) = (claim, claimed.filter(|_| resumed)) {
                key.outcome = IdentityOutcome::Created;
                key.claim.1 = Some(Step::Remove { path, expect: sha256_hex(claimed) });
            }
        }
        (None, wanted) if !file.exists() => {
            let (keys, outcome) = match wanted {
                Some((keys, outcome)) => (keys.clone(), *outcome),
                None if seed == &[0; 32] => return Err(no_entropy().into()),
                None => (KeyPair::from_seed(seed), IdentityOutcome::Created),
            };
            key.public = keys.public();
            key.outcome = outcome;
            key.before.push(private(path, keys.file(inputs.now), None));
            if let Some(path) = claim {
                let id = keys.device_id().into_bytes();
                let end = Step::Remove { path: path.clone(), expect: sha256_hex(&id) };
                let file = inputs.file(&path);
                key.claim = (Some(write(&path, id, file)), Some(end));
            }
        }
        (stored, Some((keys, _))) if options.replace => {
            key.public = keys.public();
            key.outcome = IdentityOutcome::Replaced;
            key.replaced = stored.map(|stored| stored.keys.device_id());
            let old = Zeroizing::new(file.bytes(path)?.unwrap_or_default().to_vec());
            let backup = backup(world, &old)?;
            if !inputs.file(&backup).exists() {
                key.before.push(private(&backup, old, None));
            }
            warnings.push(
                Notice::new("IDENTITY_REPLACED", "The identity that was here gave way to another; the old file was kept beside it.")
                    .at(&backup)
                    .hint("Remove the backup when nobody needs the old key."),
            );
            key.after.push(private(path, keys.file(inputs.now), expect(file)));
        }
        (Some(stored), Some((keys, _))) => {
            return Err(conflict(path, &stored.keys.device_id(), &keys.device_id()).into());
        }
        // Something stands there that is no identity; reading it was refused above.
        (_, _) => {
            return Err(Error::new("IDENTITY_BROKEN", "The identity file cannot be used.")
                .at(path)
                .into());
        }
    }
    Ok(key)
}

/// Where the old identity is kept: the first name that is free, or holds it since a call that was killed.
fn backup(world: &World<'_, '_>, old: &[u8]) -> Result<String, Stop> {
    let (path, now) = (&world.paths.identity, world.inputs.now);
    let mut name = format!("{path}.{now}.bak");
    for number in 2.. {
        want_files(world.inputs, [name.as_str()])?;
        match world.inputs.file(&name) {
            File::Bytes(kept) if kept == old => break,
            file if !file.exists() => break,
            _ => name = format!("{path}.{now}-{number}.bak"),
        }
    }
    Ok(name)
}

fn mend(path: &str, file: File<'_>, repair: Repair, warnings: &mut Vec<Notice>) -> Step {
    let why = repair.why.join("; ");
    warnings.push(
        Notice::new(
            "IDENTITY_REPAIRED",
            format!("The identity file was mended, its key kept: {why}."),
        )
        .at(path),
    );
    private(path, repair.content, expect(file))
}

fn conflict(path: &str, known: &str, given: &str) -> Error {
    Error::new("IDENTITY_CONFLICT", format!("Another identity is here: device {known}, not {given}."))
        .at(path)
        .hint("Leave out identity to use the one that is here, or say onConflict: 'replace' (files only) if its devices may lose access.")
}

/// The identity in the database: its primary row is reused, never replaced.
fn row_key(
    world: &World<'_, '_>,
    options: &PairOptions,
    seed: &[u8; 32],
    warnings: &mut Vec<Notice>,
) -> Result<Key, Stop> {
    let inputs = world.inputs;
    let db = world.paths.database();
    let path = &world.paths.identity;
    let file = inputs.file(path);
    sqlite::check_columns(inputs, &db)?;
    want_queries(inputs, [sqlite::primary(&db)])?;
    let mut key = Key::new([0; 32], IdentityOutcome::Reused);
    let given = match &options.identity {
        IdentityChoice::Disk => None,
        IdentityChoice::Given(keys) => Some((**keys).clone()),
        IdentityChoice::New => Some(KeyPair::from_seed(seed)),
    };
    if let Some(public) = primary_key(world)? {
        if let Some(given) = given.filter(|given| given.public() != public) {
            return Err(Error::new(
                "IDENTITY_CONFLICT",
                format!("The state database holds another identity: device {}, not {}.", device_id(&public), given.device_id()),
            )
            .at(db)
            .hint("An identity in the database is never replaced. Leave out identity to use it, or approve the other key by device: { publicKey }.")
            .into());
        }
        key.public = public;
        // The same key may lie in a file too. In a form that OpenClaw does not import it stops the gateway.
        if let Ok(Some(stored)) = stored_identity(world, path)
            && stored.keys.public() == public
            && let Some(repair) = stored.repair
        {
            key.outcome = IdentityOutcome::Repaired;
            key.before.push(mend(path, file, repair, warnings));
        }
        return Ok(key);
    }
    // No identity yet. One that waits in a file is the one that a later import would compare with.
    let mut stored = stored_identity(world, path)?;
    let repair = stored.as_mut().and_then(|stored| stored.repair.take());
    let (keys, outcome) = match (stored, given) {
        (Some(stored), Some(given)) if stored.keys.public() != given.public() => {
            return Err(conflict(path, &stored.keys.device_id(), &given.device_id()).into());
        }
        (Some(stored), _) => (stored.keys, IdentityOutcome::Imported),
        (None, Some(given)) if matches!(options.identity, IdentityChoice::New) => {
            (given, IdentityOutcome::Created)
        }
        (None, Some(given)) => (given, IdentityOutcome::Imported),
        (None, None) if seed == &[0; 32] => return Err(no_entropy().into()),
        (None, None) => (KeyPair::from_seed(seed), IdentityOutcome::Created),
    };
    key.public = keys.public();
    key.outcome = outcome;
    key.statements.push(sqlite::insert_identity(&keys, inputs.now));
    if let Some(repair) = repair {
        key.before.push(mend(path, file, repair, warnings));
    }
    Ok(key)
}

/// The record in `devices/paired.json`, and no longer that of an identity that gives way. In one write, and before the
/// identity's: while the old identity is still there, the same call finds the whole of its work again.
fn file_record(
    world: &World<'_, '_>,
    want: &Want<'_>,
    replaced: Option<&str>,
    warnings: &mut Vec<Notice>,
) -> Result<(Decision, Option<Step>)> {
    let path = world.paths.paired();
    let file = world.inputs.file(&path);
    let id = device_id(want.public);
    let Some(bytes) = file.bytes(&path)? else {
        let decision = paired::decide(None, want, &path)?;
        let store = Map::from_iter([(id, Value::Object(paired::fresh(want)))]);
        let content = json5::lines(&Value::Object(store));
        return Ok((decision, Some(write(&path, content.into_bytes(), file))));
    };
    let document = pending::store(bytes, &path)?;
    let root = document.root();
    let mut editor = Editor::new(&document);
    let decision = match document.get(root, &id) {
        None => {
            let decision = paired::decide(None, want, &path)?;
            editor.insert(root, &id, Value::Object(paired::fresh(want)));
            decision
        }
        Some(member) => {
            let Some(Value::Object(record)) = document.value(member.value) else {
                let place = document.line_column(member.value.start);
                return Err(Error::new(
                    "SHAPE",
                    format!("The record of device {id} is no object that OpenClaw writes."),
                )
                .at(&path)
                .place(place.0, place.1)
                .hint("Remove it with `openclaw devices remove`, or mend it, then call again."));
            };
            let decision = paired::decide(Some(&record), want, &path)?;
            for set in &decision.sets {
                apply(&document, &mut editor, member.value, &set.path, &set.value);
            }
            decision
        }
    };
    if let Some(old) = replaced.filter(|old| **old != *id)
        && editor.remove(root, old)
    {
        warnings.push(
            Notice::new("IDENTITY_REPLACED", format!("The record of the replaced identity, device {old}, was removed with it: no gateway lets that key in any more."))
                .at(&path)
                .hint("Where that key is still needed, approve it by device: { publicKey }."),
        );
    }
    Ok((decision, editor.finish().map(|content| write(&path, content, file))))
}

/// Sets a field of a record, however deep, without touching its neighbours.
fn apply(
    document: &Document<'_>,
    editor: &mut Editor<'_, '_>,
    object: Node,
    path: &[&'static str],
    value: &Value,
) {
    match path {
        [] => {}
        [field] if value.is_null() => {
            editor.remove(object, field);
        }
        [field] => editor.set(object, field, value),
        [field, rest @ ..] => match document.get(object, field) {
            Some(member) if member.value.kind == Kind::Object => {
                apply(document, editor, member.value, rest, value)
            }
            _ => {
                let mut inner = Map::new();
                sqlite::put(&mut inner, rest, value.clone());
                editor.set(object, field, &Value::Object(inner));
            }
        },
    }
}

/// The record in the database.
fn row_record(world: &World<'_, '_>, want: &Want<'_>) -> Result<(Decision, Vec<Statement>)> {
    let db = world.paths.database();
    let id = device_id(want.public);
    let rows = world.inputs.rows.get(&sqlite::paired(&db, &id).id).unwrap_or(&None);
    let record = sqlite::record(rows, &db)?;
    let decision = paired::decide(record.as_ref(), want, &db)?;
    let statements = match record {
        None => vec![sqlite::insert_paired(&paired::fresh(want))],
        Some(_) if decision.sets.is_empty() => Vec::new(),
        Some(record) => vec![sqlite::update_paired(&id, record, &decision.sets)],
    };
    Ok((decision, statements))
}

/// Some clients present no device to a loopback gateway; no record can open a door for them.
fn warn_where_no_record_helps(world: &World<'_, '_>, warnings: &mut Vec<Notice>) {
    let agent = world.rules.agent_path == AgentPath::SharedSecret;
    let who = match (agent, world.rules.cli_presents_device) {
        (false, true) => return,
        (true, true) => "the agent's own tool presents",
        (false, false) => "the command line presents",
        (true, false) => "the agent's own tool and the command line present",
    };
    warnings.push(
        Notice::new(
            "NO_DEVICE",
            format!(
                "On this version {who} no device to a gateway on the same machine: it is let in directly, and through a header-adding proxy no record helps it (missing scope)."
            ),
        )
        .hint("Let it connect to the gateway directly. Clients that present a device (remote ones, those with a device token) are let in by this record."),
    );
}

fn expect(file: File<'_>) -> Option<String> {
    match file {
        File::Bytes(bytes) => Some(sha256_hex(bytes)),
        _ => None,
    }
}

fn write(path: &str, content: Vec<u8>, before: File<'_>) -> Step {
    private(path, Zeroizing::new(content), expect(before))
}

fn private(path: &str, content: Zeroizing<Vec<u8>>, expect: Option<String>) -> Step {
    Step::Write { path: path.to_string(), content, mode: 0o600, keep_mode: false, expect }
}

fn changes(steps: &[Step], statements: &[Statement], db: &str) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    for step in steps {
        let change = match step {
            Step::Write { path, content, expect, .. } => Change {
                path: path.clone(),
                action: if expect.is_some() {
                    ChangeAction::Replaced
                } else {
                    ChangeAction::Created
                },
                bytes: Some(content.len()),
                rows: None,
            },
            Step::Remove { path, .. } => Change {
                path: path.clone(),
                action: ChangeAction::Removed,
                bytes: None,
                rows: None,
            },
            Step::Sql { .. } => continue,
        };
        match out.iter_mut().find(|known| known.path == change.path) {
            Some(known) => known.bytes = change.bytes,
            None => out.push(change),
        }
    }
    if !statements.is_empty() {
        let rows = statements.iter().map(|statement| statement.changes).sum();
        out.push(Change {
            path: db.to_string(),
            action: ChangeAction::Rows,
            bytes: None,
            rows: Some(rows),
        });
    }
    out
}
