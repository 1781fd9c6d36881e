//! What is wrong, in the order in which it is found.

use crate::codes::NoticeCode;
use crate::error::Error;
use crate::report::Notice;

pub(super) const SETUP: &str = "Run `npx openclaw-prepair setup`.";
/// Of a device whose key lives elsewhere.
pub(super) const APPROVE: &str = "Run `npx openclaw-prepair pre-pair` with `--device` and its public key; `npx openclaw-prepair devices list` shows whether it waits.";

pub(super) const SETUP_KEEPS: &str = "Run `npx openclaw-prepair setup`; it keeps the key.";

/// Findings in the order in which they are made.
pub(super) struct Findings(pub(super) Vec<Notice>);

impl Findings {
    pub(super) fn add(
        &mut self,
        code: NoticeCode,
        path: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.0.push(Notice::new(code, message).at(path).hint(hint));
    }

    /// What would refuse another operation is a finding here.
    pub(super) fn refused(&mut self, error: Error) {
        let notice = error.into();
        if !self.0.contains(&notice) {
            self.0.push(notice);
        }
    }
}
