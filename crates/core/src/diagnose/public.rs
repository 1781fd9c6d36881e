//! What of a config may leave the machine: the settings that a verdict hangs on, by name. Of a secret it says that there is one.

use crate::base::json::{Map, Value};

use crate::diagnose::after::set;
use crate::diagnose::disk::Disk;
use crate::rules::Rules;

/// Below `gateway`. None of them holds a secret; what a variable holds is not put in yet.
const SETTINGS: [&[&str]; 13] = [
    &["mode"],
    &["port"],
    &["bind"],
    &["customBindHost"],
    &["trustedProxies"],
    &["allowRealIpFallback"],
    &["tls", "enabled"],
    &["auth", "mode"],
    &["auth", "trustedProxy"],
    &["controlUi", "allowInsecureAuth"],
    &["controlUi", "dangerouslyDisableDeviceAuth"],
    &["controlUi", "allowedOrigins"],
    &["nodes", "pairing"],
];

/// Stands where a secret stands.
const HIDDEN: &str = "<hidden>";

/// The config with its includes, as far as it is public; `None` where there is none that can be read.
pub(super) fn settings(rules: &Rules, disk: &Disk) -> Option<Value> {
    disk.config.as_ref()?;
    let mut gateway = Map::new();
    for keys in SETTINGS {
        let Some(value) = disk.setting(&[&["gateway"], keys].concat()) else { continue };
        set(&mut gateway, keys, value.clone());
    }
    for name in ["token", "password"] {
        let Some(value) = disk.setting(&["gateway", "auth", name]) else { continue };
        set(&mut gateway, &["auth", name], secret(rules, value, name == "password"));
    }
    Some(Value::Object(Map::from_iter([("gateway".to_string(), Value::Object(gateway))])))
}

/// That there is a secret; what no gateway of this version takes for one is known to everybody.
fn secret(rules: &Rules, value: &Value, password: bool) -> Value {
    match value {
        Value::String(text) if text.trim().is_empty() => value.clone(),
        Value::String(text) if rules.secret_check.refuses(text, password).is_some() => {
            value.clone()
        }
        Value::Object(reference) => {
            let named = ["source", "provider", "id"].iter().filter_map(|name| {
                let text = reference.get(name)?.as_str()?;
                Some((name.to_string(), text.into()))
            });
            let env = reference.get("source").is_some_and(|source| source == "env");
            Value::Object(named.filter(|(name, _)| env || name == "source").collect())
        }
        _ => HIDDEN.into(),
    }
}
