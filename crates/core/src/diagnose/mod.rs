//! `diagnose`: why there is a wall, and all that is wrong on disk, each with its fix. Nothing here changes anything, and
//! what cannot be read is a finding, not an error.

pub mod approach;
mod config;
mod disk;
mod findings;
mod host;
mod identity;
mod record;

use crate::base::text::quote;
use crate::codes::NoticeCode;
use crate::context::World;
use crate::diagnose::config::settings;
use crate::diagnose::disk::{Disk, gather, proxy_list};
use crate::diagnose::findings::Findings;
use crate::diagnose::host::{modes, node};
use crate::diagnose::identity::leftovers;
use crate::diagnose::record::record;
use crate::error::Result;
use crate::gateway::request::trusts;
use crate::gateway::walk::{Outcome, connect};
use crate::gateway::who::filled;
use crate::options::DiagnoseOptions;
use crate::options::connection::Connection;
use crate::options::target::Target;
use crate::report::Diagnosis;
use crate::verdict::{Reason, Verdict};
use crate::wants::Stop;

/// Diagnoses a state dir; stops with what is still to be read.
pub(crate) fn diagnose(
    world: &World<'_, '_>,
    target: &Target,
    options: &DiagnoseOptions,
) -> Result<Diagnosis, Stop> {
    let mut findings = Findings(world.warnings.clone());
    let mut disk = gather(world, options.device, &mut findings)?;
    disk.put_in_variables(&target.env);
    node(world, &mut findings);
    settings(world, &mut disk, &mut findings);
    record(world, &disk, &mut findings);
    leftovers(world, &mut disk, &mut findings);
    modes(world, &disk, &mut findings)?;
    let named = options.device.is_some();
    let outcome = decide(world, &disk, &options.connection, named, &mut findings)?;
    Ok(Diagnosis {
        verdict: outcome.verdict,
        reason: outcome.reason,
        steps: outcome.steps,
        findings: findings.0,
    })
}

/// What the gateway does with the described connection.
fn decide(
    world: &World<'_, '_>,
    disk: &Disk,
    connection: &Connection,
    named: bool,
    findings: &mut Findings,
) -> Result<Outcome> {
    let state = disk.state(world.inputs.now);
    let mut connection = filled(connection, named.then_some(state.paired.as_ref()));
    if disk.unclear || disk.stops {
        return Ok(Outcome { verdict: Verdict::Unknown, reason: None, steps: Vec::new() });
    }
    if connection.platform.is_none() {
        connection.platform = world.inputs.process.as_ref().map(|p| p.platform.clone());
    }
    let outcome = connect(&world.rules, &state, &connection);
    let path = world.paths.config.as_str();
    let no_device = outcome.steps.first().is_some_and(|step| step.answer == "no");
    match outcome.reason {
        Some(Reason::UnattributableProxy) => {
            let peer = connection.remote_address.as_deref().unwrap_or("127.0.0.1");
            if trusts(&world.rules, &proxy_list(disk), peer) {
                findings.add(NoticeCode::ProxyNoClient, path, "The proxy is listed, but X-Forwarded-For names no client that isn't itself a trusted proxy; this version answers HTTP 403.", "List only the proxy's own addresses in gateway.trustedProxies, and have the proxy send X-Forwarded-For.");
            } else {
                findings.add(NoticeCode::ProxyUnlisted, path, "The connection comes through a proxy that adds forwarded headers and is not in gateway.trustedProxies; this version answers HTTP 403.", format!("Run `npx openclaw-prepair patch-config --proxy-peer {}`.", quote(peer).trim_matches('"')));
            }
        }
        Some(Reason::NoDevice | Reason::MissingScope) if no_device => {
            findings.add(NoticeCode::NoDevice, path, "This client presents no device, so no paired record can help it.", "Let it connect to the gateway directly, without the proxy, or use a client that presents its device.");
        }
        _ => {}
    }
    Ok(outcome)
}

#[cfg(test)]
#[path = "../../tests/unit/findings.rs"]
mod tests;
