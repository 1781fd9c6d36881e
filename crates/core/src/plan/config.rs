//! The edit of the config, as a step.

use zeroize::Zeroizing;

use crate::codes::ErrorCode;
use crate::config::patch;
use crate::context::World;
use crate::error::{Error, Result};
use crate::inputs::File;
use crate::options::config::ConfigOptions;
use crate::plan::identity::legacy_identity;
use crate::report::{PatchConfigReport, StoreKind};
use crate::steps::{FileStep, Step, changes, expect};
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
    let step = patched.content.map(|content| {
        Step::File(FileStep::Write {
            path: path.clone(),
            content: Zeroizing::new(content),
            mode: 0o600,
            expect: expect(world.inputs.file(path)),
            keep_mode: true,
        })
    });
    let report = PatchConfigReport {
        path: path.clone(),
        changed: step.is_some(),
        edits: patched.edits,
        changes: changes(step.as_slice(), &[], ""),
        warnings,
    };
    Ok((report, step))
}
