//! What each OpenClaw version does: the one place that compares versions.
//!
//! [`Version`] reads and orders OpenClaw's version numbers. [`Rules`] is one column of facts about one version, picked
//! from the table in `table.rs`; everything that depends on a version asks it.

mod auth;
mod column;
mod kinds;
mod table;
mod version;

pub use auth::*;
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
    /// The version is older than the oldest that this table knows.
    UnknownOlder,
    /// No version is known.
    Unknown,
}

/// The newest OpenClaw that this table was checked against, as text.
pub const NEWEST_NAME: &str = "2026.9.6";

/// The oldest OpenClaw that this table was checked against.
pub(crate) const OLDEST: Version = Since::of("2026.1.29").version();

/// The newest OpenClaw that this table was checked against.
pub(crate) const NEWEST: Version = Since::of(NEWEST_NAME).version();

/// The rules of a version. Where it is not known or newer than all that are, those of the newest with a doubt; of the oldest where it is
/// older.
///
/// ```
/// use prepair_core::rules::{Store, rules};
///
/// let version = "2026.2.19".parse().expect("an OpenClaw version");
/// let (rules, doubt) = rules(Some(&version));
/// assert_eq!((rules.store, doubt), (Store::Json, None));
/// ```
pub fn rules(version: Option<&Version>) -> (Rules, Option<Doubt>) {
    match version {
        None => (Rules::at(NEWEST, None), Some(Doubt::Unknown)),
        Some(v) if *v > NEWEST => (Rules::at(NEWEST, None), Some(Doubt::UnknownNewer)),
        Some(v) if *v < OLDEST => (Rules::at(OLDEST, None), Some(Doubt::UnknownOlder)),
        Some(v) => (Rules::at(*v, None), None),
    }
}

impl Rules {
    /// Since when a field has this version's value, and the source file of OpenClaw that shows it.
    pub fn origin(&self, field: &str) -> Option<(Version, &'static str)> {
        let (_, column) = COLUMNS.iter().find(|(name, _)| *name == field)?;
        let (since, source) = column[held(column, self.version)];
        Some((since.version(), source))
    }

    /// The versions that brought a change, oldest first, and the newest that is known: between two of them nothing differs.
    pub fn versions() -> Vec<Version> {
        let cells = COLUMNS.iter().flat_map(|(_, column)| *column);
        let mut versions: Vec<Version> =
            cells.map(|(since, _)| since.version()).chain([NEWEST]).collect();
        versions.sort_unstable();
        versions.dedup();
        versions
    }

    /// Which of [`Rules::versions`] brought what holds for a version; that of [`NEWEST`] where it is newer or not known.
    pub(crate) fn segment(version: Option<&Version>) -> usize {
        let versions = Self::versions();
        let last = versions.len() - 1;
        version.map_or(last, |version| versions.iter().rposition(|v| v <= version).unwrap_or(0))
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
    pub(crate) fn loopback_proxy_is_remote(&self) -> bool {
        self.locality == Locality::ClientIp && self.client_ip != ClientIp::FirstOrPeer
    }
}

#[cfg(test)]
#[path = "../../tests/unit/rules.rs"]
mod tests;
