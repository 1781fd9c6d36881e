//! The page in npm/explorer: its script, and a server for it on loopback.
//!
//! The script is one classic file, wasm included: modules and fetched files would not load from a folder that was just
//! opened, and a page that fetches nothing can forbid every request.

use crate::files::write;
use crate::run::{Result, root};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

const ENTRY: &str = "explorer/src/main.js";

/// Writes npm/explorer/explorer.js: the CommonJS modules that its entry requires, in one file.
pub(crate) fn bundle() -> Result {
    let npm = root().join("npm");
    let mut modules = BTreeMap::new();
    let mut wanted = vec![ENTRY.to_owned()];
    while let Some(name) = wanted.pop() {
        if modules.contains_key(&name) {
            continue;
        }
        let file = npm.join(&name);
        let fail = |e| format!("{}: {e}", file.display());
        if name.ends_with(".wasm") {
            let bytes = fs::read(&file).map_err(fail)?;
            modules.insert(name, format!("module.exports = '{}';\n", base64(&bytes)));
            continue;
        }
        let (source, required) = linked(&name, &fs::read_to_string(&file).map_err(fail)?)?;
        wanted.extend(required);
        modules.insert(name, source);
    }
    let mut out = String::from(
        "// Made by `cargo xtask build --all` from src/ and the package beside it.\n(() => {\n'use strict';\nconst modules = {\n",
    );
    for (name, source) in modules {
        out += &format!("'{name}'(module, require) {{\n{source}}},\n");
    }
    out += &format!(
        "}};\nconst loaded = new Map();\nconst require = (name) => {{\n  if (!loaded.has(name)) {{\n    const module = {{ exports: {{}} }};\n    loaded.set(name, module);\n    modules[name](module, require);\n  }}\n  return loaded.get(name).exports;\n}};\nrequire('{ENTRY}');\n}})();\n"
    );
    write(&npm.join("explorer/explorer.js"), &out)
}

/// A module whose `require`s name files from npm/, and those names.
fn linked(name: &str, source: &str) -> Result<(String, Vec<String>)> {
    let mut parts = source.split("require('");
    let mut out = parts.next().unwrap_or_default().replace("'use strict';\n", "");
    let mut names = Vec::new();
    for part in parts {
        let (path, rest) =
            part.split_once('\'').ok_or_else(|| format!("{name}: a require without an end"))?;
        let target =
            resolved(name, path).ok_or_else(|| format!("{name}: the page cannot hold {path}"))?;
        out += &format!("require('{target}'{rest}");
        names.push(target);
    }
    Ok((out, names))
}

/// A relative path as seen from npm/.
fn resolved(from: &str, path: &str) -> Option<String> {
    let mut at: Vec<&str> = from.split('/').collect();
    at.pop();
    if !path.starts_with('.') {
        return None;
    }
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(at.pop()?),
            part => at.push(part),
        }
    }
    Some(at.join("/"))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| chunk.get(i).map_or(0, |byte| u32::from(*byte));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// Serves the folder on loopback until it is stopped. `args`: a port; else a free one.
pub(crate) fn serve(args: &[&str]) -> Result {
    let port: u16 = match args {
        [] => 0,
        [port] => port.parse().map_err(|_| "explorer [port]: that is no port")?,
        _ => return Err("explorer [port]".into()),
    };
    let fail = |e: std::io::Error| format!("127.0.0.1:{port}: {e}");
    let listener = TcpListener::bind(("127.0.0.1", port)).map_err(fail)?;
    println!("http://{}/", listener.local_addr().map_err(fail)?);
    let folder = root().join("npm/explorer");
    for stream in listener.incoming().flatten() {
        // a browser that went away is no reason to stop
        let _ = answer(stream, &folder);
    }
    Ok(())
}

fn answer(mut stream: TcpStream, folder: &Path) -> std::io::Result<()> {
    let mut head = [0; 4096];
    let read = stream.read(&mut head)?;
    let head = String::from_utf8_lossy(&head[..read]);
    let path = head.strip_prefix("GET /").and_then(|rest| rest.split([' ', '?']).next());
    let file = path.and_then(|path| served(folder, path));
    let (status, kind, body) = match file {
        Some((file, kind)) => ("200 OK", kind, fs::read(file)?),
        None => ("404 Not Found", "text/plain", b"There is no such file.\n".to_vec()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {}\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}

/// The page's own files and no other.
fn served(folder: &Path, path: &str) -> Option<(PathBuf, &'static str)> {
    let (name, kind) = match path {
        "" | "index.html" => ("index.html", "text/html"),
        "explorer.css" => ("explorer.css", "text/css"),
        "explorer.js" => ("explorer.js", "text/javascript"),
        "icon.svg" => ("icon.svg", "image/svg+xml"),
        _ => return None,
    };
    Some((folder.join(name), kind))
}

#[cfg(test)]
#[path = "../tests/unit/explorer.rs"]
mod tests;
