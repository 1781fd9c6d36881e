//! `cargo xtask fuzz`: libFuzzer over the core, built with the stable toolchain.

use crate::run::{Result, command, output, root, run, target};
use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::{fs, thread};

/// Each is a file of crates/fuzz/targets and has its seeds in tests/fuzz, where an input that crashed it is kept too.
const TARGETS: [&str; 5] = ["json5", "identity", "record", "version", "plan"];

/// Counters at every edge and operands of every comparison, as libFuzzer wants them.
const FLAGS: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Runs each target for so many seconds; the number of those that found nothing, or what one found.
pub(crate) fn all(seconds: u32) -> Result<u64> {
    if output(command("c++").arg("--version")).is_err() {
        run(command("node").args(["tests/lib/cache.mjs", "apt", "g++"]))?;
    }
    let version = output(command("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or("rustc -vV names no host")?;
    let folder = target().join("fuzz");
    // its own target folder, and a named target: build scripts and macros stay as they are
    run(command("cargo")
        .args(["build", "--quiet", "--release", "--locked", "--manifest-path"])
        .args(["crates/fuzz/Cargo.toml", "--target", host, "--target-dir"])
        .arg(&folder)
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}")))?;
    let left = Mutex::new(TARGETS.iter());
    let next = || left.lock().ok().and_then(|mut left| left.next());
    let worker = || -> Result {
        while let Some(name) = next() {
            one(name, seconds, &folder, host)?;
        }
        Ok(())
    };
    let side_by_side = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..side_by_side).map(|_| scope.spawn(worker)).collect();
        let dead = |_| Err("a fuzzer's thread died".into());
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(dead))
    })?;
    Ok(TARGETS.len() as u64)
}

/// Runs a target from its seeds and what earlier runs found.
fn one(name: &str, seconds: u32, folder: &Path, host: &str) -> Result {
    let found = folder.join("corpus").join(name);
    fs::create_dir_all(&found).map_err(|e| format!("{}: {e}", found.display()))?;
    println!("{name}, {seconds} s");
    run(command(folder.join(host).join("release").join(name))
        .args(["-verbosity=0", "-print_final_stats=1", "-rss_limit_mb=2048"])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/{name}-", folder.display()))
        .arg(found)
        .arg(root().join("tests/fuzz").join(name)))
    .map_err(|why| format!("fuzz {name}: {why}; the input is in {}", folder.display()))
}
