//! The identity of a state dir as it is: in its file, as a row, or left beside a database.

use crate::base::json::Value;

use crate::base::keys::{self, KeyPair, device_id};
use crate::base::wiped::Wiped;
use crate::codes::ErrorCode;
use crate::context::{World, want_links};
use crate::error::{Error, Result};
use crate::inputs::Inputs;
use crate::options::target::Target;
use crate::report::StoreKind;
use crate::rules::BrokenIdentity;
use crate::store::identity::{self, Repair, Stored};
use crate::store::rows;
use crate::wants::{Gathered, Missing, Stop, want_files, want_queries};

/// The identity of a state dir with its private key.
///
/// # Errors
/// [`Stop::Missing`] with what is still to be read; [`Stop::Refused`] where there is no identity, or one that OpenClaw does not take.
pub fn export(target: &Target, inputs: &Inputs<'_>) -> Result<KeyPair, Stop> {
    let world = World::look(target, None, inputs)?;
    let based = |stop: Stop| stop.based(&world.paths.bases());
    let nothing = |path: &str| {
        Error::new(ErrorCode::IdentityMissing, "This state dir has no device identity.")
            .at(path)
            .hint("Call prePair() or setup() first.")
    };
    let mut place = world.paths.identity.clone();
    if world.store == StoreKind::Sqlite {
        let db = world.paths.database();
        want_queries(inputs, [rows::export(&db)]).map_err(based)?;
        if let Some(row) = inputs.rows("export").and_then(|rows| rows.first()) {
            let field = |name: &str| row.get(name).and_then(Value::as_str);
            // What OpenClaw does not take is not given away either: the key of another device, above all.
            return field("private_key_pem")
                .and_then(KeyPair::from_pem)
                .filter(|keys| {
                    field("device_id") == Some(&keys.device_id())
                        && field("public_key_pem") == Some(&keys.public_pem())
                        && field("private_key_pem") == Some(keys.private_pem().as_str())
                })
                .ok_or_else(|| broken_row(db).into());
        }
        // A database without an identity is one whose first start has not imported the file yet.
        place = db;
    }
    let path = &world.paths.identity;
    want_files(inputs, [path.as_str()]).map_err(based)?;
    let stored = identity::read(&inputs.file(path), path, inputs.now)?;
    Ok(stored.ok_or_else(|| nothing(&place))?.keys)
}

/// Whether the identity file has another name, with which this version does not read it.
pub(crate) fn linked(world: &World<'_, '_>) -> bool {
    world.rules.linked_identity != BrokenIdentity::Used
        && world.inputs.stat(&world.paths.identity).is_some_and(|stat| stat.nlink > 1)
}

/// The identity in its file. One with another name is written anew: the copy that takes its place has one.
pub(crate) fn stored_identity(world: &World<'_, '_>, path: &str) -> Result<Option<Stored>> {
    let file = world.inputs.file(path);
    let mut stored = identity::read(&file, path, world.inputs.now)?;
    if let Some(stored) = stored.as_mut()
        && path == world.paths.identity
        && linked(world)
    {
        let content = Wiped::new(file.bytes(path)?.unwrap_or_default().to_vec());
        let repair = stored.repair.get_or_insert(Repair { content, why: Vec::new() });
        repair
            .why
            .push("it has a second name, a hard link, with which this version does not read it");
    }
    Ok(stored)
}

/// What brings records into the database of a version that imports the identity alone.
pub(crate) const IMPORT_BY_DOCTOR: &str =
    "Run `openclaw doctor --fix --non-interactive` before the gateway starts; it imports both.";

/// A left-over identity file that the next import chokes on: it holds another key than the database, or no form
/// that OpenClaw takes. `mends`: this plan brings `identity/device.json` into form.
pub(crate) fn legacy_identity(world: &World<'_, '_>, mends: bool) -> Result<Option<Error>, Stop> {
    let file = world.paths.state("identity/device.json");
    let files =
        [file.clone(), format!("{file}.doctor-importing"), format!("{file}.native-importing")];
    let mut missing = Gathered::default();
    missing.take(want_files(world.inputs, files.iter().map(String::as_str)))?;
    missing.take(want_links(world.inputs, &world.rules, &world.paths.identity))?;
    missing.take(want_queries(world.inputs, [rows::primary(&world.paths.database())]))?;
    if missing.0 != Missing::default() {
        return Err(Stop::Missing(Box::new(missing.0)));
    }
    // `openclaw config set` alone makes a database without an identity; the first start imports the file into it.
    let mut known = primary_key(world)?;
    for path in files {
        let found = match stored_identity(world, &path) {
            Ok(None) => continue,
            Ok(Some(stored)) => Some(stored),
            Err(_) => None,
        };
        let key = found.as_ref().map(|stored| stored.keys.public());
        known = known.or(key);
        if key.is_none() || key != known {
            return Ok(Some(
                Error::new(
                    ErrorCode::LegacyIdentityConflict,
                    "An old identity file lies beside a database with another identity: after a change of the config this gateway may refuse to start.",
                )
                .at(path)
                .hint("The database is what counts. Move this file out of the state dir, then call again."),
            ));
        }
        // 2026.9.6 exits with 78 on "legacy device identity is invalid or unsupported", whatever key is in it.
        if found.is_some_and(|stored| stored.repair.is_some()) && !(mends && path == file) {
            return Ok(Some(
                Error::new(
                    ErrorCode::LegacyIdentityConflict,
                    "An old identity file lies beside the database in a form that OpenClaw does not import: after a change of the config this gateway refuses to start.",
                )
                .at(path)
                .hint("prePair() and setup() repair it and keep its key."),
            ));
        }
    }
    Ok(None)
}

/// The raw public key of the primary identity in the database.
pub(crate) fn primary_key(world: &World<'_, '_>) -> Result<Option<[u8; 32]>> {
    let Some(row) = world.inputs.rows("primary").and_then(|rows| rows.first()) else {
        return Ok(None);
    };
    let field = |name: &str| row.get(name).and_then(Value::as_str);
    // `sound` tells what only the place of the private half can know; who hands in rows may leave it out.
    match field("public_key_pem").and_then(keys::parse_public_key) {
        Some(key)
            if field("device_id") == Some(&device_id(&key))
                && field("public_key_pem") == Some(&keys::public_pem(&key))
                && row.get("sound").and_then(Value::as_i64) != Some(0) =>
        {
            Ok(Some(key))
        }
        _ => Err(broken_row(world.paths.database())),
    }
}

/// validateStoredDeviceIdentity and repairInvalidStoredDeviceIdentity of 2026.9.6 `src/infra/device-identity-store.ts`.
fn broken_row(db: String) -> Error {
    Error::new(ErrorCode::IdentityBroken, "The primary identity in the state database is broken: no gateway starts with such a deviceId, such keys or such times.")
        .at(db)
        .hint("Run `openclaw doctor --fix`, then call again. It keeps the key if both halves belong together, otherwise it makes a new one.")
}
