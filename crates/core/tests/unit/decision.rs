//! The decision by small cases: each boundary that a version brought.

use serde_json::{Value, json};

use crate::base::json;
use crate::gateway::scopes::{ADMIN, FIXED, READ, WRITE};
use crate::gateway::state::{Identity, Paired, Pending, State, Token};
use crate::gateway::walk::connect;
use crate::options::connection::{Auth, Client, Connection};
use crate::options::role::Role;
use crate::rules::{NEWEST_NAME, rules};
use crate::store::pending::PENDING_TTL_MS;
use crate::verdict::{Reason, Verdict};

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const FIVE: [&str; 5] = [ADMIN, READ, WRITE, "operator.approvals", "operator.pairing"];

fn full() -> Value {
    json!({
        "publicKey": KEY, "role": "operator", "roles": ["operator"], "scopes": FIVE, "approvedScopes": FIVE,
        "tokens": { "operator": { "token": "t", "role": "operator", "scopes": FIVE, "createdAtMs": 1 } },
    })
}

fn paired(record: &Value) -> Paired {
    Paired::read(json::json(record).as_object().unwrap())
}

fn state(record: Option<&Value>) -> State {
    State {
        identity: Identity::Key(KEY.into()),
        paired: record.map(paired),
        now: 1_000_000,
        ..State::default()
    }
}

fn agent(scopes: &[&str]) -> Connection {
    Connection {
        presents_device: Some(true),
        scopes: Some(scopes.iter().map(|&s| s.to_owned()).collect()),
        ..Connection::default()
    }
}

fn forwarded(mut connection: Connection) -> Connection {
    connection.headers.insert("X-Forwarded-For".into(), "203.0.113.9".into());
    connection
}

fn run(version: &str, state: &State, connection: &Connection) -> (Verdict, Option<Reason>) {
    let outcome = connect(&rules(Some(&version.parse().unwrap())).0, state, connection);
    assert!(!outcome.steps.is_empty() && outcome.steps.iter().all(|s| !s.because.is_empty()));
    (outcome.verdict, outcome.reason)
}

const VERSIONS: [&str; 12] = [
    "2026.1.29",
    "2026.2.12",
    "2026.2.17",
    "2026.2.19",
    "2026.2.21",
    "2026.2.26",
    "2026.3.13",
    "2026.3.28",
    "2026.4.1",
    "2026.4.15",
    "2026.5.12",
    "2026.7.1",
];
const OPEN: (Verdict, Option<Reason>) = (Verdict::Open, None);
const SILENT: (Verdict, Option<Reason>) = (Verdict::SilentApproval, None);

fn wall(reason: Reason) -> (Verdict, Option<Reason>) {
    (Verdict::PairingRequired, Some(reason))
}

#[test]
fn the_full_record_opens_every_version_through_a_proxy() {
    let mut state = state(Some(&full()));
    for version in VERSIONS {
        assert_eq!(run(version, &state, &forwarded(agent(&[READ]))), OPEN, "{version}");
    }
    state.config.trusted_proxies = vec!["127.0.0.1".into()];
    for version in ["2026.8.1", NEWEST_NAME] {
        assert_eq!(run(version, &state, &forwarded(agent(&[READ]))), OPEN, "{version}");
    }
}

#[test]
fn without_a_record_a_proxy_means_the_wall() {
    let state = state(None);
    for version in VERSIONS.iter().filter(|v| **v != "2026.2.22") {
        assert_eq!(
            run(version, &state, &forwarded(agent(&[READ]))),
            wall(Reason::NotPaired),
            "{version}"
        );
    }
    assert_eq!(run("2026.2.22", &state, &forwarded(agent(&[READ]))), OPEN);
}

#[test]
fn an_unlisted_proxy_is_refused_from_2026_8_1() {
    let mut state = state(Some(&full()));
    let refused = (Verdict::Rejected, Some(Reason::UnattributableProxy));
    assert_eq!(run(NEWEST_NAME, &state, &forwarded(agent(&[READ]))), refused);
    state.config.trusted_proxies = vec!["127.0.0.1".into(), "203.0.113.0/24".into()];
    assert_eq!(run(NEWEST_NAME, &state, &forwarded(agent(&[READ]))), refused);
    let mut real = agent(&[READ]);
    real.headers.insert("x-real-ip".into(), "203.0.113.9".into());
    state.config.trusted_proxies = vec!["127.0.0.1".into()];
    assert_eq!(run(NEWEST_NAME, &state, &real), refused);
    state.config.allow_real_ip_fallback = true;
    assert_eq!(run(NEWEST_NAME, &state, &real), OPEN);
}

#[test]
fn loopback_among_the_trusted_proxies_is_the_wall_on_2026_2_19_to_3_28() {
    let mut state = state(None);
    state.config.trusted_proxies = vec!["10.0.0.0/8".into(), "127.0.0.0/8".into()];
    for (version, expected) in [
        ("2026.2.12", SILENT),
        ("2026.2.17", SILENT),
        ("2026.2.19", wall(Reason::NotPaired)),
        ("2026.2.21", wall(Reason::NotPaired)),
        ("2026.3.28", wall(Reason::NotPaired)),
        ("2026.3.31", SILENT),
        ("2026.4.15", OPEN),
        (NEWEST_NAME, OPEN),
    ] {
        assert_eq!(run(version, &state, &agent(&[READ])), expected, "{version}");
    }
}

#[test]
fn the_story_of_a_clean_loopback_on_2026_2_19() {
    let mut record = full();
    for field in ["scopes", "approvedScopes"] {
        record[field] = json!([READ]);
    }
    let state = state(Some(&record));
    assert_eq!(run("2026.2.17", &state, &agent(&[ADMIN])), SILENT);
    assert_eq!(run("2026.2.19", &state, &agent(&[ADMIN])), wall(Reason::ScopeUpgrade));
    assert_eq!(run("2026.2.24", &state, &agent(&[ADMIN])), OPEN);
    assert_eq!(run("2026.2.26", &state, &agent(&[ADMIN])), SILENT);
    assert_eq!(run("2026.3.28", &state, &agent(&[ADMIN])), wall(Reason::ScopeUpgrade));
}

#[test]
fn admin_does_not_cover_read_on_2026_2_19() {
    let mut record = full();
    record["scopes"] = json!(FIXED);
    let state = state(Some(&record));
    assert_eq!(run("2026.2.19", &state, &agent(&[READ])), wall(Reason::ScopeUpgrade));
    assert_eq!(run("2026.2.21", &state, &agent(&[READ])), OPEN);
}

#[test]
fn tokens_matter_from_2026_3_31() {
    let mut record = full();
    record["tokens"] = json!({});
    let empty = state(Some(&record));
    record.as_object_mut().unwrap().remove("tokens");
    let none = state(Some(&record));
    record["tokens"] = json!({ "operator": { "scopes": FIVE, "revokedAtMs": 5 } });
    let revoked = state(Some(&record));
    for (version, of_empty, of_none, of_revoked) in [
        ("2026.3.28", OPEN, OPEN, OPEN),
        ("2026.3.31", wall(Reason::RoleUpgrade), OPEN, wall(Reason::Revoked)),
        ("2026.4.2", OPEN, OPEN, wall(Reason::Revoked)),
        ("2026.4.9", OPEN, OPEN, wall(Reason::Revoked)),
        ("2026.4.10", wall(Reason::RoleUpgrade), wall(Reason::RoleUpgrade), wall(Reason::Revoked)),
    ] {
        for (state, expected) in [(&empty, of_empty), (&none, of_none), (&revoked, of_revoked)] {
            assert_eq!(run(version, state, &forwarded(agent(&[READ]))), expected, "{version}");
        }
    }
    let mut cli = agent(&[READ]);
    cli.client = Client::Cli;
    assert_eq!(run("2026.5.7", &revoked, &cli), SILENT);
    assert_eq!(run("2026.5.12", &revoked, &cli), wall(Reason::Revoked));
    assert_eq!(run("2026.8.1", &revoked, &cli), SILENT);
}

#[test]
fn an_old_pending_request_sticks_while_it_lives() {
    let mut state = state(None);
    state.pending = vec![Pending {
        ts: state.now - PENDING_TTL_MS,
        scopes: vec![READ.into()],
        ..Pending::default()
    }];
    let mut cli = agent(&[READ]);
    cli.client = Client::Cli;
    for version in ["2026.2.17", "2026.2.19", "2026.2.26", "2026.3.28", "2026.4.15", NEWEST_NAME] {
        assert_eq!(run(version, &state, &cli), wall(Reason::StickyPending), "{version}");
        let mut later = state.clone();
        later.now += 1;
        assert_eq!(run(version, &later, &cli), SILENT, "{version}");
    }
}

#[test]
fn clients_without_a_device() {
    let state = state(Some(&full()));
    let mut bare = agent(&[READ]);
    bare.presents_device = Some(false);
    let missing = (Verdict::Rejected, Some(Reason::MissingScope));
    assert_eq!(run("2026.2.19", &state, &bare), missing);
    assert_eq!(run("2026.2.26", &state, &bare), OPEN);
    assert_eq!(run("2026.3.13", &state, &bare), missing);
    assert_eq!(run("2026.4.15", &state, &bare), missing);
    assert_eq!(run("2026.4.25", &state, &bare), OPEN);
    assert_eq!(run("2026.6.11", &state, &forwarded(bare.clone())), missing);
    bare.auth = Some(Auth::None);
    assert_eq!(run("2026.6.11", &state, &bare), (Verdict::Rejected, Some(Reason::NoDevice)));
}

#[test]
fn clients_as_they_are_in_each_version() {
    let state = state(None);
    let connect = |version: &str, client| {
        run(version, &state, &Connection { client, ..Connection::default() })
    };
    assert_eq!(connect("2026.2.17", Client::Agent), SILENT);
    assert_eq!(connect("2026.4.24", Client::Agent), OPEN);
    assert_eq!(connect(NEWEST_NAME, Client::Agent), OPEN);
    assert_eq!(connect("2026.6.35", Client::Cli), SILENT);
    assert_eq!(connect("2026.7.1", Client::Cli), OPEN);
}

#[test]
fn device_tokens() {
    let mut record = full();
    let connection = Connection { auth: Some(Auth::DeviceToken), ..forwarded(agent(&[READ])) };
    assert_eq!(run("2026.2.19", &state(Some(&record)), &connection), OPEN);
    assert_eq!(
        run("2026.2.19", &state(None), &connection),
        (Verdict::Rejected, Some(Reason::Auth))
    );
    record["tokens"]["operator"]["revokedAtMs"] = json!(7);
    assert_eq!(
        run("2026.2.19", &state(Some(&record)), &connection),
        (Verdict::Rejected, Some(Reason::Revoked))
    );
}

#[test]
fn identity_and_metadata() {
    let mut broken = state(Some(&full()));
    broken.identity = Identity::Unknown;
    assert_eq!(run("2026.5.7", &broken, &forwarded(agent(&[READ]))), wall(Reason::NotPaired));
    // A gateway that does not start lets nobody in, not even its own agent.
    let own = Connection { presents_device: None, ..agent(&[READ]) };
    for connection in [&agent(&[READ]), &own] {
        assert_eq!(
            run(NEWEST_NAME, &broken, connection),
            (Verdict::Rejected, Some(Reason::Identity))
        );
    }
    assert_eq!(run(NEWEST_NAME, &state(Some(&full())), &own), OPEN);
    let mut record = full();
    record["platform"] = json!("darwin");
    assert_eq!(run("2026.2.25", &state(Some(&record)), &forwarded(agent(&[READ]))), OPEN);
    assert_eq!(
        run("2026.2.26", &state(Some(&record)), &forwarded(agent(&[READ]))),
        wall(Reason::MetadataUpgrade)
    );
    record["platform"] = json!(" Linux ");
    assert_eq!(run("2026.2.26", &state(Some(&record)), &forwarded(agent(&[READ]))), OPEN);
}

#[test]
fn bind_lan() {
    let mut state = state(None);
    state.config.bind = Some("lan".into());
    for (version, expected) in [
        ("2026.2.6-3", SILENT),
        ("2026.2.9", wall(Reason::BindLan)),
        ("2026.2.19", (Verdict::Rejected, Some(Reason::BindLan))),
        ("2026.2.21", SILENT),
    ] {
        assert_eq!(run(version, &state, &agent(&[READ])), expected, "{version}");
    }
}

#[test]
fn bind_custom() {
    let unreached = (Verdict::Rejected, Some(Reason::BindCustom));
    for (version, host, reached) in [
        ("2026.2.21", "10.0.0.7", false),
        ("2026.7.35", "127.0.0.2", false),
        ("2026.7.35", " 127.0.0.1 ", true),
        ("2026.7.35", "0.0.0.0", true),
        ("2026.7.35", "", true),
        ("2026.8.1", "10.0.0.7", true),
    ] {
        let mut state = state(Some(&full()));
        let as_usual = run(version, &state, &agent(&[READ]));
        assert_eq!(as_usual, OPEN);
        state.config.custom_bind_host = Some(host.into());
        assert_eq!(run(version, &state, &agent(&[READ])), as_usual, "{version} {host}");
        state.config.bind = Some("custom".into());
        let expected = if reached { as_usual } else { unreached };
        assert_eq!(run(version, &state, &agent(&[READ])), expected, "{version} {host}");
        // Whoever comes another way reached it.
        for other in [
            forwarded(agent(&[READ])),
            Connection { host: Some(host.into()), ..agent(&[READ]) },
            Connection { remote_address: Some("10.0.0.9".into()), ..agent(&[READ]) },
        ] {
            assert_ne!(run(version, &state, &other), unreached, "{version} {host}");
        }
    }
}

#[test]
fn roles_and_role_of_a_record() {
    for (version, roles, role, expected) in [
        ("2026.3.28", json!(["node"]), "operator", wall(Reason::RoleUpgrade)),
        ("2026.3.31", json!(["node"]), "operator", OPEN),
        ("2026.3.28", json!(["operator"]), "node", OPEN),
        ("2026.3.31", json!(["operator"]), "node", OPEN),
        ("2026.3.28", json!(null), "operator", OPEN),
        ("2026.3.28", json!([" operator"]), "node", wall(Reason::RoleUpgrade)),
        ("2026.3.31", json!([" operator"]), "node", OPEN),
    ] {
        let mut record = full();
        record["roles"] = roles.clone();
        record["role"] = role.into();
        record.as_object_mut().unwrap().remove("tokens");
        let seen = run(version, &state(Some(&record)), &forwarded(agent(&[READ])));
        assert_eq!(seen, expected, "{version} {roles} {role}");
    }
}

#[test]
fn a_record_of_any_shape_is_read() {
    for record in [json!({}), json!({ "publicKey": 5, "roles": "x", "scopes": {}, "tokens": [] })] {
        assert_eq!(paired(&record), Paired::default());
    }
    let odd = json!({ "roles": [1, "operator"], "tokens": { "operator": 5 } });
    let paired = paired(&odd);
    assert_eq!(paired.roles, Some(vec!["operator".into()]));
    assert_eq!(paired.token(Role::Operator), Some(&Token::default()));
}

#[test]
fn words_from_outside_are_escaped_and_cut() {
    let connection =
        Connection { method: Some(format!("\u{1b}[2J{}", "x".repeat(999))), ..agent(&[READ]) };
    let outcome = connect(&rules(None).0, &state(Some(&full())), &connection);
    let last = &outcome.steps.last().unwrap().because;
    assert!(last.len() < 120 && !last.contains('\u{1b}'), "{last}");
}
