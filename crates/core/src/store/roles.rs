//! Which role a key may be given: a node's key becomes an operator, and a request is dropped, only where that was asked for.

use crate::base::text::{is_uuid, quote, request_name};
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::role::Role;
use crate::store::pending::Asked;

/// What is asked of a key.
pub(super) struct Wish<'a> {
    /// Its deviceId.
    pub id: &'a str,
    /// The role that it is to have; `None`: operator, but of no node's key.
    pub role: Option<Role>,
    /// The requests of this key in the store.
    pub asked: &'a [Asked],
    /// Milliseconds since 1970.
    pub now: i64,
}

/// Refuses to make a node's key an operator that nobody asked for, and to drop a request for a role that it would not get.
/// `roles`: those of its record.
pub(super) fn may_get(wish: &Wish<'_>, roles: &[String], path: &str) -> Result<()> {
    let id = wish.id;
    let wanted = wish.role.unwrap_or_default();
    let granted = |role: &String| role == wanted.name() || roles.contains(role);
    let refused = |asked: &Asked| {
        let role = asked.roles.iter().find(|role| !granted(role))?;
        let (request, quoted) = (request_name(&asked.request_id), quote(role));
        let message = format!(
            "Request {request} of device {id} asks for the role {quoted}, which this call does not grant."
        );
        let alone = asked.roles.iter().all(|role| !granted(role));
        let grant = Role::parse(role).filter(|_| alone).map(in_role).unwrap_or_default();
        let hint = match asked.expired(wish.now) {
            false => format!(
                "{grant}Or approve that request alone: run `npx openclaw-prepair devices approve {}`.",
                named(&asked.request_id)
            ),
            true => format!(
                "{grant}That request has expired: where the device does not want that role any more, run `npx openclaw-prepair clear-pending --device-id {id}`, then call again."
            ),
        };
        Some(Error::new(ErrorCode::Role, message).at(path).hint(hint))
    };
    if let Some(error) = wish.asked.iter().find_map(refused) {
        return Err(error);
    }
    let operator = |roles: &[String]| roles.iter().any(|role| role == "operator");
    let asks = wish.asked.iter().any(|asked| asked.roles.is_empty() || operator(&asked.roles));
    let by_default = wish.role.is_none() && !asks;
    if by_default && roles.iter().any(|role| role == "node") && !operator(roles) {
        return Err(Error::new(ErrorCode::Role, format!("Device {id} is paired as a node, and it does not ask for the role operator."))
            .at(path)
            .hint("Say role: 'node' (`--role node`) to keep it a node, or role: 'operator' (`--role operator`) where this key is to be an operator as well."));
    }
    Ok(())
}

/// The call that grants a role.
fn in_role(role: Role) -> String {
    let name = role.name();
    let commands = match role {
        Role::Node => " What it may run is approved apart, once it has connected.",
        Role::Operator => "",
    };
    format!(
        "Say role: '{name}' (`--role {name}`) to pair this key as {}.{commands} ",
        role.article()
    )
}

/// An id that a gateway did not make is in no command.
fn named(request_id: &str) -> &str {
    if is_uuid(request_id) { request_id } else { "<requestId>" }
}
