//! One error type for everything that can be refused.

use core::fmt;

use serde::Serialize;

use crate::codes::ErrorCode;

/// A refusal: a stable code, what happened, where, and what to do.
///
/// No field ever holds key material, a token or the content of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Error(Box<Fields>);

/// What an [`Error`] holds; apart, so that a result is small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fields {
    /// Stable.
    pub code: ErrorCode,
    /// One sentence for a person.
    pub message: String,
    /// The file that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in that line, from 1, in UTF-16 code units as JavaScript and editors count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The result of everything in this project that can refuse.
pub type Result<T, E = Error> = core::result::Result<T, E>;

impl Error {
    /// An error with the hint of its code, if that has one.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::make(code, message.into())
    }

    #[cold]
    #[inline(never)]
    fn make(code: ErrorCode, message: String) -> Self {
        Self(Box::new(Fields {
            code,
            message,
            path: None,
            line: None,
            column: None,
            hint: code.hint().map(str::to_string),
        }))
    }

    /// Its parts.
    pub fn into_fields(self) -> Fields {
        *self.0
    }

    /// The same with the file that it is about.
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.0.path = Some(path.into());
        self
    }

    /// The same with a line and a column, both from 1.
    pub fn place(mut self, line: u32, column: u32) -> Self {
        self.0.line = Some(line);
        self.0.column = Some(column);
        self
    }

    /// The same with what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl core::error::Error for Error {}

impl core::ops::Deref for Error {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl From<Fields> for Error {
    fn from(fields: Fields) -> Self {
        Self(Box::new(fields))
    }
}
