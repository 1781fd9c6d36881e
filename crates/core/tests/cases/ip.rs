//! Addresses and blocks of them, counted by hand.

use prepair_core::base::ip::{is_loopback, parse_cidr};

#[test]
fn blocks_hold_what_shares_their_leading_bits() {
    for (block, inside, outside) in [
        ("10.0.0.1", &["10.0.0.1", "::ffff:10.0.0.1"][..], &["10.0.0.0", "10.0.0.2", "::1"][..]),
        ("10.0.0.0/31", &["10.0.0.0", "10.0.0.1"], &["10.0.0.2", "9.255.255.255"]),
        ("10.0.0.0/9", &["10.127.255.255"], &["10.128.0.0"]),
        ("128.0.0.0/1", &["128.0.0.0", "255.255.255.255"], &["127.255.255.255"]),
        ("0.0.0.0/0", &["0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"], &["::", "fd00::1"]),
        ("fd00::/8", &["fd00::", "fdff:ffff::1"], &["fe00::", "fc00::", "10.0.0.1"]),
        ("fd00::/127", &["fd00::", "fd00::1"], &["fd00::2"]),
        ("fd00::7", &["fd00::7"], &["fd00::6"]),
        ("::/0", &["::", "fd00::1"], &["10.0.0.1"]),
        ("::ffff:10.0.0.0/104", &["10.255.0.1", "::ffff:10.1.1.1"], &["11.0.0.0", "::a00:1"]),
        ("::ffff:10.0.0.1", &["10.0.0.1"], &["10.0.0.2"]),
    ] {
        let cidr = parse_cidr(block).unwrap();
        for (list, expected) in [(inside, true), (outside, false)] {
            for ip in list {
                assert_eq!(cidr.contains(ip.parse().unwrap()), expected, "{block} {ip}");
            }
        }
    }
}

#[test]
fn blocks_that_cover_others() {
    for (wide, narrow, expected) in [
        ("10.0.0.0/8", "10.0.0.0/8", true),
        ("10.0.0.0/8", "10.9.0.0/16", true),
        ("10.0.0.0/8", "10.0.0.1", true),
        ("10.9.0.0/16", "10.0.0.0/8", false),
        ("10.9.0.0/16", "10.9.0.0/8", false),
        ("10.0.0.0/8", "11.0.0.0/16", false),
        ("0.0.0.0/0", "::ffff:10.0.0.1", false),
        ("::ffff:10.0.0.0/104", "10.0.0.1", false),
        ("fd00::/8", "fd12::/16", true),
        ("fd00::/8", "10.0.0.0/16", false),
    ] {
        let [wide_block, narrow_block] = [wide, narrow].map(|text| parse_cidr(text).unwrap());
        assert_eq!(wide_block.covers(&narrow_block), expected, "{wide} {narrow}");
    }
}

#[test]
fn what_holds_loopback_and_what_holds_everything() {
    for (text, loopback, any) in [
        ("127.0.0.1", true, false),
        ("127.9.9.9", true, false),
        ("126.0.0.0/7", true, false),
        ("0.0.0.0/0", true, true),
        ("1.2.3.4/0", true, true),
        ("::1", true, false),
        ("::/1", true, true),
        ("::/0", true, true),
        ("::ffff:127.0.0.1", true, false),
        ("::ffff:0.0.0.0/96", true, true),
        ("::ffff:0.0.0.0/97", true, false),
        ("::ffff:10.0.0.0/104", false, false),
        ("10.0.0.0/8", false, false),
        ("fd00::/8", false, false),
        ("fd00::/96", false, false),
        ("::2", false, false),
    ] {
        let cidr = parse_cidr(text).unwrap();
        assert_eq!((cidr.has_loopback(), cidr.is_any()), (loopback, any), "{text}");
    }
    for (text, expected) in [
        ("127.255.0.1", true),
        ("::1", true),
        ("::ffff:127.0.0.1", true),
        ("128.0.0.1", false),
        ("::2", false),
    ] {
        assert_eq!(is_loopback(text.parse().unwrap()), expected, "{text}");
    }
}

#[test]
fn blocks_are_read_strictly_and_printed_shortly() {
    for (text, printed) in [
        ("10.0.0.0/0", Some("10.0.0.0/0")),
        ("10.0.0.0/9", Some("10.0.0.0/9")),
        ("10.0.0.0/32", Some("10.0.0.0")),
        ("fd00::/32", Some("fd00::/32")),
        ("FD00:0::/128", Some("fd00::")),
        ("10.0.0.0/00", None),
        ("10.0.0.0/08", None),
        ("10.0.0.0/33", None),
        ("fd00::/129", None),
        ("10.0.0.0/", None),
        ("10.0.0.0/a", None),
        ("10.0.0.0/8a", None),
    ] {
        let found = parse_cidr(text);
        assert_eq!(found.map(|cidr| cidr.to_string()).as_deref(), printed, "{text}");
    }
    let cidr = parse_cidr("10.1.2.3/8").unwrap();
    assert_eq!((cidr.addr().to_string(), cidr.prefix()), ("10.1.2.3".to_owned(), 8));
}
