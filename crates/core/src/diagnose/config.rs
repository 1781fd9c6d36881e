//! What the config says that matters to a connection.

use core::net::Ipv4Addr;

use crate::base::json::Value;

use crate::base::ip::{self, Cidr};
use crate::base::text::{quote, quote_entry};
use crate::codes::NoticeCode;
use crate::config::patch;
use crate::context::World;
use crate::diagnose::disk::{Disk, proxy_list};
use crate::diagnose::fault::Fault;
use crate::diagnose::findings::{Findings, SETUP};
use crate::diagnose::host::wants_secret;
use crate::gateway::state::{DEFAULT_PORT, Mode, OtherSecret};
use crate::options::merge;
use crate::plan::client::approve_elsewhere;
use crate::report::Notice;
use crate::rules::{BindLan, Locality, ProxyMatch};

/// What the config says that matters to a connection.
pub(super) fn settings(world: &World<'_, '_>, disk: &mut Disk, findings: &mut Findings) {
    let (rules, path) = (&world.rules, world.paths.config.as_str());
    if !world.inputs.file(path).exists() {
        findings.add(
            NoticeCode::ConfigMissing,
            path,
            "There is no config; a gateway starts without one only by --allow-unconfigured.",
            SETUP,
        );
        return;
    }
    if disk.config.is_none() {
        return;
    }
    unset(world, disk, findings);
    // src/cli/gateway-cli/run.ts of every version refuses any config that exists without "local", so `{}` too.
    let mode = disk.setting(&["gateway", "mode"]);
    if mode != Some(&"local".into()) && disk.told("gateway.mode") {
        let set = "Run `npx openclaw-prepair patch-config --set gateway.mode=local`.".to_string();
        let (what, hint) = match mode.map(Value::as_str) {
            None => ("The config has no gateway.mode; a gateway does not start without it.", set),
            Some(Some("remote")) => (
                "gateway.mode is \"remote\": this state dir belongs to a client of another gateway, and no gateway starts on it.",
                approve_elsewhere(disk.identity),
            ),
            Some(_) => ("gateway.mode is not \"local\"; a gateway starts with that only.", set),
        };
        findings.add(NoticeCode::GatewayMode, path, what, hint);
        // One that runs has started on it.
        if world.inputs.gateway.is_none() {
            disk.faults.push(Fault::Setting(&["gateway", "mode"], Some("local".into())));
        }
    }
    const PROXIES: &[&str] = &["gateway", "trustedProxies"];
    match disk.setting(PROXIES) {
        None => {}
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {}
        Some(Value::Array(_)) => disk.faults.push(Fault::Setting(PROXIES, None)),
        Some(_) => {
            disk.faults.push(Fault::Setting(PROXIES, None));
            findings.add(
                NoticeCode::ProxyShape,
                path,
                "gateway.trustedProxies is no array; the gateway does not start with that.",
                "Write it as an array of addresses.",
            )
        }
    }
    listens(world, disk, findings);
    proxies(world, disk, findings);
    if disk.setting(&["gateway", "bind"]) == Some(&"lan".into()) {
        let lan = "gateway.bind is \"lan\": on this version the machine's own clients dial the LAN address";
        match rules.bind_lan {
            BindLan::Loopback => {}
            BindLan::Remote => findings.add(NoticeCode::BindLan, path, format!("{lan} and count as remote."), "The paired record lets them in: run `npx openclaw-prepair setup`. Or set gateway.bind to \"loopback\"."),
            BindLan::Refused => findings.add(NoticeCode::BindLan, path, format!("{lan} and refuse it themselves, as plain text."), "Set gateway.bind to \"loopback\"; no record helps here."),
        }
    }
    if disk.told("gateway.bind")
        && disk.told("gateway.customBindHost")
        && disk.state(0).config.out_of_reach(rules)
    {
        findings.add(NoticeCode::BindCustom, path, "gateway.bind is \"custom\": on this version the gateway listens on gateway.customBindHost only, while the machine's own clients dial 127.0.0.1.", "Set gateway.bind to \"loopback\"; no record helps here.");
    }
    // A key that nobody knows stops the gateway, too; only of a slip it is sure that no version knows it.
    let config = disk.config.as_ref().filter(|_| world.doubt.is_none());
    if let Some((slip, near)) = config.and_then(merge::slip) {
        let hint = format!("Rename {slip} to {near}, or remove it.");
        findings.add(NoticeCode::ConfigKey, path, format!("No version has the setting {slip}; with an unknown key the config is invalid and the gateway does not start."), hint.as_str());
        disk.faults.push(Fault::Hand(hint));
    }
    for (keys, known) in [
        (&["gateway", "allowRealIpFallback"][..], rules.allow_real_ip_fallback),
        (&["gateway", "nodes", "pairing", "autoApproveLocal"], rules.auto_approve_local),
        (&["gateway", "nodes", "pairing", "autoApproveCidrs"], rules.auto_approve_cidrs),
        (&["gateway", "customBindHost"], rules.custom_bind_host),
    ] {
        if !known && disk.setting(keys).is_some() {
            disk.faults.push(Fault::Setting(keys, None));
            findings.add(NoticeCode::ConfigKey, path, format!("This version has no {}; with an unknown key the config is invalid and the gateway does not start.", keys.join(".")), "Remove that key.");
        }
    }
}

/// Settings that the decision reads.
const DECIDING: [&str; 9] = [
    "gateway.allowRealIpFallback",
    "gateway.auth.mode",
    "gateway.bind",
    "gateway.controlUi.allowedOrigins",
    "gateway.customBindHost",
    "gateway.mode",
    "gateway.nodes.pairing.autoApproveCidrs",
    "gateway.nodes.pairing.autoApproveLocal",
    "gateway.trustedProxies",
];

/// Settings that name a variable which is not known here. Where the decision hangs on one, it cannot be told. The others,
/// secrets above all, may well be in the environment of the gateway alone: where this version insists on them, that is said.
fn unset(world: &World<'_, '_>, disk: &mut Disk, findings: &mut Findings) {
    let decides = |path: &&String| DECIDING.iter().any(|setting| path.starts_with(setting));
    let unknown = &disk.variables.unknown;
    let hangs = unknown.iter().find(decides);
    let stops = world.rules.unset_variable_stops && world.inputs.process.is_some();
    let Some(first) = hangs.or_else(|| unknown.first().filter(|_| stops)) else { return };
    let then = match (hangs, stops) {
        (Some(_), _) => "what the gateway makes of it can't be told",
        (None, _) => "where the gateway's environment lacks it too, this version does not start",
    };
    let path = world.paths.config.as_str();
    let message =
        format!("The setting {} names a variable that is not set here: {then}.", quote(first));
    let hint = "Run this with the gateway's own environment, or give its variables as env. A .env in the folder that the gateway is started in was not looked at.";
    let notice = Notice::new(NoticeCode::ConfigVariable, message).at(path).hint(hint);
    if hangs.is_some() {
        disk.unreadable(notice.clone());
    }
    findings.0.push(notice);
}

impl Disk {
    /// Where the gateway listens (`resolveGatewayPort` of src/config/paths.ts).
    pub(super) fn port(&self) -> u16 {
        let port = || self.setting(&["gateway", "port"]).and_then(merge::port_of);
        self.env_port.or_else(port).unwrap_or(DEFAULT_PORT)
    }
}

/// Where a gateway listens and what it asks for, as far as it does not start with that.
fn listens(world: &World<'_, '_>, disk: &mut Disk, findings: &mut Findings) {
    const BIND: &[&str] = &["gateway", "bind"];
    const MODE: &[&str] = &["gateway", "auth", "mode"];
    let (mut faults, mut other_port) = (Vec::new(), false);
    let mut add = |message: &str, hint: &str, fault: Option<Fault>| {
        faults.push(fault.unwrap_or_else(|| Fault::Hand(hint.to_string())));
        findings.add(NoticeCode::ConfigValue, &world.paths.config, message, hint);
    };
    let loopback = || Some(Fault::Setting(BIND, Some("loopback".into())));
    let wrong = |keys: &[&str], words: &[&str]| {
        disk.told(&keys.join("."))
            && disk.setting(keys).is_some_and(|value| !words.iter().any(|word| value == word))
    };
    if wrong(BIND, merge::BIND) {
        add(
            "gateway.bind is none of the words that OpenClaw knows; the gateway does not start with that.",
            "Write \"loopback\", \"lan\", \"tailnet\", \"auto\" or \"custom\".",
            loopback(),
        );
    }
    if wrong(MODE, merge::AUTH_MODE) {
        add(
            "gateway.auth.mode is none of the words that OpenClaw knows; the gateway does not start with that.",
            "Write \"token\", \"password\", \"trusted-proxy\" or \"none\".",
            None,
        );
    }
    const PORT: &[&str] = &["gateway", "port"];
    let port = disk.setting(PORT).filter(|port| merge::port_of(port).is_none());
    // "Removed out-of-range gateway.port" of the doctor that runs before a start
    let beyond = port.and_then(Value::as_f64).is_some_and(|port| !(1.0..=65_535.0).contains(&port));
    if beyond && world.rules.port_repaired {
        other_port = true;
    } else if port.is_some() {
        add(
            "gateway.port is not a whole number from 1 to 65535; the gateway does not start with that.",
            "Write another port, or remove gateway.port: then it is 18789.",
            Some(Fault::Setting(PORT, None)),
        );
    }
    let secret = match disk.auth() {
        Mode::Token => Some("token"),
        Mode::Password => Some("password"),
        Mode::None | Mode::TrustedProxy => None,
    };
    let unread = |name: &str| {
        let value = disk.setting(&["gateway", "auth", name]);
        value.is_some_and(Value::is_object) && !world.rules.secret_refs
    };
    if let Some(name) = ["token", "password"].iter().copied().find(|name| unread(name)) {
        add(
            &format!(
                "gateway.auth.{name} is a reference to a secret; this version takes a text there alone, and does not start with it."
            ),
            &format!(
                "Write the {name} itself there, or leave it out and give it by OPENCLAW_GATEWAY_{}.",
                name.to_uppercase()
            ),
            None,
        );
    }
    if let Some((name, why)) = secret.and_then(|name| {
        let written = disk.setting(&["gateway", "auth", name]).and_then(Value::as_str);
        // A blank one is none where the environment has one.
        let counts = |text: &&str| !text.trim().is_empty() || disk.secret.is_none();
        let value = written
            .filter(|_| disk.told(&format!("gateway.auth.{name}")))
            .filter(counts)
            .or(disk.secret.as_deref())?;
        Some((name, world.rules.secret_check.refuses(value, name == "password")?))
    }) {
        let (message, hint) = patch::refused_secret(name, why);
        add(&message, &hint, None);
    }
    let text = |keys: &[&str]| disk.setting(keys).and_then(Value::as_str).unwrap_or_default();
    let (bind, host) = (text(BIND), text(&["gateway", "customBindHost"]).trim());
    let told = disk.told("gateway.bind") && disk.told("gateway.customBindHost");
    if bind == "custom" && world.rules.custom_bind_needs_host && told {
        let hint = match world.rules.custom_bind_host {
            true => "Write the address as gateway.customBindHost, or another gateway.bind.",
            false => "Write another gateway.bind.",
        };
        if host.is_empty() {
            add(
                "gateway.bind is \"custom\", but there is no gateway.customBindHost; the gateway does not start with that.",
                hint,
                loopback(),
            );
        } else if host.parse::<Ipv4Addr>().is_err() {
            add(
                "gateway.customBindHost is not an IPv4 address; the gateway does not start with that.",
                hint,
                loopback(),
            );
        }
    }
    // "Refusing to bind gateway to … without auth." of src/cli/gateway-cli/run.ts
    if text(MODE) == "none" && wants_secret(&world.rules, bind, host) {
        add(
            &format!(
                "gateway.auth.mode is \"none\" and gateway.bind is \"{bind}\": this version's gateway does not start so without authentication."
            ),
            "Set gateway.auth.mode to \"token\", or gateway.bind to \"loopback\".",
            loopback(),
        );
    }
    if other_port {
        findings.add(NoticeCode::ConfigValue, &world.paths.config, "gateway.port is not from 1 to 65535: this version's gateway removes it from the config when it starts, and listens on 18789.", "Run `npx openclaw-prepair patch-config --set gateway.port=18789`, or name another port there.");
    }
    match &disk.differs {
        Some(OtherSecret::Trimmed(name)) => {
            findings.add(NoticeCode::SecretDiffers, &world.paths.config, format!("{name} has blanks around it: this version's gateway asks for it as it is, and its clients on this machine present it without them."), format!("Write {name} without the blanks."));
        }
        Some(OtherSecret::Variable(name)) => {
            let other = if name.ends_with("TOKEN") { "token" } else { "password" };
            findings.add(NoticeCode::SecretDiffers, &world.paths.config, format!("{name} in the environment is not gateway.auth.{other}: on this version the gateway asks for the config's, and its clients on this machine present the variable's."), format!("Unset {name} for the clients, or give it the value of gateway.auth.{other}."));
        }
        None => {}
    }
    disk.faults.extend(faults);
}

fn proxies(world: &World<'_, '_>, disk: &Disk, findings: &mut Findings) {
    let (rules, path) = (&world.rules, world.paths.config.as_str());
    let list = proxy_list(disk);
    for (at, text) in list.iter().enumerate() {
        let place = format!("gateway.trustedProxies[{at}]");
        if !disk.told(&place) {
            continue;
        }
        let understood = match ip::parse_cidr(text) {
            None => false,
            Some(_) if !text.contains('/') => true,
            Some(cidr) => match rules.proxy_match {
                ProxyMatch::Exact => false,
                ProxyMatch::V4 => cidr.addr().is_ipv4(),
                ProxyMatch::V4V6 => true,
            },
        };
        if !understood {
            let why = match ip::parse_cidr(text) {
                None => "is no address and no CIDR block",
                Some(_) => "is a block that this version does not understand",
            };
            // What a variable holds is not shown.
            let which = quote_entry(text).filter(|_| !disk.variables.known.contains(&place));
            let which = match which {
                Some(text) => format!("The entry {text} of gateway.trustedProxies"),
                None => place,
            };
            findings.add(
                NoticeCode::ProxyEntry,
                path,
                format!("{which} {why}; it matches nothing."),
                "Write the proxy's own address, like 10.0.0.7.",
            );
        }
    }
    let cidrs: Vec<Cidr> = list.iter().filter_map(|text| ip::parse_cidr(text)).collect();
    if ip::any(&cidrs) {
        findings.add(NoticeCode::ProxyAny, path, "gateway.trustedProxies trusts every address there is: anyone can say which client he is.", "List the proxy's own addresses instead.");
    }
    if rules.loopback_proxy_is_remote() && cidrs.iter().any(Cidr::has_loopback) {
        findings.add(NoticeCode::ProxyLoopback, path, "gateway.trustedProxies holds loopback addresses: on this version that makes every local client remote, which raises the wall for each device that is not fully paired.", "Take 127.0.0.0/8, 127.0.0.1 and ::1 out, unless a proxy on this machine needs them. The paired record opens the door either way.");
    }
    let wide = cidrs.iter().any(|cidr| !cidr.is_any() && cidr.to_string().contains('/'));
    if wide && rules.forwarded_refused {
        findings.add(NoticeCode::ProxyWide, path, "gateway.trustedProxies holds whole networks: on this version a client whose own address lies in them gets HTTP 403, since no untrusted address is left in X-Forwarded-For.", "List the proxy's own addresses instead.");
    } else if wide && rules.locality == Locality::ClientIp {
        findings.add(NoticeCode::ProxySpoofable, path, "gateway.trustedProxies holds whole networks: on this version any neighbour in them can pose as a local client.", "List the proxy's own addresses instead.");
    }
}
