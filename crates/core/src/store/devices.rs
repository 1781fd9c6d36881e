//! Records and waiting requests as they are told: everything but tokens.

use crate::base::json::{Map, Value, strings};

use crate::base::json5;
use crate::report::devices::{DeviceToken, PairedDevice, WaitingKind, WaitingRequest};
use crate::rules::Rules;
use crate::store::pending::{is_expired, named_roles, renewed, roles, time};
use crate::store::record::is_revoked;

type Fields = Map;

fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name)?.as_str().map(String::from)
}

/// A record of a file or of a row, of which only what is asked for is copied: a store may hold very many.
pub(crate) trait Record {
    /// The value of a field.
    fn field(&self, name: &str) -> Option<Value>;
}

impl Record for Fields {
    fn field(&self, name: &str) -> Option<Value> {
        self.get(name).cloned()
    }
}

impl Record for json5::Fields<'_, '_> {
    fn field(&self, name: &str) -> Option<Value> {
        self.value(name)
    }
}

/// What a record says; the scopes are those that count in this version. A function of its own, called for each record: see
/// `sha256_hex`.
#[inline(never)]
pub(crate) fn paired(id: &str, record: &dyn Record, rules: &Rules, own: bool) -> PairedDevice {
    let text = |name| match record.field(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let list = |name| strings(record.field(name).as_ref());
    let at = |name| time(record.field(name).as_ref());
    let tokens: Vec<DeviceToken> = match record.field("tokens") {
        Some(Value::Object(tokens)) => tokens.iter().filter_map(token).collect(),
        _ => Vec::new(),
    };
    let used = tokens.iter().filter_map(|token| token.last_used_at_ms).max();
    PairedDevice {
        device_id: id.to_string(),
        public_key: text("publicKey").unwrap_or_default(),
        display_name: text("operatorLabel").or_else(|| text("displayName")),
        client_id: text("clientId"),
        client_mode: text("clientMode"),
        platform: text("platform"),
        device_family: text("deviceFamily"),
        roles: named_roles(record.field("roles").as_ref(), record.field("role").as_ref()),
        scopes: rules.scopes_field.of(list("scopes"), list("approvedScopes")).unwrap_or_default(),
        tokens,
        created_at_ms: at("createdAtMs"),
        approved_at_ms: at("approvedAtMs"),
        last_seen_at_ms: at("lastSeenAtMs").max(used),
        own,
    }
}

fn token((role, token): &(String, Value)) -> Option<DeviceToken> {
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
