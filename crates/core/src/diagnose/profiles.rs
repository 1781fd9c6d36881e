//! Profiles of the same user: where this state dir holds no gateway of the device, that of another profile may be meant.

use crate::codes::NoticeCode;
use crate::context::World;
use crate::diagnose::disk::Disk;
use crate::diagnose::findings::Findings;
use crate::diagnose::judge::is_open;
use crate::gateway::walk::Outcome;
use crate::options::target::Target;
use crate::store::paths::{self, variable};
use crate::store::profiles::{DEFAULT, folder, of_folder};
use crate::wants::{Stop, Wants};

/// Of how many it is asked whether they hold a config.
const ASKED: usize = 20;
/// How many are named.
const NAMED: usize = 5;

/// Names the profiles beside this state dir that hold a config, where it has no config, or no record of a device that is not let in.
pub(super) fn profiles(
    world: &World<'_, '_>,
    target: &Target,
    disk: &Disk,
    outcome: &Outcome,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let (inputs, paths) = (world.inputs, &world.paths);
    let unset = !inputs.file(&paths.config).exists();
    let unknown = disk.record.is_none() && !is_open(outcome);
    // Where the environment names a place, a profile moves nothing.
    let named = ["OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH"];
    let named =
        target.config_path.is_some() || named.iter().any(|name| variable(target, name).is_some());
    if named || inputs.gateway.is_some() || !disk.unread.is_empty() || !(unset || unknown) {
        return Ok(());
    }
    let home = paths::parent(&paths.state_dir);
    if !paths::home(target, &world.rules, inputs).is_ok_and(|own| own == home) {
        return Ok(());
    }
    let mut wants = Wants::default();
    wants.stat(inputs, home);
    wants.met()?;
    let Some(stat) = inputs.stat(home) else { return Ok(()) };
    let mut names: Vec<&str> = stat.profiles.iter().filter_map(|name| of_folder(name)).collect();
    names.sort_unstable();
    names.insert(0, DEFAULT);
    names.retain(|name| paths::join(home, &folder(name)) != paths.state_dir);
    names.truncate(ASKED);
    let config = |name: &str| paths::join(home, &format!("{}/openclaw.json", folder(name)));
    let mut wants = Wants::default();
    for name in &names {
        wants.stat(inputs, &config(name));
    }
    wants.met()?;
    names.retain(|name| inputs.stat(&config(name)).is_some());
    let Some(first) = names.first() else { return Ok(()) };
    let mut told = names[..names.len().min(NAMED)].join(", ");
    if names.len() > NAMED {
        told.push_str(" and more");
    }
    findings.add(
        NoticeCode::Profiles,
        home,
        format!("Other profiles of this user have a config: {told}."),
        format!("If your gateway runs with one of them, ask about that one: `npx openclaw-prepair doctor --profile {first}`."),
    );
    Ok(())
}
