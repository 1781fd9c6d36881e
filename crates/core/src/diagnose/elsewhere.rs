//! What can be done elsewhere about a wall that nothing here opens, and why nothing here does.

use crate::base::base64;
use crate::base::json5;
use crate::base::keys::device_id;
use crate::base::text::quote;
use crate::context::World;
use crate::diagnose::after::refusal;
use crate::diagnose::disk::Disk;
use crate::diagnose::fault::Fault;
use crate::diagnose::findings::DIRECT;
use crate::diagnose::host::beyond;
use crate::diagnose::judge::{Case, described, fails_at, presents_device};
use crate::gateway::state::{Mode, OtherSecret, Paired};
use crate::gateway::tree::Question;
use crate::gateway::walk::Outcome;
use crate::gateway::who::is_lone;
use crate::options::log::Refused;
use crate::options::target::flag;
use crate::report::{By, RemedyStep};
use crate::rules::OwnToken;
use crate::verdict::{Reason, Verdict};
use crate::wants::Stop;

/// What only a person can do, or why nothing can be done.
pub(super) fn by_hand(text: impl Into<String>) -> RemedyStep {
    RemedyStep { by: By::Hand, argv: Vec::new(), text: text.into() }
}

/// What can be done elsewhere about a wall that nothing here opens.
pub(super) fn elsewhere(
    world: &World<'_, '_>,
    case: Case<'_>,
    disk: &Disk,
    outcome: &Outcome,
) -> Result<Vec<RemedyStep>, Stop> {
    let mode = disk.auth();
    Ok(match (outcome.verdict, outcome.reason) {
        (Verdict::NoGateway, _) if disk.is_clients(world) => vec![on_the_gateway(disk)],
        (Verdict::NoGateway, _) => vec![by_hand(
            "Nothing here tells of a gateway. Name its state dir by stateDir, or the version that is to start here by gatewayVersion, and ask again.",
        )],
        (Verdict::Unknown, _) if fails_at(outcome, Question::Origin) => {
            vec![by_hand(not_allowed(case, disk))]
        }
        (Verdict::Unknown, _) if disk.unread.is_empty() => vec![listed(
            case,
            "Lists every device and what waits. `doctor --device` with the id of the one that was refused judges that one.",
        )],
        (Verdict::PairingRequired, _) if case.is_strangers(disk) => vec![listed(
            case,
            "The device of the log line is not that of this state dir, so nothing here vouches for it. This lists what waits; if you know the device, `doctor --device` with its id names the command that lets it in.",
        )],
        (Verdict::Unknown, _) => {
            let text =
                |hint: &Option<String>, message: &str| by_hand(hint.as_deref().unwrap_or(message));
            disk.unread.iter().map(|unread| text(&unread.hint, &unread.message)).collect()
        }
        (Verdict::Rejected, Some(Reason::Config)) => disk
            .faults
            .iter()
            .map(|fault| match fault {
                Fault::Hand(hint) => {
                    by_hand(format!("{hint} Only you can choose it; then ask again."))
                }
                Fault::Setting(keys, Some(value)) => by_hand(format!(
                    "Set {} to {} in the file that holds it.",
                    keys.join("."),
                    json5::line(value)
                )),
                Fault::Setting(keys, None) => {
                    by_hand(format!("Remove {} from the file that holds it.", keys.join(".")))
                }
                Fault::File(path) => by_hand(format!("Move {path} away.")),
            })
            .collect(),
        (Verdict::Rejected, Some(Reason::Identity)) if case.options.device.is_none() => {
            let argv = ["doctor", "--fix"].map(str::to_string).to_vec();
            vec![RemedyStep { by: By::Openclaw, argv, text: "The identity is broken, and it is not one that could be replaced from here. OpenClaw's doctor keeps the key where both halves belong together, else it makes a new one; then ask again.".into() }]
        }
        (Verdict::Rejected, Some(Reason::UnattributableProxy)) => vec![by_hand(
            "The gateway cannot tell who is behind the proxy, and no setting tells it. At the proxy, send X-Forwarded-For with the client's own address; or connect directly.",
        )],
        (Verdict::Rejected, Some(Reason::MissingScope))
            if case.options.connection.method.as_deref() == Some("device.pair.approve") =>
        {
            vec![listed(
                case,
                "OpenClaw's own command asks for too little to approve anything on this version, and no record changes that. This lists what waits; `devices approve` with the id of the one that you mean approves it on the disk.",
            )]
        }
        (Verdict::Rejected, Some(Reason::MissingScope)) if presents_device(outcome) => {
            vec![by_hand(
                "The client itself asks for fewer scopes than the method needs, and no record changes what it asks for. Call that method with a client that asks for more.",
            )]
        }
        (Verdict::Rejected, Some(Reason::NoDevice | Reason::MissingScope)) => vec![by_hand(DIRECT)],
        (Verdict::Rejected, Some(Reason::Auth)) if let Some(other) = &disk.differs => {
            vec![by_hand(match other {
                OtherSecret::Trimmed(setting) => format!(
                    "Write {setting} without the blanks around it, in the file that holds it, and restart the gateway."
                ),
                OtherSecret::Variable(name) => format!(
                    "{name} in the environment of the clients is not the secret of the config, and no change on this disk unsets it. Unset it there, or give it the config's value."
                ),
            })]
        }
        (Verdict::Rejected, Some(Reason::Auth)) if fails_at(outcome, Question::Origin) => {
            vec![by_hand(not_allowed(case, disk))]
        }
        (Verdict::Rejected, Some(Reason::Auth))
            if is_lone(&case.options.connection, disk.alone.is_some()) =>
        {
            without_secret(world, case, disk)?
        }
        (Verdict::Rejected, Some(Reason::Auth))
            if case.logged.is_some_and(|logged| logged.refused == Some(Refused::Token)) =>
        {
            let elsewhere = by_hand(
                "The client presented a token that the record of its device does not hold: one that was replaced since, or none of this gateway. `npx openclaw-prepair devices token` gives the one that counts, for a client elsewhere; or let it connect once with the gateway's secret.",
            );
            rotate(case, disk).into_iter().chain([elsewhere]).collect()
        }
        (Verdict::Rejected, Some(Reason::Auth)) => vec![by_hand(match mode {
            Mode::TrustedProxy => {
                "gateway.auth.mode is \"trusted-proxy\": the gateway takes only users that the proxy names, so no record and no token of this machine helps. Connect through that proxy, with its user header."
            }
            Mode::Token => {
                "The client does not present what the gateway asks for, and no record changes that. Give it the gateway's token."
            }
            Mode::Password => {
                "The client does not present what the gateway asks for, and no record changes that. Give it the gateway's password."
            }
            Mode::None => "The gateway asks for no secret. See its log.",
        })],
        _ => {
            let why = refusal(world, case)?;
            let text = why.map(|error| match error.hint.as_deref() {
                Some(hint) => format!("{} {hint}", error.message),
                None => error.message.clone(),
            });
            vec![by_hand(text.unwrap_or_else(|| "No change on this disk opens it. Connect from the gateway's own machine, or ask the gateway's owner.".to_string()))]
        }
    })
}

/// What lets the command line of this machine in where nothing tells it the gateway's secret.
fn without_secret(
    world: &World<'_, '_>,
    case: Case<'_>,
    disk: &Disk,
) -> Result<Vec<RemedyStep>, Stop> {
    let name = if disk.auth() == Mode::Password { "PASSWORD" } else { "TOKEN" };
    let mut text = format!(
        "The command line finds no secret of the gateway in the config or the environment. Set OPENCLAW_GATEWAY_{name} in the environment of the gateway and of the command line, and restart the gateway."
    );
    if world.rules.makes_token == OwnToken::Handed && !beyond(world, case.target, disk)? {
        text.push_str(" Where no secret is to be set, restart the gateway without one: at its start it gives the command line a device token.");
    }
    let stale = rotate(case, disk).filter(|_| disk.stale());
    Ok(stale.into_iter().chain([by_hand(text)]).collect())
}

/// A new token for a device that presents an old one.
fn rotate(case: Case<'_>, disk: &Disk) -> Option<RemedyStep> {
    let id = disk.device_id().filter(|_| disk.record.is_some() && !case.is_strangers(disk))?;
    let argv = ["devices".to_string(), "rotate".to_string(), id];
    Some(RemedyStep {
        by: By::OpenclawPrepair,
        argv: argv.into_iter().chain(case.target.argv()).collect(),
        text: "Gives the record of this device a new token, and the command line of this state dir the same where it keeps an old one.".to_string(),
    })
}

/// Of a page whose origin the gateway does not allow: which origin that was, and who said so.
fn not_allowed(case: Case<'_>, disk: &Disk) -> String {
    let given = case.options.connection.origin.as_deref().map(str::trim);
    let sound = given.filter(|origin| is_origin(origin));
    let told = case.logged.and_then(|logged| logged.origin.as_deref()).map(str::trim);
    let allow = |origin: &str| {
        format!(
            "`npx openclaw-prepair patch-config --set 'gateway.controlUi.allowedOrigins=[\"{origin}\"]'`, then restart the gateway."
        )
    };
    let example = allow("https://claw.example.org");
    match (given, sound) {
        (_, Some(origin)) => format!(
            "The gateway does not allow the origin {origin}{}. Only if that is the address that your browser shows, allow it by {}",
            if told == Some(origin) { ", which the log line names" } else { "" },
            allow(origin)
        ),
        (Some(_), None) => format!(
            "The gateway does not allow this page's origin. Allow the address that the browser shows, for example by {example}"
        ),
        (None, None) => {
            let record = disk.record.as_ref().map(Paired::read);
            let assumed = described(case, disk, record.as_ref()).origin.unwrap_or_default();
            let assumed = quote(&assumed);
            let told = match case.tells_no_page() {
                true => "Nothing tells which address the browser shows. Name its host and port by connection.host".to_string(),
                false => format!(
                    "No origin was given, so {assumed} was assumed, which the gateway does not allow. Name that of the page by connection.origin"
                ),
            };
            format!(
                "{told} and ask again; or allow the address that the browser shows, for example by {example}"
            )
        }
    }
}

/// Whether a text is an origin, and holds nothing that a shell reads.
pub(super) fn is_origin(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let parts = text.split_once("://");
    parts.is_some_and(|(scheme, host)| {
        matches!(scheme, "http" | "https") && !host.is_empty() && host.bytes().all(plain)
    })
}

/// What is paired and what waits, as a command.
fn listed(case: Case<'_>, text: &str) -> RemedyStep {
    let argv = ["devices", "list"].map(str::to_string).into_iter().chain(case.target.argv());
    RemedyStep { by: By::OpenclawPrepair, argv: argv.collect(), text: text.to_string() }
}

/// What lets a client in whose gateway is on another machine.
fn on_the_gateway(disk: &Disk) -> RemedyStep {
    const WHERE: &str = "This state dir belongs to a client: no gateway reads records here.";
    match &disk.identity {
        Some(key) => RemedyStep {
            by: By::OpenclawPrepair,
            argv: [vec!["pre-pair".to_string()], flag("--device", &base64::encode_url(key))]
                .concat(),
            text: format!(
                "{WHERE} Run this on the machine of its gateway; it approves device {}.",
                device_id(key)
            ),
        },
        None => by_hand(format!(
            "{WHERE} It has no identity yet: let the client connect once, then ask again."
        )),
    }
}
