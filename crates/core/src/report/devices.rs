//! What the operations on paired devices and waiting requests tell.

use serde::Serialize;

use super::{Change, Gateway, Notice, StoreKind};

/// The report of `devices.list`: every device of a store and all that waits.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceList {
    /// Where they live.
    pub store: StoreKind,
    /// Whose rules were followed.
    pub gateway: Gateway,
    /// The devices that have a record, in the store's order.
    pub paired: Vec<PairedDevice>,
    /// What waits for an owner, in the store's order.
    pub waiting: Vec<WaitingRequest>,
    /// What the caller should know.
    pub warnings: Vec<Notice>,
    /// Those of `paired` for a driver that makes objects of them itself.
    #[serde(skip)]
    pub compact: Option<Compact>,
}

/// Devices of few sorts: what they have in common once, and of each what is its own.
#[derive(Clone, Debug, Default)]
pub struct Compact {
    /// The first device of each sort, as JSON; its own texts and times are in its fields as anywhere.
    pub sorts: Vec<String>,
    /// The deviceId, the publicKey and, where its sort has one, the displayName of each device, one behind the other.
    pub texts: String,
    /// Numbers of 8 bytes, little endian. Of each device: its sort, the lengths of its texts in UTF-16 code units, then in the order
    /// of the fields the times that its sort has, those of its tokens first. Or -1 - sort, where the sort is that device alone.
    pub cells: Vec<u8>,
}

/// A device that has a record. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PairedDevice {
    /// Its key in the store: lowercase hex SHA-256 of the raw public key.
    pub device_id: String,
    /// As the record has it; empty where it has none.
    pub public_key: String,
    /// What its owner calls it, else what it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The client, `openclaw-control-ui`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Its mode, `webchat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_mode: Option<String>,
    /// The platform that it named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The device family that it named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_family: Option<String>,
    /// The roles that were approved.
    pub roles: Vec<String>,
    /// The scopes that were approved.
    pub scopes: Vec<String>,
    /// What it holds, one a role; never the token itself.
    pub tokens: Vec<DeviceToken>,
    /// When it was paired first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at_ms: Option<i64>,
    /// When it was approved last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at_ms: Option<i64>,
    /// When it was seen last, or its token used, where this version notes that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_at_ms: Option<i64>,
    /// It is the identity of this state dir.
    pub own: bool,
}

/// What a record says of a token beside the token itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceToken {
    /// The role that it is for.
    pub role: String,
    /// The scopes that it carries.
    pub scopes: Vec<String>,
    /// When the role got its first token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at_ms: Option<i64>,
    /// When it was used last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at_ms: Option<i64>,
    /// When it was revoked; absent: it is live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at_ms: Option<i64>,
}

/// What waits for an owner's approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitingKind {
    /// A device that wants to be paired, or wants more than its record grants.
    Device,
    /// A paired node that wants to be given commands.
    NodeSurface,
}

/// A request that waits for an owner's approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingRequest {
    /// Its key in the store.
    pub request_id: String,
    /// What it asks for.
    pub kind: WaitingKind,
    /// The device that asks; empty where it does not say.
    pub device_id: String,
    /// The key that it asks for; of a node's commands that of its record; empty where there is none.
    pub public_key: String,
    /// The client, `openclaw-control-ui`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Its mode, `webchat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_mode: Option<String>,
    /// What it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The platform that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The device family that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_family: Option<String>,
    /// The roles that it asks for.
    pub roles: Vec<String>,
    /// The scopes that it asks for.
    pub scopes: Vec<String>,
    /// Of a node: the commands that it wants to be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commands: Option<Vec<String>>,
    /// The address that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_ip: Option<String>,
    /// A gateway may approve it by itself; null where it does not say.
    pub silent: Option<bool>,
    /// The device has a record already, or the node commands.
    pub repair: bool,
    /// Milliseconds since it was made; 0 where it does not say.
    pub age_ms: i64,
    /// It is too old: no gateway knows it any more.
    pub expired: bool,
}

/// The report of an operation that changes what one device may do.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceReport {
    /// The device.
    pub device_id: String,
    /// The request that was approved or rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Where the record lives.
    pub store: StoreKind,
    /// Whose rules were followed.
    pub gateway: Gateway,
    /// The roles of the record afterwards.
    pub roles: Vec<String>,
    /// The scopes of the record afterwards.
    pub scopes: Vec<String>,
    /// What this call granted: the scopes of the request, or a node's commands.
    pub granted: Vec<String>,
    /// A token that was there is of no use any more.
    pub token_replaced: bool,
    /// A role whose token had been revoked has one again.
    pub revocation_lifted: bool,
    /// What changes on disk; empty when there is nothing to do.
    pub changes: Vec<Change>,
    /// What the caller should know.
    pub warnings: Vec<Notice>,
    /// How many times the driver had to plan; 1 here.
    pub attempts: u32,
}
