//! The fields of an options object, read strictly: what nobody takes is unknown.

use crate::base::json::{Map, Value};

use crate::base::text::quote;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};

pub(super) fn texts(name: &str, expected: &str, value: Value) -> Result<Vec<String>> {
    let Value::Array(items) = value else { return Err(wrong(name, expected, &value)) };
    items
        .into_iter()
        .map(|item| match item {
            Value::String(text) => Ok(text),
            other => Err(wrong(name, expected, &other)),
        })
        .collect()
}

pub(super) fn object(name: &str, value: Value) -> Result<Map> {
    match value {
        Value::Object(map) => Ok(map),
        other => Err(wrong(name, "an object", &other)),
    }
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

pub(super) fn wrong(name: &str, expected: &str, got: &Value) -> Error {
    let got = match kind(got) {
        "a string" if expected.contains('\'') => "another string",
        "an array" | "an object" if expected.ends_with(" of strings") => {
            "not, or not all in it are"
        }
        "a number" if expected.contains("number") => "another number",
        got => got,
    };
    Error::new(
        ErrorCode::Options,
        format!("The option {name} must be {expected}, but it is {got}."),
    )
}

/// Refuses a word that is not in a closed list.
pub(super) fn unlisted(name: &str, words: &[&str]) -> Error {
    Error::new(
        ErrorCode::Options,
        format!("The option {name} must be one of {}.", words.join(", ")),
    )
}

/// The error with the word of the list that was meant, where one is near.
pub(super) fn meant(error: Error, words: &[&str], got: &str) -> Error {
    let known = |word: &&&str| word.eq_ignore_ascii_case(got) || close(word, got);
    match words.iter().find(known) {
        Some(word) => error.hint(format!("Did you mean '{word}'?")),
        None => error,
    }
}

/// The fields of an options object, taken one by one; what is left over is unknown.
pub struct Fields {
    pub(super) prefix: &'static str,
    pub(super) map: Map,
    pub(super) known: Vec<&'static str>,
}

impl Fields {
    /// The fields of an object; anything else is refused.
    pub fn new(prefix: &'static str, value: Value) -> Result<Self> {
        match value {
            Value::Object(map) => Ok(Self { prefix, map, known: Vec::new() }),
            other if prefix.is_empty() => Err(Error::new(
                ErrorCode::Options,
                match other {
                    Value::Array(_) => "The options must be an object, but they are an array.",
                    _ => "The options must be an object.",
                },
            )),
            other => Err(wrong(prefix, "an object", &other)),
        }
    }

    pub(super) fn full(&self, name: &str) -> String {
        full(self.prefix, name)
    }

    /// Takes a field whatever it is.
    pub fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.map.remove(name)
    }

    /// Takes a string.
    pub fn string(&mut self, name: &'static str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(&self.full(name), "a string", &other)),
        }
    }

    /// Takes a boolean.
    pub fn bool(&mut self, name: &'static str) -> Result<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(other) => Err(wrong(&self.full(name), "true or false", &other)),
        }
    }

    pub(super) fn one_of(
        &mut self,
        name: &'static str,
        words: &[&'static str],
    ) -> Result<Option<&'static str>> {
        let Some(text) = self.string(name)? else { return Ok(None) };
        let found = words.iter().find(|word| **word == text).copied();
        found.map(Some).ok_or_else(|| meant(unlisted(&self.full(name), words), words, &text))
    }

    /// Refuses what nobody took.
    pub fn finish(&self) -> Result<()> {
        match self.map.keys().next() {
            Some(name) => Err(unknown(self.prefix, name, &self.known)),
            None => Ok(()),
        }
    }
}

/// The name of an option with that of the option which holds it.
fn full(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") }
}

/// Options that are often given beside the one that holds them.
const HOLDERS: [(&str, &[&str]); 2] = [
    ("config", &["trustedProxies", "proxyPeers", "allowAny", "merge", "arrays"]),
    (
        "connection",
        &[
            "client",
            "clientId",
            "clientMode",
            "role",
            "method",
            "scopes",
            "remoteAddress",
            "host",
            "origin",
            "headers",
            "auth",
            "presentsDevice",
            "platform",
            "deviceFamily",
            "log",
        ],
    ),
];

/// Refuses an option that there is not: it may be a slip, or belong into one of those that are known.
pub(super) fn unknown(prefix: &str, name: &str, known: &[&str]) -> Error {
    let near = known.iter().find(|known| known.eq_ignore_ascii_case(name) || close(known, name));
    let holder =
        HOLDERS.iter().find(|(outer, inner)| known.contains(outer) && inner.contains(&name));
    let hint = match (near, holder) {
        (Some(near), _) => format!("Did you mean {}?", full(prefix, near)),
        (None, Some((outer, _))) => format!("It belongs into {outer}: give it as {outer}.{name}."),
        (None, None) => format!("Known here: {}.", known.join(", ")),
    };
    Error::new(ErrorCode::Options, format!("There is no option {}.", quote(&full(prefix, name))))
        .hint(hint)
}

/// Whether two names differ by one inserted, dropped or exchanged letter.
pub(crate) fn close(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() {
        (a.as_bytes(), b.as_bytes())
    } else {
        (b.as_bytes(), a.as_bytes())
    };
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    match long.len() - short.len() {
        0 => {
            short.get(same + 1..) == long.get(same + 1..) || {
                let mut swapped = short.to_vec();
                if same + 1 < swapped.len() {
                    swapped.swap(same, same + 1);
                }
                swapped == long
            }
        }
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}
