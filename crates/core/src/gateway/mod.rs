//! The gateway's decision on a connection, simulated: one file a question.

pub mod admit;
pub mod pairing;
pub mod request;
pub mod scopes;
pub mod state;
pub mod tree;
pub mod walk;
pub mod who;

#[cfg(test)]
#[path = "../../tests/unit/decision.rs"]
mod tests;
