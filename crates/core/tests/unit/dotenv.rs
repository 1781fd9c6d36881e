//! What dotenv 16 and 17 make of each line (its own tests, and what people write).

use super::read;

fn value(text: &str) -> Option<String> {
    read(text.as_bytes(), &|name| name == "A").get("A").cloned()
}

#[test]
fn lines_as_dotenv_reads_them() {
    for (text, expected) in [
        ("A=b", Some("b")),
        ("A = b  \n", Some("b")),
        ("  export A=b # c", Some("b")),
        ("A=b#c", Some("b")),
        ("A: b", Some("b")),
        ("A:b", None),
        ("A='b # c' # d", Some("b # c")),
        ("A=\"b\\nc\"", Some("b\nc")),
        ("A='b\\nc'", Some("b\\nc")),
        ("A=`b \"c\" 'd'`", Some("b \"c\" 'd'")),
        ("A=\"b\nc\"\nB=1", Some("b\nc")),
        ("A=", Some("")),
        ("A", None),
        ("# A=b", None),
        ("A=1\nA=2\r\n", Some("2")),
        ("\u{feff}A=b", Some("b")),
        ("B=\"x\nA=no\"\nA=yes", Some("yes")),
        ("A=\"unclosed", Some("\"unclosed")),
        ("=b\nA=c", Some("c")),
    ] {
        assert_eq!(value(text).as_deref(), expected, "{text:?}");
    }
}

#[test]
fn only_what_is_asked_for_is_kept() {
    let found = read(b"A=1\nSECRET=2\n", &|name| name == "A");
    assert_eq!(found.iter().count(), 1);
    assert!(read(b"\xff", &|_| true).is_empty());
}
