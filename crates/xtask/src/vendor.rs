//! What the npm package holds of others: one library, in one file, with its licence.

use crate::files::{package, publish, write};
use crate::run::{Result, command, output, run, target};
use std::fs;
use std::path::PathBuf;

/// Modules of `ws` that a client never reaches which asks for no compression and listens with `on`, and what they give instead.
const UNUSED: [(&str, &str); 3] = [
    ("event-target.js", "exports.EventTarget = {};"),
    ("extension.js", ""),
    ("permessage-deflate.js", ""),
];

/// `lib/node/vendor/ws.js`: the client of npm's `ws`, for `verify`. Bundled, since the package depends on no other.
pub(crate) fn websocket() -> Result {
    let modules = npm("ws@8.23.0")?;
    let copy = target().join("vendor");
    let fail = |e: std::io::Error| format!("ws: {e}");
    for file in fs::read_dir(modules.join("ws/lib")).map_err(fail)? {
        let file = file.map_err(fail)?;
        let name = file.file_name();
        let text = match UNUSED.iter().find(|(unused, _)| name == *unused) {
            Some((_, instead)) => (*instead).to_owned(),
            None => fs::read_to_string(file.path()).map_err(fail)?,
        };
        write(&copy.join("ws/lib").join(name), &text)?;
    }
    let out = package("lib/node/vendor/ws.js");
    run(command("node")
        // so that the bundle names files of the library and not of this machine
        .current_dir(&copy)
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
