//! The wasm module: the pure entry of the core, and the driver for hosts that have files and load no addon.

pub mod disk;

use js_sys::{Array, Uint8Array};
use prepair_core::bridge::Reply;
use prepair_host::{Asking, drive as driven};
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

use crate::disk::Host;

/// `bridge::call`: the request as JSON and file contents as bytes; the reply's JSON first, then its blobs.
#[wasm_bindgen]
pub fn call(request: &str, blobs: &Array) -> Array {
    with(blobs, |blobs, entropy| prepair_core::bridge::call(request, blobs, entropy))
}

/// `prepair_host::drive`: a whole call. `host` is asked for all that this cannot do.
#[wasm_bindgen]
pub fn drive(request: &str, blobs: &Array, host: &Host) -> Array {
    let mut caller = Asking(|what: &str, text: &str| Ok(host.ask(what, text)));
    with(blobs, |blobs, entropy| driven(host, &mut caller, request, blobs, entropy))
}

fn with(blobs: &Array, body: impl FnOnce(&[&[u8]], [u8; 64]) -> Reply) -> Array {
    // As they are: `Uint8Array::new` would copy them on the other side first.
    let blobs: Vec<Vec<u8>> =
        blobs.iter().map(|blob| blob.unchecked_into::<Uint8Array>().to_vec()).collect();
    let blobs: Vec<&[u8]> = blobs.iter().map(Vec::as_slice).collect();
    let mut entropy = [0; 64];
    // Where none may be drawn, as in a worker's global scope, the zeros say so: the core refuses only what needs some.
    if getrandom::fill(&mut entropy).is_err() {
        entropy.fill(0);
    }
    let reply = body(&blobs, entropy);
    let answer = Array::of1(&reply.json.into());
    for blob in &reply.blobs {
        answer.push(&Uint8Array::from(blob.as_slice()));
    }
    answer
}
