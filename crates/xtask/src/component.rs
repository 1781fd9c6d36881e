//! The WebAssembly component, and an ECMAScript module made of it.

use crate::files::publish;
use crate::run::{Result, cargo, command, output, root, run, target};
use crate::wasm::{guest, shrink};
use std::fs;
use std::path::{Path, PathBuf};

/// `target/component/openclaw-prepair.wasm`, and the package npm/component: `component.wasm`, `lib/` and `wit/`.
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
    // where older builds put it: what lies there would be packed
    let _ = fs::remove_file(crate::files::package("lib/component.wasm"));
    let _ = fs::remove_dir_all(crate::files::package("lib/component"));
    let package = root().join("npm/component");
    publish(&component, &package.join("component.wasm"))?;
    contract(&package)?;
    transpile(&component, &package.join("lib"))
}

/// For JavaScript, which runs no components yet.
fn transpile(component: &Path, out: &Path) -> Result {
    let _ = fs::remove_dir_all(out);
    make(out)?;
    run(command("node")
        .arg(jco()?)
        .arg("transpile")
        .arg(component)
        .args(["--minify", "--quiet", "--name", "prepair", "--out-dir"])
        .arg(out)
        // beside the folder, since that is all generated
        .args(["--map", "wasi:random/random=../random.mjs"]))
}

/// The contract beside the component, to generate bindings from.
fn contract(package: &Path) -> Result {
    for file in ["types.wit", "world.wit", "deps/random.wit"] {
        let to = package.join("wit").join(file);
        make(to.parent().unwrap_or(package))?;
        publish(&root().join("wit").join(file), &to)?;
    }
    Ok(())
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
