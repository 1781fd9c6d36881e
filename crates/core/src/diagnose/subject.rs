//! Which device is judged, and what waits.

use crate::base::json::{Map, Value, strings};

use crate::base::keys::{device_id, parse_public_key};
use crate::gateway::state::{Paired, Pending};

/// A pending request.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) request_id: String,
    pub(super) device_id: String,
    pub(super) request: Pending,
    /// The key that it names, where it is of the device that is judged and that one's key.
    pub(super) public: Option<[u8; 32]>,
    /// What the device that is judged says of itself, as a record would hold it.
    pub(super) device: Option<Paired>,
}

impl Waiting {
    /// `None` where it does not say whose it is.
    pub(super) fn read((id, request): &(String, Map), judged: Option<&str>) -> Option<Self> {
        let device = request.get("deviceId")?.as_str()?;
        Some(Self {
            request_id: id.clone(),
            device_id: device.to_string(),
            public: (judged == Some(device)).then(|| key_of(device, request)).flatten(),
            device: (judged == Some(device)).then(|| Paired::read(request)),
            request: Pending {
                silent: request.get("silent") == Some(&Value::Bool(true)),
                scopes: strings(request.get("scopes")).unwrap_or_default(),
                ts: request.get("ts").and_then(Value::as_i64).unwrap_or_default(),
                refreshed_at_ms: request.get("refreshedAtMs").and_then(Value::as_i64),
            },
        })
    }
}

/// The key of a record or a request, where it is that of this device.
pub(super) fn key_of(id: &str, fields: &Map) -> Option<[u8; 32]> {
    let key = parse_public_key(fields.get("publicKey")?.as_str()?)?;
    (device_id(&key) == id).then_some(key)
}

/// Which device is judged.
pub(super) enum Subject {
    /// That of this state dir.
    Own,
    /// One that the caller named by its key.
    Key([u8; 32]),
    /// One that a line of a log names, by its id.
    Id(String),
}
