//! What a state dir says about the device that lives in it.

use crate::base::json::{Map, Value, strings};

use crate::base::base64;
use crate::base::json5;
use crate::base::keys::device_id;
use crate::codes::{ErrorCode, NoticeCode};
use crate::config::includes;
use crate::config::variables::{self, Variables};
use crate::context::{World, unsupervised};
use crate::diagnose::fault::Fault;
use crate::diagnose::findings::Findings;
use crate::diagnose::kept::{Kept, discarded, torn};
use crate::diagnose::secrets;
use crate::diagnose::subject::{Subject, Waiting, key_of};
use crate::error::{Error, Result};
use crate::gateway::state::{
    Config, ControlUi, Identity, Mode, OtherSecret, Paired, ProxyUser, State,
};
use crate::inputs::File;
use crate::options::connection::Auth;
use crate::options::target::Target;
use crate::plan::identity::{IMPORT_BY_DOCTOR, linked, primary_key};
use crate::report::{Notice, StoreKind};
use crate::rules::Import;
use crate::store::identity;
use crate::store::{columns, documents, pending, rows};
use crate::wants::{Gathered, Missing, Stop, want_queries};

/// What a state dir says about the device that lives in it. Holds secrets, so there is no Debug.
#[derive(Default)]
pub(super) struct Disk {
    /// The raw public key of the identity.
    pub(super) identity: Option<[u8; 32]>,
    /// The deviceId, where that alone is known.
    named: Option<String>,
    /// It is another device than that of this state dir: no identity here is looked at.
    pub(super) elsewhere: bool,
    /// There is an identity file that this version cannot use.
    pub(super) broken: bool,
    /// It has the right shape, but its two keys don't belong together.
    pub(super) torn: bool,
    /// The paired record of that identity.
    pub(super) record: Option<Map>,
    /// How many records of `devices/paired.json` lack a time that OpenClaw writes, and the key of the first.
    pub(super) undated: (usize, Option<String>),
    /// All pending requests.
    pub(super) pending: Vec<Waiting>,
    /// The store is a database without an identity: what the files hold is yet to be imported.
    pub(super) imports: bool,
    /// The config with its includes; `None` where there is none that can be read.
    pub(super) config: Option<Map>,
    /// Where variables stand in the config.
    pub(super) variables: Variables,
    /// What the gateway asks its clients for.
    pub(super) secret: Option<String>,
    /// What its clients here present instead.
    pub(super) differs: Option<OtherSecret>,
    /// The token of this device that a client keeps.
    pub(super) kept: Option<Kept>,
    /// The command line here knows no secret of the gateway: what it presents instead.
    pub(super) alone: Option<Auth>,
    /// A gateway that starts gives it the token of the record.
    pub(super) hands_token: bool,
    /// `OPENCLAW_GATEWAY_PORT`.
    pub(super) env_port: Option<u16>,
    /// `devices/paired.json` is an array: it holds nothing, and nothing stays in it.
    pub(super) array: bool,
    /// A gateway does not start on this.
    pub(super) faults: Vec<Fault>,
    /// What could not be read, so that a verdict would be a guess.
    pub(super) unread: Vec<Notice>,
}

impl Disk {
    /// Whether the gateway goes by the files: they are its store, or its first start imports them.
    pub(super) fn files_count(&self, world: &World<'_, '_>) -> bool {
        world.store == StoreKind::Json || self.imports
    }

    /// Whether the state dir belongs to a client of a gateway elsewhere, and no gateway runs on it.
    pub(super) fn is_clients(&self, world: &World<'_, '_>) -> bool {
        let remote = self.setting(&["gateway", "mode"]) == Some(&"remote".into());
        remote && world.inputs.gateway.is_none()
    }

    /// Of what cannot be read each is told once: one folder hides many files.
    pub(super) fn unreadable(&mut self, why: Notice) {
        if !self.unread.contains(&why) {
            self.unread.push(why);
        }
    }

    /// A value of the config by its keys.
    pub(super) fn setting(&self, keys: &[&str]) -> Option<&Value> {
        let (first, rest) = keys.split_first()?;
        rest.iter().try_fold(self.config.as_ref()?.get(first)?, |value, key| value.get(key))
    }

    /// How the gateway authenticates its clients.
    pub(super) fn auth(&self) -> Mode {
        let text = |key: &str| self.setting(&["gateway", "auth", key]).and_then(Value::as_str);
        match text("mode") {
            Some("password") => Mode::Password,
            Some("none") => Mode::None,
            Some("trusted-proxy") => Mode::TrustedProxy,
            // resolveGatewayAuth of src/gateway/auth.ts
            None if text("password").is_some() => Mode::Password,
            _ => Mode::Token,
        }
    }

    /// Puts the variables that are known in the places where the config names them, and finds the gateway's own secret.
    pub(super) fn put_in_variables(&mut self, world: &World<'_, '_>, target: &Target) {
        let none = Map::new();
        let asked = secrets::is_asked(self.config.as_ref().unwrap_or(&none));
        let env = secrets::environment(world, target, &asked);
        if let Some(config) = &mut self.config {
            self.variables = variables::substitute(config, &env);
        }
        self.env_port = env.get("OPENCLAW_GATEWAY_PORT").and_then(|text| text.trim().parse().ok());
        let auth = self.setting(&["gateway", "auth"]);
        let found = secrets::secrets(&world.rules, auth, self.auth(), &env, |path| self.told(path));
        (self.secret, self.differs) = (found.gateway, found.differs);
    }

    /// Whether no variable hides what a setting holds.
    pub(super) fn told(&self, path: &str) -> bool {
        !self.variables.unknown.iter().any(|unknown| unknown == path)
    }

    /// The deviceId of the identity.
    pub(super) fn device_id(&self) -> Option<String> {
        self.identity.as_ref().map(device_id).or_else(|| self.named.clone())
    }

    /// The pending requests of our device.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Waiting> {
        let id = self.device_id();
        self.pending.iter().filter(move |waiting| Some(&waiting.device_id) == id.as_ref())
    }

    /// What the gateway's decision depends on.
    pub(super) fn state(&self, now: i64) -> State {
        let flag = |keys: &[&str]| self.setting(keys).and_then(Value::as_bool);
        let text = |keys: &[&str]| self.setting(keys).and_then(Value::as_str);
        let list = |keys: &[&str]| strings(self.setting(keys)).unwrap_or_default();
        State {
            identity: match &self.identity {
                _ if self.torn => Identity::Broken,
                _ if self.broken => Identity::Unknown,
                Some(public) => Identity::Key(base64::encode_url(public)),
                None => Identity::Missing,
            },
            paired: self.record.as_ref().map(Paired::read),
            pending: self.waiting().map(|waiting| waiting.request.clone()).collect(),
            config: Config {
                trusted_proxies: proxy_list(self),
                allow_real_ip_fallback: flag(&["gateway", "allowRealIpFallback"]).unwrap_or(false),
                port: Some(self.port()),
                bind: text(&["gateway", "bind"]).map(String::from),
                custom_bind_host: text(&["gateway", "customBindHost"]).map(String::from),
                auth: self.auth(),
                auto_approve_local: flag(&["gateway", "nodes", "pairing", "autoApproveLocal"]),
                auto_approve_cidrs: strings(self.setting(&[
                    "gateway",
                    "nodes",
                    "pairing",
                    "autoApproveCidrs",
                ]))
                .unwrap_or_default(),
                control_ui: ControlUi {
                    allow_insecure_auth: flag(&["gateway", "controlUi", "allowInsecureAuth"])
                        .unwrap_or(false),
                    dangerously_disable_device_auth: flag(&[
                        "gateway",
                        "controlUi",
                        "dangerouslyDisableDeviceAuth",
                    ])
                    .unwrap_or(false),
                },
                allowed_origins: strings(self.setting(&["gateway", "controlUi", "allowedOrigins"]))
                    .unwrap_or_default(),
                trusted_proxy: ProxyUser {
                    user_header: text(&["gateway", "auth", "trustedProxy", "userHeader"])
                        .unwrap_or_default()
                        .to_string(),
                    required_headers: list(&["gateway", "auth", "trustedProxy", "requiredHeaders"]),
                    allow_users: list(&["gateway", "auth", "trustedProxy", "allowUsers"]),
                    allow_loopback: flag(&["gateway", "auth", "trustedProxy", "allowLoopback"])
                        == Some(true),
                },
                other_secret: self.differs.clone(),
            },
            kept_token: self.kept.as_ref().map(|kept| kept.same),
            alone: self.alone,
            hands_token: self.hands_token,
            now,
        }
    }
}

/// Reads what counts from the store and the config.
pub(super) fn gather(
    world: &World<'_, '_>,
    subject: Subject,
    findings: &mut Findings,
) -> Result<Disk, Stop> {
    let (inputs, paths) = (world.inputs, &world.paths);
    let mut disk = Disk { elsewhere: true, ..Disk::default() };
    match subject {
        Subject::Own => disk.elsewhere = false,
        Subject::Key(key) => disk.identity = Some(key),
        Subject::Id(id) => disk.named = Some(id),
    }
    let mut missing = Gathered::default();
    let mut failures: Vec<_> = inputs.failures.iter().collect();
    failures.sort_by_key(|(path, _)| path);
    for (_, error) in &failures {
        findings.refused(error.clone());
    }
    if let Some(error) = &world.unclear {
        disk.unreadable(error.clone().into());
        if !failures.iter().any(|(_, known)| known == error) {
            findings.refused(error.clone());
        }
    }
    let mut refusals = Vec::new();
    let failed = |path: &str| inputs.failures.contains_key(path);
    // A file that could not be read is among the findings already.
    let mut part = |disk: &mut Disk, path: &str, result: Result<()>| {
        if let Err(error) = result {
            disk.unreadable(inputs.failures.get(path).unwrap_or(&error).clone().into());
            if !failed(path) {
                findings.refused(error);
            }
        }
    };
    let config = includes::effective(inputs, &paths.config, &world.rules, &world.include_roots);
    match missing.take(unless_refused(config))? {
        Some(Ok(Some(Value::Object(map)))) => disk.config = Some(map),
        Some(Err(error)) => part(&mut disk, &paths.config, Err(error)),
        _ => {}
    }
    if world.store == StoreKind::Sqlite && world.unclear.is_none() {
        let db = paths.database();
        let checked = rows::check_columns(inputs, &db);
        let sound = checked.is_ok();
        part(&mut disk, &db, checked);
        if sound {
            if let Some(Err(error)) = missing.take(unless_refused(rows(world, &mut disk)))? {
                part(&mut disk, &db, Err(error));
            }
            if !disk.elsewhere
                && let Err(error) = primary_key(world)
            {
                disk.torn = true;
                refusals.push(error);
            }
            if let Some(Err(error)) = missing.take(unless_refused(unsupervised(world)))? {
                refusals.push(error);
            }
        }
    }
    if missing.0 != Missing::default() {
        // A store may be large: it is looked into once, when all else is there.
        return Err(Stop::Missing(Box::new(missing.0)));
    }
    if disk.files_count(world) {
        if !disk.elsewhere {
            // A folder that is not one: no client can keep a key there.
            inputs.failures.get(&paths.identity).into_iter().for_each(|error| {
                disk.unreadable(error.clone().into());
            });
            let error = file_identity(world, &mut disk);
            refusals.extend(error.filter(|_| !failed(&paths.identity)));
        }
        let path = paths.paired();
        let read = file_record(&inputs.file(&path), &path, &mut disk);
        part(&mut disk, &path, read);
        disk.array = documents::is_empty_array(&inputs.file(&paths.paired()));
        disk.look_kept(world)?;
        let path = paths.pending();
        let read = pending::entries(&inputs.file(&path), &path);
        let read = read.map(|(requests, _)| {
            let id = disk.device_id();
            let waiting = |entry| Waiting::read(entry, id.as_deref());
            disk.pending = requests.iter().filter_map(waiting).collect();
        });
        part(&mut disk, &path, read);
        if world.rules.import == Import::IdentityOnly {
            (disk.record, disk.pending) = Default::default();
        }
    }
    refusals.into_iter().for_each(|error| findings.refused(error));
    if let Some(id) = &disk.named {
        let held = disk.record.as_ref().and_then(|record| key_of(id, record));
        disk.identity = held.or_else(|| disk.waiting().find_map(|waiting| waiting.public));
    }
    if disk.files_count(world)
        && world.rules.import == Import::IdentityOnly
        && inputs.file(&paths.paired()).exists()
    {
        findings.add(NoticeCode::NotImported, &paths.paired(), "This version imports the identity file at its first start, but no paired.json: its records do not count yet.", IMPORT_BY_DOCTOR);
    }
    Ok(disk)
}

/// A refusal as a value, so that only missing files stop.
pub(super) fn unless_refused<T>(result: Result<T, Stop>) -> Result<Result<T>, Stop> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Refused(error)) => Ok(Err(error)),
        Err(stop) => Err(stop),
    }
}

/// The identity in its file, or why it cannot be used, which has a place in the decision.
fn file_identity(world: &World<'_, '_>, disk: &mut Disk) -> Option<Error> {
    let (inputs, path) = (world.inputs, &world.paths.identity);
    let read = identity::read(&inputs.file(path), path, inputs.now);
    disk.broken = read.is_err() || discarded(world);
    disk.torn = read.is_err() && torn(world) || linked(world);
    match read {
        Ok(stored) => {
            disk.identity = stored.map(|stored| stored.keys.public());
            None
        }
        Err(error) => Some(error),
    }
}

fn rows(world: &World<'_, '_>, disk: &mut Disk) -> Result<(), Stop> {
    let (inputs, db) = (world.inputs, world.paths.database());
    if !inputs.rows.contains_key("pending") {
        // Read with the requests; a diagnosis can do without.
        want_queries(inputs, [rows::primary(&db), rows::pending(&db), rows::surfaces(&db)])?;
    }
    want_queries(inputs, [rows::primary(&db)])?;
    let requests = pending::request_rows(inputs.rows("pending").unwrap_or_default());
    let named = disk.device_id();
    let waiting = |entry| Waiting::read(entry, named.as_deref());
    disk.pending = requests.iter().filter_map(waiting).collect();
    if !disk.elsewhere {
        disk.identity = primary_key(world).unwrap_or_default();
    }
    // A database that `openclaw config set` alone made: the first start imports the files.
    if disk.pending.is_empty() && inputs.rows("primary").is_some_and(<[_]>::is_empty) {
        want_queries(inputs, [rows::any_paired(&db)])?;
        disk.imports = inputs.rows("anyPaired").is_some_and(<[_]>::is_empty);
    }
    if let Some(id) = disk.device_id() {
        let query = rows::paired(&db, &id);
        let key = query.id.clone();
        want_queries(inputs, [query])?;
        disk.record = columns::record(inputs.rows.get(&key).unwrap_or(&None), &db)?;
    }
    Ok(())
}

/// The record of the device, and which records lack a time, by one look at each: a store may be large.
fn file_record(file: &File<'_>, path: &str, disk: &mut Disk) -> Result<()> {
    let Some(bytes) = file.bytes(path)? else { return Ok(()) };
    let id = disk.device_id();
    let (mut own, mut undated) = (None, (0, None));
    let document = documents::each(bytes, path, |member, fields| {
        let dated = |field| fields.value(field).is_some_and(|at| at.as_u64().is_some());
        if !(dated("createdAtMs") && dated("approvedAtMs")) {
            undated.0 += 1;
            undated.1.get_or_insert_with(|| member.key.to_string());
        }
        if member.exact && Some(&*member.key) == id.as_deref() {
            own = Some(member.value);
        }
    })?;
    disk.undated = undated;
    let Some(own) = own else { return Ok(()) };
    let Some(Value::Object(record)) = document.value(own) else {
        let (line, column) = document.line_column(own.start);
        return Err(Error::new(ErrorCode::Shape, "The record of this device is no object.")
            .at(path)
            .place(line, column)
            .hint("Remove that record from the file, then run `npx openclaw-prepair setup`."));
    };
    disk.record = Some(record);
    Ok(())
}

pub(super) fn proxy_list(disk: &Disk) -> Vec<String> {
    match disk.setting(&["gateway", "trustedProxies"]) {
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| json5::line(item), String::from))
            .collect(),
        _ => Vec::new(),
    }
}
