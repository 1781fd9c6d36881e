//! The device identity: an Ed25519 key, its PEMs, its deviceId, and the file that holds it.
//!
//! Layout and spelling are those of OpenClaw's `src/infra/device-identity.ts` (2026.2.19 … 2026.7.1),
//! which writes what `node:crypto` exports.

use core::fmt;

use ed25519_dalek::{Signer, SigningKey};
use hkdf::Hkdf;
use serde_json::Value;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::base64;
use crate::error::{Error, Result};
use crate::inputs::File;
use crate::json5::{Document, Editor, Kind, Syntax};

/// DER in front of the 32 bytes of a public key (SubjectPublicKeyInfo, RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// DER in front of the 32 bytes of a seed (PKCS#8 version 1, RFC 8410); what Node writes.
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// The same of PKCS#8 version 2, which appends the public key behind `PKCS8_V2_MIDDLE`.
const PKCS8_V2: [u8; 16] = [
    0x30, 0x51, 0x02, 0x01, 0x01, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
const PKCS8_V2_MIDDLE: [u8; 3] = [0x81, 0x21, 0x00];

/// OpenClaw rejects larger identity files from 2026.5.12.
const MAX_FILE: usize = 128 * 1024;

/// An Ed25519 key pair; the seed is wiped on drop and never printed.
#[derive(Clone)]
pub struct KeyPair {
    key: SigningKey,
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({})", self.device_id())
    }
}

impl KeyPair {
    /// The pair of a 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self { key: SigningKey::from_bytes(seed) }
    }

    /// The pair of a PKCS#8 PEM (version 1, or 2 whose halves match); LF or CRLF, white space around it allowed.
    pub fn from_pem(pem: &str) -> Option<Self> {
        let der = Zeroizing::new(pem_body(pem, "PRIVATE KEY")?);
        let (head, rest) = der.split_at_checked(16)?;
        let (seed, tail) = rest.split_first_chunk::<32>()?;
        let pair = Self::from_seed(seed);
        let sound = if head == PKCS8 {
            tail.is_empty()
        } else {
            head == PKCS8_V2
                && tail.strip_prefix(&PKCS8_V2_MIDDLE) == Some(pair.public().as_slice())
        };
        sound.then_some(pair)
    }

    /// The pair that a secret and a label give: HKDF-SHA256 with the salt `openclaw-prepair` and the info
    /// `identity/v1` NUL label. Everyone who holds the secret gets the same key for the same label.
    pub fn derive(secret: &[u8], label: &str) -> Self {
        let mut info = b"identity/v1\0".to_vec();
        info.extend_from_slice(label.as_bytes());
        let mut seed = Zeroizing::new([0u8; 32]);
        // 32 bytes are always within what HKDF-SHA256 can give.
        let _ = Hkdf::<Sha256>::new(Some(b"openclaw-prepair"), secret).expand(&info, seed.as_mut());
        Self::from_seed(&seed)
    }

    /// The raw public key.
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// The raw public key in base64url, as paired records hold it.
    pub fn public_key(&self) -> String {
        base64::encode_url(&self.public())
    }

    /// Lowercase hex SHA-256 of the raw public key.
    pub fn device_id(&self) -> String {
        device_id(&self.public())
    }

    /// The public key as Node exports it: SPKI PEM ending in LF.
    pub fn public_pem(&self) -> String {
        public_pem(&self.public())
    }

    /// The private key as Node exports it: PKCS#8 version 1 PEM ending in LF.
    pub fn private_pem(&self) -> Zeroizing<String> {
        let mut der = Zeroizing::new(Vec::with_capacity(48));
        der.extend_from_slice(&PKCS8);
        der.extend_from_slice(self.key.as_bytes());
        Zeroizing::new(pem("PRIVATE KEY", &der))
    }

    /// The Ed25519 signature of a payload in base64url, as a `connect` request carries it.
    pub fn sign(&self, payload: &[u8]) -> String {
        base64::encode_url(&self.key.sign(payload).to_bytes())
    }

    /// The identity file that OpenClaw would write for this key.
    pub fn file(&self, created_at_ms: i64) -> Zeroizing<Vec<u8>> {
        let private = self.private_pem();
        // Serialised by hand so that the private key passes through no buffer that is not wiped.
        // Base64 and the PEM frame need no JSON escape but that of the line feed.
        Zeroizing::new(
            format!(
                "{{\n  \"version\": 1,\n  \"deviceId\": \"{}\",\n  \"publicKeyPem\": \"{}\",\n  \"privateKeyPem\": \"{}\",\n  \"createdAtMs\": {created_at_ms}\n}}\n",
                self.device_id(),
                self.public_pem().replace('\n', "\\n"),
                Zeroizing::new(private.replace('\n', "\\n")).as_str(),
            )
            .into_bytes(),
        )
    }
}

/// Lowercase hex SHA-256.
pub fn sha256_hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        out.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        out.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
    }
    out
}

/// The deviceId of a raw public key.
pub fn device_id(public: &[u8; 32]) -> String {
    sha256_hex(public)
}

/// A raw public key as Node exports it: SPKI PEM ending in LF.
pub fn public_pem(public: &[u8; 32]) -> String {
    pem("PUBLIC KEY", &[&SPKI[..], public].concat())
}

/// A public key as raw base64url (or base64), or as SPKI PEM.
pub fn parse_public_key(text: &str) -> Option<[u8; 32]> {
    if text.contains("BEGIN") {
        let der = pem_body(text, "PUBLIC KEY")?;
        der.strip_prefix(&SPKI)?.try_into().ok()
    } else {
        base64::decode(text.trim())?.try_into().ok()
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    // Both structures fit one 64-column line.
    let body = Zeroizing::new(base64::encode(der));
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", body.as_str())
}

fn pem_body(text: &str, label: &str) -> Option<Vec<u8>> {
    let rest = text.trim().strip_prefix(&format!("-----BEGIN {label}-----"))?;
    let body = rest.strip_suffix(&format!("-----END {label}-----"))?;
    let body: Zeroizing<String> =
        Zeroizing::new(body.chars().filter(|c| !c.is_ascii_whitespace()).collect());
    base64::decode(&body)
}

/// An identity file that holds a usable key.
#[derive(Debug)]
pub struct Stored {
    /// Its key.
    pub keys: KeyPair,
    /// The mended file and what was wrong with it, where OpenClaw would not take it as it is.
    pub repair: Option<Repair>,
}

/// A mended identity file.
pub struct Repair {
    /// The whole new content.
    pub content: Zeroizing<Vec<u8>>,
    /// What was wrong, for a person.
    pub why: Vec<&'static str>,
}

impl fmt::Debug for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repair").field("why", &self.why).finish_non_exhaustive()
    }
}

/// Reads an identity file; `None` when there is none.
///
/// A file from which the key can be had is mended, never replaced by another key; any other is refused.
pub fn read(file: &File<'_>, path: &str, now: i64) -> Result<Option<Stored>> {
    let Some(bytes) = file.bytes(path)? else { return Ok(None) };
    let broken = |message: &str| {
        Error::new("IDENTITY_BROKEN", message).at(path).hint(
            "A device identity is never replaced silently. Restore the file from a backup, or move it away if no device needs this key any more.",
        )
    };
    if bytes.len() > MAX_FILE {
        return Err(broken(
            "The identity file is larger than 128 KiB, so OpenClaw would not read it.",
        ));
    }
    let document = Document::parse(bytes, Syntax::Json).map_err(|error| {
        let what = if bytes.trim_ascii().is_empty() {
            "The identity file is empty"
        } else {
            "The identity file is not JSON"
        };
        broken(&format!("{what}: {error}.")).place(error.line, error.column)
    })?;
    let root = document.root();
    if root.kind != Kind::Object {
        return Err(broken("The identity file is JSON, but not an object."));
    }
    let text = |key: &str| {
        document
            .get(root, key)
            .and_then(|member| document.string(member.value))
            .map(|text| Zeroizing::new(text.into_owned()))
    };

    let version = document.get(root, "version").map(|member| document.number(member.value));
    let versioned = match version {
        Some(Some(1.0)) => true,
        None => false,
        Some(_) => return Err(broken("The identity file has a version other than 1.")),
    };
    let (private, public) = (text("privateKeyPem"), text("publicKeyPem"));
    let raw_shape = private.is_none();
    let keys = match (&private, text("privateKey")) {
        (Some(pem), _) => KeyPair::from_pem(pem)
            .ok_or_else(|| broken("The private key is no Ed25519 key in PKCS#8 PEM."))?,
        (None, Some(raw)) => {
            raw_private_key(&raw).ok_or_else(|| broken("The private key has no known form."))?
        }
        (None, None) => return Err(broken("The identity file holds no private key.")),
    };
    if let Some(stated) = public.as_ref().or(text("publicKey").as_ref())
        && parse_public_key(stated) != Some(keys.public())
    {
        return Err(broken("The public and the private key do not belong together."));
    }

    let mut why = Vec::new();
    let mut editor = Editor::new(&document);
    if !versioned {
        why.push("it had no version, so OpenClaw would have discarded the key");
        editor.set(root, "version", &Value::from(1));
    }
    if text("deviceId").as_deref().map(String::as_str) != Some(&keys.device_id()) {
        why.push("its deviceId was not that of the key");
        editor.set(root, "deviceId", &Value::from(keys.device_id()));
    }
    if public.as_deref().map(String::as_str) != Some(&keys.public_pem()) {
        why.push("its public key was not in OpenClaw's form");
        editor.set(root, "publicKeyPem", &Value::from(keys.public_pem()));
    }
    if private.as_deref().map(String::as_str) != Some(&keys.private_pem()) {
        why.push("its private key was not in OpenClaw's form");
        editor.set(root, "privateKeyPem", &Value::from(keys.private_pem().to_string()));
    }
    let dated = document
        .get(root, "createdAtMs")
        .and_then(|member| document.value(member.value))
        .is_some_and(|value| value.is_u64());
    // OpenClaw itself takes a file without it, so that alone is no reason to touch one.
    if !dated && !why.is_empty() {
        editor.set(root, "createdAtMs", &Value::from(now));
    }
    if raw_shape {
        editor.remove(root, "publicKey");
        editor.remove(root, "privateKey");
    }
    let repair = editor.finish().map(|content| Repair { content: Zeroizing::new(content), why });
    Ok(Some(Stored { keys, repair }))
}

/// The shapes that hand-written scripts give a private key: PEM, a raw seed, or seed and public key together,
/// in base64, base64url or hex.
fn raw_private_key(text: &str) -> Option<KeyPair> {
    if text.contains("BEGIN") {
        return KeyPair::from_pem(text);
    }
    let bytes = Zeroizing::new(decode_hex(text).or_else(|| base64::decode(text.trim()))?);
    if bytes.len() == 48 && bytes[..16] == PKCS8 {
        return Some(KeyPair::from_seed(bytes[16..].try_into().ok()?));
    }
    let (seed, tail) = bytes.split_first_chunk::<32>()?;
    let pair = KeyPair::from_seed(seed);
    (tail.is_empty() || tail == pair.public()).then_some(pair)
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if !matches!(text.len(), 64 | 128) {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
