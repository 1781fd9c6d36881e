//! The gateway's decision, where no observation of a real gateway tells it apart: the path in words, and combinations
//! that tests/gateway does not try.

use prepair_core::base::json::json as ours;
use prepair_core::gateway::scopes::scope_of;
use prepair_core::gateway::state::{Paired, State};
use prepair_core::gateway::walk::{Outcome, connect};
use prepair_core::options::connection::Connection;
use prepair_core::rules::{NEWEST_NAME, Rules};
use serde_json::{Value, json};

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const NOW: i64 = 10_000_000;

/// The record that opens every version, with changes.
fn record(changes: Value) -> Value {
    let five = [
        "operator.admin",
        "operator.read",
        "operator.write",
        "operator.approvals",
        "operator.pairing",
    ];
    let mut record = json!({
        "publicKey": KEY, "role": "operator", "roles": ["operator"], "scopes": five, "approvedScopes": five,
        "tokens": { "operator": { "token": "t", "scopes": five } },
    });
    for (field, value) in changes.as_object().unwrap() {
        record[field] = value.clone();
    }
    record
}

/// A device with this record, if any.
fn state(record: Value) -> State {
    let mut state: State =
        serde_json::from_value(json!({ "identity": { "key": KEY }, "now": NOW })).unwrap();
    state.paired = ours(&record).as_object().map(Paired::read);
    state
}

/// The same, and what the config says.
fn with_config(record: Value, config: Value) -> State {
    State { config: serde_json::from_value(config).unwrap(), ..state(record) }
}

fn outcome(version: &str, state: &State, connection: Value) -> Outcome {
    let connection: Connection = serde_json::from_value(connection).unwrap();
    connect(&Rules::at(version.parse().unwrap(), None), state, &connection)
}

/// Verdict and reason in a word or two.
fn decided(version: &str, state: &State, connection: Value) -> String {
    let outcome = outcome(version, state, connection);
    let word = |value: Value| value.as_str().unwrap().to_owned();
    let verdict = word(json!(outcome.verdict));
    outcome.reason.map_or(verdict.clone(), |reason| format!("{verdict} {}", word(json!(reason))))
}

/// The answer to a question that begins so, and why; empty where it was not asked.
fn said(outcome: &Outcome, question: &str) -> (String, String) {
    let mut steps = outcome.steps.iter().filter(|step| step.question.starts_with(question));
    let found = steps.next().map(|step| (step.answer.clone(), step.because.clone()));
    assert!(steps.next().is_none(), "{question} is asked once");
    found.unwrap_or_default()
}

/// Asserts what was answered to one question; `because` is a part of why.
#[track_caller]
fn says(outcome: &Outcome, question: &str, answer: &str, because: &str) {
    let (answered, why) = said(outcome, question);
    assert_eq!(answered, answer, "{question} {:?}", outcome.steps);
    assert!(why.contains(because), "{why} has not: {because}");
}

/// Lists of src/gateway/method-scopes.ts of 2026.4.15.
#[test]
fn scopes_of_methods() {
    for (scope, methods) in [
        (
            "operator.read",
            &["cron.list", "cron.status", "cron.runs", "status", "sessions.list", "chat.history"][..],
        ),
        ("operator.write", &["send", "agent", "agent.wait", "wake", "chat.send", "chat.abort"]),
        ("operator.approvals", &["exec.approval.request", "exec.approval.resolve"]),
        (
            "operator.pairing",
            &[
                "device.pair.list",
                "device.pair.approve",
                "device.token.rotate",
                "device.token.revoke",
            ],
        ),
        (
            "operator.admin",
            &[
                "cron.add",
                "cron.update",
                "cron.remove",
                "cron.run",
                "config.set",
                "device.pairs",
                "nonsense",
            ],
        ),
    ] {
        for method in methods {
            assert_eq!(scope_of(method), scope, "{method}");
        }
    }
}

/// authorizeOperatorScopesForMethod of src/gateway/method-scopes.ts: admin may call all, write also what needs read.
#[test]
fn a_method_needs_its_scope() {
    for (scopes, method, expected) in [
        ("operator.admin", "cron.add", "open"),
        ("operator.admin", "cron.list", "open"),
        ("operator.write", "send", "open"),
        ("operator.write", "cron.list", "open"),
        ("operator.write", "cron.add", "rejected missing-scope"),
        ("operator.write", "exec.approval.resolve", "rejected missing-scope"),
        ("operator.read", "cron.list", "open"),
        ("operator.read", "send", "rejected missing-scope"),
        ("operator.approvals", "exec.approval.resolve", "open"),
        ("operator.approvals", "cron.list", "rejected missing-scope"),
        ("operator.pairing", "device.pair.list", "open"),
    ] {
        let connection = json!({ "presentsDevice": true, "scopes": [scopes], "method": method });
        assert_eq!(
            decided("2026.4.15", &state(record(json!({}))), connection),
            expected,
            "{scopes} {method}"
        );
    }
}

/// How each kind of client comes: OPENCLAW's table, rows "scopes the agent's tool asks" and "CLI sends a device".
#[test]
fn how_a_client_presents_itself() {
    let remote = "203.0.113.9";
    let (in_process, shared) =
        ("in process, without a socket", "the shared secret to this machine, and no device");
    for (version, connection, way, device, because) in [
        ("2026.4.24", json!({}), "", "yes", "the agent's tool presents its device"),
        ("2026.4.25", json!({}), "", "no", shared),
        (
            "2026.4.25",
            json!({ "remoteAddress": remote }),
            "",
            "yes",
            "the agent's tool presents its device",
        ),
        ("2026.9.4", json!({}), "", "no", shared),
        ("2026.9.5", json!({}), "in process", "", ""),
        ("2026.9.5", json!({ "remoteAddress": "::1" }), "in process", "", ""),
        (
            "2026.9.5",
            json!({ "auth": "device-token" }),
            "",
            "yes",
            "the agent's tool presents its device",
        ),
        (
            "2026.9.5",
            json!({ "remoteAddress": remote }),
            "",
            "yes",
            "the agent's tool presents its device",
        ),
        (
            "2026.9.5",
            json!({ "presentsDevice": false }),
            "",
            "no",
            "so the connection is described",
        ),
        (
            "2026.6.35",
            json!({ "client": "cli" }),
            "",
            "yes",
            "the command line presents its device",
        ),
        ("2026.7.1", json!({ "client": "cli" }), "", "no", shared),
        (
            "2026.7.1",
            json!({ "client": "cli", "auth": "device-token" }),
            "",
            "yes",
            "the command line presents its device",
        ),
        ("2026.9.5", json!({ "client": "cli" }), "", "no", shared),
    ] {
        let outcome = outcome(version, &state(record(json!({}))), connection.clone());
        says(
            &outcome,
            "How does the agent's tool",
            way,
            if way.is_empty() { "" } else { in_process },
        );
        says(&outcome, "Does the client present", device, because);
        let source = outcome.steps[0].because.contains("(since OpenClaw 2026.");
        assert_eq!(source, connection.get("presentsDevice").is_none(), "{version} {connection}");
    }
}

/// A device that is not presented cannot be broken; from 2026.8.1 a broken one stops the gateway all the same (§3).
#[test]
fn an_identity_that_cannot_be_used() {
    for (version, identity, device, answer, because, expected) in [
        ("2026.4.15", "unknown", true, "no", "replaced by a new key", "silent-approval"),
        ("2026.4.15", "unknown", false, "", "", "rejected missing-scope"),
        ("2026.4.15", "broken", true, "no", "the signature fails", "rejected identity"),
        ("2026.4.15", "broken", false, "", "", "rejected missing-scope"),
        ("2026.5.12", "unknown", true, "no", "a key of its own", "silent-approval"),
        ("2026.5.12", "broken", true, "no", "a key of its own", "silent-approval"),
        ("2026.8.1", "unknown", false, "no", "stops the gateway", "rejected identity"),
        ("2026.8.1", "broken", false, "no", "stops the gateway", "rejected identity"),
    ] {
        let state = State {
            identity: serde_json::from_value(json!(identity)).unwrap(),
            ..state(Value::Null)
        };
        let connection =
            json!({ "client": "cli", "presentsDevice": device, "scopes": ["operator.read"] });
        let outcome = outcome(version, &state, connection.clone());
        says(&outcome, "Can this version use the identity", answer, because);
        assert_eq!(decided(version, &state, connection), expected, "{version} {identity} {device}");
    }
}

/// §6, 2: from 2026.2.9 to 2026.2.19 the machine's own clients dial the LAN address.
#[test]
fn the_address_that_a_client_dials() {
    let lan = with_config(Value::Null, json!({ "bind": "lan" }));
    let loopback = with_config(Value::Null, json!({ "bind": "loopback" }));
    let dials = "with bind lan the client dials the LAN address";
    let connection = || json!({ "presentsDevice": true, "scopes": ["operator.read"] });
    says(
        &outcome("2026.2.6-3", &lan, connection()),
        "Is the connection local?",
        "yes",
        "Host header",
    );
    says(&outcome("2026.2.9", &lan, connection()), "Is the connection local?", "no", dials);
    says(
        &outcome("2026.2.9", &loopback, connection()),
        "Is the connection local?",
        "yes",
        "Host header",
    );
    says(
        &outcome("2026.2.19", &lan, connection()),
        "Which address",
        "the LAN address",
        "plain text",
    );
    says(&outcome("2026.2.19", &loopback, connection()), "Which address", "", "");
    says(
        &outcome("2026.2.21", &lan, connection()),
        "Is the connection local?",
        "yes",
        "Host header",
    );
    // A described peer is no client of this machine that could dial anything else.
    let described = json!({ "presentsDevice": true, "scopes": ["operator.read"], "remoteAddress": "127.0.0.1" });
    says(
        &outcome("2026.2.9", &lan, described.clone()),
        "Is the connection local?",
        "yes",
        "Host header",
    );
    assert_eq!(decided("2026.2.19", &lan, described), "silent-approval");
}

/// checkBrowserOrigin of src/gateway/origin-check.ts, from 2026.2.25; behind a proxy that names the client from 2026.3.11.
#[test]
fn origins() {
    let foreign = "https://example.com";
    let proxied = json!({ "X-Forwarded-For": "203.0.113.9" });
    for (version, origin, headers, answer, expected) in [
        ("2026.2.24", foreign, json!({}), "", "open"),
        ("2026.2.25", foreign, json!({}), "no", "rejected auth"),
        ("2026.2.25", " ", json!({}), "", "open"),
        ("2026.2.25", "HTTPS://ALLOWED.example ", json!({}), "yes", "open"),
        ("2026.2.25", foreign, proxied.clone(), "", "open"),
        ("2026.3.8", foreign, proxied.clone(), "", "open"),
        ("2026.3.11", foreign, proxied, "no", "rejected auth"),
        ("2026.3.11", foreign, json!({ "X-Real-IP": "203.0.113.9" }), "no", "rejected auth"),
        ("2026.3.11", "http://localhost:3000", json!({}), "yes", "open"),
    ] {
        let state = with_config(
            record(json!({})),
            json!({ "allowedOrigins": [" https://allowed.example"] }),
        );
        let connection = json!({ "presentsDevice": true, "scopes": ["operator.read"], "origin": origin, "headers": headers });
        says(&outcome(version, &state, connection.clone()), "Is the Origin allowed?", answer, "");
        assert_eq!(decided(version, &state, connection), expected, "{version} {origin}");
    }
    let any = with_config(record(json!({})), json!({ "allowedOrigins": ["*"] }));
    let connection =
        json!({ "presentsDevice": true, "scopes": ["operator.read"], "origin": foreign });
    assert_eq!(decided(NEWEST_NAME, &any, connection), "open");
}

/// src/gateway/auth.ts; device tokens by verifyDeviceToken of src/infra/device-pairing.ts.
#[test]
fn authentication() {
    let (with, without) = (json!({ "presentsDevice": true }), json!({ "presentsDevice": false }));
    let none = |text: &str| text.to_owned();
    for (mode, client, auth, answer, because, expected) in [
        ("token", &with, "token", "yes, with the shared secret", "own secret", none("open")),
        ("password", &with, "password", "yes, with the shared secret", "own secret", none("open")),
        ("password", &with, "token", "no", "that gateway.auth asks for", none("rejected auth")),
        ("token", &with, "password", "no", "that gateway.auth asks for", none("rejected auth")),
        ("token", &with, "none", "no", "that gateway.auth asks for", none("rejected auth")),
        ("token", &without, "none", "no", "a device is required", none("rejected no-device")),
        ("token", &without, "device-token", "no", "only beside the device", none("rejected auth")),
        (
            "token",
            &with,
            "device-token",
            "yes, with its device token",
            "the token of its record",
            none("open"),
        ),
        ("none", &with, "token", "yes", "gateway.auth.mode is none", none("open")),
        (
            "trusted-proxy",
            &with,
            "token",
            "no",
            "only a peer in gateway.trustedProxies",
            none("rejected auth"),
        ),
    ] {
        let state = with_config(record(json!({})), json!({ "auth": mode }));
        let mut connection = client.clone();
        connection["auth"] = json!(auth);
        connection["scopes"] = json!(["operator.read"]);
        says(
            &outcome("2026.4.15", &state, connection.clone()),
            "Is it authenticated?",
            answer,
            because,
        );
        assert_eq!(decided("2026.4.15", &state, connection), expected, "{mode} {client} {auth}");
    }
    // Left out, it is the secret that the config asks for.
    for mode in ["token", "password", "none"] {
        let state = with_config(record(json!({})), json!({ "auth": mode }));
        let connection = json!({ "presentsDevice": true, "scopes": ["operator.read"] });
        assert_eq!(decided("2026.4.15", &state, connection), "open", "{mode}");
    }
}

#[test]
fn device_tokens() {
    let five = record(json!({}))["scopes"].clone();
    let tokens = |token: Value| record(json!({ "tokens": { "operator": token } }));
    let narrow = record(json!({
        "scopes": ["operator.read"], "approvedScopes": ["operator.read"], "tokens": { "operator": { "scopes": five } },
    }));
    for (version, record, because, expected) in [
        ("2026.4.15", Value::Null, "there is no record", "rejected auth"),
        ("2026.4.15", record(json!({ "tokens": {} })), "holds no operator token", "rejected auth"),
        (
            "2026.4.15",
            tokens(json!({ "scopes": five, "revokedAtMs": 5 })),
            "was revoked",
            "rejected revoked",
        ),
        (
            "2026.4.15",
            tokens(json!({ "scopes": five, "revokedAtMs": 0 })),
            "the token of its record",
            "open",
        ),
        (
            "2026.4.15",
            tokens(json!({ "scopes": five, "revokedAtMs": null })),
            "the token of its record",
            "open",
        ),
        (
            "2026.4.15",
            tokens(json!({ "scopes": ["operator.approvals"] })),
            "lacks a scope",
            "rejected auth",
        ),
        ("2026.3.12", narrow.clone(), "the token of its record", "open"),
        ("2026.3.13", narrow, "exceed the record's", "rejected auth"),
    ] {
        let connection =
            json!({ "presentsDevice": true, "auth": "device-token", "scopes": ["operator.read"] });
        let found = outcome(version, &state(record.clone()), connection.clone());
        says(
            &found,
            "Is it authenticated?",
            if expected == "open" { "yes, with its device token" } else { "no" },
            because,
        );
        assert_eq!(decided(version, &state(record), connection), expected, "{version} {because}");
    }
}

/// The row "server exempts gateway-client/backend" of the table.
#[test]
fn who_needs_no_pairing() {
    let remote = json!({ "X-Forwarded-For": "203.0.113.9" });
    for (version, client, headers, because, expected) in [
        (
            "2026.2.22",
            "cli",
            remote.clone(),
            "an operator with the shared secret that is not a page needs no pairing",
            "open",
        ),
        (
            "2026.2.22",
            "agent",
            json!({}),
            "an operator with the shared secret that is not a page needs no pairing",
            "open",
        ),
        ("2026.3.2", "agent", json!({}), "the gateway's own backend client", "open"),
        ("2026.3.2", "cli", json!({}), "", "silent-approval"),
        ("2026.3.2", "agent", remote, "", "pairing-required not-paired"),
        ("2026.3.28", "agent", json!({}), "", "silent-approval"),
        ("2026.4.15", "agent", json!({}), "the gateway's own backend client", "open"),
    ] {
        let connection = json!({ "client": client, "presentsDevice": true, "scopes": ["operator.read"], "headers": headers });
        let outcome = outcome(version, &state(Value::Null), connection.clone());
        says(
            &outcome,
            "Is this client exempt",
            if because.is_empty() { "" } else { "yes" },
            because,
        );
        assert_eq!(
            decided(version, &state(Value::Null), connection),
            expected,
            "{version} {client}"
        );
    }
    // A paired backend is exempt on 2026.3.2 and 2026.8.1, but not on 2026.4.5 to 2026.7.35.
    for (version, exempt) in [("2026.3.2", "yes"), ("2026.4.15", ""), ("2026.8.1", "yes")] {
        let connection = json!({ "presentsDevice": true, "scopes": ["operator.read"] });
        let outcome = outcome(version, &state(record(json!({}))), connection);
        says(&outcome, "Is this client exempt", exempt, "");
        says(&outcome, "Does the record grant", if exempt.is_empty() { "yes" } else { "" }, "");
    }
}

/// ensureDeviceToken of src/infra/device-pairing.ts throws on a live token without scopes, in every version.
#[test]
fn a_token_without_scopes_drops_the_connection() {
    let bare = || record(json!({ "tokens": { "operator": { "token": "t" } } }));
    let question = "Can the gateway read the record's token?";
    let read = || json!({ "presentsDevice": true, "scopes": ["operator.read"] });
    for version in ["2026.2.17", "2026.2.19", "2026.3.28", "2026.4.15", NEWEST_NAME] {
        let outcome = outcome(version, &state(bare()), read());
        says(&outcome, question, "no", "a token without scopes");
        assert_eq!(decided(version, &state(bare()), read()), "rejected missing-scope", "{version}");
    }
    // Nobody asks for a token where nothing is asked for; the method then needs a scope.
    let nothing = json!({ "presentsDevice": true, "scopes": [] });
    let found = outcome("2026.4.15", &state(bare()), nothing);
    says(&found, question, "", "");
    says(&found, "May it call", "no", "cron.list needs operator.read");
    // A revoked one is not looked at, and a silent approval makes a new one.
    let revoked = record(json!({ "tokens": { "operator": { "token": "t", "revokedAtMs": 5 } } }));
    assert_eq!(decided("2026.2.19", &state(revoked), read()), "open");
    let narrow = record(
        json!({ "scopes": ["operator.read"], "approvedScopes": ["operator.read"], "tokens": { "operator": {} } }),
    );
    let admin = json!({ "presentsDevice": true, "client": "cli", "scopes": ["operator.admin"], "method": "cron.add" });
    assert_eq!(decided("2026.2.26", &state(narrow), admin), "silent-approval");
}

/// The row "scope compare", and `operator.talk` from 2026.8.1 (src/shared/operator-scope-compat.ts).
#[test]
fn which_scopes_cover_which() {
    for (held, asked, exact, read, admin, talk) in [
        ("operator.read", "operator.read", true, true, true, true),
        ("operator.admin", "operator.read", false, true, true, true),
        ("operator.write", "operator.read", false, true, true, true),
        ("operator.approvals", "operator.read", false, false, false, false),
        ("operator.admin", "operator.write", false, false, true, true),
        ("operator.admin", "operator.pairing", false, false, true, true),
        ("operator.admin", "node.invoke", false, false, false, false),
        ("operator.read", "operator.write", false, false, false, false),
        ("operator.write", "operator.pairing", false, false, false, false),
        ("operator.write", "operator.talk", false, false, false, true),
        ("operator.read", "operator.talk", false, false, false, false),
    ] {
        for (version, covered) in
            [("2026.2.19", exact), ("2026.2.21", read), ("2026.3.28", admin), (NEWEST_NAME, talk)]
        {
            let held = record(json!({ "scopes": [held], "approvedScopes": [held] }));
            let connection = json!({ "client": "cli", "presentsDevice": true, "scopes": [asked] });
            let outcome = outcome(version, &state(held.clone()), connection);
            let (answer, _) = said(&outcome, "Do the approved scopes cover");
            assert_eq!(answer == "yes", covered, "{version} {held} {asked}: {answer}");
        }
    }
    // A scope that a version does not have is named as such.
    let asked = |version: &str, scope: &str| {
        let connection = json!({ "client": "cli", "presentsDevice": true, "scopes": [scope] });
        let held = record(json!({ "scopes": [], "approvedScopes": [] }));
        said(&outcome(version, &state(held), connection), "Do the approved scopes cover").0
    };
    assert_eq!(
        asked("2026.7.1", "operator.talk"),
        "no, operator.talk (unknown to this version) is missing"
    );
    assert_eq!(asked("2026.8.1", "operator.talk"), "no, operator.talk is missing");
}

/// `platform` and `deviceFamily`: normalizeDeviceMetadataForAuth of src/gateway/device-metadata-normalization.ts.
#[test]
fn pinned_metadata() {
    for (pinned, client, expected) in [
        (json!({ "platform": "LINUX " }), json!({}), "open"),
        (json!({ "platform": " " }), json!({}), "open"),
        (json!({ "platform": "darwin" }), json!({}), "pairing-required metadata-upgrade"),
        (json!({ "platform": "darwin" }), json!({ "platform": "Darwin" }), "open"),
        (
            json!({ "platform": "linux", "deviceFamily": "mac" }),
            json!({}),
            "pairing-required metadata-upgrade",
        ),
        (json!({ "deviceFamily": "mac" }), json!({ "deviceFamily": "MAC" }), "open"),
        (
            json!({ "platform": "darwin", "deviceFamily": "mac" }),
            json!({ "deviceFamily": "mac" }),
            "pairing-required metadata-upgrade",
        ),
    ] {
        let mut connection =
            json!({ "client": "cli", "presentsDevice": true, "scopes": ["operator.read"] });
        connection.as_object_mut().unwrap().extend(client.as_object().unwrap().clone());
        assert_eq!(
            decided("2026.4.15", &state(record(pinned.clone())), connection),
            expected,
            "{pinned} {client}"
        );
    }
}

/// Silent or not, its age in ms, the scopes that it asks for.
type Asked<'a> = (bool, i64, &'a [&'a str]);

fn pending(requests: &[Asked]) -> Value {
    let request = |&(silent, age, scopes): &Asked| json!({ "silent": silent, "ts": NOW - age, "scopes": scopes });
    requests.iter().map(request).collect()
}

/// The rows on pending requests: AsIs up to 2026.2.19, merged into the first one up to 2026.3.13, then all of them.
#[test]
fn pending_requests_of_the_device() {
    let quiet: Asked = (true, 1, &[]);
    let loud: Asked = (false, 1, &[]);
    let expired: Asked = (false, 300_001, &[]);
    let sticky = "pairing-required sticky-pending";
    let wall = "pairing-required not-paired";
    let local = json!({ "client": "cli", "presentsDevice": true, "scopes": ["operator.read"] });
    let mut remote = local.clone();
    remote["headers"] = json!({ "X-Forwarded-For": "203.0.113.9" });
    for (version, requests, connection, expected) in [
        ("2026.2.19", &[quiet, loud][..], &local, "silent-approval"),
        ("2026.2.19", &[loud, quiet], &local, sticky),
        ("2026.2.19", &[expired, quiet], &local, "silent-approval"),
        // The old request is returned as it is, silent, whoever asks now.
        ("2026.2.19", &[quiet], &remote, "silent-approval"),
        ("2026.2.19", &[loud], &remote, wall),
        ("2026.2.19", &[expired], &remote, wall),
        ("2026.2.21", &[quiet], &remote, wall),
        ("2026.2.21", &[quiet, loud], &local, "silent-approval"),
        ("2026.2.21", &[loud, quiet], &local, sticky),
        ("2026.3.22", &[quiet, loud], &local, sticky),
        ("2026.3.22", &[quiet, quiet], &local, "silent-approval"),
        ("2026.3.22", &[quiet, expired], &local, "silent-approval"),
    ] {
        let mut state = state(Value::Null);
        state.pending = serde_json::from_value(pending(requests)).unwrap();
        assert_eq!(
            decided(version, &state, connection.clone()),
            expected,
            "{version} {requests:?} {connection}"
        );
    }
    let mut renewed = state(Value::Null);
    renewed.pending =
        serde_json::from_value(json!([{ "ts": 1, "refreshedAtMs": NOW - 300_000 }])).unwrap();
    assert_eq!(decided(NEWEST_NAME, &renewed, local.clone()), sticky);
    let mut old = state(Value::Null);
    old.pending = serde_json::from_value(pending(&[quiet])).unwrap();
    says(
        &outcome("2026.2.19", &old, remote),
        "Is it approved silently?",
        "yes",
        "an older request of the device",
    );
    says(
        &outcome("2026.2.21", &old, local),
        "Is it approved silently?",
        "yes",
        "a local connection",
    );
}

/// approveDevicePairing of src/infra/device-pairing.ts: what a silent approval may grant.
#[test]
fn a_silent_approval_grants_no_more_than_is_asked() {
    let (read, admin) = ("operator.read", "operator.admin");
    let wall = |reason: &str| format!("pairing-required {reason}");
    let silent = "silent-approval".to_owned();
    let revoked = |scopes: Value| {
        record(json!({ "tokens": { "operator": { "scopes": scopes, "revokedAtMs": 5 } } }))
    };
    let no_tokens = || record(json!({ "tokens": {} }));
    // Without scopes there is a pairing, but no method that it may call.
    let powerless = "rejected missing-scope".to_owned();
    let requested = pending(&[(true, 1, &[admin])]);
    let none = pending(&[]);
    for (version, record, requests, asked, expected) in [
        // A pending request asks for more.
        ("2026.3.24", Value::Null, &requested, &[read][..], silent.clone()),
        ("2026.3.28", Value::Null, &requested, &[read], wall("not-paired")),
        ("2026.3.28", Value::Null, &requested, &[admin], silent.clone()),
        ("2026.4.29", Value::Null, &requested, &[read], wall("not-paired")),
        ("2026.5.12", Value::Null, &requested, &[read], wall("not-paired")),
        // The old token held more.
        ("2026.4.28", revoked(json!([admin])), &none, &[read], silent.clone()),
        ("2026.4.29", revoked(json!([admin])), &none, &[read], silent.clone()),
        ("2026.5.12", revoked(json!([admin])), &none, &[read], wall("revoked")),
        ("2026.5.12", revoked(json!([read])), &none, &[read], silent.clone()),
        ("2026.8.1", revoked(json!([admin])), &none, &[read], silent.clone()),
        // There is no old token.
        ("2026.5.12", no_tokens(), &none, &[read], silent.clone()),
        // Nothing is asked for: the old token, else what was approved, would be issued anew.
        ("2026.4.28", revoked(json!([admin])), &none, &[], powerless.clone()),
        ("2026.4.29", revoked(json!([admin])), &none, &[], wall("revoked")),
        ("2026.4.29", revoked(json!([])), &none, &[], powerless.clone()),
        ("2026.4.29", no_tokens(), &none, &[], wall("role-upgrade")),
        ("2026.5.12", revoked(json!([])), &none, &[], powerless.clone()),
        ("2026.5.12", no_tokens(), &none, &[], wall("role-upgrade")),
        ("2026.8.1", no_tokens(), &none, &[], powerless),
    ] {
        let mut state = state(record.clone());
        state.pending = serde_json::from_value(requests.clone()).unwrap();
        let connection = json!({ "client": "cli", "presentsDevice": true, "scopes": asked });
        assert_eq!(
            decided(version, &state, connection),
            expected,
            "{version} {record} {requests} {asked:?}"
        );
    }
}

/// The row "silent local approval of", an Origin, and gateway.nodes.pairing.autoApproveLocal (2026.8.1).
#[test]
fn what_is_approved_silently() {
    let read = json!(["operator.read"]);
    let tokens = json!({ "operator": { "scopes": read } });
    let scope = || record(json!({ "scopes": read, "approvedScopes": read, "tokens": tokens }));
    let role = || {
        record(json!({ "roles": ["node"], "role": "node", "tokens": { "node": { "scopes": [] } } }))
    };
    let platform = || record(json!({ "platform": "darwin" }));
    let wall = |reason: &str| format!("pairing-required {reason}");
    let silent = "silent-approval".to_owned();
    let (yes, no, absent) = (json!(true), json!(false), Value::Null);
    for (version, record, config, expected, because) in [
        ("2026.2.17", role(), &absent, silent.clone(), "a local connection"),
        ("2026.2.19", role(), &absent, wall("role-upgrade"), "a role upgrade is not"),
        ("2026.4.1", role(), &absent, wall("role-upgrade"), "a role upgrade is not"),
        ("2026.4.2", role(), &absent, silent.clone(), "a local connection"),
        ("2026.2.17", scope(), &absent, silent.clone(), "a local connection"),
        ("2026.2.21", scope(), &absent, wall("scope-upgrade"), "a scope upgrade is not"),
        ("2026.2.26", scope(), &absent, silent.clone(), "a local connection"),
        ("2026.3.28", scope(), &absent, wall("scope-upgrade"), "a scope upgrade is not"),
        ("2026.8.1", scope(), &absent, silent.clone(), "a local connection"),
        ("2026.8.1", platform(), &absent, wall("metadata-upgrade"), "another platform"),
        ("2026.8.1", Value::Null, &no, wall("not-paired"), "autoApproveLocal is false"),
        ("2026.8.1", Value::Null, &yes, silent.clone(), "a local connection"),
        ("2026.7.1", Value::Null, &no, silent, "a local connection"),
    ] {
        let state = with_config(record, json!({ "autoApproveLocal": config }));
        let connection = json!({ "client": "cli", "presentsDevice": true, "scopes": ["operator.write"], "method": "send" });
        says(
            &outcome(version, &state, connection.clone()),
            "Is it approved silently?",
            if expected.starts_with("s") { "yes" } else { "no" },
            because,
        );
        assert_eq!(decided(version, &state, connection), expected, "{version} {because}");
    }
    let browser = json!({ "client": "cli", "presentsDevice": true, "scopes": ["operator.read"], "origin": "http://localhost:1" });
    says(
        &outcome("2026.4.15", &state(Value::Null), browser),
        "Is it approved silently?",
        "no",
        "with an Origin",
    );
    let remote = json!({ "client": "cli", "presentsDevice": true, "scopes": ["operator.read"], "remoteAddress": "192.0.2.7" });
    says(
        &outcome("2026.4.15", &state(Value::Null), remote),
        "Is it approved silently?",
        "no",
        "only a local connection",
    );
}
