//! The state dir of a client, where no gateway reads records.

use crate::base::base64;
use crate::codes::ErrorCode;
use crate::config::client;
use crate::context::World;
use crate::error::{Error, Result};
use crate::options::pair::{IdentityChoice, PairOptions};
use crate::options::target::Target;
use crate::plan::identity::{primary_key, stored_identity};
use crate::report::StoreKind;
use crate::store::rows;
use crate::wants::{Stop, want_queries};

/// Refuses the state dir of a client: no gateway reads the records there.
pub(crate) fn serves_gateway(
    world: &World<'_, '_>,
    target: &Target,
    options: &PairOptions,
) -> Result<(), Stop> {
    let (inputs, path) = (world.inputs, &world.paths.config);
    // One that runs reads them, whatever the config says by now.
    if inputs.gateway.is_some()
        || !client::is_remote(inputs, path, target, &world.rules, &world.include_roots)?
    {
        return Ok(());
    }
    let key = match (&options.device, &options.identity) {
        (Some(public), _) => Some(*public),
        (None, IdentityChoice::Given(keys)) => Some(keys.public()),
        (None, _) => match world.store {
            StoreKind::Sqlite if rows::has_table(inputs, "device_identities") => {
                want_queries(inputs, [rows::primary(&world.paths.database())])?;
                primary_key(world).unwrap_or_default()
            }
            _ => stored_identity(world, &world.paths.identity)
                .unwrap_or_default()
                .map(|stored| stored.keys.public()),
        },
    };
    Err(Error::new(ErrorCode::ClientState, "gateway.mode is \"remote\": this state dir belongs to a client of another gateway, and no gateway reads records here.")
        .at(path)
        .hint(format!("{} Only where a gateway is to run here, change gateway.mode to \"local\" first.", approve_elsewhere(key)))
        .into())
}

/// What lets a client in whose gateway is on another machine.
pub(crate) fn approve_elsewhere(key: Option<[u8; 32]>) -> String {
    let device = match key.map(|key| base64::encode_url(&key)) {
        // What begins with a dash would be taken for another option.
        Some(key) if key.starts_with('-') => format!("--device={key}"),
        Some(key) => format!("--device {key}"),
        None => "--device <public key>".to_string(),
    };
    format!("On the machine of its gateway, run `npx openclaw-prepair pre-pair {device}`.")
}
