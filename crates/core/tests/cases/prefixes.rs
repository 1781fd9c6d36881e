//! A call that dies after any of its steps is completed by the same call: over random state dirs, by the rule of the fuzzer.
#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../../../fuzz/src/lib.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the other targets of the fuzzer, which is a crate of its own"
)]
mod holds;

use holds::{Disk, completes, planned};
use prepair_core::options::Operation;
use prepair_core::rules::NEWEST_NAME;
use prepair_core::steps::{FileStep, Step};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Identity and paired.json, as a first call leaves them.
fn own() -> (Vec<u8>, Value) {
    let wanted = json!({ "stateDir": "/s", "env": {}, "gatewayVersion": "2026.2.19" });
    let plan = planned(Operation::PrePair, &wanted, &Disk::default(), &[3; 64]).unwrap();
    let content = |name: &str| {
        let is_it = |step: &&Step| matches!(step, Step::File(FileStep::Write { path, .. }) if path.ends_with(name));
        let Some(Step::File(FileStep::Write { content, .. })) = plan.steps.iter().find(is_it)
        else {
            panic!("{name} is written")
        };
        content.to_vec()
    };
    (content("device.json"), serde_json::from_slice(&content("paired.json")).unwrap())
}

/// Now and then what is refused.
fn mostly<T: Clone + core::fmt::Debug + 'static>(
    sound: Vec<T>,
    broken: Vec<T>,
) -> impl Strategy<Value = T> {
    prop_oneof![9 => prop::sample::select(sound), 1 => prop::sample::select(broken)]
}

/// The same key in the forms that versions and tools write, or what is none.
fn identity() -> impl Strategy<Value = Vec<u8>> {
    let good = own().0;
    let value: Value = serde_json::from_slice(&good).unwrap();
    let without = |key: &str| {
        let mut value = value.clone();
        value.as_object_mut().unwrap().shift_remove(key);
        value.to_string().into_bytes()
    };
    let sound = vec![vec![], good.clone(), without("version"), without("deviceId")];
    let broken = vec![
        without("publicKeyPem"),
        without("privateKeyPem"),
        good[..good.len() / 2].to_vec(),
        b"{}".to_vec(),
    ];
    mostly(sound, broken)
}

/// Other devices, and ours as gateways and hands leave it.
fn paired() -> impl Strategy<Value = Vec<u8>> {
    let (_, paired) = own();
    let (id, record) = paired.as_object().unwrap().iter().next().unwrap();
    let (id, record) = (id.clone(), record.clone());
    let change = prop::sample::subsequence(
        vec![
            ("scopes", json!(["operator.read"])),
            ("approvedScopes", json!([])),
            ("tokens", json!({})),
            (
                "tokens",
                json!({ "operator": { "token": "t", "role": "operator", "scopes": [], "createdAtMs": 1, "revokedAtMs": 2 } }),
            ),
            ("role", Value::Null),
            ("publicKey", json!("AAAA")),
            ("own", json!({ "kept": 1.5 })),
        ],
        0..2,
    );
    (0..3_usize, prop::option::of(change), any::<bool>()).prop_map(move |(others, change, pretty)| {
        let mut map = serde_json::Map::new();
        for other in 0..others {
            let other = format!("{other:064x}");
            map.insert(other.clone(), json!({ "deviceId": other, "publicKey": "x", "tokens": {}, "extra": [1, null] }));
        }
        if let Some(change) = change {
            let mut record = record.clone();
            change.into_iter().for_each(|(key, value)| record[key] = value);
            map.insert(id.clone(), record);
        }
        let map = Value::Object(map);
        if pretty { format!("{map:#}\n").into_bytes() } else { map.to_string().into_bytes() }
    })
}

fn pending() -> impl Strategy<Value = Vec<u8>> {
    let id = own().1.as_object().unwrap().keys().next().unwrap().clone();
    let sound = vec![
        vec![],
        b"{}".to_vec(),
        json!({ "r1": { "requestId": "r1", "deviceId": id, "publicKey": "x", "silent": false, "ts": 1 } }).to_string().into_bytes(),
        json!({ "r2": { "requestId": "r2", "deviceId": "other", "ts": 1 }, "r1": { "requestId": "r1", "deviceId": id } }).to_string().into_bytes(),
    ];
    mostly(sound, vec![b"{\"r\": ".to_vec()])
}

fn config() -> impl Strategy<Value = Vec<u8>> {
    let sound = vec![
        "",
        "{}",
        "// mine\n{ gateway: { mode: 'local', trustedProxies: ['10.0.0.1' /* old */], }, }\n",
        "{\r\n  \"gateway\": {\r\n    \"port\": 1\r\n  }\r\n}",
    ];
    let broken = vec![
        "{ gateway: [] }",
        "{ gateway: { auth: { token: 't' } }, gateway: { bind: 'lan' } }",
        "{ a: ",
    ];
    mostly(sound, broken).prop_map(|text| text.as_bytes().to_vec())
}

/// An operation and options that it has.
fn call() -> impl Strategy<Value = (Operation, Value)> {
    let device = json!({ "publicKey": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let pair = vec![
        ("onConflict", json!("replace")),
        ("identity", json!("new")),
        ("scopes", json!(["operator.read", "operator.write"])),
        ("displayName", json!("agent")),
        ("device", device),
    ];
    let pending = vec![("pending", json!("all")), ("pending", json!("keep"))];
    let merge = json!({ "gateway": { "port": 18789, "bind": null } });
    let config = vec![("proxyPeers", json!(["10.0.0.7"])), ("merge", merge)];
    let in_setup = vec![
        ("config", json!({ "proxyPeers": ["10.0.0.7"] })),
        ("config", json!({ "merge": { "a": { "b": [1] } } })),
    ];
    let all = [pair.clone(), pending.clone(), in_setup].concat();
    let version = prop::sample::select(vec![
        "2026.2.9",
        "2026.2.19",
        "2026.3.28",
        "2026.4.15",
        "2026.7.1",
        NEWEST_NAME,
    ]);
    let options = prop_oneof![
        4 => (Just(Operation::Setup), prop::sample::subsequence(all, 0..4)),
        2 => (Just(Operation::PrePair), prop::sample::subsequence(pair, 0..3)),
        1 => (Just(Operation::ClearPending), prop::sample::subsequence(vec![("now", json!(1_771_000_000_001_i64))], 0..=1)),
        2 => (Just(Operation::PatchConfig), prop::sample::subsequence(config, 1..=2)),
    ];
    (version, options).prop_map(|(version, (operation, parts))| {
        let mut wanted = json!({ "stateDir": "/s", "env": {}, "gatewayVersion": version });
        parts.into_iter().for_each(|(key, value)| wanted[key] = value);
        (operation, wanted)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_prefix_of_the_steps_is_completed(
        (operation, wanted) in call(),
        identity in identity(),
        paired in prop_oneof![1 => Just(vec![]), 4 => paired()],
        pending in pending(),
        config in config(),
    ) {
        let disk = Disk::new([&identity, &paired, &pending, &config]);
        if let Err(what) = completes(operation, &wanted, &disk) {
            prop_assert!(false, "{what}");
        }
    }
}

/// A new process draws another key: it must find the one that the killed call had made.
#[test]
fn a_call_for_a_new_identity_that_was_killed_is_completed_with_its_own_key() {
    let wanted = json!({
        "stateDir": "/s", "env": {}, "gatewayVersion": "2026.2.19", "identity": "new", "config": { "merge": { "a": 1 } },
    });
    let run = |disk: &Disk, entropy: u8| planned(Operation::Setup, &wanted, disk, &[entropy; 64]);
    let id = |plan: &prepair_core::steps::Plan| match &plan.report {
        prepair_core::report::Report::Setup(report) => report.pair.device_id.clone(),
        _ => panic!("setup"),
    };
    let first = run(&Disk::default(), 1).unwrap();
    let mut whole = Disk::default();
    first.steps.iter().for_each(|step| whole.apply(step));
    for done in 0..first.steps.len() {
        let mut disk = Disk::default();
        first.steps[..done].iter().for_each(|step| disk.apply(step));
        let again = run(&disk, 2).unwrap_or_else(|error| panic!("after {done} steps: {error:?}"));
        let made = done >= 2;
        assert_eq!(id(&again) == id(&first), made, "after {done} steps");
        again.steps.iter().for_each(|step| disk.apply(step));
        assert_eq!(disk.0.keys().collect::<Vec<_>>(), whole.0.keys().collect::<Vec<_>>());
        assert!(run(&disk, 3).is_err(), "done: another new one is refused");
    }
}
