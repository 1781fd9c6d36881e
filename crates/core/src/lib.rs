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
//! | `config` | `openclaw.json`: includes, variables, edits |
//! | [`gateway`] | the gateway's decision on a connection, simulated |
//! | [`plan`] | the parts of a plan: identity, record, pending requests, config |
//! | `diagnose` | why there is a wall, and all that is wrong on disk |
//!
//! Between them stands the vocabulary that they share ([`codes`], [`error`], [`inputs`], [`wants`], [`steps`], [`report`], [`verdict`],
//! [`entropy`], [`context`]). [`operations`] is the one place that knows every operation, [`question`] what a driver asks, [`again`] how
//! the reports of a call that plans more than once become one; [`bridge`] is what the JavaScript bindings and the driver call.
//!
//! # Start here
//! An operation is planned from what was read, and stops with what is still missing:
//!
//! ```
//! use prepair_core::base::json::object;
//! use prepair_core::inputs::{File, Inputs};
//! use prepair_core::options::{Operation, parse};
//! use prepair_core::steps::Step;
//! use prepair_core::wants::Stop;
//! use prepair_core::{Result, operations};
//!
//! # fn main() -> Result<()> {
//! let entropy = [7; 64]; // a real caller draws it anew for each call
//! let options = object(&mut [("stateDir", "/s".into()), ("gatewayVersion", "2026.2.19".into())]);
//! let request = parse(Operation::parse("prePair")?, options, &[], &[7; 32])?;
//!
//! let mut inputs = Inputs { now: 1_760_000_000_000, ..Inputs::default() };
//! let plan = loop {
//!     match operations::plan(&request, &inputs, &entropy) {
//!         Ok(plan) => break plan,
//!         Err(Stop::Refused(error)) => return Err(error),
//!         // a driver reads them; here nothing is on the disk
//!         Err(Stop::Missing(missing)) => {
//!             for path in missing.files {
//!                 inputs.files.insert(path, File::Absent);
//!             }
//!             for query in missing.queries {
//!                 inputs.rows.insert(query.id, None);
//!             }
//!         }
//!     }
//! };
//! let written: Vec<&str> = plan.steps.iter().map(|step| match step {
//!     Step::File(step) => step.path(),
//!     Step::Sql(sql) => &sql.db,
//! }).collect();
//! assert_eq!(written, ["/s/identity/device.json", "/s/devices/paired.json"]);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod again;
pub mod base;
pub mod bridge;
pub mod codes;
mod config;
pub mod context;
mod diagnose;
pub mod entropy;
pub mod error;
pub mod foresee;
pub mod gateway;
pub mod inputs;
pub mod operations;
pub mod options;
mod parts;
pub mod plan;
pub mod question;
pub mod report;
pub mod rules;
pub mod steps;
pub mod store;
pub mod verdict;
pub mod wants;

pub use error::{Error, Result};

/// The version of the project, one for every binding and package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Tells bindings apart that were built from other sources of this crate or of the driver (build/hash.rs).
pub const CORE_HASH: &str = env!("PREPAIR_CORE_HASH");
