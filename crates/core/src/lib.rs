//! The logic of openclaw-prepair: pure, from bytes and options to steps and a report.
//! It reads no file, no clock and no randomness.
//!
//! Rooms, from the ground up; each uses only those before it:
//!
//! | room | what it knows |
//! | --- | --- |
//! | [`base`] | nothing of OpenClaw: text, addresses, keys, documents and splices in them |
//! | [`rules`] | what each OpenClaw version does: the one place that compares versions |
//! | [`options`] | what a caller wants, read strictly |
//! | [`store`] | what OpenClaw keeps and where: files, rows, the record that opens the gateway |
//! | [`config`] | `openclaw.json`: includes, variables, edits |
//! | [`gateway`] | the gateway's decision on a connection, simulated |
//! | [`plan`] | the parts of a plan: identity, record, pending requests, config |
//! | [`diagnose`] | why there is a wall, and all that is wrong on disk |
//!
//! Between them stands the vocabulary that they share ([`codes`], [`error`], [`inputs`], [`wants`], [`steps`], [`report`], [`verdict`],
//! [`entropy`], [`context`]). [`operations`] is the one place that knows every operation, [`bridge`] the one function that
//! the JavaScript bindings call.
#![forbid(unsafe_code)]

pub mod base;
pub mod bridge;
pub mod codes;
pub mod config;
pub mod context;
pub mod diagnose;
pub mod entropy;
pub mod error;
pub mod foresee;
pub mod gateway;
pub mod inputs;
pub mod operations;
pub mod options;
mod parts;
pub mod plan;
pub mod report;
pub mod rules;
pub mod steps;
pub mod store;
pub mod verdict;
pub mod wants;

pub use error::{Error, Result};

/// The version of the project, one for every binding and package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Tells bindings apart that were built from other sources of this crate (build/hash.rs).
pub const CORE_HASH: &str = env!("PREPAIR_CORE_HASH");
