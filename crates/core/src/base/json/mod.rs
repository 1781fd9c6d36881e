//! JSON values: what they are, how they are put together, and how shapes become values. Their text is json5's matter.

mod index;
mod map;
mod shape;
mod value;

pub(crate) use index::Index;
pub use map::Members;
pub use shape::json;
pub use value::{Map, Value};

/// An object of these fields, which are taken.
pub fn object(fields: &mut [(&str, Value)]) -> Value {
    fields.iter_mut().map(|(name, value)| (name.to_string(), value.take())).collect()
}

/// A list of texts; anything else in it does not count.
pub(crate) fn strings(value: Option<&Value>) -> Option<Vec<String>> {
    let list = value?.as_array()?;
    Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
