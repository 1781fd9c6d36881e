//! The file that holds the device identity: read, and mended where its key can be had.
//!
//! Layout is that of OpenClaw's `src/infra/device-identity.ts` (2026.2.19 … 2026.7.1).

use core::fmt;

use crate::base::json::Value;
use zeroize::Zeroizing;

use crate::base::json5::{Document, Editor, Kind, Syntax};
use crate::base::keys::{KeyPair, parse_public_key, raw_private_key};
use crate::base::wiped::Wiped;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::inputs::File;

/// OpenClaw rejects larger identity files from 2026.5.12.
const MAX_FILE: usize = 128 * 1024;

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
    pub content: Wiped,
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
        Error::new(ErrorCode::IdentityBroken, message).at(path).hint(
            "A device identity is never replaced silently. Restore the file from a backup; where no device needs this key any more, put a new one in its place: identity: 'new', onConflict: 'replace'.",
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
        .is_some_and(|value| value.as_u64().is_some());
    // OpenClaw itself takes a file without it, so that alone is no reason to touch one.
    if !dated && !why.is_empty() {
        editor.set(root, "createdAtMs", &Value::from(now));
    }
    if raw_shape {
        editor.remove(root, "publicKey");
        editor.remove(root, "privateKey");
    }
    let repair = editor.finish().map(|content| Repair { content: Wiped::new(content), why });
    Ok(Some(Stored { keys, repair }))
}
