//! Who a request comes from, seen in the answers to "Is the connection local?", "Can the gateway tell who the client is?"
//! and "Is the Origin allowed?".

use prepair_core::gateway::state::State;
use prepair_core::gateway::walk::connect;
use prepair_core::options::connection::Connection;
use prepair_core::rules::Rules;
use serde_json::{Value, json};

/// What is answered to the question that begins so; empty where it is not asked.
fn answer(version: &str, question: &str, config: &Value, connection: &Value) -> String {
    let state =
        State { config: serde_json::from_value(config.clone()).unwrap(), ..State::default() };
    let mut connection: Connection = serde_json::from_value(connection.clone()).unwrap();
    connection.presents_device = Some(true);
    let outcome = connect(&Rules::at(version.parse().unwrap(), None), &state, &connection);
    let mut steps = outcome.steps.iter().filter(|step| step.question.starts_with(question));
    steps.next().map(|step| step.answer.clone()).unwrap_or_default()
}

/// `resolveClientIp` and `isTrustedProxyAddress` of src/gateway/net.ts up to 2026.3.28.
#[test]
fn clients_behind_a_trusted_proxy() {
    let proxied = |trusted: &[&str], header: &str, value: &str| {
        (
            json!({ "trustedProxies": trusted }),
            json!({ "remoteAddress": "10.9.9.9", "headers": { header: value } }),
        )
    };
    for (version, (config, connection), expected) in [
        ("2026.2.19", proxied(&["10.9.9.9"], "X-Forwarded-For", "127.0.0.1"), "yes"),
        ("2026.2.19", proxied(&["10.9.9.9"], "X-Forwarded-For", "::1"), "yes"),
        ("2026.2.19", proxied(&["10.9.9.9"], "X-Forwarded-For", "[::1]:80"), "yes"),
        ("2026.2.19", proxied(&["10.9.9.9"], "X-Forwarded-For", "127.0.0.1:80"), "yes"),
        ("2026.2.19", proxied(&["10.9.9.9"], "X-Forwarded-For", "::ffff:127.0.0.1"), "yes"),
        ("2026.2.19", proxied(&["10.9.9.9"], "X-Forwarded-For", "203.0.113.9"), "no"),
        ("2026.2.19", proxied(&["10.9.9.9"], "X-Real-IP", "127.0.0.1"), "yes"),
        ("2026.2.19", proxied(&["10.9.9.9"], "X-Real-IP", "203.0.113.9"), "no"),
        ("2026.2.19", proxied(&["10.9.9.8"], "X-Forwarded-For", "127.0.0.1"), "no"),
        ("2026.2.19", proxied(&[], "X-Forwarded-For", "127.0.0.1"), "no"),
        // A block is understood from 2026.2.17 on, and by parseInt up to 2026.2.21.
        ("2026.2.12", proxied(&["10.0.0.0/8"], "X-Forwarded-For", "127.0.0.1"), "no"),
        ("2026.2.19", proxied(&["10.0.0.0/8"], "X-Forwarded-For", "127.0.0.1"), "yes"),
        ("2026.2.19", proxied(&["10.0.0.0/-8"], "X-Forwarded-For", "127.0.0.1"), "no"),
        ("2026.2.19", proxied(&["10.0.0.0/"], "X-Forwarded-For", "127.0.0.1"), "no"),
        ("2026.2.19", proxied(&["10.0.0/8"], "X-Forwarded-For", "127.0.0.1"), "no"),
        // From 2026.2.22 by ipaddr.js.
        ("2026.2.22", proxied(&["10.0.0.0/8"], "X-Forwarded-For", "127.0.0.1"), "yes"),
        ("2026.2.22", proxied(&["10.0.0.0/"], "X-Forwarded-For", "127.0.0.1"), "no"),
        ("2026.2.22", proxied(&["10.0.0.0/+8"], "X-Forwarded-For", "127.0.0.1"), "no"),
        ("2026.2.22", proxied(&["10.0.0.0.0/8"], "X-Forwarded-For", "127.0.0.1"), "no"),
        ("2026.2.22", proxied(&["10.255.255.255/8"], "X-Forwarded-For", "127.0.0.1"), "yes"),
        ("2026.2.22", proxied(&["10.256/8"], "X-Forwarded-For", "127.0.0.1"), "yes"),
        ("2026.2.22", proxied(&["10.16777216/8"], "X-Forwarded-For", "127.0.0.1"), "no"),
        ("2026.2.22", proxied(&["10.255.65536/8"], "X-Forwarded-For", "127.0.0.1"), "no"),
        ("2026.2.22", proxied(&["0xA.255.1/8"], "X-Forwarded-For", "127.0.0.1"), "yes"),
        ("2026.2.22", proxied(&["012.0.0.0/8"], "X-Forwarded-For", "127.0.0.1"), "yes"),
        ("2026.2.22", proxied(&["256.0.0.0/8"], "X-Forwarded-For", "127.0.0.1"), "no"),
        ("2026.2.22", proxied(&["::ffff:10.0.0.0/104"], "X-Forwarded-For", "127.0.0.1"), "yes"),
    ] {
        assert_eq!(
            answer(version, "Is the connection local?", &config, &connection),
            expected,
            "{version} {config} {connection}"
        );
    }
    // A part of 255 is the largest one.
    let (config, connection) = (
        json!({ "trustedProxies": ["255.1/8"] }),
        json!({ "remoteAddress": "255.9.9.9", "headers": { "X-Forwarded-For": "127.0.0.1" } }),
    );
    assert_eq!(answer("2026.2.22", "Is the connection local?", &config, &connection), "yes");
}

/// `attributeIngress` of 2026.8.1: who is refused with HTTP 403 at the upgrade.
#[test]
fn who_cannot_be_told() {
    let (known, unlisted, nobody) =
        ("yes", "no, the proxy is not listed", "no, the proxy names no client");
    for (peer, trusted, headers, fallback, expected) in [
        ("127.0.0.1", "", json!({}), false, known),
        ("203.0.113.9", "", json!({}), false, known),
        ("127.0.0.1", "", json!({ "X-Forwarded-For": "203.0.113.9" }), false, unlisted),
        ("203.0.113.9", "", json!({ "X-Forwarded-For": "203.0.113.8" }), false, unlisted),
        // Present counts, even if empty.
        ("127.0.0.1", "", json!({ "X-Real-IP": "" }), false, unlisted),
        ("127.0.0.1", "", json!({ "Forwarded": "" }), false, unlisted),
        ("127.0.0.1", "", json!({ "X-Forwarded-Port": "" }), false, unlisted),
        ("127.0.0.1", "", json!({ "Tailscale-User-Login": "me" }), false, unlisted),
        ("127.0.0.1", "", json!({ "User-Agent": "x" }), false, known),
        ("127.0.0.1", "127.0.0.1", json!({}), false, known),
        ("10.0.0.7", "10.0.0.7", json!({}), false, nobody),
        ("10.0.0.7", "10.0.0.7", json!({ "X-Forwarded-For": "203.0.113.9" }), false, known),
        ("10.0.0.7", "10.0.0.7", json!({ "X-Forwarded-For": "127.0.0.1" }), false, nobody),
        ("10.0.0.7", "10.0.0.7", json!({ "X-Real-IP": "203.0.113.9" }), false, nobody),
        ("10.0.0.7", "10.0.0.7", json!({ "X-Real-IP": "203.0.113.9" }), true, known),
        ("10.0.0.7", "10.0.0.7", json!({ "X-Real-IP": "127.0.0.9" }), true, nobody),
    ] {
        let config = json!({ "trustedProxies": [trusted], "allowRealIpFallback": fallback });
        let connection = json!({ "remoteAddress": peer, "headers": headers });
        assert_eq!(
            answer("2026.8.1", "Can the gateway tell", &config, &connection),
            expected,
            "{peer} {trusted} {headers} {fallback}"
        );
    }
}

/// `checkBrowserOrigin` of src/gateway/origin-check.ts.
#[test]
fn origins_that_need_no_entry() {
    let proxied = json!({ "X-Forwarded-For": "203.0.113.9" });
    let none = json!({});
    for (version, host, origin, headers, expected) in [
        // Origin and Host are loopback.
        ("2026.2.25", "localhost:1", "http://127.0.0.1:2", &none, "yes"),
        ("2026.2.25", "localhost:1", "https://example.com", &none, "no"),
        ("2026.2.25", "example.com", "http://localhost:2", &none, "no"),
        ("2026.2.25", "localhost:1", "nonsense", &none, "no"),
        // Not asked where a proxy names a client, up to 2026.3.8.
        (
            "2026.2.25",
            "localhost:1",
            "https://example.com",
            &json!({ "X-Real-IP": "203.0.113.9" }),
            "",
        ),
        // A loopback Origin on a local connection.
        ("2026.3.2", "localhost:1", "http://localhost:2", &none, "yes"),
        ("2026.3.2", "localhost:1", "https://example.com", &none, "no"),
        ("2026.3.11", "localhost:1", "http://localhost:2", &proxied, "no"),
        // Or the Origin is that of a private Host.
        ("2026.5.18", "localhost:1", "http://127.0.0.1:2", &none, "yes"),
        ("2026.5.18", "localhost:1", "http://localhost:1", &proxied, "no"),
        ("2026.5.18", "10.0.0.5:1", "http://10.0.0.5:1", &proxied, "yes"),
        ("2026.5.18", "10.0.0.5:1", "http://10.0.0.5:1/path?query#part", &proxied, "yes"),
        ("2026.5.18", "10.0.0.5:1", "http://10.0.0.5:2", &proxied, "no"),
        ("2026.5.12", "10.0.0.5:1", "http://10.0.0.5:1", &proxied, "no"),
        ("2026.5.18", "172.16.0.1", "http://172.16.0.1", &proxied, "yes"),
        ("2026.5.18", "172.32.0.1", "http://172.32.0.1", &proxied, "no"),
        ("2026.5.18", "169.254.1.1", "http://169.254.1.1", &proxied, "yes"),
        ("2026.5.18", "100.64.0.1", "http://100.64.0.1", &proxied, "yes"),
        ("2026.5.18", "100.127.0.1", "http://100.127.0.1", &proxied, "yes"),
        ("2026.5.18", "100.128.0.1", "http://100.128.0.1", &proxied, "no"),
        ("2026.5.18", "100.63.0.1", "http://100.63.0.1", &proxied, "no"),
        ("2026.5.18", "101.64.0.1", "http://101.64.0.1", &proxied, "no"),
        ("2026.5.18", "[fd00::1]:1", "http://[fd00::1]:1", &proxied, "yes"),
        ("2026.5.18", "[fe80::1]:1", "http://[fe80::1]:1", &proxied, "yes"),
        ("2026.5.18", "[2001:db8::1]:1", "http://[2001:db8::1]:1", &proxied, "no"),
        ("2026.5.18", "box.local:1", "http://BOX.local:1", &proxied, "yes"),
        ("2026.5.18", "box.tail.ts.net", "https://box.tail.ts.net", &proxied, "yes"),
        ("2026.5.18", "example.com", "https://example.com", &proxied, "no"),
    ] {
        let connection = json!({ "host": host, "origin": origin, "headers": headers });
        assert_eq!(
            answer(version, "Is the Origin allowed?", &json!({}), &connection),
            expected,
            "{version} {host} {origin} {headers}"
        );
    }
}

/// `resolvePairingLocality` of handshake-auth-helpers.ts: from 2026.4.5 to 2026.4.21 some remote connections are approved
/// as local ones are.
#[test]
fn connections_that_count_as_local() {
    let forwarded = json!({ "Forwarded": "for=203.0.113.9" });
    let state = State {
        identity: serde_json::from_value(json!({ "key": "k" })).unwrap(),
        ..State::default()
    };
    for (version, client, peer, host, headers, auth, silent) in [
        ("2026.4.15", "cli", "127.0.0.1", "127.0.0.1:1", &forwarded, "token", true),
        ("2026.4.15", "cli", "127.0.0.1", "10.0.0.5:1", &forwarded, "token", true),
        ("2026.4.15", "cli", "127.0.0.1", "example.com", &forwarded, "token", false),
        ("2026.4.15", "cli", "10.0.0.7", "10.0.0.5:1", &forwarded, "token", false),
        (
            "2026.4.15",
            "cli",
            "127.0.0.1",
            "127.0.0.1:1",
            &json!({ "X-Forwarded-For": "203.0.113.9" }),
            "token",
            false,
        ),
        (
            "2026.4.15",
            "cli",
            "127.0.0.1",
            "127.0.0.1:1",
            &json!({ "X-Real-IP": "203.0.113.9" }),
            "token",
            false,
        ),
        ("2026.4.15", "agent", "127.0.0.1", "127.0.0.1:1", &forwarded, "token", false),
        ("2026.4.20", "agent", "127.0.0.1", "127.0.0.1:1", &forwarded, "token", true),
        ("2026.4.2", "cli", "127.0.0.1", "127.0.0.1:1", &forwarded, "token", false),
        ("2026.4.22", "cli", "127.0.0.1", "127.0.0.1:1", &forwarded, "token", false),
    ] {
        let connection = json!({
            "client": client, "presentsDevice": true, "scopes": ["operator.read"], "remoteAddress": peer, "host": host, "headers": headers, "auth": auth,
        });
        let connection: Connection = serde_json::from_value(connection).unwrap();
        let outcome = connect(&Rules::at(version.parse().unwrap(), None), &state, &connection);
        let verdict = json!(outcome.verdict);
        assert_eq!(
            verdict,
            if silent { "silent-approval" } else { "pairing-required" },
            "{version} {client} {peer} {host} {headers}"
        );
    }
}
