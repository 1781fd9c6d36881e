//! The paired record, its token, and the requests in its way.

use crate::base::json::{Map, Value};

use crate::base::base64;
use crate::base::keys::{device_id, parse_public_key};
use crate::base::text::{is_device_id, quote};
use crate::codes::NoticeCode;
use crate::context::World;
use crate::diagnose::disk::Disk;
use crate::diagnose::findings::{APPROVE, Findings, SETUP};
use crate::diagnose::identity::shape;
use crate::gateway::pairing::{PINNED, remove_first};
use crate::gateway::scopes::covers;
use crate::gateway::state::Paired;
use crate::rules::{Rules, Store};
use crate::store::record::{self, SCOPES, pin_allows};

/// The identity and its record.
pub(super) fn record(world: &World<'_, '_>, disk: &Disk, findings: &mut Findings) {
    let (rules, paths) = (&world.rules, &world.paths);
    let db = paths.database();
    let (identity_path, paired_path) = match disk.files_count(world) {
        true => (paths.identity.as_str(), paths.paired()),
        false => (db.as_str(), db.clone()),
    };
    if world
        .inputs
        .stats
        .as_ref()
        .is_some_and(|stats| matches!(stats.get(&paths.state_dir), Some(None)))
    {
        findings.add(
            NoticeCode::StateDir,
            &paths.state_dir,
            "There is no OpenClaw state here.",
            "Run `npx openclaw-prepair setup`, or name the right folder by stateDir.",
        );
        return;
    }
    if !disk.elsewhere {
        shape(world, findings);
    }
    let Some(public) = &disk.identity else {
        if let Some(id) = disk.device_id().filter(|_| disk.unread.is_empty()) {
            findings.add(
                NoticeCode::NotPaired,
                &paired_path,
                format!("There is no paired record of device {id}, and no request of it waits."),
                "Let the device connect again; `npx openclaw-prepair devices list` then shows its request.",
            );
        } else if disk.unread.is_empty() && !disk.torn && !disk.broken {
            let hint = match disk.is_clients(world) {
                true => {
                    "Let the client connect once: it makes one, which is then approved on the gateway's machine."
                }
                false => SETUP,
            };
            findings.add(NoticeCode::NoIdentity, identity_path, "There is no device identity yet: the first client makes one, and it is not paired.", hint);
        }
        return;
    };
    if disk.files_count(world) {
        timestamps(world, disk, findings);
    }
    let id = device_id(public);
    let Some(record) = &disk.record else {
        if disk.unread.is_empty() && !disk.is_clients(world) {
            findings.add(
                NoticeCode::NotPaired,
                &paired_path,
                format!("There is no paired record of device {id}."),
                if disk.elsewhere { APPROVE } else { SETUP },
            );
        }
        return;
    };
    let mut add = |code: NoticeCode, message: &str, hint: &str| {
        findings.add(code, &paired_path, message, hint);
    };
    let text = |field: &str| record.get(field).and_then(Value::as_str);
    if text("deviceId") != Some(&id) {
        add(NoticeCode::RecordId, "The record's deviceId is not that of the device.", SETUP);
    }
    if text("publicKey") != Some(&base64::encode_url(public)) {
        match text("publicKey").and_then(parse_public_key) {
            Some(key) if key == *public => add(
                NoticeCode::KeySpelling,
                "The record's publicKey is the right one in a wrong form: OpenClaw compares raw base64url, so the device counts as not paired.",
                SETUP,
            ),
            _ => add(
                NoticeCode::DeviceConflict,
                "The record holds another public key than the device's.",
                &remove_first(&id),
            ),
        }
    }
    let roles = record.get("roles").and_then(Value::as_array);
    let operator = match roles {
        Some(roles) => roles.iter().any(|role| role.as_str() == Some("operator")),
        None => text("role") == Some("operator"),
    };
    let named = Paired::read(record);
    // another device's record is as it was approved: as a node, for fewer scopes, on its own system
    if disk.elsewhere && !operator && named.roles.iter().flatten().any(|role| role == "node") {
        if !named.roles(rules).contains(&"node") {
            add(
                NoticeCode::TokenMissing,
                "The record has no node token that is not revoked: this version then takes its role for not granted.",
                "Run `npx openclaw-prepair pre-pair` with `--device` and `--role node`.",
            );
        }
        return;
    }
    if !operator {
        add(NoticeCode::Role, "The record does not have the role operator.", SETUP);
    }
    let lacking = lacking(rules, record);
    if !lacking.is_empty() && !disk.elsewhere {
        add(NoticeCode::Scopes, &format!("The record lacks {}.", lacking.join(", ")), SETUP);
    }
    if rules.metadata_pinned && !disk.elsewhere {
        let platform = world.inputs.process.as_ref().map(|process| process.platform.as_str());
        let other = platform.is_some() && !pin_allows(text("platform"), platform);
        if other || !pin_allows(text("deviceFamily"), None) {
            add(NoticeCode::Pinned, PINNED, &remove_first(&id));
        }
    }
    token(disk, record, rules, &mut add);
}

pub(super) fn token(
    disk: &Disk,
    record: &Map,
    rules: &Rules,
    add: &mut impl FnMut(NoticeCode, &str, &str),
) {
    let live = record.get("tokens").and_then(|tokens| tokens.get("operator"));
    let Some(live) = live.and_then(Value::as_object) else {
        if !Paired::read(record).roles(rules).contains(&"operator") {
            add(
                NoticeCode::TokenMissing,
                "The record has no operator token: this version then takes its role for not granted.",
                SETUP,
            );
        }
        return;
    };
    if record::is_revoked(live.get("revokedAtMs")) {
        add(
            NoticeCode::TokenRevoked,
            "The operator token of this device was revoked by its owner.",
            match disk.elsewhere {
                true => {
                    "That may have been on purpose. Ask, then let the device connect and approve its request."
                }
                false => {
                    "That may have been on purpose. Ask, then run `npx openclaw-prepair setup --reinstate`."
                }
            },
        );
    }
    if live.get("token").and_then(Value::as_str).is_some_and(record::is_mark) {
        add(
            NoticeCode::TokenRedacted,
            "The device's operator token is a mark that a sanitizer left in its place, and not a secret.",
            SETUP,
        );
    }
    if !live.get("scopes").is_some_and(Value::is_array) {
        add(
            NoticeCode::TokenScopes,
            "The record's operator token has no scopes: every version then drops the connection.",
            SETUP,
        );
    }
    // What some setup scripts do: whoever holds a backup of the devices then holds the gateway.
    let shared = disk.setting(&["gateway", "auth", "token"]).and_then(Value::as_str);
    if shared.is_some() && live.get("token").and_then(Value::as_str) == shared {
        add(
            NoticeCode::TokenIsGateways,
            "The device's token is a copy of the gateway's token, as some setup scripts write it: rotating the one then leaves the other valid.",
            "Take `tokens` out of this device's record, then run `npx openclaw-prepair setup`: it writes a random one. The gateway's token needs no copy here.",
        );
    }
}

/// Which of the five scopes a version does not find in a record.
pub(super) fn lacking(rules: &Rules, record: &Map) -> Vec<&'static str> {
    let paired = Paired::read(record);
    let held = paired.scopes(rules);
    SCOPES.into_iter().filter(|scope| !covers(rules, held, &[scope.to_string()])).collect()
}

/// From 2026.8.1 records without integer times are skipped by the import, or break it.
fn timestamps(world: &World<'_, '_>, disk: &Disk, findings: &mut Findings) {
    if let (undated, Some(first)) = &disk.undated {
        // The key of a record is a device's id, which is no secret.
        let first = if is_device_id(first) { format!("{}…", &first[..12]) } else { quote(first) };
        let path = world.paths.paired();
        let then = match world.rules.store {
            Store::Sqlite => "this version skips them, or stops, when it imports the file",
            Store::Json => "they are lost at an upgrade to 2026.8.1 or later",
        };
        findings.add(NoticeCode::Timestamps, &path, format!("{undated} of the paired records lack an integer createdAtMs or approvedAtMs ({first} is the first); {then}."), "`npx openclaw-prepair setup` dates this device's record; approve other devices anew.");
    }
}
