//! `devices.reject` and `devices.remove`.

use crate::base::json::Value;

use crate::base::text::{device_name, request_name};
use crate::codes::{ErrorCode, NoticeCode};
use crate::context::World;
use crate::error::{Error, Result};
use crate::plan::devices::kept::{exists, own, pending_place, place, record, requests, surfaces};
use crate::plan::devices::write::DevicePart;
use crate::report::{Notice, StoreKind};
use crate::store::fields::Set;
use crate::store::pending::Which;
use crate::wants::{Gathered, Stop};

/// Drops one request.
pub(super) fn reject(world: &World<'_, '_>, id: &str) -> Result<DevicePart, Stop> {
    let mut missing = Gathered::default();
    let found = (missing.take(requests(world))?, missing.take(surfaces(world))?);
    let (Some(requests), Some(surfaces)) = found else {
        return Err(Stop::Missing(Box::new(missing.0)));
    };
    if let Some((_, request)) = requests.iter().find(|(known, _)| known == id) {
        let device = request.get("deviceId").and_then(Value::as_str).unwrap_or_default().trim();
        let mut part = DevicePart::new(world, device, record(world, device)?.as_ref());
        part.report.request_id = Some(id.to_string());
        part.clear(world, Which::Request(id))?;
        return Ok(part);
    }
    if let Some(surface) = surfaces.iter().find(|surface| surface.request_id == id) {
        let record = record(world, &surface.device_id)?;
        let mut part = DevicePart::new(world, &surface.device_id, record.as_ref());
        part.report.request_id = Some(id.to_string());
        match world.store {
            StoreKind::Json => part.clear_nodes(world, Which::Request(id))?,
            StoreKind::Sqlite => {
                let gone = Set { path: vec!["pendingNodeSurface"], value: Value::Null };
                part.set(world, record.as_ref(), vec![gone])?;
            }
        }
        return Ok(part);
    }
    if let Some(device) = done(world) {
        return Ok(DevicePart::new(world, device, record(world, device)?.as_ref()));
    }
    Err(no_request(world, id).into())
}

/// Of a request that was answered nothing is left.
pub(super) fn no_request(world: &World<'_, '_>, id: &str) -> Error {
    nothing_waits(world, format!("There is no request {} here.", request_name(id)))
}

pub(super) fn nothing_waits(world: &World<'_, '_>, message: String) -> Error {
    Error::new(ErrorCode::NotFound, message)
        .at(pending_place(world))
        .hint("It may have been approved or rejected already, or have expired after five minutes. `npx openclaw-prepair devices list` shows who is paired and what waits; a device asks again when it connects.")
}

/// Drops the record of a device, and all that waits of it.
pub(super) fn remove(world: &World<'_, '_>, id: &str) -> Result<DevicePart, Stop> {
    let mut missing = Gathered::default();
    let found = (
        missing.take(exists(world, id))?,
        missing.take(requests(world))?,
        missing.take(own(world))?,
    );
    let (Some(there), Some(_), Some(own)) = found else {
        return Err(Stop::Missing(Box::new(missing.0)));
    };
    if !there && done(world).is_none() {
        return Err(no_device(world, id).into());
    }
    let mut part = DevicePart::new(world, id, None);
    if own.as_deref() == Some(id) {
        let message = format!(
            "Device {id} is the identity of this state dir itself: without its record the command line and the agent on this machine have to be paired again."
        );
        part.report.warnings.push(
            Notice::new(NoticeCode::OwnDevice, message)
                .at(place(world))
                .hint("Run `npx openclaw-prepair setup` to pair it again. Where the command line knows no secret of the gateway, then run `npx openclaw-prepair devices rotate` too: it keeps the old token until that."),
        );
    }
    match world.store {
        StoreKind::Json => {
            part.remove_in(world, &world.paths.paired(), id)?;
            part.clear(world, Which::Device(id))?;
            part.remove_in(world, &world.paths.nodes_paired(), id)?;
            part.clear_nodes(world, Which::Device(id))?;
        }
        StoreKind::Sqlite => {
            if there {
                part.delete_row();
            }
            part.clear(world, Which::Device(id))?;
        }
    }
    Ok(part.still_connected(world))
}

/// The device of a call that has done what it was asked for.
fn done<'w>(world: &'w World<'_, '_>) -> Option<&'w str> {
    let earlier = world.inputs.earlier.as_ref().filter(|earlier| earlier.applied)?;
    Some(&earlier.device_id)
}

pub(super) fn no_device(world: &World<'_, '_>, id: &str) -> Error {
    let message = format!("No device {} is paired here.", device_name(id));
    Error::new(ErrorCode::NotFound, message)
        .at(place(world))
        .hint("`npx openclaw-prepair devices list` shows every device. A request that waits is rejected by its requestId.")
}
