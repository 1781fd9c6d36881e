//! ECMAScript twins of CommonJS modules: bundlers take either, but browsers and workers take no CommonJS.

use crate::files::{package, write};
use crate::run::{Result, command, run};
use crate::vendor::esbuild;
use std::fs;

/// What the entries for other runtimes than Node share: none of them uses a Node module.
const SHARED: &[&str] = &[
    "core/bridge",
    "core/build",
    "core/errors",
    "core/plan",
    "core/report",
    "core/wasm",
    "sandbox/adapters",
    "sandbox/inside",
    "sandbox/index",
];

/// Writes lib/esm/: without comments, which are in lib/ already.
pub(crate) fn twins() -> Result {
    let mut small = command("node");
    small
        .arg(esbuild()?)
        .args(["--minify-whitespace", "--minify-syntax", "--charset=utf8", "--log-level=warning"])
        .args(["--format=esm", "--out-extension:.js=.mjs", "--allow-overwrite"])
        .arg(format!("--outdir={}", package("lib/esm").display()));
    for name in SHARED {
        let file = package(&format!("lib/{name}.js"));
        let source = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let twin = module(&source)
            .map_err(|line| format!("{}: no twin for this line: {line}", file.display()))?;
        let to = package(&format!("lib/esm/{name}.mjs"));
        write(&to, &twin)?;
        small.arg(to);
    }
    run(&mut small)
}

/// Our own modules have `const … = require('./….js');` lines at the top and one `module.exports = …` at the end.
fn module(source: &str) -> Result<String> {
    let mut out = String::new();
    for line in source.lines() {
        if line == "'use strict';" {
            continue;
        }
        if let Some((pattern, name)) = required(line) {
            if pattern.starts_with('{') {
                // not its own name: that may be among those taken out of it
                let whole = format!("{}_module", name.replace(|c: char| !c.is_alphanumeric(), "_"));
                out += &format!("import {whole} from '{name}.mjs';\nconst {pattern} = {whole};\n");
            } else {
                out += &format!("import {pattern} from '{name}.mjs';\n");
            }
        } else if let Some(exported) = line.strip_prefix("module.exports = ") {
            out += &format!("export default {exported}\n");
        } else if ["require(", "module.exports"]
            .iter()
            .any(|word| line.starts_with("const ") && line.contains(word))
        {
            return Err(line.to_owned());
        } else {
            out += line;
            out.push('\n');
        }
    }
    Ok(out.trim_start().to_owned())
}

/// `const pattern = require('./name.js');`, or of another room: `'../core/name.js'`.
fn required(line: &str) -> Option<(&str, &str)> {
    let (pattern, rest) = line.strip_prefix("const ")?.split_once(" = require('")?;
    let name = rest.strip_suffix(".js');")?;
    name.starts_with('.').then_some((pattern, name))
}

#[cfg(test)]
#[path = "../tests/unit/esm.rs"]
mod tests;
