//! The logic of openclaw-prepair: pure, from bytes and options to steps and a report.
//! It reads no file, no clock and no randomness.
#![forbid(unsafe_code)]

pub mod error;
pub mod json5;
pub mod rules;

pub use error::{Error, Result};
