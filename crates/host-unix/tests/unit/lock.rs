//! How a lock is named, and how long it is waited for.
use super::*;

#[test]
fn the_name_of_a_holder_is_read_back() {
    let process = Process {
        boot: Some("8980cc52-ff00-4bae-9e82-92a457f50e6b".into()),
        namespace: Some("4026531836".into()),
        pid: 17,
        start: Some(72180),
    };
    assert_eq!(parse(&holder(&process, "0123abcd")), Some(process));
    let mac = Process { boot: None, namespace: None, pid: 17, start: None };
    assert_eq!(holder(&mac, "0123abcd"), "-.-.17.-.0123abcd");
    assert_eq!(parse("-.-.17.-.0123abcd"), Some(mac));
    for name in [
        "owner",
        "-.-.x.-.0123abcd",
        "-.-.17.-.short",
        "-.-.17.-.0123abcd.more",
        "-.-.17.-.0123/bcd",
    ] {
        assert_eq!(parse(name), None, "{name}");
    }
}

#[test]
fn the_wait_is_longer_than_a_lock_lives() {
    let total: u64 = delays().sum();
    assert!(total > STALE_MS as u64 + 4_000 && total <= WAIT_MS, "{total}");
    assert_eq!(delays().take(8).collect::<Vec<_>>(), [2, 4, 8, 16, 32, 64, 100, 100]);
}
