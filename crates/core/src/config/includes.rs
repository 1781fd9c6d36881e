//! `$include`: the whole config as a gateway reads it (`src/config/includes.ts`).

use serde_json::{Map, Value};

use crate::base::json5::{self, Document, Kind, Node, Syntax};
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::inputs::{File, Inputs};
use crate::store::documents::{syntax, wrong_kind};
use crate::store::paths::{join, parent, relative_to};
use crate::wants::{Stop, Wants};

/// OpenClaw's own limits of includes (`src/config/includes.ts`).
const MAX_INCLUDE_DEPTH: usize = 10;

const MAX_INCLUDE_BYTES: usize = 2 * 1024 * 1024;

const NO_NAMES: &str = "$include must be a file name or an array of them.";

/// The whole config with what it includes, as a gateway reads it; `None` without a file. Asks for included files, and
/// refuses what no gateway, or no newer one, starts with. `roots`: includes may lie outside of the config's folder.
pub fn effective(inputs: &Inputs<'_>, path: &str, roots: bool) -> Result<Option<Value>, Stop> {
    let Some(bytes) = inputs.file(path).bytes(path)? else { return Ok(None) };
    let document = Document::parse(bytes, Syntax::Json5).map_err(|error| {
        syntax(error, path).hint("Mend the file: OpenClaw cannot read it either.")
    })?;
    if document.root().kind != Kind::Object {
        return Err(wrong_kind(&document, document.root(), path, "The config").into());
    }
    let value = document.value(document.root()).unwrap_or_default();
    let mut wants = Wants::default();
    let includes = Includes { inputs, path, whole: true, roots };
    let value = includes.resolve(value, path, 0, &mut wants)?;
    wants.met()?;
    match value.is_object() {
        true => Ok(Some(value)),
        false => {
            Err(includes.refuse_at(path, "What stands for the whole config is no object.").into())
        }
    }
}

/// What `$include` directives contribute along the keys that are to change.
pub(super) struct Includes<'i> {
    pub(super) inputs: &'i Inputs<'i>,
    pub(super) path: &'i str,
    /// The whole config counts, not the part that a patch touches: it has to be one that a gateway starts with.
    pub(super) whole: bool,
    /// Files outside of the config's folder may be included.
    pub(super) roots: bool,
}

impl<'i> Includes<'i> {
    /// Wants every included file before anything is decided.
    pub(super) fn of(
        inputs: &'i Inputs<'i>,
        path: &'i str,
        document: &Document<'_>,
        patch: &Map<String, Value>,
    ) -> Result<Self, Stop> {
        let this = Self { inputs, path, whole: false, roots: true };
        let mut wants = Wants::default();
        this.visit(document, document.root(), patch, &mut wants)?;
        wants.met()?;
        Ok(this)
    }

    pub(super) fn visit(
        &self,
        document: &Document<'_>,
        node: Node,
        patch: &Map<String, Value>,
        wants: &mut Wants,
    ) -> Result<()> {
        for file in names(document, node, self.path)? {
            self.load(&relative_to(parent(self.path), &file), 1, wants)?;
        }
        let members = document.last(node, |key| patch.get(key).is_some_and(Value::is_object));
        for (key, value) in patch {
            if let (Value::Object(patch), Some(member)) = (value, members.get(key))
                && member.value.kind == Kind::Object
            {
                self.visit(document, member.value, patch, wants)?;
            }
        }
        Ok(())
    }

    /// The value of an included file, its own includes merged in; `None` while it was not read yet.
    pub(super) fn load(
        &self,
        path: &str,
        depth: usize,
        wants: &mut Wants,
    ) -> Result<Option<Value>> {
        let refuse = |message: &str| self.refuse_at(path, message);
        if !self.roots && below(parent(self.path), path).is_none() {
            return Err(refuse("An included file lies outside of the folder of the config.").hint("OpenClaw from 2026.2.17 on does not start with that, unless OPENCLAW_INCLUDE_ROOTS, from 2026.5.2 on, names its folder. Move it into the folder of the config."));
        }
        if depth > MAX_INCLUDE_DEPTH {
            return Err(refuse("Includes are nested more than 10 deep, or in a circle."));
        }
        if !self.inputs.files.contains_key(path) {
            wants.file(self.inputs, path);
            return Ok(None);
        }
        let real = match self.inputs.file(path) {
            File::Symlink => match self.behind_links(path, wants) {
                Some(real) => real,
                None => return Ok(None),
            },
            _ => path.to_string(),
        };
        let unknown = self.whole && wants.stat(self.inputs, &real);
        if !self.inputs.files.contains_key(&real) {
            wants.file(self.inputs, &real);
            return Ok(None);
        }
        if unknown {
            return Ok(None);
        }
        if self.whole && self.inputs.stat(&real).is_some_and(|stat| stat.nlink > 1) {
            return Err(refuse("An included file has a second name, a hard link.").hint(
                "OpenClaw from 2026.2.26 on does not start with that. Put a copy in its place.",
            ));
        }
        let Some(bytes) = self.inputs.file(&real).bytes(path)? else {
            return Err(refuse("An included file does not exist."));
        };
        if bytes.len() > MAX_INCLUDE_BYTES {
            return Err(refuse("An included file is larger than 2 MiB."));
        }
        let document = Document::parse(bytes, Syntax::Json5).map_err(|error| {
            syntax(error, path)
                .hint(format!("It is included by {}. Mend it; nothing was changed.", self.path))
        })?;
        let value = document
            .value(document.root())
            .ok_or_else(|| refuse("An included file holds values that JSON does not have."))?;
        self.resolve(value, path, depth, wants).map(Some)
    }

    /// The path without links of an included file that lies behind one; `None` while it is not known. OpenClaw follows
    /// links that stay in the config's folder: `realpathSync` and `isPathInside` of src/config/includes.ts. What leads out
    /// of it, or nowhere, keeps its path, where no plain file is.
    pub(super) fn behind_links(&self, path: &str, wants: &mut Wants) -> Option<String> {
        let dir = parent(self.path);
        // Both are wanted, whichever is known.
        if wants.stat(self.inputs, path) | wants.stat(self.inputs, dir) {
            return None;
        }
        let real = |path: &str| self.inputs.stat(path)?.real.as_deref();
        let inside = real(path).zip(real(dir)).and_then(|(real, root)| below(root, real));
        Some(inside.map_or_else(|| path.to_string(), |inside| join(dir, inside)))
    }

    pub(super) fn resolve(
        &self,
        value: Value,
        path: &str,
        depth: usize,
        wants: &mut Wants,
    ) -> Result<Value> {
        let mut map = match value {
            Value::Object(map) => map,
            Value::Array(items) if self.whole => {
                let items = items.into_iter().map(|item| self.resolve(item, path, depth, wants));
                return items.collect::<Result<_>>().map(Value::Array);
            }
            value => return Ok(value),
        };
        let directive = map.shift_remove("$include");
        let mut rest = Map::new();
        for (key, value) in map {
            rest.insert(key, self.resolve(value, path, depth, wants)?);
        }
        let Some(directive) = directive else { return Ok(Value::Object(rest)) };
        let (names, sound) = directive_names(Some(&directive));
        if self.whole && !sound {
            return Err(self.refuse_at(path, NO_NAMES));
        }
        let mut merged = Value::Object(Map::new());
        for name in names {
            let file = relative_to(parent(path), &name);
            if let Some(value) = self.load(&file, depth + 1, wants)? {
                merged = deep_merge(merged, value);
            }
        }
        if self.whole && !merged.is_object() {
            // "Sibling keys require included content to be an object" of src/config/includes.ts.
            let message = "What is included beside other keys must be an object.";
            return if rest.is_empty() { Ok(merged) } else { Err(self.refuse_at(path, message)) };
        }
        Ok(deep_merge(merged, Value::Object(rest)))
    }

    /// The part of a patch that the includes do not give already.
    pub(super) fn without_included(
        &self,
        document: &Document<'_>,
        root: Node,
        patch: &Map<String, Value>,
        replace_arrays: bool,
    ) -> Result<Map<String, Value>> {
        self.reduce(document, Some(root), patch, None, replace_arrays, "")
    }

    pub(super) fn reduce(
        &self,
        document: &Document<'_>,
        node: Option<Node>,
        patch: &Map<String, Value>,
        above: Option<(&Map<String, Value>, &[String])>,
        replace_arrays: bool,
        prefix: &str,
    ) -> Result<Map<String, Value>> {
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

    pub(super) fn refuse_at(&self, path: &str, message: &str) -> Error {
        let from = match path == self.path {
            true => String::new(),
            false => format!("It is included by {}. ", self.path),
        };
        let hint = format!("{from}The gateway cannot read that config either.");
        Error::new(ErrorCode::ConfigInclude, message).at(path).hint(hint)
    }

    pub(super) fn refuse(&self, key: &str, files: &[String]) -> Error {
        let from = if files.is_empty() { "an included file".to_string() } else { files.join(", ") };
        Error::new(
            ErrorCode::ConfigInclude,
            format!("{key} comes from {from}, so it cannot be replaced or removed here."),
        )
        .at(self.path)
        .hint("Edit the included file itself: give it as configPath.")
    }
}

/// The rest of a path that lies in a folder.
fn below<'p>(dir: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(dir.trim_end_matches('/'))?.strip_prefix('/')
}

/// The files that an object includes; a directive of another shape is refused.
fn names(document: &Document<'_>, node: Node, path: &str) -> Result<Vec<String>> {
    let Some(member) = document.get(node, "$include") else { return Ok(Vec::new()) };
    let value = document.value(member.value);
    let (names, sound) = directive_names(value.as_ref());
    if sound {
        return Ok(names);
    }
    let (line, column) = document.line_column(member.value.start);
    Err(Error::new(ErrorCode::ConfigInclude, NO_NAMES)
        .at(path)
        .place(line, column)
        .hint("The gateway cannot read that config either. Mend it, then call again."))
}

/// The names of a directive, and whether it has the right shape.
fn directive_names(value: Option<&Value>) -> (Vec<String>, bool) {
    match value {
        Some(Value::String(name)) => (vec![name.clone()], true),
        Some(Value::Array(items)) => {
            let names = items.iter().filter_map(Value::as_str);
            (names.map(String::from).collect(), items.iter().all(Value::is_string))
        }
        _ => (Vec::new(), false),
    }
}

/// OpenClaw's merge of an include with what stands beside it: arrays are joined, objects merged, else the later wins.
fn deep_merge(target: Value, source: Value) -> Value {
    match (target, source) {
        (Value::Array(mut a), Value::Array(b)) => {
            a.extend(b);
            Value::Array(a)
        }
        (Value::Object(mut a), Value::Object(b)) => {
            for (key, value) in b {
                let slot = a.entry(key).or_insert(Value::Null);
                *slot = deep_merge(slot.take(), value);
            }
            Value::Object(a)
        }
        (_, source) => source,
    }
}
