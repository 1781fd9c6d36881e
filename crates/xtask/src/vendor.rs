//! What the npm package holds of others: one library, in one file, with its licence.

use crate::files::{package, publish};
use crate::run::{Result, command, output, run};
use std::path::PathBuf;

/// `lib/node/vendor/ws.js`: the client of npm's `ws`, for `verify`. Bundled, since the package depends on no other.
pub(crate) fn websocket() -> Result {
    let modules = npm("ws@8.23.0")?;
    let out = package("lib/node/vendor/ws.js");
    run(command("node")
        // so that the comments of the bundle name files of the library and not of this machine
        .current_dir(&modules)
        .arg(esbuild()?)
        .args(["ws/lib/websocket.js", "--bundle", "--platform=node", "--format=cjs"])
        .args(["--target=node20", "--charset=utf8", "--log-level=warning"])
        // of its comments those stay that licences are in
        .args(["--minify", "--legal-comments=inline"])
        // its native helpers are optional; nothing is to be looked for in the host's node_modules
        .arg("--define:process.env.WS_NO_BUFFER_UTIL=\"1\"")
        .arg("--define:process.env.WS_NO_UTF_8_VALIDATE=\"1\"")
        .arg(format!("--outfile={}", out.display())))?;
    publish(&modules.join("ws/LICENSE"), &package("lib/node/vendor/LICENSE-ws"))
}

pub(crate) const ESBUILD: &str = "esbuild@0.28.2";

/// npm's esbuild.
pub(crate) fn esbuild() -> Result<PathBuf> {
    Ok(npm(ESBUILD)?.join("esbuild/bin/esbuild"))
}

/// The folder that holds a package of npm's, cached.
pub(crate) fn npm(name: &str) -> Result<PathBuf> {
    let modules = output(command("node").args(["tests/lib/cache.mjs", "npm", name]))?;
    Ok(PathBuf::from(modules.trim()))
}
