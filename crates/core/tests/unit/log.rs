//! Lines that real gateways wrote (tests/doctor/log-lines.json), and ones that were forged.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use super::read;

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
