//! Changes that one editor collects, and where they are written: what the vectors do not tell apart.

use prepair_core::base::json::Value;
use prepair_core::base::json5::{Action, Arrays, Change, Document, Editor, Node, Syntax, parse};

/// A value as the core has it.
macro_rules! json {
    ($($value:tt)*) => { prepair_core::base::json::json(&serde_json::json!($($value)*)) };
}

/// The text after some changes; `None` where nothing changes. They get the root and the value of `a`.
fn edited(text: &str, changes: impl FnOnce(&mut Editor<'_, '_>, Node, Node)) -> Option<String> {
    let doc = Document::parse(text.as_bytes(), Syntax::Json5).unwrap();
    let root = doc.root();
    let inner = doc.get(root, "a").map_or(root, |member| member.value);
    let mut editor = Editor::new(&doc);
    changes(&mut editor, root, inner);
    editor.finish().map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn what_is_replaced_or_removed_takes_the_changes_inside_with_it() {
    let text = "{ a: { b: 1 } }";
    let inside_last = edited(text, |editor, root, a| {
        editor.set(root, "a", &json!(5));
        editor.set(a, "x", &json!(1));
        editor.set(a, "b", &json!(2));
    });
    assert_eq!(inside_last.as_deref(), Some("{ a: 5 }"));
    let inside_first = edited(text, |editor, root, a| {
        editor.set(a, "x", &json!(1));
        editor.set(root, "a", &json!(5));
    });
    assert_eq!(inside_first.as_deref(), Some("{ a: 5 }"));
    let back_again = edited(text, |editor, root, a| {
        editor.set(a, "x", &json!(1));
        editor.set(a, "b", &json!(2));
        editor.set(root, "a", &json!({ "b": 1 }));
    });
    assert_eq!(back_again, None);
    let removed = edited("{ a: { b: 1 }, c: 2 }", |editor, root, a| {
        editor.set(a, "x", &json!(1));
        assert!(editor.remove(root, "a"));
    });
    assert_eq!(removed.as_deref(), Some("{ c: 2 }"));
}

#[test]
fn what_is_not_there_is_not_removed_and_what_is_no_array_takes_no_element() {
    let kept = edited("{ a: {} }", |editor, root, a| {
        editor.set(root, "x", &json!(1));
        assert!(!editor.remove(root, "y"));
        assert!(editor.remove(root, "x"));
        editor.push(a, &[json!(1)]);
        editor.push(root, &[]);
        editor.set(Node { kind: prepair_core::base::json5::Kind::Array, ..a }, "x", &json!(1));
    });
    assert_eq!(kept, None);
}

/// A value that holds more than the new one is another value.
#[test]
fn a_value_is_the_same_only_with_the_same_members() {
    for (text, value, expected) in [
        ("{a: {b: 1, c: 2}}", json!({ "b": 1 }), Some("{a: {\"b\": 1}}")),
        ("{a: {b: 1}}", json!({ "b": 1, "c": 2 }), Some("{a: {\"b\": 1, \"c\": 2}}")),
        ("{a: {b: 1, c: 2}}", json!({ "c": 2.0, "b": 1 }), None),
        ("{a: {b: 0, b: 1}}", json!({ "b": 1 }), None),
        ("{a: [1, 2]}", json!([1]), Some("{a: [1]}")),
        ("{a: [1]}", json!([1, 2]), Some("{a: [1, 2]}")),
        ("{a: [1, 2]}", json!([1.0, 2.0]), None),
        ("{a: true}", json!(false), Some("{a: false}")),
        ("{a: true}", json!(true), None),
        ("{a: '1'}", json!(1), Some("{a: 1}")),
    ] {
        let found = edited(text, |editor, root, _| editor.set(root, "a", &value));
        assert_eq!(found.as_deref(), expected, "{text} {value:?}");
    }
}

/// The rules at the head of src/json5/edit.rs, where the vectors have no case.
#[test]
fn where_changes_are_written() {
    let set = |key: &'static str| {
        move |editor: &mut Editor<'_, '_>, root: Node| editor.set(root, key, &json!(3))
    };
    for (text, removed, added, expected) in [
        // the indent is that of the first member
        ("{\n  a: 1,\n      b: 2\n}", "", "c", "{\n  a: 1,\n      b: 2,\n  \"c\": 3\n}"),
        ("{ a: 1,\n    b: 2 }", "", "c", "{ a: 1,\n    b: 2,\n    \"c\": 3 }"),
        // spaces on one line are those behind the colon, or the comma
        ("{ a: 1 }", "", "c", "{ a: 1, \"c\": 3 }"),
        ("{ a:1 }", "", "c", "{ a:1,\"c\":3 }"),
        ("{ a :1 }", "", "c", "{ a :1,\"c\":3 }"),
        ("{ a : 1 }", "", "c", "{ a : 1, \"c\": 3 }"),
        ("{ a:1, b:2 }", "", "c", "{ a:1, b:2, \"c\": 3 }"),
        ("{ a: 1,b: 2 }", "", "c", "{ a: 1,b: 2,\"c\":3 }"),
        // comments around what goes stay, once
        ("{ /* x */ a: 1 }", "a", "c", "{ /* x */ \"c\": 3 }"),
        ("{ a: 1 }", "a", "c", "{ \"c\": 3 }"),
        ("{a: 1, /* x */  b: 2}", "b", "", "{a: 1 /* x */}"),
        ("{a: 1,  b: 2}", "b", "", "{a: 1}"),
        ("{a: 1, b: 2 /* x */}", "b", "", "{a: 1 /* x */}"),
        ("{\n  a: 1,\n  // x\n  b: 2\n}", "b", "", "{\n  a: 1\n  // x\n}"),
    ] {
        let found = edited(text, |editor, root, _| {
            if !removed.is_empty() {
                assert!(editor.remove(root, removed), "{text}");
            }
            if !added.is_empty() {
                set(added)(editor, root);
            }
        });
        assert_eq!(found.as_deref(), Some(expected), "{text}");
    }
}

fn change(path: &str, action: Action) -> Change {
    Change { path: path.into(), action }
}

/// Merges of one editor build upon each other: what the first one gave is what the second one finds.
#[test]
fn merges_build_upon_each_other() {
    use Action::{Added, Removed, Replaced};
    for (first, second, arrays, expected, changes) in [
        (
            json!({ "a": [1] }),
            json!({ "a": [1, 2] }),
            Arrays::Union,
            "{\"a\":[1,2]}",
            vec![change("a", Added)],
        ),
        (json!({ "a": [1] }), json!({ "a": [1] }), Arrays::Union, "{\"a\":[1]}", vec![]),
        (
            json!({ "a": [1] }),
            json!({ "a": [2] }),
            Arrays::Replace,
            "{\"a\":[2]}",
            vec![change("a", Replaced)],
        ),
        (json!({ "a": [1] }), json!({ "a": [1] }), Arrays::Replace, "{\"a\":[1]}", vec![]),
        (json!({ "a": 1 }), json!({ "a": 1.0 }), Arrays::Union, "{\"a\":1}", vec![]),
        (
            json!({ "a": 1 }),
            json!({ "a": 2 }),
            Arrays::Union,
            "{\"a\":2}",
            vec![change("a", Replaced)],
        ),
        (
            json!({ "a": { "b": 1 } }),
            json!({ "a": { "b": null } }),
            Arrays::Union,
            "{\"a\":{}}",
            vec![change("a.b", Removed)],
        ),
        (
            json!({ "a": { "b": 1 } }),
            json!({ "a": { "c": null } }),
            Arrays::Union,
            "{\"a\":{\"b\":1}}",
            vec![],
        ),
        (
            json!({ "a": { "b": 1 } }),
            json!({ "a": { "c": { "d": 2 } } }),
            Arrays::Union,
            "{\"a\":{\"b\":1,\"c\":{\"d\":2}}}",
            vec![change("a.c.d", Added)],
        ),
        (
            json!({ "a": { "b": [1] } }),
            json!({ "a": { "b": [2] } }),
            Arrays::Union,
            "{\"a\":{\"b\":[1,2]}}",
            vec![change("a.b", Added)],
        ),
        (json!({ "a": 1 }), json!({ "a": null }), Arrays::Union, "", vec![change("a", Removed)]),
    ] {
        let mut found = Vec::new();
        let text = edited("{}", |editor, root, _| {
            editor.merge(root, &first, arrays);
            found = editor.merge(root, &second, arrays);
        });
        assert_eq!(
            text.unwrap_or_default().replace([' ', '\n'], ""),
            expected,
            "{first:?} {second:?}"
        );
        assert_eq!(found, changes, "{first:?} {second:?}");
    }
    // Elements that the first one appended to an array of the document are not appended again.
    let text = edited("{a:[1]}", |editor, root, _| {
        editor.merge(root, &json!({ "a": [2] }), Arrays::Union);
        assert_eq!(editor.merge(root, &json!({ "a": [2.0] }), Arrays::Union), []);
        assert_eq!(editor.merge(root, &json!({ "a": [3] }), Arrays::Union), [change("a", Added)]);
    });
    assert_eq!(text.as_deref(), Some("{a:[1,2,3]}"));
}

/// No element twice: numbers are equal by value, objects whatever the order of their keys.
#[test]
fn elements_that_are_the_same() {
    for (items, expected) in [
        (json!([1, 1.0, 2, "1", true]), json!([1, 2, "1", true])),
        (json!([[1], [1.0], [1, 2], [2]]), json!([[1], [1, 2], [2]])),
        (
            json!([{ "a": 1, "b": 2 }, { "b": 2.0, "a": 1 }, { "a": 1 }, { "a": 1, "c": 2 }]),
            json!([{ "a": 1, "b": 2 }, { "a": 1 }, { "a": 1, "c": 2 }]),
        ),
        (json!([{ "a": 1 }, { "a": 1, "b": 2 }]), json!([{ "a": 1 }, { "a": 1, "b": 2 }])),
        (json!([null, null, {}, []]), json!([null, {}, []])),
    ] {
        let text = edited("{}", |editor, root, _| {
            editor.merge(root, &json!({ "list": items }), Arrays::Union);
        });
        let found = parse(&text.unwrap()).unwrap();
        assert_eq!(found["list"], expected, "{items:?}");
    }
}

/// A patch that is no object takes the place of the whole document, and of nothing else.
#[test]
fn a_patch_that_is_no_object() {
    let merged = |text: &str, inside: bool, patch: Value, arrays: Arrays| {
        edited(text, |editor, root, a| {
            editor.merge(if inside { a } else { root }, &patch, arrays);
        })
    };
    assert_eq!(merged("[1]", false, json!([1, 2]), Arrays::Union).as_deref(), Some("[1, 2]"));
    assert_eq!(merged("[1]", false, json!([2]), Arrays::Union).as_deref(), Some("[1, 2]"));
    assert_eq!(merged("[1]", false, json!([2]), Arrays::Replace).as_deref(), Some("[2]"));
    assert_eq!(merged("[1]", false, json!([1]), Arrays::Replace), None);
    assert_eq!(merged("{ a: 1 }", false, json!(5), Arrays::Union).as_deref(), Some("5"));
    assert_eq!(merged("{ a: {} }", true, json!(5), Arrays::Union), None);
    assert_eq!(merged("{ a: [1] }", true, json!([2]), Arrays::Replace), None);
    assert_eq!(
        merged("{ a: [1] }", true, json!([2]), Arrays::Union).as_deref(),
        Some("{ a: [1, 2] }")
    );
}

/// A key that no Rust string can hold is not the one that is shown for it.
#[test]
fn a_key_with_half_a_pair_is_another_key() {
    let text = edited("{\"\\ud800\": 1}", |editor, root, _| {
        editor.merge(root, &json!({ "\u{fffd}": 2 }), Arrays::Union);
    });
    assert_eq!(text.as_deref(), Some("{\"\\ud800\": 1, \"\u{fffd}\": 2}"));
}

/// An empty object is filled in lines, unless something else stands open on its line.
#[test]
fn an_empty_object_behind_another_one() {
    let fill = |editor: &mut Editor<'_, '_>, _: Node, a: Node| editor.set(a, "x", &json!(1));
    for (text, expected) in [
        ("{\n  b: {}, a: {}\n}", "{\n  b: {}, a: {\n    \"x\": 1\n  }\n}"),
        ("{\n  b: [1], a: {}\n}", "{\n  b: [1], a: {\n    \"x\": 1\n  }\n}"),
        ("{ b: {}, a: {} }", "{ b: {}, a: {\"x\": 1} }"),
    ] {
        assert_eq!(edited(text, fill).as_deref(), Some(expected), "{text}");
    }
}
