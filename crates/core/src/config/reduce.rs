//! What a patch has left to write beside what the config includes.

use crate::base::json::{Map, Value};

use crate::base::json5::{self, Document, Kind, Node};
use crate::codes::ErrorCode;
use crate::config::includes::{Includes, deep_merge, names};
use crate::error::{Error, Result};
use crate::store::paths::{parent, relative_to};
use crate::wants::Wants;

impl Includes<'_> {
    /// The part of a patch that the includes do not give already.
    pub(super) fn without_included(
        &self,
        document: &Document<'_>,
        root: Node,
        patch: &Map,
        replace_arrays: bool,
    ) -> Result<Map> {
        self.reduce(document, Some(root), patch, None, replace_arrays, "")
    }

    fn reduce(
        &self,
        document: &Document<'_>,
        node: Option<Node>,
        patch: &Map,
        above: Option<(&Map, &[String])>,
        replace_arrays: bool,
        prefix: &str,
    ) -> Result<Map> {
        let mut included = above.map(|(values, _)| Value::Object(values.clone()));
        let node = node.filter(|node| node.kind == Kind::Object);
        let mut files = above.map(|(_, files)| files.to_vec()).unwrap_or_default();
        if let Some(node) = node {
            for name in names(document, node, self.path)? {
                let file = relative_to(parent(self.path), &name);
                let value = self.load(&file, 1, &mut Wants::default())?.unwrap_or_default();
                included = Some(match included {
                    Some(known) => deep_merge(known, value),
                    None => value,
                });
                files.push(file);
            }
        }
        let members = node.map(|node| document.last(node, |key| patch.contains_key(key)));
        let here = |key: &str| Some(members.as_ref()?.get(key)?.value);
        let Some(Value::Object(included)) = included else {
            if prefix.is_empty() && patch.contains_key("$include") {
                return Err(self.refuse("$include", &files));
            }
            let mut out = Map::new();
            for (key, value) in patch {
                let reduced = match (value, here(key)) {
                    (Value::Object(patch), Some(node)) => Value::Object(self.reduce(
                        document,
                        Some(node),
                        patch,
                        None,
                        replace_arrays,
                        &format!("{prefix}{key}."),
                    )?),
                    _ => value.clone(),
                };
                let empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
                if !empty(&reduced) || empty(value) {
                    out.insert(key.clone(), reduced);
                }
            }
            return Ok(out);
        };
        let mut out = Map::new();
        for (key, value) in patch {
            let here = here(key);
            let path = format!("{prefix}{key}");
            match (value, included.get(key)) {
                (value, _) if key == "$include" => {
                    if here.and_then(|here| document.value(here)).as_ref() != Some(value) {
                        return Err(self.refuse(&path, &files));
                    }
                }
                (value, None) => {
                    out.insert(key.clone(), value.clone());
                }
                (Value::Object(patch), Some(Value::Object(inner)))
                    if here.is_none_or(|here| here.kind == Kind::Object) =>
                {
                    let reduced = self.reduce(
                        document,
                        here,
                        patch,
                        Some((inner, &files)),
                        replace_arrays,
                        &format!("{path}."),
                    )?;
                    if !reduced.is_empty() {
                        out.insert(key.clone(), Value::Object(reduced));
                    }
                }
                (Value::Array(items), Some(Value::Array(known))) if !replace_arrays => {
                    let rest = json5::lacking(items, known);
                    // What is no array beside the include hides its list.
                    let hides = here.is_some_and(|here| here.kind != Kind::Array);
                    if !rest.is_empty() || hides {
                        out.insert(key.clone(), Value::Array(rest));
                    }
                }
                // What is joined behind the included list can make it longer, no more.
                (Value::Array(items), Some(Value::Array(known))) => {
                    let Some(rest) = items.strip_prefix(known.as_slice()) else {
                        return Err(self.refuse(&path, &files));
                    };
                    if here.is_some() || !rest.is_empty() {
                        out.insert(key.clone(), rest.to_vec().into());
                    }
                }
                // A value that stands beside the include wins over the included one.
                (value, Some(_))
                    if here.is_some() && !matches!(value, Value::Null | Value::Object(_)) =>
                {
                    out.insert(key.clone(), value.clone());
                }
                (value, Some(known)) if value == known && here.is_none() => {}
                _ => return Err(self.refuse(&path, &files)),
            }
        }
        Ok(out)
    }

    fn refuse(&self, key: &str, files: &[String]) -> Error {
        let from = if files.is_empty() { "an included file".to_string() } else { files.join(", ") };
        Error::new(
            ErrorCode::ConfigInclude,
            format!("{key} comes from {from}, so it cannot be replaced or removed here."),
        )
        .at(self.path)
        .hint("Edit the included file itself: give it as configPath.")
    }
}
