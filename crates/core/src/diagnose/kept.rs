//! What clients keep here: an identity file that a version may not take, and a token of an earlier pairing.

use std::borrow::Cow;

use crate::base::json::{Map, Value};
use zeroize::Zeroizing;

use crate::base::json5::{self, Document, Syntax};
use crate::base::keys::{KeyPair, parse_public_key};
use crate::context::World;
use crate::inputs::File;
use crate::rules::BrokenIdentity;
use crate::store::identity::{self, Stored};

/// Whether this version discards the identity file though a key could be had from it.
pub(super) fn discarded(world: &World<'_, '_>) -> bool {
    let path = &world.paths.identity;
    let file = world.inputs.file(path);
    let Ok(Some(Stored { repair: Some(_), .. })) = identity::read(&file, path, world.inputs.now)
    else {
        return false;
    };
    if world.rules.unknown_identity == BrokenIdentity::Stops {
        return true;
    }
    pems(&file).is_none()
}

/// The two PEMs of an identity file of the shape that OpenClaw reads.
fn pems(file: &File<'_>) -> Option<(String, Zeroizing<String>)> {
    let File::Bytes(bytes) = file else { return None };
    let document = Document::parse(bytes, Syntax::Json).ok()?;
    let field = |name: &str| document.get(document.root(), name).map(|member| member.value);
    let text = |name: &str| document.string(field(name)?).map(Cow::into_owned);
    // `parsed?.version === 1 && typeof parsed.deviceId === "string" && …` of src/infra/device-identity.ts
    (document.value(field("version")?)?.as_f64()? == 1.0).then_some(())?;
    text("deviceId")?;
    Some((text("publicKeyPem")?, Zeroizing::new(text("privateKeyPem")?)))
}

/// Whether an identity file that cannot be read has the right shape and a sound public key, to which its private one does not belong.
pub(super) fn torn(world: &World<'_, '_>) -> bool {
    pems(&world.inputs.file(&world.paths.identity)).is_some_and(|(public, private)| {
        let key = parse_public_key(&public);
        key.is_some() && KeyPair::from_pem(&private).map(|keys| keys.public()) != key
    })
}

/// Whether `identity/device-auth.json` keeps a token of this device, and whether that is the one of its record.
pub(super) fn kept_token(
    world: &World<'_, '_>,
    id: Option<&str>,
    record: Option<&Map>,
) -> Option<bool> {
    let File::Bytes(bytes) = world.inputs.file(&world.paths.state("identity/device-auth.json"))
    else {
        return None;
    };
    let kept = core::str::from_utf8(bytes).ok().and_then(json5::parse)?;
    let operator = |value: &Value| value.get("tokens")?.get("operator")?.get("token").cloned();
    let known = record.and_then(|record| record.get("tokens")?.get("operator")?.get("token"));
    let ours = kept.get("deviceId").and_then(Value::as_str) == id;
    operator(&kept).filter(|_| ours).map(|token| Some(&token) == known)
}
