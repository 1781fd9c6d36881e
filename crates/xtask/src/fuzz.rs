//! `cargo xtask fuzz`: libFuzzer over the core, built with the stable toolchain.

use crate::run::{Result, command, output, root, run, target};
use std::fs;

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
        run(command("apt-get").args(["install", "-y", "-qq", "g++"]))?;
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
    for name in TARGETS {
        let found = folder.join("corpus").join(name);
        fs::create_dir_all(&found).map_err(|e| format!("{}: {e}", found.display()))?;
        println!("{name}, {seconds} s");
        run(command(folder.join(host).join("release").join(name))
            .args(["-verbosity=0", "-print_final_stats=1", "-rss_limit_mb=2048"])
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}/{name}-", folder.display()))
            .arg(found)
            .arg(root().join("tests/fuzz").join(name)))
        .map_err(|why| format!("fuzz {name}: {why}; the input is in {}", folder.display()))?;
    }
    Ok(TARGETS.len() as u64)
}
