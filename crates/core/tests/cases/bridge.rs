//! The functions of the bridge beside `plan`.

use prepair_core::base::keys::KeyPair;
use prepair_core::rules::NEWEST_NAME;
use serde_json::{Value, json};

use crate::kit::{Disk, NOW, ask, call, code, database, keys};

#[test]
fn about_and_map_tell_what_a_page_and_a_loader_need() {
    let about = ask(json!({ "fn": "about" }));
    assert_eq!(about["version"], prepair_core::VERSION);
    assert_eq!(about["coreHash"], prepair_core::CORE_HASH);
    let map = ask(json!({ "fn": "map" }));
    let versions = map["versions"].as_array().unwrap();
    assert!(versions.contains(&json!("2026.2.19")) && versions.last() == Some(&json!(NEWEST_NAME)));
    let at = |version: &str| {
        let at = ask(json!({ "fn": "map", "version": version }))["at"].as_u64().unwrap();
        versions[usize::try_from(at).unwrap()].as_str().unwrap()
    };
    for (version, expected) in [
        ("2026.2.19", "2026.2.19"),
        ("v2026.2.20", "2026.2.19"),
        ("2026.8.1-beta.2", "2026.7.1"),
        ("2026.7.35", "2026.7.1"),
        ("2026.1.1", "2026.1.29"),
        ("2027.1.1", NEWEST_NAME),
        ("nonsense", NEWEST_NAME),
    ] {
        assert_eq!(at(version), expected, "{version}");
    }
    assert_eq!(map["at"], versions.len() - 1);
    let tree = map["tree"].as_array().unwrap();
    // OpenClaw asks for the device before anything that depends on it, and for the call at the end.
    assert_eq!(
        tree[4],
        json!({ "question": "Does the client present its device?", "device": null, "end": null })
    );
    let paired = json!({ "question": "Is it approved silently?", "device": true, "end": "pairing-required" });
    assert!(tree.contains(&paired));
    assert_eq!(tree.last().unwrap()["question"], "May it call the method?");
}

#[test]
fn entropy_is_drawn_once_for_several_calls() {
    let (answer, blobs) = call(&json!({ "fn": "entropy" }), &[]);
    assert_eq!(answer, json!({}));
    assert_eq!(blobs, [(1..=64).collect::<Vec<u8>>()]);
}

#[test]
fn an_identity_is_made_derived_and_used_to_sign() {
    let made = ask(json!({ "fn": "newIdentity" }));
    let seed: [u8; 32] = core::array::from_fn(|at| at as u8 + 1);
    let keys = KeyPair::from_seed(&seed);
    assert_eq!(made["deviceId"], keys.device_id());
    assert_eq!(made["publicKey"], keys.public_key());
    assert_eq!(made["privateKeyPem"], keys.private_pem().as_str());

    let secret = "0123456789abcdefghijklmnopqrstuv";
    let derived =
        ask(json!({ "fn": "newIdentity", "options": { "secret": secret, "label": "one" } }));
    assert_eq!(derived["deviceId"], KeyPair::derive(secret.as_bytes(), "one").device_id());
    for options in [json!("one"), json!([]), json!({ "secret": secret })] {
        assert_eq!(
            code(&ask(json!({ "fn": "newIdentity", "options": options }))),
            "OPTIONS",
            "{options}"
        );
    }

    // RFC 8032, 7.1, test 1: an empty message.
    let seed = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c,
        0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae,
        0x7f, 0x60,
    ];
    let pem = KeyPair::from_seed(&seed).private_pem();
    let signed = ask(json!({ "fn": "sign", "privateKeyPem": pem.as_str(), "payload": "" }));
    assert_eq!(
        signed["signature"],
        "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRlUUFDjnoQCw"
    );
    assert_eq!(signed["publicKey"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assert_eq!(code(&ask(json!({ "fn": "sign", "privateKeyPem": "x", "payload": "" }))), "KEY");
}

#[test]
fn the_identity_of_a_state_dir_is_exported() {
    let empty = Disk::new("2026.4.15");
    let refused = empty.ask("exportIdentity", "prePair", json!({}));
    assert_eq!(code(&refused), "IDENTITY_MISSING");
    // What is missing is named with the folders below which a driver reads.
    let rows = json!({ "userVersion": [{ "user_version": 15 }], "columns": [] });
    let files = json!({ "/s/identity/device.json": null, "/s/devices/paired.json": null, "/s/devices/pending.json": null });
    let mut options = empty.options.clone();
    options.insert("gatewayVersion".into(), json!("2026.8.2"));
    let first = ask(json!({
        "fn": "exportIdentity", "operation": "prePair", "options": options, "inputs": { "files": files, "rows": rows },
    }));
    assert_eq!(first["missing"]["queries"][0]["id"], "export");
    assert_eq!(first["missing"]["bases"], json!(["/s"]));
    let disk = empty.file("/s/identity/device.json", &*keys().file(NOW));
    let found = disk.ask("exportIdentity", "prePair", json!({}));
    let wanted = json!({ "deviceId": keys().device_id(), "publicKey": keys().public_key(), "privateKeyPem": keys().private_pem().as_str() });
    assert_eq!(found, wanted);
    // From a database only a whole row: its private half may be the key of another device.
    let row = |id: &str, public: &str, private: &str| {
        let row =
            json!([{ "device_id": id, "public_key_pem": public, "private_key_pem": private }]);
        database(NEWEST_NAME).rows("export", row).ask("exportIdentity", "prePair", json!({}))
    };
    let (id, public, private) = (keys().device_id(), keys().public_pem(), keys().private_pem());
    let other = KeyPair::from_seed(&[8; 32]);
    assert_eq!(row(&id, &public, &private), wanted);
    for broken in [
        row(&id, &public, &other.private_pem()),
        row(&id, &public, ""),
        row(&id, &public, private.trim_end()),
        row(&id, &public.replace('\n', "\r\n"), &private),
        row(&other.device_id(), &public, &private),
    ] {
        assert_eq!(code(&broken), "IDENTITY_BROKEN", "{broken}");
    }
}

#[test]
fn what_is_still_to_be_read_is_told_until_nothing_is() {
    let inputs = |files: serde_json::Value, rows: serde_json::Value| json!({ "now": NOW, "files": files, "rows": rows });
    let ask = |inputs: serde_json::Value| {
        let options = json!({ "stateDir": "/s", "gatewayVersion": "2026.4.15", "env": {} });
        ask(
            json!({ "fn": "reads", "operation": "clearPending", "options": options, "inputs": inputs }),
        )
    };
    let first = ask(inputs(json!({}), json!({})));
    assert_eq!(first["done"], false);
    assert_eq!(first["files"], json!(["/s/devices/pending.json"]));
    let queries = first["queries"].as_array().unwrap();
    let ids: Vec<&str> = queries.iter().map(|query| query["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["userVersion", "columns"]);
    assert!(
        queries
            .iter()
            .all(|query| query["db"] == "/s/state/openclaw.sqlite" && query["params"] == json!([]))
    );
    assert_eq!(queries[0]["sql"], "PRAGMA user_version");
    let done = ask(inputs(
        json!({ "/s/devices/pending.json": null }),
        json!({ "userVersion": null, "columns": null }),
    ));
    assert_eq!(done, json!({ "done": true, "files": [], "queries": [], "bases": [] }));
    // What a plan would refuse needs no more reading either.
    let refused = ask(inputs(
        json!({ "/s/devices/pending.json": { "kind": "dir" } }),
        json!({ "userVersion": null, "columns": null }),
    ));
    assert_eq!(refused["done"], true);
}

#[test]
fn what_a_connection_attempt_needs_is_found() {
    let id = keys().device_id();
    let record = json!({
        "deviceId": id, "publicKey": keys().public_key(), "role": "operator",
        "scopes": ["operator.read"], "approvedScopes": ["operator.read"],
        "displayName": "mine", "platform": "macOS 26.3", "deviceFamily": "Mac", "clientId": "cli", "clientMode": "cli", "remoteIp": "203.0.113.9",
        "tokens": { "operator": { "token": "secret", "revokedAtMs": null }, "node": { "token": "other" } },
    });
    let requests = json!({ "mine": { "deviceId": id }, "other": { "deviceId": "x" } });
    let disk = Disk::new("2026.4.15")
        .file("/s/identity/device.json", &*keys().file(NOW))
        .file("/s/devices/paired.json", json!({ id.as_str(): record }).to_string())
        .file("/s/devices/pending.json", requests.to_string())
        .config("{ gateway: { port: 4242, tls: { enabled: true }, auth: { mode: 'token', token: 'T', password: 'P' } } }");
    assert_eq!(
        disk.ask("approach", "diagnose", json!({})),
        json!({
            "deviceId": id, "publicKey": keys().public_key(), "unread": null, "port": 4242, "tls": true, "dials": null, "authMode": "token", "token": "T", "password": "P", "paired": true,
            "granted": ["operator.read"], "pending": ["mine"],
            "record": {
                "displayName": "mine", "platform": "macOS 26.3", "deviceFamily": "Mac", "clientId": "cli", "clientMode": "cli",
                "role": "operator", "scopes": ["operator.read"],
            },
            "deviceToken": "secret", "revoked": false, "keptToken": null, "keptFirst": false, "bare": [], "bases": ["/s"],
            "settings": { "gateway": { "port": 4242, "tls": { "enabled": true }, "auth": { "mode": "token", "token": "<hidden>", "password": "<hidden>" } } },
        })
    );
    assert_eq!(
        Disk::new("2026.4.15").config("{ gateway: { tls: { enabled: false } } }").ask(
            "approach",
            "diagnose",
            json!({})
        ),
        json!({
            "deviceId": null, "publicKey": null, "unread": null, "port": null, "tls": false, "dials": null, "authMode": null, "token": null, "password": null, "paired": false,
            "granted": [], "pending": [], "record": null, "deviceToken": null, "revoked": false, "keptToken": null, "keptFirst": false, "bare": [], "bases": ["/s"],
            "settings": { "gateway": { "tls": { "enabled": false } } },
        })
    );
    // Variables of the environment and of the config's own `env`, as a diagnosis reads them.
    let named = |config: &str| {
        let found = Disk::new("2026.4.15").config(config).ask(
            "approach",
            "diagnose",
            json!({ "env": { "T": "given" } }),
        );
        (found["token"].clone(), found["password"].clone())
    };
    assert_eq!(
        named(
            "{ env: { vars: { P: 'own' } }, gateway: { auth: { token: '${T}', password: 'x${P}' } } }"
        ),
        (json!("given"), json!("xown"))
    );
    assert_eq!(
        named("{ gateway: { auth: { token: '${NOT_SET}', password: '$${T}' } } }"),
        (json!(null), json!("${T}"))
    );
    // With `bind: "lan"` some versions' own clients dial the LAN address, and one refuses that as plain text.
    for (version, gateway, dials) in [
        ("2026.2.6", "{ bind: 'lan' }", json!(null)),
        ("2026.2.17", "{ bind: 'lan' }", json!("lan")),
        ("2026.2.17", "{ bind: 'loopback' }", json!(null)),
        ("2026.2.19", "{ bind: 'lan' }", json!("none")),
        ("2026.2.19", "{ bind: 'lan', tls: { enabled: true } }", json!("lan")),
        ("2026.2.21", "{ bind: 'lan' }", json!(null)),
    ] {
        let disk = Disk::new(version).config(format!("{{ gateway: {gateway} }}"));
        assert_eq!(
            disk.ask("approach", "diagnose", json!({}))["dials"],
            dials,
            "{version} {gateway}"
        );
    }
    // Of settings nothing is told but what is named: variables as they stand, secrets as marks, what no gateway takes for one as it is.
    let told = |gateway: &str| {
        let disk = Disk::new(NEWEST_NAME)
            .config(format!("{{ gateway: {gateway}, channels: {{ x: {{ botToken: 'b' }} }} }}"));
        let found = disk.ask("approach", "diagnose", json!({ "env": { "T": "given" } }));
        found["settings"]["gateway"].clone()
    };
    assert_eq!(
        told(
            "{ bind: '${T}', remote: { token: 'r' }, auth: { token: '${T}', password: 'change-me-to-a-strong-password', x: 'y' } }"
        ),
        json!({ "bind": "${T}", "auth": { "token": "<hidden>", "password": "change-me-to-a-strong-password" } })
    );
    assert_eq!(
        told(
            "{ auth: { token: { source: 'env', provider: 'default', id: 'X', more: 'm' }, password: { source: 'exec', id: 'cat /secret' } } }"
        ),
        json!({ "auth": { "token": { "source": "env", "provider": "default", "id": "X" }, "password": { "source": "exec" } } })
    );
    // A token that its owner revoked is none; a row has the client too.
    let tokens = json!({ "operator": { "token": "secret", "revokedAtMs": 1 } }).to_string();
    let row = json!([{
        "device_id": id, "public_key": keys().public_key(), "client_id": "gateway-client", "client_mode": "backend",
        "display_name": null, "tokens_json": tokens,
    }]);
    let identity = json!([{ "device_id": id, "public_key_pem": keys().public_pem() }]);
    let found = database(NEWEST_NAME)
        .rows("primary", identity)
        .rows("pending", json!([]))
        .rows("anyPaired", json!([{ "device_id": id }]))
        .rows(&format!("paired:{id}"), row)
        .ask("approach", "diagnose", json!({}));
    assert_eq!(found["record"], json!({ "clientId": "gateway-client", "clientMode": "backend" }));
    assert_eq!(found["deviceToken"], json!(null));
    assert_eq!(found["revoked"], json!(true));
}

#[test]
fn tries_are_taken_back_as_far_as_they_are_the_own_ones() {
    let id = keys().device_id();
    let record = json!({ "displayName": "mine", "platform": "linux", "role": "operator", "remoteIp": "::1" });
    let paired = json!({ id.as_str(): record, "other": { "platform": "linux" } }).to_string();
    let requests = json!({ "ours": { "deviceId": id }, "before": { "deviceId": id } }).to_string();
    let disk = Disk::new("2026.2.19")
        .file("/s/devices/paired.json", &*paired)
        .file("/s/devices/pending.json", &*requests);
    let taken = |options: serde_json::Value| {
        let plan = disk.plan("takeBack", options);
        let steps = plan["steps"].as_array().unwrap();
        let files: Vec<String> =
            steps.iter().map(|step| step["content"].as_str().unwrap().to_owned()).collect();
        (plan["report"]["cleared"].clone(), files)
    };
    let none = json!([]);
    assert_eq!(taken(json!({ "deviceId": id })), (none.clone(), vec![]));
    // What it was before is put back, where it still is what a connect leaves.
    let fields = json!({
        "platform": { "left": "linux", "was": null },
        "displayName": { "left": null, "was": "old" },
        "role": { "left": "operator", "was": "node" },
        "clientId": { "left": "cli", "was": null },
    });
    let before = json!({ "displayName": "mine", "role": "node", "remoteIp": "::1" });
    let store = json!({ id.as_str(): before, "other": { "platform": "linux" } }).to_string();
    assert_eq!(
        taken(json!({ "deviceId": id, "fields": fields })),
        (none.clone(), vec![store.clone()])
    );
    // One request, and the record that was not there.
    let (cleared, files) = taken(json!({ "deviceId": id, "requestId": "ours", "record": true }));
    assert_eq!(cleared[0]["requestId"], "ours");
    let other = json!({ "other": { "platform": "linux" } }).to_string();
    let kept = json!({ "before": { "deviceId": id } }).to_string();
    assert_eq!(files, [other, kept]);
    assert_eq!(
        taken(json!({ "deviceId": "absent", "requestId": "absent", "record": true })),
        (none, vec![])
    );
    for (wrong, code) in [
        (json!({}), "OPTIONS"),
        (json!({ "deviceId": id, "fields": [] }), "OPTIONS"),
        (json!({ "deviceId": "" }), "OPTIONS"),
    ] {
        assert_eq!(self::code(&disk.plan("takeBack", wrong.clone())), code, "{wrong}");
    }

    let rows =
        database(NEWEST_NAME).rows(&format!("paired:{id}"), json!([{ "device_id": id }])).rows(
            "pending",
            json!([{ "request_id": "ours", "request_hex": "6F757273", "device_id": id }]),
        );
    let plan =
        rows.plan("takeBack", json!({ "deviceId": id, "requestId": "ours", "record": true }));
    let statements = plan["steps"][0]["statements"].as_array().unwrap();
    let sql: Vec<&str> =
        statements.iter().map(|statement| statement["sql"].as_str().unwrap()).collect();
    assert_eq!(
        sql,
        [
            "DELETE FROM device_pairing_paired WHERE device_id = ?",
            "DELETE FROM device_pairing_pending WHERE hex(request_id) = ?"
        ]
    );
    assert_eq!(statements[0]["params"], json!([id]));
    // Fields of a row are left alone: those versions overwrite none of them.
    let fields = json!({ "platform": { "left": null, "was": "linux" } });
    let plan = rows.plan("takeBack", json!({ "deviceId": id, "fields": fields }));
    assert_eq!(plan["steps"], json!([]));
}

#[test]
fn what_no_function_takes_is_refused() {
    for (request, expected) in [
        (json!({ "fn": "none such" }), "INTERNAL"),
        (json!({}), "OPTIONS"),
        (json!([]), "OPTIONS"),
        (json!({ "fn": "plan", "operation": "none such" }), "OPTIONS"),
        (json!({ "fn": "plan", "operation": "prePair", "options": { "now": -1 } }), "OPTIONS"),
    ] {
        assert_eq!(code(&ask(request.clone())), expected, "{request}");
    }
}

#[test]
fn whatever_an_operation_may_read_is_foreseen() {
    let foreseen = |of: &str, operation: &str, more: Value, fresh: bool| {
        let mut options = json!({ "stateDir": "/s", "env": {}, "gatewayVersion": NEWEST_NAME });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(json!({
            "fn": "foresee", "of": of, "fresh": fresh, "operation": operation, "options": options,
            "inputs": { "stats": {}, "files": {}, "rows": {}, "now": NOW, "home": "/h" },
        }))
    };
    let named = |all: &Value, kind: &str| -> Vec<String> {
        let name = |item: &Value| item.as_str().or(item["id"].as_str()).unwrap().to_owned();
        all[kind].as_array().unwrap().iter().map(name).collect()
    };
    let all = foreseen("plan", "setup", json!({}), false);
    let device = format!("paired:{}", all["standIn"].as_str().unwrap());
    for id in ["userVersion", "columns", "primary", "pending", &device] {
        assert!(named(&all, "queries").contains(&id.to_owned()), "{id} in {all}");
    }
    for file in ["openclaw.json", "identity/device.json", "devices/paired.json"] {
        assert!(named(&all, "files").contains(&format!("/s/{file}")), "{file} in {all}");
    }
    let fresh = named(&foreseen("plan", "setup", json!({}), true), "queries");
    assert_eq!(fresh, ["userVersion", "columns"]);

    let id = "0".repeat(64);
    let token = foreseen("deviceToken", "devices.revoke", json!({ "deviceId": id }), false);
    assert!(named(&token, "queries").contains(&format!("tokens:{id}")), "{token}");
    let wrong = foreseen("plan", "setup", json!({ "scopes": 7 }), false);
    assert_eq!(wrong["error"]["code"], "ERR_PREPAIR_OPTIONS");
}
