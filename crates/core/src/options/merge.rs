//! A merge patch as a caller gives it: refused where nothing could read the config afterwards.

use serde_json::{Map, Value};

use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::fields::{close, kind, wrong};

/// What a gateway of every version wants at these keys (src/config/zod-schema.ts, 2026.1.29 … 2026.9.6): it does not start
/// with anything else there.
const TYPES: [(&[&str], &str); 17] = [
    (&["gateway"], "an object"),
    (&["gateway", "allowRealIpFallback"], "a boolean"),
    (&["gateway", "auth"], "an object"),
    (&["gateway", "auth", "mode"], "a string"),
    (&["gateway", "bind"], "a string"),
    (&["gateway", "controlUi"], "an object"),
    (&["gateway", "controlUi", "allowedOrigins"], "an array"),
    (&["gateway", "customBindHost"], "a string"),
    (&["gateway", "http"], "an object"),
    (&["gateway", "mode"], "a string"),
    (&["gateway", "nodes"], "an object"),
    (&["gateway", "port"], "a number"),
    (&["gateway", "reload"], "an object"),
    (&["gateway", "remote"], "an object"),
    (&["gateway", "tailscale"], "an object"),
    (&["gateway", "tls"], "an object"),
    (&["env"], "an object"),
];

/// The keys at the top of a config in some version (src/config/zod-schema.ts), and below `gateway` those that matter here.
const TOP: &[&str] = &[
    "$include",
    "$schema",
    "accessGroups",
    "acp",
    "agents",
    "approvals",
    "audio",
    "audit",
    "auth",
    "bindings",
    "broadcast",
    "browser",
    "canvasHost",
    "channels",
    "cli",
    "commands",
    "commitments",
    "crestodian",
    "cron",
    "diagnostics",
    "discovery",
    "env",
    "gateway",
    "hooks",
    "logging",
    "marketplaces",
    "mcp",
    "media",
    "memory",
    "messages",
    "meta",
    "models",
    "nodeHost",
    "plugins",
    "proxy",
    "secrets",
    "security",
    "session",
    "skills",
    "surfaces",
    "talk",
    "tools",
    "transcripts",
    "tui",
    "ui",
    "update",
    "web",
    "wizard",
];
const GATEWAY: &[&str] = &[
    "allowRealIpFallback",
    "auth",
    "bind",
    "controlUi",
    "customBindHost",
    "http",
    "mode",
    "nodes",
    "port",
    "reload",
    "remote",
    "tailscale",
    "tls",
    "trustedProxies",
];

/// Refuses a key that is a slip of one that there is: with an unknown key no gateway starts.
fn spelled(map: &Map<String, Value>, path: &str, known: &[&str]) -> Result<()> {
    let slip = |name: &String| {
        let near = known.iter().find(|known| close(known, name) && !known.eq(&name))?;
        (!known.contains(&name.as_str())).then_some((name.clone(), *near))
    };
    match map.iter().filter(|(_, value)| !value.is_null()).find_map(|(name, _)| slip(name)) {
        Some((name, near)) => Err(Error::new(
            ErrorCode::Options,
            format!("No version has the setting {path}.{name}, and with an unknown key no gateway starts."),
        )
        .hint(format!("Did you mean {path}.{near}?"))),
        None => Ok(()),
    }
}

/// Refuses a merge that leaves a config which no gateway, and no later call, can read.
pub(super) fn typed(merge: &Map<String, Value>) -> Result<()> {
    const HINT: &str = "No gateway starts with anything else there.";
    for (keys, expected) in TYPES {
        let mut found = merge.get(keys[0]);
        for key in &keys[1..] {
            found = found.and_then(|value| value.get(key));
        }
        let found = found.filter(|value| !value.is_null());
        if let Some(value) = found.filter(|value| kind(value) != expected) {
            return Err(wrong(&format!("merge.{}", keys.join(".")), expected, value).hint(HINT));
        }
    }
    spelled(merge, "merge", TOP)?;
    if let Some(Value::Object(gateway)) = merge.get("gateway") {
        spelled(gateway, "merge.gateway", GATEWAY)?;
    }
    directives(merge, "merge").map_err(|error| error.hint(HINT))
}

/// Refuses what names no files to include.
fn directives(map: &Map<String, Value>, path: &str) -> Result<()> {
    for (key, value) in map {
        let sound = match value {
            Value::Null | Value::String(_) => true,
            Value::Array(names) => names.iter().all(Value::is_string),
            _ => false,
        };
        if key == "$include" && !sound {
            let name = format!("{path}.{key}");
            return Err(wrong(&name, "a file name or an array of file names", value));
        }
        if let Value::Object(inner) = value {
            directives(inner, &format!("{path}.{key}"))?;
        }
    }
    Ok(())
}
