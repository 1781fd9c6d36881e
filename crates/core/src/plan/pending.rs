//! Pending requests that are dropped.

use crate::base::keys::device_id;
use crate::context::{World, unsupervised};
use crate::error::Result;
use crate::options::pair::PendingChoice;
use crate::report::{Cleared, StoreKind};
use crate::steps::{Statement, Step, write};
use crate::store::pending::{self, Asked, Which};
use crate::store::rows;
use crate::wants::{Gathered, Missing, Stop, want_queries};

#[derive(Default)]
pub(crate) struct ClearPart {
    pub(crate) cleared: Vec<Cleared>,
    pub(crate) steps: Vec<Step>,
    pub(crate) statements: Vec<Statement>,
}

pub(crate) fn clear_part(world: &World<'_, '_>, which: Which<'_>) -> Result<ClearPart, Stop> {
    let inputs = world.inputs;
    if world.store == StoreKind::Sqlite {
        let db = world.paths.database();
        rows::check_columns(inputs, &db)?;
        let mut missing = Gathered::default();
        missing.take(want_queries(inputs, [rows::pending(&db)]))?;
        missing.take(unsupervised(world))?;
        if missing.0 != Missing::default() {
            return Err(Stop::Missing(Box::new(missing.0)));
        }
        let (cleared, statements) =
            pending::clear_rows(inputs.rows("pending").unwrap_or_default(), which, inputs.now);
        return Ok(ClearPart { cleared, steps: Vec::new(), statements });
    }
    let path = world.paths.pending();
    let file = inputs.file(&path);
    let (cleared, content) = pending::clear(&file, &path, which, inputs.now)?;
    Ok(ClearPart {
        cleared,
        steps: content.map(|content| write(&path, content, file)).into_iter().collect(),
        statements: Vec::new(),
    })
}

/// The requests of the key that is to be approved, whatever their age: what is dropped with them was asked for. Asks for all
/// rows of its device.
pub(super) fn asked(
    world: &World<'_, '_>,
    key: &[u8; 32],
    choice: PendingChoice,
) -> Result<Vec<Asked>, Stop> {
    let inputs = world.inputs;
    if world.store == StoreKind::Sqlite {
        let db = world.paths.database();
        rows::check_columns(inputs, &db)?;
        let mut missing = Gathered::default();
        missing.take(want_queries(inputs, [rows::paired(&db, &device_id(key))]))?;
        missing.take(want_queries(inputs, [rows::pending(&db)]))?;
        missing.take(unsupervised(world))?;
        if missing.0 != Missing::default() {
            return Err(Stop::Missing(Box::new(missing.0)));
        }
        let rows = inputs.rows("pending").unwrap_or_default();
        return Ok(pending::asked(&pending::request_rows(rows), key));
    }
    let path = world.paths.pending();
    let requests = match (pending::entries(&inputs.file(&path), &path), choice) {
        (Err(_), PendingChoice::Keep) => return Ok(Vec::new()),
        (found, _) => found?.0,
    };
    Ok(pending::asked(&requests, key))
}
