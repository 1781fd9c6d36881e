//! `PREPAIR_CORE_HASH`: one hash over the sources of this crate and of the driver, so that a binding can be told
//! apart from one that was built from other sources of the same version.

#[path = "build/hash.rs"]
mod hash;

fn main() {
    let hash =
        hash::sources(std::path::Path::new(".")).expect("the sources of the core are readable");
    println!("cargo::rustc-env=PREPAIR_CORE_HASH={hash}");
    for input in hash::INPUTS {
        println!("cargo::rerun-if-changed={input}");
    }
    println!("cargo::rerun-if-changed=build");
}
