//! The addon and the wasm module, put into the npm package.

#[path = "../../core/build/hash.rs"]
mod hash;

use crate::run::{Result, cargo, command, output, root, run, target};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The addon for this machine, as npm/openclaw-prepair/prepair.node.
pub(crate) fn addon() -> Result {
    run(cargo(&["build", "--release", "--package", "prepair-napi"])
        .env("CARGO_ENCODED_RUSTFLAGS", remap()?))?;
    let built =
        if cfg!(target_os = "macos") { "libprepair_napi.dylib" } else { "libprepair_napi.so" };
    publish(&target().join("release").join(built), &package("prepair.node"))?;
    stamp()
}

/// The addon and everything that is not native.
pub(crate) fn all() -> Result {
    addon()
}

/// A file of the npm package.
fn package(file: &str) -> PathBuf {
    root().join("npm/openclaw-prepair").join(file)
}

/// Says which bindings belong to the package: the loader takes no other.
fn stamp() -> Result {
    let hash =
        hash::sources(&root().join("crates/core")).map_err(|e| format!("crates/core: {e}"))?;
    let version = env!("CARGO_PKG_VERSION");
    let text = format!("{{\n  \"version\": \"{version}\",\n  \"coreHash\": \"{hash}\"\n}}\n");
    fs::write(package("build.json"), text).map_err(|e| format!("build.json: {e}"))
}

/// Flags that keep the folders of this machine out of panics, so that a build is the same everywhere.
fn remap() -> Result<String> {
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
fn publish(from: &Path, to: &Path) -> Result {
    let temp = to.with_extension("tmp");
    fs::copy(from, &temp)
        .and_then(|_| fs::rename(&temp, to))
        .map_err(|e| format!("{} -> {}: {e}", from.display(), to.display()))
}
