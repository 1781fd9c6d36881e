//! What a store holds of devices: one reading for files and rows.

use crate::base::json::{Map, Value};

use crate::base::json5::{Document, Kind, Member};
use crate::base::text::device_name;
use crate::codes::ErrorCode;
use crate::context::World;
use crate::error::{Error, Result};
use crate::inputs::Inputs;
use crate::plan::identity::{primary_key, stored_identity};
use crate::report::StoreKind;
use crate::report::devices::{Compact, WaitingRequest};
use crate::store::pending::{self, Entries};
use crate::store::{columns, devices, documents, listed, rows};
use crate::wants::{Stop, want_files, want_queries};

pub(super) type Fields = Map;

/// The commands that a node waits for.
pub(super) struct Surface {
    pub(super) request_id: String,
    pub(super) device_id: String,
    /// What it says.
    pub(super) request: Fields,
    /// It has commands already.
    pub(super) repair: bool,
}

impl Surface {
    /// As it is told; what it leaves out is as in the record of its device.
    pub(super) fn told(&self, record: Option<&Fields>, when: (i64, bool)) -> WaitingRequest {
        devices::surface(
            &self.request_id,
            &self.device_id,
            &self.request,
            record,
            self.repair,
            when,
        )
    }
}

/// Refuses a database whose tables are not as they should be.
pub(super) fn checked(world: &World<'_, '_>) -> Result<()> {
    match world.store {
        StoreKind::Json => Ok(()),
        StoreKind::Sqlite => rows::check_device_columns(world.inputs, &world.paths.database()),
    }
}

/// Where records are.
pub(super) fn place(world: &World<'_, '_>) -> String {
    match world.store {
        StoreKind::Json => world.paths.paired(),
        StoreKind::Sqlite => world.paths.database(),
    }
}

/// Where requests are.
pub(super) fn pending_place(world: &World<'_, '_>) -> String {
    match world.store {
        StoreKind::Json => world.paths.pending(),
        StoreKind::Sqlite => world.paths.database(),
    }
}

/// The records of a store of files as a driver in JavaScript takes them, where it does; see [`listed::compact`].
pub(super) fn compact(
    world: &World<'_, '_>,
    own: Option<&str>,
) -> Result<Option<(Compact, usize)>, Stop> {
    if !world.inputs.compact || world.store != StoreKind::Json {
        return Ok(None);
    }
    let path = world.paths.paired();
    want_files(world.inputs, [path.as_str()])?;
    let Some(bytes) = world.inputs.file(&path).bytes(&path)? else { return Ok(None) };
    Ok(listed::compact(bytes, &path, &world.rules, own)?)
}

/// Shows every record, in the store's order, and tells how many entries are none.
pub(super) fn each_record(
    world: &World<'_, '_>,
    mut show: impl FnMut(&str, &dyn devices::Record),
) -> Result<usize, Stop> {
    if world.store == StoreKind::Json {
        let path = world.paths.paired();
        want_files(world.inputs, [path.as_str()])?;
        let Some(bytes) = world.inputs.file(&path).bytes(&path)? else { return Ok(0) };
        let document = documents::store(bytes, &path)?;
        let (records, odd): (Vec<Member<'_>>, Vec<Member<'_>>) = pending::members(&document)
            .into_iter()
            .partition(|member| member.value.kind == Kind::Object);
        for member in records {
            document.fields(member.value, |fields| show(&member.key, fields));
        }
        return Ok(odd.len());
    }
    let query = rows::devices(&world.paths.database());
    want_queries(world.inputs, [query])?;
    let rows = world.inputs.rows("devices").unwrap_or_default();
    let records = rows.iter().filter_map(|row| row_entry(world, row));
    let told = records.map(|(id, record)| show(&id, &record)).count();
    Ok(rows.len() - told)
}

/// The records of the devices whose commands wait, by their ids, as far as they were read.
pub(super) fn records_of(world: &World<'_, '_>, surfaces: &[Surface]) -> Result<Fields> {
    let asked: Fields = surfaces.iter().map(|one| (one.device_id.clone(), Value::Null)).collect();
    if world.store == StoreKind::Sqlite {
        let rows = world.inputs.rows("devices").unwrap_or_default();
        let records = rows.iter().filter_map(|row| row_entry(world, row));
        let records = records.filter(|(id, _)| asked.contains_key(id));
        return Ok(records.map(|(id, record)| (id, record.into())).collect());
    }
    let path = world.paths.paired();
    let file = world.inputs.file(&path).bytes(&path)?;
    let (Some(bytes), false) = (file, asked.is_empty()) else { return Ok(asked) };
    let document = documents::store(bytes, &path)?;
    let last = document.last(document.root(), |key| asked.contains_key(key));
    let record = |id: String| Some((document.value(last.get(&id)?.value)?, id));
    Ok(asked.into_iter().filter_map(|(id, _)| record(id)).map(|(it, id)| (id, it)).collect())
}

fn row_entry(world: &World<'_, '_>, row: &Fields) -> Option<(String, Fields)> {
    let id = row.get("device_id")?.as_str()?.to_string();
    Some((id, columns::record_of(row, &world.paths.database()).ok()?))
}

/// Every request of a device.
pub(super) fn requests(world: &World<'_, '_>) -> Result<Entries, Stop> {
    if world.store == StoreKind::Json {
        let path = world.paths.pending();
        want_files(world.inputs, [path.as_str()])?;
        return Ok(pending::entries(&world.inputs.file(&path), &path)?.0);
    }
    want_queries(world.inputs, [rows::pending(&world.paths.database())])?;
    Ok(pending::request_rows(world.inputs.rows("pending").unwrap_or_default()))
}

/// All commands that nodes wait for.
pub(super) fn surfaces(world: &World<'_, '_>) -> Result<Vec<Surface>, Stop> {
    let inputs = world.inputs;
    if world.store == StoreKind::Json {
        let (waiting, paired) = (world.paths.nodes_pending(), world.paths.nodes_paired());
        want_files(inputs, [waiting.as_str(), paired.as_str()])?;
        let (waiting, _) = pending::entries(&inputs.file(&waiting), &waiting)?;
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let (nodes, _) = pending::entries(&inputs.file(&paired), &paired)?;
        let known: Fields = nodes.into_iter().map(|(id, _)| (id, Value::Null)).collect();
        let surface = |(request_id, request): (String, Fields)| {
            let node = request.get("nodeId").and_then(Value::as_str).unwrap_or_default();
            let device_id = node.trim().to_string();
            let repair = known.contains_key(&device_id);
            Surface { request_id, device_id, request, repair }
        };
        return Ok(waiting.into_iter().map(surface).collect());
    }
    want_queries(inputs, [rows::surfaces(&world.paths.database())])?;
    let rows = inputs.rows("surfaces").unwrap_or_default();
    Ok(rows.iter().filter_map(|row| row_entry(world, row)).filter_map(surface_of).collect())
}

/// The commands that the record of a row waits for.
fn surface_of((device_id, mut record): (String, Fields)) -> Option<Surface> {
    let Some(Value::Object(request)) = record.remove("pendingNodeSurface") else { return None };
    let request_id = request.get("requestId")?.as_str()?.to_string();
    let repair = record.get("nodeSurface").is_some_and(Value::is_object);
    Some(Surface { request_id, device_id, request, repair })
}

/// The record of one device; `None` where it has none.
pub(super) fn record(world: &World<'_, '_>, id: &str) -> Result<Option<Fields>, Stop> {
    if world.store == StoreKind::Json {
        let path = world.paths.paired();
        want_files(world.inputs, [path.as_str()])?;
        return Ok(entry(world.inputs, &path, id)?);
    }
    let db = world.paths.database();
    let query = rows::device(&db, id);
    let key = query.id.clone();
    want_queries(world.inputs, [query])?;
    Ok(columns::record(world.inputs.rows.get(&key).unwrap_or(&None), &db)?)
}

/// Whether anything stands where the record of a device belongs, be it broken.
pub(super) fn exists(world: &World<'_, '_>, id: &str) -> Result<bool, Stop> {
    if world.store == StoreKind::Json {
        let path = world.paths.paired();
        want_files(world.inputs, [path.as_str()])?;
        let Some(bytes) = world.inputs.file(&path).bytes(&path)? else { return Ok(false) };
        let document = documents::store(bytes, &path)?;
        return Ok(document.get(document.root(), id).is_some());
    }
    let query = rows::device(&world.paths.database(), id);
    let key = query.id.clone();
    want_queries(world.inputs, [query])?;
    Ok(world.inputs.rows(&key).is_some_and(|rows| !rows.is_empty()))
}

/// What a file keeps under a key.
pub(super) fn entry(inputs: &Inputs<'_>, path: &str, id: &str) -> Result<Option<Fields>, Error> {
    let Some(bytes) = inputs.file(path).bytes(path)? else { return Ok(None) };
    let document: Document<'_> = documents::store(bytes, path)?;
    let Some(member) = document.get(document.root(), id) else { return Ok(None) };
    match document.value(member.value) {
        Some(Value::Object(record)) => Ok(Some(record)),
        _ => {
            let (line, column) = document.line_column(member.value.start);
            let message = format!("The record of device {} is not an object.", device_name(id));
            Err(Error::new(ErrorCode::Shape, message).at(path).place(line, column).hint(
                "OpenClaw never writes that. Remove the record, or repair it, then call again.",
            ))
        }
    }
}

/// The deviceId of this state dir's own identity, as far as it can be told.
pub(crate) fn own(world: &World<'_, '_>) -> Result<Option<String>, Stop> {
    let path = &world.paths.identity;
    let key = match world.store {
        StoreKind::Json => {
            want_files(world.inputs, [path.as_str()]).map_err(Stop::optional)?;
            let stored = stored_identity(world, path).unwrap_or_default();
            stored.map(|stored| stored.keys.public())
        }
        StoreKind::Sqlite => {
            want_queries(world.inputs, [rows::primary(&world.paths.database())])?;
            primary_key(world).unwrap_or_default()
        }
    };
    Ok(key.map(|key| crate::base::keys::device_id(&key)))
}
