//! The WebAssembly component, and an ECMAScript module made of it.

use crate::files::{package, publish, write};
use crate::run::{Result, cargo, command, output, run, target};
use crate::wasm::{guest, shrink};
use std::fs;
use std::path::{Path, PathBuf};

/// `target/component/openclaw-prepair.wasm`, and in the npm package `lib/component.wasm` and `lib/component/`.
pub(crate) fn build() -> Result {
    let module = guest("prepair-component")?;
    let folder = target().join("component");
    make(&folder)?;
    let small = folder.join("module.wasm");
    shrink(&module, &small)?;
    let component = folder.join("openclaw-prepair.wasm");
    run(cargo(&["run", "--quiet", "--package", "xtask-wasm", "--", "encode"])
        .arg(&small)
        .arg(&component))?;
    publish(&component, &package("lib/component.wasm"))?;
    transpile(&component)
}

/// For JavaScript, which runs no components yet.
fn transpile(component: &Path) -> Result {
    let out = package("lib/component");
    let _ = fs::remove_dir_all(&out);
    make(&out)?;
    run(command("node")
        .arg(jco()?)
        .arg("transpile")
        .arg(component)
        .args(["--minify", "--quiet", "--name", "prepair", "--out-dir"])
        .arg(&out)
        // beside the folder, since that is all generated
        .args(["--map", "wasi:random/random=../component-random.mjs"]))?;
    // the package is CommonJS, what jco writes is not
    write(&out.join("package.json"), "{ \"type\": \"module\" }\n")
}

/// npm's jco.
fn jco() -> Result<PathBuf> {
    let name = "@bytecodealliance/jco@1.35.0";
    let modules = output(command("node").args(["tests/lib/cache.mjs", "npm", name]))?;
    Ok(PathBuf::from(modules.trim()).join("@bytecodealliance/jco/dist/jco.js"))
}

fn make(folder: &Path) -> Result {
    fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))
}
