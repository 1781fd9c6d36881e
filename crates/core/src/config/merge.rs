//! RFC 7396 merge patches on plain values.

use crate::base::json::{Map, Value};

use crate::report::{ConfigEdit, EditAction};

/// No array holds an element twice.
pub(super) fn unite(value: &mut Value) {
    match value {
        Value::Array(items) => *items = crate::base::json5::unique(items),
        Value::Object(map) => map.values_mut().for_each(unite),
        _ => {}
    }
}

pub(super) fn leaves(map: &Map, prefix: &str) -> Vec<ConfigEdit> {
    let mut edits = Vec::new();
    for (key, value) in map {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inner) if !inner.is_empty() => edits.append(&mut leaves(inner, &path)),
            _ => edits.push(ConfigEdit { path, action: EditAction::Added }),
        }
    }
    edits
}
