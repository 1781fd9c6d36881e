//! `openclaw.json`: read with its includes and variables, edited by splices.

pub(crate) mod client;
pub(crate) mod dotenv;
pub(crate) mod includes;
pub(crate) mod merge;
pub(crate) mod patch;
pub(crate) mod proxies;
mod reduce;
pub(crate) mod variables;
