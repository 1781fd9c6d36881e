//! What was read, from wit/ to the core.

use prepair_core::base::json::Value;
use prepair_core::codes::ErrorCode;
use prepair_core::error::{Error, Fields, Result};
use prepair_core::inputs::{Earlier, File, Inputs, Installed, PassedOver, Process, Stat};
use prepair_core::options::target;

use crate::to::{To, record};
use crate::wit::openclaw::prepair::types as wit;

/// How much a caller may hand over: a plan holds several copies of a file, and the memory of a module ends at 4 GiB.
const MAX_INPUT: usize = 256 * 1024 * 1024;

pub(crate) fn inputs(inputs: &wit::Inputs) -> Result<Inputs<'_>> {
    let size = |file: &wit::File| match file {
        wit::File::Content(bytes) => bytes.len(),
        _ => 0,
    };
    if inputs.files.iter().map(|(_, file)| size(file)).sum::<usize>() > MAX_INPUT {
        return Err(Error::new(ErrorCode::Options, "The files have more than 256 MiB together.")
            .hint("Files of OpenClaw's state dir have a few KiB. Look at what lies there."));
    }
    let files = inputs.files.iter().map(|(path, file)| (path.clone(), file_of(file)));
    let row = |row: &wit::Row| row.iter().map(|(name, cell)| (name.clone(), value(cell))).collect();
    let rows = inputs.rows.iter().map(|answer| {
        (answer.id.clone(), answer.rows.as_ref().map(|rows| rows.iter().map(row).collect()))
    });
    Ok(Inputs {
        files: files.collect(),
        rows: rows.collect(),
        now: target::now(inputs.now as f64)?,
        home: inputs.home.clone(),
        cwd: inputs.cwd.clone(),
        installed: inputs.installed.clone().to(),
        passed_over: inputs.passed_over.clone().to(),
        stats: inputs.stats.clone().to(),
        process: inputs.process.clone().to(),
        gateway: inputs.gateway,
        earlier: inputs.earlier.clone().to(),
        failures: inputs.failures.clone().to(),
        compact: false,
    })
}

record! {
    wit::Installed => Installed { version, state_schema }
    wit::PassedOver => PassedOver { path, at, uid }
    wit::Stat => Stat { mode, uid, nlink, backups, profiles, real }
    wit::Process => Process { uid, node, platform }
    wit::Earlier => Earlier { device_id, roles, granted, applied }
}

impl To<Error> for wit::Error {
    fn to(self) -> Error {
        let fields: Fields = self.to();
        fields.into()
    }
}

fn file_of(file: &wit::File) -> File<'_> {
    match file {
        wit::File::Absent => File::Absent,
        wit::File::Content(bytes) => File::Bytes(bytes),
        wit::File::Dir => File::Dir,
        wit::File::Symlink => File::Symlink,
        wit::File::Other => File::Other,
    }
}

fn value(cell: &wit::SqlValue) -> Value {
    match cell {
        // No column that is looked at holds a blob: STRICT tables have them as TEXT and INTEGER.
        wit::SqlValue::Null | wit::SqlValue::Blob(_) => Value::Null,
        wit::SqlValue::Integer(number) => Value::from(*number),
        wit::SqlValue::Real(number) => Value::from(*number),
        wit::SqlValue::Text(text) => Value::from(text.as_str()),
    }
}
