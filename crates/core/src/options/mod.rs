//! The options of every operation: read strictly, so that a misspelt one is an error and not ignored.

pub mod config;
pub mod connection;
pub mod fields;
mod merge;
pub mod pair;
pub mod target;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::options::config::{ConfigOptions, config};
use crate::options::connection::{Connection, connection};
use crate::options::fields::{Fields, object};
use crate::options::pair::{DeviceInput, PairOptions, device, pair};
use crate::options::target::{Target, device_id, target};
use crate::parts::Part;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Identity, paired record, and the pending requests in its way.
    PrePair,
    /// Pending requests alone.
    ClearPending,
    /// The config alone.
    PatchConfig,
    /// All of it as one plan.
    Setup,
    /// Reads only.
    Diagnose,
    /// What `verify` undoes of its own tries.
    TakeBack,
}

impl Operation {
    /// By its name in JavaScript.
    pub fn parse(name: &str) -> Result<Self> {
        Ok(match name {
            "prePair" => Self::PrePair,
            "clearPending" => Self::ClearPending,
            "patchConfig" => Self::PatchConfig,
            "setup" => Self::Setup,
            "diagnose" => Self::Diagnose,
            "takeBack" => Self::TakeBack,
            _ => {
                return Err(Error::new("OPTIONS", "There is no such operation.")
                    .hint("Use prePair, clearPending, patchConfig, setup or diagnose."));
            }
        })
    }
}

/// What the tries of `verify` left in this state dir.
#[derive(Debug)]
pub struct TakeBack {
    /// The device that tried.
    pub device: String,
    /// The pairing request that it caused.
    pub request: Option<String>,
    /// Its record was not there before.
    pub record: bool,
    /// By the name of a field of its record, `{ left, was }`: what the connect makes of it, and what it was; null where there is
    /// none. Anything else is not ours to undo.
    pub fields: Map<String, Value>,
}

/// All options of one call.
#[derive(Debug)]
pub struct Request {
    /// What to do.
    pub operation: Operation,
    /// For which gateway.
    pub target: Target,
    /// Of `prePair` and `setup`.
    pub pair: Option<PairOptions>,
    /// Of `clearPending`: this device only.
    pub clear_device: Option<String>,
    /// Of `clearPending`: this request only.
    pub clear_request: Option<String>,
    /// Of `takeBack`.
    pub take_back: Option<TakeBack>,
    /// Of `patchConfig`, and of `setup` unless its config is `false`.
    pub config: Option<ConfigOptions>,
    /// Of `diagnose`.
    pub connection: Connection,
    /// Of `diagnose`: the device to judge by its public key; no identity is looked at then.
    pub device: Option<[u8; 32]>,
}

/// Reads the options of an operation.
///
/// `blobs` holds binary option values, referred to as `{"$blob": index}`; `seed` is the entropy for a new identity.
pub fn parse(
    operation: Operation,
    options: Value,
    blobs: &[&[u8]],
    seed: &[u8; 32],
) -> Result<Request> {
    let mut fields = Fields::new("", options)?;
    let target = target(&mut fields)?;
    let mut request = Request {
        operation,
        target,
        pair: None,
        clear_device: None,
        clear_request: None,
        take_back: None,
        config: None,
        connection: Connection::default(),
        device: None,
    };
    match operation {
        Operation::PrePair => request.pair = Some(pair(&mut fields, blobs, seed)?),
        Operation::ClearPending => {
            request.clear_device = fields.string("deviceId")?.map(device_id).transpose()?;
            request.clear_request = fields.string("requestId")?;
        }
        Operation::TakeBack => request.take_back = Some(take_back(&mut fields)?),
        Operation::PatchConfig => request.config = Some(config(&mut fields)?),
        Operation::Setup => {
            request.pair = Some(pair(&mut fields, blobs, seed)?);
            request.config = match fields.take("config") {
                Some(Value::Bool(false)) => None,
                None => Some(config(&mut Fields::new("config", Value::Object(Map::new()))?)?),
                Some(value) => {
                    let mut inner = Fields::new("config", value)?;
                    let options = config(&mut inner)?;
                    inner.finish()?;
                    Some(options)
                }
            };
        }
        Operation::Diagnose => {
            if let Some(value) = fields.take("connection") {
                let described = object("connection", value)?;
                request.connection = connection(Part(described)).map_err(|_| {
                    Error::new("OPTIONS", "The option connection has an unknown field, or one of the wrong type.").hint(
                        "Known: client ('agent' or 'cli'), presentsDevice, method, scopes, remoteAddress, host, origin, headers, auth ('token', 'password', 'device-token' or 'none').",
                    )
                })?;
            }
            let device = device(&mut fields)?.map(DeviceInput::key).transpose()?;
            request.device = device;
        }
    }
    fields.finish()?;
    Ok(request)
}

fn take_back(fields: &mut Fields) -> Result<TakeBack> {
    Ok(TakeBack {
        device: device_id(fields.string("deviceId")?.unwrap_or_default())?,
        request: fields.string("requestId")?,
        record: fields.bool("record")?.unwrap_or(false),
        fields: match fields.take("fields") {
            Some(value) => object("fields", value)?,
            None => Map::new(),
        },
    })
}
