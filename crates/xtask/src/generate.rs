//! `cargo xtask generate`: every file that a program writes from what else is in the tree, written or checked.
//! What was measured or recorded on real gateways isn't among them: no program can tell it again from the tree.

use crate::run::{Result, command, root, run};
use crate::{build, codes};
use std::fs;

/// Programs that write what is not current, and with `--check` refuse it.
const PROGRAMS: &[&str] = &[
    "tests/sandbox/inside.mjs",
    "tests/packaging/entries.mjs",
    "tests/json5/unicode-table.mjs",
    "tests/json5/vectors.mjs",
    "tests/vectors/generate.mjs",
    "tests/bench/table.mjs",
    "tests/doctor/record.mjs",
];

/// Writes all of it, with an addon of the sources as they are.
pub(crate) fn write() -> Result {
    for (file, text) in made()? {
        println!("written: {file}");
        crate::files::write(&root().join(file), &text)?;
    }
    build::addon()?;
    PROGRAMS.iter().try_for_each(|program| run(command("node").arg(program)))
}

/// Names what isn't current, by the addon that is there.
pub(crate) fn check() -> Result {
    let made = made()?;
    made.iter().for_each(|(file, _)| println!("not current: {file}"));
    let mut current = made.is_empty();
    for program in PROGRAMS {
        current &= run(command("node").args([program, "--check"])).is_ok();
    }
    if current {
        Ok(())
    } else {
        Err("run `cargo xtask generate` and commit what it writes".into())
    }
}

/// What is made from the codes and differs from what is there.
fn made() -> Result<Vec<codes::Made>> {
    let read =
        |file: &str| fs::read_to_string(root().join(file)).map_err(|e| format!("{file}: {e}"));
    let mut made = codes::made(read)?;
    made.retain(|(file, text)| read(file).as_ref() != Ok(text));
    Ok(made)
}
