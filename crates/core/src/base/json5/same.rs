//! Which values are the same.

use crate::base::json::{Map, Value};

use super::document::{Document, Member};
use super::node::{Kind, Node};
use super::text;

/// The elements, none twice.
pub(crate) fn unique(items: &[Value]) -> Vec<Value> {
    lacking(items, &[])
}

/// The elements that are not among the known ones, none twice.
pub(crate) fn lacking(items: &[Value], known: &[Value]) -> Vec<Value> {
    let mut seen: Map = known.iter().map(|value| (canonical(value), Value::Null)).collect();
    let new = items.iter().filter(|item| seen.insert(canonical(item), Value::Null).is_none());
    new.cloned().collect()
}

/// A text that a value shares with those that are [`same_values`], and with no other.
fn canonical(value: &Value) -> String {
    text::line(&by_name(value))
}

/// The same with the members of all objects in the order of their names.
fn by_name(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(by_name).collect(),
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_unstable_by_key(|(name, _)| name);
            members.into_iter().map(|(name, value)| (name.clone(), by_name(value))).collect()
        }
        plain => plain.clone(),
    }
}

/// Equal as JavaScript sees it: numbers by value, objects whatever the order of their keys.
pub(super) fn same_values(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_values(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same_values(a, b)))
        }
        _ => a == b,
    }
}

/// The same between a document and a value.
pub(super) fn same(doc: &Document<'_>, node: Node, value: &Value) -> bool {
    match (node.kind, value) {
        (Kind::Null, Value::Null) => true,
        (Kind::Bool, Value::Bool(value)) => (doc.raw(node) == "true") == *value,
        (Kind::Number, Value::Number(value)) => *value == text::number(doc.raw(node)),
        (Kind::String, Value::String(value)) => doc.string(node).is_some_and(|text| text == *value),
        (Kind::Array, Value::Array(items)) => {
            let mut nodes = doc.elements(node);
            items.iter().all(|item| nodes.next().is_some_and(|node| same(doc, node, item)))
                && nodes.next().is_none()
        }
        (Kind::Object, Value::Object(map)) => {
            let known = |member: Member<'_>| member.exact && map.contains_key(member.key.as_ref());
            doc.members(node).all(known) && {
                let members = doc.last(node, |_| true);
                map.iter().all(|(key, value)| {
                    let member = members.get(key);
                    member.is_some_and(|member| same(doc, member.value, value))
                })
            }
        }
        _ => false,
    }
}
