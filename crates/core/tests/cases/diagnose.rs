//! `diagnose`: which finding each thing on disk gives in each version, and which it does not.

use prepair_core::rules::NEWEST_NAME;
use serde_json::{Value, json};

use crate::kit::{Disk, FIVE, NOW, database, gateway, keys, record, store};

const DEVICE: &str = "/s/identity/device.json";
const PAIRED: &str = "/s/devices/paired.json";
const PENDING: &str = "/s/devices/pending.json";
const CONFIG: &str = "/s/openclaw.json";
const DB: &str = "/s/state/openclaw.sqlite";
/// A state dir in which nothing is wrong. Up to 2026.2.6 the identity is always under `~/.openclaw`.
fn sound(version: &str) -> Disk {
    Disk::new(version)
        .file("/h/.openclaw/identity/device.json", &*keys().file(NOW))
        .file(DEVICE, &*keys().file(NOW))
        .file(PAIRED, store(record(json!({}))))
        .config(gateway(json!({})))
}

fn diagnosis(disk: &Disk, connection: Value) -> Value {
    let answer = disk.plan("diagnose", json!({ "connection": connection }));
    assert_eq!(answer["steps"], json!([]), "{answer}");
    answer["report"].clone()
}

/// Each finding as its code and its path.
fn findings(disk: &Disk) -> Vec<String> {
    findings_of(disk, json!({}))
}

fn findings_of(disk: &Disk, connection: Value) -> Vec<String> {
    let report = diagnosis(disk, connection);
    let findings = report["findings"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    findings
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                text(&finding["code"]).trim_start_matches("W_"),
                text(&finding["path"])
            )
        })
        .collect()
}

/// What one finding says.
fn finding(disk: &Disk, code: &str) -> Option<Value> {
    let report = diagnosis(disk, json!({}));
    let mut findings = report["findings"].as_array().unwrap().iter();
    findings.find(|finding| finding["code"] == format!("W_{code}")).cloned()
}

fn place(disk: &Disk, code: &str) -> Value {
    finding(disk, code).unwrap()["place"].clone()
}

fn message(disk: &Disk, code: &str) -> String {
    finding(disk, code)
        .map(|finding| {
            format!(
                "{} {}",
                finding["message"].as_str().unwrap(),
                finding["hint"].as_str().unwrap()
            )
        })
        .unwrap_or_default()
}

/// Verdict and reason.
fn verdict(disk: &Disk, connection: Value) -> String {
    let report = diagnosis(disk, connection);
    let word = |name: &str| report[name].as_str().unwrap_or_default().to_owned();
    format!("{} {}", word("verdict"), word("reason")).trim_end().to_owned()
}

fn forwarded() -> Value {
    json!({ "client": "cli", "presentsDevice": true, "scopes": ["operator.read"], "headers": { "X-Forwarded-For": "203.0.113.9" } })
}

#[test]
fn nothing_is_wrong_with_a_sound_state_dir() {
    for version in ["2026.1.29", "2026.2.19", "2026.4.15", "2026.7.1", "2026.8.2", NEWEST_NAME] {
        assert_eq!(findings(&sound(version)), Vec::<String>::new(), "{version}");
    }
    assert_eq!(findings(&database("2026.8.2")), Vec::<String>::new());
    assert_eq!(verdict(&sound("2026.4.15"), forwarded()), "open");
}

/// resolveGatewayAuth of src/gateway/auth.ts.
#[test]
fn the_mode_of_authentication() {
    for (auth, given, expected) in [
        (json!({ "mode": "token" }), "token", "open"),
        (json!({}), "token", "open"),
        (json!({ "token": "T" }), "token", "open"),
        (json!({ "mode": "token", "password": "P" }), "token", "open"),
        (json!({ "mode": "password", "password": "P" }), "password", "open"),
        (json!({ "mode": "password", "password": "P" }), "token", "rejected auth"),
        (json!({ "password": "P" }), "password", "open"),
        (json!({ "password": "P" }), "token", "rejected auth"),
        (json!({ "mode": "token" }), "password", "rejected auth"),
        (json!({}), "password", "rejected auth"),
        (json!({ "mode": "none" }), "none", "open"),
        (json!({ "mode": "token" }), "none", "rejected auth"),
        (json!({ "mode": "trusted-proxy" }), "token", "rejected auth"),
    ] {
        let disk = sound("2026.4.15").config(gateway(json!({ "auth": auth })));
        let mut connection = forwarded();
        connection["auth"] = json!(given);
        assert_eq!(verdict(&disk, connection), expected, "{auth} {given}");
    }
}

/// What the config says reaches the decision.
#[test]
fn settings_that_the_decision_depends_on() {
    let cli = || json!({ "client": "cli", "presentsDevice": true, "scopes": ["operator.read"] });
    let unpaired =
        |version: &str, changes: Value| sound(version).file(PAIRED, "{}").config(gateway(changes));
    let auto = |value: bool| json!({ "nodes": { "pairing": { "autoApproveLocal": value } } });
    assert_eq!(verdict(&unpaired(NEWEST_NAME, auto(false)), cli()), "pairing-required not-paired");
    assert_eq!(verdict(&unpaired(NEWEST_NAME, auto(true)), cli()), "silent-approval");
    assert_eq!(
        verdict(&unpaired("2026.2.9", json!({ "bind": "lan" })), cli()),
        "pairing-required bind-lan"
    );
    let real = || json!({ "client": "cli", "presentsDevice": true, "scopes": ["operator.read"], "headers": { "X-Real-IP": "203.0.113.9" } });
    for (fallback, expected) in [(true, "open"), (false, "rejected unattributable-proxy")] {
        let disk = sound(NEWEST_NAME).config(gateway(
            json!({ "trustedProxies": ["127.0.0.1"], "allowRealIpFallback": fallback }),
        ));
        assert_eq!(verdict(&disk, real()), expected);
    }
    let mut browser = cli();
    browser["origin"] = json!("https://example.com");
    for (origins, expected) in [
        (json!(["https://example.com"]), "open"),
        (json!(["https://example.org"]), "rejected auth"),
        (json!("*"), "rejected auth"),
    ] {
        let disk = sound("2026.4.15")
            .config(gateway(json!({ "controlUi": { "allowedOrigins": origins } })));
        assert_eq!(verdict(&disk, browser.clone()), expected, "{origins}");
    }
}

/// The platform of this process is the client's, where the connection does not say another.
#[test]
fn the_platform_of_the_client() {
    let disk = sound("2026.4.15")
        .file(PAIRED, store(record(json!({ "platform": "darwin" }))))
        .input("process", json!({ "uid": 1000, "node": "24.16.0", "platform": "darwin" }));
    assert_eq!(verdict(&disk, forwarded()), "open");
    let mut linux = forwarded();
    linux["platform"] = json!("linux");
    assert_eq!(verdict(&disk, linux), "pairing-required metadata-upgrade");
}

/// A sound key in a form that OpenClaw discards (§3), one that is no key, and two keys that don't belong together.
#[test]
fn an_identity_that_a_version_cannot_use() {
    let file: Value = serde_json::from_slice(&keys().file(NOW)).unwrap();
    let without = |field: &str| {
        let mut file = file.clone();
        file.as_object_mut().unwrap().shift_remove(field);
        file.to_string()
    };
    let with = |field: &str, value: Value| {
        let mut file = file.clone();
        file[field] = value;
        file.to_string()
    };
    let other = prepair_core::base::keys::KeyPair::from_seed(&[8; 32]).public_pem();
    let mended = |then: &str| format!("this version {then}");
    for (version, text, finding, says, expected) in [
        (
            "2026.4.15",
            without("version"),
            "IDENTITY_SHAPE",
            mended("writes a new key over it"),
            "pairing-required not-paired",
        ),
        (
            "2026.5.12",
            without("version"),
            "IDENTITY_SHAPE",
            mended("ignores it and makes a throw-away key"),
            "pairing-required not-paired",
        ),
        (
            NEWEST_NAME,
            without("version"),
            "IDENTITY_SHAPE",
            mended("does not start the gateway"),
            "rejected identity",
        ),
        (
            "2026.4.15",
            without("deviceId"),
            "IDENTITY_SHAPE",
            mended("writes a new key over it"),
            "pairing-required not-paired",
        ),
        // It has all that OpenClaw asks for; that the deviceId is another one is no matter to it.
        (
            "2026.4.15",
            with("deviceId", json!("x")),
            "IDENTITY_SHAPE",
            mended("takes it, a later one may not"),
            "open",
        ),
        (
            NEWEST_NAME,
            with("deviceId", json!("x")),
            "IDENTITY_SHAPE",
            mended("does not start the gateway"),
            "rejected identity",
        ),
        (
            "2026.4.15",
            with("version", json!(2)),
            "IDENTITY_BROKEN",
            "a version other than 1".into(),
            "pairing-required not-paired",
        ),
        (
            "2026.4.15",
            "{}".into(),
            "IDENTITY_BROKEN",
            "holds no private key".into(),
            "pairing-required not-paired",
        ),
        (
            NEWEST_NAME,
            "{}".into(),
            "IDENTITY_BROKEN",
            "holds no private key".into(),
            "rejected identity",
        ),
        (
            "2026.4.15",
            with("publicKeyPem", json!(other)),
            "IDENTITY_BROKEN",
            "do not belong together".into(),
            "rejected identity",
        ),
        (
            "2026.5.12",
            with("publicKeyPem", json!(other)),
            "IDENTITY_BROKEN",
            "do not belong together".into(),
            "pairing-required not-paired",
        ),
        (
            "2026.4.15",
            with("publicKeyPem", json!("x")),
            "IDENTITY_BROKEN",
            "do not belong together".into(),
            "pairing-required not-paired",
        ),
    ] {
        let disk = sound(version).file(DEVICE, &text);
        let found = message(&disk, finding);
        assert!(found.contains(&says), "{version} {found}");
        let mut connection = forwarded();
        if version == NEWEST_NAME {
            connection["headers"] = json!({});
        }
        assert_eq!(verdict(&disk, connection), expected, "{version} {says} {text}");
    }
    // Beside a database the file is not what counts.
    assert_eq!(
        message(&database("2026.8.2").file(DEVICE, without("version")), "IDENTITY_SHAPE"),
        ""
    );
}

/// package.json engines.node of each version.
#[test]
fn which_node_runs_a_version() {
    for (version, old, new) in [
        (
            "2026.2.19",
            &["20.20.2", "22.11.9", "21.99.0"][..],
            &["22.12.0", "22.12.1", "23.0.0", "26.1.0"][..],
        ),
        ("2026.3.13", &["22.15.9"], &["22.16.0"]),
        (
            "2026.7.1",
            &["22.22.2", "23.9.9", "24.14.9", "25.8.9"],
            &["22.22.3", "22.23.0", "24.15.0", "25.9.0", "26.0.0"],
        ),
        (
            NEWEST_NAME,
            &["24.15.9", "25.9.9", "26.0.9"],
            &["24.16.0", "24.17.1", "26.1.0", "27.0.0"],
        ),
    ] {
        for (nodes, expected) in [(old, &["NODE -"][..]), (new, &[])] {
            for node in nodes {
                let process = json!({ "uid": 1000, "node": node, "platform": "linux" });
                assert_eq!(
                    findings(&sound(version).input("process", process)),
                    expected,
                    "{version} {node}"
                );
            }
        }
    }
    let old = json!({ "uid": 1000, "node": "22.1.0", "platform": "linux" });
    let said = message(&sound("2026.7.1").input("process", old), "NODE");
    assert!(
        said.contains(
            "This is Node 22.1.0; OpenClaw 2026.7.1 needs 22.22.3 or 24.15.0 or 25.9.0 or newer."
        ),
        "{said}"
    );
}

/// Each setting in the versions between which its meaning changes (OPENCLAW §1, §7).
#[test]
fn the_config() {
    let proxies = |list: Value| gateway(json!({ "trustedProxies": list }));
    let found = |version: &str, text: String| {
        let codes = findings(&sound(version).config(text));
        assert!(codes.iter().all(|found| found.ends_with(CONFIG)), "{codes:?}");
        codes
            .iter()
            .map(|found| found.split(' ').next().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    for (version, text, expected) in [
        ("2026.2.19", "{ gateway: { port: 1 } }".to_owned(), "GATEWAY_MODE"),
        // An empty config exists: "Gateway start blocked" of src/cli/gateway-cli/run.ts.
        ("2026.1.29", "{}".to_owned(), "GATEWAY_MODE NO_SECRET"),
        ("2026.4.15", "{}".to_owned(), "GATEWAY_MODE"),
        (NEWEST_NAME, "{}".to_owned(), "GATEWAY_MODE"),
        (NEWEST_NAME, "{ a: 1 }".to_owned(), "GATEWAY_MODE"),
        ("2026.2.19", gateway(json!({ "mode": "remote" })), "GATEWAY_MODE"),
        ("2026.2.19", proxies(json!("10.0.0.7")), "PROXY_SHAPE"),
        ("2026.2.19", proxies(json!([])), ""),
        // A block is text up to 2026.2.12, IPv4 up to 2026.2.21.
        ("2026.2.12", proxies(json!(["10.0.0.0/8"])), "PROXY_ENTRY PROXY_SPOOFABLE"),
        ("2026.2.17", proxies(json!(["10.0.0.0/8"])), "PROXY_SPOOFABLE"),
        ("2026.2.21", proxies(json!(["fd00::/8"])), "PROXY_ENTRY PROXY_SPOOFABLE"),
        ("2026.2.22", proxies(json!(["fd00::/8"])), "PROXY_SPOOFABLE"),
        ("2026.2.12", proxies(json!(["10.0.0.7", "fd00::7"])), ""),
        (NEWEST_NAME, proxies(json!(["my-proxy"])), "PROXY_ENTRY"),
        (NEWEST_NAME, proxies(json!([5])), "PROXY_ENTRY"),
        // Whole networks decide who is local up to 2026.3.28, and who is refused from 2026.8.1.
        ("2026.3.28", proxies(json!(["10.0.0.0/8"])), "PROXY_SPOOFABLE"),
        ("2026.3.31", proxies(json!(["10.0.0.0/8"])), ""),
        ("2026.8.2", proxies(json!(["10.0.0.0/8"])), "PROXY_WIDE"),
        ("2026.8.2", proxies(json!(["10.0.0.7"])), ""),
        ("2026.8.2", proxies(json!(["0.0.0.0/0"])), "PROXY_ANY"),
        ("2026.8.2", proxies(json!(["::/0"])), "PROXY_ANY"),
        // Loopback makes local clients remote from 2026.2.19 to 2026.3.28.
        ("2026.2.17", proxies(json!(["127.0.0.1"])), ""),
        ("2026.2.19", proxies(json!(["127.0.0.1"])), "PROXY_LOOPBACK"),
        ("2026.3.28", proxies(json!(["::1"])), "PROXY_LOOPBACK"),
        ("2026.3.31", proxies(json!(["127.0.0.1"])), ""),
        ("2026.2.6-3", gateway(json!({ "bind": "lan" })), ""),
        ("2026.2.9", gateway(json!({ "bind": "lan" })), "BIND_LAN"),
        ("2026.2.19", gateway(json!({ "bind": "lan" })), "BIND_LAN"),
        ("2026.2.19", gateway(json!({ "bind": "loopback" })), ""),
        ("2026.2.21", gateway(json!({ "bind": "lan" })), ""),
        (
            "2026.2.19",
            gateway(json!({ "bind": "loopback", "customBindHost": "127.0.0.1" })),
            "CONFIG_KEY",
        ),
        ("2026.2.21", gateway(json!({ "bind": "loopback", "customBindHost": "10.0.0.7" })), ""),
        (
            "2026.2.21",
            gateway(json!({ "bind": "custom", "customBindHost": "10.0.0.7" })),
            "BIND_CUSTOM",
        ),
        (
            "2026.7.35",
            gateway(json!({ "bind": "custom", "customBindHost": "10.0.0.7" })),
            "BIND_CUSTOM",
        ),
        ("2026.7.35", gateway(json!({ "bind": "custom", "customBindHost": "127.0.0.1" })), ""),
        ("2026.7.35", gateway(json!({ "bind": "custom", "customBindHost": "0.0.0.0" })), ""),
        (
            "2026.7.35",
            gateway(json!({ "bind": "custom", "customBindHost": "${HOST}" })),
            "CONFIG_VARIABLE",
        ),
        (
            "2026.7.35",
            gateway(json!({ "bind": "custom", "customBindHost": "localhost" })),
            "CONFIG_VALUE",
        ),
        ("2026.8.2", gateway(json!({ "bind": "custom", "customBindHost": "10.0.0.7" })), ""),
        ("2026.8.2", gateway(json!({ "bind": "custom", "customBindHost": "::1" })), "CONFIG_VALUE"),
        ("2026.2.19", gateway(json!({ "allowRealIpFallback": true })), "CONFIG_KEY"),
        ("2026.2.21", gateway(json!({ "allowRealIpFallback": true })), ""),
        (
            "2026.7.1",
            gateway(json!({ "nodes": { "pairing": { "autoApproveLocal": true } } })),
            "CONFIG_KEY",
        ),
        ("2026.8.2", gateway(json!({ "nodes": { "pairing": { "autoApproveLocal": true } } })), ""),
    ] {
        assert_eq!(found(version, text.clone()), expected, "{version} {text}");
    }
    let said = |version: &str, text: String, code: &str, part: &str| {
        let said = message(&sound(version).config(text), code);
        assert!(said.contains(part), "{said}");
    };
    said(
        NEWEST_NAME,
        proxies(json!(["my-proxy"])),
        "PROXY_ENTRY",
        "\"my-proxy\" of gateway.trustedProxies is no address",
    );
    said(
        NEWEST_NAME,
        proxies(json!([5])),
        "PROXY_ENTRY",
        "\"5\" of gateway.trustedProxies is no address",
    );
    said(
        "2026.2.12",
        proxies(json!(["10.0.0.0/8"])),
        "PROXY_ENTRY",
        "is a block that this version does not understand",
    );
    said("2026.2.9", gateway(json!({ "bind": "lan" })), "BIND_LAN", "count as remote");
    said("2026.2.19", gateway(json!({ "bind": "lan" })), "BIND_LAN", "no record helps");
    said(
        "2026.7.1",
        gateway(json!({ "nodes": { "pairing": { "autoApproveLocal": true } } })),
        "CONFIG_KEY",
        "gateway.nodes.pairing.autoApproveLocal",
    );

    let mut missing = sound("2026.4.15");
    missing.files.retain(|(path, _)| path != CONFIG);
    assert_eq!(findings(&missing), [format!("CONFIG_MISSING {CONFIG}")]);
    // One that does not parse says only that, and where.
    let broken = sound("2026.4.15").config("{\n  gateway: ");
    assert_eq!(findings(&broken), [format!("SYNTAX {CONFIG}")]);
    assert_eq!(place(&broken, "SYNTAX"), json!({ "path": CONFIG, "line": 2, "column": 12 }));
    assert_eq!(verdict(&broken, json!({})), "unknown");
}

#[test]
fn the_record() {
    let tokens = |token: Value| json!({ "tokens": { "operator": token } });
    let other = prepair_core::base::keys::KeyPair::from_seed(&[8; 32]);
    let five = json!(FIVE);
    for (version, changes, expected) in [
        ("2026.4.15", json!({ "deviceId": "x" }), "RECORD_ID"),
        ("2026.4.15", json!({ "deviceId": null }), "RECORD_ID"),
        ("2026.4.15", json!({ "publicKey": keys().public_pem() }), "KEY_SPELLING"),
        ("2026.4.15", json!({ "publicKey": format!("{}=", keys().public_key()) }), "KEY_SPELLING"),
        ("2026.4.15", json!({ "publicKey": other.public_key() }), "DEVICE_CONFLICT"),
        ("2026.4.15", json!({ "publicKey": null }), "DEVICE_CONFLICT"),
        ("2026.4.15", json!({ "roles": [] }), "ROLE"),
        ("2026.4.15", json!({ "roles": ["node"] }), "ROLE"),
        ("2026.4.15", json!({ "roles": ["node", "operator"] }), ""),
        ("2026.4.15", json!({ "roles": null }), ""),
        ("2026.4.15", json!({ "roles": null, "role": "node" }), "ROLE"),
        ("2026.2.19", json!({ "scopes": ["operator.admin"] }), "SCOPES"),
        ("2026.2.22", json!({ "scopes": ["operator.admin"] }), ""),
        ("2026.4.15", json!({ "scopes": [] }), ""),
        ("2026.4.15", json!({ "approvedScopes": [] }), "SCOPES"),
        // Pinned from 2026.2.26; the driver told no platform, so only a family that is there counts.
        ("2026.2.25", json!({ "deviceFamily": "mac" }), ""),
        ("2026.2.26", json!({ "deviceFamily": "mac" }), "PINNED"),
        ("2026.2.26", json!({ "deviceFamily": " " }), ""),
        ("2026.2.26", json!({ "platform": "darwin" }), ""),
        ("2026.3.28", json!({ "tokens": null }), ""),
        ("2026.3.28", json!({ "tokens": {} }), ""),
        ("2026.3.31", json!({ "tokens": null }), ""),
        ("2026.3.31", json!({ "tokens": {} }), "TOKEN_MISSING"),
        ("2026.4.2", json!({ "tokens": {} }), ""),
        ("2026.4.10", json!({ "tokens": null }), "TOKEN_MISSING"),
        ("2026.4.10", json!({ "tokens": { "operator": "t" } }), ""),
        ("2026.4.15", tokens(json!({ "scopes": five, "revokedAtMs": 5 })), "TOKEN_REVOKED"),
        ("2026.4.15", tokens(json!({ "scopes": five, "revokedAtMs": true })), "TOKEN_REVOKED"),
        (
            "2026.4.15",
            tokens(json!({ "scopes": five, "revokedAtMs": "2026-02-19" })),
            "TOKEN_REVOKED",
        ),
        ("2026.4.15", tokens(json!({ "scopes": five, "revokedAtMs": false })), ""),
        ("2026.4.15", tokens(json!({ "scopes": five, "revokedAtMs": "" })), ""),
        ("2026.4.15", tokens(json!({ "scopes": five, "revokedAtMs": 0 })), ""),
        ("2026.4.15", tokens(json!({ "scopes": five, "revokedAtMs": null })), ""),
        ("2026.4.15", tokens(json!({ "token": "t" })), "TOKEN_SCOPES"),
        ("2026.4.15", tokens(json!({ "token": "t", "scopes": "operator.read" })), "TOKEN_SCOPES"),
        (
            "2026.4.15",
            tokens(json!({ "token": "gateway-secret", "scopes": five })),
            "TOKEN_IS_GATEWAYS",
        ),
        ("2026.4.15", tokens(json!({ "token": "another", "scopes": five })), ""),
        ("2026.4.15", json!({ "createdAtMs": "2026-02-19" }), "TIMESTAMPS"),
        ("2026.4.15", json!({ "approvedAtMs": 1.5 }), "TIMESTAMPS"),
    ] {
        let found = findings(&sound(version).file(PAIRED, store(record(changes.clone()))));
        let expected: Vec<String> =
            expected.split_terminator(' ').map(|code| format!("{code} {PAIRED}")).collect();
        assert_eq!(found, expected, "{version} {changes}");
    }
    let said = message(
        &sound("2026.2.19")
            .file(PAIRED, store(record(json!({ "scopes": ["operator.admin", "operator.read"] })))),
        "SCOPES",
    );
    assert!(
        said.starts_with("The record lacks operator.write, operator.approvals, operator.pairing."),
        "{said}"
    );
    // Without a token of the gateway's there is nothing that could be a copy of it.
    let bare = sound("2026.4.15")
        .config(gateway(json!({ "auth": {} })))
        .file(PAIRED, store(record(tokens(json!({ "scopes": five })))));
    assert_eq!(findings(&bare), Vec::<String>::new());
    // What is reported is what the decision refuses: it trims and lower-cases ASCII, and takes what is empty for no pin.
    for (pinned, platform, allowed) in [
        ("darwin", "darwin", true),
        ("darwin", "linux", false),
        ("Linux", "linux", true),
        (" linux\n", "linux", true),
        (" ", "linux", true),
        ("L\u{130}nux", "linux", false),
    ] {
        let disk = sound("2026.4.15")
            .file(PAIRED, store(record(json!({ "platform": pinned }))))
            .input("process", json!({ "uid": 0, "node": "26.1.0", "platform": platform }));
        let expected: &[_] = if allowed { &[] } else { &["PINNED /s/devices/paired.json"] };
        assert_eq!(findings(&disk), expected, "{pinned:?} {platform}");
        let expected = if allowed { "open" } else { "pairing-required metadata-upgrade" };
        assert_eq!(verdict(&disk, forwarded()), expected, "{pinned:?} {platform}");
    }
}

#[test]
fn what_is_missing_or_of_another_shape() {
    let without = |path: &str| {
        let mut disk = sound("2026.4.15");
        disk.files.retain(|(known, _)| known != path);
        disk
    };
    assert_eq!(findings(&without(DEVICE)), [format!("NO_IDENTITY {DEVICE}")]);
    assert_eq!(findings(&without(PAIRED)), [format!("NOT_PAIRED {PAIRED}")]);
    let id = keys().device_id();
    assert!(
        message(&without(PAIRED), "NOT_PAIRED")
            .contains(&format!("no paired record of device {id}."))
    );
    let number = sound("2026.4.15").file(PAIRED, format!("{{\n  \"{id}\": 5\n}}"));
    assert_eq!(findings(&number), [format!("SHAPE {PAIRED}"), format!("TIMESTAMPS {PAIRED}")]);
    assert_eq!(place(&number, "SHAPE"), json!({ "path": PAIRED, "line": 2, "column": 71 }));
    let dates = |version: &str| {
        let other = json!({ "deviceId": "x" });
        let store = json!({ "first": other, "second": other, id.as_str(): record(json!({})) });
        message(&sound(version).file(PAIRED, store.to_string()), "TIMESTAMPS")
    };
    assert!(dates("2026.7.1").starts_with("2 of the paired records lack"), "{}", dates("2026.7.1"));
    assert!(dates("2026.7.1").contains("(\"first\" is the first); they are lost at an upgrade"));
    assert!(dates("2026.8.2").contains("this version skips them, or stops"));
    // 2026.9.5 imports the identity alone.
    assert_eq!(
        findings(&sound("2026.9.5")),
        [format!("NOT_IMPORTED {PAIRED}"), format!("NOT_PAIRED {PAIRED}")]
    );
    assert_eq!(
        findings(&{
            let mut disk = sound("2026.9.5");
            disk.files.retain(|(path, _)| path != PAIRED);
            disk
        }),
        [format!("NOT_PAIRED {PAIRED}")]
    );
}

/// A request that is not silent makes later ones wait, while it lives: five minutes from when it was made or renewed. It is a
/// finding where it is the cause.
#[test]
fn pending_requests() {
    let id = keys().device_id();
    let uuid = "cbc55e79-3252-4bfc-b91d-b108cf7e646c";
    let cli = || json!({ "client": "cli", "presentsDevice": true, "scopes": ["operator.read"] });
    let wall = "pairing-required sticky-pending";
    let silent = "silent-approval";
    let (no_record, sticky) = ("NOT_PAIRED", "NOT_PAIRED PENDING_STICKY");
    for (request, found, expected) in [
        (json!({ "deviceId": id, "silent": false, "ts": NOW }), sticky, wall),
        (json!({ "deviceId": id, "ts": NOW - 300_000 }), sticky, wall),
        (json!({ "deviceId": id, "ts": NOW - 300_001 }), no_record, silent),
        (json!({ "deviceId": id, "ts": 1, "refreshedAtMs": NOW - 300_000 }), sticky, wall),
        (json!({ "deviceId": id, "silent": true, "ts": NOW }), no_record, silent),
        (
            json!({ "deviceId": id, "silent": true, "ts": NOW, "scopes": ["operator.admin"] }),
            no_record,
            "pairing-required not-paired",
        ),
        (json!({ "deviceId": "another", "ts": NOW }), no_record, silent),
    ] {
        let disk = sound("2026.4.15")
            .file(PAIRED, "{}")
            .file(PENDING, json!({ uuid: request }).to_string());
        let codes: Vec<String> = findings_of(&disk, cli())
            .iter()
            .map(|finding| finding.split(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(codes.join(" "), found, "{request}");
        assert_eq!(verdict(&disk, cli()), expected, "{request}");
    }
    for (name, shown) in [
        (uuid, uuid),
        ("r1", "\"r1\""),
        ("cbc55e79-3252-4bfc-b91d-b108cf7e646", "a text of 35 characters"),
        ("cbc55e79-3252-4bfc-b91d-b108cf7e646g", "a text of 36 characters"),
        ("cbc55e79x3252-4bfc-b91d-b108cf7e646c", "a text of 36 characters"),
        ("cbc55e79-3252x4bfc-b91d-b108cf7e646c", "a text of 36 characters"),
        ("cbc55e79-3252-4bfcxb91d-b108cf7e646c", "a text of 36 characters"),
        ("cbc55e79-3252-4bfc-b91dxb108cf7e646c", "a text of 36 characters"),
    ] {
        let disk = sound("2026.2.19")
            .file(PAIRED, "{}")
            .file(PENDING, json!({ name: { "deviceId": id, "ts": NOW } }).to_string());
        assert!(findings(&disk).contains(&format!("PENDING_STICKY {PENDING}")));
        let said = message(&disk, "PENDING_STICKY");
        assert!(said.starts_with(&format!("The pending request {shown} of this device")), "{said}");
    }
    // The same from rows.
    for (row, found, expected) in [
        (json!({ "silent": 0, "ts": NOW }), true, wall),
        (json!({ "silent": null, "ts": NOW }), true, wall),
        (json!({ "silent": 1, "ts": NOW }), false, silent),
        (
            json!({ "silent": 1, "ts": NOW, "scopes_json": "[\"operator.admin\"]" }),
            false,
            "pairing-required not-paired",
        ),
        (json!({ "silent": 0, "ts": NOW - 300_001 }), false, silent),
        (json!({ "silent": 0, "ts": 1, "refreshed_at_ms": NOW }), true, wall),
        (json!({ "silent": 0, "ts": NOW, "device_id": "another" }), false, silent),
    ] {
        let mut full = json!({ "request_id": "r1", "device_id": id });
        full.as_object_mut().unwrap().extend(row.as_object().unwrap().clone());
        let mut disk = database("2026.8.2").rows("pending", json!([full]));
        disk.rows.shift_remove(&format!("paired:{id}"));
        let told = findings_of(&disk, cli());
        assert_eq!(told.contains(&format!("PENDING_STICKY {DB}")), found, "{row}");
        assert_eq!(verdict(&disk, cli()), expected, "{row}");
    }
}

#[test]
fn what_lies_beside_a_database() {
    let lying =
        |version: &str, path: &str, text: &[u8]| findings(&database(version).file(path, text));
    let own = keys().file(NOW);
    let other = prepair_core::base::keys::KeyPair::from_seed(&[8; 32]).file(NOW);
    let auth = "/s/identity/device-auth.json";
    for (version, path, text, expected) in [
        ("2026.8.2", DEVICE, &own[..], format!("LEGACY_FILES {DEVICE}")),
        ("2026.8.2", DEVICE, &other, format!("LEGACY_IDENTITY_CONFLICT {DEVICE}")),
        (
            "2026.8.2",
            "/s/identity/device.json.doctor-importing",
            &other,
            "LEGACY_IDENTITY_CONFLICT /s/identity/device.json.doctor-importing".into(),
        ),
        ("2026.8.2", PAIRED, b"{}", format!("LEGACY_FILES {PAIRED}")),
        ("2026.8.2", PENDING, b"{}", format!("LEGACY_FILES {PENDING}")),
        ("2026.8.2", auth, b"{}", format!("DEVICE_AUTH {auth}")),
    ] {
        assert_eq!(lying(version, path, text), [expected], "{version} {path}");
    }
    let newer = |version: &str| message(&database(version).file(PAIRED, "{}"), "LEGACY_FILES");
    assert!(newer("2026.8.2").contains("imports paired.json at each start"));
    assert!(newer(NEWEST_NAME).contains("this version ignores it"));
    // Up to 2026.7.35 that file is OpenClaw's own.
    assert_eq!(findings(&sound("2026.7.1").file(auth, "{}")), Vec::<String>::new());
    assert_eq!(findings(&sound("2026.8.2").file(auth, "{}")), [format!("DEVICE_AUTH {auth}")]);
    // A database that holds no identity yet: the first start imports the files.
    let mut new = database("2026.8.2").file(DEVICE, &*own);
    new.rows.shift_remove("primary");
    assert!(
        !findings(&new).iter().any(|found| found.starts_with("LEGACY")),
        "{:?}",
        findings(&new)
    );
}

/// What cannot be read or told is one finding, and then there is no verdict.
#[test]
fn what_cannot_be_told() {
    let failure = |path: &str| json!({ path: { "code": "ERR_PREPAIR_IO", "message": "No.", "path": path, "hint": "Try." } });
    let disk = database("2026.8.2").input("failures", failure(DB));
    assert_eq!(findings(&disk), [format!("IO {DB}")]);
    assert_eq!(verdict(&disk, json!({})), "unknown");
    let disk = sound("2026.4.15").input("failures", failure(PAIRED)).file(PAIRED, "{");
    assert_eq!(findings(&disk), [format!("IO {PAIRED}")]);
    // A package of the older era beside a newer database.
    let older = database("2026.7.1");
    assert_eq!(findings(&older), [format!("STORE_CONFLICT {DB}")]);
    assert_eq!(verdict(&older, json!({})), "unknown");
    let older = older.input("failures", failure(CONFIG));
    assert_eq!(findings(&older), [format!("IO {CONFIG}"), format!("STORE_CONFLICT {DB}")]);
    // Of a database that is not this version's no more is said.
    let bare = json!([{ "tbl": "device_identities", "col": "identity_key" }]);
    assert_eq!(
        findings(&database("2026.7.1").rows("columns", bare.clone())),
        [format!("STORE_CONFLICT {DB}")]
    );
    // Nor of files beside one that could be read in part only.
    let other = prepair_core::base::keys::KeyPair::from_seed(&[8; 32]).file(NOW);
    let part = database("2026.8.2")
        .rows("userVersion", json!([{ "user_version": 1 }]))
        .file(DEVICE, &*other)
        .input("failures", failure(DB));
    assert_eq!(findings(&part), [format!("IO {DB}")]);
    // A database of another make.
    let bare = database("2026.8.2").rows("columns", bare);
    assert_eq!(findings(&bare), [format!("SQLITE_SCHEMA {DB}")]);
    // No gateway starts with such a row.
    let (id, pem) = (keys().device_id(), keys().public_pem());
    let primary = |device_id: &str, pem: &str, sound: Value| json!([{ "device_id": device_id, "public_key_pem": pem, "sound": sound }]);
    for row in [
        primary("x", &pem, json!(1)),
        primary(&id, &pem.replace('\n', "\r\n"), json!(null)),
        primary(&id, &keys().public_key(), json!(1)),
        primary(&id, &pem, json!(0)),
    ] {
        let broken = database("2026.8.2").rows("primary", row);
        assert_eq!(findings(&broken), [format!("IDENTITY_BROKEN {DB}")]);
        assert_eq!(verdict(&broken, json!({})), "rejected identity");
    }
    let taken = database("2026.8.2").rows("primary", primary(&id, &pem, json!(1)));
    assert_eq!(findings(&taken), Vec::<String>::new());
    let mut columns = database("2026.8.2").rows["columns"].clone();
    columns
        .as_array_mut()
        .unwrap()
        .push(json!({ "tbl": "config_machine_state", "col": "state_key" }));
    let supervised = database("2026.8.2")
        .rows("columns", columns)
        .rows("supervision", json!([{ "state_key": "gateway.supervision" }]));
    assert_eq!(findings(&supervised), [format!("SUPERVISED {DB}")]);
    // Several failures come in the order of their paths.
    let mut both = failure("/s/b");
    both["/s/a"] = failure("/s/a")["/s/a"].clone();
    assert_eq!(findings(&sound("2026.4.15").input("failures", both)), ["IO /s/a", "IO /s/b"]);
}

/// Configs that src/config/includes.ts refuses: the gateway does not start, so nothing is promised.
#[test]
fn what_is_included() {
    let rest = "gateway: { mode: 'local', auth: { mode: 'token' } }";
    for (config, included, expected) in [
        ("$include: 'a.json'", "{ a: 1 }", ""),
        ("$include: ['a.json', './a.json']", "{ a: [1] }", ""),
        ("$include: []", "{}", ""),
        ("$include: '/s/sub/../a.json'", "{}", ""),
        // An array or a scalar may stand alone, not beside other keys.
        ("$include: 'a.json'", "[]", "/s/openclaw.json"),
        ("$include: ['a.json']", "1", "/s/openclaw.json"),
        ("agents: { list: { $include: 'a.json' } }", "[]", ""),
        ("agents: { list: { $include: 'a.json', x: 1 } }", "[]", "/s/openclaw.json"),
        ("a: { $include: 'a.json' }", "{ $include: 'b.json', x: 1 }", "/s/a.json"),
        ("$include: 5", "{}", "/s/openclaw.json"),
        ("a: [[{ $include: ['a.json', 5] }]]", "{}", "/s/openclaw.json"),
        ("agents: { list: [{ $include: 'a.json' }] }", "{}", ""),
        ("agents: { list: [{ $include: 'none.json' }] }", "{}", "/s/none.json"),
        ("a: [{ $include: 'a.json' }]", "[{ $include: 'none.json' }]", "/s/none.json"),
        // Outside of the config's folder.
        ("$include: '../s/a.json'", "{}", ""),
        ("$include: '../out.json'", "{}", "/out.json"),
        ("$include: '/so/out.json'", "{}", "/so/out.json"),
        ("a: [{ $include: '/so/out.json' }]", "{}", "/so/out.json"),
        ("$include: 'a.json'", "{ $include: '../out.json' }", "/out.json"),
    ] {
        let disk = sound("2026.4.15")
            .config(format!("{{ {config}, {rest} }}"))
            .file("/s/a.json", included)
            .file("/s/b.json", "[1]")
            .file("/out.json", "{}")
            .file("/so/out.json", "{}");
        let verdict = diagnosis(&disk, json!({}))["verdict"].clone();
        let (named, promised) = match expected {
            "" => (vec![], "open"),
            path => (vec![format!("CONFIG_INCLUDE {path}")], "unknown"),
        };
        assert_eq!(findings(&disk), named, "{config} {included}");
        assert_eq!(verdict, promised, "{config} {included}");
    }
    let alone = sound("2026.4.15").config("{ $include: 'a.json' }").file("/s/a.json", "[1]");
    assert_eq!(findings(&alone), ["CONFIG_INCLUDE /s/openclaw.json"]);
    // Other folders, where the version has them and the environment names them.
    let outside = &["CONFIG_INCLUDE /so/a.json"][..];
    for (version, roots, expected) in [
        ("2026.2.12", "", &[][..]),
        ("2026.2.17", "", outside),
        ("2026.4.29", "/so", outside),
        ("2026.5.2", "/so", &[]),
        (NEWEST_NAME, "/so", &[]),
        (NEWEST_NAME, " /x/../so/ ", &[]),
        (NEWEST_NAME, "/y::/so", &[]),
        (NEWEST_NAME, "", outside),
        (NEWEST_NAME, " ", outside),
        (NEWEST_NAME, "/s", outside),
        (NEWEST_NAME, "/so/a", outside),
        (NEWEST_NAME, "so", outside),
    ] {
        let mut disk = sound(version)
            .file(DEVICE, &*keys().file(NOW))
            .config(format!("{{ $include: '/so/a.json', {rest} }}"))
            .file("/so/a.json", "{}");
        disk.options["env"]["OPENCLAW_INCLUDE_ROOTS"] = roots.into();
        let mut found = findings(&disk);
        found.retain(|found| found.starts_with("CONFIG_INCLUDE"));
        assert_eq!(found, expected, "{version} {roots}");
    }
    let hint = |version: &str| {
        let disk = sound(version).config("{ $include: '/so/a.json' }");
        diagnosis(&disk, json!({}))["findings"][0]["hint"].as_str().unwrap().to_owned()
    };
    assert!(!hint("2026.4.29").contains("OPENCLAW_INCLUDE_ROOTS"));
    assert!(hint("2026.5.2").contains("OPENCLAW_INCLUDE_ROOTS"));
    // A link that leads out of the folder of the config: into another, or anywhere where nothing holds it.
    for (version, roots, expected) in [
        ("2026.2.12", "", ""),
        ("2026.2.17", "", "NOT_A_FILE /s/a.json"),
        ("2026.4.29", "/so", "NOT_A_FILE /s/a.json"),
        ("2026.5.2", "/so", ""),
        ("2026.5.2", "/s", "NOT_A_FILE /s/a.json"),
    ] {
        let mut disk = sound(version)
            .config(format!("{{ $include: 'a.json', {rest} }}"))
            .file("/so/a.json", "{}");
        disk.options["env"]["OPENCLAW_INCLUDE_ROOTS"] = roots.into();
        disk.links = vec!["/s/a.json".into()];
        let named = json!({ "mode": 0o600, "uid": 1000, "nlink": 1, "real": "/so/a.json" });
        let dir = |real: &str| json!({ "mode": 0o700, "uid": 1000, "nlink": 1, "real": real });
        let stats =
            json!({ "/s": dir("/s"), "/so": dir("/so"), "/s/a.json": named, "/so/a.json": named });
        disk.stats = Some(stats.as_object().unwrap().clone());
        let found = findings(&disk);
        let found: Vec<_> = found.iter().filter(|one| one.contains("a.json")).collect();
        assert_eq!(
            found,
            Vec::from_iter(Some(expected).filter(|one| !one.is_empty())),
            "{version} {roots}"
        );
    }
    // The size, and how deep.
    for (version, bytes, expected) in [
        ("2026.2.25", (2 << 20) + 1, false),
        ("2026.2.26", (2 << 20) + 1, true),
        ("2026.2.26", 2 << 20, false),
    ] {
        let disk = sound(version)
            .config(format!("{{ $include: 'a.json', {rest} }}"))
            .file("/s/a.json", &*format!("{{}}{}", " ".repeat(bytes - 2)));
        let found = findings(&disk).contains(&"CONFIG_INCLUDE /s/a.json".to_owned());
        assert_eq!(found, expected, "{version} {bytes}");
    }
    for (depth, expected) in [(10, vec![]), (11, vec!["CONFIG_INCLUDE /s/11.json"])] {
        let mut disk = sound("2026.4.15").config(format!("{{ $include: '1.json', {rest} }}"));
        for at in 1..=depth {
            let next = format!("{{ $include: '{}.json' }}", at + 1);
            let text = if at == depth { "{}" } else { &next };
            disk = disk.file(&format!("/s/{at}.json"), text);
        }
        assert_eq!(findings(&disk), expected, "{depth}");
    }
    // A hard link, the links of names beside.
    for (nlink, links, expected) in [
        (1, &[][..], vec![]),
        (2, &[], vec!["CONFIG_INCLUDE /s/a.json"]),
        (1, &["/s/a.json"], vec![]),
        (2, &["/s/a.json"], vec!["CONFIG_INCLUDE /s/a.json"]),
    ] {
        let named = json!({ "mode": 0o600, "uid": 1000, "nlink": nlink, "real": "/s/x/a.json" });
        let mut disk = sound("2026.2.26").config(format!("{{ $include: 'a.json', {rest} }}"));
        disk = disk.file(if links.is_empty() { "/s/a.json" } else { "/s/x/a.json" }, "{}");
        disk.links = links.iter().map(|path| (*path).to_owned()).collect();
        let mut dir = stat(0o700);
        dir["real"] = "/s".into();
        let stats = json!({ "/s": dir, "/s/a.json": named, "/s/x/a.json": named });
        disk.stats = Some(stats.as_object().unwrap().clone());
        assert_eq!(findings(&disk), expected, "{nlink} {links:?}");
        disk.options["gatewayVersion"] = "2026.2.25".into();
        assert_eq!(findings(&disk), Vec::<String>::new(), "{nlink} {links:?}");
    }
}

fn stat(mode: u32) -> Value {
    json!({ "mode": mode, "uid": 1000, "nlink": 1 })
}

/// Permission bits, owners and names.
#[test]
fn who_may_read_and_write() {
    let with = |version: &str, stats: Value| {
        let mut disk = sound(version);
        disk.stats = Some(json!({ "/s": stat(0o700) }).as_object().unwrap().clone());
        disk.stats.as_mut().unwrap().extend(stats.as_object().unwrap().clone());
        disk
    };
    let changed = |changes: Value| {
        let mut stat = stat(0o600);
        stat.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        stat
    };
    for (version, path, stat, expected) in [
        ("2026.4.15", "/s", stat(0o755), ""),
        ("2026.4.15", "/s", stat(0o720), "MODE"),
        ("2026.4.15", "/s", stat(0o702), "MODE"),
        ("2026.4.15", "/s/identity", stat(0o700), ""),
        ("2026.4.15", "/s/identity", stat(0o775), "MODE"),
        ("2026.4.15", "/s/devices", stat(0o777), "MODE"),
        ("2026.4.15", "/s/state", stat(0o777), "MODE"),
        ("2026.4.15", DEVICE, stat(0o600), ""),
        ("2026.4.15", DEVICE, stat(0o640), "KEY_READABLE"),
        ("2026.4.15", DEVICE, stat(0o604), "KEY_READABLE"),
        ("2026.4.15", DB, stat(0o644), "KEY_READABLE"),
        ("2026.4.15", PAIRED, stat(0o644), "MODE"),
        ("2026.4.15", PENDING, stat(0o640), "MODE"),
        ("2026.4.15", CONFIG, stat(0o644), "MODE"),
        // Links are refused from 2026.5.12.
        ("2026.5.7", DEVICE, changed(json!({ "nlink": 2 })), ""),
        ("2026.5.12", DEVICE, changed(json!({ "nlink": 2 })), "HARD_LINK"),
        ("2026.5.12", PAIRED, changed(json!({ "nlink": 2 })), ""),
        ("2026.4.15", DEVICE, changed(json!({ "uid": 0 })), "OWNER"),
        ("2026.4.15", "/s/devices", json!({ "mode": 0o700, "uid": 0, "nlink": 2 }), "OWNER"),
        ("2026.4.15", CONFIG, changed(json!({ "uid": 0 })), "OWNER"),
    ] {
        let expected: Vec<String> =
            expected.split_terminator(' ').map(|code| format!("{code} {path}")).collect();
        assert_eq!(
            findings(&with(version, json!({ path: stat }))),
            expected,
            "{version} {path} {stat}"
        );
    }
    let said = message(&with("2026.4.15", json!({ "/s": stat(0o40_722) })), "MODE");
    assert!(said.contains("(mode 722)"), "{said}");
    let said = message(&with("2026.4.15", json!({ PAIRED: stat(0o100_644) })), "MODE");
    assert!(said.contains("(mode 644); it holds tokens"), "{said}");
    let said =
        message(&with("2026.4.15", json!({ DEVICE: changed(json!({ "uid": 7 })) })), "OWNER");
    assert!(
        said.contains("uid 7, the state dir to uid 1000") && said.contains("chown 1000"),
        "{said}"
    );
    // A config without a secret may be read by all.
    for (auth, expected) in [
        (json!({}), &[][..]),
        (json!({ "token": "T" }), &["MODE /s/openclaw.json"]),
        (json!({ "password": "P" }), &["MODE /s/openclaw.json"]),
    ] {
        let disk = with("2026.4.15", json!({ CONFIG: stat(0o644) }))
            .config(gateway(json!({ "auth": auth })));
        assert_eq!(findings(&disk), expected, "{auth}");
    }
    let backups = json!({ "/s/identity": { "mode": 0o700, "uid": 1000, "nlink": 2, "backups": ["a.bak", "b.bak"] } });
    assert_eq!(
        findings(&with("2026.4.15", backups)),
        ["BACKUP /s/identity/a.bak", "BACKUP /s/identity/b.bak"]
    );
    // Root may do all; another user may not.
    for (uid, expected) in [(1000, &[][..]), (0, &[]), (7, &["OWNER /s"])] {
        let disk = with("2026.4.15", json!({}))
            .input("process", json!({ "uid": uid, "node": "26.1.0", "platform": "linux" }));
        assert_eq!(findings(&disk), expected, "{uid}");
    }
    let mut nothing = Disk::new("2026.4.15").config(gateway(json!({})));
    nothing.stats = Some(Default::default());
    assert_eq!(findings(&nothing), ["STATE_DIR /s"]);
}

/// What an unsuccessful connection adds: only where the client or the proxy is the reason.
#[test]
fn what_the_connection_adds() {
    let codes = |disk: &Disk, connection: Value| {
        let report = diagnosis(disk, connection);
        let findings = report["findings"].as_array().unwrap().iter();
        findings
            .map(|finding| finding["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let modern =
        |list: Value| sound(NEWEST_NAME).config(gateway(json!({ "trustedProxies": list })));
    assert_eq!(codes(&modern(json!([])), forwarded()), "W_PROXY_UNLISTED");
    assert_eq!(codes(&modern(json!(["127.0.0.1"])), forwarded()), "");
    assert_eq!(
        codes(&modern(json!(["127.0.0.1", "203.0.113.9"])), forwarded()),
        "W_PROXY_NO_CLIENT"
    );
    let mut from = forwarded();
    from["remoteAddress"] = json!("10.0.0.7");
    assert_eq!(codes(&modern(json!(["127.0.0.1"])), from.clone()), "W_PROXY_UNLISTED");
    let report = diagnosis(&modern(json!([])), from.clone());
    assert_eq!(
        report["findings"][0]["hint"],
        "Run `npx openclaw-prepair patch-config --proxy-peer 10.0.0.7`."
    );
    assert_eq!(codes(&modern(json!(["10.0.0.7", "203.0.113.9"])), from), "W_PROXY_NO_CLIENT");
    // Without a device no record helps; with one it is the record, or the token, that must be mended.
    let bare = json!({ "client": "cli", "presentsDevice": false, "scopes": ["operator.read"], "headers": { "X-Forwarded-For": "203.0.113.9" } });
    assert_eq!(codes(&sound("2026.4.15"), bare.clone()), "W_NO_DEVICE");
    let mut nobody = bare;
    nobody["auth"] = json!("none");
    assert_eq!(codes(&sound("2026.4.15"), nobody), "W_NO_DEVICE");
    let scopeless = sound("2026.4.15")
        .file(PAIRED, store(record(json!({ "tokens": { "operator": { "token": "t" } } }))));
    assert_eq!(codes(&scopeless, forwarded()), "W_TOKEN_SCOPES");
    assert_eq!(verdict(&scopeless, forwarded()), "rejected missing-scope");
}
