//! Reports, from the core to wit/.

use prepair_core::report::{
    Assumed, AssumedGateway, By, Change, ChangeAction, ClearPendingReport, Cleared, ConfigEdit,
    Diagnosis, EditAction, Gateway, IdentityOutcome, PairedOutcome, PatchConfigReport,
    PrePairReport, Remedy, RemedyStep, Report, SetupReport, Source, StoreKind,
};
use prepair_core::verdict::{self, Reason, Verdict};

use crate::to::{To, record, words};
use crate::wit::openclaw::prepair::types as wit;

impl To<wit::Report> for Report {
    fn to(self) -> wit::Report {
        match self {
            Self::PrePair(report) => wit::Report::PrePair(report.to()),
            Self::ClearPending(report) => wit::Report::ClearPending(report.to()),
            Self::PatchConfig(report) => wit::Report::PatchConfig(report.to()),
            Self::Setup(report) => wit::Report::Setup(report.to()),
            Self::Diagnosis(report) => wit::Report::Diagnose(report.to()),
            Self::DeviceList(report) => wit::Report::ListDevices(report.to()),
            Self::Device(report) => wit::Report::Device(report.to()),
        }
    }
}

record! {
    PrePairReport => wit::PairReport {
        device_id, public_key, store, gateway, identity, paired, scopes_added, pending_cleared, attempts, changes, warnings
    }
    ClearPendingReport => wit::ClearReport { cleared, changes, warnings }
    PatchConfigReport => wit::ConfigReport { path, changed, edits, changes, warnings }
    SetupReport => wit::SetupReport { pair, config }
    Assumed => wit::Assumed { state_dir, config_path, gateway, store, client, connection }
    AssumedGateway => wit::AssumedGateway { version, source, rules }
    Diagnosis => wit::Diagnosis { assumed, verdict, reason, steps, findings, waiting, remedy }
    Remedy => wit::Remedy { opens, steps }
    RemedyStep => wit::RemedyStep { by, argv, text }
    Gateway => wit::Gateway { version, source }
    Cleared => wit::Cleared { request_id, device_id, silent, age_ms }
    ConfigEdit => wit::ConfigEdit { path, action }
    Change => wit::Change { path, action, bytes, rows }
    verdict::Step => wit::Decision { question, answer, because }
}

words! {
    StoreKind => wit::Store { Json, Sqlite }
    Source => wit::VersionSource { Option(Given), Package(Installed), Unknown }
    IdentityOutcome => wit::IdentityOutcome { Created, Reused, Imported, Repaired, Replaced, Untouched }
    PairedOutcome => wit::PairedOutcome { Created, Updated, Unchanged }
    ChangeAction => wit::ChangeAction { Created, Replaced, Removed, Rows }
    EditAction => wit::EditAction { Added, Replaced, Removed }
    Verdict => wit::Verdict { Open, SilentApproval, PairingRequired, Rejected, Unknown, NoGateway }
    By => wit::By { OpenclawPrepair, Openclaw, Hand }
    Reason => wit::Reason {
        NotPaired, RoleUpgrade, ScopeUpgrade, MetadataUpgrade, StickyPending, Revoked, NoDevice, MissingScope,
        UnattributableProxy, BindLan, BindCustom, Identity, Auth, Config
    }
}
