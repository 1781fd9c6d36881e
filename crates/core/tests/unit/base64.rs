//! base64 in all lengths, and what is none.

use super::*;

#[test]
fn round_trips_every_length() {
    for len in 0..70usize {
        let bytes: Vec<u8> = (0..len).map(|i| (i * 37 + 251) as u8).collect();
        assert_eq!(decode(&encode(&bytes)).as_deref(), Some(&bytes[..]));
        assert_eq!(decode(&encode_url(&bytes)).as_deref(), Some(&bytes[..]));
    }
    assert_eq!(encode(b"fo"), "Zm8=");
    assert_eq!(encode_url(&[0xfb, 0xff]), "-_8");
}

#[test]
fn refuses_what_is_no_base64() {
    for text in ["A", "Zm9", "Zm8==", "Zm 8", "Z===", "Zm8=Zm8=", "ä", "="] {
        if text == "Zm9" {
            assert_eq!(decode(text), None, "stray bits");
        } else {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
