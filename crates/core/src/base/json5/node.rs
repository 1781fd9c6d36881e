//! A value in a document: its sort and its place.

/// What is taken as valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// What `JSON.parse` takes: no BOM, no comment.
    Json,
    /// What npm json5 2.2.3 takes, OpenClaw's parser of its config.
    Json5,
}

/// The sort of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{}`
    Object,
    /// `[]`
    Array,
    /// A string.
    String,
    /// A number, `NaN` and `Infinity` among them.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

/// A value in a document: where it stands, in bytes. To be used only with the document it is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its first byte.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
    /// Its sort.
    pub kind: Kind,
}
