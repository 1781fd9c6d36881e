//! ECMAScript forms of CommonJS modules: bundlers take either, but browsers and workers take no CommonJS.

use crate::files::package;
use crate::run::{Result, command, run};
use crate::vendor::esbuild;

/// What the entries for other runtimes than Node share: none of them uses a Node module. The parts of the sandbox are files of their own:
/// beside its twin one costs next to nothing in the tarball.
const SHARED: &[&str] = &[
    "core/errors.js",
    "core/glue.js",
    "core/plan.js",
    "core/wasm.js",
    "sandbox/adapters.js",
    "sandbox/index.js",
    "sandbox/inside.js",
];

/// Writes lib/esm/ by esbuild, without comments: they are in lib/ already.
pub(crate) fn twins() -> Result {
    let out = package("lib/esm");
    // the names of what several of them share change with what is in it
    if out.exists() {
        std::fs::remove_dir_all(&out).map_err(|e| format!("{}: {e}", out.display()))?;
    }
    run(command("node")
        .current_dir(package("lib"))
        .arg(esbuild()?)
        .args(["--bundle", "--splitting", "--format=esm", "--platform=neutral", "--outbase=."])
        .args(["--minify-whitespace", "--minify-syntax", "--charset=utf8", "--log-level=warning"])
        .args(["--target=es2022", "--out-extension:.js=.mjs"])
        .arg(format!("--outdir={}", out.display()))
        .args(SHARED))
}
