//! What a try of `verify` left, taken back.

use crate::base::json::Value;

use crate::base::json5::{Editor, Kind};
use crate::context::{World, unsupervised};
use crate::error::Result;
use crate::options::TakeBack;
use crate::plan::pending::{ClearPart, clear_part};
use crate::report::StoreKind;
use crate::steps::write;
use crate::store::pending::Which;
use crate::store::{documents, rows};
use crate::wants::{Stop, want_queries};

/// What tries of `verify` left: the record and the request of one device, as far as they are what it left.
pub(crate) fn take_back_part(world: &World<'_, '_>, options: &TakeBack) -> Result<ClearPart, Stop> {
    let mut part = record_before(world, options)?;
    if let Some(id) = &options.request {
        let clear = clear_part(world, Which::Request(id))?;
        part.cleared = clear.cleared;
        part.steps.extend(clear.steps);
        part.statements.extend(clear.statements);
    }
    Ok(part)
}

/// The record as it was. Versions that keep rows overwrite no field but the name, and that with what it is.
fn record_before(world: &World<'_, '_>, options: &TakeBack) -> Result<ClearPart, Stop> {
    let mut part = ClearPart::default();
    if world.store == StoreKind::Sqlite {
        if options.record {
            let query = rows::paired(&world.paths.database(), &options.device);
            let key = query.id.clone();
            want_queries(world.inputs, [query])?;
            unsupervised(world)?;
            if world.inputs.rows(&key).is_some_and(|rows| !rows.is_empty()) {
                part.statements.push(rows::delete_paired(&options.device));
            }
        }
        return Ok(part);
    }
    let path = world.paths.paired();
    let file = world.inputs.file(&path);
    let Some(bytes) = file.bytes(&path)? else { return Ok(part) };
    let document = documents::store(bytes, &path)?;
    let root = document.root();
    let Some(record) = document.get(root, &options.device) else { return Ok(part) };
    let mut editor = Editor::new(&document);
    if options.record {
        editor.remove(root, &options.device);
    } else if record.value.kind == Kind::Object {
        for (name, field) in &options.fields {
            let now = document.get(record.value, name);
            let now = now.and_then(|member| document.value(member.value)).unwrap_or_default();
            if field.get("left") != Some(&now) {
                continue;
            }
            match field.get("was") {
                None | Some(Value::Null) => {
                    editor.remove(record.value, name);
                }
                Some(was) => editor.set(record.value, name, was),
            }
        }
    }
    part.steps.extend(editor.edited().map(|content| write(&path, content, file)));
    Ok(part)
}
