//! One error type for everything that can be refused.

use core::fmt;

/// A refusal: a stable code, what happened, where, and what to do.
///
/// No field ever holds key material, a token or the content of a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Error {
    /// Stable, begins with `ERR_PREPAIR_`.
    pub code: String,
    /// One sentence for a person.
    pub message: String,
    /// The file that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// Line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// Column in that line, from 1, in UTF-16 code units as JavaScript and editors count.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<u32>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hint: Option<String>,
}

const OPTIONS_HINT: &str = "The package's types describe every option.";

/// The result of everything in this project that can refuse.
pub type Result<T, E = Error> = core::result::Result<T, E>;

impl Error {
    /// An error with the code `ERR_PREPAIR_{code}`.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: format!("ERR_PREPAIR_{code}"),
            message: message.into(),
            path: None,
            line: None,
            column: None,
            // A wrong option without a hint of its own says at least where the right ones are described.
            hint: (code == "OPTIONS").then(|| OPTIONS_HINT.to_string()),
        }
    }

    /// The same with the file that it is about.
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The same with a line and a column, both from 1.
    pub fn place(mut self, line: u32, column: u32) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// The same with what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl core::error::Error for Error {}
