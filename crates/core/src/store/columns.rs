//! Records and requests as rows of the database keep them: one column a field, lists and tokens as JSON.

use crate::base::json::{Map, Value};

use crate::base::json5;
use crate::base::text::device_name;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::inputs::Rows;
use crate::steps::Statement;
use crate::store::fields::{Set, put};

/// The fields of a record and their columns.
const FIELDS: [(&str, &str); 22] = [
    ("deviceId", "device_id"),
    ("publicKey", "public_key"),
    ("displayName", "display_name"),
    ("operatorLabel", "operator_label"),
    ("platform", "platform"),
    ("deviceFamily", "device_family"),
    ("clientId", "client_id"),
    ("clientMode", "client_mode"),
    ("browserOrigin", "browser_origin"),
    ("role", "role"),
    ("roles", "roles_json"),
    ("scopes", "scopes_json"),
    ("approvedScopes", "approved_scopes_json"),
    ("remoteIp", "remote_ip"),
    ("tokens", "tokens_json"),
    ("approvedVia", "approved_via"),
    ("nodeSurface", "node_surface_json"),
    ("pendingNodeSurface", "pending_node_surface_json"),
    ("createdAtMs", "created_at_ms"),
    ("approvedAtMs", "approved_at_ms"),
    ("lastSeenAtMs", "last_seen_at_ms"),
    ("lastSeenReason", "last_seen_reason"),
];

/// Those that a request has beside them.
const REQUEST_FIELDS: [(&str, &str); 3] =
    [("requestId", "request_id"), ("ts", "ts"), ("refreshedAtMs", "refreshed_at_ms")];

/// Other names under which a query asks for columns.
const ALIASES: [(&str, &str); 2] =
    [("node_json", "node_surface_json"), ("waiting_json", "pending_node_surface_json")];

/// The record that a query for one device gave.
pub(crate) fn record(rows: &Rows, db: &str) -> Result<Option<Map>> {
    rows.as_ref().and_then(|rows| rows.first()).map(|row| record_of(row, db)).transpose()
}

/// A row of `device_pairing_paired` as the record that the gateway makes of it.
pub(crate) fn record_of(row: &Map, db: &str) -> Result<Map> {
    let hint = "Remove the record with `npx openclaw-prepair devices remove`, then call again.";
    fields_of(row, &FIELDS).map_err(|column| {
        let id = device_name(row.get("device_id").and_then(Value::as_str).unwrap_or_default());
        let message = format!("The column {column} of device {id} does not parse as JSON.");
        Error::new(ErrorCode::Shape, message).at(db).hint(hint)
    })
}

/// A row of `device_pairing_pending` as the request that the gateway makes of it; what does not parse is left out.
pub(crate) fn request_of(row: &Map) -> Map {
    let flag = |name: &str| Some(Value::Bool(row.get(name)?.as_i64()? != 0));
    let mut request = Map::new();
    for (field, column) in FIELDS.iter().chain(&REQUEST_FIELDS) {
        request.extend(fields_of(row, &[(*field, *column)]).unwrap_or_default());
    }
    for (field, column) in [("silent", "silent"), ("isRepair", "is_repair")] {
        request.extend(flag(column).map(|flag| (field.to_string(), flag)));
    }
    request
}

/// The fields that columns hold; the column that does not parse.
fn fields_of(row: &Map, fields: &[(&str, &'static str)]) -> Result<Map, &'static str> {
    let mut record = Map::new();
    for (field, column) in fields {
        let alias = ALIASES.iter().find(|(_, name)| name == column).map(|(alias, _)| *alias);
        let value = match (row.get(column), alias) {
            (None | Some(Value::Null), Some(alias)) => row.get(alias),
            (found, _) => found,
        };
        let value = match value {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) if column.ends_with("_json") => {
                json5::parse(text).ok_or(*column)?
            }
            Some(value) => value.clone(),
        };
        record.insert((*field).to_string(), value);
    }
    Ok(record)
}

/// Inserts a record where none was.
pub(crate) fn insert_paired(record: &Map) -> Statement {
    let given = FIELDS.iter().filter_map(|(field, column)| Some((*column, record.get(field)?)));
    let (columns, params): (Vec<_>, Vec<_>) =
        given.map(|(column, value)| (column, cell(column, value.clone()))).unzip();
    let marks = vec!["?"; columns.len()];
    Statement {
        sql: format!(
            "INSERT INTO device_pairing_paired ({}) VALUES ({})",
            columns.join(", "),
            marks.join(", ")
        ),
        params,
        changes: 1,
    }
}

/// A value as its column keeps it.
fn cell(column: &str, value: Value) -> Value {
    match column.ends_with("_json") && !value.is_null() {
        true => Value::String(json5::line(&value)),
        false => value,
    }
}

/// Updates the columns that a decision sets; all others stay.
pub(crate) fn update_paired(device_id: &str, mut record: Map, sets: &[Set]) -> Statement {
    let mut columns: Vec<&'static str> = Vec::new();
    for set in sets {
        put(&mut record, &set.path, set.value.clone());
        let column = column(set.path[0]);
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let mut params: Vec<Value> = columns
        .iter()
        .map(|name| {
            let value = record.get(field(name)).cloned().unwrap_or(Value::Null);
            cell(name, value)
        })
        .collect();
    params.push(device_id.into());
    let list: Vec<String> = columns.iter().map(|column| format!("{column} = ?")).collect();
    Statement {
        sql: format!("UPDATE device_pairing_paired SET {} WHERE device_id = ?", list.join(", ")),
        params,
        changes: 1,
    }
}

fn column(field: &str) -> &'static str {
    FIELDS.iter().find(|(name, _)| *name == field).map_or("", |(_, column)| column)
}

fn field(column: &str) -> &'static str {
    FIELDS.iter().find(|(_, name)| *name == column).map_or("", |(field, _)| field)
}
