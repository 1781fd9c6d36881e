//! What is read, and whether it is still the same.

use prepair_core::base::wiped::Wiped;
use prepair_host::Entry;
use prepair_host_unix::same_files;

use crate::doubles::Memory;

#[test]
fn what_is_the_same() {
    let memory = Memory::new();
    memory.put("/s/a", b"A", 0o600);
    memory.put_link("/s/l", "a");
    let bases = ["/s".to_owned()];
    let same = |path: &str, content: Option<&[u8]>| {
        same_files(&memory, &bases, &[(path, content)]).unwrap()
    };
    assert!(same("/s/a", Some(b"A")) && same("/s/b", None) && same("/s/d/b", None));
    for content in [None, Some(b"".as_slice()), Some(b"B"), Some(b"AA")] {
        assert!(!same("/s/a", content));
    }
    assert!(!same("/s/b", Some(b"")) && !same("/s/l", Some(b"A")) && !same("/s/l", None));
    memory.put("/s/.prepair-0123456789abcdef012345670000.tmp", b"", 0o600);
    assert!(!same("/s/a", Some(b"A")), "a dead call left something");
}

#[test]
fn debug_shows_no_content() {
    let entry = Entry::File(Wiped::new(b"PRIVATE".to_vec()));
    assert_eq!(format!("{entry:?}"), "File(7 bytes)");
}
