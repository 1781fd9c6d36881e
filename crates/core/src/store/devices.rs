//! Records and waiting requests as they are told: everything but tokens.

use serde_json::{Map, Value};

use crate::base::json::strings;
use crate::report::devices::{DeviceToken, PairedDevice, WaitingKind, WaitingRequest};
use crate::store::pending::{is_expired, renewed, roles, time};
use crate::store::record::is_revoked;

type Fields = Map<String, Value>;

fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name)?.as_str().map(String::from)
}

/// What a record says. `scopes`: those that count in this version.
pub(crate) fn paired(id: &str, record: &Fields, scopes: Vec<String>, own: bool) -> PairedDevice {
    let tokens: Vec<DeviceToken> = match record.get("tokens") {
        Some(Value::Object(tokens)) => tokens.iter().filter_map(token).collect(),
        _ => Vec::new(),
    };
    let used = tokens.iter().filter_map(|token| token.last_used_at_ms).max();
    PairedDevice {
        device_id: id.to_string(),
        public_key: text(record, "publicKey").unwrap_or_default(),
        display_name: text(record, "operatorLabel").or_else(|| text(record, "displayName")),
        client_id: text(record, "clientId"),
        client_mode: text(record, "clientMode"),
        platform: text(record, "platform"),
        device_family: text(record, "deviceFamily"),
        roles: roles(record),
        scopes,
        tokens,
        created_at_ms: time(record.get("createdAtMs")),
        approved_at_ms: time(record.get("approvedAtMs")),
        last_seen_at_ms: time(record.get("lastSeenAtMs")).max(used),
        own,
    }
}

fn token((role, token): (&String, &Value)) -> Option<DeviceToken> {
    let token = token.as_object()?;
    let revoked = token.get("revokedAtMs");
    Some(DeviceToken {
        role: role.clone(),
        scopes: strings(token.get("scopes")).unwrap_or_default(),
        created_at_ms: time(token.get("createdAtMs")),
        last_used_at_ms: time(token.get("lastUsedAtMs")),
        // What says only that it was revoked gives no time: the first there is.
        revoked_at_ms: is_revoked(revoked).then(|| time(revoked).unwrap_or_default().max(1)),
    })
}

/// What a request of a device says.
pub(crate) fn waiting(id: &str, request: &Fields, now: i64) -> WaitingRequest {
    WaitingRequest {
        request_id: id.to_string(),
        kind: WaitingKind::Device,
        device_id: text(request, "deviceId").unwrap_or_default(),
        public_key: text(request, "publicKey").unwrap_or_default(),
        client_id: text(request, "clientId"),
        client_mode: text(request, "clientMode"),
        display_name: text(request, "displayName"),
        platform: text(request, "platform"),
        device_family: text(request, "deviceFamily"),
        roles: roles(request),
        scopes: strings(request.get("scopes")).unwrap_or_default(),
        commands: None,
        remote_ip: text(request, "remoteIp"),
        silent: request.get("silent").and_then(Value::as_bool),
        repair: request.get("isRepair").and_then(Value::as_bool).unwrap_or(false),
        age_ms: time(request.get("ts")).map_or(0, |ts| now.saturating_sub(ts)),
        expired: is_expired(renewed(request), now),
    }
}

/// What a paired node says of the commands that it wants. What it leaves out is as in its record. `expires`: no gateway knows it
/// any more after the time of a request.
pub(crate) fn surface(
    id: &str,
    device_id: &str,
    request: &Fields,
    record: Option<&Fields>,
    repair: bool,
    (now, expires): (i64, bool),
) -> WaitingRequest {
    let of = |name: &str| text(request, name).or_else(|| text(record?, name));
    let told = waiting(id, request, now);
    WaitingRequest {
        kind: WaitingKind::NodeSurface,
        device_id: device_id.to_string(),
        public_key: record.and_then(|record| text(record, "publicKey")).unwrap_or_default(),
        client_id: of("clientId"),
        client_mode: of("clientMode"),
        display_name: of("displayName"),
        platform: of("platform"),
        device_family: of("deviceFamily"),
        roles: vec!["node".to_string()],
        scopes: Vec::new(),
        commands: Some(strings(request.get("commands")).unwrap_or_default()),
        remote_ip: of("remoteIp"),
        repair,
        expired: expires && told.expired,
        ..told
    }
}
