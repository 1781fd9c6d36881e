//! The options of `prePair`: which key, what it is granted, which requests go.

use crate::base::json::{Map, Value};
use zeroize::Zeroizing;

use crate::base::keys::{self, KeyPair};
use crate::base::text::{is_device_id, quote};
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::fields::{Fields, texts, wrong};
use crate::options::role::Role;

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
    /// The role that it gets; `None`: operator, but of no node's key.
    pub role: Option<Role>,
    /// Exactly these scopes; `None` unites the default ones with what is there.
    pub scopes: Option<Vec<String>>,
    /// Give a revoked token anew.
    pub reinstate: bool,
    /// The record's name.
    pub display_name: Option<String>,
    /// Which pending requests to drop.
    pub pending: PendingChoice,
}

impl PairOptions {
    /// A new identity was made: it is the one on the disk now. Where another may give way, the caller wants one more.
    pub fn keep_new(&mut self) {
        if matches!(self.identity, IdentityChoice::New) && !self.replace {
            self.identity = IdentityChoice::Disk;
        }
    }
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
            return Err(Error::new(ErrorCode::Options, "The label must have 1 to 256 bytes."));
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
        Err(Error::new(ErrorCode::Secret, message)
            .hint("Use 32 or more random bytes, for example crypto.randomBytes(32)."))
    }
}

/// What to do where another identity is on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Refuse.
    #[default]
    Refuse,
    /// Replace it.
    Replace,
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
    pub(super) fn key(self) -> Result<[u8; 32]> {
        keys::parse_public_key(&self.public_key).ok_or_else(|| {
            let hint = match is_device_id(&self.public_key) {
                true => "That is a deviceId. `npx openclaw-prepair devices list --json` shows the public key beside it; if the device waits, `npx openclaw-prepair devices approve` takes its id.",
                false => "Give the raw 32 bytes in base64url (43 characters), or an SPKI PEM. A private key is not wanted here.",
            };
            Error::new(ErrorCode::Key, "device.publicKey is no Ed25519 public key.").hint(hint)
        })
    }
}

/// The options of `prePair` as a caller gives them: typed, not checked yet.
pub struct PairInput {
    /// `identity`
    pub identity: IdentityInput,
    /// `onConflict`
    pub on_conflict: OnConflict,
    /// `device`
    pub device: Option<DeviceInput>,
    /// `role`
    pub role: Option<Role>,
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
                Error::new(ErrorCode::Key, "identity.privateKeyPem is no Ed25519 private key in PKCS#8 PEM.").hint(
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
            return Err(Error::new(ErrorCode::Options, "The options device and identity exclude each other.")
                .hint("device approves a public key whose private half lives elsewhere; identity is the key of this state dir."));
        }
        let replace = self.on_conflict == OnConflict::Replace;
        if device.is_some() && replace {
            return Err(Error::new(
                ErrorCode::Options,
                "The option onConflict has no meaning beside device, which touches no identity.",
            ));
        }
        if self.role == Some(Role::Node) && self.scopes.is_some() {
            return Err(Error::new(
                ErrorCode::Options,
                "The option scopes has no meaning beside role: 'node': a node has no scopes.",
            )
            .hint(
                "Leave out scopes. What a node may run is approved apart, once it has connected.",
            ));
        }
        let scopes = self.scopes.map(scopes).transpose()?;
        let name = self.display_name.map(|text| display_name("displayName", text)).transpose()?;
        if let (Some(_), Some((_, Some(_)))) = (&name, &device) {
            return Err(Error::new(
                ErrorCode::Options,
                "Give displayName or device.displayName, not both.",
            ));
        }
        if matches!(identity, IdentityChoice::New) && seed == &[0; 32] {
            return Err(Error::new(ErrorCode::Entropy, "There was no entropy for a new identity."));
        }
        let (device, device_name) = device.unzip();
        Ok(PairOptions {
            identity,
            replace,
            device,
            role: self.role,
            scopes,
            reinstate: self.reinstate,
            display_name: name.or(device_name.flatten()),
            pending: self.pending,
        })
    }
}

pub(super) fn display_name(name: &str, text: String) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err(Error::new(
            ErrorCode::Options,
            format!("The option {name} must have 1 to 200 characters and no control characters."),
        ));
    }
    Ok(text.to_string())
}

pub(super) fn scopes(items: Vec<String>) -> Result<Vec<String>> {
    let hint = "Scopes look like operator.admin, operator.read, operator.write, operator.approvals, operator.pairing.";
    let (mut out, mut known) = (Vec::new(), Map::new());
    for scope in items {
        let sound = !scope.is_empty()
            && scope.len() <= 128
            && scope.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:-*".contains(&byte));
        if !sound {
            return Err(Error::new(
                ErrorCode::Options,
                "A scope has characters that no scope has, or none.",
            )
            .hint(hint));
        }
        if !scope.starts_with("operator.") {
            return Err(Error::new(
                ErrorCode::Options,
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
        return Err(Error::new(ErrorCode::Options, "The option scopes is empty: a token without scopes makes every gateway drop the connection.").hint(hint));
    }
    Ok(out)
}

/// Few different characters, or one short piece again and again.
fn low_variety(text: &[u8]) -> bool {
    let mut seen = [false; 256];
    text.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let repeats = (1..=16)
        .any(|period| text.iter().zip(&text[period.min(text.len())..]).all(|(a, b)| a == b));
    seen.iter().filter(|seen| **seen).count() < 8 || repeats
}

pub(super) fn device(fields: &mut Fields) -> Result<Option<DeviceInput>> {
    let Some(value) = fields.take("device") else { return Ok(None) };
    let mut inner = Fields::new("device", value)?;
    let public_key = inner.string("publicKey")?.ok_or_else(|| {
        Error::new(ErrorCode::Options, "The option device.publicKey is missing.")
            .hint("Give the raw public key in base64url (43 characters), or its SPKI PEM.")
    })?;
    let display_name = inner.string("displayName")?;
    // newIdentity() and a record have further fields
    Ok(Some(DeviceInput { public_key, display_name }))
}

pub(super) fn pair(fields: &mut Fields, blobs: &[&[u8]], seed: &[u8; 32]) -> Result<PairOptions> {
    let identity = match fields.take("identity") {
        None => IdentityInput::Disk,
        Some(Value::String(text)) if text == "new" => IdentityInput::New,
        Some(Value::Object(map)) if map.contains_key("privateKeyPem") => {
            let mut inner = Fields::new("identity", Value::Object(map))?;
            for name in ["secret", "label"] {
                if inner.take(name).is_some() {
                    return Err(Error::new(
                        ErrorCode::Options,
                        format!(
                            "The options identity.privateKeyPem and identity.{name} exclude each other."
                        ),
                    ));
                }
            }
            // newIdentity() has further fields
            IdentityInput::Pem(Zeroizing::new(inner.string("privateKeyPem")?.unwrap_or_default()))
        }
        Some(Value::Object(map)) => IdentityInput::Derived(derivation(map, "identity", blobs)?),
        Some(_) => {
            return Err(Error::new(
                ErrorCode::Options,
                "The option identity must be { privateKeyPem }, { secret, label } or 'new'.",
            ));
        }
    };
    let on_conflict = match fields.one_of("onConflict", &["refuse", "replace"])? {
        Some("replace") => OnConflict::Replace,
        _ => OnConflict::Refuse,
    };
    let device = device(fields)?;
    PairInput {
        identity,
        on_conflict,
        device,
        role: fields.one_of("role", Role::WORDS)?.and_then(Role::parse),
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
pub fn derive(map: Map, prefix: &'static str, blobs: &[&[u8]]) -> Result<KeyPair> {
    derivation(map, prefix, blobs)?.key()
}

fn derivation(map: Map, prefix: &'static str, blobs: &[&[u8]]) -> Result<Derivation> {
    let mut fields = Fields::new(prefix, Value::Object(map))?;
    let (Some(secret), Some(label)) = (fields.take("secret"), fields.string("label")?) else {
        return Err(Error::new(
            ErrorCode::Options,
            "A derived identity needs both secret and label.",
        )
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
