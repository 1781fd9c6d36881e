//! The gateway's decision on a connection, simulated: one file a question.

pub(crate) mod admit;
pub(crate) mod pairing;
pub(crate) mod request;
pub mod scopes;
pub mod state;
pub(crate) mod tree;
pub mod walk;
pub(crate) mod who;

#[cfg(test)]
#[path = "../../tests/unit/decision.rs"]
mod tests;
