//! `devices.list`: every device of a store, and all that waits.

use serde_json::{Map, Value};

use crate::codes::NoticeCode;
use crate::context::World;
use crate::error::Result;
use crate::gateway::state::Paired;
use crate::plan::devices::kept::{
    Fields, Surface, checked, own, place, records, requests, surfaces,
};
use crate::report::devices::{DeviceList, WaitingRequest};
use crate::report::{Notice, StoreKind};
use crate::store::devices;
use crate::store::pending::Entries;
use crate::wants::{Gathered, Stop};

/// All of it.
pub(crate) fn list(world: &World<'_, '_>) -> Result<DeviceList, Stop> {
    checked(world)?;
    let mut missing = Gathered::default();
    let found = (
        missing.take(records(world))?,
        missing.take(requests(world))?,
        missing.take(surfaces(world))?,
        missing.take(own(world))?,
    );
    let (Some((records, odd)), Some(requests), Some(surfaces), Some(own)) = found else {
        return Err(Stop::Missing(Box::new(missing.0)));
    };
    let mut warnings = world.warnings.clone();
    if odd > 0 {
        let message =
            format!("{odd} entries of the store are not records of devices, and are not listed.");
        let hint = "OpenClaw never writes such entries. Repair or remove them.";
        warnings.push(Notice::new(NoticeCode::Shape, message).at(place(world)).hint(hint));
    }
    let paired = |(id, record): &(String, Fields)| {
        let scopes = Paired::read(record).scopes(&world.rules).to_vec();
        devices::paired(id, record, scopes, own.as_deref() == Some(id))
    };
    Ok(DeviceList {
        store: world.store,
        gateway: world.gateway.clone(),
        waiting: told(world, &requests, &surfaces, &records),
        paired: records.iter().map(paired).collect(),
        warnings,
    })
}

/// All that waits for an owner, of every device, as far as it was read: a diagnosis can do without.
pub(crate) fn waiting(world: &World<'_, '_>) -> Vec<WaitingRequest> {
    if checked(world).is_err() {
        return Vec::new();
    }
    let requests = requests(world).unwrap_or_default();
    let surfaces = surfaces(world).unwrap_or_default();
    // Only a node's commands want its record.
    let known = if surfaces.is_empty() { None } else { records(world).ok() };
    let records = known.map(|(records, _)| records).unwrap_or_default();
    told(world, &requests, &surfaces, &records)
}

fn told(
    world: &World<'_, '_>,
    requests: &Entries,
    surfaces: &[Surface],
    records: &Entries,
) -> Vec<WaitingRequest> {
    let now = world.inputs.now;
    let mut all: Vec<WaitingRequest> =
        requests.iter().map(|(id, request)| devices::waiting(id, request, now)).collect();
    if surfaces.is_empty() {
        return all;
    }
    let places: Map<String, Value> =
        records.iter().enumerate().map(|(at, (id, _))| (id.clone(), at.into())).collect();
    // Rows keep what a node waits for until it is answered; files forget it as they do a request.
    let expires = world.store == StoreKind::Json;
    all.extend(surfaces.iter().map(|surface| {
        let at = places.get(&surface.device_id).and_then(Value::as_u64);
        let record = at.map(|at| &records[at as usize].1);
        surface.told(record, (now, expires))
    }));
    all
}
