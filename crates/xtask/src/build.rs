//! The addon and the wasm module, put into the npm package.

#[path = "../../core/build/hash.rs"]
mod hash;

use crate::run::{Result, cache, cargo, command, output, root, run, target};
use crate::{component, esm, explorer, vendor};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The addon for this machine, as npm/openclaw-prepair/prepair.node.
pub(crate) fn addon() -> Result {
    run(cargo(&["build", "--release", "--package", "prepair-napi"])
        .env("CARGO_ENCODED_RUSTFLAGS", remap()?))?;
    let built =
        if cfg!(target_os = "macos") { "libprepair_napi.dylib" } else { "libprepair_napi.so" };
    publish(&target().join("release").join(built), &package("prepair.node"))?;
    vendor::websocket()?;
    stamp()
}

/// The addon and everything that is not native.
pub(crate) fn all() -> Result {
    addon()?;
    portable()
}

/// What is not native.
pub(crate) fn portable() -> Result {
    vendor::websocket()?;
    stamp()?;
    wasm()?;
    explorer::bundle()?;
    component::build()
}

/// The page in npm/explorer.
pub(crate) fn page() -> Result {
    stamp()?;
    wasm()?;
    explorer::bundle()
}

/// A package compiled for wasm32-unknown-unknown: where its module is.
pub(crate) fn guest(name: &str) -> Result<PathBuf> {
    let toolchain = cache()?.join("wasm-rust");
    run(command("bash").arg("crates/wasm/toolchain.sh").env("WASM_TOOLCHAIN_DIR", &toolchain))?;
    // a folder of its own: the compiler may be another one than that of the addon
    let built = target().join("wasm");
    let flags = toolchain.join("flags");
    let flags = fs::read_to_string(&flags).map_err(|e| format!("{}: {e}", flags.display()))?;
    // code for SHA-512 is four times smaller where its rounds are a loop
    let flags = ["--cfg", "sha2_backend_soft=\"compact\""].into_iter().chain(flags.lines());
    let flags = flags.fold(remap()?, |all, flag| all + "\u{1f}" + flag);
    run(command(toolchain.join("bin/cargo-wasm"))
        .args(["build", "--locked", "--package", name, "--profile", "wasm"])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&built)
        .env("CARGO_ENCODED_RUSTFLAGS", flags))?;
    Ok(built.join(format!("wasm32-unknown-unknown/wasm/{}.wasm", name.replace('-', "_"))))
}

/// The same module, smaller.
pub(crate) fn shrink(from: &Path, to: &Path) -> Result {
    run(command(binaryen()?.join("bin/wasm-opt"))
        .arg("-Oz")
        // what rustc uses by default and Node 20 has
        .args(
            ["bulk-memory", "multivalue", "mutable-globals", "nontrapping-float-to-int"]
                .map(enable),
        )
        .args(["reference-types", "sign-ext"].map(enable))
        .arg(from)
        .arg("-o")
        .arg(to))
}

/// The wasm module as lib/prepair.wasm, and the JavaScript around it in the two module systems.
fn wasm() -> Result {
    let module = guest("prepair-wasm")?;
    let built = target().join("wasm");
    let bindgen = built.join("bindgen");
    run(cargo(&["run", "--quiet", "--package", "xtask-wasm", "--", "bindgen"])
        .arg(module)
        .arg(&bindgen))?;
    let small = built.join("prepair.wasm");
    shrink(&bindgen.join("prepair_bg.wasm"), &small)?;
    publish(&small, &package("lib/prepair.wasm"))?;

    let glue = bindgen.join("prepair_bg.js");
    let glue = fs::read_to_string(&glue).map_err(|e| format!("{}: {e}", glue.display()))?;
    let glue = restartable(&glue)?;
    write(&package("lib/glue.js"), &commonjs(&glue))?;
    write(&package("lib/esm/glue.mjs"), &glue)?;
    esm::twins()
}

fn enable(feature: &str) -> String {
    format!("--enable-{feature}")
}

/// npm's binaryen, which brings wasm-opt.
fn binaryen() -> Result<PathBuf> {
    let modules = output(command("node").args(["tests/lib/cache.mjs", "npm", "binaryen@132.0.0"]))?;
    Ok(PathBuf::from(modules.trim()).join("binaryen"))
}

/// The glue keeps a view of the memory; a second instance, started after a trap, must not use the first one's.
fn restartable(glue: &str) -> Result<String> {
    let parts: Vec<&str> = glue.split("    wasm = val;\n").collect();
    match parts.as_slice() {
        [before, after] if before.contains("\nlet cachedUint8ArrayMemory0") => {
            Ok([before, "    wasm = val;\n    cachedUint8ArrayMemory0 = null;\n", after].concat())
        }
        _ => Err("wasm-bindgen writes other glue than it did: look at restartable()".into()),
    }
}

/// The glue exports functions only, so CommonJS is a matter of two words.
fn commonjs(glue: &str) -> String {
    let names: Vec<&str> = glue
        .lines()
        .filter_map(|line| line.strip_prefix("export function ")?.split('(').next())
        .collect();
    let body = glue.replace("export function ", "function ");
    format!("'use strict';\n{body}\nmodule.exports = {{ {} }};\n", names.join(", "))
}

/// A file of the npm package.
pub(crate) fn package(file: &str) -> PathBuf {
    root().join("npm/openclaw-prepair").join(file)
}

/// Says which bindings belong to the package: the loader takes no other.
fn stamp() -> Result {
    let hash =
        hash::sources(&root().join("crates/core")).map_err(|e| format!("crates/core: {e}"))?;
    let version = env!("CARGO_PKG_VERSION");
    let text = format!(
        "'use strict';\n\nmodule.exports = {{ version: '{version}', coreHash: '{hash}' }};\n"
    );
    write(&package("lib/build.js"), &text)?;
    // npm takes them from the package's own folder only
    ["README.md", "LICENSE-MIT", "LICENSE-APACHE"]
        .iter()
        .try_for_each(|name| publish(&root().join(name), &package(name)))
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

#[cfg(test)]
mod tests {
    use super::{commonjs, restartable};

    const GLUE: &str = "export function call(a) {\n}\n\nlet cachedUint8ArrayMemory0 = null;\n\
        export function __wbg_set_wasm(val) {\n    wasm = val;\n}\n";

    #[test]
    fn glue_in_commonjs() {
        let text = commonjs(GLUE);
        assert!(text.starts_with("'use strict';\nfunction call(a)"));
        assert!(text.ends_with("\nmodule.exports = { call, __wbg_set_wasm };\n"));
    }

    #[test]
    fn other_glue_is_noticed() {
        assert!(restartable(GLUE).is_ok());
        assert!(restartable(&GLUE.replace("val", "value")).is_err());
    }
}
