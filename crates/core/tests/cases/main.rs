//! What the core decides, by tables of small cases: one module for each module of the core. Expected values come from
//! what OpenClaw does (the version and file stand beside them), from standards, or are counted by hand.
#![allow(clippy::unwrap_used, reason = "a test")]

mod bridge;
mod config;
mod connect;
mod diagnose;
mod identity;
mod ip;
mod kit;
mod options;
mod proxies;
