//! `diagnose`: why there is a wall, and all that is wrong on disk, each with its fix. Nothing here changes anything, and
//! what cannot be read is a finding, not an error.

mod after;
mod alone;
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
mod profiles;
mod public;
mod record;
mod remedy;
mod secrets;
mod subject;

use crate::codes::NoticeCode;
use crate::context::World;
use crate::diagnose::assumed::assumed;
use crate::diagnose::elsewhere::by_hand;
use crate::diagnose::findings::Findings;
use crate::diagnose::host::{modes, node, want_modes, without_secret};
use crate::diagnose::judge::{Case, against_the_log, by_secret, described, is_open, judge, untold};
use crate::diagnose::profiles::profiles;
use crate::diagnose::remedy::remedy;
use crate::error::Result;
use crate::gateway::state::Paired;
use crate::options::connection::Client;
use crate::options::target::Target;
use crate::options::{DiagnoseOptions, log};
use crate::plan::devices::waiting;
use crate::report::Diagnosis;
use crate::wants::Stop;

/// Diagnoses a state dir; stops with what is still to be read.
pub(crate) fn diagnose(
    world: &World<'_, '_>,
    target: &Target,
    options: &DiagnoseOptions,
) -> Result<Diagnosis, Stop> {
    let logged = options.connection.log.as_deref().and_then(log::read);
    let case = Case { target, options, logged: logged.as_ref() };
    let mut findings = Findings(world.warnings.clone());
    node(world, &mut findings);
    want_modes(world, target)?;
    let (mut disk, outcome) = judge(world, case, None, &mut findings)?;
    modes(world, &disk, &mut findings);
    profiles(world, target, &disk, &outcome, &mut findings)?;
    let record = disk.record.as_ref().map(Paired::read);
    let described = described(case, &disk, record.as_ref());
    let assumed = assumed(world, case, &disk, &outcome, described.client);
    let mut outcome = against_the_log(case, &disk, outcome);
    // The agent runs in the gateway, which knows its own; another environment may name one.
    let shared =
        world.inputs.cwd.is_some() && by_secret(&outcome) && described.client != Client::Agent;
    let secretless = without_secret(world, target, &disk, shared)?;
    findings.0.extend(secretless.clone());
    // A driver that does not look at the disk itself may not have been given the config.
    let looked = world.inputs.stats.is_some();
    let unconfigured = findings.0.iter().find(|notice| notice.code == NoticeCode::ConfigMissing);
    let unconfigured = unconfigured.filter(|_| looked && world.inputs.gateway.is_none()).cloned();
    if let Some(notice) = secretless.as_ref().or(unconfigured.as_ref())
        && is_open(&outcome)
    {
        outcome = untold(&notice.message);
        disk.unreadable(notice.clone());
    }
    // What it asks for now counts after an approval too, when no request tells it any more.
    let mut asking = options.clone();
    asking.connection.scopes = described.scopes;
    let case = Case { options: &asking, ..case };
    let mut remedy = remedy(world, case, &disk, &outcome)?;
    if disk.elsewhere {
        findings.advise(&target.argv(), remedy.as_ref());
    }
    if let (Some(remedy), Some(hint)) = (&mut remedy, secretless.and_then(|notice| notice.hint))
        && remedy.opens
    {
        // The gateway has to start, too.
        remedy.opens = false;
        remedy.steps.insert(0, by_hand(hint));
    }
    Ok(Diagnosis {
        assumed,
        remedy,
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
