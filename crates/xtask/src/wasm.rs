//! Packages compiled for wasm32-unknown-unknown, and the wasm module of the npm package.

use crate::files::{package, publish, remap, write};
use crate::run::{Result, cache, cargo, command, output, run, target};
use std::fs;
use std::path::{Path, PathBuf};

/// A package compiled for wasm32-unknown-unknown: where its module is.
pub(crate) fn guest(name: &str) -> Result<PathBuf> {
    let toolchain = cache()?.join("wasm-toolchain");
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
        // the lowest addresses are the end of the stack, so that what is added to a pointer may be part of the load
        .arg("--low-memory-unused")
        // Twice: the second finds what the first made the same. With -Oz, and where every function with one caller is put into it, the
        // module has 0.5 % less, but 0.5 % more once it is compressed, which is how it travels.
        .args(["--flatten", "--rereloop", "-O1", "-Os"])
        .args(["--one-caller-inline-max-function-size", "60"])
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

/// The wasm module as lib/core/prepair.wasm, its driver as lib/core/prepair-driver.wasm, and the JavaScript around them.
pub(crate) fn build(sources: &str) -> Result {
    let module = guest("prepair-wasm")?;
    let built = target().join("wasm");
    let bindgen = built.join("bindgen");
    run(cargo(&["run", "--quiet", "--package", "xtask-wasm", "--", "bindgen"])
        .arg(module)
        .arg(&bindgen))?;
    // The driver is for hosts that have files: what runs at the edge is smaller without. It takes no module of other sources.
    let [whole, main, driver] =
        ["prepair_bg.wasm", "prepair.wasm", "prepair-driver.wasm"].map(|name| bindgen.join(name));
    run(cargo(&["run", "--quiet", "--package", "xtask-wasm", "--", "split"])
        .arg(whole)
        .arg(sources)
        .args([&main, &driver])
        .args(["drive", "room", "keep"]))?;
    let small = built.join("small.wasm");
    for module in [main, driver] {
        shrink(&module, &small)?;
        let name = module.file_name().unwrap_or_default();
        publish(&small, &package("lib/core").join(name))?;
    }

    let glue = bindgen.join("prepair_bg.js");
    let glue = fs::read_to_string(&glue).map_err(|e| format!("{}: {e}", glue.display()))?;
    let glue = restartable(&glue)?;
    write(&package("lib/core/glue.js"), &commonjs(&glue))
}

fn enable(feature: &str) -> String {
    format!("--enable-{feature}")
}

/// npm's binaryen, which brings wasm-opt.
fn binaryen() -> Result<PathBuf> {
    let modules = output(command("node").args(["tests/lib/cache.mjs", "npm", "binaryen@132.0.0"]))?;
    Ok(PathBuf::from(modules.trim()).join("binaryen"))
}

/// The glue keeps views of the memory; a second instance, started after a trap, must not use the first one's.
fn restartable(glue: &str) -> Result<String> {
    let views: Vec<&str> = glue
        .lines()
        .filter_map(|line| line.strip_prefix("let ")?.strip_suffix("Memory0 = null;"))
        .collect();
    let parts: Vec<&str> = glue.split("    wasm = val;\n").collect();
    match parts.as_slice() {
        [before, after] if !views.is_empty() => {
            let forget = views.iter().map(|view| format!("    {view}Memory0 = null;\n"));
            Ok([before, "    wasm = val;\n", &forget.collect::<String>(), after].concat())
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

#[cfg(test)]
#[path = "../tests/unit/wasm.rs"]
mod tests;
