//! A connection as `diagnose` is told of it.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::base::named::Named;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::role::Role;
use crate::parts::{Read, mistyped, shapes, words};

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
}

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
        origin, headers, auth
    }
}

words! {
    Client or Agent {
        Agent "agent", Cli "cli", ControlUi "control-ui", Node "node", App "app", Other "other"
    }
    Auth { Token "token", Password "password", DeviceToken "device-token", None "none" }
}

/// Reads one strictly.
pub(super) fn connection(map: Map<String, Value>) -> Result<Connection> {
    let known = |(name, value): (&String, &Value)| {
        Connection::FIELDS.contains(&name.as_str())
            && !(value.is_null() && ["client", "headers"].contains(&name.as_str()))
    };
    let read = if map.iter().all(known) { Read::read(Value::Object(map)) } else { Err(mistyped()) };
    read.map_err(|_| {
        let words = |field: &&str| match *field {
            "client" => format!("client ({})", Client::WORDS.join(", ")),
            "role" => format!("role ({})", Role::WORDS.join(", ")),
            "auth" => format!("auth ({})", Auth::WORDS.join(", ")),
            other => other.to_string(),
        };
        let known: Vec<String> = Connection::FIELDS.iter().map(words).collect();
        Error::new(
            ErrorCode::Options,
            "The option connection has an unknown field, or one of the wrong type.",
        )
        .hint(format!("Known: {}.", known.join(", ")))
    })
}
