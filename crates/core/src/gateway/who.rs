//! Who connects, as it says itself: id, mode and role.

use crate::gateway::walk::Walk;
use crate::options::connection::Client;
use crate::options::role::Role;

/// Ids of `packages/gateway-protocol/src/client-info.ts`.
const CONTROL_UI: &str = "openclaw-control-ui";

const MACOS: &str = "openclaw-macos";

const IOS: &str = "openclaw-ios";

const ANDROID: &str = "openclaw-android";

const NODE_HOST: &str = "node-host";

impl<'a> Walk<'a> {
    /// The id and the mode that it names.
    pub(super) fn named(&self) -> (&'a str, &'a str) {
        let (id, mode) = match self.connection.client {
            Client::Agent => ("gateway-client", "backend"),
            Client::Cli => ("cli", "cli"),
            Client::ControlUi => (CONTROL_UI, "webchat"),
            Client::Node => (NODE_HOST, "node"),
            Client::App => (MACOS, "ui"),
            Client::Other => ("openclaw-probe", "probe"),
        };
        let connection = self.connection;
        (
            connection.client_id.as_deref().map_or(id, str::trim),
            connection.client_mode.as_deref().map_or(mode, str::trim),
        )
    }

    pub(super) fn role(&self) -> Role {
        let own = if self.connection.client == Client::Node { Role::Node } else { Role::Operator };
        self.connection.role.unwrap_or(own)
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
        let (id, mode) = self.named();
        id == CONTROL_UI || id == "webchat-ui" || mode == "webchat"
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
        use crate::rules::Pins;
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
