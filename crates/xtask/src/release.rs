//! `cargo xtask release`: the packages of one version, ready to be published.

use crate::run::{Result, command, run, target};
use std::fs;

/// Packs them into `target/packages`; of the platforms those that are named, else all.
pub(crate) fn pack(names: &[&str]) -> Result {
    let to = target().join("packages");
    // what an earlier run left
    if to.exists() {
        fs::remove_dir_all(&to).map_err(|e| format!("{}: {e}", to.display()))?;
    }
    run(command("node").arg("npm/release/pack.mjs").arg(&to).args(names))
}
