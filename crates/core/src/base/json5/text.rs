//! From the text of a token to its value and back.

use std::borrow::Cow;

use crate::base::json::Value;

use super::decimal::{decimal, shortest};

/// The value of a string or key as it stands in the text, and whether a Rust string can hold it: half a surrogate pair is
/// replaced by U+FFFD.
pub(super) fn unquote(raw: &str) -> (Cow<'_, str>, bool) {
    let body = match raw.as_bytes().first() {
        Some(b'"' | b'\'') => raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default(),
        _ => raw,
    };
    if !body.as_bytes().contains(&b'\\') {
        return (Cow::Borrowed(body), true);
    }
    let mut units = Units { out: String::with_capacity(body.len()), high: None, exact: true };
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        units.text(&rest[..at]);
        let mut chars = rest[at + 1..].chars();
        match chars.next() {
            Some(c @ ('u' | 'x')) => {
                let digits = if c == 'u' { 4 } else { 2 };
                let hex = chars.as_str().get(..digits).unwrap_or_default();
                units.unit(u16::from_str_radix(hex, 16).unwrap_or_default());
                rest = &chars.as_str()[hex.len()..];
                continue;
            }
            // A continued line adds nothing, not even between the halves of a pair.
            Some('\r') => {
                rest = chars.as_str().strip_prefix('\n').unwrap_or(chars.as_str());
                continue;
            }
            Some('\n' | '\u{2028}' | '\u{2029}') | None => {}
            Some('b') => units.text("\u{8}"),
            Some('f') => units.text("\u{c}"),
            Some('n') => units.text("\n"),
            Some('r') => units.text("\r"),
            Some('t') => units.text("\t"),
            Some('v') => units.text("\u{b}"),
            Some('0') => units.text("\0"),
            Some(c) => units.text(c.encode_utf8(&mut [0; 4])),
        }
        rest = chars.as_str();
    }
    units.text(rest);
    units.flush();
    (Cow::Owned(units.out), units.exact)
}

/// UTF-16 code units on their way into a string.
struct Units {
    out: String,
    high: Option<u16>,
    exact: bool,
}

impl Units {
    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.flush();
            self.out.push_str(text);
        }
    }

    fn unit(&mut self, unit: u16) {
        let pair = [self.high.unwrap_or_default(), unit];
        if self.high.is_some()
            && let Some(Ok(c)) = char::decode_utf16(pair).next()
        {
            self.high = None;
            self.out.push(c);
            return;
        }
        self.flush();
        match char::from_u32(u32::from(unit)) {
            Some(c) => self.out.push(c),
            None => self.high = Some(unit),
        }
    }

    fn flush(&mut self) {
        if self.high.take().is_some() {
            self.out.push(char::REPLACEMENT_CHARACTER);
            self.exact = false;
        }
    }
}

/// The value of a number token as JavaScript's `Number` reads it.
pub(super) fn number(raw: &str) -> f64 {
    let (negative, digits) = match raw.as_bytes().first() {
        Some(b'-') => (true, &raw[1..]),
        Some(b'+') => (false, &raw[1..]),
        _ => (false, raw),
    };
    let value = match digits.as_bytes() {
        [b'0', b'x' | b'X', hex @ ..] => hexadecimal(hex),
        b"NaN" => f64::NAN,
        b"Infinity" => f64::INFINITY,
        _ => decimal(digits),
    };
    if negative { -value } else { value }
}

/// Exactly rounded for any length: what falls off at the right only matters as being zero or not.
fn hexadecimal(digits: &[u8]) -> f64 {
    let (mut mantissa, mut exponent, mut sticky) = (0u64, 0i32, false);
    for digit in digits.iter().filter_map(|&digit| char::from(digit).to_digit(16)) {
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
        } else {
            sticky |= digit != 0;
            exponent = exponent.saturating_add(4);
        }
    }
    (mantissa | u64::from(sticky)) as f64 * 2f64.powi(exponent)
}

/// How inserted values are laid out.
pub(super) enum Layout<'s> {
    /// As `JSON.stringify(value, null, unit)` does, `indent` being that of the line on which the value begins.
    Lines { eol: &'s str, indent: String, unit: String },
    /// On one line, as `JSON.stringify(value)` does when compact, else with a space after each comma and colon.
    Line { compact: bool },
}

/// Writes values; spelling as `JSON.stringify`.
pub(super) struct Writer<'s> {
    pub(super) layout: Layout<'s>,
    /// npm json5 warns on the console about U+2028 and U+2029 in strings: there they are escaped.
    pub(super) escape_separators: bool,
}

/// As `JSON.stringify(value)`.
pub fn line(value: &Value) -> String {
    plain(Layout::Line { compact: true }, value)
}

/// As `JSON.stringify(value, null, 2)`.
pub fn lines(value: &Value) -> String {
    plain(Layout::Lines { eol: "\n", indent: String::new(), unit: "  ".to_string() }, value)
}

fn plain(layout: Layout<'_>, value: &Value) -> String {
    let mut out = String::new();
    Writer { layout, escape_separators: false }.item(&mut out, None, value);
    out
}

impl Writer<'_> {
    /// An item of an object (with a key) or an array.
    pub(super) fn item(&self, out: &mut String, key: Option<&str>, value: &Value) {
        self.entry(out, key, value, 0);
    }

    fn entry(&self, out: &mut String, key: Option<&str>, value: &Value, depth: usize) {
        if let Some(key) = key {
            self.string(out, key);
            out.push_str(if matches!(self.layout, Layout::Line { compact: true }) {
                ":"
            } else {
                ": "
            });
        }
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(value) => number_text(out, *value),
            Value::String(value) => self.string(out, value),
            Value::Array(items) => {
                self.container(out, ['[', ']'], items.iter().map(|item| (None, item)), depth)
            }
            Value::Object(map) => {
                self.container(
                    out,
                    ['{', '}'],
                    map.iter().map(|(key, value)| (Some(key.as_str()), value)),
                    depth,
                );
            }
        }
    }

    fn container<'v>(
        &self,
        out: &mut String,
        brackets: [char; 2],
        items: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
        depth: usize,
    ) {
        out.push(brackets[0]);
        let mut empty = true;
        for (key, value) in items {
            match self.layout {
                _ if empty => {}
                Layout::Line { compact: false } => out.push_str(", "),
                _ => out.push(','),
            }
            empty = false;
            self.line(out, depth + 1);
            self.entry(out, key, value, depth + 1);
        }
        if !empty {
            self.line(out, depth);
        }
        out.push(brackets[1]);
    }

    /// A new line, where the layout has lines.
    pub(super) fn line(&self, out: &mut String, depth: usize) {
        if let Layout::Lines { eol, indent, unit } = &self.layout {
            out.push_str(eol);
            out.push_str(indent);
            for _ in 0..depth {
                out.push_str(unit);
            }
        }
    }

    fn string(&self, out: &mut String, value: &str) {
        out.push('"');
        for c in value.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
                '\u{2028}' | '\u{2029}' if self.escape_separators => {
                    out.push_str(&format!("\\u{:04x}", u32::from(c)))
                }
                _ => out.push(c),
            }
        }
        out.push('"');
    }
}

/// ECMAScript's Number::toString.
fn number_text(out: &mut String, value: f64) {
    if let Some(whole) = Value::Number(value).as_i64() {
        return out.push_str(&whole.to_string());
    }
    let (digits, point) = shortest(value.abs());
    let count = digits.len() as i32;
    if value < 0.0 {
        out.push('-');
    }
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    match point {
        _ if count <= point && point <= 21 => *out += &(digits + &zeros(point - count)),
        1..=21 => {
            let (whole, fraction) = digits.split_at(point as usize);
            out.push_str(&format!("{whole}.{fraction}"));
        }
        -5..=0 => out.push_str(&format!("0.{}{digits}", zeros(-point))),
        _ => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            out.push_str(&format!("{first}{dot}{rest}e{:+}", point - 1));
        }
    }
}
