//! What each OpenClaw version does: the one place that compares versions.
//!
//! [`Version`] reads and orders OpenClaw's version numbers. [`Rules`] is one column of facts about one version, picked
//! from the table at the end of this file; everything that depends on a version asks it.

use crate::options::quote;
use crate::{Error, Result};
use core::fmt;
use core::str::FromStr;

/// A version as OpenClaw numbers them: `2026.2.19`, `2026.2.6-3`, `2026.8.1-beta.2`.
///
/// Ordered by meaning: a beta comes before its release, a re-publish (`-3`) after it. The maintenance lines
/// 2026.6.33–35 and 2026.7.33–35 sort, and behave, as late releases of their month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The year.
    pub year: u32,
    /// The month.
    pub month: u32,
    /// The day in the first months, later a count.
    pub patch: u32,
    /// What follows.
    pub suffix: Suffix,
}

/// What follows the three numbers of a version, in order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suffix {
    /// `-beta.2`.
    Beta(u32),
    /// Nothing.
    Release,
    /// `-3`: published again under the same number.
    Republish(u32),
}

impl Version {
    /// A plain release.
    pub const fn release(year: u32, month: u32, patch: u32) -> Self {
        Self { year, month, patch, suffix: Suffix::Release }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.year, self.month, self.patch)?;
        match self.suffix {
            Suffix::Beta(n) => write!(f, "-beta.{n}"),
            Suffix::Release => Ok(()),
            Suffix::Republish(n) => write!(f, "-{n}"),
        }
    }
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| {
            Error::new("VERSION", format!("gatewayVersion: {} is not an OpenClaw version.", quote(text)))
                .hint("Give it as `openclaw --version` prints it, like 2026.2.19, 2026.2.6-3 or 2026.8.1-beta.2.")
        })
    }
}

fn parse(text: &str) -> Option<Version> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (numbers, suffix) = match text.split_once('-') {
        None => (text, Suffix::Release),
        Some((numbers, suffix)) => match suffix.strip_prefix("beta.") {
            Some(n) => (numbers, Suffix::Beta(number(n)?)),
            None => (numbers, Suffix::Republish(number(suffix)?)),
        },
    };
    let mut parts = numbers.split('.').map(number);
    let version =
        Version { year: parts.next()??, month: parts.next()??, patch: parts.next()??, suffix };
    (parts.next().is_none() && version.year >= 2026 && (1..=12).contains(&version.month))
        .then_some(version)
}

fn number(text: &str) -> Option<u32> {
    let plain =
        text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// Why rules are a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The version is newer than the newest that this table knows.
    UnknownNewer,
    /// No version is known.
    Unknown,
}

/// The newest OpenClaw that this table was checked against.
pub const NEWEST: Version = Version::release(2026, 9, 6);

/// The rules of a version; of [`NEWEST`], with a doubt, where it is newer or not known.
pub fn rules(version: Option<&Version>) -> (Rules, Option<Doubt>) {
    match version {
        None => (Rules::at(NEWEST, None), Some(Doubt::Unknown)),
        Some(v) if *v > NEWEST => (Rules::at(NEWEST, None), Some(Doubt::UnknownNewer)),
        Some(v) => (Rules::at(*v, None), None),
    }
}

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
    /// Any operator's with the shared secret.
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
    /// Kept for the exempted backend only.
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

/// One cell of the table: from `since` on, `field` is `value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The field of [`Rules`].
    pub field: &'static str,
    /// The first version with this value.
    pub since: Version,
    /// The value, for people.
    pub value: String,
    /// The source file of OpenClaw that shows it.
    pub source: &'static str,
}

/// One cell changed to another value of its column: what the test of the table does to every cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field of [`Rules`].
    pub field: &'static str,
    /// Which cell of its column.
    pub cell: usize,
    /// The cell whose value it takes.
    pub takes: usize,
}

/// The month and the patch of the first version of a cell; all are of 2026.
type Since = (u8, u8);

fn release((month, patch): Since) -> Version {
    Version::release(2026, u32::from(month), u32::from(patch))
}

/// Which cell of a column a version is in.
fn held(column: &[Since], version: Version) -> usize {
    // the first cell also stands for everything before it
    column.iter().rposition(|since| release(*since) <= version).unwrap_or(0)
}

fn pick(field: &str, column: &[Since], version: Version, change: Option<&Change>) -> usize {
    let cell = held(column, version);
    match change {
        Some(c) if c.field == field && c.cell == cell => c.takes,
        _ => cell,
    }
}

macro_rules! table {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ty = $source:literal [$(($month:literal, $patch:literal) => $value:expr),+ $(,)?];)+) => {
        /// Field, source file of OpenClaw, and the first version of each cell.
        const COLUMNS: &[(&str, &str, &[Since])] =
            &[$((stringify!($field), $source, &[$(($month, $patch)),+])),+];

        /// What one OpenClaw version does.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Rules {
            /// The version.
            pub version: Version,
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        impl Rules {
            /// The rules of a version, with one cell changed if asked.
            pub fn at(version: Version, change: Option<&Change>) -> Self {
                Self {
                    version,
                    $($field: {
                        const VALUES: &[$type] = &[$($value),+];
                        VALUES[pick(stringify!($field), &[$(($month, $patch)),+], version, change)]
                    },)+
                }
            }

            /// A field's value, for people and for the recorded observations.
            pub fn value(&self, field: &str) -> Option<String> {
                match field {
                    $(stringify!($field) => Some(format!("{:?}", self.$field)),)+
                    _ => None,
                }
            }

            /// Every cell of the table.
            pub fn cells() -> Vec<Cell> {
                let mut cells = Vec::new();
                $($(cells.push(Cell {
                    field: stringify!($field),
                    since: release(($month, $patch)),
                    value: format!("{:?}", { let value: $type = $value; value }),
                    source: $source,
                });)+)+
                cells
            }
        }
    };
}

impl Rules {
    /// Since when a field has this version's value, and the source file of OpenClaw that shows it.
    pub fn origin(&self, field: &str) -> Option<(Version, &'static str)> {
        let (_, source, column) = COLUMNS.iter().find(|(name, ..)| *name == field)?;
        Some((release(column[held(column, self.version)]), source))
    }

    /// The versions that brought a change, oldest first, and [`NEWEST`]: between two of them nothing differs.
    pub fn versions() -> Vec<Version> {
        let columns = COLUMNS.iter().flat_map(|(_, _, column)| *column);
        let mut versions: Vec<Version> = columns.copied().map(release).chain([NEWEST]).collect();
        versions.sort_unstable();
        versions.dedup();
        versions
    }

    /// Every change of one cell to another value of its column.
    pub fn changes() -> Vec<Change> {
        let cells = Self::cells();
        let mut changes = Vec::new();
        for column in cells.chunk_by(|a, b| a.field == b.field) {
            for cell in 0..column.len() {
                for takes in 0..column.len() {
                    let seen = column[..takes].iter().any(|c| c.value == column[takes].value);
                    if column[cell].value != column[takes].value && !seen {
                        changes.push(Change { field: column[cell].field, cell, takes });
                    }
                }
            }
        }
        changes
    }

    /// A loopback address inside `gateway.trustedProxies` leaves local clients without an address, hence not local.
    pub fn loopback_proxy_is_remote(&self) -> bool {
        self.locality == Locality::ClientIp && self.client_ip != ClientIp::FirstOrPeer
    }

    /// A gateway does not start on a config that names a variable which is not set; from 2026.3.7 it warns
    /// (`src/config/io.ts` resolveConfigForRead).
    pub(crate) fn unset_variable_stops(&self) -> bool {
        self.version < Version::release(2026, 3, 7)
    }

    /// A gateway does not start with bind "custom" and no address; before 2026.2.19 it takes every address
    /// (`src/gateway/server-runtime-config.ts`).
    pub(crate) fn custom_bind_needs_host(&self) -> bool {
        self.version >= Version::release(2026, 2, 19)
    }
}

const FIVE: &[&str] = &[
    "operator.admin",
    "operator.read",
    "operator.write",
    "operator.approvals",
    "operator.pairing",
];
const SECRETS: &[&str] = &[
    "operator.admin",
    "operator.read",
    "operator.write",
    "operator.approvals",
    "operator.pairing",
    "operator.talk.secrets",
];
const TALK: &[&str] = &[
    "operator.admin",
    "operator.read",
    "operator.write",
    "operator.approvals",
    "operator.pairing",
    "operator.talk.secrets",
    "operator.questions",
    "operator.talk",
];
const SESSIONS: &[&str] = &[
    "operator.admin",
    "operator.read",
    "operator.write",
    "operator.approvals",
    "operator.pairing",
    "operator.talk.secrets",
    "operator.questions",
    "operator.talk",
    "operator.sessions.read",
    "operator.sessions.write",
];

table! {
    /// Where devices and identity live.
    store: Store = "src/infra/device-pairing-store.ts" [(1, 29) => Store::Json, (8, 1) => Store::Sqlite];
    /// `user_version` of `state/openclaw.sqlite`; 0 where there is no such file. At 1 it holds no pairing.
    state_schema: u32 = "package.json openclaw.schemaVersions.state" [
        (1, 29) => 0, (6, 1) => 1, (8, 1) => 15, (9, 3) => 16, (9, 4) => 17, (9, 6) => 18,
    ];
    /// The identity follows the state dir; before, it is always under `~/.openclaw`.
    identity_under_state_dir: bool = "src/infra/device-identity.ts" [(1, 29) => false, (2, 9) => true];
    /// `OPENCLAW_HOME` stands in for `HOME`.
    openclaw_home_env: bool = "src/infra/home-dir.ts" [(1, 29) => false, (2, 9) => true];
    /// A home of `undefined` or `null`, as templates write an unset variable, counts as unset.
    unset_home_words: bool = "src/infra/home-dir.ts normalize" [(1, 29) => false, (3, 22) => true];
    /// `CLAWDBOT_STATE_DIR` and `CLAWDBOT_CONFIG_PATH` are still read.
    clawdbot_env: bool = "src/config/paths.ts" [(1, 29) => true, (3, 22) => false];
    /// Folders below home that serve as the state dir when `.openclaw` is missing, in order.
    legacy_dirs: &'static [&'static str] = "src/config/paths.ts LEGACY_STATE_DIRNAMES" [
        (1, 29) => &[".clawdbot", ".moltbot", ".moldbot"], (2, 17) => &[".clawdbot", ".moldbot", ".moltbot"],
        (3, 22) => &[".clawdbot", ".moldbot"], (3, 31) => &[".clawdbot"],
    ];
    /// File names that serve as the config when `openclaw.json` is missing, in order.
    legacy_configs: &'static [&'static str] = "src/config/paths.ts LEGACY_CONFIG_FILENAMES" [
        (1, 29) => &["clawdbot.json", "moltbot.json", "moldbot.json"], (2, 17) => &["clawdbot.json", "moldbot.json", "moltbot.json"],
        (3, 22) => &["clawdbot.json", "moldbot.json"], (3, 31) => &["clawdbot.json"],
    ];
    /// A config in a default folder counts even where `OPENCLAW_STATE_DIR` names another one that has none.
    config_search_wide: bool = "src/config/io.ts createConfigIO" [(1, 29) => true, (4, 5) => false];
    /// What becomes of an identity file of another shape, such as one without `version`.
    unknown_identity: BrokenIdentity = "src/infra/device-identity.ts" [
        (1, 29) => BrokenIdentity::Replaced, (5, 12) => BrokenIdentity::Throwaway, (8, 1) => BrokenIdentity::Stops,
    ];
    /// What becomes of an identity file of the right shape whose two keys don't belong together.
    broken_identity: BrokenIdentity = "src/infra/device-identity.ts" [
        (1, 29) => BrokenIdentity::Used, (5, 12) => BrokenIdentity::Throwaway, (8, 1) => BrokenIdentity::Stops,
    ];
    /// What becomes of JSON files beside the database.
    import: Import = "src/infra/state-migrations.ts" [
        (1, 29) => Import::None, (8, 1) => Import::PairedAlways, (9, 5) => Import::IdentityOnly, (9, 6) => Import::FirstStart,
    ];
    /// A store file that doesn't parse is an error; before, it is read as empty and overwritten.
    corrupt_store_is_error: bool = "src/infra/json-files.ts" [(1, 29) => false, (4, 25) => true];
    /// `identity/device-auth.json` makes clients throw until doctor moved it. From 2026.9.5 a first start imports it.
    device_auth_blocks: bool = "src/infra/device-auth-store.ts assertNoLegacyDeviceAuth" [(1, 29) => false, (8, 1) => true];
    /// What a new request does to a pending one that wasn't silent.
    sticky: Sticky = "src/infra/device-pairing.ts" [(1, 29) => Sticky::AsIs, (2, 21) => Sticky::Merged, (3, 22) => Sticky::Superseded];
    /// A retry renews the five minutes of a pending request.
    pending_renewed: bool = "src/infra/device-pairing.ts" [(1, 29) => false, (2, 21) => true, (4, 10) => false, (7, 1) => true];
    /// How entries of `gateway.trustedProxies` are compared.
    proxy_match: ProxyMatch = "src/gateway/net.ts isTrustedProxyAddress" [
        (1, 29) => ProxyMatch::Exact, (2, 17) => ProxyMatch::V4, (2, 22) => ProxyMatch::V4V6,
    ];
    /// What makes a connection local.
    locality: Locality = "src/gateway/auth.ts isLocalDirectRequest" [(1, 29) => Locality::ClientIp, (3, 31) => Locality::Socket];
    /// Which address counts as the client's behind a trusted proxy.
    client_ip: ClientIp = "src/gateway/net.ts resolveClientIp" [
        (1, 29) => ClientIp::FirstOrPeer, (2, 19) => ClientIp::First, (2, 21) => ClientIp::LastUntrusted,
        (3, 22) => ClientIp::LastUntrustedNotLoopback,
    ];
    /// Which headers make a request a forwarded one.
    forwarded: Forwarded = "src/gateway/net.ts hasForwardedRequestHeaders" [
        (1, 29) => Forwarded::Three, (3, 31) => Forwarded::Five, (5, 18) => Forwarded::Any, (8, 1) => Forwarded::Present,
    ];
    /// Which names of the Host header are this machine.
    local_hosts: LocalHosts = "src/gateway/net.ts isLocalishHost" [(1, 29) => LocalHosts::Names, (2, 22) => LocalHosts::Loopback];
    /// What is asked of a connection with an Origin header.
    origin_check: OriginCheck = "src/gateway/origin-check.ts checkBrowserOrigin" [
        (1, 29) => OriginCheck::None, (2, 25) => OriginCheck::LoopbackHost, (3, 2) => OriginCheck::LocalClient,
        (5, 18) => OriginCheck::PrivateHost,
    ];
    /// It is also asked of a connection with `X-Forwarded-For` or `X-Real-IP`.
    origin_check_proxied: bool = "handshake-auth-helpers.ts resolveHandshakeBrowserSecurityContext" [(1, 29) => false, (3, 11) => true];
    /// Which connections count as local though they carry some other forwarded header.
    local_equivalent: LocalEquivalent = "handshake-auth-helpers.ts resolvePairingLocality" [
        (1, 29) => LocalEquivalent::None, (4, 5) => LocalEquivalent::Cli, (4, 20) => LocalEquivalent::Any,
        (4, 22) => LocalEquivalent::None,
    ];
    /// Forwarded headers from an address that isn't a trusted proxy are refused with HTTP 403.
    forwarded_refused: bool = "src/gateway/server-http.ts" [(1, 29) => false, (8, 1) => true];
    /// How this machine's own clients connect with `bind: "lan"`.
    bind_lan: BindLan = "src/gateway/call.ts buildGatewayConnectionDetails" [
        (1, 29) => BindLan::Loopback, (2, 9) => BindLan::Remote, (2, 19) => BindLan::Refused, (2, 21) => BindLan::Loopback,
    ];
    /// A role upgrade from this machine is approved silently.
    silent_role: bool = "message-handler.ts requirePairing" [(1, 29) => true, (2, 19) => false, (4, 2) => true];
    /// A scope upgrade from this machine is approved silently.
    silent_scope: bool = "message-handler.ts requirePairing" [
        (1, 29) => true, (2, 19) => false, (2, 22) => true, (3, 28) => false, (8, 1) => true,
    ];
    /// What a silent approval may grant.
    approval: Approval = "src/infra/device-pairing.ts approveDevicePairing" [
        (1, 29) => Approval::Anything, (3, 28) => Approval::Request, (4, 29) => Approval::Token,
        (5, 12) => Approval::RequestAndToken, (8, 1) => Approval::WithRecord,
    ];
    /// An operator that asks for no scopes gets `operator.admin`.
    no_scopes_is_admin: bool = "message-handler.ts" [(1, 29) => true, (2, 12) => false];
    /// How scopes are compared.
    scope_compare: ScopeCompare = "src/shared/operator-scope-compat.ts" [
        (1, 29) => ScopeCompare::Exact, (2, 21) => ScopeCompare::Read, (2, 22) => ScopeCompare::Admin, (8, 1) => ScopeCompare::Talk,
    ];
    /// Which field of the record holds the approved scopes.
    scopes_field: ScopesField = "message-handler.ts" [
        (1, 29) => ScopesField::Scopes, (2, 22) => ScopesField::ScopesThenApproved, (4, 5) => ScopesField::ApprovedThenScopes,
    ];
    /// Where a paired record's roles come from.
    token_need: TokenNeed = "src/infra/device-pairing.ts listEffectivePairedDeviceRoles" [
        (1, 29) => TokenNeed::Nothing, (3, 31) => TokenNeed::IfObject, (4, 2) => TokenNeed::IfAny,
        (4, 5) => TokenNeed::IfAnyApproved, (4, 10) => TokenNeed::Active,
    ];
    /// A device token whose scopes exceed the record's authenticates nobody.
    token_within_record: bool = "src/infra/device-pairing.ts verifyDeviceToken" [(1, 29) => false, (3, 13) => true];
    /// A record with neither `roles` nor `scopes` passes.
    bare_record_passes: bool = "message-handler.ts hasLegacyPairedMetadata" [(1, 29) => false, (2, 21) => true, (2, 22) => false];
    /// A `platform` or `deviceFamily` in the record must equal the client's.
    metadata_pinned: bool = "message-handler.ts" [(1, 29) => false, (2, 26) => true];
    /// Which connections need no pairing.
    backend_exemption: BackendExemption = "connect-policy.ts, handshake-auth-helpers.ts" [
        (1, 29) => BackendExemption::None, (2, 22) => BackendExemption::SharedSecret, (2, 25) => BackendExemption::None,
        (3, 2) => BackendExemption::Local, (3, 28) => BackendExemption::None, (4, 5) => BackendExemption::LocalUnpaired, (8, 1) => BackendExemption::Local,
    ];
    /// Which authentication the exemption takes.
    exempt_auth: ExemptAuth = "handshake-auth-helpers.ts shouldSkipLocalBackendSelfPairing" [
        (1, 29) => ExemptAuth::SharedSecret, (3, 22) => ExemptAuth::DeviceToken, (5, 12) => ExemptAuth::None,
    ];
    /// What becomes of the scopes of a client without a device.
    no_device_scopes: NoDeviceScopes = "message-handler.ts handleMissingDeviceIdentity" [
        (1, 29) => NoDeviceScopes::Kept, (2, 17) => NoDeviceScopes::Dropped, (2, 26) => NoDeviceScopes::Kept, (3, 13) => NoDeviceScopes::Dropped,
        (4, 20) => NoDeviceScopes::KeptForBackend, (7, 1) => NoDeviceScopes::KeptForLocal,
    ];
    /// How the agent's tool reaches the gateway on this machine.
    agent_path: AgentPath = "src/agents/tools/gateway.ts" [
        (1, 29) => AgentPath::Device, (4, 25) => AgentPath::SharedSecret, (9, 5) => AgentPath::InProcess,
    ];
    /// The command line presents its device on this machine, beside the shared secret.
    cli_presents_device: bool = "src/gateway/call.ts" [(1, 29) => true, (7, 1) => false];
    /// The scopes that the agent's tool asks for.
    agent_scopes: AskedScopes = "src/gateway/call.ts" [(1, 29) => AskedScopes::Fixed, (2, 19) => AskedScopes::PerMethod];
    /// The scopes that the command line asks for.
    cli_scopes: AskedScopes = "src/gateway/call.ts" [(1, 29) => AskedScopes::Fixed, (4, 29) => AskedScopes::PerMethod];
    /// The operator scopes that exist.
    operator_scopes: &'static [&'static str] = "src/gateway/operator-scopes.ts" [
        (1, 29) => FIVE, (2, 17) => SECRETS, (8, 1) => TALK, (9, 6) => SESSIONS,
    ];
    /// An edit of the config that shrinks it below half, drops `meta` or `gateway.mode`, or leaves only `update.channel` is reverted.
    config_guard: bool = "src/config/io.observe-recovery.ts isRecoverableConfigReadSuspiciousReason" [
        (1, 29) => false, (4, 22) => true, (5, 3) => false, (6, 9) => true,
    ];
    /// `gateway.allowRealIpFallback` is a key of the config.
    allow_real_ip_fallback: bool = "src/config/zod-schema.ts" [(1, 29) => false, (2, 21) => true];
    /// `gateway.nodes.pairing.autoApproveLocal` is a key of the config.
    auto_approve_local: bool = "src/config/zod-schema.ts" [(1, 29) => false, (8, 1) => true];
    /// Which of its own secrets keep a gateway from starting.
    secret_check: SecretCheck = "src/gateway/known-weak-gateway-secrets.ts" [
        (1, 29) => SecretCheck::None, (4, 20) => SecretCheck::Placeholders, (9, 3) => SecretCheck::BlankTokens,
        (9, 4) => SecretCheck::Blank, (9, 6) => SecretCheck::Marks,
    ];
    /// The least Node.js.
    min_node: NodeRange = "package.json engines.node" [
        (1, 29) => &[(22, 12, 0)], (3, 13) => &[(22, 16, 0)], (3, 24) => &[(22, 14, 0)], (5, 12) => &[(22, 16, 0)],
        (5, 18) => &[(22, 19, 0)], (7, 1) => &[(22, 22, 3), (24, 15, 0), (25, 9, 0)], (9, 3) => &[(24, 16, 0), (26, 1, 0)],
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn versions_read_and_print() {
        for text in
            ["2026.2.19", "2026.6.33", "2026.2.6-3", "2026.8.1-beta.2", "2026.10.0", "2031.12.99"]
        {
            assert_eq!(v(text).to_string(), text);
            assert_eq!(v(&format!("v{text}")), v(text));
        }
    }

    #[test]
    fn what_is_no_version_is_refused_with_a_hint() {
        for text in [
            "",
            "v",
            "2026",
            "2026.2",
            "2026.2.19.1",
            "2026.02.19",
            "2026.2.19-",
            "2026.2.19-beta",
            "2026.2.19-beta.",
            "2026.2.19-beta.x",
            "2026.2.19-rc.1",
            "2026.2.19+1",
            " 2026.2.19",
            "2026.2.19\n",
            "vv2026.2.19",
            "2026.2.+19",
            "2026.2.-1",
            "2026.2.99999999999",
            "2026.13.1",
            "2026.0.1",
            "latest",
            "2.19",
            "0.0.1",
            "2026.2.19-1-1",
            "２０２６.2.19",
        ] {
            let error = text.parse::<Version>().unwrap_err();
            assert_eq!(error.code, "ERR_PREPAIR_VERSION", "{text:?}");
            assert!(error.hint.is_some());
        }
        assert!("x".repeat(1_000_000).parse::<Version>().unwrap_err().message.len() < 100);
    }

    #[test]
    fn versions_sort_by_meaning() {
        let sorted = [
            "2026.1.29",
            "2026.2.2",
            "2026.2.2-3",
            "2026.2.6-3",
            "2026.2.19",
            "2026.2.22",
            "2026.2.22-1",
            "2026.2.23-beta.1",
            "2026.2.23",
            "2026.6.11",
            "2026.6.33",
            "2026.6.35",
            "2026.7.1-beta.1",
            "2026.7.1-beta.6",
            "2026.7.1",
            "2026.7.1-1",
            "2026.7.1-2",
            "2026.7.2-beta.1",
            "2026.7.33",
            "2026.8.1-beta.3",
            "2026.8.1",
            "2026.10.1",
            "2027.1.1",
        ];
        for pair in sorted.windows(2) {
            assert!(v(pair[0]) < v(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn an_unknown_version_has_the_newest_rules_with_a_doubt() {
        let newest = rules(Some(&NEWEST));
        assert_eq!(newest.1, None);
        assert_eq!(rules(None), (newest.0, Some(Doubt::Unknown)));
        assert_eq!(rules(Some(&v("2026.9.7"))), (newest.0, Some(Doubt::UnknownNewer)));
        assert_eq!(rules(Some(&v("2027.1.1-beta.1"))).1, Some(Doubt::UnknownNewer));
        assert_eq!(rules(Some(&v("2026.9.6-beta.1"))).1, None);
    }

    #[test]
    fn maintenance_lines_behave_as_their_month() {
        let at = |t: &str| rules(Some(&v(t))).0;
        assert_eq!(Rules { version: v("2026.6.11"), ..at("2026.6.35") }, at("2026.6.11"));
        assert_eq!(Rules { version: v("2026.7.1"), ..at("2026.7.35") }, at("2026.7.1"));
    }

    #[test]
    fn columns_are_in_order_and_each_cell_differs_from_the_one_before() {
        let cells = Rules::cells();
        for column in cells.chunk_by(|a, b| a.field == b.field) {
            assert!(column.len() > 1, "{} never changes", column[0].field);
            for pair in column.windows(2) {
                assert!(
                    pair[0].since < pair[1].since && pair[0].value != pair[1].value,
                    "{pair:?}"
                );
            }
        }
    }

    #[test]
    fn the_versions_are_those_of_the_cells_and_the_newest() {
        let versions = Rules::versions();
        assert!(versions.is_sorted_by(|a, b| a < b));
        assert_eq!(versions.last(), Some(&NEWEST));
        for cell in Rules::cells() {
            assert!(versions.contains(&cell.since), "{}", cell.since);
        }
    }

    #[test]
    fn a_change_changes_its_cell_only() {
        for change in Rules::changes() {
            let cells = Rules::cells();
            let column: Vec<_> = cells.iter().filter(|c| c.field == change.field).collect();
            let since = column[change.cell].since;
            let changed = format!("{:?}", Rules::at(since, Some(&change)));
            assert_ne!(changed, format!("{:?}", Rules::at(since, None)), "{change:?}");
            if let Some(next) = column.get(change.cell + 1) {
                assert_eq!(Rules::at(next.since, Some(&change)), Rules::at(next.since, None));
            }
        }
    }

    #[test]
    fn a_value_and_its_origin_can_be_cited() {
        let (rules, _) = rules(Some(&v("2026.4.15")));
        assert_eq!(
            rules.origin("locality"),
            Some((v("2026.3.31"), "src/gateway/auth.ts isLocalDirectRequest"))
        );
        assert_eq!(rules.value("locality").as_deref(), Some("Socket"));
        assert_eq!(
            Rules::at(v("2026.1.1"), None).origin("locality").map(|(since, _)| since),
            Some(v("2026.1.29"))
        );
        assert_eq!((rules.origin("none such"), rules.value("none such")), (None, None));
    }
}
