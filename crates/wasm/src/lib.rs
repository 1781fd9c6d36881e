//! The wasm module: the pure entry of the core, and the driver for hosts that have files and load no addon.

pub mod disk;
pub mod host;

use prepair_core::bridge::Reply;
use prepair_host::{Asking, drive as driven};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::host::Host;

/// A third of the size of std's.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// `bridge::call`: the request as JSON, file contents as the host has them; the reply's JSON, its blobs given to the host.
#[wasm_bindgen]
pub fn call(request: &str, host: &Host) -> String {
    with(host, |blobs, entropy| prepair_core::bridge::call(request, blobs, entropy))
}

/// `prepair_host::drive`: a whole call. `host` is asked for all that this cannot do.
#[wasm_bindgen]
pub fn drive(request: &str, host: &Host) -> String {
    let mut caller = Asking(|what: &str, text: &str| Ok(host.ask(what, text)));
    with(host, |blobs, entropy| driven(host, &mut caller, request, blobs, entropy))
}

fn with(host: &Host, body: impl FnOnce(&[&[u8]], [u8; 64]) -> Reply) -> String {
    let blobs: Vec<Vec<u8>> = (0..host.count()).map(|index| host.content(index)).collect();
    let blobs: Vec<&[u8]> = blobs.iter().map(Vec::as_slice).collect();
    let mut entropy = [0; 64];
    // Where none may be drawn, as in a worker's global scope, the zeros say so: the core refuses only what needs some.
    if !host.random(&mut entropy) {
        entropy.fill(0);
    }
    let reply = body(&blobs, entropy);
    reply.blobs.iter().for_each(|blob| host.give(blob));
    reply.json
}
