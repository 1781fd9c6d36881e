//! Which state dir, config and gateway an operation is for.

use crate::base::json::Value;

use crate::base::named::Named;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::fields::{Fields, object, wrong};
use crate::rules::Version;

/// Which state dir, config and gateway an operation is for.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Overrides the environment.
    pub state_dir: Option<String>,
    /// Overrides the environment.
    pub config_path: Option<String>,
    /// As OpenClaw's `--profile`.
    pub profile: Option<String>,
    /// The gateway's version; `None` is 'auto'.
    pub gateway_version: Option<Version>,
    /// The folder of the installed package, obeyed by the drivers.
    pub openclaw_dir: Option<String>,
    /// The variables that OpenClaw looks at.
    pub env: Named<String>,
    /// Only plan, obeyed by the drivers.
    pub dry_run: bool,
    /// Whose new files and folders are, obeyed by the drivers.
    pub owner: Option<Owner>,
}

/// A user and a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

impl Target {
    /// The same target as flags of the command line.
    pub fn argv(&self) -> Vec<String> {
        let version = self.gateway_version.map(|version| version.to_string());
        let flags = [
            ("--state-dir", self.state_dir.as_ref()),
            ("--profile", self.profile.as_ref()),
            ("--config", self.config_path.as_ref()),
            ("--gateway-version", version.as_ref()),
            ("--openclaw-dir", self.openclaw_dir.as_ref()),
        ];
        flags.into_iter().filter_map(|(name, value)| Some(flag(name, value?))).flatten().collect()
    }
}

/// A flag with its value. What begins with a dash would be taken for another flag.
pub(crate) fn flag(name: &str, value: &str) -> Vec<String> {
    match value.starts_with('-') {
        true => vec![format!("{name}={value}")],
        false => vec![name.to_string(), value.to_string()],
    }
}

/// A state dir, a config and a gateway as a caller names them: typed, not checked yet.
#[derive(Clone, Debug, Default)]
pub struct TargetInput {
    /// `stateDir`
    pub state_dir: Option<String>,
    /// `configPath`
    pub config_path: Option<String>,
    /// `profile`
    pub profile: Option<String>,
    /// `gatewayVersion`
    pub gateway_version: Option<String>,
    /// `env`
    pub env: Named<String>,
}

impl TargetInput {
    /// Checks it.
    pub fn checked(self) -> Result<Target> {
        if self.profile.is_some() && self.state_dir.is_some() {
            return Err(Error::new(ErrorCode::Options, "The options profile and stateDir exclude each other.")
                .hint("A profile is a state dir: `.openclaw-NAME` in the home folder. Give one of the two."));
        }
        Ok(Target {
            profile: self.profile.map(profile).transpose()?,
            state_dir: self.state_dir.map(|text| path("stateDir", text)).transpose()?,
            config_path: self.config_path.map(|text| path("configPath", text)).transpose()?,
            gateway_version: match self.gateway_version.as_deref() {
                None | Some("auto") => None,
                Some(text) => Some(text.parse()?),
            },
            env: self.env,
            ..Target::default()
        })
    }
}

/// Whether OpenClaw takes this for the name of a profile (`src/cli/profile-utils.ts` isValidProfileName).
pub(crate) fn is_profile(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    first && name.len() <= 64 && name.bytes().all(inner)
}

fn profile(name: String) -> Result<String> {
    let name = name.trim();
    if is_profile(name) {
        return Ok(name.to_string());
    }
    Err(Error::new(ErrorCode::Options, "The option profile is not the name of a profile.")
        .hint("OpenClaw takes 1 to 64 letters, digits, `_` and `-`, of which the first is a letter or a digit."))
}

/// The deviceId whose requests a caller wants dropped.
pub fn device_id(id: String) -> Result<String> {
    if id.trim().is_empty() || id.len() > 256 {
        return Err(Error::new(ErrorCode::Options, "The option deviceId is empty or too long.")
            .hint("A deviceId is 64 hexadecimal digits."));
    }
    Ok(id.trim().to_string())
}

/// The id of a pending request.
pub fn request_id(id: String) -> Result<String> {
    if id.trim().is_empty() || id.len() > 256 {
        return Err(Error::new(ErrorCode::Options, "The option requestId is empty or too long.")
            .hint(
                "Take it as `npx openclaw-prepair devices list --json` shows it, or a diagnosis.",
            ));
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
            ErrorCode::Options,
            format!("The option now must be {NOW}, but it is another number."),
        ))
    }
}

fn path(name: &str, text: String) -> Result<String> {
    if text.trim().is_empty() || text.contains('\0') {
        return Err(Error::new(
            ErrorCode::Options,
            format!("The option {name} is no path: it is empty or holds a NUL."),
        ));
    }
    Ok(text)
}

/// Reads the options that every call shares.
pub fn target(fields: &mut Fields) -> Result<Target> {
    let mut target = TargetInput {
        state_dir: fields.string("stateDir")?,
        config_path: fields.string("configPath")?,
        profile: fields.string("profile")?,
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
    let openclaw_dir = fields.string("openclawDir")?.map(|text| path("openclawDir", text));
    let openclaw_dir = openclaw_dir.transpose()?;
    let dry_run = fields.bool("dryRun")?.unwrap_or_default();
    if let Some(value) = fields.take("now") {
        match value.as_f64() {
            Some(number) => now(number)?,
            None => return Err(wrong("now", NOW, &value)),
        };
    }
    let owner = fields.take("owner").map(owner).transpose()?;
    Ok(Target { openclaw_dir, dry_run, owner, ..target.checked()? })
}

fn owner(value: Value) -> Result<Owner> {
    let owner = object("owner", value)?;
    let id = |name: &str| {
        let id = owner.get(name)?.as_u64().filter(|id| *id < u64::from(u32::MAX))?;
        u32::try_from(id).ok()
    };
    match (id("uid"), id("gid")) {
        (Some(uid), Some(gid)) if owner.len() == 2 => Ok(Owner { uid, gid }),
        _ => Err(Error::new(
            ErrorCode::Options,
            "The option owner must be { uid, gid } with whole numbers.",
        )),
    }
}
