//! What an operation tells its caller. Nothing in here ever holds a key or a token.

mod any;
pub mod devices;

pub use any::*;

use serde::{Serialize, Serializer};

use crate::codes::NoticeCode;
use crate::error::{Error, Place};
use crate::verdict::{Reason, Step, Verdict};

/// A remark or a warning that did not stop the operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Stable.
    pub code: NoticeCode,
    /// One sentence for a person.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Where it is.
    #[serde(flatten, serialize_with = "beside")]
    pub place: Option<Place>,
}

impl Notice {
    /// A notice without a hint and a place.
    pub fn new(code: NoticeCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, place: None }
    }

    /// The same with what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the file that it is about.
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.place = Some(Place::of(path));
        self
    }
}

impl From<Error> for Notice {
    /// What refuses one operation, as a remark of another.
    fn from(error: Error) -> Self {
        let error = error.into_fields();
        let notice = Self::new(error.code.into(), error.message);
        Self { place: error.place, hint: error.hint, ..notice }
    }
}

/// Writes a place, and its path beside it as it was before there was one.
fn beside<S: Serializer>(place: &Option<Place>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Beside<'a> {
        path: &'a str,
        place: &'a Place,
    }
    place.as_ref().map(|place| Beside { path: &place.path, place }).serialize(serializer)
}

/// Which gateway the rules were chosen for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gateway {
    /// The OpenClaw version, or null when it is not known.
    pub version: Option<String>,
    /// Where the version comes from.
    pub source: Source,
}

/// Where a version comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The option `gatewayVersion`.
    Option,
    /// The installed package.
    Package,
    /// Nothing told it.
    Unknown,
}

/// Where a state dir keeps identity and pairing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// `identity/device.json` and `devices/*.json`.
    Json,
    /// `state/openclaw.sqlite`.
    Sqlite,
}

/// What became of the device identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityOutcome {
    /// A new key was made.
    Created,
    /// The key on disk stays, as it is.
    Reused,
    /// A given or derived key was written where none was.
    Imported,
    /// The key on disk stays; the file around it was mended.
    Repaired,
    /// Another key was on disk and gave way.
    Replaced,
    /// Only a public key was approved; no identity was looked at.
    Untouched,
}

/// What became of the paired record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PairedOutcome {
    /// There was none.
    Created,
    /// There was one that lacked something.
    Updated,
    /// There was one that has it all.
    Unchanged,
}

/// One thing on disk that the steps change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The file, or the database.
    pub path: String,
    /// What happens to it.
    pub action: ChangeAction,
    /// The new size of a file in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<usize>,
    /// How many rows of a database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
}

/// What happens to a file or a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeAction {
    /// A file that was not there.
    Created,
    /// A file that was there.
    Replaced,
    /// A file that goes away.
    Removed,
    /// Rows of a database.
    Rows,
}

/// What a diagnosis stands on, so that nobody takes it for one of something else.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assumed {
    /// Where the state was looked for.
    pub state_dir: String,
    /// Where the config was looked for.
    pub config_path: String,
    /// Whose rules were followed.
    pub gateway: AssumedGateway,
    /// Where identity and pairing live.
    pub store: StoreKind,
    /// The client that was judged, as the option `connection.client` names it.
    pub client: String,
    /// How it connects, in one sentence.
    pub connection: String,
}

/// The gateway that a diagnosis is about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssumedGateway {
    /// The OpenClaw version, or null when it is not known.
    pub version: Option<String>,
    /// Where the version comes from.
    pub source: Source,
    /// The version whose rules were followed.
    pub rules: String,
}

/// What to do about a wall.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Remedy {
    /// The steps, taken in order, let the same connection in. Otherwise they are what can be done elsewhere.
    pub opens: bool,
    /// In order.
    pub steps: Vec<RemedyStep>,
}

/// One step of a remedy.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemedyStep {
    /// Whose program does it.
    pub by: By,
    /// What follows the name of that program; by hand, the whole command.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub argv: Vec<String>,
    /// What the step does, or why it is not one that opens the door.
    pub text: String,
}

/// Whose program takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// This one.
    OpenclawPrepair,
    /// OpenClaw's own command line.
    Openclaw,
    /// A person.
    Hand,
}

/// The report of `diagnose`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// What was looked at, and what was taken for granted.
    pub assumed: Assumed,
    /// What the gateway does with such a connection.
    pub verdict: Verdict,
    /// Why it does not simply let it in.
    pub reason: Option<Reason>,
    /// The path through the decision, in order.
    pub steps: Vec<Step>,
    /// All that is wrong on disk, each with its fix.
    pub findings: Vec<Notice>,
    /// What waits for an owner's approval, of every device.
    pub waiting: Vec<devices::WaitingRequest>,
    /// What to do; null where there is nothing to do.
    pub remedy: Option<Remedy>,
}
