//! What every operation stands on: version, rules, places, store.

use crate::codes::{ErrorCode, NoticeCode};
use crate::config::dotenv;
use crate::error::{Error, Result};
use crate::inputs::{File, Inputs, PassedOver};
use crate::options::What;
use crate::options::devices::Devices;
use crate::options::pair::{IdentityChoice, PairOptions, PendingChoice};
use crate::options::target::Target;
use crate::report::{Gateway, Notice, Source, StoreKind};
use crate::rules::{self, BrokenIdentity, Doubt, Rules, Store, Version};
use crate::store::kept::DEVICE_AUTH;
use crate::store::paths::{self, Lead, Paths};
use crate::store::rows;
use crate::wants::{Gathered, Missing, Stop, Wants, want_files, want_queries};

/// What an operation stands on: rules, places, store.
#[derive(Clone, Debug)]
pub struct World<'i, 'a> {
    /// What was read.
    pub inputs: &'i Inputs<'a>,
    /// What this version does.
    pub rules: Rules,
    /// Why they are a guess.
    pub doubt: Option<Doubt>,
    /// Whose rules they are.
    pub gateway: Gateway,
    /// Where things are.
    pub paths: Paths,
    /// What leads to a config outside of the state dir that the caller did not name.
    pub(crate) elsewhere: Option<Lead>,
    /// Where identity and pairing live.
    pub store: StoreKind,
    /// What the caller should know.
    pub warnings: Vec<Notice>,
    /// Why the store can't be told; every operation but `diagnose` is refused then.
    pub unclear: Option<Error>,
    /// The folders beside the config's in which the environment lets includes lie.
    pub include_roots: Vec<String>,
}

impl<'i, 'a> World<'i, 'a> {
    /// Finds out version, places and store, and asks for the files that an operation looks at. Where something is to be
    /// approved, whose state dir this is and what waits is looked at too, as far as it can be read.
    pub fn look(
        target: &Target,
        what: Option<&What>,
        inputs: &'i Inputs<'a>,
    ) -> Result<Self, Stop> {
        let pairs = what.and_then(What::pair);
        let edits = what.and_then(What::config).is_some();
        let diagnoses = matches!(what, Some(What::Diagnose(_)));
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
        missing.take(want_queries(inputs, rows::probes(&database)))?;
        let needs_config = edits || diagnoses;
        let config = match needs_config {
            // Whether a gateway runs is asked for as soon as a folder is known: not before all of them are.
            true if paths::searches(target, &rules) => {
                Some(paths::config(target, &rules, inputs, &state_dir)?)
            }
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
        if edits && config.is_some() {
            missing.take(paths::apart(&paths, inputs))?;
        }
        if config.is_some() {
            let wanted = want_files(inputs, [paths.config.as_str()]);
            missing.take(if needs_config { wanted } else { wanted.map_err(Stop::optional) })?;
            let behind = want_behind(inputs, &paths.config);
            missing.take(if diagnoses { behind } else { behind.map_err(Stop::optional) })?;
        }
        for path in what.map_or(Vec::new(), |what| files_of(what, &paths)) {
            missing.take(want_files(inputs, [path.as_str()]))?;
        }
        if pairs.is_some_and(|pair| pair.pending == PendingChoice::Keep) {
            let wanted = want_files(inputs, [paths.pending().as_str()]);
            missing.take(wanted.map_err(Stop::optional))?;
        }
        if matches!(what, Some(What::ListDevices | What::Devices(Devices::Remove(_)))) {
            let wanted = want_files(inputs, [paths.identity.as_str()]);
            missing.take(wanted.map_err(Stop::optional))?;
        }
        if pairs.is_some_and(|pair| pair.device.is_none()) {
            missing.take(want_links(inputs, &rules, &paths.identity))?;
        }
        if missing.0 != Missing::default() {
            // Read beside what decides: none of them has to be there.
            if diagnoses {
                let mut files = dotenv::files(target, &rules, inputs, &paths.state_dir);
                files.extend([paths.nodes_pending(), paths.nodes_paired()]);
                missing.take(want_files(inputs, files.iter().map(String::as_str)))?;
            }
            let mut bases = paths.bases();
            bases.extend(inputs.behind(&paths.config).map(|real| paths::parent(real).to_string()));
            return Err(Stop::Missing(Box::new(Missing { bases, ..missing.0 })));
        }
        let mut unclear = inputs.failures.get(&database).cloned();
        let store = match store(inputs, &rules, version.as_ref(), source, &paths, &mut warnings) {
            Err(Stop::Refused(error)) if diagnoses => {
                unclear = Some(error);
                StoreKind::Sqlite
            }
            // It stands there, whatever it holds: the files do not count beside it.
            Ok(_) if unclear.is_some() => StoreKind::Sqlite,
            store => store?,
        };
        let gateway = Gateway { version: version.map(|version| version.to_string()), source };
        let include_roots = paths::include_roots(target, &rules, inputs);
        let elsewhere = paths::leads_elsewhere(target, &rules, &paths);
        Ok(Self {
            inputs,
            rules,
            doubt,
            gateway,
            paths,
            elsewhere,
            store,
            warnings,
            unclear,
            include_roots,
        })
    }
}

/// What is said where the rules are a guess.
fn doubtful(doubt: Doubt) -> Notice {
    let (oldest, newest) = (rules::OLDEST, rules::NEWEST);
    match doubt {
        Doubt::Unknown => Notice::new(NoticeCode::VersionUnknown, format!("No OpenClaw version was found; the rules of {newest} were followed."))
            .hint("Give gatewayVersion, or openclawDir. The paired record opens every version."),
        Doubt::UnknownNewer => Notice::new(NoticeCode::VersionNewer, format!("This OpenClaw is newer than {newest}, the newest that is known here; its rules were followed."))
            .hint("Update openclaw-prepair when there is a newer one."),
        Doubt::UnknownOlder => Notice::new(NoticeCode::VersionOlder, format!("This OpenClaw is older than {oldest}, the oldest that is known here; its rules were followed."))
            .hint("Update OpenClaw, or give gatewayVersion if another version runs."),
    }
}

/// What is said of a package that another user could have put there, to have the rules of its version followed.
fn passed_over(PassedOver { path, at, uid }: &PassedOver) -> Notice {
    let why = match uid {
        Some(uid) => format!("{at} belongs to user {uid}"),
        None => format!("other users can write to {at}"),
    };
    Notice::new(NoticeCode::PackageNotTrusted, format!("An openclaw package was not used, because {why}."))
        .at(path)
        .hint("Give gatewayVersion, or openclawDir if this package is yours. Otherwise remove it, or take its folder off PATH.")
}

/// What lies behind a config that is a link: it is read through, as a gateway does.
fn want_behind(inputs: &Inputs<'_>, path: &str) -> Result<(), Stop> {
    let mut wants = Wants::default();
    if inputs.file(path) == File::Symlink && !wants.stat(inputs, path) {
        inputs.behind(path).into_iter().for_each(|real| wants.file(inputs, real));
    }
    wants.met()
}

/// How many names an identity file has, where that matters to this version and the driver can tell.
pub(crate) fn want_links(inputs: &Inputs<'_>, rules: &Rules, path: &str) -> Result<(), Stop> {
    let mut wants = Wants::default();
    if rules.linked_identity != BrokenIdentity::Used {
        wants.stat(inputs, path);
    }
    wants.met()
}

/// The files that an operation looks at, whatever the store.
fn files_of(what: &What, paths: &Paths) -> Vec<String> {
    let mut files = Vec::new();
    if let Some(pair) = what.pair() {
        if pair.device.is_none() {
            files.push(paths.identity.clone());
            files.extend(claim(paths, pair));
        }
        files.push(paths.paired());
        if pair.pending != PendingChoice::Keep {
            files.push(paths.pending());
        }
    }
    match what {
        What::ClearPending(_) => files.push(paths.pending()),
        What::TakeBack(_) => files.extend([paths.paired(), paths.pending()]),
        What::Diagnose(_) => files.extend(diagnosed(paths)),
        What::Devices(Devices::Revoke(_) | Devices::Rotate(_) | Devices::Rename { .. }) => {
            files.push(paths.paired());
        }
        What::Devices(_) | What::ListDevices => files.extend([
            paths.paired(),
            paths.pending(),
            paths.nodes_pending(),
            paths.nodes_paired(),
        ]),
        _ => {}
    }
    files
}

/// Which store holds identity and pairing: the disk decides before the package.
pub(crate) fn store(
    inputs: &Inputs<'_>,
    rules: &Rules,
    version: Option<&Version>,
    source: Source,
    paths: &Paths,
    warnings: &mut Vec<Notice>,
) -> Result<StoreKind, Stop> {
    let db = paths.database();
    let conflict = |message: String, hint: &str| {
        Error::new(ErrorCode::StoreConflict, message).at(&db).hint(hint)
    };
    let Some(found) = rows::user_version(inputs) else { return Ok(StoreKind::Json) };
    let newest = inputs
        .installed
        .as_ref()
        .and_then(|installed| installed.state_schema)
        .unwrap_or_else(|| i64::from(Rules::at(rules::NEWEST, None).state_schema));
    if found < rows::FIRST_SCHEMA {
        if found >= 2 {
            return Err(conflict(
                format!(
                    "The state database has user_version {found}, which only preview builds wrote."
                ),
                "Start a released OpenClaw on it once, or move the state dir away.",
            )
            .into());
        }
        if rows::has_table(inputs, "device_identities") {
            want_queries(inputs, [rows::primary(&db)])?;
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
            Notice::new(NoticeCode::SchemaNewer, format!("The state database has user_version {found}, newer than that version writes; that gateway may refuse to start."))
                .at(&db),
        );
    }
    Ok(StoreKind::Sqlite)
}

/// Refuses a database that somebody else manages.
pub(crate) fn unsupervised(world: &World<'_, '_>) -> Result<(), Stop> {
    let db = world.paths.database();
    if !rows::has_table(world.inputs, "config_machine_state") {
        return Ok(());
    }
    want_queries(world.inputs, [rows::supervision(&db)])?;
    if world.inputs.rows("supervision").is_some_and(|rows| !rows.is_empty()) {
        return Err(Error::new(
            ErrorCode::Supervised,
            "This state database is managed by an external supervisor.",
        )
        .at(db)
        .hint("Pair the device through that supervisor; writing behind its back is not safe.")
        .into());
    }
    Ok(())
}

/// The file that holds the deviceId of an identity which a call for a new one is about to make, until all of that call's
/// work is done: where it was killed in between, the same call finds its own identity and goes on with it.
pub(crate) fn claim(paths: &Paths, options: &PairOptions) -> Option<String> {
    let claims = matches!(options.identity, IdentityChoice::New) && !options.replace;
    claims.then(|| format!("{}.prepair", paths.identity))
}

/// The files that a diagnosis looks at, beside the config.
pub(crate) fn diagnosed(paths: &Paths) -> Vec<String> {
    let identity = paths.state("identity/device.json");
    let mut files = vec![
        format!("{identity}.doctor-importing"),
        format!("{identity}.native-importing"),
        paths.state(DEVICE_AUTH),
        paths.paired(),
        paths.pending(),
        identity,
    ];
    if !files.contains(&paths.identity) {
        files.push(paths.identity.clone());
    }
    files
}
