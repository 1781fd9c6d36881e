//! The key that is to be approved: reused, made, imported or replaced, in a file or a row.

use crate::base::keys::{KeyPair, device_id, sha256_hex};
use crate::base::wiped::Wiped;
use crate::codes::{ErrorCode, NoticeCode};
use crate::context::{World, claim};
use crate::entropy::no_entropy;
use crate::error::{Error, Result};
use crate::inputs::File;
use crate::options::pair::{IdentityChoice, PairOptions};
use crate::plan::identity::{primary_key, stored_identity};
use crate::report::{IdentityOutcome, Notice};
use crate::steps::{Statement, Step, expect, private, remove, write};
use crate::store::identity::{self, Repair};
use crate::store::rows;
use crate::wants::{Stop, want_files, want_queries};

/// The key that is to be approved, and what is done to hold it.
pub(crate) struct Key {
    pub(crate) public: [u8; 32],
    pub(crate) outcome: IdentityOutcome,
    /// Written before the record.
    pub(crate) before: Vec<Step>,
    /// Written after the record: a replaced identity.
    pub(crate) after: Vec<Step>,
    /// The deviceId that a replaced identity had.
    pub(crate) replaced: Option<String>,
    /// The claim of a new identity, and its end.
    pub(crate) claim: (Option<Step>, Option<Step>),
    pub(crate) statements: Vec<Statement>,
}

impl Key {
    /// Held already: nothing is done for it.
    pub(crate) fn new(public: [u8; 32], outcome: IdentityOutcome) -> Self {
        let (before, after, statements) = (Vec::new(), Vec::new(), Vec::new());
        Self { public, outcome, before, after, replaced: None, claim: (None, None), statements }
    }
}

/// The key that the options name, and what is reported of it where none is on disk.
fn wanted(options: &PairOptions, seed: &[u8; 32]) -> Option<(KeyPair, IdentityOutcome)> {
    match &options.identity {
        IdentityChoice::Disk => None,
        IdentityChoice::Given(keys) => Some(((**keys).clone(), IdentityOutcome::Imported)),
        IdentityChoice::New => Some((KeyPair::from_seed(seed), IdentityOutcome::Created)),
    }
}

/// The identity in its file.
pub(super) fn file_key(
    world: &World<'_, '_>,
    options: &PairOptions,
    seed: &[u8; 32],
    warnings: &mut Vec<Notice>,
) -> Result<Key, Stop> {
    let inputs = world.inputs;
    let path = &world.paths.identity;
    let file = inputs.file(path);
    let stored = match stored_identity(world, path) {
        Err(error)
            if options.replace
                && error.code == ErrorCode::IdentityBroken
                && !matches!(options.identity, IdentityChoice::Disk) =>
        {
            None
        }
        other => other?,
    };
    let claim = claim(&world.paths, options);
    let claimed = match &claim {
        Some(claim) => inputs.file(claim).bytes(claim)?,
        None => None,
    };
    let id = stored.as_ref().map(|stored| stored.keys.device_id());
    let resumed = claimed.is_some() && claimed == id.as_deref().map(str::as_bytes);
    let wanted = wanted(options, seed)
        .filter(|(_, outcome)| !resumed || *outcome != IdentityOutcome::Created);
    let mut key = Key::new([0; 32], IdentityOutcome::Reused);
    let same = |stored: &identity::Stored| match &wanted {
        Some((keys, _)) => keys.public() == stored.keys.public(),
        None => true,
    };
    match (stored, wanted.as_ref()) {
        (Some(stored), _) if same(&stored) => {
            key.public = stored.keys.public();
            if let Some(repair) = stored.repair {
                key.outcome = IdentityOutcome::Repaired;
                key.before.push(mend(path, file, repair, warnings));
            }
            if let (Some(path), Some(claimed)) = (claim, claimed.filter(|_| resumed)) {
                key.outcome = IdentityOutcome::Created;
                key.claim.1 = Some(remove(&path, sha256_hex(claimed)));
            }
        }
        (None, wanted) if !file.exists() => {
            let (keys, outcome) = match wanted {
                Some((keys, outcome)) => (keys.clone(), *outcome),
                None if seed == &[0; 32] => return Err(no_entropy().into()),
                None => (KeyPair::from_seed(seed), IdentityOutcome::Created),
            };
            key.public = keys.public();
            key.outcome = outcome;
            key.before.push(private(path, keys.file(inputs.now), None));
            if let Some(path) = claim {
                let id = keys.device_id().into_bytes();
                let end = remove(&path, sha256_hex(&id));
                let file = inputs.file(&path);
                key.claim = (Some(write(&path, id, file)), Some(end));
            }
        }
        (stored, Some((keys, _))) if options.replace => {
            key.public = keys.public();
            key.outcome = IdentityOutcome::Replaced;
            key.replaced = stored.map(|stored| stored.keys.device_id());
            let old = Wiped::new(file.bytes(path)?.unwrap_or_default().to_vec());
            let backup = backup(world, &old)?;
            if !inputs.file(&backup).exists() {
                key.before.push(private(&backup, old, None));
            }
            warnings.push(
                Notice::new(NoticeCode::IdentityReplaced, "The identity that was here gave way to another; the old file was kept beside it.")
                    .at(&backup)
                    .hint("Remove the backup when nobody needs the old key."),
            );
            key.after.push(private(path, keys.file(inputs.now), expect(file)));
        }
        (Some(stored), Some((keys, _))) => {
            return Err(conflict(path, &stored.keys.device_id(), &keys.device_id()).into());
        }
        // Something stands there that is no identity; reading it was refused above.
        (_, _) => {
            return Err(Error::new(ErrorCode::IdentityBroken, "The identity file cannot be used.")
                .at(path)
                .into());
        }
    }
    Ok(key)
}

/// Where the old identity is kept: the first name that is free, or holds it since a call that was killed.
fn backup(world: &World<'_, '_>, old: &[u8]) -> Result<String, Stop> {
    let (path, now) = (&world.paths.identity, world.inputs.now);
    let mut name = format!("{path}.{now}.bak");
    for number in 2.. {
        want_files(world.inputs, [name.as_str()])?;
        match world.inputs.file(&name) {
            File::Bytes(kept) if kept == old => break,
            file if !file.exists() => break,
            _ => name = format!("{path}.{now}-{number}.bak"),
        }
    }
    Ok(name)
}

fn mend(path: &str, file: File<'_>, repair: Repair, warnings: &mut Vec<Notice>) -> Step {
    let why = repair.why.join("; ");
    warnings.push(
        Notice::new(
            NoticeCode::IdentityRepaired,
            format!("The identity file was mended, its key kept: {why}."),
        )
        .at(path),
    );
    private(path, repair.content, expect(file))
}

pub(crate) fn conflict(path: &str, known: &str, given: &str) -> Error {
    Error::new(ErrorCode::IdentityConflict, format!("Another identity is here: device {known}, not {given}."))
        .at(path)
        .hint("Leave out identity to use the one that is here, or say onConflict: 'replace' (files only) if its devices may lose access.")
}

/// The identity in the database: its primary row is reused, never replaced.
pub(super) fn row_key(
    world: &World<'_, '_>,
    options: &PairOptions,
    seed: &[u8; 32],
    warnings: &mut Vec<Notice>,
) -> Result<Key, Stop> {
    let inputs = world.inputs;
    let db = world.paths.database();
    let path = &world.paths.identity;
    let file = inputs.file(path);
    rows::check_columns(inputs, &db)?;
    want_queries(inputs, [rows::primary(&db)])?;
    let mut key = Key::new([0; 32], IdentityOutcome::Reused);
    let wanted = wanted(options, seed);
    if let Some(public) = primary_key(world)? {
        if let Some((given, _)) = wanted.filter(|(given, _)| given.public() != public) {
            return Err(Error::new(
                ErrorCode::IdentityConflict,
                format!("The state database holds another identity: device {}, not {}.", device_id(&public), given.device_id()),
            )
            .at(db)
            .hint("An identity in the database is never replaced. Leave out identity to use it, or approve the other key by device: { publicKey }.")
            .into());
        }
        key.public = public;
        // The same key may lie in a file too. In a form that OpenClaw does not import it stops the gateway.
        if let Ok(Some(stored)) = stored_identity(world, path)
            && stored.keys.public() == public
            && let Some(repair) = stored.repair
        {
            key.outcome = IdentityOutcome::Repaired;
            key.before.push(mend(path, file, repair, warnings));
        }
        return Ok(key);
    }
    // No identity yet. One that waits in a file is the one that a later import would compare with.
    let mut stored = stored_identity(world, path)?;
    let repair = stored.as_mut().and_then(|stored| stored.repair.take());
    let (keys, outcome) = match (stored, wanted) {
        (Some(stored), Some((given, _))) if stored.keys.public() != given.public() => {
            return Err(conflict(path, &stored.keys.device_id(), &given.device_id()).into());
        }
        (Some(stored), _) => (stored.keys, IdentityOutcome::Imported),
        (None, Some(wanted)) => wanted,
        (None, None) if seed == &[0; 32] => return Err(no_entropy().into()),
        (None, None) => (KeyPair::from_seed(seed), IdentityOutcome::Created),
    };
    key.public = keys.public();
    key.outcome = outcome;
    key.statements.push(rows::insert_identity(&keys, inputs.now));
    if let Some(repair) = repair {
        key.before.push(mend(path, file, repair, warnings));
    }
    Ok(key)
}
