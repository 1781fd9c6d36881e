//! What can be asked of a state dir: an operation's plan, or something that is only read.

use crate::base::json::{Value, json, object};

use crate::base::keys::KeyPair;
use crate::codes::ErrorCode;
use crate::diagnose::approach;
use crate::entropy::{self, ENTROPY};
use crate::error::{Error, Result};
use crate::inputs::Inputs;
use crate::operations;
use crate::options::devices::OfRole;
use crate::options::target::Target;
use crate::options::{self, Operation, Request, What};
use crate::plan::{devices, identity};
use crate::steps::Plan;
use crate::wants::Stop;

/// What is asked, with its options.
#[derive(Debug)]
pub enum Question {
    /// What an operation changes, and its report.
    Plan(Request),
    /// What `verify` needs to try a connection: secrets among it.
    Approach(Request),
    /// The identity of a state dir, private key included.
    Identity(Target),
    /// The live token of a device.
    Token(Target, OfRole),
}

/// The answer to a [`Question`].
#[derive(Debug)]
pub enum Answer {
    /// To [`Question::Plan`].
    Plan(Box<Plan>),
    /// To any other, as JSON.
    Found(Value),
}

impl Question {
    /// What they are called.
    pub(crate) const NAMES: [&str; 4] = ["plan", "approach", "exportIdentity", "deviceToken"];

    /// Reads the options of a question by its name, `plan`, `approach`, `exportIdentity` or `deviceToken`; `operation` is that of a plan.
    ///
    /// # Errors
    /// Those of [`options::parse`]; [`ErrorCode::Internal`] for another name.
    pub fn parse(
        function: &str,
        operation: &str,
        options: Value,
        blobs: &[&[u8]],
        entropy: &[u8; ENTROPY],
    ) -> Result<Self> {
        if function == "deviceToken" {
            return options::token(options).map(|(target, of)| Self::Token(target, of));
        }
        let operation = Operation::parse(operation)?;
        let request = options::parse(operation, options, blobs, entropy::seed(entropy))?;
        match function {
            "plan" => Ok(Self::Plan(request)),
            "approach" => Ok(Self::Approach(request)),
            "exportIdentity" => Ok(Self::Identity(request.target)),
            _ => Err(Error::new(ErrorCode::Internal, "There is no such function.")),
        }
    }

    /// Which state dir it is about.
    pub fn target(&self) -> &Target {
        match self {
            Self::Plan(request) | Self::Approach(request) => &request.target,
            Self::Identity(target) | Self::Token(target, _) => target,
        }
    }

    /// Whether it only looks, and whatever cannot be read becomes a finding.
    pub fn observes(&self) -> bool {
        match self {
            Self::Approach(_) => true,
            Self::Plan(request) => matches!(request.what, What::Diagnose(_)),
            _ => false,
        }
    }

    /// Whether answering it changes something on the disk.
    pub fn writes(&self) -> bool {
        match self {
            Self::Plan(Request { target, what }) => {
                !target.dry_run && !matches!(what, What::Diagnose(_) | What::ListDevices)
            }
            _ => false,
        }
    }

    /// All that was asked was done once: from here on a new identity is the one on the disk.
    pub fn done_once(&mut self) {
        if let Self::Plan(Request { what, .. }) = self
            && let Some(pair) = what.pair_mut()
        {
            pair.keep_new();
        }
    }

    /// Answers it from what was read.
    ///
    /// # Errors
    /// [`Stop::Missing`] with what is still to be read; [`Stop::Refused`] with a stable code.
    pub fn answer(&self, inputs: &Inputs<'_>, entropy: &[u8; ENTROPY]) -> Result<Answer, Stop> {
        match self {
            Self::Plan(request) => {
                operations::plan(request, inputs, entropy).map(|plan| Answer::Plan(Box::new(plan)))
            }
            Self::Approach(request) => {
                approach::approach(request, inputs).map(|found| Answer::Found(json(&found)))
            }
            Self::Identity(target) => {
                identity::export(target, inputs).map(|keys| Answer::Found(identity_json(&keys)))
            }
            Self::Token(target, of) => devices::live_token(target, of, inputs).map(|mut live| {
                Answer::Found(object(&mut [
                    ("deviceId", live.device_id.into()),
                    ("role", live.role.into()),
                    ("token", core::mem::take(&mut *live.token).into()),
                    ("scopes", live.scopes.into()),
                ]))
            }),
        }
    }
}

/// An identity as JavaScript has it: a secret.
pub(crate) fn identity_json(keys: &KeyPair) -> Value {
    object(&mut [
        ("deviceId", keys.device_id().into()),
        ("publicKey", keys.public_key().into()),
        ("privateKeyPem", keys.private_pem().as_str().into()),
    ])
}
