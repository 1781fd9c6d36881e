//! `cargo xtask test --long`: what it gave last, stage by stage, in tests/README.md.

use crate::count::Count;
use crate::run::{Result, command, output, root};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

const FILE: &str = "tests/README.md";
const HEAD: &str = "\
# Tests

One folder for each part; `*.long.test.mjs` and long fuzzing run with `--long` only. What `cargo xtask test --long` gave last, each stage when
it ran last: with names, as in `cargo xtask test --long gateway`, it runs and enters those alone.

";

/// Enters what a stage gave now, of the commit that is checked out, among the others as they ran last.
pub(crate) fn enter(order: &[&str], stage: &str, count: &Count, time: Duration) -> Result {
    let date = output(command("date").args(["-u", "+%F"]))?;
    let git = ["-c", "safe.directory=*", "rev-parse", "--short", "HEAD"];
    let commit = output(command("git").args(git)).unwrap_or_default();
    let Count { passed, failed } = count;
    let (date, commit, version) = (date.trim(), commit.trim(), env!("CARGO_PKG_VERSION"));
    let minutes = time.as_secs_f64() / 60.0;
    let row = format!("{passed} | {failed} | {minutes:.1} min | {date} | {version}, {commit}");
    let path = root().join(FILE);
    let old = fs::read_to_string(&path).unwrap_or_default();
    fs::write(&path, page(&old, order, stage, row)).map_err(|e| format!("{}: {e}", path.display()))
}

fn page(old: &str, order: &[&str], stage: &str, row: String) -> String {
    let mut known: BTreeMap<String, String> = old
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .map(|(name, rest)| (name.to_owned(), rest.to_owned()))
        .collect();
    known.insert(stage.to_owned(), row);
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
#[path = "../tests/unit/results.rs"]
mod tests;
