//! What keeps a gateway from starting, and what decides and cannot be told.

use serde_json::Value;

use crate::error::Error;

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

/// What decides and cannot be told.
#[derive(Clone)]
pub(super) struct Unread {
    pub(super) path: Option<String>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl From<&Error> for Unread {
    fn from(error: &Error) -> Self {
        let path = error.place.as_ref().map(|place| place.path.clone());
        let hint = error.hint.clone();
        Self { path, message: error.message.clone(), hint }
    }
}
