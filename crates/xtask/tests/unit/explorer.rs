use super::{base64, linked, resolved};

#[test]
fn requires_are_linked() {
    let source = "'use strict';\n\nconst { a } = require('../../p/lib/a.js');\n";
    let (out, names) = linked("explorer/src/main.js", source).unwrap();
    assert_eq!(out, "\nconst { a } = require('p/lib/a.js');\n");
    assert_eq!(names, ["p/lib/a.js"]);
    assert!(linked("a.js", "require('node:fs');").is_err());
    assert_eq!(resolved("a/b.js", "../../../c.js"), None);
}

#[test]
fn base64_as_everyone_writes_it() {
    assert_eq!(
        ["", "f", "fo", "foo", "foob"].map(|t| base64(t.as_bytes())),
        ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
    );
}
