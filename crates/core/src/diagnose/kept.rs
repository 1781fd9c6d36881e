//! What clients keep here: an identity file that a version may not take, and a token of an earlier pairing.

use std::borrow::Cow;

use crate::base::json::Map;
use zeroize::Zeroizing;

use crate::base::json5::{Document, Syntax};
use crate::base::keys::{KeyPair, parse_public_key};
use crate::context::World;
use crate::inputs::File;
use crate::report::StoreKind;
use crate::rules::BrokenIdentity;
use crate::store::identity::{self, Stored};
use crate::store::kept;
use crate::wants::Stop;

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

/// A device token that clients here keep.
#[derive(Default)]
pub(super) struct Kept {
    /// The token itself: a secret.
    pub(super) token: String,
    /// It is the one of the record.
    pub(super) same: bool,
}

/// What is kept of the device beside a store of files, or in a row.
pub(super) fn kept(
    world: &World<'_, '_>,
    files: bool,
    (id, record): (Option<String>, Option<&Map>),
) -> Result<Option<Kept>, Stop> {
    let (inputs, paths) = (world.inputs, &world.paths);
    let Some(id) = id else { return Ok(None) };
    let token = match files {
        true => kept::in_file(inputs, paths, &id, "operator"),
        false => {
            kept::want(inputs, paths, StoreKind::Sqlite, &id)?;
            let row = kept::in_rows(inputs, &id, "operator");
            row.and_then(|row| Some(row.get("secret")?.as_str()?.to_string()))
        }
    };
    let record = record.and_then(|record| record.get("tokens")?.get("operator"));
    let known = record.and_then(|token| token.get("token")?.as_str());
    Ok(token.map(|token| Kept { same: known == Some(&token), token }))
}
