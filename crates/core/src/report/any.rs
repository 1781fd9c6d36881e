//! The report of whatever was asked for.

use serde::Serialize;

use super::devices::{DeviceList, DeviceReport};
use super::{ClearPendingReport, Diagnosis, Notice, PatchConfigReport, PrePairReport, SetupReport};

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
