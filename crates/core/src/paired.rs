//! The paired record that opens the gateway: what it must hold, and how one that is there is completed.
//!
//! Decided on a plain object, so that the file and the database row follow the same rules
//! (OpenClaw `src/infra/device-pairing.ts`).

use serde_json::{Map, Value};

use crate::base64;
use crate::error::{Error, Result};
use crate::identity::{device_id, parse_public_key};
use crate::json::object;
use crate::report::PairedOutcome;

/// The operator scopes that open every method in every version. 2026.2.19 compares them one by one:
/// admin does not stand for read there.
pub const SCOPES: [&str; 5] =
    ["operator.admin", "operator.read", "operator.write", "operator.approvals", "operator.pairing"];

/// What the record of a device is to be.
pub struct Want<'a> {
    /// The raw public key.
    pub public: &'a [u8; 32],
    /// A name given by the caller.
    pub display_name: Option<&'a str>,
    /// Exactly these scopes; `None` unites the default ones with what is there.
    pub scopes: Option<&'a [String]>,
    /// Give a revoked token anew.
    pub reinstate: bool,
    /// Milliseconds since 1970.
    pub now: i64,
    /// Entropy of a new token.
    pub token: &'a [u8; 32],
}

/// One field to set; `token` fields are those of `tokens.operator`.
#[derive(Clone, PartialEq)]
pub struct Set {
    /// The field's path in the record.
    pub path: Vec<&'static str>,
    /// Its new value.
    pub value: Value,
}

/// What is to be done to a record.
pub struct Decision {
    /// What becomes of it.
    pub outcome: PairedOutcome,
    /// Fields to set, in order; the whole record when there is none.
    pub sets: Vec<Set>,
    /// Scopes that the record or its token did not have.
    pub scopes_added: Vec<String>,
    /// It holds a token that was made just now.
    pub new_token: bool,
    /// The platform that it pins: another client's counts as a new device.
    pub platform: Option<String>,
    /// The device family that it pins.
    pub device_family: Option<String>,
}

/// The record as it is written where there is none.
pub fn fresh(want: &Want<'_>) -> Map<String, Value> {
    let scopes = wanted(want);
    let record = object(&mut [
        ("deviceId", device_id(want.public).into()),
        ("publicKey", base64::encode_url(want.public).into()),
        ("displayName", want.display_name.unwrap_or("openclaw-prepair").into()),
        ("clientId", "cli".into()),
        ("clientMode", "cli".into()),
        ("role", "operator".into()),
        ("roles", vec!["operator"].into()),
        ("scopes", scopes.clone()),
        ("approvedScopes", scopes.clone()),
        ("tokens", object(&mut [("operator", token(want, scopes))])),
        ("createdAtMs", want.now.into()),
        ("approvedAtMs", want.now.into()),
    ]);
    match record {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The scopes of a record or a token that is made anew.
fn wanted(want: &Want<'_>) -> Value {
    match want.scopes {
        Some(exact) => exact.into(),
        None => SCOPES[..].into(),
    }
}

fn token(want: &Want<'_>, scopes: Value) -> Value {
    object(&mut [
        ("token", base64::encode_url(want.token).into()),
        ("role", "operator".into()),
        ("scopes", scopes),
        ("createdAtMs", want.now.into()),
    ])
}

/// Decides what a record lacks. `path` names its file or database in errors.
pub fn decide(
    record: Option<&Map<String, Value>>,
    want: &Want<'_>,
    path: &str,
) -> Result<Decision> {
    let Some(record) = record else {
        let scopes_added = match want.scopes {
            Some(exact) => exact.to_vec(),
            None => SCOPES.map(String::from).to_vec(),
        };
        return Ok(Decision {
            outcome: PairedOutcome::Created,
            sets: Vec::new(),
            scopes_added,
            new_token: true,
            platform: None,
            device_family: None,
        });
    };
    let id = device_id(want.public);
    let key = base64::encode_url(want.public);
    let mut sets: Vec<Set> = Vec::new();
    let mut set =
        |path: &[&'static str], value: Value| sets.push(Set { path: path.to_vec(), value });

    if text(record, "deviceId") != Some(&id) {
        set(&["deviceId"], id.as_str().into());
    }
    match record.get("publicKey") {
        Some(Value::String(known)) if *known == key => {}
        // The same key in another spelling (PEM, padded base64) is "not paired" to every gateway: mended.
        Some(Value::String(known)) if parse_public_key(known) != Some(*want.public) => {
            return Err(Error::new("DEVICE_CONFLICT", format!("The record of device {id} holds another public key."))
                .at(path)
                .hint("A deviceId is the hash of its key, so this record is broken or forged. Remove it with `openclaw devices remove`, then call again."));
        }
        None | Some(Value::String(_) | Value::Null) => set(&["publicKey"], key.into()),
        Some(_) => return Err(shape(path, &id, "publicKey")),
    }
    if let Some(name) = want.display_name
        && text(record, "displayName") != Some(name)
    {
        set(&["displayName"], name.into());
    }

    // A gateway takes `roles` when it is an array, else `role` alone.
    let role = text(record, "role").filter(|role| !role.trim().is_empty());
    if role.is_none() {
        set(&["role"], "operator".into());
    }
    let mut roles = match strings(record.get("roles")) {
        Ok(Some(roles)) => roles,
        Ok(None) => role.map(|role| vec![role.to_string()]).unwrap_or_default(),
        Err(()) => return Err(shape(path, &id, "roles")),
    };
    if !roles.iter().any(|role| role == "operator")
        || record.get("roles").is_none_or(Value::is_null)
    {
        if !roles.iter().any(|role| role == "operator") {
            roles.push("operator".to_string());
        }
        set(&["roles"], roles.into());
    }

    let scopes = strings(record.get("scopes")).map_err(|()| shape(path, &id, "scopes"))?;
    let approved =
        strings(record.get("approvedScopes")).map_err(|()| shape(path, &id, "approvedScopes"))?;
    let mut added: Vec<String> = Vec::new();
    let mut grant = |known: Option<&Vec<String>>| -> Option<Vec<String>> {
        let wanted = match want.scopes {
            Some(exact) => exact.to_vec(),
            None => {
                let mut all = known.cloned().unwrap_or_default();
                all.extend(
                    SCOPES
                        .iter()
                        .filter(|scope| {
                            !known.is_some_and(|known| known.iter().any(|k| k == *scope))
                        })
                        .map(|s| s.to_string()),
                );
                all
            }
        };
        let known = known.map(Vec::as_slice).unwrap_or_default();
        let new = lacking(&lacking(&wanted, known), &added);
        added.extend(new);
        (!same_set(known, &wanted)).then_some(wanted)
    };
    if let Some(wanted) = grant(scopes.as_ref()) {
        set(&["scopes"], wanted.into());
    }
    let baseline = approved.as_ref().or(scopes.as_ref());
    match grant(baseline) {
        Some(wanted) => set(&["approvedScopes"], wanted.into()),
        None if approved.is_none() => {
            set(&["approvedScopes"], baseline.cloned().unwrap_or_default().into())
        }
        None => {}
    }

    let mut approved_now = false;
    match record.get("tokens") {
        None | Some(Value::Null) => {
            set(&["tokens"], object(&mut [("operator", token(want, wanted(want)))]))
        }
        Some(Value::Object(tokens)) => match tokens.get("operator") {
            Some(Value::Object(live))
                if text(live, "token").is_some_and(|token| !token.trim().is_empty()) =>
            {
                let revoked = live.get("revokedAtMs").is_some_and(|at| {
                    !matches!(at, Value::Null | Value::Bool(false)) && at.as_f64() != Some(0.0)
                });
                if revoked && !want.reinstate {
                    return Err(Error::new("REVOKED", format!("The operator token of device {id} was revoked by its owner."))
                        .at(path)
                        .hint("That may have been on purpose. Ask, then call again with reinstate: true, or use another identity."));
                }
                let known = strings(live.get("scopes"))
                    .map_err(|()| shape(path, &id, "tokens.operator.scopes"))?;
                let wanted = grant(known.as_ref());
                if revoked {
                    approved_now = true;
                    let mut renewed = live.clone();
                    renewed.insert("token".into(), base64::encode_url(want.token).into());
                    renewed.insert("scopes".into(), wanted.or(known).unwrap_or_default().into());
                    renewed.insert("rotatedAtMs".into(), want.now.into());
                    renewed.shift_remove("revokedAtMs");
                    set(&["tokens", "operator"], Value::Object(renewed));
                } else if let Some(wanted) = wanted {
                    set(&["tokens", "operator", "scopes"], wanted.into());
                }
                if !revoked && text(live, "role") != Some("operator") {
                    set(&["tokens", "operator", "role"], "operator".into());
                }
            }
            // No usable token: absent, null, or an entry without one.
            _ => set(&["tokens", "operator"], token(want, wanted(want))),
        },
        Some(_) => return Err(shape(path, &id, "tokens")),
    }
    // A gateway of 2026.8.1 and later drops silently approved records when a like client pairs silently
    // (pruneSupersededSilentPairedDevices); this one is approved by its owner now.
    if text(record, "approvedVia") == Some("silent") {
        set(&["approvedVia"], "owner".into());
    }
    let dated = |field: &str| record.get(field).is_some_and(|at| at.is_u64());
    if !dated("createdAtMs") {
        set(&["createdAtMs"], want.now.into());
    }
    if !dated("approvedAtMs") || approved_now || !added.is_empty() {
        set(&["approvedAtMs"], want.now.into());
    }
    let new_token =
        sets.iter().any(|set| matches!(set.path.as_slice(), ["tokens"] | ["tokens", "operator"]));
    let outcome = if sets.is_empty() { PairedOutcome::Unchanged } else { PairedOutcome::Updated };
    let pin = |field: &str| text(record, field).map(String::from);
    Ok(Decision {
        outcome,
        sets,
        scopes_added: added,
        new_token,
        platform: pin("platform"),
        device_family: pin("deviceFamily"),
    })
}

fn same_set(a: &[String], b: &[String]) -> bool {
    lacking(a, b).is_empty() && lacking(b, a).is_empty()
}

/// The items that are not among the known ones.
fn lacking(items: &[String], known: &[String]) -> Vec<String> {
    let known: Map<String, Value> = known.iter().map(|item| (item.clone(), Value::Null)).collect();
    items.iter().filter(|item| !known.contains_key(*item)).cloned().collect()
}

fn text<'r>(record: &'r Map<String, Value>, field: &str) -> Option<&'r str> {
    record.get(field).and_then(Value::as_str)
}

fn strings(value: Option<&Value>) -> Result<Option<Vec<String>>, ()> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(String::from).ok_or(()))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(()),
    }
}

fn shape(path: &str, id: &str, field: &str) -> Error {
    Error::new(
        "SHAPE",
        format!("The record of device {id} has a {field} of a type that OpenClaw never writes."),
    )
    .at(path)
    .hint("Remove the record with `openclaw devices remove`, or mend that field, then call again.")
}
