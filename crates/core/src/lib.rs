//! The logic of openclaw-prepair: pure, from bytes and options to steps and a report.
//! It reads no file, no clock and no randomness.
//!
//! | module | what it knows |
//! | --- | --- |
//! | [`rules`] | what each OpenClaw version does: the one place that compares versions |
//! | [`paths`] | where OpenClaw keeps its state and its config |
//! | [`identity`] | the device's key, its PEMs, its file |
//! | [`paired`] | the record that opens the gateway |
//! | [`pending`] | requests that stand in its way |
//! | [`config`] | edits of `openclaw.json` |
//! | [`json5`] | documents, and splices in them |
//! | [`sqlite`] | the same store as rows, from 2026.8.1 |
//! | [`connect`] | the gateway's decision on a connection, simulated; `proxies` tells who a request comes from |
//! | [`plan`] | all of it as ordered steps and a report |
//! | [`diagnose`] | why there is a wall, and all that is wrong on disk |
//! | [`bridge`] | the one function that the JavaScript bindings call |
#![forbid(unsafe_code)]

mod base64;
pub mod bridge;
pub mod config;
pub mod connect;
pub mod diagnose;
pub mod error;
pub mod identity;
pub mod inputs;
pub mod ip;
mod json;
pub mod json5;
pub mod options;
pub mod paired;
pub mod paths;
pub mod pending;
pub mod plan;
mod proxies;
pub mod report;
pub mod rules;
pub mod sqlite;
mod variables;

pub use error::{Error, Result};

/// The version of the project, one for every binding and package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Tells bindings apart that were built from other sources of this crate (build/hash.rs).
pub const CORE_HASH: &str = env!("PREPAIR_CORE_HASH");
