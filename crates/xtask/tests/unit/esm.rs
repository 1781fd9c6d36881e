use super::module;

#[test]
fn a_module_in_both_systems() {
    let source = "'use strict';\n\nconst { a } = require('./x-y.js');\nconst { fits } = require('./fits.js');\nconst b = require('../r/z.js');\n\nmodule.exports = { a, b, fits };\n";
    let twin = "import __x_y_module from './x-y.mjs';\nconst { a } = __x_y_module;\nimport __fits_module from './fits.mjs';\nconst { fits } = __fits_module;\nimport b from '../r/z.mjs';\n\nexport default { a, b, fits };\n";
    assert_eq!(module(source).as_deref(), Ok(twin));
}

#[test]
fn what_it_cannot_translate_is_named() {
    assert!(module("const fs = require('node:fs');\n").is_err());
}
