//! One file a part of a plan; any prefix of its steps is whole.

pub mod client;
pub mod config;
pub mod devices;
pub mod identity;
pub mod key;
pub mod pair;
pub mod pending;
pub mod record;
pub mod take_back;
