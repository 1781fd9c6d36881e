//! The addon and the wasm module, put into the npm package.

#[path = "../../core/build/hash.rs"]
mod hash;

use crate::files::{package, publish, remap, write};
use crate::run::{Result, cargo, node, root, run, target};
use crate::{component, esm, explorer, vendor, wasm};

/// The addon for this machine, as npm/openclaw-prepair/prepair.node.
pub(crate) fn addon() -> Result {
    run(cargo(&["build", "--release", "--package", "prepair-napi"])
        .env("CARGO_ENCODED_RUSTFLAGS", remap()?))?;
    let built =
        if cfg!(target_os = "macos") { "libprepair_napi.dylib" } else { "libprepair_napi.so" };
    publish(&target().join("release").join(built), &package("prepair.node"))?;
    vendor::websocket()?;
    stamp().map(drop)
}

/// The addon and everything that is not native.
pub(crate) fn all() -> Result {
    addon()?;
    portable()
}

/// What is not native.
pub(crate) fn portable() -> Result {
    vendor::websocket()?;
    wasm::build(&stamp()?)?;
    esm::twins()?;
    explorer::bundle()?;
    component::build()
}

/// The page in npm/explorer.
pub(crate) fn page() -> Result {
    wasm::build(&stamp()?)?;
    esm::twins()?;
    explorer::bundle()
}

/// Says which bindings belong to the package, by the hash of their sources: the loader takes no other.
fn stamp() -> Result<String> {
    let hash =
        hash::sources(&root().join("crates/core")).map_err(|e| format!("crates/core: {e}"))?;
    let version = env!("CARGO_PKG_VERSION");
    let text = format!(
        "'use strict';\n\nmodule.exports = {{ version: '{version}', coreHash: '{hash}' }};\n"
    );
    write(&package("lib/core/build.js"), &text)?;
    node("npm/release/texts.mjs", &[])?;
    Ok(hash)
}
