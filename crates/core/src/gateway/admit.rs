//! Who connects, from where, and is it believed?

use std::borrow::Cow;

use crate::base::ip;
use crate::gateway::request::{self, Request};
use crate::gateway::scopes::covers;
use crate::gateway::state::{Mode, OtherSecret};
use crate::gateway::tree::Question;
use crate::gateway::walk::{End, Method, Walk, refused, yes};
use crate::gateway::who::presented;
use crate::options::connection::Auth;
use crate::options::role::Role;
use crate::rules::{
    BackendExemption, BindLan, ExemptAuth, InsecureUi, LocalEquivalent, NoDeviceScopes,
    OriginCheck, ProxyAuth,
};
use crate::verdict::Reason;

/// The answer where it presents the secret of the gateway.
pub(crate) const WITH_SECRET: &str = "yes, with the shared secret";

impl<'a> Walk<'a> {
    pub(super) fn lan(&self) -> bool {
        self.connection.remote_address.is_none() && self.state.config.bind.as_deref() == Some("lan")
    }

    /// Whether nothing tells that the connection takes another way than OpenClaw's own clients on this machine.
    fn dials_itself(&self) -> bool {
        let connection = self.connection;
        connection.remote_address.is_none()
            && connection.host.is_none()
            && connection.headers.is_empty()
    }

    pub(super) fn request(&self) -> Request<'a> {
        let connection = self.connection;
        let lan = self.lan() && self.rules.bind_lan != BindLan::Loopback;
        Request {
            // any address that isn't loopback stands for the machine's own one
            peer: connection.remote_address.as_deref().unwrap_or(if lan {
                "192.0.2.1"
            } else {
                "127.0.0.1"
            }),
            host: connection.host.as_deref().map_or_else(
                || {
                    format!(
                        "{}:{}",
                        if lan { "192.0.2.1" } else { "127.0.0.1" },
                        self.state.config.port()
                    )
                    .into()
                },
                Cow::Borrowed,
            ),
            headers: &connection.headers,
            trusted: &self.state.config.trusted_proxies,
            real_ip_fallback: self.state.config.allow_real_ip_fallback,
        }
    }

    pub(super) fn local(&mut self) -> Result<bool, End> {
        if self.lan() && self.rules.bind_lan == BindLan::Refused {
            let because = self.cite("bind_lan", "with bind lan the client dials the LAN address, and refuses that itself as plain text");
            self.step(Question::Address, "the LAN address", because);
            return Err(refused(Reason::BindLan));
        }
        if self.dials_itself() && self.state.config.out_of_reach(self.rules) {
            let because = self.cite("custom_bind_loopback", "the client dials 127.0.0.1, and with bind custom the gateway listens on gateway.customBindHost only");
            self.step(Question::Address, "127.0.0.1, where no gateway listens", because);
            return Err(refused(Reason::BindCustom));
        }
        let request = self.request();
        if self.rules.forwarded_refused {
            let question = Question::Attributed;
            let because = |walk: &Self, why| walk.cite("forwarded_refused", why);
            match request.attribute(self.rules) {
                request::Attribution::Known => {
                    let because = because(
                        self,
                        "a peer without forwarded headers, or a trusted proxy that names the client",
                    );
                    self.step(question, "yes", because);
                }
                request::Attribution::Unlisted => {
                    let because = because(
                        self,
                        "forwarded headers from a peer that gateway.trustedProxies doesn't hold are answered with HTTP 403",
                    );
                    self.step(question, "no, the proxy is not listed", because);
                    return Err(refused(Reason::UnattributableProxy));
                }
                request::Attribution::NoClient => {
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

    pub(super) fn origin(&mut self, local: bool) -> Result<(), End> {
        let page = self.is_page();
        let origin = self.connection.origin.as_deref().filter(|o| !o.trim().is_empty());
        let unasked = !self.rules.origin_check_proxied && self.request().names_client();
        if !page && (origin.is_none() || self.rules.origin_check == OriginCheck::None || unasked) {
            return Ok(());
        }
        let listed = |origin: &str| {
            let mut entries = self.state.config.allowed_origins.iter();
            entries.any(|o| o == "*" || o.trim().eq_ignore_ascii_case(origin.trim()))
        };
        let check = match self.rules.origin_check {
            OriginCheck::None => OriginCheck::LoopbackHost,
            check => check,
        };
        let allowed = origin.is_some_and(|origin| {
            let request = self.request();
            listed(origin)
                || request.origin_allowed(check, origin, local)
                || (self.rules.own_page_allowed && request.is_own_page(origin))
        });
        let because = self.cite("origin_check", "an Origin header must be allowed by gateway.controlUi.allowedOrigins or be of this machine");
        self.step(Question::Origin, yes(allowed), because);
        if allowed { Ok(()) } else { Err(refused(Reason::Auth)) }
    }

    pub(super) fn authenticate(&mut self, device: bool) -> Result<Method, End> {
        let mode = self.state.config.auth;
        let question = Question::Authenticated;
        let given = presented(self.connection, mode, self.state.alone);
        match (mode, given) {
            (Mode::TrustedProxy, _) => {
                let refusal = self.proxy_user();
                let why = refusal.unwrap_or("a trusted proxy names a user that is let in");
                let because = self.cite("proxy_auth", why);
                self.step(question, yes(refusal.is_none()), because);
                return if refusal.is_none() {
                    Ok(Method::Proxy)
                } else {
                    Err(refused(Reason::Auth))
                };
            }
            (Mode::None, _) => {
                self.step(question, "yes", "gateway.auth.mode is none");
                return Ok(Method::None);
            }
            (Mode::Token, Auth::Token)
                if device
                    && self.state.kept_token == Some(false)
                    && self.rules.cached_token_first =>
            {
                let because = self.cite("cached_token_first", "it presents the token that it keeps in identity/device-auth.json, which is not the one of its record");
                self.step(question, "no", because);
                return Err(refused(Reason::Auth));
            }
            (Mode::Token, Auth::Token) | (Mode::Password, Auth::Password)
                if self.connection.auth.is_none()
                    && self.own_agent()
                    && !(device
                        && self.state.kept_token == Some(true)
                        && self.rules.cached_token_first)
                    && let Some(other) = &self.state.config.other_secret =>
            {
                let because = match other {
                    OtherSecret::Trimmed(setting) => self.cite("secrets_trimmed", &format!("it presents {setting} without the blanks around it, and the gateway asks for it as it stands")),
                    OtherSecret::Variable(name) => self.cite("env_secret_first", &format!("it presents the secret of {name}, and the gateway asks for that of the config")),
                };
                self.step(question, "no", because);
                return Err(refused(Reason::Auth));
            }
            (Mode::Token, Auth::Token) | (Mode::Password, Auth::Password) => {
                self.step(question, WITH_SECRET, "it presents the gateway's own secret");
                return Ok(Method::Shared);
            }
            (_, Auth::DeviceToken) if device && let Some(told) = self.without_secret() => {
                let (answer, because, end) = told;
                self.step(question, answer, because);
                return Err(end);
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
                let why = match self.is_lone() {
                    true => "it knows no secret of the gateway, and keeps no device token",
                    false => "it does not present the secret that gateway.auth asks for",
                };
                self.step(question, "no", why);
                return Err(refused(Reason::Auth));
            }
        }
        // src/infra/device-pairing.ts verifyDeviceToken
        let role = self.role();
        let (ok, reason, why) = match self
            .state
            .paired
            .as_ref()
            .map(|paired| (paired, paired.token(role)))
        {
            None => (false, Reason::Auth, "there is no record of this device"),
            Some((_, None)) => (
                false,
                Reason::Auth,
                match role {
                    Role::Operator => "the record holds no operator token",
                    Role::Node => "the record holds no node token",
                },
            ),
            Some((paired, Some(token)))
                if self.rules.page_tokens_issued
                    && paired.of_page()
                    && !token.issued
                    && !token.revoked =>
            {
                (
                    false,
                    Reason::Auth,
                    "a browser's token counts only if it was issued at a connect with the shared secret",
                )
            }
            Some((_, Some(token))) if token.revoked => {
                (false, Reason::Revoked, "the token was revoked")
            }
            Some((paired, Some(token))) => {
                let scopes = token.scopes.as_deref().unwrap_or(&[]);
                if self.rules.token_within_record && !covers(self.rules, paired.approved(), scopes)
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

    /// Why the proxy's word for its user does not count, in the mode `trusted-proxy`; `None` where it does.
    fn proxy_user(&self) -> Option<&'static str> {
        let (request, config) = (self.request(), &self.state.config.trusted_proxy);
        let loopback = match self.rules.proxy_auth {
            ProxyAuth::Anywhere => true,
            ProxyAuth::Elsewhere => false,
            ProxyAuth::Allowed => config.allow_loopback,
        };
        let header = |name: &str| {
            let found = request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
        };
        if !request::trusts(self.rules, request.trusted, request.peer) {
            return Some(
                "with gateway.auth.mode trusted-proxy only a peer in gateway.trustedProxies may name a user",
            );
        }
        if ip::is_loopback_text(request.peer) && !loopback {
            return Some(
                "with gateway.auth.mode trusted-proxy no peer on this machine may name a user",
            );
        }
        if !config.required_headers.iter().all(|name| header(name).is_some()) {
            return Some("a header of gateway.auth.trustedProxy.requiredHeaders is missing");
        }
        let Some(user) = header(&config.user_header) else {
            return Some(
                "the header that names the user (gateway.auth.trustedProxy.userHeader) is missing",
            );
        };
        let allowed =
            config.allow_users.is_empty() || config.allow_users.iter().any(|name| name == user);
        (!allowed).then_some("the user is not in gateway.auth.trustedProxy.allowUsers")
    }

    /// Whether the config spares the control UI a device.
    fn ui_spared(&self, local: bool) -> bool {
        let config = self.state.config.control_ui;
        let (insecure, disabled) =
            (config.allow_insecure_auth, config.dangerously_disable_device_auth);
        self.is_control_ui()
            && match self.rules.insecure_ui {
                InsecureUi::Everywhere => insecure || disabled,
                InsecureUi::Here => disabled || (insecure && local),
                InsecureUi::Gone => false,
            }
    }

    /// Whether a device that it presents is not looked at.
    pub(super) fn device_ignored(&self) -> bool {
        self.state.config.control_ui.dangerously_disable_device_auth
            && self.is_control_ui()
            && self.rules.insecure_ui != InsecureUi::Gone
    }

    /// Whether the control UI needs no pairing.
    pub(super) fn ui_exempt(&self, auth: Method) -> bool {
        let insecure = self.rules.insecure_ui == InsecureUi::Everywhere
            && auth == Method::Shared
            && self.state.config.control_ui.allow_insecure_auth;
        let open = self.rules.ui_open_without_auth
            && auth == Method::None
            && self.role() == Role::Operator;
        self.is_control_ui() && (insecure || open)
    }

    pub(super) fn has_origin(&self) -> bool {
        self.rules.origin_check != OriginCheck::None
            && self.connection.origin.as_deref().is_some_and(|origin| !origin.trim().is_empty())
    }

    pub(super) fn local_equivalent(&self, local: bool, auth: Method) -> bool {
        let client = match self.rules.local_equivalent {
            LocalEquivalent::None => false,
            LocalEquivalent::Cli => self.is_cli(),
            LocalEquivalent::Any => true,
        };
        !local
            && client
            && auth == Method::Shared
            && !self.has_origin()
            && self.request().local_equivalent()
    }

    pub(super) fn exempt(&self, local: bool, auth: Method) -> bool {
        let by = match auth {
            Method::Shared => true,
            Method::Proxy => false,
            Method::DeviceToken => self.rules.exempt_auth != ExemptAuth::SharedSecret,
            Method::None => self.rules.exempt_auth == ExemptAuth::None,
        };
        match self.rules.backend_exemption {
            BackendExemption::None => false,
            BackendExemption::SharedSecret => {
                auth == Method::Shared && self.role() == Role::Operator && !self.is_page()
            }
            BackendExemption::Local | BackendExemption::LocalUnpaired => {
                self.is_backend() && local && by && !self.has_origin()
            }
        }
    }

    pub(super) fn without_device(
        &mut self,
        asked: Cow<'a, [String]>,
        local: bool,
        auth: Method,
        exempt: bool,
    ) -> Result<Cow<'a, [String]>, End> {
        let spared = self.ui_spared(local);
        let lacks = (self.is_control_ui() && !spared)
            || (self.role() == Role::Node && self.rules.node_needs_device);
        if lacks {
            self.step(Question::Without, "no", "a node and the control UI need a device");
            return Err(refused(Reason::NoDevice));
        }
        if auth != Method::Shared && !exempt {
            self.step(Question::Without, "no", "only with the shared secret");
            return Err(refused(Reason::NoDevice));
        }
        let bypass = self.device_ignored() || self.rules.insecure_ui == InsecureUi::Everywhere;
        let kept = match self.rules.no_device_scopes {
            _ if spared && bypass => true,
            NoDeviceScopes::Dropped => false,
            NoDeviceScopes::Kept => true,
            NoDeviceScopes::KeptForUi => spared,
            NoDeviceScopes::KeptForBackend => spared || exempt,
            NoDeviceScopes::KeptForLocal => {
                spared
                    || exempt
                    || (self.is_cli() && local && auth == Method::Shared && !self.has_origin())
            }
        };
        let because = self.cite(
            "no_device_scopes",
            "the gateway believes scopes without a device only of clients that it takes for its own",
        );
        self.step(Question::Kept, yes(kept), because);
        Ok(if kept { asked } else { Cow::Borrowed(&[]) })
    }
}
