//! `patchConfig`: includes, what is refused, and what a new config holds.

use prepair_core::base::json5::{Document, Syntax};
use serde_json::{Value, json};

use crate::kit::{Disk, code};

/// Changes nothing but what `merge` says.
fn merge(patch: Value) -> Value {
    json!({ "trustedProxies": false, "merge": patch })
}

/// The config after a patch; the old text where it stays.
fn patched(disk: &Disk, options: Value) -> Value {
    let plan = disk.plan("patchConfig", options);
    assert_eq!(code(&plan), "", "{plan}");
    plan["steps"].get(0).map_or(Value::Null, |step| step["content"].clone())
}

fn sound() -> Disk {
    Disk::new("2026.4.15").config(
        "{ gateway: { mode: 'local', $include: 'g.json' }, $include: ['a.json', './b.json'] }",
    )
}

/// `$include` of src/config/includes.ts: a name or a list of them, in any object, relative to the file that holds it.
#[test]
fn included_files_are_asked_for() {
    let wanted = |patch: Value| {
        let mut wanted = sound().wanted("patchConfig", merge(patch));
        wanted.retain(|path| {
            path.ends_with("a.json") || path.ends_with("b.json") || path.ends_with("g.json")
        });
        wanted
    };
    assert_eq!(wanted(json!({ "agents": {} })), ["/s/a.json", "/s/b.json"]);
    assert_eq!(
        wanted(json!({ "gateway": { "port": 1 } })),
        ["/s/a.json", "/s/b.json", "/s/g.json"]
    );
    // What is no object has no includes.
    assert_eq!(wanted(json!({ "agents": 1 })), ["/s/a.json", "/s/b.json"]);
    // An edit has nothing to do with what stands in elements of arrays; a diagnosis looks at the whole.
    let disk = Disk::new("2026.4.15")
        .config("{ gateway: { mode: 'local', $include: 'g.json' } }")
        .file("/s/g.json", "{ list: [{ $include: 'a.json' }] }");
    let names = |operation: &str, options: Value| {
        disk.wanted(operation, options).iter().any(|path| path == "/s/a.json")
    };
    assert!(!names("patchConfig", merge(json!({ "gateway": { "port": 1 } }))));
    assert!(names("diagnose", json!({})));
}

#[test]
fn what_an_include_gives_is_not_written_again() {
    let disk = Disk::new("2026.4.15")
        .config("{ gateway: { mode: 'local', $include: 'g.json' } }")
        .file("/s/g.json", "{ port: 1, trustedProxies: ['10.0.0.1'] }");
    let same = merge(json!({ "gateway": { "port": 1, "trustedProxies": ["10.0.0.1"] } }));
    assert_eq!(patched(&disk, same), Value::Null);
    // OpenClaw joins the arrays of an include and of what stands beside it.
    let more = merge(json!({ "gateway": { "trustedProxies": ["10.0.0.1", "10.0.0.2"] } }));
    let text = patched(&disk, more);
    assert!(
        text.as_str().unwrap().contains("10.0.0.2") && !text.as_str().unwrap().contains("10.0.0.1"),
        "{text}"
    );
    let refused = disk.plan("patchConfig", merge(json!({ "gateway": { "port": 2 } })));
    assert_eq!(code(&refused), "CONFIG_INCLUDE");
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("gateway.port comes from /s/g.json")
    );
}

/// `deepMerge(included, rest)` of src/config/includes.ts: of two scalars that of the sibling counts, lists are joined.
#[test]
fn what_stands_beside_an_include_wins() {
    const SAME: &str = "same";
    const REFUSED: &str = "CONFIG_INCLUDE";
    let included = "{ gateway: { port: 2, list: [1], deep: { x: 1 }, one: 1, none: null } }";
    for (beside, patch, replace, expected) in [
        ("port: 3", json!({ "port": 3 }), false, SAME),
        ("port: 3", json!({ "port": 4 }), false, "port: 4"),
        ("port: 3", json!({ "port": 2 }), false, "port: 2"),
        ("port: 2", json!({ "port": 2 }), false, SAME),
        ("port: { a: 1 }", json!({ "port": 4 }), false, "port: 4"),
        ("none: 1", json!({ "none": true }), false, "none: true"),
        ("port: 3", json!({ "port": null }), false, REFUSED),
        ("", json!({ "port": 4 }), false, REFUSED),
        ("", json!({ "port": 2 }), false, SAME),
        ("deep: { x: 2 }", json!({ "deep": { "x": 3 } }), false, "deep: { x: 3 }"),
        ("deep: 'text'", json!({ "deep": { "x": 1 } }), false, REFUSED),
        ("deep: 'text'", json!({ "deep": "other" }), false, "deep: \"other\""),
        ("one: { x: 1 }", json!({ "one": { "x": 2 } }), false, REFUSED),
        ("list: [2]", json!({ "list": [1, 2] }), false, SAME),
        ("list: [2]", json!({ "list": [3] }), false, "list: [2, 3]"),
        ("list: 'text'", json!({ "list": [1] }), false, "list: []"),
        ("one: [2]", json!({ "one": [2, 3] }), false, "one: [2, 3]"),
        ("list: [2]", json!({ "list": [1, 2] }), true, SAME),
        ("list: [2]", json!({ "list": [1, 3] }), true, "list: [3]"),
        ("list: [2]", json!({ "list": [1] }), true, "list: []"),
        ("list: [2]", json!({ "list": [2] }), true, REFUSED),
        ("", json!({ "list": [1] }), true, SAME),
        ("", json!({ "list": [2] }), true, REFUSED),
        ("one: [2]", json!({ "one": [3] }), true, "one: [3]"),
    ] {
        let config = |beside: &str| {
            format!("{{ $include: 'b.json', gateway: {{ mode: 'local', {beside} }} }}")
        };
        let disk = Disk::new("2026.4.15").config(config(beside)).file("/s/b.json", included);
        let mut options = merge(json!({ "gateway": patch }));
        options["arrays"] = if replace { "replace" } else { "union" }.into();
        let plan = disk.plan("patchConfig", options);
        let text = plan["steps"][0]["content"].as_str();
        match expected {
            REFUSED => assert_eq!(code(&plan), REFUSED, "{beside} {patch}"),
            SAME => assert_eq!((code(&plan), text), ("", None), "{beside} {patch}"),
            now => {
                let value = |text: &str| {
                    let document = Document::parse(text.as_bytes(), Syntax::Json5).unwrap();
                    document.value(document.root())
                };
                let text = text.unwrap_or_else(|| panic!("{beside} {patch} {plan}"));
                assert_eq!(value(text), value(&config(now)), "{beside} {patch}");
            }
        }
    }
}

/// A ConfigMap of Kubernetes: `base.json` -> `..data/base.json`, `..data` -> a folder.
#[test]
fn a_link_that_stays_in_the_folder_of_the_config_is_followed() {
    let at = |real: &str| json!({ "mode": 0o777, "uid": 0, "nlink": 1, "real": real });
    let disk = |stats: Option<Value>| {
        let mut disk = Disk::new("2026.4.15")
            .config("{ $include: ['c/base.json', 'c/more.json'], gateway: { mode: 'local' } }")
            .file("/s/c/.1/base.json", "{ gateway: { port: 1, $include: 'net.json' } }")
            .file("/s/c/.1/more.json", "{ gateway: { bind: 'lan' } }")
            .file("/s/c/.1/net.json", "{ list: [1] }");
        disk.links = ["base", "more", "net"].map(|name| format!("/s/c/{name}.json")).to_vec();
        disk.stats = stats.map(|stats| stats.as_object().unwrap().clone());
        disk
    };
    let stats = |root: &str, net: &str| {
        let mut stats = json!({ "/s": at(root) });
        for name in ["base", "more"] {
            stats[format!("/s/c/{name}.json")] = at(&format!("{root}/c/.1/{name}.json"));
        }
        stats["/s/c/net.json"] = at(net);
        Some(stats)
    };
    let same =
        || merge(json!({ "gateway": { "port": 1, "bind": "lan", "list": [1], "mode": "local" } }));
    for root in ["/s", "/really/s", ""] {
        let disk = disk(stats(root, &format!("{root}/c/.1/net.json")));
        assert_eq!(patched(&disk, same()), Value::Null, "{root}");
    }
    // Out of the folder, to nowhere, to another link; and where nobody can tell.
    for stats in [
        stats("/s", "/t/net.json"),
        stats("/s", "/so/net.json"),
        stats("/s", "/s/c/net.json"),
        Some(json!({ "/s": at("/s") })),
        Some(json!({})),
        None,
    ] {
        let plan = disk(stats).plan("patchConfig", same());
        assert_eq!(code(&plan), "NOT_A_FILE", "{plan}");
    }
}

/// A patch of an object replaces what is no object, and stays as it is, empty objects too.
#[test]
fn what_is_no_object_is_replaced_by_one() {
    let patch = || json!({ "agents": { "list": { "a": {}, "b": { "c": 1 } } } });
    for old in ["1", "'text'", "null", "[{ a: 1 }]"] {
        let disk = Disk::new("2026.4.15")
            .config(format!("{{ agents: {{ list: {old} }}, gateway: {{ $include: 'g.json' }} }}"))
            .file("/s/g.json", "{ mode: 'local' }");
        let text = patched(&disk, merge(patch()));
        let text = text.as_str().unwrap();
        let document = Document::parse(text.as_bytes(), Syntax::Json5).unwrap();
        let mut after = document.value(document.root()).unwrap();
        assert_eq!(json!(after["agents"].take()), patch()["agents"], "{old} {text}");
    }
}

#[test]
fn a_directive_of_another_shape_is_refused() {
    for (directive, expected) in [
        ("'a.json'", ""),
        ("['a.json']", ""),
        ("[]", ""),
        ("['a.json', 1]", "CONFIG_INCLUDE"),
        ("1", "CONFIG_INCLUDE"),
        ("{}", "CONFIG_INCLUDE"),
        ("null", "CONFIG_INCLUDE"),
    ] {
        let disk = Disk::new("2026.4.15")
            .config(format!("{{ $include: {directive}, gateway: {{ mode: 'local' }} }}"))
            .file("/s/a.json", "{}");
        let plan = disk.plan("patchConfig", merge(json!({ "gateway": { "port": 1 } })));
        assert_eq!(code(&plan), expected, "{directive}");
    }
}

/// MAX_INCLUDE_DEPTH 10 and MAX_INCLUDE_FILE_BYTES 2097152 of src/config/includes.ts: the tenth file is still read, and
/// one of exactly so many bytes.
#[test]
fn limits_of_includes() {
    let nested = |depth: usize| {
        let mut disk =
            Disk::new("2026.4.15").config("{ gateway: { mode: 'local' }, $include: '1.json' }");
        for at in 1..=depth {
            let next =
                if at == depth { String::new() } else { format!("$include: '{}.json'", at + 1) };
            disk = disk.file(&format!("/s/{at}.json"), format!("{{ {next} }}"));
        }
        code(&disk.plan("patchConfig", merge(json!({ "a": 1 })))).to_owned()
    };
    assert_eq!(nested(9), "");
    assert_eq!(nested(10), "");
    assert_eq!(nested(11), "CONFIG_INCLUDE");
    let large = |bytes: usize| {
        let disk = Disk::new("2026.4.15")
            .config("{ gateway: { mode: 'local' }, $include: 'large.json' }")
            .file("/s/large.json", format!("{{}}{}", " ".repeat(bytes - 2)));
        code(&disk.plan("patchConfig", merge(json!({ "a": 1 })))).to_owned()
    };
    assert_eq!(large(2_097_152), "");
    assert_eq!(large(2_097_153), "CONFIG_INCLUDE");
}

/// A gateway does not start with a trustedProxies that is no array; only a patch that replaces it mends that.
#[test]
fn trusted_proxies_of_another_shape() {
    let disk =
        Disk::new("2026.4.15").config("{ gateway: { mode: 'local', trustedProxies: '10.0.0.1' } }");
    let list = json!({ "gateway": { "trustedProxies": ["10.0.0.2"] } });
    for (options, expected) in [
        (merge(list.clone()), ""),
        (merge(json!({ "gateway": { "trustedProxies": null } })), ""),
        (merge(json!({ "a": 1 })), "SHAPE"),
        (json!({ "trustedProxies": "private", "merge": list }), "SHAPE"),
        (json!({ "trustedProxies": ["10.0.0.2"] }), "SHAPE"),
        (json!({}), "SHAPE"),
    ] {
        assert_eq!(code(&disk.plan("patchConfig", options.clone())), expected, "{options}");
    }
    let other = Disk::new("2026.4.15").config("{ gateway: { mode: 'local', trustedProxies: [] } }");
    assert_eq!(code(&other.plan("patchConfig", merge(json!({ "a": 1 })))), "");
}

/// A config that was not there holds what a gateway needs to start, and no array holds an element twice.
#[test]
fn a_new_config() {
    let disk = Disk::new("2026.4.15");
    let patch = json!({ "a": { "b": [1, 1, 2] }, "c": [[1], [1]], "d": {}, "e": { "f": null } });
    let plan = disk.plan("patchConfig", merge(patch.clone()));
    let written: Value =
        serde_json::from_str(plan["steps"][0]["content"].as_str().unwrap()).unwrap();
    assert_eq!(
        written,
        json!({ "gateway": { "mode": "local" }, "a": { "b": [1, 2] }, "c": [[1]], "d": {}, "e": {} })
    );
    let edits: Vec<&str> = plan["report"]["edits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| edit["path"].as_str().unwrap())
        .collect();
    assert_eq!(edits, ["gateway.mode", "a.b", "c", "d", "e"]);
    let replace = json!({ "trustedProxies": false, "merge": patch, "arrays": "replace" });
    let written: Value = serde_json::from_str(patched(&disk, replace).as_str().unwrap()).unwrap();
    assert_eq!(written["a"]["b"], json!([1, 1, 2]));
}

/// src/config/io.ts reverts an edit from 512 bytes on that leaves less than half; just half is left alone.
#[test]
fn an_edit_that_openclaw_would_revert() {
    for (old, new, expected) in [
        (600, 299, "CONFIG_REVERT"),
        (600, 300, ""),
        (600, 301, ""),
        (512, 255, "CONFIG_REVERT"),
        (511, 100, ""),
    ] {
        // The value of `b` and its quotes go; the rest is as long as is wanted.
        let frame = "{\"gateway\":{\"mode\":\"local\"},\"a\":\"\",\"b\":\"\"}".len();
        let after = "{\"gateway\":{\"mode\":\"local\"},\"a\":\"\"}".len();
        let a = new - after;
        let text = format!(
            "{{\"gateway\":{{\"mode\":\"local\"}},\"a\":\"{}\",\"b\":\"{}\"}}",
            "x".repeat(a),
            "x".repeat(old - frame - a)
        );
        assert_eq!(text.len(), old);
        let plan =
            Disk::new("2026.6.11").config(&text).plan("patchConfig", merge(json!({ "b": null })));
        assert_eq!(code(&plan), expected, "{old} {new}");
        if expected.is_empty() {
            assert_eq!(plan["steps"][0]["content"].as_str().unwrap().len(), new);
        }
    }
}
