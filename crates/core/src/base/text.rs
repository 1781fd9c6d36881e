//! What may be shown of a text that somebody else wrote.

use crate::base::json5;

/// A short text made harmless for a terminal.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(60).map(json5::shown).collect()
}

/// A short text in quotes, made harmless for a terminal. What may be a misplaced key or token is not shown.
pub(crate) fn quote(text: &str) -> String {
    let secret = |c: char| c.is_ascii_alphanumeric() || "+/_-=".contains(c);
    if text.split(|c| !secret(c)).any(|run| run.len() >= 32) {
        return format!("a text of {} characters", text.chars().count());
    }
    let mut out = shown(text).replace('"', "\\\"");
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    format!("\"{out}\"")
}

/// An entry of a list of proxies in quotes, where it looks like an address or a name: a URL may hold a password.
pub(crate) fn quote_entry(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:/%_-".contains(&byte);
    text.bytes().all(plain).then(|| quote(text))
}

/// Whether the id of a request is one as the gateway makes it.
pub(crate) fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

/// The id of a request: a UUID as the gateway makes it, else what a person may see of it.
pub(crate) fn request_name(id: &str) -> String {
    if is_uuid(id) { id.to_string() } else { quote(id) }
}

/// Whether the id of a device is one as the gateway makes it.
pub(crate) fn is_device_id(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The id of a device: the digits as the gateway makes them, else what a person may see of it.
pub(crate) fn device_name(id: &str) -> String {
    if is_device_id(id) { id.to_string() } else { quote(id) }
}
