//! A merge patch as a caller gives it: refused where nothing could read the config afterwards.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::options::fields::{kind, wrong};

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
