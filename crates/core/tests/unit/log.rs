//! Lines that real gateways wrote (tests/doctor/log-lines.json), and ones that were forged.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use super::{Refused, read, time};

type Lines = BTreeMap<String, BTreeMap<String, String>>;

fn recorded() -> Lines {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/doctor/log-lines.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn lines_of_real_gateways() {
    assert_eq!(recorded().len(), 6);
    for (version, lines) in recorded() {
        let proxied = read(&lines["through a proxy"]).unwrap();
        assert_eq!(proxied.remote_address, "127.0.0.1", "{version}");
        assert_eq!(proxied.forwarded.as_deref(), Some("203.0.113.9"), "{version}");
        assert!(proxied.host.unwrap().starts_with("127.0.0.1:"), "{version}");
        // All of them on 2026-11-26.
        assert_eq!(proxied.at.unwrap() / 86_400_000, 20_783, "{version}");
        if let Some(line) = lines.get("log file") {
            let told = read(line).unwrap();
            assert_eq!(told.forwarded.as_deref(), Some("203.0.113.9"), "{version}");
            // 2026.2.19 says there why it did not take the token, and does not say whose it was.
            let secret = version == "2026.2.19";
            assert_eq!(told.device_id.is_some(), !secret, "{version}");
            assert_eq!(told.refused == Some(Refused::Secret), secret, "{version}");
        }
        let refused = read(&lines["unauthorized"]).unwrap();
        assert_eq!(
            refused.client.unwrap(),
            ("gateway-client".into(), "backend".into()),
            "{version}"
        );
        // Its user agent holds ` code=1000 remote=127.0.0.1`.
        assert_eq!(read(&lines["forged"]), None, "{version}");
    }
}

#[test]
fn forged_lines_are_not_read() {
    let line = |agent: &str| {
        format!(
            "[ws] closed before connect conn=b23c68c9-7c62-4285-9796-4a7f2665397c remote=10.0.0.7 fwd=203.0.113.9 origin=n/a host=h:1 ua={agent} code=1008 reason=n/a"
        )
    };
    assert_eq!(read(&line("curl/8")).unwrap().remote_address, "10.0.0.7");
    for agent in [
        "x code=1000",
        "x remote=127.0.0.1",
        "x\" y",
        "x durationMs=1",
        "x code=1008 reason=n/a durationMs=1",
        "x\n",
        "x fwd=10.0.0.9",
    ] {
        assert_eq!(read(&line(agent)), None, "{agent}");
    }
    assert_eq!(read(&line(&"x".repeat(9000))), None);
    assert_eq!(read("[ws] closed before connect conn=1 remote=127.0.0.1 code=1008"), None);
    assert_eq!(read("something else"), None);
    let tail = |tail: &str| read(&format!("{} {tail}", line("x")));
    assert!(
        tail("durationMs=1 remoteAddr=10.0.0.7 forwardedFor=203.0.113.9 userAgent=\"a b=c\"")
            .is_some()
    );
    assert_eq!(tail("durationMs=1 remoteAddr=127.0.0.1"), None);
    assert_eq!(tail("durationMs=1 durationMs=2"), None);
    assert_eq!(tail("durationMs=1 userAgent=\"open"), None);
}

/// As 2026.9.6 wrote them of clients with a display name and of pages with another build.
#[test]
fn lines_with_names_and_builds() {
    let line = |tail: &str| {
        read(&format!(
            "2026-11-26T23:01:08.142+00:00 [ws] closed before connect conn=01623dcd-a081-4f47-9509-b12ef4ff8e4d peer=127.0.0.1:1->127.0.0.1:2 remote=127.0.0.1 fwd=n/a origin=https://claw.example.org host=127.0.0.1:2 ua=node code=1008 reason=n/a phase=ws_upgrade_started durationMs=61 handshake=failed phase=ws_upgrade_started host=127.0.0.1:2 remoteAddr=127.0.0.1 endpoint=127.0.0.1:1->127.0.0.1:2 {tail}"
        ))
    };
    for tail in [
        "authMode=token authProvided=none hasDeviceIdentity=true client=cli clientDisplayName=box mode=cli version=1 platform=linux",
        "clientDisplayName=\"my box\" client=cli mode=cli",
        "reason=\"origin not allowed\" client=openclaw-control-ui mode=webchat version=1.0.0 buildId=release-eb377 platform=Linux",
        "client=cli mode=cli version=1 platform=linux deviceFamily=Linux instanceId=ddf0f1b3-fb75-4346-ba3a-f761bf8167a5",
        "clientBuildId=legacy gatewayBuildId=release client=openclaw-control-ui mode=webchat version=1.0.0 platform=Linux",
    ] {
        assert!(line(tail).is_some_and(|told| told.client.is_some()), "{tail}");
    }
    assert_eq!(line("clientDisplayName=box client=cli clientDisplayName=box"), None);
}

/// What the log file of a gateway holds, which is JSON, tells the same.
#[test]
fn lines_of_the_log_file() {
    let text = "closed before connect conn=db44a056-882a-480a-a2e7-235ddf35e83a remote=10.0.0.7 fwd=203.0.113.9 origin=n/a host=h:1 ua=n/a code=1008 reason=n/a";
    let line = |subsystem: &str, meta: Option<serde_json::Value>, text: &str| {
        let mut line =
            serde_json::json!({ "0": format!("{{\"subsystem\":\"{subsystem}\"}}"), "_meta": {} });
        match meta {
            Some(meta) => (line["1"], line["2"]) = (meta, text.into()),
            None => line["1"] = text.into(),
        }
        read(&line.to_string())
    };
    let id = "35f8623c62abb4a20134f6fffd38c537e7847e5bd3c598bbcc0275cad73f0c2d";
    let meta =
        serde_json::json!({ "deviceId": id, "forwardedFor": "203.0.113.9", "remotePort": 1 });
    let told = line("gateway/ws", Some(meta), text).unwrap();
    assert_eq!((told.remote_address.as_str(), told.device), ("10.0.0.7", Some(true)));
    assert_eq!(told.device_id.as_deref(), Some(id));
    assert_eq!(told.refused, Some(Refused::Otherwise));
    assert_eq!(line("gateway/ws", None, text).unwrap().device_id, None);
    assert_eq!(line("gateway/wss", None, text), None);
    assert_eq!(line("gateway/ws", None, &format!("{text}\nx")), None);
    assert_eq!(line("gateway/ws", None, &format!("x {text}")), None);
    assert_eq!(line("gateway/ws", None, &text.replace("ua=n/a", "ua=x remote=127.0.0.1")), None);
    let other = serde_json::json!({ "forwardedFor": "10.9.9.9" });
    assert_eq!(line("gateway/ws", Some(other), text), None);
}

#[test]
fn what_the_gateway_did() {
    for (version, lines) in recorded() {
        let refused = |name: &str| read(&lines[name]).unwrap().refused;
        assert_eq!(refused("through a proxy"), Some(Refused::Otherwise), "{version}");
        // Up to some version a wrong secret beside a device is called a device token, too.
        let old = lines["unauthorized"].contains("device_token_mismatch");
        let wrong = if old { Refused::Token } else { Refused::Secret };
        assert_eq!(refused("unauthorized"), Some(wrong), "{version}");
        let left = lines["through a proxy"].replace("code=1008", "code=1006");
        assert_eq!(read(&left).unwrap().refused, None, "{version}");
    }
}

#[test]
fn times() {
    assert_eq!(time("2026-11-26T05:35:34.132Z"), Some(1_795_671_334_132));
    assert_eq!(time("2024-02-29T23:59:59.500-02:30"), Some(1_709_260_199_500));
    assert_eq!(time("1970-01-01T01:00:00+01:00"), Some(0));
    for none in [
        "05:35:34",
        "2026-11-26",
        "",
        "T",
        "2026-11T05:35:34Z",
        "2026-11-26T05:35Z",
        "2026-11-26T05:35:34",
        "-1-1-1T1:1:1Z",
        "2026-11-26T05:35:34+1",
    ] {
        assert_eq!(time(none), None, "{none}");
    }
}
