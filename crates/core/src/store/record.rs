//! The paired record that opens the gateway: what it must hold, and how one that is there is completed.
//!
//! Decided on a plain object, so that the file and the database row follow the same rules
//! (OpenClaw `src/infra/device-pairing.ts`).

use serde_json::{Map, Value};

use crate::base::base64;
use crate::base::json::object;
use crate::base::keys::{device_id, parse_public_key};
use crate::base::text::{is_uuid, quote, request_name};
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::report::PairedOutcome;
use crate::store::fields::Set;
use crate::store::pending::Asked;

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
    /// What stood in the place of the token was a sanitizer's mark.
    pub renewed: bool,
    /// What it pinned and now has from the request of its client that waits.
    pub taken: Vec<&'static str>,
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
    let id = device_id(want.public);
    let Some(record) = record else {
        may_become_operator(&id, &[], want, path)?;
        let scopes_added = match want.scopes {
            Some(exact) => exact.to_vec(),
            None => SCOPES.map(String::from).to_vec(),
        };
        return Ok(Decision {
            outcome: PairedOutcome::Created,
            sets: Vec::new(),
            scopes_added,
            new_token: true,
            renewed: false,
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
    // Some versions take the roles from the tokens.
    let mut granted = roles.clone();
    let token_of_operator = record.get("tokens").and_then(|tokens| tokens.get("operator"));
    granted.extend(token_of_operator.and_then(Value::as_object).map(|_| "operator".to_string()));
    may_become_operator(&id, &granted, want, path)?;
    if !roles.iter().any(|role| role == "operator")
        || record.get("roles").is_none_or(Value::is_null)
    {
        if !roles.iter().any(|role| role == "operator") {
            roles.push("operator".to_string());
        }
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
    let mut renewed = false;
    match record.get("tokens") {
        None | Some(Value::Null) => {
            set(&["tokens"], object(&mut [("operator", token(want, wanted(want)))]))
        }
        Some(Value::Object(tokens)) => match tokens.get("operator") {
            Some(Value::Object(live))
                if text(live, "token").is_some_and(|token| !token.trim().is_empty()) =>
            {
                let revoked = is_revoked(live.get("revokedAtMs"));
                if revoked && !want.reinstate {
                    return Err(Error::new(ErrorCode::Revoked, format!("The operator token of device {id} was revoked by its owner."))
                        .at(path)
                        .hint("That may have been on purpose. Ask, then call again with reinstate: true, or use another identity."));
                }
                renewed = text(live, "token").is_some_and(is_mark);
                let known = strings(live.get("scopes"))
                    .map_err(|()| shape(path, &id, "tokens.operator.scopes"))?;
                let wanted = grant(known.as_ref());
                if revoked || renewed {
                    approved_now = revoked;
                    let mut anew = live.clone();
                    anew.insert("token".into(), base64::encode_url(want.token).into());
                    anew.insert("role".into(), "operator".into());
                    anew.insert("scopes".into(), wanted.or(known).unwrap_or_default().into());
                    anew.insert("rotatedAtMs".into(), want.now.into());
                    anew.shift_remove("revokedAtMs");
                    set(&["tokens", "operator"], Value::Object(anew));
                } else {
                    if let Some(wanted) = wanted {
                        set(&["tokens", "operator", "scopes"], wanted.into());
                    }
                    if text(live, "role") != Some("operator") {
                        set(&["tokens", "operator", "role"], "operator".into());
                    }
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

/// Refuses to make a node's key an operator that nobody asked for, and to drop a request for a role that it would not get.
/// `roles`: those of its record.
fn may_become_operator(id: &str, roles: &[String], want: &Want<'_>, path: &str) -> Result<()> {
    let operator = |roles: &[String]| roles.iter().any(|role| role == "operator");
    let granted = |role: &String| role == "operator" || roles.contains(role);
    let refused = |asked: &Asked| {
        let role = asked.roles.iter().find(|role| !granted(role))?;
        let (request, role) = (request_name(&asked.request_id), quote(role));
        let message = format!(
            "Request {request} of device {id} asks for the role {role}, which this call does not grant."
        );
        let hint = match asked.expired(want.now) {
            false => approve_as_node(&asked.request_id),
            true => format!(
                "That request has expired. Where the device still wants that role, let it connect again and approve its new request on the gateway. Where it does not, run `npx openclaw-prepair clear-pending --device-id {id}`, then call again."
            ),
        };
        Some(Error::new(ErrorCode::Role, message).at(path).hint(hint))
    };
    if let Some(error) = want.asked.iter().find_map(refused) {
        return Err(error);
    }
    let asks = want.asked.iter().any(|asked| asked.roles.is_empty() || operator(&asked.roles));
    if roles.iter().any(|role| role == "node") && !operator(roles) && !asks {
        return Err(Error::new(ErrorCode::Role, format!("Device {id} is paired as a node, and it does not ask for the role operator."))
            .at(path)
            .hint("Pairing as a node is not supported here yet. Let the device connect as an operator first; while its request waits, this call grants that role."));
    }
    Ok(())
}

/// How a node is let in by the gateway's own commands. An id that a gateway did not make is in no command.
fn approve_as_node(request_id: &str) -> String {
    let id = if is_uuid(request_id) { request_id } else { "<requestId>" };
    format!(
        "Pairing as a node is not supported here yet. Run `openclaw devices approve {id}` on the gateway, then `openclaw nodes approve` where the node's commands wait too."
    )
}

/// Whether a token is what a sanitizer of backups, snapshots or logs leaves in its place. OpenClaw's own marks are those of
/// `src/config/redact-sentinel.ts` and of its loggers: `__OPENCLAW_REDACTED__`, `[REDACTED]`, `<redacted>`, `***` and the like.
pub(crate) fn is_mark(token: &str) -> bool {
    let token = token.trim();
    !token.is_empty() && token.bytes().all(|byte| byte == b'*')
        || token.to_ascii_lowercase().contains("redacted")
}

/// Whether a token was revoked, by its field `revokedAtMs`: what JavaScript takes for true (`entry.revokedAtMs` in
/// `src/infra/device-pairing.ts` of every version).
pub fn is_revoked(at: Option<&Value>) -> bool {
    match at {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(_) | Value::Object(_)) => true,
    }
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
        ErrorCode::Shape,
        format!("The record of device {id} has a {field} of a type that OpenClaw never writes."),
    )
    .at(path)
    .hint("Remove the record with `openclaw devices remove`, or mend that field, then call again.")
}

/// Whether a client that claims this platform or device family matches what the record pins; without a pin all do.
pub(crate) fn pin_allows(pinned: Option<&str>, claimed: Option<&str>) -> bool {
    // normalizeDeviceMetadataForAuth of src/gateway/device-metadata-normalization.ts: ASCII alone
    let norm = |text: Option<&str>| text.unwrap_or_default().trim().to_ascii_lowercase();
    norm(pinned).is_empty() || norm(pinned) == norm(claimed)
}
