//! `cargo xtask test --long`: what it gave last, stage by stage, in tests/README.md.

use crate::run::{Result, command, output, root};
use crate::test::Count;
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

const FILE: &str = "tests/README.md";
const HEAD: &str = "\
# Tests

One folder for each part; `*.long.test.mjs` and long fuzzing run with `--long` only. What `cargo xtask test --long` gave last, each stage when
it ran last: with names, as in `cargo xtask test --long gateway`, it runs and enters those alone.

";

/// What a stage gave, when, and of which source.
pub(crate) struct Row(String);

impl Row {
    /// Now, of the commit that is checked out.
    pub(crate) fn new(count: &Count, time: Duration) -> Result<Self> {
        let date = output(command("date").args(["-u", "+%F"]))?;
        let git = ["-c", "safe.directory=*", "rev-parse", "--short", "HEAD"];
        let commit = output(command("git").args(git)).unwrap_or_default();
        let Count { passed, failed } = count;
        let (date, commit, version) = (date.trim(), commit.trim(), env!("CARGO_PKG_VERSION"));
        let minutes = time.as_secs_f64() / 60.0;
        Ok(Self(format!("{passed} | {failed} | {minutes:.1} min | {date} | {version}, {commit}")))
    }
}

/// Enters the rows among those of stages that did not run now, in the order of all stages.
pub(crate) fn write(order: &[&str], rows: Vec<(String, Row)>) -> Result {
    let path = root().join(FILE);
    let old = fs::read_to_string(&path).unwrap_or_default();
    let text = page(&old, order, rows);
    fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
}

fn page(old: &str, order: &[&str], rows: Vec<(String, Row)>) -> String {
    let mut known: BTreeMap<String, String> = old
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .map(|(name, rest)| (name.to_owned(), rest.to_owned()))
        .collect();
    known.extend(rows.into_iter().map(|(name, row)| (name, row.0)));
    let mut text = HEAD.to_owned();
    text.push_str("| stage | passed | failed | time | on | version, commit |\n");
    text.push_str("| --- | ---: | ---: | ---: | --- | --- |\n");
    for name in order {
        let row = known.get(*name).map_or("not run yet | | | |", String::as_str);
        text.push_str(&format!("| {name} | {row} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Row, page};

    #[test]
    fn rows_of_other_stages_stay() {
        let row = |text: &str| Row(text.to_owned());
        let one = page("", &["fmt", "rust", "node"], vec![("rust".into(), row("1 | 0"))]);
        let two = page(&one, &["fmt", "rust", "node"], vec![("node".into(), row("2 | 0"))]);
        assert!(two.contains("| rust | 1 | 0 |\n| node | 2 | 0 |\n"), "{two}");
        assert!(two.contains("| fmt | not run yet |"), "{two}");
        assert_eq!(two, page(&two, &["fmt", "rust", "node"], Vec::new()));
    }
}
