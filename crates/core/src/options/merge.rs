//! A merge patch as a caller gives it: refused where nothing could read the config afterwards.

use crate::base::json::{Map, Value};

use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::fields::{close, kind, meant, unlisted, wrong};

const HINT: &str = "No gateway starts with anything else there.";
const PORT: &str = "a whole number from 1 to 65535";

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
    (&["gateway", "port"], PORT),
    (&["gateway", "reload"], "an object"),
    (&["gateway", "remote"], "an object"),
    (&["gateway", "tailscale"], "an object"),
    (&["gateway", "tls"], "an object"),
    (&["env"], "an object"),
];

/// The keys at the top of a config and below `gateway` in some version (src/config/zod-schema.ts).
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
    "channelHealthCheckMinutes",
    "channelMaxRestartsPerHour",
    "channelStaleEventThresholdMinutes",
    "controlUi",
    "customBindHost",
    "handshakeTimeoutMs",
    "http",
    "mode",
    "nodes",
    "port",
    "push",
    "reload",
    "remote",
    "tailscale",
    "tls",
    "tools",
    "trustedProxies",
    "webchat",
];

/// Below `gateway.auth` (src/config/zod-schema.ts).
const AUTH: &[&str] = &["allowTailscale", "mode", "password", "rateLimit", "token", "trustedProxy"];

/// The words that a gateway starts with: the same from 2026.1.29 to 2026.9.6, but for "none" and "trusted-proxy" (2026.2.13).
pub(crate) const BIND: &[&str] = &["auto", "lan", "loopback", "custom", "tailnet"];
pub(crate) const AUTH_MODE: &[&str] = &["none", "token", "password", "trusted-proxy"];
const MODE: &[&str] = &["local", "remote"];

/// Refuses a word that no gateway starts with; a variable may stand for any.
fn worded(merge: &Map) -> Result<()> {
    for (keys, words) in [(&["mode"][..], MODE), (&["bind"], BIND), (&["auth", "mode"], AUTH_MODE)]
    {
        let mut found = merge.get("gateway");
        for key in keys {
            found = found.and_then(|value| value.get(key));
        }
        let Some(Value::String(word)) = found else { continue };
        if !words.contains(&word.as_str()) && !word.contains('$') {
            let name = format!("merge.gateway.{}", keys.join("."));
            return Err(meant(unlisted(&name, words).hint(HINT), words, word));
        }
    }
    Ok(())
}

/// Whether a name is another one but for its case, a letter, or its ending.
fn is_slip(known: &str, name: &str) -> bool {
    let least = known.len().min(name.len()).saturating_sub(1);
    let same = known.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
    known.eq_ignore_ascii_case(name)
        || close(known, name)
        || (same >= least.max(6) && known.len().abs_diff(name.len()) <= 3)
}

/// The first key that is a slip of one that there is, and that one, by their paths: with an unknown key no gateway starts.
pub(crate) fn slip(config: &Map) -> Option<(String, String)> {
    let gateway = config.get("gateway").and_then(Value::as_object);
    let auth = gateway.and_then(|gateway| gateway.get("auth")?.as_object());
    let parts =
        [(Some(config), "", TOP), (gateway, "gateway.", GATEWAY), (auth, "gateway.auth.", AUTH)];
    parts.into_iter().find_map(|(map, path, known)| {
        let near = |(name, value): &(String, Value)| {
            let there = known.contains(&name.as_str()) || value.is_null();
            let near = known.iter().find(|known| is_slip(known, name)).filter(|_| !there)?;
            Some((format!("{path}{name}"), format!("{path}{near}")))
        };
        map?.iter().find_map(near)
    })
}

/// Whether a value is what is expected at its key.
fn fits(value: &Value, expected: &str) -> bool {
    match expected {
        PORT => port_of(value).is_some(),
        _ => kind(value) == expected,
    }
}

/// Refuses a merge that leaves a config which no gateway, and no later call, can read.
pub(super) fn typed(merge: &Map) -> Result<()> {
    for (keys, expected) in TYPES {
        let mut found = merge.get(keys[0]);
        for key in &keys[1..] {
            found = found.and_then(|value| value.get(key));
        }
        let found = found.filter(|value| !value.is_null());
        if let Some(value) = found.filter(|value| !fits(value, expected)) {
            return Err(wrong(&format!("merge.{}", keys.join(".")), expected, value).hint(HINT));
        }
    }
    if let Some((name, near)) = slip(merge) {
        return Err(Error::new(
            ErrorCode::Options,
            format!("No version has the setting merge.{name}, and with an unknown key no gateway starts."),
        )
        .hint(format!("Did you mean merge.{near}?")));
    }
    worded(merge)?;
    directives(merge, "merge").map_err(|error| error.hint(HINT))
}

/// Refuses what names no files to include.
fn directives(map: &Map, path: &str) -> Result<()> {
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

/// A value that is a port.
pub(crate) fn port_of(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0)
}
