//! `devices.revoke`, `devices.rotate` and `devices.token`: the tokens that a record holds.

use crate::base::json::{Value, strings};
use zeroize::Zeroizing;

use crate::base::base64;
use crate::base::json5;
use crate::base::text::device_name;
use crate::codes::{ErrorCode, NoticeCode};
use crate::context::World;
use crate::entropy::{ENTROPY, halves, no_entropy};
use crate::error::{Error, Result};
use crate::gateway::scopes::covers;
use crate::gateway::state::Paired;
use crate::inputs::Inputs;
use crate::options::devices::OfRole;
use crate::options::role::Role;
use crate::options::target::Target;
use crate::plan::devices::kept::{Fields, checked, place, record};
use crate::plan::devices::remove::no_device;
use crate::plan::devices::surface::generation;
use crate::plan::devices::write::DevicePart;
use crate::report::{Notice, StoreKind};
use crate::rules::TokenNeed;
use crate::store::approval::{known, new_token, normal};
use crate::store::fields::Set;
use crate::store::kept;
use crate::store::pending::roles;
use crate::store::record::{is_mark, is_revoked};
use crate::store::rows;
use crate::wants::{Gathered, Stop, want_queries};

/// Revokes the token of one role.
pub(super) fn revoke(world: &World<'_, '_>, of: &OfRole) -> Result<DevicePart, Stop> {
    let record = record(world, &of.device)?.ok_or_else(|| no_device(world, &of.device))?;
    let mut part = DevicePart::new(world, &of.device, Some(&record));
    let held = tokens(&record, of);
    if !held.is_empty() && held.iter().all(|(_, token)| revoked(token)) {
        return Ok(part);
    }
    let (role, _) = chosen(world, of, &record, |token| !revoked(token))?;
    let path = vec!["tokens", role, "revokedAtMs"];
    let mut sets = vec![Set { path, value: world.inputs.now.into() }];
    if role == "node" {
        sets.extend(generation(&record));
    }
    part.set(world, Some(&record), sets)?;
    if world.rules.token_need == TokenNeed::Nothing {
        let id = &of.device;
        let message = format!(
            "On this version the record of device {id} still lets it in where it has the gateway's own secret, and it gets a new token then."
        );
        part.report.warnings.push(
            Notice::new(NoticeCode::StillPaired, message)
                .at(place(world))
                .hint(format!("Run `npx openclaw-prepair devices remove {id}` to lock it out.")),
        );
    }
    Ok(part.still_connected(world))
}

/// Puts a new token in the place of that of one role.
pub(super) fn rotate(
    world: &World<'_, '_>,
    of: &OfRole,
    entropy: &[u8; ENTROPY],
) -> Result<DevicePart, Stop> {
    let id = &of.device;
    let mut missing = Gathered::default();
    let kept = missing.take(kept::want(world.inputs, &world.paths, world.store, id))?;
    let found = missing.take(record(world, id))?;
    let (Some(found), Some(())) = (found, kept) else {
        return Err(Stop::Missing(Box::new(missing.0)));
    };
    let record = found.ok_or_else(|| no_device(world, id))?;
    let [_, random] = halves(entropy);
    if random == &[0; 32] {
        return Err(no_entropy().into());
    }
    let approved = |role: &str| roles(&record).iter().any(|own| own == role);
    let named = of.role.map(Role::name).filter(|role| approved(role));
    let (role, old) = match (chosen(world, of, &record, |_| true), named) {
        (Ok((role, old)), _) => (role, Some(old)),
        // The role was approved, and its token is gone.
        (Err(_), Some(role)) => (role, None),
        (Err(error), None) => return Err(error.into()),
    };
    let mut part = DevicePart::new(world, id, Some(&record));
    if text(old, "token") == Some(&base64::encode_url(random)) {
        // By this call.
        return Ok(part);
    }
    if !approved(role) && world.rules.token_need != TokenNeed::Nothing {
        let message =
            format!("Device {id} has a token of the role {role}, which was not approved.");
        return Err(Error::new(ErrorCode::Role, message)
            .at(place(world))
            .hint("No gateway of this version takes such a token. Approve a request of the device for that role.")
            .into());
    }
    let held = old.and_then(|old| strings(old.get("scopes")));
    let scopes = held.unwrap_or_else(|| {
        let mut all = Paired::read(&record).scopes(&world.rules).to_vec();
        all.retain(|scope| scope.starts_with(&format!("{role}.")));
        all
    });
    let scopes = normal(&world.rules, &scopes);
    if role == "operator" && !covers(&world.rules, Paired::read(&record).approved(), &scopes) {
        let message =
            format!("The operator token of device {id} has scopes that were not approved.");
        return Err(Error::new(ErrorCode::Scope, message)
            .at(place(world))
            .hint("No gateway takes such a token. Approve a request of the device, or remove the device.")
            .into());
    }
    part.report.token_replaced = old.is_some();
    part.report.revocation_lifted = old.is_some_and(revoked);
    let token = new_token(role, scopes, old, random, (world.inputs.now, true));
    keep(world, &mut part, role, &token)?;
    let mut sets = vec![Set { path: vec!["tokens", role], value: token }];
    if role == "node" {
        sets.extend(generation(&record));
    }
    part.set(world, Some(&record), sets)?;
    Ok(part.still_connected(world))
}

/// Puts the new token also where clients of this state dir keep the one that it replaces: they would be refused with that.
fn keep(
    world: &World<'_, '_>,
    part: &mut DevicePart,
    role: &'static str,
    token: &Value,
) -> Result<()> {
    let (inputs, paths, id) = (world.inputs, &world.paths, part.report.device_id.clone());
    if kept::in_rows(inputs, &id, role).is_some() {
        part.statements.push(rows::keep(&id, role, token, inputs.now));
    }
    if world.store == StoreKind::Json && kept::in_file(inputs, paths, &id, role).is_some() {
        let fields = [
            ("token", token["token"].clone()),
            ("scopes", token["scopes"].clone()),
            ("updatedAtMs", inputs.now.into()),
        ];
        let sets = fields.map(|(field, value)| Set { path: vec![role, field], value });
        part.set_in(world, &paths.state(kept::DEVICE_AUTH), "tokens", &sets)?;
    }
    Ok(())
}

/// A token that lets a device in.
pub struct LiveToken {
    /// The device.
    pub device_id: String,
    /// The role that it is for.
    pub role: &'static str,
    /// The token itself: a secret.
    pub token: Zeroizing<String>,
    /// The scopes that it carries.
    pub scopes: Vec<String>,
}

/// The token of one role; never a revoked one.
///
/// # Errors
/// [`Stop::Missing`] with what is still to be read; [`Stop::Refused`] where there is no such device, or no live token of that role.
pub fn live_token(target: &Target, of: &OfRole, inputs: &Inputs<'_>) -> Result<LiveToken, Stop> {
    let world = World::look(target, None, inputs)?;
    token(&world, of).map_err(|stop| stop.based(&world.paths.bases()))
}

fn token(world: &World<'_, '_>, of: &OfRole) -> Result<LiveToken, Stop> {
    checked(world)?;
    let id = &of.device;
    let record = match world.store {
        StoreKind::Json => record(world, id)?,
        StoreKind::Sqlite => {
            let query = rows::tokens(&world.paths.database(), id);
            let key = query.id.clone();
            want_queries(world.inputs, [query])?;
            let row = world.inputs.rows(&key).and_then(|rows| rows.first());
            row.map(|row| {
                let tokens = row.get("granted").and_then(Value::as_str).and_then(json5::parse);
                Fields::from_iter([("tokens".to_string(), tokens.unwrap_or_default())])
            })
        }
    };
    let record = record.ok_or_else(|| no_device(world, id))?;
    let (role, token) = chosen(world, of, &record, |token| !revoked(token))?;
    if revoked(token) {
        let message = format!("The {role} token of device {id} was revoked: no gateway takes it.");
        return Err(Error::new(ErrorCode::Revoked, message)
            .at(place(world))
            .hint("If that was a mistake, rotate it, or approve a new request of the device.")
            .into());
    }
    let secret = text(Some(token), "token");
    let secret = secret.filter(|secret| !secret.trim().is_empty() && !is_mark(secret));
    let secret = secret.ok_or_else(|| {
        let message =
            format!("What the record of device {id} holds is not a token of the role {role}.");
        let hint = "Rotate it: a new token takes its place.";
        Error::new(ErrorCode::NotFound, message).at(place(world)).hint(hint)
    })?;
    Ok(LiveToken {
        device_id: id.clone(),
        role,
        token: Zeroizing::new(secret.to_string()),
        scopes: strings(token.get("scopes")).unwrap_or_default(),
    })
}

fn text<'t>(token: Option<&'t Fields>, field: &str) -> Option<&'t str> {
    token?.get(field)?.as_str()
}

fn revoked(token: &Fields) -> bool {
    is_revoked(token.get("revokedAtMs"))
}

/// The tokens of a record, or of its role that is named.
fn tokens<'r>(record: &'r Fields, of: &OfRole) -> Vec<(&'static str, &'r Fields)> {
    let tokens = record.get("tokens").and_then(Value::as_object);
    let found = tokens
        .into_iter()
        .flatten()
        .filter_map(|(role, token)| Some((known(role)?, token.as_object()?)));
    found.filter(|(role, _)| of.role.is_none_or(|wanted| wanted.name() == *role)).collect()
}

/// The token that is meant: that of the role, else the only one, those first that `fit`.
fn chosen<'r>(
    world: &World<'_, '_>,
    of: &OfRole,
    record: &'r Fields,
    fit: impl Fn(&Fields) -> bool,
) -> Result<(&'static str, &'r Fields)> {
    let device = device_name(&of.device);
    let all = tokens(record, of);
    let fitting: Vec<_> = all.iter().copied().filter(|(_, token)| fit(token)).collect();
    let found = if fitting.is_empty() { all } else { fitting };
    match found[..] {
        [only] => Ok(only),
        [] => {
            let message = match of.role {
                Some(role) => format!("Device {device} has no token of the role {}.", role.name()),
                None => format!("Device {device} has no token."),
            };
            Err(Error::new(ErrorCode::NotFound, message)
                .at(place(world))
                .hint("`npx openclaw-prepair devices list` shows which roles it has a token of."))
        }
        _ => {
            let message = format!(
                "Device {device} has a token of the role operator and one of the role node."
            );
            Err(Error::new(ErrorCode::Ambiguous, message)
                .at(place(world))
                .hint("Name the role: operator or node."))
        }
    }
}
