//! The paired record that opens the gateway: what it must hold, and how one that is there is completed.
//!
//! Decided on a plain object, so that the file and the database row follow the same rules
//! (OpenClaw `src/infra/device-pairing.ts`).

use crate::base::json::{Map, Value, object};

use crate::base::base64;
use crate::base::keys::{device_id, parse_public_key};
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::role::Role;
use crate::report::PairedOutcome;
use crate::store::fields::Set;
use crate::store::pending::Asked;
use crate::store::roles::{Wish, may_get};

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
    /// The role that it is to have; `None`: operator, but of no node's key.
    pub role: Option<Role>,
    /// Exactly these scopes; `None` unites the default ones with what is there. A node has none.
    pub scopes: Option<&'a [String]>,
    /// Give a revoked token anew.
    pub reinstate: bool,
    /// The requests of this key in the store, whatever their age.
    pub asked: &'a [Asked],
    /// This version compares platform and device family with those of the record.
    pub pins: bool,
    /// Milliseconds since 1970.
    pub now: i64,
    /// Entropy of a new token.
    pub token: &'a [u8; 32],
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
    /// Why a token that stood there gave way to it.
    pub renewed: Option<&'static str>,
    /// What it pinned and now has from the request of its client that waits.
    pub taken: Vec<&'static str>,
    /// The platform that it pins: another client's counts as a new device.
    pub platform: Option<String>,
    /// The device family that it pins.
    pub device_family: Option<String>,
}

/// The record as it is written where there is none.
pub fn fresh(want: &Want<'_>) -> Map {
    let scopes = wanted(want);
    let role = want.role.unwrap_or_default();
    let (client, mode) = match role {
        Role::Operator => ("cli", "cli"),
        Role::Node => ("node-host", "node"),
    };
    let record = object(&mut [
        ("deviceId", device_id(want.public).into()),
        ("publicKey", base64::encode_url(want.public).into()),
        ("displayName", want.display_name.unwrap_or("openclaw-prepair").into()),
        ("clientId", client.into()),
        ("clientMode", mode.into()),
        ("role", role.name().into()),
        ("roles", vec![role.name()].into()),
        ("scopes", scopes.clone()),
        ("approvedScopes", scopes.clone()),
        ("tokens", object(&mut [(role.name(), token(want, scopes))])),
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
    match (want.scopes, want.role.unwrap_or_default()) {
        (Some(exact), _) => exact.into(),
        (None, Role::Operator) => SCOPES[..].into(),
        (None, Role::Node) => Vec::<Value>::new().into(),
    }
}

fn token(want: &Want<'_>, scopes: Value) -> Value {
    object(&mut [
        ("token", base64::encode_url(want.token).into()),
        ("role", want.role.unwrap_or_default().name().into()),
        ("scopes", scopes),
        ("createdAtMs", want.now.into()),
    ])
}

/// Decides what a record lacks. `path` names its file or database in errors.
pub fn decide(record: Option<&Map>, want: &Want<'_>, path: &str) -> Result<Decision> {
    let id = device_id(want.public);
    let wish = Wish { id: &id, role: want.role, asked: want.asked, now: want.now };
    let Some(record) = record else {
        may_get(&wish, &[], path)?;
        let scopes_added = strings(Some(&wanted(want))).ok().flatten().unwrap_or_default();
        return Ok(Decision {
            outcome: PairedOutcome::Created,
            sets: Vec::new(),
            scopes_added,
            new_token: true,
            renewed: None,
            taken: Vec::new(),
            platform: None,
            device_family: None,
        });
    };
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
            return Err(Error::new(ErrorCode::DeviceConflict, format!("The record of device {id} holds another public key."))
                .at(path)
                .hint("A deviceId is the hash of its key, so this record is broken or forged. Remove it with `npx openclaw-prepair devices remove`, then call again."));
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
    let role = want.role.unwrap_or_default().name();
    let known = text(record, "role").filter(|role| !role.trim().is_empty());
    if known.is_none() {
        set(&["role"], role.into());
    }
    let mut roles = match strings(record.get("roles")) {
        Ok(Some(roles)) => roles,
        Ok(None) => known.map(|role| vec![role.to_string()]).unwrap_or_default(),
        Err(()) => return Err(shape(path, &id, "roles")),
    };
    // Some versions take the roles from the tokens.
    let mut granted = roles.clone();
    let token_of_operator = record.get("tokens").and_then(|tokens| tokens.get("operator"));
    granted.extend(token_of_operator.and_then(Value::as_object).map(|_| "operator".to_string()));
    may_get(&wish, &granted, path)?;
    let lacks = !roles.iter().any(|known| known == role);
    if lacks || record.get("roles").is_none_or(Value::is_null) {
        roles.extend(lacks.then(|| role.to_string()));
        set(&["roles"], roles.into());
    }

    let mut pins = [text(record, "platform"), text(record, "deviceFamily")];
    let mut taken = Vec::new();
    // What the gateway's own approval would write, also where the client says nothing (approveDevicePairing).
    if let Some(asked) = want.asked.iter().max_by_key(|asked| asked.at).filter(|_| want.pins) {
        let claims = [asked.platform.as_deref(), asked.device_family.as_deref()];
        for ((field, pinned), claimed) in PINS.into_iter().zip(&mut pins).zip(claims) {
            if !pin_allows(*pinned, claimed) {
                *pinned = claimed;
                set(&[field], claimed.into());
                taken.push(field);
            }
        }
    }

    let scopes = strings(record.get("scopes")).map_err(|()| shape(path, &id, "scopes"))?;
    let approved =
        strings(record.get("approvedScopes")).map_err(|()| shape(path, &id, "approvedScopes"))?;
    let mut added: Vec<String> = Vec::new();
    let defaults = match want.role.unwrap_or_default() {
        Role::Operator => SCOPES.map(String::from).to_vec(),
        Role::Node => Vec::new(),
    };
    let mut grant = |known: Option<&Vec<String>>| -> Option<Vec<String>> {
        let wanted = match want.scopes {
            Some(exact) => exact.to_vec(),
            None => {
                let mut all = known.cloned().unwrap_or_default();
                all.extend(lacking(&defaults, &all));
                all
            }
        };
        let old = known.map(Vec::as_slice).unwrap_or_default();
        let new = lacking(&lacking(&wanted, old), &added);
        added.extend(new);
        (known.is_none() || !same_set(old, &wanted)).then_some(wanted)
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
    let mut renewed = None;
    match record.get("tokens") {
        None | Some(Value::Null) => {
            set(&["tokens"], object(&mut [(role, token(want, wanted(want)))]))
        }
        Some(Value::Object(tokens)) => match tokens.get(role) {
            Some(Value::Object(live))
                if text(live, "token").is_some_and(|token| !token.trim().is_empty()) =>
            {
                let revoked = is_revoked(live.get("revokedAtMs"));
                if revoked && !want.reinstate {
                    return Err(Error::new(ErrorCode::Revoked, format!("The {role} token of device {id} was revoked by its owner."))
                        .at(path)
                        .hint("That may have been on purpose. Ask, then call again with reinstate: true, or use another identity."));
                }
                renewed = match text(live, "token").is_some_and(is_mark) {
                    true => Some("a sanitizer's mark, not a token"),
                    false => revoked.then_some("revoked"),
                };
                let known = strings(live.get("scopes"))
                    .map_err(|()| shape(path, &id, &format!("tokens.{role}.scopes")))?;
                let wanted = grant(known.as_ref());
                if renewed.is_some() {
                    approved_now = revoked;
                    let mut anew = live.clone();
                    anew.insert("token".into(), base64::encode_url(want.token).into());
                    anew.insert("role".into(), role.into());
                    anew.insert("scopes".into(), wanted.or(known).unwrap_or_default().into());
                    anew.insert("rotatedAtMs".into(), want.now.into());
                    anew.remove("revokedAtMs");
                    set(&["tokens", role], Value::Object(anew));
                } else {
                    if let Some(wanted) = wanted {
                        set(&["tokens", role, "scopes"], wanted.into());
                    }
                    if text(live, "role") != Some(role) {
                        set(&["tokens", role, "role"], role.into());
                    }
                }
            }
            // No usable token: absent, null, or an entry without one.
            _ => set(&["tokens", role], token(want, wanted(want))),
        },
        Some(_) => return Err(shape(path, &id, "tokens")),
    }
    // A gateway of 2026.8.1 and later drops silently approved records when a like client pairs silently
    // (pruneSupersededSilentPairedDevices); this one is approved by its owner now.
    if text(record, "approvedVia") == Some("silent") {
        set(&["approvedVia"], "owner".into());
    }
    let dated = |field: &str| record.get(field).is_some_and(|at| at.as_u64().is_some());
    if !dated("createdAtMs") {
        set(&["createdAtMs"], want.now.into());
    }
    if !dated("approvedAtMs") || approved_now || !added.is_empty() {
        set(&["approvedAtMs"], want.now.into());
    }
    let new_token = sets.iter().any(|set| match set.path[..] {
        ["tokens"] => true,
        ["tokens", of] => of == role,
        _ => false,
    });
    let outcome = if sets.is_empty() { PairedOutcome::Unchanged } else { PairedOutcome::Updated };
    let [platform, device_family] = pins.map(|pinned| pinned.map(String::from));
    Ok(Decision {
        outcome,
        sets,
        scopes_added: added,
        new_token,
        renewed,
        taken,
        platform,
        device_family,
    })
}

/// The fields of a record that bind its client from 2026.2.26 on.
const PINS: [&str; 2] = ["platform", "deviceFamily"];

/// Whether a token is what a sanitizer of backups, snapshots or logs leaves in its place. OpenClaw's own marks are those of
/// `src/config/redact-sentinel.ts` and of its loggers: `__OPENCLAW_REDACTED__`, `[REDACTED]`, `<redacted>`, `***` and the like.
pub(crate) fn is_mark(token: &str) -> bool {
    let token = token.trim();
    !token.is_empty() && token.bytes().all(|byte| byte == b'*')
        || token.to_ascii_lowercase().contains("redacted")
}

/// Whether a token was revoked, by its field `revokedAtMs`: what JavaScript takes for true (`entry.revokedAtMs` in
/// `src/infra/device-pairing.ts` of every version).
pub(crate) fn is_revoked(at: Option<&Value>) -> bool {
    match at {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => *number != 0.0,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(_) | Value::Object(_)) => true,
    }
}

fn same_set(a: &[String], b: &[String]) -> bool {
    lacking(a, b).is_empty() && lacking(b, a).is_empty()
}

/// The items that are not among the known ones.
fn lacking(items: &[String], known: &[String]) -> Vec<String> {
    let known: Map = known.iter().map(|item| (item.clone(), Value::Null)).collect();
    items.iter().filter(|item| !known.contains_key(item)).cloned().collect()
}

fn text<'r>(record: &'r Map, field: &str) -> Option<&'r str> {
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
        ErrorCode::Shape,
        format!("The record of device {id} has a {field} of a type that OpenClaw never writes."),
    )
    .at(path)
    .hint("Remove the record with `npx openclaw-prepair devices remove`, or mend that field, then call again.")
}

/// Whether a client that claims this platform or device family matches what the record pins; without a pin all do.
pub(crate) fn pin_allows(pinned: Option<&str>, claimed: Option<&str>) -> bool {
    // normalizeDeviceMetadataForAuth of src/gateway/device-metadata-normalization.ts: ASCII alone
    let norm = |text: Option<&str>| text.unwrap_or_default().trim().to_ascii_lowercase();
    norm(pinned).is_empty() || norm(pinned) == norm(claimed)
}
