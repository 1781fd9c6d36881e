//! What knows nothing of OpenClaw: text, numbers, addresses, keys, documents.

pub mod base64;
pub mod ip;
pub mod json;
pub mod json5;
pub mod keys;
pub mod named;
pub mod text;
