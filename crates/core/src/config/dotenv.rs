//! `.env` files, as OpenClaw reads them: dotenv's own grammar, of which only the names that are asked for are kept.

use crate::base::named::Named;
use crate::inputs::Inputs;
use crate::options::target::Target;
use crate::rules::{EnvFiles, Rules};
use crate::store::paths;

/// The files that a version reads and that are looked at, the first that counts first. That of the gateway's working folder is not:
/// nobody here knows where that is.
pub(crate) fn files(
    target: &Target,
    rules: &Rules,
    inputs: &Inputs<'_>,
    state_dir: &str,
) -> Vec<String> {
    let mut files = vec![paths::join(state_dir, ".env")];
    if rules.env_files == EnvFiles::Gateway
        && let Ok(home) = paths::home(target, rules, inputs)
        && state_dir == paths::join(&home, ".openclaw")
    {
        files.push(paths::join(&home, ".config/openclaw/gateway.env"));
    }
    files
}

/// OpenClaw itself takes more; nobody writes so much.
pub(crate) const MAX_FILE: usize = 128 * 1024;

/// The values of these names. Of two of the same name the last one counts.
pub(crate) fn read(bytes: &[u8], asked: &dyn Fn(&str) -> bool) -> Named<String> {
    let mut found = Named::default();
    let Ok(text) = core::str::from_utf8(bytes) else { return found };
    let text =
        text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let line = rest.find('\n').map_or(rest, |at| &rest[..at]);
        let Some((name, value)) = assignment(line, rest) else {
            rest = &rest[(line.len() + 1).min(rest.len())..];
            continue;
        };
        let (value, length) = value;
        if asked(name) {
            found.insert(name.to_string(), value);
        }
        rest = &rest[length..];
        rest = rest.find('\n').map_or("", |at| &rest[at + 1..]);
    }
    found
}

/// The name and value that a line begins, and how much of the rest they take: a quoted value may go over lines.
fn assignment<'t>(line: &'t str, rest: &'t str) -> Option<(&'t str, (String, usize))> {
    let trimmed = line.trim_start();
    let after = trimmed.strip_prefix("export").filter(|after| after.starts_with([' ', '\t']));
    let trimmed = after.map_or(trimmed, str::trim_start);
    let end = trimmed.find(|c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c)))?;
    let (name, behind) = trimmed.split_at(end);
    let spaced = behind.trim_start_matches([' ', '\t']);
    let value = match spaced.strip_prefix('=') {
        Some(value) => value,
        // `NAME: value`
        None => behind.strip_prefix(':').filter(|value| value.starts_with([' ', '\t']))?,
    };
    if name.is_empty() {
        return None;
    }
    let start = line.len() - value.len();
    let padded = &rest[start..];
    let text = padded.trim_start_matches([' ', '\t']);
    let at = start + padded.len() - text.len();
    if let Some(quote) = text.chars().next().filter(|c| "'\"`".contains(*c)) {
        let inner = &text[1..];
        let closed =
            inner.char_indices().find(|(at, c)| *c == quote && !inner[..*at].ends_with('\\'));
        if let Some((end, _)) = closed {
            let value = &inner[..end];
            let value = match quote {
                '"' => value.replace("\\n", "\n").replace("\\r", "\r"),
                _ => value.to_string(),
            };
            return Some((name, (value, at + end + 2)));
        }
    }
    let value = line[start..].split('#').next().unwrap_or_default().trim();
    Some((name, (value.to_string(), line.len())))
}

#[cfg(test)]
#[path = "../../tests/unit/dotenv.rs"]
mod tests;
