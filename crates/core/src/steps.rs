//! What a plan is made of: ordered steps, each with what it expects to find.

use core::fmt;
use serde::{Deserialize, Serialize};

use crate::base::json::Value;

use crate::base::json5::{Edited, Splice};
use crate::base::keys::sha256_hex;
use crate::base::wiped::Wiped;
use crate::inputs::File;
use crate::report::{Change, ChangeAction, Report};

/// A change of one file. Its content is bytes, or where it crosses a binding the index of a binary part.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum FileStep<C> {
    /// Replaces or creates a file.
    Write {
        /// The file; an absolute path.
        path: String,
        /// Its whole new content.
        #[serde(rename = "blob")]
        content: C,
        /// Its permission bits.
        mode: u32,
        /// SHA-256 of what was read, in lowercase hex; `None`: there was nothing.
        expect: Option<String>,
        /// A file that is there keeps its own mode.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        keep_mode: bool,
        /// What makes the content of what was there, where only a part of it changes: for who shows it, or keeps the rest.
        #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
        splices: Vec<Splice>,
    },
    /// Removes a file.
    Remove {
        /// The file; an absolute path.
        path: String,
        /// SHA-256 of what was read, in lowercase hex.
        expect: String,
    },
}

impl<C> FileStep<C> {
    /// The file.
    pub fn path(&self) -> &str {
        match self {
            Self::Write { path, .. } | Self::Remove { path, .. } => path,
        }
    }

    /// The digest of what it expects to find; `None`: nothing.
    pub fn expect(&self) -> Option<&str> {
        match self {
            Self::Write { expect, .. } => expect.as_deref(),
            Self::Remove { expect, .. } => Some(expect),
        }
    }

    /// The same with its content by reference.
    pub fn borrowed(&self) -> FileStep<&[u8]>
    where
        C: AsRef<[u8]>,
    {
        match self {
            Self::Write { path, content, mode, expect, keep_mode, splices } => FileStep::Write {
                path: path.clone(),
                content: content.as_ref(),
                mode: *mode,
                expect: expect.clone(),
                keep_mode: *keep_mode,
                splices: splices.clone(),
            },
            Self::Remove { path, expect } => {
                FileStep::Remove { path: path.clone(), expect: expect.clone() }
            }
        }
    }

    /// The same with its content in another form.
    ///
    /// # Errors
    /// What `content_of` refuses.
    pub fn with<D, E>(self, content_of: impl FnOnce(C) -> Result<D, E>) -> Result<FileStep<D>, E> {
        Ok(match self {
            Self::Write { path, content, mode, expect, keep_mode, splices } => {
                let content = content_of(content)?;
                FileStep::Write { path, content, mode, expect, keep_mode, splices }
            }
            Self::Remove { path, expect } => FileStep::Remove { path, expect },
        })
    }
}

impl<C: AsRef<[u8]>> fmt::Debug for FileStep<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { path, content, .. } => {
                write!(f, "Write({path}, {} bytes)", content.as_ref().len())
            }
            Self::Remove { path, .. } => write!(f, "Remove({path})"),
        }
    }
}

/// Rows that change, all in one transaction.
#[derive(Clone, PartialEq, Serialize)]
pub struct Sql {
    /// The database file.
    pub db: String,
    /// In order.
    pub statements: Vec<Statement>,
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sql({}, {} statements)", self.db, self.statements.len())
    }
}

/// One change on disk.
#[derive(Clone, PartialEq)]
pub enum Step {
    /// Of a file.
    File(FileStep<Wiped>),
    /// Of a database.
    Sql(Sql),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(step) => step.fmt(f),
            Self::Sql(sql) => sql.fmt(f),
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

pub(crate) fn write(path: &str, edited: impl Into<Edited>, before: File<'_>) -> Step {
    written(path, edited.into(), before, false)
}

/// The same; with `keep_mode` a file that is there keeps its own.
pub(crate) fn written(path: &str, edited: Edited, before: File<'_>, keep_mode: bool) -> Step {
    let (path, content) = (path.to_string(), Wiped::new(edited.content));
    let (expect, splices) = (expect(before), edited.splices);
    Step::File(FileStep::Write { path, content, mode: 0o600, expect, keep_mode, splices })
}

pub(crate) fn private(path: &str, content: Wiped, expect: Option<String>) -> Step {
    let (path, splices) = (path.to_string(), Vec::new());
    Step::File(FileStep::Write { path, content, mode: 0o600, expect, keep_mode: false, splices })
}

pub(crate) fn remove(path: &str, expect: String) -> Step {
    Step::File(FileStep::Remove { path: path.to_string(), expect })
}

pub(crate) fn changes(steps: &[Step], statements: &[Statement], db: &str) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    for step in steps {
        let change = match step {
            Step::File(FileStep::Write { path, content, expect, .. }) => Change {
                path: path.clone(),
                action: if expect.is_some() {
                    ChangeAction::Replaced
                } else {
                    ChangeAction::Created
                },
                bytes: Some(content.len()),
                rows: None,
            },
            Step::File(FileStep::Remove { path, .. }) => Change {
                path: path.clone(),
                action: ChangeAction::Removed,
                bytes: None,
                rows: None,
            },
            Step::Sql(_) => continue,
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
