//! The options of every operation: read strictly, so that a misspelt one is an error and not ignored.

use core::fmt;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::connect::{Auth, Client, Connection};
use crate::error::{Error, Result};
use crate::identity::{self, KeyPair};
use crate::inputs::Named;
use crate::ip;
use crate::json::{Part, list, mistyped, text};
use crate::rules::Version;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Identity, paired record, and the pending requests in its way.
    PrePair,
    /// Pending requests alone.
    ClearPending,
    /// The config alone.
    PatchConfig,
    /// All of it as one plan.
    Setup,
    /// Reads only.
    Diagnose,
    /// What `verify` undoes of its own tries.
    TakeBack,
}

impl Operation {
    /// By its name in JavaScript.
    pub fn parse(name: &str) -> Result<Self> {
        Ok(match name {
            "prePair" => Self::PrePair,
            "clearPending" => Self::ClearPending,
            "patchConfig" => Self::PatchConfig,
            "setup" => Self::Setup,
            "diagnose" => Self::Diagnose,
            "takeBack" => Self::TakeBack,
            _ => {
                return Err(Error::new("OPTIONS", "There is no such operation.")
                    .hint("Use prePair, clearPending, patchConfig, setup or diagnose."));
            }
        })
    }
}

/// Which state dir, config and gateway an operation is for.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Overrides the environment.
    pub state_dir: Option<String>,
    /// Overrides the environment.
    pub config_path: Option<String>,
    /// The gateway's version; `None` is 'auto'.
    pub gateway_version: Option<Version>,
    /// The variables that OpenClaw looks at.
    pub env: Named<String>,
}

/// Where the key comes from.
#[derive(Debug)]
pub enum IdentityChoice {
    /// Reuse the one on disk, else create.
    Disk,
    /// Given or derived.
    Given(Box<KeyPair>),
    /// A new one.
    New,
}

/// The options of `prePair`.
#[derive(Debug)]
pub struct PairOptions {
    /// Where the key comes from.
    pub identity: IdentityChoice,
    /// Whether another key on disk may give way.
    pub replace: bool,
    /// Approve only this public key.
    pub device: Option<[u8; 32]>,
    /// Exactly these scopes; `None` unites the default ones with what is there.
    pub scopes: Option<Vec<String>>,
    /// Give a revoked token anew.
    pub reinstate: bool,
    /// The record's name.
    pub display_name: Option<String>,
    /// Which pending requests to drop.
    pub pending: PendingChoice,
}

/// Which pending requests to drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PendingChoice {
    /// Those of the device at hand.
    Device,
    /// All.
    All,
    /// None.
    Keep,
}

/// How `gateway.trustedProxies` is to be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proxies {
    /// What this version needs in a sandbox.
    Sandbox,
    /// The private ranges.
    Private,
    /// These.
    List(Vec<String>),
    /// Not at all.
    Off,
}

/// The options of `patchConfig`.
#[derive(Clone)]
pub struct ConfigOptions {
    /// `gateway.trustedProxies`.
    pub proxies: Proxies,
    /// The addresses of the proxy itself.
    pub peers: Vec<String>,
    /// An RFC 7396 merge patch.
    pub merge: Map<String, Value>,
    /// Whether arrays are replaced instead of united.
    pub replace_arrays: bool,
}

impl fmt::Debug for ConfigOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // the patch may set a token
        f.debug_struct("ConfigOptions").field("proxies", &self.proxies).finish_non_exhaustive()
    }
}

/// What the tries of `verify` left in this state dir.
#[derive(Debug)]
pub struct TakeBack {
    /// The device that tried.
    pub device: String,
    /// The pairing request that it caused.
    pub request: Option<String>,
    /// Its record was not there before.
    pub record: bool,
    /// By the name of a field of its record, `{ left, was }`: what the connect makes of it, and what it was; null where there is
    /// none. Anything else is not ours to undo.
    pub fields: Map<String, Value>,
}

/// All options of one call.
#[derive(Debug)]
pub struct Request {
    /// What to do.
    pub operation: Operation,
    /// For which gateway.
    pub target: Target,
    /// Of `prePair` and `setup`.
    pub pair: Option<PairOptions>,
    /// Of `clearPending`: this device only.
    pub clear_device: Option<String>,
    /// Of `clearPending`: this request only.
    pub clear_request: Option<String>,
    /// Of `takeBack`.
    pub take_back: Option<TakeBack>,
    /// Of `patchConfig`, and of `setup` unless its config is `false`.
    pub config: Option<ConfigOptions>,
    /// Of `diagnose`.
    pub connection: Connection,
    /// Of `diagnose`: the device to judge by its public key; no identity is looked at then.
    pub device: Option<[u8; 32]>,
}

/// Reads the options of an operation.
///
/// `blobs` holds binary option values, referred to as `{"$blob": index}`; `seed` is the entropy for a new identity.
pub fn parse(
    operation: Operation,
    options: Value,
    blobs: &[&[u8]],
    seed: &[u8; 32],
) -> Result<Request> {
    let mut fields = Fields::new("", options)?;
    let target = target(&mut fields)?;
    let mut request = Request {
        operation,
        target,
        pair: None,
        clear_device: None,
        clear_request: None,
        take_back: None,
        config: None,
        connection: Connection::default(),
        device: None,
    };
    match operation {
        Operation::PrePair => request.pair = Some(pair(&mut fields, blobs, seed)?),
        Operation::ClearPending => {
            request.clear_device = fields.string("deviceId")?.map(device_id).transpose()?;
            request.clear_request = fields.string("requestId")?;
        }
        Operation::TakeBack => request.take_back = Some(take_back(&mut fields)?),
        Operation::PatchConfig => request.config = Some(config(&mut fields)?),
        Operation::Setup => {
            request.pair = Some(pair(&mut fields, blobs, seed)?);
            request.config = match fields.take("config") {
                Some(Value::Bool(false)) => None,
                None => Some(config(&mut Fields::new("config", Value::Object(Map::new()))?)?),
                Some(value) => {
                    let mut inner = Fields::new("config", value)?;
                    let options = config(&mut inner)?;
                    inner.finish()?;
                    Some(options)
                }
            };
        }
        Operation::Diagnose => {
            if let Some(value) = fields.take("connection") {
                let described = object("connection", value)?;
                request.connection = connection(Part(described)).map_err(|_| {
                    Error::new("OPTIONS", "The option connection has an unknown field, or one of the wrong type.").hint(
                        "Known: client ('agent' or 'cli'), presentsDevice, method, scopes, remoteAddress, host, origin, headers, auth ('token', 'password', 'device-token' or 'none').",
                    )
                })?;
            }
            let device = device(&mut fields)?.map(DeviceInput::key).transpose()?;
            request.device = device;
        }
    }
    fields.finish()?;
    Ok(request)
}

fn take_back(fields: &mut Fields) -> Result<TakeBack> {
    Ok(TakeBack {
        device: device_id(fields.string("deviceId")?.unwrap_or_default())?,
        request: fields.string("requestId")?,
        record: fields.bool("record")?.unwrap_or(false),
        fields: match fields.take("fields") {
            Some(value) => object("fields", value)?,
            None => Map::new(),
        },
    })
}

fn connection(mut part: Part) -> Result<Connection> {
    if ["client", "headers"].iter().any(|name| part.0.get(*name).is_some_and(Value::is_null)) {
        return Err(mistyped());
    }
    let described = Connection {
        client: match part.text("client")?.as_deref() {
            None | Some("agent") => Client::Agent,
            Some("cli") => Client::Cli,
            _ => return Err(mistyped()),
        },
        presents_device: match part.take("presentsDevice") {
            None => None,
            Some(value) => Some(value.as_bool().ok_or_else(mistyped)?),
        },
        method: part.text("method")?,
        scopes: part.take("scopes").map(|scopes| list(scopes, text)).transpose()?,
        remote_address: part.text("remoteAddress")?,
        host: part.text("host")?,
        origin: part.text("origin")?,
        headers: part.each("headers", text)?.unwrap_or_default(),
        auth: match part.text("auth")?.as_deref() {
            None => None,
            Some("token") => Some(Auth::Token),
            Some("password") => Some(Auth::Password),
            Some("device-token") => Some(Auth::DeviceToken),
            Some("none") => Some(Auth::None),
            _ => return Err(mistyped()),
        },
        platform: part.text("platform")?,
        device_family: part.text("deviceFamily")?,
    };
    if part.0.is_empty() { Ok(described) } else { Err(mistyped()) }
}

/// A state dir, a config and a gateway as a caller names them: typed, not checked yet.
#[derive(Clone, Debug, Default)]
pub struct TargetInput {
    /// `stateDir`
    pub state_dir: Option<String>,
    /// `configPath`
    pub config_path: Option<String>,
    /// `gatewayVersion`
    pub gateway_version: Option<String>,
    /// `env`
    pub env: Named<String>,
}

impl TargetInput {
    /// Checks it.
    pub fn checked(self) -> Result<Target> {
        Ok(Target {
            state_dir: self.state_dir.map(|text| path("stateDir", text)).transpose()?,
            config_path: self.config_path.map(|text| path("configPath", text)).transpose()?,
            gateway_version: match self.gateway_version.as_deref() {
                None | Some("auto") => None,
                Some(text) => Some(text.parse()?),
            },
            env: self.env,
        })
    }
}

/// Where a caller takes the key from: typed, not checked yet.
#[derive(Default)]
pub enum IdentityInput {
    /// Reuse the one on disk, else create.
    #[default]
    Disk,
    /// A new one.
    New,
    /// A PKCS#8 PEM.
    Pem(Zeroizing<String>),
    /// Derived.
    Derived(Derivation),
}

/// What a key is derived from.
pub struct Derivation {
    /// Known to all that shall have the same key.
    pub secret: Secret,
    /// Tells keys of one secret apart.
    pub label: String,
}

/// A secret that keys are derived from.
pub enum Secret {
    /// Taken as its UTF-8 bytes.
    Text(Zeroizing<String>),
    /// As it is.
    Bytes(Zeroizing<Vec<u8>>),
}

impl Derivation {
    /// The key, if secret and label are good enough.
    pub fn key(&self) -> Result<KeyPair> {
        if self.label.is_empty() || self.label.len() > 256 {
            return Err(Error::new("OPTIONS", "The label must have 1 to 256 bytes."));
        }
        let (bytes, weak) = match &self.secret {
            Secret::Text(text) => (text.as_bytes(), low_variety(text.as_bytes())),
            Secret::Bytes(bytes) => {
                (bytes.as_slice(), bytes.iter().all(|byte| Some(byte) == bytes.first()))
            }
        };
        let message = match weak {
            _ if bytes.len() < 32 => "The secret is shorter than 32 bytes.",
            true => "The secret repeats itself: it is too easy to guess.",
            false => return Ok(KeyPair::derive(bytes, &self.label)),
        };
        Err(Error::new("SECRET", message)
            .hint("Use 32 or more random bytes, for example crypto.randomBytes(32)."))
    }
}

/// A public key that a caller wants approved: not checked yet.
pub struct DeviceInput {
    /// Raw base64url or SPKI PEM.
    pub public_key: String,
    /// The record's name.
    pub display_name: Option<String>,
}

impl DeviceInput {
    /// Its key.
    fn key(self) -> Result<[u8; 32]> {
        identity::parse_public_key(&self.public_key).ok_or_else(|| {
            Error::new("KEY", "device.publicKey is no Ed25519 public key.")
                .hint("Give the raw 32 bytes in base64url (43 characters), or an SPKI PEM. A private key is not wanted here.")
        })
    }
}

/// The options of `prePair` as a caller gives them: typed, not checked yet.
pub struct PairInput {
    /// `identity`
    pub identity: IdentityInput,
    /// `onConflict: 'replace'`
    pub replace: bool,
    /// `device`
    pub device: Option<DeviceInput>,
    /// `scopes`
    pub scopes: Option<Vec<String>>,
    /// `reinstate`
    pub reinstate: bool,
    /// `displayName`
    pub display_name: Option<String>,
    /// `pending`
    pub pending: PendingChoice,
}

impl PairInput {
    /// Checks them; `seed` is the entropy for a new identity.
    pub fn checked(self, seed: &[u8; 32]) -> Result<PairOptions> {
        let identity = match self.identity {
            IdentityInput::Disk => IdentityChoice::Disk,
            IdentityInput::New => IdentityChoice::New,
            IdentityInput::Pem(pem) => IdentityChoice::Given(KeyPair::from_pem(&pem).map(Box::new).ok_or_else(|| {
                Error::new("KEY", "identity.privateKeyPem is no Ed25519 private key in PKCS#8 PEM.").hint(
                    "Give what crypto.generateKeyPairSync('ed25519') exports as { type: 'pkcs8', format: 'pem' }, not encrypted, or what newIdentity() returns.",
                )
            })?),
            IdentityInput::Derived(from) => IdentityChoice::Given(Box::new(from.key()?)),
        };
        let device = match self.device {
            None => None,
            Some(mut device) => {
                let name = device.display_name.take();
                let key = device.key()?;
                let name = name.map(|text| display_name("device.displayName", text));
                Some((key, name.transpose()?))
            }
        };
        if device.is_some() && !matches!(identity, IdentityChoice::Disk) {
            return Err(Error::new("OPTIONS", "The options device and identity exclude each other.")
                .hint("device approves a public key whose private half lives elsewhere; identity is the key of this state dir."));
        }
        if device.is_some() && self.replace {
            return Err(Error::new(
                "OPTIONS",
                "The option onConflict has no meaning beside device, which touches no identity.",
            ));
        }
        let scopes = self.scopes.map(scopes).transpose()?;
        let name = self.display_name.map(|text| display_name("displayName", text)).transpose()?;
        if let (Some(_), Some((_, Some(_)))) = (&name, &device) {
            return Err(Error::new("OPTIONS", "Give displayName or device.displayName, not both."));
        }
        if matches!(identity, IdentityChoice::New) && seed == &[0; 32] {
            return Err(Error::new("ENTROPY", "There was no entropy for a new identity."));
        }
        let (device, device_name) = device.unzip();
        Ok(PairOptions {
            identity,
            replace: self.replace,
            device,
            scopes,
            reinstate: self.reinstate,
            display_name: name.or(device_name.flatten()),
            pending: self.pending,
        })
    }
}

/// `gateway.trustedProxies` as a caller wants it: typed, not checked yet.
pub struct ConfigInput {
    /// `trustedProxies`
    pub proxies: Proxies,
    /// `proxyPeers`
    pub peers: Vec<String>,
    /// `allowAny`
    pub allow_any: bool,
    /// `merge`
    pub merge: Map<String, Value>,
    /// `arrays: 'replace'`
    pub replace_arrays: bool,
}

impl ConfigInput {
    /// Checks them.
    pub fn checked(self) -> Result<ConfigOptions> {
        let any = self.allow_any;
        let proxies = match self.proxies {
            Proxies::List(list) => Proxies::List(addresses("trustedProxies", list, any)?),
            other => other,
        };
        let peers = addresses("proxyPeers", self.peers, any)?;
        if let Proxies::List(list) = &proxies {
            limited("trustedProxies and proxyPeers", list.iter().chain(&peers), any)?;
        }
        // A text or a number there stops the gateway; null removes it.
        let name = "merge.gateway.trustedProxies";
        match self.merge.get("gateway").and_then(|gateway| gateway.get("trustedProxies")) {
            None | Some(Value::Null) => {}
            Some(list @ Value::Array(_)) => {
                addresses(name, texts(name, "an array of addresses", list.clone())?, any)?;
            }
            Some(_) => {
                return Err(Error::new("PROXY", format!("{name} must be an array of addresses."))
                    .hint("A gateway does not start with anything else there."));
            }
        }
        typed(&self.merge)?;
        Ok(ConfigOptions { proxies, peers, merge: self.merge, replace_arrays: self.replace_arrays })
    }
}

/// What a gateway of every version wants at these keys (src/config/zod-schema.ts, 2026.1.29 … 2026.9.6): it does not start
/// with anything else there.
const TYPES: [(&[&str], &str); 17] = [
    (&["gateway"], "an object"),
    (&["gateway", "allowRealIpFallback"], "a boolean"),
    (&["gateway", "auth"], "an object"),
    (&["gateway", "auth", "mode"], "a string"),
    (&["gateway", "bind"], "a string"),
    (&["gateway", "controlUi"], "an object"),
    (&["gateway", "controlUi", "allowedOrigins"], "an array"),
    (&["gateway", "customBindHost"], "a string"),
    (&["gateway", "http"], "an object"),
    (&["gateway", "mode"], "a string"),
    (&["gateway", "nodes"], "an object"),
    (&["gateway", "port"], "a number"),
    (&["gateway", "reload"], "an object"),
    (&["gateway", "remote"], "an object"),
    (&["gateway", "tailscale"], "an object"),
    (&["gateway", "tls"], "an object"),
    (&["env"], "an object"),
];

/// Refuses a merge that leaves a config which no gateway, and no later call, can read.
fn typed(merge: &Map<String, Value>) -> Result<()> {
    const HINT: &str = "No gateway starts with anything else there.";
    for (keys, expected) in TYPES {
        let mut found = merge.get(keys[0]);
        for key in &keys[1..] {
            found = found.and_then(|value| value.get(key));
        }
        let found = found.filter(|value| !value.is_null());
        if let Some(value) = found.filter(|value| kind(value) != expected) {
            return Err(wrong(&format!("merge.{}", keys.join(".")), expected, value).hint(HINT));
        }
    }
    directives(merge, "merge").map_err(|error| error.hint(HINT))
}

/// Refuses what names no files to include.
fn directives(map: &Map<String, Value>, path: &str) -> Result<()> {
    for (key, value) in map {
        let sound = match value {
            Value::Null | Value::String(_) => true,
            Value::Array(names) => names.iter().all(Value::is_string),
            _ => false,
        };
        if key == "$include" && !sound {
            let name = format!("{path}.{key}");
            return Err(wrong(&name, "a file name or an array of file names", value));
        }
        if let Value::Object(inner) = value {
            directives(inner, &format!("{path}.{key}"))?;
        }
    }
    Ok(())
}

/// The deviceId whose requests a caller wants dropped.
pub fn device_id(id: String) -> Result<String> {
    if id.trim().is_empty() || id.len() > 256 {
        return Err(Error::new("OPTIONS", "The option deviceId is empty or too long.")
            .hint("A deviceId is 64 hexadecimal digits."));
    }
    Ok(id)
}

const NOW: &str = "a whole number of milliseconds since 1970";

/// A clock value; JavaScript counts no further without gaps.
pub fn now(number: f64) -> Result<i64> {
    if number >= 0.0 && number.fract() == 0.0 && number < 9e15 {
        Ok(number as i64)
    } else {
        Err(Error::new(
            "OPTIONS",
            format!("The option now must be {NOW}, but it is another number."),
        ))
    }
}

fn path(name: &str, text: String) -> Result<String> {
    if text.trim().is_empty() || text.contains('\0') {
        return Err(Error::new(
            "OPTIONS",
            format!("The option {name} is no path: it is empty or holds a NUL."),
        ));
    }
    Ok(text)
}

fn display_name(name: &str, text: String) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err(Error::new(
            "OPTIONS",
            format!("The option {name} must have 1 to 200 characters and no control characters."),
        ));
    }
    Ok(text.to_string())
}

fn scopes(items: Vec<String>) -> Result<Vec<String>> {
    let hint = "Scopes look like operator.admin, operator.read, operator.write, operator.approvals, operator.pairing.";
    let (mut out, mut known) = (Vec::new(), Map::new());
    for scope in items {
        let sound = !scope.is_empty()
            && scope.len() <= 128
            && scope.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:-*".contains(&byte));
        if !sound {
            return Err(Error::new(
                "OPTIONS",
                "A scope has characters that no scope has, or none.",
            )
            .hint(hint));
        }
        if !scope.starts_with("operator.") {
            return Err(Error::new(
                "OPTIONS",
                format!("The scope {} is not one of the operator role.", quote(&scope)),
            )
            .hint(
                "The record is for the role operator; a gateway drops other scopes from its token.",
            ));
        }
        if known.insert(scope.clone(), Value::Null).is_none() {
            out.push(scope);
        }
    }
    if out.is_empty() {
        return Err(Error::new("OPTIONS", "The option scopes is empty: a token without scopes makes every gateway drop the connection.").hint(hint));
    }
    Ok(out)
}

fn addresses(name: &str, items: Vec<String>, any: bool) -> Result<Vec<String>> {
    let (mut out, mut known) = (Vec::new(), Map::new());
    for (at, text) in items.into_iter().enumerate() {
        if ip::parse_cidr(&text).is_none() {
            let which = quote_entry(&text).unwrap_or_else(|| format!("entry {}", at + 1));
            return Err(Error::new("PROXY", format!("{name}: {which} is no IP address or CIDR.")).hint(
                "Write 10.0.0.7, 10.0.0.0/8, ::1 or fd00::/8: decimal numbers without leading zeros, a prefix of at most 32 or 128.",
            ));
        }
        if known.insert(text.clone(), Value::Null).is_none() {
            out.push(text);
        }
    }
    limited(name, out.iter(), any)?;
    Ok(out)
}

/// Refuses what trusts everyone, unless that is wished.
fn limited<'a>(name: &str, list: impl Iterator<Item = &'a String>, any: bool) -> Result<()> {
    let blocks: Vec<ip::Cidr> = list.filter_map(|text| ip::parse_cidr(text)).collect();
    if any || !ip::any(&blocks) {
        return Ok(());
    }
    let which = blocks.iter().find(|block| block.is_any());
    let which = which.map_or("the list as a whole".to_string(), ip::Cidr::to_string);
    Err(Error::new("PROXY_ANY", format!("{name}: {which} trusts every address there is.")).hint(
        "Anyone could then say which client he is. Name the proxy's own address; allowAny: true if you really mean it.",
    ))
}

/// Few different characters, or one short piece again and again.
fn low_variety(text: &[u8]) -> bool {
    let mut seen = [false; 256];
    text.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let repeats = (1..=16)
        .any(|period| text.iter().zip(&text[period.min(text.len())..]).all(|(a, b)| a == b));
    seen.iter().filter(|seen| **seen).count() < 8 || repeats
}

/// Reads the options that every call shares.
pub fn target(fields: &mut Fields) -> Result<Target> {
    let mut target = TargetInput {
        state_dir: fields.string("stateDir")?,
        config_path: fields.string("configPath")?,
        gateway_version: fields.string("gatewayVersion")?,
        ..TargetInput::default()
    };
    if let Some(value) = fields.take("env") {
        for (name, value) in object("env", value)? {
            match value {
                Value::String(text) => {
                    target.env.insert(name, text);
                }
                Value::Null => {}
                other => return Err(wrong(&format!("env.{name}"), "a string", &other)),
            }
        }
    }
    // Checked here, obeyed by the drivers.
    fields.string("openclawDir")?.map(|text| path("openclawDir", text)).transpose()?;
    fields.bool("dryRun")?;
    if let Some(value) = fields.take("now") {
        match value.as_f64() {
            Some(number) => now(number)?,
            None => return Err(wrong("now", NOW, &value)),
        };
    }
    if let Some(value) = fields.take("owner") {
        let owner = object("owner", value)?;
        let sound = owner.len() == 2
            && ["uid", "gid"].iter().all(|key| {
                owner.get(*key).and_then(Value::as_u64).is_some_and(|id| id < u64::from(u32::MAX))
            });
        if !sound {
            return Err(Error::new(
                "OPTIONS",
                "The option owner must be { uid, gid } with whole numbers.",
            ));
        }
    }
    target.checked()
}

fn device(fields: &mut Fields) -> Result<Option<DeviceInput>> {
    let Some(value) = fields.take("device") else { return Ok(None) };
    let mut inner = Fields::new("device", value)?;
    let public_key = inner.string("publicKey")?.ok_or_else(|| {
        Error::new("OPTIONS", "The option device.publicKey is missing.")
            .hint("Give the raw public key in base64url (43 characters), or its SPKI PEM.")
    })?;
    let display_name = inner.string("displayName")?;
    inner.finish()?;
    Ok(Some(DeviceInput { public_key, display_name }))
}

fn pair(fields: &mut Fields, blobs: &[&[u8]], seed: &[u8; 32]) -> Result<PairOptions> {
    let identity = match fields.take("identity") {
        None => IdentityInput::Disk,
        Some(Value::String(text)) if text == "new" => IdentityInput::New,
        Some(Value::Object(map)) if map.contains_key("privateKeyPem") => {
            let mut inner = Fields::new("identity", Value::Object(map))?;
            let pem = Zeroizing::new(inner.string("privateKeyPem")?.unwrap_or_default());
            inner.finish()?;
            IdentityInput::Pem(pem)
        }
        Some(Value::Object(map)) => IdentityInput::Derived(derivation(map, "identity", blobs)?),
        Some(_) => {
            return Err(Error::new(
                "OPTIONS",
                "The option identity must be { privateKeyPem }, { secret, label } or 'new'.",
            ));
        }
    };
    let replace = fields.one_of("onConflict", &["refuse", "replace"])? == Some("replace");
    let device = device(fields)?;
    PairInput {
        identity,
        replace,
        device,
        scopes: match fields.take("scopes") {
            None => None,
            Some(value) => Some(texts("scopes", "an array of strings", value)?),
        },
        display_name: fields.string("displayName")?,
        reinstate: fields.bool("reinstate")?.unwrap_or(false),
        pending: match fields.one_of("pending", &["device", "all", "keep"])? {
            Some("all") => PendingChoice::All,
            Some("keep") => PendingChoice::Keep,
            _ => PendingChoice::Device,
        },
    }
    .checked(seed)
}

/// Reads `{ secret, label }` and derives the key.
pub fn derive(map: Map<String, Value>, prefix: &'static str, blobs: &[&[u8]]) -> Result<KeyPair> {
    derivation(map, prefix, blobs)?.key()
}

fn derivation(
    map: Map<String, Value>,
    prefix: &'static str,
    blobs: &[&[u8]],
) -> Result<Derivation> {
    let mut fields = Fields::new(prefix, Value::Object(map))?;
    let (Some(secret), Some(label)) = (fields.take("secret"), fields.string("label")?) else {
        return Err(Error::new("OPTIONS", "A derived identity needs both secret and label.")
            .hint("Give { secret: 32 or more random bytes, label: a name for this device }."));
    };
    fields.finish()?;
    let secret = match secret {
        Value::String(text) => Secret::Text(Zeroizing::new(text)),
        Value::Object(reference) => {
            let bytes = reference
                .get("$blob")
                .and_then(Value::as_u64)
                .and_then(|index| blobs.get(usize::try_from(index).ok()?))
                .ok_or_else(|| wrong("secret", "a string or a Uint8Array", &Value::Null))?;
            Secret::Bytes(Zeroizing::new(bytes.to_vec()))
        }
        other => return Err(wrong("secret", "a string or a Uint8Array", &other)),
    };
    Ok(Derivation { secret, label })
}

fn config(fields: &mut Fields) -> Result<ConfigOptions> {
    let addresses = |name: &'static str, value: Value| texts(name, "an array of addresses", value);
    ConfigInput {
        allow_any: fields.bool("allowAny")?.unwrap_or(false),
        proxies: match fields.take("trustedProxies") {
            None => Proxies::Sandbox,
            Some(Value::Bool(false)) => Proxies::Off,
            Some(Value::String(text)) if text == "sandbox" => Proxies::Sandbox,
            Some(Value::String(text)) if text == "private" => Proxies::Private,
            Some(value @ Value::Array(_)) => Proxies::List(addresses("trustedProxies", value)?),
            Some(other) => {
                return Err(wrong(
                    "trustedProxies",
                    "an array of addresses, 'private', 'sandbox' or false",
                    &other,
                ));
            }
        },
        peers: match fields.take("proxyPeers") {
            None => Vec::new(),
            Some(value) => addresses("proxyPeers", value)?,
        },
        merge: match fields.take("merge") {
            None => Map::new(),
            Some(value) => object("merge", value)?,
        },
        replace_arrays: fields.one_of("arrays", &["union", "replace"])? == Some("replace"),
    }
    .checked()
}

fn texts(name: &str, expected: &str, value: Value) -> Result<Vec<String>> {
    let Value::Array(items) = value else { return Err(wrong(name, expected, &value)) };
    items
        .into_iter()
        .map(|item| match item {
            Value::String(text) => Ok(text),
            other => Err(wrong(name, expected, &other)),
        })
        .collect()
}

/// A short text in quotes, made harmless for a terminal. What may be a misplaced key or token is not shown.
pub fn quote(text: &str) -> String {
    let secret = |c: char| c.is_ascii_alphanumeric() || "+/_-=".contains(c);
    if text.split(|c| !secret(c)).any(|run| run.len() >= 32) {
        return format!("a text of {} characters", text.chars().count());
    }
    let mut out: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    format!("\"{out}\"")
}

/// An entry of a list of proxies in quotes, where it looks like an address or a name: a URL may hold a password.
pub(crate) fn quote_entry(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:/%_-".contains(&byte);
    text.bytes().all(plain).then(|| quote(text))
}

fn object(name: &str, value: Value) -> Result<Map<String, Value>> {
    match value {
        Value::Object(map) => Ok(map),
        other => Err(wrong(name, "an object", &other)),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn wrong(name: &str, expected: &str, got: &Value) -> Error {
    let got = match kind(got) {
        "a string" if expected.contains('\'') => "another string",
        got => got,
    };
    Error::new("OPTIONS", format!("The option {name} must be {expected}, but it is {got}."))
}

/// The fields of an options object, taken one by one; what is left over is unknown.
pub struct Fields {
    prefix: &'static str,
    map: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Fields {
    /// The fields of an object; anything else is refused.
    pub fn new(prefix: &'static str, value: Value) -> Result<Self> {
        match value {
            Value::Object(map) => Ok(Self { prefix, map, known: Vec::new() }),
            other if prefix.is_empty() => Err(Error::new(
                "OPTIONS",
                match other {
                    Value::Array(_) => "The options must be an object, but they are an array.",
                    _ => "The options must be an object.",
                },
            )),
            other => Err(wrong(prefix, "an object", &other)),
        }
    }

    fn full(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_string() } else { format!("{}.{name}", self.prefix) }
    }

    /// Takes a field whatever it is.
    pub fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.map.remove(name)
    }

    /// Takes a string.
    pub fn string(&mut self, name: &'static str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(&self.full(name), "a string", &other)),
        }
    }

    /// Takes a boolean.
    pub fn bool(&mut self, name: &'static str) -> Result<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(other) => Err(wrong(&self.full(name), "true or false", &other)),
        }
    }

    fn one_of(
        &mut self,
        name: &'static str,
        words: &[&'static str],
    ) -> Result<Option<&'static str>> {
        let Some(text) = self.string(name)? else { return Ok(None) };
        words.iter().find(|word| **word == text).copied().map(Some).ok_or_else(|| {
            Error::new(
                "OPTIONS",
                format!("The option {} must be one of {}.", self.full(name), words.join(", ")),
            )
        })
    }

    /// Refuses what nobody took.
    pub fn finish(&self) -> Result<()> {
        let Some(name) = self.map.keys().next() else { return Ok(()) };
        let near =
            self.known.iter().find(|known| known.eq_ignore_ascii_case(name) || close(known, name));
        Err(Error::new("OPTIONS", format!("There is no option {}.", quote(&self.full(name)))).hint(
            match near {
                Some(near) => format!("Did you mean {}?", self.full(near)),
                None => format!("Known here: {}.", self.known.join(", ")),
            },
        ))
    }
}

/// Whether two names differ by one inserted, dropped or exchanged letter.
fn close(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() {
        (a.as_bytes(), b.as_bytes())
    } else {
        (b.as_bytes(), a.as_bytes())
    };
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    match long.len() - short.len() {
        0 => {
            short.get(same + 1..) == long.get(same + 1..) || {
                let mut swapped = short.to_vec();
                if same + 1 < swapped.len() {
                    swapped.swap(same, same + 1);
                }
                swapped == long
            }
        }
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}
