//! What each OpenClaw version does: rows and nothing else.

use crate::rules::auth::{Container, EnvFiles, OwnToken, ProxyAuth, SecretBeyond};
use crate::rules::column::{Cell, Change, Column, Since, pick, source, table};
use crate::rules::kinds::{
    AddressForm, AgentPath, Approval, ApprovalTokens, AskedScopes, BackendExemption, BindLan,
    BrokenIdentity, ClientIp, ExemptAuth, Forwarded, Import, InsecureUi, LocalEquivalent,
    LocalHosts, Locality, NamedRoles, NoDeviceScopes, NodeCommands, NodeRange, OriginCheck, Pins,
    ProxyMatch, ScopeCompare, ScopesField, ScopesOfRoles, SecretCheck, Sticky, Store, TokenNeed,
};
use crate::rules::version::Version;

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
    store: Store = "src/infra/device-pairing-store.ts" ["2026.1.29" in "src/infra/device-pairing.ts" => Store::Json, "2026.8.1" => Store::Sqlite];
    /// `user_version` of `state/openclaw.sqlite`; 0 where there is no such file. At 1 it holds no pairing.
    state_schema: u32 = "package.json openclaw.schemaVersions.state" [
        "2026.1.29" in "src/infra/device-pairing.ts" => 0, "2026.6.1" in "src/state/openclaw-state-db.ts user_version" => 1, "2026.8.1" => 15,
        "2026.9.3" => 16, "2026.9.4" => 17, "2026.9.6" => 18,
    ];
    /// The identity follows the state dir; before, it is always under `~/.openclaw`.
    identity_under_state_dir: bool = "src/infra/device-identity.ts" ["2026.1.29" => false, "2026.2.9" => true];
    /// `OPENCLAW_HOME` stands in for `HOME`.
    openclaw_home_env: bool = "src/infra/home-dir.ts" ["2026.1.29" in "src/config/paths.ts" => false, "2026.2.9" => true];
    /// A home of `undefined` or `null`, as templates write an unset variable, counts as unset.
    unset_home_words: bool = "src/infra/home-dir.ts normalize" ["2026.1.29" in "src/config/paths.ts" => false, "2026.3.22" => true];
    /// `CLAWDBOT_STATE_DIR` and `CLAWDBOT_CONFIG_PATH` are still read.
    clawdbot_env: bool = "src/config/paths.ts" ["2026.1.29" => true, "2026.3.22" => false];
    /// Folders below home that serve as the state dir when `.openclaw` is missing, in order.
    legacy_dirs: &'static [&'static str] = "src/config/paths.ts LEGACY_STATE_DIRNAMES" [
        "2026.1.29" => &[".clawdbot", ".moltbot", ".moldbot"], "2026.2.17" => &[".clawdbot", ".moldbot", ".moltbot"],
        "2026.3.22" => &[".clawdbot", ".moldbot"], "2026.3.31" => &[".clawdbot"],
    ];
    /// File names that serve as the config when `openclaw.json` is missing, in order.
    legacy_configs: &'static [&'static str] = "src/config/paths.ts LEGACY_CONFIG_FILENAMES" [
        "2026.1.29" => &["clawdbot.json", "moltbot.json", "moldbot.json"], "2026.2.17" => &["clawdbot.json", "moldbot.json", "moltbot.json"],
        "2026.3.22" => &["clawdbot.json", "moldbot.json"], "2026.3.31" => &["clawdbot.json"],
    ];
    /// A config in a default folder counts even where `OPENCLAW_STATE_DIR` names another one that has none.
    config_search_wide: bool = "src/config/io.ts createConfigIO" ["2026.1.29" => true, "2026.4.5" => false];
    /// What becomes of an identity file of another shape, such as one without `version`.
    unknown_identity: BrokenIdentity = "src/infra/device-identity.ts" [
        "2026.1.29" => BrokenIdentity::Replaced, "2026.5.12" => BrokenIdentity::Throwaway, "2026.8.1" => BrokenIdentity::Stops,
    ];
    /// What becomes of an identity file of the right shape whose two keys don't belong together.
    broken_identity: BrokenIdentity = "src/infra/device-identity.ts" [
        "2026.1.29" => BrokenIdentity::Used, "2026.5.12" => BrokenIdentity::Throwaway, "2026.8.1" => BrokenIdentity::Stops,
    ];
    /// What becomes of a sound identity file that has a second name, a hard link.
    linked_identity: BrokenIdentity = "src/infra/private-file-store.ts" [
        "2026.1.29" in "src/infra/device-identity.ts" => BrokenIdentity::Used, "2026.5.12" => BrokenIdentity::Throwaway, "2026.8.1" => BrokenIdentity::Stops,
    ];
    /// What becomes of JSON files beside the database.
    import: Import = "src/infra/device-pairing-migration.ts" [
        "2026.1.29" in "src/infra/device-pairing.ts" => Import::None, "2026.8.1" => Import::PairedAlways, "2026.9.5" => Import::IdentityOnly,
        "2026.9.6" => Import::FirstStart,
    ];
    /// A store file that doesn't parse is an error; before, it is read as empty and overwritten.
    corrupt_store_is_error: bool = "src/infra/json-files.ts" ["2026.1.29" in "src/infra/device-pairing.ts readJSON" => false, "2026.4.25" => true];
    /// `identity/device-auth.json` makes clients throw until doctor moved it. From 2026.9.5 a first start imports it.
    device_auth_blocks: bool = "src/infra/device-auth-store.ts assertNoLegacyDeviceAuth" [
        "2026.1.29" in "src/infra/device-auth-store.ts" => false, "2026.8.1" => true,
    ];
    /// What a new request does to a pending one that wasn't silent.
    sticky: Sticky = "src/infra/device-pairing.ts" ["2026.1.29" => Sticky::AsIs, "2026.2.21" => Sticky::Merged, "2026.3.22" => Sticky::Superseded];
    /// A retry renews the five minutes of a pending request.
    pending_renewed: bool = "src/infra/device-pairing.ts" ["2026.1.29" => false, "2026.2.21" => true, "2026.4.10" => false, "2026.7.1" => true];
    /// How entries of `gateway.trustedProxies` are compared.
    proxy_match: ProxyMatch = "src/gateway/net.ts isTrustedProxyAddress" [
        "2026.1.29" => ProxyMatch::Exact, "2026.2.17" => ProxyMatch::V4, "2026.2.22" => ProxyMatch::V4V6,
    ];
    /// How addresses are compared.
    address_form: AddressForm = "src/gateway/net.ts normalizeIp" ["2026.1.29" => AddressForm::Text, "2026.2.22" => AddressForm::Parsed];
    /// What makes a connection local.
    locality: Locality = "src/gateway/auth.ts isLocalDirectRequest" ["2026.1.29" => Locality::ClientIp, "2026.3.31" => Locality::Socket];
    /// Which address counts as the client's behind a trusted proxy.
    client_ip: ClientIp = "src/gateway/net.ts resolveClientIp" [
        "2026.1.29" in "src/gateway/net.ts resolveGatewayClientIp" => ClientIp::FirstOrPeer,
        "2026.2.19" in "src/gateway/net.ts resolveGatewayClientIp" => ClientIp::First, "2026.2.21" => ClientIp::LastUntrusted,
        "2026.3.22" => ClientIp::LastUntrustedNotLoopback,
    ];
    /// Which headers make a request a forwarded one.
    forwarded: Forwarded = "src/gateway/net.ts hasForwardedRequestHeaders" [
        "2026.1.29" in "src/gateway/auth.ts isLocalDirectRequest" => Forwarded::Three,
        "2026.3.31" in "src/gateway/auth.ts isLocalDirectRequest" => Forwarded::Five,
        "2026.5.18" in "src/gateway/auth.ts hasForwardedRequestHeaders" => Forwarded::Any, "2026.8.1" => Forwarded::Present,
    ];
    /// Which names of the Host header are this machine.
    local_hosts: LocalHosts = "src/gateway/net.ts isLocalishHost" [
        "2026.1.29" in "src/gateway/auth.ts isLocalDirectRequest" => LocalHosts::Names, "2026.2.22" => LocalHosts::Loopback,
    ];
    /// What is asked of a connection with an Origin header.
    origin_check: OriginCheck = "src/gateway/origin-check.ts checkBrowserOrigin" [
        "2026.1.29" in "src/gateway/server/ws-connection/message-handler.ts" => OriginCheck::None, "2026.2.25" => OriginCheck::LoopbackHost,
        "2026.3.2" => OriginCheck::LocalClient, "2026.5.18" => OriginCheck::PrivateHost,
    ];
    /// It is also asked of a connection with `X-Forwarded-For` or `X-Real-IP`.
    origin_check_proxied: bool = "src/gateway/server/ws-connection/message-handler.ts resolveHandshakeBrowserSecurityContext" [
        "2026.1.29" in "src/gateway/server/ws-connection/message-handler.ts" => false, "2026.3.11" => true,
    ];
    /// Which connections count as local though they carry some other forwarded header.
    local_equivalent: LocalEquivalent = "src/gateway/server/ws-connection/handshake-auth-helpers.ts resolvePairingLocality" [
        "2026.1.29" in "src/gateway/server/ws-connection/message-handler.ts" => LocalEquivalent::None, "2026.4.5" => LocalEquivalent::Cli,
        "2026.4.20" => LocalEquivalent::Any, "2026.4.22" => LocalEquivalent::None,
    ];
    /// Forwarded headers from an address that isn't a trusted proxy are refused with HTTP 403.
    forwarded_refused: bool = "src/gateway/server-http.ts" ["2026.1.29" => false, "2026.8.1" => true];
    /// How this machine's own clients connect with `bind: "lan"`.
    bind_lan: BindLan = "src/gateway/call.ts buildGatewayConnectionDetails" [
        "2026.1.29" => BindLan::Loopback, "2026.2.9" => BindLan::Remote, "2026.2.19" => BindLan::Refused, "2026.2.21" => BindLan::Loopback,
    ];
    /// `gateway.customBindHost` is a key of the config.
    custom_bind_host: bool = "src/config/zod-schema.ts" ["2026.1.29" => false, "2026.2.21" => true];
    /// A gateway does not start with bind "custom" and no address; before, it takes every address.
    custom_bind_needs_host: bool = "src/gateway/server-runtime-config.ts" ["2026.1.29" => false, "2026.2.19" => true];
    /// With bind "custom" it also listens on 127.0.0.1, where this machine's own clients always connect.
    custom_bind_loopback: bool = "src/gateway/net.ts resolveGatewayListenHosts" ["2026.1.29" => false, "2026.8.1" => true];
    /// A role upgrade from this machine is approved silently.
    silent_role: bool = "src/gateway/server/ws-connection/message-handler.ts requirePairing" [
        "2026.1.29" => true, "2026.2.19" => false, "2026.4.2" => true,
    ];
    /// A scope upgrade from this machine is approved silently.
    silent_scope: bool = "src/gateway/server/ws-connection/message-handler.ts requirePairing" [
        "2026.1.29" => true, "2026.2.19" => false, "2026.2.22" => true, "2026.3.28" => false,
        "2026.8.1" in "src/gateway/server/ws-connection/connect-device-pairing.ts requirePairing" => true,
    ];
    /// What a silent approval may grant.
    approval: Approval = "src/infra/device-pairing.ts approveDevicePairing" [
        "2026.1.29" => Approval::Anything, "2026.3.28" => Approval::Request, "2026.4.29" => Approval::Token,
        "2026.5.12" => Approval::RequestAndToken, "2026.8.1" in "src/infra/device-pairing-approval.ts approveDevicePairing" => Approval::WithRecord,
    ];
    /// An operator that asks for no scopes gets `operator.admin`.
    no_scopes_is_admin: bool = "src/gateway/server/ws-connection/message-handler.ts" ["2026.1.29" => true, "2026.2.12" => false];
    /// How scopes are compared.
    scope_compare: ScopeCompare = "src/shared/operator-scope-compat.ts" [
        "2026.1.29" in "src/gateway/server/ws-connection/message-handler.ts" => ScopeCompare::Exact, "2026.2.21" => ScopeCompare::Read,
        "2026.2.22" => ScopeCompare::Admin, "2026.8.1" => ScopeCompare::Talk,
    ];
    /// Which field of the record holds the approved scopes.
    scopes_field: ScopesField = "src/gateway/server/ws-connection/message-handler.ts" [
        "2026.1.29" => ScopesField::Scopes, "2026.2.22" => ScopesField::ScopesThenApproved, "2026.4.5" => ScopesField::ApprovedThenScopes,
    ];
    /// Which roles a paired record names.
    named_roles: NamedRoles = "src/infra/device-pairing.ts listEffectivePairedDeviceRoles" [
        "2026.1.29" in "src/gateway/server/ws-connection/message-handler.ts" => NamedRoles::RolesElseRole, "2026.3.31" => NamedRoles::Both,
    ];
    /// Where a paired record's roles come from.
    token_need: TokenNeed = "src/infra/device-pairing.ts listEffectivePairedDeviceRoles" [
        "2026.1.29" in "src/gateway/server/ws-connection/message-handler.ts" => TokenNeed::Nothing, "2026.3.31" => TokenNeed::IfObject,
        "2026.4.2" => TokenNeed::IfAny, "2026.4.5" => TokenNeed::IfAnyApproved, "2026.4.10" => TokenNeed::Active,
    ];
    /// A device token whose scopes exceed the record's authenticates nobody.
    token_within_record: bool = "src/infra/device-pairing.ts verifyDeviceToken" ["2026.1.29" => false, "2026.3.13" => true];
    /// A record with neither `roles` nor `scopes` passes.
    bare_record_passes: bool = "src/gateway/server/ws-connection/message-handler.ts" [
        "2026.1.29" => false, "2026.2.21" in "src/gateway/server/ws-connection/message-handler.ts hasLegacyPairedMetadata" => true,
        "2026.2.22" => false,
    ];
    /// A `platform` or `deviceFamily` in the record must equal the client's.
    metadata_pinned: bool = "src/gateway/server/ws-connection/message-handler.ts" ["2026.1.29" => false, "2026.2.26" => true];
    /// Which connections need no pairing.
    backend_exemption: BackendExemption = "src/gateway/server/ws-connection/handshake-auth-helpers.ts shouldSkipLocalBackendSelfPairing" [
        "2026.1.29" in "src/gateway/server/ws-connection/message-handler.ts" => BackendExemption::None,
        "2026.2.22" in "src/gateway/server/ws-connection/connect-policy.ts shouldSkipControlUiPairing" => BackendExemption::SharedSecret,
        "2026.2.25" in "src/gateway/server/ws-connection/connect-policy.ts shouldSkipControlUiPairing" => BackendExemption::None,
        "2026.3.2" in "src/gateway/server/ws-connection/message-handler.ts shouldSkipBackendSelfPairing" => BackendExemption::Local,
        "2026.3.28" in "src/gateway/server/ws-connection/message-handler.ts" => BackendExemption::None,
        "2026.4.5" => BackendExemption::LocalUnpaired, "2026.8.1" => BackendExemption::Local,
    ];
    /// Which authentication the exemption takes.
    exempt_auth: ExemptAuth = "src/gateway/server/ws-connection/handshake-auth-helpers.ts shouldSkipLocalBackendSelfPairing" [
        "2026.1.29" in "src/gateway/server/ws-connection/message-handler.ts" => ExemptAuth::SharedSecret,
        "2026.3.22" in "src/gateway/server/ws-connection/handshake-auth-helpers.ts shouldSkipBackendSelfPairing" => ExemptAuth::DeviceToken,
        "2026.5.12" => ExemptAuth::None,
    ];
    /// What becomes of the scopes of a client without a device.
    no_device_scopes: NoDeviceScopes = "src/gateway/server/ws-connection/message-handler.ts handleMissingDeviceIdentity" [
        "2026.1.29" in "src/gateway/server/ws-connection/message-handler.ts" => NoDeviceScopes::Kept,
        "2026.2.17" in "src/gateway/server/ws-connection/message-handler.ts" => NoDeviceScopes::Dropped, "2026.2.26" => NoDeviceScopes::Kept,
        "2026.3.13" => NoDeviceScopes::KeptForUi, "2026.4.20" => NoDeviceScopes::KeptForBackend, "2026.7.1" => NoDeviceScopes::KeptForLocal,
    ];
    /// How the agent's tool reaches the gateway on this machine.
    agent_path: AgentPath = "src/agents/tools/gateway.ts" [
        "2026.1.29" => AgentPath::Device, "2026.4.25" => AgentPath::SharedSecret, "2026.9.5" => AgentPath::InProcess,
    ];
    /// The command line presents its device on this machine, beside the shared secret.
    cli_presents_device: bool = "src/gateway/call.ts" ["2026.1.29" => true, "2026.7.1" => false];
    /// The scopes that the agent's tool asks for.
    agent_scopes: AskedScopes = "src/gateway/call.ts" ["2026.1.29" => AskedScopes::Fixed, "2026.2.19" => AskedScopes::PerMethod];
    /// The scopes that the command line asks for.
    cli_scopes: AskedScopes = "src/gateway/call.ts" ["2026.1.29" => AskedScopes::Fixed, "2026.4.29" => AskedScopes::PerMethod];
    /// The command line asks for the scopes of the request that it approves.
    approve_asks: bool = "src/cli/devices-cli.ts" ["2026.1.29" => false, "2026.5.3" => true];
    /// The operator scopes that exist.
    operator_scopes: &'static [&'static str] = "src/gateway/operator-scopes.ts" [
        "2026.1.29" in "src/gateway/server-methods.ts" => FIVE, "2026.2.17" in "src/gateway/server-methods/talk.ts" => SECRETS, "2026.8.1" => TALK,
        "2026.9.6" => SESSIONS,
    ];
    /// A gateway does not start on a config that names a variable which is not set; later it warns.
    unset_variable_stops: bool = "src/config/io.ts resolveConfigForRead" [
        "2026.1.29" in "src/config/env-substitution.ts MissingEnvVarError" => true, "2026.3.7" => false,
    ];
    /// An included file lies in the folder of the config, links followed, or the gateway does not start.
    include_confined: bool = "src/config/includes.ts" ["2026.1.29" => false, "2026.2.17" => true];
    /// `OPENCLAW_INCLUDE_ROOTS` names more folders for included files.
    include_roots: bool = "src/config/paths.ts resolveIncludeRoots" ["2026.1.29" in "src/config/includes.ts" => false, "2026.5.2" => true];
    /// An included file with a second name, a hard link, keeps a gateway from starting.
    include_links_refused: bool = "src/config/includes.ts readConfigIncludeFileWithGuards" [
        "2026.1.29" in "src/config/includes.ts" => false, "2026.2.26" => true,
    ];
    /// The largest included file, in bytes.
    include_max_bytes: Option<usize> = "src/config/includes.ts MAX_INCLUDE_FILE_BYTES" [
        "2026.1.29" in "src/config/includes.ts" => None, "2026.2.26" => Some(2 * 1024 * 1024),
    ];
    /// How deep includes may be nested.
    include_depth: usize = "src/config/includes.ts MAX_INCLUDE_DEPTH" ["2026.1.29" => 10];
    /// An edit of the config that shrinks it below half, drops `meta` or `gateway.mode`, or leaves only `update.channel` is reverted.
    config_guard: bool = "src/config/io.observe-recovery.ts isRecoverableConfigReadSuspiciousReason" [
        "2026.1.29" in "src/config/io.ts" => false, "2026.4.22" => true, "2026.5.3" in "src/config/io.observe-recovery.ts" => false,
        "2026.6.9" => true,
    ];
    /// A gateway removes a `gateway.port` that is out of range from its config; before, it does not start with that.
    port_repaired: bool = "src/commands/doctor/shared/legacy-config-migrations.runtime.gateway.ts" ["2026.1.29" in "src/config/zod-schema.ts" => false, "2026.8.1" => true];
    /// What a gateway does that asks for a token and knows none.
    makes_token: OwnToken = "src/gateway/startup-auth.ts ensureGatewayStartupAuth" [
        "2026.1.29" in "src/cli/gateway-cli/run.ts" => OwnToken::Never, "2026.2.19" => OwnToken::Saved, "2026.5.12" => OwnToken::Kept,
        "2026.8.1" in "src/gateway/startup-local-cli-pairing.ts ensureStartupLocalCliPairing" => OwnToken::Handed,
    ];
    /// Where a gateway does not start without a secret.
    secret_beyond: SecretBeyond = "src/cli/gateway-cli/run.ts shouldBlockGatewayBindWithoutExplicitAuth" [
        "2026.1.29" in "src/cli/gateway-cli/run.ts" => SecretBeyond::Word, "2026.5.18" => SecretBeyond::Address,
    ];
    /// What a gateway takes for a container, where it listens on every address if the config names no `gateway.bind`.
    container: Container = "src/infra/container-environment.ts" [
        "2026.1.29" in "src/cli/gateway-cli/run.ts" => Container::Never, "2026.4.7" in "src/gateway/net.ts defaultGatewayBindMode" => Container::Marks,
        "2026.5.12" => Container::MarksAndFly,
    ];
    /// `gateway.allowRealIpFallback` is a key of the config.
    allow_real_ip_fallback: bool = "src/config/zod-schema.ts" ["2026.1.29" => false, "2026.2.21" => true];
    /// `gateway.nodes.pairing.autoApproveLocal` is a key of the config.
    auto_approve_local: bool = "src/config/zod-schema.ts" ["2026.1.29" => false, "2026.8.1" => true];
    /// `gateway.nodes.pairing.autoApproveCidrs` is a key of the config: new nodes of these networks are approved silently.
    auto_approve_cidrs: bool = "src/gateway/node-pairing-auto-approve.ts shouldAutoApproveNodePairingFromTrustedCidrs" [
        "2026.1.29" in "src/config/zod-schema.ts" => false, "2026.4.24" => true,
    ];
    /// A page from the Host that it dials is allowed without an entry in the config.
    own_page_allowed: bool = "src/gateway/origin-check.ts checkBrowserOrigin" ["2026.1.29" => true, "2026.2.23" => false];
    /// What the settings of the control UI do that spare it a device.
    insecure_ui: InsecureUi = "src/gateway/server/ws-connection/message-handler.ts" [
        "2026.1.29" => InsecureUi::Everywhere, "2026.2.21" => InsecureUi::Here,
        "2026.8.1" in "src/config/zod-schema.ts" => InsecureUi::Gone,
    ];
    /// A node needs a device even with the shared secret.
    node_needs_device: bool = "src/gateway/role-policy.ts roleCanSkipDeviceIdentity" ["2026.1.29" => false, "2026.2.22" => true];
    /// Without authentication the control UI needs no pairing.
    ui_open_without_auth: bool = "src/gateway/server/ws-connection/connect-policy.ts shouldSkipControlUiPairing" ["2026.1.29" => false, "2026.3.22" => true];
    /// Another platform of an app on this machine is approved silently.
    silent_app_metadata: bool = "src/gateway/server/ws-connection/handshake-auth-helpers.ts shouldAllowSilentLocalPairing" ["2026.1.29" => false, "2026.4.25" => true];
    /// What else than an operator has a record is never approved silently.
    known_node_waits: bool = "src/gateway/server/ws-connection/message-handler.ts requirePairing" ["2026.1.29" => false, "2026.5.18" => true];
    /// OpenClaw's own pages are not approved silently either.
    pages_wait: bool = "src/gateway/server/ws-connection/handshake-auth-helpers.ts shouldAllowSilentLocalPairing" ["2026.1.29" => false, "2026.5.18" => true, "2026.5.22" => false];
    /// Whose platform may differ from that of its record.
    pins: Pins = "src/gateway/server/ws-connection/message-handler.ts resolvePinnedClientMetadata" [
        "2026.1.29" => Pins::Exact, "2026.5.18" => Pins::NodeHosts, "2026.5.19" => Pins::Phones,
        "2026.8.1" in "src/gateway/server/ws-connection/connect-device-metadata.ts resolvePinnedClientMetadata" => Pins::Apps,
    ];
    /// A browser's own token counts only if it was issued at a connect with the shared secret that still is.
    page_tokens_issued: bool = "src/infra/device-pairing.ts verifyDeviceToken" ["2026.1.29" => false, "2026.5.27" => true];
    /// An owner's approval writes `approvedScopes` beside `scopes`.
    approved_scopes: bool = "src/infra/device-pairing.ts approveDevicePairing" ["2026.1.29" => false, "2026.2.21" => true];
    /// It writes the request's `deviceFamily`.
    approved_family: bool = "src/infra/device-pairing.ts approveDevicePairing" ["2026.1.29" => false, "2026.2.26" => true];
    /// Which scopes its tokens have, and for which roles there is one.
    approval_tokens: ApprovalTokens = "src/infra/device-pairing.ts approveDevicePairing" [
        "2026.1.29" => ApprovalTokens::Asked, "2026.2.22" => ApprovalTokens::AskedOrHeld, "2026.4.5" => ApprovalTokens::OfRole,
        "2026.5.12" => ApprovalTokens::Added,
    ];
    /// A token also names the scopes that admin and write imply.
    implied_scopes: bool = "src/shared/device-auth.ts normalizeDeviceAuthScopes" ["2026.1.29" => false, "2026.3.23" => true];
    /// Where a record or a request has an empty list of scopes, the approved record has one too.
    empty_scopes_kept: bool = "src/infra/device-pairing.ts mergeScopes" ["2026.1.29" => false, "2026.3.31" => true];
    /// Which scopes an approval refuses.
    scopes_of_roles: ScopesOfRoles = "src/infra/device-pairing.ts approveDevicePairing" [
        "2026.1.29" => ScopesOfRoles::None, "2026.4.5" => ScopesOfRoles::Operator,
        "2026.4.10" in "src/shared/operator-scope-compat.ts resolveScopeOutsideRequestedRoles" => ScopesOfRoles::All,
    ];
    /// An approval keeps when the device was seen last, and why.
    last_seen_kept: bool = "src/infra/device-pairing.ts buildApprovedPairedDevice" ["2026.1.29" => false, "2026.6.1" => true];
    /// It keeps who issued the token that it replaces.
    issuer_kept: bool = "src/infra/device-pairing-approval.ts" ["2026.1.29" in "src/infra/device-pairing.ts" => false, "2026.9.5" => true];
    /// What becomes of the commands that a paired node brings. Up to 2026.7.35 they wait in `nodes/pending.json`, later in the row.
    node_commands: NodeCommands = "src/gateway/node-connect-reconcile.ts" [
        "2026.1.29" in "src/gateway/node-registry.ts" => NodeCommands::Free,
        "2026.3.31" in "src/gateway/server/ws-connection/message-handler.ts requestNodePairing" => NodeCommands::Held, "2026.4.1" => NodeCommands::Asked, "2026.5.18" => NodeCommands::Held,
    ];
    /// Which of its own secrets keep a gateway from starting.
    secret_check: SecretCheck = "src/gateway/known-weak-gateway-secrets.ts" [
        "2026.1.29" in "src/gateway/auth.ts assertGatewayAuthConfigured" => SecretCheck::None, "2026.4.20" => SecretCheck::Placeholders,
        "2026.9.3" => SecretCheck::BlankTokens, "2026.9.4" => SecretCheck::Blank, "2026.9.6" => SecretCheck::Marks,
    ];
    /// From where a trusted proxy may vouch for a user.
    proxy_auth: ProxyAuth = "src/gateway/auth.ts authorizeTrustedProxy" [
        "2026.1.29" => ProxyAuth::Anywhere, "2026.3.31" => ProxyAuth::Elsewhere, "2026.4.27" => ProxyAuth::Allowed,
    ];
    /// Which `.env` files are read.
    env_files: EnvFiles = "src/infra/dotenv.ts" ["2026.1.29" => EnvFiles::Both, "2026.3.31" => EnvFiles::Guarded, "2026.4.5" => EnvFiles::Gateway];
    /// Clients on the gateway's machine take its secret from the environment first; the gateway takes the config's.
    env_secret_first: bool = "src/gateway/credentials.ts" ["2026.1.29" => true, "2026.8.1" => false];
    /// A gateway takes the secret of its config without the blanks around it, as its clients do; before, as it stands there.
    secrets_trimmed: bool = "src/gateway/auth.ts resolveGatewayAuth" ["2026.1.29" => false, "2026.2.22" in "src/gateway/credentials.ts" => true];
    /// A gateway starts with a reference in the place of its token or password. From 2026.3.2 the schema takes one for a password, but
    /// `gateway run` then finds none.
    secret_refs: bool = "src/config/zod-schema.ts" ["2026.1.29" => false, "2026.3.7" => true];
    /// A device token that a client keeps in `identity/device-auth.json` goes before the gateway's secret.
    cached_token_first: bool = "src/gateway/client.ts" ["2026.1.29" => true, "2026.2.17" => false];
    /// The least Node.js.
    min_node: NodeRange = "package.json engines.node" [
        "2026.1.29" => &[(22, 12, 0)], "2026.3.13" => &[(22, 16, 0)], "2026.3.24" => &[(22, 14, 0)], "2026.5.12" => &[(22, 16, 0)],
        "2026.5.18" => &[(22, 19, 0)], "2026.7.1" => &[(22, 22, 3), (24, 15, 0), (25, 9, 0)], "2026.9.3" => &[(24, 16, 0), (26, 1, 0)],
    ];
}
