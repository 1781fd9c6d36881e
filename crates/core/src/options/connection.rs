//! A connection as `diagnose` is told of it.

use serde::Deserialize;
use serde_json::Value;

use crate::base::named::Named;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::log;
use crate::options::role::Role;
use crate::parts::{Part, list, mistyped, text};

/// A connection as the API describes it. Everything has a default.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Connection {
    /// Who connects.
    pub client: Client,
    /// The id by which it names itself. Default: that of the client.
    pub client_id: Option<String>,
    /// The mode that it names. Default: that of the client.
    pub client_mode: Option<String>,
    /// The role that it asks for. Default: node for a node, else operator.
    pub role: Option<Role>,
    /// Whether it presents its device. Default: as this client does in this version.
    pub presents_device: Option<bool>,
    /// The method that it calls. Default: `cron.list`.
    pub method: Option<String>,
    /// The scopes that it asks for. Default: as this client does in this version for the method.
    pub scopes: Option<Vec<String>>,
    /// The peer of the socket. Default: this machine.
    pub remote_address: Option<String>,
    /// The Host header. Default: the loopback address.
    pub host: Option<String>,
    /// The Origin header.
    pub origin: Option<String>,
    /// Other headers of the upgrade request.
    pub headers: Named<String>,
    /// How it authenticates. Default: with the shared secret that the config asks for.
    pub auth: Option<Auth>,
    /// The platform that it names. Default: `linux`.
    pub platform: Option<String>,
    /// The device family that it names.
    pub device_family: Option<String>,
    /// A line of the gateway's log that tells of it; what else is given here goes before it.
    pub log: Option<String>,
}

impl Connection {
    /// The same with what its log line tells; refuses a line that cannot be read, and an address that is none.
    pub fn checked(self) -> Result<Self> {
        let address = self.remote_address.as_deref();
        if address.is_some_and(|text| plain(text).parse::<core::net::IpAddr>().is_err()) {
            return Err(Error::new(
                ErrorCode::Options,
                "The option connection.remoteAddress is not an IP address.",
            )
            .hint("Give the address of the peer, like 10.0.0.7 or ::1, without a port."));
        }
        self.logged().ok_or_else(|| {
            Error::new(ErrorCode::Options, "The option connection.log is not a line of a gateway's log that can be read.")
                .hint("Give one whole line, at most 8 KiB, that holds \"[ws] closed before connect\" or \"[ws] unauthorized\". A line in which a field occurs twice is not read: a client may have written it.")
        })
    }

    fn logged(mut self) -> Option<Self> {
        let Some(line) = &self.log else { return Some(self) };
        let told = log::read(line)?;
        self.remote_address = self.remote_address.or(Some(told.remote_address));
        self.host = self.host.or(told.host);
        self.origin = self.origin.or(told.origin);
        self.platform = self.platform.or(told.platform);
        self.presents_device = self.presents_device.or(told.device);
        if let Some(forwarded) = told.forwarded
            && !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(FORWARDED))
        {
            self.headers.insert(FORWARDED.to_string(), forwarded);
        }
        Some(self)
    }
}

/// An address without its zone.
fn plain(text: &str) -> &str {
    text.trim().split('%').next().unwrap_or_default()
}

const FORWARDED: &str = "X-Forwarded-For";

/// A kind of client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Client {
    /// The agent's tool: gateway-client in mode backend.
    #[default]
    Agent,
    /// The command line: cli in mode cli.
    Cli,
    /// A browser with OpenClaw's own page: openclaw-control-ui in mode webchat.
    ControlUi,
    /// A node host: node-host in mode node.
    Node,
    /// An app on a desktop or a phone: openclaw-macos in mode ui, unless it names another id.
    App,
    /// Anything else, by its id and mode.
    Other,
}

impl Client {
    /// The words for it.
    pub const NAMES: [&'static str; 6] = ["agent", "cli", "control-ui", "node", "app", "other"];

    fn parse(name: &str) -> Option<Self> {
        const ALL: [Client; 6] = [
            Client::Agent,
            Client::Cli,
            Client::ControlUi,
            Client::Node,
            Client::App,
            Client::Other,
        ];
        let at = Self::NAMES.iter().position(|known| *known == name)?;
        Some(ALL[at])
    }
}

/// What a client authenticates with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// The gateway's token.
    Token,
    /// The gateway's password.
    Password,
    /// The device's own token.
    DeviceToken,
    /// Nothing.
    None,
}

pub(super) fn connection(mut part: Part) -> Result<Connection> {
    if ["client", "headers"].iter().any(|name| part.0.get(*name).is_some_and(Value::is_null)) {
        return Err(mistyped());
    }
    let described = Connection {
        client: match part.text("client")?.as_deref() {
            None => Client::Agent,
            Some(name) => Client::parse(name).ok_or_else(mistyped)?,
        },
        client_id: part.text("clientId")?,
        client_mode: part.text("clientMode")?,
        role: match part.text("role")?.as_deref() {
            None => None,
            Some(name) => Some(Role::parse(name).ok_or_else(mistyped)?),
        },
        presents_device: match part.take("presentsDevice") {
            None => None,
            Some(value) => Some(value.as_bool().ok_or_else(mistyped)?),
        },
        method: part.text("method")?,
        scopes: part.take("scopes").map(|scopes| list(scopes, text)).transpose()?,
        remote_address: part.text("remoteAddress")?,
        host: part.text("host")?,
        origin: part.text("origin")?,
        headers: part.each("headers", text)?.unwrap_or_default(),
        auth: match part.text("auth")?.as_deref() {
            None => None,
            Some("token") => Some(Auth::Token),
            Some("password") => Some(Auth::Password),
            Some("device-token") => Some(Auth::DeviceToken),
            Some("none") => Some(Auth::None),
            _ => return Err(mistyped()),
        },
        platform: part.text("platform")?,
        device_family: part.text("deviceFamily")?,
        log: part.text("log")?,
    };
    if part.0.is_empty() { Ok(described) } else { Err(mistyped()) }
}
