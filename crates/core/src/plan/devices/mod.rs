//! Paired devices and waiting requests: one file an operation.

mod kept;
mod list;

pub(crate) use list::list;
#[expect(unused_imports, reason = "for the diagnosis")]
pub(crate) use list::waiting;
