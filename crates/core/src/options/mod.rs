//! The options of every operation: read strictly, so that a misspelt one is an error and not ignored.

pub mod config;
pub mod connection;
pub mod devices;
pub mod fields;
pub(crate) mod log;
pub(crate) mod merge;
pub mod pair;
pub mod role;
pub mod target;

use crate::base::json::{Map, Value};

use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::config::{ConfigOptions, config};
use crate::options::connection::{Connection, connection};
use crate::options::devices::{Act, Devices, OfRole, devices};
use crate::options::fields::{Fields, object};
use crate::options::pair::{DeviceInput, PairOptions, device, pair};
use crate::options::target::{Target, device_id, request_id, target};

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
    /// Paired devices and waiting requests.
    Devices(Act),
}

impl Operation {
    /// By its name in JavaScript.
    pub fn parse(name: &str) -> Result<Self> {
        if let Some(act) = name.strip_prefix("devices.").and_then(Act::parse) {
            return Ok(Self::Devices(act));
        }
        Ok(match name {
            "prePair" => Self::PrePair,
            "clearPending" => Self::ClearPending,
            "patchConfig" => Self::PatchConfig,
            "setup" => Self::Setup,
            "diagnose" => Self::Diagnose,
            "takeBack" => Self::TakeBack,
            _ => {
                return Err(Error::new(ErrorCode::Options, "There is no such operation.")
                    .hint("Use prePair, clearPending, patchConfig, setup, diagnose, or devices.list, approve, reject, remove, revoke, rotate or rename."));
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
    pub fields: Map,
}

/// Which pending requests `clearPending` drops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClearOptions {
    /// All.
    All,
    /// Those of this device.
    Device(String),
    /// This one.
    Request(String),
}

/// The options of `clearPending` as a caller gives them: typed, not checked yet.
#[derive(Debug)]
pub struct ClearInput {
    /// `deviceId`
    pub device_id: Option<String>,
    /// `requestId`
    pub request_id: Option<String>,
}

impl ClearInput {
    /// Checks them.
    pub fn checked(self) -> Result<ClearOptions> {
        match (self.device_id.map(device_id).transpose()?, self.request_id) {
            (None, None) => Ok(ClearOptions::All),
            (Some(id), None) => Ok(ClearOptions::Device(id)),
            (None, Some(id)) => request_id(id).map(ClearOptions::Request),
            (Some(_), Some(_)) => {
                Err(Error::new(ErrorCode::Options, "Give deviceId or requestId, not both."))
            }
        }
    }
}

/// The options of `setup`.
#[derive(Debug)]
pub struct SetupOptions {
    /// Those of `prePair`.
    pub pair: PairOptions,
    /// Those of `patchConfig`; `None` leaves the config alone.
    pub config: Option<ConfigOptions>,
}

impl SetupOptions {
    /// Checks them together: a config that makes the state dir a client's is not for one in which something is approved.
    pub fn checked(self) -> Result<Self> {
        let merge = self.config.as_ref().and_then(|config| config.merge.get("gateway"));
        let mode = merge.and_then(|gateway| gateway.get("mode")).and_then(Value::as_str);
        if mode != Some("remote") {
            return Ok(self);
        }
        Err(Error::new(ErrorCode::ClientState, "merge.gateway.mode is \"remote\": with it this state dir belongs to a client of another gateway, and no gateway reads what would be approved here.")
            .hint("Leave it out where a gateway is to run here. To set it for a client, use patchConfig alone, and approve the client's key on the machine of its gateway."))
    }
}

/// The options of `diagnose` as a caller gives them: typed, not checked yet.
pub struct DiagnoseInput {
    /// `connection`
    pub connection: Connection,
    /// `device`
    pub device: Option<DeviceInput>,
}

impl DiagnoseInput {
    /// Checks them.
    pub fn checked(self) -> Result<DiagnoseOptions> {
        let device = self.device.map(DeviceInput::key).transpose()?;
        Ok(DiagnoseOptions { connection: self.connection.checked()?, device })
    }
}

/// The options of `diagnose`.
#[derive(Clone, Debug, Default)]
pub struct DiagnoseOptions {
    /// The connection to judge.
    pub connection: Connection,
    /// The device to judge by its public key; no identity is looked at then.
    pub device: Option<[u8; 32]>,
}

/// What is asked for: an operation with its own options.
#[derive(Debug)]
pub enum What {
    /// Identity, paired record, and the pending requests in its way.
    PrePair(Box<PairOptions>),
    /// Pending requests alone.
    ClearPending(ClearOptions),
    /// The config alone.
    PatchConfig(ConfigOptions),
    /// All of it as one plan.
    Setup(Box<SetupOptions>),
    /// Reads only.
    Diagnose(Box<DiagnoseOptions>),
    /// What `verify` undoes of its own tries.
    TakeBack(TakeBack),
    /// Every device and all that waits: reads only.
    ListDevices,
    /// One device, or one request.
    Devices(Devices),
}

impl What {
    /// What is to be approved, where anything is.
    pub fn pair(&self) -> Option<&PairOptions> {
        match self {
            Self::PrePair(options) => Some(options),
            Self::Setup(options) => Some(&options.pair),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(crate) fn pair_mut(&mut self) -> Option<&mut PairOptions> {
        match self {
            Self::PrePair(options) => Some(options),
            Self::Setup(options) => Some(&mut options.pair),
            _ => None,
        }
    }

    /// What becomes of the config, where anything does.
    pub fn config(&self) -> Option<&ConfigOptions> {
        match self {
            Self::PatchConfig(options) => Some(options),
            Self::Setup(options) => options.config.as_ref(),
            _ => None,
        }
    }
}

/// What to do, and for which gateway.
#[derive(Debug)]
pub struct Request {
    /// For which gateway.
    pub target: Target,
    /// What to do.
    pub what: What,
}

/// Reads the options of an operation.
///
/// `blobs` holds binary option values, referred to as `{"$blob": index}`; `seed` is the entropy for a new identity.
///
/// # Errors
/// The first option that is unknown, missing, or has a value that is not taken, by its name; its value is not quoted where it may be
/// a secret.
///
/// ```
/// use prepair_core::base::json::object;
/// use prepair_core::codes::ErrorCode;
/// use prepair_core::options::{Operation, parse};
///
/// let options = object(&mut [("stateDri", "/s".into())]);
/// let error = parse(Operation::Setup, options, &[], &[7; 32]).expect_err("a misspelt option");
/// assert_eq!(error.code, ErrorCode::Options);
/// ```
pub fn parse(
    operation: Operation,
    options: Value,
    blobs: &[&[u8]],
    seed: &[u8; 32],
) -> Result<Request> {
    let mut fields = Fields::new("", options)?;
    let target = target(&mut fields)?;
    let what = match operation {
        Operation::PrePair => What::PrePair(Box::new(pair(&mut fields, blobs, seed)?)),
        Operation::ClearPending => {
            let device_id = fields.string("deviceId")?;
            let request_id = fields.string("requestId")?;
            What::ClearPending(ClearInput { device_id, request_id }.checked()?)
        }
        Operation::PatchConfig => What::PatchConfig(config(&mut fields)?),
        Operation::Setup => {
            let pair = pair(&mut fields, blobs, seed)?;
            let config = match fields.take("config") {
                Some(Value::Bool(false)) => None,
                None => Some(config(&mut Fields::new("config", Value::Object(Map::new()))?)?),
                Some(value) => {
                    let mut inner = Fields::new("config", value)?;
                    let options = config(&mut inner)?;
                    inner.finish()?;
                    Some(options)
                }
            };
            What::Setup(Box::new(SetupOptions { pair, config }.checked()?))
        }
        Operation::Diagnose => What::Diagnose(Box::new(diagnose(&mut fields)?)),
        Operation::TakeBack => What::TakeBack(take_back(&mut fields)?),
        Operation::Devices(act) => {
            devices(act, &mut fields)?.map_or(What::ListDevices, What::Devices)
        }
    };
    fields.finish()?;
    Ok(Request { target, what })
}

/// Reads the options of `devices.token`.
pub fn token(options: Value) -> Result<(Target, OfRole)> {
    let mut fields = Fields::new("", options)?;
    let target = target(&mut fields)?;
    let of = devices::token(&mut fields)?;
    fields.finish()?;
    Ok((target, of))
}

fn diagnose(fields: &mut Fields) -> Result<DiagnoseOptions> {
    let connection = match fields.take("connection") {
        None => Connection::default(),
        Some(value) => connection(object("connection", value)?)?,
    };
    DiagnoseInput { connection, device: device(fields)? }.checked()
}

fn take_back(fields: &mut Fields) -> Result<TakeBack> {
    Ok(TakeBack {
        device: device_id(fields.string("deviceId")?.unwrap_or_default())?,
        request: fields.string("requestId")?.map(request_id).transpose()?,
        record: fields.bool("record")?.unwrap_or(false),
        fields: match fields.take("fields") {
            Some(value) => object("fields", value)?,
            None => Map::new(),
        },
    })
}
