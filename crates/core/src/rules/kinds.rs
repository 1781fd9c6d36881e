//! The ways in which versions differ: what a cell of the table can hold.

/// Where the devices and the identity live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// `devices/*.json` and `identity/device.json`.
    Json,
    /// `state/openclaw.sqlite`.
    Sqlite,
}

/// What a version does about an identity file that it can't use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenIdentity {
    /// It takes it as it is, and its signatures fail.
    Used,
    /// It writes a new key over it, in silence.
    Replaced,
    /// Each process makes a key of its own and the file stays.
    Throwaway,
    /// The gateway refuses to start.
    Stops,
}

/// What becomes of JSON files that lie in a state dir of the SQLite era.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    /// The version has no import: the JSON files are the store.
    None,
    /// Everything before the first start, `paired.json` at each start.
    PairedAlways,
    /// The identity before the first start; `paired.json` only by `openclaw doctor --fix`.
    IdentityOnly,
    /// Everything before the first start, nothing afterwards.
    FirstStart,
}

/// How an entry of `gateway.trustedProxies` is compared with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyMatch {
    /// As text, a single address only.
    Exact,
    /// Addresses, and IPv4 blocks.
    V4,
    /// Addresses, and blocks of both families.
    V4V6,
}

/// How addresses of peers, headers and the config are brought into one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressForm {
    /// As text, in lower case and without `::ffff:`.
    Text,
    /// As numbers: any spelling of an address, IPv4-mapped ones as IPv4.
    Parsed,
}

/// Which roles a paired record names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedRoles {
    /// Those of `roles`; `role` where that is no list.
    RolesElseRole,
    /// Those of both.
    Both,
}

/// What makes a connection local.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locality {
    /// The resolved client address is loopback, the Host names this machine, and forwarded headers come from a trusted proxy.
    ClientIp,
    /// The socket is loopback and there is no forwarded header at all.
    Socket,
}

/// Which address counts as the client's when the peer is a trusted proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientIp {
    /// The first of `X-Forwarded-For`, else `X-Real-IP`, else the peer itself.
    FirstOrPeer,
    /// The first of `X-Forwarded-For`, else `X-Real-IP`, else none.
    First,
    /// The last of `X-Forwarded-For` that isn't itself trusted, else `X-Real-IP` if the config allows it, else none.
    LastUntrusted,
    /// The same, and loopback addresses in the header don't count.
    LastUntrustedNotLoopback,
}

/// Which headers make a request a forwarded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarded {
    /// `X-Forwarded-For`, `X-Real-IP`, `X-Forwarded-Host`.
    Three,
    /// Also `Forwarded` and `X-Forwarded-Proto`.
    Five,
    /// `Forwarded`, `X-Real-IP`, and any `X-Forwarded-…`, that one even if empty.
    Any,
    /// The same, each even if empty.
    Present,
}

/// Which names of the Host header are this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalHosts {
    /// `localhost`, `127.0.0.1`, `::1`, `*.ts.net`.
    Names,
    /// `localhost`, every loopback address, `*.ts.net`.
    Loopback,
}

/// What is asked of a connection with an Origin header that isn't a browser client of OpenClaw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginCheck {
    /// Nothing.
    None,
    /// That it is allowed by the config, or it and the Host are loopback; it is never approved silently.
    LoopbackHost,
    /// That it is allowed by the config, or loopback on a local connection; it is never approved silently.
    LocalClient,
    /// The same, or it equals a private Host.
    PrivateHost,
}

/// Which connections count as local though they carry a forwarded header other than `X-Forwarded-For` and `X-Real-IP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalEquivalent {
    /// None.
    None,
    /// The command line's, with the shared secret on loopback.
    Cli,
    /// Every client's, with the shared secret on loopback.
    Any,
}

/// How a client of this machine connects when `gateway.bind` is `lan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindLan {
    /// By loopback.
    Loopback,
    /// By the LAN address, hence it isn't local.
    Remote,
    /// By the LAN address, which the client itself refuses as plain text.
    Refused,
}

/// What a silent approval may grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// Whatever the pending request holds.
    Anything,
    /// The pending request, if the connection asked for as much.
    Request,
    /// The token to be issued, if the connection asked for as much.
    Token,
    /// The request and the old token's scopes, if the connection asked for as much.
    RequestAndToken,
    /// The same, if the connection asked for as much or the record had it.
    WithRecord,
}

/// How a wanted scope is found among the granted ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeCompare {
    /// As text.
    Exact,
    /// `operator.admin` and `operator.write` also grant `operator.read`.
    Read,
    /// `operator.admin` grants every `operator.*`, `operator.write` also `operator.read`.
    Admin,
    /// The same, and `operator.write` also `operator.talk`.
    Talk,
}

/// Which field of a paired record holds what was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopesField {
    /// `scopes`.
    Scopes,
    /// `scopes`, else `approvedScopes`.
    ScopesThenApproved,
    /// `approvedScopes`, else `scopes`.
    ApprovedThenScopes,
}

impl ScopesField {
    /// What counts of the two.
    pub(crate) fn of<T>(self, scopes: Option<T>, approved: Option<T>) -> Option<T> {
        match self {
            Self::Scopes => scopes,
            Self::ScopesThenApproved => scopes.or(approved),
            Self::ApprovedThenScopes => approved.or(scopes),
        }
    }
}

/// Where a paired record's roles come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenNeed {
    /// `roles`, else `role`.
    Nothing,
    /// If there is a `tokens` object, the roles of those in it that aren't revoked.
    IfObject,
    /// If there are tokens, the roles of those that aren't revoked.
    IfAny,
    /// The same, and `roles` or `role` must name it too.
    IfAnyApproved,
    /// The roles of the tokens that aren't revoked and that `roles` or `role` names too.
    Active,
}

/// Which connections the server lets in without asking for a pairing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendExemption {
    /// None.
    None,
    /// Any operator's with the shared secret, but a page's.
    SharedSecret,
    /// The gateway-client/backend's from this machine.
    Local,
    /// The same, but only while its device isn't paired: a record must cover what it asks for.
    LocalUnpaired,
}

/// Which authentication lets the gateway-client/backend use its exemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExemptAuth {
    /// The shared secret.
    SharedSecret,
    /// Also its device token.
    DeviceToken,
    /// Also a gateway with authentication mode `none`.
    None,
}

/// What becomes of the scopes that a client without a device asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDeviceScopes {
    /// Dropped.
    Dropped,
    /// Kept with the shared secret.
    Kept,
    /// Kept for the control UI that `allowInsecureAuth` spares a device.
    KeptForUi,
    /// The same, and for the exempted backend.
    KeptForBackend,
    /// The same, and for the command line on this machine.
    KeptForLocal,
}

/// How a client asks for scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedScopes {
    /// admin, approvals and pairing, whatever the method.
    Fixed,
    /// What the method needs.
    PerMethod,
}

/// How the agent's own tool reaches the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentPath {
    /// By a socket, presenting its device.
    Device,
    /// By a socket, with the shared secret and no device.
    SharedSecret,
    /// In process, without a socket.
    InProcess,
}

/// What a new request of a device does to a pending one that wasn't silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sticky {
    /// The old request is returned as it is.
    AsIs,
    /// It is merged into the first old one, and silent only if both were.
    Merged,
    /// It takes the place of all old ones, and is silent only if all were.
    Superseded,
}

/// Which scopes the tokens have that an approval makes, and for which roles there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalTokens {
    /// One token, for the request's `role`, with the scopes that it asks for.
    Asked,
    /// The same; where it asks for none, with those of the old token, else of the record.
    AskedOrHeld,
    /// One for each role that it asks for, with those of these scopes that are of the role.
    OfRole,
    /// The same; an old token keeps its scopes and gains those that the record did not have.
    Added,
}

/// Which scopes an approval refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopesOfRoles {
    /// None.
    None,
    /// An `operator.*` scope where the request does not ask for that role.
    Operator,
    /// Every scope that is of none of the roles asked for.
    All,
}

/// What becomes of the commands that a paired node brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeCommands {
    /// They work: nobody is asked.
    Free,
    /// They wait for an owner's approval, and work meanwhile.
    Asked,
    /// They wait, and work once they are approved.
    Held,
}

/// What a setting that lets the control UI in without a device does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsecureUi {
    /// `allowInsecureAuth` and `dangerouslyDisableDeviceAuth`: with the shared secret it needs no device and no pairing.
    Everywhere,
    /// `allowInsecureAuth` only on this machine.
    Here,
    /// There is no such setting.
    Gone,
}

/// Whose platform may differ from that of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pins {
    /// Nobody's.
    Exact,
    /// A node host's, by another name of the same system.
    NodeHosts,
    /// Also a phone's, by its version.
    Phones,
    /// Also that of the macOS app, by its version.
    Apps,
}

/// Which of the gateway's own secrets keep it from starting, each beside those of the line before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretCheck {
    /// None.
    None,
    /// The placeholders of OpenClaw's own examples.
    Placeholders,
    /// A token that is blank, or the word `undefined` or `null`.
    BlankTokens,
    /// Such a password too.
    Blank,
    /// The marks that sanitizers leave.
    Marks,
}

/// The placeholders: two for tokens, one for passwords (`src/gateway/known-weak-gateway-secrets.ts`).
const TOKEN_PLACEHOLDERS: [&str; 2] = ["change-me-to-a-long-random-token", "change-me-now"];

const PASSWORD_PLACEHOLDER: &str = "change-me-to-a-strong-password";

/// `src/config/redact-sentinel.ts`.
const MARKS: [&str; 10] = [
    "__OPENCLAW_REDACTED__",
    "REDACTED",
    "xoxb-REDACTED",
    "xapp-REDACTED",
    "***",
    "[redacted]",
    "[REDACTED]",
    "<redacted>",
    "[REDACTED_PRIVATE_KEY]",
    "[REDACTED CREDENTIAL]",
];

impl SecretCheck {
    /// Why a gateway does not start with this token, or password; `None` where it does.
    pub fn refuses(self, secret: &str, password: bool) -> Option<&'static str> {
        let secret = secret.trim();
        let placeholder = match password {
            true => secret == PASSWORD_PLACEHOLDER,
            false => TOKEN_PLACEHOLDERS.contains(&secret),
        };
        let blank = matches!(secret, "" | "undefined" | "null");
        let since = if password { Self::Blank } else { Self::BlankTokens };
        if placeholder && self >= Self::Placeholders {
            Some("a placeholder of OpenClaw's own examples")
        } else if blank && self >= since {
            Some("blank, or a word that stands for nothing")
        } else if MARKS.contains(&secret) && self >= Self::Marks {
            Some("a mark that a sanitizer left in the place of a secret")
        } else {
            None
        }
    }
}

/// The least Node.js of a version: major, minor, patch, for each major line that it takes; the last one also opens every later line.
pub type NodeRange = &'static [(u32, u32, u32)];
