//! `cargo xtask`: the only entry for building, testing and showing this project.
//! Without dependencies, so that it is there within a second.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool")]

mod build;
mod codes;
mod component;
mod count;
mod esm;
mod explorer;
mod files;
mod fuzz;
mod generate;
mod platforms;
mod release;
mod results;
mod run;
mod test;
mod vendor;
mod wasm;

const USAGE: &str = "\
cargo xtask <command>

  demo             build the addon and run the main job on a state dir of its own
  story            the user's story on a real gateway, before and after
  build            the addon, into npm/openclaw-prepair
  build --wasm     the wasm module and the component
  build --all      the addon and these, and the page in npm/explorer
  build --platforms [name...]
                   the packages of other platforms, npm/<name>/prepair.node
  explorer [port]  builds that page and serves it on loopback; --built: as it was built
  release [name...]
                   packs every package of this version into target/packages, in the order of publishing; with the names of
                   platforms only these, for a rehearsal
  generate         every file that a program writes from what else is in the tree; --check names those that are not current
  sizes            what the shipped binaries weigh
  bench            how fast it is, beside others: tests/bench/results.json, its README's table, the chart
  fuzz [seconds]   libFuzzer over the core, so long for each target: 10 in the tests, 600 in the long ones
  mutants [--write] [file...]
                   changes of the core that no test notices, by cargo-mutants' list: tests/mutants/README.md
  test             every test; `test <stage>...` some stages; `test --list` their names
  test --long      the long stages too, `test --long <stage>...` some; what they gave is entered in tests/README.md
";

fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let node = run::check_node();
    let done = match args.as_slice() {
        _ if node.is_err() => node,
        ["demo", rest @ ..] => build::addon().and_then(|()| run::node("tests/demo.mjs", rest)),
        ["story", rest @ ..] => {
            build::addon().and_then(|()| run::node("tests/gateway/story.mjs", rest))
        }
        ["build"] => build::addon(),
        ["build", "--wasm"] => build::portable(),
        ["build", "--platforms", names @ ..] => platforms::build(names),
        ["build", "--all"] => build::all(),
        ["explorer", "--built", rest @ ..] => explorer::serve(rest),
        ["explorer", rest @ ..] => build::page().and_then(|()| explorer::serve(rest)),
        ["bench", rest @ ..] => {
            build::all().and_then(|()| run::node("tests/bench/bench.mjs", rest))
        }
        ["release", names @ ..] => build::all().and_then(|()| release::pack(names)),
        ["generate"] => generate::write(),
        ["generate", "--check"] => build::addon().and_then(|()| generate::check()),
        ["sizes"] => build::all().and_then(|()| run::node("tests/packaging/sizes.mjs", &[])),
        ["fuzz", rest @ ..] => match rest.first().map_or(Ok(60), |seconds| seconds.parse()) {
            Ok(seconds) => fuzz::all(seconds).map(|_| ()),
            Err(_) => Err("fuzz: give a number of seconds".into()),
        },
        ["mutants", rest @ ..] => run::node("tests/mutants/run.mjs", rest),
        ["test", rest @ ..] => test::main(rest),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(message) => {
            if !message.is_empty() {
                eprintln!("{message}");
            }
            std::process::ExitCode::FAILURE
        }
    }
}
