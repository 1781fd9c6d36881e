use super::{commonjs, restartable};

const GLUE: &str = "export function call(a) {\n}\n\nlet cachedUint8ArrayMemory0 = null;\n\
    export function __wbg_set_wasm(val) {\n    wasm = val;\n}\n";

#[test]
fn glue_in_commonjs() {
    let text = commonjs(GLUE);
    assert!(text.starts_with("'use strict';\nfunction call(a)"));
    assert!(text.ends_with("\nmodule.exports = { call, __wbg_set_wasm };\n"));
}

#[test]
fn other_glue_is_noticed() {
    assert!(restartable(GLUE).is_ok());
    assert!(restartable(&GLUE.replace("val", "value")).is_err());
}
