//! `devices.approve`: one request, as the owner of this version's gateway would.

use crate::base::json::{Value, strings};

use crate::base::keys::{device_id, parse_public_key};
use crate::base::text::{device_name, quote, request_name};
use crate::codes::ErrorCode;
use crate::context::World;
use crate::entropy::{ENTROPY, halves, no_entropy};
use crate::error::{Error, Result};
use crate::options::devices::{Approve, Waiting};
use crate::plan::devices::kept::{
    Fields, Surface, exists, pending_place, place, record, requests, surfaces,
};
use crate::plan::devices::remove::{no_request, nothing_waits};
use crate::plan::devices::surface::{approve_surface, commands_wait, generation, has_surface};
use crate::plan::devices::write::DevicePart;
use crate::report::StoreKind;
use crate::store::approval::{Approval, known, unique};
use crate::store::pending::{Entries, Which, is_expired, renewed, roles};
use crate::wants::{Gathered, Stop};

/// The request that a caller names.
enum Found<'f> {
    Device(&'f str, &'f Fields),
    Node(&'f Surface),
}

pub(super) fn approve(
    world: &World<'_, '_>,
    options: &Approve,
    entropy: &[u8; ENTROPY],
) -> Result<DevicePart, Stop> {
    let mut missing = Gathered::default();
    let found = (missing.take(requests(world))?, missing.take(surfaces(world))?);
    let (Some(requests), Some(surfaces)) = found else {
        return Err(Stop::Missing(Box::new(missing.0)));
    };
    match named(world, &options.which, &requests, &surfaces)? {
        Some(Found::Device(id, request)) => approve_device(world, options, (id, request), entropy),
        // A node that is connected gets them at its next connect.
        Some(Found::Node(surface)) => {
            Ok(approve_surface(world, options, surface, entropy)?.still_connected(world))
        }
        // This call has approved it: nothing is left to do.
        None => {
            let id = world.inputs.earlier.as_ref().map_or("", |earlier| &earlier.device_id);
            Ok(DevicePart::new(world, id, record(world, id)?.as_ref()))
        }
    }
}

/// `None`: it was there, and this call has approved it.
fn named<'f>(
    world: &World<'_, '_>,
    which: &Waiting,
    requests: &'f Entries,
    surfaces: &'f [Surface],
) -> Result<Option<Found<'f>>, Stop> {
    let now = world.inputs.now;
    let mut live: Vec<(&str, Found<'f>)> = Vec::new();
    let mut expired = None;
    let mut look = |id: &'f str, device: &str, old: bool, found: Found<'f>| {
        let meant = match which {
            Waiting::Request(named) => id == named,
            Waiting::Device(named) => device == named,
        };
        match meant {
            true if old => expired = Some(id),
            true => live.push((id, found)),
            false => {}
        }
    };
    for (id, request) in requests {
        let device = request.get("deviceId").and_then(Value::as_str).unwrap_or_default().trim();
        look(id, device, is_expired(renewed(request), now), Found::Device(id, request));
    }
    for surface in surfaces {
        // Rows keep it until it is answered.
        let old = world.store == StoreKind::Json && is_expired(renewed(&surface.request), now);
        look(&surface.request_id, &surface.device_id, old, Found::Node(surface));
    }
    if live.len() > 1 {
        let ids: Vec<String> = live.iter().map(|(id, _)| request_name(id)).collect();
        let message = format!("{} requests wait: {}.", ids.len(), ids.join(", "));
        return Err(Error::new(ErrorCode::Ambiguous, message)
            .at(pending_place(world))
            .hint("Approve one by its requestId.")
            .into());
    }
    if let Some((_, found)) = live.pop() {
        return Ok(Some(found));
    }
    if world.inputs.earlier.as_ref().is_some_and(|earlier| earlier.applied) {
        return Ok(None);
    }
    if let Some(id) = expired {
        let id = request_name(id);
        let message = format!("Request {id} has expired: no gateway knows it any more.");
        return Err(Error::new(ErrorCode::RequestExpired, message)
            .at(pending_place(world))
            .hint("Let the device connect again and approve its new request. Or approve its key, which `npx openclaw-prepair devices list --json` shows: `npx openclaw-prepair pre-pair --device KEY`, of a node with `--role node`.")
            .into());
    }
    Err(match which {
        Waiting::Request(id) => no_request(world, id).into(),
        Waiting::Device(id) => {
            let also = if exists(world, id)? { "; the device is paired" } else { "" };
            let message = format!("No request of device {} waits here{also}.", device_name(id));
            nothing_waits(world, message).into()
        }
    })
}

fn approve_device(
    world: &World<'_, '_>,
    options: &Approve,
    (request_id, request): (&str, &Fields),
    entropy: &[u8; ENTROPY],
) -> Result<DevicePart, Stop> {
    let path = pending_place(world);
    let text = |field: &str| request.get(field).and_then(Value::as_str);
    let id = text("deviceId").unwrap_or_default().trim();
    let key = text("publicKey").and_then(parse_public_key).filter(|key| device_id(key) == id);
    let Some(key) = key else {
        let (name, device) = (request_name(request_id), device_name(id));
        let message = format!(
            "Request {name} names device {device}, but its public key is that of another device, or not a key."
        );
        return Err(Error::new(ErrorCode::DeviceConflict, message)
            .at(path)
            .hint("No gateway makes such a request: it is broken or forged. Reject it.")
            .into());
    };
    let record = record(world, id)?;
    let held = record.as_ref().and_then(|record| record.get("publicKey")?.as_str());
    if held.is_some_and(|held| parse_public_key(held) != Some(key)) {
        let message = format!("The record of device {id} holds another public key.");
        return Err(Error::new(ErrorCode::DeviceConflict, message)
            .at(place(world))
            .hint(format!("A deviceId is the hash of its key, so this record is broken or forged. Remove it with `npx openclaw-prepair devices remove {id}`, then call again."))
            .into());
    }
    let asked = sound(request_id, request, &path)?;
    let granted = match &options.scopes {
        None => asked,
        Some(only) => narrowed(asked, only, request_id, &path)?,
    };
    let [second, first] = halves(entropy);
    let approval = Approval {
        id,
        key: &key,
        request,
        record: record.as_ref(),
        granted: &granted,
        display_name: options.display_name.as_deref(),
        rules: &world.rules,
        store: world.store,
        now: world.inputs.now,
        tokens: [first, second],
    };
    let mut part = DevicePart::new(world, id, record.as_ref());
    if approval.token_roles().iter().any(|role| role == "node")
        && !has_surface(world, id, record.as_ref())?
    {
        part.report.warnings.extend(commands_wait(world, id));
    }
    part.report.request_id = Some(request_id.to_string());
    part.report.roles = approval.roles();
    part.report.scopes = approval.scopes().unwrap_or_default();
    part.report.granted.clone_from(&granted);
    let more = part.more_than_before(world, request_id, &path);
    if approval.made_before() {
        // This call wrote the record already; what the request has come to ask since then waits on.
        if more.is_ok() {
            part.clear(world, Which::Request(request_id))?;
        }
        return Ok(part);
    }
    more?;
    let token_roles = approval.token_roles();
    if !token_roles.is_empty() && (first == &[0; 32] || second == &[0; 32]) {
        return Err(no_entropy().into());
    }
    let approved = approval.decide();
    part.report.token_replaced = approved.token_replaced;
    part.report.revocation_lifted = approved.revocation_lifted;
    let mut sets = approved.sets;
    if token_roles.iter().any(|role| role == "node") {
        sets.extend(record.as_ref().map(generation).unwrap_or_default());
    }
    part.set(world, record.as_ref(), sets)?;
    part.clear(world, Which::Request(request_id))?;
    Ok(part)
}

/// The scopes that a request asks for, once it is seen that its roles are known and have them.
fn sound(request_id: &str, request: &Fields, path: &str) -> Result<Vec<String>> {
    let name = request_name(request_id);
    let refused = |code: ErrorCode, message: String, hint: &str| {
        Err(Error::new(code, message).at(path).hint(hint))
    };
    let roles = roles(request);
    if roles.is_empty() {
        return refused(
            ErrorCode::Role,
            format!("Request {name} does not name a role."),
            "No gateway makes such a request. Reject it, and let the device connect again.",
        );
    }
    if let Some(role) = roles.iter().find(|role| known(role).is_none()) {
        return refused(
            ErrorCode::Role,
            format!(
                "Request {name} asks for the role {}, which OpenClaw does not have.",
                quote(role)
            ),
            "Known roles are operator and node. Reject the request.",
        );
    }
    let asked = unique(&strings(request.get("scopes")).unwrap_or_default());
    let of = |scope: &str, role: &str| {
        scope.strip_prefix(role).is_some_and(|rest| rest.starts_with('.'))
    };
    let fits = |scope: &String| roles.iter().any(|role| of(scope, role));
    if let Some(scope) = asked.iter().find(|scope| !fits(scope)) {
        let (scope, roles) = (quote(scope), roles.join(" and "));
        return refused(
            ErrorCode::Scope,
            format!(
                "Request {name} asks for the scope {scope}, which is outside of its roles ({roles})."
            ),
            "Reject it, and let the device ask for what its role has.",
        );
    }
    Ok(asked)
}

/// Of the scopes that were asked for only these.
fn narrowed(
    asked: Vec<String>,
    only: &[String],
    request_id: &str,
    path: &str,
) -> Result<Vec<String>> {
    if let Some(scope) = only.iter().find(|scope| !asked.contains(scope)) {
        let name = request_name(request_id);
        let message = format!("Request {name} does not ask for the scope {}.", quote(scope));
        let asked: Vec<String> = asked.iter().map(|scope| quote(scope)).collect();
        let hint = match asked.is_empty() {
            true => "It asks for no scope. Leave scopes out.".to_string(),
            false => {
                format!("It asks for {}. An approval grants fewer, never more.", asked.join(", "))
            }
        };
        return Err(Error::new(ErrorCode::Scope, message).at(path).hint(hint));
    }
    Ok(asked.into_iter().filter(|scope| only.contains(scope)).collect())
}
