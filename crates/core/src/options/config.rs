//! The options of `patchConfig`.

use core::fmt;

use crate::base::json::{Map, Value};

use crate::base::ip;
use crate::base::json5::Arrays;
use crate::base::text::quote_entry;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};
use crate::options::fields::{Fields, object, texts, wrong};
use crate::options::merge::typed;

/// How `gateway.trustedProxies` is to be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proxies {
    /// What this version needs in a sandbox.
    Sandbox,
    /// The private ranges.
    Private,
    /// These.
    List(Vec<String>),
    /// Not at all.
    Off,
}

/// The options of `patchConfig`.
#[derive(Clone)]
pub struct ConfigOptions {
    /// `gateway.trustedProxies`.
    pub proxies: Proxies,
    /// The addresses of the proxy itself.
    pub peers: Vec<String>,
    /// An RFC 7396 merge patch.
    pub merge: Map,
    /// Whether arrays are replaced instead of united.
    pub replace_arrays: bool,
}

impl fmt::Debug for ConfigOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // the patch may set a token
        f.debug_struct("ConfigOptions").field("proxies", &self.proxies).finish_non_exhaustive()
    }
}

/// `gateway.trustedProxies` as a caller wants it: typed, not checked yet.
pub struct ConfigInput {
    /// `trustedProxies`
    pub trusted_proxies: Proxies,
    /// `proxyPeers`
    pub proxy_peers: Vec<String>,
    /// `allowAny`
    pub allow_any: bool,
    /// `merge`
    pub merge: Option<Map>,
    /// `arrays`
    pub arrays: Arrays,
}

impl ConfigInput {
    /// Checks them.
    pub fn checked(self) -> Result<ConfigOptions> {
        let any = self.allow_any;
        let proxies = match self.trusted_proxies {
            Proxies::List(list) => Proxies::List(addresses("trustedProxies", list, any)?),
            other => other,
        };
        let peers = addresses("proxyPeers", self.proxy_peers, any)?;
        if let Proxies::List(list) = &proxies {
            limited("trustedProxies and proxyPeers", list.iter().chain(&peers), any)?;
        }
        // A text or a number there stops the gateway; null removes it.
        let name = "merge.gateway.trustedProxies";
        let merge = self.merge.unwrap_or_default();
        match merge.get("gateway").and_then(|gateway| gateway.get("trustedProxies")) {
            None | Some(Value::Null) => {}
            Some(list @ Value::Array(_)) => {
                addresses(name, texts(name, "an array of addresses", list.clone())?, any)?;
            }
            Some(_) => {
                return Err(Error::new(
                    ErrorCode::Proxy,
                    format!("{name} must be an array of addresses."),
                )
                .hint("A gateway does not start with anything else there."));
            }
        }
        typed(&merge)?;
        let replace_arrays = self.arrays == Arrays::Replace;
        Ok(ConfigOptions { proxies, peers, merge, replace_arrays })
    }
}

fn addresses(name: &str, items: Vec<String>, any: bool) -> Result<Vec<String>> {
    let (mut out, mut known) = (Vec::new(), Map::new());
    for (at, text) in items.into_iter().enumerate() {
        if ip::parse_cidr(&text).is_none() {
            let which = quote_entry(&text).unwrap_or_else(|| format!("entry {}", at + 1));
            return Err(Error::new(ErrorCode::Proxy, format!("{name}: {which} is no IP address or CIDR.")).hint(
                "Write 10.0.0.7, 10.0.0.0/8, ::1 or fd00::/8: decimal numbers without leading zeros, a prefix of at most 32 or 128.",
            ));
        }
        if known.insert(text.clone(), Value::Null).is_none() {
            out.push(text);
        }
    }
    limited(name, out.iter(), any)?;
    Ok(out)
}

/// Refuses what trusts everyone, unless that is wished.
fn limited<'a>(name: &str, list: impl Iterator<Item = &'a String>, any: bool) -> Result<()> {
    let blocks: Vec<ip::Cidr> = list.filter_map(|text| ip::parse_cidr(text)).collect();
    if any || !ip::any(&blocks) {
        return Ok(());
    }
    let which = blocks.iter().find(|block| block.is_any());
    let which = which.map_or("the list as a whole".to_string(), ip::Cidr::to_string);
    Err(Error::new(ErrorCode::ProxyAny, format!("{name}: {which} trusts every address there is.")).hint(
        "Anyone could then say which client he is. Name the proxy's own address; allowAny: true if you really mean it.",
    ))
}

pub(super) fn config(fields: &mut Fields) -> Result<ConfigOptions> {
    let addresses = |name: &'static str, value: Value| texts(name, "an array of addresses", value);
    ConfigInput {
        allow_any: fields.bool("allowAny")?.unwrap_or(false),
        trusted_proxies: match fields.take("trustedProxies") {
            None => Proxies::Sandbox,
            Some(Value::Bool(false)) => Proxies::Off,
            Some(Value::String(text)) if text == "sandbox" => Proxies::Sandbox,
            Some(Value::String(text)) if text == "private" => Proxies::Private,
            Some(value @ Value::Array(_)) => Proxies::List(addresses("trustedProxies", value)?),
            Some(other) => {
                return Err(wrong(
                    "trustedProxies",
                    "an array of addresses, 'private', 'sandbox' or false",
                    &other,
                ));
            }
        },
        proxy_peers: match fields.take("proxyPeers") {
            None => Vec::new(),
            Some(value) => addresses("proxyPeers", value)?,
        },
        merge: fields.take("merge").map(|value| object("merge", value)).transpose()?,
        arrays: match fields.one_of("arrays", &["union", "replace"])? {
            Some("replace") => Arrays::Replace,
            _ => Arrays::Union,
        },
    }
    .checked()
}
