//! How the table of rules is read: a column a field, a cell from each version that brought a change.

use crate::rules::version::Version;

/// One cell of the table: from `since` on, `field` is `value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The field of [`super::Rules`].
    pub field: &'static str,
    /// The first version with this value.
    pub since: Version,
    /// The value, for people.
    pub value: String,
    /// The source file of OpenClaw that shows it, in the version of `since`.
    pub source: &'static str,
}

/// One cell changed to another value of its column: what the test of the table does to every cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field of [`super::Rules`].
    pub field: &'static str,
    /// Which cell of its column.
    pub cell: usize,
    /// The cell whose value it takes.
    pub takes: usize,
}

/// The first version of a cell, packed: a release whose month and patch are below 256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Since(u32);

impl Since {
    /// Reads `2026.2.19` while the table is compiled; anything but a plain release is an error there.
    pub(super) const fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (mut numbers, mut place, mut at, mut digits) = ([0u32; 3], 0, 0, 0);
        while at < bytes.len() {
            match bytes[at] {
                digit @ b'0'..=b'9' => {
                    numbers[place] = numbers[place] * 10 + (digit - b'0') as u32;
                    digits += 1;
                }
                b'.' if digits > 0 && place < 2 => (place, digits) = (place + 1, 0),
                _ => panic!("a version in the table is no release like 2026.2.19"),
            }
            at += 1;
        }
        let [year, month, patch] = numbers;
        assert!(place == 2 && digits > 0 && year < 0x1_0000 && month < 0x100 && patch < 0x100);
        Self(year << 16 | month << 8 | patch)
    }

    /// The version.
    pub(super) const fn version(self) -> Version {
        Version::release(self.0 >> 16, self.0 >> 8 & 0xff, self.0 & 0xff)
    }
}

/// A column without its values: since when each cell counts, and the source file of OpenClaw that shows it.
pub(super) type Column = [(Since, &'static str)];

/// Which cell of a column a version is in.
pub(super) fn held(column: &Column, version: Version) -> usize {
    // the first cell also stands for everything before it
    column.iter().rposition(|(since, _)| since.version() <= version).unwrap_or(0)
}

pub(super) fn pick(
    field: &str,
    column: &Column,
    version: Version,
    change: Option<&Change>,
) -> usize {
    let cell = held(column, version);
    match change {
        Some(c) if c.field == field && c.cell == cell => c.takes,
        _ => cell,
    }
}

/// The source of a cell: its own, else that of the row.
macro_rules! source {
    ($row:literal) => {
        $row
    };
    ($row:literal $own:literal) => {
        $own
    };
}

pub(super) use source;

/// `field: type = "source of the row" ["version" => value, "version" in "source of the cell" => value];`
macro_rules! table {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ty = $row:literal [$($since:literal $(in $own:literal)? => $value:expr),+ $(,)?];)+) => {
        /// The fields and their columns.
        pub(super) const COLUMNS: &[(&str, &Column)] =
            &[$((stringify!($field), &[$((Since::of($since), source!($row $($own)?))),+])),+];

        /// What one OpenClaw version does.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Rules {
            /// The version.
            pub version: Version,
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        impl Rules {
            /// The rules of a version, with one cell changed if asked.
            pub fn at(version: Version, change: Option<&Change>) -> Self {
                Self {
                    version,
                    $($field: {
                        const VALUES: &[$type] = &[$($value),+];
                        const COLUMN: &Column = &[$((Since::of($since), source!($row $($own)?))),+];
                        VALUES[pick(stringify!($field), COLUMN, version, change)]
                    },)+
                }
            }

            /// A field's value, for people and for the recorded observations.
            pub fn value(&self, field: &str) -> Option<String> {
                match field {
                    $(stringify!($field) => Some(format!("{:?}", self.$field)),)+
                    _ => None,
                }
            }

            /// Every cell of the table.
            pub fn cells() -> Vec<Cell> {
                let mut cells = Vec::new();
                $($(cells.push(Cell {
                    field: stringify!($field),
                    since: Since::of($since).version(),
                    value: format!("{:?}", { let value: $type = $value; value }),
                    source: source!($row $($own)?),
                });)+)+
                cells
            }
        }
    };
}

pub(super) use table;
