//! Addresses and CIDR blocks, parsed strictly: `010.0.0.0/8`, `10.0.0.0/33` and `10.0.0.0/+8` are none.
//!
//! OpenClaw's own readings of `gateway.trustedProxies` differ by version; they are in `gateway::request`.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block of addresses; a single address is a block of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cidr {
    addr: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// A block of `prefix` leading bits; `None` when there are more bits than the address has.
    pub fn new(addr: IpAddr, prefix: u8) -> Option<Self> {
        (prefix <= bits(addr)).then_some(Self { addr, prefix })
    }

    /// The address as it was written, host bits included.
    pub fn addr(&self) -> IpAddr {
        self.addr
    }

    /// How many leading bits count.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether the address lies in the block. An IPv4-mapped IPv6 address counts as the IPv4 one.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.addr.to_canonical(), ip.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                // `::ffff:10.0.0.0/104` is `10.0.0.0/8`
                let prefix =
                    if self.addr.is_ipv6() { self.prefix.saturating_sub(96) } else { self.prefix };
                same(u128::from(a.to_bits()) << 96, u128::from(b.to_bits()) << 96, prefix)
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), self.prefix),
            _ => false,
        }
    }

    /// Whether every address of `other` lies in this block.
    pub fn covers(&self, other: &Self) -> bool {
        self.addr.is_ipv4() == other.addr.is_ipv4()
            && self.prefix <= other.prefix
            && self.contains(other.addr)
    }

    /// Whether the block holds a loopback address (`127.0.0.0/8`, `::1`), so also `0.0.0.0/0`.
    pub fn has_loopback(&self) -> bool {
        self.contains(IpAddr::V4(Ipv4Addr::LOCALHOST))
            || self.contains(IpAddr::V6(Ipv6Addr::LOCALHOST))
            || is_loopback(self.addr)
    }

    /// Whether the block alone is all addresses; see [`any`].
    pub fn is_any(&self) -> bool {
        any(&[*self])
    }

    /// The first and the last address, IPv4 ones in their IPv6-mapped form.
    fn span(&self) -> (u128, u128) {
        let (bits, prefix) = match self.addr {
            IpAddr::V4(v4) => (v4.to_ipv6_mapped().to_bits(), self.prefix + 96),
            // `::ffff:0:0/90` holds no more IPv4 addresses than all of them
            IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => (v6.to_bits(), self.prefix.max(96)),
            IpAddr::V6(v6) => (v6.to_bits(), self.prefix),
        };
        let host = u128::MAX.checked_shr(prefix.into()).unwrap_or(0);
        (bits & !host, bits | host)
    }
}

/// Whether blocks are together all addresses that a client can have: those of IPv4, or the public ones of IPv6
/// (`2000::/3`), as `0.0.0.0/0`, `::ffff:0:0/96`, `::/0`, or `0.0.0.0/1` with `128.0.0.0/1`.
pub fn any(blocks: &[Cidr]) -> bool {
    const V4: (u128, u128) = (0xffff_0000_0000, 0xffff_ffff_ffff);
    const PUBLIC: (u128, u128) = (1 << 125, (1 << 126) - 1);
    let covered = |(mut next, end): (u128, u128)| {
        let reach = |next: u128| {
            let holding =
                blocks.iter().map(Cidr::span).filter(|span| span.0 <= next && next <= span.1);
            holding.map(|span| span.1).max()
        };
        while let Some(last) = reach(next) {
            if last >= end {
                return true;
            }
            next = last + 1;
        }
        false
    };
    covered(V4) || covered(PUBLIC)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == bits(self.addr) {
            write!(f, "{}", self.addr)
        } else {
            write!(f, "{}/{}", self.addr, self.prefix)
        }
    }
}

/// Reads an address or a CIDR block, in the strict form only.
pub fn parse_cidr(text: &str) -> Option<Cidr> {
    let Some((addr, prefix)) = text.split_once('/') else {
        let addr = text.parse::<IpAddr>().ok()?;
        return Cidr::new(addr, bits(addr));
    };
    let digits = prefix.bytes().all(|b| b.is_ascii_digit());
    if !digits || (prefix.len() > 1 && prefix.starts_with('0')) {
        return None;
    }
    Cidr::new(addr.parse().ok()?, prefix.parse().ok()?)
}

/// Whether the address is one of this machine: `127.0.0.0/8`, `::1` or the mapped form of the first.
pub fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

fn bits(addr: IpAddr) -> u8 {
    if addr.is_ipv4() { 32 } else { 128 }
}

fn same(a: u128, b: u128, prefix: u8) -> bool {
    prefix == 0 || (a ^ b) >> (128 - u32::from(prefix)) == 0
}

/// Whether the text is an address of this machine.
pub(crate) fn is_loopback_text(text: &str) -> bool {
    text.trim().parse().is_ok_and(is_loopback)
}

#[cfg(test)]
#[path = "../../tests/unit/ip.rs"]
mod tests;
