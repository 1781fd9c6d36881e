//! Doubles of the system calls.

mod failing;
mod memory;

pub(crate) use failing::{Failing, Verdict};
pub(crate) use memory::Memory;
