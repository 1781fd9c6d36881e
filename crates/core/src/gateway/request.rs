//! Who a request comes from, as each OpenClaw version reads peer, Host, forwarded headers and `gateway.trustedProxies`
//! (`src/gateway/net.ts`, `src/gateway/auth.ts`, from 2026.8.1 `src/gateway/ingress-attribution.ts`).
//!
//! Addresses and the names of hosts are ASCII, so that lower case is that of ASCII.
//! This follows OpenClaw's own lenient readings; what this project writes goes through the strict [`crate::base::ip`].

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::borrow::Cow;

use crate::base::ip::{Cidr, is_loopback_text};
use crate::base::named::Named;
use crate::rules::{
    AddressForm, ClientIp, Forwarded, LocalHosts, Locality, OriginCheck, ProxyMatch, Rules,
};

/// An upgrade request, as far as it tells who the client is.
pub(crate) struct Request<'a> {
    /// The peer of the socket.
    pub peer: &'a str,
    /// The Host header.
    pub host: Cow<'a, str>,
    /// All other headers, of any case.
    pub headers: &'a Named<String>,
    /// `gateway.trustedProxies`.
    pub trusted: &'a [String],
    /// `gateway.allowRealIpFallback`.
    pub real_ip_fallback: bool,
}

/// Whether the gateway can tell who the client is, from 2026.8.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribution {
    /// Yes.
    Known,
    /// Forwarded headers from a peer that isn't a trusted proxy.
    Unlisted,
    /// A trusted proxy that names no client.
    NoClient,
}

impl Request<'_> {
    /// A header by its lower-case name; empty ones don't count, as in JavaScript.
    fn header(&self, name: &str) -> Option<&str> {
        let named = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.min().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn forwarded(&self, rules: &Rules) -> bool {
        let any = |names: &[&str]| names.iter().any(|name| self.header(name).is_some());
        let named = |test: fn(&str) -> bool| {
            self.headers.iter().any(|(key, _)| test(&key.to_ascii_lowercase()))
        };
        match rules.forwarded {
            Forwarded::Three => any(&["x-forwarded-for", "x-real-ip", "x-forwarded-host"]),
            Forwarded::Five => any(&[
                "forwarded",
                "x-forwarded-for",
                "x-forwarded-proto",
                "x-real-ip",
                "x-forwarded-host",
            ]),
            Forwarded::Any => {
                any(&["forwarded", "x-real-ip"]) || named(|key| key.starts_with("x-forwarded-"))
            }
            Forwarded::Present => named(|key| {
                key == "forwarded" || key == "x-real-ip" || key.starts_with("x-forwarded-")
            }),
        }
    }

    /// Whether the connection is a local one, and why.
    pub(crate) fn local(&self, rules: &Rules) -> (bool, &'static str) {
        let forwarded = self.forwarded(rules);
        if rules.locality == Locality::Socket {
            return match (is_loopback_text(self.peer), forwarded) {
                (true, false) => (true, "the socket is loopback and nothing was forwarded"),
                (true, true) => (false, "a forwarded header makes it remote"),
                (false, _) => (false, "the socket is not loopback"),
            };
        }
        match self.client(rules) {
            None => {
                return (
                    false,
                    "the peer is a trusted proxy that names no client, so there is no client address",
                );
            }
            Some(client) if !loopback(rules, &client) => {
                return (false, "the client's address is not loopback");
            }
            Some(_) => {}
        }
        if !self.host_is_local(rules) {
            return (false, "the Host header does not name this machine");
        }
        if forwarded && !trusts(rules, self.trusted, self.peer) {
            return (
                false,
                "forwarded headers from a peer that gateway.trustedProxies does not hold",
            );
        }
        (true, "the client's address is loopback and the Host header names this machine")
    }

    /// Whether the gateway can tell who the client is; from 2026.8.1 it refuses the others.
    pub(crate) fn attribute(&self, rules: &Rules) -> Attribution {
        let tailscale = [
            "tailscale-funnel-request",
            "tailscale-headers-info",
            "tailscale-user-login",
            "tailscale-user-name",
            "tailscale-user-profile-pic",
        ];
        let proxied = self.forwarded(rules)
            || self
                .headers
                .iter()
                .any(|(key, _)| tailscale.iter().any(|name| key.eq_ignore_ascii_case(name)));
        if is_loopback_text(self.peer) && !proxied {
            return Attribution::Known;
        }
        if trusts(rules, self.trusted, self.peer) {
            return match self.client(rules) {
                Some(client) if !loopback(rules, &client) => Attribution::Known,
                _ => Attribution::NoClient,
            };
        }
        if proxied { Attribution::Unlisted } else { Attribution::Known }
    }

    /// The address of a client of the network, where the gateway can tell it: not of one on this machine, nor behind a proxy there.
    pub(crate) fn network_client(&self, rules: &Rules) -> Option<String> {
        let proxy = trusts(rules, self.trusted, self.peer);
        if self.forwarded(rules) && (!proxy || is_loopback_text(self.peer)) {
            return None;
        }
        self.client(rules).filter(|client| !loopback(rules, client))
    }

    /// Whether one of the two headers that name a client is there.
    pub(crate) fn names_client(&self) -> bool {
        self.header("x-forwarded-for").is_some() || self.header("x-real-ip").is_some()
    }

    /// A request on loopback, with a private Host and neither of the two headers that name a client.
    pub(crate) fn local_equivalent(&self) -> bool {
        is_loopback_text(self.peer) && !self.names_client() && private_host(&host_name(&self.host))
    }

    /// Whether the Origin needs no entry in the config.
    pub(crate) fn origin_allowed(&self, check: OriginCheck, origin: &str, local: bool) -> bool {
        let Some((_, rest)) = origin.trim().split_once("://") else { return false };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let name = host_name(&authority);
        let loopback_origin = host_is_loopback(&name);
        match check {
            OriginCheck::None => true,
            OriginCheck::LoopbackHost => {
                loopback_origin && host_is_loopback(&host_name(&self.host))
            }
            OriginCheck::LocalClient => local && loopback_origin,
            OriginCheck::PrivateHost => {
                let host = host_name(&self.host);
                let own = if host_is_loopback(&host) {
                    local
                } else {
                    private_host(&host) || host.ends_with(".local") || host.ends_with(".ts.net")
                };
                (local && loopback_origin)
                    || (own && authority == self.host.trim().to_ascii_lowercase())
            }
        }
    }

    /// Whether the Origin is the Host.
    pub(crate) fn is_own_page(&self, origin: &str) -> bool {
        let Some((_, rest)) = origin.trim().split_once("://") else { return false };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.eq_ignore_ascii_case(self.host.trim())
    }

    fn host_is_local(&self, rules: &Rules) -> bool {
        let name = host_name(&self.host);
        name.ends_with(".ts.net")
            || match rules.local_hosts {
                LocalHosts::Names => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
                LocalHosts::Loopback => host_is_loopback(&name),
            }
    }

    /// `resolveClientIp`: the peer, or what a trusted proxy says.
    fn client(&self, rules: &Rules) -> Option<String> {
        let peer = normal(rules, self.peer)?;
        if !trusts(rules, self.trusted, self.peer) {
            return Some(peer);
        }
        let chain = self.header("x-forwarded-for").unwrap_or_default();
        let real = || normal(rules, without_port(self.header("x-real-ip")?.trim()));
        let first = || normal(rules, without_port(chain.split(',').next()?.trim()));
        let mut hops = chain
            .split(',')
            .filter_map(|hop| normal(rules, without_port(hop.trim())))
            .filter(|hop| zoned(hop).is_some());
        match rules.client_ip {
            ClientIp::FirstOrPeer => first().or_else(real).or(Some(peer)),
            ClientIp::First => first().or_else(real),
            ClientIp::LastUntrusted => hops.rfind(|hop| !trusts(rules, self.trusted, hop)),
            ClientIp::LastUntrustedNotLoopback => {
                hops.rfind(|hop| !loopback(rules, hop) && !trusts(rules, self.trusted, hop))
            }
        }
        .or_else(|| if self.real_ip_fallback { real() } else { None })
    }
}

/// `normalizeIp`.
fn normal(rules: &Rules, text: &str) -> Option<String> {
    let text = text.trim();
    if rules.address_form == AddressForm::Parsed {
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        let (address, zone) = zoned(bare)?;
        // ipaddr.js keeps the zone, but for an IPv4-mapped address.
        return Some(match address.to_canonical() {
            IpAddr::V6(v6) if !zone.is_empty() => format!("{v6}%{}", zone.to_ascii_lowercase()),
            address => address.to_string(),
        });
    }
    let lower = text.to_ascii_lowercase();
    let bare = lower.strip_prefix("::ffff:").unwrap_or(&lower);
    (!bare.is_empty()).then(|| bare.to_owned())
}

/// An address and its zone, as in `fe80::1%eth0`; empty where there is none.
fn zoned(text: &str) -> Option<(IpAddr, &str)> {
    match text.split_once('%') {
        None => Some((text.parse().ok()?, "")),
        Some((address, zone)) => {
            let sound = !zone.is_empty() && zone.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let address = address.parse::<Ipv6Addr>().ok()?;
            sound.then_some((IpAddr::V6(address), zone))
        }
    }
}

/// Whether an address in the form of [`normal`] is this machine: in the form of a text, one with a zone is not.
fn loopback(rules: &Rules, normal: &str) -> bool {
    let zoned = rules.address_form == AddressForm::Parsed && normal.starts_with("::1%");
    normal.starts_with("127.") || normal == "::1" || zoned
}

fn without_port(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']').map_or(text, |(inside, _)| inside);
    }
    match text.rsplit_once(':') {
        Some((address, _)) if address.parse::<Ipv4Addr>().is_ok() => address,
        _ => text,
    }
}

/// `isTrustedProxyAddress`.
pub(crate) fn trusts(rules: &Rules, entries: &[String], address: &str) -> bool {
    let Some(address) = normal(rules, address) else { return false };
    entries.iter().any(|entry| {
        let entry = entry.trim();
        match (rules.proxy_match, entry.split_once('/')) {
            (ProxyMatch::Exact, _) | (ProxyMatch::V4, None) => {
                normal(rules, entry).as_deref() == Some(&address)
            }
            (ProxyMatch::V4, Some((subnet, prefix))) => loose_v4(&address, subnet, prefix),
            (ProxyMatch::V4V6, None) => normal(rules, entry).as_deref() == Some(&address),
            (ProxyMatch::V4V6, Some(_)) => zoned(&address)
                .is_some_and(|(ip, _)| ipaddr_cidr(entry).is_some_and(|cidr| cidr.contains(ip))),
        }
    })
}

/// `ipMatchesCIDR` of 2026.2.17–2026.2.21: `parseInt` on each part.
fn loose_v4(address: &str, subnet: &str, prefix: &str) -> bool {
    let parts = |text: &str| -> Option<Ipv4Addr> {
        let parts: Vec<u8> = text
            .split('.')
            .map(|part| u8::try_from(parse_int(part)?).ok())
            .collect::<Option<_>>()?;
        Some(Ipv4Addr::from(<[u8; 4]>::try_from(parts).ok()?))
    };
    // JavaScript's split("/") gives the text up to a second slash
    let prefix =
        parse_int(prefix.split('/').next().unwrap_or_default()).and_then(|n| u8::try_from(n).ok());
    match (parts(address), parts(subnet), prefix) {
        (Some(address), Some(subnet), Some(prefix)) => Cidr::new(IpAddr::V4(subnet), prefix)
            .is_some_and(|cidr| cidr.contains(IpAddr::V4(address))),
        _ => false,
    }
}

/// JavaScript's `parseInt(text, 10)`.
fn parse_int(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse::<i64>().ok().map(|n| sign * n)
}

/// `ipaddr.parseCIDR` of ipaddr.js 2: octal, hexadecimal and short IPv4 forms included.
fn ipaddr_cidr(text: &str) -> Option<Cidr> {
    let (address, prefix) = text.rsplit_once('/')?;
    if prefix.is_empty() || !prefix.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let prefix = prefix.parse::<u8>().ok()?;
    let address = match address.parse::<IpAddr>() {
        Ok(ip) => ip,
        Err(_) => IpAddr::V4(ipaddr_v4(address)?),
    };
    Cidr::new(address, prefix)
}

fn ipaddr_v4(text: &str) -> Option<Ipv4Addr> {
    let number = |part: &str| -> Option<u32> {
        if let Some(hex) = part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
            return u32::from_str_radix(hex, 16).ok();
        }
        let radix = if part.len() > 1 && part.starts_with('0') { 8 } else { 10 };
        if part.starts_with('+') { None } else { u32::from_str_radix(part, radix).ok() }
    };
    let parts = text.split('.').map(number).collect::<Option<Vec<u32>>>()?;
    let (last, first) = parts.split_last()?;
    let room = 32 - 8 * u32::try_from(first.len()).ok().filter(|&n| n < 4)?;
    if first.iter().any(|&part| part > 255) || (room < 32 && *last >> room != 0) {
        return None;
    }
    let high = first.iter().enumerate().map(|(at, part)| part << (24 - 8 * at)).sum::<u32>();
    Some(Ipv4Addr::from(high | last))
}

/// `resolveHostName`: the Host header without brackets and port, in lower case.
pub(super) fn host_name(host: &str) -> String {
    let host = host.trim().to_ascii_lowercase();
    if let Some((inside, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return inside.to_owned();
    }
    if host.parse::<core::net::Ipv6Addr>().is_ok() {
        return host;
    }
    host.split(':').next().map(Cow::from).unwrap_or_default().into_owned()
}

pub(super) fn host_is_loopback(name: &str) -> bool {
    name == "localhost" || is_loopback_text(name)
}

/// `isPrivateOrLoopbackHost`.
fn private_host(name: &str) -> bool {
    if host_is_loopback(name) {
        return true;
    }
    match name.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => {
            let [a, b, ..] = ip.octets();
            ip.is_private() || ip.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        Ok(IpAddr::V6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local(),
        Err(_) => false,
    }
}

#[cfg(test)]
#[path = "../../tests/unit/request.rs"]
mod tests;
