//! The wasm module: the pure entry of the core for JavaScript hosts that load no addon.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

/// `bridge::call`: the request as JSON and file contents as bytes; the reply's JSON first, then its blobs.
#[wasm_bindgen]
pub fn call(request: &str, blobs: &Array) -> Array {
    // As they are: `Uint8Array::new` would copy them on the other side first.
    let blobs: Vec<Vec<u8>> =
        blobs.iter().map(|blob| blob.unchecked_into::<Uint8Array>().to_vec()).collect();
    let blobs: Vec<&[u8]> = blobs.iter().map(Vec::as_slice).collect();
    let mut entropy = [0; 64];
    // Where none may be drawn, as in a worker's global scope, the zeros say so: the core refuses only what needs some.
    if getrandom::fill(&mut entropy).is_err() {
        entropy.fill(0);
    }
    let reply = prepair_core::bridge::call(request, &blobs, entropy);
    let answer = Array::of1(&reply.json.into());
    for blob in &reply.blobs {
        answer.push(&Uint8Array::from(blob.as_slice()));
    }
    answer
}
