//! `cargo xtask test`: every check in one order, each with its time, and one count at the end.

use crate::count::Count;
use crate::run::{Result, cargo, command, output, root, run, run_lines, target};
use crate::{build, fuzz, generate, results};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

/// Folders whose tests go through the package: they hold for either binding on any Node.
const EITHER: &[&str] = &["doctor", "era", "gateway", "node", "sandbox", "sqlite", "vectors"];

/// Those of them that also run by the wasm binding on Node 24 without `--long`.
const EITHER_SHORT: &[&str] = &["node", "sqlite", "vectors"];

struct Stage {
    name: String,
    what: Kind,
}

enum Kind {
    Format,
    Lint,
    Rust,
    Fuzz { seconds: u32 },
    Build,
    Generated,
    JavaScript { files: Vec<String>, under: Option<Under> },
    CleanTree,
}

/// What JavaScript tests run under, where it isn't the Node on PATH and the binding that loads.
#[derive(Clone, Copy)]
struct Under {
    node: &'static str,
    binding: &'static str,
}

/// Runs the stages that `args` name, else all.
pub(crate) fn main(args: &[&str]) -> Result {
    let (flags, names): (Vec<&str>, Vec<&str>) = args.iter().partition(|a| a.starts_with("--"));
    if let Some(unknown) = flags.iter().find(|f| !["--long", "--list"].contains(f)) {
        return Err(format!("test: unknown option {unknown}"));
    }
    let stages = stages(flags.contains(&"--long") || !names.is_empty())?;
    if flags.contains(&"--list") {
        stages.iter().for_each(|s| println!("{}", s.name));
        return Ok(());
    }
    if let Some(unknown) = names.iter().find(|n| stages.iter().all(|s| s.name != **n)) {
        return Err(format!("test: no stage {unknown}; `cargo xtask test --list` names them"));
    }
    let before = tree()?;
    let (mut total, mut times) = (Count::default(), Vec::new());
    let order: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
    for stage in stages.iter().filter(|s| names.is_empty() || names.contains(&s.name.as_str())) {
        println!("\n=== {} ===", stage.name);
        let start = Instant::now();
        let mut count = Count::default();
        let done = stage.run(&mut count, &before);
        if let Err(message) = &done {
            println!("{message}");
            count.failed = count.failed.max(1);
        }
        println!("--- {}: {} passed, {} failed", stage.name, count.passed, count.failed);
        times.push((stage, start.elapsed(), count.failed == 0));
        if flags.contains(&"--long") {
            results::enter(&order, &stage.name, &count, start.elapsed())?;
        }
        total.passed += count.passed;
        total.failed += count.failed;
        if done.is_err() && matches!(stage.what, Kind::Build) {
            println!("the rest needs the build");
            break;
        }
    }
    println!("\n=== times ===");
    for (stage, time, good) in &times {
        println!("{:>7}  {}{}", seconds(*time), stage.name, if *good { "" } else { "  FAILED" });
    }
    let all = times.iter().map(|(_, time, _)| *time).sum();
    println!("{:>7}  in all\n", seconds(all));
    // read by machines: alone on the last line
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { Ok(()) } else { Err(String::new()) }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// The stages in their order; those over JavaScript are the folders that hold tests.
fn stages(long: bool) -> Result<Vec<Stage>> {
    let stage = |name: &str, what| Stage { name: name.to_owned(), what };
    let mut stages = vec![
        stage("fmt", Kind::Format),
        stage("clippy", Kind::Lint),
        stage("rust", Kind::Rust),
        stage("fuzz", Kind::Fuzz { seconds: if long { 600 } else { 10 } }),
        stage("build", Kind::Build),
        stage("generated", Kind::Generated),
    ];
    let mut others = Vec::new();
    for folder in names_in("tests")? {
        // `*.long.test.mjs` runs with `--long` only
        let files: Vec<String> = names_in(&format!("tests/{folder}"))?
            .into_iter()
            .filter(|f| f.ends_with(".test.mjs") && (long || !f.ends_with(".long.test.mjs")))
            .map(|f| format!("tests/{folder}/{f}"))
            .collect();
        if files.is_empty() {
            continue;
        }
        if EITHER.contains(&folder.as_str()) {
            for (node, binding) in [("20", "wasm"), ("24", "native"), ("24", "wasm")] {
                let short =
                    (node, binding) == ("24", "wasm") && EITHER_SHORT.contains(&folder.as_str());
                if long || short {
                    let under = Some(Under { node, binding });
                    let name = format!("{folder}-{binding}-node{node}");
                    others.push(Stage {
                        name,
                        what: Kind::JavaScript { files: files.clone(), under },
                    });
                }
            }
        }
        stages.push(Stage { name: folder, what: Kind::JavaScript { files, under: None } });
    }
    stages.append(&mut others);
    stages.push(stage("clean-tree", Kind::CleanTree));
    Ok(stages)
}

/// The names in a folder, sorted; none where it isn't a folder.
fn names_in(folder: &str) -> Result<Vec<String>> {
    let folder = root().join(folder);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut names: Vec<String> =
        entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

impl Stage {
    fn run(&self, count: &mut Count, tree_before: &Option<String>) -> Result {
        match &self.what {
            Kind::Format => run(&mut cargo(&["fmt", "--all", "--check"])),
            Kind::Lint => {
                let args = "clippy --workspace --all-targets --locked -- --deny warnings";
                run(&mut cargo(&args.split(' ').collect::<Vec<_>>()))
            }
            Kind::Rust => {
                run_lines(&mut cargo(&["test", "--workspace", "--no-fail-fast"]), |line| {
                    count.rust(line)
                })
            }
            Kind::Fuzz { seconds } => fuzz::all(*seconds).map(|found| count.passed += found),
            Kind::Build => build::all(),
            Kind::Generated => generate::check().map(|()| count.passed += 1),
            Kind::JavaScript { files, under } => {
                let tap = target().join(format!("{}.tap", self.name));
                let other = under.map(|under| OtherNode::new(under.node)).transpose()?;
                let mut node = command(other.as_ref().map_or(Path::new("node"), |o| &o.path));
                if let Some(under) = under {
                    node.env("PREPAIR_BINDING", under.binding);
                }
                let done = run(node
                    .args(["--test", "--test-concurrency=1"])
                    .args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
                    .arg("--test-reporter=tap")
                    .arg(format!("--test-reporter-destination={}", tap.display()))
                    .args(files));
                let text =
                    fs::read_to_string(&tap).map_err(|e| format!("{}: {e}", tap.display()))?;
                text.lines().for_each(|line| count.tap(line));
                done
            }
            Kind::CleanTree => match (tree_before, tree()?) {
                (Some(before), Some(after)) if *before != after => Err(format!(
                    "the tests changed tracked files: run what generates them and commit\n\
                     before:\n{before}after:\n{after}"
                )),
                (Some(_), Some(_)) => Ok(()),
                _ => {
                    println!("no git checkout, nothing to compare");
                    Ok(())
                }
            },
        }
    }
}

/// A Node of the cache at a place that other users can reach too, as which some tests run it.
struct OtherNode {
    path: PathBuf,
}

impl OtherNode {
    fn new(major: &str) -> Result<Self> {
        let cached = output(command("node").args(["tests/lib/cache.mjs", "node", major]))?;
        let folder = env::temp_dir().join(format!("prepair-node{major}-{}", std::process::id()));
        let path = folder.join("node");
        fs::create_dir(&folder)
            .and_then(|()| {
                fs::hard_link(cached.trim(), &path)
                    .or_else(|_| fs::copy(cached.trim(), &path).map(drop))
            })
            .map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for OtherNode {
    fn drop(&mut self) {
        // in a temporary folder: what can't be removed is no failure
        let _ = fs::remove_file(&self.path);
        let _ = self.path.parent().map(fs::remove_dir);
    }
}

/// What git sees as changed, by content: the same after the tests as before. None outside a checkout.
fn tree() -> Result<Option<String>> {
    if !root().join(".git").exists() {
        return Ok(None);
    }
    // a checkout may belong to another user than the one who tests
    let git = |args: &[&str]| output(command("git").args(["-c", "safe.directory=*"]).args(args));
    // but for what `--long` itself enters
    let but = ["--", ".", ":!tests/README.md"];
    let status = git(&[&["status", "--porcelain"][..], &but].concat())?;
    Ok(Some(status + &git(&[&["diff", "HEAD"][..], &but].concat())?))
}
