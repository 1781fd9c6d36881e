//! What `verify` needs to try a connection.

use crate::base::json::{Map, Value};
use serde::Serialize;

use crate::base::base64;
use crate::context::World;
use crate::diagnose::disk::{Disk, gather};
use crate::diagnose::findings::Findings;
use crate::diagnose::public::settings;
use crate::diagnose::record::lacking;
use crate::diagnose::subject::Subject;
use crate::error::{Error, Result};
use crate::gateway::state::{Mode, Paired};
use crate::inputs::Inputs;
use crate::options::Request;
use crate::options::role::Role;
use crate::rules::{AgentPath, BindLan, Rules};
use crate::store::record::SCOPES;
use crate::wants::Stop;

/// What `verify` needs to try a connection. Holds a secret: for the process that asked, never for a report.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Approach {
    /// The device of this state dir.
    pub device_id: Option<String>,
    /// Its key.
    pub public_key: Option<String>,
    /// Why the store cannot be told or read, so that nothing here tells of the record.
    pub unread: Option<Error>,
    /// `gateway.port`.
    pub port: Option<u64>,
    /// `gateway.tls.enabled`.
    pub tls: bool,
    /// How this version's own clients on this machine dial: `lan` by its LAN address, `none`: they refuse that; else by loopback.
    pub dials: Option<&'static str>,
    /// `gateway.auth.mode`.
    pub auth_mode: Option<String>,
    /// `gateway.auth.token`.
    pub token: Option<String>,
    /// `gateway.auth.password`.
    pub password: Option<String>,
    /// Whether there is a record of this device and this key.
    pub paired: bool,
    /// The scopes of its record that need no new approval.
    pub granted: Vec<&'static str>,
    /// Pending requests of this device.
    pub pending: Vec<String>,
    /// What its record says of it: the fields that a connect may overwrite, and the family.
    pub record: Option<Value>,
    /// Its own token, unless that is revoked.
    pub device_token: Option<String>,
    /// Its owner revoked that: a connect with the gateway's secret would give it another one.
    pub revoked: bool,
    /// The one that clients here keep, which they present where they know no secret of the gateway.
    pub kept_token: Option<String>,
    /// They present it first.
    pub kept_first: bool,
    /// The clients that present the gateway's secret to this machine, and no device.
    pub bare: Vec<&'static str>,
    /// The state dir and the config's folder.
    pub bases: Vec<String>,
    /// The public settings of the config, includes counted. The only part that may be shown.
    pub settings: Option<Value>,
}

/// The fields of a record that make up what its device says of itself at a connect, or that a connect overwrites.
const SELF: [&str; 8] = [
    "displayName",
    "platform",
    "deviceFamily",
    "clientId",
    "clientMode",
    "role",
    "roles",
    "scopes",
];

/// Gathers what `verify` needs; stops with what is still to be read. `request` is one of `diagnose`.
pub(crate) fn approach(request: &Request, inputs: &Inputs<'_>) -> Result<Approach, Stop> {
    let world = World::look(&request.target, Some(&request.what), inputs)?;
    let mut findings = Findings(Vec::new());
    let mut disk = gather(&world, Subject::Own, &mut findings)
        .map_err(|stop| stop.based(&world.paths.bases()))?;
    let settings = settings(&world.rules, &disk);
    disk.put_in_variables(&world, &request.target);
    if disk.kept.is_none() {
        disk.look_kept(&world)?;
    }
    let text = |keys: &[&str]| {
        // OpenClaw leaves out what names a variable that is not set.
        let told = disk.setting(keys).filter(|_| disk.told(&keys.join(".")));
        told.and_then(Value::as_str).filter(|text| !text.is_empty()).map(String::from)
    };
    let id = disk.device_id();
    Ok(Approach {
        unread: world.unclear.clone(),
        port: disk.setting(&["gateway", "port"]).and_then(Value::as_u64),
        tls: disk.setting(&["gateway", "tls", "enabled"]) == Some(&Value::Bool(true)),
        dials: dials(&world.rules, &disk),
        auth_mode: text(&["gateway", "auth", "mode"]),
        token: match disk.auth() {
            Mode::Token => disk.secret.clone(),
            _ => text(&["gateway", "auth", "token"]),
        },
        password: match disk.auth() {
            Mode::Password => disk.secret.clone(),
            _ => text(&["gateway", "auth", "password"]),
        },
        paired: disk.record.is_some(),
        granted: disk.record.as_ref().map_or(Vec::new(), |record| {
            let lacking = lacking(&world.rules, record);
            SCOPES.into_iter().filter(|scope| !lacking.contains(scope)).collect()
        }),
        pending: disk.waiting().map(|waiting| waiting.request_id.clone()).collect(),
        record: disk.record.as_ref().map(|record| {
            SELF.into_iter()
                .filter_map(|name| Some((name.to_string(), record.get(name)?.clone())))
                .collect()
        }),
        device_token: disk.record.as_ref().and_then(live_token),
        revoked: disk.record.as_ref().is_some_and(is_revoked),
        kept_token: disk.kept.take().map(|kept| kept.token),
        kept_first: world.rules.cached_token_first,
        bare: [
            ("agent", world.rules.agent_path == AgentPath::Device),
            ("cli", world.rules.cli_presents_device),
        ]
        .into_iter()
        .filter_map(|(client, device)| (!device).then_some(client))
        .collect(),
        bases: world.paths.bases(),
        device_id: id,
        public_key: disk.identity.map(|key| base64::encode_url(&key)),
        settings,
    })
}

/// `buildGatewayConnectionDetails` of src/gateway/call.ts.
fn dials(rules: &Rules, disk: &Disk) -> Option<&'static str> {
    let is = |keys: &[&str], value: Value| disk.setting(keys) == Some(&value);
    let lan = is(&["gateway", "bind"], "lan".into());
    let tls = is(&["gateway", "tls", "enabled"], Value::Bool(true));
    match rules.bind_lan {
        BindLan::Refused if lan && !tls => Some("none"),
        BindLan::Remote | BindLan::Refused if lan => Some("lan"),
        _ => None,
    }
}

/// Whether the operator token of a record is revoked.
fn is_revoked(record: &Map) -> bool {
    Paired::read(record).token(Role::Operator).is_some_and(|token| token.revoked)
}

/// The operator token of a record that is not revoked.
fn live_token(record: &Map) -> Option<String> {
    let token = record.get("tokens")?.get("operator")?.get("token")?.as_str()?;
    (!is_revoked(record)).then(|| token.to_string())
}
