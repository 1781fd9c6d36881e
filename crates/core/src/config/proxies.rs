//! `gateway.trustedProxies`: what a version needs there, and what a list does on it.

use crate::base::json::{Map, Value, object};

use crate::base::{ip, json5};
use crate::codes::NoticeCode;
use crate::options::config::{ConfigOptions, Proxies};
use crate::report::Notice;
use crate::rules::{Locality, ProxyMatch, Rules};

/// The private ranges that setup guides advise.
const PRIVATE: [&str; 5] = ["10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1"];

/// Whether the private ranges make local clients behind a header-adding proxy local without harm: 2026.2.17 alone.
fn private_list_helps(rules: &Rules) -> bool {
    rules.locality == Locality::ClientIp
        && rules.proxy_match != ProxyMatch::Exact
        && !rules.loopback_proxy_is_remote()
}

/// The merge patch that the options mean, and the proxies in it.
pub(super) fn wanted(
    options: &ConfigOptions,
    rules: &Rules,
    warnings: &mut Vec<Notice>,
) -> (Map, Vec<String>) {
    let mut list: Vec<String> = match &options.proxies {
        Proxies::Off => Vec::new(),
        Proxies::Private => PRIVATE.map(String::from).to_vec(),
        Proxies::List(list) => list.clone(),
        Proxies::Sandbox if private_list_helps(rules) => PRIVATE.map(String::from).to_vec(),
        // No general list helps on other versions: the paired record opens the door.
        Proxies::Sandbox => Vec::new(),
    };
    for peer in &options.peers {
        let loopback = ip::parse_cidr(peer).is_some_and(|cidr| cidr.has_loopback());
        if loopback && rules.loopback_proxy_is_remote() {
            warnings.push(
                Notice::new(NoticeCode::ProxyLoopback, format!("The proxy peer {peer} was not added: on this version a loopback address in trustedProxies makes every local client remote."))
                    .hint("The paired record lets clients in behind that proxy too."),
            );
        } else {
            list.push(peer.clone());
        }
    }
    let mut known = Map::new();
    list.retain(|address| known.insert(address.clone(), Value::Null).is_none());
    let mut wanted = options.merge.clone();
    if !list.is_empty() {
        let mut all = match wanted.get("gateway").and_then(|gateway| gateway.get("trustedProxies"))
        {
            Some(Value::Array(items)) => items.clone(),
            _ => Vec::new(),
        };
        let addresses: Vec<Value> = list.iter().map(|address| address.as_str().into()).collect();
        let new = json5::lacking(&addresses, &all);
        all.extend(new);
        json5::merge(
            &mut wanted,
            &Map::from_iter([(
                "gateway".to_string(),
                object(&mut [("trustedProxies", all.into())]),
            )]),
        );
    }
    (wanted, list)
}

/// `asked`: this call names addresses, and not only the config that is there.
pub(super) fn warn_of_list(
    (list, asked): (&[String], bool),
    rules: &Rules,
    path: &str,
    warnings: &mut Vec<Notice>,
) {
    let cidrs: Vec<_> = list.iter().filter_map(|text| ip::parse_cidr(text)).collect();
    if cidrs.is_empty() {
        return;
    }
    let proxies_decide_locality = rules.locality == Locality::ClientIp;
    let network = |cidr: &ip::Cidr| cidr.to_string().contains('/');
    let (cidrs, unmatched): (Vec<_>, Vec<_>) =
        cidrs.into_iter().partition(|cidr| match rules.proxy_match {
            ProxyMatch::Exact => !network(cidr),
            ProxyMatch::V4 => !network(cidr) || cidr.addr().is_ipv4(),
            ProxyMatch::V4V6 => true,
        });
    let mut warn = |code: NoticeCode, message: &str, hint: &str| {
        warnings.push(Notice::new(code, message).at(path).hint(hint))
    };
    if rules.loopback_proxy_is_remote() && cidrs.iter().any(|cidr| cidr.has_loopback()) {
        warn(
            NoticeCode::ProxyLoopback,
            "trustedProxies holds loopback addresses: on this version that makes every local client remote, which causes the wall for each device that is not fully paired.",
            "Take 127.0.0.0/8, 127.0.0.1 and ::1 out, unless a proxy on this machine needs them.",
        );
    }
    if !unmatched.is_empty() {
        warn(
            NoticeCode::ProxyNetwork,
            "trustedProxies holds networks that this version does not understand: they match nothing.",
            "List the proxy's own addresses instead.",
        );
    }
    let wide = cidrs.iter().any(network);
    if proxies_decide_locality && wide {
        warn(
            NoticeCode::ProxySpoofable,
            "trustedProxies holds whole networks: on this version any neighbour in them can pose as a local client.",
            "List the proxy's own addresses instead.",
        );
    } else if rules.forwarded_refused && wide {
        warn(
            NoticeCode::ProxyWide,
            "trustedProxies holds whole networks: on this version a client whose own address lies in them gets HTTP 403, since no untrusted address is left in X-Forwarded-For.",
            "List the proxy's own addresses instead.",
        );
    } else if asked && !proxies_decide_locality && !rules.forwarded_refused {
        warn(
            NoticeCode::ProxyNoEffect,
            "On this version trustedProxies has no effect on who counts as local.",
            "The paired record is what opens the door.",
        );
    }
}
