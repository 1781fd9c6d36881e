//! What the decision depends on: identity, record, waiting requests, config.

use core::net::Ipv4Addr;

use crate::base::json::{Map, Value, strings};
use serde::Deserialize;

use crate::base::named::Named;
use crate::options::connection::Auth;
use crate::options::role::Role;
use crate::rules::{NamedRoles, Rules, TokenNeed};
use crate::store::record::is_revoked;

/// What the decision depends on, read from files or rows by others. Holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct State {
    /// The client's identity on disk.
    pub identity: Identity,
    /// The record under its deviceId.
    pub paired: Option<Paired>,
    /// The requests of its deviceId.
    pub pending: Vec<Pending>,
    /// What the config says.
    pub config: Config,
    /// A client keeps a token of this device; whether that is the one of its record.
    pub kept_token: Option<bool>,
    /// The command line on this machine knows no secret of the gateway: what it presents instead.
    pub alone: Option<Auth>,
    /// No gateway runs, and one that starts gives the command line the token of its device's record.
    pub hands_token: bool,
    /// The time, in ms.
    pub now: i64,
}

/// The identity that the client would present.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Identity {
    /// There is none: the first client makes one.
    #[default]
    Missing,
    /// There is a file of another shape, such as one without `version`.
    Unknown,
    /// There is a file of the right shape whose two keys don't belong together.
    Broken,
    /// Its public key, raw base64url as in records.
    Key(String),
}

/// What a paired record says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Paired {
    /// The public key, as it stands there.
    pub public_key: String,
    /// One role.
    pub role: Option<String>,
    /// The roles, if a list.
    pub roles: Option<Vec<String>>,
    /// The scopes, if a list.
    pub scopes: Option<Vec<String>>,
    /// The approved scopes, if a list.
    pub approved_scopes: Option<Vec<String>>,
    /// The tokens by role, if an object.
    pub tokens: Option<Named<Token>>,
    /// The client that it was paired as.
    pub client_id: Option<String>,
    /// Its mode.
    pub client_mode: Option<String>,
    /// The pinned platform.
    pub platform: Option<String>,
    /// The pinned device family.
    pub device_family: Option<String>,
}

/// What a token of a record says, without the token.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Token {
    /// Its scopes, if a list.
    pub scopes: Option<Vec<String>>,
    /// Its owner revoked it.
    pub revoked: bool,
    /// It was issued at a connect with the shared secret.
    pub issued: bool,
}

/// A pending request.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Pending {
    /// It was to be approved silently.
    pub silent: bool,
    /// The scopes that it asks for.
    pub scopes: Vec<String>,
    /// When it was made, in ms.
    pub ts: i64,
    /// When it was renewed, in ms.
    pub refreshed_at_ms: Option<i64>,
}

/// Where a gateway listens if nothing tells it.
pub(crate) const DEFAULT_PORT: u16 = 18789;

/// What the config says about connections.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Config {
    /// `gateway.trustedProxies`.
    pub trusted_proxies: Vec<String>,
    /// `gateway.allowRealIpFallback`.
    pub allow_real_ip_fallback: bool,
    /// `gateway.port`, or what stands for it.
    pub port: Option<u16>,
    /// `gateway.bind`.
    pub bind: Option<String>,
    /// `gateway.customBindHost`.
    pub custom_bind_host: Option<String>,
    /// The authentication mode that OpenClaw makes of `gateway.auth`.
    pub auth: Mode,
    /// `gateway.nodes.pairing.autoApproveLocal`; absent means yes.
    pub auto_approve_local: Option<bool>,
    /// `gateway.nodes.pairing.autoApproveCidrs`.
    pub auto_approve_cidrs: Vec<String>,
    /// `gateway.controlUi.allowedOrigins`.
    pub allowed_origins: Vec<String>,
    /// `gateway.auth.trustedProxy`.
    pub trusted_proxy: ProxyUser,
    /// What clients on this machine present where the gateway asks for something else.
    pub other_secret: Option<OtherSecret>,
    /// What else `gateway.controlUi` says.
    pub control_ui: ControlUi,
}

/// A secret that is not the one which the gateway asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OtherSecret {
    /// That of this variable.
    Variable(String),
    /// That of this setting without the blanks around it, which the gateway counts.
    Trimmed(String),
}

/// How a trusted proxy vouches for a user.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProxyUser {
    /// The header that names the user.
    pub user_header: String,
    /// Headers that must be there, too.
    pub required_headers: Vec<String>,
    /// The users that are let in; all where there is none.
    pub allow_users: Vec<String>,
    /// The proxy may be on this machine.
    pub allow_loopback: bool,
}

/// The settings of `gateway.controlUi` that spare it a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ControlUi {
    /// `allowInsecureAuth`.
    pub allow_insecure_auth: bool,
    /// `dangerouslyDisableDeviceAuth`.
    pub dangerously_disable_device_auth: bool,
}

/// An authentication mode of the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// A shared token.
    #[default]
    Token,
    /// A shared password.
    Password,
    /// None.
    None,
    /// A proxy vouches for the user.
    TrustedProxy,
}

impl Config {
    /// Where the gateway listens.
    pub(super) fn port(&self) -> u16 {
        self.port.unwrap_or(DEFAULT_PORT)
    }

    /// Whether the gateway does not listen where this machine's own clients connect.
    pub(crate) fn out_of_reach(&self, rules: &Rules) -> bool {
        let host = self.custom_bind_host.as_deref().unwrap_or_default().trim();
        self.bind.as_deref() == Some("custom")
            && rules.custom_bind_host
            && !rules.custom_bind_loopback
            && host
                .parse()
                .is_ok_and(|ip| ![Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST].contains(&ip))
    }
}

impl Paired {
    /// What a record of `devices/paired.json`, or a row in that shape, says. Takes every shape that a file may hold.
    pub fn read(record: &Map) -> Self {
        let text = |key: &str| record.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            public_key: text("publicKey").unwrap_or_default(),
            role: text("role"),
            roles: strings(record.get("roles")),
            scopes: strings(record.get("scopes")),
            approved_scopes: strings(record.get("approvedScopes")),
            tokens: record.get("tokens").and_then(Value::as_object).map(|tokens| {
                let read = |token: &Value| Token {
                    scopes: strings(token.get("scopes")),
                    revoked: is_revoked(token.get("revokedAtMs")),
                    issued: token.get("issuer").is_some_and(|issuer| !issuer.is_null()),
                };
                tokens.iter().map(|(role, token)| (role.clone(), read(token))).collect()
            }),
            client_id: text("clientId"),
            client_mode: text("clientMode"),
            platform: text("platform"),
            device_family: text("deviceFamily"),
        }
    }

    /// Roles that the record names, and those that count in this version.
    pub(crate) fn roles(&self, rules: &Rules) -> Vec<&str> {
        let named: Vec<&str> = match (&self.roles, rules.named_roles) {
            (Some(roles), NamedRoles::RolesElseRole) => roles.iter().map(String::as_str).collect(),
            (None, NamedRoles::RolesElseRole) => self.role.as_deref().into_iter().collect(),
            (roles, NamedRoles::Both) => roles
                .iter()
                .flatten()
                .map(String::as_str)
                .chain(self.role.as_deref())
                .map(str::trim)
                .collect(),
        };
        let Some(tokens) = &self.tokens else {
            return if rules.token_need == TokenNeed::Active { Vec::new() } else { named };
        };
        let mut active: Vec<&str> = tokens
            .iter()
            .filter(|(_, token)| !token.revoked)
            .map(|(role, _)| role.as_str())
            .collect();
        match rules.token_need {
            TokenNeed::Nothing => named,
            TokenNeed::IfObject => active,
            TokenNeed::IfAny if tokens.is_empty() => named,
            TokenNeed::IfAny => active,
            TokenNeed::IfAnyApproved if tokens.is_empty() => named,
            TokenNeed::IfAnyApproved | TokenNeed::Active => {
                active.retain(|role| named.contains(role));
                active
            }
        }
    }

    /// Scopes that count in this version.
    pub(crate) fn scopes(&self, rules: &Rules) -> &[String] {
        let list = rules.scopes_field.of(self.scopes.as_ref(), self.approved_scopes.as_ref());
        list.map_or(&[], Vec::as_slice)
    }

    /// What was approved, wherever a version reads it from `approvedScopes` first.
    pub(crate) fn approved(&self) -> &[String] {
        self.approved_scopes.as_ref().or(self.scopes.as_ref()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn token(&self, role: Role) -> Option<&Token> {
        self.tokens.as_ref()?.get(role.name())
    }

    /// `isBrowserRelatedPairedDevice`.
    pub(super) fn of_page(&self) -> bool {
        let is = |text: &Option<String>, name: &str| {
            text.as_deref().is_some_and(|text| text.trim().eq_ignore_ascii_case(name))
        };
        is(&self.client_mode, "webchat")
            || is(&self.client_id, "openclaw-control-ui")
            || is(&self.client_id, "webchat-ui")
    }
}
