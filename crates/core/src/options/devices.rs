//! The options of the operations on devices.

use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::fields::{Fields, texts};
use crate::options::pair::{display_name, scopes};
use crate::options::role::Role;
use crate::options::target::device_id;

/// An operation on devices, by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// `devices.list`
    List,
    /// `devices.approve`
    Approve,
    /// `devices.reject`
    Reject,
    /// `devices.remove`
    Remove,
    /// `devices.revoke`
    Revoke,
    /// `devices.rotate`
    Rotate,
    /// `devices.rename`
    Rename,
}

/// An operation on one device or request, with its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Devices {
    /// Approves one request.
    Approve(Approve),
    /// Drops this request.
    Reject(String),
    /// Drops the record of this device, its tokens and its requests.
    Remove(String),
    /// Revokes a token.
    Revoke(OfRole),
    /// Puts a new token in the place of one.
    Rotate(OfRole),
    /// Gives a device another name.
    Rename {
        /// Which.
        device: String,
        /// Its name.
        name: String,
    },
}

/// Which request is approved, and what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approve {
    /// Which.
    pub which: Waiting,
    /// Of the scopes that it asks for only these; `None`: all.
    pub scopes: Option<Vec<String>>,
    /// The name of the record.
    pub display_name: Option<String>,
}

/// A waiting request, as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// By its own id.
    Request(String),
    /// The one of this device.
    Device(String),
}

/// One role of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfRole {
    /// The device.
    pub device: String,
    /// The role; `None`: the only one that it has a token of.
    pub role: Option<Role>,
}

impl Act {
    /// By what follows `devices.` in its name.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "list" => Self::List,
            "approve" => Self::Approve,
            "reject" => Self::Reject,
            "remove" => Self::Remove,
            "revoke" => Self::Revoke,
            "rotate" => Self::Rotate,
            "rename" => Self::Rename,
            _ => return None,
        })
    }
}

/// The options of an approval as a caller gives them: typed, not checked yet.
#[derive(Default)]
pub struct ApproveInput {
    /// `requestId`
    pub request_id: Option<String>,
    /// `deviceId`
    pub device_id: Option<String>,
    /// `scopes`
    pub scopes: Option<Vec<String>>,
    /// `displayName`
    pub display_name: Option<String>,
}

impl ApproveInput {
    /// Checks them.
    pub fn checked(self) -> Result<Approve> {
        let which = match (self.request_id, self.device_id) {
            (Some(id), None) => Waiting::Request(request_id(id)?),
            (None, Some(id)) => Waiting::Device(device_id(id)?),
            _ => {
                return Err(Error::new(
                    ErrorCode::Options,
                    "Give either requestId or deviceId: which request is to be approved.",
                )
                .hint("devices.list() names every request that waits."));
            }
        };
        Ok(Approve {
            which,
            scopes: self.scopes.map(scopes).transpose()?,
            display_name: self
                .display_name
                .map(|text| display_name("displayName", text))
                .transpose()?,
        })
    }
}

/// The id of a request.
pub fn request_id(id: String) -> Result<String> {
    if id.trim().is_empty() || id.len() > 256 {
        return Err(Error::new(ErrorCode::Options, "The option requestId is empty or too long.")
            .hint("devices.list() names every request that waits."));
    }
    Ok(id)
}

/// The name that a device is given.
pub fn name(text: String) -> Result<String> {
    display_name("name", text)
}

fn needed(fields: &mut Fields, name: &'static str) -> Result<String> {
    fields.string(name)?.ok_or_else(|| {
        Error::new(ErrorCode::Options, format!("The option {name} is missing."))
            .hint("devices.list() names every device and every request that waits.")
    })
}

fn device(fields: &mut Fields) -> Result<String> {
    device_id(needed(fields, "deviceId")?)
}

fn of_role(fields: &mut Fields) -> Result<OfRole> {
    Ok(OfRole {
        device: device(fields)?,
        role: fields.one_of("role", Role::WORDS)?.and_then(Role::parse),
    })
}

/// Reads the options of `devices.token`.
pub(super) fn token(fields: &mut Fields) -> Result<OfRole> {
    of_role(fields)
}

/// `None` for a list, which has no options of its own.
pub(super) fn devices(act: Act, fields: &mut Fields) -> Result<Option<Devices>> {
    Ok(Some(match act {
        Act::List => return Ok(None),
        Act::Approve => Devices::Approve(
            ApproveInput {
                request_id: fields.string("requestId")?,
                device_id: fields.string("deviceId")?,
                scopes: match fields.take("scopes") {
                    None => None,
                    Some(value) => Some(texts("scopes", "an array of strings", value)?),
                },
                display_name: fields.string("displayName")?,
            }
            .checked()?,
        ),
        Act::Reject => Devices::Reject(request_id(needed(fields, "requestId")?)?),
        Act::Remove => Devices::Remove(device(fields)?),
        Act::Revoke => Devices::Revoke(of_role(fields)?),
        Act::Rotate => Devices::Rotate(of_role(fields)?),
        Act::Rename => {
            let device = device(fields)?;
            Devices::Rename { device, name: name(needed(fields, "name")?)? }
        }
    }))
}
