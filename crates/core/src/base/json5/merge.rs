//! RFC 7396 merge patches with arrays united or replaced, and equality as JavaScript sees it.

use crate::base::json::{Map, Value};

use super::document::Member;
use super::edit::Editor;
use super::node::{Kind, Node};
use super::same::{lacking, same, same_values, unique};
use super::text;

/// What a patch does to an array that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrays {
    /// Its elements are appended unless they are there; none comes in twice.
    Union,
    /// It takes the place, as RFC 7396 has it.
    Replace,
}

/// What a merge did at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// A key that was not there, or elements of an array that were not.
    Added,
    /// Another value for a key that was there.
    Replaced,
    /// The key is gone.
    Removed,
}

/// One change of a merge.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// `gateway.trustedProxies`; a key that is empty or has a dot, bracket, quote, space or control character stands as a
    /// JSON string in brackets: `channels["a.b"].token`. New objects are named by their innermost keys.
    pub path: String,
    /// What happened there.
    pub action: Action,
}

impl Editor<'_, '_> {
    /// Applies a merge patch: `null` removes, objects merge, everything else replaces, arrays as told. What is there already
    /// is no change. Merges of one editor build upon each other.
    pub fn merge(&mut self, target: Node, patch: &Value, arrays: Arrays) -> Vec<Change> {
        let mut log = Log { path: String::new(), changes: Vec::new() };
        match (patch, target.kind) {
            (Value::Object(patch), Kind::Object) => {
                self.merge_object(target, patch, arrays, &mut log)
            }
            (Value::Array(items), Kind::Array) if arrays == Arrays::Union => {
                self.unite(target, items, &mut log)
            }
            _ if target == self.doc().root() => {
                let new = built(patch, arrays);
                if !same(self.doc(), target, &new) {
                    self.replace_root(new);
                    log.note(Action::Replaced);
                }
            }
            _ => {}
        }
        log.changes
    }

    fn merge_object(&mut self, target: Node, patch: &Map, arrays: Arrays, log: &mut Log) {
        let members = self.doc().last(target, |key| patch.contains_key(key));
        let removed = self.remove_keys(target, |key| patch.get(key).is_some_and(Value::is_null));
        for (key, value) in patch {
            let member = members.get(key);
            log.enter(key, |log| {
                if value.is_null() {
                    if removed.contains_key(key) {
                        log.note(Action::Removed);
                    }
                } else if let Some(pending) = self.pending(target, member, key) {
                    merge_value(pending, value, arrays, Some(log));
                } else if let Some(member) = member.filter(|member| !self.is_removed(member)) {
                    self.merge_member(target, member, key, value, arrays, log);
                } else {
                    let new = built(value, arrays);
                    log.leaves(&new);
                    self.put(target, member, key, new);
                }
            });
        }
    }

    fn unite(&mut self, array: Node, items: &[Value], log: &mut Log) {
        let doc = self.doc();
        let there = doc.elements(array).filter_map(|node| doc.value(node));
        let known: Vec<Value> = there.chain(self.pushed(array).iter().cloned()).collect();
        let new = lacking(items, &known);
        if !new.is_empty() {
            self.push(array, &new);
            log.note(Action::Added);
        }
    }

    fn merge_member(
        &mut self,
        target: Node,
        member: &Member<'_>,
        key: &str,
        value: &Value,
        arrays: Arrays,
        log: &mut Log,
    ) {
        match (value, member.value.kind) {
            (Value::Object(patch), Kind::Object) => {
                self.merge_object(member.value, patch, arrays, log)
            }
            (Value::Array(items), Kind::Array) if arrays == Arrays::Union => {
                self.unite(member.value, items, log);
            }
            _ => {
                let new = built(value, arrays);
                if !same(self.doc(), member.value, &new) {
                    self.put(target, Some(member), key, new);
                    log.note(Action::Replaced);
                }
            }
        }
    }
}

/// Where a merge is and what it did.
struct Log {
    path: String,
    changes: Vec<Change>,
}

impl Log {
    fn enter<T>(&mut self, key: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        let quoted =
            |c: char| c.is_control() || c.is_whitespace() || matches!(c, '.' | '[' | ']' | '"');
        if key.is_empty() || key.contains(quoted) {
            self.path += &format!("[{}]", text::line(&Value::from(key)));
        } else {
            if length > 0 {
                self.path.push('.');
            }
            self.path += key;
        }
        let result = inside(self);
        self.path.truncate(length);
        result
    }

    fn note(&mut self, action: Action) {
        self.changes.push(Change { path: self.path.clone(), action });
    }

    /// Notes a new value by its innermost keys.
    fn leaves(&mut self, value: &Value) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                map.iter().for_each(|(key, value)| self.enter(key, |log| log.leaves(value)));
            }
            _ => self.note(Action::Added),
        }
    }
}

/// The same on a value that is not in the document (yet).
fn merge_value(slot: &mut Value, patch: &Value, arrays: Arrays, log: Option<&mut Log>) {
    match (patch, &mut *slot) {
        (Value::Object(patch), Value::Object(map)) => merge_members(map, patch, arrays, log),
        (Value::Array(items), Value::Array(old)) if arrays == Arrays::Union => {
            let mut new = lacking(items, old);
            if !new.is_empty() {
                old.append(&mut new);
                log.into_iter().for_each(|log| log.note(Action::Added));
            }
        }
        _ => {
            let new = built(patch, arrays);
            if !same_values(slot, &new) {
                *slot = new;
                log.into_iter().for_each(|log| log.note(Action::Replaced));
            }
        }
    }
}

fn merge_members(map: &mut Map, patch: &Map, arrays: Arrays, mut log: Option<&mut Log>) {
    for (key, value) in patch {
        let log = log.as_deref_mut();
        if value.is_null() {
            if map.contains_key(key)
                && let Some(log) = log
            {
                log.enter(key, |log| log.note(Action::Removed));
            }
        } else if let Some(old) = map.get_mut(key) {
            match log {
                Some(log) => log.enter(key, |log| merge_value(old, value, arrays, Some(log))),
                None => merge_value(old, value, arrays, None),
            }
        } else {
            let new = built(value, arrays);
            if let Some(log) = log {
                log.enter(key, |log| log.leaves(&new));
            }
            map.insert(key.clone(), new);
        }
    }
    map.retain(|key| !patch.get(key).is_some_and(Value::is_null));
}

/// RFC 7396 on an object without a document.
pub(crate) fn merge(target: &mut Map, patch: &Map) {
    merge_members(target, patch, Arrays::Replace, None);
}

/// What a patch makes out of nothing: its own `null` members are dropped.
fn built(patch: &Value, arrays: Arrays) -> Value {
    match patch {
        Value::Object(patch) => patch
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), built(value, arrays)))
            .collect(),
        Value::Array(items) if arrays == Arrays::Union => Value::Array(unique(items)),
        _ => patch.clone(),
    }
}
