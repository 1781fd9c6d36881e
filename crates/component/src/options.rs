//! What is asked for, from wit/ to the core. Whatever can be wrong with an option is found by the core.

use prepair_core::base::json::{Map, Value};
use prepair_core::base::json5::{self, Arrays};
use prepair_core::codes::ErrorCode;
use prepair_core::error::{Error, Result};
use prepair_core::options::config::{ConfigInput, ConfigOptions, Proxies};
use prepair_core::options::connection::{Auth, Client, Connection};
use prepair_core::options::pair::{
    Derivation, DeviceInput, IdentityInput, OnConflict, PairInput, PairOptions, PendingChoice,
    Secret,
};
use prepair_core::options::role::Role;
use prepair_core::options::target::{Target, TargetInput};
use prepair_core::options::{ClearInput, DiagnoseInput, Request, SetupOptions, What};
use zeroize::Zeroizing;

use crate::devices;
use crate::to::{To, record, words};
use crate::wit::openclaw::prepair::types as wit;

pub(crate) fn target(target: wit::Target) -> Result<Target> {
    target.to().checked()
}

pub(crate) fn request(request: wit::Request, seed: &[u8; 32]) -> Result<Request> {
    let target = target(request.target)?;
    let what = match request.operation {
        wit::Operation::PrePair(options) => What::PrePair(Box::new(pair(options, seed)?)),
        wit::Operation::ClearPending(options) => What::ClearPending(options.to().checked()?),
        wit::Operation::PatchConfig(options) => What::PatchConfig(config(options)?),
        wit::Operation::Setup(options) => What::Setup(Box::new(
            SetupOptions {
                pair: pair(options.pair, seed)?,
                config: options.config.map(config).transpose()?,
            }
            .checked()?,
        )),
        wit::Operation::Diagnose(options) => What::Diagnose(Box::new(options.to().checked()?)),
        wit::Operation::ListDevices => What::ListDevices,
        wit::Operation::Devices(operation) => What::Devices(devices::operation(operation)?),
    };
    Ok(Request { target, what })
}

fn pair(options: wit::PairOptions, seed: &[u8; 32]) -> Result<PairOptions> {
    options.to().checked(seed)
}

fn config(options: wit::ConfigOptions) -> Result<ConfigOptions> {
    let wit::ConfigOptions { trusted_proxies, proxy_peers, allow_any, merge, arrays } = options;
    let merge = merge.map(object).transpose()?;
    let arrays = arrays.to();
    ConfigInput { trusted_proxies: trusted_proxies.to(), proxy_peers, allow_any, merge, arrays }
        .checked()
}

fn object(text: String) -> Result<Map> {
    let what = match json5::parse(&Zeroizing::new(text)) {
        Some(Value::Object(map)) => return Ok(map),
        Some(_) => "no object",
        None => "no valid JSON",
    };
    Err(Error::new(ErrorCode::Options, format!("The option merge is {what}."))
        .hint("Give the JSON text of an object, strict JSON, nested at most 100 deep."))
}

record! {
    wit::Target => TargetInput { state_dir, config_path, profile, gateway_version, env }
    wit::PairOptions => PairInput { identity, on_conflict, device, role, scopes, reinstate, display_name, pending }
    wit::Device => DeviceInput { public_key, display_name }
    wit::Derivation => Derivation { secret, label }
    wit::ClearOptions => ClearInput { device_id, request_id }
    wit::DiagnoseOptions => DiagnoseInput { connection, device }
    wit::Connection => Connection {
        client, client_id, client_mode, role, presents_device, method, scopes, remote_address, host, origin, headers, auth, platform, device_family,
        log
    }
}

words! {
    wit::OnConflict => OnConflict { Refuse, Replace }
    wit::PendingChoice => PendingChoice { Device, All, Keep }
    wit::Arrays => Arrays { Union, Replace }
    wit::Role => Role { Operator, Node }
    wit::Client => Client { Agent, Cli, ControlUi, Node, App, Other }
    wit::Auth => Auth { Token, Password, DeviceToken, None }
}

impl To<IdentityInput> for wit::IdentityChoice {
    fn to(self) -> IdentityInput {
        match self {
            Self::OnDisk => IdentityInput::Disk,
            Self::New => IdentityInput::New,
            Self::PrivateKeyPem(pem) => IdentityInput::Pem(Zeroizing::new(pem)),
            Self::Derived(from) => IdentityInput::Derived(from.to()),
        }
    }
}

impl To<Secret> for wit::Secret {
    fn to(self) -> Secret {
        match self {
            Self::Text(text) => Secret::Text(Zeroizing::new(text)),
            Self::Bytes(bytes) => Secret::Bytes(Zeroizing::new(bytes)),
        }
    }
}

impl To<Proxies> for wit::TrustedProxies {
    fn to(self) -> Proxies {
        match self {
            Self::Sandbox => Proxies::Sandbox,
            Self::Private => Proxies::Private,
            Self::These(list) => Proxies::List(list),
            Self::Untouched => Proxies::Off,
        }
    }
}
