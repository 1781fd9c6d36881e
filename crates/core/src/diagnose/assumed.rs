//! What a diagnosis takes for granted.

use crate::context::World;
use crate::diagnose::disk::Disk;
use crate::diagnose::judge::{Case, is_empty, presents_device};
use crate::gateway::walk::Outcome;
use crate::gateway::who::presented;
use crate::options::connection::{Auth, Client};
use crate::report::{Assumed, AssumedGateway, StoreKind};
use crate::rules::Import;

/// What was looked at, and what was taken for granted.
pub(super) fn assumed(
    world: &World<'_, '_>,
    case: Case<'_>,
    disk: &Disk,
    outcome: &Outcome,
    client: Client,
) -> Assumed {
    Assumed {
        state_dir: world.paths.state_dir.clone(),
        config_path: world.paths.config.clone(),
        gateway: AssumedGateway {
            version: world.gateway.version.clone(),
            source: world.gateway.source,
            rules: world.rules.version.to_string(),
        },
        store: world.store,
        client: client.name().to_string(),
        connection: connection(world, case, disk, outcome),
    }
}

fn connection(world: &World<'_, '_>, case: Case<'_>, disk: &Disk, outcome: &Outcome) -> String {
    let described = &case.options.connection;
    let from = described.address().map_or("this machine".to_string(), |ip| ip.to_string());
    let added = described.is_proxied();
    let way = if added { "through a proxy that adds headers" } else { "directly" };
    let in_process = outcome.steps.first().is_some_and(|step| step.answer == "in process");
    let started = match is_empty(world) || !world.rules_started(disk) {
        true => "; no gateway has started here yet",
        false => "",
    };
    if in_process {
        let passed_by = match added {
            true => {
                ", so the headers that were given say nothing about it: to judge a client that passes the proxy, name one by connection.client: cli, control-ui or app"
            }
            false => "",
        };
        return format!("It runs inside the gateway and makes no connection{passed_by}{started}.");
    }
    let logged = case.logged.map(|logged| logged.device_id.is_some());
    let own = !disk.elsewhere;
    let agent = matches!(described.client, Client::Agent | Client::Cli);
    let device = match presents_device(outcome) {
        true if case.options.device.is_some() => "presents the device that was named",
        true => match logged {
            Some(true) if own => "presents the device of this state dir, which the log line names",
            Some(true) => "presents the device that the log line names",
            Some(false) => {
                "presents a device, which the log line does not name: that of this state dir is judged"
            }
            None if agent => "presents its device",
            None => "presents the device of this state dir, since no other was named",
        },
        false if outcome.steps.len() > 1 => "presents no device",
        false => "is as this version makes it",
    };
    let secret = match presented(described, disk.auth(), disk.alone) {
        Auth::Token => "the gateway's token",
        Auth::Password => "the gateway's password",
        Auth::DeviceToken => "its own device token",
        Auth::None => "no secret",
    };
    format!("It comes from {from}, {way}, {device}, and brings {secret}{started}.")
}

impl World<'_, '_> {
    /// Whether a gateway has written its store here, as far as that can be told.
    fn rules_started(&self, disk: &Disk) -> bool {
        match self.store {
            StoreKind::Sqlite => !disk.imports,
            StoreKind::Json => self.rules.import == Import::None,
        }
    }
}
