//! Files that a build writes, the same on every machine.

use crate::run::{Result, command, output, root};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// A file of the npm package.
pub(crate) fn package(file: &str) -> PathBuf {
    root().join("npm/openclaw-prepair").join(file)
}

pub(crate) fn write(to: &Path, text: &str) -> Result {
    to.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(to, text))
        .map_err(|e| format!("{}: {e}", to.display()))
}

/// Flags that keep the folders of this machine out of panics, so that a build is the same everywhere.
pub(crate) fn remap() -> Result<String> {
    let sysroot = output(command("rustc").args(["--print", "sysroot"]))?;
    let cargo_home = env::var("CARGO_HOME")
        .or_else(|_| env::var("HOME").map(|home| format!("{home}/.cargo")))
        .map_err(|_| "neither CARGO_HOME nor HOME is set")?;
    let flags = [
        format!("--remap-path-prefix={}/lib/rustlib/src/rust=/rustc", sysroot.trim()),
        format!("--remap-path-prefix={cargo_home}/registry/src=/cargo"),
        format!("--remap-path-prefix={}=/src", root().display()),
    ];
    Ok(flags.join("\u{1f}"))
}

/// Copies by rename: a process that has the old addon mapped keeps it.
pub(crate) fn publish(from: &Path, to: &Path) -> Result {
    let temp = to.with_extension("tmp");
    fs::copy(from, &temp)
        .and_then(|_| fs::rename(&temp, to))
        .map_err(|e| format!("{} -> {}: {e}", from.display(), to.display()))
}
