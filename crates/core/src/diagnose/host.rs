//! The machine: its Node.js, owners and modes.

use crate::base::json::{Value, strings};

use crate::base::ip::is_loopback_text;
use crate::codes::NoticeCode;
use crate::config::dotenv;
use crate::context::World;
use crate::diagnose::disk::Disk;
use crate::diagnose::findings::{Findings, SETUP_KEEPS};
use crate::gateway::state::Mode;
use crate::inputs::File;
use crate::options::target::Target;
use crate::plan::identity::linked;
use crate::report::Notice;
use crate::rules::{Container, OwnToken, Rules, SecretBeyond};
use crate::store::paths::Paths;
use crate::wants::{Stop, Wants, want_files};

/// The Node.js that runs this is, most often, the one that runs the gateway.
pub(super) fn node(world: &World<'_, '_>, findings: &mut Findings) {
    let (Some(process), Some(version)) = (&world.inputs.process, &world.gateway.version) else {
        return;
    };
    let mut parts = process.node.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    let have = (part(), part(), part());
    let lines = world.rules.min_node;
    let newest = lines.last().map_or(0, |line| line.0);
    let enough = have.0 > newest || lines.iter().any(|line| line.0 == have.0 && have >= *line);
    if !enough {
        let least: Vec<String> =
            lines.iter().map(|(major, minor, patch)| format!("{major}.{minor}.{patch}")).collect();
        findings.0.push(
            Notice::new(NoticeCode::Node, format!("This is Node {}; OpenClaw {version} needs {} or newer.", process.node, least.join(" or ")))
                .hint("Start the gateway with a newer Node. Nothing to do where it runs on another one than this."),
        );
    }
}

/// The files by which OpenClaw sees that it runs in a container, and the one that it reads where none of them is there
/// (src/infra/container-environment.ts, the same in every version that looks).
const CONTAINER: [&str; 3] = ["/.dockerenv", "/run/.containerenv", "/var/run/.containerenv"];

const CGROUP: &str = "/proc/1/cgroup";

/// Whether OpenClaw takes this machine for a container, as far as the driver can tell.
fn contained(world: &World<'_, '_>, target: &Target) -> Result<bool, Stop> {
    let inputs = world.inputs;
    let set = |name: &str| target.env.get(name).is_some_and(|value| !value.trim().is_empty());
    let container = world.rules.container;
    if container == Container::Never {
        return Ok(false);
    }
    if container == Container::MarksAndFly && set("FLY_MACHINE_ID") && set("FLY_APP_NAME") {
        return Ok(true);
    }
    let mut wants = Wants::default();
    for path in CONTAINER {
        wants.stat(inputs, path);
    }
    wants.met()?;
    if CONTAINER.iter().any(|path| inputs.stat(path).is_some()) {
        return Ok(true);
    }
    if inputs.stats.is_some() {
        want_files(inputs, [CGROUP]).map_err(Stop::optional)?;
    }
    let File::Bytes(groups) = inputs.file(CGROUP) else { return Ok(false) };
    Ok(of_container(&String::from_utf8_lossy(groups)))
}

/// `/\/docker\/|cri-containerd-[0-9a-f]|containerd\/[0-9a-f]{64}|\/kubepods[/.]|\blxc\b/`
fn of_container(groups: &str) -> bool {
    let hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let before = |mark: &str, digits: usize| {
        groups.match_indices(mark).any(|(at, _)| {
            groups.as_bytes()[at + mark.len()..].iter().take_while(|byte| hex(byte)).count()
                >= digits
        })
    };
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let apart = |(at, name): (usize, &str)| {
        !groups[..at].ends_with(word) && !groups[at + name.len()..].starts_with(word)
    };
    ["/docker/", "/kubepods/", "/kubepods."].iter().any(|mark| groups.contains(mark))
        || before("cri-containerd-", 1)
        || before("containerd/", 64)
        || groups.match_indices("lxc").any(apart)
}

/// Whether a gateway of this `gateway.bind` wants a secret that it did not make itself.
pub(super) fn wants_secret(rules: &Rules, bind: &str, host: &str) -> bool {
    match rules.secret_beyond {
        SecretBeyond::Word => matches!(bind, "auto" | "custom" | "lan" | "tailnet"),
        SecretBeyond::Address => {
            bind == "lan" || bind == "custom" && !is_loopback_text(host.trim())
        }
    }
}

/// Whether a gateway here listens beyond this machine, as its config or its place says.
pub(super) fn beyond(world: &World<'_, '_>, target: &Target, disk: &Disk) -> Result<bool, Stop> {
    match disk.setting(&["gateway", "bind"]).and_then(Value::as_str) {
        Some(word) => Ok(word != "loopback"),
        None => contained(world, target),
    }
}

pub(super) const ORIGINS: &[&str] = &["gateway", "controlUi", "allowedOrigins"];

/// Whether a gateway allows an origin by itself (`buildDefaultControlUiAllowedOrigins`): from 2026.2.26 on, and those before it take it
/// for their own.
pub(super) fn seeds(
    world: &World<'_, '_>,
    target: &Target,
    disk: &Disk,
    origin: &str,
) -> Result<bool, Stop> {
    let setting = |name| disk.setting(&["gateway", name]).and_then(Value::as_str);
    let host = origin.strip_prefix("http://").unwrap_or_default();
    let (host, port) = host.rsplit_once(':').unwrap_or_default();
    let own = matches!(host, "localhost" | "127.0.0.1")
        || setting("bind") == Some("custom")
            && setting("customBindHost").map(str::trim) == Some(host);
    let set = strings(disk.setting(ORIGINS)).unwrap_or_default();
    Ok(own
        && port.parse() == Ok(disk.port())
        && set.iter().all(|origin| origin.trim().is_empty())
        && beyond(world, target, disk)?)
}

/// The secret that a gateway lacks, and for what.
enum Lack<'d> {
    /// `gateway.auth.mode` asks for it.
    Password,
    /// This version makes none itself.
    Token,
    /// By this word of `gateway.bind` it listens beyond this machine.
    Beyond(&'d str),
    /// In a container it listens on every address.
    Container,
    /// It makes one itself, which a client elsewhere does not know.
    Own,
}

/// What a gateway lacks without which this version does not start. One that runs has started; the secret may well be in its
/// environment alone.
fn lack<'d>(
    world: &World<'_, '_>,
    target: &Target,
    disk: &'d Disk,
    shared: bool,
) -> Result<Option<Lack<'d>>, Stop> {
    let setting = |keys: &[&str]| disk.setting(keys).unwrap_or(&Value::Null);
    let blank = |keys: &[&str]| match setting(keys) {
        Value::String(text) => text.trim().is_empty(),
        value => value.is_null(),
    };
    if world.inputs.gateway.is_some() || disk.is_clients(world) {
        return Ok(None);
    }
    let known = disk.secret.is_some() || !disk.unread.is_empty();
    let open = match disk.auth() {
        Mode::TrustedProxy => return Ok(None),
        Mode::None => true,
        _ if known => return Ok(None),
        // "Gateway auth is set to password, but no password is configured" of src/cli/gateway-cli/run.ts, in every version
        Mode::Password if blank(&["gateway", "auth", "password"]) => {
            return Ok(Some(Lack::Password));
        }
        _ if ["token", "password"].iter().any(|key| !blank(&["gateway", "auth", key])) => {
            return Ok(None);
        }
        _ if world.rules.makes_token == OwnToken::Never => return Ok(Some(Lack::Token)),
        _ => false,
    };
    let own = !open && shared && world.rules.makes_token >= OwnToken::Kept;
    let own = own.then_some(Lack::Own);
    if !open && world.rules.secret_beyond == SecretBeyond::Word {
        return Ok(own);
    }
    let host = setting(&["gateway", "customBindHost"]).as_str().unwrap_or_default();
    let off = blank(&["gateway", "tailscale", "mode"])
        || setting(&["gateway", "tailscale", "mode"]) == "off";
    let word = setting(&["gateway", "bind"]).as_str();
    if let Some(word) = word {
        let wants = wants_secret(&world.rules, word, host);
        // a value at fault, which the check of the config names
        if open && wants {
            return Ok(None);
        }
        if wants || word == "tailnet" {
            return Ok(Some(Lack::Beyond(word)));
        }
    }
    let container =
        (word == Some("auto") || blank(&["gateway", "bind"]) && off) && contained(world, target)?;
    Ok(if container { Some(Lack::Container) } else { own })
}

/// Whether a gateway that is started here lacks the secret without which this version does not start, or that this client is to know.
pub(super) fn without_secret(
    world: &World<'_, '_>,
    target: &Target,
    disk: &Disk,
    shared: bool,
) -> Result<Option<Notice>, Stop> {
    let Some(lack) = lack(world, target, disk, shared)? else { return Ok(None) };
    let beyond = |outside: &str| {
        format!(
            "; gateway.auth.mode \"none\" is not enough. Where nothing outside of {outside} connects, `npx openclaw-prepair patch-config --set gateway.bind=loopback` will do."
        )
    };
    let (code, why, name, also) = match lack {
        Lack::Password => (
            NoticeCode::NoSecret,
            "The gateway asks for a password and does not start without one.".to_string(),
            "PASSWORD",
            ", or gateway.auth.password in the config.".to_string(),
        ),
        Lack::Token => (
            NoticeCode::NoSecret,
            "This version's gateway needs a token: without one it does not start, or lets nobody in.".to_string(),
            "TOKEN",
            ", or gateway.auth.token in the config.".to_string(),
        ),
        Lack::Own => (
            NoticeCode::NoSecret,
            "Without a secret this version's gateway makes a token of its own, which this client does not know.".to_string(),
            "TOKEN",
            ", or gateway.auth.token in the config.".to_string(),
        ),
        Lack::Beyond(word) => {
            let there = if word == "tailnet" { " where there is a tailnet" } else { "" };
            let why = format!(
                "gateway.bind is \"{word}\", and this version's gateway does not listen beyond this machine without a secret{there}."
            );
            (NoticeCode::NoSecret, why, "TOKEN", beyond("this machine"))
        }
        Lack::Container => (
            NoticeCode::ContainerSecret,
            "This is a container, where this version's gateway listens on every address and does not start without a secret.".to_string(),
            "TOKEN",
            beyond("the container"),
        ),
    };
    let hint = format!(
        "Set OPENCLAW_GATEWAY_{name} in the environment of the gateway and of its clients{also}"
    );
    let notice = Notice::new(code, format!("{why} None is known here."));
    Ok(Some(notice.at(world.paths.config.as_str()).hint(hint)))
}

/// What is private: folders, files with keys, files with tokens.
fn private(paths: &Paths) -> ([String; 4], [String; 2], [String; 3]) {
    let folders = ["identity", "devices", "state"].map(|name| paths.state(name));
    let [identity, devices, state] = folders;
    (
        [paths.state_dir.clone(), identity, devices, state],
        [paths.identity.clone(), paths.database()],
        [paths.paired(), paths.pending(), paths.config.clone()],
    )
}

/// Asks for the modes of what is private.
pub(super) fn want_modes(world: &World<'_, '_>, target: &Target) -> Result<(), Stop> {
    let (inputs, paths) = (world.inputs, &world.paths);
    let (folders, keys, stores) = private(paths);
    let mut wants = Wants::default();
    let mut asks = false;
    for path in folders.iter().chain(&keys).chain(&stores) {
        asks |= wants.stat(inputs, path);
    }
    for path in dotenv::files(target, &world.rules, inputs, &paths.state_dir) {
        if asks && inputs.file(&path).exists() {
            wants.stat(inputs, &path);
        }
    }
    wants.met()
}

/// Who may read and write what is private.
pub(super) fn modes(world: &World<'_, '_>, disk: &Disk, findings: &mut Findings) {
    let (inputs, paths) = (world.inputs, &world.paths);
    let (folders, keys, stores) = private(paths);
    let Some(base) = inputs.stat(&paths.state_dir) else { return };
    for path in &folders {
        let Some(stat) = inputs.stat(path) else { continue };
        if stat.mode & 0o022 != 0 {
            findings.add(NoticeCode::Mode, path, format!("Others may write in this folder (mode {:o}): they could put another identity there.", stat.mode & 0o777), "Run `chmod 700` on it.");
        }
        // OpenClaw's own copies of its config (src/config/backup-rotation.ts) hold no key.
        for name in stat.backups.iter().filter(|name| !name.starts_with("openclaw.json.")) {
            findings.add(
                NoticeCode::Backup,
                &crate::store::paths::join(path, name),
                "This backup may hold a private key.",
                "Remove it when nobody needs the old key.",
            );
        }
    }
    for path in keys.iter().chain(&stores) {
        // The mode of a link says nothing, and that of what is no file nothing of a secret.
        let odd = matches!(inputs.file(path), File::Dir | File::Symlink | File::Other);
        let Some(stat) = inputs.stat(path).filter(|_| !odd) else {
            continue;
        };
        let config_without_secret = *path == paths.config
            && disk.setting(&["gateway", "auth", "token"]).is_none()
            && disk.setting(&["gateway", "auth", "password"]).is_none();
        let (code, what) = match keys.contains(path) {
            true => (NoticeCode::KeyReadable, "the device's private key"),
            false => (NoticeCode::Mode, "tokens"),
        };
        if stat.mode & 0o077 != 0 && !config_without_secret {
            findings.add(
                code,
                path,
                format!(
                    "Others may read this file (mode {:o}); it holds {what}.",
                    stat.mode & 0o777
                ),
                "Run `chmod 600` on it.",
            );
        }
        if *path == paths.identity && linked(world) {
            findings.add(
                NoticeCode::HardLink,
                path,
                "The identity file has a second name, a hard link; this version does not read such a file.",
                SETUP_KEEPS,
            );
        }
    }
    let other = |path: &&String| inputs.stat(path).is_some_and(|stat| stat.uid != base.uid);
    let mut others = folders.iter().chain(&keys).chain(&stores).skip(1).filter(other);
    if let Some(path) = others.next() {
        let uid = inputs.stat(path).map_or(0, |stat| stat.uid);
        let also = match others.count() {
            0 => String::new(),
            1 => ", and one more path there".to_string(),
            more => format!(", and {more} more paths there"),
        };
        let hint = match also.is_empty() {
            true => format!("Run `chown {}` on it.", base.uid),
            false => format!("As root, run `chown -R {}` on the state dir.", base.uid),
        };
        findings.add(NoticeCode::Owner, path, format!("This belongs to uid {uid}{also}, the state dir to uid {}: the gateway may not be able to read or replace it.", base.uid), hint);
    }
    if let Some(process) = inputs.process.as_ref().filter(|p| p.uid != 0 && p.uid != base.uid) {
        findings.add(
            NoticeCode::Owner,
            &paths.state_dir,
            format!("The state dir belongs to uid {}; this runs as uid {}.", base.uid, process.uid),
            "Run this, and the gateway, as the owner of the state dir.",
        );
    }
}
