//! Each version's own reading of entries and headers.

use super::*;
use crate::rules::rules;

fn at(version: &str) -> Rules {
    rules(Some(&version.parse().unwrap())).0
}

fn trusted(version: &str, entry: &str, address: &str) -> bool {
    trusts(&at(version), &[entry.to_owned()], address)
}

#[test]
fn entries_are_read_as_each_version_reads_them() {
    for (entry, address, exact, v4, later) in [
        ("127.0.0.1", "127.0.0.1", true, true, true),
        ("127.0.0.1", "::ffff:127.0.0.1", true, true, true),
        ("::FFFF:127.0.0.1", "127.0.0.1", true, true, true),
        (" 127.0.0.1 ", "127.0.0.1", true, true, true),
        ("127.0.0.0/8", "127.0.0.1", false, true, true),
        ("10.0.0.0/33", "10.0.0.0", false, false, false),
        ("10.0.0.0/+8", "10.9.9.9", false, true, false),
        ("10.0.0.0/8x", "10.9.9.9", false, true, false),
        ("010.0.0.0/8", "10.9.9.9", false, true, false),
        ("010.0.0.0/8", "8.9.9.9", false, false, true),
        ("0x0a.0.0.0/8", "10.9.9.9", false, false, true),
        ("10/8", "0.9.9.9", false, false, true),
        ("10.1/8", "10.9.9.9", false, false, true),
        ("10.0.0.0/8/8", "10.9.9.9", false, true, false),
        ("::1", "::1", true, true, true),
        ("0:0:0:0:0:0:0:1", "::1", false, false, true),
        ("[::1]", "::1", false, false, true),
        ("fd00::/8", "fd00::5", false, false, true),
        ("nonsense", "127.0.0.1", false, false, false),
        ("fe80::1%eth0", "fe80::1%eth0", true, true, true),
        ("fe80::1", "fe80::1%eth0", false, false, false),
        ("fe80::/10", "FE80::1%eth0", false, false, true),
        ("::ffff:10.0.0.7%x", "10.0.0.7", false, false, true),
        ("", "127.0.0.1", false, false, false),
    ] {
        let seen =
            ["2026.2.12", "2026.2.17", "2026.2.22"].map(|version| trusted(version, entry, address));
        assert_eq!(seen, [exact, v4, later], "{entry} {address}");
    }
}

fn request<'a>(
    peer: &'a str,
    host: &'a str,
    headers: &'a Named<String>,
    trusted: &'a [String],
) -> Request<'a> {
    Request { peer, host: host.into(), headers, trusted, real_ip_fallback: false }
}

fn headers(list: &[(&str, &str)]) -> Named<String> {
    list.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn hosts_that_are_this_machine() {
    for (host, names, loopback) in [
        ("localhost:1", true, true),
        ("LOCALHOST", true, true),
        ("[::1]:18789", true, true),
        ("::1", true, true),
        ("127.0.0.1:18789", true, true),
        ("127.0.0.2", false, true),
        ("box.tail.ts.net", true, true),
        ("example.com", false, false),
        ("", false, false),
    ] {
        let none = headers(&[]);
        let seen = ["2026.2.19", "2026.2.22"]
            .map(|v| request("127.0.0.1", host, &none, &[]).local(&at(v)).0);
        assert_eq!(seen, [names, loopback], "{host}");
        assert!(request("127.0.0.1", host, &none, &[]).local(&at("2026.3.31")).0);
    }
}

#[test]
fn the_client_behind_a_trusted_proxy() {
    let proxy = ["127.0.0.1".to_owned(), "10.0.0.0/8".to_owned()];
    for (chain, first, last, not_loopback) in [
        ("127.0.0.9", true, true, false),
        ("127.0.0.9, 203.0.113.9", true, false, false),
        ("203.0.113.9, 127.0.0.9", false, true, false),
        ("127.0.0.9:80", true, true, false),
        ("127.0.0.9, ::1%lo", true, false, false),
        ("203.0.113.9, 127.0.0.1", false, false, false),
        ("", false, false, false),
    ] {
        let headers = headers(&[("X-Forwarded-For", chain)]);
        let seen = ["2026.2.19", "2026.2.21", "2026.3.22"]
            .map(|v| request("127.0.0.1", "localhost", &headers, &proxy).local(&at(v)).0);
        assert_eq!(seen, [first, last, not_loopback], "{chain}");
    }
    for (client, text, parsed) in [
        ("::1", true, true),
        ("0:0:0:0:0:0:0:1", false, true),
        ("::1%lo", false, true),
        ("::1%", false, false),
        ("127.0.0.1%lo", false, false),
        ("::ffff:127.0.0.9", true, true),
        ("::ffff:7f00:9", false, true),
        ("[::1]:80", true, true),
        ("127.000.0.9", false, false),
    ] {
        let headers = headers(&[("X-Forwarded-For", client)]);
        let seen = ["2026.2.21", "2026.2.22"]
            .map(|v| request("127.0.0.1", "localhost", &headers, &proxy).local(&at(v)).0);
        assert_eq!(seen, [text, parsed], "{client}");
    }
    let real = headers(&[("x-real-ip", "127.0.0.9")]);
    let mut with = request("127.0.0.1", "localhost", &real, &proxy);
    assert!(with.local(&at("2026.2.19")).0 && !with.local(&at("2026.2.21")).0);
    with.real_ip_fallback = true;
    assert!(with.local(&at("2026.2.21")).0);
}

#[test]
fn forwarded_headers_by_version() {
    let seen = |name: &str, value: &str| {
        let headers = headers(&[(name, value)]);
        ["2026.2.19", "2026.3.31", "2026.5.18", "2026.8.1"]
            .map(|v| request("127.0.0.1", "localhost", &headers, &[]).forwarded(&at(v)))
    };
    assert_eq!(seen("X-Forwarded-For", "1.2.3.4"), [true; 4]);
    assert_eq!(seen("Forwarded", "for=1.2.3.4"), [false, true, true, true]);
    assert_eq!(seen("x-forwarded-proto", "https"), [false, true, true, true]);
    assert_eq!(seen("x-forwarded-port", "443"), [false, false, true, true]);
    assert_eq!(seen("x-forwarded-for", ""), [false, false, true, true]);
    assert_eq!(seen("forwarded", ""), [false, false, false, true]);
    assert_eq!(seen("x-other", "1"), [false; 4]);
}

#[test]
fn numbers_as_ipaddr_js_reads_them() {
    for (text, expected) in [
        ("10.0.0.0", Some("10.0.0.0")),
        ("0x7f.1", Some("127.0.0.1")),
        ("2130706433", Some("127.0.0.1")),
        ("10.1.2", Some("10.1.0.2")),
        ("10.1.65536", None),
        ("256.1", None),
        ("1.2.3.4.5", None),
        ("09.0.0.0", None),
        ("+1.0.0.0", None),
        ("", None),
    ] {
        assert_eq!(ipaddr_v4(text), expected.map(|ip| ip.parse().unwrap()), "{text}");
    }
}

#[test]
fn origins() {
    let none = headers(&[]);
    let allowed = |version: &str, host: &str, origin: &str, local: bool| {
        request("127.0.0.1", host, &none, &[]).origin_allowed(
            at(version).origin_check,
            origin,
            local,
        )
    };
    assert!(allowed("2026.2.25", "localhost:1", "http://127.0.0.1:5", false));
    assert!(!allowed("2026.3.2", "localhost:1", "http://127.0.0.1:5", false));
    assert!(allowed("2026.3.2", "localhost:1", "http://[::1]:5", true));
    assert!(!allowed("2026.5.12", "10.0.0.5:1", "http://10.0.0.5:1", false));
    assert!(allowed("2026.5.18", "10.0.0.5:1", "http://10.0.0.5:1", false));
    assert!(!allowed("2026.5.18", "example.com", "https://example.com", false));
    assert!(!allowed("2026.5.18", "localhost", "nonsense", true));
}
