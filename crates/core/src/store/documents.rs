//! The files of the JSON store as documents, and why one is none.

use crate::base::json5::{Document, Fields, Kind, Member, Node, Syntax, SyntaxError};
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::inputs::File;

/// Parses a JSON store (`paired.json`, `pending.json`): an object, or it is refused.
pub(crate) fn store<'a>(bytes: &'a [u8], path: &str) -> Result<Document<'a>> {
    checked(bytes, path, |bytes| Document::parse(bytes, Syntax::Json))
}

/// The same, and shows each record on the way, with its fields; see [`Document::parse_each`].
pub(crate) fn each<'a>(
    bytes: &'a [u8],
    path: &str,
    mut show: impl FnMut(&Member<'a>, &Fields<'_, 'a>),
) -> Result<Document<'a>> {
    checked(bytes, path, |bytes| Document::parse_each(bytes, Syntax::Json, &mut show))
}

fn checked<'a>(
    bytes: &'a [u8],
    path: &str,
    parse: impl FnOnce(&'a [u8]) -> Result<Document<'a>, SyntaxError>,
) -> Result<Document<'a>> {
    const HINT: &str = "Nothing was changed: a gateway up to 2026.4.24 takes such a file for empty and overwrites it, a later one refuses it. \
Mend it, restore it from a backup, or move it away if no paired device is needed any more.";
    // What holds nothing can be written: OpenClaw takes it for empty, too, or makes an object of it.
    let bytes = if holds_nothing(bytes) { b"{}" } else { bytes };
    let document = parse(bytes).map_err(|error| syntax(error, path).hint(HINT))?;
    let root = document.root();
    if root.kind == Kind::Array {
        return Err(Error::new(ErrorCode::Shape, "Expected a JSON object of records by their ids, but it is an array with something in it.")
            .at(path)
            .hint("Nothing was changed. OpenClaw reads no record from an array; what is in it is of no use to it. Move the file away, or write its records as an object by their ids."));
    }
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

/// Whether a store has no bytes but spaces, or is an array without items.
fn holds_nothing(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    let inner = text.strip_prefix(b"[").and_then(|text| text.strip_suffix(b"]"));
    text.is_empty() || inner.is_some_and(|inner| inner.trim_ascii().is_empty())
}

/// Whether a store is an array without items: versions that take it for a store lose what they write there.
pub(crate) fn is_empty_array(file: &File<'_>) -> bool {
    matches!(file, File::Bytes(bytes) if holds_nothing(bytes) && !bytes.trim_ascii().is_empty())
}

/// The error of a document that does not parse.
pub(crate) fn syntax(error: SyntaxError, path: &str) -> Error {
    let (code, message) = if error.encoding {
        (ErrorCode::Encoding, "The file is not valid UTF-8.".to_string())
    } else {
        (ErrorCode::Syntax, format!("The file does not parse: {error}."))
    };
    Error::new(code, message).at(path).place(error.line, error.column)
}

/// A kind of value in words.
pub(crate) fn kind_name(kind: Kind) -> &'static str {
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
