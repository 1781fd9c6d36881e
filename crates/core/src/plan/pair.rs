//! `prePair`: identity, record and pending requests as one.

use crate::base::json::Map;

use crate::base::base64;
use crate::base::keys::device_id;
use crate::base::text::quote;
use crate::codes::{ErrorCode, NoticeCode};
use crate::context::World;
use crate::entropy::{ENTROPY, halves, no_entropy};
use crate::error::{Error, Result};
use crate::gateway::pairing::{PINNED, remove_first};
use crate::options::fields::close;
use crate::options::pair::{PairOptions, PendingChoice};
use crate::options::role::Role;
use crate::plan::devices::commands_wait;
use crate::plan::identity::{IMPORT_BY_DOCTOR, legacy_identity};
use crate::plan::key::{Key, file_key, row_key};
use crate::plan::pending::{asked, clear_part};
use crate::plan::record::{file_record, row_record};
use crate::report::{IdentityOutcome, Notice, PrePairReport, StoreKind};
use crate::rules::{Import, Rules};
use crate::steps::{Statement, Step};
use crate::store::pending::Which;
use crate::store::record::{Want, pin_allows};
use crate::wants::Stop;

pub(crate) struct PairPart {
    pub(crate) report: PrePairReport,
    /// The key that is approved.
    pub(crate) public: [u8; 32],
    /// Its record as it is then, where that is a row.
    pub(crate) row: Option<Map>,
    /// Before all other steps.
    pub(crate) begin: Option<Step>,
    pub(crate) steps: Vec<Step>,
    /// After all other steps, those of the config too.
    pub(crate) end: Option<Step>,
    pub(crate) statements: Vec<Statement>,
}

pub(crate) fn pair_part(
    world: &World<'_, '_>,
    options: &PairOptions,
    entropy: &[u8; ENTROPY],
) -> Result<PairPart, Stop> {
    let inputs = world.inputs;
    let [seed, token] = halves(entropy);
    let mut warnings = world.warnings.clone();
    let key = match (&options.device, world.store) {
        (Some(public), _) => Key::new(*public, IdentityOutcome::Untouched),
        (None, StoreKind::Json) => file_key(world, options, seed, &mut warnings)?,
        (None, StoreKind::Sqlite) => row_key(world, options, seed, &mut warnings)?,
    };
    known_scopes(options.scopes.as_deref(), &world.rules, &mut warnings)?;
    let id = device_id(&key.public);
    let role = options.role.unwrap_or_default().name();
    let asked = asked(world, &key.public, options.pending)?;
    let want = Want {
        public: &key.public,
        display_name: options.display_name.as_deref(),
        role: options.role,
        scopes: options.scopes.as_deref(),
        reinstate: options.reinstate,
        asked: &asked,
        pins: world.rules.metadata_pinned,
        now: inputs.now,
        token,
    };
    let (decision, record_step, record_statements, place, row) = match world.store {
        StoreKind::Json => {
            let old = key.replaced.as_deref();
            let (decision, step) = file_record(world, &want, old, &mut warnings)?;
            (decision, step, Vec::new(), world.paths.paired(), None)
        }
        StoreKind::Sqlite => {
            let (decision, statements, row) = row_record(world, &want)?;
            (decision, None, statements, world.paths.database(), Some(row))
        }
    };
    if decision.new_token && token == &[0; 32] {
        return Err(no_entropy().into());
    }
    if let Some(was) = decision.renewed {
        warnings.push(
            Notice::new(NoticeCode::TokenRenewed, format!("The {role} token of device {id} was {was}. A new token took its place."))
                .hint("A client that still has the old token connects once with the gateway's own secret, or after `npx openclaw-prepair devices rotate` if it is the command line here.")
                .at(&place),
        );
    }
    if !decision.taken.is_empty() {
        warnings.push(
            Notice::new(NoticeCode::PinnedTaken, format!("The record of device {id} pinned another {} than its newest request names. It was taken from that request.", decision.taken.join(" and another ")))
                .hint("Check that this is the device that you mean.")
                .at(&place),
        );
    }
    // Of another device's client nothing is known; our own runs here, in a sandbox on Linux.
    let platform = inputs.process.as_ref().map_or("linux", |process| process.platform.as_str());
    if world.rules.metadata_pinned
        && options.device.is_none()
        && !(pin_allows(decision.platform.as_deref(), Some(platform))
            && pin_allows(decision.device_family.as_deref(), None))
    {
        warnings.push(Notice::new(NoticeCode::Pinned, PINNED).hint(remove_first(&id)).at(place));
    }
    if world.store == StoreKind::Sqlite
        && let Some(error) = legacy_identity(world, true)?
    {
        warnings.push(error.into());
    }
    let which = match options.pending {
        PendingChoice::Keep => None,
        PendingChoice::All => Some(Which::All),
        PendingChoice::Device => Some(Which::Device(&id)),
    };
    let clear = which.map(|which| clear_part(world, which)).transpose()?;
    let mut steps = key.before;
    steps.extend(record_step);
    steps.extend(key.after);
    let mut statements = key.statements;
    statements.extend(record_statements);
    let mut pending_cleared = 0;
    if let Some(clear) = clear {
        pending_cleared = clear.cleared.len();
        steps.extend(clear.steps);
        statements.extend(clear.statements);
    }
    if options.role == Some(Role::Node) && decision.new_token {
        warnings.extend(commands_wait(world, &id));
    }
    if world.store == StoreKind::Json && world.rules.import == Import::IdentityOnly {
        warnings.push(
            Notice::new(NoticeCode::NotImported, "This version imports the identity file at its first start, but no paired.json: the record counts only once it is imported.")
                .hint(IMPORT_BY_DOCTOR)
                .at(world.paths.paired()),
        );
    }
    let report = PrePairReport {
        device_id: id,
        public_key: base64::encode_url(&key.public),
        store: world.store,
        gateway: world.gateway.clone(),
        identity: key.outcome,
        paired: decision.outcome,
        scopes_added: decision.scopes_added,
        pending_cleared,
        attempts: 1,
        changes: Vec::new(),
        warnings,
    };
    let (begin, end) = key.claim;
    Ok(PairPart { report, public: key.public, row, begin, steps, end, statements })
}

/// Refuses a scope that is a slip of one that this version has, and says of others that they grant nothing there.
fn known_scopes(
    scopes: Option<&[String]>,
    rules: &Rules,
    warnings: &mut Vec<Notice>,
) -> Result<()> {
    for scope in scopes.unwrap_or_default() {
        if rules.operator_scopes.contains(&scope.as_str()) {
            continue;
        }
        if let Some(near) = rules.operator_scopes.iter().find(|known| close(known, scope)) {
            return Err(Error::new(
                ErrorCode::Options,
                format!("No operator of this version has the scope {}.", quote(scope)),
            )
            .hint(format!("Did you mean {near}?")));
        }
        warnings.push(
            Notice::new(
                NoticeCode::ScopeUnknown,
                format!("This version has no scope {}; there it grants nothing.", quote(scope)),
            )
            .hint(format!("Its scopes: {}.", rules.operator_scopes.join(", "))),
        );
    }
    Ok(())
}
