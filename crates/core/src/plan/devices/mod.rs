//! Paired devices and waiting requests: one file an operation.

mod kept;
mod list;

pub(crate) use list::list;
pub(crate) use list::waiting;
