//! A state dir as a step of a remedy would leave it: planned as the call itself plans it, and never written.

use crate::base::json::{Map, Value};

use crate::base::keys::device_id;
use crate::base::wiped::Wiped;
use crate::context::World;
use crate::diagnose::disk::{Disk, unless_refused};
use crate::diagnose::findings::Findings;
use crate::diagnose::judge::{Case, Row, against_the_log, judge};
use crate::entropy::{ENTROPY, seed};
use crate::error::{Error, Result};
use crate::gateway::walk::Outcome;
use crate::inputs::{File, Stat};
use crate::options::config::{ConfigOptions, Proxies};
use crate::options::devices::{Approve, Devices, Waiting};
use crate::options::pair::{IdentityInput, OnConflict, PairInput, PairOptions, PendingChoice};
use crate::options::role::Role;
use crate::plan::config::config_part;
use crate::plan::devices::device_part;
use crate::plan::pair::pair_part;
use crate::rules::Import;
use crate::steps::{FileStep, Step};
use crate::store::rows;
use crate::wants::Stop;

/// Of no real key or token: what it makes is never written.
const ENTROPY_OF_TRIES: [u8; ENTROPY] = [1; ENTROPY];

/// A setting of the config by its keys, and what it is to be; `None`: it goes.
pub(super) type Setting = (&'static [&'static str], Option<Value>);

/// What a step of a remedy does.
#[derive(Clone, PartialEq)]
pub(super) enum Act {
    /// The device is approved.
    Pair {
        /// Also the config, as `setup` does.
        config: bool,
        /// A revoked token is given anew.
        reinstate: bool,
        /// A new identity takes the place of one that cannot be used.
        anew: bool,
        /// With exactly these scopes; empty: the usual ones.
        scopes: Vec<String>,
        /// As a node.
        node: bool,
    },
    /// The record of the device is removed.
    Remove,
    /// Its waiting request is approved.
    Approve(Waiting),
    /// This address is added to `gateway.trustedProxies`.
    Peer(String),
    /// Only this address stays in `gateway.trustedProxies`.
    OnlyPeer(String),
    /// The config is changed.
    Settings(Vec<Setting>),
    /// A file is moved away.
    Away(String),
    /// OpenClaw's doctor imports the files.
    Import,
}

/// What is other than on the disk.
#[derive(Default)]
struct Change {
    files: Vec<(String, Option<Wiped>)>,
    row: Option<Row>,
    imported: bool,
}

impl Change {
    fn steps(steps: Vec<Step>) -> Self {
        let mut files = Vec::new();
        for step in steps {
            match step {
                Step::File(FileStep::Write { path, content, .. }) => {
                    files.push((path, Some(content)));
                }
                Step::File(FileStep::Remove { path, .. }) => files.push((path, None)),
                Step::Sql { .. } => {}
            }
        }
        Self { files, ..Self::default() }
    }

    fn is_none(&self) -> bool {
        self.files.is_empty() && self.row.is_none() && !self.imported
    }
}

/// Takes a step in memory and has `then` look at what it leaves; `None` where the step is refused or changes nothing.
pub(super) fn after<T>(
    world: &World<'_, '_>,
    case: Case<'_>,
    (disk, row): (&Disk, Option<&Row>),
    act: &mut Act,
    then: impl FnOnce(&World<'_, '_>, Option<&Row>, &Disk, &Outcome) -> Result<Option<T>, Stop>,
) -> Result<Option<T>, Stop> {
    let change = match unless_refused(change(world, case, disk, act))? {
        Ok(change) if !change.is_none() => change,
        _ => return Ok(None),
    };
    let mut inputs = world.inputs.clone();
    for (path, content) in &change.files {
        let file = content.as_ref().map_or(File::Absent, |content| File::Bytes(content));
        inputs.files.insert(path.clone(), file);
        if let Some(stat) = inputs.stat(path).cloned() {
            let stat = content.is_some().then_some(Stat { nlink: 1, ..stat });
            inputs.stats.get_or_insert_default().insert(path.clone(), stat);
        }
    }
    if let Some(Row { public, record: None }) = &change.row {
        let known = rows::paired(&world.paths.database(), &device_id(public));
        inputs.rows.insert(known.id, Some(Vec::new()));
    }
    let mut world = World { inputs: &inputs, ..world.clone() };
    if change.imported {
        world.rules.import = Import::FirstStart;
    }
    let row = change.row.as_ref().or(row);
    let (disk, outcome) = judge(&world, case, row, &mut Findings(Vec::new()))?;
    let outcome = against_the_log(case, &disk, outcome);
    then(&world, row, &disk, &outcome)
}

fn change(
    world: &World<'_, '_>,
    case: Case<'_>,
    disk: &Disk,
    act: &mut Act,
) -> Result<Change, Stop> {
    Ok(match act {
        Act::Pair { config, reinstate, anew, scopes, node } => {
            let options = pair_options(case, (*reinstate, *anew, *node), scopes)?;
            let part = pair_part(world, &options, &ENTROPY_OF_TRIES)?;
            let edit = match *config {
                false => None,
                true => {
                    let part = config_part(world, &config_options(Map::new()), true);
                    let edit = unless_refused(part)?;
                    // Where the config cannot be written, the device can be approved all the same.
                    *config = edit.is_ok();
                    edit.ok().and_then(|(_, step)| step)
                }
            };
            let mut steps = Vec::from_iter(part.begin);
            steps.extend(part.steps);
            steps.extend(edit);
            steps.extend(part.end);
            let written = !part.statements.is_empty();
            let row = part.row.filter(|_| written);
            let row = row.map(|record| Row { public: part.public, record: Some(record) });
            Change { row, ..Change::steps(steps) }
        }
        Act::Remove => removed(world, disk)?,
        Act::Approve(which) => approved(world, disk, which.clone())?,
        Act::Peer(peer) => {
            let options = ConfigOptions { peers: vec![peer.clone()], ..config_options(Map::new()) };
            Change::steps(Vec::from_iter(config_part(world, &options, false)?.1))
        }
        Act::OnlyPeer(peer) => {
            let options = ConfigOptions {
                proxies: Proxies::List(vec![peer.clone()]),
                replace_arrays: true,
                ..config_options(Map::new())
            };
            Change::steps(Vec::from_iter(config_part(world, &options, false)?.1))
        }
        Act::Settings(settings) => {
            let mut merge = Map::new();
            for (keys, value) in settings.iter() {
                set(&mut merge, keys, value.clone().unwrap_or_default());
            }
            let options = ConfigOptions { proxies: Proxies::Off, ..config_options(merge) };
            Change::steps(Vec::from_iter(config_part(world, &options, false)?.1))
        }
        Act::Away(path) => Change { files: vec![(path.clone(), None)], ..Change::default() },
        Act::Import => {
            let imported = world.rules.import == Import::IdentityOnly && disk.files_count(world);
            Change { imported, ..Change::default() }
        }
    })
}

/// Puts a value into a merge patch; null there removes a key.
pub(super) fn set(map: &mut Map, keys: &[&str], value: Value) {
    let Some((first, rest)) = keys.split_first() else { return };
    if rest.is_empty() {
        map.insert((*first).to_string(), value);
    } else if let Value::Object(inner) = map.or_insert(first, Value::Object(Map::new())) {
        set(inner, rest, value);
    }
}

fn config_options(merge: Map) -> ConfigOptions {
    ConfigOptions { proxies: Proxies::Sandbox, peers: Vec::new(), merge, replace_arrays: false }
}

fn pair_options(
    case: Case<'_>,
    (reinstate, anew, node): (bool, bool, bool),
    scopes: &[String],
) -> Result<PairOptions> {
    let input = PairInput {
        identity: if anew { IdentityInput::New } else { IdentityInput::Disk },
        on_conflict: if anew { OnConflict::Replace } else { OnConflict::Refuse },
        device: None,
        role: node.then_some(Role::Node),
        scopes: (!scopes.is_empty()).then(|| scopes.to_vec()),
        reinstate,
        display_name: None,
        pending: PendingChoice::Device,
    };
    let mut options = input.checked(seed(&ENTROPY_OF_TRIES))?;
    options.device = case.options.device;
    Ok(options)
}

/// The device removed, as `devices.remove` does it.
fn removed(world: &World<'_, '_>, disk: &Disk) -> Result<Change, Stop> {
    let (Some(public), Some(id)) = (disk.identity, disk.device_id()) else {
        return Ok(Change::default());
    };
    let part = device_part(world, &Devices::Remove(id), &ENTROPY_OF_TRIES)?;
    let row = (!part.statements.is_empty()).then_some(Row { public, record: None });
    Ok(Change { row, ..Change::steps(part.steps) })
}

/// The request approved, as `devices.approve` does it.
fn approved(world: &World<'_, '_>, disk: &Disk, which: Waiting) -> Result<Change, Stop> {
    let options = Devices::Approve(Approve { which, scopes: None, display_name: None });
    let part = device_part(world, &options, &ENTROPY_OF_TRIES)?;
    let record = part.record.filter(|_| !part.statements.is_empty());
    let row = disk.identity.zip(record);
    let row = row.map(|(public, record)| Row { public, record: Some(record) });
    Ok(Change { row, ..Change::steps(part.steps) })
}

/// Why an approval is refused, where it is.
pub(super) fn refusal(world: &World<'_, '_>, case: Case<'_>) -> Result<Option<Error>, Stop> {
    let options = pair_options(case, (false, false, false), &[])?;
    Ok(unless_refused(pair_part(world, &options, &ENTROPY_OF_TRIES))?.err())
}
