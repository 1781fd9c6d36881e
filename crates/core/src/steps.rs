//! What a plan is made of: ordered steps, each with what it expects to find.

use core::fmt;
use serde::Serialize;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::base::keys::sha256_hex;
use crate::inputs::File;
use crate::report::{Change, ChangeAction, Report};

/// One change on disk.
#[derive(Clone, PartialEq)]
pub enum Step {
    /// Replaces or creates a file.
    Write {
        /// The file.
        path: String,
        /// Its whole new content.
        content: Zeroizing<Vec<u8>>,
        /// Mode of the file.
        mode: u32,
        /// An existing file keeps its own mode.
        keep_mode: bool,
        /// SHA-256 of what was read, in lowercase hex; `None`: there was nothing.
        expect: Option<String>,
    },
    /// Removes a file.
    Remove {
        /// The file.
        path: String,
        /// SHA-256 of what was read.
        expect: String,
    },
    /// Changes rows, all in one transaction.
    Sql {
        /// The database.
        db: String,
        /// In order.
        statements: Vec<Statement>,
    },
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { path, content, .. } => {
                write!(f, "Write({path}, {} bytes)", content.len())
            }
            Self::Remove { path, .. } => write!(f, "Remove({path})"),
            Self::Sql { db, statements } => write!(f, "Sql({db}, {} statements)", statements.len()),
        }
    }
}

/// A parameterised statement.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// INSERT, UPDATE or DELETE.
    pub sql: String,
    /// Its parameters; they may hold a key or a token.
    pub params: Vec<Value>,
    /// How many rows it must change.
    pub changes: u32,
}

/// Steps and report.
#[derive(Debug)]
pub struct Plan {
    /// The state dir and the config's folder.
    pub bases: Vec<String>,
    /// In the order in which they are to be made durable.
    pub steps: Vec<Step>,
    /// What they amount to.
    pub report: Report,
}

pub(crate) fn expect(file: File<'_>) -> Option<String> {
    match file {
        File::Bytes(bytes) => Some(sha256_hex(bytes)),
        _ => None,
    }
}

pub(crate) fn write(path: &str, content: Vec<u8>, before: File<'_>) -> Step {
    private(path, Zeroizing::new(content), expect(before))
}

pub(crate) fn private(path: &str, content: Zeroizing<Vec<u8>>, expect: Option<String>) -> Step {
    Step::Write { path: path.to_string(), content, mode: 0o600, keep_mode: false, expect }
}

pub(crate) fn changes(steps: &[Step], statements: &[Statement], db: &str) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    for step in steps {
        let change = match step {
            Step::Write { path, content, expect, .. } => Change {
                path: path.clone(),
                action: if expect.is_some() {
                    ChangeAction::Replaced
                } else {
                    ChangeAction::Created
                },
                bytes: Some(content.len()),
                rows: None,
            },
            Step::Remove { path, .. } => Change {
                path: path.clone(),
                action: ChangeAction::Removed,
                bytes: None,
                rows: None,
            },
            Step::Sql { .. } => continue,
        };
        match out.iter_mut().find(|known| known.path == change.path) {
            Some(known) => known.bytes = change.bytes,
            None => out.push(change),
        }
    }
    if !statements.is_empty() {
        let rows = statements.iter().map(|statement| statement.changes).sum();
        out.push(Change {
            path: db.to_string(),
            action: ChangeAction::Rows,
            bytes: None,
            rows: Some(rows),
        });
    }
    out
}
