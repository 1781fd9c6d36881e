//! What real gateways did (tests/gateway/observed, recorded by tests/gateway/observe.mjs), replayed through the rules table
//! and the simulated decision: no disagreement, and every cell of the table is held by an observation of its own.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use prepair_core::gateway::state::State;
use prepair_core::gateway::walk::{Outcome, connect};
use prepair_core::options::connection::Connection;
use prepair_core::rules::{Change, Rules, Version};
use prepair_core::verdict::{Reason, Verdict};
use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    version: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum What {
    /// A connection to a gateway.
    Connect { case: String, state: Box<State>, connection: Box<Connection>, outcome: Observed },
    /// Something else that a field of the rules says.
    Fact { field: String, value: String },
}

#[derive(Deserialize)]
struct Observed {
    verdict: Verdict,
    reason: Option<Reason>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/gateway/observed")
}

fn observations() -> BTreeMap<Version, Vec<Line>> {
    let mut all = BTreeMap::<_, Vec<Line>>::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let line: Line = serde_json::from_str(line)
                .unwrap_or_else(|e| panic!("{}: {e}: {line}", path.display()));
            all.entry(line.version.parse().unwrap()).or_default().push(line);
        }
    }
    all
}

/// Whether the gateway did what was simulated. It names the reason of a pairing only by what the record lacks, up to
/// 2026.2.17 not at all.
fn agrees(observed: &Observed, outcome: &Outcome) -> bool {
    let reason = match (outcome.verdict, outcome.reason) {
        (Verdict::PairingRequired, _) if observed.reason.is_none() => None,
        (Verdict::PairingRequired, Some(Reason::Revoked)) => Some(Reason::RoleUpgrade),
        (Verdict::PairingRequired, Some(Reason::StickyPending)) => observed.reason,
        (Verdict::Rejected, Some(Reason::Revoked)) => Some(Reason::Auth),
        (_, reason) => reason,
    };
    observed.verdict == outcome.verdict && observed.reason == reason
}

/// What is wrong with one observation under these rules.
fn disagreement(line: &Line, rules: &Rules) -> Option<String> {
    let version = &line.version;
    match &line.what {
        What::Fact { field, value } => {
            let ours = rules.value(field);
            (ours.as_ref() != Some(value))
                .then(|| format!("{version} {field}: {value}, not {ours:?}"))
        }
        What::Connect { case, state, connection, outcome } => {
            let ours = connect(rules, state, connection);
            let (theirs, ours_short) =
                ((outcome.verdict, outcome.reason), (ours.verdict, ours.reason));
            let config = &state.config.trusted_proxies;
            (!agrees(outcome, &ours))
                .then(|| format!("{version} {config:?} {case}: {theirs:?}, not {ours_short:?}"))
        }
    }
}

#[test]
fn every_observation_agrees() {
    let mut wrong = Vec::new();
    let mut connections = 0;
    for (version, lines) in &observations() {
        let rules = Rules::at(*version, None);
        connections +=
            lines.iter().filter(|line| matches!(line.what, What::Connect { .. })).count();
        wrong.extend(lines.iter().filter_map(|line| disagreement(line, &rules)));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    assert!(connections >= 300, "{connections}");
}

/// Whether one changed cell turns an observation of this version red that is green without.
fn red(lines: &[Line], version: Version, change: &Change) -> bool {
    let (rules, changed) = (Rules::at(version, None), Rules::at(version, Some(change)));
    rules != changed
        && lines.iter().any(|line| {
            disagreement(line, &changed).is_some() && disagreement(line, &rules).is_none()
        })
}

#[test]
fn changing_any_one_cell_turns_an_observation_red() {
    let observations = observations();
    let held =
        |change: &Change| observations.iter().any(|(version, lines)| red(lines, *version, change));
    let free: Vec<_> = Rules::changes().into_iter().filter(|change| !held(change)).collect();
    assert!(free.is_empty(), "no observation holds {} of them:\n{free:#?}", free.len());
}

#[test]
fn each_boundary_is_observed_in_the_last_version_before_it_and_the_first_one_after() {
    let observations = observations();
    let published: Vec<String> =
        serde_json::from_str(&std::fs::read_to_string(folder().join("published.json")).unwrap())
            .unwrap();
    let published: BTreeSet<Version> =
        published.iter().map(|version| version.parse().unwrap()).collect();
    let mut open = Vec::new();
    let cells = Rules::cells();
    for column in cells.chunk_by(|a, b| a.field == b.field) {
        for (at, cell) in column.iter().enumerate().skip(1) {
            let after = published.range(cell.since..).next().unwrap();
            let before = published.range(..cell.since).next_back().unwrap();
            for (version, cell, takes) in [(after, at, at - 1), (before, at - 1, at)] {
                let change = Change { field: column[at].field, cell, takes };
                if !observations.get(version).is_some_and(|lines| red(lines, *version, &change)) {
                    open.push(format!("{}: {} at {version}", change.field, column[cell].value));
                }
            }
        }
    }
    assert!(open.is_empty(), "{} sides not observed:\n{}", open.len(), open.join("\n"));
}

#[test]
fn a_row_that_never_changed_is_observed_in_more_than_one_version() {
    let observations = observations();
    let cells = Rules::cells();
    for column in cells.chunk_by(|a, b| a.field == b.field).filter(|column| column.len() == 1) {
        let asked = |line: &Line| matches!(&line.what, What::Fact { field, .. } if field == column[0].field);
        let seen = observations.values().filter(|lines| lines.iter().any(asked)).count();
        assert!(seen > 1, "{}: {seen}", column[0].field);
    }
}
