//! OpenClaw's version numbers: read, ordered, printed.

use core::fmt;
use core::str::FromStr;

use crate::base::text::quote;
use crate::codes::ErrorCode;
use crate::error::{Error, Result};

/// A version as OpenClaw numbers them: `2026.2.19`, `2026.2.6-3`, `2026.8.1-beta.2`.
///
/// Ordered by meaning: a beta comes before its release, a re-publish (`-3`) after it. The maintenance lines
/// 2026.6.33–35 and 2026.7.33–35 sort, and behave, as late releases of their month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The year.
    pub year: u32,
    /// The month.
    pub month: u32,
    /// The day in the first months, later a count.
    pub patch: u32,
    /// What follows.
    pub suffix: Suffix,
}

/// What follows the three numbers of a version, in order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suffix {
    /// `-beta.2`.
    Beta(u32),
    /// Nothing.
    Release,
    /// `-3`: published again under the same number.
    Republish(u32),
}

impl Version {
    /// A plain release.
    pub const fn release(year: u32, month: u32, patch: u32) -> Self {
        Self { year, month, patch, suffix: Suffix::Release }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.year, self.month, self.patch)?;
        match self.suffix {
            Suffix::Beta(n) => write!(f, "-beta.{n}"),
            Suffix::Release => Ok(()),
            Suffix::Republish(n) => write!(f, "-{n}"),
        }
    }
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| {
            Error::new(ErrorCode::Version, format!("gatewayVersion: {} is not an OpenClaw version.", quote(text)))
                .hint("Give it as `openclaw --version` prints it, like 2026.2.19, 2026.2.6-3 or 2026.8.1-beta.2.")
        })
    }
}

fn parse(text: &str) -> Option<Version> {
    // `OpenClaw 2026.4.29 (a448042)`, as later versions print it
    let text = text.strip_prefix("OpenClaw ").unwrap_or(text);
    let commit = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let text = match text.split_once(" (") {
        Some((version, rest)) if rest.strip_suffix(')').is_some_and(commit) => version,
        _ => text,
    };
    let text = text.strip_prefix('v').unwrap_or(text);
    let (numbers, suffix) = match text.split_once('-') {
        None => (text, Suffix::Release),
        Some((numbers, suffix)) => match suffix.strip_prefix("beta.") {
            Some(n) => (numbers, Suffix::Beta(number(n)?)),
            None => (numbers, Suffix::Republish(number(suffix)?)),
        },
    };
    let mut parts = numbers.split('.').map(number);
    let version =
        Version { year: parts.next()??, month: parts.next()??, patch: parts.next()??, suffix };
    (parts.next().is_none() && version.year >= 2026 && (1..=12).contains(&version.month))
        .then_some(version)
}

fn number(text: &str) -> Option<u32> {
    let plain =
        text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}
