//! The vectors of tests/vectors/json5.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use prepair_core::json5::{Arrays, Document, Editor, Kind, Node, Syntax};
use serde_json::{Value, json};

fn vectors(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/json5").join(name);
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

fn syntax(vector: &Value) -> Syntax {
    if vector["syntax"] == "json" { Syntax::Json } else { Syntax::Json5 }
}

#[test]
fn texts_are_taken_or_refused() {
    for vector in vectors("parse.json") {
        let bytes = match vector["hex"].as_str() {
            Some(hex) => {
                let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                (0..hex.len()).step_by(2).map(digits).collect()
            }
            None => vector["input"].as_str().unwrap().as_bytes().to_vec(),
        };
        let result = match Document::parse(&bytes, syntax(&vector)) {
            Ok(_) => json!({"valid": true}),
            Err(e) => {
                json!({"valid": false, "line": e.line, "column": e.column, "expected": e.expected})
            }
        };
        for (field, value) in result.as_object().unwrap() {
            assert_eq!(*value, vector[field], "{}: {field}", vector["name"]);
        }
    }
}

#[test]
fn edits_change_only_what_they_mean() {
    for vector in vectors("edit.json") {
        let name = &vector["name"];
        let input = vector["input"].as_str().unwrap();
        let doc = Document::parse(input.as_bytes(), syntax(&vector)).unwrap();
        let steps = vector["at"].as_array().cloned().unwrap_or_default();
        let at = steps
            .iter()
            .fold(doc.root(), |node, key| doc.get(node, key.as_str().unwrap()).unwrap().value);
        let mut editor = Editor::new(&doc);
        let mut changes = Value::Null;
        for edit in vector["edits"].as_array().unwrap() {
            if let Some(key) = edit["set"].as_str() {
                editor.set(at, key, &edit["value"]);
            } else if let Some(key) = edit["remove"].as_str() {
                assert!(editor.remove(at, key), "{name}");
            } else if let Some(keys) = edit["removeMembers"].as_array() {
                editor.remove_members(at, |member| keys.iter().any(|key| *key == *member.key));
            } else if let Some(values) = edit["push"].as_array() {
                editor.push(at, values);
            } else {
                let arrays =
                    if edit["arrays"] == "union" { Arrays::Union } else { Arrays::Replace };
                changes = json!(editor.merge(at, &edit["merge"], arrays));
            }
        }
        let output = editor.finish().map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(output.as_deref(), vector["output"].as_str(), "{name}");
        if vector.get("changes").is_some() {
            assert_eq!(changes, vector["changes"], "{name}");
        }
    }
}

#[test]
fn errors_show_nothing_of_a_string() {
    for text in ["{\"token\": \"s\u{1}ecret\"}", "[\"\\qsecret\"]", "[\"secret", "\"\\ud8secret"] {
        let error = Document::parse(text.as_bytes(), Syntax::Json).unwrap_err();
        assert_eq!(error.found, None, "{text}");
        assert!(!error.to_string().contains("secret"), "{text}");
    }
    let error = Document::parse(b"{a: b}", Syntax::Json5).unwrap_err();
    assert_eq!(error.to_string(), "expected a value, found 'b'");
    let error = Document::parse(b"{", Syntax::Json5).unwrap_err();
    assert_eq!(error.to_string(), "expected a key or '}', but the file ends");
}

#[test]
fn values_that_no_rust_string_can_hold() {
    let text = r#"{"\ud800": 1, "a": "\udc00", "b": "\ud83d\ude00", "c": NaN, "c": 2}"#;
    let doc = Document::parse(text.as_bytes(), Syntax::Json5).unwrap();
    let first = doc.members(doc.root()).next().unwrap();
    assert_eq!((first.key.as_ref(), first.exact), ("\u{fffd}", false));
    assert!(doc.get(doc.root(), "\u{fffd}").is_none());
    assert_eq!(doc.string(doc.get(doc.root(), "a").unwrap().value), None);
    assert_eq!(doc.string(doc.get(doc.root(), "b").unwrap().value).as_deref(), Some("😀"));
    assert_eq!(doc.value(doc.root()), None);
    assert_eq!(doc.value(doc.get(doc.root(), "c").unwrap().value), Some(json!(2)));
    let hidden = Document::parse(br#"{"c": NaN, "c": 2}"#, Syntax::Json5).unwrap();
    assert_eq!(hidden.value(hidden.root()), Some(json!({"c": 2})));
}

#[test]
fn a_foreign_node_is_harmless() {
    let doc = Document::parse("{\"é\": [1]}".as_bytes(), Syntax::Json).unwrap();
    for kind in [Kind::Object, Kind::Array, Kind::String, Kind::Number] {
        for (start, end) in [(0, 0), (3, 5), (3, 2), (99, 100), (usize::MAX - 1, usize::MAX)] {
            let node = Node { start, end, kind };
            let _ = (doc.raw(node), doc.string(node), doc.number(node), doc.value(node));
            let _ = (doc.members(node).count(), doc.elements(node).count());
            assert!(doc.get(node, "a").is_none());
        }
    }
    assert_eq!(doc.line_column(usize::MAX), (1, 11));
}
