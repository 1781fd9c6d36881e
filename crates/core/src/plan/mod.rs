//! One file a part of a plan; any prefix of its steps is whole.

pub(crate) mod client;
pub(crate) mod config;
pub mod devices;
pub mod identity;
pub(crate) mod key;
pub(crate) mod pair;
pub(crate) mod pending;
pub(crate) mod record;
pub(crate) mod take_back;
