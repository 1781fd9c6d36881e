//! A node's commands: what it may be made to run. They wait and are approved by an entry of their own.

use crate::base::json::{Map, Value, strings};

use crate::base::base64;
use crate::base::text::device_name;
use crate::codes::{ErrorCode, NoticeCode};
use crate::context::World;
use crate::entropy::{ENTROPY, halves, no_entropy};
use crate::error::{Error, Result};
use crate::gateway::state::Paired;
use crate::options::devices::Approve;
use crate::plan::devices::kept::{Fields, Surface, entry, pending_place, place, record};
use crate::plan::devices::write::DevicePart;
use crate::report::{Notice, StoreKind};
use crate::rules::NodeCommands;
use crate::store::fields::Set;
use crate::store::pending::{Which, roles, time};
use crate::store::record::is_revoked;
use crate::wants::Stop;

/// Grants a node the commands that it waits for, and nothing else.
pub(super) fn approve_surface(
    world: &World<'_, '_>,
    options: &Approve,
    surface: &Surface,
    entropy: &[u8; ENTROPY],
) -> Result<DevicePart, Stop> {
    if options.scopes.is_some() {
        return Err(Error::new(
            ErrorCode::Options,
            "The option scopes has no meaning for a node's commands.",
        )
        .hint("Leave it out: the entry is approved as it is, or rejected.")
        .into());
    }
    let id = &surface.device_id;
    let record = record(world, id)?;
    let is_node = |record: &Fields| Paired::read(record).roles(&world.rules).contains(&"node");
    let Some(record) = record.filter(is_node) else {
        let id = device_name(id);
        let message =
            format!("Device {id} is not paired as a node, so it cannot be given commands.");
        return Err(Error::new(ErrorCode::Role, message)
            .at(place(world))
            .hint("Approve the device's own request first, then this one.")
            .into());
    };
    let mut part = DevicePart::new(world, id, Some(&record));
    part.report.request_id = Some(surface.request_id.clone());
    part.report.granted = strings(surface.request.get("commands")).unwrap_or_default();
    part.more_than_before(world, &surface.request_id, &pending_place(world))?;
    let name = options.display_name.as_deref();
    if world.store == StoreKind::Sqlite {
        let sets = vec![
            Set {
                path: vec!["nodeSurface"],
                value: given(&record, surface, name, world.inputs.now),
            },
            Set { path: vec!["pendingNodeSurface"], value: Value::Null },
        ];
        part.set(world, Some(&record), sets)?;
        return Ok(part);
    }
    let [_, token] = halves(entropy);
    if token == &[0; 32] {
        return Err(no_entropy().into());
    }
    let path = world.paths.nodes_paired();
    let old = entry(world.inputs, &path, id)?;
    part.set_in(world, &path, id, &node(old.as_ref(), surface, name, token, world.inputs.now))?;
    part.clear_nodes(world, Which::Request(&surface.request_id))?;
    Ok(part)
}

/// Whether a node was given commands before.
pub(super) fn has_surface(
    world: &World<'_, '_>,
    id: &str,
    record: Option<&Fields>,
) -> Result<bool> {
    Ok(match world.store {
        StoreKind::Sqlite => {
            record.and_then(|record| record.get("nodeSurface")).is_some_and(|has| !has.is_null())
        }
        StoreKind::Json => entry(world.inputs, &world.paths.nodes_paired(), id)?.is_some(),
    })
}

/// What is left to do for a device that has just become a node, where this version holds its commands back.
pub(crate) fn commands_wait(world: &World<'_, '_>, id: &str) -> Option<Notice> {
    (world.rules.node_commands == NodeCommands::Held).then(|| {
        Notice::new(NoticeCode::NodeCommands, format!("Device {id} may connect as a node now. On this version it can run nothing until its commands are approved, and it names them when it connects."))
            .hint("Let it connect, then approve what it asks for: `npx openclaw-prepair devices list` shows it.")
    })
}

/// What the record of a node says of its commands afterwards: node.approve of `device-pairing-node.worker.ts`. What was found
/// out of it before is not kept.
fn given(record: &Fields, surface: &Surface, name: Option<&str>, now: i64) -> Value {
    let old = record.get("nodeSurface").and_then(Value::as_object);
    let had = |field: &str| old.and_then(|old| old.get(field)).filter(|value| !value.is_null());
    let before = time(had("approvedAtMs"));
    let now = before.map_or(now, |before| now.max(before.saturating_add(1)));
    let mut granted = Map::new();
    let mut set = |field: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            granted.insert(field.to_string(), value);
        }
    };
    let asks = |field: &str| surface.request.get(field).cloned();
    let name = name.map(Value::from).or_else(|| had("displayName").cloned());
    set("displayName", name.or_else(|| asks("displayName")));
    for field in [
        "version",
        "coreVersion",
        "uiVersion",
        "modelIdentifier",
        "caps",
        "commands",
        "permissions",
    ] {
        set(field, asks(field));
    }
    set("createdAtMs", Some(had("createdAtMs").cloned().unwrap_or_else(|| now.into())));
    set("approvedAtMs", Some(now.into()));
    set("lastConnectedAtMs", had("lastConnectedAtMs").cloned());
    set("lastHostStats", had("lastHostStats").cloned());
    Value::Object(granted)
}

/// The entry of a node in `nodes/paired.json` afterwards: approveNodePairing of `src/infra/node-pairing.ts`.
fn node(
    old: Option<&Fields>,
    surface: &Surface,
    name: Option<&str>,
    token: &[u8; 32],
    now: i64,
) -> Vec<Set> {
    let asks = |field: &str| surface.request.get(field).cloned().unwrap_or_default();
    let created = old.and_then(|old| old.get("createdAtMs")).filter(|at| !at.is_null());
    let mut sets = Vec::new();
    let mut set = |field: &'static str, value: Value| sets.push(Set { path: vec![field], value });
    set("nodeId", surface.device_id.as_str().into());
    set("token", base64::encode_url(token).into());
    set("clientId", asks("clientId"));
    set("clientMode", asks("clientMode"));
    set("displayName", name.map_or_else(|| asks("displayName"), Value::from));
    for field in [
        "platform",
        "version",
        "coreVersion",
        "uiVersion",
        "deviceFamily",
        "modelIdentifier",
        "caps",
        "commands",
        "permissions",
        "remoteIp",
    ] {
        set(field, asks(field));
    }
    set("createdAtMs", created.cloned().unwrap_or_else(|| now.into()));
    set("approvedAtMs", now.into());
    for field in ["bins", "lastConnectedAtMs", "lastSeenAtMs", "lastSeenReason"] {
        set(field, Value::Null);
    }
    sets
}

/// What is lost of a node's commands when its token changes: facts that belong to what was
/// (clearNodePairingGenerationState of `device-pairing-identity.ts`).
pub(super) fn generation(record: &Fields) -> Vec<Set> {
    let node = record.get("nodeSurface").and_then(Value::as_object);
    let token = record.get("tokens").and_then(|tokens| tokens.get("node"));
    let active = token.is_some_and(|token| !is_revoked(token.get("revokedAtMs")))
        && roles(record).iter().any(|role| role == "node");
    let lost = |field: &&str| active && node.is_some_and(|node| node.contains_key(field));
    let gone = |field| Set { path: vec!["nodeSurface", field], value: Value::Null };
    ["bins", "sessionHost"].into_iter().filter(lost).map(gone).collect()
}
