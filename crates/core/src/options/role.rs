//! The roles that OpenClaw gives devices.

use serde::Deserialize;

use crate::parts::words;

/// A role that OpenClaw gives devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Calls methods.
    #[default]
    Operator,
    /// Runs commands that it is given.
    Node,
}

words! {
    Role { Operator "operator", Node "node" }
}

impl Role {
    /// For sentences.
    pub(crate) const fn article(self) -> &'static str {
        match self {
            Self::Operator => "an operator",
            Self::Node => "a node",
        }
    }
}
