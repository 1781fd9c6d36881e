//! JSON values: put together, and taken from shapes.

use serde::Serialize;
use serde_json::Value;

/// An object of these fields, which are taken.
pub(crate) fn object(fields: &mut [(&str, Value)]) -> Value {
    fields.iter_mut().map(|(name, value)| (name.to_string(), value.take())).collect()
}

/// A shape as it is written: what its struct says is the only place where its fields are spelled.
pub(crate) fn json(shape: &impl Serialize) -> Value {
    // No shape has keys that are no texts, which is all that could fail.
    serde_json::to_value(shape).unwrap_or_default()
}

/// A list of texts; anything else in it does not count.
pub(crate) fn strings(value: Option<&Value>) -> Option<Vec<String>> {
    let list = value?.as_array()?;
    Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
