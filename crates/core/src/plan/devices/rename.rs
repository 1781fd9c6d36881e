//! `devices.rename`.

use crate::codes::NoticeCode;
use crate::context::World;
use crate::error::Result;
use crate::plan::devices::kept::{place, record};
use crate::plan::devices::remove::no_device;
use crate::plan::devices::write::DevicePart;
use crate::report::{Notice, StoreKind};
use crate::store::fields::Set;
use crate::wants::Stop;

/// Gives a device the name that its owner calls it.
pub(super) fn rename(world: &World<'_, '_>, id: &str, name: &str) -> Result<DevicePart, Stop> {
    let record = record(world, id)?.ok_or_else(|| no_device(world, id))?;
    let mut part = DevicePart::new(world, id, Some(&record));
    // From 2026.8.1 an owner's name has a place of its own; before, there is only what the device calls itself.
    let field = match world.store {
        StoreKind::Sqlite => "operatorLabel",
        StoreKind::Json => "displayName",
    };
    part.set(world, Some(&record), vec![Set { path: vec![field], value: name.into() }])?;
    if world.store == StoreKind::Json && !part.steps.is_empty() {
        let message = format!(
            "On this version the name of device {id} is what it calls itself: where it sends a name, its next connect puts that in the place of this one."
        );
        part.report.warnings.push(
            Notice::new(NoticeCode::NameOverwritten, message).at(place(world)).hint(
                "Nothing to do; from 2026.8.1 on the name that its owner gives a device stays.",
            ),
        );
    }
    Ok(part)
}
