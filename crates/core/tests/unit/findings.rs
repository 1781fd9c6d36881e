//! Every finding: there where something is spoilt, gone where it was mended.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::base::json;
use crate::base::keys::KeyPair;
use crate::base::named::Named;
use crate::codes::{ErrorCode, NoticeCode};
use crate::entropy::ENTROPY;
use crate::error::Error;
use crate::inputs::{File, Inputs, Process, Rows, Stat};
use crate::operations::plan;
use crate::options::{self, Operation};
use crate::parts::Read;
use crate::report::{Diagnosis, Report};
use crate::rules::NEWEST_NAME;
use crate::steps::{FileStep, Plan, Step};
use crate::verdict::{Reason, Verdict};
use crate::wants::Stop;

const NOW: i64 = 1_780_000_000_000;
const DEVICE: &str = "/s/identity/device.json";
const PAIRED: &str = "/s/devices/paired.json";
const PENDING: &str = "/s/devices/pending.json";
const CONFIG: &str = "/s/openclaw.json";
const DB: &str = "/s/state/openclaw.sqlite";
const MODERN: &str = NEWEST_NAME;

/// Whose gateways do not start without a token.
const MAKE_NO_TOKEN: [&str; 3] = ["2026.1.29", "2026.2.12", "2026.2.17"];

fn keys() -> KeyPair {
    KeyPair::from_seed(&[7; 32])
}

/// A state dir in memory.
#[derive(Clone)]
struct Dir {
    version: &'static str,
    files: BTreeMap<String, Vec<u8>>,
    rows: BTreeMap<String, Rows>,
    stats: BTreeMap<String, Option<Stat>>,
    node: &'static str,
    home: &'static str,
    failures: BTreeMap<String, Error>,
    connection: Value,
}

fn stat(mode: u32) -> Option<Stat> {
    Some(Stat { mode, uid: 1000, nlink: 1, ..Stat::default() })
}

impl Dir {
    /// A state dir that was set up by us for a version: nothing is wrong with it.
    fn sound(version: &'static str) -> Self {
        let mut dir = Self {
            version,
            files: BTreeMap::new(),
            rows: BTreeMap::new(),
            stats: BTreeMap::from([("/s".to_string(), stat(0o700))]),
            node: "26.1.0",
            home: "/h",
            failures: BTreeMap::new(),
            connection: json!({}),
        };
        dir.files.insert(DEVICE.into(), keys().file(NOW).to_vec());
        dir.setup();
        dir
    }

    /// The same in a database.
    fn rows(version: &'static str) -> Self {
        let mut dir = Self::sound(version);
        let record: Value = dir.record();
        dir.files.retain(|path, _| path == CONFIG);
        let columns: Vec<_> = [
            ("device_identities", "identity_key device_id public_key_pem private_key_pem created_at_ms updated_at_ms"),
            ("device_pairing_paired", "device_id public_key display_name client_id client_mode role roles_json scopes_json approved_scopes_json tokens_json approved_via created_at_ms approved_at_ms"),
            ("device_pairing_pending", "request_id device_id silent ts"),
        ]
        .into_iter()
        .flat_map(|(table, columns)| columns.split(' ').map(move |column| json!({ "tbl": table, "col": column })))
        .collect();
        let id = keys().device_id();
        dir.set_rows("columns", json!(columns));
        dir.set_rows("userVersion", json!([{ "user_version": 18 }]));
        dir.set_rows(
            "primary",
            json!([{ "device_id": id, "public_key_pem": keys().public_pem() }]),
        );
        dir.set_rows("pending", json!([]));
        dir.set_rows(&format!("paired:{id}"), json!([{
            "device_id": id, "public_key": keys().public_key(), "role": "operator",
            "roles_json": record["roles"].to_string(), "scopes_json": record["scopes"].to_string(),
            "approved_scopes_json": record["approvedScopes"].to_string(), "tokens_json": record["tokens"].to_string(),
            "created_at_ms": NOW, "approved_at_ms": NOW,
        }]));
        dir
    }

    fn set_rows(&mut self, id: &str, rows: Value) {
        self.rows.insert(id.into(), Read::read(json::json(&rows)).unwrap());
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.files[path]).unwrap()
    }

    fn edit(&mut self, path: &str, edit: impl FnOnce(&mut Value)) {
        let mut value = self.json(path);
        edit(&mut value);
        self.files.insert(path.into(), value.to_string().into_bytes());
    }

    fn config(&mut self, patch: Value) {
        self.edit(CONFIG, |config| {
            for (key, value) in patch.as_object().unwrap() {
                config["gateway"][key] = value.clone();
            }
        });
    }

    fn record(&self) -> Value {
        self.json(PAIRED)[keys().device_id()].clone()
    }

    fn edit_record(&mut self, edit: impl FnOnce(&mut Value)) {
        self.edit(PAIRED, |store| edit(&mut store[keys().device_id()]));
    }

    fn run(&self, operation: Operation, options: Value) -> Plan {
        let mut all = json!({ "stateDir": "/s", "gatewayVersion": self.version, "env": { "HOME": self.home } });
        if MAKE_NO_TOKEN.contains(&self.version) {
            all["env"]["OPENCLAW_GATEWAY_TOKEN"] = "gateway-secret-of-the-tests".into();
        }
        all.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let request = options::parse(operation, json::json(&all), &[], &[9; 32]).unwrap();
        let mut inputs =
            Inputs { now: NOW, failures: self.failures.clone().into(), ..Inputs::default() };
        if operation == Operation::Diagnose {
            inputs.stats = Some(Named::default());
            inputs.process =
                Some(Process { uid: 1000, node: self.node.into(), platform: "linux".into() });
        }
        loop {
            match plan(&request, &inputs, &[9; ENTROPY]) {
                Ok(plan) => return plan,
                Err(Stop::Refused(error)) => panic!("{error}"),
                Err(Stop::Missing(missing)) => {
                    for path in missing.files {
                        let file =
                            self.files.get(&path).map_or(File::Absent, |bytes| File::Bytes(bytes));
                        inputs.files.insert(path, file);
                    }
                    for query in missing.queries {
                        let rows = self.rows.get(&query.id).cloned().flatten();
                        let rows = if self.rows.is_empty() {
                            None
                        } else {
                            Some(rows.unwrap_or_default())
                        };
                        inputs.rows.insert(query.id, rows);
                    }
                    for path in missing.stats {
                        let stat = self.stats.get(&path).cloned().unwrap_or_default();
                        inputs.stats.as_mut().unwrap().insert(path, stat);
                    }
                }
            }
        }
    }

    /// The fix that most findings name.
    fn setup_with(&mut self, options: Value) {
        let plan = self.run(Operation::Setup, options);
        for step in plan.steps {
            match step {
                Step::File(FileStep::Write { path, content, .. }) => {
                    self.files.insert(path, content.to_vec())
                }
                Step::File(FileStep::Remove { path, .. }) => self.files.remove(&path),
                Step::Sql(_) => panic!("rows are tested on real databases"),
            };
        }
    }

    fn setup(&mut self) {
        self.setup_with(json!({}));
    }

    fn diagnose(&self) -> Diagnosis {
        let plan = self.run(Operation::Diagnose, json!({ "connection": self.connection }));
        assert!(plan.steps.is_empty());
        match plan.report {
            Report::Diagnosis(diagnosis) => diagnosis,
            _ => panic!("another report"),
        }
    }

    fn codes(&self) -> Vec<String> {
        self.diagnose().findings.into_iter().map(|finding| finding.code.to_string()).collect()
    }
}

/// The spoilt dir has the finding, with a hint; the mended one does not.
fn proves(code: &str, mut dir: Dir, spoil: impl FnOnce(&mut Dir), mend: impl FnOnce(&mut Dir)) {
    let code = format!("W_{code}");
    assert!(!dir.codes().contains(&code), "{code} before it was spoilt");
    spoil(&mut dir);
    let findings = dir.diagnose().findings;
    let found = findings.iter().find(|finding| finding.code.as_str() == code);
    let found = found.unwrap_or_else(|| panic!("{code} is not among {findings:?}"));
    assert!(found.hint.is_some(), "{code} has no hint");
    let text = format!("{findings:?}");
    assert!(!text.contains("PRIVATE") && !text.contains("gateway-secret"), "{text}");
    mend(&mut dir);
    assert!(!dir.codes().contains(&code), "{code} after the fix: {:?}", dir.codes());
}

#[test]
fn a_sound_state_dir_has_no_findings() {
    for version in ["2026.1.29", "2026.2.19", "2026.4.15", "2026.7.1", MODERN] {
        assert_eq!(Dir::sound(version).codes(), Vec::<String>::new(), "{version}");
    }
    assert_eq!(Dir::rows(MODERN).codes(), Vec::<String>::new());
}

#[test]
fn what_setup_mends() {
    let record = |edit: fn(&mut Value)| move |dir: &mut Dir| dir.edit_record(edit);
    let setup = Dir::setup;
    proves("NO_IDENTITY", Dir::sound("2026.2.19"), |dir| drop(dir.files.remove(DEVICE)), setup);
    proves("NOT_PAIRED", Dir::sound("2026.2.19"), |dir| drop(dir.files.remove(PAIRED)), setup);
    proves("CONFIG_MISSING", Dir::sound("2026.2.19"), |dir| drop(dir.files.remove(CONFIG)), setup);
    for version in ["2026.2.19", "2026.5.12", "2026.7.1"] {
        let spoil = |dir: &mut Dir| {
            dir.edit(DEVICE, |file| drop(file.as_object_mut().unwrap().remove("version")))
        };
        proves("IDENTITY_SHAPE", Dir::sound(version), spoil, setup);
    }
    proves(
        "RECORD_ID",
        Dir::sound("2026.2.19"),
        record(|record| record["deviceId"] = json!("x")),
        setup,
    );
    proves(
        "KEY_SPELLING",
        Dir::sound("2026.2.19"),
        |dir| dir.edit_record(|record| record["publicKey"] = json!(keys().public_pem())),
        setup,
    );
    proves("ROLE", Dir::sound("2026.2.19"), record(|record| record["roles"] = json!([])), setup);
    let three = record(|record| {
        record["scopes"] = json!(["operator.admin", "operator.approvals", "operator.pairing"])
    });
    proves("SCOPES", Dir::sound("2026.2.19"), three, setup);
    let tokens = record(|record| record["tokens"] = json!({}));
    for version in ["2026.3.31", "2026.4.10", "2026.7.1"] {
        proves("TOKEN_MISSING", Dir::sound(version), tokens, setup);
    }
    proves(
        "TOKEN_SCOPES",
        Dir::sound("2026.2.19"),
        record(|record| {
            drop(record["tokens"]["operator"].as_object_mut().unwrap().remove("scopes"))
        }),
        setup,
    );
    proves(
        "TIMESTAMPS",
        Dir::sound("2026.2.19"),
        record(|record| record["createdAtMs"] = json!("2026-02-19")),
        setup,
    );
    let request = |dir: &mut Dir| {
        let request = json!({ "r1": { "requestId": "r1", "deviceId": keys().device_id(), "silent": false, "ts": NOW } });
        dir.files.insert(PENDING.into(), request.to_string().into_bytes());
        dir.files.remove(PAIRED);
    };
    proves("PENDING_STICKY", Dir::sound("2026.2.19"), request, setup);
    let revoked = record(|record| record["tokens"]["operator"]["revokedAtMs"] = json!(NOW));
    proves("TOKEN_REVOKED", Dir::sound("2026.4.15"), revoked, |dir| {
        dir.setup_with(json!({ "reinstate": true }))
    });
}

#[test]
fn what_the_owner_mends() {
    let without = |path: &'static str| move |dir: &mut Dir| drop(dir.files.remove(path));
    let sound = |dir: &mut Dir| *dir = Dir::sound(dir.version);
    let array = |dir: &mut Dir| drop(dir.files.insert(PAIRED.into(), b"[{}]".to_vec()));
    proves("SHAPE", Dir::sound("2026.2.19"), array, |dir| {
        dir.files.remove(PAIRED);
        dir.setup()
    });
    proves(
        "SYNTAX",
        Dir::sound("2026.2.19"),
        |dir| drop(dir.files.insert(CONFIG.into(), b"{ gateway: ".to_vec())),
        sound,
    );
    proves(
        "IDENTITY_BROKEN",
        Dir::sound("2026.2.19"),
        |dir| drop(dir.files.insert(DEVICE.into(), b"{}".to_vec())),
        without(DEVICE),
    );
    proves(
        "DEVICE_CONFLICT",
        Dir::sound("2026.2.19"),
        |dir| {
            dir.edit_record(|r| r["publicKey"] = json!(KeyPair::from_seed(&[1; 32]).public_key()))
        },
        |dir| {
            dir.files.remove(PAIRED);
            dir.setup()
        },
    );
    proves(
        "PINNED",
        Dir::sound("2026.4.15"),
        |dir| dir.edit_record(|r| r["deviceFamily"] = json!("mac")),
        |dir| {
            dir.files.remove(PAIRED);
            dir.setup()
        },
    );
    let copied = |dir: &mut Dir| {
        dir.config(json!({ "auth": { "mode": "token", "token": "gateway-secret" } }));
        dir.edit_record(|r| r["tokens"]["operator"]["token"] = json!("gateway-secret"));
    };
    proves("TOKEN_IS_GATEWAYS", Dir::sound("2026.2.19"), copied, |dir| {
        dir.edit_record(|r| drop(r.as_object_mut().unwrap().remove("tokens")));
        dir.setup();
    });
    let auth = "/s/identity/device-auth.json";
    proves(
        "DEVICE_AUTH",
        Dir::sound("2026.8.2"),
        |dir| drop(dir.files.insert(auth.into(), b"{}".to_vec())),
        without(auth),
    );
    proves(
        "PERMISSION",
        Dir::sound("2026.2.19"),
        |dir| {
            drop(dir.failures.insert(
                PAIRED.into(),
                Error::new(ErrorCode::Permission, "No.").at(PAIRED).hint("Be its owner."),
            ))
        },
        |dir| dir.failures.clear(),
    );
}

#[test]
fn the_config() {
    let config = |patch: Value| move |dir: &mut Dir| dir.config(patch);
    let proxies = |list: &[&str]| config(json!({ "trustedProxies": list }));
    let none = || config(json!({ "trustedProxies": [] }));
    proves(
        "GATEWAY_MODE",
        Dir::sound("2026.2.19"),
        |dir| dir.edit(CONFIG, |c| *c = json!({ "gateway": { "port": 1 } })),
        config(json!({ "mode": "local" })),
    );
    for version in ["2026.2.12", MODERN] {
        let asks = |dir: &mut Dir| dir.config(json!({ "auth": { "mode": "password" } }));
        let given = config(json!({ "auth": { "mode": "password", "password": "p".repeat(20) } }));
        proves("NO_SECRET", Dir::sound(version), asks, given);
    }
    for version in ["2026.2.19", "2026.3.28"] {
        proves("PROXY_LOOPBACK", Dir::sound(version), proxies(&["127.0.0.1"]), none());
    }
    proves(
        "PROXY_SPOOFABLE",
        Dir::sound("2026.2.19"),
        proxies(&["10.0.0.0/8"]),
        proxies(&["10.0.0.7"]),
    );
    proves("PROXY_WIDE", Dir::sound(MODERN), proxies(&["10.0.0.0/8"]), proxies(&["10.0.0.7"]));
    proves("PROXY_ANY", Dir::sound(MODERN), proxies(&["0.0.0.0/0"]), proxies(&["10.0.0.7"]));
    proves(
        "PROXY_ENTRY",
        Dir::sound("2026.2.12"),
        proxies(&["10.0.0.0/8"]),
        proxies(&["10.0.0.7"]),
    );
    proves("PROXY_ENTRY", Dir::sound("2026.2.19"), proxies(&["fd00::/8"]), proxies(&["fd00::7"]));
    proves("PROXY_ENTRY", Dir::sound(MODERN), proxies(&["my-proxy"]), proxies(&["10.0.0.7"]));
    proves(
        "PROXY_SHAPE",
        Dir::sound(MODERN),
        config(json!({ "trustedProxies": "10.0.0.7" })),
        none(),
    );
    for version in ["2026.2.9", "2026.2.19"] {
        proves(
            "BIND_LAN",
            Dir::sound(version),
            config(json!({ "bind": "lan" })),
            config(json!({ "bind": "loopback" })),
        );
    }
    let fixed =
        |dir: &mut Dir| dir.edit(CONFIG, |c| *c = json!({ "gateway": { "mode": "local" } }));
    proves(
        "CONFIG_KEY",
        Dir::sound("2026.2.19"),
        config(json!({ "allowRealIpFallback": true })),
        fixed,
    );
    proves(
        "CONFIG_KEY",
        Dir::sound("2026.7.1"),
        config(json!({ "nodes": { "pairing": { "autoApproveLocal": true } } })),
        fixed,
    );
}

#[test]
fn beside_a_database() {
    let device = |seed: u8| {
        move |dir: &mut Dir| {
            drop(
                dir.files.insert(DEVICE.into(), KeyPair::from_seed(&[seed; 32]).file(NOW).to_vec()),
            )
        }
    };
    let without = |dir: &mut Dir| drop(dir.files.remove(DEVICE));
    proves("LEGACY_IDENTITY_CONFLICT", Dir::rows(MODERN), device(8), without);
    proves("LEGACY_FILES", Dir::rows(MODERN), device(7), without);
    proves(
        "STORE_CONFLICT",
        Dir::rows(MODERN),
        |dir| dir.version = "2026.7.1",
        |dir| dir.version = MODERN,
    );
    proves(
        "NOT_PAIRED",
        Dir::rows(MODERN),
        |dir| dir.rows.retain(|id, _| !id.starts_with("paired:")),
        |dir| *dir = Dir::rows(MODERN),
    );
    let failure = |dir: &mut Dir| {
        dir.failures.insert(
            DB.into(),
            Error::new(ErrorCode::Sqlite, "Not a database.").at(DB).hint("Restore it."),
        );
    };
    proves("SQLITE", Dir::rows(MODERN), failure, |dir| dir.failures.clear());
    let mut dir = Dir::rows(MODERN);
    failure(&mut dir);
    assert_eq!(dir.diagnose().verdict, Verdict::Unknown);
}

/// A command line that comes through a listed proxy.
fn through_a_proxy(dir: &mut Dir) {
    dir.connection = json!({ "client": "cli", "presentsDevice": true, "headers": { "X-Forwarded-For": "203.0.113.9" } });
    dir.config(json!({ "trustedProxies": ["127.0.0.1"] }));
}

#[test]
fn a_database_without_an_identity_imports_the_files() {
    for (version, verdict) in [
        ("2026.8.1", Verdict::Open),
        ("2026.9.5", Verdict::PairingRequired),
        (MODERN, Verdict::Open),
    ] {
        let mut dir = Dir::sound(version);
        dir.rows = Dir::rows(version).rows;
        dir.rows.retain(|id, _| !id.starts_with("paired:"));
        dir.set_rows("primary", json!([]));
        through_a_proxy(&mut dir);
        assert_eq!(dir.diagnose().verdict, verdict, "{version}");
        if version == MODERN {
            assert_eq!(dir.codes(), Vec::<String>::new(), "{version}");
        }
        // Records that are there already speak against a first start.
        dir.set_rows("anyPaired", json!([{ "device_id": "x" }]));
        assert!(dir.codes().contains(&"W_NO_IDENTITY".to_string()), "{version}");
    }
}

#[test]
fn an_identity_file_beside_a_database_that_no_import_takes() {
    let judged = |spoil: fn(&mut Dir)| {
        let mut dir = Dir::rows(MODERN);
        through_a_proxy(&mut dir);
        dir.files.insert(DEVICE.into(), keys().file(NOW).to_vec());
        spoil(&mut dir);
        dir.diagnose().verdict
    };
    assert_eq!(judged(|_| {}), Verdict::Open);
    // 2026.9.6 exits with 78 on these after a change of the config, and starts without one.
    let linked = |dir: &mut Dir| {
        drop(dir.stats.insert(DEVICE.into(), Some(Stat { nlink: 2, ..stat(0o600).unwrap() })))
    };
    assert_eq!(judged(linked), Verdict::Rejected);
    let unversioned = |dir: &mut Dir| {
        dir.edit(DEVICE, |file| drop(file.as_object_mut().unwrap().remove("version")))
    };
    assert_eq!(judged(unversioned), Verdict::Rejected);
    let broken = |dir: &mut Dir| drop(dir.files.insert(DEVICE.into(), b"{}".to_vec()));
    assert_eq!(judged(broken), Verdict::Rejected);
    // It starts beside another key until its config changes, and exits with 78 then.
    let other = |dir: &mut Dir| {
        let file = KeyPair::from_seed(&[8; 32]).file(NOW).to_vec();
        drop(dir.files.insert(DEVICE.into(), file))
    };
    assert_eq!(judged(other), Verdict::Rejected);
}

#[test]
fn an_entry_that_may_hold_a_password_is_named_by_its_place() {
    let mut dir = Dir::sound(MODERN);
    dir.config(
        json!({ "trustedProxies": ["10.0.0.7", "http://user:s3cr3tpw@10.0.0.1", "my-proxy"] }),
    );
    let found: Vec<String> =
        dir.diagnose().findings.into_iter().map(|finding| finding.message).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].contains("gateway.trustedProxies[1] ") && !found[0].contains("s3cr3t"),
        "{found:?}"
    );
    assert!(found[1].contains("\"my-proxy\""), "{found:?}");
}

#[test]
fn variables_in_the_config() {
    let named = |version: &'static str| {
        let mut dir = Dir::sound(version);
        through_a_proxy(&mut dir);
        dir.config(json!({ "trustedProxies": ["${PROXY_IP}"] }));
        dir
    };
    let known = |dir: &mut Dir| {
        dir.edit(CONFIG, |c| c["env"] = json!({ "vars": { "PROXY_IP": "127.0.0.1" } }));
    };
    for version in ["2026.2.21", "2026.3.28", MODERN] {
        assert_eq!(named(version).diagnose().verdict, Verdict::Unknown, "{version}");
        let mut dir = named(version);
        known(&mut dir);
        assert_eq!(dir.diagnose().verdict, Verdict::Open, "{version}");
        let written = |dir: &mut Dir| dir.config(json!({ "trustedProxies": ["127.0.0.1"] }));
        let mut sound = named(version);
        written(&mut sound);
        let unset = |dir: &mut Dir| dir.config(json!({ "trustedProxies": ["${PROXY_IP}"] }));
        proves("CONFIG_VARIABLE", sound, unset, known);
    }
    // What a variable holds is not shown.
    let mut dir = named(MODERN);
    dir.edit(CONFIG, |c| c["env"] = json!({ "PROXY_IP": "s3cr3t" }));
    let found = format!("{:?}", dir.diagnose().findings);
    assert!(found.contains("trustedProxies[0] is no address"), "{found}");
    assert!(!found.contains("s3cr3t"), "{found}");
    // Elsewhere a variable that is not set only warns, from 2026.3.7.
    let elsewhere = |version| {
        let mut dir = Dir::sound(version);
        dir.edit(CONFIG, |c| c["logging"] = json!({ "file": "${LOG}" }));
        assert_eq!(dir.diagnose().verdict, Verdict::Open, "{version}");
        dir.codes()
    };
    assert_eq!(elsewhere("2026.3.2"), ["W_CONFIG_VARIABLE"]);
    assert!(elsewhere("2026.3.7").is_empty());
    // A secret may be in the environment of the gateway alone.
    let mut dir = Dir::sound(MODERN);
    dir.config(json!({ "auth": { "mode": "token", "token": "${TOKEN}" } }));
    assert_eq!((dir.diagnose().verdict, dir.codes().len()), (Verdict::Open, 0));
    // A setting that is not told is not called wrong.
    let mut dir = Dir::sound(MODERN);
    dir.config(json!({ "mode": "${A}", "bind": "${A}", "auth": { "mode": "${A}" } }));
    assert_eq!(dir.codes(), ["W_CONFIG_VARIABLE"]);
}

#[test]
fn settings_that_no_gateway_starts_on() {
    let loopback = json!({ "mode": "local", "bind": "loopback", "auth": { "mode": "token" } });
    for (version, code, patch) in [
        ("2026.2.12", "GATEWAY_MODE", json!({ "mode": "remote" })),
        (MODERN, "GATEWAY_MODE", json!({ "mode": "Local" })),
        (MODERN, "GATEWAY_MODE", json!({ "mode": 1 })),
        ("2026.2.12", "CONFIG_VALUE", json!({ "bind": "everywhere" })),
        (MODERN, "CONFIG_VALUE", json!({ "bind": true })),
        ("2026.2.19", "CONFIG_VALUE", json!({ "bind": "custom" })),
        (MODERN, "CONFIG_VALUE", json!({ "bind": "custom", "customBindHost": " " })),
        ("2026.7.1", "CONFIG_VALUE", json!({ "auth": { "mode": "bogus" } })),
        ("2026.2.19", "CONFIG_VALUE", json!({ "bind": "lan", "auth": { "mode": "none" } })),
        ("2026.5.12", "CONFIG_VALUE", json!({ "bind": "tailnet", "auth": { "mode": "none" } })),
        (
            MODERN,
            "CONFIG_VALUE",
            json!({ "bind": "custom", "customBindHost": "10.0.0.7", "auth": { "mode": "none" } }),
        ),
        (MODERN, "PROXY_SHAPE", json!({ "trustedProxies": "10.0.0.7" })),
        (MODERN, "PROXY_ENTRY", json!({ "trustedProxies": [5] })),
        ("2026.2.19", "CONFIG_KEY", json!({ "allowRealIpFallback": true })),
    ] {
        let spoil = |dir: &mut Dir| {
            dir.config(patch.clone());
            let client = patch["mode"] == "remote";
            let verdict = if client { Verdict::NoGateway } else { Verdict::Rejected };
            assert_eq!(dir.diagnose().verdict, verdict, "{version} {patch}");
        };
        let mend = |dir: &mut Dir| {
            dir.edit(CONFIG, |c| c["gateway"] = loopback.clone());
            assert_eq!(dir.diagnose().verdict, Verdict::Open, "{version} {patch}");
        };
        proves(code, Dir::sound(version), spoil, mend);
    }
    for (version, patch) in [
        ("2026.2.17", json!({ "bind": "custom" })),
        (
            MODERN,
            json!({ "bind": "custom", "customBindHost": "10.0.0.7", "auth": { "token": "t".repeat(20) } }),
        ),
        (MODERN, json!({ "bind": "auto", "auth": { "mode": "none" } })),
        (MODERN, json!({ "bind": "lan", "auth": { "mode": "trusted-proxy" } })),
    ] {
        let mut dir = Dir::sound(version);
        dir.config(patch.clone());
        assert_ne!(dir.diagnose().verdict, Verdict::Unknown, "{version} {patch}");
    }
}

#[test]
fn the_host() {
    let set = |path: &'static str, stat: Option<Stat>| {
        move |dir: &mut Dir| drop(dir.stats.insert(path.into(), stat))
    };
    let with = |change: fn(&mut Stat)| {
        let mut stat = stat(0o600).unwrap();
        change(&mut stat);
        Some(stat)
    };
    proves("STATE_DIR", Dir::sound(MODERN), set("/s", None), set("/s", stat(0o700)));
    proves(
        "MODE",
        Dir::sound(MODERN),
        set("/s/identity", stat(0o777)),
        set("/s/identity", stat(0o700)),
    );
    proves("MODE", Dir::sound(MODERN), set(PAIRED, stat(0o644)), set(PAIRED, stat(0o600)));
    proves("KEY_READABLE", Dir::sound(MODERN), set(DEVICE, stat(0o640)), set(DEVICE, stat(0o600)));
    proves(
        "HARD_LINK",
        Dir::sound("2026.5.12"),
        set(DEVICE, with(|stat| stat.nlink = 2)),
        set(DEVICE, stat(0o600)),
    );
    proves(
        "OWNER",
        Dir::sound(MODERN),
        set(DEVICE, with(|stat| stat.uid = 0)),
        set(DEVICE, stat(0o600)),
    );
    proves(
        "OWNER",
        Dir::sound(MODERN),
        set("/s", Some(Stat { mode: 0o700, uid: 0, ..Stat::default() })),
        set("/s", stat(0o700)),
    );
    proves(
        "BACKUP",
        Dir::sound(MODERN),
        set("/s/identity", with(|stat| stat.backups = vec!["device.json.1.bak".into()])),
        set("/s/identity", stat(0o700)),
    );
    let mut copied = Dir::sound(MODERN);
    set("/s", with(|stat| stat.backups = vec!["openclaw.json.bak".into()]))(&mut copied);
    assert_eq!(copied.codes(), Vec::<String>::new(), "OpenClaw's own copy of its config");
    // Its home is the folder of its state dir.
    let configured = |dir: &mut Dir| {
        dir.stats.insert("/".into(), with(|stat| stat.profiles = vec![".openclaw-work".into()]));
        dir.stats.insert("/.openclaw-work/openclaw.json".into(), stat(0o600));
    };
    proves(
        "PROFILES",
        Dir { home: "/", ..Dir::sound("2026.2.19") },
        |dir| {
            configured(dir);
            dir.files.remove(CONFIG);
        },
        Dir::setup,
    );
    proves("NODE", Dir::sound(MODERN), |dir| dir.node = "22.22.3", |dir| dir.node = "24.16.0");
    proves("NODE", Dir::sound("2026.2.19"), |dir| dir.node = "20.20.2", |dir| dir.node = "22.12.0");
}

#[test]
fn the_connection() {
    let forwarded =
        json!({ "presentsDevice": true, "headers": { "X-Forwarded-For": "203.0.113.9" } });
    let through = |dir: &mut Dir| dir.connection = forwarded.clone();
    let listed = |dir: &mut Dir| dir.config(json!({ "trustedProxies": ["127.0.0.1"] }));
    proves("PROXY_UNLISTED", Dir::sound(MODERN), through, listed);
    let too_wide = |dir: &mut Dir| {
        dir.connection = forwarded.clone();
        dir.config(json!({ "trustedProxies": ["127.0.0.1", "203.0.113.0/24"] }));
    };
    proves("PROXY_NO_CLIENT", Dir::sound(MODERN), too_wide, listed);
    let bare = |dir: &mut Dir| dir.connection = json!({ "presentsDevice": false });
    proves("NO_DEVICE", Dir::sound("2026.2.19"), bare, through);

    let mut dir = Dir::sound("2026.2.19");
    dir.connection = forwarded.clone();
    assert_eq!(dir.diagnose().verdict, Verdict::Open);
    dir.files.remove(PAIRED);
    // Two keys that don't belong together: up to 2026.5.7 they are used, and the signature fails.
    let mut torn = dir.clone();
    torn.edit(DEVICE, |file| {
        file["publicKeyPem"] = json!(KeyPair::from_seed(&[8; 32]).public_pem())
    });
    assert_eq!(torn.diagnose().reason, Some(Reason::Identity));
    assert!(torn.codes().contains(&"W_IDENTITY_BROKEN".to_string()));

    let wall = dir.diagnose();
    assert_eq!((wall.verdict, wall.reason), (Verdict::PairingRequired, Some(Reason::NotPaired)));
    assert!(!wall.steps.is_empty());
}

#[test]
fn a_device_whose_identity_lives_elsewhere() {
    let mut dir = Dir::sound("2026.2.19");
    dir.files.insert(DEVICE.into(), b"{ not read".to_vec());
    let forwarded =
        json!({ "presentsDevice": true, "headers": { "X-Forwarded-For": "203.0.113.9" } });
    let judged = |dir: &Dir, key: &KeyPair| {
        let options =
            json!({ "connection": forwarded, "device": { "publicKey": key.public_pem() } });
        match dir.run(Operation::Diagnose, options).report {
            Report::Diagnosis(diagnosis) => diagnosis,
            _ => panic!("another report"),
        }
    };
    let ours = judged(&dir, &keys());
    assert_eq!((ours.verdict, ours.findings), (Verdict::Open, Vec::new()));
    let other = judged(&dir, &KeyPair::from_seed(&[1; 32]));
    assert_eq!(other.reason, Some(Reason::NotPaired));
    let rows = Dir::rows(MODERN);
    let other = judged(&rows, &KeyPair::from_seed(&[1; 32]));
    assert!(other.findings.iter().any(|finding| finding.code == NoticeCode::NotPaired));
}

#[test]
fn a_connection_is_read_strictly_and_not_quoted() {
    for connection in [
        json!({ "clint": "cli" }),
        json!({ "headers": "Authorization: gateway-secret" }),
        json!({ "client": "tui" }),
    ] {
        let options = json!({ "stateDir": "/s", "gatewayVersion": MODERN, "env": {}, "connection": connection });
        let error =
            options::parse(Operation::Diagnose, json::json(&options), &[], &[9; 32]).unwrap_err();
        assert_eq!(error.code, ErrorCode::Options);
        assert!(!error.to_string().contains("gateway-secret"));
    }
}
