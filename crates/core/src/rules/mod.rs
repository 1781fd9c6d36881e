//! What each OpenClaw version does: the one place that compares versions.
//!
//! [`Version`] reads and orders OpenClaw's version numbers. [`Rules`] is one column of facts about one version, picked
//! from the table in `table.rs`; everything that depends on a version asks it.

mod column;
mod kinds;
mod table;
mod version;

pub use column::{Cell, Change};
pub use kinds::*;
pub use table::Rules;
pub use version::{Suffix, Version};

use column::{Since, held};
use table::COLUMNS;

/// Why rules are a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The version is newer than the newest that this table knows.
    UnknownNewer,
    /// No version is known.
    Unknown,
}

/// The newest OpenClaw that this table was checked against.
pub const NEWEST: Version = Since::of("2026.9.6").version();

/// The rules of a version; of [`NEWEST`], with a doubt, where it is newer or not known.
pub fn rules(version: Option<&Version>) -> (Rules, Option<Doubt>) {
    match version {
        None => (Rules::at(NEWEST, None), Some(Doubt::Unknown)),
        Some(v) if *v > NEWEST => (Rules::at(NEWEST, None), Some(Doubt::UnknownNewer)),
        Some(v) => (Rules::at(*v, None), None),
    }
}

impl Rules {
    /// Since when a field has this version's value, and the source file of OpenClaw that shows it.
    pub fn origin(&self, field: &str) -> Option<(Version, &'static str)> {
        let (_, source, column) = COLUMNS.iter().find(|(name, ..)| *name == field)?;
        Some((column[held(column, self.version)].version(), source))
    }

    /// The versions that brought a change, oldest first, and [`NEWEST`]: between two of them nothing differs.
    pub fn versions() -> Vec<Version> {
        let columns = COLUMNS.iter().flat_map(|(_, _, column)| *column);
        let mut versions: Vec<Version> =
            columns.copied().map(Since::version).chain([NEWEST]).collect();
        versions.sort_unstable();
        versions.dedup();
        versions
    }

    /// Every change of one cell to another value of its column.
    pub fn changes() -> Vec<Change> {
        let cells = Self::cells();
        let mut changes = Vec::new();
        for column in cells.chunk_by(|a, b| a.field == b.field) {
            for cell in 0..column.len() {
                for takes in 0..column.len() {
                    let seen = column[..takes].iter().any(|c| c.value == column[takes].value);
                    if column[cell].value != column[takes].value && !seen {
                        changes.push(Change { field: column[cell].field, cell, takes });
                    }
                }
            }
        }
        changes
    }

    /// A loopback address inside `gateway.trustedProxies` leaves local clients without an address, hence not local.
    pub fn loopback_proxy_is_remote(&self) -> bool {
        self.locality == Locality::ClientIp && self.client_ip != ClientIp::FirstOrPeer
    }

    /// A gateway does not start on a config that names a variable which is not set; from 2026.3.7 it warns
    /// (`src/config/io.ts` resolveConfigForRead).
    pub(crate) fn unset_variable_stops(&self) -> bool {
        self.version < Since::of("2026.3.7").version()
    }

    /// A gateway does not start with bind "custom" and no address; before 2026.2.19 it takes every address
    /// (`src/gateway/server-runtime-config.ts`).
    pub(crate) fn custom_bind_needs_host(&self) -> bool {
        self.version >= Since::of("2026.2.19").version()
    }
}

#[cfg(test)]
#[path = "../../tests/unit/rules.rs"]
mod tests;
