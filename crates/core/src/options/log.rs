//! A line of a gateway's log: the connection that it tells of, in the forms that real gateways of 2026.2.12 to 2026.9.6 wrote.

use crate::base::named::Named;
use crate::base::text::is_uuid;

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
}

/// The fields of a line as a person reads it.
const HEAD: &[&str] = &[
    "conn", "peer", "remote", "client", "role", "scopes", "auth", "device", "platform", "instance",
    "fwd", "host", "origin", "ua", "code", "reason", "phase", "cause", "guidance",
];

/// Those that 2026.9.6 and its neighbours put behind it, from the first of them on.
const TAIL: &[&str] = &[
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
    "mode",
    "version",
    "platform",
];

/// The marks behind which the fields stand, and the last field that each line has.
const MARKS: [(&str, &str); 2] =
    [("[ws] closed before connect ", "code"), ("[ws] unauthorized ", "client")];

/// Reads a line; `None` where it is none that a gateway writes. What a client wrote into a field cannot be told from the
/// gateway's own words, so a field that occurs twice, or a quote that is not closed, makes the line unreadable.
pub(crate) fn read(line: &str) -> Option<Logged> {
    let line = line.trim();
    let of = |(mark, last): &(&str, &'static str)| Some((line.split_once(mark)?.1, *last));
    let (rest, last) = MARKS.iter().find_map(of)?;
    if line.len() > MAX_LINE || line.contains(char::is_control) {
        return None;
    }
    let at = rest.find(" durationMs=");
    let head = fields(&rest[..at.unwrap_or(rest.len())], HEAD)?;
    let tail = at.map_or(Some(Named::default()), |at| fields(&unquoted(&rest[at + 1..])?, TAIL))?;
    // What stands in quotes apart, no value there has more than a word.
    if tail.iter().any(|(_, value)| value.contains([' ', '='])) {
        return None;
    }
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
            _ => None,
        },
    })
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
