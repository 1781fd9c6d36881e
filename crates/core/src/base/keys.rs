//! An Ed25519 key, its PEMs and its deviceId.
//!
//! Spelling is that of OpenClaw's `src/infra/device-identity.ts`, which writes what `node:crypto` exports.

use core::fmt;
use std::sync::{Mutex, PoisonError};

use ed25519_dalek::{Signer, SigningKey};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::base::base64;
use crate::base::wiped::Wiped;

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

/// An Ed25519 key pair; the seed is wiped on drop and never printed.
#[derive(Clone)]
pub struct KeyPair {
    seed: Zeroizing<[u8; 32]>,
    public: [u8; 32],
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({})", self.device_id())
    }
}

impl KeyPair {
    /// The pair of a 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self { seed: Zeroizing::new(*seed), public: public_of(seed) }
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
        self.public
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
        der.extend_from_slice(self.seed.as_slice());
        Zeroizing::new(pem("PRIVATE KEY", &der))
    }

    /// The Ed25519 signature of a payload in base64url, as a `connect` request carries it.
    pub fn sign(&self, payload: &[u8]) -> String {
        base64::encode_url(&SigningKey::from_bytes(&self.seed).sign(payload).to_bytes())
    }

    /// The identity file that OpenClaw would write for this key.
    pub fn file(&self, created_at_ms: i64) -> Wiped {
        let private = self.private_pem();
        // Serialised by hand so that the private key passes through no buffer that is not wiped.
        // Base64 and the PEM frame need no JSON escape but that of the line feed.
        Wiped::new(
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

/// The public key of a seed. To derive it is most of what a call with nothing to do costs, and whoever calls twice has the same file:
/// the last one is remembered, its seed as a hash only. What is trusted is the arithmetic of this process, no file.
fn public_of(seed: &[u8; 32]) -> [u8; 32] {
    static LAST: Mutex<Option<([u8; 32], [u8; 32])>> = Mutex::new(None);
    let hash: [u8; 32] = Sha256::new_with_prefix(b"seed\0").chain_update(seed).finalize().into();
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match *last {
        Some((known, public)) if known == hash => public,
        _ => {
            let public = SigningKey::from_bytes(seed).verifying_key().to_bytes();
            *last = Some((hash, public));
            public
        }
    }
}

/// Lowercase hex SHA-256.
pub fn sha256_hex(bytes: &[u8]) -> String {
    let mut hash = Sha256::new();
    // In parts: V8 makes a function of WebAssembly quick when it is called again, not while it runs.
    bytes.chunks(1 << 16).for_each(|part| hash.update(part));
    let mut out = String::with_capacity(64);
    for byte in hash.finalize() {
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

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
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

/// The shapes that hand-written scripts give a private key: PEM, a raw seed, or seed and public key together,
/// in base64, base64url or hex.
pub(crate) fn raw_private_key(text: &str) -> Option<KeyPair> {
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
