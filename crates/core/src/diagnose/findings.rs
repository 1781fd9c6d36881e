//! What is wrong, in the order in which it is found.

use crate::codes::NoticeCode;
use crate::error::Error;
use crate::report::{By, Notice, Remedy};

pub(super) const SETUP: &str = "Run `npx openclaw-prepair setup`.";
/// Of a device whose key lives elsewhere.
pub(super) const APPROVE: &str = "Run `npx openclaw-prepair pre-pair` with `--device` and its public key; `npx openclaw-prepair devices list` shows whether it waits.";

pub(super) const SETUP_KEEPS: &str = "Run `npx openclaw-prepair setup`; it keeps the key.";

/// What to do with a client that presents no device; listing its proxy is not enough.
pub(super) const DIRECT: &str = "This client presents no device, so no record on disk helps it. Connect it to the gateway directly, without the proxy, or use a client that presents its device.";

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

    /// A device whose key lives elsewhere has one advice: each finding about it names the commands of its remedy.
    pub(super) fn advise(&mut self, target: &[String], remedy: Option<&Remedy>) {
        const OF_DEVICES: [&str; 2] = ["devices", "pre-pair"];
        let steps = remedy.into_iter().flat_map(|remedy| &remedy.steps);
        let ours = steps.filter(|step| step.by == By::OpenclawPrepair);
        let commands: Vec<String> = ours
            .filter_map(|step| {
                let words = step.argv.strip_suffix(target).unwrap_or(&step.argv);
                OF_DEVICES
                    .contains(&words.first()?.as_str())
                    .then(|| format!("`npx openclaw-prepair {}`", words.join(" ")))
            })
            .collect();
        let hint = match commands.is_empty() {
            true => APPROVE.to_string(),
            false => format!("Run {}.", commands.join(", then ")),
        };
        for notice in &mut self.0 {
            let own = matches!(
                notice.code,
                NoticeCode::NotPaired
                    | NoticeCode::PendingSticky
                    | NoticeCode::RecordId
                    | NoticeCode::KeySpelling
                    | NoticeCode::Role
                    | NoticeCode::TokenMissing
                    | NoticeCode::TokenRedacted
                    | NoticeCode::TokenScopes
            );
            if own && [SETUP, APPROVE].iter().any(|text| notice.hint.as_deref() == Some(text)) {
                notice.hint = Some(hint.clone());
            }
        }
    }
}
