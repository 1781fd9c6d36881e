//! What a diagnosis comes to, and the path to it.

use serde::{Deserialize, Serialize};

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is let in.
    Open,
    /// It is approved silently and let in.
    SilentApproval,
    /// Closed with 1008 `pairing required`.
    PairingRequired,
    /// Refused for another reason.
    Rejected,
    /// Something that decides cannot be read.
    Unknown,
    /// No gateway is here: nothing that one wrote, or a client's state dir.
    NoGateway,
}

/// Why it isn't simply open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No record with this key.
    NotPaired,
    /// The record lacks the role.
    RoleUpgrade,
    /// The record lacks a scope.
    ScopeUpgrade,
    /// The record pins another platform or device family.
    MetadataUpgrade,
    /// An older pending request keeps it from being approved silently.
    StickyPending,
    /// The token was revoked.
    Revoked,
    /// No device where one is needed.
    NoDevice,
    /// Connected, but the method needs a scope that the connection doesn't have.
    MissingScope,
    /// Forwarded headers that name no client, or from a peer that isn't trusted.
    UnattributableProxy,
    /// The client dials the LAN address.
    BindLan,
    /// The gateway listens on an address that the client does not dial.
    BindCustom,
    /// The identity can't be used.
    Identity,
    /// Authentication.
    Auth,
    /// The gateway does not start on its config.
    Config,
}

/// One question of the decision tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// The rule behind it, with the OpenClaw version that brought it.
    pub because: String,
}
