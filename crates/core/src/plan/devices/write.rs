//! The changes that an operation on a device makes, in files or rows.

use crate::base::json::{Map, Value};

use crate::base::json5::{self, Editor};
use crate::base::text::request_name;
use crate::codes::{ErrorCode, NoticeCode};
use crate::context::World;
use crate::error::{Error, Result};
use crate::gateway::state::Paired;
use crate::plan::devices::kept::Fields;
use crate::plan::pending::clear_part;
use crate::plan::record::apply;
use crate::report::devices::DeviceReport;
use crate::report::{Notice, StoreKind};
use crate::steps::{Statement, Step, write};
use crate::store::fields::{Set, put};
use crate::store::pending::{self, Which, roles};
use crate::store::{columns, documents, rows};
use crate::wants::Stop;

/// What an operation on a device comes to.
pub(crate) struct DevicePart {
    pub(crate) report: DeviceReport,
    pub(crate) steps: Vec<Step>,
    pub(crate) statements: Vec<Statement>,
    /// The record as it will be, where it changes.
    pub(crate) record: Option<Fields>,
}

impl DevicePart {
    /// Nothing yet; the report says what the record says.
    pub(super) fn new(world: &World<'_, '_>, id: &str, record: Option<&Fields>) -> Self {
        let read = record.map(Paired::read);
        let report = DeviceReport {
            device_id: id.to_string(),
            request_id: None,
            store: world.store,
            gateway: world.gateway.clone(),
            roles: record.map(roles).unwrap_or_default(),
            scopes: read.map(|read| read.scopes(&world.rules).to_vec()).unwrap_or_default(),
            granted: Vec::new(),
            token_replaced: false,
            revocation_lifted: false,
            changes: Vec::new(),
            warnings: world.warnings.clone(),
            attempts: 1,
        };
        Self { report, steps: Vec::new(), statements: Vec::new(), record: None }
    }

    /// Sets fields of the record of the device, or makes one of them.
    pub(super) fn set(
        &mut self,
        world: &World<'_, '_>,
        record: Option<&Fields>,
        mut sets: Vec<Set>,
    ) -> Result<()> {
        let id = self.report.device_id.clone();
        sets.retain(|set| at(record, &set.path) != Some(&set.value).filter(|new| !new.is_null()));
        if sets.is_empty() {
            return Ok(());
        }
        let mut whole = record.cloned().unwrap_or_default();
        sets.iter().for_each(|set| put(&mut whole, &set.path, set.value.clone()));
        self.record = Some(whole);
        match (world.store, record) {
            (StoreKind::Json, _) => self.set_in(world, &world.paths.paired(), &id, &sets)?,
            (StoreKind::Sqlite, None) => {
                self.statements.push(columns::insert_paired(&made(&sets)));
            }
            (StoreKind::Sqlite, Some(record)) => {
                self.statements.push(columns::update_paired(&id, record.clone(), &sets));
            }
        }
        Ok(())
    }

    /// Sets fields of what a file keeps under a key.
    pub(super) fn set_in(
        &mut self,
        world: &World<'_, '_>,
        path: &str,
        key: &str,
        sets: &[Set],
    ) -> Result<()> {
        let file = world.inputs.file(path);
        let Some(bytes) = file.bytes(path)? else {
            let store = Map::from_iter([(key.to_string(), Value::Object(made(sets)))]);
            let content = json5::lines(&Value::Object(store)).into_bytes();
            self.steps.push(write(path, content, file));
            return Ok(());
        };
        let document = documents::store(bytes, path)?;
        let mut editor = Editor::new(&document);
        match document.get(document.root(), key) {
            None => editor.insert(document.root(), key, Value::Object(made(sets))),
            Some(member) => {
                for set in sets {
                    apply(&document, &mut editor, member.value, &set.path, &set.value);
                }
            }
        }
        self.steps.extend(editor.edited().map(|content| write(path, content, file)));
        Ok(())
    }

    /// Removes what a file keeps under a key, however often.
    pub(super) fn remove_in(&mut self, world: &World<'_, '_>, path: &str, key: &str) -> Result<()> {
        let file = world.inputs.file(path);
        let Some(bytes) = file.bytes(path)? else { return Ok(()) };
        let document = documents::store(bytes, path)?;
        let mut editor = Editor::new(&document);
        editor.remove_members(document.root(), |member| member.key == key);
        self.steps.extend(editor.edited().map(|content| write(path, content, file)));
        Ok(())
    }

    /// Refuses a request that asks for more than it did when this call looked first.
    pub(super) fn more_than_before(
        &self,
        world: &World<'_, '_>,
        request_id: &str,
        path: &str,
    ) -> Result<()> {
        let Some(earlier) = &world.inputs.earlier else { return Ok(()) };
        let report = &self.report;
        let within = |now: &[String], then: &[String]| now.iter().all(|item| then.contains(item));
        if report.device_id == earlier.device_id
            && within(&report.roles, &earlier.roles)
            && within(&report.granted, &earlier.granted)
        {
            return Ok(());
        }
        let name = request_name(request_id);
        let message =
            format!("Request {name} asks for more than when this call looked at it first.");
        Err(Error::new(ErrorCode::Changed, message)
            .at(path)
            .hint("Nothing was granted. See what it asks for now, then approve it again."))
    }

    /// Drops requests of devices.
    pub(super) fn clear(&mut self, world: &World<'_, '_>, which: Which<'_>) -> Result<(), Stop> {
        let part = clear_part(world, which)?;
        self.steps.extend(part.steps);
        self.statements.extend(part.statements);
        Ok(())
    }

    /// Drops requests of nodes from their file.
    pub(super) fn clear_nodes(&mut self, world: &World<'_, '_>, which: Which<'_>) -> Result<()> {
        let path = world.paths.nodes_pending();
        let file = world.inputs.file(&path);
        let (_, content) = pending::clear(&file, &path, which, world.inputs.now)?;
        self.steps.extend(content.map(|content| write(&path, content, file)));
        Ok(())
    }

    /// Drops the row of the device.
    pub(super) fn delete_row(&mut self) {
        self.statements.push(rows::delete_paired(&self.report.device_id));
    }

    /// Says that what is connected stays so, where something changes beside a gateway.
    pub(super) fn still_connected(mut self, world: &World<'_, '_>) -> Self {
        let changes = !self.steps.is_empty() || !self.statements.is_empty();
        if let (Some(pid), true) = (world.inputs.gateway, changes) {
            let message = format!(
                "A gateway runs on this state dir (process {pid}). If device {} is connected to it, that connection stays open.",
                self.report.device_id
            );
            self.report.warnings.push(
                Notice::new(NoticeCode::StillConnected, message)
                    .hint("Restart the gateway, or end the client, to close it. The next connect is decided by what is on disk now."),
            );
        }
        self
    }
}

/// The value at a path of objects.
fn at<'r>(record: Option<&'r Fields>, path: &[&'static str]) -> Option<&'r Value> {
    let (first, rest) = path.split_first()?;
    let found = rest.iter().try_fold(record?.get(first)?, |value, field| value.get(field))?;
    Some(found).filter(|value| !value.is_null())
}

/// An object of these fields.
fn made(sets: &[Set]) -> Fields {
    let mut record = Map::new();
    for set in sets {
        put(&mut record, &set.path, set.value.clone());
    }
    record
}
