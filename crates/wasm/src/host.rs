//! The JavaScript around the module.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The program that calls, what it throws caught there.
    pub type Host;

    /// How many contents the request refers to.
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn count(this: &Host) -> usize;

    /// One of them.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn content(this: &Host, index: usize) -> Vec<u8>;

    /// Takes a content of the reply, as it lies in this memory.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn give(this: &Host, content: &[u8]);

    /// Fills this with random bytes; whether it could.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn random(this: &Host, bytes: &mut [u8]) -> bool;

    /// Shows a content that the next question is about, as it lies in this memory.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn part(this: &Host, content: &[u8]);

    /// Asks: a word, and a JSON text; the answer is another one. Contents are in rooms.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn ask(this: &Host, what: &str, text: &str) -> String;
}
