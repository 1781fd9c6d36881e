//! The page in npm/explorer: made into one file, and a server for it on loopback.
//!
//! One file, wasm included: modules and fetched files would not load from a folder that was just opened, and a page that
//! fetches nothing can forbid every request.

use crate::run::{Result, command, root, run};
use crate::vendor;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

/// Writes npm/explorer/index.html.
pub(crate) fn bundle() -> Result {
    run(command("node")
        .current_dir(root())
        .arg("npm/explorer/build.mjs")
        .arg(vendor::npm(vendor::ESBUILD)?)
        .arg(vendor::npm("sql.js@1.16.0")?)
        .arg(vendor::npm("diff@9.0.0")?))
}

/// Serves the page on loopback until it is stopped. `args`: a port; else a free one.
pub(crate) fn serve(args: &[&str]) -> Result {
    let port: u16 = match args {
        [] => 0,
        [port] => port.parse().map_err(|_| "explorer [port]: that is no port")?,
        _ => return Err("explorer [port]".into()),
    };
    let fail = |e: std::io::Error| format!("127.0.0.1:{port}: {e}");
    let listener = TcpListener::bind(("127.0.0.1", port)).map_err(fail)?;
    println!("http://{}/", listener.local_addr().map_err(fail)?);
    let page = root().join("npm/explorer/index.html");
    for stream in listener.incoming().flatten() {
        // a browser that went away is no reason to stop
        let _ = answer(stream, &page);
    }
    Ok(())
}

fn answer(mut stream: TcpStream, page: &Path) -> std::io::Result<()> {
    let mut head = [0; 4096];
    let read = stream.read(&mut head)?;
    let head = String::from_utf8_lossy(&head[..read]);
    let path = head.strip_prefix("GET /").and_then(|rest| rest.split([' ', '?']).next());
    let (status, kind, body) = match path {
        Some("" | "index.html") => ("200 OK", "text/html", fs::read(page)?),
        _ => ("404 Not Found", "text/plain", b"There is no such file.\n".to_vec()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {}\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}
