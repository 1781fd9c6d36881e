//! Profiles: state dirs beside the default one, as `openclaw --profile NAME` has them (`src/cli/profile.ts`).

use crate::inputs::Stat;
use crate::options::target::is_profile;

/// The profile whose state dir is the default one.
pub(crate) const DEFAULT: &str = "default";

/// The state dir of a profile, in the home folder.
pub(crate) fn folder(profile: &str) -> String {
    match profile.eq_ignore_ascii_case(DEFAULT) {
        true => ".openclaw".to_string(),
        false => format!("{}{profile}", Stat::PROFILE),
    }
}

/// The profile whose state dir has this name.
pub(crate) fn of_folder(name: &str) -> Option<&str> {
    let profile = name.strip_prefix(Stat::PROFILE)?;
    (is_profile(profile) && !profile.eq_ignore_ascii_case(DEFAULT)).then_some(profile)
}
