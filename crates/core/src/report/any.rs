//! The report of each operation, and of whatever was asked for.

use serde::Serialize;

use super::devices::{DeviceList, DeviceReport};
use super::{Change, Diagnosis, Gateway, IdentityOutcome, Notice, PairedOutcome, StoreKind};

/// A report of any operation.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Report {
    /// Of `prePair`.
    PrePair(PrePairReport),
    /// Of `clearPending`.
    ClearPending(ClearPendingReport),
    /// Of `patchConfig`.
    PatchConfig(PatchConfigReport),
    /// Of `setup`.
    Setup(SetupReport),
    /// Of `diagnose`.
    Diagnosis(Diagnosis),
    /// Of `devices.list`.
    DeviceList(DeviceList),
    /// Of every other operation on devices.
    Device(DeviceReport),
}

impl Report {
    /// Adds a warning; a diagnosis has findings instead.
    pub(crate) fn warn(&mut self, notice: Notice) {
        match self {
            Self::PrePair(report) | Self::Setup(SetupReport { pair: report, .. }) => {
                report.warnings.push(notice);
            }
            Self::ClearPending(report) => report.warnings.push(notice),
            Self::PatchConfig(report) => report.warnings.push(notice),
            Self::DeviceList(report) => report.warnings.push(notice),
            Self::Device(report) => report.warnings.push(notice),
            Self::Diagnosis(_) => {}
        }
    }
}

/// The report of `prePair`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrePairReport {
    /// Lowercase hex SHA-256 of the raw public key.
    pub device_id: String,
    /// The raw public key, base64url without padding.
    pub public_key: String,
    /// Where the record lives.
    pub store: StoreKind,
    /// Whose rules were followed.
    pub gateway: Gateway,
    /// What became of the identity.
    pub identity: IdentityOutcome,
    /// What became of the record.
    pub paired: PairedOutcome,
    /// Scopes that the record or its token did not have before.
    pub scopes_added: Vec<String>,
    /// How many pending requests were dropped.
    pub pending_cleared: usize,
    /// How many times the driver had to plan; 1 here.
    pub attempts: u32,
    /// What changes on disk; empty when there is nothing to do.
    pub changes: Vec<Change>,
    /// What the caller should know.
    pub warnings: Vec<Notice>,
}

/// A pending request that was dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cleared {
    /// Its key in the store.
    pub request_id: String,
    /// The device that asked; empty when the request did not say.
    pub device_id: String,
    /// Its `silent` flag; null when it had none.
    pub silent: Option<bool>,
    /// Milliseconds since it was made; 0 when it did not say.
    pub age_ms: i64,
}

/// The report of `clearPending`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClearPendingReport {
    /// What was dropped, in the store's order.
    pub cleared: Vec<Cleared>,
    /// What changes on disk.
    pub changes: Vec<Change>,
    /// What the caller should know.
    pub warnings: Vec<Notice>,
}

/// One edit of the config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigEdit {
    /// Dotted path of the key, `gateway.trustedProxies`.
    pub path: String,
    /// What happened to it.
    pub action: EditAction,
}

/// What happened to a key of the config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EditAction {
    /// It was not there.
    Added,
    /// It had another value.
    Replaced,
    /// It is gone.
    Removed,
}

/// The report of `patchConfig`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatchConfigReport {
    /// The config file.
    pub path: String,
    /// Whether it changes.
    pub changed: bool,
    /// The keys that change.
    pub edits: Vec<ConfigEdit>,
    /// What changes on disk.
    pub changes: Vec<Change>,
    /// What the caller should know.
    pub warnings: Vec<Notice>,
}

/// The report of `setup`: that of `prePair`, with the config's.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetupReport {
    /// Identity, record and pending requests.
    #[serde(flatten)]
    pub pair: PrePairReport,
    /// The config, its warnings among those above; null when it was told to be left alone.
    pub config: Option<PatchConfigReport>,
}
