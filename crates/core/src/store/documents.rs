//! The files of the JSON store as documents, and why one is none.

use crate::base::json5::{Document, Kind, Node, Syntax};
use crate::codes::ErrorCode;
use crate::error::{Error, Result};

/// Parses a JSON store (`paired.json`, `pending.json`): an object, or it is refused.
pub fn store<'a>(bytes: &'a [u8], path: &str) -> Result<Document<'a>> {
    const HINT: &str = "Nothing was changed: a gateway up to 2026.4.24 takes such a file for empty and overwrites it, a later one refuses it. \
Mend it, restore it from a backup, or move it away if no paired device is needed any more.";
    let document =
        Document::parse(bytes, Syntax::Json).map_err(|error| syntax(error, path).hint(HINT))?;
    let root = document.root();
    if root.kind != Kind::Object {
        let (line, column) = document.line_column(root.start);
        return Err(Error::new(
            ErrorCode::Shape,
            format!("Expected a JSON object, but it is {}.", kind_name(root.kind)),
        )
        .at(path)
        .place(line, column)
        .hint(HINT));
    }
    Ok(document)
}

/// The error of a document that does not parse.
pub fn syntax(error: crate::base::json5::SyntaxError, path: &str) -> Error {
    let (code, message) = if error.encoding {
        (ErrorCode::Encoding, "The file is not valid UTF-8.".to_string())
    } else {
        (ErrorCode::Syntax, format!("The file does not parse: {error}."))
    };
    Error::new(code, message).at(path).place(error.line, error.column)
}

/// A kind of value in words.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Object => "an object",
        Kind::Array => "an array",
        Kind::String => "a string",
        Kind::Number => "a number",
        Kind::Bool => "a boolean",
        Kind::Null => "null",
    }
}

pub(crate) fn wrong_kind(document: &Document<'_>, node: Node, path: &str, what: &str) -> Error {
    let (line, column) = document.line_column(node.start);
    let expected = if what == "gateway.trustedProxies" { "an array" } else { "an object" };
    Error::new(
        ErrorCode::Shape,
        format!("{what} must be {expected}, but it is {}.", kind_name(node.kind)),
    )
    .at(path)
    .place(line, column)
    .hint("The gateway does not start with that. Mend it, then call again.")
}
