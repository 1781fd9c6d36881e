//! `patchConfig`: what is to change in `openclaw.json`, and the splices that do just that.

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::inputs::{File, Inputs, Stop, Wants};
use crate::ip;
use crate::json::object;
use crate::json5::{self, Action, Arrays, Document, Editor, Kind, Node, Syntax};
use crate::options::{ConfigOptions, Proxies, Target};
use crate::paths::{join, parent, relative_to};
use crate::pending::{kind_name, syntax};
use crate::report::{ConfigEdit, EditAction, Notice};
use crate::rules::{Locality, ProxyMatch, Rules};
use crate::variables;

/// The private ranges that setup guides advise.
const PRIVATE: [&str; 5] = ["10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1"];
/// OpenClaw's own limits of includes (`src/config/includes.ts`).
const MAX_INCLUDE_DEPTH: usize = 10;
const MAX_INCLUDE_BYTES: usize = 2 * 1024 * 1024;
/// The mode of a client of a gateway elsewhere.
const REMOTE: &str = "remote";
const NO_NAMES: &str = "$include must be a file name or an array of them.";

/// What becomes of the config.
#[derive(Debug)]
pub struct Patched {
    /// The new content; `None` when it stays as it is.
    pub content: Option<Vec<u8>>,
    /// The keys that change.
    pub edits: Vec<ConfigEdit>,
    /// What the caller should know.
    pub warnings: Vec<Notice>,
}

/// Applies the options to a config. Asks for the files that it includes.
pub fn patch(
    inputs: &Inputs<'_>,
    path: &str,
    options: &ConfigOptions,
    rules: &Rules,
) -> Result<Patched, Stop> {
    let mut warnings = Vec::new();
    let (mut wanted, list) = wanted(options, rules, &mut warnings);
    let Some(bytes) = inputs.file(path).bytes(path)? else {
        // Without gateway.mode a gateway does not start.
        let mut fresh = Map::new();
        merge(
            &mut fresh,
            &Map::from_iter([("gateway".to_string(), object(&mut [("mode", "local".into())]))]),
        );
        if !options.replace_arrays {
            wanted.values_mut().for_each(unite);
        }
        merge(&mut fresh, &wanted);
        warn_of_list(&list, rules, path, &mut warnings);
        let auth = fresh.get("gateway").and_then(|gateway| gateway.get("auth"));
        warn_of_secret(auth, rules, path, &mut warnings);
        let edits = leaves(&fresh, "");
        let content = json5::lines(&Value::Object(fresh)) + "\n";
        Includes::of(inputs, path, &parsed_again(content.as_bytes(), path)?, &wanted)?;
        return Ok(Patched { content: Some(content.into_bytes()), edits, warnings });
    };
    let document = Document::parse(bytes, Syntax::Json5).map_err(|error| {
        syntax(error, path)
            .hint("Mend the file: OpenClaw cannot read it either. Nothing was changed.")
    })?;
    let root = document.root();
    if root.kind != Kind::Object {
        return Err(wrong_kind(&document, root, path, "The config").into());
    }
    let proxies = document
        .get(root, "gateway")
        .filter(|gateway| gateway.value.kind == Kind::Object)
        .and_then(|gateway| document.get(gateway.value, "trustedProxies"));
    if let Some(member) = &proxies {
        let replaced = options
            .merge
            .get("gateway")
            .and_then(|gateway| gateway.get("trustedProxies"))
            .is_some();
        if member.value.kind != Kind::Array && !(replaced && options.proxies == Proxies::Off) {
            return Err(wrong_kind(&document, member.value, path, "gateway.trustedProxies").into());
        }
    }
    if let Some(gateway) = document.get(root, "gateway")
        && gateway.value.kind != Kind::Object
        && wanted.contains_key("gateway")
    {
        return Err(wrong_kind(&document, gateway.value, path, "gateway").into());
    }

    let mut reduced = wanted;
    let mut wanted = Map::new();
    if !reduced.is_empty() {
        let includes = Includes::of(inputs, path, &document, &reduced)?;
        let rest = includes.without_included(&document, root, &reduced, options.replace_arrays)?;
        wanted = core::mem::replace(&mut reduced, rest);
    }
    let mut editor = Editor::new(&document);
    let arrays = if options.replace_arrays { Arrays::Replace } else { Arrays::Union };
    let changes = editor.merge(root, &Value::Object(reduced), arrays);
    let edits = changes
        .into_iter()
        .map(|change| ConfigEdit {
            path: change.path,
            action: match change.action {
                Action::Added => EditAction::Added,
                Action::Replaced => EditAction::Replaced,
                Action::Removed => EditAction::Removed,
            },
        })
        .collect();
    let content = editor.finish();

    let after = content.as_deref().unwrap_or(bytes);
    let after = parsed_again(after, path)?;
    if content.is_some() {
        // What the merge includes has to be there: neither a gateway nor the next call could read the config.
        Includes::of(inputs, path, &after, &wanted)?;
    }
    let gateway = |doc: &Document<'_>, key: &str| {
        let gateway =
            doc.get(doc.root(), "gateway").filter(|gateway| gateway.value.kind == Kind::Object)?;
        doc.get(gateway.value, key).and_then(|member| doc.value(member.value))
    };
    if content.is_some() && rules.config_guard {
        would_be_reverted(&document, &after, path)?;
    }
    let effective = match gateway(&after, "trustedProxies") {
        Some(Value::Array(items)) => {
            items.into_iter().filter_map(|item| item.as_str().map(String::from)).collect()
        }
        _ => list,
    };
    warn_of_list(&effective, rules, path, &mut warnings);
    warn_of_secret(gateway(&after, "auth").as_ref(), rules, path, &mut warnings);
    let included = document.get(root, "$include").is_some();
    if gateway(&after, "mode").is_none() && !included {
        warnings.push(
            Notice::new("GATEWAY_MODE", "The config has no gateway.mode; a gateway does not start without it.")
                .at(path)
                .hint("Add merge: { gateway: { mode: 'local' } }, or start the gateway with --allow-unconfigured."),
        );
    }
    Ok(Patched { content, edits, warnings })
}

fn parsed_again<'a>(content: &'a [u8], path: &str) -> Result<Document<'a>> {
    Document::parse(content, Syntax::Json5).map_err(|_| {
        Error::new("INTERNAL", "The edited config does not parse; nothing was written.").at(path)
    })
}

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

/// Whether the config surely says `gateway.mode: "remote"`. One that cannot be read does not. Asks for included files.
pub fn is_remote(
    inputs: &Inputs<'_>,
    path: &str,
    target: &Target,
    roots: bool,
) -> Result<bool, Stop> {
    let Some(document) = inputs
        .file(path)
        .bytes(path)
        .ok()
        .flatten()
        .and_then(|bytes| Document::parse(bytes, Syntax::Json5).ok())
    else {
        return Ok(false);
    };
    let object = |node: Node| (node.kind == Kind::Object).then_some(node);
    let member = |node: Node, key: &str| document.get(node, key).map(|member| member.value);
    let root = object(document.root());
    let gateway = root.and_then(|root| object(member(root, "gateway")?));
    // Most configs are plain here; only for others the whole of it is put together.
    let mode = gateway.and_then(|gateway| member(gateway, "mode"));
    let included = [root, gateway, mode.and_then(object)]
        .into_iter()
        .flatten()
        .any(|node| member(node, "$include").is_some());
    let mode = mode.and_then(|mode| document.string(mode));
    if !included && !mode.as_ref().is_some_and(|mode| mode.contains('$')) {
        return Ok(mode.as_deref() == Some(REMOTE));
    }
    match effective(inputs, path, roots) {
        Ok(Some(Value::Object(mut config))) => {
            variables::substitute(&mut config, &target.env);
            let mode = config.get("gateway").and_then(|gateway| gateway.get("mode"));
            Ok(mode.and_then(Value::as_str) == Some(REMOTE))
        }
        Ok(_) | Err(Stop::Refused(_)) => Ok(false),
        Err(stop) => Err(stop.optional()),
    }
}

/// `auth`: the settings of that name, as they stand in the file.
fn warn_of_secret(auth: Option<&Value>, rules: &Rules, path: &str, warnings: &mut Vec<Notice>) {
    let text = |key: &str| auth?.get(key)?.as_str();
    let name = match text("mode") {
        Some("password") => "password",
        None if text("password").is_some() => "password",
        None | Some("token") => "token",
        Some(_) => return,
    };
    let refuses = |value| rules.secret_check.refuses(value, name == "password");
    if let Some(why) = text(name).and_then(refuses) {
        let (message, hint) = refused_secret(name, why);
        warnings.push(Notice::new("CONFIG_VALUE", message).at(path).hint(hint));
    }
}

/// What is said of a token or password of the gateway that keeps it from starting, and what to do.
pub(crate) fn refused_secret(name: &str, why: &str) -> (String, String) {
    (
        format!("gateway.auth.{name} is {why}; this version's gateway does not start with it."),
        format!("Set gateway.auth.{name} to a random value, as `openssl rand -hex 32` prints it."),
    )
}

/// Whether the private ranges make local clients behind a header-adding proxy local without harm: 2026.2.17 alone.
fn private_list_helps(rules: &Rules) -> bool {
    rules.locality == Locality::ClientIp
        && rules.proxy_match != ProxyMatch::Exact
        && !rules.loopback_proxy_is_remote()
}

/// The merge patch that the options mean, and the proxies in it.
fn wanted(
    options: &ConfigOptions,
    rules: &Rules,
    warnings: &mut Vec<Notice>,
) -> (Map<String, Value>, Vec<String>) {
    let mut list: Vec<String> = match &options.proxies {
        Proxies::Off => Vec::new(),
        Proxies::Private => PRIVATE.map(String::from).to_vec(),
        Proxies::List(list) => list.clone(),
        Proxies::Sandbox if private_list_helps(rules) => PRIVATE.map(String::from).to_vec(),
        Proxies::Sandbox => {
            if options.peers.is_empty() {
                warnings.push(
                    Notice::new("PROXY_NONE", format!("gateway.trustedProxies was left as it is: {}", if rules.forwarded_refused {
                        "this version wants the addresses of a header-adding proxy there, and none were given; without such a proxy none are needed."
                    } else {
                        "for this version no general list helps; the paired record is what opens the door."
                    }))
                    .hint("Behind a proxy that adds X-Forwarded-For, give its own addresses as proxyPeers."),
                );
            }
            Vec::new()
        }
    };
    for peer in &options.peers {
        let loopback = ip::parse_cidr(peer).is_some_and(|cidr| cidr.has_loopback());
        if loopback && rules.loopback_proxy_is_remote() {
            warnings.push(
                Notice::new("PROXY_LOOPBACK", format!("The proxy peer {peer} was not added: on this version a loopback address in trustedProxies makes every local client remote."))
                    .hint("The paired record lets clients in behind that proxy too."),
            );
        } else {
            list.push(peer.clone());
        }
    }
    let mut known = Map::new();
    list.retain(|address| known.insert(address.clone(), Value::Null).is_none());
    let mut wanted = options.merge.clone();
    if !list.is_empty() {
        let mut all = match wanted.get("gateway").and_then(|gateway| gateway.get("trustedProxies"))
        {
            Some(Value::Array(items)) => items.clone(),
            _ => Vec::new(),
        };
        let addresses: Vec<Value> = list.iter().map(|address| address.as_str().into()).collect();
        let new = json5::lacking(&addresses, &all);
        all.extend(new);
        merge(
            &mut wanted,
            &Map::from_iter([(
                "gateway".to_string(),
                object(&mut [("trustedProxies", all.into())]),
            )]),
        );
    }
    (wanted, list)
}

fn warn_of_list(list: &[String], rules: &Rules, path: &str, warnings: &mut Vec<Notice>) {
    let cidrs: Vec<_> = list.iter().filter_map(|text| ip::parse_cidr(text)).collect();
    if cidrs.is_empty() {
        return;
    }
    let proxies_decide_locality = rules.locality == Locality::ClientIp;
    let network = |cidr: &ip::Cidr| cidr.to_string().contains('/');
    let (cidrs, unmatched): (Vec<_>, Vec<_>) =
        cidrs.into_iter().partition(|cidr| match rules.proxy_match {
            ProxyMatch::Exact => !network(cidr),
            ProxyMatch::V4 => !network(cidr) || cidr.addr().is_ipv4(),
            ProxyMatch::V4V6 => true,
        });
    let mut warn = |code: &str, message: &str, hint: &str| {
        warnings.push(Notice::new(code, message).at(path).hint(hint))
    };
    if rules.loopback_proxy_is_remote() && cidrs.iter().any(|cidr| cidr.has_loopback()) {
        warn(
            "PROXY_LOOPBACK",
            "trustedProxies holds loopback addresses: on this version that makes every local client remote, which causes the wall for each device that is not fully paired.",
            "Take 127.0.0.0/8, 127.0.0.1 and ::1 out, unless a proxy on this machine needs them.",
        );
    }
    if !unmatched.is_empty() {
        warn(
            "PROXY_NETWORK",
            "trustedProxies holds networks that this version does not understand: they match nothing.",
            "List the proxy's own addresses instead.",
        );
    }
    let wide = cidrs.iter().any(network);
    if proxies_decide_locality && wide {
        warn(
            "PROXY_SPOOFABLE",
            "trustedProxies holds whole networks: on this version any neighbour in them can pose as a local client.",
            "List the proxy's own addresses instead.",
        );
    } else if rules.forwarded_refused && wide {
        warn(
            "PROXY_WIDE",
            "trustedProxies holds whole networks: on this version a client whose own address lies in them gets HTTP 403, since no untrusted address is left in X-Forwarded-For.",
            "List the proxy's own addresses instead.",
        );
    } else if !proxies_decide_locality && !rules.forwarded_refused {
        warn(
            "PROXY_NO_EFFECT",
            "On this version trustedProxies has no effect on who counts as local.",
            "The paired record is what opens the door.",
        );
    }
}

/// No array holds an element twice.
fn unite(value: &mut Value) {
    match value {
        Value::Array(items) => *items = crate::json5::unique(items),
        Value::Object(map) => map.values_mut().for_each(unite),
        _ => {}
    }
}

/// RFC 7396 on plain objects.
fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (key, value) in patch {
        match (target.get_mut(key), value) {
            (_, Value::Null) => {
                target.shift_remove(key);
            }
            (Some(Value::Object(inner)), Value::Object(patch)) => merge(inner, patch),
            (_, Value::Object(patch)) => {
                let mut inner = Map::new();
                merge(&mut inner, patch);
                target.insert(key.clone(), Value::Object(inner));
            }
            (_, value) => {
                target.insert(key.clone(), value.clone());
            }
        }
    }
}

fn leaves(map: &Map<String, Value>, prefix: &str) -> Vec<ConfigEdit> {
    map.iter()
        .flat_map(|(key, value)| {
            let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match value {
                Value::Object(inner) if !inner.is_empty() => leaves(inner, &path),
                _ => vec![ConfigEdit { path, action: EditAction::Added }],
            }
        })
        .collect()
}

fn wrong_kind(document: &Document<'_>, node: Node, path: &str, what: &str) -> Error {
    let (line, column) = document.line_column(node.start);
    let expected = if what == "gateway.trustedProxies" { "an array" } else { "an object" };
    Error::new("SHAPE", format!("{what} must be {expected}, but it is {}.", kind_name(node.kind)))
        .at(path)
        .place(line, column)
        .hint("The gateway does not start with that. Mend it, then call again.")
}

/// What OpenClaw takes for an accident and reverts from 2026.4.20 (`src/config/io.ts`).
fn would_be_reverted(before: &Document<'_>, after: &Document<'_>, path: &str) -> Result<()> {
    let has = |doc: &Document<'_>, key: &str| doc.get(doc.root(), key).is_some();
    let mode = |doc: &Document<'_>| {
        doc.get(doc.root(), "gateway")
            .filter(|gateway| gateway.value.kind == Kind::Object)
            .and_then(|gateway| doc.get(gateway.value, "mode"))
            .is_some_and(|mode| mode.value.kind == Kind::String)
    };
    let old = before.text().len();
    let reason = if old >= 512 && after.text().len() < old / 2 {
        "it would shrink the file below half of its size"
    } else if has(before, "meta") && !has(after, "meta") {
        "it would drop meta"
    } else if mode(before) && !mode(after) {
        "it would drop gateway.mode"
    } else {
        return Ok(());
    };
    Err(Error::new(
        "CONFIG_REVERT",
        format!(
            "This edit was not made: {reason}, which OpenClaw takes for an accident and reverts."
        ),
    )
    .at(path)
    .hint("Leave meta and gateway.mode in place, and make large removals with `openclaw config`."))
}

/// What `$include` directives contribute along the keys that are to change.
struct Includes<'i> {
    inputs: &'i Inputs<'i>,
    path: &'i str,
    /// The whole config counts, not the part that a patch touches: it has to be one that a gateway starts with.
    whole: bool,
    /// Files outside of the config's folder may be included.
    roots: bool,
}

impl<'i> Includes<'i> {
    /// Wants every included file before anything is decided.
    fn of(
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

    fn visit(
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
    fn load(&self, path: &str, depth: usize, wants: &mut Wants) -> Result<Option<Value>> {
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
    fn behind_links(&self, path: &str, wants: &mut Wants) -> Option<String> {
        let dir = parent(self.path);
        // Both are wanted, whichever is known.
        if wants.stat(self.inputs, path) | wants.stat(self.inputs, dir) {
            return None;
        }
        let real = |path: &str| self.inputs.stat(path)?.real.as_deref();
        let inside = real(path).zip(real(dir)).and_then(|(real, root)| below(root, real));
        Some(inside.map_or_else(|| path.to_string(), |inside| join(dir, inside)))
    }

    fn resolve(&self, value: Value, path: &str, depth: usize, wants: &mut Wants) -> Result<Value> {
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
    fn without_included(
        &self,
        document: &Document<'_>,
        root: Node,
        patch: &Map<String, Value>,
        replace_arrays: bool,
    ) -> Result<Map<String, Value>> {
        self.reduce(document, Some(root), patch, None, replace_arrays, "")
    }

    fn reduce(
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

    fn refuse_at(&self, path: &str, message: &str) -> Error {
        let from = match path == self.path {
            true => String::new(),
            false => format!("It is included by {}. ", self.path),
        };
        let hint = format!("{from}The gateway cannot read that config either.");
        Error::new("CONFIG_INCLUDE", message).at(path).hint(hint)
    }

    fn refuse(&self, key: &str, files: &[String]) -> Error {
        let from = if files.is_empty() { "an included file".to_string() } else { files.join(", ") };
        Error::new(
            "CONFIG_INCLUDE",
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
    Err(Error::new("CONFIG_INCLUDE", NO_NAMES)
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
