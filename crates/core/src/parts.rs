//! Objects of requests, taken apart by the types that their fields must have.

use serde_json::{Map, Value};

use crate::base::named::Named;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};

/// An object of the request, its fields taken one by one; null counts as absent.
pub(crate) struct Part(pub(crate) Map<String, Value>);

impl Part {
    /// Anything but an object is refused.
    pub(crate) fn of(value: Value) -> Result<Self> {
        match value {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(mistyped()),
        }
    }

    /// A field, whatever it is.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// A field that is an object.
    pub(crate) fn part(&mut self, name: &str) -> Result<Option<Self>> {
        self.take(name).map(Self::of).transpose()
    }

    /// A field that is a string.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>> {
        self.take(name).map(text).transpose()
    }

    /// A field that is a whole number.
    pub(crate) fn whole<N: TryFrom<i64>>(&mut self, name: &str) -> Result<Option<N>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = value.as_i64().and_then(|number| number.try_into().ok());
        number.map(Some).ok_or_else(mistyped)
    }

    /// A field that is an object, its own fields all read in the same way.
    pub(crate) fn each<T>(
        &mut self,
        name: &str,
        read: impl Fn(Value) -> Result<T>,
    ) -> Result<Option<Named<T>>> {
        let Some(Self(map)) = self.part(name)? else { return Ok(None) };
        let things = map.into_iter().map(|(name, value)| Ok((name, read(value)?)));
        things.collect::<Result<_>>().map(Some)
    }
}

/// A string.
pub(crate) fn text(value: Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(mistyped()),
    }
}

/// An array, its items all read in the same way.
pub(crate) fn list<T>(value: Value, read: impl Fn(Value) -> Result<T>) -> Result<Vec<T>> {
    match value {
        Value::Array(items) => items.into_iter().map(read).collect(),
        _ => Err(mistyped()),
    }
}

/// Null, or what is read.
pub(crate) fn present<T>(value: Value, read: impl Fn(Value) -> Result<T>) -> Result<Option<T>> {
    if value.is_null() { Ok(None) } else { read(value).map(Some) }
}

/// What a part of the wrong type is refused with. It is not quoted: it may hold a secret.
pub(crate) fn mistyped() -> Error {
    malformed("has a part of the wrong type")
}

/// What a request is refused with that could not be read.
pub(crate) fn malformed(what: &str) -> Error {
    Error::new(ErrorCode::Options, format!("The request {what}."))
        .hint("Options must be plain JSON values; strings must be valid Unicode, nesting at most 100 deep.")
}
