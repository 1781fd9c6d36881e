//! One error type for everything that can be refused.

use core::fmt;

use serde::{Serialize, Serializer};

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
    /// Where it is.
    #[serde(flatten, serialize_with = "beside")]
    pub place: Option<Place>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A place on disk. It is data: no sentence repeats it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// A file, or a folder.
    pub path: String,
    /// A line of that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// A column of that line, from 1, in UTF-16 code units as JavaScript and editors count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

impl Place {
    /// A file or a folder as a whole.
    pub fn of(path: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, column: None }
    }
}

/// Writes a place, and its parts beside it as they were before there was one.
fn beside<S: Serializer>(place: &Option<Place>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Beside<'a> {
        #[serde(flatten)]
        parts: &'a Place,
        place: &'a Place,
    }
    place.as_ref().map(|place| Beside { parts: place, place }).serialize(serializer)
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
        Self(Box::new(Fields { code, message, place: None, hint: code.hint().map(str::to_string) }))
    }

    /// Its parts.
    pub fn into_fields(self) -> Fields {
        *self.0
    }

    /// The same with the file that it is about.
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.0.place = Some(Place::of(path));
        self
    }

    /// The same with a line and a column of that file, both from 1.
    pub fn place(mut self, line: u32, column: u32) -> Self {
        if let Some(place) = &mut self.0.place {
            (place.line, place.column) = (Some(line), Some(column));
        }
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
