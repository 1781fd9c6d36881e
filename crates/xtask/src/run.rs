//! Running other programs from the root of the repository.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a command gives: nothing, or the sentence to print.
pub(crate) type Result<T = ()> = std::result::Result<T, String>;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    // crates/xtask is two below it
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |d| root().join(d))
}

/// What tests and builds fetch once: outside the tree, as in tests/lib/cache.mjs.
pub(crate) fn cache() -> Result<PathBuf> {
    let var = |name| std::env::var_os(name).map(PathBuf::from);
    var("PREPAIR_CACHE")
        .or_else(|| var("XDG_CACHE_HOME").map(|dir| dir.join("openclaw-prepair")))
        .or_else(|| var("HOME").map(|dir| dir.join(".cache/openclaw-prepair")))
        .ok_or_else(|| "none of PREPAIR_CACHE, XDG_CACHE_HOME and HOME is set".into())
}

/// A command that starts at the root.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The cargo that started us.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args);
    command
}

/// Runs it to its end.
pub(crate) fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|e| format!("{}: {e}", name(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", name(command))) }
}

/// Runs it to its end, shows each line of its standard output and hands it to `each`.
pub(crate) fn run_lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result {
    let fail = |command: &Command, e: std::io::Error| format!("{}: {e}", name(command));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| fail(command, e))?;
    for line in child.stdout.take().into_iter().flat_map(|s| BufReader::new(s).split(b'\n')) {
        let line = line.map_err(|e| fail(command, e))?;
        let line = String::from_utf8_lossy(&line);
        // a closed pipe is no reason to stop the tests
        let _ = writeln!(std::io::stdout(), "{line}");
        each(&line);
    }
    let status = child.wait().map_err(|e| fail(command, e))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", name(command))) }
}

/// What it writes to standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let out =
        command.stderr(Stdio::inherit()).output().map_err(|e| format!("{}: {e}", name(command)))?;
    if !out.status.success() {
        return Err(format!("{}: {}", name(command), out.status));
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// The oldest Node that serves: its test runner takes `--test-concurrency`.
const OLDEST_NODE: (u32, u32) = (20, 10);

/// Refuses the Node on PATH where it is too old, by name.
pub(crate) fn check_node() -> Result {
    let (major, minor) = OLDEST_NODE;
    let needed = format!("Node {major}.{minor} or later is needed on PATH");
    let found = output(command("node").arg("--version")).map_err(|e| format!("{e}; {needed}"))?;
    let mut parts = found.trim().trim_start_matches('v').split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(x)), Some(Ok(y))) if (x, y) >= OLDEST_NODE => Ok(()),
        _ => Err(format!("{needed}; the one there is {}", found.trim())),
    }
}

/// Runs a script under the Node on PATH.
pub(crate) fn node(script: &str, args: &[&str]) -> Result {
    run(command("node").arg(script).args(args))
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    let first = command.get_args().next().map(|a| a.to_string_lossy()).unwrap_or_default();
    format!("{program} {first}")
}
