//! Names of temp files.
use super::*;

#[test]
fn only_our_temp_names_are_ours() {
    assert!(is_temp(".prepair-00112233445566778899aabb0000.tmp"));
    assert!(is_temp(".prepair-00112233445566778899aabb1.tmp"), "of commit.sh");
    for name in [
        ".prepair-.tmp",
        ".prepair-0011.tmp",
        ".prepair-00112233445566778899aabb.tmp",
        ".prepair-00112233445566778899aabb00000.tmp",
        ".prepair-00112233445566778899AABB0000.tmp",
        ".prepair-notes-of-the-last-meeting0.tmp",
        ".prepair-notesofthelastmeeting00000.tmp",
        ".prepair.lock",
        "x.tmp",
    ] {
        assert!(!is_temp(name), "{name}");
    }
}
