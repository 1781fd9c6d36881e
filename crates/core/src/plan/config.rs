//! The edit of the config, as a step.

use crate::codes::{ErrorCode, NoticeCode};
use crate::config::patch;
use crate::context::World;
use crate::error::{Error, Result};
use crate::inputs::File;
use crate::options::config::ConfigOptions;
use crate::plan::identity::legacy_identity;
use crate::report::{Notice, PatchConfigReport, StoreKind};
use crate::steps::{Step, changes, written};
use crate::store::paths::{Lead, join};
use crate::wants::Stop;

pub(crate) fn config_part(
    world: &World<'_, '_>,
    options: &ConfigOptions,
    mends: bool,
) -> Result<(PatchConfigReport, Option<Step>), Stop> {
    let path = &world.paths.config;
    let patched = patch::patch(world.inputs, path, options, &world.rules)?;
    if patched.content.is_some() && world.inputs.file(path) == File::Symlink {
        return Err(Error::new(
            ErrorCode::NotAFile,
            "The config is a symbolic link. It is read through, but it would have to be changed, and no link is replaced by a file.",
        )
        .at(path)
        .hint("Make the change where the file comes from, as in a ConfigMap, or name its real place by configPath. With config: false everything else is done.")
        .into());
    }
    let mut warnings = patched.warnings;
    if world.store == StoreKind::Sqlite {
        match legacy_identity(world, mends)? {
            // The edit alone would make a gateway that imported nothing from there refuse to start (exit 78 at 2026.9.6).
            Some(error) if patched.content.is_some() => return Err(error.into()),
            Some(error) => warnings.push(error.into()),
            None => {}
        }
    }
    if patched.content.is_some() {
        warnings.extend(world.elsewhere.map(|lead| elsewhere(world, lead)));
    }
    let step = patched.content.map(|content| written(path, content, world.inputs.file(path), true));
    let report = PatchConfigReport {
        path: path.clone(),
        changed: step.is_some(),
        edits: patched.edits,
        changes: changes(step.as_slice(), &[], ""),
        warnings,
    };
    Ok((report, step))
}

/// What is said where the config of a state dir may be that of another gateway too.
fn elsewhere(world: &World<'_, '_>, lead: Lead) -> Notice {
    let (path, state_dir) = (&world.paths.config, &world.paths.state_dir);
    let (why, hint) = match lead {
        Lead::Search => (
            "it has no config of its own, and this OpenClaw version then reads this one",
            format!(
                "To give it one of its own, name {} by configPath: from then on OpenClaw reads that.",
                join(state_dir, "openclaw.json")
            ),
        ),
        Lead::Variable => (
            "OPENCLAW_CONFIG_PATH names this one",
            format!("If {} is meant, name it by configPath.", join(state_dir, "openclaw.json")),
        ),
    };
    let message = format!(
        "The config that changes lies outside of the state dir {state_dir}: {why}. A gateway of another state dir may use it too."
    );
    Notice::new(NoticeCode::ConfigElsewhere, message).at(path).hint(hint)
}
