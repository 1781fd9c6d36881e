//! `${NAME}` in the config: what a gateway makes of it (`src/config/env-substitution.ts`, `src/config/env-vars.ts`).

use crate::base::json::{Map, Value};

use crate::base::named::Named;

/// Where variables stand in a config, by the paths of its settings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Variables {
    /// What they stand for is known.
    pub known: Vec<String>,
    /// The variable is neither in the environment that was given nor in `env` of the config.
    pub unknown: Vec<String>,
}

/// Puts the variables that are known in their places; all others stay as they are written.
pub(crate) fn substitute(config: &mut Map, env: &Named<String>) -> Variables {
    let own = own(config);
    let known = |name: &str| {
        let given = env.get(name).map(String::as_str);
        // The config's own count where the environment's is blank.
        let value = given.filter(|value| !value.trim().is_empty());
        let value = value.or_else(|| own.get(name).map(String::as_str)).or(given);
        // One that holds a variable itself is not looked into.
        value.filter(|value| !value.is_empty() && !value.contains("${"))
    };
    let mut found = Variables::default();
    for (key, value) in config.iter_mut() {
        walk(value, key, &known, &mut found);
    }
    found
}

/// `collectConfigEnvVars`: `env.vars`, over which the texts of `env` itself go.
fn own(config: &Map) -> Named<String> {
    let mut own = Named::default();
    let Some(Value::Object(env)) = config.get("env") else { return own };
    let mut add = |name: &str, value: &Value| {
        if let Some(text) = value.as_str().filter(|text| !text.trim().is_empty()) {
            own.insert(name.to_string(), text.to_string());
        }
    };
    if let Some(Value::Object(vars)) = env.get("vars") {
        vars.iter().for_each(|(name, value)| add(name, value));
    }
    env.iter().filter(|(name, _)| *name != "shellEnv").for_each(|(name, value)| add(name, value));
    own
}

fn walk<'v>(
    value: &mut Value,
    path: &str,
    known: &impl Fn(&str) -> Option<&'v str>,
    found: &mut Variables,
) {
    match value {
        Value::String(text) => {
            let (mut out, mut named, mut lacking) = (String::new(), false, false);
            let mut rest = text.as_str();
            while let Some(at) = rest.find('$') {
                out.push_str(&rest[..at]);
                rest = &rest[at..];
                let (skipped, replaced) = match (name_in(rest, "$${"), name_in(rest, "${")) {
                    (Some(name), _) => (name.len() + 4, rest[1..name.len() + 4].to_string()),
                    (None, Some(name)) => {
                        named = true;
                        let whole = name.len() + 3;
                        let value = known(name);
                        lacking |= value.is_none();
                        (whole, value.unwrap_or(&rest[..whole]).to_string())
                    }
                    (None, None) => (1, "$".to_string()),
                };
                out.push_str(&replaced);
                rest = &rest[skipped..];
            }
            out.push_str(rest);
            match (named, lacking) {
                (_, true) => found.unknown.push(path.to_string()),
                (true, false) => found.known.push(path.to_string()),
                (false, false) => {}
            }
            if !lacking {
                *text = out;
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                walk(item, &format!("{path}[{at}]"), known, found);
            }
        }
        Value::Object(map) => {
            for (key, item) in map.iter_mut() {
                walk(item, &format!("{path}.{key}"), known, found);
            }
        }
        _ => {}
    }
}

/// The names that a text holds as `${NAME}`.
pub(crate) fn names(text: &str) -> impl Iterator<Item = String> {
    let found = text.match_indices("${").filter_map(|(at, _)| name_in(&text[at..], "${"));
    found.map(String::from)
}

/// The name that a text begins with: `[A-Z_][A-Z0-9_]*` between the opening and a brace.
fn name_in<'t>(text: &'t str, opening: &str) -> Option<&'t str> {
    let (name, _) = text.strip_prefix(opening)?.split_once('}')?;
    let first = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
    let sound =
        name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    (first && sound).then_some(name)
}

#[cfg(test)]
#[path = "../../tests/unit/variables.rs"]
mod tests;
