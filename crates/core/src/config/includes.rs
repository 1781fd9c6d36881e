//! `$include`: the whole config as a gateway reads it (`src/config/includes.ts`).

use crate::base::json::{Map, Value};

use crate::base::json5::{Document, Kind, Node, Syntax};
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::inputs::{File, Inputs};
use crate::rules::Rules;
use crate::store::documents::{syntax, wrong_kind};
use crate::store::paths::{join, parent, relative_to};
use crate::wants::{Stop, Wants};

const NO_NAMES: &str = "$include must be a file name or an array of them.";

/// The whole config with what it includes, as a gateway reads it; `None` without a file. Asks for included files, and
/// refuses what this version's gateway does not start with. `roots`: more folders that may hold included files.
pub(crate) fn effective(
    inputs: &Inputs<'_>,
    path: &str,
    rules: &Rules,
    roots: &[String],
) -> Result<Option<Value>, Stop> {
    let Some(bytes) = inputs.behind_link(path).bytes(path)? else { return Ok(None) };
    let document = Document::parse(bytes, Syntax::Json5).map_err(|error| {
        syntax(error, path).hint("Mend the file: OpenClaw cannot read it either.")
    })?;
    if document.root().kind != Kind::Object {
        return Err(wrong_kind(&document, document.root(), path, "The config").into());
    }
    let value = document.finite(document.root()).unwrap_or_default();
    let mut wants = Wants::default();
    let includes = Includes { inputs, path, rules, whole: Some(roots) };
    let value = includes.resolve(value, path, 0, &mut wants)?;
    wants.met()?;
    match value.is_object() {
        true => Ok(Some(value)),
        false => Err(includes
            .refuse_at(path, "With its includes merged, the config is not an object.")
            .into()),
    }
}

/// What `$include` directives contribute along the keys that are to change.
pub(super) struct Includes<'i> {
    pub(super) inputs: &'i Inputs<'i>,
    pub(super) path: &'i str,
    pub(super) rules: &'i Rules,
    /// The whole config counts, not the part that a patch touches: it has to be one that a gateway starts with, which
    /// takes included files from these folders too.
    pub(super) whole: Option<&'i [String]>,
}

impl<'i> Includes<'i> {
    /// Wants every included file before anything is decided.
    pub(super) fn of(
        inputs: &'i Inputs<'i>,
        path: &'i str,
        rules: &'i Rules,
        document: &Document<'_>,
        patch: &Map,
    ) -> Result<Self, Stop> {
        let this = Self { inputs, path, rules, whole: None };
        let mut wants = Wants::default();
        this.visit(document, document.root(), patch, &mut wants)?;
        wants.met()?;
        Ok(this)
    }

    pub(super) fn visit(
        &self,
        document: &Document<'_>,
        node: Node,
        patch: &Map,
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
        let rules = self.rules;
        if self.confined() && !self.folders().any(|folder| below(folder, path).is_some()) {
            let unless = match rules.include_roots {
                true => ", unless OPENCLAW_INCLUDE_ROOTS names its folder",
                false => "",
            };
            return Err(refuse("An included file lies outside of the folder of the config.").hint(format!("This OpenClaw version does not start with that{unless}. Move it into the folder of the config.")));
        }
        if depth > rules.include_depth {
            return Err(refuse(&format!(
                "Includes are nested more than {} deep, or in a circle.",
                rules.include_depth
            )));
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
        let counted = self.whole.is_some() && rules.include_links_refused;
        let unknown = counted && wants.stat(self.inputs, &real);
        if !self.inputs.files.contains_key(&real) {
            wants.file(self.inputs, &real);
            return Ok(None);
        }
        if unknown {
            return Ok(None);
        }
        if counted && self.inputs.stat(&real).is_some_and(|stat| stat.nlink > 1) {
            return Err(refuse("An included file has a second name, a hard link.")
                .hint("This OpenClaw version does not start with that. Put a copy in its place."));
        }
        let Some(bytes) = self.inputs.file(&real).bytes(path)? else {
            return Err(refuse("An included file does not exist."));
        };
        if let Some(max) = rules.include_max_bytes.filter(|max| bytes.len() > *max) {
            return Err(refuse(&format!("An included file is larger than {} MiB.", max >> 20)));
        }
        let document = Document::parse(bytes, Syntax::Json5).map_err(|error| {
            syntax(error, path)
                .hint(format!("It is included by {}. Mend it; nothing was changed.", self.path))
        })?;
        let value = document
            .finite(document.root())
            .ok_or_else(|| refuse("An included file holds values that JSON does not have."))?;
        self.resolve(value, path, depth, wants).map(Some)
    }

    /// Whether this version takes included files from some folders only.
    fn confined(&self) -> bool {
        self.whole.is_some() && self.rules.include_confined
    }

    /// The folders that may hold included files.
    fn folders(&self) -> impl Iterator<Item = &str> {
        let more = self.whole.unwrap_or_default().iter().map(String::as_str);
        core::iter::once(parent(self.path)).chain(more)
    }

    /// The path without links of an included file that lies behind one; `None` while it is not known. OpenClaw follows
    /// links that stay in those folders: `realpathSync` and `isPathInside` of src/config/includes.ts. What leads out
    /// of them, or nowhere, keeps its path, where no plain file is.
    pub(super) fn behind_links(&self, path: &str, wants: &mut Wants) -> Option<String> {
        // All are wanted, whichever is known.
        let mut unknown = wants.stat(self.inputs, path);
        for folder in self.folders() {
            unknown |= wants.stat(self.inputs, folder);
        }
        if unknown {
            return None;
        }
        let real = |path: &str| self.inputs.stat(path)?.real.as_deref();
        let own = real(path);
        let inside = |folder| Some(join(folder, below(real(folder)?, own?)?));
        let free = || own.filter(|_| self.whole.is_some() && !self.confined()).map(String::from);
        let found = self.folders().find_map(inside).or_else(free);
        Some(found.unwrap_or_else(|| path.to_string()))
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
            Value::Array(items) if self.whole.is_some() => {
                let items = items.into_iter().map(|item| self.resolve(item, path, depth, wants));
                return items.collect::<Result<_>>().map(Value::Array);
            }
            value => return Ok(value),
        };
        let directive = map.remove("$include");
        let mut rest = Map::new();
        for (key, value) in map {
            rest.insert(key, self.resolve(value, path, depth, wants)?);
        }
        let Some(directive) = directive else { return Ok(Value::Object(rest)) };
        let (names, sound) = directive_names(Some(&directive));
        if self.whole.is_some() && !sound {
            return Err(self.refuse_at(path, NO_NAMES));
        }
        let mut merged = Value::Object(Map::new());
        for name in names {
            let file = relative_to(parent(path), &name);
            if let Some(value) = self.load(&file, depth + 1, wants)? {
                merged = deep_merge(merged, value);
            }
        }
        if self.whole.is_some() && !merged.is_object() {
            // "Sibling keys require included content to be an object" of src/config/includes.ts.
            let message = "What is included beside other keys must be an object.";
            return if rest.is_empty() { Ok(merged) } else { Err(self.refuse_at(path, message)) };
        }
        Ok(deep_merge(merged, Value::Object(rest)))
    }

    pub(super) fn refuse_at(&self, path: &str, message: &str) -> Error {
        let from = match path == self.path {
            true => String::new(),
            false => format!("It is included by {}. ", self.path),
        };
        let hint = format!("{from}The gateway cannot read that config either.");
        Error::new(ErrorCode::ConfigInclude, message).at(path).hint(hint)
    }
}

/// The rest of a path that lies in a folder.
fn below<'p>(dir: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(dir.trim_end_matches('/'))?.strip_prefix('/')
}

/// The files that an object includes; a directive of another shape is refused.
pub(super) fn names(document: &Document<'_>, node: Node, path: &str) -> Result<Vec<String>> {
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
pub(super) fn deep_merge(target: Value, source: Value) -> Value {
    match (target, source) {
        (Value::Array(mut a), Value::Array(b)) => {
            a.extend(b);
            Value::Array(a)
        }
        (Value::Object(mut a), Value::Object(b)) => {
            for (key, value) in b {
                let slot = a.or_insert(&key, Value::Null);
                *slot = deep_merge(slot.take(), value);
            }
            Value::Object(a)
        }
        (_, source) => source,
    }
}
