//! The WebAssembly component: the pure entry of the core, typed by wit/.

mod devices;
mod inputs;
mod options;
mod plan;
mod report;
mod to;

/// What wit/ says, as Rust.
#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod wit {
    wit_bindgen::generate!({ path: "../../wit", world: "prepair", generate_all });
}

use prepair_core::base::keys::KeyPair;
use prepair_core::codes::ErrorCode;
use prepair_core::entropy::{self, ENTROPY};
use prepair_core::error::Error;
use prepair_core::operations;
use prepair_core::plan::devices::live_token;
use prepair_core::plan::identity;
use zeroize::Zeroizing;

use wit::exports::openclaw::prepair::{devices as exported, identities, planner};
use wit::openclaw::prepair::types;

use to::To;

struct Component;

wit::export!(Component with_types_in wit);

/// What the caller gave, else what the system gives.
fn entropy(given: Option<Vec<u8>>) -> Result<Zeroizing<[u8; ENTROPY]>, Error> {
    let bytes = Zeroizing::new(
        given.unwrap_or_else(|| wit::wasi::random::random::get_random_bytes(ENTROPY as u64)),
    );
    entropy::entropy(&bytes).map(Zeroizing::new)
}

impl planner::Guest for Component {
    fn plan(
        request: types::Request,
        mut inputs: types::Inputs,
    ) -> Result<types::Planned, types::Stop> {
        let entropy = entropy(inputs.entropy.take())?;
        let request = options::request(request, entropy::seed(&entropy))?;
        let plan = operations::plan(&request, &inputs::inputs(&inputs)?, &entropy)?;
        Ok(plan.to())
    }

    fn reads(
        request: types::Request,
        inputs: types::Inputs,
    ) -> Result<Option<types::Needs>, types::Error> {
        let request = options::request(request, &[1; 32])?;
        Ok(operations::reads(&request, &inputs::inputs(&inputs)?).to())
    }
}

impl identities::Guest for Component {
    fn create() -> Result<identities::Identity, types::Error> {
        Ok(entropy::new_identity(&*entropy(None)?)?.into())
    }

    fn derive(from: types::Derivation) -> Result<identities::Identity, types::Error> {
        Ok(from.to().key()?.into())
    }

    fn exported(
        target: types::Target,
        inputs: types::Inputs,
    ) -> Result<identities::Identity, types::Stop> {
        let target = options::target(target)?;
        Ok(identity::export(&target, &inputs::inputs(&inputs)?)?.into())
    }

    fn sign(
        private_key_pem: String,
        payload: String,
    ) -> Result<identities::Signature, types::Error> {
        let pem = Zeroizing::new(private_key_pem);
        let keys = KeyPair::from_pem(&pem).ok_or_else(|| {
            Error::new(ErrorCode::Key, "The private key is no Ed25519 key in PKCS#8 PEM.")
        })?;
        Ok(identities::Signature {
            signature: keys.sign(payload.as_bytes()),
            public_key: keys.public_key(),
            device_id: keys.device_id(),
        })
    }
}

impl exported::Guest for Component {
    fn token(
        target: types::Target,
        device: types::DeviceRole,
        inputs: types::Inputs,
    ) -> Result<exported::LiveToken, types::Stop> {
        let (target, of) = (options::target(target)?, devices::of_role(device)?);
        let mut live = live_token(&target, &of, &inputs::inputs(&inputs)?)?;
        Ok(exported::LiveToken {
            device_id: live.device_id,
            role: live.role.to_string(),
            token: std::mem::take(&mut *live.token),
            scopes: live.scopes,
        })
    }
}

impl From<KeyPair> for identities::Identity {
    fn from(keys: KeyPair) -> Self {
        Self {
            device_id: keys.device_id(),
            public_key: keys.public_key(),
            private_key_pem: keys.private_pem().to_string(),
        }
    }
}
