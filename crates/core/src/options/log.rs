//! A line of a gateway's log: the connection that it tells of, in the forms that real gateways of 2026.2.12 to 2026.9.6 wrote.

use crate::base::json::Value;

use crate::base::json5;
use crate::base::named::Named;
use crate::base::text::{is_device_id, is_uuid};

/// More is no line of a gateway.
pub(crate) const MAX_LINE: usize = 8 * 1024;

/// What a line tells of a connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Logged {
    /// The peer of the socket.
    pub remote_address: String,
    /// `X-Forwarded-For`.
    pub forwarded: Option<String>,
    /// The Origin header.
    pub origin: Option<String>,
    /// The Host header.
    pub host: Option<String>,
    /// The client's id and mode.
    pub client: Option<(String, String)>,
    /// The platform that it names.
    pub platform: Option<String>,
    /// Whether it presented a device.
    pub device: Option<bool>,
    /// The id of that device.
    pub device_id: Option<String>,
    /// What the gateway did with it.
    pub refused: Option<Refused>,
    /// When the line was written, in ms.
    pub at: Option<i64>,
}

/// Why a gateway refused a connection, as far as its line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It did not present the secret that the gateway asks for.
    Secret,
    /// It presented a token that is not the one of its record; early versions say so of a wrong secret of a device, too.
    Token,
    /// For another reason.
    Otherwise,
}

/// The fields of a line as a person reads it.
const HEAD: &[&str] = &[
    "conn", "peer", "remote", "client", "role", "scopes", "auth", "device", "platform", "instance",
    "fwd", "host", "origin", "ua", "code", "reason", "phase", "cause", "guidance",
];

/// Those that 2026.9.6 and its neighbours put behind it, from the first of them on.
const TAIL: &[&str] = &[
    "cause",
    "durationMs",
    "handshake",
    "phase",
    "lastFrameType",
    "lastFrameMethod",
    "lastFrameId",
    "host",
    "origin",
    "userAgent",
    "forwardedFor",
    "forwardedHost",
    "realIp",
    "remoteAddr",
    "remotePort",
    "localAddr",
    "localPort",
    "endpoint",
    "deviceId",
    "requestId",
    "reason",
    "authMode",
    "authProvided",
    "authReason",
    "allowTailscale",
    "peer",
    "role",
    "scopeCount",
    "hasDeviceIdentity",
    "client",
    "clientDisplayName",
    "mode",
    "version",
    "buildId",
    "clientBuildId",
    "gatewayBuildId",
    "platform",
    "deviceFamily",
    "modelIdentifier",
    "instanceId",
];

/// The part of a gateway that writes these lines, as the console and as the file of its log name it.
const SUBSYSTEM: (&str, &str) = ("[ws] ", r#"{"subsystem":"gateway/ws"}"#);

/// The marks behind which the fields stand, and the last field that each line has.
const MARKS: [(&str, &str); 2] = [("closed before connect ", "code"), ("unauthorized ", "client")];

/// Reads a line; `None` where it is none that a gateway writes. What a client wrote into a field cannot be told from the
/// gateway's own words, so a field that occurs twice, or a quote that is not closed, makes the line unreadable.
pub(crate) fn read(line: &str) -> Option<Logged> {
    let line = line.trim();
    if line.len() > MAX_LINE || line.contains(char::is_control) {
        return None;
    }
    let Parts { head, tail, last, at } =
        if line.starts_with('{') { of_file(line) } else { of_console(line) }?;
    let field = |fields: &Named<String>, name: &str| {
        let value = fields.get(name).map(|text| text.trim().to_string());
        value.filter(|text| !matches!(text.as_str(), "" | "n/a" | "?"))
    };
    let told = |name: &str| field(&head, name);
    let remote = told("remote")?;
    remote.parse::<core::net::IpAddr>().ok()?;
    told("conn").filter(|id| is_uuid(id))?;
    told(last)?;
    let forwarded = told("fwd");
    let again = |name: &str, value: Option<&String>| {
        field(&tail, name).is_none_or(|other| Some(&other) == value)
    };
    if !again("remoteAddr", Some(&remote)) || !again("forwardedFor", forwarded.as_ref()) {
        return None;
    }
    let client = told("client").and_then(|text| {
        let mut words = text.split(' ');
        Some((words.next()?.to_string(), words.next()?.to_string()))
    });
    let client = client.or_else(|| Some((field(&tail, "client")?, field(&tail, "mode")?)));
    let device = told("device").or_else(|| field(&tail, "hasDeviceIdentity"));
    let device_id = field(&tail, "deviceId").filter(|id| is_device_id(id));
    let reason = told("reason").unwrap_or_default().replace('_', " ");
    let cause = told("cause").or_else(|| field(&tail, "cause"));
    let secret = match last {
        "code" => cause.as_deref() == Some("unauthorized") || reason.starts_with("unauthorized"),
        _ => reason.ends_with(" missing") || reason.ends_with(" mismatch"),
    };
    let refused = match (last, told(last)?.as_str()) {
        ("code", code) if code != "1008" => None,
        _ if secret && reason.contains("device token mismatch") => Some(Refused::Token),
        _ => Some(if secret { Refused::Secret } else { Refused::Otherwise }),
    };
    Some(Logged {
        remote_address: remote,
        forwarded,
        origin: told("origin"),
        host: told("host"),
        client,
        platform: told("platform").or_else(|| field(&tail, "platform")),
        device: match device.as_deref() {
            Some("yes" | "true") => Some(true),
            Some("no" | "false") => Some(false),
            _ => device_id.is_some().then_some(true),
        },
        device_id,
        refused,
        at,
    })
}

/// What a line is made of.
struct Parts {
    /// Its fields.
    head: Named<String>,
    /// Those behind them.
    tail: Named<String>,
    /// The last one that such a line has.
    last: &'static str,
    /// When it was written.
    at: Option<i64>,
}

/// What stands behind one of the marks.
fn marked(text: &str) -> Option<(&str, &'static str)> {
    MARKS.iter().find_map(|(mark, last)| Some((text.strip_prefix(mark)?, *last)))
}

/// A line as the console shows it.
fn of_console(line: &str) -> Option<Parts> {
    let (before, (rest, last)) = line
        .match_indices(SUBSYSTEM.0)
        .find_map(|(at, _)| Some((&line[..at], marked(&line[at + SUBSYSTEM.0.len()..])?)))?;
    let behind = rest.find(" durationMs=");
    let head = fields(&rest[..behind.unwrap_or(rest.len())], HEAD)?;
    let tail =
        behind.map_or(Some(Named::default()), |at| fields(&unquoted(&rest[at + 1..])?, TAIL))?;
    // What stands in quotes apart, no value there has more than a word.
    let plain = tail.iter().all(|(_, value)| !value.contains([' ', '=']));
    let at = before.split_whitespace().next_back().and_then(time);
    plain.then_some(Parts { head, tail, last, at })
}

/// A line of the file, which is JSON (src/logging/logger.ts): the subsystem, what the console shows behind the text, and the text.
fn of_file(line: &str) -> Option<Parts> {
    let line = json5::parse(line)?;
    if line.get("0")?.as_str()? != SUBSYSTEM.1 {
        return None;
    }
    let (meta, text) = match line.get("1")? {
        Value::String(text) => (None, text.as_str()),
        meta => (meta.as_object(), line.get("2")?.as_str()?),
    };
    let (rest, last) = marked(text).filter(|_| !text.contains(char::is_control))?;
    let word = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    };
    let tail = meta.into_iter().flatten();
    let tail = tail.filter(|(name, _)| TAIL.contains(&name.as_str()));
    let tail = tail.filter_map(|(name, value)| Some((name.clone(), word(value)?)));
    let at = line.get("time").and_then(Value::as_str).and_then(time);
    Some(Parts { head: fields(rest, HEAD)?, tail: tail.collect(), last, at })
}

/// Milliseconds since 1970 of a time like `2026-11-26T05:35:34.132+01:00`.
fn time(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once('T')?;
    let zone = rest.find(['Z', '+', '-'])?;
    let (clock, zone) = rest.split_at(zone);
    let numbers = |text: &str, by: char| -> Option<Vec<i64>> {
        text.split(by).map(|part| part.parse::<u16>().ok().map(i64::from)).collect()
    };
    let (clock, millis) = clock.split_once('.').unwrap_or((clock, "0"));
    let millis = i64::from(millis.get(..3).unwrap_or(millis).parse::<u16>().ok()?);
    let [year, month, day] = numbers(date, '-')?.try_into().ok()?;
    let [hour, minute, second] = numbers(clock, ':')?.try_into().ok()?;
    let offset = match zone.split_at(1) {
        ("Z", _) => 0,
        (sign, zone) => {
            let [hours, minutes] = numbers(zone, ':')?.try_into().ok()?;
            (hours * 60 + minutes) * if sign == "-" { -1 } else { 1 }
        }
    };
    // The days since 1970, with years that begin in March.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    Some((((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + millis)
}

/// A text without what stands in quotes; `None` where one is not closed.
fn unquoted(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('"').collect();
    (parts.len() % 2 == 1).then(|| parts.into_iter().step_by(2).collect())
}

/// `name=value` after `name=value`; a value ends where the next known name begins. `None` where one occurs twice.
fn fields(text: &str, names: &[&'static str]) -> Option<Named<String>> {
    let mut found: Vec<(&str, String)> = Vec::new();
    let mut quotes = 0;
    for word in text.split(' ') {
        quotes += word.bytes().filter(|byte| *byte == b'"').count();
        let named = word.split_once('=').filter(|(name, _)| names.contains(name));
        match named {
            Some((name, _)) if found.iter().any(|(known, _)| *known == name) => return None,
            Some((name, value)) => found.push((name, value.to_string())),
            None => {
                let (_, value) = found.last_mut()?;
                value.push(' ');
                value.push_str(word);
            }
        }
    }
    let owned = found.into_iter().map(|(name, value)| (name.to_string(), value.trim().to_string()));
    (quotes % 2 == 0).then(|| owned.collect())
}

#[cfg(test)]
#[path = "../../tests/unit/log.rs"]
mod tests;
