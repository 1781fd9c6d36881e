//! What is strictly an address or a block, and what blocks hold.

use super::*;

#[test]
fn refuses_what_is_not_strictly_an_address_or_block() {
    for text in [
        "",
        " ",
        "10.0.0.0/",
        "/8",
        "010.0.0.0/8",
        "10.0.0.0/33",
        "10.0.0.0/+8",
        "10.0.0.0/-1",
        "10.0.0.0/08",
        "10.0.0.0/8/8",
        " 10.0.0.0/8",
        "10.0.0.0/8 ",
        "10.0.0/8",
        "10.0.0.0.0",
        "256.0.0.1",
        "0x7f.0.0.1",
        "2130706433",
        "::/129",
        "[::1]",
        "::1%lo",
        "fe80::1%eth0/64",
        "localhost",
        "*",
        "10.0.0.0/8\n",
        "10.0.0.0/٨",
        "１０.0.0.0/8",
        "::/1000",
    ] {
        assert_eq!(parse_cidr(text), None, "{text:?}");
    }
}

#[test]
fn reads_and_prints_the_strict_forms() {
    for text in ["10.0.0.0/8", "127.0.0.1", "0.0.0.0/0", "::1", "::/0", "fd00::/8", "10.1.2.3/8"] {
        assert_eq!(parse_cidr(text).map(|c| c.to_string()).as_deref(), Some(text));
    }
    assert_eq!(parse_cidr("10.0.0.1/32").map(|c| c.to_string()).as_deref(), Some("10.0.0.1"));
}

#[test]
fn contains_compares_only_the_leading_bits() {
    let hit = |block: &str, ip: &str| parse_cidr(block).unwrap().contains(ip.parse().unwrap());
    assert!(hit("10.0.0.0/8", "10.255.0.1"));
    assert!(hit("10.1.2.3/8", "10.255.0.1"));
    assert!(!hit("10.0.0.0/8", "11.0.0.0"));
    assert!(hit("172.16.0.0/12", "172.31.255.255"));
    assert!(!hit("172.16.0.0/12", "172.32.0.0"));
    assert!(hit("0.0.0.0/0", "203.0.113.9"));
    assert!(!hit("0.0.0.0/0", "::1"));
    assert!(hit("::/0", "::1"));
    assert!(hit("10.0.0.0/8", "::ffff:10.0.0.1"));
    assert!(hit("::ffff:10.0.0.0/104", "10.9.9.9"));
    assert!(!hit("::ffff:10.0.0.0/104", "11.9.9.9"));
    assert!(hit("fd00::/8", "fdff::1"));
}

#[test]
fn loopback_and_any_are_seen_inside_a_block() {
    let c = |t: &str| parse_cidr(t).unwrap();
    for t in [
        "127.0.0.1",
        "127.9.9.9",
        "127.0.0.0/8",
        "127.1.0.0/16",
        "0.0.0.0/0",
        "::1",
        "::/0",
        "::/8",
    ] {
        assert!(c(t).has_loopback(), "{t}");
    }
    for t in ["10.0.0.0/8", "128.0.0.0/8", "::2", "fd00::/8"] {
        assert!(!c(t).has_loopback(), "{t}");
    }
    for parts in [
        &["0.0.0.0/1", "128.0.0.0/1"][..],
        &["128.0.0.0/1", "64.0.0.0/2", "10.0.0.7", "0.0.0.0/2"],
        &["::ffff:0:0/97", "::ffff:128.0.0.0/97"],
        &["::ffff:0:0/90"],
        &["::/1"],
        &["2000::/3"],
        &["2000::/4", "3000::/4"],
    ] {
        let blocks: Vec<Cidr> = parts.iter().copied().map(c).collect();
        assert!(any(&blocks), "{parts:?}");
        assert!(blocks.len() == 1 || !any(&blocks[1..]), "{parts:?}");
    }
    for parts in [&["0.0.0.0/1", "192.0.0.0/2"][..], &["fc00::/7", "fe80::/10"], &["::1"], &[]] {
        let blocks: Vec<Cidr> = parts.iter().copied().map(c).collect();
        assert!(!any(&blocks), "{parts:?}");
    }
    assert!(c("::/0").is_any() && c("0.0.0.0/0").is_any() && !c("10.0.0.0/8").is_any());
    assert!(
        c("10.0.0.0/8").covers(&c("10.2.0.0/16")) && !c("10.2.0.0/16").covers(&c("10.0.0.0/8"))
    );
    assert!(is_loopback("::ffff:127.0.0.1".parse().unwrap()));
}
