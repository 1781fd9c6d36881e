use super::{commonjs, restartable};

const GLUE: &str = "export function call(a) {\n}\n\nlet cachedDataViewMemory0 = null;\n\
    let cachedUint8ArrayMemory0 = null;\n\
    export function __wbg_set_wasm(val) {\n    wasm = val;\n}\n";

#[test]
fn glue_in_commonjs() {
    let text = commonjs(GLUE);
    assert!(text.starts_with("'use strict';\nfunction call(a)"));
    assert!(text.ends_with("\nmodule.exports = { call, __wbg_set_wasm };\n"));
}

#[test]
fn other_glue_is_noticed() {
    let glue = restartable(GLUE).expect("the glue that is written today");
    let forgets =
        "    wasm = val;\n    cachedDataViewMemory0 = null;\n    cachedUint8ArrayMemory0 = null;\n";
    assert!(glue.contains(forgets), "{glue}");
    assert!(restartable(&GLUE.replace("val", "value")).is_err());
}
