//! What `cargo xtask build --all` needs and other commands needn't compile.
#![forbid(unsafe_code)]
#![allow(clippy::print_stderr, reason = "a command line tool")]

mod split;

const USAGE: &str = "xtask-wasm bindgen <in.wasm> <folder> | split <in.wasm> <main> <main.wasm> <apart.wasm> <export>... | encode <in.wasm> <out.wasm> | gzip <in >out";

/// `bindgen`: prepair_bg.wasm and prepair_bg.js. `split`: without some exports, and these alone. `encode`: a component. `gzip`: what every gunzip reads, some 5 % smaller.
fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["bindgen", input, folder] => bindgen(input, folder),
        ["split", input, main, first, second, apart @ ..] => {
            in_two(input, main, [first, second], apart)
        }
        ["encode", input, output] => encode(input, output),
        ["gzip"] => gzip().map_err(|e| format!("gzip: {e}")),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            std::process::ExitCode::FAILURE
        }
    }
}

/// The bundler target: glue that is handed an instance, so that every way of loading can share it.
fn bindgen(input: &str, folder: &str) -> Result<(), String> {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen
        .input_path(input)
        .out_name("prepair")
        .bundler(true)
        .and_then(|b| b.typescript(false).remove_producers_section(true).generate(folder))
        .map_err(|e| format!("{input}: {e:#}"))
}

fn in_two(input: &str, main: &str, outputs: [&str; 2], apart: &[&str]) -> Result<(), String> {
    let module = std::fs::read(input).map_err(|e| format!("{input}: {e}"))?;
    let (first, second) =
        split::split(&module, apart, main).map_err(|e| format!("{input}: {e}"))?;
    for (output, module) in outputs.into_iter().zip([first, second]) {
        std::fs::write(output, module).map_err(|e| format!("{output}: {e}"))?;
    }
    Ok(())
}

/// A component of a module that carries its WIT; it is validated.
fn encode(input: &str, output: &str) -> Result<(), String> {
    let module = std::fs::read(input).map_err(|e| format!("{input}: {e}"))?;
    let component = wit_component::ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(|encoder| encoder.encode())
        .map_err(|e| format!("{input}: {e:#}"))?;
    std::fs::write(output, component).map_err(|e| format!("{output}: {e}"))
}

fn gzip() -> std::io::Result<()> {
    // more rounds or blocks gain nothing
    let rounds = std::num::NonZeroU64::new(5).unwrap_or(std::num::NonZeroU64::MIN);
    let options = zopfli::Options {
        iteration_count: rounds,
        maximum_block_splits: 40,
        ..zopfli::Options::default()
    };
    zopfli::compress(
        options,
        zopfli::Format::Gzip,
        std::io::stdin().lock(),
        std::io::stdout().lock(),
    )
}
