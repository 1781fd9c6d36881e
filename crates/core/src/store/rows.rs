//! The store of 2026.8.1 and later: rows of `<stateDir>/state/openclaw.sqlite`.
//!
//! Planned as parameterised statements that the driver runs through the host's own SQLite in one transaction.
//! Never DDL, never user_version, never raw bytes. Columns by OpenClaw 2026.9.6 `src/state/openclaw-state-schema.sql`.

use crate::base::json::{Map, Value};

use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::inputs::Inputs;
use crate::steps::Statement;
use crate::wants::Query;

/// The lowest user_version that holds identity and pairing (2026.8.1).
pub(crate) const FIRST_SCHEMA: i64 = 15;

/// Columns that the statements of this module name; those of pins are there where a row has one.
const COLUMNS: [(&str, &[&str]); 3] = [
    (
        "device_identities",
        &[
            "identity_key",
            "device_id",
            "public_key_pem",
            "private_key_pem",
            "created_at_ms",
            "updated_at_ms",
        ],
    ),
    (
        "device_pairing_paired",
        &[
            "device_id",
            "public_key",
            "display_name",
            "client_id",
            "client_mode",
            "role",
            "roles_json",
            "scopes_json",
            "approved_scopes_json",
            "tokens_json",
            "approved_via",
            "created_at_ms",
            "approved_at_ms",
        ],
    ),
    ("device_pairing_pending", &["request_id", "device_id", "silent", "ts"]),
];

/// Columns beside those that only the operations on devices look at.
const DEVICE_COLUMNS: [(&str, &[&str]); 2] = [
    (
        "device_pairing_paired",
        &[
            "operator_label",
            "platform",
            "device_family",
            "remote_ip",
            "node_surface_json",
            "pending_node_surface_json",
            "last_seen_at_ms",
        ],
    ),
    (
        "device_pairing_pending",
        &["public_key", "role", "roles_json", "scopes_json", "remote_ip", "is_repair"],
    ),
];

/// Stands for the device whose identity a database holds, where nobody has looked into it yet: its id and its public key, whose
/// private half nobody has.
pub(crate) const STAND_IN: (&str, &str) = (
    "f340c0ac04adb767e5318ecf71456aff37ea83744f9fe0b521ab3520d47cc573",
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA33OqUqeVSFEoixAS+jeDrUW9aQknRQFwuKoWw8y5b4=\n-----END PUBLIC KEY-----\n",
);

/// What a query for whole records asks for: a node's commands under names that are no secrets in a sandbox.
const RECORD: &str = "SELECT *, node_surface_json AS node_json, pending_node_surface_json AS waiting_json FROM device_pairing_paired";

fn query(id: &str, db: &str, sql: &str, params: Vec<Value>) -> Query {
    Query { id: id.to_string(), db: db.to_string(), sql: sql.to_string(), params }
}

/// What tells the era: asked wherever a state dir is looked at.
pub(crate) fn probes(db: &str) -> [Query; 2] {
    [
        query("userVersion", db, "PRAGMA user_version", vec![]),
        query(
            "columns",
            db,
            "SELECT m.name AS tbl, c.name AS col, c.type AS type, l.strict AS strict FROM sqlite_schema m, pragma_table_info(m.name) c, \
pragma_table_list(m.name) l WHERE m.type = 'table' AND l.schema = 'main' AND m.name IN ('device_identities', 'device_pairing_paired', 'device_pairing_pending', 'config_machine_state', 'device_auth_tokens')",
            vec![],
        ),
    ]
}

/// The identity of this state dir, without its private half. A driver adds the column `sound`: 1 or 0, whether OpenClaw takes the
/// whole row.
pub(crate) fn primary(db: &str) -> Query {
    query(
        "primary",
        db,
        "SELECT device_id, public_key_pem FROM device_identities WHERE identity_key = 'primary'",
        vec![],
    )
}

/// The identity with its private half, for `exportIdentity` alone.
pub(crate) fn export(db: &str) -> Query {
    query(
        "export",
        db,
        "SELECT device_id, public_key_pem, private_key_pem FROM device_identities WHERE identity_key = 'primary'",
        vec![],
    )
}

/// Set where somebody else manages the database.
pub(crate) fn supervision(db: &str) -> Query {
    query(
        "supervision",
        db,
        "SELECT state_key FROM config_machine_state WHERE state_key = 'gateway.supervision'",
        vec![],
    )
}

/// The record of one device.
pub(crate) fn paired(db: &str, device_id: &str) -> Query {
    query(
        &format!("paired:{device_id}"),
        db,
        "SELECT * FROM device_pairing_paired WHERE device_id = ?",
        vec![device_id.into()],
    )
}

/// The whole record of one device, a node's commands with it.
pub(crate) fn device(db: &str, device_id: &str) -> Query {
    let sql = format!("{RECORD} WHERE device_id = ?");
    query(&format!("device:{device_id}"), db, &sql, vec![device_id.into()])
}

/// The tokens of one device, under a name that is no secret in a sandbox: for `devices.token` alone.
pub(crate) fn tokens(db: &str, device_id: &str) -> Query {
    query(
        &format!("tokens:{device_id}"),
        db,
        "SELECT tokens_json AS granted FROM device_pairing_paired WHERE device_id = ?",
        vec![device_id.into()],
    )
}

/// The table of the device tokens that clients here keep.
pub(crate) const KEPT: &str = "device_auth_tokens";

/// The tokens of a device that clients here keep, under a name that no sandbox shows.
pub(crate) fn kept(db: &str, device_id: &str) -> Query {
    query(
        &format!("kept:{device_id}"),
        db,
        "SELECT role, token AS secret FROM device_auth_tokens WHERE device_id = ?",
        vec![device_id.into()],
    )
}

/// The whole records of all devices.
pub(crate) fn devices(db: &str) -> Query {
    query("devices", db, &format!("{RECORD} ORDER BY approved_at_ms, device_id"), vec![])
}

/// The whole records of the nodes that wait for commands.
pub(crate) fn surfaces(db: &str) -> Query {
    let sql = format!("{RECORD} WHERE pending_node_surface_json IS NOT NULL ORDER BY device_id");
    query("surfaces", db, &sql, vec![])
}

/// Whether any device is paired.
pub(crate) fn any_paired(db: &str) -> Query {
    query("anyPaired", db, "SELECT device_id FROM device_pairing_paired LIMIT 1", vec![])
}

/// All pending requests.
pub(crate) fn pending(db: &str) -> Query {
    query(
        "pending",
        db,
        "SELECT *, hex(request_id) AS request_hex FROM device_pairing_pending ORDER BY ts, request_id",
        vec![],
    )
}

/// The rows that a query would give of a database that holds nothing but, where `paired`, an identity.
pub(crate) fn imagined(id: &str, paired: bool) -> Vec<Map> {
    let row = |cells: &[(&str, Value)]| {
        cells.iter().map(|(name, value)| ((*name).to_string(), value.clone())).collect()
    };
    match id {
        "userVersion" => vec![row(&[("user_version", FIRST_SCHEMA.into())])],
        "columns" => {
            let mut rows = Vec::new();
            let state = [("config_machine_state", ["state_key"].as_slice())];
            for (table, columns) in COLUMNS.iter().chain(&DEVICE_COLUMNS).chain(&state) {
                for column in *columns {
                    rows.push(row(&[("tbl", (*table).into()), ("col", (*column).into())]));
                }
            }
            rows
        }
        "primary" if paired => {
            let (id, key) = STAND_IN;
            vec![row(&[("device_id", id.into()), ("public_key_pem", key.into())])]
        }
        _ => Vec::new(),
    }
}

/// The user_version; `None` without a database.
pub(crate) fn user_version(inputs: &Inputs<'_>) -> Option<i64> {
    Some(inputs.rows("userVersion")?.first()?.get("user_version")?.as_f64()? as i64)
}

/// Whether a table is there.
pub(crate) fn has_table(inputs: &Inputs<'_>, table: &str) -> bool {
    column_rows(inputs).any(|(tbl, _)| tbl == table)
}

fn column_rows<'i>(inputs: &'i Inputs<'_>) -> impl Iterator<Item = (&'i str, &'i str)> {
    inputs
        .rows("columns")
        .unwrap_or_default()
        .iter()
        .filter_map(|row| Some((row.get("tbl")?.as_str()?, row.get("col")?.as_str()?)))
}

/// Refuses a database that lacks what the statements need, or whose columns would keep other values than they are given.
pub(crate) fn check_columns(inputs: &Inputs<'_>, db: &str) -> Result<()> {
    check(inputs, db, &COLUMNS)
}

/// The same for what the operations on devices look at.
pub(crate) fn check_device_columns(inputs: &Inputs<'_>, db: &str) -> Result<()> {
    check(inputs, db, &COLUMNS)?;
    check(inputs, db, &DEVICE_COLUMNS)
}

fn check(inputs: &Inputs<'_>, db: &str, wanted: &[(&str, &[&str])]) -> Result<()> {
    for (table, columns) in wanted {
        if let Some(what) = columns.iter().find_map(|column| fault(inputs, table, column)) {
            return Err(Error::new(ErrorCode::SqliteSchema, what)
                .at(db)
                .hint("It was made by a version that this package does not know, or is damaged. Run `openclaw doctor`, or update openclaw-prepair."));
        }
    }
    Ok(())
}

/// What is wrong with a column, or with its table. What the rows do not tell is not judged.
fn fault(inputs: &Inputs<'_>, table: &str, column: &str) -> Option<String> {
    if !has_table(inputs, table) {
        return Some(format!("The state database lacks the table {table}."));
    }
    let is =
        |row: &&Map, name: &str, value: &str| row.get(name).and_then(Value::as_str) == Some(value);
    let mut rows = inputs.rows("columns").unwrap_or_default().iter();
    let Some(row) = rows.find(|row| is(row, "tbl", table) && is(row, "col", column)) else {
        return Some(format!("The state database lacks the column {table}.{column}."));
    };
    if row.get("strict").and_then(Value::as_i64) == Some(0) {
        return Some(format!("The table {table} of the state database is not STRICT."));
    }
    let wanted = match column {
        "silent" | "ts" | "is_repair" => "INTEGER",
        _ if column.ends_with("_ms") => "INTEGER",
        _ => "TEXT",
    };
    let kind = row.get("type").and_then(Value::as_str)?;
    (!kind.eq_ignore_ascii_case(wanted)).then(|| {
        format!("The column {table}.{column} of the state database is not of the type {wanted}.")
    })
}

/// Inserts the identity where there is no primary one.
pub(crate) fn insert_identity(keys: &crate::base::keys::KeyPair, now: i64) -> Statement {
    Statement {
        sql: "INSERT INTO device_identities (identity_key, device_id, public_key_pem, private_key_pem, created_at_ms, updated_at_ms) \
VALUES ('primary', ?, ?, ?, ?, ?)"
            .to_string(),
        params: vec![
            keys.device_id().into(),
            keys.public_pem().into(),
            keys.private_pem().as_str().into(),
            now.into(),
            now.into(),
        ],
        changes: 1,
    }
}

/// Replaces the device token that clients here keep for a role.
pub(crate) fn keep(device_id: &str, role: &str, token: &Value, now: i64) -> Statement {
    Statement {
        sql: "UPDATE device_auth_tokens SET token = ?, scopes_json = ?, updated_at_ms = ? WHERE device_id = ? AND role = ?".to_string(),
        params: vec![
            token["token"].clone(),
            crate::base::json5::line(&token["scopes"]).into(),
            now.into(),
            device_id.into(),
            role.into(),
        ],
        changes: 1,
    }
}

/// Deletes the record of a device.
pub(crate) fn delete_paired(device_id: &str) -> Statement {
    Statement {
        sql: "DELETE FROM device_pairing_paired WHERE device_id = ?".to_string(),
        params: vec![device_id.into()],
        changes: 1,
    }
}

/// Deletes a pending request. By the bytes of its id: SQLite keeps any, and one that is not UTF-8 cannot be named.
pub(crate) fn delete_pending(row: &Map) -> Statement {
    Statement {
        sql: "DELETE FROM device_pairing_pending WHERE hex(request_id) = ?".to_string(),
        params: vec![row.get("request_hex").cloned().unwrap_or(Value::Null)],
        changes: 1,
    }
}
