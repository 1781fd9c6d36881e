//! Fields of a record that are set, however deep.

use crate::base::json::{Map, Value};

/// One field to set; `token` fields are those of `tokens.operator`.
#[derive(Clone, PartialEq)]
pub struct Set {
    /// The field's path in the record.
    pub path: Vec<&'static str>,
    /// Its new value.
    pub value: Value,
}

/// Sets a value at a path of objects; null removes it.
pub(crate) fn put(record: &mut Map, path: &[&'static str], value: Value) {
    match path {
        [] => {}
        [field] if value.is_null() => {
            record.remove(field);
        }
        [field] => {
            record.insert((*field).to_string(), value);
        }
        [field, rest @ ..] => {
            let inner = record.or_insert(field, Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
