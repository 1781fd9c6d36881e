//! What becomes of the connection, by the state dir as it is, or as it would be after a step.

use crate::base::json::Map;

use crate::base::text::{quote, request_name};
use crate::codes::NoticeCode;
use crate::context::World;
use crate::diagnose::alone::without_secret;
use crate::diagnose::config::settings;
use crate::diagnose::disk::{Disk, gather, proxy_list, unless_refused};
use crate::diagnose::fault::Fault;
use crate::diagnose::findings::{APPROVE, DIRECT, Findings};
use crate::diagnose::host::seeds;
use crate::diagnose::identity::leftovers;
use crate::diagnose::record::record;
use crate::diagnose::subject::Subject;
use crate::error::Result;
use crate::gateway::admit::WITH_SECRET;
use crate::gateway::request::trusts;
use crate::gateway::state::Paired;
use crate::gateway::tree::Question;
use crate::gateway::walk::{Outcome, connect};
use crate::gateway::who::filled;
use crate::options::DiagnoseOptions;
use crate::options::connection::{Client, Connection};
use crate::options::log::{Logged, Refused};
use crate::options::target::Target;
use crate::plan::devices::own;
use crate::store::rows;
use crate::verdict::{Reason, Step, Verdict};
use crate::wants::Stop;

/// What was asked.
#[derive(Clone, Copy)]
pub(super) struct Case<'c> {
    pub(super) target: &'c Target,
    pub(super) options: &'c DiagnoseOptions,
    /// What the line of a log tells, where one was given.
    pub(super) logged: Option<&'c Logged>,
}

impl Case<'_> {
    /// Whether the device is one that the caller did not name, but a line of a log did.
    pub(super) fn is_strangers(&self, disk: &Disk) -> bool {
        disk.elsewhere && self.options.device.is_none()
    }

    /// Whether a line of a log is all that is known, and it names no device.
    pub(super) fn tells_of_nobody(&self) -> bool {
        self.logged.is_some() && !self.names_device()
    }

    /// Whether nothing says which address the browser shows.
    pub(super) fn tells_no_page(&self) -> bool {
        let given = &self.options.connection;
        given.origin.is_none() && given.host.is_none()
    }

    /// Whether it is known which device connects.
    fn names_device(&self) -> bool {
        let logged = self.logged.is_some_and(|logged| logged.device_id.is_some());
        self.options.device.is_some() || logged
    }
}

/// The identity and its record in a database, as statements that were not run would leave them.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) public: [u8; 32],
    pub(super) record: Option<Map>,
}

/// The state dir and the verdict. `row`: what the database would hold.
pub(super) fn judge(
    world: &World<'_, '_>,
    case: Case<'_>,
    row: Option<&Row>,
    findings: &mut Findings,
) -> Result<(Disk, Outcome), Stop> {
    let mut disk = gather(world, subject(world, case)?, findings)?;
    if let Some(row) = row {
        let id = crate::base::keys::device_id(&row.public);
        disk.identity = Some(row.public);
        disk.record = row.record.clone();
        disk.pending.retain(|waiting| waiting.device_id != id);
        (disk.imports, disk.torn, disk.broken) = (false, false, false);
    }
    disk.put_in_variables(world, case.target);
    without_secret(world, &mut disk)?;
    settings(world, &mut disk, findings);
    record(world, &disk, findings);
    leftovers(world, &mut disk, findings);
    let outcome = decide(world, &disk, case, findings)?;
    Ok((disk, outcome))
}

/// Whose key is judged: that of the device which was named, by the caller or else by the line of a log.
fn subject(world: &World<'_, '_>, case: Case<'_>) -> Result<Subject, Stop> {
    let logged = case.logged.and_then(|logged| logged.device_id.clone());
    Ok(match (case.options.device, logged) {
        (Some(key), _) => Subject::Key(key),
        (None, None) => Subject::Own,
        (None, Some(id)) => {
            let own = unless_refused(own(world))?.ok().flatten();
            if own.as_ref() == Some(&id) { Subject::Own } else { Subject::Id(id) }
        }
    })
}

/// The connection with what its description leaves out. `record`: that of the device; without one its request tells what it is.
/// A request that waits tells what a named device asks for now, and on which system it is.
pub(super) fn described(case: Case<'_>, disk: &Disk, record: Option<&Paired>) -> Connection {
    let given = &case.options.connection;
    let asks = || disk.waiting().find_map(|waiting| Some((waiting, waiting.device.as_ref()?)));
    let Some((waiting, device)) = case.names_device().then(asks).flatten() else {
        return filled(given, disk.port(), case.names_device().then_some(record));
    };
    let mut given = given.clone();
    given.platform = given.platform.or_else(|| device.platform.clone());
    given.device_family = given.device_family.or_else(|| device.device_family.clone());
    let mut asking = filled(&given, disk.port(), Some(record.or(Some(device))));
    // What an agent and the command line ask for hangs on the method that they call, where one is named or a record lets some be called.
    let by_method = matches!(asking.client, Client::Agent | Client::Cli);
    if !(by_method && (given.client == asking.client || record.is_some()))
        && given.method.is_none()
        && asking.scopes.is_none()
        && !waiting.request.scopes.is_empty()
    {
        asking.scopes = Some(waiting.request.scopes.clone());
    }
    asking
}

/// The verdict beside what the gateway's log says: what it refused is not told to be open, unless it is known which device that was,
/// or its record was approved later.
pub(super) fn against_the_log(case: Case<'_>, disk: &Disk, outcome: Outcome) -> Outcome {
    let refused = case.logged.and_then(|logged| logged.refused).filter(|_| is_open(&outcome));
    let record = disk.record.as_ref();
    let approved = record.and_then(|record| record.get("approvedAtMs")?.as_i64());
    let rotated = || record?.get("tokens")?.get("operator")?.get("rotatedAtMs")?.as_i64();
    let written = case.logged.and_then(|logged| logged.at);
    let later = approved.max(rotated()).zip(written).is_some_and(|(done, written)| done > written);
    let rejected = |why: &str| {
        let (reason, question) = (Some(Reason::Auth), Question::Authenticated);
        ended(Verdict::Rejected, reason, question, vec![why.to_string()])
    };
    match refused {
        Some(Refused::Otherwise | Refused::Token) if later => outcome,
        Some(Refused::Secret) => {
            rejected("the gateway's log says that the client did not present its secret")
        }
        Some(Refused::Token) => rejected(
            "the gateway's log says that the token which the client presented is not the one of its device's record",
        ),
        Some(Refused::Otherwise) if !case.names_device() => ended(
            Verdict::Unknown,
            None,
            Question::Read,
            vec!["the gateway refused it, the line does not say which device that was, and this state dir's own device would be let in".to_string()],
        ),
        _ => outcome,
    }
}

/// A verdict that hangs on what is not known here.
pub(super) fn untold(why: &str) -> Outcome {
    ended(Verdict::Unknown, None, Question::Read, vec![why.to_string()])
}

/// Whether nothing is here that a gateway wrote.
pub(super) fn is_empty(world: &World<'_, '_>) -> bool {
    let (inputs, paths) = (world.inputs, &world.paths);
    let files = [&paths.config, &paths.identity, &paths.paired(), &paths.pending()];
    inputs.failures.is_empty()
        && rows::user_version(inputs).is_none()
        && !files.into_iter().any(|path| inputs.file(path).exists())
}

fn ended(
    verdict: Verdict,
    reason: Option<Reason>,
    question: Question,
    because: Vec<String>,
) -> Outcome {
    let step = |because| Step { question: question.text().into(), answer: "no".into(), because };
    Outcome { verdict, reason, steps: because.into_iter().map(step).collect() }
}

/// What the gateway does with the described connection.
fn decide(
    world: &World<'_, '_>,
    disk: &Disk,
    case: Case<'_>,
    findings: &mut Findings,
) -> Result<Outcome, Stop> {
    if is_empty(world) && world.gateway.version.is_none() {
        let why = "nothing is here that a gateway wrote, and no version was named".to_string();
        return Ok(ended(Verdict::NoGateway, None, Question::Here, vec![why]));
    }
    if disk.is_clients(world) {
        let why = "gateway.mode is remote: this state dir belongs to a client of another gateway";
        return Ok(ended(Verdict::NoGateway, None, Question::Here, vec![why.to_string()]));
    }
    if !disk.unread.is_empty() {
        let why = disk.unread.iter().map(|unread| match &unread.place {
            Some(place) => {
                format!("{} ({})", unread.message.trim_end_matches('.'), place.path)
            }
            None => unread.message.clone(),
        });
        return Ok(ended(Verdict::Unknown, None, Question::Read, why.collect()));
    }
    if let Some(fault) = disk.faults.first() {
        let (reason, why) = match fault {
            Fault::File(path) => (Reason::Identity, format!("{path} is in the way")),
            Fault::Setting(keys, _) => {
                (Reason::Config, format!("not with this {}", keys.join(".")))
            }
            Fault::Hand(_) => (Reason::Config, "not with this config".to_string()),
        };
        return Ok(ended(Verdict::Rejected, Some(reason), Question::Start, vec![why]));
    }
    let mut state = disk.state(world.inputs.now);
    let mut connection = described(case, disk, state.paired.as_ref());
    let known = state.paired.is_some() || disk.waiting().next().is_some();
    if case.names_device() && known && case.options.connection.origin.is_none() {
        // A page that has come as far as a record or a request has an origin that is allowed.
        state.config.allowed_origins.extend(connection.origin.clone());
    }
    if connection.platform.is_none() {
        connection.platform = world.inputs.process.as_ref().map(|p| p.platform.clone());
    }
    let mut outcome = connect(&world.rules, &state, &connection);
    if fails_at(&outcome, Question::Origin) {
        let origin = connection.origin.clone().unwrap_or_default();
        if case.tells_no_page() {
            let why = "which address the browser shows is not known here".to_string();
            outcome.steps.pop();
            outcome.steps.extend(ended(Verdict::Unknown, None, Question::Origin, vec![why]).steps);
            (outcome.verdict, outcome.reason) = (Verdict::Unknown, None);
        } else if seeds(world, case.target, disk, &origin)? {
            state.config.allowed_origins.push(origin);
            outcome = connect(&world.rules, &state, &connection);
        }
    }
    if disk.array
        && outcome.verdict == Verdict::SilentApproval
        && !world.rules.corrupt_store_is_error
    {
        // Observed on 2026.2.19: it approves in memory at every connect, and writes `[]` again.
        let why = "devices/paired.json is an array, in which no record stays".to_string();
        outcome
            .steps
            .extend(ended(Verdict::PairingRequired, None, Question::Silent, vec![why]).steps);
        (outcome.verdict, outcome.reason) = (Verdict::PairingRequired, Some(Reason::NotPaired));
    }
    let path = world.paths.config.as_str();
    match outcome.reason {
        Some(Reason::UnattributableProxy) => {
            let peer = connection.remote_address.as_deref().unwrap_or("127.0.0.1");
            if trusts(&world.rules, &proxy_list(disk), peer) {
                findings.add(NoticeCode::ProxyNoClient, path, "The proxy is listed, but X-Forwarded-For names no client that isn't itself a trusted proxy; this version answers HTTP 403.", "List only the proxy's own addresses in gateway.trustedProxies, and have the proxy send X-Forwarded-For.");
            } else {
                let hint = match presents_device(&outcome) {
                    true => format!(
                        "Run `npx openclaw-prepair patch-config --proxy-peer {}`.",
                        quote(peer).trim_matches('"')
                    ),
                    false => DIRECT.to_string(),
                };
                findings.add(NoticeCode::ProxyUnlisted, path, "The connection comes through a proxy that adds forwarded headers and is not in gateway.trustedProxies; this version answers HTTP 403.", hint);
            }
        }
        Some(Reason::NoDevice | Reason::MissingScope) if !presents_device(&outcome) => {
            findings.add(NoticeCode::NoDevice, path, "This client presents no device, so no paired record can help it.", "Let it connect to the gateway directly, without the proxy, or use a client that presents its device.");
        }
        // Elsewhere a waiting request is in nobody's way.
        Some(Reason::StickyPending) => sticky(world, disk, findings),
        _ => {}
    }
    Ok(outcome)
}

/// A request of this device that keeps later ones from being approved silently.
fn sticky(world: &World<'_, '_>, disk: &Disk, findings: &mut Findings) {
    let path = match disk.files_count(world) {
        true => world.paths.pending(),
        false => world.paths.database(),
    };
    if let Some(waiting) = disk.waiting().find(|waiting| !waiting.request.silent) {
        let id = disk.device_id().unwrap_or_default();
        findings.add(
            NoticeCode::PendingSticky,
            &path,
            format!("The pending request {} of this device is not silent: later ones that could be approved silently join it and wait too.", request_name(&waiting.request_id)),
            match disk.elsewhere {
                true => APPROVE.to_string(),
                false => format!(
                    "Run `npx openclaw-prepair setup`; or `npx openclaw-prepair clear-pending --device-id {id}`, which helps at once too, beside a running gateway."
                ),
            },
        );
    }
}

/// Whether the client of a path through the decision presents its device.
pub(super) fn presents_device(outcome: &Outcome) -> bool {
    let asked = |step: &&Step| step.question == Question::Device.text();
    outcome.steps.iter().find(asked).is_some_and(|step| step.answer == "yes")
}

/// Whether it is let in by the gateway's own secret.
pub(super) fn by_secret(outcome: &Outcome) -> bool {
    let asked = Question::Authenticated.text();
    outcome.steps.iter().any(|step| step.question == asked && step.answer == WITH_SECRET)
}

/// Whether a path through the decision ends at this question.
pub(super) fn fails_at(outcome: &Outcome, question: Question) -> bool {
    let last = outcome.steps.last();
    last.is_some_and(|step| step.question == question.text() && step.answer == "no")
}

/// Whether the connection is let in.
pub(super) fn is_open(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::Open | Verdict::SilentApproval)
}
