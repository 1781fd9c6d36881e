//! `readFiles` and `applyFiles` on a Unix file system.
#![forbid(unsafe_code)]
