//! JSON and JSON5 documents: a validating scanner and a splicing editor.
//!
//! A [`Document`] is checked in one pass and then looked into where somebody asks; no tree is made. An [`Editor`] collects
//! changes and writes the document anew with all that was not meant to change as it was: comments, spelling of numbers,
//! order, indentation, line ends, BOM. Of duplicate keys the last one counts, as for both parsers of OpenClaw.

mod decimal;
mod document;
mod edit;
mod merge;
mod node;
mod same;
mod scan;
mod shown;
mod text;
mod unicode;

pub(crate) use document::Fields;
pub use document::{Document, Member, SyntaxError, parse};
pub use edit::{Edited, Editor, Splice};
pub(crate) use merge::merge;
pub use merge::{Action, Arrays, Change};
pub use node::{Kind, Node, Syntax};
pub(crate) use same::{lacking, unique};
pub(crate) use shown::shown;
pub use text::{line, lines};
