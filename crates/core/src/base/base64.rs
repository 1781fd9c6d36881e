//! Base64 in the two alphabets that OpenClaw and PEM use.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard alphabet with padding, as in PEM.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = encode_plain(bytes);
    while !out.len().is_multiple_of(4) {
        out.push('=');
    }
    out
}

/// URL alphabet without padding, as OpenClaw writes keys and tokens.
pub(crate) fn encode_url(bytes: &[u8]) -> String {
    encode_plain(bytes).replace('+', "-").replace('/', "_")
}

fn encode_plain(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for i in 0..=chunk.len() {
            out.push(char::from(STANDARD[(word >> (18 - 6 * i)) as usize & 63]));
        }
    }
    out
}

/// Either alphabet, padding optional; strict otherwise: no white space, no stray bits.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    if body.len() % 4 == 1 || (padding != 0 && (padding > 2 || !text.len().is_multiple_of(4))) {
        return None;
    }
    let mut out = Vec::with_capacity(body.len() * 3 / 4 + 2);
    for chunk in body.as_bytes().chunks(4) {
        let mut word = 0u32;
        for byte in chunk {
            word = word << 6 | u32::from(value(*byte)?);
        }
        word <<= 6 * (4 - chunk.len());
        let keep = chunk.len() * 6 / 8;
        let bytes = word.to_be_bytes();
        if bytes[1 + keep..].iter().any(|byte| *byte != 0) {
            return None;
        }
        out.extend_from_slice(&bytes[1..1 + keep]);
    }
    Some(out)
}

fn value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
#[path = "../../tests/unit/base64.rs"]
mod tests;
