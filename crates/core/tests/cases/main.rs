//! The core through its public face, as one program, so that it is linked once for each change. Vectors, recordings and
//! random states, and what the core decides by tables of small cases: one module for each of its own. Expected values come from
//! what OpenClaw does (the version and file stand beside them), from standards, or are counted by hand.
#![allow(clippy::unwrap_used, reason = "a test")]

mod bridge;
mod config;
mod connect;
mod debug;
mod diagnose;
mod identity;
mod ip;
mod json5_edits;
mod json5_vectors;
mod kit;
mod observed;
mod options;
mod plan;
mod prefixes;
mod proxies;
mod rules;
mod vectors;
