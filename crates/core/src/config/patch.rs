//! `patchConfig`: what is to change in `openclaw.json`, and the splices that do just that.

use crate::base::json::{Map, Value, object};

use crate::base::json5::{self, Action, Arrays, Document, Edited, Editor, Kind, Syntax};
use crate::codes::{ErrorCode, NoticeCode};
use crate::config::includes::Includes;
use crate::config::merge::{leaves, unite};
use crate::config::proxies::{wanted, warn_of_list};
use crate::error::{Error, Result};
use crate::inputs::Inputs;
use crate::options::config::{ConfigOptions, Proxies};
use crate::report::{ConfigEdit, EditAction, Notice};
use crate::rules::Rules;
use crate::store::documents::{syntax, wrong_kind};
use crate::wants::Stop;

/// What becomes of the config.
#[derive(Debug)]
pub(crate) struct Patched {
    /// The new content; `None` when it stays as it is.
    pub content: Option<Edited>,
    /// The keys that change.
    pub edits: Vec<ConfigEdit>,
    /// What the caller should know.
    pub warnings: Vec<Notice>,
}

/// Applies the options to a config. Asks for the files that it includes.
pub(crate) fn patch(
    inputs: &Inputs<'_>,
    path: &str,
    options: &ConfigOptions,
    rules: &Rules,
) -> Result<Patched, Stop> {
    let mut warnings = Vec::new();
    let (mut wanted, list) = wanted(options, rules, &mut warnings);
    let asked = wanted.get("gateway").and_then(|gateway| gateway.get("trustedProxies")).is_some();
    let Some(bytes) = inputs.behind_link(path).bytes(path)? else {
        // Without gateway.mode a gateway does not start.
        let mut fresh = Map::new();
        json5::merge(
            &mut fresh,
            &Map::from_iter([("gateway".to_string(), object(&mut [("mode", "local".into())]))]),
        );
        if !options.replace_arrays {
            wanted.values_mut().for_each(unite);
        }
        json5::merge(&mut fresh, &wanted);
        warn_of_list((&list, true), rules, path, &mut warnings);
        let auth = fresh.get("gateway").and_then(|gateway| gateway.get("auth"));
        warn_of_secret(auth, rules, path, &mut warnings);
        let edits = leaves(&fresh, "");
        let content = json5::lines(&Value::Object(fresh)) + "\n";
        Includes::of(inputs, path, rules, &parsed_again(content.as_bytes(), path)?, &wanted)?;
        return Ok(Patched { content: Some(content.into_bytes().into()), edits, warnings });
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
        let includes = Includes::of(inputs, path, rules, &document, &reduced)?;
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
    let content = editor.edited();

    let after = content.as_ref().map_or(bytes, |edited| &edited.content);
    let after = parsed_again(after, path)?;
    if content.is_some() {
        // What the merge includes has to be there: neither a gateway nor the next call could read the config.
        Includes::of(inputs, path, rules, &after, &wanted)?;
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
    warn_of_list((&effective, asked), rules, path, &mut warnings);
    warn_of_secret(gateway(&after, "auth").as_ref(), rules, path, &mut warnings);
    let inner = document.get(root, "gateway").filter(|gateway| gateway.value.kind == Kind::Object);
    let included = document.get(root, "$include").is_some()
        || inner.is_some_and(|gateway| document.get(gateway.value, "$include").is_some());
    if gateway(&after, "mode").is_none() && !included {
        warnings.push(
            Notice::new(NoticeCode::GatewayMode, "The config has no gateway.mode; a gateway does not start without it.")
                .at(path)
                .hint("Add merge: { gateway: { mode: 'local' } }, or start the gateway with --allow-unconfigured."),
        );
    }
    Ok(Patched { content, edits, warnings })
}

fn parsed_again<'a>(content: &'a [u8], path: &str) -> Result<Document<'a>> {
    Document::parse(content, Syntax::Json5).map_err(|_| {
        Error::new(ErrorCode::Internal, "The edited config does not parse; nothing was written.")
            .at(path)
    })
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
        warnings.push(Notice::new(NoticeCode::ConfigValue, message).at(path).hint(hint));
    }
}

/// What is said of a token or password of the gateway that keeps it from starting, and what to do.
pub(crate) fn refused_secret(name: &str, why: &str) -> (String, String) {
    (
        format!("gateway.auth.{name} is {why}; this version's gateway does not start with it."),
        format!("Set gateway.auth.{name} to a random value, as `openssl rand -hex 32` prints it."),
    )
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
        ErrorCode::ConfigRevert,
        format!(
            "This edit was not made: {reason}, which OpenClaw takes for an accident and reverts."
        ),
    )
    .at(path)
    .hint("Leave meta and gateway.mode in place, and make large removals with `openclaw config`."))
}
