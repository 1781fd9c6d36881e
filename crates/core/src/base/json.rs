//! JSON values put together field by field, and the words of enums.

use serde_json::Value;

/// An object of these fields, which are taken.
pub(crate) fn object(fields: &mut [(&str, Value)]) -> Value {
    fields.iter_mut().map(|(name, value)| (name.to_string(), value.take())).collect()
}

/// The same, without those that are null.
pub(crate) fn known(fields: &mut [(&str, Value)]) -> Value {
    let known = fields.iter_mut().filter(|(_, value)| !value.is_null());
    known.map(|(name, value)| (name.to_string(), value.take())).collect()
}

/// How the values of an enum are spelled.
macro_rules! words {
    ($type:ident: $($variant:ident $word:literal),+) => {
        impl From<$type> for serde_json::Value {
            fn from(value: $type) -> Self {
                Self::from(match value {
                    $($type::$variant => $word,)+
                })
            }
        }
    };
}

pub(crate) fn strings(value: Option<&Value>) -> Option<Vec<String>> {
    let list = value?.as_array()?;
    Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

pub(crate) use words;
