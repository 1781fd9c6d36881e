//! What knows nothing of OpenClaw: text, numbers, addresses, keys, documents.

pub(crate) mod base64;
pub mod ip;
pub mod json;
pub mod json5;
pub mod keys;
pub mod named;
pub(crate) mod text;
pub mod wiped;
