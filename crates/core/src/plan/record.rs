//! The paired record: in `devices/paired.json`, or as a row.

use crate::base::json::{Map, Value};

use crate::base::json5::{self, Document, Editor, Kind, Node};
use crate::base::keys::device_id;
use crate::codes::{ErrorCode, NoticeCode};
use crate::context::World;
use crate::error::{Error, Result};
use crate::report::Notice;
use crate::steps::{Statement, Step, write};
use crate::store::record::{self, Decision, Want};
use crate::store::{columns, documents, fields, rows};

/// The record in `devices/paired.json`, and no longer that of an identity that gives way. In one write, and before the
/// identity's: while the old identity is still there, the same call finds the whole of its work again.
pub(super) fn file_record(
    world: &World<'_, '_>,
    want: &Want<'_>,
    replaced: Option<&str>,
    warnings: &mut Vec<Notice>,
) -> Result<(Decision, Option<Step>)> {
    let path = world.paths.paired();
    let file = world.inputs.file(&path);
    let id = device_id(want.public);
    let Some(bytes) = file.bytes(&path)? else {
        let decision = record::decide(None, want, &path)?;
        let store = Map::from_iter([(id, Value::Object(record::fresh(want)))]);
        let content = json5::lines(&Value::Object(store));
        return Ok((decision, Some(write(&path, content.into_bytes(), file))));
    };
    let document = documents::store(bytes, &path)?;
    let root = document.root();
    let mut editor = Editor::new(&document);
    let decision = match document.get(root, &id) {
        None => {
            let decision = record::decide(None, want, &path)?;
            editor.insert(root, &id, Value::Object(record::fresh(want)));
            decision
        }
        Some(member) => {
            let Some(Value::Object(record)) = document.value(member.value) else {
                let place = document.line_column(member.value.start);
                return Err(Error::new(
                    ErrorCode::Shape,
                    format!("The record of device {id} is no object that OpenClaw writes."),
                )
                .at(&path)
                .place(place.0, place.1)
                .hint("Remove it with `npx openclaw-prepair devices remove`, or mend it, then call again."));
            };
            let decision = record::decide(Some(&record), want, &path)?;
            for set in &decision.sets {
                apply(&document, &mut editor, member.value, &set.path, &set.value);
            }
            decision
        }
    };
    if let Some(old) = replaced.filter(|old| **old != *id)
        && editor.remove(root, old)
    {
        warnings.push(
            Notice::new(NoticeCode::IdentityReplaced, format!("The record of the replaced identity, device {old}, was removed with it: no gateway lets that key in any more."))
                .at(&path)
                .hint("Where that key is still needed, approve it by device: { publicKey }."),
        );
    }
    Ok((decision, editor.edited().map(|content| write(&path, content, file))))
}

/// Sets a field of a record, however deep, without touching its neighbours.
pub(super) fn apply(
    document: &Document<'_>,
    editor: &mut Editor<'_, '_>,
    object: Node,
    path: &[&'static str],
    value: &Value,
) {
    match path {
        [] => {}
        [field] if value.is_null() => {
            editor.remove(object, field);
        }
        [field] => editor.set(object, field, value),
        [field, rest @ ..] => match document.get(object, field) {
            Some(member) if member.value.kind == Kind::Object => {
                apply(document, editor, member.value, rest, value)
            }
            _ => {
                let mut inner = Map::new();
                fields::put(&mut inner, rest, value.clone());
                editor.set(object, field, &Value::Object(inner));
            }
        },
    }
}

/// The record in the database: what is decided and done, and the record as it is then.
pub(super) fn row_record(
    world: &World<'_, '_>,
    want: &Want<'_>,
) -> Result<(Decision, Vec<Statement>, Map)> {
    let db = world.paths.database();
    let id = device_id(want.public);
    let rows = world.inputs.rows.get(&rows::paired(&db, &id).id).unwrap_or(&None);
    let record = columns::record(rows, &db)?;
    let decision = record::decide(record.as_ref(), want, &db)?;
    let (statement, after) = match record {
        None => {
            let mut record = record::fresh(want);
            record.insert("approvedVia".into(), "owner".into());
            (Some(columns::insert_paired(&record)), record)
        }
        Some(record) if decision.sets.is_empty() => (None, record),
        Some(record) => {
            let mut after = record.clone();
            for set in &decision.sets {
                fields::put(&mut after, &set.path, set.value.clone());
            }
            (Some(columns::update_paired(&id, record, &decision.sets)), after)
        }
    };
    Ok((decision, statement.into_iter().collect(), after))
}
