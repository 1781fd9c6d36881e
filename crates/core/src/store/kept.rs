//! The device tokens that clients on this machine keep of earlier connects, for one without the gateway's secret: in
//! `identity/device-auth.json`, later in rows.

use crate::base::json::{Map, Value};

use crate::base::json5;
use crate::inputs::{File, Inputs};
use crate::report::StoreKind;
use crate::store::paths::Paths;
use crate::store::rows;
use crate::wants::{Stop, want_files, want_queries};

/// The file, below the state dir.
pub(crate) const DEVICE_AUTH: &str = "identity/device-auth.json";

/// Asks for what is kept of a device.
pub(crate) fn want(
    inputs: &Inputs<'_>,
    paths: &Paths,
    store: StoreKind,
    id: &str,
) -> Result<(), Stop> {
    match store {
        StoreKind::Json => want_files(inputs, [&*paths.state(DEVICE_AUTH)]).map_err(Stop::optional),
        StoreKind::Sqlite if rows::has_table(inputs, rows::KEPT) => {
            want_queries(inputs, [rows::kept(&paths.database(), id)])
        }
        StoreKind::Sqlite => Ok(()),
    }
}

/// What is kept of a device for a role, beside a store of files.
pub(crate) fn in_file(inputs: &Inputs<'_>, paths: &Paths, id: &str, role: &str) -> Option<String> {
    let File::Bytes(bytes) = inputs.file(&paths.state(DEVICE_AUTH)) else { return None };
    let kept = core::str::from_utf8(bytes).ok().and_then(json5::parse)?;
    let ours = kept.get("deviceId").and_then(Value::as_str) == Some(id);
    let token = kept.get("tokens")?.get(role)?.get("token")?.as_str()?;
    ours.then(|| token.to_string())
}

/// The row of a device and a role; a driver that shows no secret leaves the token out.
pub(crate) fn in_rows<'i>(inputs: &'i Inputs<'_>, id: &str, role: &str) -> Option<&'i Map> {
    let mut rows = inputs.rows(&rows::kept("", id).id)?.iter();
    rows.find(|row| row.get("role").and_then(Value::as_str) == Some(role))
}
