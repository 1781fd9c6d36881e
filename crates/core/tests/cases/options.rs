//! Options: where the limits are, and what a wrong one is told.

use serde_json::{Value, json};

use crate::kit::{Disk, NOW, ask, call, code, keys};

fn plan(operation: &str, options: Value) -> Value {
    Disk::new("2026.4.15").plan(operation, options)
}

fn error(operation: &str, options: Value) -> String {
    let answer = plan(operation, options);
    let text = |name: &str| answer["error"][name].as_str().unwrap_or_default();
    format!("{} {}", text("message"), text("hint"))
}

/// Each option at both sides of its limits.
#[test]
fn limits() {
    let repeat = |text: &str, times: usize| json!(text.repeat(times));
    let scope = |length: usize| json!([format!("operator.{}", "a".repeat(length - 9))]);
    for (operation, name, value, expected) in [
        ("prePair", "now", json!(0), ""),
        ("prePair", "now", json!(8_999_999_999_999_999_i64), ""),
        ("prePair", "now", json!(9_000_000_000_000_000_i64), "OPTIONS"),
        ("prePair", "now", json!(-1), "OPTIONS"),
        ("prePair", "now", json!(1.5), "OPTIONS"),
        ("prePair", "now", json!("1"), "OPTIONS"),
        ("prePair", "stateDir", json!(""), "OPTIONS"),
        ("prePair", "stateDir", json!(" "), "OPTIONS"),
        ("prePair", "stateDir", json!("/a\0b"), "OPTIONS"),
        ("prePair", "configPath", json!("/a\0b"), "OPTIONS"),
        ("prePair", "openclawDir", json!(" "), "OPTIONS"),
        ("prePair", "openclawDir", json!("/a"), ""),
        ("prePair", "gatewayVersion", json!("auto"), ""),
        ("prePair", "gatewayVersion", json!("newest"), "VERSION"),
        ("prePair", "displayName", repeat("é", 200), ""),
        ("prePair", "displayName", repeat("é", 201), "OPTIONS"),
        ("prePair", "displayName", json!("  "), "OPTIONS"),
        ("prePair", "displayName", json!("a\u{7}b"), "OPTIONS"),
        ("prePair", "scopes", scope(128), ""),
        ("prePair", "scopes", scope(129), "OPTIONS"),
        ("prePair", "scopes", json!([]), "OPTIONS"),
        ("prePair", "scopes", json!([""]), "OPTIONS"),
        ("prePair", "scopes", json!(["operator.a b"]), "OPTIONS"),
        ("prePair", "scopes", json!(["operator.a_b:c-d*"]), ""),
        ("prePair", "scopes", json!(["node.invoke"]), "OPTIONS"),
        ("prePair", "scopes", json!("operator.read"), "OPTIONS"),
        ("prePair", "owner", json!({ "uid": 0, "gid": 4_294_967_294_u32 }), ""),
        ("prePair", "owner", json!({ "uid": 0, "gid": 4_294_967_295_u32 }), "OPTIONS"),
        ("prePair", "owner", json!({ "uid": -1, "gid": 0 }), "OPTIONS"),
        ("prePair", "owner", json!({ "uid": 0 }), "OPTIONS"),
        ("prePair", "owner", json!({ "uid": 0, "gid": 0, "pid": 0 }), "OPTIONS"),
        ("prePair", "owner", json!({ "uid": 0, "gud": 0 }), "OPTIONS"),
        ("prePair", "dryRun", json!(true), ""),
        ("prePair", "dryRun", json!(1), "OPTIONS"),
        ("prePair", "env", json!({ "A": null, "B": "b" }), ""),
        ("prePair", "env", json!({ "A": 1 }), "OPTIONS"),
        ("prePair", "onConflict", json!("refuse"), ""),
        ("prePair", "onConflict", json!("other"), "OPTIONS"),
        ("prePair", "pending", json!("some"), "OPTIONS"),
        ("prePair", "identity", json!("new"), ""),
        ("prePair", "identity", json!("old"), "OPTIONS"),
        ("prePair", "identity", json!({}), "OPTIONS"),
        ("prePair", "identity", json!({ "privateKeyPem": "x" }), "KEY"),
        (
            "prePair",
            "identity",
            json!({ "privateKeyPem": keys().private_pem().as_str(), "label": "x" }),
            "OPTIONS",
        ),
        ("clearPending", "deviceId", repeat("a", 256), ""),
        ("clearPending", "deviceId", repeat("a", 257), "OPTIONS"),
        ("clearPending", "deviceId", json!(""), "OPTIONS"),
        ("patchConfig", "trustedProxies", json!("sandbox"), ""),
        ("patchConfig", "trustedProxies", json!("private"), ""),
        ("patchConfig", "trustedProxies", json!(false), ""),
        ("patchConfig", "trustedProxies", json!(true), "OPTIONS"),
        ("patchConfig", "trustedProxies", json!("10.0.0.1"), "OPTIONS"),
        ("patchConfig", "trustedProxies", json!(["10.0.0.0/33"]), "PROXY"),
        ("patchConfig", "trustedProxies", json!(["0.0.0.0/0"]), "PROXY_ANY"),
        ("patchConfig", "proxyPeers", json!(["::/0"]), "PROXY_ANY"),
        ("patchConfig", "proxyPeers", json!("10.0.0.1"), "OPTIONS"),
        ("patchConfig", "merge", json!([]), "OPTIONS"),
        ("patchConfig", "merge", json!({ "gateway": { "trustedProxies": "10.0.0.1" } }), "PROXY"),
        ("patchConfig", "merge", json!({ "gateway": { "trustedProxies": ["x"] } }), "PROXY"),
        ("patchConfig", "merge", json!({ "gateway": { "trustedProxies": ["10.0.0.1"] } }), ""),
        ("patchConfig", "arrays", json!("replace"), ""),
        ("patchConfig", "arrays", json!("both"), "OPTIONS"),
        ("setup", "config", json!(false), ""),
        ("setup", "config", json!({}), ""),
        ("setup", "config", json!(true), "OPTIONS"),
        ("setup", "config", json!({ "proxy": 1 }), "OPTIONS"),
    ] {
        let answer = plan(operation, json!({ name: value }));
        assert_eq!(code(&answer), expected, "{operation} {name} {value}");
    }
    let any = plan(
        "patchConfig",
        json!({ "trustedProxies": ["0.0.0.0/0", "0.0.0.0/0"], "allowAny": true }),
    );
    let written: Value =
        serde_json::from_str(any["steps"][0]["content"].as_str().unwrap()).unwrap();
    assert_eq!(written["gateway"]["trustedProxies"], json!(["0.0.0.0/0"]));
}

/// What a device and an identity exclude, and what comes of the values that are taken.
#[test]
fn a_device_an_identity_and_names() {
    let device = |more: Value| {
        let mut device = json!({ "publicKey": keys().public_key() });
        device.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        device
    };
    for (options, expected) in [
        (json!({ "device": device(json!({})) }), ""),
        (json!({ "device": device(json!({})), "onConflict": "refuse" }), ""),
        (json!({ "device": device(json!({})), "onConflict": "replace" }), "OPTIONS"),
        (json!({ "device": device(json!({})), "identity": "new" }), "OPTIONS"),
        (json!({ "onConflict": "replace" }), ""),
        (json!({ "device": device(json!({ "displayName": "a" })), "displayName": "b" }), "OPTIONS"),
        (json!({ "device": {} }), "OPTIONS"),
        (json!({ "device": { "publicKey": "x" } }), "KEY"),
    ] {
        assert_eq!(code(&plan("prePair", options.clone())), expected, "{options}");
    }
    let name = |options: Value| {
        let plan = plan("prePair", options);
        let step = plan["steps"]
            .as_array()
            .unwrap()
            .iter()
            .find(|step| step["path"] == "/s/devices/paired.json")
            .unwrap()
            .clone();
        let store: Value = serde_json::from_str(step["content"].as_str().unwrap()).unwrap();
        store[plan["report"]["deviceId"].as_str().unwrap()]["displayName"].clone()
    };
    assert_eq!(name(json!({})), "openclaw-prepair");
    assert_eq!(name(json!({ "displayName": " Box " })), "Box");
    assert_eq!(name(json!({ "device": device(json!({ "displayName": "Phone" })) })), "Phone");
    assert_eq!(name(json!({ "device": device(json!({})), "displayName": "Box" })), "Box");
}

/// A source of entropy that gives nothing must not make a key or a token that everyone knows.
#[test]
fn entropy() {
    let with = |seed: u8, token: u8, options: Value| {
        let disk = Disk::new("2026.4.15").entropy(seed, token);
        code(&disk.plan("prePair", options)).to_owned()
    };
    let given = || json!({ "identity": { "privateKeyPem": keys().private_pem().as_str() } });
    assert_eq!(with(1, 2, json!({})), "");
    assert_eq!(with(0, 2, json!({})), "ENTROPY");
    assert_eq!(with(1, 0, json!({})), "ENTROPY");
    assert_eq!(with(0, 2, given()), "");
    assert_eq!(with(0, 0, given()), "ENTROPY");
    assert_eq!(with(0, 2, json!({ "identity": "new" })), "ENTROPY");
    assert_eq!(with(1, 2, json!({ "identity": "new" })), "");
    let mut short = Disk::new("2026.4.15");
    short.entropy = vec![1; 63];
    assert_eq!(code(&short.plan("prePair", json!({}))), "ENTROPY");
    // Where nothing new is made, none is needed.
    let created = Disk::new("2026.4.15")
        .file("/s/identity/device.json", &*keys().file(NOW))
        .plan("prePair", json!({}));
    let steps = created["steps"].as_array().unwrap();
    let store = steps.iter().find(|step| step["path"] == "/s/devices/paired.json").unwrap();
    let whole = Disk::new("2026.4.15")
        .file("/s/identity/device.json", &*keys().file(NOW))
        .file("/s/devices/paired.json", store["content"].as_str().unwrap());
    let again = whole.entropy(0, 0).plan("prePair", json!({}));
    assert_eq!(
        (again["steps"].clone(), again["report"]["paired"].clone()),
        (json!([]), json!("unchanged"))
    );
    // A key outside of any state dir.
    let reply = prepair_core::bridge::call("{\"fn\":\"newIdentity\"}", &[], [0; 64]);
    assert!(reply.json.contains("ERR_PREPAIR_ENTROPY"), "{}", reply.json);
}

/// Decision 10 of the design: 32 bytes or more, and not of obviously low variety.
#[test]
fn secrets_that_keys_are_derived_from() {
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    let text = |secret: &str, label: &str| json!({ "secret": secret, "label": label });
    // Seven different letters in no period; eight of them.
    let (seven, eight) = ("abcdefgacegbdfaabbccddeeffggbaebc", "abcdefgacegbdfaabbccddeeffggbaebh");
    for (options, expected) in [
        (text(&letters[..32], "a"), ""),
        (text(&letters[..31], "a"), "shorter than 32 bytes"),
        (text("", "a"), "shorter than 32 bytes"),
        (text(&letters[..32], ""), "1 to 256 bytes"),
        (text(&letters[..32], &"é".repeat(128)), ""),
        (text(&letters[..32], &"é".repeat(129)), "1 to 256 bytes"),
        (text(seven, "a"), "repeats itself"),
        (text(eight, "a"), ""),
        (text(&letters[..16].repeat(2), "a"), "repeats itself"),
        (text(&letters[..15].repeat(3), "a"), "repeats itself"),
        (text(&letters[..17].repeat(2), "a"), ""),
        (text(&"a".repeat(40), "a"), "repeats itself"),
        (json!({ "secret": letters }), "needs both"),
        (json!({ "label": letters }), "needs both"),
        (json!({ "secret": 5, "label": "a" }), "must be a string or a Uint8Array"),
    ] {
        let answer = ask(json!({ "fn": "newIdentity", "options": options }));
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(message.is_empty(), expected.is_empty(), "{options} {message}");
        assert!(message.contains(expected), "{options} {message}");
    }
    // Bytes are taken as random, unless all are the same.
    for (bytes, expected) in [
        ([[1; 16], [2; 16]].concat(), ""),
        (vec![1; 32], "SECRET"),
        (vec![], "SECRET"),
        ([[1; 16], [2; 16]].concat()[..31].to_vec(), "SECRET"),
    ] {
        let request =
            json!({ "fn": "newIdentity", "options": { "secret": { "$blob": 0 }, "label": "a" } });
        assert_eq!(code(&call(&request, &[&bytes]).0), expected, "{bytes:?}");
    }
}

/// A name that is nearly right is told the right one.
#[test]
fn misspelt_options() {
    for (name, near) in [
        ("statedir", Some("stateDir")),
        ("stateDirr", Some("stateDir")),
        ("sstateDir", Some("stateDir")),
        ("stateDi", Some("stateDir")),
        ("tateDir", Some("stateDir")),
        ("stteDir", Some("stateDir")),
        ("stateDor", Some("stateDir")),
        ("xtateDir", Some("stateDir")),
        ("stateDix", Some("stateDir")),
        ("tsateDir", Some("stateDir")),
        ("statDeir", Some("stateDir")),
        ("stateDri", Some("stateDir")),
        ("stateXXX", None),
        ("satteDri", None),
        ("stateDirs2", None),
        ("teDir", None),
        ("steDi", None),
        ("other", None),
    ] {
        let said = error("clearPending", json!({ name: 1 }));
        assert!(said.starts_with(&format!("There is no option \"{name}\".")), "{said}");
        match near {
            Some(near) => assert!(said.ends_with(&format!("Did you mean {near}?")), "{said}"),
            None => assert!(said.contains("Known here: stateDir, configPath, "), "{said}"),
        }
    }
    let inner = error("setup", json!({ "config": { "arays": "union" } }));
    assert!(
        inner.contains("There is no option \"config.arays\". Did you mean config.arrays?"),
        "{inner}"
    );
}

/// A text that may be a misplaced key or token is not shown; others are cut and made harmless.
#[test]
fn what_a_message_shows_of_a_text() {
    let shown = |text: &str| {
        let said = error("clearPending", json!({ text: 1 }));
        said.strip_prefix("There is no option ")
            .unwrap()
            .split(". Known")
            .next()
            .unwrap()
            .to_owned()
    };
    let long = "a.".repeat(30);
    for (text, expected) in [
        ("a".repeat(31), format!("\"{}\"", "a".repeat(31))),
        ("a".repeat(32), "a text of 32 characters".into()),
        (format!("é {}", "a".repeat(32)), "a text of 34 characters".into()),
        ("aB0+/_-=".repeat(4), "a text of 32 characters".into()),
        (
            format!("{}.{}", "a".repeat(20), "a".repeat(20)),
            format!("\"{}.{}\"", "a".repeat(20), "a".repeat(20)),
        ),
        (".".repeat(40), format!("\"{}\"", ".".repeat(40))),
        (long.clone(), format!("\"{long}\"")),
        (format!("{long}b"), format!("\"{long}…\"")),
        ("a\u{1b}b".into(), "\"a\\u{1b}b\"".into()),
        ("Zoë’s 手机 \u{1f4f1}".into(), "\"Zoë’s 手机 \u{1f4f1}\"".into()),
        ("it's \"b\" \\".into(), "\"it's \\\"b\\\" \\\\\"".into()),
        (
            "\u{9b}\u{ad}\u{200b}\u{200d}\u{202e}\u{2028}\u{feff}\u{e0041}\u{e0100}".into(),
            "\"\\u{9b}\\u{ad}\\u{200b}\\u{200d}\\u{202e}\\u{2028}\\u{feff}\\u{e0041}\\u{e0100}\""
                .into(),
        ),
    ] {
        assert_eq!(shown(&text), expected, "{text}");
    }
}

#[test]
fn what_a_value_of_another_type_is_told() {
    for (operation, options, expected) in [
        (
            "prePair",
            json!({ "stateDir": 5 }),
            "The option stateDir must be a string, but it is a number.",
        ),
        (
            "prePair",
            json!({ "stateDir": null }),
            "The option stateDir must be a string, but it is null.",
        ),
        (
            "prePair",
            json!({ "dryRun": [] }),
            "The option dryRun must be true or false, but it is an array.",
        ),
        (
            "prePair",
            json!({ "scopes": "x" }),
            "The option scopes must be an array of strings, but it is a string.",
        ),
        (
            "prePair",
            json!({ "device": true }),
            "The option device must be an object, but it is a boolean.",
        ),
        (
            "patchConfig",
            json!({ "trustedProxies": "x" }),
            "must be an array of addresses, 'private', 'sandbox' or false, but it is another string.",
        ),
        ("patchConfig", json!({ "trustedProxies": {} }), "but it is an object."),
        (
            "setup",
            json!({ "config": { "proxyPeers": "x" } }),
            "must be an array of addresses, but it is a string.",
        ),
    ] {
        let said = error(operation, options.clone());
        assert!(said.contains(expected), "{options} {said}");
    }
    let request =
        |options: Value| ask(json!({ "fn": "plan", "operation": "prePair", "options": options }));
    assert_eq!(
        request(json!([]))["error"]["message"],
        "The options must be an object, but they are an array."
    );
    assert_eq!(request(json!(5))["error"]["message"], "The options must be an object.");
}

/// Every field of a connection is read, strictly.
#[test]
fn the_described_connection() {
    for (connection, expected) in [
        (json!({ "client": "agent" }), ""),
        (
            json!({ "client": "cli", "auth": "token", "method": "send", "scopes": ["operator.write"] }),
            "",
        ),
        (
            json!({ "auth": "password", "remoteAddress": "::1", "host": "a", "origin": "b", "headers": { "C": "d" } }),
            "",
        ),
        (
            json!({ "auth": "device-token", "platform": "linux", "deviceFamily": "x", "presentsDevice": true }),
            "",
        ),
        (json!({ "auth": "none" }), ""),
        (json!({ "auth": null, "method": null }), ""),
        (json!({ "client": "tui" }), "OPTIONS"),
        (json!({ "client": null }), "OPTIONS"),
        (json!({ "headers": null }), "OPTIONS"),
        (json!({ "headers": { "a": 1 } }), "OPTIONS"),
        (json!({ "auth": "secret" }), "OPTIONS"),
        (json!({ "presentsDevice": 1 }), "OPTIONS"),
        (json!({ "scopes": [1] }), "OPTIONS"),
        (json!({ "other": 1 }), "OPTIONS"),
        (json!([]), "OPTIONS"),
    ] {
        assert_eq!(
            code(&plan("diagnose", json!({ "connection": connection }))),
            expected,
            "{connection}"
        );
    }
}
