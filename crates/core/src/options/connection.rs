//! A connection as `diagnose` is told of it.

use core::net::IpAddr;

use crate::base::json::{Map, Value};
use serde::Deserialize;

use crate::base::named::Named;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::fields::{meant, unknown, unlisted, wrong};
use crate::options::log;
use crate::options::role::Role;
use crate::parts::{Read, shapes, words};

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
        if self.remote_address.is_some() && self.address().is_none() {
            return Err(Error::new(
                ErrorCode::Options,
                "The option connection.remoteAddress is not an IP address.",
            )
            .hint("Give the address of the peer, like 10.0.0.7 or ::1, without a port."));
        }
        self.logged().ok_or_else(|| {
            Error::new(ErrorCode::Options, "The option connection.log is not a line of a gateway's log that can be read.")
                .hint("Give one whole line, at most 8 KiB, that holds \"[ws] closed before connect\" or \"[ws] unauthorized\", or the same line of its log file, which is JSON. A line in which a field occurs twice is not read: a client may have written it.")
        })
    }

    /// The peer of the socket without its zone; `None`: this machine.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.remote_address.as_deref()?.trim().split('%').next()?.parse().ok()
    }

    /// Whether it comes with headers that no client sends of itself.
    pub(crate) fn is_proxied(&self) -> bool {
        let own = |name: &str| ["host", "origin"].iter().any(|own| name.eq_ignore_ascii_case(own));
        self.headers.iter().any(|(name, _)| !own(name))
    }

    /// The role that it asks for.
    pub(crate) fn role(&self) -> Role {
        let own = if self.client == Client::Node { Role::Node } else { Role::Operator };
        self.role.unwrap_or(own)
    }

    fn logged(mut self) -> Option<Self> {
        let header = |name: &str| {
            let mut named = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
            named.next_back().map(|(_, value)| value.clone())
        };
        (self.host, self.origin) =
            (self.host.or_else(|| header("host")), self.origin.or_else(|| header("origin")));
        let Some(line) = &self.log else { return Some(self) };
        let told = log::read(line)?;
        if let Some((id, mode)) = told.client
            && self.client == Client::Agent
            && self.client_id.is_none()
        {
            self.client = Client::named(&id, &mode);
            if self.client.names().0 != id {
                self.client_id = Some(id);
            }
            self.client_mode = self.client_mode.or(Some(mode));
        }
        self.remote_address = self.remote_address.or(Some(told.remote_address));
        self.host = self.host.or(told.host);
        self.origin = self.origin.or(told.origin);
        self.platform = self.platform.or(told.platform);
        // What a gateway refused came by a socket, and as a rule with a device.
        self.presents_device = self.presents_device.or(told.device).or(Some(true));
        if let Some(forwarded) = told.forwarded
            && !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(FORWARDED))
        {
            self.headers.insert(FORWARDED.to_string(), forwarded);
        }
        Some(self)
    }
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
    /// The id and the mode by which it names itself (`packages/gateway-protocol/src/client-info.ts`).
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Agent => ("gateway-client", "backend"),
            Self::Cli => ("cli", "cli"),
            Self::ControlUi => (CONTROL_UI, "webchat"),
            Self::Node => (NODE_HOST, "node"),
            Self::App => (MACOS, "ui"),
            Self::Other => ("openclaw-probe", "probe"),
        }
    }

    /// The kind of one that names itself so.
    pub(crate) fn named(id: &str, mode: &str) -> Self {
        match (id, mode) {
            ("gateway-client", "backend") => Self::Agent,
            ("cli", "cli") => Self::Cli,
            (CONTROL_UI | WEBCHAT_UI, _) => Self::ControlUi,
            (NODE_HOST, "node") => Self::Node,
            (MACOS | IOS | ANDROID, "ui") => Self::App,
            _ => Self::Other,
        }
    }

    /// The kind of a device, by what its record or request says.
    pub(crate) fn of_device(id: Option<&str>, mode: Option<&str>, roles: &[String]) -> Self {
        match Self::named(id.unwrap_or_default(), mode.unwrap_or_default()) {
            Self::Other if roles.iter().any(|role| role == "node") => Self::Node,
            kind => kind,
        }
    }
}

pub(crate) const CONTROL_UI: &str = "openclaw-control-ui";

pub(crate) const WEBCHAT_UI: &str = "webchat-ui";

pub(crate) const MACOS: &str = "openclaw-macos";

pub(crate) const IOS: &str = "openclaw-ios";

pub(crate) const ANDROID: &str = "openclaw-android";

pub(crate) const NODE_HOST: &str = "node-host";

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

shapes! {
    Connection {
        client, client_id, client_mode, role, platform, device_family, presents_device, method, scopes, remote_address, host,
        origin, headers, auth, log
    }
}

words! {
    Client or Agent {
        Agent "agent", Cli "cli", ControlUi "control-ui", Node "node", App "app", Other "other"
    }
    Auth { Token "token", Password "password", DeviceToken "device-token", None "none" }
}

/// The words of a field with a closed list.
fn listed(name: &str) -> &'static [&'static str] {
    match name {
        "client" => Client::WORDS,
        "role" => Role::WORDS,
        "auth" => Auth::WORDS,
        _ => &[],
    }
}

/// The client that people call otherwise.
fn client(word: &str) -> &str {
    if word == "browser" { "control-ui" } else { word }
}

/// What a field must be.
fn expected(name: &str) -> String {
    match name {
        "role" | "client" | "auth" => format!("one of {}", listed(name).join(", ")),
        "presentsDevice" => "true or false".to_string(),
        "scopes" => "an array of strings".to_string(),
        "headers" => "an object of strings".to_string(),
        _ => "a string".to_string(),
    }
}

/// Reads one strictly.
pub(super) fn connection(map: Map) -> Result<Connection> {
    for (name, value) in &map {
        if !Connection::FIELDS.contains(&name.as_str()) {
            return Err(unknown("connection", name, Connection::FIELDS));
        }
        let nothing = value.is_null() && ["client", "headers"].contains(&name.as_str());
        let alone = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
        if nothing || Connection::read(alone).is_err() {
            let full = format!("connection.{name}");
            return Err(match (listed(name), value) {
                (words @ [_, ..], Value::String(word)) => {
                    meant(unlisted(&full, words), words, client(word))
                }
                _ => wrong(&full, &expected(name), value),
            });
        }
    }
    Read::read(Value::Object(map))
}
