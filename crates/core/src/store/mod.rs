//! What OpenClaw keeps and where, one reading of each.

pub(crate) mod approval;
pub(crate) mod columns;
pub(crate) mod devices;
pub(crate) mod documents;
pub mod fields;
pub mod identity;
pub(crate) mod kept;
pub(crate) mod listed;
pub mod paths;
pub mod pending;
pub(crate) mod profiles;
pub mod record;
mod roles;
pub(crate) mod rows;
