//! What to do about a wall: steps that were taken in memory and open the door, or why nothing here does.
//!
//! Nothing that a stranger wrote becomes part of a step: its words hold flags of ours, the target as the caller gave it, keys and
//! ids that were parsed as such, and addresses that the caller named or that are loopback.

use core::net::IpAddr;

use crate::base::json::Value;

use crate::base::base64;
use crate::base::json5;
use crate::base::text::is_uuid;
use crate::codes::ErrorCode;
use crate::context::World;
use crate::diagnose::after::{Act, Setting, after, refusal};
use crate::diagnose::disk::Disk;
use crate::diagnose::elsewhere::{by_hand, elsewhere, is_origin};
use crate::diagnose::fault::Fault;
use crate::diagnose::host::ORIGINS;
use crate::diagnose::judge::{Case, Row, described, fails_at, is_open, presents_device};
use crate::gateway::state::Paired;
use crate::gateway::tree::Question;
use crate::gateway::walk::Outcome;
use crate::options::connection::Auth;
use crate::options::devices::Waiting;
use crate::options::role::Role;
use crate::options::target::flag;
use crate::report::{By, Remedy, RemedyStep};
use crate::rules::{Doubt, Import, Suffix, Version};
use crate::store::kept::DEVICE_AUTH;
use crate::store::record::SCOPES;
use crate::verdict::{Reason, Verdict};
use crate::wants::Stop;

/// More steps than this are no advice.
const MOST_STEPS: usize = 4;

/// What to do; `None` where the connection is let in.
pub(super) fn remedy(
    world: &World<'_, '_>,
    case: Case<'_>,
    disk: &Disk,
    outcome: &Outcome,
) -> Result<Option<Remedy>, Stop> {
    if is_open(outcome) {
        return Ok(None);
    }
    let mut search = Search { case, taken: Vec::new(), deepest: (Vec::new(), Vec::new()) };
    let found = search.from(world, None, disk, outcome)?;
    let Some(acts) = found else {
        let (way, why) = search.deepest;
        // It has to start all the same; and where a line of a log does not say whose it is, it may well be this device's.
        let helps = fails_at(outcome, Question::Start) || case.tells_of_nobody();
        let first = way.first().filter(|_| helps).map(|act| step(case, disk, act));
        return Ok(Some(Remedy { opens: false, steps: first.into_iter().chain(why).collect() }));
    };
    let mut steps: Vec<RemedyStep> = acts.iter().map(|act| step(case, disk, act)).collect();
    let doubt = doubtful(world);
    if let Some(text) = doubt {
        steps.insert(0, by_hand(text));
    }
    Ok(Some(Remedy { opens: doubt.is_none(), steps }))
}

/// Why nothing can be promised of this version.
fn doubtful(world: &World<'_, '_>) -> Option<&'static str> {
    let beta = world.gateway.version.as_deref().and_then(|text| text.parse::<Version>().ok());
    match world.doubt {
        Some(Doubt::Unknown) => Some(
            "The OpenClaw version is not known. Name it by gatewayVersion and ask again; the steps below are those of the newest known version.",
        ),
        Some(Doubt::UnknownNewer | Doubt::UnknownOlder) => Some(
            "Nobody has observed this OpenClaw version, so nothing is promised; the steps below are those of the nearest known version.",
        ),
        None if beta.is_some_and(|version| matches!(version.suffix, Suffix::Beta(_))) => Some(
            "Nobody has observed this preview of OpenClaw, so nothing is promised; the steps below are those of the release.",
        ),
        None => None,
    }
}

struct Search<'c> {
    case: Case<'c>,
    /// On the way here.
    taken: Vec<Act>,
    /// The steps that lead to the wall that nothing opens, and what is said of it.
    deepest: (Vec<Act>, Vec<RemedyStep>),
}

impl Search<'_> {
    /// The steps that lead from here through the door, the first that are found.
    fn from(
        &mut self,
        world: &World<'_, '_>,
        row: Option<&Row>,
        disk: &Disk,
        outcome: &Outcome,
    ) -> Result<Option<Vec<Act>>, Stop> {
        if is_open(outcome) {
            return Ok(Some(self.taken.clone()));
        }
        if self.deepest.1.is_empty() || self.taken.len() > self.deepest.0.len() {
            let why = elsewhere(world, self.case, disk, outcome)?;
            self.deepest = (self.taken.clone(), why);
        }
        if self.taken.len() == MOST_STEPS {
            return Ok(None);
        }
        for mut act in candidates(world, self.case, disk, outcome) {
            if self.taken.contains(&act) {
                continue;
            }
            let case = self.case;
            let first = act.clone();
            let found = after(world, case, (disk, row), &mut act, |world, row, disk, outcome| {
                if matches!(first, Act::Approve(_)) && !is_open(outcome) {
                    // It asks for too little: no first step of two.
                    return Ok(None);
                }
                self.taken.push(first);
                let found = self.from(world, row, disk, outcome);
                self.taken.pop();
                found
            })?;
            if let Some(mut acts) = found {
                // As it turned out to be possible.
                acts[self.taken.len()] = act;
                return Ok(Some(acts));
            }
        }
        Ok(None)
    }
}

/// What could open this wall, the least first.
fn candidates(world: &World<'_, '_>, case: Case<'_>, disk: &Disk, outcome: &Outcome) -> Vec<Act> {
    let own = case.options.device.is_none();
    let record = disk.record.as_ref().map(Paired::read);
    let role = described(case, disk, record.as_ref()).role();
    let node = role == Role::Node;
    let pair = |reinstate, anew, scopes| Act::Pair { config: own, reinstate, anew, scopes, node };
    let plain = || pair(false, false, Vec::new());
    let revoked =
        record.as_ref().and_then(|record| record.token(role)).is_some_and(|token| token.revoked);
    let mut approvals = vec![plain()];
    if world.rules.import == Import::IdentityOnly {
        approvals.push(Act::Import);
    }
    if revoked {
        approvals.push(pair(true, false, Vec::new()));
    }
    if own && (disk.torn || disk.broken) {
        approvals.push(pair(false, true, Vec::new()));
    }
    approvals.extend(more_scopes(world, case).map(|scopes| pair(false, false, scopes)));
    if case.options.device.is_some() {
        // What it asks for, and no more: by its id, since a client that tries again may get another request; where several wait, each.
        let mut asked = Vec::new();
        for waiting in disk.waiting() {
            if asked.is_empty() {
                asked.push(Act::Approve(Waiting::Device(waiting.device_id.clone())));
            }
            if is_uuid(&waiting.request_id) {
                asked.push(Act::Approve(Waiting::Request(waiting.request_id.clone())));
            }
        }
        asked.append(&mut approvals);
        approvals = asked;
    }
    // Where nothing can be added to a record. A node's stays what it is: its key never becomes an operator by a detour.
    let key = disk.identity.map(|key| base64::encode_url(&key));
    let other = record.as_ref().is_some_and(|record| Some(&record.public_key) != key.as_ref());
    let of_node = record.as_ref().is_some_and(|record| {
        let roles = record.roles.iter().flatten().chain(&record.role);
        roles.clone().any(|role| role == "node") && !roles.clone().any(|role| role == "operator")
    });
    // Or where a field of it is of a type that nothing can be added to.
    let odd = || {
        let refused = refusal(world, case).ok().flatten();
        disk.record.is_some() && refused.is_some_and(|error| error.code == ErrorCode::Shape)
    };
    if !of_node && (other || outcome.reason == Some(Reason::MetadataUpgrade) || odd()) {
        approvals.push(Act::Remove);
    }
    if case.is_strangers(disk) {
        // Who wrote into a log is not approved for that.
        approvals.clear();
    }
    let device_token = case.options.connection.auth == Some(Auth::DeviceToken);
    match (outcome.verdict, outcome.reason) {
        (Verdict::Rejected, Some(Reason::Config)) => settings(disk).into_iter().collect(),
        (Verdict::Rejected, Some(Reason::Identity)) => {
            let away = disk.faults.iter().filter_map(|fault| match fault {
                Fault::File(path) => Some(Act::Away(path.clone())),
                _ => None,
            });
            approvals.into_iter().filter(|act| *act != Act::Remove).chain(away).collect()
        }
        (Verdict::Rejected, Some(Reason::UnattributableProxy)) => peer(case)
            .map(|peer| vec![Act::Peer(peer.clone()), Act::OnlyPeer(peer)])
            .unwrap_or_default(),
        (Verdict::Rejected, Some(Reason::BindLan | Reason::BindCustom)) => {
            vec![Act::Settings(vec![(&["gateway", "bind"], Some("loopback".into()))])]
        }
        (Verdict::Rejected, Some(Reason::Auth)) if fails_at(outcome, Question::Origin) => {
            let origins = origin(case).map(|origin| vec![origin.into()]);
            let setting = origins.map(|origins| (ORIGINS, Some(Value::Array(origins))));
            setting.map(|setting| Act::Settings(vec![setting])).into_iter().collect()
        }
        (Verdict::Rejected, Some(Reason::MissingScope)) if presents_device(outcome) => approvals,
        (Verdict::Rejected, Some(Reason::Auth | Reason::Revoked)) if device_token => approvals,
        (Verdict::Rejected, Some(Reason::Auth))
            if world.rules.cached_token_first && disk.stale() =>
        {
            vec![Act::Away(world.paths.state(DEVICE_AUTH))]
        }
        (Verdict::PairingRequired, _) => approvals,
        _ => Vec::new(),
    }
}

/// The origin of the page, where the caller named it and it can be one.
fn origin(case: Case<'_>) -> Option<String> {
    let origin = case.options.connection.origin.as_deref()?.trim();
    let strangers = case.logged.and_then(|logged| logged.origin.as_deref());
    (is_origin(origin) && strangers.map(str::trim) != Some(origin)).then(|| origin.to_string())
}

/// One change of the config for all that keeps the gateway from starting, where that is enough.
fn settings(disk: &Disk) -> Option<Act> {
    let setting = |fault: &Fault| match fault {
        Fault::Setting(keys, value) => Some((*keys, value.clone())),
        Fault::Hand(_) | Fault::File(_) => None,
    };
    disk.faults.iter().map(setting).collect::<Option<Vec<Setting>>>().map(Act::Settings)
}

/// The usual scopes, and those beside them that the connection asks for and this version knows.
fn more_scopes(world: &World<'_, '_>, case: Case<'_>) -> Option<Vec<String>> {
    let asked = case.options.connection.scopes.as_deref().unwrap_or_default();
    let more: Vec<&String> =
        asked.iter().filter(|scope| !SCOPES.contains(&scope.as_str())).collect();
    let known = |scope: &&String| world.rules.operator_scopes.contains(&scope.as_str());
    let all = SCOPES.iter().map(ToString::to_string).chain(more.iter().map(ToString::to_string));
    (!more.is_empty() && more.iter().all(known)).then(|| all.collect())
}

/// The peer of the connection, where it may become part of a command: one that a log line tells, only where it is near.
fn peer(case: Case<'_>) -> Option<String> {
    let connection = &case.options.connection;
    let given = connection.remote_address.as_deref().unwrap_or("127.0.0.1");
    let address = given.trim().parse::<IpAddr>().ok()?;
    (connection.log.is_none() || is_near(address)).then(|| address.to_string())
}

/// Whether an address is loopback or private.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

/// A step as a person or a program takes it.
fn step(case: Case<'_>, disk: &Disk, act: &Act) -> RemedyStep {
    const RESTART: &str = "Restart the gateway afterwards, unless it reloads its config.";
    let ours = |words: Vec<String>, text: String| {
        let argv = words.into_iter().chain(case.target.argv()).collect();
        RemedyStep { by: By::OpenclawPrepair, argv, text }
    };
    let word = |text: &str| text.to_string();
    let key = case.options.device.map(|key| base64::encode_url(&key));
    match act {
        Act::Pair { config, reinstate, anew, scopes, node } => {
            let mut words = vec![word(if *config { "setup" } else { "pre-pair" })];
            words.extend(key.iter().flat_map(|key| flag("--device", key)));
            if *node {
                words.extend(["--role", "node"].map(word));
            }
            if *reinstate {
                words.push(word("--reinstate"));
            }
            if *anew {
                words.extend(["--new-identity", "--on-conflict", "replace"].map(word));
            }
            if !scopes.is_empty() {
                words.extend([word("--scopes"), scopes.join(",")]);
            }
            let text = match (reinstate, anew) {
                (true, _) => {
                    "The owner of this device's token revoked it. Ask first; this gives the device a new one."
                }
                (_, true) => {
                    "The identity cannot be used. This puts a new one in its place, keeps the old file, and approves the new key."
                }
                _ => "Writes the approved record of this device and drops its waiting requests.",
            };
            ours(words, text.to_string())
        }
        Act::Remove => {
            let id = disk.device_id().unwrap_or_default();
            let words = ["devices", "remove"].map(word);
            ours(
                [&words[..], &[id]].concat(),
                "Removes the record, to which nothing can be added.".into(),
            )
        }
        Act::Approve(which) => {
            let (Waiting::Request(id) | Waiting::Device(id)) = which;
            let words = ["devices", "approve"].map(word);
            ours(
                [&words[..], core::slice::from_ref(id)].concat(),
                "Approves the request of this device that waits: what it asks for, and no more."
                    .into(),
            )
        }
        Act::Peer(peer) => ours(
            [vec![word("patch-config")], flag("--proxy-peer", peer)].concat(),
            format!("Lists the proxy's address in gateway.trustedProxies. {RESTART}"),
        ),
        Act::OnlyPeer(peer) => {
            let words = [vec![word("patch-config")], flag("--trusted-proxy", peer)].concat();
            let words = [words, ["--arrays", "replace"].map(word).to_vec()].concat();
            ours(
                words,
                format!(
                    "Lists nothing but the proxy's own address in gateway.trustedProxies, so that the client's is not taken for a proxy's. {RESTART}"
                ),
            )
        }
        Act::Settings(settings) => {
            let mut words = vec![word("patch-config"), word("--trusted-proxy"), word("none")];
            for (keys, value) in settings {
                let path = keys.join(".");
                match value {
                    Some(Value::String(text)) => {
                        words.extend([word("--set"), format!("{path}={text}")])
                    }
                    Some(value) => {
                        words.extend([word("--set"), format!("{path}={}", json5::line(value))]);
                    }
                    None => words.extend([word("--unset"), path]),
                }
            }
            let names: Vec<String> = settings.iter().map(|(keys, _)| keys.join(".")).collect();
            ours(words, format!("Changes {} in the config. {RESTART}", names.join(", ")))
        }
        Act::Away(path) => RemedyStep {
            by: By::Hand,
            argv: ["mv", "--", path, &format!("{path}.moved-away")].map(word).to_vec(),
            text: match path.ends_with("device-auth.json") {
                true => "Moves away the token that clients of this version present first, and that the gateway does not know.",
                false => "Moves the old identity file away: the database holds the identity that counts.",
            }
            .into(),
        },
        Act::Import => RemedyStep {
            by: By::Openclaw,
            argv: ["doctor", "--fix", "--non-interactive"].map(word).to_vec(),
            text: "Imports the identity and the records, before the gateway starts.".into(),
        },
    }
}
