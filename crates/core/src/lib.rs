//! The logic of openclaw-prepair: pure, from bytes and options to steps and a report.
//! It reads no file, no clock and no randomness.
#![forbid(unsafe_code)]

pub mod error;
pub mod ip;
pub mod json5;
pub mod rules;

pub use error::{Error, Result};

/// The version of the project, one for every binding and package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Tells bindings apart that were built from other sources of this crate (build/hash.rs).
pub const CORE_HASH: &str = env!("PREPAIR_CORE_HASH");
