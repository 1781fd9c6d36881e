//! What a plan does beside what the vectors show: an identity in a file beside a database, and what is asked for.

use prepair_core::base::keys::KeyPair;
use prepair_core::rules::NEWEST_NAME;
use serde_json::{Value, json};

use crate::kit::{Disk, NOW, ask, code, database, gateway, keys, record, store};

const DEVICE: &str = "/s/identity/device.json";
const PENDING: &str = "/s/devices/pending.json";
const IMPORTING: &str = "/s/identity/device.json.doctor-importing";

/// A database that holds neither identity nor record yet.
fn new_database(version: &str) -> Disk {
    let mut disk = database(version);
    disk.rows.retain(|id, _| id != "primary" && !id.starts_with("paired:"));
    disk
}

/// An identity file as a widely copied script writes it: without version (OPENCLAW §3).
fn unversioned(keys: &KeyPair) -> String {
    json!({ "deviceId": keys.device_id(), "publicKeyPem": keys.public_pem(), "privateKeyPem": keys.private_pem().as_str() }).to_string()
}

fn other() -> KeyPair {
    KeyPair::from_seed(&[8; 32])
}

fn steps(plan: &Value) -> Vec<String> {
    let word = |step: &Value, name: &str| step[name].as_str().unwrap_or_default().to_owned();
    plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| format!("{} {}{}", word(step, "kind"), word(step, "path"), word(step, "db")))
        .collect()
}

/// 2026.9.6 stops with exit code 78 over an identity file that it cannot import once the config changed. A plan that mends the
/// file first may change it.
#[test]
fn a_config_is_not_changed_beside_an_identity_that_cannot_be_imported() {
    let refused = "LEGACY_IDENTITY_CONFLICT";
    let device = json!({ "device": { "publicKey": other().public_key() } });
    for (operation, path, text, options, expected) in [
        (
            "patchConfig",
            DEVICE,
            unversioned(&keys()),
            json!({ "trustedProxies": ["10.0.0.7"] }),
            refused,
        ),
        (
            "setup",
            DEVICE,
            unversioned(&keys()),
            json!({ "config": { "trustedProxies": ["10.0.0.7"] } }),
            "",
        ),
        (
            "setup",
            IMPORTING,
            unversioned(&keys()),
            json!({ "config": { "trustedProxies": ["10.0.0.7"] } }),
            refused,
        ),
        (
            "patchConfig",
            DEVICE,
            unversioned(&other()),
            json!({ "trustedProxies": ["10.0.0.7"] }),
            refused,
        ),
        (
            "setup",
            DEVICE,
            unversioned(&other()),
            json!({ "config": { "trustedProxies": ["10.0.0.7"] } }),
            refused,
        ),
        (
            "setup",
            DEVICE,
            unversioned(&keys()),
            {
                let mut options = device.clone();
                options["config"] = json!({ "trustedProxies": ["10.0.0.7"] });
                options
            },
            refused,
        ),
        ("prePair", DEVICE, unversioned(&keys()), json!({}), ""),
        (
            "patchConfig",
            DEVICE,
            String::from_utf8(keys().file(NOW).to_vec()).unwrap(),
            json!({ "trustedProxies": ["10.0.0.7"] }),
            "",
        ),
    ] {
        let plan = database(NEWEST_NAME).file(path, &text).plan(operation, options.clone());
        assert_eq!(code(&plan), expected, "{operation} {path} {options} {plan}");
    }
    // An edit that changes nothing is no danger: then it is a warning.
    let same = database(NEWEST_NAME)
        .file(DEVICE, unversioned(&keys()))
        .plan("patchConfig", json!({ "trustedProxies": false }));
    assert_eq!(same["report"]["warnings"][0]["code"], "W_LEGACY_IDENTITY_CONFLICT", "{same}");
}

/// The primary row is what counts; a file beside it is mended only if it holds the same key.
#[test]
fn the_identity_of_a_database() {
    let identity = |disk: &Disk, options: Value| {
        let plan = disk.plan("prePair", options);
        let outcome = plan["report"]["identity"].as_str().unwrap_or_else(|| code(&plan)).to_owned();
        let written = plan["steps"]
            .as_array()
            .is_some_and(|steps| steps.iter().any(|step| step["path"] == DEVICE));
        (outcome, written)
    };
    let pem =
        |keys: &KeyPair| json!({ "identity": { "privateKeyPem": keys.private_pem().as_str() } });
    let full = || database(NEWEST_NAME);
    let new = || new_database(NEWEST_NAME).entropy(1, 2);
    let sound = |keys: &KeyPair| keys.file(NOW).to_vec();
    for (disk, options, expected, written) in [
        (full(), json!({}), "reused", false),
        (full(), pem(&keys()), "reused", false),
        (full(), pem(&other()), "IDENTITY_CONFLICT", false),
        (full(), json!({ "identity": "new" }), "IDENTITY_CONFLICT", false),
        (full().file(DEVICE, unversioned(&keys())), json!({}), "repaired", true),
        (full().file(DEVICE, unversioned(&other())), json!({}), "reused", false),
        (full().file(DEVICE, sound(&keys())), json!({}), "reused", false),
        (new(), json!({}), "created", false),
        (new(), json!({ "identity": "new" }), "created", false),
        (new(), pem(&keys()), "imported", false),
        (new().entropy(0, 2), json!({}), "ENTROPY", false),
        (new().entropy(0, 2), pem(&keys()), "imported", false),
        // A file that waits for the import is the identity.
        (new().file(DEVICE, sound(&keys())), json!({}), "imported", false),
        (new().file(DEVICE, unversioned(&keys())), json!({}), "imported", true),
        (new().file(DEVICE, sound(&keys())), pem(&keys()), "imported", false),
        (new().file(DEVICE, sound(&keys())), pem(&other()), "IDENTITY_CONFLICT", false),
    ] {
        assert_eq!(identity(&disk, options.clone()), (expected.to_owned(), written), "{options}");
    }
}

/// 2026.9.5 imports no paired.json at its first start; where the record is a row, there is nothing to import.
#[test]
fn a_record_that_is_not_imported() {
    let warned = |disk: Disk| {
        let plan = disk.plan("prePair", json!({}));
        let warnings = plan["report"]["warnings"].as_array().unwrap().clone();
        warnings.iter().any(|warning| warning["code"] == "W_NOT_IMPORTED")
    };
    assert!(warned(Disk::new("2026.9.5")));
    assert!(!warned(Disk::new("2026.9.4")) && !warned(Disk::new(NEWEST_NAME)));
    assert!(!warned(database("2026.9.5")));
}

/// `verify` takes back the one request that it caused.
#[test]
fn one_request_is_cleared_by_its_id() {
    let request = |device: &str| json!({ "deviceId": device, "silent": false, "ts": NOW - 5 });
    let file =
        json!({ "one": request("a"), "two": request("a"), "three": request("b") }).to_string();
    let disk = Disk::new("2026.4.15").file(PENDING, &file);
    for (options, cleared) in [
        (json!({ "requestId": "two" }), &["two"][..]),
        (json!({ "requestId": "four" }), &[]),
        (json!({ "deviceId": "a" }), &["one", "two"]),
        (json!({ "deviceId": " b " }), &["three"]),
        (json!({}), &["one", "two", "three"]),
    ] {
        let plan = disk.plan("clearPending", options.clone());
        let list = plan["report"]["cleared"].as_array().unwrap();
        let ids: Vec<&str> =
            list.iter().map(|request| request["requestId"].as_str().unwrap()).collect();
        assert_eq!(ids, cleared, "{options}");
        assert!(list.iter().all(|request| request["ageMs"] == 5 && request["silent"] == false));
        assert_eq!(steps(&plan).len(), usize::from(!cleared.is_empty()), "{options}");
    }
    let row = |id: &str, silent: Value| json!({ "request_id": id, "request_hex": format!("hex of {id}"), "device_id": "a", "silent": silent, "ts": NOW - 5 });
    let rows = database(NEWEST_NAME).rows(
        "pending",
        json!([row("one", json!(0)), row("two", json!(1)), row("three", Value::Null)]),
    );
    let plan = rows.plan("clearPending", json!({}));
    let silent: Vec<&Value> = plan["report"]["cleared"]
        .as_array()
        .unwrap()
        .iter()
        .map(|request| &request["silent"])
        .collect();
    assert_eq!(silent, [&json!(false), &json!(true), &Value::Null]);
    let plan = rows.plan("clearPending", json!({ "requestId": "two" }));
    assert_eq!(plan["steps"][0]["statements"].as_array().unwrap().len(), 1);
    assert_eq!(plan["steps"][0]["statements"][0]["params"], json!(["hex of two"]));
}

/// What is missing comes with the folders below which a driver reads, whenever it is asked for.
#[test]
fn what_is_missing_is_named_with_its_folders() {
    let files = json!({ "/c/openclaw.json": { "blob": 0 } });
    let rows = json!({ "userVersion": null, "columns": null });
    let request = json!({
        "fn": "plan", "operation": "patchConfig",
        "options": { "stateDir": "/s", "configPath": "/c/openclaw.json", "gatewayVersion": "2026.4.15", "env": {}, "merge": { "a": 1 } },
        "inputs": { "files": files, "rows": rows },
    });
    let (answer, _) = crate::kit::call(&request, &[b"{ $include: 'more.json' }"]);
    assert_eq!(
        answer["missing"],
        json!({ "files": ["/c/more.json"], "queries": [], "bases": ["/s", "/c"] })
    );
    let first = ask(
        json!({ "fn": "plan", "operation": "clearPending", "options": { "stateDir": "/s", "env": {} } }),
    );
    assert_eq!(first["missing"]["bases"], json!(["/s"]));
}

/// `resolveUserPath` expands `~` alone or before a slash; anything else is a name in the working folder.
#[test]
fn a_tilde_that_is_no_home() {
    let wanted = |dir: &str| {
        let mut disk = Disk::new("2026.4.15").input("cwd", json!("/w"));
        disk.options.insert("stateDir".into(), json!(dir));
        disk.wanted("clearPending", json!({}))
    };
    assert_eq!(wanted("~/claw"), ["/h/claw/devices/pending.json"]);
    assert_eq!(wanted("~"), ["/h/devices/pending.json"]);
    assert_eq!(wanted("~claw"), ["/w/~claw/devices/pending.json"]);
    assert_eq!(wanted("~claw/a"), ["/w/~claw/a/devices/pending.json"]);
}

/// A gateway that runs on the state dir is named where something is written, and only there.
#[test]
fn a_running_gateway_is_named() {
    let warned = |disk: Disk| {
        let plan = disk.input("gateway", json!(4711)).plan("prePair", json!({}));
        let warnings = plan["report"]["warnings"].as_array().unwrap().clone();
        let found = warnings.iter().find(|warning| warning["code"] == "W_GATEWAY_RUNNING");
        found.map(|warning| warning["message"].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    let fresh = Disk::new("2026.4.15");
    assert!(
        warned(fresh.clone()).contains("(process 4711). It writes devices/*.json too"),
        "{}",
        warned(fresh)
    );
    assert!(warned(new_database(NEWEST_NAME)).contains("It sees the new rows at once"));
    let whole = Disk::new("2026.4.15")
        .file(DEVICE, &*keys().file(NOW))
        .file("/s/devices/paired.json", store(record(json!({}))));
    assert_eq!(warned(whole.config(gateway(json!({})))), "");
}

/// From 2026.5.12 a hard link keeps OpenClaw from reading the identity; a driver that can tell is asked, and asked once.
#[test]
fn the_names_of_the_identity_file_are_asked_for() {
    for (version, operation, expected) in [
        ("2026.5.7", "prePair", json!(null)),
        ("2026.5.12", "prePair", json!([DEVICE])),
        (NEWEST_NAME, "setup", json!([DEVICE])),
        (NEWEST_NAME, "clearPending", json!(null)),
    ] {
        let disk = Disk::new(version).input("stats", json!({}));
        assert_eq!(disk.first_missing(operation)["stats"], expected, "{version} {operation}");
        let blind = Disk::new(version);
        assert_eq!(blind.first_missing(operation)["stats"], json!(null), "{version} {operation}");
    }
}

/// A config that only its includes make a client's: refused once they are read, whatever else was lacking before.
#[test]
fn a_client_by_an_include_is_refused() {
    for (config, base) in [
        ("{ $include: './base.json', agents: {} }", "{ gateway: { mode: 'remote' } }"),
        ("{ gateway: { $include: './base.json' } }", "{ mode: 'remote' }"),
    ] {
        for disk in [Disk::new("2026.4.15"), new_database(NEWEST_NAME)] {
            let disk = disk.config(config).file("/s/base.json", base);
            for (operation, options) in [
                ("prePair", json!({})),
                ("setup", json!({})),
                ("setup", json!({ "config": false })),
            ] {
                let plan = disk.plan(operation, options);
                assert_eq!(code(&plan), "CLIENT_STATE", "{config} {operation}: {plan}");
            }
        }
    }
}

/// Where a config of an unusual name would lie is asked for up to the root, in one go; of a usual name nothing is.
#[test]
fn the_place_of_an_unusual_config_is_asked_for() {
    let asked = |config: &str| {
        let mut disk = Disk::new("2026.4.15").input("stats", json!({}));
        disk.options.insert("configPath".into(), json!(config));
        disk.first_missing("patchConfig")["stats"].clone()
    };
    assert_eq!(asked("/l/up/device.json.1.bak"), json!(["/l/up", "/l", "/", "/s", "/s/identity"]));
    for usual in ["openclaw.json", "clawdbot.json", "moltbot.json", "moldbot.json"] {
        assert_eq!(asked(&format!("/l/up/{usual}")), json!(null), "{usual}");
    }
}
