//! The one place that knows every operation: from options and what was read to ordered steps and a report.
//! Decides everything, writes nothing.
//!
//! The order of the steps is crash safety: identity, paired record, pending requests, config. Any prefix of them is
//! a state that a gateway starts on and that the same call completes.

use crate::codes::NoticeCode;
use crate::context::World;
use crate::diagnose;
use crate::entropy::ENTROPY;
use crate::error::Result;
use crate::inputs::Inputs;
use crate::options::config::ConfigOptions;
use crate::options::pair::PairOptions;
use crate::options::target::Target;
use crate::options::{ClearOptions, Request, SetupOptions, What};
use crate::plan::client::serves_gateway;
use crate::plan::config::config_part;
use crate::plan::devices::{DevicePart, device_part, list};
use crate::plan::pair::{PairPart, pair_part};
use crate::plan::pending::{ClearPart, clear_part};
use crate::plan::take_back::take_back_part;
use crate::report::{
    ClearPendingReport, Notice, PatchConfigReport, PrePairReport, Report, SetupReport, StoreKind,
};
use crate::steps::{Plan, Sql, Statement, Step, changes};
use crate::store::pending::Which;
use crate::wants::{Gathered, Missing, Stop};

/// Plans an operation: ordered steps, and the report of what they amount to. `entropy` is what a new key and a new token are made
/// of, drawn once a call. The crate's documentation begins with an example.
///
/// # Errors
/// [`Stop::Missing`] with what is still to be read; ask again with it among the inputs. [`Stop::Refused`] with a stable code: nothing
/// is to be written then.
pub fn plan(request: &Request, inputs: &Inputs<'_>, entropy: &[u8; ENTROPY]) -> Result<Plan, Stop> {
    let Request { target, what } = request;
    let world = World::look(target, Some(what), inputs)?;
    let bases = world.paths.bases();
    let db = world.paths.database();
    let planned = match what {
        What::Diagnose(options) => diagnose::diagnose(&world, target, options)
            .map(|report| (Vec::new(), Report::Diagnosis(report))),
        What::PrePair(options) => {
            paired(&world, target, options, None, entropy).map(|(pair, _)| {
                let (steps, report) = assembled(pair, None, &db);
                (steps, Report::PrePair(report))
            })
        }
        What::Setup(options) => {
            let SetupOptions { pair, config } = &**options;
            paired(&world, target, pair, config.as_ref(), entropy).map(|(pair, config)| {
                let (config, step) = config.unzip();
                let (steps, mut pair) = assembled(pair, step.flatten(), &db);
                if let Some(config) = &config {
                    pair.changes.extend_from_slice(&config.changes);
                    pair.warnings.extend_from_slice(&config.warnings);
                }
                (steps, Report::Setup(SetupReport { pair, config }))
            })
        }
        What::ClearPending(options) => {
            let which = match options {
                ClearOptions::All => Which::All,
                ClearOptions::Device(id) => Which::Device(id),
                ClearOptions::Request(id) => Which::Request(id),
            };
            clear_part(&world, which).map(|part| cleared(part, &world, &db))
        }
        What::TakeBack(options) => {
            take_back_part(&world, options).map(|part| cleared(part, &world, &db))
        }
        What::ListDevices => list(&world).map(|report| (Vec::new(), Report::DeviceList(report))),
        What::Devices(options) => device_part(&world, options, entropy).map(|part| {
            let DevicePart { mut report, mut steps, statements, .. } = part;
            report.changes = changes(&steps, &statements, &db);
            steps.extend(rows(statements, &db));
            (steps, Report::Device(report))
        }),
        What::PatchConfig(options) => {
            config_part(&world, options, false).map(|(mut report, step)| {
                report.warnings.splice(0..0, world.warnings.iter().cloned());
                (step.into_iter().collect(), Report::PatchConfig(report))
            })
        }
    };
    let (steps, mut report) = planned.map_err(|stop| stop.based(&bases))?;
    // Rows of devices are seen at once, and written under the database's own lock.
    let safe = matches!(what, What::Devices(_)) && world.store == StoreKind::Sqlite;
    if let (Some(pid), false) = (inputs.gateway, steps.is_empty() || safe) {
        report.warn(beside(pid, &world, what, &steps));
    }
    Ok(Plan { bases, steps, report })
}

type ConfigPart = (PatchConfigReport, Option<Step>);

/// The parts of an approval, gathered together, so that what they lack is read in one go.
fn paired(
    world: &World<'_, '_>,
    target: &Target,
    options: &PairOptions,
    config: Option<&ConfigOptions>,
    entropy: &[u8; ENTROPY],
) -> Result<(PairPart, Option<ConfigPart>), Stop> {
    let mut missing = Gathered::default();
    missing.take(serves_gateway(world, target, options))?;
    // Approving a key of this state dir mends its file first, in the same plan.
    let config = config.map(|config| config_part(world, config, options.device.is_none()));
    let config = missing.take(config.transpose())?;
    let pair = missing.take(pair_part(world, options, entropy))?;
    match (pair, config) {
        (Some(pair), Some(mut config)) if missing.0 == Missing::default() => {
            // Said by the approval already.
            let both = |notice: &Notice| !pair.report.warnings.contains(notice);
            config.iter_mut().for_each(|(report, _)| report.warnings.retain(both));
            Ok((pair, config))
        }
        _ => Err(Stop::Missing(Box::new(missing.0))),
    }
}

/// The steps of an approval in their order, and what they change apart from the config.
fn assembled(part: PairPart, config: Option<Step>, db: &str) -> (Vec<Step>, PrePairReport) {
    let mut report = part.report;
    report.changes = changes(&part.steps, &part.statements, db);
    let mut steps = Vec::from_iter(part.begin);
    steps.extend(part.steps);
    steps.extend(rows(part.statements, db));
    steps.extend(config);
    steps.extend(part.end);
    (steps, report)
}

fn cleared(part: ClearPart, world: &World<'_, '_>, db: &str) -> (Vec<Step>, Report) {
    let changes = changes(&part.steps, &part.statements, db);
    let report =
        ClearPendingReport { cleared: part.cleared, changes, warnings: world.warnings.clone() };
    let steps = part.steps.into_iter().chain(rows(part.statements, db)).collect();
    (steps, Report::ClearPending(report))
}

/// Statements as one step.
fn rows(statements: Vec<Statement>, db: &str) -> Option<Step> {
    (!statements.is_empty()).then(|| Step::Sql(Sql { db: db.to_string(), statements }))
}

/// What a plan would still have to know; `None` where nothing is missing. One that would be refused has read all that it needs.
pub fn reads(request: &Request, inputs: &Inputs<'_>) -> Option<Missing> {
    match stopped(request, inputs) {
        Some(Stop::Missing(missing)) => Some(*missing),
        _ => None,
    }
}

/// Why there would be no plan; the plan itself knows what it lacks.
pub fn stopped(request: &Request, inputs: &Inputs<'_>) -> Option<Stop> {
    plan(request, inputs, &[1; ENTROPY]).err()
}

/// What is said where a gateway runs on the state dir that changes.
fn beside(pid: u32, world: &World<'_, '_>, what: &What, steps: &[Step]) -> Notice {
    let edits = |step: &Step| matches!(step, Step::File(file) if file.path() == world.paths.config);
    let (config, other) = (steps.iter().any(edits), steps.iter().any(|step| !edits(step)));
    let mut also = String::new();
    // src/infra/device-pairing.ts reads its files anew on every call and locks them inside its own process only; a
    // database has its own lock.
    match world.store {
        StoreKind::Json if other => also.push_str(" It writes devices/*.json too, without a lock that others could take: a change of its at the same moment can be lost."),
        StoreKind::Sqlite if other => also.push_str(" It sees the new rows at once."),
        _ => {}
    }
    if config {
        also.push_str(" It may need a restart for the changed config.");
    }
    let hint = match what {
        What::Devices(_) => "`npx openclaw-prepair devices list` shows what came of it.",
        _ if !other => "Restart the gateway, unless it reloads its config.",
        _ => "Best call this before the gateway starts, or while it is stopped.",
    };
    let on = match (other, world.paths.bases().len()) {
        (false, _) => "with this config",
        (true, 1) => "on this state dir",
        (true, _) => "on this state dir or with its config",
    };
    Notice::new(NoticeCode::GatewayRunning, format!("A gateway runs {on} (process {pid}).{also}"))
        .hint(hint)
}
