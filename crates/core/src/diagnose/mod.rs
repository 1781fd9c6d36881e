//! `diagnose`: why there is a wall, and all that is wrong on disk, each with its fix. Nothing here changes anything, and
//! what cannot be read is a finding, not an error.

mod after;
pub(crate) mod approach;
mod assumed;
mod config;
mod disk;
mod elsewhere;
mod fault;
mod findings;
mod host;
mod identity;
mod judge;
mod kept;
mod public;
mod record;
mod remedy;
mod secrets;

use crate::context::World;
use crate::diagnose::assumed::assumed;
use crate::diagnose::findings::Findings;
use crate::diagnose::host::{modes, node, want_modes};
use crate::diagnose::judge::{Case, judge};
use crate::diagnose::remedy::remedy;
use crate::error::Result;
use crate::options::DiagnoseOptions;
use crate::options::target::Target;
use crate::plan::devices::waiting;
use crate::report::Diagnosis;
use crate::wants::Stop;

/// Diagnoses a state dir; stops with what is still to be read.
pub(crate) fn diagnose(
    world: &World<'_, '_>,
    target: &Target,
    options: &DiagnoseOptions,
) -> Result<Diagnosis, Stop> {
    let case = Case { target, options };
    let mut findings = Findings(world.warnings.clone());
    node(world, &mut findings);
    want_modes(world, target)?;
    let (disk, outcome) = judge(world, case, None, &mut findings)?;
    modes(world, &disk, &mut findings);
    Ok(Diagnosis {
        assumed: assumed(world, case, &disk, &outcome),
        remedy: remedy(world, case, &disk, &outcome)?,
        waiting: waiting(world),
        verdict: outcome.verdict,
        reason: outcome.reason,
        steps: outcome.steps,
        findings: findings.0,
    })
}

#[cfg(test)]
#[path = "../../tests/unit/findings.rs"]
mod tests;
