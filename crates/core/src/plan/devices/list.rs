//! `devices.list`: every device of a store, and all that waits.

use crate::base::json::Value;

use crate::codes::NoticeCode;
use crate::context::World;
use crate::error::Result;
use crate::plan::devices::kept::{
    self, Fields, Surface, checked, each_record, own, place, records_of, requests, surfaces,
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
    let requests = missing.take(requests(world))?;
    let surfaces = missing.take(surfaces(world))?;
    let own = missing.take(own(world))?;
    let mut paired = Vec::new();
    let mine = own.as_ref().and_then(Option::as_deref);
    let compact = missing.take(kept::compact(world, mine))?.flatten();
    let odd = match &compact {
        Some((_, odd)) => Ok(*odd),
        None => each_record(world, |id, record| {
            paired.push(devices::paired(id, record, &world.rules, mine == Some(id)));
        }),
    };
    let found = (missing.take(odd)?, requests, surfaces, own);
    let (Some(odd), Some(requests), Some(surfaces), Some(_)) = found else {
        return Err(Stop::Missing(Box::new(missing.0)));
    };
    let mut warnings = world.warnings.clone();
    if odd > 0 {
        let message =
            format!("{odd} entries of the store are not records of devices, and are not listed.");
        let hint = "OpenClaw never writes such entries. Repair or remove them.";
        warnings.push(Notice::new(NoticeCode::Shape, message).at(place(world)).hint(hint));
    }
    let records = records_of(world, &surfaces)?;
    Ok(DeviceList {
        store: world.store,
        gateway: world.gateway.clone(),
        waiting: told(world, &requests, &surfaces, &records),
        paired,
        warnings,
        compact: compact.map(|(compact, _)| compact),
    })
}

/// All that waits for an owner, of every device, as far as it was read: a diagnosis can do without.
pub(crate) fn waiting(world: &World<'_, '_>) -> Vec<WaitingRequest> {
    if checked(world).is_err() {
        return Vec::new();
    }
    let requests = requests(world).unwrap_or_default();
    let surfaces = surfaces(world).unwrap_or_default();
    let records = records_of(world, &surfaces).unwrap_or_default();
    told(world, &requests, &surfaces, &records)
}

fn told(
    world: &World<'_, '_>,
    requests: &Entries,
    surfaces: &[Surface],
    records: &Fields,
) -> Vec<WaitingRequest> {
    let now = world.inputs.now;
    let mut all: Vec<WaitingRequest> =
        requests.iter().map(|(id, request)| devices::waiting(id, request, now)).collect();
    // Rows keep what a node waits for until it is answered; files forget it as they do a request.
    let expires = world.store == StoreKind::Json;
    all.extend(surfaces.iter().map(|surface| {
        let record = records.get(&surface.device_id).and_then(Value::as_object);
        surface.told(record, (now, expires))
    }));
    all
}
