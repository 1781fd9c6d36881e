//! JSON and JSON5 documents: a validating scanner and a splicing editor.
