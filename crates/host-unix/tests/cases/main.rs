//! The host through its public face, as one program, on doubles of the system calls.
#![allow(clippy::unwrap_used, reason = "tests")]

mod doubles;
mod drive;
mod faults;
mod json;
mod lock;
mod read;
