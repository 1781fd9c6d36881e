//! `readFiles`, `sameFiles` and `applyFiles` on a Unix file system: the only file IO of the project beside its JavaScript
//! twin, `npm/openclaw-prepair/lib/node/files.js`, which takes the same requests and gives the same replies and errors.
//!
//! Every path belongs to a *base*: the state dir, the config's folder, or else its own parent. A base is resolved
//! once, following links, and held open; below it each component is opened relative to the one above and no link
//! is followed. What may go wrong is met before anything changes: kinds, mount points, missing folders, and every
//! temp file in full, on the disk. Then each step is one rename or unlink, in order, each behind its `expect`.
#![forbid(unsafe_code)]

mod apply;
mod fault;
mod files;
mod folder;
pub mod io;
mod json;
mod leftovers;
pub mod lock;
mod read;
mod reader;
mod tree;
mod unix;

pub use apply::apply_files;
pub use files::Files;
pub use io::Io;
pub use json::{Reply, apply_files_json, read_files_json};
pub use read::{read_files, same_files};
pub use unix::Unix;
