//! The vectors of tests/vectors/json5.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use prepair_core::base::json::json as ours;
use prepair_core::base::json5::{Arrays, Document, Editor, Kind, Node, Syntax, line, lines};
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
                editor.set(at, key, &ours(&edit["value"]));
            } else if let Some(key) = edit["remove"].as_str() {
                assert!(editor.remove(at, key), "{name}");
            } else if let Some(keys) = edit["removeMembers"].as_array() {
                editor.remove_members(at, |member| keys.iter().any(|key| *key == *member.key));
            } else if let Some(values) = ours(&edit["push"]).as_array() {
                editor.push(at, values);
            } else {
                let arrays =
                    if edit["arrays"] == "union" { Arrays::Union } else { Arrays::Replace };
                changes = json!(editor.merge(at, &ours(&edit["merge"]), arrays));
            }
        }
        let output = editor.finish().map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(output.as_deref(), vector["output"].as_str(), "{name}");
        if vector.get("changes").is_some() {
            assert_eq!(changes, vector["changes"], "{name}");
        }
    }
}

/// tests/vectors/json5/random.json: what npm json5 and JSON.parse made of small random documents.
#[test]
fn random_documents_are_read_and_edited_as_npm_json5_reads_them() {
    for vector in vectors("random.json") {
        let text = vector["text"].as_str().unwrap();
        let json = Document::parse(text.as_bytes(), Syntax::Json).is_ok();
        assert_eq!(json, vector["json"], "JSON: {text:?}");
        let doc = Document::parse(text.as_bytes(), Syntax::Json5);
        assert_eq!(doc.is_ok(), vector["json5"], "JSON5: {text:?}");
        let Ok(doc) = doc else { continue };
        assert_eq!(line(&doc.value(doc.root()).unwrap()), vector["value"], "{text:?}");
        let mut editor = Editor::new(&doc);
        let arrays = if vector["arrays"] == "union" { Arrays::Union } else { Arrays::Replace };
        let changes = editor.merge(doc.root(), &ours(&vector["patch"]), arrays);
        let edited = editor.finish().map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(edited.as_deref(), vector["edited"].as_str(), "{text:?} {}", vector["patch"]);
        assert_eq!(edited.is_some(), !changes.is_empty(), "{text:?} {changes:?}");
    }
}

/// Number::toString of ECMAScript, on numbers whose spelling serde_json has otherwise; by node.
#[test]
fn numbers_are_written_as_javascript_writes_them() {
    for (value, expected) in [
        (json!(0), "0"),
        (json!(-0.0), "0"),
        (json!(1.0), "1"),
        (json!(-1.5), "-1.5"),
        (json!(100.25), "100.25"),
        (json!(9_007_199_254_740_991_u64), "9007199254740991"),
        (json!(9_007_199_254_740_993_u64), "9007199254740992"),
        (json!(u64::MAX), "18446744073709552000"),
        (json!(i64::MIN), "-9223372036854776000"),
        (json!(123_456_789_012_345_680_000.0), "123456789012345680000"),
        (json!(999_999_999_999_999_900_000.0), "999999999999999900000"),
        (json!(1e20), "100000000000000000000"),
        (json!(1e21), "1e+21"),
        (json!(1.2e21), "1.2e+21"),
        (json!(0.1), "0.1"),
        (json!(0.000_001), "0.000001"),
        (json!(0.000_001_25), "0.00000125"),
        (json!(1e-7), "1e-7"),
        (json!(1.25e-7), "1.25e-7"),
        (json!(5e-324), "5e-324"),
        (json!(-1.797_693_134_862_315_7e308), "-1.7976931348623157e+308"),
    ] {
        assert_eq!(line(&ours(&value)), expected, "{value}");
    }
}

/// Number of npm json5 on spellings that JSON does not have; what falls off a long hexadecimal one rounds to even.
#[test]
fn numbers_are_read_as_javascript_reads_them() {
    for (text, expected) in [
        ("+5", 5.0),
        ("-0x10", -16.0),
        ("0XfF", 255.0),
        (".5", 0.5),
        ("-.5e1", -5.0),
        ("5.", 5.0),
        ("5.e1", 50.0),
        ("1e999", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
        // 2^53 + 1 lies between two numbers; the even one is taken, unless anything follows
        ("0x20000000000001", 9_007_199_254_740_992.0),
        (
            "0x200000000000010000000000000000",
            9_007_199_254_740_992.0 * 18_446_744_073_709_551_616.0,
        ),
        (
            "0x200000000000010000000000000001",
            9_007_199_254_740_994.0 * 18_446_744_073_709_551_616.0,
        ),
        // 0x81 and more is above the half of the last place, though what follows is cut off
        ("0x10000000000000811", 18_446_744_073_709_555_712.0),
        ("0x10000000000000000", 18_446_744_073_709_551_616.0),
        ("0x123456789abcdef0123456789", 90_144_042_682_896_311_822_508_713_865.0),
    ] {
        let doc = Document::parse(text.as_bytes(), Syntax::Json5).unwrap();
        assert_eq!(doc.number(doc.root()), Some(expected), "{text}");
    }
    let doc = Document::parse(b"-NaN", Syntax::Json5).unwrap();
    assert!(doc.number(doc.root()).unwrap().is_nan());
    let doc = Document::parse(b"\"1\"", Syntax::Json5).unwrap();
    assert_eq!(doc.number(doc.root()), None);
}

/// JSON.stringify, with and without lines.
#[test]
fn values_are_written_as_javascript_writes_them() {
    let value = json!({ "a": [1, {}, []], "é\"\\": "\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}\u{2028}/" });
    assert_eq!(
        line(&ours(&value)),
        "{\"a\":[1,{},[]],\"é\\\"\\\\\":\"\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}\u{2028}/\"}"
    );
    assert_eq!(
        lines(&ours(&json!({ "a": [true, {}], "b": { "c": null } }))),
        "{\n  \"a\": [\n    true,\n    {}\n  ],\n  \"b\": {\n    \"c\": null\n  }\n}"
    );
}

/// serde_json's own limit of 128 levels.
#[test]
fn what_is_nested_too_deep_is_valid_but_not_copied() {
    for (depth, copied) in [(127, true), (128, true), (129, false), (100_000, false)] {
        let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let doc = Document::parse(text.as_bytes(), Syntax::Json).unwrap();
        assert_eq!(doc.value(doc.root()).is_some(), copied, "{depth}");
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
    assert_eq!(doc.value(doc.get(doc.root(), "c").unwrap().value), Some(ours(&2)));
    let hidden = Document::parse(br#"{"c": NaN, "c": 2}"#, Syntax::Json5).unwrap();
    assert_eq!(hidden.value(hidden.root()), Some(ours(&json!({"c": 2}))));
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

/// The first character that cannot stand there, counted by hand.
#[test]
fn errors_name_the_place_and_what_is_expected() {
    for (text, syntax, column, expected) in [
        ("[trux]", Syntax::Json, 5, "true"),
        ("[fals]", Syntax::Json, 6, "false"),
        ("[nul", Syntax::Json, 5, "null"),
        ("[Infinite]", Syntax::Json5, 9, "Infinity"),
        ("[-Infinity]", Syntax::Json, 3, "a digit"),
        ("[-NaN]", Syntax::Json, 3, "a digit"),
        ("[Infinity]", Syntax::Json, 2, "a value or ']'"),
        ("[1, NaN]", Syntax::Json, 5, "a value"),
        ("[1.e1]", Syntax::Json, 4, "a digit"),
        (".", Syntax::Json5, 2, "a digit"),
        ("-.e1", Syntax::Json5, 3, "a digit"),
        ("[1,.]", Syntax::Json5, 5, "a digit"),
        ("{a1:.}", Syntax::Json5, 6, "a digit"),
        ("[1 .5]", Syntax::Json5, 4, "',' or ']'"),
        ("[1e]", Syntax::Json5, 4, "a digit"),
        ("[1e+]", Syntax::Json5, 5, "a digit"),
        ("[0x1g]", Syntax::Json5, 5, "',' or ']'"),
        ("{a\\x: 1}", Syntax::Json5, 4, "'u' of an escaped character"),
        ("{a\\u00g1: 1}", Syntax::Json5, 7, "a hexadecimal digit"),
        ("{a\\u0020: 1}", Syntax::Json5, 3, "a character that may stand in a key"),
        ("{a 1}", Syntax::Json5, 4, "':'"),
        ("{a: 1 b: 2}", Syntax::Json5, 7, "',' or '}'"),
        ("{\"a\": 1,}", Syntax::Json, 9, "a key in double quotes"),
        ("['\\x4g']", Syntax::Json5, 6, "a hexadecimal digit"),
        ("['\\u12']", Syntax::Json5, 7, "a hexadecimal digit"),
        ("[\"\\q\"]", Syntax::Json, 4, "an escape such as \\n or \\u0041"),
        ("[1] /", Syntax::Json5, 6, "'/' or '*' of a comment"),
    ] {
        let error = Document::parse(text.as_bytes(), syntax).unwrap_err();
        assert_eq!((error.line, error.column, error.expected), (1, column, expected), "{text}");
    }
}

/// As editors count: a line ends with LF, CRLF or CR, a column is a UTF-16 code unit, a BOM takes none at the start alone.
#[test]
fn places_are_those_that_editors_show() {
    let text = "\u{feff}[1,\r\n\u{feff}2,\r3,\n\n\"😀\", 4]";
    let doc = Document::parse(text.as_bytes(), Syntax::Json5).unwrap();
    for (part, place) in [
        ("[", (1, 1)),
        ("1", (1, 2)),
        ("2", (2, 2)),
        ("3", (3, 1)),
        ("\"😀", (5, 1)),
        (" 4", (5, 6)),
    ] {
        assert_eq!(doc.line_column(text.find(part).unwrap()), place, "{part}");
    }
}
