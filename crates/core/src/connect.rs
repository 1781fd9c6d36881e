//! The gateway's decision on a connect request, simulated: from the state on disk, the version's rules and a described
//! connection to a verdict, with the path through the decision tree in words.
//!
//! Follows `src/gateway/server/ws-connection/message-handler.ts` of each version (from 2026.8.1 split into
//! `connect-admission.ts`, `connect-auth.ts`, `connect-device-pairing.ts` and `connect-existing-device.ts`).

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::inputs::Named;
use crate::json::{object, words};
use crate::proxies::{self, Request};
use crate::rules::{
    AgentPath, Approval, AskedScopes, BackendExemption, BindLan, BrokenIdentity, ExemptAuth,
    LocalEquivalent, NoDeviceScopes, OriginCheck, Rules, ScopeCompare, ScopesField, Sticky,
    TokenNeed,
};

/// How long a pending request lives, in every version.
pub const PENDING_TTL_MS: i64 = 300_000;

const ADMIN: &str = "operator.admin";
const READ: &str = "operator.read";
const WRITE: &str = "operator.write";
const FIXED: &[&str] = &[ADMIN, "operator.approvals", "operator.pairing"];

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

/// What the config says about connections.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Config {
    /// `gateway.trustedProxies`.
    pub trusted_proxies: Vec<String>,
    /// `gateway.allowRealIpFallback`.
    pub allow_real_ip_fallback: bool,
    /// `gateway.bind`.
    pub bind: Option<String>,
    /// The authentication mode that OpenClaw makes of `gateway.auth`.
    pub auth: Mode,
    /// `gateway.nodes.pairing.autoApproveLocal`; absent means yes.
    pub auto_approve_local: Option<bool>,
    /// `gateway.controlUi.allowedOrigins`.
    pub allowed_origins: Vec<String>,
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

/// A connection as the API describes it. Everything has a default.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Connection {
    /// Who connects.
    pub client: Client,
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

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is let in.
    Open,
    /// It is approved silently and let in.
    SilentApproval,
    /// Closed with 1008 `pairing required`.
    PairingRequired,
    /// Refused for another reason.
    Rejected,
    /// This simulation can't tell.
    Unknown,
}

/// Why it isn't simply open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No record with this key.
    NotPaired,
    /// The record lacks the role.
    RoleUpgrade,
    /// The record lacks a scope.
    ScopeUpgrade,
    /// The record pins another platform or device family.
    MetadataUpgrade,
    /// An older pending request keeps it from being approved silently.
    StickyPending,
    /// The token was revoked.
    Revoked,
    /// No device where one is needed.
    NoDevice,
    /// Connected, but the method needs a scope that the connection doesn't have.
    MissingScope,
    /// Forwarded headers that name no client, or from a peer that isn't trusted.
    UnattributableProxy,
    /// The client dials the LAN address.
    BindLan,
    /// The identity can't be used.
    Identity,
    /// Authentication.
    Auth,
}

/// One question of the decision tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// The rule behind it, with the OpenClaw version that brought it.
    pub because: String,
}

macro_rules! questions {
    ($($name:ident = $text:literal, $device:expr, $end:expr;)+) => {
        /// A question of the decision tree.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Question {
            $($name,)+
        }

        impl Question {
            const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }

        /// The decision tree: its questions in the order in which a path meets them. "Is it approved silently?" stands
        /// behind each no of those about the record.
        pub const TREE: &[Branch] = &[$(Branch { question: $text, device: $device, end: $end },)+];
    };
}

/// A question of the decision tree, and where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The question.
    pub question: &'static str,
    /// Asked of clients with a device, or without one; of both where null.
    pub device: Option<bool>,
    /// What the connection comes to if the path ends here.
    pub end: Option<Verdict>,
}

questions! {
    Way = "How does the agent's tool reach the gateway?", None, Some(Verdict::Open);
    Device = "Does the client present its device?", None, None;
    Identity = "Can this version use the identity on disk?", None, Some(Verdict::Rejected);
    Address = "Which address does the client dial?", None, Some(Verdict::Rejected);
    Attributed = "Can the gateway tell who the client is?", None, Some(Verdict::Rejected);
    Local = "Is the connection local?", None, None;
    Origin = "Is the Origin allowed?", None, Some(Verdict::Rejected);
    Authenticated = "Is it authenticated?", None, Some(Verdict::Rejected);
    Without = "May it come without a device?", Some(false), Some(Verdict::Rejected);
    Kept = "Does it keep its scopes without a device?", Some(false), None;
    Paired = "Is the device paired with this key?", Some(true), None;
    Exempt = "Is this client exempt from pairing?", Some(true), None;
    Bare = "Does the record cover what is asked?", Some(true), None;
    Metadata = "Do platform and device family match?", Some(true), None;
    Role = "Does the record grant the operator role?", Some(true), None;
    Scopes = "Do the approved scopes cover what is asked?", Some(true), None;
    Token = "Can the gateway read the record's token?", Some(true), Some(Verdict::Rejected);
    Silent = "Is it approved silently?", Some(true), Some(Verdict::PairingRequired);
    Call = "May it call the method?", None, Some(Verdict::Rejected);
}

/// The decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What becomes of the connection.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<Reason>,
    /// The path through the decision tree, in order.
    pub steps: Vec<Step>,
}

words!(Verdict: Open "open", SilentApproval "silent-approval", PairingRequired "pairing-required", Rejected "rejected", Unknown "unknown");
words!(Reason: NotPaired "not-paired", RoleUpgrade "role-upgrade", ScopeUpgrade "scope-upgrade", MetadataUpgrade "metadata-upgrade", StickyPending "sticky-pending", Revoked "revoked", NoDevice "no-device", MissingScope "missing-scope", UnattributableProxy "unattributable-proxy", BindLan "bind-lan", Identity "identity", Auth "auth");

impl From<Branch> for Value {
    fn from(branch: Branch) -> Self {
        object(&mut [
            ("question", branch.question.into()),
            ("device", branch.device.into()),
            ("end", branch.end.into()),
        ])
    }
}

impl From<Step> for Value {
    fn from(step: Step) -> Self {
        object(&mut [
            ("question", step.question.into()),
            ("answer", step.answer.into()),
            ("because", step.because.into()),
        ])
    }
}

impl Paired {
    /// What a record of `devices/paired.json`, or a row in that shape, says. Takes every shape that a file may hold.
    pub fn read(record: &Map<String, Value>) -> Self {
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
                    revoked: !matches!(token.get("revokedAtMs"), None | Some(Value::Null))
                        && token.get("revokedAtMs").and_then(Value::as_f64) != Some(0.0),
                };
                tokens.iter().map(|(role, token)| (role.clone(), read(token))).collect()
            }),
            platform: text("platform"),
            device_family: text("deviceFamily"),
        }
    }

    /// Roles that the record names, and those that count in this version.
    pub(crate) fn roles(&self, rules: &Rules) -> Vec<&str> {
        let named: Vec<&str> = match (&self.roles, rules.token_need) {
            (Some(roles), TokenNeed::Nothing) => roles.iter().map(String::as_str).collect(),
            (None, TokenNeed::Nothing) => self.role.as_deref().into_iter().collect(),
            // from 2026.3.31 both count
            (roles, _) => roles
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
        let list = match rules.scopes_field {
            ScopesField::Scopes => self.scopes.as_ref(),
            ScopesField::ScopesThenApproved => {
                self.scopes.as_ref().or(self.approved_scopes.as_ref())
            }
            ScopesField::ApprovedThenScopes => {
                self.approved_scopes.as_ref().or(self.scopes.as_ref())
            }
        };
        list.map_or(&[], Vec::as_slice)
    }

    /// What was approved, wherever a version reads it from `approvedScopes` first.
    fn approved(&self) -> &[String] {
        self.approved_scopes.as_ref().or(self.scopes.as_ref()).map_or(&[], Vec::as_slice)
    }

    fn token(&self) -> Option<&Token> {
        self.tokens.as_ref()?.get("operator")
    }
}

pub(crate) fn strings(value: Option<&Value>) -> Option<Vec<String>> {
    let list = value?.as_array()?;
    Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The scope that an operator needs for a method: those of cron, sending and reading as every version has them
/// (`src/gateway/method-scopes.ts`), admin for what isn't listed.
pub fn scope_of(method: &str) -> &'static str {
    match method {
        "cron.list" | "cron.status" | "cron.runs" | "status" | "channels.status"
        | "models.list" | "agents.list" | "sessions.list" | "last-heartbeat"
        | "system-presence" | "logs.tail" | "chat.history" => READ,
        "send" | "agent" | "agent.wait" | "wake" | "chat.send" | "chat.abort" => WRITE,
        "exec.approval.request" | "exec.approval.resolve" => "operator.approvals",
        method if method.starts_with("device.pair.") || method.starts_with("device.token.") => {
            "operator.pairing"
        }
        _ => ADMIN,
    }
}

/// The gateway's decision.
pub fn connect(rules: &Rules, state: &State, connection: &Connection) -> Outcome {
    let mut walk = Walk { rules, state, connection, steps: Vec::new(), silently: false };
    let (verdict, reason) = match walk.decide() {
        Ok(()) if walk.silently => (Verdict::SilentApproval, None),
        Ok(()) => (Verdict::Open, None),
        Err((verdict, reason)) => (verdict, reason),
    };
    Outcome { verdict, reason, steps: walk.steps }
}

type End = (Verdict, Option<Reason>);

fn refused(reason: Reason) -> End {
    (Verdict::Rejected, Some(reason))
}

/// How a connection was authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Shared,
    DeviceToken,
    None,
}

struct Walk<'a> {
    rules: &'a Rules,
    state: &'a State,
    connection: &'a Connection,
    steps: Vec<Step>,
    silently: bool,
}

impl<'a> Walk<'a> {
    fn step(&mut self, question: Question, answer: impl Into<String>, because: impl Into<String>) {
        self.steps.push(Step {
            question: question.text().into(),
            answer: answer.into(),
            because: because.into(),
        });
    }

    /// A rule in words, with the version that brought it and its source.
    fn cite(&self, field: &str, why: &str) -> String {
        match self.rules.origin(field) {
            Some((since, source)) => format!("{why} (since OpenClaw {since}, {source})"),
            None => why.to_owned(),
        }
    }

    fn decide(&mut self) -> Result<(), End> {
        self.start()?;
        let device = self.presents_device()?;
        self.identity(device)?;
        let local = self.local()?;
        self.origin(local)?;
        let auth = self.authenticate(device)?;
        let asked = self.asked();
        let equivalent = self.local_equivalent(local, auth);
        let exempt = self.exempt(local, auth);
        let granted = if device {
            self.pair(&asked, local || equivalent, exempt)?;
            asked
        } else {
            self.without_device(asked, local, auth, exempt)?
        };
        self.call(&granted)
    }

    fn presents_device(&mut self) -> Result<bool, End> {
        let question = Question::Device;
        let presents = match self.connection.presents_device {
            Some(presents) => {
                self.step(question, yes(presents), "so the connection is described");
                return Ok(presents);
            }
            None => self.presents_by_itself(),
        };
        let (field, why) = match self.connection.client {
            Client::Agent if self.own_agent() && self.rules.agent_path == AgentPath::InProcess => {
                let why = self.cite(
                    "agent_path",
                    "the agent's tool calls the gateway in process, without a socket",
                );
                self.step(Question::Way, "in process", why);
                return Err((Verdict::Open, None));
            }
            Client::Agent if presents => ("agent_path", "the agent's tool presents its device"),
            Client::Agent => (
                "agent_path",
                "the agent's tool sends the shared secret to this machine, and no device",
            ),
            Client::Cli if presents => {
                ("cli_presents_device", "the command line presents its device")
            }
            Client::Cli => (
                "cli_presents_device",
                "the command line sends the shared secret to this machine, and no device",
            ),
        };
        let because = self.cite(field, why);
        self.step(question, yes(presents), because);
        Ok(presents)
    }

    /// The agent of the gateway's own process, not a client elsewhere.
    fn own_agent(&self) -> bool {
        let remote = self.connection.remote_address.as_deref();
        remote.is_none_or(proxies::is_loopback_text)
            && self.connection.auth != Some(Auth::DeviceToken)
    }

    fn presents_by_itself(&self) -> bool {
        if !self.own_agent() {
            return true;
        }
        match self.connection.client {
            Client::Agent => self.rules.agent_path == AgentPath::Device,
            Client::Cli => self.rules.cli_presents_device,
        }
    }

    /// The rule for an identity that this version cannot use.
    fn unusable(&self) -> Option<(&'static str, BrokenIdentity)> {
        match self.state.identity {
            Identity::Missing | Identity::Key(_) => None,
            Identity::Unknown => Some(("unknown_identity", self.rules.unknown_identity)),
            Identity::Broken => Some(("broken_identity", self.rules.broken_identity)),
        }
    }

    /// A gateway that does not start lets nobody in, by whatever way.
    fn start(&mut self) -> Result<(), End> {
        let Some((field, BrokenIdentity::Stops)) = self.unusable() else { return Ok(()) };
        let because = self.cite(field, "such an identity stops the gateway");
        self.step(Question::Identity, "no", because);
        Err(refused(Reason::Identity))
    }

    fn identity(&mut self, device: bool) -> Result<(), End> {
        let Some((field, rule)) = self.unusable().filter(|_| device) else { return Ok(()) };
        let why = match rule {
            BrokenIdentity::Stops => return Ok(()),
            BrokenIdentity::Used => "it is used as it is, so that the signature fails",
            BrokenIdentity::Replaced => {
                "it is replaced by a new key in silence, which nobody paired"
            }
            BrokenIdentity::Throwaway => "each process makes a key of its own, which nobody paired",
        };
        let because = self.cite(field, why);
        self.step(Question::Identity, "no", because);
        if rule == BrokenIdentity::Used {
            return Err(refused(Reason::Identity));
        }
        Ok(())
    }

    fn lan(&self) -> bool {
        self.connection.remote_address.is_none() && self.state.config.bind.as_deref() == Some("lan")
    }

    fn request(&self) -> Request<'a> {
        let connection = self.connection;
        let lan = self.lan() && self.rules.bind_lan != BindLan::Loopback;
        Request {
            // any address that isn't loopback stands for the machine's own one
            peer: connection.remote_address.as_deref().unwrap_or(if lan {
                "192.0.2.1"
            } else {
                "127.0.0.1"
            }),
            host: connection.host.as_deref().unwrap_or(if lan {
                "192.0.2.1:18789"
            } else {
                "127.0.0.1:18789"
            }),
            headers: &connection.headers,
            trusted: &self.state.config.trusted_proxies,
            real_ip_fallback: self.state.config.allow_real_ip_fallback,
        }
    }

    fn local(&mut self) -> Result<bool, End> {
        if self.lan() && self.rules.bind_lan == BindLan::Refused {
            let because = self.cite("bind_lan", "with bind lan the client dials the LAN address, and refuses that itself as plain text");
            self.step(Question::Address, "the LAN address", because);
            return Err(refused(Reason::BindLan));
        }
        let request = self.request();
        if self.rules.forwarded_refused {
            let question = Question::Attributed;
            let because = |walk: &Self, why| walk.cite("forwarded_refused", why);
            match request.attribute(self.rules) {
                proxies::Attribution::Known => {
                    let because = because(
                        self,
                        "a peer without forwarded headers, or a trusted proxy that names the client",
                    );
                    self.step(question, "yes", because);
                }
                proxies::Attribution::Unlisted => {
                    let because = because(
                        self,
                        "forwarded headers from a peer that gateway.trustedProxies doesn't hold are answered with HTTP 403",
                    );
                    self.step(question, "no, the proxy is not listed", because);
                    return Err(refused(Reason::UnattributableProxy));
                }
                proxies::Attribution::NoClient => {
                    let because = because(
                        self,
                        "a trusted proxy must name a client in X-Forwarded-For that isn't itself trusted or loopback, else HTTP 403",
                    );
                    self.step(question, "no, the proxy names no client", because);
                    return Err(refused(Reason::UnattributableProxy));
                }
            }
        }
        let (local, why) = request.local(self.rules);
        let mut because = self.cite("locality", why);
        if self.lan() && self.rules.bind_lan == BindLan::Remote {
            because = self.cite("bind_lan", "with bind lan the client dials the LAN address");
        }
        self.step(Question::Local, yes(local), because);
        Ok(local)
    }

    fn origin(&mut self, local: bool) -> Result<(), End> {
        let Some(origin) = self.connection.origin.as_deref().filter(|o| !o.trim().is_empty())
        else {
            return Ok(());
        };
        let unasked = !self.rules.origin_check_proxied && self.request().names_client();
        if self.rules.origin_check == OriginCheck::None || unasked {
            return Ok(());
        }
        let allowed = self
            .state
            .config
            .allowed_origins
            .iter()
            .any(|o| o == "*" || o.trim().eq_ignore_ascii_case(origin.trim()))
            || self.request().origin_allowed(self.rules, origin, local);
        let because = self.cite("origin_check", "an Origin header must be allowed by gateway.controlUi.allowedOrigins or be of this machine");
        self.step(Question::Origin, yes(allowed), because);
        if allowed { Ok(()) } else { Err(refused(Reason::Auth)) }
    }

    fn authenticate(&mut self, device: bool) -> Result<Method, End> {
        let mode = self.state.config.auth;
        let question = Question::Authenticated;
        let given = self.connection.auth.unwrap_or(match mode {
            Mode::Password => Auth::Password,
            Mode::None => Auth::None,
            Mode::Token | Mode::TrustedProxy => Auth::Token,
        });
        match (mode, given) {
            (Mode::TrustedProxy, _) => {
                self.step(
                    question,
                    "unknown",
                    "with auth mode trusted-proxy the proxy's user decides",
                );
                return Err((Verdict::Unknown, None));
            }
            (Mode::None, _) => {
                self.step(question, "yes", "gateway.auth.mode is none");
                return Ok(Method::None);
            }
            (Mode::Token, Auth::Token) | (Mode::Password, Auth::Password) => {
                self.step(
                    question,
                    "yes, with the shared secret",
                    "it presents the gateway's own secret",
                );
                return Ok(Method::Shared);
            }
            (_, Auth::DeviceToken) if device => {}
            (_, Auth::DeviceToken) => {
                self.step(question, "no", "a device token counts only beside the device");
                return Err(refused(Reason::Auth));
            }
            (_, Auth::None) if !device => {
                self.step(question, "no", "without the shared secret a device is required");
                return Err(refused(Reason::NoDevice));
            }
            _ => {
                self.step(
                    question,
                    "no",
                    "it does not present the secret that gateway.auth asks for",
                );
                return Err(refused(Reason::Auth));
            }
        }
        // src/infra/device-pairing.ts verifyDeviceToken
        let (ok, reason, why) =
            match self.state.paired.as_ref().map(|paired| (paired, paired.token())) {
                None => (false, Reason::Auth, "there is no record of this device"),
                Some((_, None)) => (false, Reason::Auth, "the record holds no operator token"),
                Some((_, Some(token))) if token.revoked => {
                    (false, Reason::Revoked, "the token was revoked")
                }
                Some((paired, Some(token))) => {
                    let scopes = token.scopes.as_deref().unwrap_or(&[]);
                    if self.rules.token_within_record
                        && !covers(self.rules, paired.approved(), scopes)
                    {
                        (false, Reason::Auth, "the token's scopes exceed the record's")
                    } else if covers(self.rules, scopes, &self.asked()) {
                        (true, Reason::Auth, "it presents the token of its record")
                    } else {
                        (false, Reason::Auth, "the token lacks a scope that is asked for")
                    }
                }
            };
        self.step(question, if ok { "yes, with its device token" } else { "no" }, why);
        if ok { Ok(Method::DeviceToken) } else { Err(refused(reason)) }
    }

    fn method(&self) -> &'a str {
        self.connection.method.as_deref().unwrap_or("cron.list")
    }

    fn asked(&self) -> Cow<'a, [String]> {
        if let Some(scopes) = &self.connection.scopes {
            return match scopes.is_empty() && self.rules.no_scopes_is_admin {
                true => Cow::Owned(vec![ADMIN.to_owned()]),
                false => Cow::Borrowed(scopes),
            };
        }
        let asked = match self.connection.client {
            Client::Agent => self.rules.agent_scopes,
            Client::Cli => self.rules.cli_scopes,
        };
        Cow::Owned(match asked {
            AskedScopes::Fixed => FIXED.iter().map(|&scope| scope.to_owned()).collect(),
            AskedScopes::PerMethod => vec![scope_of(self.method()).to_owned()],
        })
    }

    fn has_origin(&self) -> bool {
        self.rules.origin_check != OriginCheck::None
            && self.connection.origin.as_deref().is_some_and(|origin| !origin.trim().is_empty())
    }

    fn local_equivalent(&self, local: bool, auth: Method) -> bool {
        let client = match self.rules.local_equivalent {
            LocalEquivalent::None => false,
            LocalEquivalent::Cli => self.connection.client == Client::Cli,
            LocalEquivalent::Any => true,
        };
        !local
            && client
            && auth == Method::Shared
            && !self.has_origin()
            && self.request().local_equivalent()
    }

    fn exempt(&self, local: bool, auth: Method) -> bool {
        let by = match auth {
            Method::Shared => true,
            Method::DeviceToken => self.rules.exempt_auth != ExemptAuth::SharedSecret,
            Method::None => self.rules.exempt_auth == ExemptAuth::None,
        };
        match self.rules.backend_exemption {
            BackendExemption::None => false,
            BackendExemption::SharedSecret => auth == Method::Shared,
            BackendExemption::Local | BackendExemption::LocalUnpaired => {
                self.connection.client == Client::Agent && local && by && !self.has_origin()
            }
        }
    }

    fn without_device(
        &mut self,
        asked: Cow<'a, [String]>,
        local: bool,
        auth: Method,
        exempt: bool,
    ) -> Result<Cow<'a, [String]>, End> {
        if auth != Method::Shared && !exempt {
            self.step(Question::Without, "no", "only with the shared secret");
            return Err(refused(Reason::NoDevice));
        }
        let kept = match self.rules.no_device_scopes {
            NoDeviceScopes::Dropped => false,
            NoDeviceScopes::Kept => true,
            NoDeviceScopes::KeptForBackend => exempt,
            NoDeviceScopes::KeptForLocal => {
                exempt
                    || (self.connection.client == Client::Cli
                        && local
                        && auth == Method::Shared
                        && !self.has_origin())
            }
        };
        let because = self.cite(
            "no_device_scopes",
            "the gateway believes scopes without a device only of clients that it takes for its own",
        );
        self.step(Question::Kept, yes(kept), because);
        Ok(if kept { asked } else { Cow::Borrowed(&[]) })
    }

    fn pair(&mut self, asked: &[String], local: bool, exempt: bool) -> Result<(), End> {
        let rules = self.rules;
        let state = self.state;
        let key = match &state.identity {
            Identity::Key(key) => Some(key.as_str()),
            Identity::Missing | Identity::Unknown | Identity::Broken => None,
        };
        let paired = state.paired.as_ref().filter(|_| key.is_some());
        let question = Question::Paired;
        let Some(record) = paired.filter(|record| Some(record.public_key.as_str()) == key) else {
            let why = match paired {
                Some(_) => "the record under its id holds another public key",
                None => "there is no record under its id",
            };
            self.step(question, "no", why);
            if exempt {
                return self.exempted();
            }
            return self.require(Reason::NotPaired, asked, local);
        };
        self.step(question, "yes", "the record holds the same public key");
        if exempt && rules.backend_exemption != BackendExemption::LocalUnpaired {
            self.exempted()?;
            return self.token_usable(record, asked);
        }
        if rules.bare_record_passes && record.roles.is_none() && record.scopes.is_none() {
            let because =
                self.cite("bare_record_passes", "a record without roles and scopes passes");
            self.step(Question::Bare, "yes", because);
            return self.token_usable(record, asked);
        }
        if rules.metadata_pinned {
            let platform = self.connection.platform.as_deref().unwrap_or("linux");
            let equal = pin_allows(record.platform.as_deref(), Some(platform))
                && pin_allows(
                    record.device_family.as_deref(),
                    self.connection.device_family.as_deref(),
                );
            let because = self.cite(
                "metadata_pinned",
                "a platform or device family in the record must equal the client's",
            );
            self.step(Question::Metadata, yes(equal), because);
            if !equal {
                self.require(Reason::MetadataUpgrade, asked, local)?;
            }
        }
        let role = record.roles(rules).contains(&"operator");
        let because = self.cite(
            "token_need",
            match rules.token_need {
                TokenNeed::Nothing => "the roles are those that the record lists",
                TokenNeed::IfObject => {
                    "where the record has tokens, the roles are those of its active tokens"
                }
                TokenNeed::IfAny | TokenNeed::IfAnyApproved => {
                    "where the record has any token, the roles are those of its active tokens"
                }
                TokenNeed::Active => "the roles are those of the record's active tokens",
            },
        );
        self.step(Question::Role, yes(role), because);
        if !role {
            self.require(Reason::RoleUpgrade, asked, local)?;
        }
        if !asked.is_empty() {
            let scopes = record.scopes(rules);
            let missing =
                asked.iter().find(|scope| !covers(rules, scopes, core::slice::from_ref(*scope)));
            let because = self.cite(
                "scope_compare",
                match rules.scope_compare {
                    ScopeCompare::Exact => "each scope must be listed by its name",
                    ScopeCompare::Read => {
                        "each scope must be listed; admin and write also grant read"
                    }
                    ScopeCompare::Admin | ScopeCompare::Talk => {
                        "each scope must be granted; admin grants all, write also read"
                    }
                },
            );
            let answer = missing.map_or("yes".to_owned(), |scope| {
                format!("no, {} is missing", known(rules, scope))
            });
            self.step(Question::Scopes, answer, because);
            if missing.is_some() {
                self.require(Reason::ScopeUpgrade, asked, local)?;
            }
        }
        self.token_usable(record, asked)
    }

    fn exempted(&mut self) -> Result<(), End> {
        let why = match self.rules.backend_exemption {
            BackendExemption::SharedSecret => "an operator with the shared secret needs no pairing",
            _ => "the gateway's own backend client on this machine needs no pairing",
        };
        let because = self.cite("backend_exemption", why);
        self.step(Question::Exempt, "yes", because);
        Ok(())
    }

    /// A token without a scope list makes `ensureDeviceToken` throw, which drops the connection.
    fn token_usable(&mut self, record: &Paired, asked: &[String]) -> Result<(), End> {
        let throws = record.token().is_some_and(|token| !token.revoked && token.scopes.is_none());
        if self.silently || asked.is_empty() || !throws {
            return Ok(());
        }
        self.step(
            Question::Token,
            "no",
            "a token without scopes makes the gateway drop the connection (src/infra/device-pairing.ts ensureDeviceToken)",
        );
        Err(refused(Reason::MissingScope))
    }

    /// A pairing is required: silently approved, or the wall.
    fn require(&mut self, reason: Reason, asked: &[String], local: bool) -> Result<(), End> {
        let rules = self.rules;
        let question = Question::Silent;
        let revoked = reason == Reason::RoleUpgrade
            && self
                .state
                .paired
                .as_ref()
                .and_then(Paired::token)
                .is_some_and(|token| token.revoked);
        let lan = self.lan() && rules.bind_lan == BindLan::Remote;
        let named = if lan {
            Reason::BindLan
        } else if revoked {
            Reason::Revoked
        } else {
            reason
        };
        let wall = Err((Verdict::PairingRequired, Some(named)));
        let live: Vec<&Pending> = self.live().collect();
        let met = match rules.sticky {
            Sticky::AsIs | Sticky::Merged => &live[..live.len().min(1)],
            Sticky::Superseded => &live[..],
        };
        let as_is = rules.sticky == Sticky::AsIs && !met.is_empty();
        if let Some(because) = self.not_silent(reason, local).filter(|_| !as_is) {
            self.step(question, "no", because);
            return wall;
        }
        if met.iter().any(|pending| !pending.silent) {
            let because = self.cite("sticky", "a pending request that wasn't silent keeps later ones from being silent while it lives");
            self.step(question, "no", because);
            let silent = self.not_silent(reason, local).is_none();
            return if silent {
                Err((Verdict::PairingRequired, Some(Reason::StickyPending)))
            } else {
                wall
            };
        }
        let pending: Vec<&str> = met
            .iter()
            .flat_map(|pending| &pending.scopes)
            .chain(asked)
            .map(String::as_str)
            .collect();
        if !self.may_approve(asked, &pending) {
            let because = self.cite(
                "approval",
                "a silent approval must not grant more than the connection asks for",
            );
            self.step(question, "no", because);
            return wall;
        }
        let because = match as_is {
            true => self.cite("sticky", "an older request of the device was to be silent"),
            false => {
                "a local connection, for a reason that this version approves silently".to_owned()
            }
        };
        self.step(question, "yes", because);
        self.silently = true;
        Ok(())
    }

    /// Why a request of this connection isn't silent; `None` when it is.
    fn not_silent(&self, reason: Reason, local: bool) -> Option<String> {
        let rules = self.rules;
        if !local {
            return Some("only a local connection is approved silently".to_owned());
        }
        if self.has_origin() {
            return Some(
                self.cite("origin_check", "a connection with an Origin is never approved silently"),
            );
        }
        if rules.auto_approve_local && self.state.config.auto_approve_local == Some(false) {
            return Some(
                self.cite("auto_approve_local", "gateway.nodes.pairing.autoApproveLocal is false"),
            );
        }
        match reason {
            Reason::RoleUpgrade if !rules.silent_role => {
                Some(self.cite("silent_role", "a role upgrade is not"))
            }
            Reason::ScopeUpgrade if !rules.silent_scope => {
                Some(self.cite("silent_scope", "a scope upgrade is not"))
            }
            Reason::MetadataUpgrade => Some("another platform or device family is not".to_owned()),
            _ => None,
        }
    }

    fn live(&self) -> impl Iterator<Item = &'a Pending> {
        let now = self.state.now;
        self.state
            .pending
            .iter()
            .filter(move |p| now - p.refreshed_at_ms.unwrap_or(p.ts) <= PENDING_TTL_MS)
    }

    /// src/infra/device-pairing.ts approveDevicePairing with the connection's scopes as the caller's.
    fn may_approve(&self, asked: &[String], pending: &[&str]) -> bool {
        let rules = self.rules;
        let record = self.state.paired.as_ref();
        let token = record.and_then(Paired::token);
        let held: &[String] = token.and_then(|t| t.scopes.as_deref()).unwrap_or(&[]);
        let approved = record.map_or(&[][..], Paired::approved);
        let mut wanted: Vec<String> = pending.iter().map(|&scope| scope.to_owned()).collect();
        let mut caller = asked.to_vec();
        match rules.approval {
            Approval::Anything => return true,
            Approval::Request => {}
            Approval::Token if wanted.is_empty() => {
                wanted = if token.is_some() { held } else { approved }.to_vec()
            }
            Approval::Token => {}
            Approval::RequestAndToken | Approval::WithRecord => {
                if wanted.is_empty() && token.is_none() {
                    wanted = approved.to_vec();
                }
                wanted.extend_from_slice(held);
                if rules.approval == Approval::WithRecord {
                    caller.extend_from_slice(approved);
                }
            }
        }
        covers(rules, &caller, &wanted)
    }

    fn call(&mut self, granted: &[String]) -> Result<(), End> {
        let method = self.method();
        let need = scope_of(method);
        // src/gateway/method-scopes.ts authorizeOperatorScopesForMethod, the same in every version
        let has = |scope: &str| granted.iter().any(|granted| granted == scope);
        let ok = has(ADMIN) || has(need) || (need == READ && has(WRITE));
        self.step(Question::Call, yes(ok), format!("{} needs {need}", shown(method)));
        if ok { Ok(()) } else { Err(refused(Reason::MissingScope)) }
    }
}

/// Whether a client that claims this platform or device family matches what the record pins; without a pin all do.
pub(crate) fn pin_allows(pinned: Option<&str>, claimed: Option<&str>) -> bool {
    // normalizeDeviceMetadataForAuth of src/gateway/device-metadata-normalization.ts: ASCII alone
    let norm = |text: Option<&str>| text.unwrap_or_default().trim().to_ascii_lowercase();
    norm(pinned).is_empty() || norm(pinned) == norm(claimed)
}

/// What is said of a record that pins something else than a client says.
pub(crate) const PINNED: &str = "The record pins a platform or a deviceFamily: on this version a client that says anything else must be approved anew.";

/// What to do about a record that nothing can be added to.
pub(crate) fn remove_first(id: &str) -> String {
    format!("Run `openclaw devices remove {id}`, then `npx openclaw-prepair setup`.")
}

/// Whether the granted scopes cover the wanted ones, as this version compares them.
pub(crate) fn covers(rules: &Rules, granted: &[String], wanted: &[String]) -> bool {
    let has = |scope: &str| granted.iter().any(|granted| granted.trim() == scope);
    wanted.iter().all(|scope| {
        let scope = scope.trim();
        let by_write = scope == READ
            || (scope == "operator.talk" && rules.scope_compare == ScopeCompare::Talk);
        match rules.scope_compare {
            ScopeCompare::Exact => has(scope),
            ScopeCompare::Read => has(scope) || (scope == READ && (has(WRITE) || has(ADMIN))),
            ScopeCompare::Admin | ScopeCompare::Talk => {
                has(scope)
                    || (has(ADMIN) && scope.starts_with("operator."))
                    || (by_write && has(WRITE))
            }
        }
    })
}

fn yes(answer: bool) -> &'static str {
    if answer { "yes" } else { "no" }
}

/// A name from outside, safe to print.
fn shown(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}

fn known<'s>(rules: &Rules, scope: &'s str) -> Cow<'s, str> {
    match rules.operator_scopes.contains(&scope) {
        true => Cow::Borrowed(scope),
        false => Cow::Owned(format!("{} (unknown to this version)", shown(scope))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::rules;

    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const FIVE: [&str; 5] = [ADMIN, READ, WRITE, "operator.approvals", "operator.pairing"];

    fn full() -> Value {
        json!({
            "publicKey": KEY, "role": "operator", "roles": ["operator"], "scopes": FIVE, "approvedScopes": FIVE,
            "tokens": { "operator": { "token": "t", "role": "operator", "scopes": FIVE, "createdAtMs": 1 } },
        })
    }

    fn state(record: Option<&Value>) -> State {
        State {
            identity: Identity::Key(KEY.into()),
            paired: record.map(|record| Paired::read(record.as_object().unwrap())),
            now: 1_000_000,
            ..State::default()
        }
    }

    fn agent(scopes: &[&str]) -> Connection {
        Connection {
            presents_device: Some(true),
            scopes: Some(scopes.iter().map(|&s| s.to_owned()).collect()),
            ..Connection::default()
        }
    }

    fn forwarded(mut connection: Connection) -> Connection {
        connection.headers.insert("X-Forwarded-For".into(), "203.0.113.9".into());
        connection
    }

    fn run(version: &str, state: &State, connection: &Connection) -> (Verdict, Option<Reason>) {
        let outcome = connect(&rules(Some(&version.parse().unwrap())).0, state, connection);
        assert!(!outcome.steps.is_empty() && outcome.steps.iter().all(|s| !s.because.is_empty()));
        (outcome.verdict, outcome.reason)
    }

    const VERSIONS: [&str; 12] = [
        "2026.1.29",
        "2026.2.12",
        "2026.2.17",
        "2026.2.19",
        "2026.2.21",
        "2026.2.26",
        "2026.3.13",
        "2026.3.28",
        "2026.4.1",
        "2026.4.15",
        "2026.5.12",
        "2026.7.1",
    ];
    const OPEN: (Verdict, Option<Reason>) = (Verdict::Open, None);
    const SILENT: (Verdict, Option<Reason>) = (Verdict::SilentApproval, None);

    fn wall(reason: Reason) -> (Verdict, Option<Reason>) {
        (Verdict::PairingRequired, Some(reason))
    }

    #[test]
    fn the_full_record_opens_every_version_through_a_proxy() {
        let mut state = state(Some(&full()));
        for version in VERSIONS {
            assert_eq!(run(version, &state, &forwarded(agent(&[READ]))), OPEN, "{version}");
        }
        state.config.trusted_proxies = vec!["127.0.0.1".into()];
        for version in ["2026.8.1", "2026.9.6"] {
            assert_eq!(run(version, &state, &forwarded(agent(&[READ]))), OPEN, "{version}");
        }
    }

    #[test]
    fn without_a_record_a_proxy_means_the_wall() {
        let state = state(None);
        for version in VERSIONS.iter().filter(|v| **v != "2026.2.22") {
            assert_eq!(
                run(version, &state, &forwarded(agent(&[READ]))),
                wall(Reason::NotPaired),
                "{version}"
            );
        }
        assert_eq!(run("2026.2.22", &state, &forwarded(agent(&[READ]))), OPEN);
    }

    #[test]
    fn an_unlisted_proxy_is_refused_from_2026_8_1() {
        let mut state = state(Some(&full()));
        let refused = (Verdict::Rejected, Some(Reason::UnattributableProxy));
        assert_eq!(run("2026.9.6", &state, &forwarded(agent(&[READ]))), refused);
        state.config.trusted_proxies = vec!["127.0.0.1".into(), "203.0.113.0/24".into()];
        assert_eq!(run("2026.9.6", &state, &forwarded(agent(&[READ]))), refused);
        let mut real = agent(&[READ]);
        real.headers.insert("x-real-ip".into(), "203.0.113.9".into());
        state.config.trusted_proxies = vec!["127.0.0.1".into()];
        assert_eq!(run("2026.9.6", &state, &real), refused);
        state.config.allow_real_ip_fallback = true;
        assert_eq!(run("2026.9.6", &state, &real), OPEN);
    }

    #[test]
    fn loopback_among_the_trusted_proxies_is_the_wall_on_2026_2_19_to_3_28() {
        let mut state = state(None);
        state.config.trusted_proxies = vec!["10.0.0.0/8".into(), "127.0.0.0/8".into()];
        for (version, expected) in [
            ("2026.2.12", SILENT),
            ("2026.2.17", SILENT),
            ("2026.2.19", wall(Reason::NotPaired)),
            ("2026.2.21", wall(Reason::NotPaired)),
            ("2026.3.28", wall(Reason::NotPaired)),
            ("2026.3.31", SILENT),
            ("2026.4.15", OPEN),
            ("2026.9.6", OPEN),
        ] {
            assert_eq!(run(version, &state, &agent(&[READ])), expected, "{version}");
        }
    }

    #[test]
    fn the_story_of_a_clean_loopback_on_2026_2_19() {
        let mut record = full();
        for field in ["scopes", "approvedScopes"] {
            record[field] = json!([READ]);
        }
        let state = state(Some(&record));
        assert_eq!(run("2026.2.17", &state, &agent(&[ADMIN])), SILENT);
        assert_eq!(run("2026.2.19", &state, &agent(&[ADMIN])), wall(Reason::ScopeUpgrade));
        assert_eq!(run("2026.2.24", &state, &agent(&[ADMIN])), OPEN);
        assert_eq!(run("2026.2.26", &state, &agent(&[ADMIN])), SILENT);
        assert_eq!(run("2026.3.28", &state, &agent(&[ADMIN])), wall(Reason::ScopeUpgrade));
    }

    #[test]
    fn admin_does_not_cover_read_on_2026_2_19() {
        let mut record = full();
        record["scopes"] = json!(FIXED);
        let state = state(Some(&record));
        assert_eq!(run("2026.2.19", &state, &agent(&[READ])), wall(Reason::ScopeUpgrade));
        assert_eq!(run("2026.2.21", &state, &agent(&[READ])), OPEN);
    }

    #[test]
    fn tokens_matter_from_2026_3_31() {
        let mut record = full();
        record["tokens"] = json!({});
        let empty = state(Some(&record));
        record.as_object_mut().unwrap().remove("tokens");
        let none = state(Some(&record));
        record["tokens"] = json!({ "operator": { "scopes": FIVE, "revokedAtMs": 5 } });
        let revoked = state(Some(&record));
        for (version, of_empty, of_none, of_revoked) in [
            ("2026.3.28", OPEN, OPEN, OPEN),
            ("2026.3.31", wall(Reason::RoleUpgrade), OPEN, wall(Reason::Revoked)),
            ("2026.4.2", OPEN, OPEN, wall(Reason::Revoked)),
            ("2026.4.9", OPEN, OPEN, wall(Reason::Revoked)),
            (
                "2026.4.10",
                wall(Reason::RoleUpgrade),
                wall(Reason::RoleUpgrade),
                wall(Reason::Revoked),
            ),
        ] {
            for (state, expected) in [(&empty, of_empty), (&none, of_none), (&revoked, of_revoked)]
            {
                assert_eq!(run(version, state, &forwarded(agent(&[READ]))), expected, "{version}");
            }
        }
        let mut cli = agent(&[READ]);
        cli.client = Client::Cli;
        assert_eq!(run("2026.5.7", &revoked, &cli), SILENT);
        assert_eq!(run("2026.5.12", &revoked, &cli), wall(Reason::Revoked));
        assert_eq!(run("2026.8.1", &revoked, &cli), SILENT);
    }

    #[test]
    fn an_old_pending_request_sticks_while_it_lives() {
        let mut state = state(None);
        state.pending = vec![Pending {
            ts: state.now - PENDING_TTL_MS,
            scopes: vec![READ.into()],
            ..Pending::default()
        }];
        let mut cli = agent(&[READ]);
        cli.client = Client::Cli;
        for version in ["2026.2.17", "2026.2.19", "2026.2.26", "2026.3.28", "2026.4.15", "2026.9.6"]
        {
            assert_eq!(run(version, &state, &cli), wall(Reason::StickyPending), "{version}");
            let mut later = state.clone();
            later.now += 1;
            assert_eq!(run(version, &later, &cli), SILENT, "{version}");
        }
    }

    #[test]
    fn clients_without_a_device() {
        let state = state(Some(&full()));
        let mut bare = agent(&[READ]);
        bare.presents_device = Some(false);
        let missing = (Verdict::Rejected, Some(Reason::MissingScope));
        assert_eq!(run("2026.2.19", &state, &bare), missing);
        assert_eq!(run("2026.2.26", &state, &bare), OPEN);
        assert_eq!(run("2026.3.13", &state, &bare), missing);
        assert_eq!(run("2026.4.15", &state, &bare), missing);
        assert_eq!(run("2026.4.25", &state, &bare), OPEN);
        assert_eq!(run("2026.6.11", &state, &forwarded(bare.clone())), missing);
        bare.auth = Some(Auth::None);
        assert_eq!(run("2026.6.11", &state, &bare), (Verdict::Rejected, Some(Reason::NoDevice)));
    }

    #[test]
    fn clients_as_they_are_in_each_version() {
        let state = state(None);
        let connect = |version: &str, client| {
            run(version, &state, &Connection { client, ..Connection::default() })
        };
        assert_eq!(connect("2026.2.17", Client::Agent), SILENT);
        assert_eq!(connect("2026.4.24", Client::Agent), OPEN);
        assert_eq!(connect("2026.9.6", Client::Agent), OPEN);
        assert_eq!(connect("2026.6.35", Client::Cli), SILENT);
        assert_eq!(connect("2026.7.1", Client::Cli), OPEN);
    }

    #[test]
    fn device_tokens() {
        let mut record = full();
        let connection = Connection { auth: Some(Auth::DeviceToken), ..forwarded(agent(&[READ])) };
        assert_eq!(run("2026.2.19", &state(Some(&record)), &connection), OPEN);
        assert_eq!(
            run("2026.2.19", &state(None), &connection),
            (Verdict::Rejected, Some(Reason::Auth))
        );
        record["tokens"]["operator"]["revokedAtMs"] = json!(7);
        assert_eq!(
            run("2026.2.19", &state(Some(&record)), &connection),
            (Verdict::Rejected, Some(Reason::Revoked))
        );
    }

    #[test]
    fn identity_and_metadata() {
        let mut broken = state(Some(&full()));
        broken.identity = Identity::Unknown;
        assert_eq!(run("2026.5.7", &broken, &forwarded(agent(&[READ]))), wall(Reason::NotPaired));
        // A gateway that does not start lets nobody in, not even its own agent.
        let own = Connection { presents_device: None, ..agent(&[READ]) };
        for connection in [&agent(&[READ]), &own] {
            assert_eq!(
                run("2026.9.6", &broken, connection),
                (Verdict::Rejected, Some(Reason::Identity))
            );
        }
        assert_eq!(run("2026.9.6", &state(Some(&full())), &own), OPEN);
        let mut record = full();
        record["platform"] = json!("darwin");
        assert_eq!(run("2026.2.25", &state(Some(&record)), &forwarded(agent(&[READ]))), OPEN);
        assert_eq!(
            run("2026.2.26", &state(Some(&record)), &forwarded(agent(&[READ]))),
            wall(Reason::MetadataUpgrade)
        );
        record["platform"] = json!(" Linux ");
        assert_eq!(run("2026.2.26", &state(Some(&record)), &forwarded(agent(&[READ]))), OPEN);
    }

    #[test]
    fn bind_lan() {
        let mut state = state(None);
        state.config.bind = Some("lan".into());
        for (version, expected) in [
            ("2026.2.6-3", SILENT),
            ("2026.2.9", wall(Reason::BindLan)),
            ("2026.2.19", (Verdict::Rejected, Some(Reason::BindLan))),
            ("2026.2.21", SILENT),
        ] {
            assert_eq!(run(version, &state, &agent(&[READ])), expected, "{version}");
        }
    }

    #[test]
    fn a_record_of_any_shape_is_read() {
        for record in
            [json!({}), json!({ "publicKey": 5, "roles": "x", "scopes": {}, "tokens": [] })]
        {
            let paired = Paired::read(record.as_object().unwrap());
            assert_eq!(paired, Paired::default());
        }
        let odd = json!({ "roles": [1, "operator"], "tokens": { "operator": 5 } });
        let paired = Paired::read(odd.as_object().unwrap());
        assert_eq!(paired.roles, Some(vec!["operator".into()]));
        assert_eq!(paired.token(), Some(&Token::default()));
    }

    #[test]
    fn words_from_outside_are_escaped_and_cut() {
        let connection =
            Connection { method: Some(format!("\u{1b}[2J{}", "x".repeat(999))), ..agent(&[READ]) };
        let outcome = connect(&rules(None).0, &state(Some(&full())), &connection);
        let last = &outcome.steps.last().unwrap().because;
        assert!(last.len() < 120 && !last.contains('\u{1b}'), "{last}");
    }
}
