//! What keeps a gateway from starting.

use crate::base::json::Value;

/// Why no gateway starts here, and what mends that.
#[derive(Clone, PartialEq)]
pub(super) enum Fault {
    /// A setting of the config, and what it is to be; `None`: it goes.
    Setting(&'static [&'static str], Option<Value>),
    /// What only a person can mend: what to do.
    Hand(String),
    /// A file that is in the way.
    File(String),
}
