//! Paired devices and waiting requests: one file an operation.

mod approve;
mod kept;
mod list;
mod remove;
mod rename;
mod surface;
mod tokens;
mod write;

use crate::context::{World, unsupervised};
use crate::entropy::ENTROPY;
use crate::error::Result;
use crate::options::devices::Devices;
use crate::report::StoreKind;
use crate::wants::Stop;

pub(crate) use kept::own;
pub(crate) use list::{list, waiting};
pub(crate) use surface::commands_wait;
pub use tokens::{LiveToken, live_token};
pub(crate) use write::DevicePart;

/// What becomes of one device or request.
pub(crate) fn device_part(
    world: &World<'_, '_>,
    options: &Devices,
    entropy: &[u8; ENTROPY],
) -> Result<DevicePart, Stop> {
    kept::checked(world)?;
    if world.store == StoreKind::Sqlite {
        unsupervised(world)?;
    }
    match options {
        Devices::Approve(options) => approve::approve(world, options, entropy),
        Devices::Reject(id) => remove::reject(world, id),
        Devices::Remove(id) => remove::remove(world, id),
        Devices::Revoke(of) => tokens::revoke(world, of),
        Devices::Rotate(of) => tokens::rotate(world, of, entropy),
        Devices::Rename { device, name } => rename::rename(world, device, name),
    }
}
