//! What OpenClaw keeps and where, one reading of each.

pub mod approval;
pub mod columns;
pub mod devices;
pub mod documents;
pub mod fields;
pub mod identity;
pub mod paths;
pub mod pending;
pub mod record;
mod roles;
pub mod rows;
