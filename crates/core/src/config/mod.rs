//! `openclaw.json`: read with its includes and variables, edited by splices.

pub mod client;
pub(crate) mod dotenv;
pub mod includes;
pub mod merge;
pub mod patch;
pub mod proxies;
mod reduce;
pub mod variables;
