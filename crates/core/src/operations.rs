//! The one place that knows every operation: from options and what was read to ordered steps and a report.
//! Decides everything, writes nothing.
//!
//! The order of the steps is crash safety: identity, paired record, pending requests, config. Any prefix of them is
//! a state that a gateway starts on and that the same call completes.

use crate::context::World;
use crate::diagnose;
use crate::entropy::ENTROPY;
use crate::error::{Error, Result};
use crate::inputs::Inputs;
use crate::options::{Operation, Request};
use crate::plan::client::serves_gateway;
use crate::plan::config::config_part;
use crate::plan::pair::pair_part;
use crate::plan::pending::clear_part;
use crate::plan::take_back::take_back_part;
use crate::report::{ClearPendingReport, Notice, Report, SetupReport, StoreKind};
use crate::steps::{Plan, Statement, Step, changes};
use crate::store::pending::Which;
use crate::wants::{Gathered, Missing, Stop};

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
