//! Who connects, as it says itself: id, mode and role.

use crate::base::ip::is_loopback_text;
use crate::gateway::request::{host_is_loopback, host_name};
use crate::gateway::scopes::ADMIN;
use crate::gateway::state::{Mode, Paired};
use crate::gateway::walk::{End, Walk, refused};
use crate::options::connection::{
    ANDROID, Auth, CONTROL_UI, Client, Connection, IOS, MACOS, NODE_HOST, WEBCHAT_UI,
};
use crate::options::role::Role;
use crate::rules::Pins;
use crate::verdict::{Reason, Verdict};

/// A connection with what its description leaves out. `device`: the record, if any, of a device that the caller named: it
/// presents itself, as the client and on the system that its record tells. A page has the Origin of the Host that it dials.
pub(crate) fn filled(
    connection: &Connection,
    port: u16,
    device: Option<Option<&Paired>>,
) -> Connection {
    let mut whole = connection.clone();
    if device.is_some() {
        whole.presents_device.get_or_insert(true);
        if whole.client == Client::Agent && whole.client_id.is_none() {
            let record = device.flatten();
            let or_cli = |text: Option<&String>| text.map_or("cli", String::as_str).to_owned();
            let id = or_cli(record.and_then(|record| record.client_id.as_ref()));
            let mode = or_cli(record.and_then(|record| record.client_mode.as_ref()));
            whole.client = Client::named(&id, &mode);
            (whole.client_id, whole.client_mode) = (Some(id), Some(mode));
        }
    }
    if let Some(record) = device.flatten() {
        let roles = record.roles.as_deref().unwrap_or_default();
        if whole.role.is_none() && roles.iter().all(|role| role == "node") && !roles.is_empty() {
            whole.role = Some(Role::Node);
        }
        whole.platform = whole.platform.or_else(|| record.platform.clone());
        whole.device_family = whole.device_family.or_else(|| record.device_family.clone());
    }
    // A page that no proxy brought dials the address that it came from.
    if let (Some(origin), None) = (&whole.origin, &whole.host)
        && !is_here(&whole)
        && !whole.is_proxied()
    {
        whole.host = origin.split_once("://").map(|(_, host)| host.trim().to_owned());
    }
    if whole.origin.is_none() && is_page(named(&whole)) {
        let host = whole.host.clone().unwrap_or_else(|| format!("127.0.0.1:{port}"));
        whole.origin = Some(format!("http://{host}"));
    }
    whole
}

/// Whether it is the command line of this machine and goes by its own means, where nothing here tells it the gateway's secret.
pub(crate) fn is_lone(connection: &Connection, no_secret: bool) -> bool {
    no_secret
        && connection.client == Client::Cli
        && connection.auth.is_none()
        && is_here(connection)
}

/// Whether it comes from this machine.
fn is_here(connection: &Connection) -> bool {
    connection.remote_address.as_deref().is_none_or(is_loopback_text)
}

/// What it authenticates with. `alone`: what the command line here does without the secret.
pub(crate) fn presented(connection: &Connection, mode: Mode, alone: Option<Auth>) -> Auth {
    connection.auth.unwrap_or(match (mode, alone) {
        (_, Some(auth)) if is_lone(connection, true) => auth,
        (Mode::Password, _) => Auth::Password,
        (Mode::None, _) => Auth::None,
        (Mode::Token | Mode::TrustedProxy, _) => Auth::Token,
    })
}

/// The id and the mode that a client names.
fn named(connection: &Connection) -> (&str, &str) {
    let (id, mode) = connection.client.names();
    (
        connection.client_id.as_deref().map_or(id, str::trim),
        connection.client_mode.as_deref().map_or(mode, str::trim),
    )
}

fn is_page((id, mode): (&str, &str)) -> bool {
    id == CONTROL_UI || id == WEBCHAT_UI || mode == "webchat"
}

impl<'a> Walk<'a> {
    /// The agent of the gateway's own process, not a client elsewhere.
    pub(super) fn own_agent(&self) -> bool {
        is_here(self.connection) && self.connection.auth != Some(Auth::DeviceToken)
    }

    /// Whether it is the command line that nothing tells the gateway's secret.
    pub(super) fn is_lone(&self) -> bool {
        is_lone(self.connection, self.state.alone.is_some())
    }

    /// Whether the command line presents its device, as it does where no shared secret is asked for
    /// (`shouldOmitDeviceIdentityForGatewayCall` of src/gateway/call.ts).
    pub(super) fn cli_presents(&self) -> bool {
        let here = |host| host_is_loopback(&host_name(host));
        self.rules.cli_presents_device
            || !matches!(self.state.config.auth, Mode::Token | Mode::Password)
            || self.is_lone()
            || !self.connection.host.as_deref().is_none_or(here)
    }

    /// What becomes of the command line that knows no secret, unless the token of its record decides it.
    pub(super) fn without_secret(&self) -> Option<(&'static str, String, End)> {
        // cacheOperatorToken of src/gateway/startup-local-cli-pairing.ts
        let admin = |paired: &Paired| {
            let token = paired.token(Role::Operator);
            token.is_some_and(|token| token.scopes.iter().flatten().any(|scope| scope == ADMIN))
        };
        match &self.state.paired {
            _ if !self.is_lone() || self.state.kept_token == Some(true) => None,
            Some(paired) if self.state.hands_token && admin(paired) => None,
            None if self.state.hands_token => Some((
                "yes, with its device token",
                self.cite("makes_token", "a gateway that starts without a secret pairs its own device, and gives the command line that device's token"),
                (Verdict::SilentApproval, None),
            )),
            _ => Some((
                "no",
                "it knows no secret of the gateway, and the device token that it keeps is not the one of its record".to_owned(),
                refused(Reason::Auth),
            )),
        }
    }

    /// The id and the mode that it names.
    pub(super) fn named(&self) -> (&'a str, &'a str) {
        named(self.connection)
    }

    pub(super) fn role(&self) -> Role {
        self.connection.role()
    }

    /// The gateway's own backend client.
    pub(super) fn is_backend(&self) -> bool {
        self.named() == ("gateway-client", "backend")
    }

    pub(super) fn is_cli(&self) -> bool {
        self.named() == ("cli", "cli")
    }

    /// What a gateway takes for a page of its own: it must come from an Origin that is allowed.
    pub(super) fn is_page(&self) -> bool {
        is_page(self.named())
    }

    /// What must present a device, even with the shared secret (`isOperatorUiClient`). There is a terminal UI from 2026.3.28.
    pub(super) fn is_control_ui(&self) -> bool {
        matches!(self.named().0, CONTROL_UI | "openclaw-tui")
    }

    /// Whose pages are approved silently.
    pub(super) fn is_own_page(&self) -> bool {
        self.is_page() || self.is_control_ui()
    }

    /// An app with a user interface.
    pub(super) fn is_app(&self) -> bool {
        let (id, mode) = self.named();
        mode == "ui" && matches!(id, MACOS | IOS | ANDROID)
    }

    /// The platform that it names, as gateways compare it.
    pub(super) fn platform(&self) -> String {
        normal(self.connection.platform.as_deref().unwrap_or("linux"))
    }

    /// Whether another platform in its record is no other device (`resolvePinnedClientMetadata`).
    pub(super) fn same_system(&self, pinned: &str) -> bool {
        let (claimed, pinned) = (self.platform(), normal(pinned));
        let ((id, mode), pins) = (self.named(), self.rules.pins);
        let both = |family: fn(&str) -> bool| family(&claimed) && family(&pinned);
        let host = id == NODE_HOST && mode == "node";
        host && pins >= Pins::NodeHosts && alike(&claimed) == alike(&pinned)
            || id == IOS && pins >= Pins::Phones && both(|text| starts(text, &["ios", "ipados"]))
            || id == ANDROID && pins >= Pins::Phones && both(|text| starts(text, &["android"]))
            || pins >= Pins::Apps
                && (id == MACOS
                    && is_macos(&claimed)
                    && (is_macos(&pinned) || alike(&pinned) == "macos")
                    || host && alike(&claimed) == "macos" && is_macos(&pinned))
    }
}

/// `normalizeDeviceMetadataForAuth`.
fn normal(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

/// One name for the names that Node and people have for a system.
fn alike(text: &str) -> &str {
    match text {
        "darwin" | "macos" => "macos",
        "win32" | "windows" => "windows",
        other => other,
    }
}

fn starts(text: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        let rest = text.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    })
}

/// `macos 26.4.0`, of one to three numbers.
fn is_macos(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("macos ") else { return false };
    let numbers: Vec<&str> = rest.split('.').collect();
    numbers.len() <= 3
        && numbers.iter().all(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
}
